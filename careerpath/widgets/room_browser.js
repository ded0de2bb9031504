// What only the coach's browser can do: tell where the page is, keep the key for a refresh, fill
// the screen, say things aloud.
//
// The key lies in sessionStorage: it is this tab's, a refresh finds it, and so does the presenter's
// screen, which this tab opens; closing the tab forgets it. It is never in localStorage.

const KEY = "careerpath/coach";
const MINUTES = 60_000;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.className = "careerpath cp-room-browser";
  const live = document.createElement("p");
  live.className = "cp-hidden";
  live.setAttribute("aria-live", "polite");
  el.append(live);
  const app = () => el.closest(".cp-room");
  const tell = (action, values = {}) => model.send({ action, values });

  let waiting = 0;
  const say = (words) => {
    clearTimeout(waiting);
    // The same words twice in a row are only read out if the region was empty in between.
    live.textContent = "";
    waiting = setTimeout(() => (live.textContent = words), 400);
  };
  const announce = () => say(model.get("said"));

  const receive = (message) => {
    if (message.remember) write(message.remember);
    if (message.forget) write(null);
  };

  const present = () => {
    const presenting = model.get("presenting");
    history.replaceState(null, "", presenting ? "#presenter" : location.pathname + location.search);
    if (!presenting && document.fullscreenElement) document.exitFullscreen();
  };

  const listeners = {
    click: (event) => {
      if (!app()?.contains(event.target)) return;
      if (event.target.closest("[data-fullscreen]"))
        document.fullscreenElement ? document.exitFullscreen() : app().requestFullscreen();
      const copying = event.target.closest("[data-copy]");
      if (copying) copy(app().querySelector(copying.dataset.copy)?.textContent ?? "", say);
    },
    // A presenter's remote sends these two.
    keydown: (event) => {
      if (!model.get("presenting") || event.target.closest?.("[role=slider]")) return;
      if (event.key !== "PageDown" && event.key !== "PageUp") return;
      event.preventDefault();
      tell(event.key === "PageDown" ? "next" : "previous");
    },
    "careerpath:say": (event) => app()?.contains(event.target) && say(event.detail),
    // A page that somebody looks at is in use, though nobody presses anything.
    visibilitychange: () => document.visibilityState === "visible" && tell("here"),
  };
  for (const [type, listener] of Object.entries(listeners))
    document.addEventListener(type, listener);
  const alive = setInterval(() => document.visibilityState === "visible" && tell("here"), 4 * MINUTES);
  model.on("change:said", announce);
  model.on("change:presenting", present);
  model.on("msg:custom", receive);

  // Only a page that careerpath serves lies where participants join.
  if (document.getElementById("careerpath-config") || /\/room$/.test(location.pathname)) {
    model.set("base", new URL(".", location.href).href);
    model.save_changes();
  }
  const kept = read();
  if (kept) tell("open", { ...kept, view: location.hash.slice(1) });

  return () => {
    clearInterval(alive);
    clearTimeout(waiting);
    for (const [type, listener] of Object.entries(listeners))
      document.removeEventListener(type, listener);
    model.off("change:said", announce);
    model.off("change:presenting", present);
    model.off("msg:custom", receive);
  };
}

// A browser may refuse storage altogether; then a refresh asks for the key.

function read() {
  try {
    const { code, key } = JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    return typeof code === "string" && typeof key === "string" ? { code, key } : null;
  } catch {
    return null;
  }
}

function write(value) {
  try {
    if (value) sessionStorage.setItem(KEY, JSON.stringify(value));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept, so there is nothing to forget.
  }
}

async function copy(text, say) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    say("This browser does not copy here: select the text instead.");
  }
}

export default { render };
