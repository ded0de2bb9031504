"""The tables, as they are since the newest migration.

No name, no address, no time of a participant. A participant is a row under the digest of a random
token; on SQLite the table is ordered by that digest, so that its order doesn't tell who came when.
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
    Column("moved", JSON(none_as_null=True)),  # cut scores, where the coach has moved them
    Column("created", BigInteger, nullable=False),  # seconds since 1970, UTC
    Column("expires", BigInteger, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("picture", String(10), nullable=False),
    Column("version", BigInteger, nullable=False),  # of all that is in the room
    Column("picture_version", BigInteger, nullable=False),  # of the answers in the picture
    # A number is never given twice, so what a process remembers of a room is that room's.
    sqlite_autoincrement=True,
)

# Beside the rooms, because these change with every response, and this is long and never does.
instruments = Table(
    "instruments",
    metadata,
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("toml", Text, nullable=False),  # the whole file
)

participants = Table(
    "participants",
    metadata,
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("token", String(64), primary_key=True),  # a digest
    Column("phase", String(10), nullable=False),
    Column("answers", Text),  # in the picture; packed
    Column("waiting", Text),  # newer ones, while the picture is frozen
    sqlite_with_rowid=False,
)

attempts = Table(
    "attempts",
    metadata,
    Column("room_id", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("failed", Integer, nullable=False),  # to open the room with its coach key
    Column("latest", BigInteger, nullable=False),  # seconds since 1970, UTC
)
