"""The log, and the figures that are counted from it."""

import json
import logging

from careerpath.serving.log import (
    VISITOR_BUDGET,
    EventFormatter,
    EventHandler,
    LogBudget,
    log_event,
    readable,
    spending,
)
from careerpath.serving.metrics import Metrics


def line_of(record: logging.LogRecord) -> str:
    line = EventFormatter().format(record)
    assert len(line.splitlines()) == 1
    return line.split(" ", 1)[1]


def test_an_event_is_one_line(caplog):
    with caplog.at_level(logging.INFO):
        log_event("opened", page="assessment", start="cold", seconds=1.23456)
        log_event("failure", trace='two "lines"\nand = a tab\t', empty="")
        logging.getLogger("elsewhere").warning("it\nsays %s", 7)
    ours, failure, other = map(line_of, caplog.records)
    assert ours == "info opened page=assessment start=cold seconds=1.235"
    assert failure == r'info failure trace="two \"lines\"\nand = a tab\t" empty=""'
    assert other == r'warning message source=elsewhere text="it\nsays 7"'


def test_a_long_value_keeps_its_beginning_and_its_end():
    text = readable("id " + "x" * 100_000 + " cause")
    assert len(text) < 5000
    assert json.loads(text).startswith("id x")
    assert json.loads(text).endswith("x cause")


def test_events_are_counted(caplog):
    metrics = Metrics(visitors=lambda: 3, places=lambda: 4)
    log = logging.getLogger("careerpath.serving")
    log.addHandler(metrics)
    try:
        with caplog.at_level(logging.INFO):
            log_event("opened", start="copy", seconds=0.02)
            log_event("prepared", page="room", way="copy", seconds=1.5, visitor=12)
            log_event("not_copied", page="lab", way="imports", reason="a thread: x")
            log_event("refused", page="room", reason="full")
            log_event("culled", reason="idle")
            log_event("failure", id="x")
            log.info("something else %s", 1)
    finally:
        log.removeHandler(metrics)
    text = metrics.text().decode()
    assert "careerpath_visitors 3.0" in text
    assert "careerpath_places 4.0" in text
    assert 'careerpath_start_seconds_bucket{le="0.025",start="copy"} 1.0' in text
    assert 'careerpath_prepared_total{page="room",way="copy"} 1.0' in text
    assert 'careerpath_not_copied_total{page="lab",way="imports"} 1.0' in text
    assert 'careerpath_refused_total{reason="full"} 1.0' in text
    assert 'careerpath_culled_total{reason="idle"} 1.0' in text
    assert "careerpath_failures_total 1.0" in text


def test_what_is_logged_on_behalf_of_a_visitor_is_limited(capsys, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [EventHandler()])
    log = logging.getLogger("some library")
    first, second = LogBudget(), LogBudget()
    with caplog.at_level(logging.INFO):
        for _ in range(100):
            with spending(first):
                log.warning("x" * 2000)
        with spending(second):
            log.warning("second")
        log.warning("nobody")
    lines = capsys.readouterr().err.splitlines()
    assert sum(map(len, lines[:-3])) < VISITOR_BUDGET < sum(map(len, lines)) + 2500
    assert [line.split(" ")[2] for line in lines[-3:]] == ["log_budget_spent", "message", "message"]
    assert lines[-2].endswith("text=second")
    assert lines[-1].endswith("text=nobody")
