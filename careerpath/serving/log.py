"""The log: one line for each event, ``time level event key=value ...``.

It never holds a visitor's address, an answer or the id of a kernel, which is the key to a page.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

LOG = logging.getLogger("careerpath.serving")

#: A longer value is cut in the middle: the id of a failure is at its start, the cause at its end.
LONGEST_VALUE = 4000
#: What the messages of one visitor's page may write into the log, in bytes.
VISITOR_BUDGET = 50_000
#: Anyone who knows the whole id of a kernel can use its page, so the log holds its start only.
_KERNEL_ID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
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
        Details.
    """
    LOG.log(level, event, extra={"fields": fields})


def log_failure(what: str, detail: str) -> str:
    """Log a failure under an id that a visitor can report.

    Parameters
    ----------
    what : str
        What the server was doing.
    detail : str
        The traceback. Visitors do not see it.

    Returns
    -------
    str
        The id.
    """
    log_id = secrets.token_hex(4)
    log_event("failure", level=logging.ERROR, id=log_id, what=what, trace=detail)
    return log_id


def log_wrong_value(kernel_id: str) -> str:
    """Log that a page has sent a value that no widget takes. Returns an id, as for a failure."""
    log_id = secrets.token_hex(4)
    log_event("wrong_value", kernel=kernel_id, id=log_id)
    return log_id


class LogBudget:
    """What the messages of one visitor's page may still write into the log."""

    def __init__(self) -> None:
        self._left = VISITOR_BUDGET

    def spend(self, size: int) -> bool:
        """Count a line. Returns whether it may be written."""
        fits = size <= self._left
        if fits:
            self._left -= size
        elif self._left:
            self._left = 0
            with spending(LogBudget()):
                log_event("log_budget_spent", text="More of this page is left out.")
        return fits


_budget: ContextVar[LogBudget | None] = ContextVar("whose lines are written", default=None)


@contextmanager
def spending(budget: LogBudget) -> Iterator[None]:
    """Count what is logged meanwhile, by any library; leave it out if the budget is spent."""
    token = _budget.set(budget)
    try:
        yield
    finally:
        _budget.reset(token)


class EventHandler(logging.StreamHandler[TextIO]):
    """Writes each record as one line, unless a visitor's budget is spent."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(EventFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line."""
        budget = _budget.get()
        if budget is None or budget.spend(len(self.format(record))):
            super().emit(record)


class EventFormatter(logging.Formatter):
    """Formats each record as one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, Any] | None = getattr(record, "fields", None)
        event = record.getMessage()
        if fields is None:
            event, fields = "message", {"source": record.name, "text": record.getMessage()}
        if record.exc_info:
            fields = {**fields, "trace": "".join(traceback.format_exception(*record.exc_info))}
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        pairs = [f"{name}={readable(value)}" for name, value in fields.items()]
        return _KERNEL_ID.sub(r"\1", " ".join([moment, record.levelname.lower(), event, *pairs]))


def readable(value: object) -> str:
    r"""Write a value without spaces or line breaks outside of quotes.

    Parameters
    ----------
    value : object
        A text or a number.

    Returns
    -------
    str
        The value as it is if it is one word, else as JSON.

    Examples
    --------
    >>> readable("cold"), readable(0.12345), readable("two\nlines")
    ('cold', '0.123', '"two\\nlines"')
    """
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    if len(text) > LONGEST_VALUE:
        half = LONGEST_VALUE // 2
        text = f"{text[:half]} [...] {text[-half:]}"
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def start_logging(*, verbose: bool) -> None:
    """Log to the error stream, one line for each event.

    Parameters
    ----------
    verbose : bool
        Whether to log all messages of Jupyter and tornado, not only warnings and errors.
    """
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, handlers=[EventHandler()])
    LOG.setLevel(logging.INFO)
    # Below warnings it logs the addresses of visitors whose requests are malformed.
    logging.getLogger("tornado.general").setLevel(logging.WARNING)
