"""What reports would say, from standard normal numbers: one for each source of the uncertain numbers and for each hour
of noise.

In these numbers the scenario's distributions and correlations are the same for everyone, a standard normal of each, so
that learning needs to know nothing about them.
"""

from __future__ import annotations

import math
import warnings
from concurrent.futures import Executor
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from refugee_model.arrays import Floats, Integers
from refugee_model.engine.noise import hours_of
from refugee_model.engine.pace import bounds_of_draws
from refugee_model.engine.program import Inputs, lay_out
from refugee_model.engine.simulation import stocks_at
from refugee_model.engine.values import Values
from refugee_model.errors import ScenarioWarning
from refugee_model.outcomes.reported import reported_at
from refugee_model.scenario.correlations import copula_of
from refugee_model.scenario.distributions import normal_probability
from refugee_model.scenario.remembered import remembered
from refugee_model.studies.blocks import checkpoint_noises, departure_noise, draws_at, one_total
from refugee_model.studies.forecast.sampler import product
from refugee_model.studies.points import SMALLEST, Points, noisy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from refugee_model.engine.noise import Noise
    from refugee_model.scenario.scenario import Scenario

BLOCK, PART = 1024, 256
"""Draws that are laid out together, and that one worker moves; fixed numbers, so that results do not depend on who
moves them. Laying out costs nearly the same for any number of draws."""
MONTHS = 100.0 * 24.0
"""Of projections longer than this [h] half as many draws are at work together: each takes memory for every hour."""
TIMES_AS_LONG, LONGEST_STEP, STEPS = 2.0, 3.0, 300.0
"""While it learns a forecast takes steps so many times as long as its scenario, longer where more than so many reach
the last report, up to a length [h]: people arrived then differ by 0.2 to 0.5 % (root mean square, measured on ten
scenarios, those of automatic length in steps of two hours), a quarter of the error of the last report or less."""
OF_AUTO = 1.0
"""What counts as the step of a scenario where its length is left to the model [h]."""
LONG_AGO, LONGEST_AGO = 240.0, 6.0
"""So long before the last report of months steps may be twice as long [h]: measured on 160 daily reports, a report is
then off by 0.005 of its error, in steps of three hours by 0.004."""
LATER = ((48.0, 3.0), (168.0, 6.0))
"""So long after the last report steps are at least so long [h]: by then draws are read no more often (``pool.py``)."""
TRIED, FAR, SAME = 16, 2.5, 1e-9
"""Draws in which each source is put so far above or, in every other, below the middle; reports that differ by less than
this part of themselves are the same."""
GRID = np.linspace(-8.0, 8.0, 4097)
"""Where the inverse distribution functions are worked out; between, straight lines are off by less than one part in ten
thousand."""


def at_work(scenario: Scenario, block: int) -> int:
    """How many draws of a block are at work together."""
    return block if scenario.timeline.hours <= MONTHS else block // 2


def regular_steps(scenario: Scenario, until: float) -> Floats | None:
    """Where the steps begin in which a forecast learns from reports up to some hours; None is as the scenario says."""
    given, minutes = bounds_of_draws(scenario), scenario.timeline.step_minutes
    own = OF_AUTO if isinstance(minutes, str) else minutes / 60.0
    length = min(max(TIMES_AS_LONG * own, until / STEPS), LONGEST_STEP)
    if own >= length:
        return given
    begins = np.arange(0.0, scenario.timeline.hours, length) if given is None else _multiples(given, length)
    ago = min(max(length, until / STEPS), LONGEST_AGO)
    begins = np.where(begins < until - LONG_AGO, _multiples(begins, ago), begins)
    for after, longer in LATER:
        begins = np.where(begins < until + after, begins, _multiples(begins, max(longer, length)))
    return np.unique(begins)


def _multiples(hours: Floats, length: float) -> Floats:
    """The multiple of a length at or before each time."""
    return np.asarray(np.floor(hours / length + 1e-9) * length)


class Times:
    """Times between the bounds of steps, read off straight lines."""

    def __init__(self, bounds: Floats, hours: Floats) -> None:
        after = np.clip(np.searchsorted(bounds, hours, side="left"), 1, len(bounds) - 1)
        self.part = (hours - bounds[after - 1]) / (bounds[after] - bounds[after - 1])
        self.kept: Integers = np.union1d(after - 1, after)
        self.low, self.high = np.searchsorted(self.kept, after - 1), np.searchsorted(self.kept, after)
        self.length = bounds[after] - bounds[after - 1]

    def read(self, curve: Floats, number: int | slice = slice(None)) -> tuple[Floats, Floats]:
        """Values of a curve (kept, draw) at one of the times or all, and how fast they change [1/h]."""
        part, length = self.part[number], self.length[number]
        if isinstance(number, slice):
            part, length = part[:, None], length[:, None]
        low, high = curve[self.low[number]], curve[self.high[number]]
        return np.maximum(low + part * (high - low), 0.0), (high - low) / length


Read = TypeVar("Read")
Stocks = dict[str, Floats]


def moved(
    values: Values,
    points: Points,
    seed: int,
    read: Callable[[Stocks], Read],
    *,
    regular: Floats | None,
    kept: Integers,
    executor: Executor | None = None,
) -> list[Read]:
    """What is read off where people of draws are at some bounds, by part of the draws: laid out once, moved by whoever
    is free.
    """
    noise = departure_noise(values, points, seed)
    inputs = lay_out(values.scenario, values.draws, departure_noise=noise, regular=regular)
    noises = checkpoint_noises(values, points, seed)

    def move(first: int) -> Read:
        draws = slice(first, first + PART)
        theirs = None if noises is None else [_noise_of(each, draws) for each in noises]
        return read(stocks_at(_inputs_of(inputs, draws), kept, noise=theirs))

    parts = range(0, inputs.draws, PART)
    return list(map(move, parts) if executor is None else executor.map(move, parts))


def _part(array: Floats, draws: slice) -> Floats:
    """Some of the draws, which stand last, or what is the same for all."""
    return array[..., draws] if array.shape[-1] > 1 else array


def _inputs_of(inputs: Inputs, draws: slice) -> Inputs:
    return replace(
        inputs,
        staying=_part(inputs.staying, draws),
        constants={group: _part(array, draws) for group, array in inputs.constants.items()},
        at_start={group: _part(array, draws) for group, array in inputs.at_start.items()},
        program=inputs.program.cut(np.arange(inputs.draws)[draws]),
    )


def _noise_of(noise: Noise, draws: slice) -> Noise:
    pace = noise.pace and noise.pace._replace(factors=_part(noise.pace.factors, draws))
    spread, hours = _part(noise.spread, draws), _part(noise.correlation_hours, draws)
    return noise._replace(shocks=noise.shocks[draws], spread=spread, correlation_hours=hours, pace=pace)


def course_of(
    scenario: Scenario, points: Iterable[Points], seed: int, hours: Floats, until: float, executor: Executor | None
) -> tuple[Floats, Floats, Floats]:
    """Bounds of steps [h] as they learned from reports up to some hours, and people arrived and people who have set off
    of draws at given points (time, draw).
    """
    regular = regular_steps(scenario, until)
    bounds = lay_out(scenario, regular=regular).bounds
    times = Times(bounds, hours)

    def read(stocks: Stocks) -> tuple[Floats, ...]:
        return tuple(times.read(reported_at(stocks, scenario, name))[0] for name in ("arrived", "departed"))

    found = list[tuple[Floats, ...]]()
    for each in points:
        values = Values(scenario, draws_at(scenario, each) or one_total(scenario, each))
        found += moved(values, each, seed, read, regular=regular, kept=times.kept, executor=executor)
    arrived, departed = (np.concatenate(curves, axis=1) for curves in zip(*found, strict=True))
    return bounds, arrived, departed


@remembered
def _inverses(scenario: Scenario) -> dict[str, Floats]:
    """Values of the uncertain numbers on the grid, by path."""
    uniforms = np.clip(normal_probability(GRID), SMALLEST, 1.0 - SMALLEST)
    return {path: distribution.quantile(uniforms) for path, distribution in scenario.uncertain.items()}


class Latent:
    """From standard normal numbers to what reports would say; ``quick`` in longer steps than the scenario says."""

    def __init__(
        self,
        scenario: Scenario,
        hours: Floats,
        items: Sequence[tuple[str, str]],
        until: float,
        *,
        quick: bool = False,
    ) -> None:
        step = scenario.timeline.shortest_minutes / 60.0
        # A projection must reach past the time at which departures begin.
        begins = [
            scenario.timing.departure.start,
            *(district.departs_from for district in scenario.people.districts.values()),
        ]
        begun = max(scenario.timeline.hours_at(begin) for begin in begins if begin is not None) + step
        steps = max(math.ceil(max(until, begun, float(np.max(hours, initial=0.0))) / step - 1e-9), 1)
        days = min(steps * step / 24.0, scenario.timeline.days)
        with warnings.catch_warnings(action="ignore", category=ScenarioWarning):  # nobody asked for fewer days
            self.scenario = scenario if days == scenario.timeline.days else scenario.change({"timeline.days": days})
        self.items, self.hours = list(items), np.asarray(hours, dtype=np.float64)
        self.paths = list(self.scenario.uncertain)
        self.streams = [stream for _, stream in noisy(scenario)]
        self.shocks = hours_of(self.scenario.timeline.hours)
        self.regular = regular_steps(self.scenario, until) if quick else bounds_of_draws(self.scenario)
        self.times = Times(lay_out(self.scenario, regular=self.regular).bounds, self.hours)
        self.mix = copula_of(self.paths, scenario.correlations).shares
        self.numbers: int = self.mix.shape[1]
        inverses = _inverses(scenario)
        self.inverse = [inverses[path] for path in self.paths]

    @property
    def size(self) -> int:
        """How many standard normal numbers a draw has."""
        return self.numbers + len(self.streams) * self.shocks

    def told(self, random: np.random.Generator, also: Sequence[int] | Integers = ()) -> tuple[Latent, Integers]:
        """The same of those sources alone that change what reports would say, or are named, and which they are.

        The others stay as before any report, whatever is reported: to move them would cost particles and rounds.
        """
        normals = random.standard_normal((TRIED, self.size))
        tried = np.repeat(normals[None], self.numbers + 1, axis=0)
        sources, sides = np.arange(self.numbers), FAR * (-1.0) ** np.arange(TRIED)
        tried[sources, :, sources] = sides
        found = self.reports(tried.reshape((self.numbers + 1) * TRIED, self.size))[0]
        found = found.reshape(self.numbers + 1, TRIED, len(self.items))
        changed = np.abs(found[:-1] - found[-1]) > SAME * (1.0 + np.abs(found[-1]))
        telling = np.union1d(np.flatnonzero(changed.any(axis=(1, 2))), also).astype(np.int64)
        # A path that shares a source with one that tells goes with it, and so do all sources of both.
        rows = np.flatnonzero((self.mix[:, telling] != 0).any(axis=1))
        tells = np.flatnonzero((self.mix[rows] != 0).any(axis=0))
        narrow = copy(self)
        narrow.paths, narrow.inverse = [self.paths[row] for row in rows], [self.inverse[row] for row in rows]
        narrow.mix, narrow.numbers = self.mix[np.ix_(rows, tells)], len(tells)
        return narrow, tells

    def own(self, normals: Floats) -> Floats:
        """The standard normal of each uncertain number (draw, number), from what they share."""
        return product(normals[:, : self.numbers], np.ascontiguousarray(self.mix.T))

    def values(self, normals: Floats) -> dict[str, Floats]:
        """Values of the uncertain numbers, arrays (draw,) by path, from normals (draw, number)."""
        mixed = self.own(np.clip(normals[:, : self.numbers], GRID[0], GRID[-1]))
        return {path: np.interp(mixed[:, row], GRID, self.inverse[row]) for row, path in enumerate(self.paths)}

    def noise(self, shocks: Floats) -> dict[int, Floats]:
        """Shocks (draw, hour) by stream, from those of all streams side by side; views, as months of them are many."""
        every = range(0, len(self.streams) * self.shocks, self.shocks)
        return {stream: shocks[:, at : at + self.shocks] for stream, at in zip(self.streams, every, strict=True)}

    def points(self, numbers: Floats, shocks: Floats, first: int) -> Points:
        """Draws of these standard normal numbers as points of an ensemble."""
        return Points(first, np.clip(normal_probability(numbers), SMALLEST, 1.0 - SMALLEST), self.noise(shocks))

    def reports(self, normals: Floats, executor: Executor | None = None) -> tuple[Floats, Floats]:
        """What reports would say, and how fast that changes [1/h], arrays (draw, report), from (draw, number)."""
        found = list[tuple[Floats, Floats]]()
        size = at_work(self.scenario, BLOCK)
        for first in range(0, len(normals), size):
            found += self._block(normals[first : first + size], executor)
        values, rates = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return values, rates

    def _block(self, normals: Floats, executor: Executor | None) -> list[tuple[Floats, Floats]]:
        points = Points(0, np.empty((len(normals), 0)), self.noise(normals[:, self.numbers :]))
        values = Values(self.scenario, self.values(normals) or one_total(self.scenario, points))
        kept = self.times.kept
        return moved(values, points, 0, self._read, regular=self.regular, kept=kept, executor=executor)

    def _read(self, stocks: Stocks) -> tuple[Floats, Floats]:
        """What reports would say of draws, and how fast that changes, arrays (draw, report)."""
        curves = {item: reported_at(stocks, self.scenario, *item) for item in dict.fromkeys(self.items)}
        read = [self.times.read(curves[item], number) for number, item in enumerate(self.items)]
        found, rates = (np.ascontiguousarray(np.array(each).T) for each in zip(*read, strict=True))
        return found, rates
