"""Draws that are given ready as a table, and draws that would all be the same."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from refugee_model.errors import Problem, RequestError, ScenarioWarning, nearest
from refugee_model.scenario.fields import number_at
from refugee_model.scenario.problems import shown
from refugee_model.scenario.scenario import Scenario
from refugee_model.wording import counted, figure, some_of, whole

if TYPE_CHECKING:
    from refugee_model.studies.study import Study

MOST_NAMED = 10
NUMBERS = "iuf"
"""Kinds of values that are real numbers."""


def find_wrong_table(scenario: Scenario, table: pd.DataFrame, most: int) -> list[Problem]:
    """What is wrong with a table of draws."""
    problems = []
    if not 1 <= len(table) <= most:
        problems.append(Problem("draws", f"the table has {counted(len(table), 'row')}, expected 1 to {whole(most)}"))
    problems += _find_wrong_columns(scenario, table)
    once = [path for path in scenario.uncertain if [*table.columns].count(path) == 1]
    return problems + [problem for path in once for problem in _find_wrong_values(path, table[path])]


def _find_wrong_columns(scenario: Scenario, table: pd.DataFrame) -> Iterator[Problem]:
    names, uncertain = list(table.columns), scenario.uncertain
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield Problem(f"draws.{name}", "there are two or more columns of this name, expected one")
    for name in dict.fromkeys(names):
        number = number_at(Scenario, name.split(".")) if isinstance(name, str) else None
        if number is None or number.certain:
            why = number.certain if number else nearest(str(name), sorted(uncertain)) if uncertain else "none is"
            yield Problem(f"draws.{name}", f"is no number that could be uncertain: {why}")
    missing = [path for path in uncertain if path not in names]
    for path in missing[:MOST_NAMED]:
        yield Problem(f"draws.{path}", "is missing: this number is uncertain in the scenario")
    if len(missing) > MOST_NAMED:
        yield Problem("draws", f"and {len(missing) - MOST_NAMED} more columns are missing")


def _find_wrong_values(path: str, column: pd.Series[Any]) -> Iterator[Problem]:
    if column.dtype.kind not in NUMBERS:
        wrong = [value for value in column if isinstance(value, bool) or not isinstance(value, Real)]
        if wrong:
            found = f"{whole(len(wrong))} of {whole(len(column))} values are no numbers, such as {shown(wrong[0])}"
            yield Problem(f"draws.{path}", found)
            return
    values, number = column.to_numpy(dtype=np.float64, na_value=np.nan), number_at(Scenario, path.split("."))
    finite, of = np.isfinite(values), f"of {whole(len(values))} values"
    if not finite.all():
        yield Problem(f"draws.{path}", f"{whole((~finite).sum())} {of} are not finite numbers")
    assert number is not None
    outside = values[finite & np.logical_not(number.allows(values))]
    if outside.size:
        found = f"{whole(outside.size)} {of} are out of bounds, such as {figure(float(outside[0]))}"
        unit = f" [{number.unit}]" if number.unit else ""
        yield Problem(f"draws.{path}", f"{found}; expected {number.bounds}{unit}")


def tell_ignored(scenario: Scenario, table: pd.DataFrame) -> None:
    """Say which columns of a table count for nothing, since the scenario is certain of their numbers."""
    ignored = [str(name) for name in table.columns if name not in scenario.uncertain]
    if ignored:
        said = "these columns of draws are ignored, since the scenario is certain of them"
        warnings.warn(f"{said}: {some_of(ignored, MOST_NAMED)}", ScenarioWarning, stacklevel=4)


MOST_COMBINATIONS = 3


def is_certain(scenario: Scenario) -> bool:
    """Whether all draws of a scenario are the same: no number is uncertain, and there is no noise."""
    roads = scenario.timing.roads.values()
    noises = (scenario.timing.departure.noise, *(road.checkpoint.noise for road in roads))
    return not scenario.uncertain and not any(noise is not None and noise.sd > 0 for noise in noises)


def refuse_same_draws(scenario: Scenario, draws: int) -> None:
    """Refuse draws that would all be the same."""
    if draws > 0 and is_certain(scenario):
        found = f"nothing in this scenario is uncertain, so {counted(draws, 'draw')} would show no range"
        total = scenario.people.total
        example = f"people.total={{low = {0.8 * total:.10g}, likely = {total:.10g}, high = {1.2 * total:.10g}}}"
        mend = f"leave --draws out, or give numbers ranges, such as --set '{example}'"
        raise RequestError("draws cannot be made", [Problem("draws", f"{found}; {mend}")])


def same_draws(study: Study) -> Iterator[str]:
    """A sentence where nothing is uncertain in combinations of a study."""
    certain = [combination for combination in study.combinations if is_certain(study.scenario(combination))]
    if certain and study.draws > 1:
        named = some_of([", ".join(combination) for combination in certain], MOST_COMBINATIONS, apart="; ")
        which = "every combination" if len(certain) == len(study.combinations) else named
        yield f"nothing is uncertain in {which}: all draws there are the same, and their range is none"
