"""Out of a province that is lost: its guests take the road by which its residents flee, rules 2 to 4 and 8.

Guests are refugees who live there with relatives, have a bed there, or wait there. They are held back with the
residents, in vehicles, take room on the same roads, and are checked with them; in each of these places they are taken
to be mixed evenly with the residents. Three kinds of them are told apart, by what they do at the end of the road: those
who need a bed wait for one where it leads, of those who lived with relatives a share asks for a bed and the others find
relatives elsewhere, and those who had not registered wait to do so. Nobody of them crosses a border again or registers
twice; whom the checkpoint sends back tries again. Those on the way to the province turn round.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import share_of
from refugee_model.engine.stages.pooling import count_all
from refugee_model.engine.values import sum_of_places
from refugee_model.engine.variables import AT_ONCE, District, Entry, Journey, Leg, One, Point, Pool, Province, Route
from refugee_model.engine.workspace import (
    DISTRICT_SIZE,
    ENTRY_SIZE,
    JOURNEY_SIZE,
    LEG_SIZE,
    POINT_SIZE,
    POOL_SIZE,
    PROVINCE_SIZE,
    ROUTE_SIZE,
    Flags,
    Floats,
    Integers,
    inner,
    offset,
)

KINDS_OF_GUESTS = 3
"""For a bed, of hosts, unregistered: their rows follow each other in districts, on routes, and of those who leave it.
"""


class Flight(NamedTuple):
    """Who takes which road out of a lost province."""

    flees: bool
    """Whether a province is lost whose residents have a road, in any draw."""
    has_road: Flags
    """Whether residents of each province have one."""
    of_province: Integers
    """Province of each district, -1 outside the country."""
    point_in: Integers
    """Province in which each reception point stands, -1 where it is not said."""


def lay_out(layout: Layout) -> Flight:
    """Guests go with the residents of the districts of their province, by how many of those flee; else evenly.

    Districts, beds and pools must have been laid out.
    """
    provinces = list(layout.scenario.aid.provinces)
    of_province, point_in = (
        np.asarray([-1 if place.province is None else provinces.index(place.province) for place in places.values()])
        for places in (layout.scenario.people.districts, layout.scenario.aid.reception_points)
    )
    has_road = np.isin(np.arange(len(provinces)), of_province)
    people, share = layout.of(District.people, slice(None)), layout.of(District.guest_share, slice(None))
    for province in np.flatnonzero(has_road):
        here = of_province == province
        flee = sum_of_places(people[here])
        share[here] = np.where(flee > 0.0, people[here] / np.where(flee > 0.0, flee, 1.0), 1.0 / here.sum())
    flees = bool(np.any(layout.of(Province.lost, slice(None))[:, has_road] > 0.0))
    return Flight(flees, has_road, of_province, point_in)


@inner
def leave(
    one: Floats,
    districts: Floats,
    legs: Floats,
    points: Floats,
    provinces: Floats,
    pools: Floats,
    journeys: Floats,
    flight: Flight,
    draws: int,
) -> None:
    """Rule 8: whoever is in a lost province joins its residents; whoever is on the way to it turns round."""
    several = len(pools) > POOL_SIZE
    for draw in range(draws):
        one[One.hosts_left + draw] = 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        if flight.has_road[province]:
            leave_province(one, provinces, province, draws)
    if several:
        turn_round(provinces, pools, journeys, flight, draws)
    leave_points(points, pools, flight, several, draws)
    if several:
        count_all(one, pools, draws)
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        for draw in range(draws):
            districts[at + District.guests_joined + draw] = 0.0
        if flight.of_province[district] >= 0:
            join_residents(districts, points, provinces, pools, flight, district, several, draws)
    for leg in range(len(legs) // LEG_SIZE):
        at = offset(leg * LEG_SIZE)
        for draw in range(draws):
            legs[at + Leg.set_off_before + draw] = legs[at + Leg.cumulative_set_off_by_vehicle + draw]


@inner
def leave_province(one: Floats, provinces: Floats, province: int, draws: int) -> None:
    """Out of relatives' homes and beds; nobody arrives any more."""
    at = offset(province * PROVINCE_SIZE)
    for draw in range(draws):
        lost, hosted = provinces[at + Province.lost + draw], provinces[at + Province.hosted + draw]
        sheltered, travelling = provinces[at + Province.sheltered + draw], provinces[at + Province.travelling + draw]
        provinces[at + Province.hosted_took_road + draw] = hosted * lost
        provinces[at + Province.sheltered_took_road + draw] = sheltered * lost
        provinces[at + Province.turned_round + draw] = travelling * lost
        provinces[at + Province.hosted + draw] = hosted - hosted * lost
        provinces[at + Province.sheltered + draw] = sheltered - sheltered * lost
        provinces[at + Province.travelling + draw] = travelling - travelling * lost
        one[One.hosts_left + draw] += hosted * lost
        if lost > 0.0:
            provinces[at + Province.cumulative_arrived + draw] = provinces[at + Province.cumulative_placed + draw]


@inner
def turn_round(provinces: Floats, pools: Floats, journeys: Floats, flight: Flight, draws: int) -> None:
    """Of several pools: those on the way to a lost province wait again at the nearest points."""
    number = len(provinces) // PROVINCE_SIZE
    for pool in range(len(pools) // POOL_SIZE):
        here = offset(pool * POOL_SIZE)
        for draw in range(draws):
            pools[here + Pool.turned_here + draw] = 0.0
        for province in range(number):
            if not flight.has_road[province]:
                continue
            at, way = offset(province * PROVINCE_SIZE), offset((pool * number + province) * JOURNEY_SIZE)
            for draw in range(draws):
                again = provinces[at + Province.turned_round + draw] * journeys[way + Journey.returns + draw]
                pools[here + Pool.turned_here + draw] += again
                if provinces[at + Province.lost + draw] > 0.0:
                    journeys[way + Journey.on_the_way + draw] = 0.0
                    journeys[way + Journey.cumulative_came + draw] = journeys[way + Journey.cumulative_sent + draw]


@inner
def leave_points(points: Floats, pools: Floats, flight: Flight, several: bool, draws: int) -> None:
    """Out of reception points, and of the pools at them."""
    for point in range(len(points) // POINT_SIZE):
        province, at, here = flight.point_in[point], offset(point * POINT_SIZE), offset(point * POOL_SIZE)
        if province < 0 or not flight.has_road[province]:
            continue
        for draw in range(draws):
            waiting = points[at + Point.awaiting_registration + draw]
            away = waiting * points[at + Point.closed + draw]
            points[at + Point.took_road_unregistered + draw] = away
            points[at + Point.awaiting_registration + draw] = waiting - away
        if several:
            for draw in range(draws):
                waiting = pools[here + Pool.waiting_here + draw]
                away = waiting * pools[here + Pool.closes + draw]
                pools[here + Pool.took_road_waiting + draw] = away
                pools[here + Pool.waiting_here + draw] = waiting - away


@inner
def join_residents(
    districts: Floats,
    points: Floats,
    provinces: Floats,
    pools: Floats,
    flight: Flight,
    district: int,
    several: bool,
    draws: int,
) -> None:
    """They are held back with the residents of a district until they can set off."""
    province, at = flight.of_province[district], offset(district * DISTRICT_SIZE)
    place = offset(province * PROVINCE_SIZE)
    for draw in range(draws):
        share = districts[at + District.guest_share + draw]
        for_bed, unregistered = provinces[place + Province.sheltered_took_road + draw], 0.0
        of_hosts = share * provinces[place + Province.hosted_took_road + draw]
        for point in range(len(points) // POINT_SIZE):
            if flight.point_in[point] == province:
                unregistered += points[offset(point * POINT_SIZE) + Point.took_road_unregistered + draw]
                if several:
                    for_bed += pools[offset(point * POOL_SIZE) + Pool.took_road_waiting + draw]
        for_bed, unregistered = share * for_bed, share * unregistered
        joined = for_bed + of_hosts + unregistered
        districts[at + District.guests_for_bed + draw] += for_bed
        districts[at + District.guests_of_hosts + draw] += of_hosts
        districts[at + District.guests_unregistered + draw] += unregistered
        districts[at + District.guests_so_far + draw] += joined
        districts[at + District.guests_joined + draw] = joined
        districts[at + District.leaving_by_vehicle + draw] += joined


@inner
def set_off(routes: Floats, districts: Floats, legs: Floats, flight: Flight, draws: int) -> None:
    """Rule 2: of those with a vehicle who have set off, as many are guests as of those who were held back."""
    count, number = len(routes) // ROUTE_SIZE, len(districts) // DISTRICT_SIZE
    for route in range(count):
        for draw in range(draws):
            routes[route * ROUTE_SIZE + Route.guests_set_off + draw] = 0.0
    for district in range(number):
        if flight.of_province[district] < 0:
            continue
        at = offset(district * DISTRICT_SIZE)
        for draw in range(draws):
            went = 0.0
            for route in range(count):
                leg = offset((route * number + district) * LEG_SIZE) + draw
                went += legs[leg + Leg.cumulative_set_off_by_vehicle] - legs[leg + Leg.set_off_before]
            left = districts[at + District.leaving_by_vehicle + draw]
            stays, gone = share_of(left, left + went), 0.0
            for kind in range(KINDS_OF_GUESTS):
                row = at + District.guests_for_bed + kind * AT_ONCE + draw
                guests = districts[row]
                districts[row] = guests * stays
                gone += guests - guests * stays
                for route in range(count):
                    leg = offset((route * number + district) * LEG_SIZE) + draw
                    here = legs[leg + Leg.cumulative_set_off_by_vehicle] - legs[leg + Leg.set_off_before]
                    moved = (guests - guests * stays) * share_of(here, went)
                    legs[leg + Leg.guests_so_far] += moved
                    routes[route * ROUTE_SIZE + Route.guests_for_bed + kind * AT_ONCE + draw] += moved
                    routes[route * ROUTE_SIZE + Route.guests_set_off + draw] += moved
            districts[at + District.guests_gone + draw] = gone


@inner
def pass_checkpoint(one: Floats, routes: Floats, districts: Floats, legs: Floats, draws: int) -> None:
    """Rule 4: of those who left the queue in vehicles as many are guests as of those on the road.

    They have crossed before; whom the checkpoint sends back tries again from where they set off.
    """
    count, number = len(routes) // ROUTE_SIZE, len(districts) // DISTRICT_SIZE
    for route in range(count):
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            left, passed = routes[at + Route.on_road_by_vehicle + draw], routes[at + Route.passed_by_vehicle + draw]
            people = passed + routes[at + Route.passed_by_bus + draw]
            back = share_of(routes[at + Route.sent_back + draw], people)
            held, stays = share_of(routes[at + Route.held + draw], people), share_of(left, left + passed)
            all_off, all_back, all_held = 0.0, 0.0, 0.0
            for kind in range(KINDS_OF_GUESTS):
                row = at + kind * AT_ONCE + draw
                guests = routes[row + Route.guests_for_bed]
                gone = guests - guests * stays
                routes[row + Route.guests_for_bed] = guests * stays
                off = max(0.0, gone - gone * back - gone * held)
                routes[row + Route.came_off_for_bed] = off
                routes[row + Route.back_for_bed] = gone * back
                all_off, all_back, all_held = all_off + off, all_back + gone * back, all_held + gone * held
                if kind == KINDS_OF_GUESTS - 1:
                    one[One.detained_unregistered + draw] += gone * held
                else:
                    one[One.detained_registered + draw] += gone * held
            crossed = routes[at + Route.crossed + draw]
            routes[at + Route.crossed + draw] = max(0.0, crossed - all_off)
            routes[at + Route.crossed_so_far + draw] += max(0.0, crossed - all_off) - crossed
            routes[at + Route.sent_back + draw] = max(0.0, routes[at + Route.sent_back + draw] - all_back)
            routes[at + Route.guests_came_off + draw] = all_off
            routes[at + Route.guests_sent_back + draw] = all_back
            routes[at + Route.guests_held + draw] = all_held
        for draw in range(draws):
            if routes[at + Route.guests_sent_back + draw] > 0.0:
                try_again(routes, districts, legs, route, number, draw)


@inner
def try_again(routes: Floats, districts: Floats, legs: Floats, route: int, number: int, draw: int) -> None:
    """Guests sent back on a route are held back again, in the districts from which guests took it."""
    every = 0.0
    for district in range(number):
        every += legs[(route * number + district) * LEG_SIZE + Leg.guests_so_far + draw]
    for district in range(number):
        at = district * DISTRICT_SIZE + draw
        share = share_of(legs[(route * number + district) * LEG_SIZE + Leg.guests_so_far + draw], every)
        for kind in range(KINDS_OF_GUESTS):
            again = share * routes[route * ROUTE_SIZE + Route.back_for_bed + kind * AT_ONCE + draw]
            districts[at + District.guests_for_bed + kind * AT_ONCE] += again
            districts[at + District.guests_joined] += again
            districts[at + District.leaving_by_vehicle] += again


@inner
def come_to_points(one: Floats, routes: Floats, entries: Floats, points: Floats, draws: int) -> None:
    """Rule 5: guests who had not registered wait where their road leads; if no point is open there, go to relatives."""
    number = len(points) // POINT_SIZE
    for route in range(len(routes) // ROUTE_SIZE):
        to = offset(route * ROUTE_SIZE)
        for point in range(number):
            at, entry = offset(point * POINT_SIZE), offset((route * number + point) * ENTRY_SIZE)
            for draw in range(draws):
                here = routes[to + Route.came_off_unregistered + draw] * entries[entry + Entry.weight + draw]
                points[at + Point.moved_here + draw] += here
                points[at + Point.awaiting_registration + draw] += here
        for draw in range(draws):
            receives = routes[to + Route.reception_weight + draw] > 0.0
            onward = 0.0 if receives else routes[to + Route.came_off_unregistered + draw]
            one[One.went_on_unregistered + draw] += onward
            one[One.unregistered_hosted + draw] += onward


@inner
def come_to_rest(
    one: Floats, routes: Floats, entries: Floats, provinces: Floats, pools: Floats, flows: bool, draws: int
) -> None:
    """Rules 6 and 8: guests who come off the road wait for a bed, or find relatives in provinces that stand."""
    number, several = len(pools) // POOL_SIZE, len(pools) > POOL_SIZE
    for draw in range(draws):
        one[One.moving_on + draw] = 0.0
        one[One.came_off_for_bed + draw] = 0.0
    for pool in range(number):
        for draw in range(draws):
            pools[pool * POOL_SIZE + Pool.came_off_here + draw] = 0.0
    for route in range(len(routes) // ROUTE_SIZE):
        to = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            of_hosts = routes[to + Route.came_off_of_hosts + draw]
            asking = of_hosts * one[One.asks_share + draw]
            for_bed = routes[to + Route.came_off_for_bed + draw] + asking
            one[One.moving_on + draw] += of_hosts - asking
            one[One.came_off_for_bed + draw] += for_bed
            if several:
                receives = routes[to + Route.reception_weight + draw] > 0.0
                for pool in range(number):
                    here, entry = pool * POOL_SIZE + draw, (route * number + pool) * ENTRY_SIZE
                    part = pools[here + Pool.of_unregistered]
                    pools[here + Pool.came_off_here] += for_bed * (
                        entries[entry + Entry.weight + draw] if receives else part
                    )
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            here = one[One.moving_on + draw] * provinces[at + Province.relatives_share + draw]
            if flows:
                provinces[at + Province.fled_in + draw] += here
            provinces[at + Province.hosted + draw] += here
            one[One.awaiting_placement + draw] += provinces[at + Province.turned_round + draw]
    for draw in range(draws):
        one[One.awaiting_placement + draw] += one[One.came_off_for_bed + draw]
        one[One.came_back_to_wait + draw] += one[One.hosts_left + draw]
        one[One.guests_to_relatives + draw] = one[One.moving_on + draw]


@inner
def count(one: Floats, routes: Floats, districts: Floats, draws: int) -> None:
    """Guests held back, on the road and detained, those who have registered apart."""
    for draw in range(draws):
        one[One.registered_guests_under_way + draw] = one[One.detained_registered + draw]
        one[One.unregistered_guests_under_way + draw] = one[One.detained_unregistered + draw]
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        for draw in range(draws):
            registered = (
                districts[at + District.guests_for_bed + draw] + districts[at + District.guests_of_hosts + draw]
            )
            one[One.registered_guests_under_way + draw] += registered
            one[One.unregistered_guests_under_way + draw] += districts[at + District.guests_unregistered + draw]
    for route in range(len(routes) // ROUTE_SIZE):
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            registered = routes[at + Route.guests_for_bed + draw] + routes[at + Route.guests_of_hosts + draw]
            one[One.registered_guests_under_way + draw] += registered
            one[One.unregistered_guests_under_way + draw] += routes[at + Route.guests_unregistered + draw]
    for draw in range(draws):
        one[One.guests_under_way + draw] = (
            one[One.registered_guests_under_way + draw] + one[One.unregistered_guests_under_way + draw]
        )
