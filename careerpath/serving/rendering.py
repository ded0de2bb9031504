"""Run a notebook for one visitor, and render each output as it comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellExecutionError
from nbconvert.preprocessors.clearoutput import ClearOutputPreprocessor
from nbformat import NotebookNode
from voila.execute import VoilaExecutor
from voila.notebook_renderer import NotebookRenderer

from careerpath.serving.log import log_event, log_failure
from careerpath.serving.settings import REMOVED_TAG

#: A kernel that has not answered after so long never will.
START_SECONDS = 60


def failure_text(log_id: str, *, kept: str) -> str:
    """Return the message that a visitor reads after a failure."""
    return f"Something went wrong on our side (id {log_id}). {kept}".rstrip()


async def wait_for_kernel(client: Any, manager: Any) -> None:
    """Wait until a kernel can run cells.

    Jupyter's own function waits 0.2 s longer, a fifth of a visitor's waiting time, to drop messages
    that nbclient ignores anyway.

    Parameters
    ----------
    client, manager : any
        Jupyter's client and manager of the kernel.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        client.kernel_info()
        with suppress(Empty):
            await client.get_shell_msg(timeout=1)
            # A client that receives this message will receive the outputs, too.
            await client.get_iopub_msg(timeout=0.2)
            return
        if not await ensure_async(manager.is_alive()):
            raise RuntimeError("The kernel died before it answered.")
    raise RuntimeError(f"The kernel did not answer in {START_SECONDS} s.")


class PageRenderer(NotebookRenderer):
    """Voilà's renderer, except that a failed cell shows a message and its traceback is logged.

    No cell runs after a failed one, as in Jupyter.

    Attributes
    ----------
    failed : bool
        Whether a cell has failed so far.
    hangs : bool
        Whether a cell ran for too long and was stopped.
    kept : str
        A sentence for the message: where a reload finds what was entered.
    recorded : iterator or None
        What each code cell sent when it was run elsewhere. Then no kernel is needed.
    """

    kept = ""
    failed = False
    hangs = False
    recorded: Iterator[list[dict[str, Any]]] | None = None

    async def load_notebook(self, path: str) -> NotebookNode:
        """Read the notebook, without Jupyter's check for trusted notebooks."""
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        await self.fix_notebook(notebook)
        return notebook

    async def _jinja_kernel_start(
        self,
        nb: NotebookNode,
        kernel_id: str,
        kernel_future: Any,
    ) -> str:
        if self.recorded is not None:
            self.executor = VoilaExecutor(nb, config=self.traitlet_config)
            self.executor.clear_before_next_output = False
            return kernel_id
        manager = await ensure_async(kernel_future)
        self.executor = VoilaExecutor(nb, km=manager, config=self.traitlet_config)
        client = manager.client()
        # Heartbeats are not needed: the manager watches the process.
        client.start_channels(hb=False)
        try:
            await wait_for_kernel(client, manager)
        except BaseException:
            client.stop_channels()
            raise
        client.allow_stdin = False
        self.executor.kc = client
        self.kernel_started = True
        return kernel_id

    async def _jinja_cell_generator(
        self, nb: NotebookNode, kernel_id: str
    ) -> AsyncIterator[NotebookNode]:
        del kernel_id
        nb, _ = ClearOutputPreprocessor().preprocess(nb, {})
        try:
            for index, cell in enumerate(nb.cells):
                succeeded = await self._run(cell, index)
                yield cell
                if not succeeded:
                    break
        finally:
            if self.recorded is None:
                await self._cleanup_resources()

    async def _run(self, cell: NotebookNode, index: int) -> bool:
        """Run one cell. Returns whether it succeeded."""
        detail = ""
        try:
            if self.recorded is None:
                await self.executor.async_execute_cell(cell, index, store_history=False)
            elif cell.cell_type == "code":
                for message in next(self.recorded):
                    self.executor.process_message(_as_received(message), cell, index)
        except (CellExecutionError, TimeoutError, RuntimeError) as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                # nbclient reports a cancelled task as a kernel that died.
                raise asyncio.CancelledError from error
            detail = str(error)
            self.hangs = isinstance(error, TimeoutError)
        if cell.cell_type != "code":
            return True
        for each in cell.outputs:
            if each.output_type == "stream" and each.name == "stderr":
                log_event("cell_said", cell=self._name(index), text=each.text)
        # A cell with the tag raises-exception raises nothing, but its traceback is hidden, too.
        traces = ["\n".join(each.traceback) for each in cell.outputs if each.output_type == "error"]
        if not detail and not traces:
            return True
        self.failed = True
        log_id = log_failure(self._name(index), detail or traces[0])
        text = failure_text(log_id, kept=self.kept)
        sentence = NotebookNode(output_type="error", ename="Error", evalue=text, traceback=[text])
        cell.outputs = [*(each for each in cell.outputs if each.output_type != "error"), sentence]
        return False

    def _name(self, index: int) -> str:
        return f"{Path(self.notebook_path).name}:cell-{index + 1}"

    @property
    def cells(self) -> list[str]:
        """The source of each code cell that is for the page."""
        return [
            each.source
            for each in self.notebook.cells
            if each.cell_type == "code" and REMOVED_TAG not in each.metadata.get("tags", ())
        ]


def _as_received(message: dict[str, Any]) -> dict[str, Any]:
    """Return a recorded message in the form in which nbclient receives it."""
    header = {"msg_type": message["msg_type"]}
    return {"metadata": {}, "parent_header": {}, "buffers": [], "header": header, **message}
