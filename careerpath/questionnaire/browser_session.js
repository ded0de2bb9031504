// What only the browser can do for the assessment: keep a draft, say things aloud.
//
// The draft is written here, at the moment an answer is given, so that nothing is lost when the
// kernel or the connection dies; and it is deleted here, for the same reason. The kernel says which
// screen is shown and, when a visit begins, with which answers; it reads the draft when the page
// opens, and again where another tab has written one before anything was answered here. Two tabs of
// one person never mix: the one that was answered last is kept, whole, and the other one says so.
// Rooms have a file of their own, browser_rooms.js, which comes before this one; past results are
// result_browser.js's, and only deleted here.

// Another person's answers can be in the address, as `#answers/...`; beside a room, as
// `#room=CODE&answers/...`. Browsers never send what follows the "#": the kernel gets it as a message.
const LONGEST_LINK = 4_000;

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
  let taken = "";
  let connected = true;

  const unkept = () =>
    (trouble.textContent = "This browser could not keep your answer. Please do not reload the page.");

  const keep = () => {
    if (!Object.keys(answers).length) return;
    const { phase, item } = model.get("place");
    const identity = { instrument: model.get("instrument"), version: model.get("version") };
    if (!write(key(), { ...identity, answers, phase, item, taken })) unkept();
  };

  const mine = (event) => {
    const app = el.closest(".careerpath-app");
    return !app || app.contains(event.target);
  };

  const look = () => {
    model.set({ found: read(key()), storage: works(), today: today(), looked: true });
    model.save_changes();
  };

  const elsewhere = (event) => {
    if (event.key !== key()) return;
    if (model.get("place").phase === "welcome") look();
    else if (event.newValue)
      trouble.textContent =
        "This questionnaire is open in another tab, too. What was answered last is kept: " +
        "please go on in one of them only.";
  };

  const listeners = {
    "careerpath:answer": (event) => {
      if (!mine(event)) return;
      answers = { ...answers, [event.detail.name]: event.detail.value };
      taken = today();
      warn();
      keep();
    },
    "careerpath:say": (event) => {
      if (mine(event)) say(event.detail);
    },
    // Before the kernel hears of it, and even if it never does.
    click: (event) => {
      if (!mine(event)) return;
      const sharing = event.target.closest("[data-action=share]:not([aria-disabled=true])");
      if (sharing) rooms.share(sharing);
      if (event.target.closest("[data-action=own]")) {
        link = "";
        if (leaveLink() || !connected) location.reload();
      }
      if (!event.target.closest("[data-action=forget]")) return;
      answers = {};
      remove(key());
      rooms.forget();
      const past = keysFrom("careerpath/result/");
      for (const each of past) remove(each);
      const what = past.length ? "answers and past results" : "answers";
      say(`Your ${what} are deleted from this device.`);
      if (!connected) location.reload();
    },
  };

  // The same words twice in a row are only read out if the region was empty in between.
  const say = (words) => {
    live.textContent = "";
    setTimeout(() => (live.textContent = words), 50);
  };

  const rooms = browserRooms({ model, el, say, unkept });
  const onConnection = (event) => {
    connected = event.detail.status === "connected";
    rooms.onConnection(event.detail.status);
  };
  let link = linkInAddress();
  const follow = () => {
    rooms.follow();
    if (linkInAddress() !== link) location.reload();
  };
  const announce = () => say(model.get("announcement"));
  const warn = () => (trouble.textContent = model.get("trouble"));
  // The questions of a room may be others, and have another draft: what was answered before it is
  // no part of that one.
  const turn = () => {
    answers = {};
    taken = "";
    look();
  };
  const receive = (message) => {
    rooms.receive(message);
    if (!("answers" in message)) return;
    answers = message.answers ?? {};
    taken = read(key())?.taken ?? "";
    if (message.answers === null) remove(key());
    else keep();
  };

  for (const [type, listener] of Object.entries(listeners))
    document.addEventListener(type, listener);
  window.addEventListener("careerpath:connection", onConnection);
  window.addEventListener("storage", elsewhere);
  window.addEventListener("hashchange", follow);
  model.on("change:place", keep);
  model.on("change:announcement", announce);
  model.on("change:trouble", warn);
  model.on("msg:custom", receive);
  model.on("change:instrument", turn);

  // First, so that nobody starts before the room, or whose answers these are, is known.
  if (link) model.send({ link });
  rooms.join();
  look();
  rooms.deliver();

  return () => {
    for (const [type, listener] of Object.entries(listeners))
      document.removeEventListener(type, listener);
    window.removeEventListener("careerpath:connection", onConnection);
    window.removeEventListener("storage", elsewhere);
    window.removeEventListener("hashchange", follow);
    model.off("change:place", keep);
    model.off("change:announcement", announce);
    model.off("change:trouble", warn);
    model.off("msg:custom", receive);
    model.off("change:instrument", turn);
    rooms.stop();
  };
}

function isLink(part) {
  return part.startsWith("answers/");
}

function linkInAddress() {
  return location.hash.slice(1).split("&").find(isLink)?.slice(0, LONGEST_LINK) ?? "";
}

/** Removes the answers from the address and keeps the room; returns whether a room is left. */
function leaveLink() {
  const rest = location.hash.slice(1).split("&").filter((part) => !isLink(part)).join("&");
  history.replaceState(null, "", location.pathname + location.search + (rest && `#${rest}`));
  return rest !== "";
}

/** The day here, as 2026-03-01. */
function today() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export default { render };
