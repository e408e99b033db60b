"""Stages of the sweep in state accommodation: beds, placement, travel and moving out, rules 7 to 9."""

from __future__ import annotations

from refugee_model.engine.lanes import PROVINCE_SIZE, Floats, Integers, compiled, offset
from refugee_model.engine.rows import LANES, One, Province
from refugee_model.engine.rules import filled, ramped


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
def vacate(one: Floats, provinces: Floats, lanes: int) -> None:
    """Rule 9: people move out or leave the country; their beds can be given to others in the same step."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            before = provinces[at + Province.sheltered + lane]
            out = before * (1.0 - one[One.sheltered_kept + lane])
            moved = out * one[One.sheltered_moving_out + lane]
            provinces[at + Province.moved_out + lane] = moved
            provinces[at + Province.left_from_shelter + lane] = out - moved
            provinces[at + Province.sheltered + lane] = before - out
            provinces[at + Province.hosted + lane] += moved
            one[One.left_country + lane] += out - moved


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
def travel(one: Floats, provinces: Floats, sent: Floats, step: int, bounds: Integers, parts: Floats, lanes: int) -> None:
    """Rule 7: those placed one journey ago arrive; whoever finds no bed waits again for another place."""
    curves = len(provinces) // PROVINCE_SIZE * LANES
    slots = len(sent) // curves
    slot = (step + 1) % slots
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        bound, part = bounds[step, province], parts[step, province]
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
    """Rule 9: of those who arrive in the step some move out or leave again; movers between provinces settle."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            came = provinces[at + Province.arrived + lane] - provinces[at + Province.refused + lane]
            before = provinces[at + Province.sheltered + lane]
            out = came * (1.0 - one[One.sheltered_inflow_kept + lane])
            moved = out * one[One.sheltered_moving_out + lane]
            drifted_in = one[One.drifted + lane] * provinces[at + Province.drift_share + lane]
            provinces[at + Province.moved_out + lane] += moved
            provinces[at + Province.left_from_shelter + lane] += out - moved
            provinces[at + Province.drifted_in + lane] = drifted_in
            provinces[at + Province.sheltered + lane] = max(0.0, before + came - out)
            provinces[at + Province.hosted + lane] += moved + drifted_in
            one[One.left_country + lane] += out - moved
