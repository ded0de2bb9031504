// What only the browser can do for the assessment: keep a draft, say things aloud.
//
// The draft is written here, at the moment an answer is given, so that nothing is lost when the
// kernel or the connection dies; and it is deleted here, for the same reason. The kernel says which
// screen is shown and, when a visit begins, with which answers; it reads the draft once, when the
// page opens. Two pages of one person never mix: the one that was answered last is kept, whole.

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

  const key = () => `careerpath/draft/${model.get("instrument")}`;
  let answers = {};
  let connected = true;

  const keep = () => {
    if (!Object.keys(answers).length) return;
    const { phase, item } = model.get("place");
    const identity = { instrument: model.get("instrument"), version: model.get("version") };
    if (!write(key(), { ...identity, answers, phase, item }))
      trouble.textContent = "This browser could not keep your answer. Please do not reload the page.";
  };

  const mine = (event) => {
    const app = el.closest(".careerpath-app");
    return !app || app.contains(event.target);
  };

  const listeners = {
    "careerpath:answer": (event) => {
      if (!mine(event)) return;
      answers = { ...answers, [event.detail.name]: event.detail.value };
      keep();
    },
    "careerpath:say": (event) => {
      if (mine(event)) say(event.detail);
    },
    // Before the kernel hears of it, and even if it never does.
    click: (event) => {
      if (!mine(event) || !event.target.closest("[data-action=forget]")) return;
      answers = {};
      remove(key());
      say("Your answers are deleted from this device.");
      if (!connected) location.reload();
    },
  };

  // The same words twice in a row are only read out if the region was empty in between.
  const say = (words) => {
    live.textContent = "";
    setTimeout(() => (live.textContent = words), 50);
  };

  const onConnection = (event) => (connected = event.detail.status === "connected");
  const announce = () => say(model.get("announcement"));
  const warn = () => (trouble.textContent = model.get("trouble"));
  const receive = (message) => {
    if (!("answers" in message)) return;
    answers = message.answers ?? {};
    if (message.answers === null) remove(key());
    else keep();
  };

  for (const [type, listener] of Object.entries(listeners))
    document.addEventListener(type, listener);
  window.addEventListener("careerpath:connection", onConnection);
  model.on("change:place", keep);
  model.on("change:announcement", announce);
  model.on("change:trouble", warn);
  model.on("msg:custom", receive);

  model.set({ found: read(key()), storage: works(), looked: true });
  model.save_changes();

  return () => {
    for (const [type, listener] of Object.entries(listeners))
      document.removeEventListener(type, listener);
    window.removeEventListener("careerpath:connection", onConnection);
    model.off("change:place", keep);
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
    return true;
  } catch {
    return false;
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
  const key = "careerpath/probe";
  const kept = write(key, 1);
  remove(key);
  return kept;
}

export default { render };
