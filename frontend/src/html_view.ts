// A piece of a screen: HTML from the kernel, of which only what differs is changed.
//
// An element with `data-action` sends its name when it is pressed, and a form its fields; one that
// is `aria-disabled` says why instead: in the piece's live region where it has one, else by an event.
// An element with `data-focus` takes the focus when that attribute's value is a new one. What is
// filled into `data-fill` is known to this page alone.
//
// A form that is `data-live` sends its fields at every change. What the kernel makes of them is what
// its fields show, but for the one that somebody is in, and never before the kernel has heard all. A
// file input with `data-upload` sends the file; where something is `data-awake`, a page that is looked
// at counts as used, though nobody presses anything.

const FOUR_MINUTES = 240_000;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.classList.add("careerpath", "cp-piece");
  let filled = {};
  let focused = null;
  let sent = 0;
  let heard = 0;

  const show = () => {
    const template = document.createElement("template");
    template.innerHTML = model.get("html");
    follow(el, template.content);
    fill();
    // JupyterLab has uses of its own for Enter and the arrows.
    for (const each of el.querySelectorAll("button, input, textarea, summary, [tabindex]"))
      each.dataset.lmSuppressShortcuts = "true";
    const target = el.querySelector("[data-focus]");
    if (target && target.dataset.focus !== focused) requestAnimationFrame(() => target.focus());
    focused = target?.dataset.focus ?? null;
    settle();
  };
  const settle = () => {
    if (heard < sent) return;
    for (const field of el.querySelectorAll("form[data-live] :is(input, textarea)"))
      if (field !== document.activeElement) toDefault(field);
  };
  const fill = () => {
    for (const each of el.querySelectorAll("[data-fill]")) {
      const text = filled[each.dataset.fill] ?? "";
      if (each.textContent !== text) each.textContent = text;
    }
  };
  const receive = (message, buffers) => {
    if (message.download) save(message.download, message.type, buffers[0]);
    if (message.heard) {
      heard = Math.max(heard, message.heard);
      settle();
    }
    if (!message.fill) return;
    filled = message.fill;
    fill();
  };
  const press = (event) => {
    const source = event.target.closest("button[data-action]");
    if (!source) return;
    if (source.getAttribute("aria-disabled") === "true") return explain(el, source);
    const values = source.value ? { kind: source.value } : {};
    Object.assign(values, JSON.parse(source.dataset.values ?? "{}"));
    model.send({ action: source.dataset.action, values });
  };
  const change = (event) => {
    if (event.target.dataset.upload) return upload(model, el, event.target);
    const form = event.target.closest("form[data-live]");
    if (form) send(event, form);
  };
  const send = (event, form = event.target) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    const turn = "live" in form.dataset ? { turn: ++sent } : {};
    model.send({ action: form.dataset.send, values, ...turn });
    for (const secret of form.querySelectorAll("[data-secret]")) secret.value = "";
  };

  const submit = (event) => send(event);

  show();
  model.on("change:html", show);
  model.on("msg:custom", receive);
  el.addEventListener("click", press);
  el.addEventListener("change", change);
  el.addEventListener("submit", submit);
  el.addEventListener("focusout", () => setTimeout(settle));
  // JupyterLab listens at the field itself, and would let no end of a line into it.
  el.addEventListener("beforeinput", (event) => event.stopPropagation(), true);
  const awake = setInterval(() => {
    if (document.visibilityState === "visible" && el.querySelector("[data-awake]"))
      model.send({ action: "here" });
  }, FOUR_MINUTES);
  return () => {
    clearInterval(awake);
    model.off("change:html", show);
    model.off("msg:custom", receive);
  };
}

function explain(el, source) {
  say(el, source, document.getElementById(source.getAttribute("aria-describedby"))?.textContent ?? "");
}

function say(el, source, detail) {
  const live = el.querySelector("[aria-live]");
  if (live) live.textContent = detail;
  else source.dispatchEvent(new CustomEvent("careerpath:say", { bubbles: true, detail }));
}

function toDefault(field) {
  if (field.type === "file") return;
  if (field.type === "checkbox" || field.type === "radio") field.checked = field.defaultChecked;
  else if (field.value !== field.defaultValue) field.value = field.defaultValue;
}

// One byte more than is allowed is enough for the kernel to refuse it in words.
async function upload(model, el, source) {
  const [file] = source.files;
  if (!file) return;
  try {
    const content = await file.slice(0, Number(source.dataset.largest) + 1).arrayBuffer();
    const values = { name: file.name.slice(-120) };
    model.send({ action: source.dataset.upload, values }, undefined, [content]);
  } catch {
    say(el, source, "The browser could not read this file. Please choose it again.");
  }
  source.value = "";
}

function save(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// Make one tree like another, keeping every element that is still of use. What has a name, a form's
// or an id, is the same one wherever it has moved to among its siblings: whoever is typing in it
// notices nothing when something appears above.
function follow(old, wanted) {
  let mine = old.firstChild;
  const then = [...wanted.childNodes];
  then.forEach((node, place) => {
    if (mine && !alike(mine, node)) {
      const same = named(node) && siblings(mine).find((each) => alike(each, node));
      if (same) while (mine !== same) mine = removed(mine);
    }
    const later = mine && named(mine) && then.slice(place + 1).some((each) => alike(mine, each));
    if (!mine || (later && !alike(mine, node))) return old.insertBefore(node, mine);
    const next = mine.nextSibling;
    if (!alike(mine, node)) mine.replaceWith(node);
    else if (node.nodeType !== Node.ELEMENT_NODE) {
      if (mine.nodeValue !== node.nodeValue) mine.nodeValue = node.nodeValue;
    } else {
      attributes(mine, node);
      if (!("fill" in mine.dataset)) follow(mine, node);
    }
    mine = next;
  });
  while (mine) mine = removed(mine);
}

const named = (node) => node.dataset?.send || node.id;

// What somebody has typed into one form must not turn up in another.
function alike(mine, node) {
  return mine.nodeName === node.nodeName && named(mine) === named(node);
}

function siblings(node) {
  const found = [];
  for (let each = node; each; each = each.nextSibling) found.push(each);
  return found;
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function attributes(old, wanted) {
  for (const { name } of [...old.attributes])
    if (!wanted.hasAttribute(name) && !name.startsWith("data-lm")) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

export default { render };
