"""Measure how a room full of people is served, all at once or within some seconds.

Simulated visitors come as soon as the server accepts connections, with nothing prepared for them.
They load the page over the real protocol, connect to its kernel, open the widgets, answer all
questions, reach the result, and leave when everybody has it. They run in this process, on the same
cores as the server. One run measures ``careerpath serve``, then a smaller crowd on a new server of
careerpath and on plain Voilà with the same notebook, and prints two Markdown tables, of figures and
of goals. It exits with status 1 if a goal is missed, a visit failed or a process was left behind::

    python benchmarks/room.py                                    100 at once; 40 on both
    python benchmarks/room.py --visitors 20 --compare 5
    python benchmarks/room.py --visitors 300 --over 60 --share sqlite:////tmp/rooms.db

With ``--share`` there is no comparison: the visitors join a room in that database and share their
results, each with two taps. Then the room must hold each of them once, and the right tally.

The time to the page starts with the request and ends when the HTML is complete and the websocket to
the kernel is open. *A visitor* is what a visitor's process has to itself (USS) when everybody has
the result; *the template process* is what these processes share with the one that they are copies
of, and what that one has to itself. *Visitors in a GiB* follow from both: a GiB holds one template
process and so many visitors. The system's own memory, such as page tables and buffers of sockets,
is not included. *Peak memory* is the highest PSS of the server and all its descendants together,
including the template processes of other pages. Processes left are the visitors' that still run
after all visitors have gone, and any that still run after the server was told to stop. A visitor
leaves with the request that the front end sends; plain Voilà refuses this request, because it lacks
a cookie that Voilà never set.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import re
import statistics
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace

from protocol import VisitError, Visitor
from serving import GIB, MemoryWatch, Server, ServerFailedError
from tornado.httpclient import AsyncHTTPClient

from careerpath import Store, open_store

HEADER = """\
| visitors | server | failed | started by | to the page: median, last | \
to the result: median, last | a visitor | template process | visitors in a GiB | peak memory | \
processes left by visitors, after the stop |
|---|---|--:|---|--:|--:|--:|--:|--:|--:|--:|"""
#: Answers as soon as careerpath says that it is ready.
READY = "healthz"
#: Goals on two cores: seconds until the last of all who come at once has the page; how many times
#: sooner than in plain Voilà that is; visitors in a GiB; peak memory in GiB.
LAST_PAGE, TIMES_SOONER, IN_A_GIB, PEAK = 5, 20, 70, 8
#: Seconds in which the processes of visitors who left must end; those of plain Voilà never do.
END_SECONDS = 20


@dataclass(frozen=True)
class Crowd:
    """How visitors arrive and behave.

    Attributes
    ----------
    visitors : int
        The number of visitors.
    over : float
        Seconds in which they arrive, evenly; 0 for all at once.
    think : float
        Seconds to think about each question.
    patience : float
        The most seconds for a visit, and for the processes to end.
    room : str
        The code of the room that they join; empty for none.
    """

    visitors: int
    over: float
    think: float
    patience: float
    room: str = ""

    def __str__(self) -> str:
        return f"{self.visitors} {f'in {self.over:g} s' if self.over else 'at once'}"


@dataclass
class Outcome:
    """The result of a crowd's visits; times in seconds since each arrival, sizes in MB."""

    to_page: list[float] = field(default_factory=list)
    to_result: list[float] = field(default_factory=list)
    shared: list[dict[str, int]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    ways: str = ""
    visitor: float = 0.0
    template: float = 0.0
    peak: float = 0.0
    left: int = 0
    left_after_stop: int = 0

    @property
    def well(self) -> bool:
        """Whether no visit failed and no process was left behind."""
        return not (self.failures or self.left or self.left_after_stop)

    @property
    def last(self) -> float:
        """Seconds until the last page."""
        return max(self.to_page, default=math.inf)

    @property
    def in_a_gib(self) -> int:
        """How many visitors fit into a GiB together with a template process."""
        return int((GIB - self.template) / self.visitor) if self.visitor else 0

    def row(self, crowd: Crowd, name: str) -> str:
        """Return it as a row of the table."""
        cells = [
            str(crowd),
            name,
            str(len(self.failures)),
            self.ways,
            median_and_last(self.to_page),
            median_and_last(self.to_result),
            f"{self.visitor:.1f} MB",
            f"{self.template:.0f} MB" if self.template else "none",
            str(self.in_a_gib),
            f"{self.peak:.0f} MB",
            f"{self.left}, {self.left_after_stop}",
        ]
        return f"| {' | '.join(cells)} |"


def median_and_last(times: list[float]) -> str:
    """Write the median and the maximum."""
    return f"{statistics.median(times):.2f} s, {max(times):.2f} s" if times else "-"


async def visit(visitor: Visitor, crowd: Crowd, outcome: Outcome, *, delay: float) -> None:
    """Visit the page from arrival to the result."""
    await asyncio.sleep(delay)
    arrived = time.monotonic()
    phase = "on the way to the page"
    try:
        async with asyncio.timeout(crowd.patience):
            await visitor.open()
            outcome.to_page.append(time.monotonic() - arrived)
            phase = "on the way to the result"
            await visitor.load()
            if crowd.room:
                await visitor.join(crowd.room)
            await visitor.take(crowd.think)
            outcome.to_result.append(time.monotonic() - arrived)
            if crowd.room:
                phase = "sharing"
                outcome.shared.append(await visitor.share(crowd.room))
    except TimeoutError:
        outcome.failures.append(f"{phase}: not finished after {crowd.patience:.0f} s")
    except Exception as error:  # noqa: BLE001 (each error is a failed visit, and is reported)
        told = str(error) if isinstance(error, VisitError) else repr(error)
        outcome.failures.append(f"{phase}: {told}")


async def gather(server: Server, path: str, crowd: Crowd) -> Outcome:
    """Let all visitors come and leave."""
    AsyncHTTPClient.configure(None, max_clients=crowd.visitors)
    outcome = Outcome()
    page = server.url + path
    visitors = [Visitor(page, server.url, crowd.patience) for _ in range(crowd.visitors)]
    gap = crowd.over / crowd.visitors
    with MemoryWatch(server) as watch:
        visits = [
            visit(each, crowd, outcome, delay=gap * number) for number, each in enumerate(visitors)
        ]
        await asyncio.gather(*visits)
        outcome.visitor, outcome.template = server.visitor_memory()
        outcome.peak = max(watch.peak, server.memory())
    await asyncio.gather(*(each.leave() for each in visitors), return_exceptions=True)
    deadline = time.monotonic() + END_SECONDS
    while (left := server.visitors()) and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
    outcome.left = left
    return outcome


def measure(name: str, server: Server, path: str, crowd: Crowd) -> Outcome:
    """Start the server, let a crowd visit it, and return the outcome."""
    print(f"{name}: {crowd} ...", file=sys.stderr, flush=True)
    try:
        with server:
            outcome = asyncio.run(gather(server, path, crowd))
            ways = Counter(re.findall(r" opened .*\bstart=(\w+)", server.said))
            outcome.ways = ", ".join(f"{each} {count}" for each, count in ways.items())
            outcome.left_after_stop = len(server.stop())
    except ServerFailedError as error:
        sys.exit(str(error))
    if outcome.failures:
        count = len(outcome.failures)
        print(f"{name}: {count} failed. The first, {outcome.failures[0]}", file=sys.stderr)
    return outcome


def room_is_right(store: Store, code: str, shared: list[dict[str, int]]) -> bool:
    """Compare a room with the answers that its visitors have shared."""
    from pandas import DataFrame

    from careerpath import Tally

    counts, instrument = store.counts(code), store.instrument(code)
    right = store.tally(code) == Tally.of(DataFrame(shared), instrument)
    print(
        f"Room: {counts.joined} joined, {counts.shared} shared, the tally is "
        f"{'right' if right else 'wrong'}."
    )
    return right and counts.joined == counts.shared == len(shared)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visitors", type=int, default=100, metavar="N")
    parser.add_argument("--over", type=float, default=0.0, metavar="T", help="arrive in T seconds")
    parser.add_argument(
        "--compare",
        type=int,
        default=40,
        metavar="N",
        help="visitors at once for the comparison with plain Voilà; 0 for none",
    )
    parser.add_argument(
        "--think", type=float, default=1.0, metavar="T", help="seconds to think about a question"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=300.0,
        metavar="T",
        help="the most seconds for a visit",
    )
    parser.add_argument(
        "--share", metavar="URL", help="join a room in this database and share the results"
    )
    return parser.parse_args()


def main() -> int:
    """Measure and print. Returns 1 if something failed or a goal is missed."""
    given = arguments()
    crowd = Crowd(given.visitors, given.over, given.think, given.patience)
    serve = [sys.executable, "-m", "careerpath", "serve", "--port", "{port}"]
    with ExitStack() as stack:
        if given.share:
            serve += ["--database", given.share]
            store = stack.enter_context(closing(open_store(given.share)))
            code = store.create_room("Benchmark", capacity=given.visitors).code
            stack.callback(store.delete_room, code)
            crowd = replace(crowd, room=code)
        ours = measure("careerpath", Server(serve, READY), "assessment", crowd)
        well = ours.well and (not given.share or room_is_right(store, code, ours.shared))
    rows = [ours.row(crowd, "careerpath")]
    if given.share:
        goals = [(f"peak memory in GiB, {crowd}", ours.peak / GIB, "at most", PEAK)]
    else:
        goals = [
            (f"seconds to the last page, {crowd}", ours.last, "at most", LAST_PAGE),
            ("visitors in a GiB", ours.in_a_gib, "at least", IN_A_GIB),
        ]
    if given.compare and not given.share:
        crowd = Crowd(given.compare, 0, given.think, given.patience)
        few = measure("careerpath", Server(serve, READY), "assessment", crowd)
        voila = [sys.executable, "-m", "voila", "notebooks/assessment.ipynb", "--no-browser"]
        stock = measure("plain Voilà", Server([*voila, "--port={port}"]), "", crowd)
        well &= few.well
        rows += [few.row(crowd, "careerpath"), stock.row(crowd, "plain Voilà")]
        sooner = stock.last / few.last
        goals.append((f"times sooner than plain Voilà, {crowd}", sooner, "at least", TIMES_SOONER))
    print("\n".join([HEADER, *rows]))
    print("\n| figure | measured | goal |\n|---|--:|--:|")
    for figure, measured, bound, goal in goals:
        well &= measured >= goal if bound == "at least" else measured <= goal
        print(f"| {figure} | {measured:.3g} | {bound} {goal} |")
    print(f"\n{os.cpu_count()} cores.")
    print(f"    python benchmarks/room.py {' '.join(sys.argv[1:])}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
