"""A scenario, and the draws of its uncertain values, laid out as arrays for the sweep.

Between two scheduled events nothing but people moves: such a stretch is an epoch, and every rate is one number in it.
Arrays end in the draw, so that the sweep reads neighbouring draws side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.beginning import constants_of, people_at_start
from refugee_model.engine.delays import Delays, delays_of
from refugee_model.engine.departures import survival_of
from refugee_model.engine.noise import Noise
from refugee_model.engine.observers import night_bounds
from refugee_model.engine.rates import rates_of
from refugee_model.engine.values import Values
from refugee_model.engine.variables import Sizes
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.schedules import moments
from refugee_model.scenario.timeline import HOURS_PER_DAY, NIGHT_HOUR, SECONDS_PER_HOUR

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

POLICIES = ("proportional", "nearest", "shares", "order")


@dataclass(frozen=True)
class Inputs:
    """All that the sweep needs.

    Attributes
    ----------
    sizes : Sizes
        Number of districts, reception points and provinces.
    midnight : float
        Hours from the start to the midnight on or before it, at most 0 [h].
    bounds : array (bound,) [h]
        Hours after the start.
    nights : array (night,)
        Bounds at which nights are counted.
    epoch : array (step,)
        Number of the epoch of each step.
    night : array (step,)
        Whether it is night at the checkpoint.
    staffed : array (step, point)
        Share of the desks that is staffed.
    rates : dict of array (epoch, place, rate, draw), by kind of place
        What holds in each epoch.
    constants : dict of array (place, constant, draw), by kind of place
        What holds throughout.
    staying : array (district, draw) [people]
        People who never leave home.
    stocks : dict of array (place, stock, draw), by kind of place [people]
        People at the start.
    fuel : array (draw,) [litres]
        Fuel at the start.
    survival : array (step, group, draw)
        Share of those at home who stay over the step; for contagion the decay it is worked out from.
    group : array (district,)
        Row of ``survival`` of each district.
    contagion : bool
        Whether leaving spreads.
    outward, approach, along, backward, onward : Delays
        Home to checkpoint and to the beginning of the road by district, along the whole road, room travelling back up the road,
        reception point to province.
    far : array (district,)
        Whether it lies beyond the beginning of the road.
    returning : array (step,) [h]
        Part of each step in which vehicles that pass the checkpoint give back room within the step.
    surge : array (order, 3, draw)
        Beds, hours at which the first comes, hours until the last has come.
    surge_province : array (order,)
        Province of each order.
    policy : int
        Position in ``POLICIES``.
    order : array (province,)
        Provinces in the order in which they are visited.
    unread : frozenset of str
        Paths of draws that change nothing here.
    """

    sizes: Sizes
    midnight: float
    bounds: Floats
    nights: Integers
    epoch: Integers
    night: NDArray[np.bool_]
    staffed: Floats
    rates: dict[str, Floats]
    constants: dict[str, Floats]
    staying: Floats
    stocks: dict[str, Floats]
    fuel: Floats
    survival: Floats
    group: Integers
    contagion: bool
    outward: Delays
    approach: Delays
    along: Delays
    backward: Delays
    onward: Delays
    far: Flags
    returning: Floats
    surge: Floats
    surge_province: Integers
    policy: int
    order: Integers
    unread: frozenset[str]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.fuel.shape[-1])


def lay_out(scenario: Scenario, draws: Mapping[str, Floats] | None = None, *, departure_noise: Noise | None = None) -> Inputs:
    """A scenario and its draws as arrays.

    Parameters
    ----------
    scenario : Scenario
        The assumptions.
    draws : mapping of str to array (draw,), optional
        Values that differ by draw, by dotted path; none means one draw.
    departure_noise : Noise, optional
        Multiplies the hazard of leaving; 1 unless given.

    Returns
    -------
    Inputs
        What the sweep needs.
    """
    values, corridor = Values(scenario, draws), scenario.timing.corridor
    sizes = Sizes(len(scenario.people.districts), len(scenario.aid.reception_points), len(scenario.aid.provinces))
    events = _events(scenario)
    bounds = scenario.timeline.bounds([*events, *_daily_events(values)])
    starts = epochs_of(scenario)
    rates = rates_of(values, sizes, starts)
    stocks, staying, people = people_at_start(values, sizes)
    constants = constants_of(values, sizes, people)
    # The middle of each step: bounds lie on the hours at which shifts change, and rounding could put them on either side.
    clock = np.round((0.5 * (bounds[:-1] + bounds[1:]) - scenario.timeline.hour_of_day(0.0)) % HOURS_PER_DAY, 6)
    survival, group, contagion = survival_of(values, bounds, starts, None if departure_noise is None else departure_noise.over(bounds))
    surge, surge_province = _surge(values)
    return Inputs(
        sizes=sizes,
        midnight=scenario.timeline.hour_of_day(0.0),
        bounds=bounds,
        nights=night_bounds(scenario.timeline, bounds),
        epoch=np.searchsorted(starts, bounds[:-1], side="right") - 1,
        night=_night(scenario, clock),
        staffed=_staffed(scenario, clock),
        rates=rates,
        constants=constants,
        staying=staying,
        stocks=stocks,
        fuel=values.number("timing.transport.fuel_litres", scenario.timing.transport.fuel_litres),
        survival=survival,
        group=group,
        contagion=contagion,
        **delays_of(scenario, bounds),
        far=np.asarray([district.distance_km > corridor.length_km for district in scenario.people.districts.values()]),
        returning=np.maximum(np.diff(bounds) - corridor.length_km / corridor.backward_wave_kmh, 0.0),
        surge=surge,
        surge_province=surge_province,
        policy=POLICIES.index(scenario.aid.placement.policy),
        order=_visiting_order(scenario),
        unread=frozenset(values.unread),
    )


def epochs_of(scenario: Scenario) -> Floats:
    """When each epoch begins, the time between two scheduled events, array (epoch,) [h]."""
    return np.concatenate(([0.0], np.unique([event for event in _events(scenario) if 0 < event < scenario.timeline.hours])))


def _events(scenario: Scenario) -> list[float]:
    timeline = scenario.timeline
    found = [
        timeline.hours_at(moment)
        for name in ("people", "timing", "aid")
        for path, moment in moments(getattr(scenario, name), name)
        if not path.endswith(".decided")
    ]
    for order in scenario.aid.surge.values():
        first = timeline.hours_at(order.decided) + order.lead_days * 24.0
        found += [first, first + order.ramp_days * 24.0]
    return found


def _daily_events(values: Values) -> list[float]:
    scenario, checkpoint = values.scenario, values.scenario.timing.checkpoint
    hours = {0.0, NIGHT_HOUR}  # days end and nights are counted at a bound, so that what is counted by date is exact
    differs = checkpoint.night_factor != 1.0 or "timing.checkpoint.night_factor" in values.draws
    if differs and checkpoint.night_from_hour != checkpoint.night_until_hour:
        hours |= {checkpoint.night_from_hour % 24.0, checkpoint.night_until_hour % 24.0}
    for point in scenario.aid.reception_points.values():
        for shift in point.shifts:
            hours |= {shift.from_hour % 24.0, shift.until_hour % 24.0}
    return scenario.timeline.daily(hours)


def _night(scenario: Scenario, clock: Floats) -> NDArray[np.bool_]:
    start, end = scenario.timing.checkpoint.night_from_hour, scenario.timing.checkpoint.night_until_hour
    if start == end:
        return np.zeros(len(clock), dtype=bool)
    return (clock >= start) & (clock < end) if start < end else (clock >= start) | (clock < end)


def _staffed(scenario: Scenario, clock: Floats) -> Floats:
    staffed = np.ones((len(clock), len(scenario.aid.reception_points)))
    for number, point in enumerate(scenario.aid.reception_points.values()):
        if point.shifts:
            hours, inverse = np.unique(clock, return_inverse=True)
            shares = [sum(shift.share for shift in point.shifts if shift.covers(hour)) for hour in hours]
            staffed[:, number] = np.asarray(shares)[inverse]
    return staffed


def _to_second(hours: Floats) -> Floats:
    """Rounded to the second, as bounds are: a bed that comes at a bound is not there before it."""
    rounded: Floats = np.round(hours * SECONDS_PER_HOUR) / SECONDS_PER_HOUR
    return rounded


def _surge(values: Values) -> tuple[Floats, Integers]:
    aid, timeline = values.scenario.aid, values.scenario.timeline
    names = list(aid.provinces)
    surge = np.zeros((len(aid.surge), 3, values.count))
    for number, (name, order) in enumerate(aid.surge.items()):
        path = f"aid.surge.{name}"
        lead = values.number(f"{path}.lead_days", order.lead_days)
        surge[number, 0] = values.number(f"{path}.beds", order.beds)
        surge[number, 1] = timeline.hours_at(order.decided) + lead * HOURS_PER_DAY
        surge[number, 2] = values.number(f"{path}.ramp_days", order.ramp_days) * HOURS_PER_DAY
    surge[:, 1:] = _to_second(surge[:, 1:])
    return surge, np.asarray([names.index(order.province) for order in aid.surge.values()], dtype=np.int64)


def _visiting_order(scenario: Scenario) -> Integers:
    names = list(scenario.aid.provinces)
    placement = scenario.aid.placement
    if placement.policy == "order":
        return np.asarray([names.index(name) for name in placement.order], dtype=np.int64)
    if placement.policy == "nearest":
        distances = [province.road_km for province in scenario.aid.provinces.values()]
        return np.argsort(distances, kind="stable").astype(np.int64)
    return np.arange(len(names), dtype=np.int64)
