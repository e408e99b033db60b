"""Draws that a scenario carries on from a forecast: each with its own numbers and its own people in each place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from refugee_model.arrays import Floats, Integers
from refugee_model.errors import Problem
from refugee_model.scenario.uncertain import read_distribution
from refugee_model.wording import counted, some_of, whole

if TYPE_CHECKING:
    from refugee_model.scenario.distributions import Distribution
    from refugee_model.scenario.scenario import Scenario


NOW = "people.now."
FIXED = ("people.now", "timeline.start")
"""What draws stand on: another value of these would not be theirs."""
BY_PLACE = {"on_road": "on_road_by_route", "awaiting_placement": "awaiting_placement_by_point"}
"""Where people now may be told by place instead."""
EARLIER = "pace until "
"""One pace of departures and checkpoints together: while nothing is changed it is as good as one of each."""
MOST_NAMED = 5
LEVELS, ALIKE = np.linspace(0.05, 0.95, 19), 1e-6
"""Where two distributions are compared, and how alike their ratios are when one is a multiple of the other."""


@dataclass(frozen=True, eq=False)
class Carried:
    """Draws by path."""

    columns: dict[str, Floats]
    """Dict of array (draw,): numbers of the scenario, people now (``people.now.KIND.NAME``), and where noise and pace
    stand.
    """
    written: dict[str, dict[str, Any]]
    """The distributions of the uncertain numbers to which the columns belong, as a person would write them."""
    seed: int
    """Of the noise of these draws."""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @property
    def states(self) -> dict[str, Floats]:
        """Columns that are no numbers of a scenario: people now, noise, pace."""
        return {path: column for path, column in self.columns.items() if path not in self.written}

    @cached_property
    def checksum(self) -> str:
        """What tells these draws from others."""
        said = hashlib.sha256(json.dumps([self.seed, self.written], sort_keys=True).encode())
        for path in sorted(self.columns):
            said.update(path.encode(errors="surrogatepass"))
            said.update(np.ascontiguousarray(self.columns[path], dtype="<f8").tobytes())
        return said.hexdigest()[:16]

    def values(self, path: str, distribution: Distribution, rows: Integers) -> Floats | None:
        """Values of an uncertain number in these rows; None where it is not carried. Where its distribution was changed
        since, the same place in the new one; where it is so many times the old one, so many times the value: the
        quantiles that are written stand for the draws, but are not they.
        """
        column = self.columns.get(path)
        if column is None:
            return None
        if self.written.get(path) == distribution.plain():
            return column[rows]
        times = self._times(path, distribution)
        if times is not None:
            return np.asarray(times * column[rows])
        order = np.empty(len(column))
        order[np.argsort(column, kind="stable")] = (np.arange(len(column)) + 0.5) / len(column)
        return np.asarray(distribution.quantile(order[rows]))

    def _times(self, path: str, distribution: Distribution) -> float | None:
        """How many times the written distribution another is; none where it is of another shape."""
        written = read_distribution(self.written[path], path)[0] if path in self.written else None
        if written is None:
            return None
        old, new = written.quantile(LEVELS), distribution.quantile(LEVELS)
        ratio = np.divide(new, old, out=np.zeros_like(old), where=old != 0.0)
        return float(ratio[0]) if ratio[0] and np.ptp(ratio) < ALIKE * abs(ratio[0]) else None


def find_wrong_draws(carried: Carried, scenario: Scenario, checksum: str | None) -> Iterator[Problem]:
    """What is wrong with a file of draws beside a scenario."""
    wrong = [path for path, column in carried.columns.items() if not np.isfinite(column).all()]
    if wrong:
        yield Problem("draws", f"{some_of(wrong, MOST_NAMED)}: not all values are finite numbers")
    negative = [path for path, column in carried.columns.items() if path.startswith(NOW) and (column < 0).any()]
    if negative:
        yield Problem("draws", f"{some_of(negative, MOST_NAMED)}: found people below 0")
    if any(path.startswith(EARLIER) for path in carried.columns):
        why = "departures and checkpoints have one pace, by which fewer vehicles let through would be felt for good"
        yield Problem("draws", f"of an earlier version: {why}; write them again with scenario_from_forecast")
    missing = [path for path in _needed(scenario) if path not in carried.columns]
    if missing:
        many = counted(len(missing), "column is", "columns are")
        yield Problem("draws", f"{many} missing: {some_of(missing, MOST_NAMED)}")
    if checksum != carried.checksum and not (wrong or negative or missing):
        count = whole(len(carried))
        said = f"its {count} draws have the checksum {carried.checksum}, expected draws_checksum = {checksum}"
        yield Problem("draws", f"{said}: the file was changed, or belongs to another scenario")


def _needed(scenario: Scenario) -> Iterator[str]:
    """Columns that draws must have: people in each place."""
    now = scenario.people.now.model_dump(exclude_unset=True)
    for kind, there in now.items():
        if isinstance(there, Mapping):
            yield from (f"{NOW}{kind}.{name}" for name in there)
        elif not now.get(BY_PLACE.get(kind, "")):
            yield f"{NOW}{kind}"


def find_moved(changes: Mapping[str, object]) -> Iterator[Problem]:
    """Changes of what carried draws stand on."""
    for path, value in changes.items():
        if path == "people.total" and isinstance(value, int | float):
            yield Problem(path, "each draw has people of its own; give a distribution, or a factor: rm.times(1.2)")
        if any(f"{path}.".startswith(f"{fixed}.") for fixed in FIXED):
            yield Problem(path, "each draw has people of its own; for one number a place change draws to '' as well")
