"""The log: one line an event, ``time level event key=value ...``, for people and for programs.

No visitor's address, no answer and no key to a page is ever in it.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
import traceback
from typing import Any

LOG = logging.getLogger("careerpath.serving")

#: What is longer is cut in the middle: a failure's id is at its beginning, its cause at its end.
LONGEST_VALUE = 4000
#: Whoever knows the whole id of a kernel can enter its page.
_KEY = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_PLAIN = re.compile(r"[\w./:+\-]+", re.ASCII)


def log_event(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log an event.

    Parameters
    ----------
    event : str
        What happened, in one word.
    level : int
        As in ``logging``.
    fields : object
        What there is to know about it.
    """
    LOG.log(level, event, extra={"fields": fields})


def log_trouble(what: str, detail: str) -> str:
    """Log what went wrong under an id that a visitor can tell us.

    Parameters
    ----------
    what : str
        What was being done.
    detail : str
        For the log only: a traceback.

    Returns
    -------
    str
        The id.
    """
    log_id = secrets.token_hex(4)
    log_event("failure", level=logging.ERROR, id=log_id, what=what, trace=detail)
    return log_id


class EventFormatter(logging.Formatter):
    """Write a record as one line, whoever logged it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, Any] | None = getattr(record, "fields", None)
        event = record.getMessage()
        if fields is None:
            event, fields = "message", {"source": record.name, "text": record.getMessage()}
        if record.exc_info:
            fields = {**fields, "trace": "".join(traceback.format_exception(*record.exc_info))}
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        pairs = [f"{name}={written(value)}" for name, value in fields.items()]
        return _KEY.sub(r"\1", " ".join([moment, record.levelname.lower(), event, *pairs]))


def written(value: object) -> str:
    r"""Write a value so that a line stays one line, and its parts can be told apart.

    Parameters
    ----------
    value : object
        A text or a number.

    Returns
    -------
    str
        As it is where it is one word, else as JSON.

    Examples
    --------
    >>> written("cold"), written(0.12345), written("two\nlines")
    ('cold', '0.123', '"two\\nlines"')
    """
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    if len(text) > LONGEST_VALUE:
        half = LONGEST_VALUE // 2
        text = f"{text[:half]} [...] {text[-half:]}"
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def start_logging(*, verbose: bool) -> None:
    """Log to the error stream, one line an event.

    Parameters
    ----------
    verbose : bool
        Whether what Jupyter and tornado say is logged below warnings, too.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(EventFormatter())
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])
    LOG.setLevel(logging.INFO)
    # It tells the addresses of those whose requests it can't read.
    logging.getLogger("tornado.general").setLevel(logging.WARNING)
