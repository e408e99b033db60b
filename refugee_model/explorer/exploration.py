"""What follows from where the sliders stand: key figures beside those of the start, a picture, and the changes as text.

The notebook and the page are two forms of it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from refugee_model.documents.series import by_day
from refugee_model.documents.story import KEY_FIGURES, LEVELS, Story
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RefugeeModelError
from refugee_model.explorer.curves import curves
from refugee_model.explorer.sliders import changed, sliders_of
from refugee_model.languages import Language
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.certain import is_certain
from refugee_model.studies.ensemble import simulate_ensemble
from refugee_model.tables.arrivals import arrivals_table
from refugee_model.tables.places import capacity_table
from refugee_model.tables.summary import lone_values, summary

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

    def __init__(self, scenario: Scenario, words: Language, *, seed: int = SEED) -> None:
        words = words.calling(scenario.called.given)
        self.scenario, self.words, self.seed = scenario, words, seed
        ensemble = simulate_ensemble(scenario, draws=DRAWS, seed=seed, keep="measures")
        self.sliders = sliders_of(ensemble)
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
        if hasattr(projection, "measures"):
            options["quantiles"] = LEVELS
        return by_day(arrivals_table(projection, **options), capacity_table(projection, **options))

    def _story(self, scenario: Scenario) -> Story:
        return Story(simulate_ensemble(scenario, draws=DRAWS, seed=self.seed), self.words)

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
                about["chance"] = self.words.chance(float(row["chance"]), DRAWS)
            found.append(Figure(name, label, start, here, start != here, **about))
        return tuple(found)

    def _picture(self, days: pd.DataFrame, futures: pd.DataFrame | None = None) -> str:
        data = curves(self.start_days, days, futures, self.words).encode("utf-8")
        return f"data:image/svg+xml;base64,{base64.b64encode(data).decode('ascii')}"
