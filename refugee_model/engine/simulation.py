"""From a scenario to its trajectories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.digest import CURVES, DAY_ROWS, NEARLY_ALL, PRECISION, ROUNDING
from refugee_model.engine.inputs import Inputs, lay_out
from refugee_model.engine.nights import PARTS
from refugee_model.engine.noise import Noise
from refugee_model.engine.rows import (
    FIRST_EXTREME,
    KEPT,
    LANES,
    LAST_EXTREME,
    ONE,
    POINT,
    PROVINCE,
    RATES,
    RECORDED,
    One,
    Point,
    Province,
    Sizes,
)
from refugee_model.engine.sweep import Digest, Record, cut, places, prepare, start, sweep
from refugee_model.engine.trajectories import KINDS, Trajectories
from refugee_model.engine.waiting import wait_measures
from refugee_model.errors import Problem, RequestError, as_found
from refugee_model.memory import GIGABYTE, free_memory
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MINUTES_PER_DAY = 1440.0
LEAST_BYTES, MORE, ROW_BYTES = 50e6, 1.3, 250.0
"""Of a small projection; what comes to all that is recorded; and of a row of a table and of its file together; measured."""
NOTHING = Digest(*(np.empty((0, 0, 0)) for _ in Digest._fields))


def simulate(scenario: Scenario) -> Trajectories:
    """Project one scenario.

    Parameters
    ----------
    scenario : Scenario
        The assumptions.

    Returns
    -------
    Trajectories
        People in every place at every bound, with one draw; uncertain numbers take their median.

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
    inputs = lay_out(scenario)
    return Trajectories(
        scenario=scenario,
        hours=inputs.bounds,
        staying=inputs.staying,
        recorded=project(inputs),
        registration=_registration(inputs),
        transit_places=_transit_places(inputs),
        covered_places=_covered_places(inputs),
    )


def check_fits(scenario: Scenario, *, files: bool = False) -> None:
    """Refuse what would not fit in memory, before any work, and say what would.

    Parameters
    ----------
    scenario : Scenario
        The assumptions.
    files : bool
        Whether tables are made of it and kept until they are written.

    Raises
    ------
    RequestError
        Says how much it would take, and how much is free.
    """
    size, free = bytes_of_run(scenario, files=files), free_memory()
    if size > free:
        timeline, provinces = scenario.timeline, _sizes(scenario).provinces
        steps = f"{timeline.days * MINUTES_PER_DAY / timeline.step_minutes:,.0f} steps of {provinces:,} provinces"
        what = (
            f"{steps} take {size / GIGABYTE:.1f} GB and {free / GIGABYTE:.1f} GB are free; choose longer steps or fewer days or provinces"
        )
        raise RequestError("nothing can be projected", [Problem("timeline.step_minutes", what)])


def bytes_of_run(scenario: Scenario, *, files: bool = False) -> float:
    """Memory that a lone projection takes, with or without the tables and files made of it [bytes]."""
    timeline, sizes = scenario.timeline, _sizes(scenario)
    steps = timeline.days * MINUTES_PER_DAY / timeline.step_minutes
    recorded = 8.0 * steps * sum(count * sizes.count(kind) for kind, count in RECORDED.items())
    if not files:
        return LEAST_BYTES + MORE * recorded
    hourly = min(steps, timeline.hours) * sum(sizes.count(kind) for kind in KINDS.values())
    return LEAST_BYTES + MORE * recorded + ROW_BYTES * (hourly + steps * (sizes.provinces + 2))


def _sizes(scenario: Scenario) -> Sizes:
    return Sizes(len(scenario.people.districts), len(scenario.aid.reception_points), len(scenario.aid.provinces))


def project(inputs: Inputs) -> dict[str, Floats]:
    """Move the people of all draws through all steps.

    Parameters
    ----------
    inputs : Inputs
        What was laid out.

    Returns
    -------
    dict of array (bound, place, quantity, draw), by kind of place
        Stocks, levels and flows at every bound; a flow stands at the bound that ends its step.
    """
    program, block = prepare(inputs)
    whole = [np.empty((len(inputs.bounds), inputs.sizes.count(kind), count, inputs.draws)) for kind, count in RECORDED.items()]
    for first in range(0, inputs.draws, LANES):
        lanes = min(LANES, inputs.draws - first)
        start(block, inputs, first, lanes)
        kept = Record(*(np.empty((*array.shape[:-1], lanes)) for array in whole))
        for array, state in zip(kept, places(block).values(), strict=True):
            array[0] = state[:, : array.shape[2], :lanes]
        sweep(cut(program, first, lanes), block, kept, NOTHING, lanes)
        if lanes == inputs.draws:
            whole = list(kept)
        else:
            _put(whole, kept, first)
    return dict(zip(RECORDED, whole, strict=True))


def _put(whole: Iterable[Floats], parts: Iterable[Floats], first: int) -> None:
    """Put what was kept of one block where it stands among all draws."""
    for array, part in zip(whole, parts, strict=True):
        array[..., first : first + part.shape[-1]] = part


def _registration(inputs: Inputs) -> Floats:
    rates = inputs.rates[POINT][inputs.epoch, :, Point.registration_rate.row - RATES[POINT][0]]
    return rates * inputs.staffed[:, :, None]


def _transit_places(inputs: Inputs) -> Floats:
    """What held just before each bound, array (bound, draw)."""
    places = inputs.rates[ONE][inputs.epoch, 0, One.transit_places.row - RATES[ONE][0]]
    return np.concatenate((places[:1], places))


def _covered_places(inputs: Inputs) -> Floats:
    """What held just before each bound, array (bound, point, draw)."""
    places = inputs.rates[POINT][inputs.epoch, :, Point.covered_places.row - RATES[POINT][0]]
    return np.concatenate((places[:1], places))


def stocks_at(inputs: Inputs, bounds: Integers, *, noise: Noise | None = None) -> dict[str, Floats]:
    """Move the people of all draws through all steps, and keep where they are at some bounds.

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
    dict of array (time, place, quantity, draw), by kind of place
        The first rows of ``engine/rows.py``: stocks, and levels of ``One`` and of provinces.
    """
    factors = None if noise is None else noise.over(inputs.bounds)
    after = bounds[bounds > 0]
    program, block = prepare(inputs, keep=after, noise=factors, flows=False)
    begun = len(bounds) - len(after)
    stocks = {kind: np.empty((len(bounds), inputs.sizes.count(kind), KEPT[kind], inputs.draws)) for kind in RECORDED}
    for first in range(0, inputs.draws, LANES):
        lanes = min(LANES, inputs.draws - first)
        start(block, inputs, first, lanes)
        part = Record(*(np.empty((len(after), *array.shape[1:-1], lanes)) for array in stocks.values()))
        if begun:
            for array, state in zip(stocks.values(), places(block).values(), strict=True):
                array[0, ..., first : first + lanes] = state[:, : array.shape[2], :lanes]
        sweep(cut(program, first, lanes), block, part, NOTHING, lanes)
        _put([array[begun:] for array in stocks.values()], part, first)
    return stocks


@dataclass(frozen=True)
class Digested:
    """What is kept of many draws when their trajectories are not.

    Attributes
    ----------
    hours : array (bound,) [h]
        Bounds.
    edges : array (day + 1,)
        Bounds at which days begin and end, the start and the end of the projection included.
    kept : array (time,)
        Bounds at which stocks were kept.
    staying : array (district, draw) [people]
        People who never leave home.
    stocks : dict of array (time, place, quantity, draw), by kind of place
        The first rows of ``engine/rows.py``: stocks, and usable beds after those of a province.
    crossed : array (day + 1, draw) [people]
        People who have crossed by each of ``edges``, those from before the start included.
    last_arrival : array (draw,) [h]
        When nearly all who cross within the projection have.
    waits : array (3, draw) [h]
        Median, 90th percentile and longest wait at the checkpoint.
    days : array (day, row, draw)
        What ``digest.DAY_ROWS`` says is kept of each day.
    nights : array (night, part, draw) [people]
        Heads of each of ``nights.PARTS`` at 02:00 of each date.
    extremes : dict of array (draw,)
        What was highest, when, and in all; by row of ``One``.
    first_full : array (province, draw) [h]
        When each province was first full; infinite where it never is.
    """

    hours: Floats
    edges: Integers
    kept: Integers
    staying: Floats
    stocks: dict[str, Floats]
    crossed: Floats
    last_arrival: Floats
    waits: Floats
    days: Floats
    nights: Floats
    extremes: dict[str, Floats]
    first_full: Floats


def digest_draws(inputs: Inputs, *, noise: Noise | None = None, keep: Integers | None = None) -> Digested:
    """Move the people of all draws through all steps, and keep days, peaks and totals.

    Parameters
    ----------
    inputs : Inputs
        What was laid out.
    noise : Noise, optional
        Multiplies the throughput of the checkpoint; 1 unless given.
    keep : array (time,), optional
        Bounds after the first at which stocks are kept; ends of the days unless given.

    Returns
    -------
    Digested
        A small part of the size of all trajectories.
    """
    edges, draws = day_edges(inputs), inputs.draws
    kept = edges[1:] if keep is None else keep
    factors = None if noise is None else noise.over(inputs.bounds)
    program, block = prepare(inputs, keep=kept, day_ends=edges[1:], noise=factors, flows=False)
    days = len(edges) - 1
    stocks = {kind: np.empty((len(kept), inputs.sizes.count(kind), KEPT[kind], draws)) for kind in RECORDED}
    by_day, crossed = np.empty((days, DAY_ROWS, draws)), np.empty((days + 1, draws))
    nights = np.empty((len(inputs.nights), len(PARTS), draws))
    last, waits = np.empty((1, draws)), np.empty((3, draws))
    extremes = np.empty((LAST_EXTREME.row - FIRST_EXTREME.row + 1, draws))
    first_full = np.empty((inputs.sizes.provinces, draws))
    for first in range(0, draws, LANES):
        lanes = min(LANES, draws - first)
        start(block, inputs, first, lanes)
        queued = places(block)[ONE][0, One.on_road_by_vehicle.row, :lanes].copy()
        part = Record(*(np.empty((*array.shape[:-1], lanes)) for array in stocks.values()))
        by_lane = ((len(inputs.bounds), len(CURVES)), by_day.shape[:-1], nights.shape[:-1])
        summed = Digest(*(np.empty((*shape, lanes)) for shape in by_lane))
        sweep(cut(program, first, lanes), block, part, summed, lanes)
        reached, state = summed.curves, places(block)
        _put((*stocks.values(), by_day, nights), (*part, summed.days, summed.nights), first)
        _put(
            (crossed, last, waits, extremes, first_full),
            (
                reached[edges, CURVES.index("crossed")],
                last_arrivals(inputs.bounds, reached[:, CURVES.index("crossed")])[None],
                wait_measures(inputs.bounds, reached[:, CURVES.index("reached")], reached[:, CURVES.index("passed")], queued),
                state[ONE][0, FIRST_EXTREME.row : LAST_EXTREME.row + 1, :lanes],
                state[PROVINCE][:, Province.first_full.row, :lanes],
            ),
            first,
        )
    names = [row.name for row in One if FIRST_EXTREME <= row <= LAST_EXTREME]
    return Digested(
        hours=inputs.bounds,
        edges=edges,
        kept=kept,
        staying=inputs.staying,
        stocks=stocks,
        crossed=crossed,
        last_arrival=last[0],
        waits=waits,
        days=by_day,
        nights=nights,
        extremes=dict(zip(names, extremes, strict=True)),
        first_full=first_full,
    )


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
