"""What can be and is unlikely: numbers beyond what is usual, assumptions without effect, clocks that change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic.fields import FieldInfo

from refugee_model.errors import Problem, closest
from refugee_model.scenario.fields import Usual, declared_fields, entries_of, places_of, unit_of, usual_of
from refugee_model.scenario.network import hours_lost
from refugee_model.scenario.remembered import remembered
from refugee_model.scenario.timeline import is_schedule, most_of, value_at
from refugee_model.scenario.values import Assumptions
from refugee_model.wording import figure, listed, some_of, whole

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

MOST_NAMED = 3
NEARLY = 0.85
"""Names so much alike are hardly two, unless they differ by a number: Hills and Hils, not North Camp and South Camp."""
_NUMBER = re.compile(r"\d+")
DAYS_APART = 7.0
"""Days between looks at the clock: no zone changes its clock and changes it back within a week."""


@cache
def _zones() -> tuple[ZoneInfo, ...]:
    """The zones named after places; others, such as those of UTC, keep their offset."""
    return tuple(
        ZoneInfo(name)
        for name in sorted(available_timezones())
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))
    )


@cache
def _changes(start: datetime, days: float) -> tuple[tuple[str, datetime], ...]:
    """Zones that have the offset of the start and leave it before the end, and the first second of the new offset."""
    looks = [timedelta(days=min(look * DAYS_APART, days)) for look in range(int(days / DAYS_APART) + 2)]
    found = []
    for zone in _zones():
        offsets = [(start + look).astimezone(zone).utcoffset() for look in looks]
        if offsets[0] == start.utcoffset() and set(offsets) != {offsets[0]}:
            later = next(number for number, offset in enumerate(offsets) if offset != offsets[0])
            found.append((str(zone), _first_second(start, looks[later - 1], looks[later], zone)))
    return tuple(found)


def _first_second(start: datetime, before: timedelta, after: timedelta, zone: ZoneInfo) -> datetime:
    low, high = int(before.total_seconds()), int(after.total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        same = (start + timedelta(seconds=middle)).astimezone(zone).utcoffset() == start.utcoffset()
        low, high = (middle, high) if same else (low, middle)
    return (start + timedelta(seconds=high)).astimezone(zone)


def find_clock_changes(scenario: Scenario) -> Iterator[Problem]:
    """A projection in which the clocks of some country with this offset are changed."""
    timeline = scenario.timeline
    changes = _changes(timeline.start, timeline.days)
    if not changes:
        return
    named = some_of([name for name, _ in changes], MOST_NAMED)
    first = min(moment for _, moment in changes)
    kept = timeline.start.isoformat()[-6:]
    yield Problem(
        "timeline.start",
        f"clocks change within the projection in some zones that have {kept} at its start ({named}; first on "
        f"{first:%Y-%m-%d}), and the model keeps {kept} throughout: from then on shifts, nights and days come an hour "
        "off the clock. End the projection before the change and start another one with the new offset; where clocks "
        "do not change, write accepted = ['timeline.start']",
    )


def find_implausible(scenario: Scenario) -> Iterator[Problem]:
    """Everything about a scenario that is hardly meant."""
    found = [*_out_of_range(scenario), *(problem for find in ACROSS for problem in find(scenario))]
    yield from (problem for problem in found if problem.path not in scenario.accepted)


@cache
def _usual_fields(model: type[Assumptions]) -> tuple[tuple[str, FieldInfo, Usual], ...]:
    return tuple((path, field, usual) for path, field in declared_fields(model) if (usual := usual_of(field)))


def _out_of_range(scenario: Scenario) -> Iterator[Problem]:
    uncertain = scenario.uncertain.keys()
    for name in type(scenario).model_fields:
        group = getattr(scenario, name)
        for path, inner, said in _unusual(group) if isinstance(group, Assumptions) else ():
            middle = "the middle (median) is" if {f"{name}.{path}", f"{name}.{inner}"} & uncertain else "found"
            yield Problem(f"{name}.{inner}", f"{middle} {said}; is it right?")


@remembered
def _unusual(group: Assumptions) -> list[tuple[str, str, str]]:
    """Numbers of a group out of their usual range: path in the group, of the number itself, and what to say."""
    found = []
    for declared, field, usual in _usual_fields(type(group)):
        for path, _, value in places_of(declared, group):
            if value is None or value == field.default or isinstance(value, str):  # a word has no usual range
                continue
            unit = f" [{unit_of(field)}]" if unit_of(field) else ""
            for inner, number in _numbers(path, value):
                if not usual.low <= number <= usual.high:
                    found.append((path, inner, f"{number:,.6g}{unit}, usual are {usual} ({usual.why})"))
    return found


def _numbers(path: str, value: Any) -> Iterator[tuple[str, float]]:
    """The numbers of a value; 0 for a time in a schedule means none, closed or not yet."""
    if isinstance(value, Mapping):
        yield from ((f"{path}.{name}", number) for name, number in value.items())
        return
    if not is_schedule(value):
        yield path, value
        return
    for position, change in enumerate(value):
        if change.value or not any(other.value for other in value):
            yield f"{path}.{position}.value", change.value


def _need_a_bus(scenario: Scenario) -> Iterator[Problem]:
    transport, buses = scenario.timing.transport, scenario.aid.evacuation_buses
    if most_of(buses.buses):
        return
    leave = scenario.people.total * scenario.timing.departure.share_leaving
    without = leave * (1.0 - transport.own_vehicle_share)
    if without >= 1.0:
        share = f"own_vehicle_share = {figure(transport.own_vehicle_share)}"
        never = f"about {whole(without)} people who would leave have no vehicle ({share}) and there are no buses"
        yield Problem("aid.evacuation_buses.buses", f"{never}: they never leave; give buses, or own_vehicle_share = 1")
    if transport.fuel_litres is not None:
        fuel = transport.fuel_litres + sum(delivery.litres for delivery in transport.fuel_deliveries)
        vehicles = leave * transport.own_vehicle_share / transport.people_per_vehicle
        short = vehicles * transport.fuel_litres_per_vehicle - fuel
        if short > 0.01 * vehicles * transport.fuel_litres_per_vehicle:
            needed = f"{whole(vehicles)} vehicles need {whole(vehicles * transport.fuel_litres_per_vehicle)}"
            never = "and there are no buses: the others never leave; is it right?"
            yield Problem("timing.transport.fuel_litres", f"{figure(fuel)} litres in all, {needed}, {never}")


def _nobody_leaves(scenario: Scenario) -> Iterator[Problem]:
    departure, people = scenario.timing.departure, scenario.people
    if people.total and people.total * departure.share_leaving < 1.0 and not people.now.total:
        said = f"with {figure(departure.share_leaving)} of {figure(people.total)} people nobody leaves"
        yield Problem("timing.departure.share_leaving", said)
    left = scenario.timeline.hours - scenario.timeline.hours_at(departure.start)
    for name in ("midpoint_hours", "scale_hours", "peak_hours"):
        hours = getattr(departure, name)
        if hours is not None and hours > left > 0:
            said = f"found {hours:,.6g} h after departures begin, {left:,.6g} h before the projection ends"
            late = "most people have not left by then; are the units right, or timeline.days?"
            yield Problem(f"timing.departure.{name}", f"{said}: {late}")


def _never_registered(scenario: Scenario) -> Iterator[Problem]:
    accommodation, centres = scenario.timing.accommodation, scenario.aid.community_centres
    come = most_of(accommodation.comes_forward_per_hour)
    works = come and most_of(centres.centres) and centres.people_per_centre_hour
    if most_of(accommodation.straight_to_relatives_share) and not works:
        straight = "people who go straight on to relatives (straight_to_relatives_share) never register"
        mend = "as no community centre takes them; give centres and people_per_centre_hour"
        yield Problem("aid.community_centres", f"{straight}, {mend}")
    for name, point in scenario.aid.reception_points.items():
        if most_of(point.weight) and not most_of(point.desks) * point.people_per_desk_hour:
            said = "people are directed here and nobody is ever registered"
            yield Problem(f"aid.reception_points.{name}.desks", said)


def _no_beds(scenario: Scenario) -> Iterator[Problem]:
    aid = scenario.aid
    beds = sum(province.beds for province in aid.provinces.values()) + sum(order.beds for order in aid.surge.values())
    if most_of(scenario.timing.accommodation.asks_for_bed_share) and not beds:
        said = "people ask for beds (asks_for_bed_share), and there are none in any province, now or ordered"
        yield Problem("aid.provinces", said)
    elif aid.placement.seats_per_hour is not None and not most_of(aid.placement.seats_per_hour):
        said = "is 0 throughout: nobody is ever brought to a bed; leave it out if seats do not limit"
        yield Problem("aid.placement.seats_per_hour", said)


def _residents(scenario: Scenario) -> Iterator[Problem]:
    provinces = scenario.aid.provinces
    known = [province.residents for province in provinces.values() if province.residents]
    if len(known) == len(provinces) and scenario.people.total > sum(known):
        said = f"{figure(scenario.people.total)} people for provinces with {figure(sum(known))} residents in all"
        yield Problem("people.total", f"{said}: more guests than hosts; is it right?")
    for name, province in provinces.items():
        ordered = sum(order.beds for order in scenario.aid.surge.values() if order.province == name)
        if province.residents and province.beds + ordered > province.residents:
            beds = f"{figure(province.beds + ordered)} beds, those ordered included"
            said = f"{beds}, among {figure(province.residents)} residents; is it right?"
            yield Problem(f"aid.provinces.{name}.beds", said)


def _midway(scenario: Scenario) -> Iterator[Problem]:
    """Districts said to be nearer than their road is long."""
    for name, district in scenario.people.districts.items():
        for route, way in district.routes.items():
            length = scenario.timing.roads[route].corridor.length_km
            if way.distance_km is not None and way.distance_km < length:
                found = f"found {figure(way.distance_km)} km, less than the {figure(length)} km of this road"
                path = f"people.districts.{name}.routes.{route}.distance_km"
                yield Problem(path, f"{found}: its people live beside it and join it midway; is it right?")


def _unreached(scenario: Scenario) -> Iterator[Problem]:
    """Reception points to which nobody is ever directed, and routes all of whose points are lost."""
    timeline, aid, roads = scenario.timeline, scenario.aid, scenario.timing.roads
    own = {name: point.weight for name, point in aid.reception_points.items()}
    directed = {name: road.leads_to or own for name, road in roads.items()}
    for point in aid.reception_points if scenario.timing.routes else ():
        if not any(most_of(weights.get(point)) for weights in directed.values()):
            path = f"aid.reception_points.{point}"
            yield Problem(path, "no route directs anybody to it: every weight is 0; is it right?")
    lost = {name: hours_lost(point.province, aid, timeline) for name, point in aid.reception_points.items()}
    closed: dict[str, float] = {}
    for name, weights in directed.items():
        for hours in sorted({since for point in weights for since, _ in lost[point]}, reverse=True):
            some = [point for point, weight in weights.items() if value_at(weight, timeline, hours)]
            if some and all(any(since <= hours < until for since, until in lost[point]) for point in some):
                closed[name] = hours
    if closed:
        which = f" of {listed(list(closed))}" if scenario.timing.routes else ""
        said = f"from {timeline.clock(min(closed.values()))} on every one{which} is lost with its province"
        mend = "whoever crosses there goes on to relatives, unregistered; is it right?"
        yield Problem("aid.reception_points", f"{said}: {mend}")


def _without_bus(scenario: Scenario) -> Iterator[Problem]:
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


def _road(scenario: Scenario) -> Iterator[Problem]:
    for road in scenario.timing.roads.values():
        corridor, distances = road.corridor, scenario.people.distances(road.name, scenario.timing.roads)
        if not distances:
            others = (name for name in scenario.timing.routes if name != road.name)
            close = closest(road.name, others)
            mend = f"did you mean '{close}'?" if close else "is it right?"
            yield Problem(f"timing.routes.{road.name}", f"no district takes it: nobody goes by it; {mend}")
            continue
        farthest = max(distances)
        if corridor.length_km > 1.05 * farthest + 0.5:
            found = f"found {figure(corridor.length_km)} km, and no district is farther from the checkpoint than"
            longer = "the road that fills would be longer than the way; is it right?"
            yield Problem(road.path("corridor.length_km"), f"{found} {figure(farthest)} km: {longer}")
        if corridor.backward_wave_kmh > corridor.free_speed_kmh:
            found = f"found {figure(corridor.backward_wave_kmh)} km/h, faster than vehicles drive"
            drive = f"({figure(corridor.free_speed_kmh)} km/h)"
            yield Problem(road.path("corridor.backward_wave_kmh"), f"{found} {drive}; is it right?")


def _checkpoint(scenario: Scenario) -> Iterator[Problem]:
    timeline, roads = scenario.timeline, scenario.timing.roads.values()
    for road in roads:
        closed = [regime for regime in road.checkpoint.regimes if regime.kind == "closed" and regime.until is None]
        if closed and timeline.hours_at(closed[0].since) <= 0:
            yield Problem(road.path("checkpoint.regimes"), "it is closed throughout: nobody crosses")


def _taken_away(scenario: Scenario) -> Iterator[Problem]:
    """Numbers said to be taken away, while one of nearly that name is there and not among those they go with."""
    for number, correlation in enumerate(scenario.correlations):
        for position, path in enumerate(correlation.taken_away):
            near = _nearest_path(scenario, path.split("."))
            if near and near not in correlation.members:
                said = f"'{path}' is said to be taken away, and '{near}' is there; is the name right?"
                yield Problem(f"correlations.{number}.taken_away.{position}", said)


def _nearest_path(value: Any, parts: list[str]) -> str:
    """The path of a number whose place is called nearly as in another path, and else the same; empty if none is."""
    found = list(parts)
    for position, part in enumerate(parts):
        inner = entries_of(value)
        near = part if part in inner else closest(part, inner, cutoff=NEARLY)
        numbered = near and near != part and _NUMBER.sub("", near) == _NUMBER.sub("", part)
        if near is None or numbered or (near != part and found[:position] != parts[:position]):
            return ""
        found[position], value = near, inner[near]
    return ".".join(found)


ACROSS: tuple[Callable[[Scenario], Iterator[Problem]], ...] = (
    _need_a_bus,
    _nobody_leaves,
    _never_registered,
    _no_beds,
    _residents,
    _midway,
    _unreached,
    _without_bus,
    _road,
    _checkpoint,
    _taken_away,
    find_clock_changes,
)
"""What only several values together tell."""
