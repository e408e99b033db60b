"""Everybody, from origin to destination."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from refugee_model.views import style
from refugee_model.views.clock import Clock, show_dates
from refugee_model.views.columns import Floats, before, floats, quiet_after, require, wide
from refugee_model.views.labels import halo, spread
from refugee_model.views.page import Page, Words, on_axes, open_page, text_at, words

SETTLED = ("at_home", "sheltered", "hosted", "left_country", "detained")


@dataclass(frozen=True)
class Kind:
    """How one kind of place is shown.

    Attributes
    ----------
    label : str
        In plain words.
    colour, letters : str
        Of the area, and of words on it.
    hatch : str
        Pattern, so that neighbours differ in grey print.
    """

    label: str
    colour: str
    letters: str
    hatch: str = ""


KINDS = {
    "at_home": Kind("at home", "#D9D9D9", style.TEXT),
    "leaving": Kind("held back at home", "#A6A6A6", style.TEXT, "..."),
    "on_road": Kind("on the road", style.RED, style.TEXT),
    "detained": Kind("detained", style.TEXT, style.WHITE),
    "awaiting_registration": Kind("waiting to register", style.NAVY, style.WHITE),
    "unregistered_hosted": Kind("with relatives, not registered", style.YELLOW, style.TEXT, "\\\\\\"),
    "awaiting_placement": Kind("waiting for a bed", style.NAVY, style.WHITE),
    "travelling": Kind("travelling to a bed", "#9ADBCF", style.TEXT, "///"),
    "sheltered": Kind("in state accommodation", style.BLUE, style.WHITE),
    "hosted": Kind("with relatives or in own rental", style.LIGHT_BLUE, style.TEXT),
    "left_country": Kind("left the country", "#E6F0FA", style.TEXT, "xx"),
}
"""From origin (top) to destination (bottom)."""


def plot_flow(movement: pd.DataFrame, *, until: object = None, ax: Axes | None = None, figure: Figure | None = None) -> Axes:
    """Draw where everybody is over time, from origin at the top to destination at the bottom.

    Parameters
    ----------
    movement : DataFrame
        The movement table: time, kind, place, people.
    until : time, optional
        Last time shown; without it the chart ends some time after fewer than 1 in 100 people are on the way.
    ax : Axes, optional
        Axes to draw on; the footer is then left out.
    figure : Figure, optional
        A figure to draw on; without either a new one of print size.

    Returns
    -------
    Axes
        People over time, stacked.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, or ``until`` is before it.

    Examples
    --------
    >>> plot_flow(rm.movement_table(run))  # doctest: +SKIP
    """
    require(movement, ("time", "kind", "people"), name="movement")
    times, clock, people = wide(movement, "kind", "people")
    kinds = [kind for kind in KINDS if kind in people] + [kind for kind in people.columns if kind not in KINDS]
    values = np.stack([floats(people[kind]) for kind in kinds])
    on_the_way = values[[kind not in SETTLED for kind in kinds]].sum(axis=0)
    shown = before(times, clock, until if until is not None else clock.local(_end(times, on_the_way, values)))
    said = _words(movement, dict(zip(kinds, values, strict=True)), times, shown, clock)
    page = on_axes(said, ax) if ax is not None else open_page(said, (1, 1), figure=figure, height=16.0, right=0.6)
    axes: Axes = page.panels[0]
    tops = np.cumsum(values[::-1, shown], axis=0)[::-1]
    lows = tops - values[:, shown]
    for kind, low, top in zip(kinds, lows, tops, strict=True):
        look = KINDS.get(kind, Kind(kind, style.LINE, style.TEXT))
        area = axes.fill_between(times[shown], low, top, facecolor=look.colour, edgecolor=style.WHITE, linewidth=0.5, label=kind)
        area.set(hatch=look.hatch or None, zorder=0.5)
    style.amounts(axes, float(tops[0].max()), headroom=1.16)
    axes.set_ylabel("people", color=style.GREY, fontsize=style.LABEL_SIZE, fontfamily=list(style.font_families()))
    show_dates(axes, clock, float(times[0]), float(times[shown][-1]), ticks=12)
    page.settle()
    _labels(page, kinds, times[shown], lows, tops)
    return axes


def _end(times: Floats, on_the_way: Floats, values: Floats) -> float:
    everyone = float(values[:, 0].sum())
    return quiet_after(times, np.where(on_the_way > 0.01 * everyone, 1.0, 0.0))


def _words(movement: pd.DataFrame, values: dict[str, Floats], times: Floats, shown: np.ndarray, clock: Clock) -> Words:
    none = np.zeros(len(times))
    road = values.get("on_road", none)[shown]
    peak, last = int(np.argmax(road)), float(times[shown][-1])
    beds, relatives = (float(values.get(kind, none)[shown][-1]) for kind in ("sheltered", "hosted"))
    if road[peak] + beds + relatives < 0.5:
        title = f"Nobody is on the move up to {clock.date(last)}"
    else:
        road_words = f"{style.people(road[peak])} on the road at once on {clock.day(float(times[shown][peak]))}"
        title = f"{road_words}; by {clock.day(last)} {style.about(round(beds))} in state accommodation, {style.about(round(relatives))} with relatives or in own rental"
    reading = "People, from home (top) to where they stay (bottom)."
    if last < times[-1]:
        reading += f" Shown to {clock.date(last)} of {clock.date(float(times[-1]))}."
    return words(movement, title, reading, clock, float(times[0]))


def _labels(page: Page, kinds: list[str], times: Floats, lows: Floats, tops: Floats) -> None:
    """Write on each area that has room; lead a line from above to those that have not."""
    axes: Axes = page.panels[0]
    outside: list[tuple[float, float, Text]] = []
    for kind, low, top in zip(kinds, lows, tops, strict=True):
        thickest = int(np.argmax(top - low))
        if top[thickest] - low[thickest] < max(0.5, 0.002 * float(tops[0].max())):
            continue
        look = KINDS.get(kind, Kind(kind, style.LINE, style.TEXT))
        text = text_at(axes, (0.0, 0.0), (0.0, 0.0), look.label, colour=look.letters, weight="bold")
        if not _inside(page, text, times, low, top):
            text.set_color(style.TEXT)
            outside.append((float(times[thickest]), float(low[thickest] + top[thickest]) / 2, text))
        elif look.hatch:
            halo(text)
    _above(page, outside, float(tops[0].max()))


def _inside(page: Page, text: Text, times: Floats, low: Floats, top: Floats) -> bool:
    """Put a text where its area has the most room around it; False where it fits nowhere."""
    axes: Axes = page.panels[0]
    box, size = axes.get_window_extent(), text.get_window_extent()
    wide, high = size.width + 8.0, size.height + 4.0
    grid = np.linspace(box.x0, box.x1, 400)
    at = axes.transData.inverted().transform(np.column_stack((grid, np.zeros(400))))[:, 0]
    ceiling, floor = (axes.transData.transform(np.column_stack((at, np.interp(at, times, line))))[:, 1] for line in (top, low))
    window = int(np.ceil(wide / (grid[1] - grid[0]))) + 1
    if window >= 400:
        return False
    ceilings = np.lib.stride_tricks.sliding_window_view(ceiling, window).min(axis=1)
    floors = np.lib.stride_tricks.sliding_window_view(floor, window).max(axis=1)
    best = int(np.argmax(ceilings - floors))
    if ceilings[best] - floors[best] < high:
        return False
    points = 72.0 / page.figure.dpi
    middle = (ceilings[best] + floors[best]) / 2 - box.y0
    text.xyann = ((grid[best] - box.x0 + 4.0) * points, (middle - size.height / 2) * points)  # type: ignore[attr-defined]
    return True


def _above(page: Page, outside: list[tuple[float, float, Text]], ceiling: float) -> None:
    """Write in one row above the areas, each with a line down to its own."""
    axes: Axes = page.panels[0]
    if not outside:
        return
    box, points = axes.get_window_extent(), 72.0 / page.figure.dpi
    sizes = np.array([text.get_window_extent().width + 10.0 for _x, _y, text in outside])
    places = np.array([axes.transData.transform((x, y)) for x, y, _text in outside])
    middles = spread(places[:, 0] - box.x0, sizes, box.width)
    row = axes.transData.transform((0.0, ceiling))[1] - box.y0 + 0.35 * (box.y1 - axes.transData.transform((0.0, ceiling))[1])
    for (x, y, text), middle, size in zip(outside, middles, sizes, strict=True):
        text.xyann = ((middle - size / 2 + 5.0) * points, row * points)  # type: ignore[attr-defined]
        foot = axes.transData.inverted().transform((middle + box.x0, row + box.y0 - 2.0))
        axes.plot([foot[0], x], [foot[1], y], color=style.TEXT, linewidth=0.9, marker="o", markevery=[1], markersize=3.5, clip_on=False, zorder=4)
