"""The database of rooms, before anybody comes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from careerpath import CareerpathError


def prepare_rooms(url: str | None) -> dict[str, str]:
    """Bring the database up to date and delete expired rooms; make none that nobody asked for.

    Parameters
    ----------
    url : str or None
        What the operator chose; None for the file in the user's data folder.

    Returns
    -------
    dict
        What kernels find in their environment, so that they use the same one.

    Raises
    ------
    CareerpathError
        Where it cannot be used.
    """
    from careerpath.room.store.database import DATABASE_VARIABLE, IN_MEMORY, database_url
    from careerpath.room.store.store import open_store

    found = database_url(url)
    if found.drivername == "sqlite":
        if found.database in IN_MEMORY or found.query.get("mode") == "memory":
            raise CareerpathError(
                "Rooms cannot be kept in a database in memory: each page is a process of its own, "
                "and sees no other's. Name a file, like --database sqlite:///rooms.db."
            )
        # Kernels run in another folder.
        found = found.set(database=str(Path(str(found.database)).absolute()))
        if url is None and not Path(str(found.database)).exists():
            return {}
    whole = found.render_as_string(hide_password=False)
    with closing(open_store(whole)):
        return {DATABASE_VARIABLE: whole}
