// What the lab tells those who cannot see it: names for what has none, and what has just changed.
//
// ipywidgets' slider leaves its two handles without a name, and bqplot its pictures; both are drawn
// by other views of the same lab, so they are named as soon as they are there. A change is said
// once the hand rests, not at every step of a drag.

const RESTS = 800;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.classList.add("cp-screen", "cp-lab-voice");
  const live = document.createElement("p");
  live.className = "cp-hidden";
  live.setAttribute("aria-live", "polite");
  el.append(live);

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

  // The slider writes 58.00 at every step; a person says 58.
  const tell = () => {
    for (const handle of handles()) {
      const written = handle.getAttribute("aria-valuetext") ?? "";
      const plain = written.includes(".") ? written.replace(/\.?0+$/, "") : written;
      if (plain !== written) handle.setAttribute("aria-valuetext", plain);
    }
  };
  const values = new MutationObserver(tell);

  const arrival = new MutationObserver(() => arrive());
  const arrive = () => {
    name();
    const slider = lab()?.querySelector(".cp-lab-slider");
    const pictures = Object.keys(model.get("pictures"));
    if (handles().length < 2 || !pictures.every((each) => lab().querySelector(`.${each}`))) return;
    arrival.disconnect();
    values.observe(slider, { subtree: true, attributeFilter: ["aria-valuetext"] });
    tell();
  };
  arrival.observe(document.body, { childList: true, subtree: true });
  arrive();

  let waiting = 0;
  const say = (words, after) => {
    clearTimeout(waiting);
    // The same words twice in a row are only read out if the region was empty in between.
    live.textContent = "";
    waiting = setTimeout(() => (live.textContent = words), after);
  };
  const announce = () => say(model.get("said"), RESTS);
  const explain = (event) => {
    if (lab()?.contains(event.target)) say(event.detail, 50);
  };
  model.on("change:said", announce);
  model.on("change:pictures", name);
  document.addEventListener("careerpath:say", explain);

  return () => {
    clearTimeout(waiting);
    arrival.disconnect();
    values.disconnect();
    model.off("change:said", announce);
    model.off("change:pictures", name);
    document.removeEventListener("careerpath:say", explain);
  };
}

export default { render };
