"""The answers that participants share with a room: their rows, and what is read from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, bindparam, func, insert, null, select, update

from careerpath.core.errors import shown
from careerpath.core.instrument import Instrument
from careerpath.core.scoring import check_answer, score
from careerpath.room.room import (
    MINIMUM_SHOWN,
    Counts,
    Progress,
    RoomClosedError,
    RoomError,
    RoomFullError,
    Visibility,
)
from careerpath.room.store.tables import participants, rooms

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from careerpath.cohort.tally import Tally

LONGEST_TOKEN = 200

# Built once: building a statement takes longer than running it.
_IN_ROOM = participants.c.room_id == bindparam("room")
_THIS = (_IN_ROOM, participants.c.token == bindparam("digest"))
_FIND = select(participants).where(*_THIS)
_COUNT = select(func.count()).where(_IN_ROOM)
_ADD = insert(participants)
_CHANGE = update(participants).where(*_THIS)

# Each function takes a connection with an open transaction, and the room's row in `rooms`.


def find_participant(connection: Connection, room: Row[Any], digest: str) -> Row[Any] | None:
    """Return a participant's row, or None if nobody has joined with this token's digest."""
    return connection.execute(_FIND, {"room": room.id, "digest": digest}).one_or_none()


def save_participant(
    connection: Connection,
    room: Row[Any],
    digest: str,
    *,
    found: Row[Any] | None,
    progress: Progress,
    steps: list[int] | None = None,
) -> None:
    """Write how far a participant is and, if given, their answers, which wait.

    Parameters
    ----------
    connection : Connection
        Its transaction has locked the room, so nobody else joins meanwhile.
    room : Row
    digest : str
        From `token_digest`.
    found : Row or None
        From `find_participant`.
    progress : Progress
    steps : list of int, optional
        From `steps_of`. They come into the picture when it moves on.

    Raises
    ------
    RoomError
        If the participant is new and the room is closed or full.
    """
    values: dict[str, Any] = {"phase": progress}
    if steps is not None:
        values["waiting"] = None if found and found.answers == steps else steps
    if found:
        connection.execute(_CHANGE, {"room": room.id, "digest": digest, **values})
        return
    if room.closed:
        raise closed_error(room)
    if connection.execute(_COUNT, {"room": room.id}).scalar_one() >= room.capacity:
        raise RoomFullError(
            f"Room {room.code} is full: {room.capacity:,} people are in it. You still have your "
            "own result."
        )
    connection.execute(_ADD, {"room_id": room.id, "token": digest, **values})
    if room.expires_if_used is not None:
        used = {"expires": room.expires_if_used, "expires_if_used": None}
        connection.execute(update(rooms).where(rooms.c.id == room.id).values(**used))


def count_participants(connection: Connection, room: Row[Any]) -> Counts:
    """Count the participants by how far they are."""
    mine = participants.c
    query = select(
        func.count().label("joined"),
        func.count().filter(mine.phase == Progress.ANSWERING).label("answering"),
        func.count(func.coalesce(mine.waiting, mine.answers)).label("shared"),
        func.count(mine.waiting).label("waiting"),
    )
    found = connection.execute(query.where(mine.room_id == room.id)).mappings().one()
    waiting = 0 if moves_on(connection, room) else found["waiting"]
    return Counts(**{**found, "waiting": waiting}, version=room.version)


def moves_on(connection: Connection, room: Row[Any]) -> bool:
    """Return whether the waiting answers may come into the picture now.

    Two pictures differ by the answers of `MINIMUM_SHOWN` people or more, so that nobody can
    subtract one from the other and see one person's answers. A closed room shows all of them.
    """
    if room.picture == Visibility.FROZEN:
        return False
    mine = participants.c
    query = select(func.count(mine.answers), func.count(mine.waiting))
    shown, waiting = connection.execute(query.where(mine.room_id == room.id)).one()
    return waiting >= MINIMUM_SHOWN or (waiting > 0 and (room.closed or shown < MINIMUM_SHOWN))


def read_steps(connection: Connection, room: Row[Any]) -> list[list[int]]:
    """Return the answers in a room's picture, sorted by digest, which says nothing about time."""
    mine = participants.c
    query = select(mine.answers).where(mine.room_id == room.id, mine.answers.is_not(None))
    return list(connection.execute(query.order_by(mine.token)).scalars())


def show_waiting(connection: Connection, room: Row[Any]) -> None:
    """Move the waiting answers into the picture."""
    mine = participants.c
    connection.execute(
        update(participants)
        .where(mine.room_id == room.id, mine.waiting.is_not(None))
        .values(answers=mine.waiting, waiting=null())
    )


# Answers as they are stored, and as they are read


def steps_of(instrument: Instrument, answers: Mapping[str, Any]) -> list[int]:
    """Check a person's answers and return them as they are stored.

    Parameters
    ----------
    instrument : Instrument
    answers : mapping of str to int or float
        An answer for each item.

    Returns
    -------
    list of int
        The steps of each answer above the scale's minimum, in the order of the items.

    Raises
    ------
    CareerpathError
        If `score` refuses the answers.

    Examples
    --------
    >>> instrument = Instrument.plain(
    ...     ["a", "b"], minimum=1, maximum=3, step=0.5, management_below=3, mastery_above=4
    ... )
    >>> steps_of(instrument, {"b": 3, "a": 1.5})
    [1, 4]
    """
    score(instrument, answers)
    return [check_answer(instrument, name, answers[name]) for name in instrument.item_ids]


def answers_from(instrument: Instrument, steps: list[int]) -> dict[str, float]:
    """Return stored answers of one person as they were given.

    Examples
    --------
    >>> instrument = Instrument.plain(
    ...     ["a", "b"], minimum=1, maximum=3, step=0.5, management_below=3, mastery_above=4
    ... )
    >>> answers_from(instrument, [1, 4])
    {'a': 1.5, 'b': 3}
    """
    values = (instrument.total_of(step, items=1) for step in steps)
    return dict(zip(instrument.item_ids, values, strict=True))


def frame_of(instrument: Instrument, rows: list[list[int]]) -> pd.DataFrame:
    """Return stored answers as a frame: one row a person, one column an item.

    Examples
    --------
    >>> instrument = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    >>> frame_of(instrument, [[10, 3], [0, 5]])
        a  b
    0  10  3
    1   0  5
    """
    import numpy as np
    import pandas as pd

    steps = range(instrument.scale.steps + 1)
    scale = np.array([instrument.total_of(step, items=1) for step in steps])
    return pd.DataFrame(scale[_grid(instrument, rows)], columns=list(instrument.item_ids))


def tally_of(instrument: Instrument, rows: list[list[int]]) -> Tally:
    """Count stored answers.

    The result equals `Tally.of(frame_of(instrument, rows), instrument)`, which takes 40 ms even
    for a few people because it checks every answer again.

    Examples
    --------
    >>> instrument = Instrument.plain(["a", "b"], management_below=7, mastery_above=14)
    >>> tally = tally_of(instrument, [[10, 3], [0, 5]])
    >>> tally.count, tally.mean
    (2, 9.0)
    """
    import numpy as np

    from careerpath.cohort.tally import Tally
    from careerpath.cohort.tally_layout import TallyLayout

    layout = TallyLayout.of(instrument)
    steps = _grid(instrument, rows)
    keyed = np.where(layout.reversed, instrument.scale.steps - steps, steps)
    totals = keyed.sum(axis=1)
    cells = np.zeros(layout.shape, np.int64)
    for item, answers in enumerate(keyed.T):
        np.add.at(cells[item], (answers, totals), 1)
    return Tally(layout, cells)


def _grid(instrument: Instrument, rows: list[list[int]]) -> NDArray[np.int64]:
    """Return an array of shape (people, items)."""
    import numpy as np

    return np.array(rows, np.int64).reshape(len(rows), len(instrument.items))


# Tokens and errors


def token_digest(code: str, token: object) -> str:
    """Return what is stored of a participant's token: it opens nothing and differs in each room.

    Raises
    ------
    RoomError
        If the token is not a text of usable length.
    """
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        raise RoomError(
            f"A submission id is a text of 1 to {LONGEST_TOKEN} letters, not {shown(token)}."
        )
    return hashlib.sha256(f"{code} {token}".encode("utf-8", "surrogatepass")).hexdigest()


def closed_error(room: Row[Any]) -> RoomClosedError:
    """Return the error for answers or participants that come after a room was closed."""
    return RoomClosedError(
        f"Room {room.code} is closed and takes no more answers. You still have your own result."
    )
