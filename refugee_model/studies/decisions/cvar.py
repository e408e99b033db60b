"""Beds by a linear programme: the mean and the worst futures at once, for a start of the search and for a bound.

References
----------
Rockafellar and Uryasev (2000), Optimization of conditional value-at-risk, Journal of Risk 2(3),
https://doi.org/10.21314/JOR.2000.038.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.studies.decisions.ranks import SAFE

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chosen:
    """What a linear programme chose: units of each option, its loss, and what the next dollar saves."""

    quantities: Floats
    loss: float
    shadow_price: float


def worst_mean(losses: Floats, confidence: float, shares: Floats | None = None) -> float:
    """Mean of the worst draws beyond a confidence (CVaR), the one on the edge counted in part. Each draw stands for its
    share of all; for as much as any other unless shares are given.

    >>> float(worst_mean(np.arange(1.0, 11.0), 0.8))
    9.5
    """
    order = np.argsort(-losses, kind="stable")
    each = np.full(len(losses), 1.0 / len(losses)) if shares is None else shares[order]
    tail = 1.0 - confidence
    weights = np.clip(tail - (np.cumsum(each) - each), 0.0, each)
    return float(losses[order] @ weights / weights.sum()) if tail > SAFE else float(losses[order[0]])


def spread(losses: Floats, confidence: float, aversion: float, shares: Floats | None = None) -> float:
    """So much of the mean and so much of the mean of the worst draws: what plans are to make small."""
    worst = worst_mean(losses, confidence, shares)
    return (1.0 - aversion) * float(np.average(losses, weights=shares)) + aversion * worst


def choose(
    short: Floats, available: Floats, prices: Floats, most: Floats, budget: float, *, confidence: float, aversion: float
) -> Chosen:
    """The amounts of least loss for a budget, where loss is what is short, summed over time.

    ``short`` are units that are short without any order, array (time, draw), below 0 where some are left; ``available``
    the part of a unit ordered of each option that is there, array (option, time, draw); ``prices`` those of one unit
    [USD] and ``most`` the largest amounts, arrays (option,). The worst draws lie beyond ``confidence``, and their mean
    counts by ``aversion``.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, csr_array, eye_array, hstack, vstack

    options, (times, draws) = len(prices), short.shape
    cells = times * draws
    # Variables: amounts, what is short in each cell, the edge of the worst draws, how far each draw lies beyond it.
    objective = np.concatenate(
        (
            np.zeros(options),
            np.full(cells, (1.0 - aversion) / draws),
            [aversion],
            np.full(draws, aversion / ((1.0 - confidence) * draws)),
        )
    )
    covers = hstack(
        [csr_array(-available.reshape(options, cells).T), -eye_array(cells), csr_array((cells, 1 + draws))],
        format="csr",
    )
    of_draw = coo_array((np.ones(cells), (np.tile(np.arange(draws), times), np.arange(cells))), shape=(draws, cells))
    beyond = hstack(
        [csr_array((draws, options)), of_draw, csr_array(-np.ones((draws, 1))), -eye_array(draws)], format="csr"
    )
    money = hstack([csr_array(prices[None]), csr_array((1, cells + 1 + draws))], format="csr")
    bounds: list[Any] = (
        [(0.0, float(limit)) for limit in most] + [(0.0, None)] * cells + [(None, None)] + [(0.0, None)] * draws
    )
    rows: Any = vstack([covers, beyond, money], format="csc")
    found: Any = linprog(
        objective,
        A_ub=rows,
        b_ub=np.concatenate((-short.reshape(cells), np.zeros(draws), [budget])),
        bounds=bounds,
        method="highs",
    )
    return Chosen(found.x[:options], float(found.fun), float(-found.ineqlin.marginals[-1]))
