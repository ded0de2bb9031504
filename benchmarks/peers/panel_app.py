"""Fifteen sliders and a line that Python writes, in Panel."""

import panel as pn  # type: ignore[import-not-found]

sliders = [pn.widgets.IntSlider(name=f"q{number:02d}", end=10) for number in range(1, 16)]
line = pn.pane.Markdown(pn.bind("Python has {}".format, sliders[0]))
pn.Column(*sliders, line).servable()
