"""A scenario, and the draws of its uncertain values, laid out as arrays for the sweep.

Between two scheduled events nothing but people moves: such a stretch is an epoch, and every rate is one number in it.
Arrays end in the draw, so that the sweep reads neighbouring draws side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.departures import log_survival
from refugee_model.engine.rows import CONSTANTS, DISTRICT, ONE, POINT, PROVINCE, RATES, STOCKS, District, One, Point, Province, Sizes
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import SECONDS_PER_HOUR
from refugee_model.scenario.values import Change

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

UNLIMITED = 1e18
HOURS_PER_DAY = 24.0
POLICIES = ("proportional", "nearest", "shares", "order")


@dataclass(frozen=True)
class Delays:
    """Where to read cumulative curves that come out of a stretch of road after a fixed time.

    Attributes
    ----------
    bound : array (step, curve)
        Bound at which to start reading; -1 before the projection began.
    part : array (step, curve)
        Part of the way to the next bound; before the beginning, share of the first journey that is done.
    window : int
        Bounds that must be remembered at any time.
    """

    bound: Integers
    part: Floats
    window: int


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
    outward, backward, onward : Delays
        Home to checkpoint by district, room travelling back up the road, reception point to province.
    surge : array (order, 3, draw)
        Beds, hours at which the first comes, hours until the last has come.
    surge_province : array (order,)
        Province of each order.
    policy : int
        Position in ``POLICIES``.
    order : array (province,)
        Provinces in the order in which they are visited.
    """

    sizes: Sizes
    midnight: float
    bounds: Floats
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
    backward: Delays
    onward: Delays
    surge: Floats
    surge_province: Integers
    policy: int
    order: Integers

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.fuel.shape[-1])


class Values:
    """The values of a scenario by dotted path, each as an array over draws.

    Parameters
    ----------
    scenario : Scenario
        Where certain values come from.
    draws : mapping of str to array (draw,)
        Values that differ by draw, by dotted path.
    """

    def __init__(self, scenario: Scenario, draws: Mapping[str, Floats] | None = None) -> None:
        self.scenario = scenario
        self.draws = dict(draws or {})
        self.count = len(next(iter(self.draws.values()))) if self.draws else 1
        self.unread = set(self.draws)

    def number(self, path: str, value: float | None) -> Floats:
        """One value as array (draw,), the draws where the path is uncertain."""
        if path in self.draws:
            self.unread.discard(path)
            return np.asarray(self.draws[path], dtype=np.float64)
        return np.full(self.count, 0.0 if value is None else value)

    def schedule(self, path: str, value: Any, starts: Floats) -> Floats:
        """A value or a schedule as array (epoch, draw): what holds from each of ``starts`` [h] on."""
        if path in self.draws or not isinstance(value, tuple):
            return np.broadcast_to(self.number(path, value), (len(starts), self.count))
        changes = [self.number(f"{path}.{number}.value", change.value) for number, change in enumerate(value)]
        times = self.times(value)
        position = np.searchsorted(times, starts, side="right") - 1
        return np.stack(changes)[np.maximum(position, 0)]

    def times(self, changes: tuple[Change[float], ...]) -> list[float]:
        """Hours at which the entries of a schedule begin to hold; the first may hold from ever."""
        timeline = self.scenario.timeline
        return [timeline.hours_at(change.since) if change.since is not None else float("-inf") for change in changes]


def lay_out(scenario: Scenario, draws: Mapping[str, Floats] | None = None) -> Inputs:
    """A scenario and its draws as arrays.

    Parameters
    ----------
    scenario : Scenario
        The assumptions.
    draws : mapping of str to array (draw,), optional
        Values that differ by draw, by dotted path; none means one draw.

    Returns
    -------
    Inputs
        What the sweep needs.
    """
    values = Values(scenario, draws)
    sizes = Sizes(len(scenario.people.districts), len(scenario.aid.reception_points), len(scenario.aid.provinces))
    events = _events(scenario)
    bounds = scenario.timeline.bounds([*events, *_daily_events(values)])
    starts = np.concatenate(([0.0], np.unique([event for event in events if 0 < event < scenario.timeline.hours])))
    rates = _rates(values, sizes, starts)
    stocks, staying, people = _people(values, sizes)
    constants = _constants(values, sizes, people)
    # The middle of each step: bounds lie on the hours at which shifts change, and rounding could put them on either side.
    clock = np.round((0.5 * (bounds[:-1] + bounds[1:]) - scenario.timeline.hour_of_day(0.0)) % HOURS_PER_DAY, 6)
    survival, group, contagion = _survival(values, bounds, starts)
    surge, surge_province = _surge(values)
    return Inputs(
        sizes=sizes,
        midnight=scenario.timeline.hour_of_day(0.0),
        bounds=bounds,
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
        **_delays(scenario, bounds),
        surge=surge,
        surge_province=surge_province,
        policy=POLICIES.index(scenario.aid.placement.policy),
        order=_visiting_order(scenario),
    )


def _events(scenario: Scenario) -> list[float]:
    from refugee_model.scenario.check import moments

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
    hours = {0.0}  # days end at a bound, so that what is counted by date is exact
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


class Rates:
    """Rates being filled in: one array (epoch, place, rate, draw) for each kind of place."""

    def __init__(self, values: Values, sizes: Sizes, starts: Floats) -> None:
        self.values, self.starts = values, starts
        self.arrays = {kind: np.zeros((len(starts), sizes.count(kind), end - row, values.count)) for kind, (row, end) in RATES.items()}

    def of(self, row: One | Point | Province, place: int = 0) -> Floats:
        """The array (epoch, draw) of one rate of one place, to be filled."""
        kind = {One: ONE, Point: POINT, Province: PROVINCE}[type(row)]
        return self.arrays[kind][:, place, row.row - RATES[kind][0]]

    def schedule(self, path: str, value: Any) -> Floats:
        """A value or a schedule, array (epoch, draw)."""
        return self.values.schedule(path, value, self.starts)

    def within(self, span: Any) -> NDArray[np.bool_]:
        """Whether each epoch lies within a span with ``since`` and ``until``."""
        return _within(self.values.scenario, span, self.starts)


def _rates(values: Values, sizes: Sizes, starts: Floats) -> dict[str, Floats]:
    rates = Rates(values, sizes, starts)
    accommodation, onward, checkpoint = (
        values.scenario.timing.accommodation,
        values.scenario.timing.onward,
        values.scenario.timing.checkpoint,
    )
    for row, path, value in (
        (One.night_factor, "timing.checkpoint.night_factor", checkpoint.night_factor),
        (One.turned_back_share, "timing.checkpoint.turned_back_share", checkpoint.turned_back_share),
        (One.detained_share, "timing.checkpoint.detained_share", checkpoint.detained_share),
        (One.straight_share, "timing.accommodation.straight_to_relatives_share", accommodation.straight_to_relatives_share),
        (One.comes_forward, "timing.accommodation.comes_forward_per_hour", accommodation.comes_forward_per_hour),
        (One.asks_share, "timing.accommodation.asks_for_bed_share", accommodation.asks_for_bed_share),
        (One.comes_back, "timing.accommodation.comes_back_for_bed_per_hour", accommodation.comes_back_for_bed_per_hour),
    ):
        rates.of(row)[:] = rates.schedule(path, value)
    for row, path, per_day in (
        (One.moves_out, "timing.accommodation.moves_out_per_day", accommodation.moves_out_per_day),
        (One.leaves_country, "timing.onward.leaves_country_per_day", onward.leaves_country_per_day),
        (One.drifts, "timing.onward.drifts_per_day", onward.drifts_per_day),
    ):
        rates.of(row)[:] = rates.schedule(path, per_day) / HOURS_PER_DAY
    _put_transport_rates(rates)
    _put_checkpoint_rates(rates)
    _put_reception_rates(rates)
    _put_cash_effects(rates)
    _put_bed_rates(rates)
    return rates.arrays


def _put_transport_rates(rates: Rates) -> None:
    values, scenario = rates.values, rates.values.scenario
    corridor, transport, buses = scenario.timing.corridor, scenario.timing.transport, scenario.aid.evacuation_buses
    per_lane = rates.schedule("timing.corridor.vehicles_per_hour_per_lane", corridor.vehicles_per_hour_per_lane)
    is_open = 1.0 - _covered(scenario, corridor.closures, rates.starts)
    rates.of(One.road_capacity)[:] = per_lane * values.number("timing.corridor.lanes", corridor.lanes) * is_open[:, None]
    seats = values.number("aid.evacuation_buses.seats", buses.seats)
    trip = values.number("aid.evacuation_buses.round_trip_hours", buses.round_trip_hours)
    rates.of(One.bus_places)[:] = rates.schedule("aid.evacuation_buses.buses", buses.buses) * seats / trip
    for number, delivery in enumerate(transport.fuel_deliveries):
        hours = scenario.timeline.hours_at(delivery.at)
        if hours <= rates.starts[-1]:
            epoch = int(np.searchsorted(rates.starts, max(hours, 0.0), side="left"))
            rates.of(One.fuel_delivered)[epoch] += values.number(f"timing.transport.fuel_deliveries.{number}.litres", delivery.litres)


def _covered(scenario: Scenario, spans: Any, starts: Floats) -> Floats:
    """1 in the epochs that begin within one of the spans, 0 in the others."""
    covered = np.zeros(len(starts))
    for span in spans:
        covered[_within(scenario, span, starts)] = 1.0
    return covered


def _within(scenario: Scenario, span: Any, starts: Floats) -> NDArray[np.bool_]:
    since = scenario.timeline.hours_at(span.since)
    until = scenario.timeline.hours_at(span.until) if span.until is not None else np.inf
    return (starts >= since) & (starts < until)


def _put_checkpoint_rates(rates: Rates) -> None:
    values, path = rates.values, "timing.checkpoint"
    checkpoint = values.scenario.timing.checkpoint
    lanes = rates.schedule(f"{path}.lanes", checkpoint.lanes)
    rate, seconds, per_person = (rates.of(row) for row in (One.checkpoint_rate, One.checkpoint_seconds, One.checkpoint_seconds_per_person))
    if checkpoint.vehicles_per_hour is None:
        rate[:] = lanes * SECONDS_PER_HOUR
        seconds[:] = values.number(f"{path}.seconds_per_vehicle", checkpoint.seconds_per_vehicle)
        per_person[:] = values.number(f"{path}.seconds_per_person", checkpoint.seconds_per_person)
    else:
        rate[:] = rates.schedule(f"{path}.vehicles_per_hour", checkpoint.vehicles_per_hour)
        seconds[:] = 1.0
    for number, regime in enumerate(checkpoint.regimes):
        within = rates.within(regime)
        given = values.number(f"{path}.regimes.{number}.vehicles_per_hour", regime.vehicles_per_hour)
        if regime.vehicles_per_hour is None and regime.kind == "tandem":
            rate[within] *= 1.0 + values.number(f"{path}.tandem_gain", checkpoint.tandem_gain)
            continue
        if regime.vehicles_per_hour is None and regime.kind == "open":
            continue
        if regime.vehicles_per_hour is None and regime.kind == "inspection":
            each = values.number(f"{path}.inspection_vehicles_per_hour_per_lane", checkpoint.inspection_vehicles_per_hour_per_lane)
            given = lanes[within] * each
        rate[within], seconds[within], per_person[within] = given, 1.0, 0.0


def _put_reception_rates(rates: Rates) -> None:
    for number, (name, point) in enumerate(rates.values.scenario.aid.reception_points.items()):
        path = f"aid.reception_points.{name}"
        rates.of(Point.weight, number)[:] = rates.schedule(f"{path}.weight", point.weight)
        each = rates.values.number(f"{path}.people_per_desk_hour", point.people_per_desk_hour)
        rates.of(Point.registration_rate, number)[:] = rates.schedule(f"{path}.desks", point.desks) * each
    weights = rates.arrays[POINT][:, :, 0]
    total = _sum_of_places(weights.swapaxes(0, 1))[:, None]
    weights[:] = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def _put_cash_effects(rates: Rates) -> None:
    cash, centres = rates.values.scenario.aid.cash, rates.values.scenario.aid.community_centres
    coverage = rates.schedule("aid.cash.coverage", cash.coverage)
    rates.of(One.cash_coverage)[:] = coverage
    rates.of(One.comes_back)[:] *= 1.0 - coverage * rates.values.number("aid.cash.lowers_coming_back_by", cash.lowers_coming_back_by)
    rates.of(One.moves_out)[:] += coverage * rates.values.number("aid.cash.moves_out_per_day", cash.moves_out_per_day) / HOURS_PER_DAY
    each = rates.values.number("aid.community_centres.people_per_centre_hour", centres.people_per_centre_hour)
    rates.of(One.community_rate)[:] = rates.schedule("aid.community_centres.centres", centres.centres) * each


def _put_bed_rates(rates: Rates) -> None:
    aid, values = rates.values.scenario.aid, rates.values
    seats = UNLIMITED if aid.placement.seats_per_hour is None else aid.placement.seats_per_hour
    rates.of(One.placement_seats)[:] = rates.schedule("aid.placement.seats_per_hour", seats)
    rates.of(One.transit_places)[:] = rates.schedule("aid.transit_places", aid.transit_places)
    for number, (name, province) in enumerate(aid.provinces.items()):
        path = f"aid.provinces.{name}"
        season = rates.schedule(f"{path}.winter_factor", province.winter_factor)
        rates.of(Province.standing_beds, number)[:] = values.number(f"{path}.beds", province.beds) * season
        remaining = rates.of(Province.beds_remaining, number)
        remaining[:] = 1.0
        for loss_name, loss in aid.losses.items():
            if loss.province == name:
                remaining[rates.within(loss)] *= 1.0 - values.number(f"aid.losses.{loss_name}.share", loss.share)


def _sum_of_places(array: Floats) -> Floats:
    """Sum over the first axis, in order: the order of numpy's own sum, and so its last bit, depends on the number of draws."""
    total = np.zeros(array.shape[1:])
    for place in array:
        total += place
    return total


def _people(values: Values, sizes: Sizes) -> tuple[dict[str, Floats], Floats, Floats]:
    """Stocks at the start by kind, people who stay (district, draw), people who leave in the end (district, draw)."""
    people, departure = values.scenario.people, values.scenario.timing.departure
    total = values.number("people.total", people.total)
    leaving_share = values.number("timing.departure.share_leaving", departure.share_leaving)
    given = people.district_shares()
    shares = np.stack([values.number(f"people.districts.{name}.share", given[name]) for name in people.districts])
    sums = _sum_of_places(shares)
    shares = shares / np.where(sums > 0, sums, 1.0)
    live = shares * total
    at_home = np.maximum(live - np.asarray([people.now.leaving.get(name, 0.0) for name in people.districts])[:, None], 0.0)
    sums = _sum_of_places(at_home)
    at_home *= np.maximum(total - people.now.total, 0.0) / np.where(sums > 0, sums, 1.0)
    staying = np.minimum(at_home, live * (1.0 - leaving_share))
    stocks = _people_now(values, sizes)
    stocks[DISTRICT][:, District.willing.row] = at_home - staying
    return stocks, staying, live * leaving_share


def _people_now(values: Values, sizes: Sizes) -> dict[str, Floats]:
    scenario, now = values.scenario, values.scenario.people.now
    stocks = {kind: np.zeros((sizes.count(kind), count, values.count)) for kind, count in STOCKS.items()}
    own = values.number("timing.transport.own_vehicle_share", scenario.timing.transport.own_vehicle_share)
    for number, name in enumerate(scenario.people.districts):
        held_back = now.leaving.get(name, 0.0)
        stocks[DISTRICT][number, District.leaving_by_vehicle.row] = held_back * own
        stocks[DISTRICT][number, District.leaving_by_bus.row] = held_back - held_back * own
    for number, name in enumerate(scenario.aid.reception_points):
        stocks[POINT][number, Point.awaiting_registration.row] = now.awaiting_registration.get(name, 0.0)
    for number, name in enumerate(scenario.aid.provinces):
        for row, group in (
            (Province.travelling, now.travelling),
            (Province.sheltered, now.sheltered),
            (Province.hosted, now.hosted),
        ):
            stocks[PROVINCE][number, row.row] = group.get(name, 0.0)
    for one, there in (
        (One.on_road_by_vehicle, now.on_road),
        (One.detained, now.detained),
        (One.unregistered_hosted, now.unregistered_hosted),
        (One.awaiting_placement, now.awaiting_placement),
        (One.left_country, now.left_country),
    ):
        stocks[ONE][0, one.row] = there
    return stocks


def _constants(values: Values, sizes: Sizes, people: Floats) -> dict[str, Floats]:
    scenario = values.scenario
    transport, corridor, departure = scenario.timing.transport, scenario.timing.corridor, scenario.timing.departure
    constants = {kind: np.zeros((sizes.count(kind), end - row, values.count)) for kind, (row, end) in CONSTANTS.items()}
    per_vehicle = 0.0 if transport.fuel_litres is None else transport.fuel_litres_per_vehicle
    storage = (
        values.number("timing.corridor.length_km", corridor.length_km)
        * values.number("timing.corridor.lanes", corridor.lanes)
        * values.number("timing.corridor.jam_vehicles_per_km", corridor.jam_vehicles_per_km)
    )
    for row, array in (
        (One.people_per_vehicle, values.number("timing.transport.people_per_vehicle", transport.people_per_vehicle)),
        (One.people_per_bus, values.number("aid.evacuation_buses.seats", scenario.aid.evacuation_buses.seats)),
        (One.own_vehicle_share, values.number("timing.transport.own_vehicle_share", transport.own_vehicle_share)),
        (One.fuel_per_vehicle, values.number("timing.transport.fuel_litres_per_vehicle", per_vehicle)),
        (One.road_storage, storage),
        (One.innovation, values.number("timing.departure.innovation_per_hour", departure.innovation_per_hour)),
        (One.imitation, values.number("timing.departure.imitation_per_hour", departure.imitation_per_hour)),
    ):
        constants[ONE][0, row.row - CONSTANTS[ONE][0]] = array
    constants[DISTRICT][:, 0] = people
    _put_province_constants(values, constants[PROVINCE])
    return constants


def _put_province_constants(values: Values, constants: Floats) -> None:
    provinces, placement, first = values.scenario.aid.provinces, values.scenario.aid.placement, CONSTANTS[PROVINCE][0]
    relatives, drift, weight = (
        constants[:, row.row - first] for row in (Province.relatives_share, Province.drift_share, Province.placement_weight)
    )
    for number, (name, province) in enumerate(provinces.items()):
        path = f"aid.provinces.{name}"
        relatives[number] = values.number(f"{path}.relatives_weight", province.relatives_weight)
        drift[number] = values.number(f"{path}.drift_weight", province.drift_weight)
        weight[number] = 1.0
        if placement.policy == "shares":
            weight[number] = values.number(f"{path}.placement_share", province.placement_share)
        elif placement.policy == "nearest":
            scale = values.number("aid.placement.distance_scale_km", placement.distance_scale_km)
            weight[number] = np.exp(-values.number(f"{path}.road_km", province.road_km) / scale)
    for block in (relatives, drift):
        total = _sum_of_places(block)
        np.divide(block, np.where(total > 0, total, 1.0), out=block)


def _survival(values: Values, bounds: Floats, starts: Floats) -> tuple[Floats, Integers, bool]:
    """Share that stays at home over each step (step, group, draw), the group of each district, whether leaving spreads."""
    scenario = values.scenario
    departure, timeline = scenario.timing.departure, scenario.timeline
    begin = timeline.hours_at(departure.start)
    begins = [
        begin if district.departs_from is None else max(begin, timeline.hours_at(district.departs_from))
        for district in scenario.people.districts.values()
    ]
    groups = sorted(set(begins))
    factor = values.schedule("timing.departure.factor", departure.factor, starts)
    closed = _covered(scenario, scenario.timing.corridor.closures, starts)
    regimes = [regime for regime in scenario.timing.checkpoint.regimes if regime.kind == "closed"]
    closed = np.maximum(closed, _covered(scenario, regimes, starts))[:, None]
    while_closed = values.number("timing.departure.factor_while_closed", departure.factor_while_closed)
    factor = factor * np.where(closed > 0, while_closed, 1.0)
    epoch = np.searchsorted(starts, bounds[:-1], side="right") - 1
    survival = np.empty((len(bounds) - 1, len(groups), values.count))
    for number, first in enumerate(groups):
        survival[:, number] = np.exp(log_survival(values, bounds, first) * factor[epoch])
    return survival, np.asarray([groups.index(first) for first in begins]), departure.form == "contagion"


def _delays(scenario: Scenario, bounds: Floats) -> dict[str, Delays]:
    corridor, placement = scenario.timing.corridor, scenario.aid.placement
    outward = [district.distance_km / corridor.free_speed_kmh for district in scenario.people.districts.values()]
    onward = [province.road_km / placement.speed_kmh for province in scenario.aid.provinces.values()]
    backward = [corridor.length_km / corridor.backward_wave_kmh]
    return {
        "outward": _delay(bounds, outward, 1),
        "backward": _delay(bounds, backward, 0),
        "onward": _delay(bounds, onward, 1),
    }


def _delay(bounds: Floats, hours: list[float], ahead: int) -> Delays:
    """Where to read at the end of each step; ``ahead`` is 1 where the bound at the end of the step is already known."""
    steps = len(bounds) - 1
    target = bounds[1:, None] - np.asarray(hours)[None, :]
    known = np.arange(steps)[:, None] + ahead
    bound = np.searchsorted(bounds, target.ravel(), side="right").reshape(target.shape) - 1
    bound = np.minimum(bound, np.maximum(known - 1, 0))
    lower = np.maximum(bound, 0)
    part = np.minimum((target - bounds[lower]) / (bounds[lower + 1] - bounds[lower]), np.minimum(known, 1))
    before = bound < 0
    journey = 1.0 + target / np.where(np.asarray(hours) > 0, hours, 1.0)[None, :]
    part = np.where(before, np.maximum(journey, 0.0), np.maximum(part, 0.0))
    window = int(np.max(np.where(before, 1, known + 1 - lower), initial=1)) + 2
    return Delays(np.ascontiguousarray(bound), np.ascontiguousarray(part), window)


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
        surge[number, 1] = _to_second(timeline.hours_at(order.decided) + lead * HOURS_PER_DAY)
        surge[number, 2] = _to_second(values.number(f"{path}.ramp_days", order.ramp_days) * HOURS_PER_DAY)
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
