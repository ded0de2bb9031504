"""Making a page: start a kernel, run the notebook in it, and return the HTML."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from careerpath.serving.kernels import PageKernels
from careerpath.serving.pages import Page
from careerpath.serving.rendering import PageRenderer


class NotebookFailedError(Exception):
    """A cell of the notebook failed. The log has the details."""


@dataclass(frozen=True)
class ReadyPage:
    """A finished page: its kernel has run the notebook.

    Attributes
    ----------
    kernel_id : str
        The kernel that ran it.
    html : str
        The notebook's outputs.
    """

    kernel_id: str
    html: str


class StartedPage:
    """A page whose kernel runs, and whose notebook has not been run yet.

    Parameters
    ----------
    kernel_id : str
        Its kernel.
    kernels : PageKernels
        All kernels.
    renderer : PageRenderer
        Runs the notebook.
    """

    def __init__(self, kernel_id: str, *, kernels: PageKernels, renderer: PageRenderer) -> None:
        self.kernel_id = kernel_id
        self._kernels = kernels
        self._renderer = renderer

    async def pieces(self) -> AsyncIterator[str]:
        """Run the notebook, and yield the HTML of each output as it comes."""
        kernel = self._kernels.get_kernel(self.kernel_id)
        async for html, _ in self._renderer.generate_content_generator(self.kernel_id, kernel):
            yield html

    async def html(self) -> str:
        """Run the notebook to its end.

        Returns
        -------
        str
            All HTML.

        Raises
        ------
        NotebookFailedError
            If a cell fails.
        """
        pieces = [piece async for piece in self.pieces()]
        if self.failed:
            raise NotebookFailedError(self._renderer.notebook_path)
        return "".join(pieces)

    @property
    def failed(self) -> bool:
        """Whether a cell has failed so far."""
        return self._renderer.failed

    @property
    def hangs(self) -> bool:
        """Whether a cell ran for too long and was stopped."""
        return self._renderer.hangs


class PageMaker:
    """Makes a page, as often as needed.

    Parameters
    ----------
    page : Page
        The page.
    kernels : PageKernels
        All kernels.
    render : partial
        Returns a new renderer.
    """

    def __init__(
        self,
        page: Page,
        *,
        kernels: PageKernels,
        render: partial[PageRenderer],
    ) -> None:
        self.page = page
        self._kernels = kernels
        self._render = render

    async def start(self) -> StartedPage:
        """Start a kernel for the page."""
        renderer = self._render()
        renderer.kept = self.page.kept
        await renderer.initialize()
        kernel_id = await self._kernels.start(renderer.notebook.metadata.kernelspec.name)
        return StartedPage(kernel_id, kernels=self._kernels, renderer=renderer)

    async def make(self) -> ReadyPage:
        """Make the whole page.

        Returns
        -------
        ReadyPage
            The page.

        Raises
        ------
        NotebookFailedError
            If a cell fails.
        """
        started = await self.start()
        try:
            page = ReadyPage(started.kernel_id, await started.html())
        except BaseException:
            await self._kernels.end(started.kernel_id)
            raise
        return page
