"""From home to the queue at the checkpoint, for those who live along the road: rules 2 and 3.

Those who live beyond it come to its beginning first: see ``approach.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refugee_model.engine.delays import Delays, delays_of
from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import above_rounding, road_room, share_of
from refugee_model.engine.stages.checkpoint import capacity
from refugee_model.engine.variables import AT_ONCE, District, Leg, One, Route
from refugee_model.engine.workspace import (
    DISTRICT_SIZE,
    LEG_SIZE,
    ROUTE_SIZE,
    Flags,
    Floats,
    Integers,
    inner,
    offset,
    slot,
)
from refugee_model.scenario.network import routes_inside

NEARLY_EMPTY = 1e-3
"""Share of the vehicles that a road holds, so few that they leave it nearly empty."""


class Journeys(NamedTuple):
    """How long people are on their way to the checkpoint; the same in all draws."""

    outward: Delays
    """From home to the checkpoint, by leg: a district and a route."""
    approach: Delays
    """From home to the beginning of the road, by leg."""
    along: Delays
    """Along the whole road, by route."""
    backward: Delays
    """Of room travelling back up the road, by route."""
    returning: Floats
    """Part of each step in which vehicles that pass the checkpoint give back room within the step (step, route) [h]."""
    far: Flags
    """Whether each district lies beyond the beginning of the road (leg,)."""
    some_far: Flags
    """Whether any does, by route."""


def lay_out(layout: Layout) -> None:
    """What each road carries and holds, and what people travel with."""
    _put_transport(layout)
    _put_roads(layout)


def journeys(layout: Layout) -> Journeys:
    """How long journeys on each road take."""
    bounds, roads, ways = layout.bounds, layout.roads, _kilometres(layout)
    lengths = [road.corridor.length_km for road in roads]
    speeds = [road.corridor.free_speed_kmh for road in roads]
    outward = [km / speed for of_road, speed in zip(ways, speeds, strict=True) for km in of_road]
    before = [
        max(0.0, km - length) / speed
        for of_road, length, speed in zip(ways, lengths, speeds, strict=True)
        for km in of_road
    ]
    back = [length / road.corridor.backward_wave_kmh for length, road in zip(lengths, roads, strict=True)]
    far = np.asarray([km > length for of_road, length in zip(ways, lengths, strict=True) for km in of_road])
    return Journeys(
        outward=delays_of(bounds, outward, known=True),
        approach=delays_of(bounds, before, known=True),
        along=delays_of(bounds, [length / speed for length, speed in zip(lengths, speeds, strict=True)], known=True),
        backward=delays_of(bounds, back, known=False),
        returning=np.maximum(np.diff(bounds)[:, None] - np.asarray(back), 0.0),
        far=far,
        some_far=np.asarray([of_road.any() for of_road in np.split(far, len(roads))]),
    )


def _kilometres(layout: Layout) -> list[list[float]]:
    """How far it is from each district, by road [km]; 0 where nobody goes that way."""
    people, names = layout.scenario.people, layout.scenario.timing.roads
    ways = [district.ways(names) for district in people.districts.values()]
    return [[of_district.get(road, ("", 0.0))[1] for of_district in ways] for road in names]


def _put_transport(layout: Layout) -> None:
    """Vehicles, buses and fuel."""
    values, transport = layout.values, layout.scenario.timing.transport
    per_vehicle, seats = values["timing.transport.people_per_vehicle"], values["aid.evacuation_buses.seats"]
    layout.of(One.people_per_vehicle)[:] = per_vehicle
    layout.of(One.people_per_bus)[:] = seats
    layout.of(One.vehicles_per_person)[:] = 1.0 / per_vehicle
    layout.of(One.buses_per_person)[:] = 1.0 / seats
    layout.of(One.own_vehicle_share)[:] = values["timing.transport.own_vehicle_share"]
    if transport.fuel_litres is not None:
        layout.of(One.fuel_per_vehicle)[:] = values["timing.transport.fuel_litres_per_vehicle"]
    layout.of(One.fuel)[:] = values["timing.transport.fuel_litres"]
    buses = layout.schedule("aid.evacuation_buses.buses")
    layout.of(One.bus_places)[:] = buses * seats / values["aid.evacuation_buses.round_trip_hours"]
    for number, delivery in enumerate(transport.fuel_deliveries):
        hours = layout.scenario.timeline.hours_at(delivery.at)
        if 0.0 <= hours <= layout.starts[-1]:
            epoch = int(np.searchsorted(layout.starts, hours, side="left"))
            layout.of(One.fuel_delivered)[epoch] += values[f"timing.transport.fuel_deliveries.{number}.litres"]


def _put_roads(layout: Layout) -> None:
    """What each road carries and holds, and who is on it at the start: in the queue, in private vehicles."""
    values, within = layout.values, routes_inside(layout.scenario)
    for number, (road, ways) in enumerate(zip(layout.roads, _kilometres(layout), strict=True)):
        corridor, on_road = road.corridor, values.now("on_road_by_route", road.name)
        on_road = on_road + (values.now("on_road") if number == 0 else 0.0)
        lanes, jam = values[road.path("corridor.lanes")], values[road.path("corridor.jam_vehicles_per_km")]
        is_open = 1.0 - layout.within_any(corridor.closures)[:, None]
        flow = layout.schedule(road.path("corridor.vehicles_per_hour_per_lane"))
        layout.of(Route.road_capacity, number)[:] = flow * lanes * is_open
        storage = values[road.path("corridor.length_km")] * lanes * jam
        layout.of(Route.road_storage, number)[:] = storage
        layout.of(Route.from_abroad, number)[:] = 0.0 if within[number] else 1.0
        layout.of(Route.approach_flow, number)[:] = corridor.free_speed_kmh * lanes * jam
        own = f"timing.routes.{road.name}.bus_weight"
        layout.of(Route.bus_weight, number)[:] = layout.schedule(own) if layout.scenario.timing.routes else 1.0
        legs = slice(number * len(ways), (number + 1) * len(ways))
        before_road = np.maximum(np.asarray(ways) - corridor.length_km, 0.0)[:, None]
        layout.of(Leg.approach_storage, legs)[:] = before_road * lanes * jam
        vehicles = on_road / values["timing.transport.people_per_vehicle"]
        layout.of(Route.on_road_by_vehicle, number)[:] = on_road
        layout.of(Route.queue_by_vehicle, number)[:] = on_road
        layout.of(Route.entered_vehicles, number)[:] = vehicles
        layout.of(Route.most_entered_vehicles, number)[:] = np.maximum(storage, vehicles)


@inner
def deliver_fuel(one: Floats, draws: int) -> None:
    """Rule 2: fuel that comes at the beginning of an epoch."""
    for draw in range(draws):
        one[One.fuel + draw] += one[One.fuel_delivered + draw]


@inner
def share_transport(one: Floats, routes: Floats, hours: float, draws: int) -> None:
    """Rule 2: what share of those with a vehicle has fuel, who wants a seat, and seats left for people without fuel.

    Seats are shared out over the routes twice: to those without a vehicle, and what these leave to those without fuel.
    So the last of the former say no more about where buses go than their number does.
    """
    for draw in range(draws):
        fuel, fuel_each = one[One.fuel + draw], one[One.fuel_per_vehicle + draw]
        vehicles_ready = one[One.with_vehicle + draw] / one[One.people_per_vehicle + draw]
        one[One.fuelled + draw] = (
            share_of(fuel, vehicles_ready * fuel_each) if vehicles_ready * fuel_each > 0.0 else 1.0
        )
        one[One.seats + draw] = one[One.bus_places + draw] * hours
        one[One.seats_left + draw] = one[One.seats + draw]
        one[One.want_seats + draw] = 0.0
        one[One.want_seats_for_fuel + draw] = 0.0
    for route in range(len(routes) // ROUTE_SIZE):
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            weight, fuelled = routes[at + Route.bus_weight + draw], one[One.fuelled + draw]
            no_fuel = without_fuel(
                routes[at + Route.with_vehicle + draw], fuelled, routes[at + Route.from_abroad + draw]
            )
            one[One.want_seats + draw] += weight * routes[at + Route.without_vehicle + draw]
            one[One.want_seats_for_fuel + draw] += weight * no_fuel
    for route in range(len(routes) // ROUTE_SIZE):
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            weight, without = routes[at + Route.bus_weight + draw], routes[at + Route.without_vehicle + draw]
            here = share_of(weight * without, one[One.want_seats + draw])
            one[One.seats_left + draw] -= min(without, one[One.seats + draw] * here)


@inner
def without_fuel(with_vehicle: float, fuelled: float, from_abroad: float) -> float:
    """People of a route whose vehicle has no fuel; it is short in the area of origin only."""
    return with_vehicle * (1.0 - fuelled) if from_abroad > 0.0 else 0.0


@inner
def find_transport(one: Floats, routes: Floats, at: int, draws: int) -> None:
    """Rule 2: of those held back, what shares have fuel or a seat, and how many vehicles and buses that makes."""
    at = offset(at)
    for draw in range(draws):
        with_vehicle, without = routes[at + Route.with_vehicle + draw], routes[at + Route.without_vehicle + draw]
        weight, from_abroad = routes[at + Route.bus_weight + draw], routes[at + Route.from_abroad + draw]
        no_fuel = without_fuel(with_vehicle, one[One.fuelled + draw], from_abroad)
        fuelled = one[One.fuelled + draw] if from_abroad > 0.0 else 1.0
        vehicles_ready = with_vehicle / one[One.people_per_vehicle + draw]
        seated = min(without, one[One.seats + draw] * share_of(weight * without, one[One.want_seats + draw]))
        left = max(0.0, one[One.seats_left + draw])
        extra = min(no_fuel, left * share_of(weight * no_fuel, one[One.want_seats_for_fuel + draw]))
        routes[at + Route.vehicles_ready + draw] = vehicles_ready * fuelled
        routes[at + Route.buses_ready + draw] = (seated + extra) / one[One.people_per_bus + draw]
        routes[at + Route.vehicle_share + draw] = fuelled
        routes[at + Route.bus_share + draw] = share_of(seated, without)
        routes[at + Route.extra_share + draw] = share_of(extra, with_vehicle)


@inner
def find_room(
    one: Floats,
    routes: Floats,
    route: int,
    passed_curve: Floats,
    bound: int,
    part: float,
    returning: float,
    hours: float,
    draws: int,
) -> None:
    """Rule 3: vehicles that can enter the road in this step.

    ``passed_curve`` (bound, route, draw) is the memory of vehicles that have passed the checkpoint; it is read one
    backward wave ago. Where the wave takes less than the step, ``returning`` is the time [h] of the step in
    which vehicles that pass still give back room.
    """
    at, width = offset(route * ROUTE_SIZE), len(routes) // ROUTE_SIZE * AT_ONCE
    slots = len(passed_curve) // width
    low = offset(slot(max(bound, 0), slots) * width + route * AT_ONCE)
    high = offset(slot(max(bound, 0) + 1, slots) * width + route * AT_ONCE)
    known = 1.0 if bound >= 0 else 0.0
    for draw in range(draws):
        passed_earlier = known * (passed_curve[low + draw] * (1.0 - part) + passed_curve[high + draw] * part)
        storage, entered = routes[at + Route.road_storage + draw], routes[at + Route.entered_vehicles + draw]
        routes[at + Route.room + draw] = road_room(passed_earlier, storage, entered)
    if returning > 0.0:
        for draw in range(draws):
            in_cars, in_buses = routes[at + Route.on_road_by_vehicle + draw], routes[at + Route.on_road_by_bus + draw]
            vehicles = in_cars / one[One.people_per_vehicle + draw] + in_buses / one[One.people_per_bus + draw]
            # A few more cars, so that a millionth of a person on an empty road does not say who passes.
            few, each = NEARLY_EMPTY * routes[at + Route.road_storage + draw], one[One.people_per_vehicle + draw]
            occupancy = (in_cars + in_buses + few * each) / (vehicles + few) if vehicles + few > 0.0 else each
            passing = capacity(
                routes[at + Route.checkpoint_rate + draw],
                routes[at + Route.checkpoint_seconds + draw],
                routes[at + Route.checkpoint_seconds_per_person + draw],
                occupancy,
                returning,
                routes[at + Route.by_this_hour + draw],
                routes[at + Route.throughput + draw],
            )
            room = (
                passing
                + (passed_curve[low + draw] * (1.0 - part) + passed_curve[high + draw] * part)
                + routes[at + Route.road_storage + draw]
            )
            routes[at + Route.room + draw] = max(0.0, room - routes[at + Route.entered_vehicles + draw])
    for draw in range(draws):
        room = routes[at + Route.room + draw]
        routes[at + Route.most_entered_vehicles + draw] = routes[at + Route.entered_vehicles + draw] + room
        routes[at + Route.room + draw] = min(room, routes[at + Route.road_capacity + draw] * hours)


@inner
def share_road(one: Floats, routes: Floats, at: int, draws: int) -> None:
    """Rules 2 and 3: what share of those who are ready can set off, where everyone lives along the road.

    Buses enter first: they come a few an hour, and set against all the vehicles that stand ready their part of the room
    would shrink with the length of the step.
    """
    at = offset(at)
    for draw in range(draws):
        vehicles, buses = routes[at + Route.vehicles_ready + draw], routes[at + Route.buses_ready + draw]
        room = routes[at + Route.room + draw]
        by_bus = share_of(room, buses)
        by_vehicle = share_of(max(0.0, room - buses * by_bus), vehicles)
        routes[at + Route.entered_vehicles + draw] += vehicles * by_vehicle + buses * by_bus
        each = one[One.fuel_per_vehicle + draw] * routes[at + Route.from_abroad + draw]
        one[One.fuel + draw] = max(0.0, one[One.fuel + draw] - vehicles * by_vehicle * each)
        routes[at + Route.vehicle_share + draw] *= by_vehicle
        routes[at + Route.bus_share + draw] *= by_bus
        routes[at + Route.extra_share + draw] *= by_bus


@inner
def set_off(
    routes: Floats,
    districts: Floats,
    legs: Floats,
    taken: Flags,
    route: int,
    left_home: Floats,
    some_far: bool,
    bound: int,
    first: bool,
    flows: bool,
    draws: int,
) -> None:
    """Rule 2: those shares set off; ``left_home`` (bound, leg x 2, draw) remembers by vehicle and by bus.

    ``first`` says whether this is the first route of the step.
    """
    curves, to = 2 * (len(legs) // LEG_SIZE) * AT_ONCE, offset(route * ROUTE_SIZE)
    present, number = slot(bound, len(left_home) // curves) * curves, len(districts) // DISTRICT_SIZE
    if flows:
        for draw in range(draws):
            routes[to + Route.joined_by_vehicle + draw] = 0.0
            routes[to + Route.joined_by_bus + draw] = 0.0
    for district in range(number):
        of_leg = route * number + district
        if not taken[of_leg] and not first:
            continue
        leg, now = offset(of_leg * LEG_SIZE), offset(present + 2 * of_leg * AT_ONCE)
        if not some_far:
            for draw in range(draws):
                legs[leg + Leg.vehicle_share + draw] = routes[to + Route.vehicle_share + draw]
                legs[leg + Leg.bus_share + draw] = routes[to + Route.bus_share + draw]
                legs[leg + Leg.extra_share + draw] = routes[to + Route.extra_share + draw]
        leave_home(legs, leg, left_home, now, draws)
        for draw in range(draws):
            routes[to + Route.on_road_by_vehicle + draw] += legs[leg + Leg.went_by_vehicle + draw]
            routes[to + Route.on_road_by_bus + draw] += legs[leg + Leg.went_by_bus + draw]
        count_those_left(districts, district, legs, leg, first, flows, draws)
        if flows:
            for draw in range(draws):
                routes[to + Route.joined_by_vehicle + draw] += legs[leg + Leg.went_by_vehicle + draw]
                routes[to + Route.joined_by_bus + draw] += legs[leg + Leg.went_by_bus + draw]


@inner
def leave_home(legs: Floats, leg: int, left_home: Floats, now: int, draws: int) -> None:
    """Those of one district; of people without fuel some take a bus.

    Loops over few arrays each, or the compiler would not use vector instructions.
    """
    leg, now = offset(leg), offset(now)
    for draw in range(draws):
        ready, waiting = legs[leg + Leg.waiting_by_vehicle + draw], legs[leg + Leg.waiting_by_bus + draw]
        by_vehicle = ready * legs[leg + Leg.vehicle_share + draw]
        for_want = min(ready * legs[leg + Leg.extra_share + draw], ready - by_vehicle)
        by_bus = waiting * legs[leg + Leg.bus_share + draw]
        legs[leg + Leg.waiting_by_vehicle + draw] = max(0.0, ready - by_vehicle - for_want)
        legs[leg + Leg.waiting_by_bus + draw] = waiting - by_bus
        legs[leg + Leg.went_by_vehicle + draw] = by_vehicle
        legs[leg + Leg.went_by_bus + draw] = by_bus + for_want
        legs[leg + Leg.went_without_vehicle + draw] = by_bus
        legs[leg + Leg.went_for_want_of_fuel + draw] = for_want
        all_by_vehicle = legs[leg + Leg.cumulative_set_off_by_vehicle + draw] + by_vehicle
        all_by_bus = legs[leg + Leg.cumulative_set_off_by_bus + draw] + (by_bus + for_want)
        legs[leg + Leg.cumulative_set_off_by_vehicle + draw] = all_by_vehicle
        legs[leg + Leg.cumulative_set_off_by_bus + draw] = all_by_bus
        left_home[now + draw] = all_by_vehicle
        left_home[now + AT_ONCE + draw] = all_by_bus


@inner
def count_those_left(
    districts: Floats, district: int, legs: Floats, leg: int, first: bool, flows: bool, draws: int
) -> None:
    """Those of one district who are held at home, and if so wished those who are not, over all its routes."""
    at, leg = offset(district * DISTRICT_SIZE), offset(leg)
    if first:
        for draw in range(draws):
            districts[at + District.leaving_by_vehicle + draw] = legs[leg + Leg.waiting_by_vehicle + draw]
            districts[at + District.leaving_by_bus + draw] = legs[leg + Leg.waiting_by_bus + draw]
    else:
        for draw in range(draws):
            districts[at + District.leaving_by_vehicle + draw] += legs[leg + Leg.waiting_by_vehicle + draw]
            districts[at + District.leaving_by_bus + draw] += legs[leg + Leg.waiting_by_bus + draw]
    if flows:
        for draw in range(draws):
            by_vehicle, by_bus = legs[leg + Leg.went_by_vehicle + draw], legs[leg + Leg.went_without_vehicle + draw]
            for_want = legs[leg + Leg.went_for_want_of_fuel + draw]
            other_by_vehicle = 0.0 if first else districts[at + District.set_off_by_vehicle + draw]
            other_by_bus = 0.0 if first else districts[at + District.set_off_by_bus + draw]
            other_for_want = 0.0 if first else districts[at + District.set_off_by_bus_for_want_of_fuel + draw]
            districts[at + District.set_off_by_vehicle + draw] = other_by_vehicle + by_vehicle
            districts[at + District.set_off_by_bus + draw] = other_by_bus + by_bus
            districts[at + District.set_off_by_bus_for_want_of_fuel + draw] = other_for_want + for_want


@inner
def drive(
    routes: Floats,
    route: int,
    districts: int,
    left_home: Floats,
    taken: Flags,
    far: Flags,
    bounds: Integers,
    parts: Floats,
    step: int,
    draws: int,
) -> None:
    """Rule 3: those along the road who set off one journey ago should have reached the queue, less those who have."""
    at = offset(route * ROUTE_SIZE)
    for draw in range(draws):
        routes[at + Route.reached_by_vehicle + draw] = -routes[at + Route.cumulative_reached_by_vehicle + draw]
        routes[at + Route.reached_by_bus + draw] = -routes[at + Route.cumulative_reached_by_bus + draw]
    for leg in range(route * districts, (route + 1) * districts):
        if taken[leg] and not far[leg]:
            row, bound, part = at + Route.reached_by_vehicle, bounds[step, leg], parts[step, leg]
            read_journey(routes, row, left_home, len(far), leg, bound, part, draws)


@inner
def read_journey(
    target: Floats, row: int, left_home: Floats, legs: int, leg: int, bound: int, part: float, draws: int
) -> None:
    """Add those of a district who had set off one journey ago, by vehicle and by bus, to two rows of a target."""
    curves, curve, at = 2 * legs * AT_ONCE, 2 * leg * AT_ONCE, offset(row)
    slots = len(left_home) // curves
    low, high = offset(slot(bound, slots) * curves + curve), offset(slot(bound + 1, slots) * curves + curve)
    if bound >= 0:
        for draw in range(draws):
            target[at + draw] += left_home[low + draw] * (1.0 - part) + left_home[high + draw] * part
            target[at + AT_ONCE + draw] += (
                left_home[low + AT_ONCE + draw] * (1.0 - part) + left_home[high + AT_ONCE + draw] * part
            )


@inner
def reach(one: Floats, routes: Floats, at: int, hours: float, draws: int) -> None:
    """Rule 3: they do reach it, as fast as the road carries them."""
    at = offset(at)
    for draw in range(draws):
        by_vehicle = above_rounding(
            routes[at + Route.reached_by_vehicle + draw], routes[at + Route.cumulative_reached_by_vehicle + draw]
        )
        by_bus = above_rounding(
            routes[at + Route.reached_by_bus + draw], routes[at + Route.cumulative_reached_by_bus + draw]
        )
        vehicles = by_vehicle / one[One.people_per_vehicle + draw] + by_bus / one[One.people_per_bus + draw]
        through = share_of(routes[at + Route.road_capacity + draw] * hours, vehicles)
        routes[at + Route.reached_by_vehicle + draw] = by_vehicle * through
        routes[at + Route.reached_by_bus + draw] = by_bus * through
        routes[at + Route.cumulative_reached_by_vehicle + draw] += by_vehicle * through
        routes[at + Route.cumulative_reached_by_bus + draw] += by_bus * through
        routes[at + Route.queue_by_vehicle + draw] += by_vehicle * through
        routes[at + Route.queue_by_bus + draw] += by_bus * through


@inner
def is_empty(routes: Floats, at: int, draws: int) -> bool:
    """Whether nobody has waited for a route, is on it or has left it in this step, in any draw."""
    at, some = offset(at), 0
    for draw in range(draws):
        people = routes[at + Route.with_vehicle + draw] + routes[at + Route.without_vehicle + draw]
        people += routes[at + Route.on_road_by_vehicle + draw] + routes[at + Route.on_road_by_bus + draw]
        people += routes[at + Route.queue_by_vehicle + draw] + routes[at + Route.queue_by_bus + draw]
        people += routes[at + Route.reached_by_vehicle + draw] + routes[at + Route.reached_by_bus + draw]
        people += routes[at + Route.passed_by_vehicle + draw] + routes[at + Route.passed_by_bus + draw]
        some += 1 if people > 0.0 else 0
    return some == 0
