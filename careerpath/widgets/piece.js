// A piece of a screen: HTML from the kernel, of which only what differs is changed.
//
// An element with `data-action` sends its name when it is pressed, and a form its fields; one that
// is `aria-disabled` says why instead, where the piece has a live region in that, else by an event. An element with `data-focus` takes the focus when that
// attribute's value is a new one. What is filled into `data-fill` is known to this page alone.

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.classList.add("careerpath", "cp-piece");
  let filled = {};
  let focused = null;

  const show = () => {
    const template = document.createElement("template");
    template.innerHTML = model.get("html");
    follow(el, template.content);
    fill();
    // JupyterLab has uses of its own for Enter and the arrows.
    for (const each of el.querySelectorAll("button, input, summary, [tabindex]"))
      each.dataset.lmSuppressShortcuts = "true";
    const target = el.querySelector("[data-focus]");
    if (target && target.dataset.focus !== focused) requestAnimationFrame(() => target.focus());
    focused = target?.dataset.focus ?? null;
  };
  const fill = () => {
    for (const each of el.querySelectorAll("[data-fill]")) {
      const text = filled[each.dataset.fill] ?? "";
      if (each.textContent !== text) each.textContent = text;
    }
  };
  const receive = (message, buffers) => {
    if (message.download) save(message.download, message.type, buffers[0]);
    if (!message.fill) return;
    filled = message.fill;
    fill();
  };
  const press = (event) => {
    const source = event.target.closest("button[data-action]");
    if (!source) return;
    if (source.getAttribute("aria-disabled") === "true") return explain(el, source);
    model.send({ action: source.dataset.action, values: source.value ? { kind: source.value } : {} });
  };
  const send = (event) => {
    event.preventDefault();
    const form = event.target;
    model.send({ action: form.dataset.send, values: Object.fromEntries(new FormData(form)) });
    for (const secret of form.querySelectorAll("[data-secret]")) secret.value = "";
  };

  show();
  model.on("change:html", show);
  model.on("msg:custom", receive);
  el.addEventListener("click", press);
  el.addEventListener("submit", send);
  return () => {
    model.off("change:html", show);
    model.off("msg:custom", receive);
  };
}

function explain(el, source) {
  const detail = document.getElementById(source.getAttribute("aria-describedby"))?.textContent ?? "";
  const live = el.querySelector("[aria-live]");
  if (live) live.textContent = detail;
  else source.dispatchEvent(new CustomEvent("careerpath:say", { bubbles: true, detail }));
}

function save(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// Make one tree like another, keeping every element that is still of use.
function follow(old, wanted) {
  const now = [...old.childNodes];
  const then = [...wanted.childNodes];
  then.forEach((node, place) => {
    const mine = now[place];
    if (!mine) old.append(node);
    else if (!alike(mine, node)) mine.replaceWith(node);
    else if (node.nodeType !== Node.ELEMENT_NODE) {
      if (mine.nodeValue !== node.nodeValue) mine.nodeValue = node.nodeValue;
    } else {
      attributes(mine, node);
      if (!("fill" in mine.dataset)) follow(mine, node);
    }
  });
  for (const left of now.slice(then.length)) left.remove();
}

// What somebody has typed into one form must not turn up in another.
function alike(mine, node) {
  return mine.nodeName === node.nodeName && mine.dataset?.send === node.dataset?.send;
}

function attributes(old, wanted) {
  for (const { name } of [...old.attributes])
    if (!wanted.hasAttribute(name) && !name.startsWith("data-lm")) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

export default { render };
