"""From a scenario to its trajectories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.digest import CURVES, GROUPS
from refugee_model.engine.inputs import Inputs, lay_out
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
)
from refugee_model.engine.sweep import Digest, Record, places, prepare, start, sweep
from refugee_model.engine.trajectories import Trajectories
from refugee_model.errors import Problem, RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NOTHING = Digest(np.empty((0, 0, 0)), np.empty((0, 0, 0)))


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
        If it is given something else than a scenario.

    Examples
    --------
    >>> import refugee_model as rm
    >>> run = rm.simulate(rm.load_scenario("lachin-2023"))
    >>> round(float(run.cumulative("crossed")[-1, 0]), -3)
    101000.0
    """
    if not isinstance(scenario, Scenario):
        found = f"found {type(scenario).__name__}, expected a scenario: load one with load_scenario"
        raise RequestError("nothing can be projected", [Problem("", found)])
    inputs = lay_out(scenario)
    return Trajectories(
        scenario=scenario,
        hours=inputs.bounds,
        staying=inputs.staying,
        recorded=project(inputs),
        registration=_registration(inputs),
        transit_places=_transit_places(inputs),
    )


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
    shapes = ((len(inputs.bounds), inputs.sizes.count(kind), count, inputs.draws) for kind, count in RECORDED.items())
    kept = Record(*(np.empty(shape) for shape in shapes))
    for first in range(0, inputs.draws, LANES):
        wanted = min(LANES, inputs.draws - first)
        start(block, inputs, first, wanted)
        for array, state in zip(kept, places(block).values(), strict=True):
            array[0, :, :, first : first + wanted] = state[:, : array.shape[2], :wanted]
        sweep(program, block, kept, NOTHING, first, wanted)
    return dict(zip(RECORDED, kept, strict=True))


def _registration(inputs: Inputs) -> Floats:
    rates = inputs.rates[POINT][inputs.epoch, :, Point.registration_rate.row - RATES[POINT][0]]
    return rates * inputs.staffed[:, :, None]


def _transit_places(inputs: Inputs) -> Floats:
    """What held just before each bound, array (bound, draw)."""
    places = inputs.rates[ONE][inputs.epoch, 0, One.transit_places.row - RATES[ONE][0]]
    return np.concatenate((places[:1], places))


@dataclass(frozen=True)
class Digested:
    """What is kept of many draws when their trajectories are not.

    Attributes
    ----------
    hours : array (bound,) [h]
        Bounds.
    edges : array (day + 1,)
        Bounds at which days begin and end, the start and the end of the projection included.
    staying : array (district, draw) [people]
        People who never leave home.
    stocks : dict of array (day, place, quantity, draw), by kind of place
        The first rows of ``engine/rows.py`` at the end of each day: stocks, and usable beds after those of a province.
    curves : array (bound, curve, draw) [people]
        Cumulative curves of ``digest.CURVES``, counted from the start of the projection.
    days : array (day, group x 2, draw)
        Person-hours, then peak, of each of ``digest.GROUPS`` on each day.
    extremes : dict of array (draw,)
        What was highest, when, and in all; by row of ``One``.
    first_full : array (province, draw) [h]
        When each province was first full; infinite where it never is.
    """

    hours: Floats
    edges: Integers
    staying: Floats
    stocks: dict[str, Floats]
    curves: Floats
    days: Floats
    extremes: dict[str, Floats]
    first_full: Floats


def digest_draws(inputs: Inputs, *, noise: Floats | None = None) -> Digested:
    """Move the people of all draws through all steps, and keep days, peaks and totals.

    Parameters
    ----------
    inputs : Inputs
        What was laid out.
    noise : array (step, draw), optional
        Multiplies the throughput of the checkpoint; 1 unless given.

    Returns
    -------
    Digested
        A small part of the size of all trajectories.
    """
    edges = _day_edges(inputs)
    program, block = prepare(inputs, keep=edges[1:], day_ends=edges[1:], noise=noise)
    shapes = {kind: (len(edges) - 1, inputs.sizes.count(kind), count, inputs.draws) for kind, count in KEPT.items()}
    kept = Record(*(np.empty(shapes[kind]) for kind in RECORDED))
    summed = Digest(np.empty((len(inputs.bounds), len(CURVES), inputs.draws)), np.empty((len(edges) - 1, 2 * len(GROUPS), inputs.draws)))
    extremes = np.empty((LAST_EXTREME.row - FIRST_EXTREME.row + 1, inputs.draws))
    first_full = np.empty((inputs.sizes.provinces, inputs.draws))
    for first in range(0, inputs.draws, LANES):
        lanes = min(LANES, inputs.draws - first)
        start(block, inputs, first, lanes)
        sweep(program, block, kept, summed, first, lanes)
        state = places(block)
        extremes[:, first : first + lanes] = state[ONE][0, FIRST_EXTREME.row : LAST_EXTREME.row + 1, :lanes]
        first_full[:, first : first + lanes] = state[PROVINCE][:, Province.first_full.row, :lanes]
    names = [row.name for row in One if FIRST_EXTREME <= row <= LAST_EXTREME]
    return Digested(
        hours=inputs.bounds,
        edges=edges,
        staying=inputs.staying,
        stocks=dict(zip(RECORDED, kept, strict=True)),
        curves=summed.curves,
        days=summed.days,
        extremes=dict(zip(names, extremes, strict=True)),
        first_full=first_full,
    )


def _day_edges(inputs: Inputs) -> Integers:
    """Bounds at midnights, and the first and the last bound."""
    seconds = np.round((inputs.bounds - inputs.midnight) * SECONDS_PER_HOUR)
    at_midnight = seconds % (HOURS_PER_DAY * SECONDS_PER_HOUR) == 0
    at_midnight[[0, -1]] = True
    return np.flatnonzero(at_midnight)
