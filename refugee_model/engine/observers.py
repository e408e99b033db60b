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
from refugee_model.engine.variables import AT_ONCE, District, One, Point, Province, Route
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
    one: Floats, routes: Floats, points: Floats, provinces: Floats, awake: Flags, curves: Floats, draws: int
) -> None:
    """The groups at the start, before the first step."""
    for draw in range(draws):
        one[One.most_sheltered_time + draw] = np.nan
        one[One.most_unsheltered_time + draw] = np.nan
    for route in range(len(routes) // ROUTE_SIZE):
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            routes[at + Route.most_queue_time + draw] = np.nan
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            provinces[at + Province.first_full + draw] = np.inf
    count(one, points, provinces, 0.0, 0.0, draws)
    observe(one, routes, awake, curves, 0, 0.0, 0.0, draws)


@inner
def count(one: Floats, points: Floats, provinces: Floats, start: float, end: float, draws: int) -> None:
    """At the end of a step: who registers, travels, has a bed, has relatives; since when provinces are full."""
    for draw in range(draws):
        one[One.in_registration + draw] = 0.0
        # Guests of a lost province on its residents' road are in transit, and need what people there need.
        one[One.in_travel + draw] = one[One.registered_guests_under_way + draw]
        one[One.now_sheltered + draw] = 0.0
        one[One.now_hosted + draw] = one[One.unregistered_hosted + draw]
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for draw in range(draws):
            one[One.in_registration + draw] += points[at + Point.awaiting_registration + draw]
    for province in range(len(provinces) // PROVINCE_SIZE):
        at, some_fill = offset(province * PROVINCE_SIZE), 0
        for draw in range(draws):
            beds, people = provinces[at + Province.beds + draw], provinces[at + Province.sheltered + draw]
            travelling = provinces[at + Province.travelling + draw]
            is_full = (beds >= LEAST_ROOM) & (beds - (people + travelling) < LEAST_FREE)
            some_fill += 1 if is_full & (provinces[at + Province.first_full + draw] > start) else 0
            one[One.in_travel + draw] += travelling
            one[One.now_sheltered + draw] += people
            one[One.now_hosted + draw] += provinces[at + Province.hosted + draw]
        if some_fill > 0:
            find_when_full(provinces, at, start, end, draws)
        for draw in range(draws):
            taken = provinces[at + Province.sheltered + draw] + provinces[at + Province.travelling + draw]
            provinces[at + Province.room + draw] = provinces[at + Province.beds + draw] - taken
            provinces[at + Province.taken + draw] = taken


@inner
def find_when_full(provinces: Floats, at: int, start: float, end: float, draws: int) -> None:
    """When a province is first full, in each draw in which it is by the end of the step."""
    at = offset(at)
    for draw in range(draws):
        beds, first = provinces[at + Province.beds + draw], provinces[at + Province.first_full + draw]
        taken = provinces[at + Province.sheltered + draw] + provinces[at + Province.travelling + draw]
        # Room falls on a straight line; beds that are lost at the beginning of the step are no room before it.
        room, before = (
            beds - taken,
            min(provinces[at + Province.room + draw], beds - provinces[at + Province.taken + draw]),
        )
        full_at = start + share_of(max(0.0, before - LEAST_FREE), max(0.0, before - room)) * (end - start)
        is_full = (beds >= LEAST_ROOM) & (room < LEAST_FREE)
        provinces[at + Province.first_full + draw] = min(first, full_at) if is_full else first


@inner
def observe(
    one: Floats, routes: Floats, awake: Flags, curves: Floats, bound: int, hours: float, now: float, draws: int
) -> None:
    """At the end of a step: what is highest so far and when, person-hours, and the curves (bound, curve, draw)."""
    for draw in range(draws):
        waiting = one[One.in_registration + draw] + one[One.awaiting_placement + draw] + one[One.in_travel + draw]
        waiting += one[One.unregistered_guests_under_way + draw]
        collective = waiting + one[One.now_sheltered + draw]
        one[One.now_waiting + draw] = waiting
        one[One.now_collective + draw] = collective
        one[One.now_everyone + draw] = collective + one[One.now_hosted + draw]
        one[One.now_unsheltered + draw] = max(0.0, one[One.awaiting_placement + draw] - one[One.transit_places + draw])
        between = max(one[One.in_registration_at_first + draw], one[One.in_registration_at_second + draw])
        most = max(one[One.most_registration + draw], one[One.in_registration + draw])
        one[One.most_registration + draw] = max(most, between)
        covered = one[One.cash_coverage + draw] if hours > 0.0 else 0.0
        crossed = one[One.cumulative_crossed + draw] + one[One.crossing + draw]
        one[One.cumulative_crossed + draw] = crossed
        one[One.cumulative_received + draw] += max(0.0, one[One.arriving + draw] - one[One.went_straight_on + draw])
        # Cash once: those who leave had it or not in the same shares as those who are there, of whom the covered share
        # has it.
        there, before = one[One.now_everyone + draw], one[One.before_everyone + draw]
        # Where coverage has just risen, those who leave within the step are among the paid.
        at_once = max(0.0, covered * before - one[One.paid_and_there + draw])
        before += one[One.arriving + draw]
        paid = (one[One.paid_and_there + draw] + at_once) * (min(1.0, there / before) if before > 0.0 else 1.0)
        one[One.paid_once + draw] += at_once + max(0.0, covered * there - paid)
        one[One.paid_and_there + draw] = max(paid, covered * there)
        one[One.covered_hours + draw] += (
            covered * 0.5 * (one[One.now_hosted + draw] + one[One.before_hosted + draw]) * hours
        )
    for route in range(len(routes) // ROUTE_SIZE):
        if not awake[route]:
            continue
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            in_cars, in_buses = routes[at + Route.queue_by_vehicle + draw], routes[at + Route.queue_by_bus + draw]
            vehicles = in_cars / one[One.people_per_vehicle + draw] + in_buses / one[One.people_per_bus + draw]
            # The longest queue is that of most people; its vehicles and its time are those of that moment.
            people, most = in_cars + in_buses, routes[at + Route.most_queue_people + draw]
            before, when = routes[at + Route.most_queue_vehicles + draw], routes[at + Route.most_queue_time + draw]
            longer = people > most and people >= SOMEBODY
            routes[at + Route.most_queue_time + draw] = now if longer else when
            routes[at + Route.most_queue_vehicles + draw] = vehicles if longer else before
            routes[at + Route.most_queue_people + draw] = people if longer else most
    for draw in range(draws):
        nobody = max(ROUNDING, PRECISION * one[One.cumulative_crossed + draw])
        people, most, when = (
            one[One.now_sheltered + draw],
            one[One.most_sheltered + draw],
            one[One.most_sheltered_time + draw],
        )
        one[One.most_sheltered_time + draw] = now if people > max(most, nobody) else when
        one[One.most_sheltered + draw] = max(most, people)
        people, most, when = (
            one[One.now_unsheltered + draw],
            one[One.most_unsheltered + draw],
            one[One.most_unsheltered_time + draw],
        )
        one[One.most_unsheltered_time + draw] = now if people > max(most, nobody) else when
        one[One.most_unsheltered + draw] = max(most, people)
    for group in range(len(GROUPS)):
        at = offset(group * AT_ONCE)
        for draw in range(draws):
            there = one[One.now_everyone + at + draw]
            one[One.hours_everyone + at + draw] += 0.5 * (there + one[One.before_everyone + at + draw]) * hours
            one[One.peak_everyone + at + draw] = max(one[One.peak_everyone + at + draw], there)
            one[One.before_everyone + at + draw] = there
    for draw in range(draws):
        curves[bound, 0, draw] = one[One.cumulative_crossed + draw]
    for route in range(len(routes) // ROUTE_SIZE):
        if awake[route]:
            keep_curves(routes, route, curves, bound, draws)


@inner
def keep_curves(routes: Floats, route: int, curves: Floats, bound: int, draws: int) -> None:
    """How many have come to the queue of a route and out of it, to the curves (bound, curve, draw)."""
    at, first = offset(route * ROUTE_SIZE), CROSSED + OF_ROUTE * route
    by_vehicle, by_bus = Route.cumulative_reached_by_vehicle, Route.cumulative_reached_by_bus
    for draw in range(draws):
        curves[bound, first, draw] = routes[at + by_vehicle + draw] + routes[at + by_bus + draw]
        curves[bound, first + 1, draw] = routes[at + Route.cumulative_passed + draw]


@inner
def close_day(one: Floats, days: Floats, day: int, draws: int) -> None:
    """What is kept of the day that ends, to array (day, row, draw) with ``DAY_ROWS``; the next day begins."""
    for group in range(len(GROUPS)):
        at = offset(group * AT_ONCE)
        for draw in range(draws):
            days[day, group, draw] = one[One.hours_everyone + at + draw]
            days[day, len(GROUPS) + group, draw] = one[One.peak_everyone + at + draw]
            one[One.hours_everyone + at + draw] = 0.0
            one[One.peak_everyone + at + draw] = one[One.now_everyone + at + draw]
    for group in range(len(ENTERED_GROUPS)):
        at = offset(group * AT_ONCE)
        for draw in range(draws):
            days[day, THERE + group, draw] = one[One.now_everyone + at + draw]
            days[day, EVER + group, draw] = one[One.entered_everyone + at + draw]
    for draw in range(draws):
        days[day, RECEIVED, draw] = one[One.cumulative_received + draw]


WITHOUT_ROOF = ("on_road", "at_reception", "unsheltered")
"""On the road, at a reception point beyond its covered places, waiting for a bed beyond the transit places."""
PARTS = (*WITHOUT_ROOF, "held_back")
"""What is counted each night. Those held back at home have a roof: they are no part of the sum."""


@inner
def count_night(
    one: Floats, routes: Floats, districts: Floats, points: Floats, nights: Floats, night: int, draws: int
) -> None:
    """Heads of each of ``PARTS`` now, to array (night, part, draw); places are those that held until now."""
    for draw in range(draws):
        nights[night, 0, draw] = 0.0
        nights[night, 1, draw] = 0.0
        nights[night, 2, draw] = max(0.0, one[One.awaiting_placement + draw] - one[One.transit_places + draw])
        nights[night, 3, draw] = 0.0
    for route in range(len(routes) // ROUTE_SIZE):
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            nights[night, 0, draw] += (
                routes[at + Route.on_road_by_vehicle + draw] + routes[at + Route.on_road_by_bus + draw]
            )
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for draw in range(draws):
            nights[night, 1, draw] += max(
                0.0, points[at + Point.awaiting_registration + draw] - points[at + Point.covered_places + draw]
            )
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        for draw in range(draws):
            nights[night, 3, draw] += (
                districts[at + District.leaving_by_vehicle + draw] + districts[at + District.leaving_by_bus + draw]
            )


def night_bounds(timeline: Timeline, hours: Floats) -> Integers:
    """Positions among the bounds [h] at which nights are counted."""
    return np.searchsorted(np.rint(hours * SECONDS_PER_HOUR), np.rint(timeline.nights * SECONDS_PER_HOUR))


def put_entries_at_start(state: dict[str, Floats]) -> None:
    """Everyone in a group at the start counts as new to it; ``state`` is (place, variable, draw) by group of places."""
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
def begin_counting(one: Floats, draws: int) -> None:
    """In the step that begins nobody has come back from relatives or moved out yet."""
    for draw in range(draws):
        one[One.came_back_to_wait + draw] = 0.0
        one[One.moved_to_relatives + draw] = 0.0


@inner
def count_entries(one: Floats, draws: int) -> None:
    """At the end of a step: people who came into each group and had not been in it."""
    for draw in range(draws):
        later, asks = one[One.registered_later + draw], one[One.asks_share + draw]
        asked_later, straight = later * asks, one[One.went_straight_on + draw]
        joined_later = later - asked_later
        back, back_unregistered = one[One.came_back_to_wait + draw], one[One.came_back_unregistered + draw]
        joined, asked, moved = one[One.registered_now + draw], one[One.asked + draw], one[One.moved_to_relatives + draw]

        with_relatives = one[One.registered_hosted + draw] + joined
        never_waited = (one[One.hosted_who_never_waited + draw] + joined_later) / max(with_relatives, 1e-9)
        needing = one[One.need_a_bed + draw] + asked + back + back_unregistered
        never_hosted = (one[One.waiting_who_never_were_hosted + draw] + max(0.0, asked - asked_later)) / max(
            needing, 1e-9
        )
        never_waited, never_hosted = min(1.0, never_waited), min(1.0, never_hosted)

        come = max(0.0, one[One.arriving + draw] - straight) + asked_later + back_unregistered + back * never_waited
        one[One.entered_everyone + draw] += one[One.arriving + draw]
        one[One.entered_waiting + draw] += come
        one[One.entered_collective + draw] += come
        one[One.entered_hosted + draw] += (
            straight + one[One.went_on_unregistered + draw] + max(0.0, joined - joined_later) + moved * never_hosted
        )

        hosted = max(0.0, one[One.now_hosted + draw] - one[One.unregistered_hosted + draw])
        waiting = one[One.awaiting_placement + draw] + one[One.in_travel + draw]
        # Guests who come off a road to relatives had been with relatives, and have been in transit since.
        settled = hosted - moved - one[One.guests_to_relatives + draw]
        one[One.hosted_who_never_waited + draw] = never_waited * max(0.0, settled)
        one[One.registered_hosted + draw] = hosted
        one[One.need_a_bed + draw] = waiting + one[One.now_sheltered + draw]
        one[One.waiting_who_never_were_hosted + draw] = never_hosted * one[One.need_a_bed + draw]
        # People whose beds are lost wait again, also those sheltered since the start: never fewer than are there.
        waiting += one[One.in_registration + draw] + one[One.unregistered_guests_under_way + draw]
        one[One.entered_waiting + draw] = max(one[One.entered_waiting + draw], waiting)
        one[One.entered_collective + draw] = max(
            one[One.entered_collective + draw], waiting + one[One.now_sheltered + draw]
        )
