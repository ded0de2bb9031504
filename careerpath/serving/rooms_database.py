"""The rooms' database, prepared before the first visitor comes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from careerpath import CareerpathError


def prepare_rooms(url: str | None) -> dict[str, str]:
    """Migrate the database and delete expired rooms.

    The default file is not created if it does not exist.

    Parameters
    ----------
    url : str or None
        The operator's choice; None for the file in the user's data folder.

    Returns
    -------
    dict
        Environment variables for the kernels, so that they use the same database.

    Raises
    ------
    CareerpathError
        If the database cannot be used.
    """
    from careerpath.room.store.database import DATABASE_VARIABLE, IN_MEMORY, database_url
    from careerpath.room.store.store import open_store

    found = database_url(url)
    if found.drivername == "sqlite":
        if found.database in IN_MEMORY or found.query.get("mode") == "memory":
            raise CareerpathError(
                "Rooms cannot be kept in a database in memory: each page is a process of its own, "
                "so no page would see another's rooms. Name a file, like "
                "--database sqlite:///rooms.db."
            )
        # Kernels run in another folder, so the path must be absolute.
        found = found.set(database=str(Path(str(found.database)).absolute()))
        if url is None and not Path(str(found.database)).exists():
            return {}
    whole = found.render_as_string(hide_password=False)
    with closing(open_store(whole)):
        return {DATABASE_VARIABLE: whole}
