// What only the browser can do after the result: keep past results, and send the page's address.
//
// Each result has a key of its own, so that two tabs never overwrite each other's results; a key that
// this version cannot read is left as it is. browser_storage.js comes before this file.

const RESULTS = "careerpath/result/";

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.className = "careerpath cp-result-browser";
  el.hidden = true;

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
  const onStorage = (event) => {
    if (event.key === null || event.key.startsWith(RESULTS)) tell();
  };
  window.addEventListener("storage", onStorage);
  model.on("msg:custom", receive);

  // A link can only be opened again by a page that careerpath serves.
  const served = document.getElementById("careerpath-config");
  model.send({ base: served ? location.origin + location.pathname : "" });
  tell();

  return () => {
    window.removeEventListener("storage", onStorage);
    model.off("msg:custom", receive);
  };
}

export default { render };
