"""The private folder of the kernels' sockets."""

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
    """Create a folder that only this user can open, and remove folders of servers that were killed.

    A server that is killed cannot remove its folder. So each server locks its folder, and the lock
    ends with the process. A server that starts removes each folder that is not locked, belongs to
    this user, has a matching name and holds nothing but the files of kernels.

    Returns
    -------
    Path
        The folder. A server that stops normally removes it.

    Examples
    --------
    >>> first, second = make_private_folder(), make_private_folder()
    >>> first.exists(), first == second
    (True, False)
    >>> first.rmdir(), second.rmdir()
    (None, None)
    """
    # The paths of sockets must be short, and a Mac's temporary folder has a long one.
    place = Path("/tmp") if sys.platform == "darwin" else Path(tempfile.gettempdir())  # noqa: S108
    if sys.platform == "win32":  # neither sockets nor locks
        return Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    for each in place.glob(f"{PREFIX}*"):
        with suppress(OSError):
            _remove_if_left(each)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        with suppress(FileNotFoundError):
            # Never closed: the lock ends with the process.
            handle = os.open(folder, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            # Another server that was starting may have removed it before it was locked.
            if folder.exists():
                return folder
            os.close(handle)


def _remove_if_left(folder: Path) -> None:
    """Remove a folder if it belongs to this user and no server has locked it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        ours = os.fstat(handle).st_uid == os.getuid()
        if ours and all(each.name.startswith(KERNELS) for each in folder.iterdir()):
            shutil.rmtree(folder)
    finally:
        os.close(handle)
