"""Template processes and their copies without a server."""

import ast
import asyncio
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from careerpath.serving.forking.template import Template

TESTS = Path(__file__).parents[1]
#: What differs from process to process: ids, also of failures, and the addresses of objects.
IDS = re.compile(
    r"(?<=\(id )[0-9a-f]{8}|[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|0x[0-9a-f]{8,}"
)


def without_ids(data: object) -> str:
    """Write data with each id replaced by its number."""
    text = data if isinstance(data, str) else json.dumps(data)
    numbers: dict[str, str] = {}
    return IDS.sub(lambda found: numbers.setdefault(found[0], f"<{len(numbers)}>"), text)


def cells_of(notebook: Path) -> tuple[list[str], str | None]:
    """The cells of a notebook that are run for its page, and the name of its rehearsal."""
    content = json.loads(notebook.read_text("utf-8"))
    cells = [
        "".join(each["source"])
        for each in content["cells"]
        if each["cell_type"] == "code" and "workbook" not in each["metadata"].get("tags", ())
    ]
    return cells, content["metadata"]["template_process"].get("rehearsal")


@asynccontextmanager
async def template_process(
    cells: Sequence[str],
    *,
    run_cells: bool = True,
    rehearsal: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Template]:
    """Start a template process, whether it can be copied or not, and end it."""
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    template = Template()
    await template.start(
        cells,
        run_cells=run_cells,
        rehearsal=rehearsal,
        env={**os.environ, "PYTHONPATH": path, **(environment or {})},
        cwd=tempfile.gettempdir(),
        seconds=60,
    )
    try:
        yield template
    finally:
        await template.stop()


async def ask(template: Template, code: str, *, copies: int = 1) -> list[Any]:
    """Run code that prints a literal in copies that live at the same time. Returns the literals."""

    async def ask_one(number: int) -> Any:
        name = f"{folder}/kernel-{number}"
        manager = AsyncKernelManager(
            transport="ipc", connection_file=f"{name}.json", ip=f"{name}-ipc"
        )
        manager.write_connection_file()
        copy = await template.copy(manager.connection_file)
        client = manager.client()
        client.start_channels(hb=False)
        printed: list[str] = []

        def listen(message: dict[str, Any]) -> None:
            if message["msg_type"] in {"stream", "error"}:
                printed.append(message["content"].get("text", str(message["content"])))

        try:
            await client.wait_for_ready(timeout=30)
            await client.execute_interactive(code, output_hook=listen, timeout=30)
            answered.append(number)
            async with asyncio.timeout(60):
                while len(answered) < copies:
                    await asyncio.sleep(0.01)
            return ast.literal_eval("".join(printed))
        finally:
            client.stop_channels()
            copy.kill()
            await copy.ended.wait()
            manager.context.destroy(linger=0)

    answered: list[int] = []
    # A short path: sockets live in it.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        return list(await asyncio.gather(*map(ask_one, range(copies))))
