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
from refugee_model.engine.variables import LANES, District, Leg, One, Route
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
def deliver_fuel(one: Floats, lanes: int) -> None:
    """Rule 2: fuel that comes at the beginning of an epoch."""
    for lane in range(lanes):
        one[One.fuel + lane] += one[One.fuel_delivered + lane]


@inner
def share_fuel(one: Floats, routes: Floats, lanes: int) -> None:
    """Rule 2: of all who have a vehicle, what share has fuel; how many want a seat, weighed by the buses of a route."""
    for lane in range(lanes):
        fuel, fuel_each = one[One.fuel + lane], one[One.fuel_per_vehicle + lane]
        vehicles_ready = one[One.with_vehicle + lane] / one[One.people_per_vehicle + lane]
        one[One.fuelled + lane] = (
            share_of(fuel, vehicles_ready * fuel_each) if vehicles_ready * fuel_each > 0.0 else 1.0
        )
        one[One.want_seats + lane] = 0.0
        one[One.want_seats_by_vehicle + lane] = 0.0
    for route in range(len(routes) // ROUTE_SIZE):
        at = offset(route * ROUTE_SIZE)
        for lane in range(lanes):
            weight = routes[at + Route.bus_weight + lane]
            one[One.want_seats + lane] += weight * routes[at + Route.without_vehicle + lane]
            one[One.want_seats_by_vehicle + lane] += weight * routes[at + Route.with_vehicle + lane]


@inner
def find_transport(one: Floats, routes: Floats, at: int, hours: float, lanes: int) -> None:
    """Rule 2: of those held back, what shares have fuel or a seat, and how many vehicles and buses that makes."""
    at = offset(at)
    for lane in range(lanes):
        with_vehicle, without = routes[at + Route.with_vehicle + lane], routes[at + Route.without_vehicle + lane]
        weight, wanting = routes[at + Route.bus_weight + lane], one[One.want_seats + lane]
        by_vehicle = share_of(weight * with_vehicle, one[One.want_seats_by_vehicle + lane])
        here = share_of(weight * without, wanting) if wanting > 0.0 else by_vehicle
        fuelled = one[One.fuelled + lane] if routes[at + Route.from_abroad + lane] > 0.0 else 1.0
        vehicles_ready = with_vehicle / one[One.people_per_vehicle + lane]
        places = one[One.bus_places + lane] * hours * here
        seated = min(without, places)
        extra = min(with_vehicle * (1.0 - fuelled), places - seated)
        routes[at + Route.vehicles_ready + lane] = vehicles_ready * fuelled
        routes[at + Route.buses_ready + lane] = (seated + extra) / one[One.people_per_bus + lane]
        routes[at + Route.vehicle_share + lane] = fuelled
        routes[at + Route.bus_share + lane] = share_of(seated, without)
        routes[at + Route.extra_share + lane] = share_of(extra, with_vehicle)


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
    lanes: int,
) -> None:
    """Rule 3: vehicles that can enter the road in this step.

    ``passed_curve`` (bound, route, lane) is the memory of vehicles that have passed the checkpoint; it is read one
    backward wave ago. Where the wave takes less than the step, ``returning`` is the time [h] of the step in
    which vehicles that pass still give back room.
    """
    at, width = offset(route * ROUTE_SIZE), len(routes) // ROUTE_SIZE * LANES
    slots = len(passed_curve) // width
    low = offset(slot(max(bound, 0), slots) * width + route * LANES)
    high = offset(slot(max(bound, 0) + 1, slots) * width + route * LANES)
    known = 1.0 if bound >= 0 else 0.0
    for lane in range(lanes):
        passed_earlier = known * (passed_curve[low + lane] * (1.0 - part) + passed_curve[high + lane] * part)
        storage, entered = routes[at + Route.road_storage + lane], routes[at + Route.entered_vehicles + lane]
        routes[at + Route.room + lane] = road_room(passed_earlier, storage, entered)
    if returning > 0.0:
        for lane in range(lanes):
            in_cars, in_buses = routes[at + Route.on_road_by_vehicle + lane], routes[at + Route.on_road_by_bus + lane]
            vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
            # A few more cars, so that a millionth of a person on an empty road does not say who passes.
            few, each = NEARLY_EMPTY * routes[at + Route.road_storage + lane], one[One.people_per_vehicle + lane]
            occupancy = (in_cars + in_buses + few * each) / (vehicles + few) if vehicles + few > 0.0 else each
            passing = capacity(
                routes[at + Route.checkpoint_rate + lane],
                routes[at + Route.checkpoint_seconds + lane],
                routes[at + Route.checkpoint_seconds_per_person + lane],
                occupancy,
                returning,
                routes[at + Route.by_this_hour + lane],
                routes[at + Route.throughput + lane],
            )
            room = (
                passing
                + (passed_curve[low + lane] * (1.0 - part) + passed_curve[high + lane] * part)
                + routes[at + Route.road_storage + lane]
            )
            routes[at + Route.room + lane] = max(0.0, room - routes[at + Route.entered_vehicles + lane])
    for lane in range(lanes):
        room = routes[at + Route.room + lane]
        routes[at + Route.most_entered_vehicles + lane] = routes[at + Route.entered_vehicles + lane] + room
        routes[at + Route.room + lane] = min(room, routes[at + Route.road_capacity + lane] * hours)


@inner
def share_road(one: Floats, routes: Floats, at: int, lanes: int) -> None:
    """Rules 2 and 3: what share of those who are ready can set off, where everyone lives along the road.

    Buses enter first: they come a few an hour, and set against all the vehicles that stand ready their part of the room
    would shrink with the length of the step.
    """
    at = offset(at)
    for lane in range(lanes):
        vehicles, buses = routes[at + Route.vehicles_ready + lane], routes[at + Route.buses_ready + lane]
        room = routes[at + Route.room + lane]
        by_bus = share_of(room, buses)
        by_vehicle = share_of(max(0.0, room - buses * by_bus), vehicles)
        routes[at + Route.entered_vehicles + lane] += vehicles * by_vehicle + buses * by_bus
        each = one[One.fuel_per_vehicle + lane] * routes[at + Route.from_abroad + lane]
        one[One.fuel + lane] = max(0.0, one[One.fuel + lane] - vehicles * by_vehicle * each)
        routes[at + Route.vehicle_share + lane] *= by_vehicle
        routes[at + Route.bus_share + lane] *= by_bus
        routes[at + Route.extra_share + lane] *= by_bus


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
    lanes: int,
) -> None:
    """Rule 2: those shares set off; ``left_home`` (bound, leg x 2, lane) remembers by vehicle and by bus.

    ``first`` says whether this is the first route of the step.
    """
    curves, to = 2 * (len(legs) // LEG_SIZE) * LANES, offset(route * ROUTE_SIZE)
    present, number = slot(bound, len(left_home) // curves) * curves, len(districts) // DISTRICT_SIZE
    if flows:
        for lane in range(lanes):
            routes[to + Route.joined_by_vehicle + lane] = 0.0
            routes[to + Route.joined_by_bus + lane] = 0.0
    for district in range(number):
        of_leg = route * number + district
        if not taken[of_leg] and not first:
            continue
        leg, now = offset(of_leg * LEG_SIZE), offset(present + 2 * of_leg * LANES)
        if not some_far:
            for lane in range(lanes):
                legs[leg + Leg.vehicle_share + lane] = routes[to + Route.vehicle_share + lane]
                legs[leg + Leg.bus_share + lane] = routes[to + Route.bus_share + lane]
                legs[leg + Leg.extra_share + lane] = routes[to + Route.extra_share + lane]
        leave_home(legs, leg, left_home, now, lanes)
        for lane in range(lanes):
            routes[to + Route.on_road_by_vehicle + lane] += legs[leg + Leg.went_by_vehicle + lane]
            routes[to + Route.on_road_by_bus + lane] += legs[leg + Leg.went_by_bus + lane]
        count_those_left(districts, district, legs, leg, first, flows, lanes)
        if flows:
            for lane in range(lanes):
                routes[to + Route.joined_by_vehicle + lane] += legs[leg + Leg.went_by_vehicle + lane]
                routes[to + Route.joined_by_bus + lane] += legs[leg + Leg.went_by_bus + lane]


@inner
def leave_home(legs: Floats, leg: int, left_home: Floats, now: int, lanes: int) -> None:
    """Those of one district; of people without fuel some take a bus.

    Loops over few arrays each, or the compiler would not use vector instructions.
    """
    leg, now = offset(leg), offset(now)
    for lane in range(lanes):
        ready, waiting = legs[leg + Leg.waiting_by_vehicle + lane], legs[leg + Leg.waiting_by_bus + lane]
        by_vehicle = ready * legs[leg + Leg.vehicle_share + lane]
        for_want = min(ready * legs[leg + Leg.extra_share + lane], ready - by_vehicle)
        by_bus = waiting * legs[leg + Leg.bus_share + lane]
        legs[leg + Leg.waiting_by_vehicle + lane] = max(0.0, ready - by_vehicle - for_want)
        legs[leg + Leg.waiting_by_bus + lane] = waiting - by_bus
        legs[leg + Leg.went_by_vehicle + lane] = by_vehicle
        legs[leg + Leg.went_by_bus + lane] = by_bus + for_want
        legs[leg + Leg.went_without_vehicle + lane] = by_bus
        legs[leg + Leg.went_for_want_of_fuel + lane] = for_want
        all_by_vehicle = legs[leg + Leg.cumulative_set_off_by_vehicle + lane] + by_vehicle
        all_by_bus = legs[leg + Leg.cumulative_set_off_by_bus + lane] + (by_bus + for_want)
        legs[leg + Leg.cumulative_set_off_by_vehicle + lane] = all_by_vehicle
        legs[leg + Leg.cumulative_set_off_by_bus + lane] = all_by_bus
        left_home[now + lane] = all_by_vehicle
        left_home[now + LANES + lane] = all_by_bus


@inner
def count_those_left(
    districts: Floats, district: int, legs: Floats, leg: int, first: bool, flows: bool, lanes: int
) -> None:
    """Those of one district who are held at home, and if so wished those who are not, over all its routes."""
    at, leg = offset(district * DISTRICT_SIZE), offset(leg)
    if first:
        for lane in range(lanes):
            districts[at + District.leaving_by_vehicle + lane] = legs[leg + Leg.waiting_by_vehicle + lane]
            districts[at + District.leaving_by_bus + lane] = legs[leg + Leg.waiting_by_bus + lane]
    else:
        for lane in range(lanes):
            districts[at + District.leaving_by_vehicle + lane] += legs[leg + Leg.waiting_by_vehicle + lane]
            districts[at + District.leaving_by_bus + lane] += legs[leg + Leg.waiting_by_bus + lane]
    if flows:
        for lane in range(lanes):
            by_vehicle, by_bus = legs[leg + Leg.went_by_vehicle + lane], legs[leg + Leg.went_without_vehicle + lane]
            for_want = legs[leg + Leg.went_for_want_of_fuel + lane]
            other_by_vehicle = 0.0 if first else districts[at + District.set_off_by_vehicle + lane]
            other_by_bus = 0.0 if first else districts[at + District.set_off_by_bus + lane]
            other_for_want = 0.0 if first else districts[at + District.set_off_by_bus_for_want_of_fuel + lane]
            districts[at + District.set_off_by_vehicle + lane] = other_by_vehicle + by_vehicle
            districts[at + District.set_off_by_bus + lane] = other_by_bus + by_bus
            districts[at + District.set_off_by_bus_for_want_of_fuel + lane] = other_for_want + for_want


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
    lanes: int,
) -> None:
    """Rule 3: those along the road who set off one journey ago should have reached the queue, less those who have."""
    at = offset(route * ROUTE_SIZE)
    for lane in range(lanes):
        routes[at + Route.reached_by_vehicle + lane] = -routes[at + Route.cumulative_reached_by_vehicle + lane]
        routes[at + Route.reached_by_bus + lane] = -routes[at + Route.cumulative_reached_by_bus + lane]
    for leg in range(route * districts, (route + 1) * districts):
        if taken[leg] and not far[leg]:
            row, bound, part = at + Route.reached_by_vehicle, bounds[step, leg], parts[step, leg]
            read_journey(routes, row, left_home, len(far), leg, bound, part, lanes)


@inner
def read_journey(
    target: Floats, row: int, left_home: Floats, legs: int, leg: int, bound: int, part: float, lanes: int
) -> None:
    """Add those of a district who had set off one journey ago, by vehicle and by bus, to two rows of a target."""
    curves, curve, at = 2 * legs * LANES, 2 * leg * LANES, offset(row)
    slots = len(left_home) // curves
    low, high = offset(slot(bound, slots) * curves + curve), offset(slot(bound + 1, slots) * curves + curve)
    if bound >= 0:
        for lane in range(lanes):
            target[at + lane] += left_home[low + lane] * (1.0 - part) + left_home[high + lane] * part
            target[at + LANES + lane] += (
                left_home[low + LANES + lane] * (1.0 - part) + left_home[high + LANES + lane] * part
            )


@inner
def reach(one: Floats, routes: Floats, at: int, hours: float, lanes: int) -> None:
    """Rule 3: they do reach it, as fast as the road carries them."""
    at = offset(at)
    for lane in range(lanes):
        by_vehicle = above_rounding(
            routes[at + Route.reached_by_vehicle + lane], routes[at + Route.cumulative_reached_by_vehicle + lane]
        )
        by_bus = above_rounding(
            routes[at + Route.reached_by_bus + lane], routes[at + Route.cumulative_reached_by_bus + lane]
        )
        vehicles = by_vehicle / one[One.people_per_vehicle + lane] + by_bus / one[One.people_per_bus + lane]
        through = share_of(routes[at + Route.road_capacity + lane] * hours, vehicles)
        routes[at + Route.reached_by_vehicle + lane] = by_vehicle * through
        routes[at + Route.reached_by_bus + lane] = by_bus * through
        routes[at + Route.cumulative_reached_by_vehicle + lane] += by_vehicle * through
        routes[at + Route.cumulative_reached_by_bus + lane] += by_bus * through
        routes[at + Route.queue_by_vehicle + lane] += by_vehicle * through
        routes[at + Route.queue_by_bus + lane] += by_bus * through


@inner
def is_empty(routes: Floats, at: int, lanes: int) -> bool:
    """Whether nobody has waited for a route, is on it or has left it in this step, in any draw."""
    at, some = offset(at), 0
    for lane in range(lanes):
        people = routes[at + Route.with_vehicle + lane] + routes[at + Route.without_vehicle + lane]
        people += routes[at + Route.on_road_by_vehicle + lane] + routes[at + Route.on_road_by_bus + lane]
        people += routes[at + Route.queue_by_vehicle + lane] + routes[at + Route.queue_by_bus + lane]
        people += routes[at + Route.reached_by_vehicle + lane] + routes[at + Route.reached_by_bus + lane]
        people += routes[at + Route.passed_by_vehicle + lane] + routes[at + Route.passed_by_bus + lane]
        some += 1 if people > 0.0 else 0
    return some == 0
