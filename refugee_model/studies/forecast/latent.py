"""What reports would say, from standard normal numbers: one for each source of the uncertain numbers and for each hour
of noise.

In these numbers the scenario's distributions and correlations are the same for everyone, a standard normal of each, so
that learning needs to know nothing about them.
"""

from __future__ import annotations

import math
from concurrent.futures import Executor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.noise import DEPARTURES, hours_of, streams_of
from refugee_model.engine.pace import bounds_of_draws
from refugee_model.engine.program import lay_out
from refugee_model.engine.simulation import stocks_at
from refugee_model.engine.values import Values
from refugee_model.outcomes.reported import reported_at
from refugee_model.scenario.correlations import copula_of
from refugee_model.scenario.distribution import normal_probability
from refugee_model.studies.blocks import checkpoint_noises, departure_noise
from refugee_model.studies.points import SMALLEST, Points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

BLOCK = 300
"""Draws that are moved together; a fixed number, so that results do not depend on who moves them."""
GRID = np.linspace(-8.0, 8.0, 4097)
"""Where the inverse distribution functions are worked out; between, straight lines are off by less than one part in ten
thousand."""


class Latent:
    """From standard normal numbers to what reports would say."""

    def __init__(self, scenario: Scenario, hours: Floats, items: Sequence[tuple[str, str]], until: float) -> None:
        step = scenario.timeline.shortest_minutes / 60.0
        # A projection must reach past the time at which departures begin.
        begins = [
            scenario.timing.departure.start,
            *(district.departs_from for district in scenario.people.districts.values()),
        ]
        begun = max(scenario.timeline.hours_at(begin) for begin in begins if begin is not None) + step
        steps = max(math.ceil(max(until, begun, float(np.max(hours, initial=0.0))) / step - 1e-9), 1)
        self.scenario = scenario.change({"timeline.days": min(steps * step / 24.0, scenario.timeline.days)})
        self.items, self.hours = list(items), np.asarray(hours, dtype=np.float64)
        self.paths = list(self.scenario.uncertain)
        roads = scenario.timing.roads
        noises = list(zip(streams_of(list(roads)), (road.checkpoint.noise for road in roads.values()), strict=True))
        noises.append((DEPARTURES, scenario.timing.departure.noise))
        self.streams = [stream for stream, noise in noises if noise is not None]
        self.shocks = hours_of(self.scenario.timeline.hours)
        self.bounds = lay_out(self.scenario, regular=bounds_of_draws(self.scenario)).bounds
        after = np.clip(np.searchsorted(self.bounds, self.hours, side="left"), 1, len(self.bounds) - 1)
        self.part = (self.hours - self.bounds[after - 1]) / (self.bounds[after] - self.bounds[after - 1])
        self.kept = np.union1d(after - 1, after)
        self.low, self.high = np.searchsorted(self.kept, after - 1), np.searchsorted(self.kept, after)
        self.mix = copula_of(self.paths, scenario.correlations).shares
        self.numbers: int = self.mix.shape[1]
        uniforms = np.clip(normal_probability(GRID), SMALLEST, 1.0 - SMALLEST)
        self.inverse = [distribution.quantile(uniforms) for distribution in self.scenario.uncertain.values()]

    @property
    def size(self) -> int:
        """How many standard normal numbers a draw has."""
        return self.numbers + len(self.streams) * self.shocks

    def values(self, normals: Floats) -> dict[str, Floats]:
        """Values of the uncertain numbers, arrays (draw,) by path, from normals (draw, number)."""
        mixed = np.clip(normals[:, : self.numbers], GRID[0], GRID[-1]) @ self.mix.T
        return {path: np.interp(mixed[:, row], GRID, self.inverse[row]) for row, path in enumerate(self.paths)}

    def noise(self, normals: Floats) -> dict[int, Floats]:
        """Shocks (draw, hour) by stream."""
        first = self.numbers
        return {
            stream: np.ascontiguousarray(normals[:, first + number * self.shocks : first + (number + 1) * self.shocks])
            for number, stream in enumerate(self.streams)
        }

    def points(self, normals: Floats, first: int) -> Points:
        """The same draws as points of an ensemble."""
        uniforms = np.clip(normal_probability(normals[:, : self.numbers]), SMALLEST, 1.0 - SMALLEST)
        return Points(first, uniforms, self.noise(normals))

    def reports(self, normals: Floats, executor: Executor | None = None) -> tuple[Floats, Floats]:
        """What reports would say, and how fast that changes [1/h], arrays (draw, report), from normals (draw.

        Number).
        """
        parts = [normals[first : first + BLOCK] for first in range(0, len(normals), BLOCK)]
        found = list(map(self._block, parts) if executor is None else executor.map(self._block, parts))
        values, rates = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return values, rates

    def _block(self, normals: Floats) -> tuple[Floats, Floats]:
        table = self.values(normals) or {"people.total": np.full(len(normals), self.scenario.people.total)}
        values = Values(self.scenario, table)
        points = Points(0, np.empty((len(normals), 0)), self.noise(normals))
        regular, noise = bounds_of_draws(self.scenario), departure_noise(values, points, 0)
        inputs = lay_out(self.scenario, table, departure_noise=noise, regular=regular)
        stocks = stocks_at(inputs, self.kept, noise=checkpoint_noises(values, points, 0))
        found, rate = np.empty((len(normals), len(self.items))), np.empty((len(normals), len(self.items)))
        curves = {item: reported_at(stocks, self.scenario, *item) for item in dict.fromkeys(self.items)}
        for number, item in enumerate(self.items):
            low, high = curves[item][self.low[number]], curves[item][self.high[number]]
            found[:, number] = np.maximum(low + self.part[number] * (high - low), 0.0)
            length = self.bounds[self.kept[self.high[number]]] - self.bounds[self.kept[self.low[number]]]
            rate[:, number] = (high - low) / length
        return found, rate
