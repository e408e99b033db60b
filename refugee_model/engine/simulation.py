"""From a scenario to its trajectories."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.inputs import Inputs, Values, lay_out
from refugee_model.engine.rows import LANES, POINT, RATES, RECORDED, Point
from refugee_model.engine.sweep import Record, places, prepare, start, sweep
from refugee_model.engine.trajectories import Trajectories
from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]


def simulate(scenario: Scenario) -> Trajectories:
    """Project one scenario.

    Parameters
    ----------
    scenario : Scenario
        The assumptions.

    Returns
    -------
    Trajectories
        People in every place at every bound, with one draw.

    Examples
    --------
    >>> import refugee_model as rm
    >>> run = rm.simulate(rm.load_scenario("lachin-2023"))
    >>> round(float(run.cumulative("crossed")[-1, 0]), -3)
    101000.0
    """
    inputs = lay_out(scenario)
    return Trajectories(
        scenario=scenario,
        hours=inputs.bounds,
        staying=inputs.staying,
        recorded=project(inputs),
        registration=_registration(inputs),
        transit_places=_transit_places(scenario, inputs),
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
        sweep(program, block, kept, first, wanted)
    return dict(zip(RECORDED, kept, strict=True))


def _registration(inputs: Inputs) -> Floats:
    rates = inputs.rates[POINT][inputs.epoch, :, Point.registration_rate.row - RATES[POINT][0]]
    return rates * inputs.staffed[:, :, None]


def _transit_places(scenario: Scenario, inputs: Inputs) -> Floats:
    """What held just before each bound, array (bound, draw)."""
    values = Values(scenario)
    places = values.schedule("aid.transit_places", scenario.aid.transit_places, inputs.bounds[:-1])
    return np.concatenate((places[:1], places))
