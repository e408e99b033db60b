"""What it is worth to find out: expected value of perfect information, of everything and of one number or group.

Arrays in, numbers out; net benefit is what a plan gains, or its loss with the sign turned.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.studies.decisions.importance import bins_of, foretold

Floats = NDArray[np.float64]

DUMMIES = 50
"""Numbers that have nothing to do with the plans: what they seem to be worth in the mean is taken off."""


def worth_of_all(benefit: Floats) -> float:
    """What it would be worth to know everything, from net benefits (draw, plan).

    References
    ----------
    Howard (1966), Information value theory, https://doi.org/10.1109/TSSC.1966.300074.
    """
    return float(benefit.max(axis=1).mean() - benefit.mean(axis=0).max())


def worth_of_one(benefit: Floats, values: Floats) -> float:
    """What it would be worth to know one number, as the draws show it; chance is in it.

    Parameters
    ----------
    benefit : array (draw, plan)
        Net benefit of each plan on the same draws.
    values : array (draw,)
        The number.

    Notes
    -----
    In each of some bins of the number the plan is taken that is best there.

    References
    ----------
    Strong, Oakley and Brennan (2014), Estimating multiparameter partial expected value of perfect information from a
    probabilistic sensitivity analysis sample, https://doi.org/10.1177/0272989X13505910.
    """
    return _gain(benefit, bins_of(values))


def worth_of_group(benefit: Floats, columns: Floats) -> float:
    """The same of several numbers that are found out together, array (draw, number).

    The plan is taken that the other draws foretell to be best.
    """
    best = foretold(columns, benefit - benefit[:, :1]).argmax(axis=1)
    gained = benefit[np.arange(len(benefit)), best].mean() - benefit.mean(axis=0).max()
    return max(float(gained), 0.0)


def by_chance(benefit: Floats, *, seed: int = 0) -> Floats:
    """What numbers seem to be worth that have nothing to do with the plans, array (dummy,)."""
    random = np.random.default_rng(seed)
    bins = bins_of(np.arange(len(benefit), dtype=np.float64))
    return np.array([_gain(benefit, random.permutation(bins)) for _ in range(DUMMIES)])


def best_by_third(benefit: Floats, values: Floats) -> tuple[int, int, int]:
    """The best plan where a number is low, middling and high: thirds of the draws by the number."""
    order = np.argsort(values, kind="stable")
    low, middle, high = (int(benefit[part].mean(axis=0).argmax()) for part in np.array_split(order, 3))
    return low, middle, high


def _gain(benefit: Floats, bins: NDArray[np.int64]) -> float:
    sums = np.stack([np.bincount(bins, weights=plan) for plan in benefit.T])
    return float((sums.max(axis=0).sum() - sums.sum(axis=1).max()) / len(benefit))
