"""Colours, fonts and axes of all charts, after the chart style of UNHCR."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from refugee_model.charts.fonts import font_families as font_families
from refugee_model.wording import listed as listed
from refugee_model.wording import whole as whole

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
    """Take the frame away and leave a light horizontal grid.

    Parameters
    ----------
    axes : Axes
        The axes to change.
    """
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=GREY, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.grid(visible=False, axis="both", which="both")
    axes.grid(visible=True, axis="y", color=LINE, linewidth=0.8, linestyle="-")
    axes.tick_params(axis="both", which="major", labelsize=TICK_SIZE, labelcolor=GREY, labelfontfamily=list(font_families()))
    axes.tick_params(axis="y", which="major", length=0)
    axes.tick_params(axis="x", which="major", length=3, color=GREY)


def amounts(axes: Axes, top: float, *, ticks: int = 5, headroom: float = 1.0) -> None:
    """Let the vertical axis run from nothing to the largest amount, with thousands apart.

    Parameters
    ----------
    axes : Axes
        The axes to change.
    top : float
        Largest amount shown.
    ticks : int
        At most so many intervals.
    headroom : float
        The axis ends at ``top`` times this, for labels above the largest amount.
    """
    axes.set_ylim(0.0, (top if top > 0 else 1.0) * headroom)
    axes.yaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]) if top > 0 else FixedLocator([0.0]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _position: number(value)))


def number(value: float) -> str:
    """An amount with thousands apart; decimals only where it is small.

    Parameters
    ----------
    value : float
        The amount.

    Returns
    -------
    str
        For example ``12,500`` or ``0.25``.

    Examples
    --------
    >>> number(12500.0), number(0.25), number(2.5)
    ('12,500', '0.25', '2.5')
    """
    decimals = 0 if abs(value) >= 10 or value == round(value) else 2 - max(0, math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else text


def about(value: float, *, figures: int = 3) -> str:
    """An amount to a few figures, one more after a leading 1, as a person says it: a projection knows no more.

    Parameters
    ----------
    value : float
        The amount.
    figures : int
        Leading figures that are kept.

    Returns
    -------
    str
        For example ``26,800`` or ``1.25 million``.

    Examples
    --------
    >>> about(26812.0), about(1_254_000.0), about(412.4), about(0.0)
    ('26,800', '1.254 million', '412', '0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    size = math.floor(math.log10(abs(value)))
    places = figures - 1 - size + (1 if abs(value) < 2 * 10.0**size else 0)
    rounded = round(value, min(places, 0 if abs(value) >= 10 else 2))
    if abs(rounded) >= 1_000_000:
        return f"{number_to(rounded / 1_000_000, 3)} million"
    return number(rounded)


def number_to(value: float, decimals: int) -> str:
    """An amount with at most so many decimals, without needless zeros.

    Examples
    --------
    >>> number_to(1.250, 3)
    '1.25'
    """
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")


def people(value: float) -> str:
    """People in words, as everywhere.

    Examples
    --------
    >>> people(26812.4), people(1.0), people(0.2)
    ('26,812 people', '1 person', '0 people')
    """
    said = whole(value)
    return f"{said} person" if said == "1" else f"{said} people"


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "province", "provinces")
    '1 province'
    """
    return f"{count:,} {one if count == 1 else many}"
