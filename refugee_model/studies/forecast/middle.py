"""Numbers with which a lone run follows the middle of a forecast.

The median of many draws is not the run of the medians: numbers hang together, and ups and downs do not cancel. So the
numbers are moved, each as little as its own spread allows, until what a lone run would report lies on the medians of
the forecast.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.outcomes.reported import not_below
from refugee_model.scenario.distributions import Discrete
from refugee_model.studies.forecast.latent import GRID, Latent
from refugee_model.tables.forecasts import at_hours

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.studies.forecast.forecast import Forecast

AHEAD_HOURS = (6.0, 12.0, 24.0, 36.0, 48.0, 72.0, 96.0, 120.0, 168.0, 240.0, 336.0, 504.0, 720.0)
"""How long after the cut-off a lone run must lie on the middle, and at the end."""
FOLLOWED = {"arrived": 0.1, "registered": 0.2, "in_state_accommodation": 0.2}
"""Quantities that are followed, and how far from their middle is one unit of error, as a share of what is still to
come."""
PROMISED_HOURS, PROMISED = (24.0, 72.0, 168.0), 0.01
"""People arrived after these times are followed more closely than all else: the median of many curves is none of them,
and cannot be
followed everywhere."""
LEAST_SHARE, LEAST_PEOPLE = 0.001, 1.0
"""That error is at least this share of what has come already, and this many people."""
LEAST_SPREAD = 0.1
STARTS, TRIED = 3, 128
"""From the middle of the numbers, and from so many of these draws whose own lone runs lie nearest, the search
begins."""
MOVED = 0.1
"""A number that was not learned is moved by at least this part of its spread, or stays as it was."""
ROUNDS = 12
STEP = 0.1
LENGTHS = 2.0 ** -np.arange(7.0)


@dataclass(frozen=True)
class Target:
    """What a lone run shall follow."""

    hours: Floats
    """Array (report,) [h]: after the cut-off."""
    items: list[tuple[str, str]]
    """Quantity and place that is followed at each of these times."""
    values: Floats
    unit: Floats
    """Arrays (report,) [people]: the medians of the forecast, and how far from them is one unit of error."""


def target_of(forecast: Forecast) -> Target:
    """The medians of a forecast after its cut-off."""
    length = forecast.scenario.timeline.hours - forecast.until_hours
    ahead = np.unique([*(hours for hours in AHEAD_HOURS if hours < length), length])
    hours, items, values, unit = [], [], [], []
    for quantity, share in FOLLOWED.items():
        middle = middle_at(forecast, quantity, np.concatenate(([0.0], ahead)))
        shares = np.where(np.isin(ahead, PROMISED_HOURS) & (quantity == "arrived"), PROMISED, share)
        error = shares * np.abs(middle[1:] - middle[0]) + LEAST_SHARE * middle[0] + LEAST_PEOPLE
        hours.append(ahead)
        items += [(quantity, "")] * len(ahead)
        values.append(middle[1:])
        unit.append(error)
    return Target(np.concatenate(hours), items, np.concatenate(values), np.concatenate(unit))


def drawn_at(forecast: Forecast, quantity: str, ahead: Floats) -> Floats:
    """A reported quantity of each draw at hours after the cut-off, array (time, draw)."""
    hours, from_nothing = forecast.until_hours + ahead, not forecast.scenario.people.now.total
    drawn = at_hours(forecast.curve_hours, forecast.curves[quantity], hours, from_nothing=from_nothing)
    return not_below(drawn, hours, forecast.least, quantity)


def middle_at(forecast: Forecast, quantity: str, ahead: Floats, level: float = 0.5) -> Floats:
    """Quantile of a reported quantity at hours after the cut-off, array (time,)."""
    return np.asarray(np.quantile(drawn_at(forecast, quantity, ahead), level, axis=1))


class LoneRuns:
    """Lone runs from the cut-off on, by the standard normal numbers behind the uncertain ones."""

    def __init__(self, scenario: Scenario, target: Target) -> None:
        self.target = target
        self.latent = Latent(scenario, target.hours, target.items, float(target.hours.max()))
        self.paths = self.latent.paths
        self.certain = np.array([isinstance(scenario.uncertain[path], Discrete) for path in self.paths], dtype=bool)

    def errors(self, normals: Floats) -> Floats:
        """How far each run (run, number) lies from the middle, in units of error, array (run, report)."""
        padded = np.zeros((len(normals), self.latent.size))
        padded[:, : len(self.paths)] = normals
        found, _ = self.latent.reports(padded)
        return np.asarray((found - self.target.values) / self.target.unit)

    def normals_of(self, draws: Mapping[str, Floats]) -> Floats:
        """The standard normal numbers behind draws, array (draw, number)."""
        columns = [np.interp(draws[path], self.latent.inverse[row], GRID) for row, path in enumerate(self.paths)]
        return np.stack(columns, axis=1) if columns else np.empty((0, 0))


def follow(runs: LoneRuns, draws: Mapping[str, Floats], learned: Collection[str]) -> dict[str, float]:
    """How far each number is moved from the middle of its draws, on the scale on which it is a standard normal."""
    if not runs.paths:
        return {}
    normals = runs.normals_of(draws)
    own = np.array([path in learned for path in runs.paths])
    middle = np.where(own, np.median(normals, axis=0), 0.0)
    spread = np.maximum(0.5 * np.subtract(*np.quantile(normals, [0.84, 0.16], axis=0)), LEAST_SPREAD)
    spread = np.where(runs.certain, 0.0, np.where(own, spread, 1.0))
    tried = np.where(spread > 0, normals[:TRIED], middle)
    near = np.argsort(_cost(runs.errors(tried), np.zeros_like(tried)), kind="stable")[:STARTS]
    found = [_descend(runs, start, middle, spread) for start in (middle, *tried[near])]
    best, _ = min(found, key=lambda one: one[1])
    stays = ~own & (np.abs(best - middle) < MOVED)
    best, _ = _descend(runs, np.where(stays, middle, best), middle, np.where(stays, 0.0, spread))
    from_draws = np.median(normals, axis=0)
    return {path: float(best[row] - from_draws[row]) for row, path in enumerate(runs.paths) if not stays[row]}


def _cost(errors: Floats, moved: Floats) -> Floats:
    return np.asarray(np.square(errors).sum(axis=-1) + np.square(moved).sum(axis=-1))


def _descend(runs: LoneRuns, start: Floats, middle: Floats, spread: Floats) -> tuple[Floats, float]:
    """Gauss-Newton steps from a start, each as long as pays; the numbers, and what is left of errors and moves."""
    free = np.flatnonzero(spread > 0)
    unit = spread[free]
    here = start.copy()

    def moved(points: Floats) -> Floats:
        return (points[..., free] - middle[free]) / unit

    cost = float("inf")
    for _ in range(ROUNDS):
        tried = np.repeat(here[None], len(free) + 1, axis=0)
        tried[np.arange(1, len(free) + 1), free] += STEP * unit
        errors = runs.errors(tried)
        slopes = (errors[1:] - errors[0]).T / STEP
        away = moved(here)
        cost = float(_cost(errors[0], away))
        step = np.linalg.solve(slopes.T @ slopes + np.eye(len(free)), -(slopes.T @ errors[0] + away))
        step *= min(1.0, 3.0 / max(float(np.abs(step).max(initial=0.0)), 1e-12))
        points = np.repeat(here[None], len(LENGTHS), axis=0)
        points[:, free] += LENGTHS[:, None] * step * unit
        points = np.clip(points, GRID[0], GRID[-1])
        costs = _cost(runs.errors(points), moved(points))
        best = int(np.argmin(costs))
        if not costs[best] < cost * (1.0 - 1e-4):
            break
        here, cost = points[best], float(costs[best])
    return here, cost


def without_noise() -> dict[str, object]:
    """Changes that make draws of a scenario lone runs with other numbers."""
    return {"timing.departure.noise": None, "timing.checkpoint.noise": None, "correlations": []}
