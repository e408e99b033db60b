"""One block of draws through all steps: the order in which the rules act."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine import observers
from refugee_model.engine.compiling import compiled
from refugee_model.engine.program import Block, Places, Program, Rates
from refugee_model.engine.stages import approach, beds, checkpoint, departure, hosting, placement, registration, road
from refugee_model.engine.variables import LANES, RATES
from refugee_model.engine.workspace import DISTRICT_SIZE, POINT_SIZE, PROVINCE_SIZE, copy_rates, record
from refugee_model.scenario.network import ONE, POINT, PROVINCE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FIRST_RATE_OF_ONE, FIRST_RATE_OF_POINT, FIRST_RATE_OF_PROVINCE = (
    RATES[group][0] * LANES for group in (ONE, POINT, PROVINCE)
)


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


@compiled
def sweep(
    program: Program, wanted: Wanted, noise: Floats, block: Block, recorded: Places, digest: Digest, lanes: int
) -> None:
    """Move one block of draws through all steps, and record it at those bounds after the first that are wanted.

    ``noise`` (step, lane) multiplies the throughput of the checkpoint, unless it is empty.
    """
    # Taken apart once: each look into a tuple of arrays costs an atomic count of references.
    (bounds, lengths, epochs), rates, staffed = program.clock, program.rates, program.staffed
    survival, group, contagion = program.leaving
    journeys, supply, placing, memory = program.journeys, program.supply, program.placing, block.memory
    outward, outward_part = journeys.outward.bound, journeys.outward.part
    approaching, approaching_part = journeys.approach.bound, journeys.approach.part
    along, along_part = journeys.along.bound, journeys.along.part
    backward, backward_part, returning = journeys.backward.bound, journeys.backward.part, journeys.returning
    onward, onward_part = placing.onward.bound, placing.onward.part
    far, some_far, order, policy = journeys.far, journeys.some_far, placing.order, placing.policy
    nights, in_order, sends_back = program.passing
    orders, province_of, beds_come, loses = supply.orders, supply.province, supply.come, supply.loses
    one, districts, points, provinces = block.places
    left_home, entrance, reached, passed = memory.left_home, memory.entrance, memory.reached, memory.passed
    placed, first_in_queue = memory.placed, memory.first_in_queue
    time_of, day_of, night_of, flows = wanted.times, wanted.days, wanted.nights, wanted.flows
    curves, days, night_heads = digest
    epoch, new_epoch, length, observed = -1, -1, -1.0, len(curves) > 0
    if observed:
        # What holds from the start on must be known before anyone is counted.
        hold(one, points, provinces, rates, epochs[0], lanes)
        observers.begin(one, points, provinces, curves, lanes)
        if night_of[0] >= 0:
            observers.count_night(one, districts, points, night_heads, night_of[0], lanes)
    for step in range(len(bounds) - 1):
        now, hours, begin, end = step + 1, lengths[step], bounds[step], bounds[step + 1]
        if epochs[step] != epoch:
            epoch, length, new_epoch = epochs[step], -1.0, step
            hold(one, points, provinces, rates, epoch, lanes)
            road.deliver_fuel(one, lanes)
            registration.weigh_points(one, points, lanes)
        if hours != length:
            length = hours
            hosting.set_decay(one, hours, lanes)
            beds.set_decay(one, hours, lanes)
            placement.set_decay(one, hours, lanes)
        if len(noise) > 0:
            checkpoint.take_noise(one, noise, step, lanes)

        departure.depart(one, districts, survival, step, group, contagion, flows, lanes)
        road.find_transport(one, hours, lanes)
        road.find_room(
            one, passed, backward[step, 0], backward_part[step, 0], returning[step], nights[step], hours, lanes
        )
        if some_far:
            approach.come_to_entrance(one, districts, left_home, far, approaching, approaching_part, step, hours, lanes)
            approach.share_entrance(one, districts, far, lanes)
        else:
            road.share_road(one, lanes)
        road.set_off(one, districts, left_home, some_far, now, flows, lanes)
        road.drive(one, left_home, far, outward, outward_part, step, lanes)
        if some_far:
            approach.enter(one, districts, left_home, entrance, far, approaching, approaching_part, step, lanes)
            bound, part = along[step, 0], along_part[step, 0]
            approach.drive_on(one, left_home, entrance, far, outward, outward_part, step, bound, part, lanes)
        road.reach(one, hours, lanes)

        checkpoint.serve(one, hours, nights[step], lanes)
        if in_order:
            checkpoint.remember_reached(one, reached, now, lanes)
            checkpoint.serve_in_order(one, reached, first_in_queue, now, hours, nights[step], lanes)
        checkpoint.leave_queue(one, passed, now, lanes)
        if sends_back:
            checkpoint.turn_back(one, districts, lanes)

        if loses:
            registration.close_points(one, points, lanes)
        hosting.go_to_relatives(one, hours, lanes)
        registration.register(one, points, staffed, step, hours, lanes)
        placement.stop_waiting(one, True, lanes)
        registration.ask_for_beds(one, lanes)

        observers.begin_counting(one, lanes)
        if loses:
            hosting.flee(one, provinces, flows, lanes)
        if beds_come[step] or step == new_epoch:
            beds.make_beds(provinces, orders, province_of, begin, end, lanes)
        hosting.leave_relatives(one, provinces, order, flows, lanes)
        beds.leave_beds(one, provinces, lanes)
        placement.gather(one, provinces, order, lanes)
        placement.assign(one, provinces, policy, order, hours, lanes)
        placement.travel(one, provinces, placed, step, onward, onward_part, lanes)
        beds.admit(one, provinces, lanes)
        hosting.settle(one, provinces, lanes)
        placement.stop_waiting(one, False, lanes)

        if observed:
            observers.count(one, points, provinces, begin, end, lanes)
            observers.count_entries(one, lanes)
            observers.observe(one, curves, now, hours, end, lanes)
            if day_of[now] >= 0:
                observers.close_day(one, days, day_of[now], lanes)
            if night_of[now] >= 0:
                observers.count_night(one, districts, points, night_heads, night_of[now], lanes)
        if time_of[now] >= 0:
            record(recorded.one, time_of[now], one, 0, lanes)
            record(recorded.districts, time_of[now], districts, DISTRICT_SIZE, lanes)
            record(recorded.points, time_of[now], points, POINT_SIZE, lanes)
            record(recorded.provinces, time_of[now], provinces, PROVINCE_SIZE, lanes)


@compiled
def hold(one: Floats, points: Floats, provinces: Floats, rates: Rates, epoch: int, lanes: int) -> None:
    """What holds in an epoch begins to hold."""
    copy_rates(one, 0, rates.one, epoch, FIRST_RATE_OF_ONE, lanes)
    copy_rates(points, POINT_SIZE, rates.points, epoch, FIRST_RATE_OF_POINT, lanes)
    copy_rates(provinces, PROVINCE_SIZE, rates.provinces, epoch, FIRST_RATE_OF_PROVINCE, lanes)
