// What only the browser can do for the assessment: keep a draft, and speak to screen readers.
//
// The draft is written here, at the moment of an answer, so that nothing is lost when the kernel or
// the connection dies; and it is deleted here, for the same reason. The kernel says which screen is
// shown and, when a visit begins, with which answers; it reads the draft when the page opens, and
// again if another tab has written one before anything was answered here. Two tabs of one person
// never mix: the draft of the tab that was answered last is kept, whole, and the other tab says so.
// browser_storage.js, live_region.js and browser_rooms.js come before this file. Past results are
// kept by what_next/browser.js, and only deleted here.

const LONGEST_LINK = 4_000;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.className = "careerpath cp-session";
  const { say, stop } = liveRegion(el);
  const trouble = document.createElement("p");
  trouble.className = "cp-trouble";
  trouble.setAttribute("role", "alert");
  el.append(trouble);

  const key = () => `careerpath/draft/${model.get("instrument")}`;
  let answers = {};
  let taken = "";
  let connected = true;
  let link = linkInAddress();

  const showUnkept = () =>
    (trouble.textContent = "This browser could not keep your answer. Please do not reload the page.");
  const showTrouble = () => (trouble.textContent = model.get("trouble"));
  const announce = () => say(model.get("announcement"));
  const rooms = browserRooms({ model, el, say, showUnkept });

  const keep = () => {
    if (!Object.keys(answers).length) return;
    const { phase, item } = model.get("place");
    const identity = { instrument: model.get("instrument"), version: model.get("version") };
    if (!write(key(), { ...identity, answers, phase, item, taken })) showUnkept();
  };

  const look = () => {
    model.set({ found: read(key()), storage: storageWorks(), today: today(), looked: true });
    model.save_changes();
  };

  // A room may have other questions, with their own draft: earlier answers do not belong to it.
  const changeInstrument = () => {
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

  const answer = (event) => {
    if (!inSameScreen(el, event)) return;
    answers = { ...answers, [event.detail.name]: event.detail.value };
    taken = today();
    showTrouble();
    keep();
  };

  // Before the kernel gets the answer, and even if it never does.
  const press = (event) => {
    if (!inSameScreen(el, event)) return;
    const sharing = event.target.closest("[data-action=share]:not([aria-disabled=true])");
    if (sharing) rooms.share(sharing);
    if (event.target.closest("[data-action=own]")) {
      link = "";
      if (leaveLink() || !connected) location.reload();
    }
    if (event.target.closest("[data-action=forget]")) forget();
  };

  const forget = () => {
    answers = {};
    remove(key());
    rooms.forget();
    const past = keysFrom("careerpath/result/");
    for (const each of past) remove(each);
    const what = past.length ? "answers and past results" : "answers";
    say(`Your ${what} are deleted from this device.`);
    if (!connected) location.reload();
  };

  const onStorage = (event) => {
    if (event.key !== key()) return;
    if (model.get("place").phase === "welcome") look();
    else if (event.newValue)
      trouble.textContent =
        "This questionnaire is open in another tab, too. What was answered last is kept: " +
        "please go on in one of them only.";
  };

  const onConnection = (event) => {
    connected = event.detail.status === "connected";
    rooms.onConnection(event.detail.status);
  };

  const onHashChange = () => {
    rooms.onHashChange();
    if (linkInAddress() !== link) location.reload();
  };

  const listeners = [
    [document, "careerpath:answer", answer],
    [document, "click", press],
    [window, "careerpath:connection", onConnection],
    [window, "storage", onStorage],
    [window, "hashchange", onHashChange],
  ];
  for (const [target, type, listener] of listeners) target.addEventListener(type, listener);
  model.on("change:place", keep);
  model.on("change:announcement", announce);
  model.on("change:trouble", showTrouble);
  model.on("change:instrument", changeInstrument);
  model.on("msg:custom", receive);

  // First, so that nobody can start before the room, or the shared link, is known.
  if (link) model.send({ link });
  rooms.join();
  look();
  rooms.deliver();

  return () => {
    for (const [target, type, listener] of listeners) target.removeEventListener(type, listener);
    model.off("change:place", keep);
    model.off("change:announcement", announce);
    model.off("change:trouble", showTrouble);
    model.off("change:instrument", changeInstrument);
    model.off("msg:custom", receive);
    rooms.stop();
    stop();
  };
}

// Another person's answers can be in the address, as `#answers/...`; with a room, as
// `#room=CODE&answers/...`. Browsers never send what follows the "#": the kernel gets it as a message.

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
