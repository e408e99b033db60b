"""Blocks of draws: a few hundred points, drawn, laid out, moved and boiled down to what is kept, on whatever worker is
free.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.noise import DEPARTURES, Noise, correlated, hourly_shocks, hours_of
from refugee_model.engine.pace import bounds_of_draws
from refugee_model.engine.program import lay_out
from refugee_model.engine.result import DAYS, STEPS, Keep, Result
from refugee_model.engine.simulation import move
from refugee_model.engine.values import DEPARTING, PASSING, Values
from refugee_model.errors import Problem, refuse_if
from refugee_model.outcomes.calendar import interpolated
from refugee_model.outcomes.measures import measures
from refugee_model.outcomes.occupancy import night_outcome, occupancy_outcome, people_with_totals
from refugee_model.outcomes.reported import reported_at
from refugee_model.outcomes.statistics import Outcome
from refugee_model.scenario.network import DISTRICT
from refugee_model.scenario.reports import REPORTED
from refugee_model.scenario.uncertain import check_draws, draw_table
from refugee_model.studies.points import Points, noisy
from refugee_model.tables.people import NIGHT
from refugee_model.tables.places import CAPACITY, MOVEMENT

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario


COUNTED = {CAPACITY: occupancy_outcome, MOVEMENT: people_with_totals, NIGHT: night_outcome}
"""Tables that can be made of counts, and what is counted for them."""

QUEUES = ("awaiting_registration", "awaiting_placement")
"""Who waits for what there may be too little of; who waits at checkpoints is reported."""


@dataclass(frozen=True)
class Wanted:
    """What is wanted of each draw beside its measures."""

    keep: Keep = Keep()
    """What stays of its result."""
    counted: bool = False
    """Counts of draws by place and day, from which quantiles can be read."""
    curve_hours: tuple[float, ...] = ()
    """Times at which what is reported is kept, hours after the start."""
    queues: bool = False
    """People in ``QUEUES`` at these times, too."""
    now: float | None = None
    """Time at which people in all places are kept [h]; one of ``curve_hours``."""


@dataclass(frozen=True)
class MovedBlock:
    """What is left of one block of draws."""

    first: int
    """Number of the first draw."""
    measures: dict[str, Floats]
    """Dict of array (draw,): by name; times are hours after the start."""
    result: Result
    """What stays of it."""
    counted: dict[str, Outcome]
    """Bins of the amounts, and shares of the draws, by table."""
    curves: dict[str, Floats]
    """Dict of array (time, draw): what is reported, by quantity."""
    curve_hours: Floats
    """Array (time,) [h]: when."""
    now: dict[str, Floats]
    """Dict of array (place, variable, draw), by group of places: people at the time wanted, those who stay at home for
    good among the willing.
    """


def move_blocks(
    scenario: Scenario, points: Iterable[Points], seed: int, executor: Executor | None, wanted: Wanted
) -> Iterator[MovedBlock]:
    """Blocks of draws in their order; only as many are under way as keep the workers busy."""
    with nullcontext(executor) if executor is not None else ThreadPoolExecutor(max_workers=cores()) as pool:
        pending: deque[Future[MovedBlock]] = deque()
        try:
            for part in points:
                pending.append(pool.submit(move_block, scenario, part, seed, wanted))
                if len(pending) > cores() + 1:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def cores() -> int:
    """Processors of this machine."""
    return os.cpu_count() or 1


def move_block(scenario: Scenario, points: Points, seed: int, wanted: Wanted) -> MovedBlock:
    """Draw, lay out and move one block; a plain function, so that any executor can run it anywhere."""
    table = draws_at(scenario, points)
    moved, unread = move_draws(
        scenario, table or one_total(scenario, points), points, seed, _to_move(wanted, scenario.timeline.hours)
    )
    measured = measures(moved)
    _check_read(unread & moved.values.unread - set(scenario.without_effect))
    told = moved.thin(_of_curves(wanted)) if moved.keep.when == STEPS and wanted.curve_hours else moved
    curves = (
        {quantity: reported_at(told.recorded, scenario, quantity) for quantity in REPORTED}
        if wanted.curve_hours
        else {}
    )
    if wanted.queues:
        curves |= {kind: told.people(kind).sum(axis=1) for kind in QUEUES}
    daily = moved.thin(Keep(DAYS, places=wanted.keep.places)) if wanted.counted else moved
    kept = moved.thin(wanted.keep)
    return MovedBlock(
        first=points.first,
        measures=measured,
        result=replace(kept, drawn=table),
        counted={name: outcome(daily).counted() for name, outcome in COUNTED.items()} if wanted.counted else {},
        curves=curves,
        curve_hours=told.hours,
        now=_at(moved, wanted.now) if wanted.now is not None else {},
    )


TOTAL = "people.total"


def draws_at(scenario: Scenario, points: Points) -> dict[str, Floats]:
    """The values (draw,) of the uncertain numbers at these points, by path; none where nothing is uncertain."""
    table = points.values if points.values is not None else draw_table(scenario, points.uniforms)
    check_draws(scenario, table)
    return {**table, **points.states}


def one_total(scenario: Scenario, points: Points) -> dict[str, Floats]:
    """What stands for draws in which nothing differs, so that there are as many."""
    return {TOTAL: np.full(len(points.uniforms), scenario.people.total)}


def move_draws(
    scenario: Scenario, drawn: Mapping[str, Floats], points: Points, seed: int, keep: Keep
) -> tuple[Result, frozenset[str]]:
    """Draws whose numbers are known, moved with the noise of their points; and paths that changed nothing."""
    values = Values(scenario, drawn)
    regular, noise = bounds_of_draws(scenario), departure_noise(values, points, seed)
    inputs = lay_out(scenario, drawn, departure_noise=noise, leaving_hazard=points.leaving_hazard, regular=regular)
    moved = move(scenario, drawn, inputs, keep, noise=checkpoint_noises(values, points, seed))
    return moved, frozenset(inputs.unread & values.unread)


def noise_streams(scenario: Scenario) -> dict[str, list[int]]:
    """The streams of each noise of a scenario by its path."""
    found = dict[str, list[int]]()
    for path, stream in noisy(scenario):
        found.setdefault(path, []).append(stream)
    return found


def _to_move(wanted: Wanted, end: float) -> Keep:
    """What must be kept until all has been read: people of all places, at all times asked for and at the end."""
    if wanted.keep.when == STEPS or not (wanted.counted or wanted.curve_hours):
        return Keep(wanted.keep.when, hours=(end,), flows=wanted.keep.flows)
    return _of_curves(wanted)


def _of_curves(wanted: Wanted) -> Keep:
    """People at the ends of days and at the times at which what is reported is kept."""
    return Keep(DAYS, hours=wanted.curve_hours, around=wanted.now)


def _at(moved: Result, hours: float) -> dict[str, Floats]:
    """People in all places at one time, on a straight line between the bounds on either side of it."""
    now = {group: interpolated(moved.hours, array, np.array([hours]))[0] for group, array in moved.recorded.items()}
    now[DISTRICT][:, 0] += moved.staying
    return now


def _check_read(unread: frozenset[str]) -> None:
    """Refuse uncertain numbers that would change nothing: an uncertainty that is left out in silence misleads."""
    problems = [Problem(path, "changes no measure of an ensemble; give one number") for path in sorted(unread)]
    refuse_if("these numbers cannot be uncertain in an ensemble", problems)


def departure_noise(values: Values, points: Points, seed: int) -> Noise | None:
    """The noise of departures for draws at these points; None where the scenario has none."""
    noise, pace = values.scenario.timing.departure.noise, values.pace(DEPARTING)
    if noise is None:
        return None if pace is None else _even(values, points)._replace(pace=pace)
    found = _noise(values, "timing.departure.noise", noise, shocks_at(values.scenario, points, seed, DEPARTURES))
    return found._replace(pace=pace)


def checkpoint_noises(values: Values, points: Points, seed: int) -> list[Noise] | None:
    """The noise of each route for draws at these points, correlated as the scenario says; None where none has any."""
    timing, pace = values.scenario.timing, values.pace(PASSING)
    noises = {name: road.checkpoint.noise for name, road in timing.roads.items()}
    own = [
        shocks_at(values.scenario, points, seed, stream) for _, stream in noisy(values.scenario) if stream != DEPARTURES
    ]
    if not own and pace is None:
        return None
    mixed = iter(correlated(own, timing.checkpoint.noise_between_routes) if own else ())
    found = [
        _even(values, points) if noise is None else _noise(values, road.path("checkpoint.noise"), noise, next(mixed))
        for road, noise in zip(timing.roads.values(), noises.values(), strict=True)
    ]
    return [each._replace(pace=pace) for each in found]


def _even(values: Values, points: Points) -> Noise:
    """No noise."""
    return Noise(np.zeros((len(points.uniforms), hours_of(values.scenario.timeline.hours))), np.zeros(1), np.ones(1))


def _noise(values: Values, path: str, noise: Any, shocks: Floats) -> Noise:
    spread = values.number(f"{path}.sd", noise.sd)
    hours = values.number(f"{path}.correlation_hours", noise.correlation_hours)
    return Noise(shocks, spread, hours)


def shocks_at(scenario: Scenario, points: Points, seed: int, stream: int) -> Floats:
    """Shocks of a stream (draw, hour): those given with the points, and drawn ones after them."""
    length, given = scenario.timeline.hours, points.shocks.get(stream)
    if given is not None and given.shape[1] >= hours_of(length):
        return given[:, : hours_of(length)]
    shocks = hourly_shocks(length, len(points.uniforms), seed=seed, first=points.first, stream=stream)
    if given is not None:
        shocks[:, : given.shape[1]] = given
    return shocks
