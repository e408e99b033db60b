"""Everybody, from origin to destination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.views import style
from refugee_model.views.clock import Clock
from refugee_model.views.columns import Floats, before, floats, peak_of, quiet_after, require, wide
from refugee_model.views.labels import EndLabel, end_labels, halo, spread
from refugee_model.views.page import Dates, Page, Words, on_axes, open_page, shown_to, words
from refugee_model.views.settings import drawn_with_our_settings
from refugee_model.views.text import text_at

RIGHT = 2.8
SEEN = 0.005
"""Share of all people from which an area is thick enough to be named."""
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


def look_of(kind: str) -> Kind:
    """How a kind of place is shown; one that is not known here goes by its own name."""
    return KINDS.get(kind, Kind(kind, style.LINE, style.TEXT))


@takes("this cannot be drawn")
@drawn_with_our_settings
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
    page = on_axes(said, ax) if ax is not None else open_page(said, (1, 1), figure=figure, height=16.0, right=RIGHT)
    axes: Axes = page.panels[0]
    tops = np.cumsum(values[::-1, shown], axis=0)[::-1]
    lows = tops - values[:, shown]
    for kind, low, top in zip(kinds, lows, tops, strict=True):
        look = look_of(kind)
        area = axes.fill_between(times[shown], low, top, facecolor=look.colour, edgecolor=style.WHITE, linewidth=0.5, label=kind)
        area.set(hatch=look.hatch or None, zorder=0.5)
    style.amounts(axes, float(tops[0].max()), headroom=1.16)
    page.settle([("People", "")], Dates(clock, float(times[0]), float(times[shown][-1])))
    _labels(page, kinds, times[shown], lows, tops)
    return axes


def _end(times: Floats, on_the_way: Floats, values: Floats) -> float:
    everyone = float(values[:, 0].sum())
    return quiet_after(times, np.where(on_the_way > 0.01 * everyone, 1.0, 0.0))


def _words(movement: pd.DataFrame, values: dict[str, Floats], times: Floats, shown: NDArray[np.bool_], clock: Clock) -> Words:
    none = np.zeros(len(times))
    road = values.get("on_road", none)[shown]
    peak, last = peak_of(road), float(times[shown][-1])
    beds, relatives = (float(values.get(kind, none)[shown][-1]) for kind in ("sheltered", "hosted"))
    if road[peak] + beds + relatives < 0.5:
        title = f"Nobody is on the move up to {clock.date(last)}"
    else:
        at_once = f"{style.people(road[peak])} on the road at once on {clock.day(float(times[shown][peak]))}; "
        stay = f"{style.whole(beds)} in state accommodation, {style.whole(relatives)} with relatives or in own rental"
        title = f"{at_once if road[peak] >= 0.5 else ''}by {clock.day(last)} {stay}"
        title = title[0].upper() + title[1:]
    reading = "People, from home (top) to where they stay (bottom)."
    reading += _unnamed(values, shown) + shown_to(clock, last, float(times[-1]))
    return words(movement, title, reading, clock, float(times[0]))


def _unnamed(values: dict[str, Floats], shown: NDArray[np.bool_]) -> str:
    """Say which areas are too thin to be named, and how many people they hold at most."""
    everyone = float(np.sum(list(values.values()), axis=0)[shown].max())
    most = {kind: float(series[shown].max()) for kind, series in values.items()}
    few = {look_of(kind).label: peak for kind, peak in most.items() if 0.5 <= peak < SEEN * everyone}
    thin = [f"{label} (at most {style.whole(peak)})" for label, peak in few.items()]
    return f" Too few to see: {style.listed(thin)}." if thin else ""


def _labels(page: Page, kinds: list[str], times: Floats, lows: Floats, tops: Floats) -> None:
    """Write on each area that has room, at the right of those that are thickest at the end, and above the others."""
    axes: Axes = page.panels[0]
    everyone = float(tops[0].max())
    above: list[tuple[Text, Floats, Floats]] = []
    ends: list[EndLabel] = []
    for kind, low, top in zip(kinds, lows, tops, strict=True):
        thickest = int(np.argmax(top - low))
        if top[thickest] - low[thickest] < max(0.5, SEEN * everyone):
            continue
        look = look_of(kind)
        text = text_at(axes, (0.0, 0.0), (0.0, 0.0), look.label, colour=look.letters, weight="bold")
        if _inside(page, text, times, low, top):
            halo(text, look.colour)
        elif times[thickest] > times[0] + 0.9 * (times[-1] - times[0]):
            text.remove()
            ends.append(EndLabel(float(low[-1] + top[-1]) / 2, f"{style.whole(float(top[-1] - low[-1]))} {look.label}"))
        else:
            text.set_color(style.TEXT)
            above.append((text, low, top))
    _above(page, above, times, everyone)
    end_labels(axes, ends, width=RIGHT)


def _inside(page: Page, text: Text, times: Floats, low: Floats, top: Floats) -> bool:
    """Put a text where its area has the most room around it, in one line or in more; False where it fits nowhere."""
    for said in broken(text.get_text()):
        text.set_text(said)
        place = _roomiest(page.panels[0], text, times, low, top)
        if place is not None:
            points = 72.0 / page.figure.dpi
            text.set_horizontalalignment("center")
            text.set_verticalalignment("center")
            text.xyann = (place[0] * points, place[1] * points)  # type: ignore[attr-defined]
            return True
    return False


def broken(said: str) -> list[str]:
    r"""Words in one line, in two of like length, and each on its own line.

    Examples
    --------
    >>> broken("on the road")
    ['on the road', 'on the\nroad', 'on\nthe\nroad']
    """
    parts = said.split(" ")
    pairs = [" ".join(parts[:cut]) + "\n" + " ".join(parts[cut:]) for cut in range(1, len(parts))]
    two = sorted(pairs, key=lambda pair: max(map(len, pair.split("\n"))))[:1]
    lines = [said, *two, "\n".join(parts)]
    return sorted(set(lines), key=lines.index)


def _roomiest(axes: Axes, text: Text, times: Floats, low: Floats, top: Floats) -> tuple[float, float] | None:
    """Middle of the largest room for a text between two lines, from the corner of the axes [pixels]; None where there is none."""
    box, size = axes.get_window_extent(), text.get_window_extent()
    grid = np.linspace(box.x0, box.x1, 600)
    at = axes.transData.inverted().transform(np.column_stack((grid, np.zeros(len(grid)))))[:, 0]
    ceiling, floor = (axes.transData.transform(np.column_stack((at, np.interp(at, times, line))))[:, 1] for line in (top, low))
    window = int(np.ceil((size.width + 8.0) / (grid[1] - grid[0]))) + 1
    if window >= len(grid):
        return None
    ceilings = np.lib.stride_tricks.sliding_window_view(ceiling, window).min(axis=1)
    floors = np.lib.stride_tricks.sliding_window_view(floor, window).max(axis=1)
    rooms = ceilings - floors
    if rooms.max() < size.height + 4.0:
        return None
    ample = np.flatnonzero(rooms >= max(0.85 * rooms.max(), size.height + 4.0))
    best = int(ample[len(ample) // 2])
    return float(grid[best] + grid[best + window - 1]) / 2 - box.x0, float(ceilings[best] + floors[best]) / 2 - box.y0


def _above(page: Page, above: list[tuple[Text, Floats, Floats]], times: Floats, ceiling: float) -> None:
    """Write in one row above the areas, each with a line down to where its own is nearly thickest."""
    axes: Axes = page.panels[0]
    if not above:
        return
    for text, _low, _top in above:
        text.set_text(broken(text.get_text().replace("\n", " "))[min(1, text.get_text().count("\n"))])
        text.set_horizontalalignment("center")
    box, points = axes.get_window_extent(), 72.0 / page.figure.dpi
    sizes = np.array([text.get_window_extent().width + 10.0 for text, _low, _top in above])
    feet = [_foot(times, low, top) for _text, low, top in above]
    wanted = np.array([axes.transData.transform(foot)[0] - box.x0 for foot in feet])
    row = axes.transData.transform((0.0, ceiling))[1] + 10.0
    for (text, _low, _top), middle, foot in zip(above, spread(wanted, sizes, box.width), feet, strict=True):
        text.xyann = (middle * points, (row - box.y0) * points)  # type: ignore[attr-defined]
        start = axes.transData.inverted().transform((middle + box.x0, row - 2.0))
        look: dict[str, Any] = {"color": style.TEXT, "linewidth": 0.9, "marker": "o", "markevery": [1], "markersize": 3.5, "clip_on": False}
        (line,) = axes.plot([start[0], foot[0]], [start[1], foot[1]], **look)
        line.set_path_effects([withStroke(linewidth=2.6, foreground=style.WHITE)])


def _foot(times: Floats, low: Floats, top: Floats) -> tuple[float, float]:
    """The highest point in the middle of an area where it is at least 0.8 as thick as at its thickest."""
    thick = top - low
    middle = np.where(thick >= 0.8 * thick.max(), (low + top) / 2, -np.inf)
    best = int(np.argmax(middle))
    return float(times[best]), float(middle[best])
