"""Whether a network of routes agrees: who goes where, by which road, to which reception point."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from refugee_model.errors import Problem, nearest
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.check_times import TOLERANCE, clock
from refugee_model.scenario.origins import is_whole
from refugee_model.scenario.places import District, People
from refugee_model.scenario.schedules import instants, most_of, value_at
from refugee_model.scenario.timeline import Timeline
from refugee_model.scenario.timing import Timing
from refugee_model.wording import figure, listed

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario


def find_ways(timeline: Timeline, people: People, timing: Timing) -> Iterator[Problem]:
    """Districts without a route, routes that are not there, distances that cannot be, and shares that do not add up."""
    routes = list(timing.routes)
    for name, district in people.districts.items():
        path = f"people.districts.{name}.routes"
        unknown = [route for route in district.routes if route not in routes]
        for route in unknown:
            said = nearest(route, routes) if routes else "this scenario names none: write [timing.routes.NAME] for each"
            yield Problem(f"{path}.{route}", f"is not a route of timing.routes; {said}")
        if routes and not district.routes:
            yield Problem(path, f"is missing: its people have no way out; give a share for {listed(routes)}")
        yield from _shorter_than_the_road(name, district, timing)
        if unknown or not district.routes:
            continue
        shares, wrong = [way.share for way in district.routes.values()], []
        for hours in instants(shares, timeline):
            total = sum(value_at(share, timeline, hours) for share in shares)
            if abs(total - 1.0) > TOLERANCE:
                wrong.append(figure(total) + (f" from {clock(timeline, hours)} on" if hours > 0 else ""))
        if wrong:
            yield Problem(path, f"shares add up to {listed(wrong)}, expected 1")


def _shorter_than_the_road(name: str, district: District, timing: Timing) -> Iterator[Problem]:
    """A distance given for other roads that is shorter than this one: who lives beside a road says how far it is."""
    for route, way in district.routes.items():
        length = timing.routes[route].corridor.length_km if route in timing.routes else None
        if way.distance_km is None and length is not None and district.distance_km < length:
            found = f"is blank, and the {figure(district.distance_km)} km of the district"
            mend = f"are shorter than this road of {figure(length)} km; give its distance by this road"
            yield Problem(f"people.districts.{name}.routes.{route}.distance_km", f"{found} {mend}")


def find_on_roads(people: People, timing: Timing) -> Iterator[Problem]:
    """People said to be on a road that is not there, or on one of several without saying which."""
    now, routes = people.now, list(timing.routes)
    for route in now.on_road_by_route:
        if route not in routes:
            said = nearest(route, routes) if routes else "this scenario names none: give people.now.on_road"
            yield Problem(f"people.now.on_road_by_route.{route}", f"is not a route of timing.routes; {said}")
    if routes and now.on_road:
        mend = f"give people.now.on_road_by_route, by name of {listed(routes)}"
        yield Problem("people.now.on_road", f"found {figure(now.on_road)}, yet there are several roads; {mend}")


def find_entries(timeline: Timeline, people: People, timing: Timing, aid: Aid) -> Iterator[Problem]:
    """Routes that lead to a point that is not there, or nowhere; points that no route reaches."""
    others: tuple[tuple[Collection[str], str], ...] = (
        (timing.routes, "is a route, and a route leads to reception points, never in a circle"),
        (people.districts, "is a district that people flee from, and a route leads to reception points, never back"),
        (aid.provinces, "is a province, and a route leads to reception points"),
    )
    points, straight = aid.reception_points, timing.accommodation.straight_to_relatives_share
    for name, route in timing.routes.items():
        path = f"timing.routes.{name}.leads_to"
        for point in route.leads_to:
            if point not in points:
                said = next(
                    (words for places, words in others if point in places), "is not a reception point of this scenario"
                )
                yield Problem(f"{path}.{point}", f"{said}; {nearest(point, points)}")
        weights = list(route.leads_to.values())
        nowhere = [
            clock(timeline, hours)
            for hours in (instants([straight, *weights], timeline) if weights else ())
            if not any(value_at(weight, timeline, hours) for weight in weights)
            and value_at(straight, timeline, hours) < 1
        ]
        if nowhere:
            mend = "every weight is 0; give one point a weight above 0"
            yield Problem(path, f"leads nowhere from {listed(nowhere)} on: {mend}")
    if timing.routes and all(route.leads_to for route in timing.routes.values()):
        for point in points:
            if not any(point in route.leads_to for route in timing.routes.values()):
                mend = "name it in leads_to of a route, or take it out"
                yield Problem(f"aid.reception_points.{point}", f"no route leads to it; {mend}")


def find_midway(scenario: Scenario) -> Iterator[Problem]:
    """Districts said to be nearer than their road is long."""
    for name, district in scenario.people.districts.items():
        for route, way in district.routes.items():
            length = scenario.timing.roads[route].corridor.length_km
            if way.distance_km is not None and way.distance_km < length:
                found = f"found {figure(way.distance_km)} km, less than the {figure(length)} km of this road"
                yield Problem(
                    f"people.districts.{name}.routes.{route}.distance_km",
                    f"{found}: its people live beside it and join it midway; is it right?",
                )


def find_unreached(scenario: Scenario) -> Iterator[Problem]:
    """Reception points to which nobody is ever directed, and routes all of whose points are lost."""
    timeline, aid, roads = scenario.timeline, scenario.aid, scenario.timing.roads
    own = {name: point.weight for name, point in aid.reception_points.items()}
    directed = {name: road.leads_to or own for name, road in roads.items()}
    for point in aid.reception_points if scenario.timing.routes else ():
        if not any(most_of(weights.get(point)) for weights in directed.values()):
            path = f"aid.reception_points.{point}"
            yield Problem(path, "no route directs anybody to it: every weight is 0; is it right?")
    lost = {name: _lost_hours(point.province, aid, timeline) for name, point in aid.reception_points.items()}
    closed: dict[str, float] = {}
    for name, weights in directed.items():
        for hours in sorted({since for point in weights for since, _ in lost[point]}, reverse=True):
            some = [point for point, weight in weights.items() if value_at(weight, timeline, hours)]
            if some and all(any(since <= hours < until for since, until in lost[point]) for point in some):
                closed[name] = hours
    if closed:
        which = f" of {listed(list(closed))}" if scenario.timing.routes else ""
        said = f"from {clock(timeline, min(closed.values()))} on every one{which} is lost with its province"
        mend = "whoever crosses there goes on to relatives, unregistered; is it right?"
        yield Problem("aid.reception_points", f"{said}: {mend}")


def _lost_hours(province: str | None, aid: Aid, timeline: Timeline) -> list[tuple[float, float]]:
    """From when until when a province is lost [h]."""
    return [
        (timeline.hours_at(loss.since), float("inf") if loss.until is None else timeline.hours_at(loss.until))
        for loss in aid.losses.values()
        if loss.province == province and is_whole(loss)
    ]


def find_without_bus(scenario: Scenario) -> Iterator[Problem]:
    """Districts none of whose routes has a bus, for people without a vehicle."""
    routes, transport = scenario.timing.routes, scenario.timing.transport
    if not routes or transport.own_vehicle_share >= 1 or not most_of(scenario.aid.evacuation_buses.buses):
        return
    served = [name for name, route in routes.items() if most_of(route.bus_weight)]
    ways = {
        name: [route for route, way in district.routes.items() if most_of(way.share)]
        for name, district in scenario.people.districts.items()
    }
    without = [name for name, taken in ways.items() if not {*taken} & {*served}]
    if without:
        roads = listed(list(dict.fromkeys(route for name in without for route in ways[name])))
        said = f"no bus takes {roads} (bus_weight is 0), so people of {listed(without)} without a vehicle never leave"
        yield Problem("aid.evacuation_buses", f"{said}; is it right?")
