"""The database below the rooms: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ClauseElement,
    Connection,
    Dialect,
    Engine,
    NullPool,
    QueuePool,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, SQLAlchemyError

from careerpath.core.errors import shown
from careerpath.core.files import reason_of
from careerpath.room.entities import StoreError, StoreUnavailableError
from careerpath.room.store.tables import metadata

DATABASE_VARIABLE = "CAREERPATH_DATABASE_URL"
"""The environment variable that names the database: so ``careerpath serve`` tells its pages."""

PATIENCE = 30
"""Seconds that a transaction waits for others."""
_CONNECT_PATIENCE = 10
_RESTING = "careerpath_resting_since"
_RESTED_AFTER = 1.0
IN_MEMORY = (None, "", ":memory:")
"""What SQLite takes for no file."""
_BY_URL = "Write sqlite:///rooms.db or postgresql://user@host/name."


def database_url(url: str | None = None) -> URL:
    """Find the database: the given one, that of the environment, or a file of the user's.

    Parameters
    ----------
    url : str, optional
        Like ``sqlite:///rooms.db`` or ``postgresql://user:password@host/name``. By default what
        ``CAREERPATH_DATABASE_URL`` says, and without that ``rooms.db`` in the user's data folder.

    Returns
    -------
    sqlalchemy.URL

    Raises
    ------
    StoreError
        Where it is no URL of one of the two.

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
        # What is wrong may hold a password, so it is not shown.
        raise StoreError(f"The database's URL cannot be read. {_BY_URL}") from error
    kind = made.drivername.partition("+")[0]
    if kind == "sqlite":
        return made.set(drivername="sqlite")
    if kind in ("postgresql", "postgres"):
        return made.set(drivername="postgresql+psycopg")
    raise StoreError(f"Rooms cannot be kept in {shown(made.drivername)}. {_BY_URL}")


def shown_url(url: URL) -> str:
    """Write a database's URL as people write it, without its password."""
    plain = url.set(drivername=url.drivername.partition("+")[0])
    return plain.render_as_string(hide_password=True)


class Database:
    """A database that is up to date, with transactions that tell their errors.

    Parameters
    ----------
    url : sqlalchemy.URL
    keep_connections : bool
        Whether connections are kept open for the next transaction. A participant's process does
        better without on PostgreSQL, which has a hundred of them for all.
    read_only : bool
        Whether an SQLite file is opened as it is, so that nothing in it or beside it changes.
    """

    def __init__(self, url: URL, *, keep_connections: bool = True, read_only: bool = False) -> None:
        self.place = shown_url(url)
        self.is_sqlite = url.drivername == "sqlite"
        self._driver_errors: type[Exception] = DBAPIError
        with self._told():
            self.engine = (
                _sqlite_engine(url, read_only=read_only)
                if self.is_sqlite
                else _postgresql_engine(url, keep_connections=keep_connections)
            )
            self._driver_errors = self.engine.dialect.loaded_dbapi.Error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads."""
        with self._told(), self.engine.connect() as connection:
            self._begin(connection, "BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes, all of it or nothing."""
        with self._told(), self.engine.connect() as connection:
            # From the start: a reader that wants to write later may be refused at once.
            self._begin(connection, "BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    @contextmanager
    def quickly(self) -> Iterator[Driver]:
        """Open a transaction that writes, through the driver: that saves half of its time."""
        with self._told():
            pooled = self.engine.raw_connection()
            try:
                driver = Driver(pooled.driver_connection, self.engine.dialect)
                if self.is_sqlite:
                    driver.connection.execute("BEGIN IMMEDIATE")
                yield driver
                driver.commit()
            except self._driver_errors:
                if not self.is_sqlite:
                    # It may be the connection.
                    pooled.invalidate()
                raise
            finally:
                # Whatever has not been committed is rolled back.
                pooled.close()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Open a connection for statements that stand in no transaction."""
        with self._told(), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def _begin(self, connection: Connection, statement: str) -> None:
        """Begin a transaction, where that is ours to say."""
        if self.is_sqlite:
            connection.exec_driver_sql(statement)

    def erase_traces(self) -> None:
        """Make sure that what has been deleted is in the database's files no more.

        Raises
        ------
        StoreError
            Where somebody else holds on to it.
        """
        with self.alone() as connection:
            if not self.is_sqlite:
                # A plain VACUUM frees the space, and leaves in it what was written there.
                for table in metadata.sorted_tables:
                    connection.exec_driver_sql(f"VACUUM (FULL) {table.name}")
                return
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
    def _told(self) -> Iterator[None]:
        """Tell the database's errors in words; never with what was to be written."""
        try:
            yield
        except ModuleNotFoundError as error:
            raise StoreError(
                f"{self.place} needs psycopg. Install it with: pip install 'careerpath[postgres]'."
            ) from error
        except DBAPIError as error:
            lost = error.connection_invalidated or type(error).__name__ in _PASSING
            raise self._trouble(error.orig, passing=lost) from error
        except self._driver_errors as error:
            kinds = {kind.__name__ for kind in type(error).__mro__}
            raise self._trouble(error, passing=not kinds.isdisjoint(_PASSING)) from error
        except SQLAlchemyError as error:
            raise StoreUnavailableError(
                f"The rooms' database {self.place} has no free connection. Try again."
            ) from error

    def _trouble(self, error: object, *, passing: bool) -> StoreError:
        told = str(error).strip().splitlines()[0].rstrip(".")
        if passing:
            return StoreUnavailableError(
                f"The rooms' database {self.place} does not answer: {told}. Try again; if it stays "
                "so, see that it runs and that its URL is right."
            )
        return StoreError(
            f"The rooms' database {self.place} cannot be used: {told}. Check it with: careerpath "
            "db check."
        )


_PASSING = ("OperationalError", "InterfaceError")


class Driver:
    """A transaction as the database's own driver has it, for SQLAlchemy's statements.

    Values go in, and come out, as the driver takes and gives them.

    Parameters
    ----------
    connection : object
        The driver's.
    dialect : sqlalchemy.Dialect
    """

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self.connection = connection
        self._dialect = dialect

    def commit(self) -> None:
        """Make it last."""
        self.connection.commit()

    def first(self, statement: ClauseElement, values: Mapping[str, Any]) -> Any:
        """Run a statement, and return its first row, or None."""
        return self.run(statement, values).fetchone()

    def run(self, statement: ClauseElement, values: Mapping[str, Any]) -> Any:
        """Run a statement, and return its cursor."""
        text, defaults, names = _written(statement, self._dialect)
        given = {**defaults, **values}
        return self.connection.execute(text, [given[name] for name in names] if names else given)


@cache
def _written(
    statement: ClauseElement, dialect: Dialect
) -> tuple[str, Mapping[str, Any], tuple[str, ...]]:
    """Write a statement as a driver takes it: its text, its own values, and their order if any."""
    compiled: Any = statement.compile(dialect=dialect)
    return str(compiled), compiled.params, tuple(compiled.positiontup or ())


def _sqlite_engine(url: URL, *, read_only: bool) -> Engine:
    if url.database in IN_MEMORY:
        # It lives in its one connection, which is one thread's at a time.
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
    """Name a file so that it is only read."""
    query = {"mode": "ro", "uri": "true"}
    if not file.with_name(f"{file.name}-wal").exists():
        # Nobody has it open; and a reader would make a log beside it, and leave it there.
        query["immutable"] = "1"
    return URL.create("sqlite", database=file.absolute().as_uri(), query=query)


def _make_private(file: Path) -> None:
    """Make the file for nobody but its owner; its log and its index follow it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"Cannot keep rooms in {shown(str(file))}: {reason_of(error)}. Choose another "
            f"database with --database or {DATABASE_VARIABLE}."
        ) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # We say ourselves when a transaction begins.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("foreign_keys = ON", "secure_delete = ON", "temp_store = MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(connection: Any, _record: Any) -> None:
    """Let many read while one writes."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        connection.execute("PRAGMA journal_mode = WAL")


def _postgresql_engine(url: URL, *, keep_connections: bool) -> Engine:
    pool: dict[str, Any] = (
        {"pool_timeout": PATIENCE} if keep_connections else {"poolclass": NullPool}
    )
    engine = create_engine(
        url,
        connect_args={"connect_timeout": _CONNECT_PATIENCE},
        hide_parameters=True,
        **pool,
    )
    event.listen(engine, "checkin", _lay_down)
    event.listen(engine, "checkout", _take_up)
    return engine


def _lay_down(_connection: Any, record: Any) -> None:
    record.info[_RESTING] = time.monotonic()


def _take_up(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask whether a connection is still there; one that has just been used is."""
    resting = record.info.get(_RESTING)
    if resting is None or time.monotonic() - resting < _RESTED_AFTER:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error
