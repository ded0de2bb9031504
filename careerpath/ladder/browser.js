// What only the browser can do for two ladders: keep them, and what is being typed, for a reload.
//
// The kernel sends what to keep after each change. What is being typed is kept here, letter by letter,
// until the kernel has it, so that nothing is lost if the kernel or the connection dies.
// browser_storage.js and live_region.js come before this file.

const KEPT = "careerpath/ladder";
const TYPED = "careerpath/ladder/typed";
const ASIDE = "careerpath/ladder/aside";

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.className = "careerpath cp-session";
  const { stop } = liveRegion(el);
  const trouble = document.createElement("p");
  trouble.className = "cp-trouble";
  trouble.setAttribute("role", "alert");
  el.append(trouble);
  const screen = () => el.closest(".careerpath-app");

  const look = () => {
    const values = { storage: storageWorks() ? "yes" : "no" };
    const content = new TextEncoder().encode(withTyped(readText(KEPT)));
    model.send({ action: "kept", values }, undefined, [content]);
  };

  // One side of the open rung, if the kernel does not know its text yet or cannot use it.
  const keepTyped = () => {
    const forms = [...(screen()?.querySelectorAll("form[data-send=rung]") ?? [])];
    const form = forms.find((each) => [...each.elements].some(isUnsent));
    if (!form) return remove(TYPED);
    const { level, side } = form.dataset;
    write(TYPED, { level, side, fields: Object.fromEntries(new FormData(form)) });
  };

  const receive = (message) => {
    if (message.forget) return [KEPT, TYPED, ASIDE].forEach((key) => remove(key));
    if (message.aside) writeText(ASIDE, readText(KEPT) ?? "");
    if (!message.keep) return;
    trouble.textContent = writeText(KEPT, message.keep)
      ? ""
      : "This browser could not keep your ladders. Save them as a file before you reload the page.";
    // After the fields show the kernel's reply.
    setTimeout(keepTyped);
  };

  const onInput = (event) => {
    if (inSameScreen(el, event) && event.target.closest("form[data-send=rung]")) keepTyped();
  };
  const onStorage = (event) => {
    if (event.key !== KEPT) return;
    if (!screen()?.querySelector(".cp-ladder-bar-row")) look();
    else if (event.newValue)
      trouble.textContent =
        "Your ladders are open in another tab too. The last change is kept: please continue in only " +
        "one tab.";
  };

  document.addEventListener("input", onInput);
  window.addEventListener("storage", onStorage);
  model.on("msg:custom", receive);
  look();
  return () => {
    document.removeEventListener("input", onInput);
    window.removeEventListener("storage", onStorage);
    model.off("msg:custom", receive);
    stop();
  };
}

function isUnsent(field) {
  if (field.type === "hidden") return false;
  if (field.getAttribute("aria-invalid") === "true") return true;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return "defaultValue" in field && field.value !== field.defaultValue;
}

// The kernel reads one text. Text that is not one of our ladders goes to it unchanged; it reports that.
function withTyped(text) {
  try {
    const kept = JSON.parse(text);
    const typed = read(TYPED);
    return kept && typed ? JSON.stringify({ ...kept, unsent: typed }) : text ?? "";
  } catch {
    return text ?? "";
  }
}

export default { render };
