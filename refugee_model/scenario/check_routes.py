"""Whether a network of routes agrees: who goes where, by which road, to which reception point."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from refugee_model.errors import Problem, nearest
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.places import District, People
from refugee_model.scenario.schedules import instants, value_at
from refugee_model.scenario.timeline import Timeline
from refugee_model.scenario.timing import Timing
from refugee_model.wording import figure, listed

TOLERANCE = 1e-6


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
        shares = [way.share for way in district.routes.values()]
        for hours in instants(shares, timeline):
            total = sum(value_at(share, timeline, hours) for share in shares)
            if abs(total - 1.0) > TOLERANCE:
                when = "" if hours <= 0 else f" from {timeline.time_at(hours).isoformat(timespec='minutes')} on"
                yield Problem(path, f"shares add up to {figure(total)}{when}, expected 1")
                break


def _shorter_than_the_road(name: str, district: District, timing: Timing) -> Iterator[Problem]:
    """A distance that was given for other roads, and is shorter than the length that a route says itself.

    Who lives beside a road says how far it is from there by this route.
    """
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
        for hours in instants([straight, *weights], timeline) if weights else ():
            if not sum(value_at(weight, timeline, hours) for weight in weights) and (
                value_at(straight, timeline, hours) < 1
            ):
                when = timeline.time_at(hours).isoformat(timespec="minutes")
                yield Problem(path, f"leads nowhere from {when} on: every weight is 0; give one point a weight above 0")
                break
    if timing.routes and all(route.leads_to for route in timing.routes.values()):
        for point in points:
            if not any(point in route.leads_to for route in timing.routes.values()):
                mend = "name it in leads_to of a route, or take it out"
                yield Problem(f"aid.reception_points.{point}", f"no route leads to it; {mend}")
