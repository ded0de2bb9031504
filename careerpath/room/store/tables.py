"""The tables as the newest migration leaves them.

They hold no name, no address and no time of a participant. A participant is a row under the digest
of a random token. On SQLite the rows are sorted by that digest, so their order does not show who
came when.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

rooms = Table(
    "rooms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(6), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("instrument_id", Text, nullable=False),
    Column("instrument_version", Text, nullable=False),
    Column("published", JSON, nullable=False),  # cut scores
    Column("moved", JSON(none_as_null=True)),  # cut scores, if the coach has moved them
    Column("created", BigInteger, nullable=False),  # seconds since 1970, UTC
    Column("expires", BigInteger, nullable=False),
    Column("expires_if_used", BigInteger),  # until somebody joins: `expires` from then on
    Column("seen_expired", BigInteger),  # when it was first found to have expired
    Column("capacity", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("picture", String(10), nullable=False),  # a Visibility
    Column("version", BigInteger, nullable=False),  # grows with every change in the room
    Column("picture_version", BigInteger, nullable=False),  # grows when the tally changes
    # An id is never used twice: what a process has cached for a room belongs to that room.
    sqlite_autoincrement=True,
)

# A table of its own: rooms change with every response, and this long text never does.
instruments = Table(
    "instruments",
    metadata,
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("toml", Text, nullable=False),  # the whole instrument file
)

# Answers are a list of whole numbers in the order of the instrument's items: the steps of each
# answer above the scale's minimum, left to right as shown. From 0 to 10, that is the answer itself.
participants = Table(
    "participants",
    metadata,
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("token", String(64), primary_key=True),  # a digest
    Column("phase", String(10), nullable=False),  # a Progress
    Column("answers", JSON(none_as_null=True)),  # in the picture
    Column("waiting", JSON(none_as_null=True)),  # newer answers, while the picture is frozen
    sqlite_with_rowid=False,
)

attempts = Table(
    "attempts",
    metadata,
    Column("code", String(6), primary_key=True),  # whether a room has it or not
    Column("failed", Integer, nullable=False),  # attempts to open a room with this code and a key
    Column("latest", BigInteger, nullable=False),  # seconds since 1970, UTC
)

# One row, by which all processes agree who removes deleted data from the files, and when.
vacuums = Table(
    "vacuums",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("begun", BigInteger, nullable=False),  # how many have begun
    Column("finished", BigInteger, nullable=False),  # the number of the last that has finished
    Column("latest", BigInteger, nullable=False),  # when the last began, in seconds since 1970
)
