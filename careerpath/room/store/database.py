"""The connection to the rooms' database: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    QueuePool,
    create_engine,
    event,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from careerpath.core.errors import shown
from careerpath.core.files import reason_of
from careerpath.room.room import StoreError, StoreUnavailableError
from careerpath.room.store.tables import metadata, vacuums

DATABASE_VARIABLE = "CAREERPATH_DATABASE_URL"
"""The environment variable with the database's URL; ``careerpath serve`` sets it for its pages."""

PATIENCE = 30
"""Seconds that a transaction waits for others."""
BETWEEN_VACUUMS = 3
"""Seconds from one vacuum to the next, for all rooms: each rewrites the whole database."""
_CONNECT_PATIENCE = 10
STATEMENT_PATIENCE = 15
"""Seconds after which PostgreSQL gives up a statement."""
SILENCE = 20
"""Seconds without a word from PostgreSQL after which its connection is given up."""
_TCP = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 1000 * _CONNECT_PATIENCE,
}
"""A network that lets nothing through any more is noticed, also between two questions."""
_MAY_PASS = ("OperationalError", "InterfaceError")
"""Driver errors, by name, after which the same request may succeed."""
IN_MEMORY = (None, "", ":memory:")
"""Names that SQLite reads as a database in memory."""
_BY_URL = "Write sqlite:///rooms.db or postgresql://user@host/name."


def database_url(url: str | None = None) -> URL:
    """Return the URL of the database to use.

    Parameters
    ----------
    url : str, optional
        Such as ``sqlite:///rooms.db`` or ``postgresql://user:password@host/name``. By default the
        value of ``CAREERPATH_DATABASE_URL``; without it, ``rooms.db`` in the user's data folder.

    Returns
    -------
    sqlalchemy.URL

    Raises
    ------
    StoreError
        If it is not the URL of an SQLite or PostgreSQL database.

    Examples
    --------
    >>> database_url("postgres://coach@localhost/rooms").drivername
    'postgresql+psycopg'
    """
    given = url or os.environ.get(DATABASE_VARIABLE)
    if not given:
        from platformdirs import user_data_path

        file = user_data_path("careerpath", appauthor=False) / "rooms.db"
        return URL.create("sqlite", database=str(file))
    try:
        made = make_url(given)
    except (ArgumentError, ValueError) as error:
        # The wrong URL may contain a password, so it is not shown.
        raise StoreError(f"The database's URL cannot be read. {_BY_URL}") from error
    kind = made.drivername.partition("+")[0]
    if kind == "sqlite":
        return made.set(drivername="sqlite")
    if kind in ("postgresql", "postgres"):
        return made.set(drivername="postgresql+psycopg")
    raise StoreError(f"Rooms cannot be kept in {shown(made.drivername)}. {_BY_URL}")


def shown_url(url: URL) -> str:
    """Return a database's URL as people write it, without its password."""
    plain = url.set(drivername=url.drivername.partition("+")[0])
    return plain.render_as_string(hide_password=True)


class Database:
    """A database with its transactions, whose errors are explained in plain words.

    Parameters
    ----------
    url : sqlalchemy.URL
    keep_connections : bool
        Whether connections stay open for the next transaction. Participants' processes close
        theirs, because PostgreSQL has a hundred connections for everybody.
    read_only : bool
        Whether an SQLite file is opened so that neither it nor its folder changes.
    """

    def __init__(self, url: URL, *, keep_connections: bool = True, read_only: bool = False) -> None:
        self.place = shown_url(url)
        self.is_sqlite = url.drivername == "sqlite"
        self._driver_errors: type[Exception] = DBAPIError
        with self._explained():
            self.engine = (
                _sqlite_engine(url, read_only=read_only)
                if self.is_sqlite
                else _postgresql_engine(url, keep_connections=keep_connections)
            )
            self._driver_errors = self.engine.dialect.loaded_dbapi.Error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction for reading."""
        with self._explained(), self.engine.connect() as connection:
            self._begin(connection, "BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction for writing; an exception inside undoes all of it."""
        with self._explained(), self.engine.connect() as connection:
            # Lock at once: SQLite refuses a reader that begins to write while others write.
            self._begin(connection, "BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Open a connection for statements that run outside a transaction."""
        with self._explained(), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def _begin(self, connection: Connection, statement: str) -> None:
        """Begin a transaction on SQLite; psycopg begins its own."""
        if self.is_sqlite:
            connection.exec_driver_sql(statement)

    def erase_traces(self) -> None:
        """Remove deleted data from the database's files too.

        One vacuum serves all who wait for it, in any process, and the next begins a few seconds
        later: otherwise coaches who reset their rooms again and again would stop everybody.

        Raises
        ------
        StoreError
            If another program still reads the old data.
        """
        with self.reading() as connection:
            asked = connection.execute(select(vacuums.c.begun)).scalar_one()
        while (mine := self._turn(asked)) is None:
            time.sleep(0.1)
        if mine <= asked:
            return
        self._vacuum()
        with self.writing() as connection:
            older = vacuums.c.finished < mine
            connection.execute(update(vacuums).where(older).values(finished=mine))

    def _turn(self, asked: int) -> int | None:
        """Return the number of the vacuum to make now: `asked` if there is none to make.

        None means that it is too early.
        """
        with self.writing() as connection:
            row = connection.execute(select(vacuums).with_for_update()).one()
            if row.finished > asked:
                return asked
            now = int(time.time())
            # A clock may have been put back.
            if 0 <= now - row.latest < BETWEEN_VACUUMS:
                return None
            connection.execute(update(vacuums).values(begun=row.begun + 1, latest=now))
            return int(row.begun) + 1

    def _vacuum(self) -> None:
        with self.alone() as connection:
            if not self.is_sqlite:
                # A plain VACUUM frees the space but leaves its content on the disk.
                for table in metadata.sorted_tables:
                    connection.exec_driver_sql(f"VACUUM (FULL) {table.name}")
                return
            # All of it: `secure_delete` and an incremental vacuum leave copies of rows behind that
            # SQLite has moved between pages.
            connection.exec_driver_sql("VACUUM")
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise StoreUnavailableError(
                f"The rows are deleted, but another program is reading {self.place}, whose log may "
                "still hold them. Close that program, then run: careerpath db upgrade."
            )

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the database's errors into plain words, without the values that were written."""
        try:
            yield
        except ModuleNotFoundError as error:
            raise StoreError(
                f"{self.place} needs psycopg. Install it with: pip install 'careerpath[postgres]'."
            ) from error
        except (DBAPIError, self._driver_errors) as error:
            # Drivers raise their own errors while SQLAlchemy sets up a connection.
            cause = error.orig if isinstance(error, DBAPIError) else error
            message = str(cause).strip().splitlines()[0].rstrip(".")
            if {kind.__name__ for kind in type(cause).__mro__}.isdisjoint(_MAY_PASS):
                raise StoreError(
                    f"The rooms' database {self.place} cannot be used: {message}. Check it with: "
                    "careerpath db check."
                ) from error
            raise StoreUnavailableError(
                f"The rooms' database {self.place} does not answer: {message}. Try again; if this "
                "does not help, check that the database runs and that its URL is right."
            ) from error
        except SQLAlchemyError as error:
            raise StoreUnavailableError(
                f"The rooms' database {self.place} has no free connection. Try again."
            ) from error


def _sqlite_engine(url: URL, *, read_only: bool) -> Engine:
    if url.database in IN_MEMORY:
        # The database lives in one connection, which one thread uses at a time.
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=PATIENCE,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
    else:
        file = Path(str(url.database))
        if read_only:
            url = _as_it_is(file)
        else:
            _make_private(file)
        engine = create_engine(url, connect_args={"timeout": PATIENCE}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    if not read_only:
        event.listen(engine, "connect", _write_ahead)
    return engine


def _as_it_is(file: Path) -> URL:
    """Return the URL that opens a file for reading only."""
    query = {"mode": "ro", "uri": "true"}
    if not file.with_name(f"{file.name}-wal").exists():
        # Nobody has the file open, and a normal reader would leave a new log next to it.
        query["immutable"] = "1"
    return URL.create("sqlite", database=file.absolute().as_uri(), query=query)


def _make_private(file: Path) -> None:
    """Create the file readable only by its owner; SQLite gives its log the same mode."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"Cannot keep rooms in {shown(str(file))}: {reason_of(error)}. Choose another "
            f"database with --database or {DATABASE_VARIABLE}."
        ) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Stops sqlite3 from beginning transactions: `Database` begins them.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("foreign_keys = ON", "secure_delete = ON", "temp_store = MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(connection: Any, _record: Any) -> None:
    """Switch to the log that lets many read while one writes."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        connection.execute("PRAGMA journal_mode = WAL")


def _postgresql_engine(url: URL, *, keep_connections: bool) -> Engine:
    pool: dict[str, Any] = (
        {"pool_timeout": PATIENCE, "pool_pre_ping": True}
        if keep_connections
        else {"poolclass": NullPool}
    )
    engine = create_engine(
        url,
        connect_args={"connect_timeout": _CONNECT_PATIENCE, **_TCP},
        hide_parameters=True,
        **pool,
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
    return _impatient_connection().connect(*arguments, **options)


@cache
def _impatient_connection() -> Any:
    """Return the class of connections that end when the database is silent for too long.

    psycopg waits for an answer without end, and a database or a proxy that hangs keeps the
    connection alive.
    """
    import psycopg

    class SilentError(psycopg.OperationalError):
        pass

    def until(deadline: float, question: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        try:
            waits_for = next(question)
            while True:
                ready = yield waits_for
                if not ready and time.monotonic() > deadline:
                    raise SilentError(f"it has not answered for {SILENCE} seconds")
                waits_for = question.send(ready)
        except StopIteration as end:
            return end.value

    class ImpatientConnection(psycopg.Connection[Any]):
        def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
            try:
                return super().wait(until(time.monotonic() + SILENCE, gen), *arguments, **options)
            except SilentError:
                self.pgconn.finish()
                raise

    return ImpatientConnection


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute(f"SET statement_timeout = '{STATEMENT_PATIENCE}s'")
    # If this process falls silent, its lock on a room must not stay.
    connection.execute(f"SET idle_in_transaction_session_timeout = '{2 * STATEMENT_PATIENCE}s'")
    connection.autocommit = False
