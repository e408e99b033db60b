"""One block of draws through all steps: the order in which the rules act."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine import observers
from refugee_model.engine.compiling import compiled, inner
from refugee_model.engine.program import Block, Places, Program, Rates, Recorded
from refugee_model.engine.stages import (
    approach,
    beds,
    checkpoint,
    choice,
    departure,
    flight,
    hosting,
    placement,
    pooling,
    registration,
    road,
)
from refugee_model.engine.stages.approach import ENTRANCE
from refugee_model.engine.variables import AT_ONCE, RATES
from refugee_model.engine.workspace import (
    DISTRICT_SIZE,
    ENTRY_SIZE,
    JOURNEY_SIZE,
    LEG_SIZE,
    POINT_SIZE,
    POOL_SIZE,
    PROVINCE_SIZE,
    ROUTE_SIZE,
    copy_rates,
    record,
)
from refugee_model.scenario.network import ENTRY, JOURNEY, LEG, ONE, POINT, POOL, PROVINCE, ROUTE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OF_ONE, OF_ROUTE, OF_LEG, OF_ENTRY, OF_POINT, OF_PROVINCE, OF_POOL, OF_JOURNEY = (
    RATES[group][0] * AT_ONCE for group in (ONE, ROUTE, LEG, ENTRY, POINT, PROVINCE, POOL, JOURNEY)
)
"""Where the rates of each place begin."""


class Wanted(NamedTuple):
    """What is read off the sweep: the position of each bound among those wanted, -1 where it is not."""

    times: Integers
    """At which people are recorded."""
    days: Integers
    """At which days end."""
    nights: Integers
    """At which nights are counted."""
    flows: bool
    """Whether flows of districts and provinces are worked out, too; without them the sweep is a third faster."""


class Digest(NamedTuple):
    """What is kept of each draw of a block beside or instead of people in places; empty where it is not wanted."""

    curves: Floats
    """Cumulative curves (bound, curve, draw) of ``observers.CURVES``."""
    days: Floats
    """``observers.DAY_ROWS`` of each day (day, row, draw)."""
    nights: Floats
    """``observers.PARTS`` of each night (night, part, draw)."""
    last_awake: Integers
    """Last bound up to which anyone had moved on each route; its curves end there, and none of them changes after."""


NOTHING = Digest(np.empty((0, 0, 0)), np.empty((0, 0, 0)), np.empty((0, 0, 0)), np.empty(0, dtype=np.int64))


@compiled
def sweep(
    program: Program, wanted: Wanted, noise: Floats, block: Block, recorded: Recorded, digest: Digest, draws: int
) -> None:
    """Move one block of draws through all steps, and record it at those bounds after the first that are wanted.

    ``noise`` (step, route, draw) multiplies the throughput of each checkpoint, unless it is empty.
    """
    # Taken apart once: each look into a tuple of arrays costs an atomic count of references.
    steps, rates, supply, placing, memory = program.steps, program.rates, program.supply, program.placing, block.memory
    (bounds, lengths, epochs), staffed, asks, beds_come = steps.clock, steps.staffed, steps.asks, steps.beds_come
    survival, group, contagion = steps.leaving
    journeys = steps.journeys
    outward, outward_part = journeys.outward.bound, journeys.outward.part
    approaching, approaching_part = journeys.approach.bound, journeys.approach.part
    along, along_part = journeys.along.bound, journeys.along.part
    backward, backward_part, returning = journeys.backward.bound, journeys.backward.part, journeys.returning
    onward, onward_part = steps.onward.bound, steps.onward.part
    far, any_far, orders_of, policy = journeys.far, journeys.some_far, placing.orders, placing.policy
    order, stands_in, returns = orders_of[0], placing.stands_in, placing.returns
    nights, (in_order, sends_back) = steps.night, program.passing
    orders, province_of, loses = supply
    fleeing = program.fleeing
    flees = fleeing.flees
    one, routes, districts, legs, entries, points, provinces, pools, onwards = block.places
    several = len(pools) > POOL_SIZE
    taken, again, by_time = program.choice
    count, number = len(routes) // ROUTE_SIZE, len(districts) // DISTRICT_SIZE
    left_home, entrance, reached, passed = memory.left_home, memory.entrance, memory.reached, memory.passed
    placed, first_in_queue = memory.placed, memory.first_in_queue
    time_of, day_of, night_of, flows = wanted.times, wanted.days, wanted.nights, wanted.flows
    curves, days, night_heads, curves_end = digest
    epoch, new_epoch, length, observed = -1, -1, -1.0, len(curves) > 0
    # A route that nobody takes for as long as its memory goes back does the same in each step: nothing. It sleeps until
    # somebody wants to take it.
    quiet, awake, rests = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.bool_), memory_of_routes(block)
    last_awake, at_home, held_back = np.zeros(count, dtype=np.int64), True, True
    for step in range(len(bounds) - 1):
        now, hours, begin, end = step + 1, lengths[step], bounds[step], bounds[step + 1]
        if epochs[step] != epoch:
            epoch, length, new_epoch = epochs[step], -1.0, step
            hold(block.places, rates, epoch, draws)
            if step == 0 and observed:
                # What holds from the start on must be known before anyone is counted.
                observers.begin(one, routes, points, provinces, awake, curves, draws)
                if night_of[0] >= 0:
                    observers.count_night(one, routes, districts, points, night_heads, night_of[0], draws)
            choice.keep_shares(legs, draws)
            road.deliver_fuel(one, draws)
            registration.weigh_points(one, routes, entries, points, draws)
        if hours != length:
            length = hours
            hosting.set_decay(one, hours, draws)
            beds.set_decay(one, hours, draws)
            placement.set_decay(one, hours, draws)

        if at_home:
            departure.depart(one, districts, survival, step, group, contagion, flows, draws)
        if flees:
            flight.leave(one, districts, legs, points, provinces, pools, onwards, fleeing, draws)
        if by_time and asks[step]:
            choice.weigh_by_time(one, routes, legs, draws)
        were_held, held_back = held_back, departure.held_back(districts, draws)
        at_home = at_home and (held_back or sends_back or departure.at_home(districts, draws))
        if held_back or were_held:
            choice.choose(one, routes, districts, legs, taken, again, draws)
            road.share_transport(one, routes, hours, draws)
        first = True
        for route in range(count):
            at, some_far = route * ROUTE_SIZE, any_far[route]
            awake[route] = quiet[route] <= rests or (held_back and choice.waits(routes, at, draws))
            if awake[route] or time_of[now] >= 0:
                bound, part = backward[step, route], backward_part[step, route]
                if len(noise) > 0:
                    checkpoint.take_noise(routes, route, noise, step, draws)
                checkpoint.know_hour(routes, at, nights[step, route], draws)
                road.find_room(one, routes, route, passed, bound, part, returning[step, route], hours, draws)
            if not awake[route]:
                continue
            for asleep in range(last_awake[route] + 1, now):
                if in_order:
                    checkpoint.remember_reached(routes, route, reached, asleep, draws)
                if observed:
                    observers.keep_curves(routes, route, curves, asleep, draws)
            last_awake[route] = now
            road.find_transport(one, routes, at, draws)
            if some_far:
                approach.come_to_entrance(
                    one, routes, legs, taken, route, left_home, far, approaching, approaching_part, step, hours, draws
                )
                approach.share_entrance(one, routes, legs, taken, route, far, draws)
            else:
                road.share_road(one, routes, at, draws)
            road.set_off(routes, districts, legs, taken, route, left_home, some_far, now, first, flows, draws)
            road.drive(routes, route, number, left_home, taken, far, outward, outward_part, step, draws)
            if some_far:
                approach.enter(
                    one, routes, legs, route, left_home, entrance, far, approaching, approaching_part, step, draws
                )
                bound, part = along[step, route], along_part[step, route]
                approach.drive_on(
                    routes, route, left_home, entrance, far, outward, outward_part, step, bound, part, draws
                )
            road.reach(one, routes, at, hours, draws)

            checkpoint.serve(one, routes, at, hours, draws)
            if in_order:
                checkpoint.remember_reached(routes, route, reached, now, draws)
                checkpoint.serve_in_order(one, routes, route, reached, first_in_queue, now, hours, draws)
            checkpoint.leave_queue(one, routes, route, passed, now, draws)
            first, quiet[route] = False, quiet[route] + 1 if road.is_empty(routes, at, draws) else 0
        if flees:
            flight.set_off(routes, districts, legs, fleeing, draws)
            flight.pass_checkpoint(one, routes, districts, legs, draws)
        if sends_back and not first:
            checkpoint.turn_back(routes, districts, legs, draws)

        if loses:
            registration.close_points(one, points, draws)
        if flees:
            flight.come_to_points(one, routes, entries, points, draws)
        hosting.go_to_relatives(one, routes, awake, hours, draws)
        registration.receive(one, routes, entries, points, awake, draws)
        registration.register(one, points, staffed, step, hours, draws)
        placement.stop_waiting(one, True, draws)
        if several:
            pooling.stop_waiting(one, pools, True, draws)
        registration.ask_for_beds(one, draws)

        observers.begin_counting(one, draws)
        if loses:
            hosting.flee(one, provinces, flows or several, draws)
        if flees:
            flight.come_to_rest(one, routes, entries, provinces, pools, flows, draws)
        if beds_come[step] or step == new_epoch:
            beds.make_beds(provinces, orders, province_of, begin, end, draws)
        hosting.leave_relatives(one, provinces, order, flows, draws)
        beds.leave_beds(one, provinces, draws)
        placement.gather(one, provinces, order, draws)
        if several:
            pooling.gather(one, points, provinces, pools, onwards, stands_in, returns, loses, draws)
        if several and policy == placement.NEAREST:
            placement.share_places(one, hours, draws)
            pooling.fill_from_each(one, provinces, pools, onwards, orders_of, draws)
        else:
            placement.assign(one, provinces, policy, order, hours, draws)
        if several:
            if policy != placement.NEAREST:
                pooling.send(provinces, pools, onwards, draws)
            pooling.travel(one, provinces, pools, onwards, placed, step, onward, onward_part, draws)
        else:
            placement.travel(one, provinces, placed, step, onward, onward_part, draws)
        beds.admit(one, provinces, draws)
        hosting.settle(one, provinces, draws)
        placement.stop_waiting(one, False, draws)
        if several:
            pooling.stop_waiting(one, pools, False, draws)
        if flees:
            flight.count(one, routes, districts, draws)

        if observed:
            observers.count(one, points, provinces, begin, end, draws)
            observers.count_entries(one, draws)
            observers.observe(one, routes, awake, curves, now, hours, end, draws)
            if day_of[now] >= 0:
                observers.close_day(one, days, day_of[now], draws)
            if night_of[now] >= 0:
                observers.count_night(one, routes, districts, points, night_heads, night_of[now], draws)
        if time_of[now] >= 0:
            if not several:
                pooling.note(one, pools, draws)
            record(recorded.one, time_of[now], one, 0, draws)
            record(recorded.routes, time_of[now], routes, ROUTE_SIZE, draws)
            record(recorded.districts, time_of[now], districts, DISTRICT_SIZE, draws)
            record(recorded.legs, time_of[now], legs, LEG_SIZE, draws)
            record(recorded.points, time_of[now], points, POINT_SIZE, draws)
            record(recorded.provinces, time_of[now], provinces, PROVINCE_SIZE, draws)
            record(recorded.pools, time_of[now], pools, POOL_SIZE, draws)
            record(recorded.journeys, time_of[now], onwards, JOURNEY_SIZE, draws)
    if observed:
        curves_end[:] = last_awake


@inner
def memory_of_routes(block: Block) -> int:
    """Steps after which what is remembered of routes is what holds, where nobody has moved in them."""
    memory, places = block.memory, block.places
    routes, legs = len(places.routes) // ROUTE_SIZE, len(places.legs) // LEG_SIZE
    of_home, of_entrance = len(memory.left_home) // (2 * legs * AT_ONCE), len(memory.entrance) // (routes * ENTRANCE)
    return max(of_home, of_entrance, len(memory.passed) // (routes * AT_ONCE))


@inner
def hold(places: Places, rates: Rates, epoch: int, draws: int) -> None:
    """What holds in an epoch begins to hold."""
    copy_rates(places.one, 0, rates.one, epoch, OF_ONE, draws)
    copy_rates(places.routes, ROUTE_SIZE, rates.routes, epoch, OF_ROUTE, draws)
    copy_rates(places.legs, LEG_SIZE, rates.legs, epoch, OF_LEG, draws)
    copy_rates(places.entries, ENTRY_SIZE, rates.entries, epoch, OF_ENTRY, draws)
    copy_rates(places.points, POINT_SIZE, rates.points, epoch, OF_POINT, draws)
    copy_rates(places.provinces, PROVINCE_SIZE, rates.provinces, epoch, OF_PROVINCE, draws)
    copy_rates(places.pools, POOL_SIZE, rates.pools, epoch, OF_POOL, draws)
    copy_rates(places.journeys, JOURNEY_SIZE, rates.journeys, epoch, OF_JOURNEY, draws)
