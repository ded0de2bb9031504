// What only the coach's browser can do: tell where the page is and how large, keep the key for a
// refresh, fill the screen, keep it awake, say things aloud.
//
// The key lies in sessionStorage: it is this tab's, a refresh finds it, and so does the presenter's
// screen, which this tab opens; closing the tab forgets it. It is never in localStorage.

const KEY = "careerpath/coach";
const MINUTES = 60_000;
const SLIDES = { PageDown: "next", ArrowRight: "next", PageUp: "previous", ArrowLeft: "previous" };
// The picture may change with every answer: it is told once it rests.
const RESTS = 1500;

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
  const say = (words, after = 400) => {
    clearTimeout(waiting);
    // The same words twice in a row are only read out if the region was empty in between.
    live.textContent = "";
    waiting = setTimeout(() => (live.textContent = words), after);
  };
  const announce = () => say(model.get("said"), RESTS);

  const receive = (message) => {
    if (message.remember) write(message.remember);
    if (message.forget) write(null);
  };

  // Only a page that careerpath serves lies where participants join.
  const served = document.getElementById("careerpath-config") || /\/room$/.test(location.pathname);
  const seen = () => document.visibilityState === "visible";

  const present = () => {
    const presenting = model.get("presenting");
    if (served)
      history.replaceState(null, "", presenting ? "#presenter" : location.pathname + location.search);
    if (!presenting && document.fullscreenElement) document.exitFullscreen();
    keepAwake();
  };

  // A laptop that dims before two hundred people. Browsers allow it to https and to this computer.
  let awake = null;
  const keepAwake = async () => {
    const wanted = model.get("presenting") && seen();
    if (wanted && (!awake || awake.released))
      awake = await navigator.wakeLock?.request("screen").catch(() => null);
    else if (!wanted) awake?.release();
  };

  // A page that somebody looks at, or that is in a room, is in use, though nobody presses anything.
  const use = () => {
    if (seen() || read()) tell("here");
  };
  const wide = matchMedia("(min-width: 720px)");
  const measure = () => {
    model.set("wide", wide.matches);
    model.save_changes();
  };

  const listeners = {
    click: (event) => {
      if (!app()?.contains(event.target)) return;
      if (event.target.closest("[data-fullscreen]"))
        document.fullscreenElement ? document.exitFullscreen() : app().requestFullscreen();
      const copying = event.target.closest("[data-copy]");
      if (copying) copy(app().querySelector(copying.dataset.copy)?.textContent ?? "", say);
    },
    // What a presenter's remote sends.
    keydown: (event) => {
      const taken = event.target.closest?.("[role=slider], input") || event.altKey || event.metaKey;
      if (!model.get("presenting") || taken || !(event.key in SLIDES)) return;
      event.preventDefault();
      tell(SLIDES[event.key]);
    },
    "careerpath:say": (event) => app()?.contains(event.target) && say(event.detail),
    visibilitychange: () => {
      use();
      keepAwake();
    },
  };
  for (const [type, listener] of Object.entries(listeners))
    document.addEventListener(type, listener);
  const alive = setInterval(use, 4 * MINUTES);
  wide.addEventListener("change", measure);
  model.on("change:said", announce);
  model.on("change:presenting", present);
  model.on("msg:custom", receive);

  if (served) model.set("base", new URL(".", location.href).href);
  measure();
  const kept = read();
  if (kept) tell("open", { ...kept, view: location.hash.slice(1) });

  return () => {
    clearInterval(alive);
    clearTimeout(waiting);
    awake?.release();
    wide.removeEventListener("change", measure);
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
