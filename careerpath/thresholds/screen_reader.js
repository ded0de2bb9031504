// Texts for screen readers: names for parts without one, and announcements of changes.
//
// The two handles of ipywidgets' slider and bqplot's pictures have no names. Other views of the same
// lab draw them, so they get their names as soon as they appear. A change is announced after the
// last move, not at every step of a drag. live_region.js comes before this file.

const RESTS = 800;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.classList.add("cp-screen", "cp-lab-voice");
  const { say, stop } = liveRegion(el);
  const lab = () => el.closest(".cp-lab");
  const handles = () => [...(lab()?.querySelectorAll(".cp-lab-slider .noUi-handle") ?? [])];

  const name = () => {
    for (const [place, words] of Object.entries(model.get("pictures"))) {
      const picture = lab()?.querySelector(`.${place}`);
      picture?.setAttribute("role", "img");
      picture?.setAttribute("aria-label", words);
    }
    for (const handle of handles())
      handle.setAttribute("aria-label", model.get("handles")[Number(handle.dataset.handle)]);
  };

  // The slider writes 58.00 at every step; people say 58.
  const shorten = () => {
    for (const handle of handles()) {
      const written = handle.getAttribute("aria-valuetext") ?? "";
      const plain = written.includes(".") ? written.replace(/\.?0+$/, "") : written;
      if (plain !== written) handle.setAttribute("aria-valuetext", plain);
    }
  };
  const values = new MutationObserver(shorten);

  const arrival = new MutationObserver(() => arrive());
  const arrive = () => {
    name();
    const slider = lab()?.querySelector(".cp-lab-slider");
    const pictures = Object.keys(model.get("pictures"));
    if (handles().length < 2 || !pictures.every((each) => lab().querySelector(`.${each}`))) return;
    arrival.disconnect();
    values.observe(slider, { subtree: true, attributeFilter: ["aria-valuetext"] });
    shorten();
  };
  arrival.observe(document.body, { childList: true, subtree: true });
  arrive();

  const announce = () => say(model.get("announcement"), RESTS);
  model.on("change:announcement", announce);
  model.on("change:pictures", name);

  return () => {
    arrival.disconnect();
    values.disconnect();
    model.off("change:announcement", announce);
    model.off("change:pictures", name);
    stop();
  };
}

export default { render };
