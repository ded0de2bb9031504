"""Running a notebook for one visitor, and rendering it piece by piece."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellExecutionError
from nbconvert.preprocessors.clearoutput import ClearOutputPreprocessor
from nbformat import NotebookNode
from voila.execute import VoilaExecutor
from voila.notebook_renderer import NotebookRenderer

LOG = logging.getLogger("careerpath.serving")


def log_trouble(what: str, detail: str) -> str:
    """Log what went wrong under an id that a visitor can tell us.

    Parameters
    ----------
    what : str
        What was being done.
    detail : str
        For the log only: a traceback.

    Returns
    -------
    str
        The id.
    """
    log_id = secrets.token_hex(4)
    LOG.error("%s failed (id %s)\n%s", what, log_id, detail)
    return log_id


def trouble_text(log_id: str) -> str:
    """Write the sentence that a visitor reads."""
    return f"Something went wrong on our side (id {log_id}). Your answers are kept on this device."


class PageRenderer(NotebookRenderer):
    """Voilà's renderer, but a cell that fails leaves a sentence, and its traceback in the log.

    After such a cell no other one runs, as in Jupyter.
    """

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
        self.executor.kc = await self.executor.async_start_new_kernel_client()
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
            detail = str(error)
        if cell.cell_type != "code":
            return True
        # A cell that is tagged as one that may fail raises nothing, and shows as little.
        traces = ["\n".join(each.traceback) for each in cell.outputs if each.output_type == "error"]
        if not detail and not traces:
            return True
        log_id = log_trouble(
            f"Cell {index + 1} of {Path(self.notebook_path).name}", detail or traces[0]
        )
        sentence = NotebookNode(
            output_type="error",
            ename="Error",
            evalue=trouble_text(log_id),
            traceback=[trouble_text(log_id)],
        )
        cell.outputs = [*(each for each in cell.outputs if each.output_type != "error"), sentence]
        return False
