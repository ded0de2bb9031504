"""What a visitor is told when something fails: never a traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from careerpath.core.errors import CareerpathError

log = logging.getLogger("careerpath")


def guarded(
    action: Callable[[], object], *, kept: str = "Your answers are kept on this device."
) -> str:
    """Do something for a visitor, and say in plain words if it failed.

    Parameters
    ----------
    action : callable
        Takes nothing; what it returns is dropped.
    kept : str
        What is not lost where it failed.

    Returns
    -------
    str
        Empty where all went well, else a sentence for the visitor. A failure of ours carries
        the id under which the log has the details.

    Examples
    --------
    >>> guarded(lambda: None)
    ''
    """
    try:
        action()
    except CareerpathError as error:
        return str(error)
    except Exception:  # The last door before a visitor: nothing may pass it.
        reference = secrets.token_hex(4)
        log.exception("failure %s", reference)
        return (
            f"Something went wrong on our side (id {reference}). {kept} Reload the page to go on."
        )
    return ""
