"""Running a notebook for one visitor, and rendering it piece by piece."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
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

from careerpath.serving.log import log_event, log_trouble

#: A kernel that has not answered by then never will.
START_SECONDS = 60


def trouble_text(log_id: str, *, kept: str) -> str:
    """Write the sentence that a visitor reads."""
    return f"Something went wrong on our side (id {log_id}). {kept}".rstrip()


async def until_it_answers(client: Any, manager: Any) -> None:
    """Wait until a kernel can be asked to run something.

    Jupyter's own wait listens for 0.2 s longer, to drop messages that nbclient sorts out anyway: a
    fifth of all that a visitor waits.

    Parameters
    ----------
    client, manager : any
        Jupyter's ends of the connection to the kernel, and of its process.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        client.kernel_info()
        with suppress(Empty):
            await client.get_shell_msg(timeout=1)
            # Only who hears this one will hear the outputs, too.
            await client.get_iopub_msg(timeout=0.2)
            return
        if not await ensure_async(manager.is_alive()):
            raise RuntimeError("The kernel died before it answered.")
    raise RuntimeError(f"The kernel did not answer in {START_SECONDS} s.")


class PageRenderer(NotebookRenderer):
    """Voilà's renderer, but a cell that fails leaves a sentence, and its traceback in the log.

    After such a cell no other one runs, as in Jupyter.

    Attributes
    ----------
    failed : bool
        Whether a cell has failed so far.
    hangs : bool
        Whether it runs for ever.
    kept : str
        Where a reload finds what was entered.
    """

    kept = ""
    failed = False
    hangs = False

    async def load_notebook(self, path: str) -> NotebookNode:
        """Read the notebook. Our own files need no sign of trust from Jupyter's database."""
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        await self.fix_notebook(notebook)
        return notebook

    async def _jinja_kernel_start(
        self,
        nb: NotebookNode,
        kernel_id: str,
        kernel_future: Any,
    ) -> str:
        manager = await ensure_async(kernel_future)
        self.executor = VoilaExecutor(nb, km=manager, config=self.traitlet_config)
        client = manager.client()
        # The manager knows whether its process lives: nobody asks for heartbeats.
        client.start_channels(hb=False)
        try:
            await until_it_answers(client, manager)
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
                well = await self._run(cell, index)
                yield cell
                if not well:
                    break
        finally:
            await self._cleanup_resources()

    async def _run(self, cell: NotebookNode, index: int) -> bool:
        """Run one cell; whether it ran well."""
        detail = ""
        try:
            await self.executor.async_execute_cell(cell, index, store_history=False)
        except (CellExecutionError, TimeoutError, RuntimeError) as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                # nbclient takes being cancelled for a kernel that died.
                raise asyncio.CancelledError from error
            detail = str(error)
            self.hangs = isinstance(error, TimeoutError)
        if cell.cell_type != "code":
            return True
        for each in cell.outputs:
            if each.output_type == "stream" and each.name == "stderr":
                log_event("cell_said", cell=self._name(index), text=each.text)
        # A cell that is tagged as one that may fail raises nothing, and shows as little.
        traces = ["\n".join(each.traceback) for each in cell.outputs if each.output_type == "error"]
        if not detail and not traces:
            return True
        self.failed = True
        log_id = log_trouble(self._name(index), detail or traces[0])
        told = trouble_text(log_id, kept=self.kept)
        sentence = NotebookNode(output_type="error", ename="Error", evalue=told, traceback=[told])
        cell.outputs = [*(each for each in cell.outputs if each.output_type != "error"), sentence]
        return False

    def _name(self, index: int) -> str:
        return f"{Path(self.notebook_path).name}:cell-{index + 1}"
