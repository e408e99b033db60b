"""From a scenario and its draws to what the sweep reads: time axis, what the stages lay out, state at the start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.delays import Delays
from refugee_model.engine.layout import Layout
from refugee_model.engine.noise import Noise
from refugee_model.engine.observers import night_bounds, put_entries_at_start
from refugee_model.engine.stages import (
    beds,
    checkpoint,
    choice,
    departure,
    flight,
    hosting,
    placement,
    registration,
    road,
)
from refugee_model.engine.stages.approach import ENTRANCE
from refugee_model.engine.stages.checkpoint import PAIR
from refugee_model.engine.values import (
    DESKS,
    MOVING_IN,
    REGISTERING,
    SEATS,
    Values,
    of_draws,
    paths_of_paces,
    sum_of_places,
)
from refugee_model.engine.variables import (
    AT_ONCE,
    CONSTANTS,
    GROUP_OF,
    KEPT,
    RATES,
    ROWS,
    STOCKS,
    Journey,
    One,
    Province,
    Route,
    Sizes,
    Variables,
)
from refugee_model.scenario.network import JOURNEY, LEG, ONE, POINT, PROVINCE, ROUTE
from refugee_model.scenario.remembered import remembered
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY, NIGHT_HOUR, SECONDS_PER_HOUR, moments

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LINE = 8
"""Numbers in a line of memory."""


class Clock(NamedTuple):
    """The time axis."""

    bounds: Floats
    """Hours after the start (bound,) [h]."""
    hours: Floats
    """Length of each step (step,) [h], to the second, so that steps of one length are known as such."""
    epoch: Integers
    """Number of the epoch of each step."""


class Rates(NamedTuple):
    """What holds in each epoch: arrays (epoch, place, rate, draw)."""

    one: Floats
    routes: Floats
    legs: Floats
    entries: Floats
    points: Floats
    provinces: Floats
    pools: Floats
    journeys: Floats


class Steps(NamedTuple):
    """What depends on how long steps are, and all that does."""

    clock: Clock
    leaving: departure.Leaving
    journeys: road.Journeys
    onward: Delays
    """From the point of each pool to each province (step, journey)."""
    asks: Flags
    """Whether people look at how long ways take in each step (step,)."""
    night: Flags
    """Whether it is night at each checkpoint in each step (step, route)."""
    staffed: Floats
    """Share of the desks of each point that is staffed in each step (step, point)."""
    beds_come: Flags
    """Whether beds that were ordered may come in each step, in any draw (step,)."""


class Program(NamedTuple):
    """What the sweep reads."""

    steps: Steps
    rates: Rates
    choice: choice.Choice
    passing: checkpoint.Passing
    supply: beds.Supply
    placing: placement.Placing
    fleeing: flight.Flight

    def cut(self, draws: Integers | slice) -> Program:
        """The program of one block of draws, side by side: else a line of memory a step would be fetched in vain."""
        leaving = self.steps.leaving
        return self._replace(
            steps=self.steps._replace(leaving=leaving._replace(survival=of_draws(leaving.survival, draws))),
            rates=Rates(*(of_draws(array, draws) for array in self.rates)),
            supply=self.supply._replace(orders=of_draws(self.supply.orders, draws)),
        )


@dataclass(frozen=True)
class Inputs:
    """A scenario and its draws, laid out.

    Attributes
    ----------
    sizes : Sizes
        Number of routes, districts, reception points, provinces and pools.
    midnight : float
        Hours from the start to the midnight on or before it, at most 0 [h].
    nights : array (night,)
        Bounds at which nights are counted.
    staying : array (district, draw) [people]
        People who never leave home.
    constants : dict of array (place, constant, draw), by group of places
        What holds throughout.
    at_start : dict of array (place, variable, draw), by group of places
        Stocks and levels at the start.
    program : Program
        What the sweep reads.
    unread : frozenset of str
        Paths of draws that change nothing here.
    breaks : list of float
        Where steps are broken, as something is scheduled or comes each day [h].
    layout : Layout
        What the stages filled in.
    """

    sizes: Sizes
    midnight: float
    nights: Integers
    staying: Floats
    constants: dict[str, Floats]
    at_start: dict[str, Floats]
    program: Program
    unread: frozenset[str]
    breaks: list[float]
    layout: Layout

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.staying.shape[-1])

    @property
    def bounds(self) -> Floats:
        """Bounds of the steps, array (bound,) [h]."""
        return self.program.steps.clock.bounds

    @cached_property
    def edges(self) -> Integers:
        """Bounds at midnights, and the first and the last bound, array (day + 1,)."""
        seconds = np.round((self.bounds - self.midnight) * SECONDS_PER_HOUR)
        at_midnight = seconds % (HOURS_PER_DAY * SECONDS_PER_HOUR) == 0
        at_midnight[[0, -1]] = True
        return np.flatnonzero(at_midnight)

    def in_order(self, draws: Integers) -> Inputs:
        """The same with all draws in another order."""
        return replace(
            self,
            staying=of_draws(self.staying, draws),
            constants={group: of_draws(array, draws) for group, array in self.constants.items()},
            at_start={group: of_draws(array, draws) for group, array in self.at_start.items()},
            program=self.program.cut(draws),
        )

    def rate(self, variable: Variables) -> Floats:
        """A rate in each epoch, array (epoch, place, draw)."""
        group = GROUP_OF[type(variable)]
        array = dict(zip(RATES, self.program.rates, strict=True))[group]
        return array[:, :, variable.row - RATES[group][0]]


def lay_out(
    scenario: Scenario,
    draws: Mapping[str, Floats] | None = None,
    *,
    departure_noise: Noise | None = None,
    leaving_hazard: tuple[Floats, Floats] | None = None,
    regular: Floats | None = None,
) -> Inputs:
    """A scenario, and draws (draw,) of some of its numbers by dotted path, as arrays; none means one draw.

    ``departure_noise`` multiplies the hazard of leaving; ``leaving_hazard``, hours and its sum up to then (time, draw),
    stands for all that the scenario says of who leaves the area of origin when. ``regular`` is where steps begin beside
    events [h], else they are as long as the scenario says.
    """
    values = Values(scenario, draws)
    breaks = [*_events(scenario), *_daily_events(values), *_ends_of_paces(values.draws)]
    starts = epochs_of(scenario, values.draws)
    layout = Layout(values, Sizes.of(scenario), scenario.timeline.bounds(breaks, regular), starts)
    choosing = choice.lay_out(layout)
    staying = departure.lay_out(layout)
    road.lay_out(layout)
    passing = checkpoint.lay_out(layout)
    supply = beds.lay_out(layout)
    hosting.lay_out(layout)
    registration.lay_out(layout)
    placing = placement.lay_out(layout)
    fleeing = flight.lay_out(layout)
    steps = _steps(layout, supply, departure_noise, leaving_hazard)
    return Inputs(
        sizes=layout.sizes,
        midnight=scenario.timeline.hour_of_day(0.0),
        nights=night_bounds(scenario.timeline, layout.bounds),
        staying=staying,
        constants=layout.constants,
        at_start=layout.at_start,
        program=Program(steps, Rates(*layout.rates.values()), choosing, passing, supply, placing, fleeing),
        unread=frozenset(values.unread),
        breaks=breaks,
        layout=layout,
    )


def over(inputs: Inputs, regular: Floats) -> Inputs:
    """The same without noise where other regular steps begin [h]: a third of the time of laying out anew."""
    timeline = inputs.layout.scenario.timeline
    layout = inputs.layout.over(timeline.bounds(inputs.breaks, regular))
    program = inputs.program._replace(steps=_steps(layout, inputs.program.supply))
    return replace(inputs, nights=night_bounds(timeline, layout.bounds), program=program, layout=layout)


def _steps(
    layout: Layout, supply: beds.Supply, noise: Noise | None = None, hazard: tuple[Floats, Floats] | None = None
) -> Steps:
    """What depends on the steps of a layout that all stages have filled in."""
    hours = np.round(np.diff(layout.bounds) * SECONDS_PER_HOUR) / SECONDS_PER_HOUR
    factors = None if noise is None else noise.over(layout.bounds)
    return Steps(
        clock=Clock(layout.bounds, hours, layout.epochs),
        leaving=departure.leaving(layout, factors, hazard),
        journeys=road.journeys(layout),
        onward=placement.onward(layout),
        asks=choice.asks(layout),
        night=checkpoint.nights(layout),
        staffed=registration.staffed(layout),
        beds_come=beds.come(layout, supply.orders),
    )


def epochs_of(scenario: Scenario, drawn: Iterable[str] = ()) -> Floats:
    """When each epoch begins, the time between two scheduled events, array (epoch,) [h]; ``drawn`` are paths of draws
    that are carried on, which may have paces.
    """
    events = [*_events(scenario), *_ends_of_paces(drawn)]
    return np.concatenate(([0.0], np.unique([event for event in events if 0 < event < scenario.timeline.hours])))


@remembered
def _events(scenario: Scenario) -> list[float]:
    """When what holds changes [h]."""
    timeline = scenario.timeline
    found = [
        timeline.hours_at(moment)
        for name in ("people", "timing", "aid")
        for path, moment in moments(getattr(scenario, name), name)
        if not path.endswith(".decided")
    ]
    for name, order in scenario.aid.surge.items():
        if not order.beds and f"aid.surge.{name}.beds" not in scenario.uncertain:
            continue  # what brings nothing breaks no step
        first = timeline.hours_at(order.decided) + order.lead_days * HOURS_PER_DAY
        found += [first, first + order.ramp_days * HOURS_PER_DAY]
    return found


def _ends_of_paces(drawn: Iterable[str]) -> list[float]:
    """When draws that are carried on begin to register or to move in at another pace [h]."""
    paths = paths_of_paces(drawn)
    return [end for of in (REGISTERING, DESKS, MOVING_IN, SEATS) for end, _ in paths.get(of, [])[:-1]]


def _daily_events(values: Values) -> list[float]:
    """When what holds changes each day, and when it is counted [h]."""
    scenario = values.scenario
    hours = {0.0, NIGHT_HOUR}  # days end and nights are counted at a bound, so that what is counted by date is exact
    for road_ in scenario.timing.roads.values():
        checks = road_.checkpoint
        differs = checks.night_factor != 1.0 or road_.path("checkpoint.night_factor") in values.draws
        if differs and checks.night_from_hour != checks.night_until_hour:
            hours |= {checks.night_from_hour % HOURS_PER_DAY, checks.night_until_hour % HOURS_PER_DAY}
    for point in scenario.aid.reception_points.values():
        for shift in point.shifts:
            hours |= {shift.from_hour % HOURS_PER_DAY, shift.until_hour % HOURS_PER_DAY}
    return scenario.timeline.daily(hours)


class Places(NamedTuple):
    """The state of a block: for each group an array that is flat (place, variable, draw)."""

    one: Floats
    routes: Floats
    districts: Floats
    legs: Floats
    entries: Floats
    points: Floats
    provinces: Floats
    pools: Floats
    journeys: Floats


class Recorded(NamedTuple):
    """What is recorded of each group: arrays (time, place, variable, draw)."""

    one: Floats
    routes: Floats
    districts: Floats
    legs: Floats
    points: Floats
    provinces: Floats
    pools: Floats
    journeys: Floats


class Memory(NamedTuple):
    """Cumulative curves of a block, for as long as they are read."""

    left_home: Floats
    """Who has set off, by vehicle and by bus (bound, leg, 2, draw)."""
    entrance: Floats
    """Who waits before the road and has entered it from beyond, by vehicle and by bus (bound, route, 4, draw)."""
    reached: Floats
    """Who has reached the queue, by vehicle and by bus (bound, route, 2, draw); one bound where no order counts."""
    passed: Floats
    """Vehicles that have passed the checkpoint (bound, route, draw)."""
    placed: Floats
    """Who has been placed (bound, journey, draw), from the only pool (bound, province, draw)."""
    first_in_queue: Integers
    """Step in which the first in the queue of each route reached it (route, draw)."""


class Block(NamedTuple):
    """The state of one block of draws."""

    places: Places
    memory: Memory

    def state(self, count: int) -> dict[str, Floats]:
        """The state as arrays (place, variable, draw) that share its memory, by group of places."""
        return {
            group: array.reshape(-1, rows, AT_ONCE)[:, :, :count]
            for (group, rows), array in zip(ROWS.items(), self.places, strict=True)
        }


def empty_block(inputs: Inputs) -> Block:
    """A block for programs of this size, to be filled by :func:`start`."""
    sizes, program = inputs.sizes, inputs.program
    journeys, bounds = program.steps.journeys, len(inputs.bounds)
    return Block(
        Places(*(_zeros(sizes.count(group) * rows * AT_ONCE) for group, rows in ROWS.items())),
        Memory(
            left_home=_zeros(journeys.outward.window * 2 * sizes.count(LEG) * AT_ONCE),
            entrance=_zeros(journeys.along.window * sizes.routes * ENTRANCE),
            reached=_zeros((bounds if program.passing.in_order else 1) * sizes.routes * PAIR),
            passed=_zeros(journeys.backward.window * sizes.routes * AT_ONCE),
            placed=_zeros(program.steps.onward.window * sizes.pools * sizes.provinces * AT_ONCE),
            first_in_queue=np.zeros((sizes.routes, AT_ONCE), dtype=np.int64),
        ),
    )


def _zeros(size: int) -> Floats:
    """Zeros that begin with a line of memory: vectors that lie across two lines take a third longer."""
    array = np.zeros(size + LINE)
    first = -(array.ctypes.data // array.itemsize) % LINE
    return array[first : first + size]


def start(block: Block, inputs: Inputs, draws: slice) -> None:
    """Put the people of some draws, a block side by side, where they are at the start.

    An empty block is still empty before the first draw; before others it is emptied.
    """
    count = draws.stop - draws.start
    if draws.start > 0:
        for array in (*block.places, *block.memory):
            array[:] = 0
    state = block.state(count)
    for group, array in state.items():
        if group in KEPT:
            array[:, : KEPT[group]] = inputs.at_start[group][..., draws]
        if group in CONSTANTS:
            array[:, slice(*CONSTANTS[group])] = inputs.constants[group][..., draws]
    one, provinces = state[ONE][0], state[PROVINCE]
    state[ROUTE][:, Route.throughput.row] = 1.0
    queued = state[ROUTE][:, Route.queue_by_vehicle.row]
    block.memory.reached.reshape(-1, len(queued), 2, AT_ONCE)[0, :, 0, :count] = queued
    for row in (Province.travelling_at_start, Province.cumulative_placed):
        provinces[:, row.row] = provinces[:, Province.travelling.row]
    journeys = state[JOURNEY]
    for at_start in (Journey.on_the_way_at_start, Journey.cumulative_sent):
        journeys[:, at_start.row] = journeys[:, Journey.on_the_way.row]
    on_the_way = journeys[:, Journey.on_the_way.row] if len(journeys) else provinces[:, Province.travelling.row]
    block.memory.placed.reshape(-1, len(on_the_way), AT_ONCE)[0, :, :count] = on_the_way
    across = [One.unregistered_hosted.row, One.awaiting_placement.row, One.left_country.row]
    abroad = (one[across], *(state[group][:, : STOCKS[group]].reshape(-1, count) for group in (POINT, PROVINCE)))
    one[One.cumulative_crossed.row] = sum_of_places(np.concatenate(abroad))
    put_entries_at_start(state)
