// A piece of a screen: HTML from the kernel, actions back to it.
//
// The HTML comes from one autoescaping template engine. An element with `data-action` sends its
// name when it is pressed; an element with `data-focus` takes the focus when it appears.

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.classList.add("careerpath");

  const show = () => {
    el.innerHTML = model.get("html");
    // JupyterLab has uses of its own for Enter and the arrows.
    for (const each of el.querySelectorAll("button, summary, [tabindex]"))
      each.dataset.lmSuppressShortcuts = "true";
    const target = el.querySelector("[data-focus]");
    if (target) requestAnimationFrame(() => focusAtTop(target));
  };

  const press = (event) => {
    const source = event.target.closest("[data-action]");
    if (!source || !el.contains(source)) return;
    model.send({ action: source.dataset.action, item: source.dataset.item ?? null });
  };

  show();
  model.on("change:html", show);
  el.addEventListener("click", press);
  return () => model.off("change:html", show);
}

// A new screen starts at its top, as a new page would.
function focusAtTop(target) {
  target.focus({ preventScroll: true });
  const top = target.closest(".careerpath-app") ?? target;
  if (top.getBoundingClientRect().top < 0) top.scrollIntoView({ block: "start" });
}

export default { render };
