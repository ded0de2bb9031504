// What only the browser can do after the result: keep past results, read a file, copy a link, print.
//
// Each result lies under a key of its own, so that two tabs never overwrite each other's; a key that
// this version cannot read is left as it is. browser_storage.js comes before this file.

const RESULTS = "careerpath/result/";
const LARGEST_FILE = 2_000_000;
const PAUSE = 80;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.className = "careerpath cp-result-browser";
  el.hidden = true;
  const mine = (event) => el.closest(".careerpath-app")?.contains(event.target);
  const say = (source, detail) =>
    source.dispatchEvent(new CustomEvent("careerpath:say", { bubbles: true, detail }));

  const tell = (refused = false) => {
    const results = keysFrom(RESULTS).map((key) => read(key));
    model.send({ results, refused });
  };

  // All of them, or none.
  const keep = (documents) => {
    const written = [];
    for (const [id, document] of Object.entries(documents)) {
      if (write(RESULTS + id, document)) written.push(id);
      else {
        for (const each of written) remove(RESULTS + each);
        return tell(true);
      }
    }
    tell();
  };

  const drop = (ids) => {
    const keys = ids === null ? keysFrom(RESULTS) : ids.map((id) => RESULTS + id);
    for (const key of keys) remove(key);
    tell();
  };

  const receive = (message) => {
    if (message.keep) keep(message.keep);
    if ("drop" in message) drop(message.drop);
  };

  // A form that is looked at while it is moved; the newest numbers are sent once it pauses.
  let timer = 0;
  const moved = (event) => {
    const form = event.target.closest?.("form[data-live]");
    if (!form || !mine(event)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const values = Object.fromEntries(new FormData(form));
      model.send({ action: form.dataset.live, values });
    }, PAUSE);
  };

  const chosen = async (event) => {
    const input = event.target.closest?.("input[data-import]");
    if (!input || !mine(event) || !input.files[0]) return;
    const file = input.files[0];
    const content = file.size > LARGEST_FILE ? null : await file.arrayBuffer();
    input.value = "";
    model.send({ file: file.name.slice(0, 200), content: !!content }, undefined, content ? [content] : []);
  };

  const pressed = (event) => {
    if (!mine(event)) return;
    if (event.target.closest("[data-print]")) print();
    const resetting = event.target.closest("[data-reset]")?.closest("form");
    for (const each of resetting?.querySelectorAll("[data-default]") ?? []) {
      each.value = each.dataset.default;
      each.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const copying = event.target.closest("[data-copy]");
    if (copying) copy(document.getElementById(copying.dataset.copy), copying, say);
  };

  const elsewhere = (event) => {
    if (event.key === null || event.key.startsWith(RESULTS)) tell();
  };

  document.addEventListener("input", moved);
  document.addEventListener("change", chosen);
  document.addEventListener("click", pressed);
  window.addEventListener("storage", elsewhere);
  model.on("msg:custom", receive);

  // Only a page that careerpath serves opens what stands in its address.
  const served = document.getElementById("careerpath-config");
  model.send({ base: served ? location.origin + location.pathname : "" });
  tell();

  return () => {
    clearTimeout(timer);
    document.removeEventListener("input", moved);
    document.removeEventListener("change", chosen);
    document.removeEventListener("click", pressed);
    window.removeEventListener("storage", elsewhere);
    model.off("msg:custom", receive);
  };
}

// Without encryption a page may not use the clipboard; then the text is selected, to be copied by hand.
async function copy(field, button, say) {
  field.select();
  let words = "Copied.";
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    if (!document.execCommand("copy")) words = "Selected: copy it with your device's own command.";
  }
  const told = button.parentElement.querySelector("[data-copied]");
  if (told) told.textContent = words;
  say(button, words);
}

export default { render };
