"""At the checkpoint, rule 4: vehicles pass in the order they came; people are sent back, held, or cross."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import (
    NOBODY,
    above_rounding,
    checkpoint_vehicles_per_hour,
    last_few,
    queue_served,
    share_of,
)
from refugee_model.engine.stages import crossing
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
from refugee_model.scenario.routes import Road
from refugee_model.scenario.timeline import SECONDS_PER_HOUR

PAIR = 2 * AT_ONCE
"""Two curves of all draws: people in private vehicles, people in buses."""


class Passing(NamedTuple):
    """How the checkpoints work."""

    in_order: bool
    """Whether cars and buses queue together, in any draw, and pass in the order they came."""
    sends_back: bool
    """Whether people are sent back, in any draw."""


def lay_out(layout: Layout) -> Passing:
    """What each checkpoint lets through; the roads must have been laid out."""
    rows = (Route.night_factor, Route.turned_back_share, Route.detained_share)
    for number, road in enumerate(layout.roads):
        for row in rows:
            layout.of(row, number)[:] = layout.schedule(road.path(f"checkpoint.{row.name}"))
        _put_throughput(layout, number, road)
    layout.put_people(One.detained)
    sends_back = bool(np.any(layout.of(Route.turned_back_share, slice(None)) > 0))
    return Passing(bool(np.any(layout.of(One.bus_places) > 0)), sends_back)


def _put_throughput(layout: Layout, number: int, road: Road) -> None:
    """Vehicles an hour, or lanes and the time that each vehicle takes, in each regime."""
    values, checkpoint = layout.values, road.checkpoint
    lanes = layout.schedule(road.path("checkpoint.lanes"))
    rate, seconds = layout.of(Route.checkpoint_rate, number), layout.of(Route.checkpoint_seconds, number)
    per_person = layout.of(Route.checkpoint_seconds_per_person, number)
    if checkpoint.vehicles_per_hour is None:
        rate[:] = lanes * SECONDS_PER_HOUR
        seconds[:] = values[road.path("checkpoint.seconds_per_vehicle")]
        per_person[:] = values[road.path("checkpoint.seconds_per_person")]
    else:
        rate[:] = layout.schedule(road.path("checkpoint.vehicles_per_hour"))
        seconds[:] = 1.0
    for place, regime in enumerate(checkpoint.regimes):
        within = layout.within(regime)
        given = values[road.path(f"checkpoint.regimes.{place}.vehicles_per_hour")]
        if regime.vehicles_per_hour is None and regime.kind == "tandem":
            rate[within] *= 1.0 + values[road.path("checkpoint.tandem_gain")]
            continue
        if regime.vehicles_per_hour is None and regime.kind == "open":
            continue
        if regime.vehicles_per_hour is None and regime.kind == "inspection":
            given = lanes[within] * values[road.path("checkpoint.inspection_vehicles_per_hour_per_lane")]
        rate[within], seconds[within], per_person[within] = given, 1.0, 0.0


def nights(layout: Layout) -> Flags:
    """Whether each step lies in the night of each checkpoint (step, route)."""
    return np.stack([_night(layout, road) for road in layout.roads], axis=1)


def _night(layout: Layout, road: Road) -> Flags:
    """Whether each step lies in the night of a checkpoint."""
    start, end = road.checkpoint.night_from_hour, road.checkpoint.night_until_hour
    return layout.during(start, end) & (start != end)


@inner
def take_noise(routes: Floats, route: int, noise: Floats, step: int, draws: int) -> None:
    """Rule 4: ups and downs that nobody plans; ``noise`` (step, route, draw) multiplies what a checkpoint lets pass."""
    at = offset(route * ROUTE_SIZE)
    for draw in range(draws):
        routes[at + Route.throughput + draw] = noise[step, route, draw]


@inner
def know_hour(routes: Floats, at: int, night: bool, draws: int) -> None:
    """Rule 4: by night a checkpoint works at another pace."""
    at = offset(at)
    if night:
        for draw in range(draws):
            routes[at + Route.by_this_hour + draw] = routes[at + Route.night_factor + draw]
    else:
        for draw in range(draws):
            routes[at + Route.by_this_hour + draw] = 1.0


@inner
def capacity(
    rate: float, seconds: float, per_person: float, occupancy: float, hours: float, by_hour: float, throughput: float
) -> float:
    """What the checkpoint can let through in some hours, at this time of day and with its ups and downs [vehicles].

    It takes numbers: where it read them from the array itself, its callers would not use vector instructions.
    """
    vehicles: float = checkpoint_vehicles_per_hour(rate, seconds, per_person, occupancy) * hours * by_hour * throughput
    return vehicles


@inner
def serve(one: Floats, routes: Floats, at: int, hours: float, draws: int) -> None:
    """Rule 4: how many pass the checkpoint, of a queue of one kind of vehicle or one that is served to its end."""
    at = offset(at)
    for draw in range(draws):
        in_cars, in_buses = routes[at + Route.queue_by_vehicle + draw], routes[at + Route.queue_by_bus + draw]
        vehicles = in_cars / one[One.people_per_vehicle + draw] + in_buses / one[One.people_per_bus + draw]
        occupancy = (in_cars + in_buses) / vehicles if vehicles > 0.0 else 0.0
        most = capacity(
            routes[at + Route.checkpoint_rate + draw],
            routes[at + Route.checkpoint_seconds + draw],
            routes[at + Route.checkpoint_seconds_per_person + draw],
            occupancy,
            hours,
            routes[at + Route.by_this_hour + draw],
            routes[at + Route.throughput + draw],
        )
        served = share_of(queue_served(vehicles, 0.0, most), vehicles)
        routes[at + Route.passed_by_vehicle + draw] = in_cars * served
        routes[at + Route.passed_by_bus + draw] = in_buses * served
        routes[at + Route.passing_vehicles + draw] = vehicles * served
        routes[at + Route.waiting_vehicles + draw] = vehicles
        routes[at + Route.most_passing + draw] = most
    crossing.note_each(one, routes, at, draws)


@inner
def remember_reached(routes: Floats, route: int, reached_curves: Floats, now: int, draws: int) -> None:
    """``reached_curves`` (bound, route, 2, draw) remembers who reached the queue or was there, by vehicle, by bus."""
    at, first = offset(route * ROUTE_SIZE), offset(route * PAIR)
    to = offset(now * (len(routes) // ROUTE_SIZE) * PAIR + first)
    for draw in range(draws):
        by_vehicle = routes[at + Route.cumulative_reached_by_vehicle + draw]
        by_bus = routes[at + Route.cumulative_reached_by_bus + draw]
        reached_curves[to + draw] = reached_curves[first + draw] + by_vehicle
        reached_curves[to + AT_ONCE + draw] = reached_curves[first + AT_ONCE + draw] + by_bus


@inner
def serve_in_order(
    one: Floats,
    routes: Floats,
    route: int,
    reached_curves: Floats,
    first_in_queue: Integers,
    now: int,
    hours: float,
    draws: int,
) -> None:
    """Rule 4: of a queue of cars and buses that is not served to its end, those pass who came first.

    Of one that is, it is known who passes, but not yet when.
    """
    at, first, width = offset(route * ROUTE_SIZE), route * PAIR, len(routes) // ROUTE_SIZE * PAIR
    for draw in range(draws):
        in_cars, in_buses = routes[at + Route.queue_by_vehicle + draw], routes[at + Route.queue_by_bus + draw]
        came = routes[at + Route.reached_by_vehicle + draw] + routes[at + Route.reached_by_bus + draw]
        emptied = routes[at + Route.passed_by_bus + draw] >= in_buses
        passed = routes[at + Route.cumulative_passed + draw]
        if in_cars <= 0.0 or in_buses <= 0.0 or (emptied and above_rounding(in_cars + in_buses - came, passed) <= 0.0):
            continue
        step, parts = first_in_queue[route, draw], (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        while step < now and reached(reached_curves, step * width + first + draw) <= passed:
            step += 1
        cars, buses, left = 0.0, 0.0, hours
        while left > 0.0 and step <= now:
            of_cars, of_buses, through = joined(reached_curves, step * width + first + draw, width, passed)
            vehicles = of_cars / one[One.people_per_vehicle + draw] + of_buses / one[One.people_per_bus + draw]
            if vehicles > 0.0:
                hourly = capacity(
                    routes[at + Route.checkpoint_rate + draw],
                    routes[at + Route.checkpoint_seconds + draw],
                    routes[at + Route.checkpoint_seconds_per_person + draw],
                    (of_cars + of_buses) / vehicles,
                    1.0,
                    routes[at + Route.by_this_hour + draw],
                    routes[at + Route.throughput + draw],
                )
                takes = vehicles / hourly * (1.0 - through)
                part = (1.0 - through) * share_of(left, takes) if takes > 0.0 else 1.0 - through
                people, waited = of_cars + of_buses, hours - left
                if step < now:
                    parts = crossing.joined_to(parts, min(left, takes), people * part)
                else:
                    parts = crossing.with_those_who_came(parts, hours, waited, takes, people * (1.0 - through), emptied)
                cars, buses, left = cars + of_cars * part, buses + of_buses * part, left - takes
            step += 1
        first_in_queue[route, draw] = max(0, step - 1)
        crossing.note(routes, at + draw, parts, hours)
        if emptied:
            continue
        cars, buses = min(cars, in_cars), min(buses, in_buses)
        routes[at + Route.passed_by_vehicle + draw] = cars
        routes[at + Route.passed_by_bus + draw] = buses
        routes[at + Route.passing_vehicles + draw] = (
            cars / one[One.people_per_vehicle + draw] + buses / one[One.people_per_bus + draw]
        )


@inner
def reached(reached_curves: Floats, at: int) -> float:
    """People who have reached the queue by a bound, by vehicle and by bus."""
    people: float = reached_curves[at] + reached_curves[at + AT_ONCE]
    return people


@inner
def joined(reached_curves: Floats, at: int, width: int, passed: float) -> tuple[float, float, float]:
    """People by vehicle and by bus who joined the queue in the step up to a bound, and what share have passed."""
    before_by_vehicle = reached_curves[at - width] if at >= width else 0.0
    before_by_bus = reached_curves[at + AT_ONCE - width] if at >= width else 0.0
    by_vehicle, by_bus = reached_curves[at] - before_by_vehicle, reached_curves[at + AT_ONCE] - before_by_bus
    return by_vehicle, by_bus, share_of(max(0.0, passed - before_by_vehicle - before_by_bus), by_vehicle + by_bus)


@inner
def leave_queue(one: Floats, routes: Floats, route: int, passed_curve: Floats, now: int, draws: int) -> None:
    """Rule 4: they leave the queue; some are sent back, some are held, the others cross.

    The last few of all who have taken an open road pass with those before them, so that it is empty and can rest.
    """
    at, width = offset(route * ROUTE_SIZE), len(routes) // ROUTE_SIZE * AT_ONCE
    to = offset(slot(now, len(passed_curve) // width) * width + route * AT_ONCE)
    for draw in range(draws):
        in_cars, in_buses = routes[at + Route.queue_by_vehicle + draw], routes[at + Route.queue_by_bus + draw]
        by_vehicle = min(routes[at + Route.passed_by_vehicle + draw], routes[at + Route.on_road_by_vehicle + draw])
        by_bus = min(routes[at + Route.passed_by_bus + draw], routes[at + Route.on_road_by_bus + draw])
        on_road = routes[at + Route.on_road_by_vehicle + draw] + routes[at + Route.on_road_by_bus + draw]
        opens = routes[at + Route.checkpoint_rate + draw] * routes[at + Route.by_this_hour + draw]
        opens = opens * routes[at + Route.throughput + draw] * routes[at + Route.road_capacity + draw]
        left, passed = on_road - by_vehicle - by_bus, routes[at + Route.cumulative_passed + draw]
        empties = (opens > 0.0) & last_few(left, passed)
        by_vehicle = routes[at + Route.on_road_by_vehicle + draw] if empties else by_vehicle
        by_bus = routes[at + Route.on_road_by_bus + draw] if empties else by_bus
        people = by_vehicle + by_bus
        turned = people * routes[at + Route.turned_back_share + draw]
        held = min(people - turned, people * routes[at + Route.detained_share + draw])
        routes[at + Route.queue_by_vehicle + draw] = 0.0 if empties else in_cars - by_vehicle
        routes[at + Route.queue_by_bus + draw] = 0.0 if empties else in_buses - by_bus
        routes[at + Route.passed_vehicles + draw] += routes[at + Route.passing_vehicles + draw]
        routes[at + Route.on_road_by_vehicle + draw] -= by_vehicle
        routes[at + Route.on_road_by_bus + draw] -= by_bus
        one[One.detained + draw] += held
        routes[at + Route.passed_by_vehicle + draw] = by_vehicle
        routes[at + Route.passed_by_bus + draw] = by_bus
        routes[at + Route.cumulative_passed + draw] += by_vehicle + by_bus
        routes[at + Route.held + draw] = held
        routes[at + Route.crossed + draw] = people - turned - held
        routes[at + Route.crossed_so_far + draw] += people - turned - held
        routes[at + Route.sent_back + draw] = turned
        passed_curve[to + draw] = routes[at + Route.passed_vehicles + draw]


@inner
def turn_back(routes: Floats, districts: Floats, legs: Floats, draws: int) -> None:
    """Rule 4: people sent back go home, to each district in proportion to those who are away from it by this route."""
    count, number = len(routes) // ROUTE_SIZE, len(districts) // DISTRICT_SIZE
    for district in range(number):
        at = offset(district * DISTRICT_SIZE)
        for draw in range(draws):
            districts[at + District.turned_back + draw] = 0.0
    for route in range(count):
        for draw in range(draws):
            turned = routes[route * ROUTE_SIZE + Route.sent_back + draw]
            # Whoever is on a route that nobody takes was on it at the start: from where it is a way, see ``choice``.
            away, people, taken, last = 0.0, 0.0, False, number - 1
            for district in range(number):
                taken = taken or share_of_route(districts, legs, route, district, number, draw) > 0.0
            for district in range(number):
                at = offset(district * DISTRICT_SIZE)
                by_route = home_by_route(districts, legs, route, district, number, taken, draw)
                last = district if by_route > 0.0 else last
                away += people_away(districts, at, draw) * by_route
                people += districts[at + District.people + draw] * by_route
            left = turned
            for district in range(number):
                at = offset(district * DISTRICT_SIZE)
                by_route = home_by_route(districts, legs, route, district, number, taken, draw)
                share = share_of(people_away(districts, at, draw) * by_route, away)
                if away <= NOBODY * people:
                    share = share_of(districts[at + District.people + draw] * by_route, people)
                back = max(0.0, left if district == last else min(left, turned * share))
                districts[at + District.turned_back + draw] += back
                left -= back
    for district in range(number):
        at = offset(district * DISTRICT_SIZE)
        for draw in range(draws):
            districts[at + District.willing + draw] += districts[at + District.turned_back + draw]


@inner
def share_of_route(districts: Floats, legs: Floats, route: int, district: int, number: int, draw: int) -> float:
    """Of those who have set off from a district, the share who took a route; before anyone has, who would take it."""
    every = 0.0
    for leg in range(district, len(legs) // LEG_SIZE, number):
        at = offset(leg * LEG_SIZE) + draw
        every += legs[at + Leg.cumulative_set_off_by_vehicle] + legs[at + Leg.cumulative_set_off_by_bus]
    at = offset((route * number + district) * LEG_SIZE) + draw
    here: float = legs[at + Leg.cumulative_set_off_by_vehicle] + legs[at + Leg.cumulative_set_off_by_bus]
    nobody = NOBODY * districts[offset(district * DISTRICT_SIZE) + District.people + draw]
    return here / every if every > nobody else legs[at + Leg.share]


@inner
def home_by_route(
    districts: Floats, legs: Floats, route: int, district: int, number: int, taken: bool, draw: int
) -> float:
    """Share of those away from a district who are on a route; on one that nobody takes any of whom it is a way."""
    belongs: float = legs[offset((route * number + district) * LEG_SIZE) + Leg.belongs + draw]
    return share_of_route(districts, legs, route, district, number, draw) if taken else belongs


@inner
def people_away(districts: Floats, at: int, draw: int) -> float:
    """People of a district who have set off and are not back."""
    held_back = districts[at + District.leaving_by_vehicle + draw] + districts[at + District.leaving_by_bus + draw]
    people = districts[at + District.people + draw] + districts[at + District.guests_so_far + draw]
    away: float = max(0.0, people - districts[at + District.willing + draw] - held_back)
    return away
