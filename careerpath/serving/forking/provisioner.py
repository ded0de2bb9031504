"""How Jupyter starts a kernel that is a copy of a template process."""

from __future__ import annotations

import os
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from careerpath.serving.forking.template import Copy, Template

#: Its name among the entry points ``jupyter_client.kernel_provisioners``.
NAME = "fork"


class ForkProvisioner(LocalProvisioner):
    """Starts a kernel as a copy of a template, if it is given one; else as Jupyter does."""

    process: Any = None  # a Copy, or the Popen of an ordinary start

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel.

        Parameters
        ----------
        cmd : list of str
            The command of an ordinary start.
        **kwargs
            As for an ordinary start, and ``template``: the ``Template`` to copy, or None.

        Returns
        -------
        dict
            The addresses of its sockets and its key.

        Raises
        ------
        CannotForkError
            If the template cannot be copied.
        """
        template: Template | None = kwargs.pop("template", None)
        if template is None:
            return await super().launch_kernel(cmd, **kwargs)
        manager: Any = self.parent
        copy = await template.copy(os.path.realpath(manager.connection_file))
        self.process = copy
        self.pid = self.pgid = copy.pid
        self.ip = manager.ip
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Send the kernel and its own processes a signal, unless it has ended."""
        if self.process is not None and self.process.poll() is None:
            await super().send_signal(signum)

    async def wait(self) -> int | None:
        """Wait until the kernel has ended."""
        if not isinstance(self.process, Copy):
            return await super().wait()
        await self.process.ended.wait()
        self.process = None
        return 0
