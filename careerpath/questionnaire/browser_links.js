// Somebody's answers in the address, as `#answers/...`; beside a room, as `#room=CODE&answers/...`.
// What stands behind the "#" is sent with no request: the kernel gets it as a message, to show it.

const LONGEST_LINK = 4_000;

function isLink(part) {
  return part.startsWith("answers/");
}

function linkInAddress() {
  return location.hash.slice(1).split("&").find(isLink)?.slice(0, LONGEST_LINK) ?? "";
}

/** Back to one's own questions: the room stays in the address, and is entered by loading the page. */
function leaveLink() {
  const rest = location.hash.slice(1).split("&").filter((part) => !isLink(part)).join("&");
  history.replaceState(null, "", location.pathname + location.search + (rest && `#${rest}`));
  return rest !== "";
}

