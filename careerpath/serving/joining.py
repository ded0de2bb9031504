"""Joining a room: the address behind its QR code, and a form for its letters; no kernel."""

from __future__ import annotations

from careerpath.room.entities import RoomNotFoundError
from careerpath.room.store.keys import plain_code
from careerpath.serving.handlers import SiteHandler


class Join(SiteHandler):
    """``join/CODE`` leads into the assessment; ``join`` asks for the code.

    The code goes on as a fragment, which browsers keep to themselves. Whether there is such a room
    is said where it is joined: here nobody can try one code after the other for nothing.
    """

    SUPPORTED_METHODS = ("GET", "HEAD")

    def get(self, code: str | None = None) -> None:
        """Lead on, or ask."""
        self.set_header("Cache-Control", "no-store")
        given = code or self.get_query_argument("code", "")
        try:
            found = plain_code(given)
        except RoomNotFoundError as error:
            self.set_status(404 if given else 200)
            self.finish(self.site.join(given, problem=str(error) if given else ""))
            return
        self.redirect(self.site.room(found), status=303)

    head = get
