"""Settings of matplotlib for our charts: its own defaults, whatever a person has set for theirs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.figure import Figure

OF_THE_SESSION = (
    "backend",
    "backend_fallback",
    "date.epoch",
    "figure.max_open_warning",
    "interactive",
    "toolbar",
    "webagg",
)
"""Beginnings of settings that say where charts are shown, or from which day dates are counted."""
DEFAULTS: Any = {
    name: value
    for name, value in matplotlib.rcParamsDefault.items()
    if not name.startswith(OF_THE_SESSION) and name[:1] != "_"
} | {"svg.hashsalt": "refugee_model"}  # or every SVG would be other bytes


@contextmanager
def our_settings() -> Iterator[None]:
    """Draw as matplotlib does where nobody has set anything; letters without a font are told by us."""
    with matplotlib.rc_context(DEFAULTS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not support .* natively")
        yield


class Sheet(Figure):
    """A figure that looks the same however a person saves it: labels of axes are made only when a figure is drawn."""

    def draw(self, renderer: Any) -> None:
        """Draw it with our settings."""
        with our_settings():
            super().draw(renderer)
