// What only the browser can do for the assessment: keep a draft, say things aloud.
//
// The draft is written here, at the moment an answer is given, so that nothing is lost when the
// kernel or the connection dies. The kernel only says which screen is shown, and reads the draft
// once, when the page opens.

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.className = "careerpath cp-session";
  // One live region for the whole visit: a replaced one is not read out.
  const live = document.createElement("p");
  live.className = "cp-hidden";
  live.setAttribute("aria-live", "polite");
  const trouble = document.createElement("p");
  trouble.className = "cp-trouble";
  trouble.setAttribute("role", "alert");
  el.append(live, trouble);

  const identity = () => ({ instrument: model.get("instrument"), version: model.get("version") });
  const key = () => `careerpath/draft/${model.get("instrument")}`;
  const draft = () => {
    const kept = read(key());
    const { instrument, version } = identity();
    return kept && kept.instrument === instrument && kept.version === version
      ? kept
      : { ...identity(), answers: {} };
  };

  const keepAnswer = (event) => {
    const app = el.closest(".careerpath-app");
    if (app && !app.contains(event.target)) return;
    const kept = draft();
    kept.answers[event.detail.name] = event.detail.value;
    write(key(), kept);
  };

  const keepPlace = () => {
    const place = model.get("place");
    if (!place.phase) return;
    const kept = draft();
    if (Object.keys(kept.answers).length) write(key(), { ...kept, ...place });
  };

  const announce = () => {
    live.textContent = model.get("announcement");
  };

  const warn = () => {
    trouble.textContent = model.get("trouble");
  };

  const receive = (message) => {
    if (message.forget) remove(key());
  };

  document.addEventListener("careerpath:answer", keepAnswer);
  model.on("change:place", keepPlace);
  model.on("change:announcement", announce);
  model.on("change:trouble", warn);
  model.on("msg:custom", receive);

  model.set("found", read(key()));
  model.set("storage", works());
  model.save_changes();

  return () => {
    document.removeEventListener("careerpath:answer", keepAnswer);
    model.off("change:place", keepPlace);
    model.off("change:announcement", announce);
    model.off("change:trouble", warn);
    model.off("msg:custom", receive);
  };
}

// A browser may refuse storage altogether, or run out of it; the assessment goes on without.

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Said once, by `works`, on the first screen.
  }
}

function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

function works() {
  try {
    const key = "careerpath/probe";
    localStorage.setItem(key, "1");
    localStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
}

export default { render };
