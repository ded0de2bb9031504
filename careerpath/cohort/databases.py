"""Reading a cohort from a database table, by its address: ``sqlite:///answers.db#table``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careerpath.cohort.formats import ROWS, CohortFileError, Parts, TablePart, object_frame
from careerpath.core.errors import did_you_mean, shown

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine, Inspector


def is_address(source: object) -> bool:
    """Return whether a source is an address, not a path."""
    return isinstance(source, str) and "://" in source


def without_password(address: str) -> str:
    """Return an address without its password, so that it can be shown."""
    start, _, table = address.partition("#")
    try:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        told = make_url(start).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        scheme, _, rest = start.partition("://")
        told = f"{scheme}://{rest.rpartition('@')[2]}"
    return f"{told}#{table}" if table else told


def file_of(address: str) -> Path | None:
    """Return the file of an SQLite address; None for any other address."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address.partition("#")[0])
    except (ArgumentError, ValueError):
        return None
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def open_table(address: str) -> Parts:
    """Open a table of a database.

    Parameters
    ----------
    address : str
        An SQLAlchemy address, then ``#`` and the name of a table or a view. The name may be left
        out if there is only one table.

    Returns
    -------
    Parts
        The names of its columns, and a function that reads its rows.

    Raises
    ------
    CohortFileError
        If there is no such database or table, or its driver is not installed.
    """
    from sqlalchemy import column, inspect, select, table
    from sqlalchemy.exc import SQLAlchemyError

    place = without_password(address)
    start, _, wanted = address.partition("#")
    engine = _engine(start, place)
    try:
        inspector = inspect(engine)
        schema, name = _found(inspector, wanted, place)
        columns = [str(found["name"]) for found in inspector.get_columns(name, schema)]
    except SQLAlchemyError as error:
        raise _unreadable(place, error) from error
    finally:
        engine.dispose()

    def parts(names: Sequence[str] | None) -> Iterator[TablePart]:
        wanted = list(names or columns)
        # Columns without types: a value that does not fit its column's type is read as it is.
        query: Any = select(*map(column, wanted)).select_from(table(name, schema=schema))
        try:
            with engine.connect().execution_options(yield_per=ROWS) as connection:
                for rows in connection.execute(query).partitions():
                    yield TablePart(object_frame([tuple(row) for row in rows], wanted))
        except SQLAlchemyError as error:
            raise _unreadable(place, error) from error
        finally:
            engine.dispose()

    return columns, parts


def _engine(address: str, place: str) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        url = make_url(address)
        _check_file(url, place)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        return create_engine(url)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise CohortFileError(
            f"{shown(place)} is not the address of a database. Write, for example, "
            "sqlite:///answers.db#table or postgresql://user@host/database#table."
        ) from error
    except ModuleNotFoundError as error:
        package = "'careerpath[postgres]'" if error.name == "psycopg" else error.name
        raise CohortFileError(
            f"Reading {place} needs {error.name}. Install it with: pip install {package}"
        ) from error


def _check_file(url: URL, place: str) -> None:
    """Refuse a missing file: SQLite would create it."""
    if url.get_backend_name() != "sqlite" or (url.database or "").startswith("file:"):
        return
    if not url.database or not Path(url.database).is_file():
        raise CohortFileError(
            f"There is no file {shown(url.database or '')} for {place}. Check the path: it "
            "follows sqlite:///, and an absolute path starts with a slash of its own."
        )


def _found(inspector: Inspector, wanted: str, place: str) -> tuple[str | None, str]:
    """Find a table or a view by its name, which may start with the name of its schema."""
    names = [*inspector.get_table_names(), *inspector.get_view_names()]
    if wanted in names:
        return None, wanted
    schema, _, name = wanted.rpartition(".")
    if schema in inspector.get_schema_names():
        names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
        if name in names:
            return schema, name
    if wanted:
        raise CohortFileError(f"{place}: no table {shown(wanted)}. {did_you_mean(name, names)}")
    if len(names) == 1:
        return None, names[0]
    some = ", ".join(names[:10]) or "none"
    raise CohortFileError(
        f"{place} has {len(names)} tables: {some}. Name one at the end of the address: #table."
    )


def _unreadable(place: str, error: Exception) -> CohortFileError:
    # SQLAlchemy adds the statement and a link below the database's own message.
    told: Any = getattr(error, "orig", None) or error
    lines = str(told).strip().splitlines() or [type(error).__name__]
    return CohortFileError(
        f"Cannot read {place}: {lines[0][:300].rstrip('.')}. Check the address and its rights."
    )
