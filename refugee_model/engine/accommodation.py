"""Stages of the sweep from registration to a place to stay: relatives, beds, placement, travel and moving on, rules 6 to 9.

``release`` and ``settle`` go through all provinces once before and once after places are shared out, so that what one rule has worked
out is still at hand for the next.
"""

from __future__ import annotations

from refugee_model.engine.lanes import PROVINCE_SIZE, Floats, Integers, compiled, offset
from refugee_model.engine.observers import LEAST_FREE, LEAST_ROOM
from refugee_model.engine.rules import filled, ramped, share_of
from refugee_model.engine.variables import LANES, One, Province


@compiled
def make_beds(provinces: Floats, surge: Floats, surge_province: Integers, begin: float, end: float, lanes: int) -> None:
    """Rule 8: usable beds at the end of the step, those from orders (order, quantity, lane) that have come by then included.

    Beds that come evenly over the step, not at once, are counted in ``grown``, too.
    """
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            provinces[at + Province.ordered_beds + lane] = 0.0
            provinces[at + Province.grown + lane] = 0.0
    for number in range(len(surge)):
        at = offset(surge_province[number] * PROVINCE_SIZE)
        for lane in range(lanes):
            beds, first, duration = surge[number, 0, lane], surge[number, 1, lane], surge[number, 2, lane]
            come = beds * ramped(end, first, duration)
            provinces[at + Province.ordered_beds + lane] += come
            provinces[at + Province.grown + lane] += come - beds * ramped(begin, first, duration) if duration > 0.0 else 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            standing = provinces[at + Province.standing_beds + lane] + provinces[at + Province.ordered_beds + lane]
            provinces[at + Province.beds + lane] = standing * provinces[at + Province.beds_remaining + lane]
            provinces[at + Province.grown + lane] *= provinces[at + Province.beds_remaining + lane]


@compiled
def release(one: Floats, provinces: Floats, order: Integers, flows: bool, lanes: int) -> None:
    """Rules 6, 8 and 9 before placement, in every province from the last to be visited to the first.

    The others join relatives; people with relatives come back for a bed, move abroad or between provinces; people whose beds are
    lost wait again; people move out of beds, which can be given to others in the same step.
    """
    for lane in range(lanes):
        one[One.drifted + lane] = 0.0
        one[One.free + lane] = 0.0
        one[One.weighted_free + lane] = 0.0
    for position in range(len(order) - 1, -1, -1):
        at = offset(order[position] * PROVINCE_SIZE)
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

            usable, sheltered = provinces[at + Province.beds + lane], provinces[at + Province.sheltered + lane]
            evacuated = max(0.0, sheltered - usable)
            leaving = min(sheltered, usable) * (1.0 - one[One.sheltered_kept + lane])
            moved = leaving * one[One.sheltered_moving_out + lane]
            staying = min(sheltered, usable) - leaving
            free = max(0.0, usable - (staying + provinces[at + Province.travelling + lane]))
            # Added up from the lowest weight, so that none is lost in rounding.
            weighted = one[One.weighted_free + lane] + free * provinces[at + Province.placement_weight + lane]

            if flows:
                provinces[at + Province.joined_relatives + lane] = joined
                provinces[at + Province.came_back + lane] = back
                provinces[at + Province.left_from_relatives + lane] = abroad
                provinces[at + Province.drifted_out + lane] = drifted
                provinces[at + Province.evacuated + lane] = evacuated
                provinces[at + Province.left_from_shelter + lane] = leaving - moved
            provinces[at + Province.hosted + lane] = max(0.0, before + joined - back - abroad - drifted) + moved
            provinces[at + Province.moved_out + lane] = moved
            provinces[at + Province.sheltered + lane] = staying
            provinces[at + Province.free + lane] = free
            provinces[at + Province.freed + lane] = min(free, provinces[at + Province.grown + lane] + leaving)
            provinces[at + Province.weighted_free + lane] = weighted
            one[One.awaiting_placement + lane] += back + evacuated
            one[One.came_back_to_wait + lane] += back
            one[One.moved_to_relatives + lane] += moved
            one[One.left_country + lane] += abroad + (leaving - moved)
            one[One.drifted + lane] += drifted
            one[One.free + lane] += free
            one[One.weighted_free + lane] = weighted


@compiled
def share_places(one: Floats, hours: float, lanes: int) -> None:
    """Rule 7: how many of those who wait can be assigned to a free bed in this step."""
    for lane in range(lanes):
        can_travel = min(one[One.awaiting_placement + lane], one[One.placement_seats + lane] * hours)
        one[One.left + lane] = min(can_travel, one[One.free + lane])
        one[One.in_travel + lane] = 0.0
        one[One.now_sheltered + lane] = 0.0
        one[One.now_hosted + lane] = one[One.unregistered_hosted + lane]


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
def fill_by_shares(one: Floats, provinces: Floats, hours: float, lanes: int) -> None:
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
                if provinces[at + Province.free + lane] > provinces[at + Province.placed + lane]:
                    weights += provinces[at + Province.placement_weight + lane]
            if weights <= 0.0 or left <= 0.0:
                break
            share, given = left / weights, 0.0
            for province in range(len(provinces) // PROVINCE_SIZE):
                at = offset(province * PROVINCE_SIZE)
                room = max(0.0, provinces[at + Province.free + lane] - provinces[at + Province.placed + lane])
                more = min(room, share * provinces[at + Province.placement_weight + lane])
                provinces[at + Province.placed + lane] += more
                given += more
            left = max(0.0, left - given)


@compiled
def settle(
    one: Floats,
    provinces: Floats,
    sent: Floats,
    step: int,
    bounds: Integers,
    parts: Floats,
    begin: float,
    end: float,
    flows: bool,
    lanes: int,
) -> None:
    """Rules 7 and 9 after placement, in every province: those placed one journey ago arrive, movers settle, people are counted.

    Whoever finds no bed waits again for another place. Of those who arrive in the step some move out or leave again.
    """
    curves = len(provinces) // PROVINCE_SIZE * LANES
    slots = len(sent) // curves
    slot = (step + 1) % slots
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        bound, part, curve = bounds[step, province], parts[step, province], province * LANES
        now, earlier = offset(slot * curves + curve), max(bound, 0)
        low, high = offset(earlier % slots * curves + curve), offset((earlier + 1) % slots * curves + curve)
        for lane in range(lanes):
            all_placed = provinces[at + Province.cumulative_placed + lane] + provinces[at + Province.placed + lane]
            provinces[at + Province.cumulative_placed + lane] = all_placed
            sent[now + lane] = all_placed
        for lane in range(lanes):
            placed, before = provinces[at + Province.placed + lane], provinces[at + Province.sheltered + lane]
            due = sent[low + lane] * (1.0 - part) + sent[high + lane] * part
            if bound < 0:
                due = provinces[at + Province.travelling_at_start + lane] * part
            on_the_way = provinces[at + Province.travelling + lane] + placed
            arrived = min(on_the_way, max(0.0, due - provinces[at + Province.cumulative_arrived + lane]))
            beds = provinces[at + Province.beds + lane]
            refused = min(arrived, max(0.0, before + arrived - beds))
            came = arrived - refused
            out = came * (1.0 - one[One.sheltered_inflow_kept + lane])
            moved = out * one[One.sheltered_moving_out + lane]
            drifted_in = one[One.drifted + lane] * provinces[at + Province.drift_share + lane]
            sheltered = max(0.0, before + came - out)
            hosted = provinces[at + Province.hosted + lane] + (moved + drifted_in)
            beds_taken = sheltered + (on_the_way - arrived)
            room, room_before = beds - beds_taken, min(provinces[at + Province.room + lane], beds - provinces[at + Province.taken + lane])
            part_of_step = share_of(max(0.0, room_before - LEAST_FREE), max(0.0, room_before - room))
            full_at = begin + part_of_step * (end - begin)
            first = provinces[at + Province.first_full + lane]

            provinces[at + Province.cumulative_arrived + lane] += arrived
            if flows:
                provinces[at + Province.arrived + lane] = arrived
                provinces[at + Province.refused + lane] = refused
                provinces[at + Province.left_from_shelter + lane] += out - moved
            provinces[at + Province.travelling + lane] = on_the_way - arrived
            provinces[at + Province.moved_out + lane] += moved
            provinces[at + Province.drifted_in + lane] = drifted_in
            provinces[at + Province.sheltered + lane] = sheltered
            provinces[at + Province.hosted + lane] = hosted
            provinces[at + Province.room + lane] = room
            provinces[at + Province.taken + lane] = beds_taken
            provinces[at + Province.first_full + lane] = min(first, full_at) if (beds >= LEAST_ROOM) & (room < LEAST_FREE) else first
            one[One.awaiting_placement + lane] = max(0.0, one[One.awaiting_placement + lane] - placed) + refused
            one[One.left_country + lane] += out - moved
            one[One.moved_to_relatives + lane] += moved
            one[One.in_travel + lane] += on_the_way - arrived
            one[One.now_sheltered + lane] += sheltered
            one[One.now_hosted + lane] += hosted


@compiled
def stop_waiting(one: Floats, lanes: int) -> None:
    """Rule 9: of those who still wait for a bed, the other half of the step's share leaves the country."""
    for lane in range(lanes):
        leaving = one[One.awaiting_placement + lane] * (1.0 - one[One.waiting_kept + lane])
        one[One.left_waiting + lane] += leaving
        one[One.awaiting_placement + lane] -= leaving
        one[One.left_country + lane] += leaving
