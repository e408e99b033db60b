"""Everybody, from origin to destination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from refugee_model import wording
from refugee_model.arrays import Floats
from refugee_model.charts import style
from refugee_model.charts.clock import Clock
from refugee_model.charts.columns import before, chart, floats, highest, names_in, peak_of, quiet_after, refused, wide
from refugee_model.charts.labels import EndLabel, end_labels, halo, spread, text_at
from refugee_model.charts.picture import figure_of
from refugee_model.charts.sheet import TimeChart, TimePanel, shown_to
from refugee_model.outcomes.register import label
from refugee_model.scenario.network import KINDS
from refugee_model.wording import SOME, capital, say, some_of

RIGHT = 2.8
NAMED = 6
"""So many roads are named below the title."""
SEEN = 0.005
"""Share of all people from which an area is thick enough to be named."""
SETTLED = ("at_home", "sheltered", "hosted", "left_country", "detained")


@dataclass(frozen=True)
class Look:
    """How a kind of place is shown: colour of its area and of words on it, and a pattern that grey print keeps."""

    colour: str
    letters: str = style.TEXT
    hatch: str = ""


LOOKS = {
    "at_home": Look(style.SILVER),
    "leaving": Look(style.LIGHT_GREY, hatch="..."),
    "on_road": Look(style.RED),
    "detained": Look(style.TEXT, style.WHITE),
    "awaiting_registration": Look(style.NAVY, style.WHITE),
    "unregistered_hosted": Look(style.YELLOW, hatch="\\\\\\"),
    "awaiting_placement": Look(style.NAVY, style.WHITE),
    "travelling": Look(style.PALE_GREEN, hatch="///"),
    "sheltered": Look(style.BLUE, style.WHITE),
    "hosted": Look(style.LIGHT_BLUE),
    "left_country": Look(style.PALEST_BLUE, hatch="xx"),
}
"""Of each kind of ``network.KINDS``, in whose order they lie, from origin (top) to destination (bottom)."""
UNKNOWN = Look(style.LINE)
"""How a kind that is not among them is shown."""


@chart("movement_table", ("time", "kind", "people"))
def plot_flow(
    movement: pd.DataFrame,
    *,
    until: object = None,
    ax: Axes | None = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> Axes:
    """Draw where everybody is over time, from origin at the top to destination at the bottom.

    Parameters
    ----------
    movement : DataFrame
        The movement table: time, kind, place, people. Of several roads, white lines part those who are on each.
    until : time, optional
        Last time shown; without it the chart ends some time after fewer than 1 in 100 people are on the way.

    Returns
    -------
    Axes
        People over time, stacked.

    Examples
    --------
    >>> plot_flow(rm.movement_table(run))  # doctest: +SKIP
    """
    given = names_in(movement, "kind")
    if not {*given} & {*KINDS}:
        expected = f"expected those that movement_table gives, such as {some_of(list(KINDS), NAMED)}"
        raise refused("kind", f"found {some_of(given, NAMED)}, {expected}")
    times, clock, people = wide(movement, "kind", "people")
    kinds = [kind for kind in KINDS if kind in people] + [kind for kind in people.columns if kind not in KINDS]
    values = {kind: floats(people[kind]) for kind in kinds}
    shown = before(times, clock, until, _end(times, values))
    there, last = {kind: series[shown] for kind, series in values.items()}, float(times[shown][-1])
    tops = np.cumsum(np.stack(list(there.values()))[::-1], axis=0)[::-1]
    areas = {kind: (top - there[kind], top) for kind, top in zip(kinds, tops, strict=True)}
    roads = {road: series[shown] for road, series in _roads(movement).items()}
    on_the_road = say("On the road, from the top: {roads}.", roads=some_of(list(roads), NAMED)) if roads else ""

    def marks(axes: Axes) -> float:
        _draw(axes, times[shown], areas, list(roads.values()))
        return highest(tops[0])

    return TimeChart(
        table=movement,
        title=_title(times[shown], there, clock),
        reading=" ".join(filter(None, (say("People, from home (top) to where they stay (bottom)."), on_the_road)))
        + _unnamed(there)
        + shown_to(clock, last, float(times[-1])),
        clock=clock,
        dates=(float(times[0]), last),
        panels=[TimePanel(say("People"), marks, lambda axes: _labels(axes, times[shown], areas), headroom=1.16)],
        height=16.0,
        right=RIGHT,
    ).alone(ax, figure)


def _draw(axes: Axes, times: Floats, areas: dict[str, tuple[Floats, Floats]], roads: list[Floats]) -> None:
    """Fill the area of each kind; white lines part those who are on each road."""
    for kind, (low, top) in areas.items():
        look = LOOKS.get(kind, UNKNOWN)
        own: dict[str, Any] = {"facecolor": look.colour, "edgecolor": style.WHITE, "linewidth": 0.5, "label": kind}
        axes.fill_between(times, low, top, **own).set(hatch=look.hatch or None, zorder=0.5)
    edge = areas["on_road"][1] if roads else np.zeros(0)
    for people in roads[:-1]:
        edge = edge - people
        axes.plot(times, edge, color=style.WHITE, linewidth=1.0, zorder=0.6)


def _roads(movement: pd.DataFrame) -> dict[str, Floats]:
    """People on each road by its name, where there are several, arrays (time,)."""
    on_road = movement[movement["kind"] == "on_road"]
    if "place" not in movement or on_road["place"].nunique() < 2:
        return {}
    people = wide(on_road, "place", "people")[2]
    return {str(road): floats(people[road]) for road in people.columns}


def _end(times: Floats, values: dict[str, Floats]) -> float:
    """When hardly anybody is on the way any more."""
    on_the_way = np.sum([series for kind, series in values.items() if kind not in SETTLED], axis=0)
    everyone = sum(float(series[0]) for series in values.values())
    return quiet_after(times, np.where(on_the_way > 0.01 * everyone, 1.0, np.zeros(len(times))))


def _title(times: Floats, there: dict[str, Floats], clock: Clock) -> str:
    none, last = np.zeros(len(times)), float(times[-1])
    road = there.get("on_road", none)
    peak = peak_of(road)
    beds, relatives = (float(there.get(kind, none)[-1]) for kind in ("sheltered", "hosted"))
    if road[peak] + beds + relatives < SOME:
        return say("Nobody is on the move up to {last}", last=clock.date(last))
    most, day = wording.people(road[peak]), clock.day(float(times[peak]))
    at_once = say("{most} on the road at once on {day}", most=most, day=day) + "; " if road[peak] >= SOME else ""
    stay = "by {last} {beds} in state accommodation, {relatives} with relatives or in own rental"
    stay = say(stay, last=clock.day(last), beds=wording.whole(beds), relatives=wording.whole(relatives))
    return capital(at_once + stay)


def _unnamed(there: dict[str, Floats]) -> str:
    """Say which areas are too thin to be named, and how many people they hold at most."""
    everyone = float(np.sum(list(there.values()), axis=0).max())
    most = {label(kind): float(series.max()) for kind, series in there.items()}
    thin = [
        say("{label} (at most {people})", label=said, people=wording.whole(peak))
        for said, peak in most.items()
        if SOME <= peak < SEEN * everyone
    ]
    return " " + say("Too few to see: {areas}.", areas=wording.listed(thin)) if thin else ""


def _labels(axes: Axes, times: Floats, areas: dict[str, tuple[Floats, Floats]]) -> None:
    """Write on each area that has room, at the right of those that are thickest at the end, and above the others."""
    everyone = float(next(iter(areas.values()))[1].max())
    above: list[tuple[Text, Floats, Floats]] = []
    inside: list[tuple[Text, str]] = []
    ends: list[EndLabel] = []
    for kind, (low, top) in areas.items():
        thickest = int(np.argmax(top - low))
        if top[thickest] - low[thickest] < max(SOME, SEEN * everyone):
            continue
        look, said = LOOKS.get(kind, UNKNOWN), label(kind)
        text = text_at(axes, (0.0, 0.0), (0.0, 0.0), said, colour=look.letters, weight="bold")
        if _inside(axes, text, times, low, top):
            halo(text, look.colour)
            inside.append((text, look.colour))
        elif times[thickest] > times[0] + 0.9 * (times[-1] - times[0]):
            text.remove()
            ends.append(EndLabel(float(low[-1] + top[-1]) / 2, f"{wording.whole(float(top[-1] - low[-1]))} {said}"))
        else:
            text.set_color(style.TEXT)
            above.append((text, low, top))
    lines = [line.get_path().transformed(line.get_transform()) for line in _above(axes, above, times, everyone)]
    for text, colour in inside:
        box = text.get_window_extent()
        if any(line.intersects_bbox(box, filled=False) for line in lines):
            text.set_bbox({"facecolor": colour, "edgecolor": "none", "pad": 1.0})
    end_labels(axes, ends, width=RIGHT)


def _inside(axes: Axes, text: Text, times: Floats, low: Floats, top: Floats) -> bool:
    """Put a text where its area has the most room around it, in one line or in more; False where it fits nowhere."""
    for said in broken(text.get_text()):
        text.set_text(said)
        place = _roomiest(axes, text, times, low, top)
        if place is not None:
            points = 72.0 / figure_of(axes).dpi
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
    """Middle of the largest room for a text between two lines, from the corner of the axes [pixels], if any."""
    box, size = axes.get_window_extent(), text.get_window_extent()
    grid = np.linspace(box.x0, box.x1, 600)
    at = axes.transData.inverted().transform(np.column_stack((grid, np.zeros(len(grid)))))[:, 0]
    ceiling, floor = (
        axes.transData.transform(np.column_stack((at, np.interp(at, times, line))))[:, 1] for line in (top, low)
    )
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


def _above(axes: Axes, above: list[tuple[Text, Floats, Floats]], times: Floats, ceiling: float) -> list[Line2D]:
    """Write in one row above the areas, each with a line down to where its own is nearly thickest: these lines."""
    if not above:
        return []
    lines = []
    for text, _low, _top in above:
        text.set_text(broken(text.get_text().replace("\n", " "))[min(1, text.get_text().count("\n"))])
        text.set_horizontalalignment("center")
    box, points = axes.get_window_extent(), 72.0 / figure_of(axes).dpi
    sizes = np.array([text.get_window_extent().width + 10.0 for text, _low, _top in above])
    feet = [_foot(times, low, top) for _text, low, top in above]
    wanted = np.array([axes.transData.transform(foot)[0] - box.x0 for foot in feet])
    row = axes.transData.transform((0.0, ceiling))[1] + 10.0
    for (text, _low, _top), middle, foot in zip(above, spread(wanted, sizes, box.width), feet, strict=True):
        text.xyann = (middle * points, (row - box.y0) * points)  # type: ignore[attr-defined]
        start = axes.transData.inverted().transform((middle + box.x0, row - 2.0))
        look: dict[str, Any] = {"color": style.TEXT, "linewidth": 0.9, "clip_on": False}
        look |= {"marker": "o", "markevery": [1], "markersize": 3.5}
        (line,) = axes.plot([start[0], foot[0]], [start[1], foot[1]], **look)
        line.set_path_effects([withStroke(linewidth=2.6, foreground=style.WHITE)])
        lines.append(line)
    return lines


def _foot(times: Floats, low: Floats, top: Floats) -> tuple[float, float]:
    """The highest point in the middle of an area where it is at least 0.8 as thick as at its thickest."""
    thick = top - low
    middle = np.where(thick >= 0.8 * thick.max(), (low + top) / 2, -np.inf)
    best = int(np.argmax(middle))
    return float(times[best]), float(middle[best])
