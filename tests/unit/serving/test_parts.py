"""The server's parts by themselves: the line, the places, the memory, the log."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from typing import Any, TypeVar

import pytest
from kit.server_process import write_notebook

from careerpath import CareerpathError, load_instrument
from careerpath.serving.admission import Admission, Refusal, RefusedError, counted_address
from careerpath.serving.log import EventFormatter, log_event, readable
from careerpath.serving.memory import MEGABYTE, MemoryBudget, available_memory, memory_of
from careerpath.serving.metrics import Metrics
from careerpath.serving.pages import find_pages
from careerpath.serving.rooms_database import prepare_rooms
from careerpath.serving.settings import Options
from careerpath.serving.start_queue import StartQueue

T = TypeVar("T")


def run_alone(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: Playwright keeps a loop in this one once it was used."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


# The line


def order_of(
    arrivals: list[tuple[str, bool]],
    *,
    at_once: int,
    address: Callable[[str], str | None] = lambda _: None,
) -> list[str]:
    """Who has their turn in which order, where all come at once."""

    async def run() -> list[str]:
        queue, order, told = StartQueue(at_once), [], {}

        async def stand(name: str, *, visitor: bool) -> None:
            async with queue.place(visitor=visitor, address=address(name)) as place:
                await asyncio.sleep(0)  # until all have come
                told[name] = place.before
                await place.turn.wait()
                order.append(name)
                await asyncio.sleep(0.001)

        async with asyncio.TaskGroup() as group:
            for name, visitor in arrivals:
                group.create_task(stand(name, visitor=visitor))
        # What each one was told of those before came true.
        waiting = [name for name, visitor in arrivals if visitor and name in order[at_once:]]
        assert all(told[name] == order.index(name) - at_once for name in waiting)
        return order

    return run_alone(run())


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_first_come_first_served(at_once):
    names = [str(number) for number in range(20)]
    assert order_of([(name, True) for name in names], at_once=at_once) == names


def test_visitors_go_before_what_is_made_ahead():
    arrivals = [("pool 1", False), ("pool 2", False), ("visitor 1", True), ("visitor 2", True)]
    assert order_of(arrivals, at_once=1) == ["pool 1", "visitor 1", "visitor 2", "pool 2"]


def test_an_address_with_many_pages_keeps_each_other_one_waiting_for_one_of_them():
    crowd = [f"crowd {number}" for number in range(50)]
    arrivals = [(name, True) for name in (*crowd, "ann 1", "ann 2", "bob 1")]
    order = order_of(arrivals, at_once=1, address=lambda name: name.split(" ")[0])
    # One had its turn before anybody else had come.
    assert order[:6] == ["crowd 0", "crowd 1", "ann 1", "bob 1", "crowd 2", "ann 2"]
    assert order[6:] == crowd[3:]


def test_a_room_behind_one_address_is_served_in_order():
    names = [str(number) for number in range(20)]
    arrivals = [(name, True) for name in names]
    assert order_of(arrivals, at_once=2, address=lambda _: "203.0.113.7") == names


def test_whoever_leaves_makes_room_and_is_counted_no_more():
    async def run() -> None:
        queue = StartQueue(1)
        async with queue.place(visitor=True) as first:
            assert first.turn.is_set()
            async with queue.place(visitor=True) as second:
                async with queue.place(visitor=True) as third:
                    assert (first.before, second.before, third.before) == (0, 0, 1)
                    async with queue.place(visitor=True) as fourth:
                        assert fourth.before == 2
                assert not second.turn.is_set()
        async with queue.place(visitor=True) as last:
            assert last.turn.is_set()

    run_alone(run())


# The places


def test_a_place_is_free_again_when_somebody_leaves():
    admission = Admission(limit=lambda: 1, per_address=0, room_size=0)
    visit = admission.admit(None)
    with pytest.raises(RefusedError) as refused:
        admission.admit(None)
    assert refused.value.reason is Refusal.FULL
    admission.leave(visit)
    admission.leave(visit)
    assert len(admission) == 0
    assert admission.admit(None)


@pytest.mark.parametrize(
    ("limit", "room_size", "held"),
    [(400, 0, 200), (400, 40, 200), (200, 200, 300), (40, 40, 60), (1, 0, 1), (30, 20, 30)],
)
def test_one_address_never_takes_all_places_but_a_room_that_shares_one_fits(limit, room_size, held):
    admission = Admission(limit=lambda: limit, per_address=None, room_size=room_size)
    assert admission.per_address == held
    assert admission.per_address >= room_size


@pytest.mark.parametrize("per_address", [0, 5])
def test_the_cap_can_be_set_and_be_off(per_address):
    admission = Admission(limit=lambda: 50, per_address=per_address, room_size=0)
    admitted = [admission.admit("203.0.113.7") for _ in range(per_address or 50)]
    with pytest.raises(RefusedError) as refused:
        admission.admit("203.0.113.7")
    assert refused.value.reason is (Refusal.ADDRESS if per_address else Refusal.FULL)
    admission.leave(admitted[0])
    assert admission.admit("203.0.113.7")


def test_who_counts_as_one_address():
    proxies = [ip_network("10.0.0.0/8"), ip_network("127.0.0.1/32")]
    cases = {
        ("203.0.113.9", ()): "203.0.113.9",
        ("203.0.113.9", ("198.51.100.1",)): "203.0.113.9",
        ("10.1.2.3", ("198.51.100.1",)): "198.51.100.1",
        ("10.1.2.3", ("made-up", "198.51.100.1, 127.0.0.1")): "198.51.100.1",
        ("10.1.2.3", ()): "10.1.2.3",
        ("127.0.0.1", ()): None,
        ("::1", ()): None,
        ("", ()): None,
        (None, ("198.51.100.1",)): None,
        ("10.1.2.3", ("nonsense",)): None,
        ("::ffff:203.0.113.9", ()): "203.0.113.9",
        ("2001:db8:1:2:3::4", ()): "2001:db8:1:2::/64",
        ("127.0.0.1", ("[2001:db8:1:2:3::4]",)): "2001:db8:1:2::/64",
    }
    for (peer, forwarded), expected in cases.items():
        assert counted_address(peer, forwarded, proxies) == expected, (peer, forwarded)


# The memory


def test_a_visitor_is_measured_once(monkeypatch):
    sizes = {1: 49 * MEGABYTE, 2: 500 * MEGABYTE}
    monkeypatch.setattr("careerpath.serving.memory.memory_of", sizes.__getitem__)
    memory = MemoryBudget(10_000 * MEGABYTE)
    assert memory.most == 150
    memory.measure(1)
    memory.measure(2)
    assert memory.visitor == 50 * MEGABYTE
    assert memory.most == 180
    assert memory.summary(40) == ("a visitor takes 50 MB; 40 visitors: 2.0 GB of 9.8 GB available")
    memory.check(180, option="--room-size")
    with pytest.raises(CareerpathError, match="At most this fits: --room-size 180"):
        memory.check(181, option="--room-size")


def test_a_room_takes_more_of_each_visitor_and_its_coach_has_two_windows(monkeypatch):
    monkeypatch.setattr("careerpath.serving.memory.memory_of", lambda _: 49 * MEGABYTE)
    memory = MemoryBudget(3000 * MEGABYTE, rooms=True)
    memory.measure(1)
    assert memory.visitor == 65 * MEGABYTE
    assert memory.most == int((3000 - 340) * 0.9 / 65)
    assert memory.summary(36) == (
        "a visitor takes 65 MB; 36 visitors: 2.3 GB of 2.6 GB available "
        "(each in a room, and 340 MB more for its coach)"
    )


@pytest.mark.parametrize(("available", "most"), [(0, 1), (70, 1), (290, 2), (600, 4), (700, 4)])
def test_on_a_small_machine_visitors_have_half(monkeypatch, available, most):
    monkeypatch.setattr("careerpath.serving.memory.memory_of", lambda _: 49 * MEGABYTE)
    memory = MemoryBudget(available * MEGABYTE, rooms=True)
    memory.measure(1)
    assert memory.most == most
    memory.check(most, option="--max-visitors")


def test_there_is_memory_and_a_process_takes_some():
    import os

    assert MEGABYTE < memory_of(os.getpid()) < available_memory() + memory_of(os.getpid()) * 2


def test_a_containers_limit_counts(tmp_path, monkeypatch):
    from careerpath.serving import memory

    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "_OWN_GROUPS", tmp_path / "self")
    outer = tmp_path / "cgroup" / "system.slice"
    inner = outer / "careerpath.service"
    inner.mkdir(parents=True)
    (tmp_path / "self").write_text("0::/system.slice/careerpath.service\n")
    (inner / "memory.max").write_text("max\n")
    (inner / "memory.current").write_text("1000\n")
    (outer / "memory.max").write_text(f"{100 * MEGABYTE}\n")
    (outer / "memory.current").write_text(f"{60 * MEGABYTE}\n")
    (outer / "memory.stat").write_text(f"anon 1\ninactive_file {10 * MEGABYTE}\n")
    assert available_memory() == 50 * MEGABYTE
    (tmp_path / "self").write_text("4:cpu,memory:/made/elsewhere\n")
    group = tmp_path / "cgroup" / "memory"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(f"{30 * MEGABYTE}")
    (group / "memory.usage_in_bytes").write_text(f"{40 * MEGABYTE}")
    assert available_memory() == 0


# The log, and what is counted from it


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


def test_what_happens_is_counted(caplog):
    metrics = Metrics(visitors=lambda: 3, pool=lambda: 4)
    log = logging.getLogger("careerpath.serving")
    log.addHandler(metrics)
    try:
        with caplog.at_level(logging.INFO):
            log_event("opened", start="pooled", seconds=0.02)
            log_event("culled", reason="idle")
            log_event("failure", id="x")
            log.info("something else %s", 1)
    finally:
        log.removeHandler(metrics)
    text = metrics.text().decode()
    assert "careerpath_visitors 3.0" in text
    assert "careerpath_pool 4.0" in text
    assert 'careerpath_start_seconds_bucket{le="0.025",start="pooled"} 1.0' in text
    assert 'careerpath_culled_total{reason="idle"} 1.0' in text
    assert "careerpath_failures_total 1.0" in text


# The notebooks


def test_two_notebooks_with_one_address_are_refused(tmp_path):
    for name in ("a b", "a-b"):
        write_notebook(tmp_path / f"{name}.ipynb")
    with pytest.raises(CareerpathError, match=r"'a b.ipynb' and 'a-b.ipynb' .* Rename one of them"):
        find_pages(tmp_path, load_instrument())


def test_a_notebook_without_a_letter_in_its_name_is_refused(tmp_path):
    write_notebook(tmp_path / "(!).ipynb")
    with pytest.raises(CareerpathError, match="neither a letter nor a digit"):
        find_pages(tmp_path, load_instrument())


# The rooms


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite+pysqlite://",
        "sqlite:///file:x?mode=memory&cache=shared&uri=true",
    ],
)
def test_rooms_in_memory_are_refused(tmp_path, monkeypatch, url):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CareerpathError, match="Name a file, like --database sqlite:///"):
        prepare_rooms(url)
    assert list(tmp_path.iterdir()) == []


# The options


@pytest.mark.parametrize(
    ("wrong", "mend"),
    [
        ({"room_size": 9, "max_visitors": 5}, "--max-visitors 9"),
        ({"trusted_proxy": "10.0.0.0/33"}, "10.0.0.0/33"),
        ({"frame_ancestors": "javascript:alert(1)"}, "https://portal.example"),
        ({"frame_ancestors": "https://a.example;"}, "https://portal.example"),
    ],
)
def test_options_that_make_no_sense(wrong, mend):
    with pytest.raises(CareerpathError) as error:
        Options(**wrong)
    assert mend in str(error.value)


def test_several_proxies():
    assert Options(trusted_proxy="127.0.0.1, 10.1.0.0/8").proxies == (
        ip_network("127.0.0.1/32"),
        ip_network("10.0.0.0/8"),
    )
