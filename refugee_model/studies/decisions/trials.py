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
from numpy.typing import NDArray

from refugee_model.engine.noise import hourly_shocks
from refugee_model.engine.observers import PARTS
from refugee_model.engine.result import NEVER, Keep, Result
from refugee_model.errors import ScenarioWarning
from refugee_model.scenario.aid_options import Option
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.schedules import is_schedule, starts
from refugee_model.scenario.timeline import AUTO, HOURS_PER_DAY
from refugee_model.studies.blocks import cores, draws_at, move_draws, noise_streams, one_total
from refugee_model.studies.decisions.options import (
    SCHEDULES,
    Order,
    amount,
    arrival,
    earliest_of,
    order_changes,
    whole_packs,
)
from refugee_model.studies.points import BLOCK, Points, points_of, sobol_points, taken, taken_columns

Floats = NDArray[np.float64]
Quantities = Mapping[str, float]
IN_BEDS, IN_DAYS = "beds", "goods"
LONGEST_STEP = 30
"""Regular steps [minutes] that automatic ones are longer than, in the mean."""


@dataclass(frozen=True)
class Lever:
    """How an option acts: paths whose numbers it adds to, or a number of beds that it multiplies."""

    option: str
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


def smallest(option: Option) -> float:
    """The smallest order that can be placed."""
    return whole_packs(option, max(option.smallest_lot, option.pack_size))


def flow_options(scenario: Scenario) -> list[str]:
    """Options that change who is where: all but goods."""
    return [name for name, option in scenario.aid.options.items() if option.kind != IN_DAYS]


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
        orders = [
            Order(name, smallest(scenario.aid.options[name]), earliest_of(scenario, name))
            for name in flow_options(scenario)
        ]
        changes = order_changes(scenario, orders)
        if longer_steps and scenario.timeline.step_minutes in range(1, LONGEST_STEP + 1):
            changes["timeline.step_minutes"] = AUTO
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScenarioWarning)  # an option of no effect is found out by trying it
            self.placed = scenario.change(changes) if changes else scenario
        self.levers = [self._lever(order, changes) for order in orders]
        points = learned_points(self.placed, learned, seed) if learned else points_of(self.placed, draws, seed)
        self.points = [with_shocks(self.placed, part, seed) for part in points]
        self.tables = [draws_at(self.placed, points) or one_total(self.placed, points) for points in self.points]

    def _lever(self, order: Order, changes: Mapping[str, object]) -> Lever:
        option = self.scenario.aid.options[order.option]
        if option.kind == IN_BEDS:
            path = next(path for path in changes if path.startswith(f"aid.surge.{order.option}, ordered"))
            return Lever(order.option, order.quantity, path=f"{path}.beds")
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
        return Lever(order.option, order.quantity, adds=adds, each=each)

    def decided(self, table: Mapping[str, Floats], quantities: Quantities) -> dict[str, Floats]:
        """The draws of a block with what a plan decides."""
        found = dict(table)
        count = len(next(iter(table.values())))
        for lever in self.levers:
            quantity = quantities.get(lever.option, 0.0)
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

    def thin(self, numbers: NDArray[np.int64]) -> Trials:
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
    shocks = {}
    for stream in [stream for of_noise in noise_streams(scenario).values() for stream in of_noise]:
        drawn = hourly_shocks(
            scenario.timeline.hours, len(points.uniforms), seed=seed, first=points.first, stream=stream
        )
        if stream in points.shocks:
            given = points.shocks[stream][:, : drawn.shape[1]]
            drawn[:, : given.shape[1]] = given
        shocks[stream] = drawn
    return replace(points, shocks=shocks)


def learned_points(scenario: Scenario, learned: Sequence[Points], seed: int) -> Iterator[Points]:
    """Points of a forecast for its scenario with orders: what is new in it is drawn, all else and the noise stays."""
    last = learned[-1].first + len(learned[-1].uniforms)
    fresh = {points.first: points for points in sobol_points(scenario, last, seed)}
    for points in learned:
        values = draws_at(scenario, fresh[points.first]) | (points.values or {})
        empty = np.empty((len(points.uniforms), 0))
        yield with_shocks(scenario, replace(points, uniforms=empty, values=values), seed)
