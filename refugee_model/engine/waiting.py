"""Waiting times, read off cumulative curves: first come, first served."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refugee_model.engine.compiling import compiled
from refugee_model.errors import Problem, RequestError

Floats = NDArray[np.float64]

PROBABILITIES = (0.5, 0.9)
ROUNDING = 1e-9
"""Differences below this share of all people come from rounding."""


def fifo_waits(hours: Floats, arrived: Floats, served: Floats) -> Floats:
    """Mean time until they are served, of the people who arrive in each step.

    Between bounds both curves are straight, so the mean is exact: the waits times the people who arrive add up to the area
    between the curves (Little's law). While nobody is served people wait until the curve of those served goes up again.

    Parameters
    ----------
    hours : array (bound,) [h]
        Hours after the start, increasing.
    arrived, served : array (bound,) [people]
        People who had arrived, and been served, up to each bound; those who waited at the start count as arrived.

    Returns
    -------
    array (step,) [h]
        Infinite where some of those who arrive still wait at the end; not a number where nobody arrives.

    Raises
    ------
    RequestError
        If the three do not have the same length.

    References
    ----------
    Newell (1982), Applications of Queueing Theory, chapter 1; Little (1961), Operations Research 9(3).

    Examples
    --------
    >>> import numpy as np
    >>> fifo_waits(np.array([0.0, 1.0, 2.0]), np.array([0.0, 10.0, 10.0]), np.array([0.0, 5.0, 10.0]))
    array([0.5, nan])
    """
    if not len(hours) == len(arrived) == len(served):
        found = f"found {len(hours)} bounds, {len(arrived)} for those who arrived and {len(served)} for those served"
        raise RequestError("waiting times cannot be worked out", [Problem("", f"{found}, expected the same number")])
    came = np.maximum.accumulate(np.asarray(arrived, dtype=np.float64))
    left = np.maximum.accumulate(np.asarray(served, dtype=np.float64))
    waits: Floats = _read_off(np.asarray(hours, dtype=np.float64), came, left, ROUNDING * max(1.0, float(came[-1])))
    return waits


@compiled
def _read_off(hours: Floats, arrived: Floats, served: Floats, rounding: float) -> Floats:
    steps = len(hours) - 1
    waits = np.full(steps, np.nan)
    last, segment = served[steps], 0
    for step in range(steps):
        count, target = arrived[step], arrived[step + 1]
        if target - count <= 1e-6 * rounding:
            continue
        if target > last + rounding:
            waits[step] = np.inf
            continue
        whole, total = target - count, 0.0
        while count < min(target, last):
            while served[segment + 1] <= count:
                segment += 1
            until = min(target, served[segment + 1])
            slope = (hours[segment + 1] - hours[segment]) / (served[segment + 1] - served[segment])
            middle = max(0.0, 0.5 * (count + until) - served[segment])
            total += (until - count) * (hours[segment] + middle * slope)
            count = until
        total += max(0.0, target - count) * hours[steps]
        waits[step] = max(0.0, total / whole - 0.5 * (hours[step] + hours[step + 1]))
    return waits


def weighted_quantile(values: Floats, weights: Floats, probability: ArrayLike) -> Floats:
    """The least value that at least this share of all weight does not exceed.

    Parameters
    ----------
    values : array (value,)
        Such as the waits of the people of each step; infinite where they still wait.
    weights : array (value,)
        Such as the people of each step; values with no weight are passed over.
    probability : float or array (quantile,)
        Between 0 and 1.

    Returns
    -------
    array (quantile,)
        One of the values, in their unit; not a number when nothing has weight. Without dimension for one probability.

    Examples
    --------
    >>> float(weighted_quantile(np.array([1.0, 5.0, 2.0]), np.array([10.0, 1.0, 10.0]), 0.5))
    2.0
    """
    counted = np.asarray(weights) > 0
    chosen, weight = np.asarray(values, dtype=np.float64)[counted], np.asarray(weights, dtype=np.float64)[counted]
    asked = np.asarray(probability, dtype=np.float64)
    if not len(chosen):
        return np.full(asked.shape, np.nan)
    order = np.argsort(chosen, kind="stable")
    reached = np.cumsum(weight[order])
    position = np.searchsorted(reached, asked * reached[-1] * (1 - ROUNDING), side="left")
    result: Floats = chosen[order][np.minimum(position, len(chosen) - 1)]
    return result


@compiled
def wait_measures(hours: Floats, reached: Floats, passed: Floats, waiting: Floats) -> Floats:
    """Median, 90th percentile and longest wait at the checkpoint of each draw, counted by people.

    Parameters
    ----------
    hours : array (bound,) [h]
        Hours after the start.
    reached, passed : array (bound, draw) [people]
        People who have reached the queue and passed, since the start of the projection.
    waiting : array (draw,) [people]
        People who queue at the start.

    Returns
    -------
    array (3, draw) [h]
        Infinite where those people still wait at the end; not a number where nobody queues.
    """
    bounds, draws = reached.shape
    measures = np.full((3, draws), np.nan)
    padded = np.concatenate((hours[:1], hours))
    for draw in range(draws):
        arrived, served = np.zeros(bounds + 1), np.zeros(bounds + 1)
        for bound in range(bounds):
            arrived[bound + 1] = max(arrived[bound], reached[bound, draw] + waiting[draw])
            served[bound + 1] = max(served[bound], passed[bound, draw])
        waits = _read_off(padded, arrived, served, ROUNDING * max(1.0, float(arrived[bounds])))
        people = np.diff(arrived)
        known = (~np.isnan(waits)) & (people > 0.0)
        chosen, weight = waits[known], people[known]
        if len(chosen) == 0:
            continue
        order = np.argsort(chosen)
        total: float = weight.sum()
        so_far, position = 0.0, 0
        for number in range(len(PROBABILITIES)):
            wanted = PROBABILITIES[number] * total * (1.0 - ROUNDING)
            while position < len(order) and so_far + weight[order[position]] < wanted:
                so_far += weight[order[position]]
                position += 1
            measures[number, draw] = chosen[order[min(position, len(order) - 1)]]
        measures[2, draw] = chosen.max()
    return measures
