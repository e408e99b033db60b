"""Two small pictures, quick to draw: arrivals day by day, and people in state accommodation against beds.

They are redrawn at each move of a slider, for which a chart with all its words would be too slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from refugee_model.charts import style
from refugee_model.charts.columns import Floats, floats
from refugee_model.languages import Language

WIDE, HIGH = 720, 250
"""Of one picture [points]."""
LEFT, RIGHT, TOP, BOTTOM = 66, 12, 46, 30
DATES = 7
"""Dates beneath a picture."""
FONT = "font-family='Noto Sans, Segoe UI, Roboto, Arial, DejaVu Sans, sans-serif'"


@dataclass(frozen=True)
class Line:
    """One curve: its values by day, how it is drawn, and its name."""

    values: Floats
    colour: str
    label: str
    width: float = 2.0
    dashes: str = ""
    high: Floats | None = None
    """Upper edge, where the line is a band."""


def curves(start: pd.DataFrame, now: pd.DataFrame, futures: pd.DataFrame | None, words: Language) -> str:
    """An SVG of what was at the start, what is now, and of many futures the range."""
    text, name = words.text, "in_state_accommodation"
    dates = [words.short_day(day) for day in now.get("date", [])]
    said = {name: text(f"explore.{name}") for name in ("start", "now", "range", "beds")}
    both = ((start, "#999999", said["start"]), (now, style.BLUE, said["now"]))
    arrivals, people = (
        [Line(floats(days[column]), colour, label) for days, colour, label in both if dates]
        for column in ("arrivals_on_day", name)
    )
    if dates and futures is not None:
        low, high = floats(futures[f"{name}_low"]), floats(futures[f"{name}_high"])
        people.insert(0, Line(low, style.LIGHT_BLUE, said["range"], high=high))
    if "beds" in now:
        people.append(Line(floats(now["beds"]), style.NAVY, said["beds"], 1.5, "6 4"))
    panels = [(text(f"charts.{title}"), lines) for title, lines in (("arrivals_on_day", arrivals), (name, people))]
    drawn = "".join(
        f"<g transform='translate(0 {place * HIGH})'>{_panel(title, lines, dates, words)}</g>"
        for place, (title, lines) in enumerate(panels)
    )
    size = f"viewBox='0 0 {WIDE} {2 * HIGH}' width='{WIDE}' height='{2 * HIGH}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} {FONT} font-size='13'>{drawn}</svg>"


def _panel(title: str, lines: Sequence[Line], dates: Sequence[str], words: Language) -> str:
    """One picture: heading, names of the curves, axes, curves."""
    parts = [f"<text x='0' y='15' font-weight='bold' font-size='15'>{escape(title)}</text>", _names(lines)]
    if not lines:
        return "".join(parts)
    most = max(
        float(np.nanmax([*one.values, *(one.high if one.high is not None else ())], initial=1.0)) for one in lines
    )
    ticks = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], integer=True).tick_values(0.0, most)
    top = float(ticks[-1])
    for tick in ticks:
        y = _y(float(tick), top)
        parts.append(f"<path d='M{LEFT} {y:.1f}H{WIDE - RIGHT}' stroke='#dddddd'/>")
        parts.append(
            f"<text x='{LEFT - 6}' y='{y + 4:.1f}' text-anchor='end'>{escape(words.whole(float(tick)))}</text>"
        )
    each = max(len(dates) // DATES, 1)
    for place in range(0, len(dates), each):
        x = _x(place, len(dates))
        parts.append(f"<text x='{x:.1f}' y='{HIGH - 10}' text-anchor='middle'>{escape(dates[place])}</text>")
    return "".join([*parts, *(_drawn(one, top) for one in lines)])


def _names(lines: Sequence[Line]) -> str:
    """The names of the curves in a row beneath the heading, each in its colour."""
    said = "".join(
        f"<tspan fill='{'#5C9BE0' if one.high is not None else one.colour}' font-weight='bold'>&#9632; </tspan>"
        f"<tspan>{escape(one.label)}&#160;&#160;&#160;</tspan>"
        for one in lines
    )
    return f"<text x='0' y='34' xml:space='preserve'>{said}</text>"


def _drawn(line: Line, top: float) -> str:
    if line.high is not None:
        edge = [*_points(line.values, top), *reversed(_points(line.high, top))]
        return f"<polygon points='{' '.join(edge)}' fill='{line.colour}' fill-opacity='0.6'/>"
    dashes = f" stroke-dasharray='{line.dashes}'" if line.dashes else ""
    points = " ".join(_points(line.values, top))
    return f"<polyline points='{points}' fill='none' stroke='{line.colour}' stroke-width='{line.width}'{dashes}/>"


def _points(values: Floats, top: float) -> list[str]:
    known = np.nan_to_num(values)
    return [f"{_x(place, len(known)):.1f},{_y(float(value), top):.1f}" for place, value in enumerate(known)]


def _x(place: int, count: int) -> float:
    return LEFT + (WIDE - LEFT - RIGHT) * (place + 0.5) / max(count, 1)


def _y(value: float, top: float) -> float:
    return HIGH - BOTTOM - (HIGH - TOP - BOTTOM) * min(value / top, 1.0)
