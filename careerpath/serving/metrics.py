"""Figures for Prometheus, counted from the events in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics(logging.Handler):
    """Counts the events of one server. It is a log handler.

    Parameters
    ----------
    visitors, pool : callable
        Return how many there are now.
    """

    def __init__(self, *, visitors: Callable[[], int], pool: Callable[[], int]) -> None:
        super().__init__()
        # Not Jupyter's registry, which is global and would publish figures of its own.
        self._registry = registry = CollectorRegistry()
        inside = Gauge("careerpath_visitors", "Pages open or waiting.", registry=registry)
        inside.set_function(visitors)
        ready = Gauge(
            "careerpath_pool", "Pages prepared in advance and not yet used.", registry=registry
        )
        ready.set_function(pool)
        self._starts = Counter("careerpath_starts", "Pages opened.", ["start"], registry=registry)
        self._seconds = Histogram(
            "careerpath_start_seconds",
            "Seconds from the request to the whole page.",
            ["start"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._refused = Counter(
            "careerpath_refused", "Visitors refused.", ["reason"], registry=registry
        )
        self._culled = Counter(
            "careerpath_culled",
            "Kernels ended because nobody used them.",
            ["reason"],
            registry=registry,
        )
        self._failures = Counter(
            "careerpath_failures", "Failures of the server or of a notebook.", registry=registry
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Count an event."""
        fields = getattr(record, "fields", {})
        match record.getMessage():
            case "opened":
                self._starts.labels(fields["start"]).inc()
                self._seconds.labels(fields["start"]).observe(fields["seconds"])
            case "refused":
                self._refused.labels(fields["reason"]).inc()
            case "culled":
                self._culled.labels(fields["reason"]).inc()
            case "failure":
                self._failures.inc()

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self._registry)
