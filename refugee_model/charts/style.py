"""Colours, fonts and axes of all charts, after the chart style of UNHCR."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from refugee_model.charts.fonts import font_families as font_families
from refugee_model.wording import as_now, number

BLUE = "#0072BC"
LIGHT_BLUE = "#8EBEFF"
NAVY = "#18375F"
GREEN = "#00B398"
YELLOW = "#E1CC0D"
RED = "#EF4A60"
TEXT = "#333333"
GREY = "#666666"
LINE = "#DDDDDD"
PALE = "#EFEFEF"
WHITE = "#FFFFFF"

TITLE_SIZE = 14.0
SUBTITLE_SIZE = 9.5
HEADING_SIZE = 10.0
LABEL_SIZE = 9.0
TICK_SIZE = 8.5
FOOTER_SIZE = 7.5


def plain(axes: Axes) -> None:
    """Take the frame away and leave a light horizontal grid."""
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=GREY, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.grid(visible=False, axis="both", which="both")
    axes.grid(visible=True, axis="y", color=LINE, linewidth=0.8, linestyle="-")
    axes.tick_params(
        axis="both", which="major", labelsize=TICK_SIZE, labelcolor=GREY, labelfontfamily=list(font_families())
    )
    axes.tick_params(axis="y", which="major", length=0)
    axes.tick_params(axis="x", which="major", length=3, color=GREY)


def amounts(axes: Axes, top: float, *, ticks: int = 5, headroom: float = 1.0) -> None:
    """Let the vertical axis run from nothing to the largest amount times ``headroom``, with thousands apart."""
    axes.set_ylim(0.0, (top if top > 0 else 1.0) * headroom)
    axes.yaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]) if top > 0 else FixedLocator([0.0]))
    axes.yaxis.set_major_formatter(FuncFormatter(as_now(lambda value, _position: number(value))))


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


def legend(axes: Axes, **look: Any) -> None:
    """What colours and marks mean, in our fonts; a name with dollars is no mathematics."""
    made = axes.legend(**look)
    for text in (*made.get_texts(), made.get_title()):
        text.set(parse_math=False, fontfamily=list(font_families()))


class Sheet(Figure):
    """A figure that looks the same however a person saves it: labels of axes are made only when a figure is drawn."""

    def draw(self, renderer: Any) -> None:
        """Draw it with our settings."""
        with our_settings():
            super().draw(renderer)
