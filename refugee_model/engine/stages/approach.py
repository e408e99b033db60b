"""For those who live beyond the beginning of the road: the way to it, and the wait before it; rules 2 and 3.

They take no room on the road until they enter it. Those who find it full wait before it, in the order in which
they come, on their own way to it; when that is full of standing vehicles, too, people are held at home.
"""

from __future__ import annotations

from refugee_model.engine.rules import above_rounding, share_of
from refugee_model.engine.stages.road import read_journey
from refugee_model.engine.variables import AT_ONCE, Leg, One, Route
from refugee_model.engine.workspace import LEG_SIZE, ROUTE_SIZE, Flags, Floats, Integers, inner, offset, slot

ENTRANCE = 4 * AT_ONCE
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
    draws: int,
) -> None:
    """Rule 3: those who come to the beginning of the road in the step or wait there, if there is room for all.

    ``left_home`` (bound, leg x 2, draw) remembers who has set off by vehicle and by bus; its entry for the
    end of this step is a trial here, that :func:`road.set_off` overwrites.
    """
    to, number = offset(route * ROUTE_SIZE), len(far) // (len(routes) // ROUTE_SIZE)
    for draw in range(draws):
        routes[to + Route.entering_by_vehicle + draw], routes[to + Route.entering_by_bus + draw] = 0.0, 0.0
    slots = len(left_home) // (2 * len(far) * AT_ONCE)
    for leg in range(route * number, (route + 1) * number):
        if not taken[leg]:
            continue
        at, now = offset(leg * LEG_SIZE), offset((slot(step + 1, slots) * len(far) + leg) * 2 * AT_ONCE)
        for draw in range(draws):
            ready, waiting = legs[at + Leg.waiting_by_vehicle + draw], legs[at + Leg.waiting_by_bus + draw]
            legs[at + Leg.at_entrance_by_vehicle + draw] = ready * routes[to + Route.vehicle_share + draw]
            legs[at + Leg.at_entrance_by_bus + draw] = (
                waiting * routes[to + Route.bus_share + draw] + ready * routes[to + Route.extra_share + draw]
            )
        if far[leg]:
            for draw in range(draws):
                in_cars, in_buses = (
                    legs[at + Leg.at_entrance_by_vehicle + draw],
                    legs[at + Leg.at_entrance_by_bus + draw],
                )
                # No road carries more than its standing vehicles at full speed.
                flow = min(routes[to + Route.road_capacity + draw], routes[to + Route.approach_flow + draw]) * hours
                buses = in_buses * one[One.buses_per_person + draw]
                by_bus = share_of(flow, buses)
                by_vehicle = share_of(max(0.0, flow - buses * by_bus), in_cars * one[One.vehicles_per_person + draw])
                legs[at + Leg.vehicle_share + draw] = by_vehicle
                legs[at + Leg.bus_share + draw] = by_bus
                legs[at + Leg.at_entrance_by_vehicle + draw] = in_cars * by_vehicle
                legs[at + Leg.at_entrance_by_bus + draw] = in_buses * by_bus
            for draw in range(draws):
                in_cars, in_buses = (
                    legs[at + Leg.at_entrance_by_vehicle + draw],
                    legs[at + Leg.at_entrance_by_bus + draw],
                )
                left_home[now + draw] = legs[at + Leg.cumulative_set_off_by_vehicle + draw] + in_cars
                left_home[now + AT_ONCE + draw] = legs[at + Leg.cumulative_set_off_by_bus + draw] + in_buses
            read_entrance(legs, left_home, leg, bounds[step, leg], parts[step, leg], draws)
        for draw in range(draws):
            routes[to + Route.entering_by_vehicle + draw] += legs[at + Leg.at_entrance_by_vehicle + draw]
            routes[to + Route.entering_by_bus + draw] += legs[at + Leg.at_entrance_by_bus + draw]


@inner
def read_entrance(legs: Floats, left_home: Floats, leg: int, bound: int, part: float, draws: int) -> None:
    """People of a district who have come to the beginning of the road by the end of the step, less who entered it."""
    curves = 2 * (len(legs) // LEG_SIZE) * AT_ONCE
    slots, curve, at = len(left_home) // curves, 2 * leg * AT_ONCE, offset(leg * LEG_SIZE)
    first = max(bound, 0)
    low, high = offset(slot(first, slots) * curves + curve), offset(slot(first + 1, slots) * curves + curve)
    known = 1.0 if bound >= 0 else 0.0
    for draw in range(draws):
        by_vehicle = known * (left_home[low + draw] * (1.0 - part) + left_home[high + draw] * part)
        by_bus = known * (left_home[low + AT_ONCE + draw] * (1.0 - part) + left_home[high + AT_ONCE + draw] * part)
        entered_by_vehicle = legs[at + Leg.cumulative_entered_by_vehicle + draw]
        entered_by_bus = legs[at + Leg.cumulative_entered_by_bus + draw]
        legs[at + Leg.at_entrance_by_vehicle + draw] = above_rounding(by_vehicle - entered_by_vehicle, by_vehicle)
        legs[at + Leg.at_entrance_by_bus + draw] = above_rounding(by_bus - entered_by_bus, by_bus)


@inner
def share_entrance(one: Floats, routes: Floats, legs: Floats, taken: Flags, route: int, far: Flags, draws: int) -> None:
    """Rules 2 and 3: those who can set off along the road and those before it share its room, buses first.

    What enters leaves room on the way to the road, and sets how many of its district can set off.
    """
    to, number = offset(route * ROUTE_SIZE), len(far) // (len(routes) // ROUTE_SIZE)
    for draw in range(draws):
        room = routes[to + Route.room + draw]
        buses = routes[to + Route.entering_by_bus + draw] * one[One.buses_per_person + draw]
        vehicles = routes[to + Route.entering_by_vehicle + draw] * one[One.vehicles_per_person + draw]
        by_bus = share_of(room, buses)
        routes[to + Route.entering_by_bus + draw] = by_bus
        routes[to + Route.entering_by_vehicle + draw] = share_of(max(0.0, room - buses * by_bus), vehicles)
    for leg in range(route * number, (route + 1) * number):
        if not taken[leg]:
            continue
        at = offset(leg * LEG_SIZE)
        if far[leg]:
            hold_before(one, routes, to, legs, at, draws)
        else:
            let_in(one, routes, to, legs, at, draws)
        for draw in range(draws):
            fuelled, seated = routes[to + Route.vehicle_share + draw], routes[to + Route.bus_share + draw]
            extra, ready = routes[to + Route.extra_share + draw], legs[at + Leg.waiting_by_vehicle + draw]
            by_vehicle, by_bus = legs[at + Leg.vehicle_share + draw], legs[at + Leg.bus_share + draw]
            vehicles = ready * fuelled * one[One.vehicles_per_person + draw]
            fuel_each = one[One.fuel_per_vehicle + draw] * routes[to + Route.from_abroad + draw]
            one[One.fuel + draw] = max(0.0, one[One.fuel + draw] - vehicles * by_vehicle * fuel_each)
            legs[at + Leg.vehicle_share + draw] = fuelled * by_vehicle
            legs[at + Leg.bus_share + draw] = seated * by_bus
            legs[at + Leg.extra_share + draw] = extra * by_bus


@inner
def let_in(one: Floats, routes: Floats, to: int, legs: Floats, at: int, draws: int) -> None:
    """Those who live along the road take its room as they set off."""
    to, at = offset(to), offset(at)
    for draw in range(draws):
        ready, waiting = legs[at + Leg.waiting_by_vehicle + draw], legs[at + Leg.waiting_by_bus + draw]
        fuelled, seated = routes[to + Route.vehicle_share + draw], routes[to + Route.bus_share + draw]
        each, each_bus = one[One.vehicles_per_person + draw], one[One.buses_per_person + draw]
        vehicles = ready * fuelled * each
        buses = (waiting * seated + ready * routes[to + Route.extra_share + draw]) * each_bus
        by_vehicle, by_bus = routes[to + Route.entering_by_vehicle + draw], routes[to + Route.entering_by_bus + draw]
        routes[to + Route.entered_vehicles + draw] += vehicles * by_vehicle + buses * by_bus
        legs[at + Leg.vehicle_share + draw] = by_vehicle
        legs[at + Leg.bus_share + draw] = by_bus


@inner
def hold_before(one: Floats, routes: Floats, to: int, legs: Floats, at: int, draws: int) -> None:
    """Of those beyond the road some enter it, and as many more can set off as that leaves room before it."""
    to, at = offset(to), offset(at)
    for draw in range(draws):
        ready, waiting = legs[at + Leg.waiting_by_vehicle + draw], legs[at + Leg.waiting_by_bus + draw]
        fuelled, seated = routes[to + Route.vehicle_share + draw], routes[to + Route.bus_share + draw]
        each, each_bus = one[One.vehicles_per_person + draw], one[One.buses_per_person + draw]
        by_vehicle, by_bus = routes[to + Route.entering_by_vehicle + draw], routes[to + Route.entering_by_bus + draw]
        entering_by_vehicle = legs[at + Leg.at_entrance_by_vehicle + draw] * by_vehicle
        entering_by_bus = legs[at + Leg.at_entrance_by_bus + draw] * by_bus
        legs[at + Leg.at_entrance_by_vehicle + draw] = entering_by_vehicle
        legs[at + Leg.at_entrance_by_bus + draw] = entering_by_bus
        in_cars = legs[at + Leg.cumulative_set_off_by_vehicle + draw] - entering_by_vehicle
        in_buses = legs[at + Leg.cumulative_set_off_by_bus + draw] - entering_by_bus
        in_cars -= legs[at + Leg.cumulative_entered_by_vehicle + draw]
        in_buses -= legs[at + Leg.cumulative_entered_by_bus + draw]
        room = max(0.0, legs[at + Leg.approach_storage + draw] - in_cars * each - in_buses * each_bus)
        share, bus_share = legs[at + Leg.vehicle_share + draw], legs[at + Leg.bus_share + draw]
        buses = (waiting * seated + ready * routes[to + Route.extra_share + draw]) * each_bus * bus_share
        by_bus = share_of(room, buses)
        by_vehicle = share_of(max(0.0, room - buses * by_bus), ready * fuelled * each * share)
        legs[at + Leg.vehicle_share + draw] = by_vehicle * share
        legs[at + Leg.bus_share + draw] = by_bus * bus_share


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
    draws: int,
) -> None:
    """Rule 3: they enter the road.

    ``entrance_curves`` (bound, route, 4, draw) remembers how many wait before it, and how many have entered it, by
    vehicle and by bus.
    """
    count = len(routes) // ROUTE_SIZE
    to, number, width = offset(route * ROUTE_SIZE), len(far) // count, count * ENTRANCE
    now = offset(slot(step + 1, len(entrance_curves) // width) * width + route * ENTRANCE)
    for row in range(4):
        at = offset(now + row * AT_ONCE)
        for draw in range(draws):
            entrance_curves[at + draw] = 0.0
    for leg in range(route * number, (route + 1) * number):
        at = offset(leg * LEG_SIZE)
        if not far[leg]:
            continue
        for draw in range(draws):
            routes[to + Route.entering_by_vehicle + draw] = legs[at + Leg.at_entrance_by_vehicle + draw]
            routes[to + Route.entering_by_bus + draw] = legs[at + Leg.at_entrance_by_bus + draw]
        # Fewer than in the trial may have set off, and come this far, in this very step.
        read_entrance(legs, left_home, leg, bounds[step, leg], parts[step, leg], draws)
        for draw in range(draws):
            in_cars, in_buses = legs[at + Leg.at_entrance_by_vehicle + draw], legs[at + Leg.at_entrance_by_bus + draw]
            by_vehicle = min(routes[to + Route.entering_by_vehicle + draw], in_cars)
            by_bus = min(routes[to + Route.entering_by_bus + draw], in_buses)
            by_vehicle = min(by_vehicle, routes[to + Route.on_road_by_vehicle + draw])
            by_bus = min(by_bus, routes[to + Route.on_road_by_bus + draw])
            legs[at + Leg.cumulative_entered_by_vehicle + draw] += by_vehicle
            legs[at + Leg.cumulative_entered_by_bus + draw] += by_bus
            routes[to + Route.entered_vehicles + draw] += (
                by_vehicle * one[One.vehicles_per_person + draw] + by_bus * one[One.buses_per_person + draw]
            )
            legs[at + Leg.at_entrance_by_vehicle + draw] = in_cars - by_vehicle
            legs[at + Leg.at_entrance_by_bus + draw] = in_buses - by_bus
        for draw in range(draws):
            entrance_curves[now + draw] += legs[at + Leg.at_entrance_by_vehicle + draw]
            entrance_curves[now + AT_ONCE + draw] += legs[at + Leg.at_entrance_by_bus + draw]
            entrance_curves[now + 2 * AT_ONCE + draw] += legs[at + Leg.cumulative_entered_by_vehicle + draw]
            entrance_curves[now + 3 * AT_ONCE + draw] += legs[at + Leg.cumulative_entered_by_bus + draw]


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
    draws: int,
) -> None:
    """Rule 3: those from beyond the road should have reached the queue, but for those held up before it.

    What is read between bounds is how many were held up, and not how many entered: so a free road delays people
    by exactly their journey. No more can have reached the queue than had entered by the bound after.
    """
    count = len(routes) // ROUTE_SIZE
    to, number, width = offset(route * ROUTE_SIZE), len(far) // count, count * ENTRANCE
    for draw in range(draws):
        routes[to + Route.entering_by_vehicle + draw], routes[to + Route.entering_by_bus + draw] = 0.0, 0.0
    for leg in range(route * number, (route + 1) * number):
        if far[leg]:
            row, of_leg, of_part = to + Route.entering_by_vehicle, bounds[step, leg], parts[step, leg]
            read_journey(routes, row, left_home, len(far), leg, of_leg, of_part, draws)
    slots = len(entrance_curves) // width
    low = offset(slot(bound, slots) * width + route * ENTRANCE)
    high = offset(slot(bound + 1, slots) * width + route * ENTRANCE)
    if bound >= 0:
        for row in range(2):
            at, before, after = offset(row * AT_ONCE), offset(low + row * AT_ONCE), offset(high + row * AT_ONCE)
            for draw in range(draws):
                held = entrance_curves[before + draw] * (1.0 - part) + entrance_curves[after + draw] * part
                come = max(0.0, routes[to + Route.entering_by_vehicle + at + draw] - held)
                reached = min(come, entrance_curves[after + 2 * AT_ONCE + draw])
                routes[to + Route.reached_by_vehicle + at + draw] += reached
