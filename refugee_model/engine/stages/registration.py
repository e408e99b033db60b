"""At the reception points, rules 5, 6 and 8: people register as fast as the desks can, and some ask for a bed."""

from __future__ import annotations

import numpy as np

from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import queue_served
from refugee_model.engine.stages import crossing
from refugee_model.engine.values import sum_of_places
from refugee_model.engine.variables import Entry, One, Point, Province, Route
from refugee_model.engine.workspace import ENTRY_SIZE, POINT_SIZE, ROUTE_SIZE, Flags, Floats, inner, offset


def lay_out(layout: Layout) -> None:
    """What each point registers; beds must have been laid out."""
    values, aid = layout.values, layout.scenario.aid
    for number, (name, point) in enumerate(aid.reception_points.items()):
        path, closed = f"aid.reception_points.{name}", layout.of(Point.closed, number)
        if point.province is not None:
            closed[:] = layout.of(Province.lost, list(aid.provinces).index(point.province))
        is_open = 1.0 - closed
        layout.of(Point.weight, number)[:] = layout.schedule(f"{path}.weight") * is_open
        registered = layout.schedule(f"{path}.desks") * values[f"{path}.people_per_desk_hour"]
        layout.of(Point.registration_rate, number)[:] = registered * is_open
        layout.of(Point.covered_places, number)[:] = layout.schedule(f"{path}.covered_places") * is_open
    weights, number = layout.of(Point.weight, slice(None)), layout.sizes.points
    for route, road in enumerate(layout.roads):
        here = layout.of(Entry.weight, slice(route * number, (route + 1) * number))
        here[:] = weights
        if road.leads_to:
            for place, name in enumerate(aid.reception_points):
                path = f"timing.routes.{road.name}.leads_to.{name}"
                given = layout.schedule(path) if name in road.leads_to else 0.0
                here[:, place] = given * (1.0 - layout.of(Point.closed, place))
        normalise(here)
    normalise(weights)
    layout.put_people(Point.awaiting_registration)


def normalise(weights: Floats) -> None:
    """Make weights (epoch, place, draw) add up to 1 over the places, or to 0 where there are none."""
    total = sum_of_places(weights.swapaxes(0, 1))[:, None]
    weights[:] = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def staffed(layout: Layout) -> Floats:
    """Share of the desks of each point that is staffed in each step (step, point)."""
    points = layout.scenario.aid.reception_points
    found = np.ones((len(layout.bounds) - 1, len(points)))
    for number, point in enumerate(points.values()):
        if point.shifts:
            shifts = [shift.share * layout.during(shift.from_hour, shift.until_hour) for shift in point.shifts]
            found[:, number] = sum(shifts)
    return found


@inner
def weigh_points(one: Floats, routes: Floats, entries: Floats, points: Floats, lanes: int) -> None:
    """Whether any reception point takes people in this epoch, of each route and of all."""
    count, number = len(routes) // ROUTE_SIZE, len(points) // POINT_SIZE
    for route in range(count):
        to = offset(route * ROUTE_SIZE)
        for lane in range(lanes):
            routes[to + Route.reception_weight + lane] = 0.0
        for point in range(number):
            at = offset((route * number + point) * ENTRY_SIZE)
            for lane in range(lanes):
                routes[to + Route.reception_weight + lane] += entries[at + Entry.weight + lane]
    for lane in range(lanes):
        one[One.reception_weight + lane] = 0.0
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            one[One.reception_weight + lane] += points[at + Point.weight + lane]


@inner
def close_points(one: Floats, points: Floats, lanes: int) -> None:
    """Rule 8: whoever waits at a closed point moves to the open ones by weight; if none is open, to relatives."""
    for lane in range(lanes):
        one[One.moving_on + lane] = 0.0
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            waiting = points[at + Point.awaiting_registration + lane]
            away = waiting * points[at + Point.closed + lane]
            points[at + Point.moved_away + lane] = away
            points[at + Point.awaiting_registration + lane] = waiting - away
            one[One.moving_on + lane] += away
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            here = one[One.moving_on + lane] * points[at + Point.weight + lane]
            points[at + Point.moved_here + lane] = here
            points[at + Point.awaiting_registration + lane] += here
    for lane in range(lanes):
        onward = 0.0 if one[One.reception_weight + lane] > 0.0 else one[One.moving_on + lane]
        one[One.went_on_unregistered + lane] = onward
        one[One.unregistered_hosted + lane] += onward


@inner
def receive(one: Floats, routes: Floats, entries: Floats, points: Floats, awake: Flags, lanes: int) -> None:
    """Rule 5: people who cross come to the reception points to which their route leads; on one asleep nobody does."""
    count, number = len(routes) // ROUTE_SIZE, len(points) // POINT_SIZE
    crossing.choose_breaks(one, routes, awake, lanes)
    for point in range(number):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            points[at + Point.received + lane] = 0.0
            points[at + Point.received_by_first + lane] = 0.0
            points[at + Point.received_by_second + lane] = 0.0
        for route in range(count):
            if not awake[route]:
                continue
            to, entry = offset(route * ROUTE_SIZE), offset((route * number + point) * ENTRY_SIZE)
            for lane in range(lanes):
                come = routes[to + Route.to_points + lane] * entries[entry + Entry.weight + lane]
                points[at + Point.received + lane] += come
                points[at + Point.received_by_first + lane] += come * routes[to + Route.passed_by_first + lane]
                points[at + Point.received_by_second + lane] += come * routes[to + Route.passed_by_second + lane]


@inner
def register(one: Floats, points: Floats, staffed: Floats, step: int, hours: float, lanes: int) -> None:
    """Rule 5: each reception point registers those who wait, as fast as its staffed desks can.

    People come at one pace up to the first break of the step, at another up to the second, and at a third after it: so
    a queue that comes and goes between two bounds is as long as it is.
    """
    for lane in range(lanes):
        one[One.in_registration_at_first + lane], one[One.in_registration_at_second + lane] = 0.0, 0.0
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        desk_hours = staffed[step, point] * hours
        for lane in range(lanes):
            received, before = points[at + Point.received + lane], points[at + Point.awaiting_registration + lane]
            by_first = points[at + Point.received_by_first + lane]
            by_second = points[at + Point.received_by_second + lane]
            first, second = one[One.first_break + lane], one[One.second_break + lane]
            most = points[at + Point.registration_rate + lane] * desk_hours
            waiting = before + by_first - queue_served(before, by_first, most * first)
            one[One.in_registration_at_first + lane] += waiting
            come = max(0.0, by_second - by_first)
            waiting = waiting + come - queue_served(waiting, come, most * (second - first))
            one[One.in_registration_at_second + lane] += waiting
            come = max(0.0, received - by_second)
            waiting = waiting + come - queue_served(waiting, come, most * (1.0 - second))
            registered = max(0.0, before + received - waiting)
            points[at + Point.registered + lane] = registered
            points[at + Point.awaiting_registration + lane] = waiting
            one[One.registered_now + lane] += registered


@inner
def ask_for_beds(one: Floats, lanes: int) -> None:
    """Rule 6: on registration a share asks for a bed; people who come back without having registered need one."""
    for lane in range(lanes):
        asked = one[One.registered_now + lane] * one[One.asks_share + lane]
        one[One.asked + lane] = asked
        one[One.registered_now + lane] -= asked
        one[One.awaiting_placement + lane] += asked + one[One.came_back_unregistered + lane]
