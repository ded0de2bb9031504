"""Measure how a room full of people is served, all at once or within some seconds.

Simulated visitors load the page over the real protocol, connect to its kernel, open the widgets,
answer all questions, reach the result, and leave when everybody has it. They run in this process,
on the same cores as the server. One run measures plain Voilà with the same notebook and
``careerpath serve``, and prints a Markdown table::

    python benchmarks/room.py --visitors 40                  on a pool of 40
    python benchmarks/room.py --visitors 100 --over 10       on a pool of 100, arriving in 10 s
    python benchmarks/room.py --visitors 60 --pool 20
    python benchmarks/room.py --visitors 200 --over 60 --only ours --share sqlite:////tmp/rooms.db

With ``--share`` the visitors of careerpath join a room in that database and share their results,
each with two taps. Then the room must hold each of them once, and the right tally.

The time to the page starts with the request and ends when the HTML is complete and the websocket to
the kernel is open: then a visitor counts as admitted. Memory is the highest PSS of the server and
all its descendants. Processes left are the visitors' kernels that still run after all visitors have
gone, and the processes that still run after the server was told to stop. A visitor leaves with the
request that the front end sends; plain Voilà refuses this request, because it lacks a cookie that
Voilà never set.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace

from protocol import MAXIMUM_CLIENTS, VisitError, Visitor
from serving import MemoryWatch, Server, ServerFailedError, kernels_alive
from tornado.httpclient import AsyncHTTPClient

from careerpath import Store, open_store

#: The path at which careerpath says that its pool is full.
READY = "healthz?ready"
HEADER = """\
| server | admitted | finished | failed | to the page: p50, p95, p99, last | \
to the result: p50, p95, p99, last | peak memory | left by visitors, after the stop |
|---|--:|--:|--:|--:|--:|--:|--:|"""


@dataclass(frozen=True)
class Crowd:
    """How visitors arrive, behave and leave.

    Attributes
    ----------
    visitors : int
        The number of visitors.
    over : float
        Seconds in which they arrive, evenly; 0 for all at once.
    think : float
        Seconds to think about each question.
    vanish : bool
        Whether they close the connection only, as a phone that is switched off.
    patience : float
        The most seconds for a visit, and for the processes to end.
    room : str
        The code of the room that they join; empty for none.
    """

    visitors: int
    over: float
    think: float
    vanish: bool
    patience: float
    room: str = ""


@dataclass
class Outcome:
    """The result of a crowd's visits; times in seconds since each visitor's arrival."""

    to_page: list[float] = field(default_factory=list)
    to_result: list[float] = field(default_factory=list)
    shared: list[dict[str, int]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    peak: float = 0.0
    left: int = 0
    left_after_stop: int = 0

    def row(self, name: str) -> str:
        """Return it as a row of the table."""
        cells = [
            name,
            str(len(self.to_page)),
            str(len(self.to_result)),
            str(len(self.failures)),
            percentiles(self.to_page),
            percentiles(self.to_result),
            f"{self.peak:.0f} MB",
            f"{self.left}, {self.left_after_stop}",
        ]
        return f"| {' | '.join(cells)} |"


def percentiles(times: list[float]) -> str:
    """Write the 50th, 95th and 99th percentiles and the maximum, by nearest rank."""
    if not times:
        return "-"
    ranked = sorted(times)
    shown = [ranked[math.ceil(share * len(ranked)) - 1] for share in (0.5, 0.95, 0.99, 1)]
    return ", ".join(f"{each:.2f}" for each in shown) + " s"


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
    AsyncHTTPClient.configure(None, max_clients=MAXIMUM_CLIENTS)
    outcome = Outcome()
    visitors = [
        Visitor(
            page=server.url + path,
            root=server.url,
            patience=crowd.patience,
        )
        for _ in range(crowd.visitors)
    ]
    gap = crowd.over / crowd.visitors
    with MemoryWatch(server) as watch:
        visits = [
            visit(each, crowd, outcome, delay=gap * number) for number, each in enumerate(visitors)
        ]
        await asyncio.gather(*visits)
        outcome.peak = max(watch.peak, server.memory())
    if crowd.vanish:
        for each in visitors:
            each.vanish()
    else:
        await asyncio.gather(*(each.leave() for each in visitors), return_exceptions=True)
    kernels = {each.kernel_id for each in visitors if each.kernel_id}
    deadline = time.monotonic() + crowd.patience
    while (left := kernels_alive(server, kernels)) and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
    outcome.left = left
    return outcome


def measure(name: str, server: Server, path: str, crowd: Crowd) -> Outcome:
    """Start the server, let a crowd visit it, and return the outcome."""
    print(f"{name}: starting ...", file=sys.stderr, flush=True)
    try:
        with server:
            print(f"{name}: {crowd.visitors} visitors ...", file=sys.stderr, flush=True)
            outcome = asyncio.run(gather(server, path, crowd))
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
    parser.add_argument("--visitors", type=int, default=40, metavar="N")
    parser.add_argument("--over", type=float, default=0.0, metavar="T", help="arrive in T seconds")
    parser.add_argument(
        "--pool", type=int, metavar="N", help="pages prepared in advance; by default one each"
    )
    parser.add_argument(
        "--think", type=float, default=0.0, metavar="T", help="seconds to think about a question"
    )
    parser.add_argument("--vanish", action="store_true", help="close the connection only")
    parser.add_argument(
        "--patience",
        type=float,
        default=300.0,
        metavar="T",
        help="the most seconds for a visit, and for the processes to end",
    )
    parser.add_argument(
        "--share", metavar="URL", help="join a room in this database and share the results"
    )
    parser.add_argument("--only", choices=("ours", "stock"), help="measure only one of the servers")
    parser.add_argument(
        "--serve",
        nargs="*",
        default=[],
        metavar="OPTION",
        help="options for careerpath serve, without their dashes: --serve verbose max-visitors=50",
    )
    given = parser.parse_args()
    if not 0 < given.visitors <= MAXIMUM_CLIENTS // 4:
        parser.error(f"--visitors: 1 to {MAXIMUM_CLIENTS // 4}")
    return given


def main() -> int:
    """Measure and print. Returns 1 if a visit of ours failed or a process was left behind."""
    given = arguments()
    crowd = Crowd(given.visitors, given.over, given.think, given.vanish, given.patience)
    pool = given.visitors if given.pool is None else given.pool
    rows, well = [], True
    if given.only != "ours":
        command = [sys.executable, "-m", "voila", "notebooks/assessment.ipynb", "--no-browser"]
        stock = Server([*command, "--port={port}"])
        rows.append(measure("plain Voilà", stock, "", crowd).row("plain Voilà"))
    if given.only != "stock":
        command = [sys.executable, "-m", "careerpath", "serve", "--port", "{port}"]
        command += [f"--{option}" for option in given.serve]
        if pool:
            command += ["--room-size", str(pool)]
        name = f"careerpath, pool of {pool}" if pool else "careerpath, no pool"
        with ExitStack() as stack:
            if given.share:
                command += ["--database", given.share]
                store = stack.enter_context(closing(open_store(given.share)))
                code = store.create_room("Benchmark", capacity=given.visitors).code
                stack.callback(store.delete_room, code)
                crowd = replace(crowd, room=code)
            outcome = measure(name, Server(command, READY), "assessment", crowd)
            rows.append(outcome.row(name))
            well = not (outcome.failures or outcome.left or outcome.left_after_stop)
            if given.share:
                well &= room_is_right(store, code, outcome.shared)
    print("\n".join([HEADER, *rows]))
    how = f"in {given.over:g} s" if given.over else "at once"
    print(f"\n{given.visitors} arriving {how}, {os.cpu_count()} cores.")
    print(f"    python benchmarks/room.py {' '.join(sys.argv[1:])}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
