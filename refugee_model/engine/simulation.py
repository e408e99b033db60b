"""From a scenario to its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.compiling import compiled
from refugee_model.engine.noise import Noise
from refugee_model.engine.observers import CROSSED, DAY_ROWS, NEARLY_ALL, OF_ROUTE, PARTS, PRECISION, ROUNDING
from refugee_model.engine.pace import lone_inputs
from refugee_model.engine.program import Block, Inputs, Recorded, empty_block, start
from refugee_model.engine.resting import blocks_of
from refugee_model.engine.result import EVERYTHING, HELD, HELD_WITH_FLOWS, Keep, Result, kept_bounds
from refugee_model.engine.size import check_fits
from refugee_model.engine.sweep import NOTHING, Digest, Wanted, sweep
from refugee_model.engine.values import of_draws, put_back
from refugee_model.engine.variables import AT_ONCE, EXTREMES, KEPT, RECORDED, VARIABLES, Province, Route, recorded_rows
from refugee_model.engine.waiting import wait_measures
from refugee_model.errors import Problem, RequestError
from refugee_model.scenario.network import ONE, PROVINCE, ROUTE
from refugee_model.scenario.scenario import Scenario
from refugee_model.wording import as_found

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Noises = Sequence[Noise]
"""Of each route."""


def simulate(scenario: Scenario) -> Result:
    """Project one scenario.

    Parameters
    ----------
    scenario : Scenario
        The assumptions.

    Returns
    -------
    Result
        One draw: people in every place at every bound, and who moves in every step; uncertain numbers take
        their median.

    Raises
    ------
    RequestError
        If it is given something else than a scenario, or all steps of all places do not fit in memory.

    Examples
    --------
    >>> import refugee_model as rm
    >>> run = rm.simulate(rm.load_scenario("lachin-2023"))
    >>> round(float(run.cumulative("crossed")[-1, 0]), -3)
    101000.0
    """
    if not isinstance(scenario, Scenario):
        wrong = f"found {as_found(scenario)}, expected a scenario: load one with load_scenario"
        raise RequestError("nothing can be projected", [Problem("", wrong)])
    check_fits(scenario)
    return move(scenario, {}, lone_inputs(scenario), EVERYTHING)


def move(
    scenario: Scenario, drawn: Mapping[str, Floats], inputs: Inputs, keep: Keep, *, noise: Noises | None = None
) -> Result:
    """Move the people of all draws through all steps."""
    ordered, factors, order = _in_order(inputs, _factors(noise, inputs))
    edges, draws, sizes = inputs.edges, inputs.draws, inputs.sizes
    kept = kept_bounds(keep, inputs.bounds, edges)
    wanted = _wanted(inputs, kept, edges[1:], inputs.nights, flows=keep.flows)
    rows = recorded_rows(scenario) if keep.flows else KEPT
    recorded, block = _empty(inputs, len(kept), rows), empty_block(inputs)
    curves = CROSSED + OF_ROUTE * sizes.routes
    shapes = ((len(inputs.bounds), curves), (len(edges) - 1, DAY_ROWS), (len(inputs.nights), len(PARTS)))
    by_day, by_night = (np.empty((*shape, draws)) for shape in shapes[1:])
    crossed, last, waits = np.empty((len(edges), draws)), np.empty((1, draws)), np.empty((sizes.routes, 3, draws))
    of_routes = np.empty((sizes.routes, len(OF_ROUTES), draws))
    extremes, first_full = np.empty((EXTREMES[ONE][1] - EXTREMES[ONE][0], draws)), np.empty((sizes.provinces, draws))
    for part_of_draws in order.blocks:
        count = part_of_draws.stop - part_of_draws.start
        start(block, ordered, part_of_draws)
        state = block.state(count)
        queued = state[ROUTE][:, Route.on_road_by_vehicle.row].copy()
        of_bounds, of_days, of_nights = (np.empty((*shape, count)) for shape in shapes)
        digest = Digest(of_bounds, of_days, of_nights, np.zeros(sizes.routes, dtype=np.int64))
        _sweep(ordered, wanted, factors, block, recorded.values(), digest, part_of_draws)
        crosses = digest.curves[:, 0]
        parts = (
            (by_day, digest.days),
            (by_night, digest.nights),
            (crossed, crosses[edges]),
            (last, last_arrivals(inputs.bounds, crosses)[None]),
            (waits, _waits(inputs.bounds, digest, queued)),
            (of_routes, state[ROUTE][:, ROWS_OF_ROUTES]),
            (extremes, state[ONE][0, slice(*EXTREMES[ONE])]),
            (first_full, state[PROVINCE][:, Province.first_full.row]),
        )
        for array, part in parts:
            array[..., part_of_draws] = part
    order.put_back(by_day, by_night, crossed, last, waits, of_routes, extremes, first_full, *recorded.values())
    return Result(
        scenario=scenario,
        keep=keep,
        bounds=inputs.bounds,
        kept=kept,
        edges=edges,
        epoch=inputs.program.steps.clock.epoch,
        night=inputs.program.steps.night,
        staffed=inputs.program.steps.staffed,
        drawn=dict(drawn),
        staying=inputs.staying,
        recorded=recorded,
        held=_held(inputs, HELD | HELD_WITH_FLOWS if keep.flows else HELD),
        crossed=crossed,
        days=by_day,
        nights=by_night,
        route_waits=waits,
        extremes={**dict(zip(OF_ALL, extremes, strict=True)), "last_arrival": last[0]},
        of_routes={name: of_routes[:, row] for row, name in enumerate(OF_ROUTES)},
        first_full=first_full,
    )


def _names(group: str) -> list[str]:
    """Names of what is kept of the whole projection."""
    return [member.name for member in list(VARIABLES[group])[slice(*EXTREMES[group])]]


OF_ALL, OF_ROUTES = _names(ONE), (*_names(ROUTE), "crossed_so_far")
"""What is kept of the whole, and of each route: its longest queue, and who has crossed in the end."""
ROWS_OF_ROUTES = [VARIABLES[ROUTE][name].row for name in OF_ROUTES]


def _waits(bounds: Floats, digest: Digest, queued: Floats) -> Floats:
    """Waits at the checkpoint of each route (route, 3, draw), of those who were on its road at the start, too."""
    found = []
    for route, on_road in enumerate(queued):
        end, row = digest.last_awake[route] + 1, CROSSED + OF_ROUTE * route
        curves = digest.curves[:end, row : row + OF_ROUTE]
        found.append(wait_measures(bounds[:end], curves[:, 0], curves[:, 1], on_road))
    return np.stack(found)


def stocks_at(inputs: Inputs, bounds: Integers, *, noise: Noises | None = None) -> dict[str, Floats]:
    """Where the people of all draws are at some bounds, and nothing else: a third faster than :func:`move`."""
    ordered, factors, order = _in_order(inputs, _factors(noise, inputs))
    wanted, block = _wanted(inputs, bounds), empty_block(inputs)
    stocks = _empty(inputs, len(bounds), KEPT)
    for draws in order.blocks:
        start(block, ordered, draws)
        _sweep(ordered, wanted, factors, block, stocks.values(), NOTHING, draws)
    order.put_back(*stocks.values())
    return stocks


@dataclass(frozen=True)
class Order:
    """In which order draws are moved; None is that in which they are."""

    draws: Integers | None
    blocks: list[slice]
    """The places of each block."""

    def put_back(self, *arrays: Floats) -> None:
        """Arrays (..., draw) back into the order in which draws were."""
        if self.draws is not None:
            for array in arrays:
                put_back(array.reshape(-1, array.shape[-1]), self.draws)


def _in_order(inputs: Inputs, factors: Floats) -> tuple[Inputs, Floats, Order]:
    """Draws and their noise (step, route, draw) so that those of a block stand side by side: each is fetched once."""
    if inputs.draws <= AT_ONCE:
        return inputs, factors, Order(None, [slice(0, inputs.draws)])
    blocks = blocks_of(inputs)
    ends = np.cumsum([len(block) for block in blocks]).tolist()
    places = [slice(end - len(block), end) for end, block in zip(ends, blocks, strict=True)]
    draws = np.concatenate(blocks)
    return inputs.in_order(draws), of_draws(factors, draws), Order(draws, places)


NO_BOUNDS = np.empty(0, dtype=np.int64)


def _wanted(
    inputs: Inputs, times: Integers, days: Integers = NO_BOUNDS, nights: Integers = NO_BOUNDS, *, flows: bool = False
) -> Wanted:
    """What is read off the sweep at which bounds."""
    positions = np.full((3, len(inputs.bounds)), -1, dtype=np.int64)
    for of_bound, bounds in zip(positions, (times, days, nights), strict=True):
        of_bound[bounds] = np.arange(len(bounds))
    return Wanted(positions[0], positions[1], positions[2], flows)


def _factors(noise: Noises | None, inputs: Inputs) -> Floats:
    """Factors on the throughput of each checkpoint (step, route, draw); empty without noise."""
    if noise is None:
        return np.empty((0, inputs.sizes.routes, inputs.draws))
    return np.stack([of_route.over(inputs.bounds) for of_route in noise], axis=1)


def _empty(inputs: Inputs, times: int, rows: Mapping[str, int]) -> dict[str, Floats]:
    """Where people are recorded, with so many of the first rows of each group."""
    sizes, draws = inputs.sizes, inputs.draws
    return {group: np.empty((times, sizes.count(group), rows.get(group, 0), draws)) for group in RECORDED}


def _sweep(
    inputs: Inputs,
    wanted: Wanted,
    factors: Floats,
    block: Block,
    recorded: Iterable[Floats],
    digest: Digest,
    draws: slice,
) -> None:
    """Move one block of draws; put what is recorded of it, the start too where wanted, among those of all draws."""
    whole, count = list(recorded), draws.stop - draws.start
    alone = whole[0].shape[-1] == count
    part = whole if alone else [np.empty((*array.shape[:-1], count)) for array in whole]
    if wanted.times[0] >= 0:
        state = block.state(count)
        for group, array in zip(RECORDED, part, strict=True):
            array[0] = state[group][:, : array.shape[2]]
    program = inputs.program if alone else inputs.program.cut(draws)
    sweep(program, wanted, of_draws(factors, draws), block, Recorded(*part), digest, count)
    if not alone:
        for array, of_block in zip(whole, part, strict=True):
            array[..., draws] = of_block


def _held(inputs: Inputs, wanted: Mapping[str, str]) -> dict[str, Floats]:
    """Rates by epoch, arrays (epoch, place, draw) by variable."""
    return {name: inputs.rate(VARIABLES[group][name]) for name, group in wanted.items()}


@compiled
def last_arrivals(hours: Floats, crossed: Floats) -> Floats:
    """When nearly all who cross within the projection have, on straight lines between bounds."""
    last, draws = len(hours) - 1, crossed.shape[1]
    when = np.full(draws, np.nan)
    for draw in range(draws):
        before, total = crossed[0, draw], crossed[last, draw]
        if total - before <= max(ROUNDING, PRECISION * total):
            continue
        wanted, low, high = before + NEARLY_ALL * (total - before), 0, last
        while high - low > 1:
            middle = (low + high) // 2
            if crossed[middle, draw] >= wanted:
                high = middle
            else:
                low = middle
        part = (wanted - crossed[low, draw]) / (crossed[high, draw] - crossed[low, draw])
        when[draw] = hours[low] + part * (hours[high] - hours[low])
    return when
