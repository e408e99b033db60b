"""Pools of people who wait for a bed: one at each reception point, where the roads from them to the provinces differ.

Free beds are shared among pools in proportion to those who wait, and each pool fills its share of them by the policy,
with the distances from its own point. Whoever has to wait for a bed and is in a province - come back from relatives,
evacuated, refused, or at a reception point that closes as its province is lost - joins the pool of the nearest
reception point that stands, by their weights where several are as near; those with relatives of whom no province is
known are taken to be where relatives are. Of those of whom the start does not say where they wait or from where they
travel: by the weights of the points, too.
"""

from __future__ import annotations

import numpy as np

from refugee_model.engine.layout import Layout
from refugee_model.engine.stages.nearest import fill_nearest
from refugee_model.engine.stages.registration import normalise
from refugee_model.engine.values import sum_of_places
from refugee_model.engine.variables import AT_ONCE, Journey, One, Point, Pool, Province
from refugee_model.engine.workspace import (
    JOURNEY_SIZE,
    POINT_SIZE,
    POOL_SIZE,
    PROVINCE_SIZE,
    Flags,
    Floats,
    Integers,
    inner,
    offset,
    slot,
)


def lay_out(layout: Layout) -> Integers:
    """Who joins which of several pools; the province in which the point of each stands. Points must be laid out."""
    points, provinces = layout.scenario.aid.reception_points.values(), list(layout.scenario.aid.provinces)
    closed, weights = layout.of(Point.closed, slice(None)), np.empty_like(layout.of(Point.weight, slice(None)))
    for number, name in enumerate(layout.pools):
        weights[:, number] = layout.schedule(f"aid.reception_points.{name}.weight")
    all_closed = closed.min(axis=1, keepdims=True) >= 1.0
    stands = (closed < 1.0) | all_closed
    layout.of(Pool.closes, slice(None))[:] = closed * ~all_closed
    for number, province in enumerate(layout.scenario.aid.provinces.values()):
        km = np.where(stands, np.asarray([province.km_from(point) for point in layout.pools])[:, None], np.inf)
        near = _shared(km == km.min(axis=1, keepdims=True), weights)
        layout.of(Journey.returns, slice(number, None, len(provinces)))[:] = near
    _put_unregistered(layout)
    _put_start(layout, _shared(stands, weights)[0])
    return np.asarray([provinces.index(point.province) if point.province else 0 for point in points], dtype=np.int64)


def _shared(among: Flags, weights: Floats) -> Floats:
    """Shares of the points that are among those, by weight, where all weights are 0 equal ones (epoch, point, draw)."""
    by_weight, equal = among * weights, among.astype(np.float64)
    normalise(by_weight)
    normalise(equal)
    return np.where(by_weight.max(axis=1, keepdims=True) > 0.0, by_weight, equal)


def _put_unregistered(layout: Layout) -> None:
    """Share of each pool in those with relatives who have not registered and come back for a bed."""
    hosts = [layout.of(Province.relatives_share, number) for number in range(layout.sizes.provinces)]
    nowhere, even = sum_of_places(np.asarray(hosts)) <= 0.0, 1.0 / len(hosts)
    for pool in range(layout.sizes.pools):
        share = layout.of(Pool.of_unregistered, pool)
        for number, hosted in enumerate(hosts):
            returns = layout.of(Journey.returns, pool * len(hosts) + number)
            share += np.where(nowhere, even, hosted) * returns


def _put_start(layout: Layout, shares: Floats) -> None:
    """Those who wait or travel at the start, by shares (pool, draw)."""
    layout.of(Pool.waiting_here, slice(None))[:] = layout.values.now("awaiting_placement") * shares
    for number, name in enumerate(layout.pools):
        layout.of(Pool.waiting_here, number)[:] += layout.values.now("awaiting_placement_by_point", name)
    for number, name in enumerate(layout.scenario.aid.provinces):
        on_the_way = layout.of(Journey.on_the_way, slice(number, None, layout.sizes.provinces))
        on_the_way[:] = layout.values.now("travelling", name) * shares


@inner
def note(one: Floats, pools: Floats, draws: int) -> None:
    """Of the only pool: all wait in it."""
    for draw in range(draws):
        pools[Pool.waiting_here + draw] = one[One.awaiting_placement + draw]


@inner
def stop_waiting(one: Floats, pools: Floats, before: bool, draws: int) -> None:
    """Rule 9: of those who wait in each pool the same share leaves the country as of all."""
    for pool in range(len(pools) // POOL_SIZE):
        at = offset(pool * POOL_SIZE)
        for draw in range(draws):
            leaving = pools[at + Pool.waiting_here + draw] * (1.0 - one[One.waiting_kept + draw])
            left, stopped = pools[at + Pool.left_waiting_here + draw], pools[at + Pool.stopped_waiting + draw]
            pools[at + Pool.left_waiting_here + draw] = leaving if before else left + leaving
            pools[at + Pool.stopped_waiting + draw] = leaving if before else stopped + leaving
            pools[at + Pool.waiting_here + draw] -= leaving
    count_all(one, pools, draws)


@inner
def close(pools: Floats, journeys: Floats, provinces: int, stands_in: Integers, returns: Flags, draws: int) -> None:
    """Rule 8: whoever waits where a province is lost goes on to wait at the nearest point that stands."""
    number = len(pools) // POOL_SIZE
    for pool in range(number):
        at = offset(pool * POOL_SIZE)
        for draw in range(draws):
            away = pools[at + Pool.waiting_here + draw] * pools[at + Pool.closes + draw]
            come = pools[at + Pool.came_off_here + draw] + pools[at + Pool.turned_here + draw]
            pools[at + Pool.moved_on + draw] = away
            pools[at + Pool.stopped_waiting + draw] += away + pools[at + Pool.took_road_waiting + draw]
            pools[at + Pool.waiting_here + draw] += come - away
            pools[at + Pool.began_waiting + draw] = come
    for pool in range(number):
        at = offset(pool * POOL_SIZE)
        for other in range(number):
            if not returns[pool, stands_in[other]]:
                continue
            there, way = offset(other * POOL_SIZE), offset((pool * provinces + stands_in[other]) * JOURNEY_SIZE)
            for draw in range(draws):
                come = pools[there + Pool.moved_on + draw] * journeys[way + Journey.returns + draw]
                pools[at + Pool.began_waiting + draw] += come
                pools[at + Pool.waiting_here + draw] += come


@inner
def gather(
    one: Floats,
    points: Floats,
    provinces: Floats,
    pools: Floats,
    journeys: Floats,
    stands_in: Integers,
    returns: Flags,
    loses: bool,
    draws: int,
) -> None:
    """Rules 6 and 8: who begins to wait, and in which pool."""
    number = len(provinces) // PROVINCE_SIZE
    close(pools, journeys, number, stands_in, returns, draws)
    for pool in range(len(pools) // POOL_SIZE):
        at, point = offset(pool * POOL_SIZE), offset(pool * POINT_SIZE)
        for draw in range(draws):
            part = pools[at + Pool.of_unregistered + draw]
            registered = points[point + Point.registered + draw] + one[One.registered_later + draw] * part
            asked = registered * one[One.asks_share + draw]
            pools[at + Pool.asked_here + draw] = asked
            pools[at + Pool.share + draw] = asked + one[One.came_back_unregistered + draw] * part
        for province in range(number):
            if not returns[pool, province]:
                continue
            place, way = offset(province * PROVINCE_SIZE), offset((pool * number + province) * JOURNEY_SIZE)
            for draw in range(draws):
                waits = provinces[place + Province.came_back + draw] + provinces[place + Province.evacuated + draw]
                waits += provinces[place + Province.fled_for_bed + draw] if loses else 0.0
                pools[at + Pool.share + draw] += waits * journeys[way + Journey.returns + draw]
        for draw in range(draws):
            begun = pools[at + Pool.share + draw]
            pools[at + Pool.began_waiting + draw] += begun
            pools[at + Pool.waiting_here + draw] += begun
    count_all(one, pools, draws)
    for pool in range(len(pools) // POOL_SIZE):
        at = offset(pool * POOL_SIZE)
        for draw in range(draws):
            waiting = one[One.awaiting_placement + draw]
            pools[at + Pool.share + draw] = pools[at + Pool.waiting_here + draw] / waiting if waiting > 0.0 else 0.0


@inner
def fill_from_each(
    one: Floats, provinces: Floats, pools: Floats, journeys: Floats, orders: Integers, draws: int
) -> None:
    """Rule 7, nearest: each pool fills its share of the free beds by the distances from its own point."""
    number = len(provinces) // PROVINCE_SIZE
    for draw in range(draws):
        one[One.can_be_placed + draw] = one[One.left + draw]
    for pool in range(len(pools) // POOL_SIZE):
        here, some = offset(pool * POOL_SIZE), 0
        for draw in range(draws):
            some += 1 if pools[here + Pool.share + draw] > 0.0 else 0
        if some == 0:  # nobody waits here in any draw, and what others are sent is multiplied by 0
            send_from(provinces, pools, journeys, pool, draws)
            continue
        for province in range(number):
            at, way = offset(province * PROVINCE_SIZE), offset((pool * number + province) * JOURNEY_SIZE)
            for draw in range(draws):
                provinces[at + Province.placement_weight + draw] = journeys[way + Journey.weight + draw]
        for draw in range(draws):
            one[One.left + draw] = one[One.can_be_placed + draw]
        fill_nearest(one, provinces, orders[pool], draws)
        send_from(provinces, pools, journeys, pool, draws)


@inner
def send(provinces: Floats, pools: Floats, journeys: Floats, draws: int) -> None:
    """Rule 7, where no distance counts: those placed come from the pools in proportion to who waits in each."""
    for pool in range(len(pools) // POOL_SIZE):
        send_from(provinces, pools, journeys, pool, draws)


@inner
def send_from(provinces: Floats, pools: Floats, journeys: Floats, pool: int, draws: int) -> None:
    """Of those who would be placed if all waited in this pool, its share."""
    number, here = len(provinces) // PROVINCE_SIZE, offset(pool * POOL_SIZE)
    for province in range(number):
        at, way = offset(province * PROVINCE_SIZE), offset((pool * number + province) * JOURNEY_SIZE)
        for draw in range(draws):
            sent = provinces[at + Province.placed + draw] * pools[here + Pool.share + draw]
            journeys[way + Journey.sent + draw] = sent


@inner
def travel(
    one: Floats,
    provinces: Floats,
    pools: Floats,
    journeys: Floats,
    sent_curves: Floats,
    step: int,
    bounds: Integers,
    parts: Floats,
    draws: int,
) -> None:
    """Rule 7: those sent set off from each pool, those sent one journey ago arrive; who finds no bed waits again.

    ``sent_curves`` (bound, journey, draw) remembers how many have been sent.
    """
    number, count = len(provinces) // PROVINCE_SIZE, len(pools) // POOL_SIZE
    for province in range(number):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            provinces[at + Province.placed + draw] = 0.0
            provinces[at + Province.arrived + draw] = 0.0
            provinces[at + Province.travelling + draw] = 0.0
        for pool in range(count):
            arrive(provinces, pools, journeys, sent_curves, pool, province, step, bounds, parts, draws)
        some = 0
        for draw in range(draws):
            arrived, sheltered = provinces[at + Province.arrived + draw], provinces[at + Province.sheltered + draw]
            refused = min(arrived, max(0.0, sheltered + arrived - provinces[at + Province.beds + draw]))
            provinces[at + Province.refused + draw] = refused
            some += 1 if refused > 0.0 else 0
        for pool in range(count if some > 0 else 0):
            here, way = offset(pool * POOL_SIZE), offset((pool * number + province) * JOURNEY_SIZE)
            for draw in range(draws):
                again = provinces[at + Province.refused + draw] * journeys[way + Journey.returns + draw]
                pools[here + Pool.began_waiting + draw] += again
                pools[here + Pool.waiting_here + draw] += again
    count_all(one, pools, draws)


@inner
def count_all(one: Floats, pools: Floats, draws: int) -> None:
    """Those who wait in all pools."""
    for draw in range(draws):
        one[One.awaiting_placement + draw] = 0.0
    for pool in range(len(pools) // POOL_SIZE):
        at = offset(pool * POOL_SIZE)
        for draw in range(draws):
            one[One.awaiting_placement + draw] += pools[at + Pool.waiting_here + draw]


@inner
def arrive(
    provinces: Floats,
    pools: Floats,
    journeys: Floats,
    sent_curves: Floats,
    pool: int,
    province: int,
    step: int,
    bounds: Integers,
    parts: Floats,
    draws: int,
) -> None:
    """Rule 7 on one journey, added to what its province and its pool see of it."""
    journey = pool * (len(provinces) // PROVINCE_SIZE) + province
    curves = len(journeys) // JOURNEY_SIZE * AT_ONCE
    slots = len(sent_curves) // curves
    bound, part, curve = bounds[step, journey], parts[step, journey], journey * AT_ONCE
    now, earlier = offset(slot(step + 1, slots) * curves + curve), max(bound, 0)
    low, high = offset(slot(earlier, slots) * curves + curve), offset(slot(earlier + 1, slots) * curves + curve)
    at, here, way = offset(province * PROVINCE_SIZE), offset(pool * POOL_SIZE), offset(journey * JOURNEY_SIZE)
    for draw in range(draws):
        all_sent = journeys[way + Journey.cumulative_sent + draw] + journeys[way + Journey.sent + draw]
        journeys[way + Journey.cumulative_sent + draw] = all_sent
        sent_curves[now + draw] = all_sent
    if bound < 0:
        for draw in range(draws):
            journeys[way + Journey.came + draw] = journeys[way + Journey.on_the_way_at_start + draw] * part
    else:
        for draw in range(draws):
            due = sent_curves[low + draw] * (1.0 - part) + sent_curves[high + draw] * part
            journeys[way + Journey.came + draw] = due
    for draw in range(draws):
        due, sent = journeys[way + Journey.came + draw], journeys[way + Journey.sent + draw]
        on_the_way = journeys[way + Journey.on_the_way + draw] + sent
        came = min(on_the_way, max(0.0, due - journeys[way + Journey.cumulative_came + draw]))
        journeys[way + Journey.cumulative_came + draw] += came
        journeys[way + Journey.came + draw] = came
        journeys[way + Journey.on_the_way + draw] = on_the_way - came
        provinces[at + Province.placed + draw] += sent
        provinces[at + Province.arrived + draw] += came
        provinces[at + Province.travelling + draw] += on_the_way - came
    for draw in range(draws):
        sent, waiting = journeys[way + Journey.sent + draw], pools[here + Pool.waiting_here + draw]
        pools[here + Pool.waiting_here + draw] = max(0.0, waiting - sent)
        pools[here + Pool.stopped_waiting + draw] += sent
