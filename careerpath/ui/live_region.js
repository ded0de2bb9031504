// What a screen reader says. A screen has one live region, in the widget that stays for the whole
// visit: a region that is replaced is not read out.

/** Whether an event happened in the screen that `el` belongs to. */
function inSameScreen(el, event) {
  const screen = el.closest(".careerpath-app");
  return !screen || screen.contains(event.target);
}

/** Add a live region to `el`. Other parts of the screen speak by the event `careerpath:say`. */
function liveRegion(el) {
  const region = document.createElement("p");
  region.className = "cp-hidden";
  region.setAttribute("aria-live", "polite");
  el.append(region);

  let timer = 0;
  const say = (words, after = 50) => {
    clearTimeout(timer);
    // The same words twice in a row are only read out if the region was empty in between.
    region.textContent = "";
    timer = setTimeout(() => (region.textContent = words), after);
  };
  const listen = (event) => {
    if (inSameScreen(el, event)) say(event.detail);
  };
  document.addEventListener("careerpath:say", listen);
  const stop = () => {
    clearTimeout(timer);
    document.removeEventListener("careerpath:say", listen);
  };
  return { say, stop };
}
