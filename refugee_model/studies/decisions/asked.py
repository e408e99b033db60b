"""What is asked of many draws: an ensemble, a measure or an event, and uncertain numbers that belong together."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.calendar import hours_after_start
from refugee_model.outcomes.measures import DRAWN, FIRST_FULL, is_moment
from refugee_model.scenario.described import rows_of
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.events import Event, holds, read_event
from refugee_model.studies.ensemble import Ensemble
from refugee_model.wording import as_found, counted

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ENSEMBLE = "expected many draws, as refugee_model.simulate_ensemble(scenario) or forecast gives them"
LEAST_DRAWS = 100
"""Of fewer draws nothing can be said of fifths, bins or folds."""
LEAST_EACH = 20
"""Draws with an event, and without, below which nothing can be said of it."""


def ensemble_of(given: object, subject: str) -> Ensemble:
    """The ensemble that was given, or that of a forecast."""
    found = getattr(given, "ensemble", given)
    if isinstance(found, Ensemble):
        return found
    raise RequestError(subject, [Problem("", f"found {as_found(given)}, {ENSEMBLE}")])


def need_draws(ensemble: Ensemble, subject: str, least: int = LEAST_DRAWS) -> None:
    """Refuse ensembles of too few draws, and those in which nothing is uncertain."""
    if ensemble.draws.shape[1] == 0:
        raise RequestError(subject, [Problem("", "no number of this scenario is uncertain; give some of them ranges")])
    if len(ensemble) < least:
        found = f"found {counted(len(ensemble), 'draw')}, expected at least {least:,}"
        raise RequestError(subject, [Problem("draws", found)])


def moments_of(ensemble: Ensemble) -> list[str]:
    """Names of the measures of an ensemble that are times."""
    return [str(name) for name in ensemble.measures if is_moment(str(name))]


def amounts_of(ensemble: Ensemble, name: str) -> Floats:
    """A measure of each draw, array (draw,): times in hours after the start, infinite where they never come."""
    column = ensemble.measures[name]
    if column.dtype.kind != "M":
        return column.to_numpy(dtype=np.float64)
    hours = hours_after_start(column, ensemble.scenario.timeline).to_numpy(dtype=np.float64)
    return np.where(np.isnan(hours), np.inf, hours)


class Columns(dict[str, Floats]):
    """Measures by name, each read when it is asked for."""

    def __init__(self, ensemble: Ensemble) -> None:
        super().__init__()
        self.ensemble = ensemble

    def __missing__(self, name: str) -> Floats:
        self[name] = amounts_of(self.ensemble, name)
        return self[name]


def event_of(ensemble: Ensemble, text: object) -> Event:
    """An event, of the measures that an ensemble has."""
    return read_event(text, list(map(str, ensemble.measures)), moments_of(ensemble))


def find_unknown(scenario: Scenario, text: str) -> None:
    """Refuse a measure or an event that draws of a scenario would not have, before they are made."""
    full = FIRST_FULL.rstrip(".")
    names = [name for name in DRAWN if name != full] + [f"{FIRST_FULL}{place}" for place in scenario.aid.provinces]
    if text not in names:
        read_event(text, names, [name for name in names if is_moment(name)])


def happening(ensemble: Ensemble, event: Event, subject: str) -> Flags:
    """In which draws an event happens; refused where too few do, or do not, to say anything of it."""
    found = holds(event, Columns(ensemble))
    refuse_rare(int(found.sum()), len(found), f"'{event}'", subject)
    return found


def refuse_rare(happens: int, draws: int, event: str, subject: str) -> None:
    """Refuse an event that happens, or does not happen, in too few draws."""
    if happens == 0:
        said = f"{event} happens in none of {draws:,} draws; choose a lower threshold, or ask for more draws"
    elif happens == draws:
        said = f"{event} happens in all of {draws:,} draws; choose a higher threshold"
    elif min(happens, draws - happens) < LEAST_EACH:
        rare = happens if happens < draws - happens else draws - happens
        more = -(-LEAST_EACH * draws // rare)
        verb = "happens" if happens < draws - happens else "does not happen"
        said = (
            f"{event} {verb} in only {rare} of {draws:,} draws, expected at least {LEAST_EACH}; about {more:,} draws "
        )
        said += "would do, or another threshold"
    else:
        return
    raise RequestError(subject, [Problem("event", said)])


def result_asked(ensemble: Ensemble, measure: object, subject: str) -> tuple[str, str, Floats]:
    """Name, unit and values of what is asked for, array (draw,): a measure, or an event as 0 or 1."""
    from refugee_model.tables.ranges import unit_of

    names = list(map(str, ensemble.measures))
    if not isinstance(measure, str):
        raise RequestError(
            subject,
            [Problem("measure", f"found {as_found(measure)}, expected a name or an event; {nearest('', names)}")],
        )
    if measure not in names:
        if not any(sign in measure for sign in "<>="):
            found = f"'{measure}' is no measure; {nearest(measure, names)}"
            raise RequestError(subject, [Problem("measure", found)])
        event = event_of(ensemble, measure)
        return str(event), "chance", happening(ensemble, event, subject).astype(np.float64)
    values = amounts_of(ensemble, measure)
    endless = int(np.count_nonzero(~np.isfinite(values)))
    if endless:
        what = "never comes" if is_moment(measure) else "has no end or value"
        ask = f"'{measure} < 240'" if is_moment(measure) else f"'{measure} > 48'"
        found = f"'{measure}' {what} in {endless:,} of {len(values):,} draws; ask for an event such as {ask}"
        raise RequestError(subject, [Problem("measure", found)])
    if np.ptp(values) == 0.0:
        found = f"'{measure}' is the same in all {len(values):,} draws: there is nothing to explain"
        raise RequestError(subject, [Problem("measure", found)])
    return measure, unit_of(measure), values


def groups_of(scenario: Scenario) -> list[tuple[str, ...]]:
    """Uncertain numbers that go together, and each other one by itself, in the order of the scenario."""
    home = {path: {path} for path in scenario.uncertain}
    for correlation in scenario.correlations:
        if correlation.rank:
            for one, other in combinations([path for path in correlation.paths if path in home], 2):
                if home[one] is not home[other]:
                    home[one] |= home[other]
                    for path in home[other]:
                        home[path] = home[one]
    return list(dict.fromkeys(tuple(path for path in scenario.uncertain if path in home[first]) for first in home))


def described(scenario: Scenario, paths: list[str]) -> pd.DataFrame:
    """Path, in words, unit and source of uncertain numbers, a row each; and whether the source calls them assumed."""
    rows: list[dict[str, Any]] = []
    for path in paths:
        _, meaning, _, _, unit, _, source = rows_of(scenario, [path])[0]
        rows.append({"path": path, "in_words": meaning, "unit": unit, "source": source})
    table = pd.DataFrame(rows, columns=["path", "in_words", "unit", "source"])
    table["assumed"] = [not source or "assumed" in source.lower() for source in table["source"]]
    return table
