"""From a scenario to its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.inputs import Inputs, lay_out
from refugee_model.engine.noise import Noise
from refugee_model.engine.observers import CURVES, DAY_ROWS, NEARLY_ALL, PARTS, PRECISION, ROUNDING
from refugee_model.engine.result import EVERYTHING, HELD, HELD_WITH_FLOWS, Keep, Result, kept_bounds
from refugee_model.engine.size import check_fits
from refugee_model.engine.sweep import Block, Digest, Program, Record, cut, places, prepare, start, sweep
from refugee_model.engine.variables import EXTREMES, KEPT, LANES, RATES, RECORDED, VARIABLES, One, Province
from refugee_model.engine.waiting import wait_measures
from refugee_model.errors import Problem, RequestError
from refugee_model.scenario.network import ONE, PROVINCE
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR
from refugee_model.wording import as_found

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NOTHING = Digest(*(np.empty((0, 0, 0)) for _ in Digest._fields))


def simulate(scenario: Scenario) -> Result:
    """Project one scenario.

    Parameters
    ----------
    scenario : Scenario
        The assumptions.

    Returns
    -------
    Result
        One draw: people in every place at every bound, and who moves in every step; uncertain numbers take their median.

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
    return move(scenario, {}, lay_out(scenario), EVERYTHING)


def move(scenario: Scenario, drawn: Mapping[str, Floats], inputs: Inputs, keep: Keep, *, noise: Noise | None = None) -> Result:
    """Move the people of all draws through all steps.

    Parameters
    ----------
    scenario : Scenario
        The assumptions.
    drawn : mapping of str to array (draw,)
        Values of the uncertain numbers, by dotted path.
    inputs : Inputs
        Both, laid out.
    keep : Keep
        What stays. Of chosen places the people are kept by :meth:`Result.thin`, once all have been read.
    noise : Noise, optional
        Multiplies the throughput of the checkpoint; 1 unless given.

    Returns
    -------
    Result
        Its facts, for all draws of the inputs.
    """
    edges, draws, sizes = day_edges(inputs), inputs.draws, inputs.sizes
    kept = kept_bounds(keep, inputs.bounds, edges)
    program, block = prepare(inputs, keep=kept, day_ends=edges[1:], noise=_factors(noise, inputs), flows=keep.flows)
    days, nights = len(edges) - 1, len(inputs.nights)
    recorded = _empty(inputs, len(kept), flows=keep.flows)
    by_day, crossed, by_night = np.empty((days, DAY_ROWS, draws)), np.empty((days + 1, draws)), np.empty((nights, len(PARTS), draws))
    last, waits, extremes = np.empty((1, draws)), np.empty((3, draws)), np.empty((EXTREMES[ONE][1] - EXTREMES[ONE][0], draws))
    first_full = np.empty((sizes.provinces, draws))
    for first in range(0, draws, LANES):
        lanes = min(LANES, draws - first)
        start(block, inputs, first, lanes)
        queued = places(block)[ONE][0, One.on_road_by_vehicle.row, :lanes].copy()
        by_lane = ((len(inputs.bounds), len(CURVES)), by_day.shape[:-1], by_night.shape[:-1])
        summed = Digest(*(np.empty((*shape, lanes)) for shape in by_lane))
        _sweep(program, block, recorded.values(), summed, first, lanes, begun=len(kept) > 0 and kept[0] == 0)
        reached, state = summed.curves, places(block)
        _put((by_day, by_night), (summed.days, summed.nights), first)
        _put(
            (crossed, last, waits, extremes, first_full),
            (
                reached[edges, CURVES.index("crossed")],
                last_arrivals(inputs.bounds, reached[:, CURVES.index("crossed")])[None],
                wait_measures(inputs.bounds, reached[:, CURVES.index("reached")], reached[:, CURVES.index("passed")], queued),
                state[ONE][0, slice(*EXTREMES[ONE]), :lanes],
                state[PROVINCE][:, Province.first_full.row, :lanes],
            ),
            first,
        )
    names = [member.name for member in list(One)[slice(*EXTREMES[ONE])]]
    return Result(
        scenario=scenario,
        keep=keep,
        bounds=inputs.bounds,
        kept=kept,
        edges=edges,
        epoch=inputs.epoch,
        night=inputs.night,
        staffed=inputs.staffed,
        drawn=dict(drawn),
        staying=inputs.staying,
        recorded=recorded,
        held=_held(inputs, HELD | HELD_WITH_FLOWS if keep.flows else HELD),
        crossed=crossed,
        days=by_day,
        nights=by_night,
        waits=waits,
        extremes={**dict(zip(names, extremes, strict=True)), "last_arrival": last[0]},
        first_full=first_full,
    )


def stocks_at(inputs: Inputs, bounds: Integers, *, noise: Noise | None = None) -> dict[str, Floats]:
    """Where the people of all draws are at some bounds, and nothing else: a third faster than :func:`move`.

    Parameters
    ----------
    inputs : Inputs
        What was laid out.
    bounds : array (time,)
        Which bounds, increasing; the first bound, the start, may be among them.
    noise : Noise, optional
        Multiplies the throughput of the checkpoint; 1 unless given.

    Returns
    -------
    dict of array (time, place, variable, draw), by group of places
        Stocks and levels.
    """
    program, block = prepare(inputs, keep=bounds, noise=_factors(noise, inputs), flows=False)
    stocks = _empty(inputs, len(bounds), flows=False)
    for first in range(0, inputs.draws, LANES):
        lanes = min(LANES, inputs.draws - first)
        start(block, inputs, first, lanes)
        _sweep(program, block, stocks.values(), NOTHING, first, lanes, begun=len(bounds) > 0 and bounds[0] == 0)
    return stocks


def _factors(noise: Noise | None, inputs: Inputs) -> Floats | None:
    return None if noise is None else noise.over(inputs.bounds)


def _empty(inputs: Inputs, times: int, *, flows: bool) -> dict[str, Floats]:
    rows = RECORDED if flows else KEPT
    return {group: np.empty((times, inputs.sizes.count(group), count, inputs.draws)) for group, count in rows.items()}


def _sweep(program: Program, block: Block, recorded: Iterable[Floats], summed: Digest, first: int, lanes: int, *, begun: bool) -> None:
    """Move one block of draws, and put what is kept of it where it stands among all draws; the start too where it has ``begun``."""
    whole = list(recorded)
    alone = whole[0].shape[-1] == lanes
    part = whole if alone else [np.empty((*array.shape[:-1], lanes)) for array in whole]
    if begun:
        for array, state in zip(part, places(block).values(), strict=True):
            array[0] = state[:, : array.shape[2], :lanes]
    sweep(cut(program, first, lanes), block, Record(*part), summed, lanes)
    if not alone:
        _put(whole, part, first)


def _put(whole: Iterable[Floats], parts: Iterable[Floats], first: int) -> None:
    """Put what was kept of one block where it stands among all draws."""
    for array, part in zip(whole, parts, strict=True):
        array[..., first : first + part.shape[-1]] = part


def _held(inputs: Inputs, wanted: Mapping[str, str]) -> dict[str, Floats]:
    """Rates by epoch, arrays (epoch, place, draw) by variable."""
    rows = {name: VARIABLES[group][name].row - RATES[group][0] for name, group in wanted.items()}
    return {name: inputs.rates[group][:, :, rows[name]] for name, group in wanted.items()}


def last_arrivals(hours: Floats, crossed: Floats) -> Floats:
    """When nearly all who cross within the projection have, on straight lines between bounds.

    Parameters
    ----------
    hours : array (bound,) [h]
        Hours after the start.
    crossed : array (bound, draw) [people]
        People who have crossed.

    Returns
    -------
    array (draw,) [h]
        NaN where nobody crosses.
    """
    wanted = crossed[0] + NEARLY_ALL * (crossed[-1] - crossed[0])
    after = np.maximum(np.argmax(crossed >= wanted, axis=0), 1)
    draws = np.arange(crossed.shape[1])
    low, high = crossed[after - 1, draws], crossed[after, draws]
    with np.errstate(divide="ignore", invalid="ignore"):
        when = hours[after - 1] + (wanted - low) / (high - low) * (hours[after] - hours[after - 1])
    result: Floats = np.where(crossed[-1] - crossed[0] > np.maximum(ROUNDING, PRECISION * crossed[-1]), when, np.nan)
    return result


def day_edges(inputs: Inputs) -> Integers:
    """Bounds at midnights, and the first and the last bound."""
    seconds = np.round((inputs.bounds - inputs.midnight) * SECONDS_PER_HOUR)
    at_midnight = seconds % (HOURS_PER_DAY * SECONDS_PER_HOUR) == 0
    at_midnight[[0, -1]] = True
    return np.flatnonzero(at_midnight)
