"""At the reception points, rules 5, 6 and 8: people register as fast as the desks can, and some ask for a bed."""

from __future__ import annotations

import numpy as np

from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import queue_served
from refugee_model.engine.stages import crossing
from refugee_model.engine.values import DESKS, sum_of_places
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
    layout.of(Point.registration_rate, slice(None))[:] *= layout.pace(DESKS)[:, None]
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
def weigh_points(one: Floats, routes: Floats, entries: Floats, points: Floats, draws: int) -> None:
    """Whether any reception point takes people in this epoch, of each route and of all."""
    count, number = len(routes) // ROUTE_SIZE, len(points) // POINT_SIZE
    for route in range(count):
        to = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            routes[to + Route.reception_weight + draw] = 0.0
        for point in range(number):
            at = offset((route * number + point) * ENTRY_SIZE)
            for draw in range(draws):
                routes[to + Route.reception_weight + draw] += entries[at + Entry.weight + draw]
    for draw in range(draws):
        one[One.reception_weight + draw] = 0.0
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for draw in range(draws):
            one[One.reception_weight + draw] += points[at + Point.weight + draw]


@inner
def close_points(one: Floats, points: Floats, draws: int) -> None:
    """Rule 8: whoever waits at a closed point moves to the open ones by weight; if none is open, to relatives."""
    for draw in range(draws):
        one[One.moving_on + draw] = 0.0
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for draw in range(draws):
            waiting = points[at + Point.awaiting_registration + draw]
            away = waiting * points[at + Point.closed + draw]
            points[at + Point.moved_away + draw] = away
            points[at + Point.awaiting_registration + draw] = waiting - away
            one[One.moving_on + draw] += away
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for draw in range(draws):
            here = one[One.moving_on + draw] * points[at + Point.weight + draw]
            points[at + Point.moved_here + draw] = here
            points[at + Point.awaiting_registration + draw] += here
    for draw in range(draws):
        onward = 0.0 if one[One.reception_weight + draw] > 0.0 else one[One.moving_on + draw]
        one[One.went_on_unregistered + draw] = onward
        one[One.unregistered_hosted + draw] += onward


@inner
def receive(one: Floats, routes: Floats, entries: Floats, points: Floats, awake: Flags, draws: int) -> None:
    """Rule 5: people who cross come to the reception points to which their route leads; on one asleep nobody does."""
    count, number = len(routes) // ROUTE_SIZE, len(points) // POINT_SIZE
    crossing.choose_breaks(one, routes, awake, draws)
    for point in range(number):
        at = offset(point * POINT_SIZE)
        for draw in range(draws):
            points[at + Point.received + draw] = 0.0
            points[at + Point.received_by_first + draw] = 0.0
            points[at + Point.received_by_second + draw] = 0.0
        for route in range(count):
            if not awake[route]:
                continue
            to, entry = offset(route * ROUTE_SIZE), offset((route * number + point) * ENTRY_SIZE)
            for draw in range(draws):
                come = routes[to + Route.to_points + draw] * entries[entry + Entry.weight + draw]
                points[at + Point.received + draw] += come
                points[at + Point.received_by_first + draw] += come * routes[to + Route.passed_by_first + draw]
                points[at + Point.received_by_second + draw] += come * routes[to + Route.passed_by_second + draw]


@inner
def register(one: Floats, points: Floats, staffed: Floats, step: int, hours: float, draws: int) -> None:
    """Rule 5: each reception point registers those who wait, as fast as its staffed desks can.

    People come at one pace up to the first break of the step, at another up to the second, and at a third after it: so
    a queue that comes and goes between two bounds is as long as it is.
    """
    for draw in range(draws):
        one[One.in_registration_at_first + draw], one[One.in_registration_at_second + draw] = 0.0, 0.0
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        desk_hours = staffed[step, point] * hours
        for draw in range(draws):
            received, before = points[at + Point.received + draw], points[at + Point.awaiting_registration + draw]
            by_first = points[at + Point.received_by_first + draw]
            by_second = points[at + Point.received_by_second + draw]
            first, second = one[One.first_break + draw], one[One.second_break + draw]
            most = points[at + Point.registration_rate + draw] * desk_hours
            waiting = before + by_first - queue_served(before, by_first, most * first)
            one[One.in_registration_at_first + draw] += waiting
            come = max(0.0, by_second - by_first)
            waiting = waiting + come - queue_served(waiting, come, most * (second - first))
            one[One.in_registration_at_second + draw] += waiting
            come = max(0.0, received - by_second)
            waiting = waiting + come - queue_served(waiting, come, most * (1.0 - second))
            registered = max(0.0, before + received - waiting)
            points[at + Point.registered + draw] = registered
            points[at + Point.awaiting_registration + draw] = waiting
            one[One.registered_now + draw] += registered


@inner
def ask_for_beds(one: Floats, draws: int) -> None:
    """Rule 6: on registration a share asks for a bed; people who come back without having registered need one."""
    for draw in range(draws):
        asked = one[One.registered_now + draw] * one[One.asks_share + draw]
        one[One.asked + draw] = asked
        one[One.registered_now + draw] -= asked
        one[One.awaiting_placement + draw] += asked + one[One.came_back_unregistered + draw]
