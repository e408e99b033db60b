"""What is read off every step: days, nights, highest values, cumulative curves, and who is new in each group.

Who is new: people who come back to a group are not counted again. Those with relatives who have not been in
transit or state accommodation are told from those who have, and those who need a bed and have not been with
relatives from those who have; whoever leaves either is taken to be as those who are there. What was before the
start is not known: everyone who is there at the start counts as new.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.rules import share_of
from refugee_model.engine.values import sum_of_places
from refugee_model.engine.variables import LANES, District, One, Point, Province, Route
from refugee_model.engine.waiting import SOMEBODY
from refugee_model.engine.workspace import DISTRICT_SIZE, POINT_SIZE, PROVINCE_SIZE, ROUTE_SIZE, Flags, inner, offset
from refugee_model.scenario.network import ONE, POINT, PROVINCE
from refugee_model.scenario.timeline import SECONDS_PER_HOUR, Timeline

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAST_FREE = 0.5
"""Room for fewer people than this is no room: nobody more can be assigned to a place with less."""
LEAST_ROOM = 1.0
"""A place with less room in all than this cannot be full: of beds that come one by one, half of one is none."""
ROUNDING = 1e-6
"""People below this come from rounding, as long as there are no more than a million."""
PRECISION = 1e-12
"""Share of all people within which sums of them are exact; of more than a million, people below it come from
rounding."""

NEARLY_ALL = 0.999
"""Share of those who cross by which the last arrival is told; the last few people come one by one."""

GROUPS = ("everyone", "waiting", "collective", "hosted", "unsheltered", "sheltered")
"""Groups of people that are counted in every step; their rows follow each other in the same order."""
ENTERED_GROUPS = GROUPS[:4]
"""Groups that standards count: it is kept how many are there at the end of a day, and how many had ever been."""
THERE = 2 * len(GROUPS)
EVER = THERE + len(ENTERED_GROUPS)
RECEIVED = EVER + len(ENTERED_GROUPS)
DAY_ROWS = RECEIVED + 1
"""Rows kept of a day: person-hours and peak of each of ``GROUPS``; of each of ``ENTERED_GROUPS`` those there at its
end, and those who have ever been there; those who have come to reception points since the start."""
CROSSED, OF_ROUTE = 1, 2
"""Cumulative curves kept at every bound: across the border, also before the start; of each route, to the queue and
out of it."""


def dust(people: float) -> float:
    """Of so many people, how many come from rounding at most."""
    return max(ROUNDING, PRECISION * people)


@inner
def begin(
    one: Floats, routes: Floats, points: Floats, provinces: Floats, awake: Flags, curves: Floats, lanes: int
) -> None:
    """The groups at the start, before the first step."""
    for lane in range(lanes):
        one[One.most_sheltered_time + lane] = np.nan
        one[One.most_unsheltered_time + lane] = np.nan
    for route in range(len(routes) // ROUTE_SIZE):
        at = offset(route * ROUTE_SIZE)
        for lane in range(lanes):
            routes[at + Route.most_queue_time + lane] = np.nan
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            provinces[at + Province.first_full + lane] = np.inf
    count(one, points, provinces, 0.0, 0.0, lanes)
    observe(one, routes, awake, curves, 0, 0.0, 0.0, lanes)


@inner
def count(one: Floats, points: Floats, provinces: Floats, start: float, end: float, lanes: int) -> None:
    """At the end of a step: who registers, travels, has a bed, has relatives; since when provinces are full."""
    for lane in range(lanes):
        one[One.in_registration + lane] = 0.0
        # Guests of a lost province on its residents' road are in transit, and need what people there need.
        one[One.in_travel + lane] = one[One.registered_guests_under_way + lane]
        one[One.now_sheltered + lane] = 0.0
        one[One.now_hosted + lane] = one[One.unregistered_hosted + lane]
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            one[One.in_registration + lane] += points[at + Point.awaiting_registration + lane]
    for province in range(len(provinces) // PROVINCE_SIZE):
        at, some_fill = offset(province * PROVINCE_SIZE), 0
        for lane in range(lanes):
            beds, people = provinces[at + Province.beds + lane], provinces[at + Province.sheltered + lane]
            travelling = provinces[at + Province.travelling + lane]
            is_full = (beds >= LEAST_ROOM) & (beds - (people + travelling) < LEAST_FREE)
            some_fill += 1 if is_full & (provinces[at + Province.first_full + lane] > start) else 0
            one[One.in_travel + lane] += travelling
            one[One.now_sheltered + lane] += people
            one[One.now_hosted + lane] += provinces[at + Province.hosted + lane]
        if some_fill > 0:
            find_when_full(provinces, at, start, end, lanes)
        for lane in range(lanes):
            taken = provinces[at + Province.sheltered + lane] + provinces[at + Province.travelling + lane]
            provinces[at + Province.room + lane] = provinces[at + Province.beds + lane] - taken
            provinces[at + Province.taken + lane] = taken


@inner
def find_when_full(provinces: Floats, at: int, start: float, end: float, lanes: int) -> None:
    """When a province is first full, in each draw in which it is by the end of the step."""
    at = offset(at)
    for lane in range(lanes):
        beds, first = provinces[at + Province.beds + lane], provinces[at + Province.first_full + lane]
        taken = provinces[at + Province.sheltered + lane] + provinces[at + Province.travelling + lane]
        # Room falls on a straight line; beds that are lost at the beginning of the step are no room before it.
        room, before = (
            beds - taken,
            min(provinces[at + Province.room + lane], beds - provinces[at + Province.taken + lane]),
        )
        full_at = start + share_of(max(0.0, before - LEAST_FREE), max(0.0, before - room)) * (end - start)
        is_full = (beds >= LEAST_ROOM) & (room < LEAST_FREE)
        provinces[at + Province.first_full + lane] = min(first, full_at) if is_full else first


@inner
def observe(
    one: Floats, routes: Floats, awake: Flags, curves: Floats, bound: int, hours: float, now: float, lanes: int
) -> None:
    """At the end of a step: what is highest so far and when, person-hours, and the curves (bound, curve, lane)."""
    for lane in range(lanes):
        waiting = one[One.in_registration + lane] + one[One.awaiting_placement + lane] + one[One.in_travel + lane]
        waiting += one[One.unregistered_guests_under_way + lane]
        collective = waiting + one[One.now_sheltered + lane]
        one[One.now_waiting + lane] = waiting
        one[One.now_collective + lane] = collective
        one[One.now_everyone + lane] = collective + one[One.now_hosted + lane]
        one[One.now_unsheltered + lane] = max(0.0, one[One.awaiting_placement + lane] - one[One.transit_places + lane])
        between = max(one[One.in_registration_at_first + lane], one[One.in_registration_at_second + lane])
        most = max(one[One.most_registration + lane], one[One.in_registration + lane])
        one[One.most_registration + lane] = max(most, between)
        covered = one[One.cash_coverage + lane] if hours > 0.0 else 0.0
        crossed = one[One.cumulative_crossed + lane] + one[One.crossing + lane]
        one[One.cumulative_crossed + lane] = crossed
        one[One.cumulative_received + lane] += max(0.0, one[One.arriving + lane] - one[One.went_straight_on + lane])
        # Cash once: those who leave had it or not in the same shares as those who are there, of whom the covered share
        # has it.
        there, before = one[One.now_everyone + lane], one[One.before_everyone + lane]
        # Where coverage has just risen, those who leave within the step are among the paid.
        at_once = max(0.0, covered * before - one[One.paid_and_there + lane])
        before += one[One.arriving + lane]
        paid = (one[One.paid_and_there + lane] + at_once) * (min(1.0, there / before) if before > 0.0 else 1.0)
        one[One.paid_once + lane] += at_once + max(0.0, covered * there - paid)
        one[One.paid_and_there + lane] = max(paid, covered * there)
        one[One.covered_hours + lane] += (
            covered * 0.5 * (one[One.now_hosted + lane] + one[One.before_hosted + lane]) * hours
        )
    for route in range(len(routes) // ROUTE_SIZE):
        if not awake[route]:
            continue
        at = offset(route * ROUTE_SIZE)
        for lane in range(lanes):
            in_cars, in_buses = routes[at + Route.queue_by_vehicle + lane], routes[at + Route.queue_by_bus + lane]
            vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
            # The longest queue is that of most people; its vehicles and its time are those of that moment.
            people, most = in_cars + in_buses, routes[at + Route.most_queue_people + lane]
            before, when = routes[at + Route.most_queue_vehicles + lane], routes[at + Route.most_queue_time + lane]
            longer = people > most and people >= SOMEBODY
            routes[at + Route.most_queue_time + lane] = now if longer else when
            routes[at + Route.most_queue_vehicles + lane] = vehicles if longer else before
            routes[at + Route.most_queue_people + lane] = people if longer else most
    for lane in range(lanes):
        nobody = max(ROUNDING, PRECISION * one[One.cumulative_crossed + lane])
        people, most, when = (
            one[One.now_sheltered + lane],
            one[One.most_sheltered + lane],
            one[One.most_sheltered_time + lane],
        )
        one[One.most_sheltered_time + lane] = now if people > max(most, nobody) else when
        one[One.most_sheltered + lane] = max(most, people)
        people, most, when = (
            one[One.now_unsheltered + lane],
            one[One.most_unsheltered + lane],
            one[One.most_unsheltered_time + lane],
        )
        one[One.most_unsheltered_time + lane] = now if people > max(most, nobody) else when
        one[One.most_unsheltered + lane] = max(most, people)
    for group in range(len(GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            there = one[One.now_everyone + at + lane]
            one[One.hours_everyone + at + lane] += 0.5 * (there + one[One.before_everyone + at + lane]) * hours
            one[One.peak_everyone + at + lane] = max(one[One.peak_everyone + at + lane], there)
            one[One.before_everyone + at + lane] = there
    for lane in range(lanes):
        curves[bound, 0, lane] = one[One.cumulative_crossed + lane]
    for route in range(len(routes) // ROUTE_SIZE):
        if awake[route]:
            keep_curves(routes, route, curves, bound, lanes)


@inner
def keep_curves(routes: Floats, route: int, curves: Floats, bound: int, lanes: int) -> None:
    """How many have come to the queue of a route and out of it, to the curves (bound, curve, lane)."""
    at, first = offset(route * ROUTE_SIZE), CROSSED + OF_ROUTE * route
    by_vehicle, by_bus = Route.cumulative_reached_by_vehicle, Route.cumulative_reached_by_bus
    for lane in range(lanes):
        curves[bound, first, lane] = routes[at + by_vehicle + lane] + routes[at + by_bus + lane]
        curves[bound, first + 1, lane] = routes[at + Route.cumulative_passed + lane]


@inner
def close_day(one: Floats, days: Floats, day: int, lanes: int) -> None:
    """What is kept of the day that ends, to array (day, row, lane) with ``DAY_ROWS``; the next day begins."""
    for group in range(len(GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            days[day, group, lane] = one[One.hours_everyone + at + lane]
            days[day, len(GROUPS) + group, lane] = one[One.peak_everyone + at + lane]
            one[One.hours_everyone + at + lane] = 0.0
            one[One.peak_everyone + at + lane] = one[One.now_everyone + at + lane]
    for group in range(len(ENTERED_GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            days[day, THERE + group, lane] = one[One.now_everyone + at + lane]
            days[day, EVER + group, lane] = one[One.entered_everyone + at + lane]
    for lane in range(lanes):
        days[day, RECEIVED, lane] = one[One.cumulative_received + lane]


WITHOUT_ROOF = ("on_road", "at_reception", "unsheltered")
"""On the road, at a reception point beyond its covered places, waiting for a bed beyond the transit places."""
PARTS = (*WITHOUT_ROOF, "held_back")
"""What is counted each night. Those held back at home have a roof: they are no part of the sum."""


@inner
def count_night(
    one: Floats, routes: Floats, districts: Floats, points: Floats, nights: Floats, night: int, lanes: int
) -> None:
    """Heads of each of ``PARTS`` now, to array (night, part, lane); places are those that held until now."""
    for lane in range(lanes):
        nights[night, 0, lane] = 0.0
        nights[night, 1, lane] = 0.0
        nights[night, 2, lane] = max(0.0, one[One.awaiting_placement + lane] - one[One.transit_places + lane])
        nights[night, 3, lane] = 0.0
    for route in range(len(routes) // ROUTE_SIZE):
        at = offset(route * ROUTE_SIZE)
        for lane in range(lanes):
            nights[night, 0, lane] += (
                routes[at + Route.on_road_by_vehicle + lane] + routes[at + Route.on_road_by_bus + lane]
            )
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            nights[night, 1, lane] += max(
                0.0, points[at + Point.awaiting_registration + lane] - points[at + Point.covered_places + lane]
            )
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        for lane in range(lanes):
            nights[night, 3, lane] += (
                districts[at + District.leaving_by_vehicle + lane] + districts[at + District.leaving_by_bus + lane]
            )


def night_bounds(timeline: Timeline, hours: Floats) -> Integers:
    """Positions among the bounds [h] at which nights are counted."""
    return np.searchsorted(np.rint(hours * SECONDS_PER_HOUR), np.rint(timeline.nights * SECONDS_PER_HOUR))


def put_entries_at_start(state: dict[str, Floats]) -> None:
    """Everyone in a group at the start counts as new to it; ``state`` is (place, variable, lane) by group of places."""
    one, provinces = state[ONE][0], state[PROVINCE]
    registering = sum_of_places(state[POINT][:, Point.awaiting_registration.row])
    travelling, sheltered, hosted = (
        sum_of_places(provinces[:, row.row]) for row in (Province.travelling, Province.sheltered, Province.hosted)
    )
    needing = one[One.awaiting_placement.row] + travelling + sheltered
    one[One.entered_waiting.row] = registering + one[One.awaiting_placement.row] + travelling
    one[One.entered_collective.row] = registering + needing
    one[One.entered_hosted.row] = one[One.unregistered_hosted.row] + hosted
    one[One.entered_everyone.row] = one[One.entered_collective.row] + one[One.entered_hosted.row]
    one[[One.registered_hosted.row, One.hosted_who_never_waited.row]] = hosted
    one[[One.need_a_bed.row, One.waiting_who_never_were_hosted.row]] = needing


@inner
def begin_counting(one: Floats, lanes: int) -> None:
    """In the step that begins nobody has come back from relatives or moved out yet."""
    for lane in range(lanes):
        one[One.came_back_to_wait + lane] = 0.0
        one[One.moved_to_relatives + lane] = 0.0


@inner
def count_entries(one: Floats, lanes: int) -> None:
    """At the end of a step: people who came into each group and had not been in it."""
    for lane in range(lanes):
        later, asks = one[One.registered_later + lane], one[One.asks_share + lane]
        asked_later, straight = later * asks, one[One.went_straight_on + lane]
        joined_later = later - asked_later
        back, back_unregistered = one[One.came_back_to_wait + lane], one[One.came_back_unregistered + lane]
        joined, asked, moved = one[One.registered_now + lane], one[One.asked + lane], one[One.moved_to_relatives + lane]

        with_relatives = one[One.registered_hosted + lane] + joined
        never_waited = (one[One.hosted_who_never_waited + lane] + joined_later) / max(with_relatives, 1e-9)
        needing = one[One.need_a_bed + lane] + asked + back + back_unregistered
        never_hosted = (one[One.waiting_who_never_were_hosted + lane] + max(0.0, asked - asked_later)) / max(
            needing, 1e-9
        )
        never_waited, never_hosted = min(1.0, never_waited), min(1.0, never_hosted)

        come = max(0.0, one[One.arriving + lane] - straight) + asked_later + back_unregistered + back * never_waited
        one[One.entered_everyone + lane] += one[One.arriving + lane]
        one[One.entered_waiting + lane] += come
        one[One.entered_collective + lane] += come
        one[One.entered_hosted + lane] += (
            straight + one[One.went_on_unregistered + lane] + max(0.0, joined - joined_later) + moved * never_hosted
        )

        hosted = max(0.0, one[One.now_hosted + lane] - one[One.unregistered_hosted + lane])
        waiting = one[One.awaiting_placement + lane] + one[One.in_travel + lane]
        # Guests who come off a road to relatives had been with relatives, and have been in transit since.
        settled = hosted - moved - one[One.guests_to_relatives + lane]
        one[One.hosted_who_never_waited + lane] = never_waited * max(0.0, settled)
        one[One.registered_hosted + lane] = hosted
        one[One.need_a_bed + lane] = waiting + one[One.now_sheltered + lane]
        one[One.waiting_who_never_were_hosted + lane] = never_hosted * one[One.need_a_bed + lane]
        # People whose beds are lost wait again, also those sheltered since the start: never fewer than are there.
        waiting += one[One.in_registration + lane] + one[One.unregistered_guests_under_way + lane]
        one[One.entered_waiting + lane] = max(one[One.entered_waiting + lane], waiting)
        one[One.entered_collective + lane] = max(
            one[One.entered_collective + lane], waiting + one[One.now_sheltered + lane]
        )
