"""Two small pictures, quick to draw: arrivals day by day, and people in state accommodation against beds.

They are redrawn at each move of a slider, for which a chart with all its words would be too slow.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from refugee_model.arrays import Floats
from refugee_model.charts import style
from refugee_model.charts.columns import floats
from refugee_model.documents.pictures import by_day
from refugee_model.documents.story import KEY_FIGURES, LEVELS, Story
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RefugeeModelError
from refugee_model.explorer.sliders import changed, sliders_of
from refugee_model.languages import Language
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.draws import is_certain
from refugee_model.studies.ensemble import simulate_ensemble
from refugee_model.tables.arrivals import arrivals_table
from refugee_model.tables.frames import are_many
from refugee_model.tables.places import capacity_table
from refugee_model.tables.ranges import lone_values, summary

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
        parts.append(f"<path d='M{LEFT} {y:.1f}H{WIDE - RIGHT}' stroke='{style.LINE}'/>")
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
        f"<tspan fill='{style.MIDDLE_BLUE if one.high is not None else one.colour}' font-weight='bold'>&#9632; </tspan>"
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


DRAWS, SEED = 256, 1
"""Of an ensemble: few enough for about a second; always the same, so that only the sliders make a difference."""


@dataclass(frozen=True)
class Figure:
    """One key figure: what it is, at the start, now, and of many futures the range and how often it happens."""

    name: str
    label: str
    start: str
    now: str
    changed: bool
    range: str = ""
    chance: str = ""


@dataclass(frozen=True)
class View:
    """What is shown for one position of the sliders."""

    figures: tuple[Figure, ...]
    picture: str
    """Address of an SVG that holds the picture itself."""
    text: str
    """The changes, to be copied into a program."""
    note: str = ""
    """What of many futures cannot be said, or why these values cannot be used."""


class Exploration:
    """A scenario, the sliders of what matters in it, and what follows from each position."""

    def __init__(self, scenario: Scenario, words: Language) -> None:
        words = words.calling(scenario.called.given)
        self.scenario, self.words = scenario, words
        ensemble = simulate_ensemble(scenario, draws=DRAWS, seed=SEED, keep="measures")
        self.sliders = tuple(
            replace(one, meaning=words.term(one.meaning), unit=words.unit(one.unit)) for one in sliders_of(ensemble)
        )
        self.known = {slider.path for slider in self.sliders}
        self.start = Story(simulate(scenario), words)
        self.start_values, self.start_days = self._lone(self.start.projection)

    @cached_property
    def first_view(self) -> View:
        """What is shown before anything is moved."""
        return self.view({}, many=True)

    def view(self, moved: Mapping[str, float], *, many: bool = False) -> View:
        """What follows where some sliders are moved: of one future, or also of many.

        What cannot be used is said in the note, and the figures are those of the start.
        """
        values = {path: float(value) for path, value in moved.items() if path in self.known}
        text, note = self.changes_text(values), ""
        try:
            scenario = changed(self.scenario, values)
            now, days = self._lone(simulate(scenario))
            story = self._story(scenario) if many and not is_certain(scenario) else None
        except RefugeeModelError as error:
            return View(self._figures(self.start_values, None), self._picture(self.start_days), text, str(error))
        if many and story is None:
            note = self.words.text("explore.certain")
        futures = None if story is None else self._days(story.projection)
        return View(self._figures(now, story), self._picture(days, futures), text, note)

    def changes_text(self, values: Mapping[str, float]) -> str:
        """The call that makes the same scenario in a program."""
        lines = [f"    {path!r}: {value:.10g}," for path, value in values.items()]
        return "\n".join(["scenario.change({", *lines, "})"]) if lines else "scenario.change({})"

    def _lone(self, run: Result) -> tuple[dict[str, Any], pd.DataFrame]:
        return lone_values(run, KEY_FIGURES), self._days(run)

    def _days(self, projection: Any) -> pd.DataFrame:
        options: dict[str, Any] = {"freq": "day"}
        if are_many(projection):
            options["quantiles"] = LEVELS
        return by_day(arrivals_table(projection, **options), capacity_table(projection, **options))

    def _story(self, scenario: Scenario) -> Story:
        return Story(simulate_ensemble(scenario, draws=DRAWS, seed=SEED), self.words)

    def _figures(self, now: Mapping[str, Any], story: Story | None) -> tuple[Figure, ...]:
        said, found = self.start, []
        ranges = {} if story is None else summary(story.projection).set_index("measure").to_dict("index")
        for name in KEY_FIGURES:
            unit = said.unit(name)
            label = f"{said.label(name)} [{unit}]" if unit not in ("", "USD") else said.label(name)
            start, here = said.said(name, self.start_values[name]), said.said(name, now[name])
            row, about = ranges.get(name), {}
            if row is not None:
                ends = {end: said.said(name, row[end]) for end in ("low", "high")}
                about = {"range": self.words.text("figures.from_to", **ends)}
                about["chance"] = self.words.short_chance(float(row["chance"]), DRAWS)
            found.append(Figure(name, label, start, here, start != here, **about))
        return tuple(found)

    def _picture(self, days: pd.DataFrame, futures: pd.DataFrame | None = None) -> str:
        data = curves(self.start_days, days, futures, self.words).encode("utf-8")
        return f"data:image/svg+xml;base64,{base64.b64encode(data).decode('ascii')}"
