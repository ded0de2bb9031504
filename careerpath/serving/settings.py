"""Settings that are safe for strangers on the public internet."""

from __future__ import annotations

import sys

from traitlets.config import Config

from careerpath.serving.kernels import PageKernels

#: A kernel that nobody has used for so long is ended, even with a page open: the draft is in the
#: browser.
IDLE_SECONDS = 20 * 60
#: No message of ours is near it.
LARGEST_MESSAGE = 4 * 1024 * 1024
LARGEST_BODY = 64 * 1024
TEMPLATE_NAMES = ("careerpath", "lab")


def safe_config(*, template: str) -> Config:
    """Return Voilà's settings for strangers on the public internet.

    Parameters
    ----------
    template : str
        ``careerpath`` or ``lab``.

    Returns
    -------
    Config
        Settings.
    """
    config = Config()
    config.VoilaConfiguration.template = template
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.strip_sources = True
    config.VoilaConfiguration.file_allowlist = []
    config.VoilaConfiguration.multi_kernel_manager_class = PageKernels
    # Cells for JupyterLab only: neither shown nor run.
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"workbook"}
    config.MappingKernelManager.cull_interval = 60
    config.MappingKernelManager.cull_idle_timeout = IDLE_SECONDS
    config.MappingKernelManager.cull_connected = True
    # A restarted kernel would be an empty one. Zero tries: the page hears at once that it is dead.
    config.KernelRestarter.restart_limit = 0
    if sys.platform != "win32":
        # Under a crowd, kernels on TCP take each other's ports.
        config.KernelManager.transport = "ipc"
    return config
