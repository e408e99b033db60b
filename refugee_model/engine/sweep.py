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
from refugee_model.engine.variables import LANES, RATES
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
    RATES[group][0] * LANES for group in (ONE, ROUTE, LEG, ENTRY, POINT, PROVINCE, POOL, JOURNEY)
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
    """Cumulative curves (bound, curve, lane) of ``observers.CURVES``."""
    days: Floats
    """``observers.DAY_ROWS`` of each day (day, row, lane)."""
    nights: Floats
    """``observers.PARTS`` of each night (night, part, lane)."""
    last_awake: Integers
    """Last bound up to which anyone had moved on each route; its curves end there, and none of them changes after."""


NOTHING = Digest(np.empty((0, 0, 0)), np.empty((0, 0, 0)), np.empty((0, 0, 0)), np.empty(0, dtype=np.int64))


@compiled
def sweep(
    program: Program, wanted: Wanted, noise: Floats, block: Block, recorded: Recorded, digest: Digest, lanes: int
) -> None:
    """Move one block of draws through all steps, and record it at those bounds after the first that are wanted.

    ``noise`` (step, route, lane) multiplies the throughput of each checkpoint, unless it is empty.
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
            hold(block.places, rates, epoch, lanes)
            if step == 0 and observed:
                # What holds from the start on must be known before anyone is counted.
                observers.begin(one, routes, points, provinces, awake, curves, lanes)
                if night_of[0] >= 0:
                    observers.count_night(one, routes, districts, points, night_heads, night_of[0], lanes)
            choice.keep_shares(legs, lanes)
            road.deliver_fuel(one, lanes)
            registration.weigh_points(one, routes, entries, points, lanes)
        if hours != length:
            length = hours
            hosting.set_decay(one, hours, lanes)
            beds.set_decay(one, hours, lanes)
            placement.set_decay(one, hours, lanes)

        if at_home:
            departure.depart(one, districts, survival, step, group, contagion, flows, lanes)
        if flees:
            flight.leave(one, districts, legs, points, provinces, pools, onwards, fleeing, lanes)
        if by_time and asks[step]:
            choice.weigh_by_time(one, routes, legs, lanes)
        were_held, held_back = held_back, departure.held_back(districts, lanes)
        at_home = at_home and (held_back or sends_back or departure.at_home(districts, lanes))
        if held_back or were_held:
            choice.choose(one, routes, districts, legs, taken, again, lanes)
            road.share_fuel(one, routes, lanes)
        first = True
        for route in range(count):
            at, some_far = route * ROUTE_SIZE, any_far[route]
            awake[route] = quiet[route] <= rests or (held_back and choice.waits(routes, at, lanes))
            if awake[route] or time_of[now] >= 0:
                bound, part = backward[step, route], backward_part[step, route]
                if len(noise) > 0:
                    checkpoint.take_noise(routes, route, noise, step, lanes)
                checkpoint.know_hour(routes, at, nights[step, route], lanes)
                road.find_room(one, routes, route, passed, bound, part, returning[step, route], hours, lanes)
            if not awake[route]:
                continue
            for asleep in range(last_awake[route] + 1, now):
                if in_order:
                    checkpoint.remember_reached(routes, route, reached, asleep, lanes)
                if observed:
                    observers.keep_curves(routes, route, curves, asleep, lanes)
            last_awake[route] = now
            road.find_transport(one, routes, at, hours, lanes)
            if some_far:
                approach.come_to_entrance(
                    one, routes, legs, taken, route, left_home, far, approaching, approaching_part, step, hours, lanes
                )
                approach.share_entrance(one, routes, legs, taken, route, far, lanes)
            else:
                road.share_road(one, routes, at, lanes)
            road.set_off(routes, districts, legs, taken, route, left_home, some_far, now, first, flows, lanes)
            road.drive(routes, route, number, left_home, taken, far, outward, outward_part, step, lanes)
            if some_far:
                approach.enter(
                    one, routes, legs, route, left_home, entrance, far, approaching, approaching_part, step, lanes
                )
                bound, part = along[step, route], along_part[step, route]
                approach.drive_on(
                    routes, route, left_home, entrance, far, outward, outward_part, step, bound, part, lanes
                )
            road.reach(one, routes, at, hours, lanes)

            checkpoint.serve(one, routes, at, hours, lanes)
            if in_order:
                checkpoint.remember_reached(routes, route, reached, now, lanes)
                checkpoint.serve_in_order(one, routes, route, reached, first_in_queue, now, hours, lanes)
            checkpoint.leave_queue(one, routes, route, passed, now, lanes)
            first, quiet[route] = False, quiet[route] + 1 if road.is_empty(routes, at, lanes) else 0
        if flees:
            flight.set_off(routes, districts, legs, fleeing, lanes)
            flight.pass_checkpoint(one, routes, districts, legs, lanes)
        if sends_back and not first:
            checkpoint.turn_back(routes, districts, legs, lanes)

        if loses:
            registration.close_points(one, points, lanes)
        if flees:
            flight.come_to_points(one, routes, entries, points, lanes)
        hosting.go_to_relatives(one, routes, awake, hours, lanes)
        registration.receive(one, routes, entries, points, awake, lanes)
        registration.register(one, points, staffed, step, hours, lanes)
        placement.stop_waiting(one, True, lanes)
        if several:
            pooling.stop_waiting(one, pools, True, lanes)
        registration.ask_for_beds(one, lanes)

        observers.begin_counting(one, lanes)
        if loses:
            hosting.flee(one, provinces, flows or several, lanes)
        if flees:
            flight.come_to_rest(one, routes, entries, provinces, pools, flows, lanes)
        if beds_come[step] or step == new_epoch:
            beds.make_beds(provinces, orders, province_of, begin, end, lanes)
        hosting.leave_relatives(one, provinces, order, flows, lanes)
        beds.leave_beds(one, provinces, lanes)
        placement.gather(one, provinces, order, lanes)
        if several:
            pooling.gather(one, points, provinces, pools, onwards, stands_in, returns, loses, lanes)
        if several and policy == placement.NEAREST:
            placement.share_places(one, hours, lanes)
            pooling.fill_from_each(one, provinces, pools, onwards, orders_of, lanes)
        else:
            placement.assign(one, provinces, policy, order, hours, lanes)
        if several:
            if policy != placement.NEAREST:
                pooling.send(provinces, pools, onwards, lanes)
            pooling.travel(one, provinces, pools, onwards, placed, step, onward, onward_part, lanes)
        else:
            placement.travel(one, provinces, placed, step, onward, onward_part, lanes)
        beds.admit(one, provinces, lanes)
        hosting.settle(one, provinces, lanes)
        placement.stop_waiting(one, False, lanes)
        if several:
            pooling.stop_waiting(one, pools, False, lanes)
        if flees:
            flight.count(one, routes, districts, lanes)

        if observed:
            observers.count(one, points, provinces, begin, end, lanes)
            observers.count_entries(one, lanes)
            observers.observe(one, routes, awake, curves, now, hours, end, lanes)
            if day_of[now] >= 0:
                observers.close_day(one, days, day_of[now], lanes)
            if night_of[now] >= 0:
                observers.count_night(one, routes, districts, points, night_heads, night_of[now], lanes)
        if time_of[now] >= 0:
            if not several:
                pooling.note(one, pools, lanes)
            record(recorded.one, time_of[now], one, 0, lanes)
            record(recorded.routes, time_of[now], routes, ROUTE_SIZE, lanes)
            record(recorded.districts, time_of[now], districts, DISTRICT_SIZE, lanes)
            record(recorded.legs, time_of[now], legs, LEG_SIZE, lanes)
            record(recorded.points, time_of[now], points, POINT_SIZE, lanes)
            record(recorded.provinces, time_of[now], provinces, PROVINCE_SIZE, lanes)
            record(recorded.pools, time_of[now], pools, POOL_SIZE, lanes)
            record(recorded.journeys, time_of[now], onwards, JOURNEY_SIZE, lanes)
    if observed:
        curves_end[:] = last_awake


@inner
def memory_of_routes(block: Block) -> int:
    """Steps after which what is remembered of routes is what holds, where nobody has moved in them."""
    memory, places = block.memory, block.places
    routes, legs = len(places.routes) // ROUTE_SIZE, len(places.legs) // LEG_SIZE
    of_home, of_entrance = len(memory.left_home) // (2 * legs * LANES), len(memory.entrance) // (routes * ENTRANCE)
    return max(of_home, of_entrance, len(memory.passed) // (routes * LANES))


@inner
def hold(places: Places, rates: Rates, epoch: int, lanes: int) -> None:
    """What holds in an epoch begins to hold."""
    copy_rates(places.one, 0, rates.one, epoch, OF_ONE, lanes)
    copy_rates(places.routes, ROUTE_SIZE, rates.routes, epoch, OF_ROUTE, lanes)
    copy_rates(places.legs, LEG_SIZE, rates.legs, epoch, OF_LEG, lanes)
    copy_rates(places.entries, ENTRY_SIZE, rates.entries, epoch, OF_ENTRY, lanes)
    copy_rates(places.points, POINT_SIZE, rates.points, epoch, OF_POINT, lanes)
    copy_rates(places.provinces, PROVINCE_SIZE, rates.provinces, epoch, OF_PROVINCE, lanes)
    copy_rates(places.pools, POOL_SIZE, rates.pools, epoch, OF_POOL, lanes)
    copy_rates(places.journeys, JOURNEY_SIZE, rates.journeys, epoch, OF_JOURNEY, lanes)
