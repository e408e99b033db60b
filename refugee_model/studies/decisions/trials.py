"""The same draws for every plan that is tried: orders change what is decided, never what is drawn.

All options that change who is where stand in one scenario, each as its smallest order; a plan is tried by overriding
the numbers that its orders set, so that every plan meets the same futures.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from refugee_model.arrays import Floats, Integers
from refugee_model.engine.observers import PARTS
from refugee_model.engine.result import NEVER, Keep, Result
from refugee_model.errors import ScenarioWarning
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import AUTO, HOURS_PER_DAY, is_schedule, starts
from refugee_model.studies.blocks import cores, draws_at, move_draws, one_total, shocks_at
from refugee_model.studies.decisions.options import (
    SCHEDULES,
    Order,
    Quantities,
    amount,
    arrival,
    earliest_of,
    order_changes,
    smallest,
)
from refugee_model.studies.ensemble import Ensemble, ensemble_of, simulate_ensemble
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.studies.points import BLOCK, Points, noisy, points_of, sobol_points, taken, taken_columns

IN_BEDS, IN_DAYS = "beds", "goods"
LONGEST_STEP = 30
"""Regular steps [minutes] that automatic ones are longer than, in the mean."""


@dataclass(frozen=True)
class Lever:
    """How an option acts: paths whose numbers it adds to, or a number of beds that it multiplies."""

    first: float
    """Quantity that stands in the scenario."""
    path: str = ""
    """Of its beds; empty where it adds to others."""
    adds: tuple[str, ...] = ()
    each: float = 0.0
    """What one unit adds to each of them."""


@dataclass(frozen=True)
class Losses:
    """Person-nights of each draw, arrays (draw,), by part of ``observers.PARTS``."""

    parts: dict[str, Floats]

    def of(self, *names: str) -> Floats:
        """The sum of some parts."""
        found: Floats = np.sum([self.parts[name] for name in names], axis=0)
        return found


class Trials:
    """One scenario with all its options, and draws on which any plan can be tried; in longer steps where asked for."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        draws: int,
        seed: int,
        executor: Executor | None = None,
        learned: Sequence[Points] = (),
        longer_steps: bool = False,
    ) -> None:
        self.scenario, self.draws, self.seed, self.executor = scenario, draws, seed, executor
        orders = [  # of what changes who is where: all but goods
            Order(name, smallest(option), earliest_of(scenario, name))
            for name, option in scenario.aid.options.items()
            if option.kind != IN_DAYS
        ]
        changes = order_changes(scenario, orders)
        if longer_steps and scenario.timeline.step_minutes in range(1, LONGEST_STEP + 1):
            changes["timeline.step_minutes"] = AUTO
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScenarioWarning)  # an option of no effect is found out by trying it
            self.placed = scenario.change(changes) if changes else scenario
        self.levers = {order.option: self._lever(order, changes) for order in orders}
        points = learned_points(self.placed, learned, seed) if learned else points_of(self.placed, draws, seed)
        self.points = [with_shocks(self.placed, part, seed) for part in points]
        self.tables = [draws_at(self.placed, points) or one_total(self.placed, points) for points in self.points]

    def _lever(self, order: Order, changes: Mapping[str, object]) -> Lever:
        option = self.scenario.aid.options[order.option]
        if option.kind == IN_BEDS:
            path = next(path for path in changes if path.startswith(f"aid.surge.{order.option}, ordered"))
            return Lever(order.quantity, path=f"{path}.beds")
        path = SCHEDULES[option.kind].format(place=option.place)
        schedule = self.placed.get(path)
        timeline = self.placed.timeline
        at = round(arrival(self.scenario, order) * HOURS_PER_DAY * 3600.0) / 3600.0
        adds = tuple(
            f"{path}.{number}.value"
            for number, hour in enumerate(starts(schedule, timeline))
            if hour >= at - 1e-6 and is_schedule(schedule)
        )
        each = amount(self.scenario, Order(order.option, 1.0))
        return Lever(order.quantity, adds=adds, each=each)

    def decided(self, table: Mapping[str, Floats], quantities: Quantities) -> dict[str, Floats]:
        """The draws of a block with what a plan decides."""
        found = dict(table)
        count = len(next(iter(table.values())))
        for name, lever in self.levers.items():
            quantity = quantities.get(name, 0.0)
            if lever.path:
                found[lever.path] = self.number(found, lever.path, count) * (quantity / lever.first)
            for path in lever.adds:
                more = (quantity - lever.first) * lever.each
                found[path] = np.maximum(self.number(found, path, count) + more, 0.0)
        for path in found:
            if path.startswith("aid.cash.coverage"):
                found[path] = np.minimum(found[path], 1.0)
        return found

    def number(self, table: Mapping[str, Floats], path: str, count: int) -> Floats:
        """A number of each of so many draws, whether it is uncertain or not."""
        return table[path] if path in table else np.full(count, float(self.placed.get(path)))

    def project(self, block: int, quantities: Quantities, keep: Keep) -> Result:
        """One block of draws under a plan."""
        drawn = self.decided(self.tables[block], quantities)
        return move_draws(self.placed, drawn, self.points[block], self.seed, keep)[0]

    def thin(self, numbers: Integers) -> Trials:
        """The same trials on some of the draws."""
        found = copy(self)
        found.draws = len(numbers)
        parts = [numbers[first : first + BLOCK] for first in range(0, len(numbers), BLOCK)]
        found.points = [taken(self.points, part) for part in parts]
        found.tables = [taken_columns(self.tables, part) for part in parts]
        return found

    def losses(self, plans: Sequence[Quantities]) -> list[Losses]:
        """Person-nights of each plan."""
        jobs = [(plan, block) for plan in plans for block in range(len(self.points))]

        def one(job: tuple[Quantities, int]) -> Floats:
            nights: Floats = self.project(job[1], job[0], Keep(NEVER)).nights.sum(axis=0)
            return nights

        with nullcontext(self.executor) if self.executor else ThreadPoolExecutor(max_workers=cores()) as pool:
            done = list(pool.map(one, jobs)) if isinstance(pool, ThreadPoolExecutor) else [one(job) for job in jobs]
        each = len(self.points)
        whole = [np.concatenate(done[first : first + each], axis=-1) for first in range(0, len(done), each)]
        return [Losses({name: nights[number] for number, name in enumerate(PARTS)}) for nights in whole]


def with_shocks(scenario: Scenario, points: Points, seed: int) -> Points:
    """The points with all their noise, which is the same for every plan."""
    shocks = {stream: shocks_at(scenario, points, seed, stream) for _, stream in noisy(scenario)}
    return replace(points, shocks=shocks)


def learned_points(scenario: Scenario, learned: Sequence[Points], seed: int) -> Iterator[Points]:
    """Points of a forecast for its scenario with orders: what is new in it is drawn, all else and the noise stays."""
    last = learned[-1].first + len(learned[-1].uniforms)
    fresh = {points.first: points for points in sobol_points(scenario, last, seed)}
    for points in learned:
        values = draws_at(scenario, fresh[points.first]) | (points.values or {})
        empty = np.empty((len(points.uniforms), 0))
        yield with_shocks(scenario, replace(points, uniforms=empty, values=values), seed)


SEQUENCES = 8
TIMES, LEAST = 4, 16
"""Held-out draws for each draw that plans are chosen on; draws of a sequence at least."""
APART = 7919
"""Between the seeds of two sequences."""
MOST_SHOWN = 1000
"""Draws on which it is told what a plan leaves uncovered."""


@dataclass(frozen=True)
class Futures:
    """Draws to choose on and draws to tell by."""

    scenario: Scenario
    """With nothing ordered; from a forecast, one in which nothing can be ordered before the last report."""
    draws: int
    seed: int
    """To choose on."""
    executor: Executor | None = None
    learned: tuple[Points, ...] = ()
    """Those of a forecast, with their values, also where a scenario carries them on; none where they are drawn."""

    @classmethod
    def of(cls, given: Scenario | Forecast, *, draws: int, seed: int, executor: Executor | None = None) -> Futures:
        """The futures of a scenario, or a fifth of those of a forecast to choose on and the others to tell by."""
        there = draws_of(given)
        design = draws if there is None else min(draws, there // (1 + TIMES))
        if isinstance(given, Scenario):
            if given.carried is None or there is None:
                return cls(given, draws, seed, executor)
            wanted = min(there, (1 + TIMES) * max(design, SEQUENCES * LEAST))
            points = tuple(points_of(given, wanted, given.carried.seed))
            return cls(given, design, given.carried.seed, executor, points)
        learned = tuple(replace(part, values=draws_at(given.scenario, part)) for part in given.points)
        return cls(from_now(given), design, given.seed, executor, learned)

    def design(self, *, longer_steps: bool = False) -> Trials:
        """Trials on the draws to choose on, in longer steps to search by; those of a forecast keep its own."""
        if not self.learned:
            return Trials(
                self.scenario, draws=self.draws, seed=self.seed, executor=self.executor, longer_steps=longer_steps
            )
        return self._all().thin(np.arange(self.draws))

    def held_out(self) -> tuple[Trials, ...]:
        """Trials on several sequences of others."""
        each = max(TIMES * self.draws // SEQUENCES, LEAST)
        if not self.learned:
            seeds = [self.seed + APART * number for number in range(1, SEQUENCES + 1)]
            return tuple(Trials(self.scenario, draws=each, seed=one, executor=self.executor) for one in seeds)
        whole = self._all()
        rest = np.arange(self.draws, whole.draws)[: each * SEQUENCES]
        return tuple(whole.thin(part) for part in np.array_split(rest, SEQUENCES))

    def projection(self, after: Scenario) -> Ensemble:
        """People by day in a scenario with orders, on held-out draws."""
        most = min(self.draws, MOST_SHOWN)
        if not self.learned:
            return simulate_ensemble(after, draws=most, seed=self.seed + APART, executor=self.executor)
        blocks = self.learned[-(-self.draws // len(self.learned[0].uniforms)) :] or self.learned[-1:]
        moved = list(learned_points(after, blocks, self.seed))
        ends = np.cumsum([len(part.uniforms) for part in moved])
        moved = [replace(part, first=int(end) - len(part.uniforms)) for part, end in zip(moved, ends, strict=True)]
        chosen = moved[: int(np.searchsorted(ends, most)) + 1]
        count = sum(len(part.uniforms) for part in chosen)
        return ensemble_of(after, chosen, draws=count, seed=self.seed, executor=self.executor)

    def _all(self) -> Trials:
        count = sum(len(part.uniforms) for part in self.learned)
        return Trials(self.scenario, draws=count, seed=self.seed, executor=self.executor, learned=self.learned)


def draws_of(given: Scenario | Forecast) -> int | None:
    """Draws that a forecast has, or that a scenario carries on from one; None where there are as many as wanted."""
    if isinstance(given, Forecast):
        return sum(len(part.uniforms) for part in given.points)
    return None if given.carried is None else len(given.carried)


def from_now(forecast: Forecast) -> Scenario:
    """The scenario of a forecast, of which nothing can be ordered before the last report."""
    scenario, timeline = forecast.scenario, forecast.scenario.timeline
    now = timeline.hours_at(forecast.until) / HOURS_PER_DAY
    later = {
        f"aid.options.{name}.earliest": now
        for name, option in scenario.aid.options.items()
        if option.earliest is None or timeline.hours_at(option.earliest) / HOURS_PER_DAY < now
    }
    return scenario.change(later) if later else scenario
