// What only the browser can do for two ladders: keep them, and what is being typed, for a reload.
//
// The kernel sends what to keep after each change. What is being typed is kept here, letter by letter,
// until the kernel has it, so that nothing is lost if the kernel or the connection dies.
// browser_storage.js comes before this file.

const KEPT = "careerpath/ladder";
const TYPED = "careerpath/ladder/typed";
const ASIDE = "careerpath/ladder/aside";

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.className = "careerpath cp-session";
  const trouble = document.createElement("p");
  trouble.className = "cp-trouble";
  trouble.setAttribute("role", "alert");
  el.append(trouble);
  const app = () => el.closest(".careerpath-app");

  const look = () => {
    const text = readText(KEPT);
    const values = { storage: works() ? "yes" : "no" };
    model.send({ action: "kept", values }, undefined, [new TextEncoder().encode(together(text))]);
  };

  // One side of the open rung, if the kernel does not know its text yet or cannot use it.
  const keepTyped = () => {
    const forms = [...(app()?.querySelectorAll("form[data-send=rung]") ?? [])];
    const form = forms.find((each) => [...each.elements].some(unsent));
    if (!form) return remove(TYPED);
    const { level, side } = form.dataset;
    write(TYPED, { level, side, fields: Object.fromEntries(new FormData(form)) });
  };

  const receive = (message) => {
    if (message.forget) return [KEPT, TYPED, ASIDE].forEach(remove);
    if (message.aside) writeText(ASIDE, readText(KEPT) ?? "");
    if (!message.keep) return;
    trouble.textContent = writeText(KEPT, message.keep)
      ? ""
      : "This browser could not keep your ladders. Save them as a file before you reload the page.";
    // After the fields show the kernel's reply.
    setTimeout(keepTyped);
  };

  const typing = (event) => {
    if (app()?.contains(event.target) && event.target.closest("form[data-send=rung]")) keepTyped();
  };
  const elsewhere = (event) => {
    if (event.key !== KEPT) return;
    if (!app()?.querySelector(".cp-ladder-bar-row")) look();
    else if (event.newValue)
      trouble.textContent =
        "Your ladders are open in another tab too. The last change is kept: please continue in only " +
        "one tab.";
  };

  document.addEventListener("input", typing);
  window.addEventListener("storage", elsewhere);
  model.on("msg:custom", receive);
  look();
  return () => {
    document.removeEventListener("input", typing);
    window.removeEventListener("storage", elsewhere);
    model.off("msg:custom", receive);
  };
}

function unsent(field) {
  if (field.type === "hidden") return false;
  if (field.getAttribute("aria-invalid") === "true") return true;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return "defaultValue" in field && field.value !== field.defaultValue;
}

// The kernel reads one text. Text that is not one of our ladders goes to it unchanged; it reports that.
function together(text) {
  try {
    const kept = JSON.parse(text);
    const typed = read(TYPED);
    return kept && typed ? JSON.stringify({ ...kept, unsent: typed }) : text ?? "";
  } catch {
    return text ?? "";
  }
}

function readText(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function writeText(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

export default { render };
