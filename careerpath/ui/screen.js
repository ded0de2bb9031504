// A piece of a screen: HTML from the kernel, actions back to it.
//
// The HTML comes from one autoescaping template engine. An element with `data-action` sends its
// name when it is pressed, and the place that it was pressed on, so that the second half of a
// double click does nothing on the next screen. One that is `aria-disabled` says why instead. An
// element with `data-focus` takes the focus when it appears.

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.classList.add("careerpath");

  const show = () => {
    const pressed = el.contains(document.activeElement) && document.activeElement.dataset.action;
    el.innerHTML = model.get("html");
    // JupyterLab has uses of its own for Enter and the arrows.
    for (const each of el.querySelectorAll("button, summary, [tabindex]"))
      each.dataset.lmSuppressShortcuts = "true";
    const target = el.querySelector("[data-focus]");
    if (target) requestAnimationFrame(() => focusAtTop(target));
    else if (pressed) el.querySelector(`[data-action="${pressed}"]`)?.focus();
  };

  const press = (event) => {
    const source = event.target.closest("[data-action]");
    if (!source || !el.contains(source)) return;
    if (source.getAttribute("aria-disabled") === "true") return explain(source);
    model.send({
      action: source.dataset.action,
      item: source.dataset.item ?? null,
      place: source.closest("[data-place]")?.dataset.place ?? null,
    });
  };

  show();
  model.on("change:html", show);
  el.addEventListener("click", press);
  return () => model.off("change:html", show);
}

function explain(source) {
  const why = document.getElementById(source.getAttribute("aria-describedby"));
  const detail = why?.textContent ?? "";
  source.dispatchEvent(new CustomEvent("careerpath:say", { bubbles: true, detail }));
}

// A new screen starts at its top, as a new page would; a row that was changed stays in sight.
function focusAtTop(target) {
  target.focus({ preventScroll: true });
  const top = target.matches("h1") ? (target.closest(".careerpath-app") ?? target) : target;
  const { top: y, bottom } = top.getBoundingClientRect();
  if (top === target) {
    if (y < 0 || bottom > innerHeight) top.scrollIntoView({ block: "center" });
  } else if (y < 0) top.scrollIntoView({ block: "start" });
}

export default { render };
