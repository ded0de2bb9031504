// A participant's side of rooms: the code from the address, a token for each room, and what was
// shared but has not arrived yet.
//
// For each room the browser keeps `{token, expires, shared, pending}`. The token is chosen here, at
// random, so that answers sent twice count once, and new answers replace the old ones. `pending` are
// answers on their way: they are kept before they are sent, sent again until the kernel accepts or
// refuses them, and deleted when the draft is deleted.

const ROOMS = "careerpath/room/";
const FIRST_WAIT = 8_000;
const LONGEST_WAIT = 120_000;
// A clock may be wrong, so a room is forgotten a week after its end.
const GRACE = 7 * 86_400_000;

/** @param {{model: any, el: HTMLElement, say: (words: string) => void, showUnkept: () => void}} of */
function browserRooms({ model, el, say, showUnkept }) {
  // Opening another person's answers does not join a room.
  const here = linkInAddress() ? null : codeInAddress();
  const held = {}; // Takes the place of storage in a browser that keeps nothing.
  let connected = true;
  let answered = false;
  let wait = FIRST_WAIT;
  let timer = 0;

  const entry = (code) => {
    const found = held[code] ?? read(ROOMS + code);
    return typeof found?.token === "string" ? found : null;
  };
  const keep = (code, value) => {
    const kept = write(ROOMS + code, value);
    if (kept) delete held[code];
    else held[code] = value;
    return kept;
  };
  const drop = (code) => {
    delete held[code];
    remove(ROOMS + code);
  };
  const codes = () => [
    ...new Set([...keysFrom(ROOMS).map((key) => key.slice(ROOMS.length)), ...Object.keys(held)]),
  ];
  const mine = () => entry(here) ?? { token: newToken() };

  const join = () => {
    if (!here || answered) return;
    const known = mine();
    keep(here, known);
    model.send({ join: { code: here, token: known.token } });
  };

  // Again and again, until each has arrived or was refused.
  const deliver = () => {
    clearTimeout(timer);
    const pending = codes().filter((code) => entry(code)?.pending);
    if (!pending.length) return;
    if (!connected) return unsent();
    for (const code of pending) {
      const { token, pending: answers } = entry(code);
      model.send({ share: { code, token, answers } });
    }
    // Half of the wait is random, so that a room full of phones does not come back all at once.
    timer = setTimeout(() => (unsent(), deliver()), wait * (0.5 + Math.random() / 2));
    wait = Math.min(2 * wait, LONGEST_WAIT);
  };

  // The kernel cannot say that it receives nothing.
  const unsent = () => {
    const place = el.closest(".careerpath-app")?.querySelector("[data-unsent]");
    if (!place || !entry(here)?.pending || place.textContent) return;
    place.textContent = place.dataset.unsent;
    say(place.dataset.unsent);
  };

  const share = (button) => {
    const answers = JSON.parse(button.dataset.answers);
    if (!keep(here, { ...mine(), pending: answers })) showUnkept();
    wait = FIRST_WAIT;
    deliver();
  };

  const settle = ({ code, answers, outcome }) => {
    const known = typeof code === "string" && entry(code);
    if (!known || outcome === "later") return;
    const { pending, ...rest } = known;
    const newest = JSON.stringify(pending) === JSON.stringify(answers);
    if (outcome === "shared") rest.shared = newest ? answers : (rest.shared ?? {});
    keep(code, newest ? rest : { ...rest, pending });
    if (newest) wait = FIRST_WAIT;
    if (newest && !codes().some((each) => entry(each)?.pending)) clearTimeout(timer);
  };

  const receive = (message) => {
    if ("settled" in message) settle(message.settled);
    if (!here || !("joined" in message || "refused" in message)) return;
    answered = true;
    const known = mine();
    if (message.joined) {
      // The room says whether it has answers from here: the coach may have removed them.
      const { expires, shared } = message.joined;
      keep(here, { ...known, expires: 1000 * expires, shared: shared ? (known.shared ?? {}) : undefined });
    } else if (!known.shared && !known.pending) drop(here);
  };

  // What was shared stays in the room; here only the token stays, so that new answers replace the old.
  const forget = () => {
    clearTimeout(timer);
    for (const code of codes()) {
      const known = entry(code);
      if (!known) continue;
      const { pending, ...rest } = known;
      keep(code, rest.shared ? { ...rest, shared: {} } : rest);
    }
  };

  const onConnection = (status) => {
    connected = status === "connected";
    if (!connected) return unsent();
    wait = FIRST_WAIT;
    answered = false;
    join();
    deliver();
  };

  // When somebody writes the code of another room into the address of this page.
  const onHashChange = () => {
    const there = linkInAddress() ? null : codeInAddress();
    if (there && there !== here) location.reload();
  };

  for (const code of codes()) if (entry(code)?.expires + GRACE < Date.now()) drop(code);
  const stop = () => clearTimeout(timer);
  return { join, deliver, share, receive, forget, onHashChange, onConnection, stop };
}

/** The code of `#room=CODE`, in capitals and without spaces; no request contains it. */
function codeInAddress() {
  const written = new URLSearchParams(location.hash.slice(1)).get("room");
  return written && written.toUpperCase().replace(/[\s\p{Pd}]/gu, "").slice(0, 100);
}

function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

