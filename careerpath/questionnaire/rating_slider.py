"""RatingSlider: a slider between two poles that has no value until it is touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
from traitlets import Bool, Float, Int, TraitError, Unicode, Union, validate

from careerpath.core.numbers import exact
from careerpath.ui.widget_files import widget_files


class RatingSlider(anywidget.AnyWidget):
    """A slider for one question, around the browser's own range input.

    ipywidgets' sliders have no accessible name, no unset state and a small handle. This one
    has a name, an unset state and a large handle, accepts digit keys, and is otherwise a normal
    widget: ``value`` can be observed and linked, in Voilà and in JupyterLab.

    Attributes
    ----------
    value : int, float or None
        None until the taker chooses.
    minimum, maximum, step : int or float
        The scale.
    name : str
        The item's id.
    label, low_label, high_label : str
        The question, and the poles at the low and at the high end.
    disabled, autofocus : bool

    Examples
    --------
    >>> slider = RatingSlider(label="The day I look forward to has …",
    ...                       low_label="many talks", high_label="many quiet hours")
    >>> slider.value is None
    True
    >>> slider.value = 11
    Traceback (most recent call last):
        ...
    traitlets.traitlets.TraitError: 11 is not on the scale from 0 to 10 in steps of 1
    """

    _esm = widget_files("questionnaire/rating_slider.js")
    _css = widget_files("ui/tokens.css", "questionnaire/rating_slider.css")

    value = Union([Int(), Float()], default_value=None, allow_none=True).tag(sync=True)
    minimum = Union([Int(), Float()], default_value=0).tag(sync=True)
    maximum = Union([Int(), Float()], default_value=10).tag(sync=True)
    step = Union([Int(), Float()], default_value=1).tag(sync=True)
    name = Unicode("").tag(sync=True)
    label = Unicode("").tag(sync=True)
    low_label = Unicode("").tag(sync=True)
    high_label = Unicode("").tag(sync=True)
    disabled = Bool(default_value=False).tag(sync=True)
    autofocus = Bool(default_value=False).tag(sync=True)

    @validate("value")
    def _on_the_scale(self, proposal: dict[str, Any]) -> float | None:
        value: float | None = proposal["value"]
        if value is None:
            return None
        if isinstance(value, bool) or not self._has(value):
            raise TraitError(
                f"{value!r} is not on the scale from {self.minimum} to {self.maximum} "
                f"in steps of {self.step}"
            )
        return value

    def _has(self, value: float) -> bool:
        if not self.minimum <= value <= self.maximum:
            return False
        try:
            return not (exact(value) - exact(self.minimum)) % exact(self.step)
        except (ArithmeticError, ValueError):  # A visitor has tampered with the scale.
            return False

    def on_submit(self, handler: Callable[[], None]) -> None:
        """Call ``handler()`` when Enter is pressed on a slider that has a value."""

        def receive(_widget: RatingSlider, content: Any, _buffers: Any) -> None:
            if isinstance(content, dict) and content.get("submit") is True:
                handler()

        self.on_msg(receive)
