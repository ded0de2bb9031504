"""The folder of the kernels' sockets, and what a killed server has left of its own."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

PREFIX = "careerpath-"
#: What Jupyter calls the files and sockets of a kernel.
KERNELS = "kernel-"


def make_private_folder() -> Path:
    """Make a folder that only this user can enter, and remove those that nobody needs any more.

    A server that is killed removes nothing. So each one holds a lock on its folder, which ends with
    the process however that ends, and one that starts removes what nobody holds: folders of this
    user, with a name like this one's and nothing in them but what kernels leave.

    Returns
    -------
    Path
        The folder. Whoever stops in order removes it.

    Examples
    --------
    >>> first, second = make_private_folder(), make_private_folder()
    >>> first.exists(), first == second
    (True, False)
    >>> first.rmdir(), second.rmdir()
    (None, None)
    """
    # The sockets' paths must stay short, and a Mac's temporary folder is deep.
    place = Path("/tmp") if sys.platform == "darwin" else Path(tempfile.gettempdir())  # noqa: S108
    if sys.platform == "win32":  # neither sockets nor locks
        return Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    for each in place.glob(f"{PREFIX}*"):
        with suppress(OSError):
            _remove_if_left(each)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        with suppress(FileNotFoundError):
            # Held until the process ends: nobody closes it.
            handle = os.open(folder, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            # Another server that was starting may have found it before it was held.
            if folder.exists():
                return folder
            os.close(handle)


def _remove_if_left(folder: Path) -> None:
    """Remove a folder if it is one of ours, and nobody holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        ours = os.fstat(handle).st_uid == os.getuid()
        if ours and all(each.name.startswith(KERNELS) for each in folder.iterdir()):
            shutil.rmtree(folder)
    finally:
        os.close(handle)
