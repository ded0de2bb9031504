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
    visitors, places : callable
        Return how many there are now.
    """

    def __init__(self, *, visitors: Callable[[], int], places: Callable[[], int]) -> None:
        super().__init__()
        # Not Jupyter's registry, which is global and would publish figures of its own.
        self._registry = registry = CollectorRegistry()
        inside = Gauge("careerpath_visitors", "Pages open or waiting.", registry=registry)
        inside.set_function(visitors)
        most = Gauge("careerpath_places", "Visitors that fit into memory.", registry=registry)
        most.set_function(places)
        self._prepared = Counter(
            "careerpath_prepared",
            "Template processes started, or found impossible (cold).",
            ["page", "way"],
            registry=registry,
        )
        self._not_copied = Counter(
            "careerpath_not_copied",
            "Template processes or copies that could not be had; the log has the reasons.",
            ["page", "way"],
            registry=registry,
        )
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
            case "prepared":
                self._prepared.labels(fields["page"], fields["way"]).inc()
            case "not_copied":
                self._not_copied.labels(fields["page"], fields["way"]).inc()
            case "refused":
                self._refused.labels(fields["reason"]).inc()
            case "culled":
                self._culled.labels(fields["reason"]).inc()
            case "failure":
                self._failures.inc()

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self._registry)
