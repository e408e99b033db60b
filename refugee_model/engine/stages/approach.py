"""For those who live beyond the beginning of the road: the way to it, and the wait before it; rules 2 and 3.

They take no room on the road until they enter it. Those who find it full wait before it, in the order in which
they come, on their own way to it; when that is full of standing vehicles, too, people are held at home.
"""

from __future__ import annotations

from refugee_model.engine.rules import above_rounding, share_of
from refugee_model.engine.stages.road import read_journey
from refugee_model.engine.variables import LANES, Leg, One, Route
from refugee_model.engine.workspace import LEG_SIZE, ROUTE_SIZE, Flags, Floats, Integers, inner, offset, slot

ENTRANCE = 4 * LANES
"""What is remembered of the beginning of a road at each bound."""


@inner
def come_to_entrance(
    one: Floats,
    routes: Floats,
    legs: Floats,
    taken: Flags,
    route: int,
    left_home: Floats,
    far: Flags,
    bounds: Integers,
    parts: Floats,
    step: int,
    hours: float,
    lanes: int,
) -> None:
    """Rule 3: those who come to the beginning of the road in the step or wait there, if there is room for all.

    ``left_home`` (bound, leg x 2, lane) remembers who has set off by vehicle and by bus; its entry for the
    end of this step is a trial here, that :func:`road.set_off` overwrites.
    """
    to, number = offset(route * ROUTE_SIZE), len(far) // (len(routes) // ROUTE_SIZE)
    for lane in range(lanes):
        routes[to + Route.entering_by_vehicle + lane], routes[to + Route.entering_by_bus + lane] = 0.0, 0.0
    slots = len(left_home) // (2 * len(far) * LANES)
    for leg in range(route * number, (route + 1) * number):
        if not taken[leg]:
            continue
        at, now = offset(leg * LEG_SIZE), offset((slot(step + 1, slots) * len(far) + leg) * 2 * LANES)
        for lane in range(lanes):
            ready, waiting = legs[at + Leg.waiting_by_vehicle + lane], legs[at + Leg.waiting_by_bus + lane]
            legs[at + Leg.at_entrance_by_vehicle + lane] = ready * routes[to + Route.vehicle_share + lane]
            legs[at + Leg.at_entrance_by_bus + lane] = (
                waiting * routes[to + Route.bus_share + lane] + ready * routes[to + Route.extra_share + lane]
            )
        if far[leg]:
            for lane in range(lanes):
                in_cars, in_buses = (
                    legs[at + Leg.at_entrance_by_vehicle + lane],
                    legs[at + Leg.at_entrance_by_bus + lane],
                )
                # No road carries more than its standing vehicles at full speed.
                flow = min(routes[to + Route.road_capacity + lane], routes[to + Route.approach_flow + lane]) * hours
                buses = in_buses * one[One.buses_per_person + lane]
                by_bus = share_of(flow, buses)
                by_vehicle = share_of(max(0.0, flow - buses * by_bus), in_cars * one[One.vehicles_per_person + lane])
                legs[at + Leg.vehicle_share + lane] = by_vehicle
                legs[at + Leg.bus_share + lane] = by_bus
                legs[at + Leg.at_entrance_by_vehicle + lane] = in_cars * by_vehicle
                legs[at + Leg.at_entrance_by_bus + lane] = in_buses * by_bus
            for lane in range(lanes):
                in_cars, in_buses = (
                    legs[at + Leg.at_entrance_by_vehicle + lane],
                    legs[at + Leg.at_entrance_by_bus + lane],
                )
                left_home[now + lane] = legs[at + Leg.cumulative_set_off_by_vehicle + lane] + in_cars
                left_home[now + LANES + lane] = legs[at + Leg.cumulative_set_off_by_bus + lane] + in_buses
            read_entrance(legs, left_home, leg, bounds[step, leg], parts[step, leg], lanes)
        for lane in range(lanes):
            routes[to + Route.entering_by_vehicle + lane] += legs[at + Leg.at_entrance_by_vehicle + lane]
            routes[to + Route.entering_by_bus + lane] += legs[at + Leg.at_entrance_by_bus + lane]


@inner
def read_entrance(legs: Floats, left_home: Floats, leg: int, bound: int, part: float, lanes: int) -> None:
    """People of a district who have come to the beginning of the road by the end of the step, less who entered it."""
    curves = 2 * (len(legs) // LEG_SIZE) * LANES
    slots, curve, at = len(left_home) // curves, 2 * leg * LANES, offset(leg * LEG_SIZE)
    first = max(bound, 0)
    low, high = offset(slot(first, slots) * curves + curve), offset(slot(first + 1, slots) * curves + curve)
    known = 1.0 if bound >= 0 else 0.0
    for lane in range(lanes):
        by_vehicle = known * (left_home[low + lane] * (1.0 - part) + left_home[high + lane] * part)
        by_bus = known * (left_home[low + LANES + lane] * (1.0 - part) + left_home[high + LANES + lane] * part)
        entered_by_vehicle = legs[at + Leg.cumulative_entered_by_vehicle + lane]
        entered_by_bus = legs[at + Leg.cumulative_entered_by_bus + lane]
        legs[at + Leg.at_entrance_by_vehicle + lane] = above_rounding(by_vehicle - entered_by_vehicle, by_vehicle)
        legs[at + Leg.at_entrance_by_bus + lane] = above_rounding(by_bus - entered_by_bus, by_bus)


@inner
def share_entrance(one: Floats, routes: Floats, legs: Floats, taken: Flags, route: int, far: Flags, lanes: int) -> None:
    """Rules 2 and 3: those who can set off along the road and those before it share its room, buses first.

    What enters leaves room on the way to the road, and sets how many of its district can set off.
    """
    to, number = offset(route * ROUTE_SIZE), len(far) // (len(routes) // ROUTE_SIZE)
    for lane in range(lanes):
        room = routes[to + Route.room + lane]
        buses = routes[to + Route.entering_by_bus + lane] * one[One.buses_per_person + lane]
        vehicles = routes[to + Route.entering_by_vehicle + lane] * one[One.vehicles_per_person + lane]
        by_bus = share_of(room, buses)
        routes[to + Route.entering_by_bus + lane] = by_bus
        routes[to + Route.entering_by_vehicle + lane] = share_of(max(0.0, room - buses * by_bus), vehicles)
    for leg in range(route * number, (route + 1) * number):
        if not taken[leg]:
            continue
        at = offset(leg * LEG_SIZE)
        if far[leg]:
            hold_before(one, routes, to, legs, at, lanes)
        else:
            let_in(one, routes, to, legs, at, lanes)
        for lane in range(lanes):
            fuelled, seated = routes[to + Route.vehicle_share + lane], routes[to + Route.bus_share + lane]
            extra, ready = routes[to + Route.extra_share + lane], legs[at + Leg.waiting_by_vehicle + lane]
            by_vehicle, by_bus = legs[at + Leg.vehicle_share + lane], legs[at + Leg.bus_share + lane]
            vehicles = ready * fuelled * one[One.vehicles_per_person + lane]
            fuel_each = one[One.fuel_per_vehicle + lane] * routes[to + Route.from_abroad + lane]
            one[One.fuel + lane] = max(0.0, one[One.fuel + lane] - vehicles * by_vehicle * fuel_each)
            legs[at + Leg.vehicle_share + lane] = fuelled * by_vehicle
            legs[at + Leg.bus_share + lane] = seated * by_bus
            legs[at + Leg.extra_share + lane] = extra * by_bus


@inner
def let_in(one: Floats, routes: Floats, to: int, legs: Floats, at: int, lanes: int) -> None:
    """Those who live along the road take its room as they set off."""
    to, at = offset(to), offset(at)
    for lane in range(lanes):
        ready, waiting = legs[at + Leg.waiting_by_vehicle + lane], legs[at + Leg.waiting_by_bus + lane]
        fuelled, seated = routes[to + Route.vehicle_share + lane], routes[to + Route.bus_share + lane]
        each, each_bus = one[One.vehicles_per_person + lane], one[One.buses_per_person + lane]
        vehicles = ready * fuelled * each
        buses = (waiting * seated + ready * routes[to + Route.extra_share + lane]) * each_bus
        by_vehicle, by_bus = routes[to + Route.entering_by_vehicle + lane], routes[to + Route.entering_by_bus + lane]
        routes[to + Route.entered_vehicles + lane] += vehicles * by_vehicle + buses * by_bus
        legs[at + Leg.vehicle_share + lane] = by_vehicle
        legs[at + Leg.bus_share + lane] = by_bus


@inner
def hold_before(one: Floats, routes: Floats, to: int, legs: Floats, at: int, lanes: int) -> None:
    """Of those beyond the road some enter it, and as many more can set off as that leaves room before it."""
    to, at = offset(to), offset(at)
    for lane in range(lanes):
        ready, waiting = legs[at + Leg.waiting_by_vehicle + lane], legs[at + Leg.waiting_by_bus + lane]
        fuelled, seated = routes[to + Route.vehicle_share + lane], routes[to + Route.bus_share + lane]
        each, each_bus = one[One.vehicles_per_person + lane], one[One.buses_per_person + lane]
        by_vehicle, by_bus = routes[to + Route.entering_by_vehicle + lane], routes[to + Route.entering_by_bus + lane]
        entering_by_vehicle = legs[at + Leg.at_entrance_by_vehicle + lane] * by_vehicle
        entering_by_bus = legs[at + Leg.at_entrance_by_bus + lane] * by_bus
        legs[at + Leg.at_entrance_by_vehicle + lane] = entering_by_vehicle
        legs[at + Leg.at_entrance_by_bus + lane] = entering_by_bus
        in_cars = legs[at + Leg.cumulative_set_off_by_vehicle + lane] - entering_by_vehicle
        in_buses = legs[at + Leg.cumulative_set_off_by_bus + lane] - entering_by_bus
        in_cars -= legs[at + Leg.cumulative_entered_by_vehicle + lane]
        in_buses -= legs[at + Leg.cumulative_entered_by_bus + lane]
        room = max(0.0, legs[at + Leg.approach_storage + lane] - in_cars * each - in_buses * each_bus)
        share, bus_share = legs[at + Leg.vehicle_share + lane], legs[at + Leg.bus_share + lane]
        buses = (waiting * seated + ready * routes[to + Route.extra_share + lane]) * each_bus * bus_share
        by_bus = share_of(room, buses)
        by_vehicle = share_of(max(0.0, room - buses * by_bus), ready * fuelled * each * share)
        legs[at + Leg.vehicle_share + lane] = by_vehicle * share
        legs[at + Leg.bus_share + lane] = by_bus * bus_share


@inner
def enter(
    one: Floats,
    routes: Floats,
    legs: Floats,
    route: int,
    left_home: Floats,
    entrance_curves: Floats,
    far: Flags,
    bounds: Integers,
    parts: Floats,
    step: int,
    lanes: int,
) -> None:
    """Rule 3: they enter the road.

    ``entrance_curves`` (bound, route, 4, lane) remembers how many wait before it, and how many have entered it, by
    vehicle and by bus.
    """
    count = len(routes) // ROUTE_SIZE
    to, number, width = offset(route * ROUTE_SIZE), len(far) // count, count * ENTRANCE
    now = offset(slot(step + 1, len(entrance_curves) // width) * width + route * ENTRANCE)
    for row in range(4):
        at = offset(now + row * LANES)
        for lane in range(lanes):
            entrance_curves[at + lane] = 0.0
    for leg in range(route * number, (route + 1) * number):
        at = offset(leg * LEG_SIZE)
        if not far[leg]:
            continue
        for lane in range(lanes):
            routes[to + Route.entering_by_vehicle + lane] = legs[at + Leg.at_entrance_by_vehicle + lane]
            routes[to + Route.entering_by_bus + lane] = legs[at + Leg.at_entrance_by_bus + lane]
        # Fewer than in the trial may have set off, and come this far, in this very step.
        read_entrance(legs, left_home, leg, bounds[step, leg], parts[step, leg], lanes)
        for lane in range(lanes):
            in_cars, in_buses = legs[at + Leg.at_entrance_by_vehicle + lane], legs[at + Leg.at_entrance_by_bus + lane]
            by_vehicle = min(routes[to + Route.entering_by_vehicle + lane], in_cars)
            by_bus = min(routes[to + Route.entering_by_bus + lane], in_buses)
            by_vehicle = min(by_vehicle, routes[to + Route.on_road_by_vehicle + lane])
            by_bus = min(by_bus, routes[to + Route.on_road_by_bus + lane])
            legs[at + Leg.cumulative_entered_by_vehicle + lane] += by_vehicle
            legs[at + Leg.cumulative_entered_by_bus + lane] += by_bus
            routes[to + Route.entered_vehicles + lane] += (
                by_vehicle * one[One.vehicles_per_person + lane] + by_bus * one[One.buses_per_person + lane]
            )
            legs[at + Leg.at_entrance_by_vehicle + lane] = in_cars - by_vehicle
            legs[at + Leg.at_entrance_by_bus + lane] = in_buses - by_bus
        for lane in range(lanes):
            entrance_curves[now + lane] += legs[at + Leg.at_entrance_by_vehicle + lane]
            entrance_curves[now + LANES + lane] += legs[at + Leg.at_entrance_by_bus + lane]
            entrance_curves[now + 2 * LANES + lane] += legs[at + Leg.cumulative_entered_by_vehicle + lane]
            entrance_curves[now + 3 * LANES + lane] += legs[at + Leg.cumulative_entered_by_bus + lane]


@inner
def drive_on(
    routes: Floats,
    route: int,
    left_home: Floats,
    entrance_curves: Floats,
    far: Flags,
    bounds: Integers,
    parts: Floats,
    step: int,
    bound: int,
    part: float,
    lanes: int,
) -> None:
    """Rule 3: those from beyond the road should have reached the queue, but for those held up before it.

    What is read between bounds is how many were held up, and not how many entered: so a free road delays people
    by exactly their journey. No more can have reached the queue than had entered by the bound after.
    """
    count = len(routes) // ROUTE_SIZE
    to, number, width = offset(route * ROUTE_SIZE), len(far) // count, count * ENTRANCE
    for lane in range(lanes):
        routes[to + Route.entering_by_vehicle + lane], routes[to + Route.entering_by_bus + lane] = 0.0, 0.0
    for leg in range(route * number, (route + 1) * number):
        if far[leg]:
            row, of_leg, of_part = to + Route.entering_by_vehicle, bounds[step, leg], parts[step, leg]
            read_journey(routes, row, left_home, len(far), leg, of_leg, of_part, lanes)
    slots = len(entrance_curves) // width
    low = offset(slot(bound, slots) * width + route * ENTRANCE)
    high = offset(slot(bound + 1, slots) * width + route * ENTRANCE)
    if bound >= 0:
        for row in range(2):
            at, before, after = offset(row * LANES), offset(low + row * LANES), offset(high + row * LANES)
            for lane in range(lanes):
                held = entrance_curves[before + lane] * (1.0 - part) + entrance_curves[after + lane] * part
                come = max(0.0, routes[to + Route.entering_by_vehicle + at + lane] - held)
                reached = min(come, entrance_curves[after + 2 * LANES + lane])
                routes[to + Route.reached_by_vehicle + at + lane] += reached
