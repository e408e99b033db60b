"""One block of draws through all steps: the order in which the rules act."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.accommodation import (
    fill_by_shares,
    fill_by_weight,
    fill_first,
    make_beds,
    release,
    settle,
    share_places,
    stop_waiting,
)
from refugee_model.engine.approach import ENTRANCE, come_to_entrance, drive_on, enter, share_entrance
from refugee_model.engine.checkpoint import PAIR, leave_queue, remember_reached, serve, serve_in_order, turn_back
from refugee_model.engine.compiling import compiled
from refugee_model.engine.corridor import depart, drive, find_room, find_transport, reach, set_off, share_road
from refugee_model.engine.inputs import POLICIES, Inputs
from refugee_model.engine.lanes import DISTRICT_SIZE, POINT_SIZE, PROVINCE_SIZE, copy_rates, record, set_coefficients
from refugee_model.engine.losses import close_points, flee
from refugee_model.engine.nearest import fill_nearest
from refugee_model.engine.observers import begin, begin_counting, close_day, count_entries, count_night, observe
from refugee_model.engine.reception import ask_for_beds, go_to_relatives, register
from refugee_model.engine.values import sum_of_places
from refugee_model.engine.variables import CONSTANTS, LANES, RATES, STOCKS, VARIABLES, One, Point, Province
from refugee_model.scenario.network import DISTRICT, ONE, POINT, PROVINCE
from refugee_model.scenario.timeline import SECONDS_PER_HOUR

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

SHARES, ORDER, NEAREST = (POLICIES.index(policy) for policy in ("shares", "order", "nearest"))
"""Placement policies that are not simply in proportion to free beds."""


class Program(NamedTuple):
    """What the sweep reads; see :class:`refugee_model.engine.inputs.Inputs`."""

    bounds: Floats
    hours: Floats
    epoch: Integers
    night: Flags
    staffed: Floats
    one_rates: Floats
    point_rates: Floats
    province_rates: Floats
    survival: Floats
    group: Integers
    contagion: bool
    sends_back: bool
    loses: bool
    outward_bound: Integers
    outward_part: Floats
    approach_bound: Integers
    approach_part: Floats
    along_bound: Integers
    along_part: Floats
    backward_bound: Integers
    backward_part: Floats
    onward_bound: Integers
    onward_part: Floats
    far: Flags
    some_far: bool
    returning: Floats
    mixed: bool
    surge: Floats
    surge_province: Integers
    orders_come: Flags
    keep: Integers
    day: Integers
    night_counted: Integers
    noise: Floats
    policy: int
    order: Integers
    flows: bool


BY_DRAW = ("one_rates", "point_rates", "province_rates", "survival", "surge", "noise")
"""Fields of a program that end in the draw."""


class Block(NamedTuple):
    """The state of one block of draws: flat arrays of (place, quantity, lane), and memories of (bound, curve, lane)."""

    one: Floats
    districts: Floats
    points: Floats
    provinces: Floats
    gone: Floats
    passed: Floats
    sent: Floats
    entrance: Floats
    came: Floats
    head: Integers


class Record(NamedTuple):
    """Where results of one block are kept: arrays (bound, place, quantity, lane)."""

    one: Floats
    districts: Floats
    points: Floats
    provinces: Floats


class Digest(NamedTuple):
    """What is kept of each draw of a block beside or instead of its trajectory; empty arrays where it is not wanted.

    ``curves`` is (bound, curve, lane) of ``observers.CURVES``; ``days`` is (day, row, lane) of ``observers.DAY_ROWS``; ``nights`` is
    (night, part, lane) of ``observers.PARTS``.
    """

    curves: Floats
    days: Floats
    nights: Floats


@compiled
def sweep(program: Program, block: Block, kept: Record, summed: Digest, lanes: int) -> None:
    """Move one block of draws through all steps.

    Parameters
    ----------
    program : Program
        What to read.
    block : Block
        The state at the start; it is left as the state at the end.
    kept : Record
        Filled at those bounds after the first that ``program.keep`` gives a position.
    summed : Digest
        Filled at every bound and for every day, unless empty.
    lanes : int
        Draws in the block, at most ``LANES``.
    """
    # Taken apart once: each look into a tuple of arrays costs an atomic count of references.
    (
        bounds,
        lengths,
        epochs,
        nights,
        staffed,
        one_rates,
        point_rates,
        province_rates,
        survival,
        group,
        contagion,
        sends_back,
        loses,
        outward_bound,
        outward_part,
        approach_bound,
        approach_part,
        along_bound,
        along_part,
        backward_bound,
        backward_part,
        onward_bound,
        onward_part,
        far,
        some_far,
        returning,
        mixed,
        surge,
        surge_province,
        orders_come,
        position_of,
        day_of,
        night_of,
        noise,
        policy,
        order,
        flows,
    ) = program
    kept_one, kept_districts, kept_points, kept_provinces = kept
    curves, days, night_heads = summed
    one, districts, points, provinces, gone, passed, sent, entrance, came, head = block
    epoch, new_epoch, length, observed = -1, -1, -1.0, len(curves) > 0
    if observed:
        # What holds from the start on must be known before anyone is counted.
        copy_rates(one, 0, one_rates, epochs[0], One.checkpoint_rate, lanes)
        copy_rates(points, POINT_SIZE, point_rates, epochs[0], Point.weight, lanes)
        copy_rates(provinces, PROVINCE_SIZE, province_rates, epochs[0], Province.standing_beds, lanes)
        begin(one, points, provinces, curves, lanes)
        if night_of[0] >= 0:
            count_night(one, districts, points, night_heads, night_of[0], lanes)
    for step in range(len(bounds) - 1):
        now, hours, end = step + 1, lengths[step], bounds[step + 1]
        if epochs[step] != epoch:
            epoch, length, new_epoch = epochs[step], -1.0, step
            copy_rates(one, 0, one_rates, epoch, One.checkpoint_rate, lanes)
            copy_rates(points, POINT_SIZE, point_rates, epoch, Point.weight, lanes)
            copy_rates(provinces, PROVINCE_SIZE, province_rates, epoch, Province.standing_beds, lanes)
            for lane in range(lanes):
                one[One.fuel + lane] += one[One.fuel_delivered + lane]
        if hours != length:
            length = hours
            set_coefficients(one, points, hours, lanes)
        depart(one, districts, survival, step, group, contagion, flows, lanes)
        if len(noise) > 0:
            for lane in range(lanes):
                one[One.throughput + lane] = noise[step, lane]
        find_transport(one, hours, lanes)
        find_room(one, passed, backward_bound[step, 0], backward_part[step, 0], returning[step], nights[step], hours, lanes)
        if some_far:
            come_to_entrance(one, districts, gone, far, approach_bound, approach_part, step, hours, lanes)
            share_entrance(one, districts, far, lanes)
        else:
            share_road(one, lanes)
        set_off(one, districts, gone, some_far, now, flows, lanes)
        drive(one, gone, far, outward_bound, outward_part, step, lanes)
        if some_far:
            enter(one, districts, gone, entrance, far, approach_bound, approach_part, step, lanes)
            along, along_by = along_bound[step, 0], along_part[step, 0]
            drive_on(one, gone, entrance, far, outward_bound, outward_part, step, along, along_by, lanes)
        reach(one, hours, lanes)
        serve(one, hours, nights[step], lanes)
        if mixed:
            remember_reached(one, came, now, lanes)
            serve_in_order(one, came, head, now, hours, nights[step], lanes)
        leave_queue(one, passed, now, lanes)
        if sends_back:
            turn_back(one, districts, lanes)
        if loses:
            close_points(one, points, lanes)
        go_to_relatives(one, hours, lanes)
        register(one, points, staffed, step, hours, lanes)
        ask_for_beds(one, lanes)
        begin_counting(one, lanes)
        if loses:
            flee(one, provinces, flows, lanes)
        if orders_come[step] or step == new_epoch:
            make_beds(provinces, surge, surge_province, bounds[step], end, lanes)
        release(one, provinces, order, flows, lanes)
        share_places(one, hours, lanes)
        if policy == SHARES:
            fill_by_shares(one, provinces, hours, lanes)
        elif policy == ORDER:
            fill_first(one, provinces, order, lanes)
        elif policy == NEAREST:
            fill_nearest(one, provinces, order, lanes)
        else:
            fill_by_weight(one, provinces, order, lanes)
        settle(one, provinces, sent, step, onward_bound, onward_part, bounds[step], end, flows, lanes)
        stop_waiting(one, lanes)
        count_entries(one, lanes)
        if observed:
            observe(one, curves, now, hours, end, lanes)
            if day_of[now] >= 0:
                close_day(one, days, day_of[now], lanes)
            if night_of[now] >= 0:
                count_night(one, districts, points, night_heads, night_of[now], lanes)
        at = position_of[now]
        if at >= 0:
            record(kept_one, at, one, 0, lanes)
            record(kept_districts, at, districts, DISTRICT_SIZE, lanes)
            record(kept_points, at, points, POINT_SIZE, lanes)
            record(kept_provinces, at, provinces, PROVINCE_SIZE, lanes)


def prepare(
    inputs: Inputs, *, keep: Integers | None = None, day_ends: Integers | None = None, noise: Floats | None = None, flows: bool = True
) -> tuple[Program, Block]:
    """What the sweep reads, and an empty block.

    Parameters
    ----------
    inputs : Inputs
        What was laid out.
    keep : array (position,), optional
        Bounds at which to record; all unless given.
    day_ends : array (day,), optional
        Bounds at which days end.
    noise : array (step, draw), optional
        Multiplies the throughput of the checkpoint; 1 unless given.
    flows : bool
        Whether flows of districts and provinces are worked out, too; without them the sweep is a third faster.

    Returns
    -------
    program : Program
        The inputs of all draws.
    block : Block
        To be filled by :func:`start`.
    """
    sizes = inputs.sizes
    mixed = bool(np.any(inputs.rates[ONE][:, 0, One.bus_places.row - RATES[ONE][0]] > 0))
    program = Program(
        bounds=inputs.bounds,
        hours=np.round(np.diff(inputs.bounds) * SECONDS_PER_HOUR) / SECONDS_PER_HOUR,
        epoch=inputs.epoch,
        night=inputs.night,
        staffed=inputs.staffed,
        one_rates=inputs.rates[ONE],
        point_rates=inputs.rates[POINT],
        province_rates=inputs.rates[PROVINCE],
        survival=inputs.survival,
        group=inputs.group,
        contagion=inputs.contagion,
        loses=bool(np.any(inputs.rates[PROVINCE][:, :, Province.lost.row - RATES[PROVINCE][0]] > 0)),
        sends_back=bool(np.any(inputs.rates[ONE][:, 0, One.turned_back_share.row - RATES[ONE][0]] > 0)),
        outward_bound=inputs.outward.bound,
        outward_part=inputs.outward.part,
        approach_bound=inputs.approach.bound,
        approach_part=inputs.approach.part,
        along_bound=inputs.along.bound,
        along_part=inputs.along.part,
        backward_bound=inputs.backward.bound,
        backward_part=inputs.backward.part,
        onward_bound=inputs.onward.bound,
        onward_part=inputs.onward.part,
        far=inputs.far,
        some_far=bool(np.any(inputs.far)),
        returning=inputs.returning,
        mixed=mixed,
        surge=inputs.surge,
        surge_province=inputs.surge_province,
        orders_come=_orders_come(inputs),
        keep=_positions(len(inputs.bounds), np.arange(len(inputs.bounds)) if keep is None else keep),
        day=_positions(len(inputs.bounds), np.empty(0, dtype=np.int64) if day_ends is None else day_ends),
        night_counted=_positions(len(inputs.bounds), inputs.nights),
        policy=inputs.policy,
        order=inputs.order,
        flows=flows,
        noise=np.empty((0, 0)) if noise is None else noise,
    )
    one, districts, points, provinces = (
        np.zeros(sizes.count(kind) * len(VARIABLES[kind]) * LANES) for kind in (ONE, DISTRICT, POINT, PROVINCE)
    )
    block = Block(
        one=one,
        districts=districts,
        points=points,
        provinces=provinces,
        gone=np.zeros(inputs.outward.window * 2 * sizes.districts * LANES),
        passed=np.zeros(inputs.backward.window * LANES),
        sent=np.zeros(inputs.onward.window * sizes.provinces * LANES),
        entrance=np.zeros(inputs.along.window * ENTRANCE),
        came=np.zeros((len(inputs.bounds) if mixed else 1) * PAIR),
        head=np.zeros(LANES, dtype=np.int64),
    )
    return program, block


def _positions(bounds: int, wanted: Integers) -> Integers:
    """Position of each bound among the wanted ones, -1 where it is not wanted."""
    positions = np.full(bounds, -1, dtype=np.int64)
    positions[wanted] = np.arange(len(wanted))
    return positions


def _orders_come(inputs: Inputs) -> Flags:
    """Whether beds that were ordered may come in each step, in any draw."""
    begin, end = inputs.bounds[:-1, None], inputs.bounds[1:, None]
    first, last = inputs.surge[:, 1].min(axis=-1), (inputs.surge[:, 1] + inputs.surge[:, 2]).max(axis=-1)
    coming: Flags = np.any((end > first) & (begin <= last), axis=1)
    coming[0] = True
    return coming


def cut(program: Program, first: int, lanes: int) -> Program:
    """The program of one block of draws, side by side in memory: from all draws, a line of memory a step would be fetched in vain."""
    parts: dict[str, Any] = {name: np.ascontiguousarray(getattr(program, name)[..., first : first + lanes]) for name in BY_DRAW}
    return program._replace(**parts)


def places(block: Block) -> dict[str, Floats]:
    """The state of a block as arrays (place, quantity, lane) that share its memory, by kind of place."""
    return {
        kind: array.reshape(-1, len(VARIABLES[kind]), LANES)
        for kind, array in zip((ONE, DISTRICT, POINT, PROVINCE), block[:4], strict=True)
    }


def start(block: Block, inputs: Inputs, first: int, lanes: int) -> None:
    """Put the people of one block of draws where they are at the start.

    Parameters
    ----------
    block : Block
        Overwritten.
    inputs : Inputs
        What was laid out.
    first, lanes : int
        First draw of the block, and draws in it.
    """
    draws = slice(first, first + lanes)
    for array in block:
        array[:] = 0
    state = {kind: array[:, :, :lanes] for kind, array in places(block).items()}
    for kind, array in state.items():
        stocks = inputs.stocks[kind]
        array[:, : stocks.shape[1]] = stocks[:, :, draws]
        if kind in CONSTANTS:
            row, end = CONSTANTS[kind]
            array[:, row:end] = inputs.constants[kind][:, :, draws]
    one, provinces = state[ONE][0], state[PROVINCE]
    one[One.fuel.row] = inputs.fuel[draws]
    one[One.throughput.row] = 1.0
    one[One.queue_by_vehicle.row] = one[One.on_road_by_vehicle.row]
    block.came[:lanes] = one[One.queue_by_vehicle.row]
    one[One.entered_vehicles.row] = one[One.on_road_by_vehicle.row] / one[One.people_per_vehicle.row]
    one[One.most_entered_vehicles.row] = np.maximum(one[One.road_storage.row], one[One.entered_vehicles.row])
    for row in (Province.travelling_at_start.row, Province.cumulative_placed.row):
        provinces[:, row] = provinces[:, Province.travelling.row]
    across = [One.unregistered_hosted.row, One.awaiting_placement.row, One.left_country.row]
    abroad = (one[across], *(state[kind][:, : STOCKS[kind]].reshape(-1, lanes) for kind in (POINT, PROVINCE)))
    one[One.cumulative_crossed.row] = sum_of_places(np.concatenate(abroad))
    _start_counting(state)
    block.sent.reshape(-1, len(provinces), LANES)[0, :, :lanes] = provinces[:, Province.travelling.row]
    rates, surge = inputs.rates[PROVINCE][0][:, :, draws], inputs.surge[:, :, draws]
    come = surge[:, 0] * np.where(surge[:, 1] < 0, np.clip(-surge[:, 1] / np.maximum(surge[:, 2], 1e-9), 0.0, 1.0), 0.0)
    np.add.at(provinces[:, Province.ordered_beds.row], inputs.surge_province, come)
    provinces[:, Province.beds.row] = (rates[:, 0] + provinces[:, Province.ordered_beds.row]) * rates[:, 1]


def _start_counting(state: dict[str, Floats]) -> None:
    """Everyone who is in a group at the start counts as new to it."""
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
