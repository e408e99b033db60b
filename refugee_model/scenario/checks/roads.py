"""Whether who leaves when, by which road and through which checkpoint, agrees."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from refugee_model.errors import Problem, nearest
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.checks.times import HOURS_OUTSIDE, TOLERANCE, find_spans, hours_without
from refugee_model.scenario.places import District, People
from refugee_model.scenario.routes import Road
from refugee_model.scenario.timeline import Timeline, instants, value_at
from refugee_model.scenario.timing import PARAMETERS_OF_FORM, Departure, Timing
from refugee_model.wording import figure, listed


def find_departure(timeline: Timeline, people: People, timing: Timing) -> Iterator[Problem]:
    """A form without its parameters, and departures that never begin."""
    departure = timing.departure
    for name in PARAMETERS_OF_FORM[departure.form]:
        if getattr(departure, name) is None:
            yield Problem(f"timing.departure.{name}", f"is missing; the form '{departure.form}' needs it")
    if departure.form == "contagion" and departure.innovation_per_hour == 0:
        found = "found 0; then nobody leaves first: give a number above 0"
        yield Problem("timing.departure.innovation_per_hour", found)
    if departure.form == "logistic" and (departure.rate_per_hour or 0) * (departure.midpoint_hours or 0) > 600:
        found = "times midpoint_hours is more than 600; nobody would leave for weeks: check the units"
        yield Problem("timing.departure.rate_per_hour", found)
    if departure.form == "curve" and departure.curve is not None:
        yield from _curve(timeline, departure)
    begins: dict[str, datetime | float | None] = {"timing.departure.start": departure.start}
    begins |= {f"people.districts.{name}.departs_from": one.departs_from for name, one in people.districts.items()}
    for path, moment in begins.items():
        hours = float("nan") if moment is None else timeline.hours_at(moment)
        if timeline.hours <= hours <= timeline.hours + HOURS_OUTSIDE:
            expected = f"expected a time before the horizon ends, {timeline.clock(timeline.hours)}"
            yield Problem(path, f"found {timeline.clock(hours)}, {expected}")


def _curve(timeline: Timeline, departure: Departure) -> Iterator[Problem]:
    curve = departure.curve or ()
    hours = [timeline.hours_at(point.time) for point in curve]
    shares = [point.share for point in curve]
    if len(curve) < 2:
        yield Problem("timing.departure.curve", "needs at least two points")
    for number in range(1, len(curve)):
        path = f"timing.departure.curve.{number}"
        if hours[number] <= hours[number - 1]:
            yield Problem(f"{path}.time", "is not after the point before it; times must increase")
        if shares[number] < shares[number - 1]:
            found = f"found {figure(shares[number])} after {figure(shares[number - 1])}"
            yield Problem(f"{path}.share", f"{found}; shares of those who had left may not decrease")
    if shares and shares[0] != 0:
        found = f"found {figure(shares[0])}, expected 0: the curve begins when nobody has left"
        yield Problem("timing.departure.curve.0.share", found)


def find_checkpoint(timeline: Timeline, timing: Timing) -> Iterator[Problem]:
    """A checkpoint whose throughput cannot be worked out, or that is in two regimes at once; of every route."""
    found = (problem for road in timing.roads.values() for problem in _of_road(timeline, road))
    yield from dict.fromkeys(found)  # what holds for every route is said once


def _of_road(timeline: Timeline, road: Road) -> Iterator[Problem]:
    checkpoint = road.checkpoint
    times = (checkpoint.seconds_per_vehicle, checkpoint.seconds_per_person)
    if checkpoint.vehicles_per_hour is None and None not in times and not any(times):
        found = "this and seconds_per_person are both 0: checks take no time"
        mend = "give one of them more than 0, or give vehicles_per_hour (0 there means closed)"
        yield Problem(road.path("checkpoint.seconds_per_vehicle"), f"{found}; {mend}")
    elif checkpoint.vehicles_per_hour is None and None in times:
        mend = "give it, or give lanes, seconds_per_vehicle and seconds_per_person (blank is not 0: 0 means closed)"
        yield Problem(road.path("checkpoint.vehicles_per_hour"), f"is blank; {mend}")
    for number, regime in enumerate(checkpoint.regimes):
        path = road.path(f"checkpoint.regimes.{number}.vehicles_per_hour")
        if regime.kind in ("ambulances", "trickle") and regime.vehicles_per_hour is None:
            yield Problem(path, f"is missing; the regime '{regime.kind}' needs it")
        if regime.kind == "closed" and regime.vehicles_per_hour:
            yield Problem(path, "the regime is 'closed'; leave this out, or choose another kind")
    yield from find_spans(timeline, road.path("checkpoint.regimes"), enumerate(checkpoint.regimes))
    yield from find_spans(timeline, road.path("corridor.closures"), enumerate(road.corridor.closures))
    both = [checkpoint.turned_back_share, checkpoint.detained_share]
    most = max(sum(value_at(share, timeline, hours) for share in both) for hours in instants(both, timeline))
    if most > 1 + TOLERANCE:
        own = road.path("checkpoint.turned_back_share"), road.path("checkpoint.detained_share")
        where = next((path.rpartition(".")[0] for path in own if ".routes." in path), "timing.checkpoint")
        yield Problem(where, f"turned_back_share and detained_share add up to {figure(most)}, expected at most 1")


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
                wrong.append(figure(total) + (f" from {timeline.clock(hours)} on" if hours > 0 else ""))
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
                unknown = "is not a reception point of this scenario"
                said = next((words for places, words in others if point in places), unknown)
                yield Problem(f"{path}.{point}", f"{said}; {nearest(point, points)}")
        weights = list(route.leads_to.values())
        nowhere = [timeline.clock(hours) for hours in hours_without(weights, straight, timeline)] if weights else []
        if nowhere:
            mend = "every weight is 0; give one point a weight above 0"
            yield Problem(path, f"leads nowhere from {listed(nowhere)} on: {mend}")
    if timing.routes and all(route.leads_to for route in timing.routes.values()):
        for point in points:
            if not any(point in route.leads_to for route in timing.routes.values()):
                mend = "name it in leads_to of a route, or take it out"
                yield Problem(f"aid.reception_points.{point}", f"no route leads to it; {mend}")


def find_fuel(timing: Timing) -> Iterator[Problem]:
    """Deliveries of fuel where fuel is not counted."""
    if timing.transport.fuel_deliveries and timing.transport.fuel_litres is None:
        said = "is blank, yet fuel is delivered; give the litres at hand (0 if there are none)"
        yield Problem("timing.transport.fuel_litres", said)
