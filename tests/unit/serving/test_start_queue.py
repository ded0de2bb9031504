"""The queue for starting kernels: who has their turn when."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from careerpath.serving.start_queue import StartQueue

T = TypeVar("T")


def run_alone(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: once used, Playwright keeps its loop in the main thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def order_of(
    arrivals: list[tuple[str, bool]],
    *,
    at_once: int,
    address: Callable[[str], str | None] = lambda _: None,
) -> list[str]:
    """Return the order in which visitors have their turn if all come at once."""

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
        # Each visitor was told the right number of visitors before them.
        waiting = [name for name, visitor in arrivals if visitor and name in order[at_once:]]
        assert all(told[name] == order.index(name) - at_once for name in waiting)
        return order

    return run_alone(run())


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_first_come_first_served(at_once):
    names = [str(number) for number in range(20)]
    assert order_of([(name, True) for name in names], at_once=at_once) == names


def test_visitors_go_before_pages_for_the_pool():
    arrivals = [("pool 1", False), ("pool 2", False), ("visitor 1", True), ("visitor 2", True)]
    assert order_of(arrivals, at_once=1) == ["pool 1", "visitor 1", "visitor 2", "pool 2"]


def test_an_address_with_many_pages_delays_each_other_one_by_one_page_only():
    crowd = [f"crowd {number}" for number in range(50)]
    arrivals = [(name, True) for name in (*crowd, "ann 1", "ann 2", "bob 1")]
    order = order_of(arrivals, at_once=1, address=lambda name: name.split(" ")[0])
    # The first one had its turn before anybody else had come.
    assert order[:6] == ["crowd 0", "crowd 1", "ann 1", "bob 1", "crowd 2", "ann 2"]
    assert order[6:] == crowd[3:]


def test_a_room_behind_one_address_is_served_in_order():
    names = [str(number) for number in range(20)]
    arrivals = [(name, True) for name in names]
    assert order_of(arrivals, at_once=2, address=lambda _: "203.0.113.7") == names


def test_a_visitor_who_leaves_is_no_longer_counted():
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
