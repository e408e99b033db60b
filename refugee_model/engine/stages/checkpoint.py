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
from refugee_model.scenario.routes import Road
from refugee_model.scenario.timeline import SECONDS_PER_HOUR

PAIR = 2 * LANES
"""Two curves of all lanes: people in private vehicles, people in buses."""


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
def take_noise(routes: Floats, route: int, noise: Floats, step: int, lanes: int) -> None:
    """Rule 4: ups and downs that nobody plans; ``noise`` (step, route, lane) multiplies what a checkpoint lets pass."""
    at = offset(route * ROUTE_SIZE)
    for lane in range(lanes):
        routes[at + Route.throughput + lane] = noise[step, route, lane]


@inner
def know_hour(routes: Floats, at: int, night: bool, lanes: int) -> None:
    """Rule 4: by night a checkpoint works at another pace."""
    at = offset(at)
    if night:
        for lane in range(lanes):
            routes[at + Route.by_this_hour + lane] = routes[at + Route.night_factor + lane]
    else:
        for lane in range(lanes):
            routes[at + Route.by_this_hour + lane] = 1.0


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
def serve(one: Floats, routes: Floats, at: int, hours: float, lanes: int) -> None:
    """Rule 4: how many pass the checkpoint, of a queue of one kind of vehicle or one that is served to its end."""
    at = offset(at)
    for lane in range(lanes):
        in_cars, in_buses = routes[at + Route.queue_by_vehicle + lane], routes[at + Route.queue_by_bus + lane]
        vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
        occupancy = (in_cars + in_buses) / vehicles if vehicles > 0.0 else 0.0
        most = capacity(
            routes[at + Route.checkpoint_rate + lane],
            routes[at + Route.checkpoint_seconds + lane],
            routes[at + Route.checkpoint_seconds_per_person + lane],
            occupancy,
            hours,
            routes[at + Route.by_this_hour + lane],
            routes[at + Route.throughput + lane],
        )
        served = share_of(queue_served(vehicles, 0.0, most), vehicles)
        routes[at + Route.passed_by_vehicle + lane] = in_cars * served
        routes[at + Route.passed_by_bus + lane] = in_buses * served
        routes[at + Route.passing_vehicles + lane] = vehicles * served
        routes[at + Route.waiting_vehicles + lane] = vehicles
        routes[at + Route.most_passing + lane] = most
    crossing.note_each(one, routes, at, lanes)


@inner
def remember_reached(routes: Floats, route: int, reached_curves: Floats, now: int, lanes: int) -> None:
    """``reached_curves`` (bound, route, 2, lane) remembers who reached the queue or was there, by vehicle, by bus."""
    at, first = offset(route * ROUTE_SIZE), offset(route * PAIR)
    to = offset(now * (len(routes) // ROUTE_SIZE) * PAIR + first)
    for lane in range(lanes):
        by_vehicle = routes[at + Route.cumulative_reached_by_vehicle + lane]
        by_bus = routes[at + Route.cumulative_reached_by_bus + lane]
        reached_curves[to + lane] = reached_curves[first + lane] + by_vehicle
        reached_curves[to + LANES + lane] = reached_curves[first + LANES + lane] + by_bus


@inner
def serve_in_order(
    one: Floats,
    routes: Floats,
    route: int,
    reached_curves: Floats,
    first_in_queue: Integers,
    now: int,
    hours: float,
    lanes: int,
) -> None:
    """Rule 4: of a queue of cars and buses that is not served to its end, those pass who came first.

    Of one that is, it is known who passes, but not yet when.
    """
    at, first, width = offset(route * ROUTE_SIZE), route * PAIR, len(routes) // ROUTE_SIZE * PAIR
    for lane in range(lanes):
        in_cars, in_buses = routes[at + Route.queue_by_vehicle + lane], routes[at + Route.queue_by_bus + lane]
        came = routes[at + Route.reached_by_vehicle + lane] + routes[at + Route.reached_by_bus + lane]
        emptied = routes[at + Route.passed_by_bus + lane] >= in_buses
        passed = routes[at + Route.cumulative_passed + lane]
        if in_cars <= 0.0 or in_buses <= 0.0 or (emptied and above_rounding(in_cars + in_buses - came, passed) <= 0.0):
            continue
        step, parts = first_in_queue[route, lane], (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        while step < now and reached(reached_curves, step * width + first + lane) <= passed:
            step += 1
        cars, buses, left = 0.0, 0.0, hours
        while left > 0.0 and step <= now:
            of_cars, of_buses, gone = joined(reached_curves, step * width + first + lane, width, passed)
            vehicles = of_cars / one[One.people_per_vehicle + lane] + of_buses / one[One.people_per_bus + lane]
            if vehicles > 0.0:
                hourly = capacity(
                    routes[at + Route.checkpoint_rate + lane],
                    routes[at + Route.checkpoint_seconds + lane],
                    routes[at + Route.checkpoint_seconds_per_person + lane],
                    (of_cars + of_buses) / vehicles,
                    1.0,
                    routes[at + Route.by_this_hour + lane],
                    routes[at + Route.throughput + lane],
                )
                takes = vehicles / hourly * (1.0 - gone)
                part = (1.0 - gone) * share_of(left, takes) if takes > 0.0 else 1.0 - gone
                people, waited = of_cars + of_buses, hours - left
                if step < now:
                    parts = crossing.joined_to(parts, min(left, takes), people * part)
                else:
                    parts = crossing.with_those_who_came(parts, hours, waited, takes, people * (1.0 - gone), emptied)
                cars, buses, left = cars + of_cars * part, buses + of_buses * part, left - takes
            step += 1
        first_in_queue[route, lane] = max(0, step - 1)
        crossing.note(routes, at + lane, parts, hours)
        if emptied:
            continue
        cars, buses = min(cars, in_cars), min(buses, in_buses)
        routes[at + Route.passed_by_vehicle + lane] = cars
        routes[at + Route.passed_by_bus + lane] = buses
        routes[at + Route.passing_vehicles + lane] = (
            cars / one[One.people_per_vehicle + lane] + buses / one[One.people_per_bus + lane]
        )


@inner
def reached(reached_curves: Floats, at: int) -> float:
    """People who have reached the queue by a bound, by vehicle and by bus."""
    people: float = reached_curves[at] + reached_curves[at + LANES]
    return people


@inner
def joined(reached_curves: Floats, at: int, width: int, passed: float) -> tuple[float, float, float]:
    """People by vehicle and by bus who joined the queue in the step up to a bound, and what share have passed."""
    before_by_vehicle = reached_curves[at - width] if at >= width else 0.0
    before_by_bus = reached_curves[at + LANES - width] if at >= width else 0.0
    by_vehicle, by_bus = reached_curves[at] - before_by_vehicle, reached_curves[at + LANES] - before_by_bus
    return by_vehicle, by_bus, share_of(max(0.0, passed - before_by_vehicle - before_by_bus), by_vehicle + by_bus)


@inner
def leave_queue(one: Floats, routes: Floats, route: int, passed_curve: Floats, now: int, lanes: int) -> None:
    """Rule 4: they leave the queue; some are sent back, some are held, the others cross.

    The last few of all who have taken an open road pass with those before them, so that it is empty and can rest.
    """
    at, width = offset(route * ROUTE_SIZE), len(routes) // ROUTE_SIZE * LANES
    to = offset(slot(now, len(passed_curve) // width) * width + route * LANES)
    for lane in range(lanes):
        in_cars, in_buses = routes[at + Route.queue_by_vehicle + lane], routes[at + Route.queue_by_bus + lane]
        by_vehicle = min(routes[at + Route.passed_by_vehicle + lane], routes[at + Route.on_road_by_vehicle + lane])
        by_bus = min(routes[at + Route.passed_by_bus + lane], routes[at + Route.on_road_by_bus + lane])
        on_road = routes[at + Route.on_road_by_vehicle + lane] + routes[at + Route.on_road_by_bus + lane]
        opens = routes[at + Route.checkpoint_rate + lane] * routes[at + Route.by_this_hour + lane]
        opens = opens * routes[at + Route.throughput + lane] * routes[at + Route.road_capacity + lane]
        left, passed = on_road - by_vehicle - by_bus, routes[at + Route.cumulative_passed + lane]
        empties = (opens > 0.0) & last_few(left, passed)
        by_vehicle = routes[at + Route.on_road_by_vehicle + lane] if empties else by_vehicle
        by_bus = routes[at + Route.on_road_by_bus + lane] if empties else by_bus
        people = by_vehicle + by_bus
        turned = people * routes[at + Route.turned_back_share + lane]
        held = min(people - turned, people * routes[at + Route.detained_share + lane])
        routes[at + Route.queue_by_vehicle + lane] = 0.0 if empties else in_cars - by_vehicle
        routes[at + Route.queue_by_bus + lane] = 0.0 if empties else in_buses - by_bus
        routes[at + Route.passed_vehicles + lane] += routes[at + Route.passing_vehicles + lane]
        routes[at + Route.on_road_by_vehicle + lane] -= by_vehicle
        routes[at + Route.on_road_by_bus + lane] -= by_bus
        one[One.detained + lane] += held
        routes[at + Route.passed_by_vehicle + lane] = by_vehicle
        routes[at + Route.passed_by_bus + lane] = by_bus
        routes[at + Route.cumulative_passed + lane] += by_vehicle + by_bus
        routes[at + Route.held + lane] = held
        routes[at + Route.crossed + lane] = people - turned - held
        routes[at + Route.crossed_so_far + lane] += people - turned - held
        routes[at + Route.sent_back + lane] = turned
        passed_curve[to + lane] = routes[at + Route.passed_vehicles + lane]


@inner
def turn_back(routes: Floats, districts: Floats, legs: Floats, lanes: int) -> None:
    """Rule 4: people sent back go home, to each district in proportion to those who are away from it by this route."""
    count, number = len(routes) // ROUTE_SIZE, len(districts) // DISTRICT_SIZE
    for district in range(number):
        at = offset(district * DISTRICT_SIZE)
        for lane in range(lanes):
            districts[at + District.turned_back + lane] = 0.0
    for route in range(count):
        for lane in range(lanes):
            turned = routes[route * ROUTE_SIZE + Route.sent_back + lane]
            # Whoever is on a route that nobody takes was on it at the start: from where it is a way, see ``choice``.
            away, people, taken, last = 0.0, 0.0, False, number - 1
            for district in range(number):
                taken = taken or share_of_route(districts, legs, route, district, number, lane) > 0.0
            for district in range(number):
                at = offset(district * DISTRICT_SIZE)
                by_route = home_by_route(districts, legs, route, district, number, taken, lane)
                last = district if by_route > 0.0 else last
                away += people_away(districts, at, lane) * by_route
                people += districts[at + District.people + lane] * by_route
            left = turned
            for district in range(number):
                at = offset(district * DISTRICT_SIZE)
                by_route = home_by_route(districts, legs, route, district, number, taken, lane)
                share = share_of(people_away(districts, at, lane) * by_route, away)
                if away <= NOBODY * people:
                    share = share_of(districts[at + District.people + lane] * by_route, people)
                back = max(0.0, left if district == last else min(left, turned * share))
                districts[at + District.turned_back + lane] += back
                left -= back
    for district in range(number):
        at = offset(district * DISTRICT_SIZE)
        for lane in range(lanes):
            districts[at + District.willing + lane] += districts[at + District.turned_back + lane]


@inner
def share_of_route(districts: Floats, legs: Floats, route: int, district: int, number: int, lane: int) -> float:
    """Of those who have set off from a district, the share who took a route; before anyone has, who would take it."""
    every = 0.0
    for leg in range(district, len(legs) // LEG_SIZE, number):
        at = offset(leg * LEG_SIZE) + lane
        every += legs[at + Leg.cumulative_set_off_by_vehicle] + legs[at + Leg.cumulative_set_off_by_bus]
    at = offset((route * number + district) * LEG_SIZE) + lane
    here: float = legs[at + Leg.cumulative_set_off_by_vehicle] + legs[at + Leg.cumulative_set_off_by_bus]
    nobody = NOBODY * districts[offset(district * DISTRICT_SIZE) + District.people + lane]
    return here / every if every > nobody else legs[at + Leg.share]


@inner
def home_by_route(
    districts: Floats, legs: Floats, route: int, district: int, number: int, taken: bool, lane: int
) -> float:
    """Share of those away from a district who are on a route; on one that nobody takes any of whom it is a way."""
    belongs: float = legs[offset((route * number + district) * LEG_SIZE) + Leg.belongs + lane]
    return share_of_route(districts, legs, route, district, number, lane) if taken else belongs


@inner
def people_away(districts: Floats, at: int, lane: int) -> float:
    """People of a district who have set off and are not back."""
    held_back = districts[at + District.leaving_by_vehicle + lane] + districts[at + District.leaving_by_bus + lane]
    people = districts[at + District.people + lane] + districts[at + District.guests_so_far + lane]
    away: float = max(0.0, people - districts[at + District.willing + lane] - held_back)
    return away
