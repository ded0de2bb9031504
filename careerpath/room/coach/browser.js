// What only the coach's browser can do: say where the page is and how wide, keep the coach key for
// a refresh, fill the screen, keep it awake, speak to screen readers.
//
// The key is in sessionStorage, which belongs to this tab: a refresh and the presenter's window,
// which this tab opens, find it; closing the tab deletes it. It is never in localStorage.
// browser_storage.js and live_region.js come before this file.

const KEY = "careerpath/coach";
const FOUR_MINUTES = 240_000;
const SLIDES = { PageDown: "next", ArrowRight: "next", PageUp: "previous", ArrowLeft: "previous" };
// The picture may change with every answer: it is announced when it stops changing.
const RESTS = 1500;

const thisTab = () => sessionStorage;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.className = "careerpath cp-room-browser";
  const { say, stop } = liveRegion(el);
  const screen = () => el.closest(".careerpath-app");
  const send = (action, values = {}) => model.send({ action, values });
  const announce = () => say(model.get("announcement"), RESTS);

  const receive = (message) => {
    if (message.remember) write(KEY, message.remember, thisTab);
    if (message.forget) remove(KEY, thisTab);
  };

  // Only a page that careerpath serves is where participants join.
  const served = document.getElementById("careerpath-config") || /\/room$/.test(location.pathname);
  const isVisible = () => document.visibilityState === "visible";

  const present = () => {
    const presenting = model.get("presenting");
    if (served)
      history.replaceState(null, "", presenting ? "#presenter" : location.pathname + location.search);
    if (!presenting && document.fullscreenElement) document.exitFullscreen();
    keepAwake();
  };

  // Keeps the laptop's screen on during a presentation. Browsers allow this only on encrypted pages
  // and on pages from this computer.
  let awake = null;
  const keepAwake = async () => {
    const wanted = model.get("presenting") && isVisible();
    if (wanted && (!awake || awake.released))
      awake = await navigator.wakeLock?.request("screen").catch(() => null);
    else if (!wanted) awake?.release();
  };

  // A page that is visible, or that is in a room, is in use even if nobody presses anything.
  const use = () => {
    if (isVisible() || keptKey()) send("here");
  };
  const wide = matchMedia("(min-width: 720px)");
  const measure = () => {
    model.set("wide", wide.matches);
    model.save_changes();
  };

  const press = (event) => {
    if (!inSameScreen(el, event) || !event.target.closest("[data-fullscreen]")) return;
    if (document.fullscreenElement) document.exitFullscreen();
    else screen().requestFullscreen();
  };

  // What a presenter's remote control sends.
  const onKey = (event) => {
    const taken = event.target.closest?.("[role=slider], input") || event.altKey || event.metaKey;
    if (!model.get("presenting") || taken || !(event.key in SLIDES)) return;
    event.preventDefault();
    send(SLIDES[event.key]);
  };

  const onVisibility = () => {
    use();
    keepAwake();
  };

  const listeners = [
    [document, "click", press],
    [document, "keydown", onKey],
    [document, "visibilitychange", onVisibility],
    [wide, "change", measure],
  ];
  for (const [target, type, listener] of listeners) target.addEventListener(type, listener);
  const alive = setInterval(use, FOUR_MINUTES);
  model.on("change:announcement", announce);
  model.on("change:presenting", present);
  model.on("msg:custom", receive);

  if (served) model.set("base", new URL(".", location.href).href);
  measure();
  const kept = keptKey();
  if (kept) send("open", { ...kept, view: location.hash.slice(1) });

  return () => {
    clearInterval(alive);
    awake?.release();
    for (const [target, type, listener] of listeners) target.removeEventListener(type, listener);
    model.off("change:announcement", announce);
    model.off("change:presenting", present);
    model.off("msg:custom", receive);
    stop();
  };
}

function keptKey() {
  const { code, key } = read(KEY, thisTab) ?? {};
  return typeof code === "string" && typeof key === "string" ? { code, key } : null;
}

export default { render };
