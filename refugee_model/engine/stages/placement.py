"""From waiting to a bed: places are shared out by a policy, and people travel to them; rules 7 and 9."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refugee_model.engine.delays import Delays, delays_of
from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import filled, kept_of_stock
from refugee_model.engine.stages import pooling
from refugee_model.engine.stages.nearest import fill_nearest
from refugee_model.engine.values import SEATS
from refugee_model.engine.variables import AT_ONCE, Journey, One, Pool, Province
from refugee_model.engine.workspace import PROVINCE_SIZE, Flags, Floats, Integers, inner, offset, slot

POLICIES = ("proportional", "nearest", "shares", "order")
SHARES, ORDER, NEAREST = (POLICIES.index(policy) for policy in ("shares", "order", "nearest"))
"""Those that are not simply in proportion to free beds."""
UNLIMITED = 1e18


class Placing(NamedTuple):
    """How places are shared out."""

    policy: int
    """Position in ``POLICIES``."""
    orders: Integers
    """Provinces in the order in which they are visited (pool, province)."""
    stands_in: Integers
    """Province in which the point of each of several pools stands."""
    returns: Flags
    """Whether anyone who has to wait in a province ever joins a pool, in any draw (pool, province)."""


def lay_out(layout: Layout) -> Placing:
    """Where people who need a bed are sent, how many an hour, and how long they travel."""
    aid = layout.scenario.aid
    seats = UNLIMITED if aid.placement.seats_per_hour is None else aid.placement.seats_per_hour
    layout.of(One.placement_seats)[:] = layout.schedule("aid.placement.seats_per_hour", value=seats)
    layout.of(One.placement_seats)[:] *= layout.pace(SEATS)
    layout.put_people(One.awaiting_placement)
    layout.of(One.awaiting_placement)[:] += layout.values.now_in_all("awaiting_placement_by_point")
    layout.put_people(Province.travelling)
    km = _kilometres(layout)
    _put_weights(layout, km)
    if len(km) > 1:
        stands_in = pooling.lay_out(layout)
    else:
        layout.of(Pool.waiting_here)[:] = layout.of(One.awaiting_placement)
        stands_in = np.zeros(1, dtype=np.int64)
    returns = np.zeros(km.shape, dtype=bool)
    if len(km) > 1:
        returns = np.any(layout.of(Journey.returns, slice(None)) > 0.0, axis=(0, 2)).reshape(km.shape)
    return Placing(POLICIES.index(aid.placement.policy), _visiting_orders(layout, km), stands_in, returns)


def onward(layout: Layout) -> Delays:
    """Journeys from the point of each pool to each province."""
    hours = _kilometres(layout) / layout.scenario.aid.placement.speed_kmh
    return delays_of(layout.bounds, hours.ravel().tolist(), known=True)


def _kilometres(layout: Layout) -> Floats:
    """How far it is from each pool to each province (pool, province) [km]."""
    provinces = layout.scenario.aid.provinces.values()
    return np.asarray([[province.km_from(point) for province in provinces] for point in layout.pools])


def _put_weights(layout: Layout, km: Floats) -> None:
    """Weights of free beds, by which those who wait are shared out; by distance (pool, province) from each pool."""
    values, policy = layout.values, layout.scenario.aid.placement.policy
    for number, name in enumerate(layout.scenario.aid.provinces):
        weight = layout.of(Province.placement_weight, number)
        weight[:] = values[f"aid.provinces.{name}.placement_share"] if policy == "shares" else 1.0
    if policy == "nearest":
        # Others count relative to the nearest, or weights would be too small.
        near = (km.min(axis=1, keepdims=True) - km).ravel()[:, None] / values["aid.placement.distance_scale_km"]
        layout.of(Province.placement_weight if len(km) == 1 else Journey.weight, slice(None))[:] = np.exp(near)


def _visiting_orders(layout: Layout, km: Floats) -> Integers:
    """Positions of the provinces in the order in which the policy visits them, from each pool."""
    aid = layout.scenario.aid
    if aid.placement.policy == "nearest":
        return np.argsort(km, axis=1, kind="stable").astype(np.int64)
    names = list(aid.provinces)
    order = (
        [names.index(name) for name in aid.placement.order] if aid.placement.policy == "order" else range(len(names))
    )
    return np.tile(np.asarray(order, dtype=np.int64), (len(km), 1))


@inner
def set_decay(one: Floats, hours: float, draws: int) -> None:
    """Of those who wait for a bed, what share stays over half a step of this length."""
    for draw in range(draws):
        one[One.waiting_kept + draw] = kept_of_stock(one[One.leaves_country + draw], 0.5 * hours)


@inner
def stop_waiting(one: Floats, before: bool, draws: int) -> None:
    """Rule 9: of those who wait, half of the step's share leaves the country before others join and are placed."""
    for draw in range(draws):
        leaving = one[One.awaiting_placement + draw] * (1.0 - one[One.waiting_kept + draw])
        one[One.left_waiting + draw] = leaving if before else one[One.left_waiting + draw] + leaving
        one[One.awaiting_placement + draw] -= leaving
        one[One.left_country + draw] += leaving


@inner
def gather(one: Floats, provinces: Floats, order: Integers, draws: int) -> None:
    """Rule 7: who waits again, who has left the country, and what is free, from the last province visited on.

    What people move out of can be given to others in the same step.
    """
    for draw in range(draws):
        one[One.free + draw] = 0.0
        one[One.weighted_free + draw] = 0.0
    for position in range(len(order) - 1, -1, -1):
        at = offset(order[position] * PROVINCE_SIZE)
        for draw in range(draws):
            back, evacuated = provinces[at + Province.came_back + draw], provinces[at + Province.evacuated + draw]
            abroad = (
                provinces[at + Province.left_from_relatives + draw] + provinces[at + Province.left_from_shelter + draw]
            )
            taken = provinces[at + Province.sheltered + draw] + provinces[at + Province.travelling + draw]
            free = max(0.0, provinces[at + Province.beds + draw] - taken)
            # Added up from the lowest weight, so that none is lost in rounding.
            weighted = one[One.weighted_free + draw] + free * provinces[at + Province.placement_weight + draw]
            provinces[at + Province.free + draw] = free
            provinces[at + Province.freed + draw] = min(free, provinces[at + Province.freed + draw])
            provinces[at + Province.weighted_free + draw] = weighted
            one[One.awaiting_placement + draw] += back + evacuated
            one[One.left_country + draw] += abroad
            one[One.moved_to_relatives + draw] += provinces[at + Province.moved_out + draw]
            one[One.free + draw] += free
            one[One.weighted_free + draw] = weighted


@inner
def assign(one: Floats, provinces: Floats, policy: int, order: Integers, hours: float, draws: int) -> None:
    """Rule 7: free beds are shared out by the policy."""
    share_places(one, hours, draws)
    if policy == SHARES:
        fill_by_shares(one, provinces, hours, draws)
    elif policy == ORDER:
        fill_first(one, provinces, order, draws)
    elif policy == NEAREST:
        fill_nearest(one, provinces, order, draws)
    else:
        fill_by_weight(one, provinces, order, draws)


@inner
def share_places(one: Floats, hours: float, draws: int) -> None:
    """Rule 7: how many of those who wait can be assigned to a free bed in this step."""
    for draw in range(draws):
        can_travel = min(one[One.awaiting_placement + draw], one[One.placement_seats + draw] * hours)
        one[One.left + draw] = min(can_travel, one[One.free + draw])


@inner
def fill_first(one: Floats, provinces: Floats, order: Integers, draws: int) -> None:
    """Rule 7, strict order: each province takes all it can before the next."""
    for position in range(len(order)):
        at = offset(order[position] * PROVINCE_SIZE)
        for draw in range(draws):
            placed = min(provinces[at + Province.free + draw], one[One.left + draw])
            provinces[at + Province.placed + draw] = placed
            one[One.left + draw] -= placed


@inner
def fill_by_weight(one: Floats, provinces: Floats, order: Integers, draws: int) -> None:
    """Rule 7, by weight: each province takes its share of those left, after provinces with a higher weight."""
    for position in range(len(order)):
        at = offset(order[position] * PROVINCE_SIZE)
        for draw in range(draws):
            free, left = provinces[at + Province.free + draw], one[One.left + draw]
            weight, weighted = (
                provinces[at + Province.placement_weight + draw],
                provinces[at + Province.weighted_free + draw],
            )
            placed = filled(free, weight, left, weighted)
            provinces[at + Province.placed + draw] = placed
            one[One.left + draw] = left - placed


@inner
def fill_by_shares(one: Floats, provinces: Floats, hours: float, draws: int) -> None:
    """Rule 7 with fixed shares: full provinces pass their share on to the others."""
    for draw in range(draws):
        for province in range(len(provinces) // PROVINCE_SIZE):
            at = offset(province * PROVINCE_SIZE)
            provinces[at + Province.placed + draw] = 0.0
        left = min(one[One.awaiting_placement + draw], one[One.placement_seats + draw] * hours)
        for _ in range(len(provinces) // PROVINCE_SIZE):
            weights = 0.0
            for province in range(len(provinces) // PROVINCE_SIZE):
                at = offset(province * PROVINCE_SIZE)
                if provinces[at + Province.free + draw] > provinces[at + Province.placed + draw]:
                    weights += provinces[at + Province.placement_weight + draw]
            if weights <= 0.0 or left <= 0.0:
                break
            share, given = left / weights, 0.0
            for province in range(len(provinces) // PROVINCE_SIZE):
                at = offset(province * PROVINCE_SIZE)
                room = max(0.0, provinces[at + Province.free + draw] - provinces[at + Province.placed + draw])
                more = min(room, share * provinces[at + Province.placement_weight + draw])
                provinces[at + Province.placed + draw] += more
                given += more
            left = max(0.0, left - given)


@inner
def travel(
    one: Floats, provinces: Floats, placed_curves: Floats, step: int, bounds: Integers, parts: Floats, draws: int
) -> None:
    """Rule 7: those placed set off, those placed one journey ago arrive; whoever finds no bed waits again.

    ``placed_curves`` (bound, province, draw) remembers how many have been placed.
    """
    curves = len(provinces) // PROVINCE_SIZE * AT_ONCE
    slots = len(placed_curves) // curves
    present = slot(step + 1, slots) * curves
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        bound, part, curve = bounds[step, province], parts[step, province], province * AT_ONCE
        now, earlier = offset(present + curve), max(bound, 0)
        low, high = offset(slot(earlier, slots) * curves + curve), offset(slot(earlier + 1, slots) * curves + curve)
        for draw in range(draws):
            all_placed = provinces[at + Province.cumulative_placed + draw] + provinces[at + Province.placed + draw]
            provinces[at + Province.cumulative_placed + draw] = all_placed
            placed_curves[now + draw] = all_placed
        for draw in range(draws):
            placed, sheltered = provinces[at + Province.placed + draw], provinces[at + Province.sheltered + draw]
            due = placed_curves[low + draw] * (1.0 - part) + placed_curves[high + draw] * part
            if bound < 0:
                due = provinces[at + Province.travelling_at_start + draw] * part
            on_the_way = provinces[at + Province.travelling + draw] + placed
            arrived = min(on_the_way, max(0.0, due - provinces[at + Province.cumulative_arrived + draw]))
            refused = min(arrived, max(0.0, sheltered + arrived - provinces[at + Province.beds + draw]))
            provinces[at + Province.cumulative_arrived + draw] += arrived
            provinces[at + Province.arrived + draw] = arrived
            provinces[at + Province.refused + draw] = refused
            provinces[at + Province.travelling + draw] = on_the_way - arrived
            one[One.awaiting_placement + draw] = max(0.0, one[One.awaiting_placement + draw] - placed) + refused
