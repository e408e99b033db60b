"""The sweep: in each step, from origin to destination, each place receives what came this step and passes on what it can.

Draws are processed in blocks of ``LANES``, the draw innermost, so that one instruction moves the people of several draws.
Every change of a stock is a flow, taken at one end and added at the other.

Arrays of a block are flat: ``one``, ``districts``, ``points`` and ``provinces`` hold the quantities of ``rows.py`` for each
place in turn; ``gone``, ``passed`` and ``sent`` hold cumulative curves for as long as a journey takes. Offsets that the
compiler knows let it see that quantities do not overlap, and use vector instructions.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from refugee_model.engine.rows import LANES, District, One, Point, Province
from refugee_model.engine.rules import (
    checkpoint_vehicles_per_hour,
    filled,
    kept_of_inflow,
    kept_of_stock,
    queue_served,
    ramped,
    road_room,
    share_of,
    survival_of_contagion,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

SHARES, ORDER = 2, 3
"""Placement policies that are not a weight on free beds; positions in ``inputs.POLICIES``."""

DISTRICT_SIZE, POINT_SIZE, PROVINCE_SIZE = (len(rows) * LANES for rows in (District, Point, Province))

compiled = njit(cache=True, nogil=True, error_model="numpy")


@compiled
def offset(position: int) -> int:
    """A position in a flat array, such that the compiler knows it is not negative and may use vector instructions."""
    return position & 0x7FFFFFFF


@compiled
def set_coefficients(one: Floats, hours: float, lanes: int) -> None:
    """Work out the decay of each linear stage over a step of this length."""
    for lane in range(lanes):
        forward, back = one[One.comes_forward + lane], one[One.comes_back + lane]
        out, abroad, drift = one[One.moves_out + lane], one[One.leaves_country + lane], one[One.drifts + lane]
        one[One.unregistered_kept + lane] = kept_of_stock(forward + back, hours)
        one[One.unregistered_inflow_kept + lane] = kept_of_inflow(forward + back, hours)
        one[One.unregistered_registering + lane] = share_of(forward, forward + back)
        one[One.hosted_kept + lane] = kept_of_stock(back + abroad + drift, hours)
        one[One.hosted_inflow_kept + lane] = kept_of_inflow(back + abroad + drift, hours)
        one[One.hosted_coming_back + lane] = share_of(back, back + abroad + drift)
        one[One.hosted_leaving + lane] = share_of(abroad, back + abroad + drift)
        one[One.sheltered_kept + lane] = kept_of_stock(out + abroad, hours)
        one[One.sheltered_inflow_kept + lane] = kept_of_inflow(out + abroad, hours)
        one[One.sheltered_moving_out + lane] = share_of(out, out + abroad)


@compiled
def depart(one: Floats, districts: Floats, survival: Floats, group: Integers, first: int, contagion: bool, lanes: int) -> None:
    """Rule 1: people decide to leave; ``survival`` (group, draw) is the share that stays over this step."""
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        row = group[district]
        for lane in range(lanes):
            home, stays = districts[at + District.willing + lane], survival[row, first + lane]
            if contagion:
                stays = survival_of_contagion(
                    home, districts[at + District.people + lane], stays, one[One.innovation + lane], one[One.imitation + lane]
                )
            departed = home * (1.0 - stays)
            by_vehicle = departed * one[One.own_vehicle_share + lane]
            districts[at + District.departed + lane] = departed
            districts[at + District.willing + lane] = home - departed
            districts[at + District.leaving_by_vehicle + lane] += by_vehicle
            districts[at + District.leaving_by_bus + lane] += departed - by_vehicle


@compiled
def share_road(one: Floats, districts: Floats, passed: Floats, bound: int, part: float, hours: float, lanes: int) -> None:
    """Rules 2 and 3: what share of those held back can set off, given vehicles, fuel, bus seats and room on the road.

    Buses enter first: they come a few an hour, and set against all the vehicles that stand ready their part of the room
    would shrink with the length of the step.
    ``passed`` (bound, lane) is the memory of vehicles that have passed the checkpoint; it is read one backward wave ago.
    """
    slots = len(passed) // LANES
    low, high = offset(max(bound, 0) % slots * LANES), offset((max(bound, 0) + 1) % slots * LANES)
    known = 1.0 if bound >= 0 else 0.0
    for lane in range(lanes):
        one[One.with_vehicle + lane] = 0.0
        one[One.without_vehicle + lane] = 0.0
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        for lane in range(lanes):
            one[One.with_vehicle + lane] += districts[at + District.leaving_by_vehicle + lane]
            one[One.without_vehicle + lane] += districts[at + District.leaving_by_bus + lane]
    for lane in range(lanes):
        with_vehicle, without = one[One.with_vehicle + lane], one[One.without_vehicle + lane]
        fuel, fuel_each = one[One.fuel + lane], one[One.fuel_per_vehicle + lane]
        vehicles_ready = with_vehicle / one[One.people_per_vehicle + lane]
        fuelled = share_of(fuel, vehicles_ready * fuel_each) if vehicles_ready * fuel_each > 0.0 else 1.0
        places = one[One.bus_places + lane] * hours
        seated = min(without, places)
        extra = min(with_vehicle * (1.0 - fuelled), places - seated)
        vehicles = vehicles_ready * fuelled
        buses = (seated + extra) / one[One.people_per_bus + lane]
        passed_earlier = known * (passed[low + lane] * (1.0 - part) + passed[high + lane] * part)
        room = road_room(passed_earlier, one[One.road_storage + lane], one[One.entered_vehicles + lane])
        room = min(room, one[One.road_capacity + lane] * hours)
        by_bus = share_of(room, buses)
        by_vehicle = share_of(max(0.0, room - buses * by_bus), vehicles)
        one[One.entered_vehicles + lane] += vehicles * by_vehicle + buses * by_bus
        one[One.fuel + lane] = max(0.0, fuel - vehicles * by_vehicle * fuel_each)
        one[One.vehicle_share + lane] = fuelled * by_vehicle
        one[One.bus_share + lane] = share_of(seated, without) * by_bus
        one[One.extra_share + lane] = share_of(extra, with_vehicle) * by_bus


@compiled
def set_off(one: Floats, districts: Floats, gone: Floats, bound: int, lanes: int) -> None:
    """Rule 2: those shares set off; ``gone`` (bound, district x 2, lane) remembers how many have, by vehicle and by bus."""
    curves = 2 * (len(districts) // DISTRICT_SIZE) * LANES
    slot = bound % (len(gone) // curves)
    for district in range(len(districts) // DISTRICT_SIZE):
        at, now = offset(district * DISTRICT_SIZE), offset(slot * curves + 2 * district * LANES)
        for lane in range(lanes):
            ready, waiting = districts[at + District.leaving_by_vehicle + lane], districts[at + District.leaving_by_bus + lane]
            by_vehicle = ready * one[One.vehicle_share + lane]
            for_want = min(ready * one[One.extra_share + lane], ready - by_vehicle)
            by_bus = waiting * one[One.bus_share + lane]
            districts[at + District.set_off_by_vehicle + lane] = by_vehicle
            districts[at + District.set_off_by_bus + lane] = by_bus
            districts[at + District.set_off_by_bus_for_want_of_fuel + lane] = for_want
            districts[at + District.leaving_by_vehicle + lane] = max(0.0, ready - by_vehicle - for_want)
            districts[at + District.leaving_by_bus + lane] = waiting - by_bus
            one[One.on_road_by_vehicle + lane] += by_vehicle
            one[One.on_road_by_bus + lane] += by_bus + for_want
            districts[at + District.cumulative_set_off_by_vehicle + lane] += by_vehicle
            districts[at + District.cumulative_set_off_by_bus + lane] += by_bus + for_want
        for lane in range(lanes):
            gone[now + lane] = districts[at + District.cumulative_set_off_by_vehicle + lane]
            gone[now + LANES + lane] = districts[at + District.cumulative_set_off_by_bus + lane]


@compiled
def reach(one: Floats, gone: Floats, bounds: Integers, parts: Floats, hours: float, lanes: int) -> None:
    """Rule 3: those who set off one journey ago reach the queue, as fast as the road carries them."""
    for lane in range(lanes):
        one[One.reached_by_vehicle + lane] = -one[One.cumulative_reached_by_vehicle + lane]
        one[One.reached_by_bus + lane] = -one[One.cumulative_reached_by_bus + lane]
    curves = 2 * len(bounds) * LANES
    slots = len(gone) // curves
    for district in range(len(bounds)):
        part, curve = parts[district], 2 * district * LANES
        low, high = offset(bounds[district] % slots * curves + curve), offset((bounds[district] + 1) % slots * curves + curve)
        if bounds[district] >= 0:
            for lane in range(lanes):
                one[One.reached_by_vehicle + lane] += gone[low + lane] * (1.0 - part) + gone[high + lane] * part
                one[One.reached_by_bus + lane] += gone[low + LANES + lane] * (1.0 - part) + gone[high + LANES + lane] * part
    for lane in range(lanes):
        by_vehicle, by_bus = max(0.0, one[One.reached_by_vehicle + lane]), max(0.0, one[One.reached_by_bus + lane])
        vehicles = by_vehicle / one[One.people_per_vehicle + lane] + by_bus / one[One.people_per_bus + lane]
        through = share_of(one[One.road_capacity + lane] * hours, vehicles)
        one[One.reached_by_vehicle + lane] = by_vehicle * through
        one[One.reached_by_bus + lane] = by_bus * through
        one[One.cumulative_reached_by_vehicle + lane] += by_vehicle * through
        one[One.cumulative_reached_by_bus + lane] += by_bus * through
        one[One.queue_by_vehicle + lane] += by_vehicle * through
        one[One.queue_by_bus + lane] += by_bus * through


@compiled
def pass_checkpoint(one: Floats, passed: Floats, now: int, hours: float, night: bool, lanes: int) -> None:
    """Rule 4: the checkpoint lets vehicles through; cars and buses in the proportion in which they queue."""
    at = offset(now % (len(passed) // LANES) * LANES)
    for lane in range(lanes):
        in_cars, in_buses = one[One.queue_by_vehicle + lane], one[One.queue_by_bus + lane]
        vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
        occupancy = (in_cars + in_buses) / vehicles if vehicles > 0.0 else 0.0
        rate = checkpoint_vehicles_per_hour(
            one[One.checkpoint_rate + lane],
            one[One.checkpoint_seconds + lane],
            one[One.checkpoint_seconds_per_person + lane],
            occupancy,
        )
        capacity = rate * hours * (one[One.night_factor + lane] if night else 1.0) * one[One.throughput + lane]
        served = share_of(queue_served(vehicles, 0.0, capacity), vehicles)
        by_vehicle = min(in_cars * served, one[One.on_road_by_vehicle + lane])
        by_bus = min(in_buses * served, one[One.on_road_by_bus + lane])
        people = by_vehicle + by_bus
        turned = people * one[One.turned_back_share + lane]
        held = min(people - turned, people * one[One.detained_share + lane])
        one[One.queue_by_vehicle + lane] = in_cars - by_vehicle
        one[One.queue_by_bus + lane] = in_buses - by_bus
        one[One.passed_vehicles + lane] += vehicles * served
        one[One.on_road_by_vehicle + lane] -= by_vehicle
        one[One.on_road_by_bus + lane] -= by_bus
        one[One.detained + lane] += held
        one[One.passed_by_vehicle + lane] = by_vehicle
        one[One.passed_by_bus + lane] = by_bus
        one[One.held + lane] = held
        one[One.crossed + lane] = people - turned - held
        passed[at + lane] = one[One.passed_vehicles + lane]


@compiled
def turn_back(one: Floats, districts: Floats, lanes: int) -> None:
    """Rule 4: people sent back go home, to each district in proportion to those who are away from it."""
    for lane in range(lanes):
        turned = (one[One.passed_by_vehicle + lane] + one[One.passed_by_bus + lane]) * one[One.turned_back_share + lane]
        away, people = 0.0, 0.0
        for district in range(len(districts) // DISTRICT_SIZE):
            at = offset(district * DISTRICT_SIZE)
            away += people_away(districts, at, lane)
            people += districts[at + District.people + lane]
        left = turned
        for district in range(len(districts) // DISTRICT_SIZE):
            at = offset(district * DISTRICT_SIZE)
            share = share_of(people_away(districts, at, lane), away)
            if away <= 0.0:
                share = share_of(districts[at + District.people + lane], people)
            back = max(0.0, left if district == len(districts) // DISTRICT_SIZE - 1 else min(left, turned * share))
            districts[at + District.turned_back + lane] = back
            left -= back
        for district in range(len(districts) // DISTRICT_SIZE):
            at = offset(district * DISTRICT_SIZE)
            districts[at + District.willing + lane] += districts[at + District.turned_back + lane]


@compiled
def people_away(districts: Floats, at: int, lane: int) -> float:
    """People of a district who have set off and are not back."""
    held_back = districts[at + District.leaving_by_vehicle + lane] + districts[at + District.leaving_by_bus + lane]
    away: float = max(0.0, districts[at + District.people + lane] - districts[at + District.willing + lane] - held_back)
    return away


@compiled
def go_to_relatives(one: Floats, points: Floats, hours: float, lanes: int) -> None:
    """Rule 5: some go straight on to relatives, and register later at community centres or come back for a bed."""
    for lane in range(lanes):
        weights = 0.0
        for point in range(len(points) // POINT_SIZE):
            at = offset(point * POINT_SIZE)
            weights += points[at + Point.weight + lane]
        crossed, before = one[One.crossed + lane], one[One.unregistered_hosted + lane]
        straight = crossed * one[One.straight_share + lane] if weights > 0.0 else crossed
        kept = before * one[One.unregistered_kept + lane] + straight * one[One.unregistered_inflow_kept + lane]
        out = max(0.0, before + straight - kept)
        coming = out * one[One.unregistered_registering + lane]
        later, back = min(coming, one[One.community_rate + lane] * hours), out - coming
        one[One.went_straight_on + lane] = straight
        one[One.registered_later + lane] = later
        one[One.came_back_unregistered + lane] = back
        one[One.unregistered_hosted + lane] = max(0.0, before + straight - later - back)
        one[One.registered_now + lane] = later


@compiled
def register(one: Floats, points: Floats, staffed: Floats, hours: float, lanes: int) -> None:
    """Rule 5: each reception point registers those who wait, as fast as its staffed desks can."""
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            to_points = one[One.crossed + lane] - one[One.went_straight_on + lane]
            received, before = to_points * points[at + Point.weight + lane], points[at + Point.awaiting_registration + lane]
            capacity = points[at + Point.registration_rate + lane] * staffed[point] * hours
            registered = queue_served(before, received, capacity)
            points[at + Point.received + lane] = received
            points[at + Point.registered + lane] = registered
            points[at + Point.awaiting_registration + lane] = before + received - registered
            one[One.registered_now + lane] += registered


@compiled
def ask_for_beds(one: Floats, lanes: int) -> None:
    """Rule 6: on registration a share asks for a bed; people who come back without having registered need one."""
    for lane in range(lanes):
        asked = one[One.registered_now + lane] * one[One.asks_share + lane]
        one[One.asked + lane] = asked
        one[One.registered_now + lane] -= asked
        one[One.awaiting_placement + lane] += asked + one[One.came_back_unregistered + lane]


@compiled
def host(one: Floats, provinces: Floats, lanes: int) -> None:
    """Rules 6 and 9: the others join relatives; people with relatives come back for a bed, move abroad or between provinces."""
    for lane in range(lanes):
        one[One.drifted + lane] = 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            joined = one[One.registered_now + lane] * provinces[at + Province.relatives_share + lane]
            before = provinces[at + Province.hosted + lane]
            # Movers settled after others had left in the last step: they catch up on half a step, or the error were of first order.
            settled = provinces[at + Province.moved_out + lane] + provinces[at + Province.drifted_in + lane]
            behind = settled * (1.0 - one[One.hosted_inflow_kept + lane])
            kept = (before - behind) * one[One.hosted_kept + lane] + joined * one[One.hosted_inflow_kept + lane]
            out = max(0.0, before + joined - kept)
            back, abroad = out * one[One.hosted_coming_back + lane], out * one[One.hosted_leaving + lane]
            drifted = max(0.0, out - back - abroad)
            provinces[at + Province.joined_relatives + lane] = joined
            provinces[at + Province.came_back + lane] = back
            provinces[at + Province.left_from_relatives + lane] = abroad
            provinces[at + Province.drifted_out + lane] = drifted
            provinces[at + Province.hosted + lane] = max(0.0, before + joined - back - abroad - drifted)
            one[One.awaiting_placement + lane] += back
            one[One.left_country + lane] += abroad
            one[One.drifted + lane] += drifted


@compiled
def receive_orders(provinces: Floats, surge: Floats, surge_province: Integers, first: int, end: float, lanes: int) -> None:
    """Rule 8: beds from orders (order, quantity, draw) that have come by the end of the step."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            provinces[at + Province.ordered_beds + lane] = 0.0
    for number in range(len(surge)):
        at = offset(surge_province[number] * PROVINCE_SIZE)
        for lane in range(lanes):
            draw = first + lane
            come = surge[number, 0, draw] * ramped(end, surge[number, 1, draw], surge[number, 2, draw])
            provinces[at + Province.ordered_beds + lane] += come


@compiled
def make_beds(one: Floats, provinces: Floats, lanes: int) -> None:
    """Rule 8: usable beds at the end of the step; people whose beds are lost wait for another place."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            standing = provinces[at + Province.standing_beds + lane] + provinces[at + Province.ordered_beds + lane]
            usable = standing * provinces[at + Province.beds_remaining + lane]
            before = provinces[at + Province.sheltered + lane]
            evacuated = max(0.0, before - usable)
            provinces[at + Province.beds + lane] = usable
            provinces[at + Province.evacuated + lane] = evacuated
            provinces[at + Province.sheltered + lane] = min(before, usable)
            one[One.awaiting_placement + lane] += evacuated


@compiled
def free_beds(provinces: Floats, at: int, lane: int) -> float:
    """Usable beds that are neither occupied nor reserved for people on their way."""
    reserved = provinces[at + Province.sheltered + lane] + provinces[at + Province.travelling + lane]
    free: float = max(0.0, provinces[at + Province.beds + lane] - reserved)
    return free


@compiled
def place(one: Floats, provinces: Floats, order: Integers, hours: float, strict: bool, lanes: int) -> None:
    """Rule 7: people who wait are assigned to free beds, by weight or in a strict order; a bed is reserved while they travel."""
    for lane in range(lanes):
        one[One.free + lane] = 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            free = free_beds(provinces, at, lane)
            provinces[at + Province.free + lane] = free
            one[One.free + lane] += free
    for lane in range(lanes):
        can_travel = min(one[One.awaiting_placement + lane], one[One.placement_seats + lane] * hours)
        one[One.left + lane] = min(can_travel, one[One.free + lane])
    if strict:
        fill_first(one, provinces, order, lanes)
    else:
        add_weights(provinces, order, lanes)
        fill_by_weight(one, provinces, order, lanes)


@compiled
def add_weights(provinces: Floats, order: Integers, lanes: int) -> None:
    """Free beds x weight of each province and all after it, added up from the lowest weight so that none is lost in rounding."""
    after = -1
    for position in range(len(order) - 1, -1, -1):
        at = offset(order[position] * PROVINCE_SIZE)
        for lane in range(lanes):
            weighted = provinces[at + Province.free + lane] * provinces[at + Province.placement_weight + lane]
            provinces[at + Province.weighted_free + lane] = weighted
        if after >= 0:
            for lane in range(lanes):
                provinces[at + Province.weighted_free + lane] += provinces[after + Province.weighted_free + lane]
        after = at


@compiled
def fill_first(one: Floats, provinces: Floats, order: Integers, lanes: int) -> None:
    """Rule 7, strict order: each province takes all it can before the next."""
    for position in range(len(order)):
        at = offset(order[position] * PROVINCE_SIZE)
        for lane in range(lanes):
            placed = min(provinces[at + Province.free + lane], one[One.left + lane])
            provinces[at + Province.placed + lane] = placed
            one[One.left + lane] -= placed


@compiled
def fill_by_weight(one: Floats, provinces: Floats, order: Integers, lanes: int) -> None:
    """Rule 7, by weight: each province takes its share of those left, provinces with a higher weight having taken theirs."""
    for position in range(len(order)):
        at = offset(order[position] * PROVINCE_SIZE)
        for lane in range(lanes):
            free, left = provinces[at + Province.free + lane], one[One.left + lane]
            weight, weighted = provinces[at + Province.placement_weight + lane], provinces[at + Province.weighted_free + lane]
            placed = filled(free, weight, left, weighted)
            provinces[at + Province.placed + lane] = placed
            one[One.left + lane] = left - placed


@compiled
def place_by_shares(one: Floats, provinces: Floats, hours: float, lanes: int) -> None:
    """Rule 7 with fixed shares: full provinces pass their share on to the others."""
    for lane in range(lanes):
        for province in range(len(provinces) // PROVINCE_SIZE):
            at = offset(province * PROVINCE_SIZE)
            provinces[at + Province.placed + lane] = 0.0
        left = min(one[One.awaiting_placement + lane], one[One.placement_seats + lane] * hours)
        for _ in range(len(provinces) // PROVINCE_SIZE):
            weights = 0.0
            for province in range(len(provinces) // PROVINCE_SIZE):
                at = offset(province * PROVINCE_SIZE)
                if free_beds(provinces, at, lane) > provinces[at + Province.placed + lane]:
                    weights += provinces[at + Province.placement_weight + lane]
            if weights <= 0.0 or left <= 0.0:
                break
            share, given = left / weights, 0.0
            for province in range(len(provinces) // PROVINCE_SIZE):
                at = offset(province * PROVINCE_SIZE)
                room = max(0.0, free_beds(provinces, at, lane) - provinces[at + Province.placed + lane])
                more = min(room, share * provinces[at + Province.placement_weight + lane])
                provinces[at + Province.placed + lane] += more
                given += more
            left = max(0.0, left - given)


@compiled
def travel(one: Floats, provinces: Floats, sent: Floats, end: int, bounds: Integers, parts: Floats, lanes: int) -> None:
    """Rule 7: those placed one journey ago arrive; whoever finds no bed waits again for another place."""
    curves = len(provinces) // PROVINCE_SIZE * LANES
    slots = len(sent) // curves
    slot = end % slots
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        bound, part = bounds[province], parts[province]
        curve = province * LANES
        now, earlier = offset(slot * curves + curve), max(bound, 0)
        low, high = offset(earlier % slots * curves + curve), offset((earlier + 1) % slots * curves + curve)
        for lane in range(lanes):
            placed = provinces[at + Province.placed + lane]
            provinces[at + Province.cumulative_placed + lane] += placed
            sent[now + lane] = provinces[at + Province.cumulative_placed + lane]
        for lane in range(lanes):
            placed, before = provinces[at + Province.placed + lane], provinces[at + Province.sheltered + lane]
            due = sent[low + lane] * (1.0 - part) + sent[high + lane] * part
            if bound < 0:
                due = provinces[at + Province.travelling_at_start + lane] * part
            on_the_way = provinces[at + Province.travelling + lane] + placed
            arrived = min(on_the_way, max(0.0, due - provinces[at + Province.cumulative_arrived + lane]))
            refused = min(arrived, max(0.0, before + arrived - provinces[at + Province.beds + lane]))
            provinces[at + Province.cumulative_arrived + lane] += arrived
            provinces[at + Province.arrived + lane] = arrived
            provinces[at + Province.refused + lane] = refused
            provinces[at + Province.travelling + lane] = on_the_way - arrived
            one[One.awaiting_placement + lane] = max(0.0, one[One.awaiting_placement + lane] - placed) + refused


@compiled
def shelter(one: Floats, provinces: Floats, lanes: int) -> None:
    """Rule 9: people in state accommodation move out or leave the country, while others arrive; movers between provinces settle."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            came = provinces[at + Province.arrived + lane] - provinces[at + Province.refused + lane]
            before = provinces[at + Province.sheltered + lane]
            kept = before * one[One.sheltered_kept + lane] + came * one[One.sheltered_inflow_kept + lane]
            out = max(0.0, before + came - kept)
            moved = out * one[One.sheltered_moving_out + lane]
            drifted_in = one[One.drifted + lane] * provinces[at + Province.drift_share + lane]
            provinces[at + Province.moved_out + lane] = moved
            provinces[at + Province.left_from_shelter + lane] = out - moved
            provinces[at + Province.drifted_in + lane] = drifted_in
            provinces[at + Province.sheltered + lane] = max(0.0, before + came - out)
            provinces[at + Province.hosted + lane] += moved + drifted_in
            one[One.left_country + lane] += out - moved


@compiled
def copy_rates(target: Floats, size: int, rates: Floats, first_row: int, first: int, lanes: int) -> None:
    """Put the rates (place, rate, draw) of an epoch into places of this size, from ``first_row`` on."""
    for number in range(rates.shape[0]):
        for row in range(rates.shape[1]):
            at = first_row + number * size + row * LANES
            for lane in range(lanes):
                target[at + lane] = rates[number, row, first + lane]


@compiled
def record(target: Floats, source: Floats, size: int, first: int, lanes: int) -> None:
    """Copy the first rows of places of this size to where they are kept, (place, quantity, draw)."""
    for number in range(target.shape[0]):
        for row in range(target.shape[1]):
            at = number * size + row * LANES
            for lane in range(lanes):
                target[number, row, first + lane] = source[at + lane]
