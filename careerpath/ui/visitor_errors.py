"""What a visitor reads when something fails: plain words, never a traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from careerpath.core.errors import CareerpathError

log = logging.getLogger("careerpath")


def message_if_failed(
    action: Callable[[], object], *, kept: str = "Your answers are kept on this device."
) -> str:
    """Run an action; return an empty string, or what to tell the visitor if it failed.

    Parameters
    ----------
    action : callable
        Takes nothing; what it returns is ignored.
    kept : str
        Says what is not lost if it fails.

    Examples
    --------
    >>> message_if_failed(lambda: None)
    ''
    """
    try:
        action()
    except Exception as error:  # noqa: BLE001 (nothing may reach a visitor as a traceback)
        return failure_message(error, kept=kept)
    return ""


def failure_message(error: Exception, *, kept: str) -> str:
    """Return what to tell a visitor about an error.

    An error of ours is a message already. Any other one goes to the log, under an id that the
    visitor is told.
    """
    if isinstance(error, CareerpathError):
        return str(error)
    reference = secrets.token_hex(4)
    log.error("failure %s", reference, exc_info=error)
    return f"Something went wrong on our side (id {reference}). {kept} Reload the page to go on."
