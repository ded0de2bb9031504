"""Fifteen sliders and a line that Python writes, in NiceGUI."""

import sys

from nicegui import ui  # type: ignore[import-not-found]


def page() -> None:
    """Build the page of one visitor."""
    sliders = []
    for number in range(1, 16):
        ui.label(f"q{number:02d}")
        sliders.append(ui.slider(min=0, max=10, value=0))
    ui.label().bind_text_from(sliders[0], "value", "Python has {}".format)


ui.run(page, host="127.0.0.1", port=int(sys.argv[1]), reload=False, show=False)
