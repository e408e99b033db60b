"""How much of the spread of a result comes from each input: from draws that are there, and from draws made for it.

Arrays in, arrays out; nothing here knows what a scenario is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arrays import Floats, Integers

BINS = 24
"""Bins of equal count; between 20 and 32 the estimate hardly changes."""
LEAST_IN_BIN = 8
"""Draws in a bin, below which fewer bins are made."""
DUMMIES = 1000
"""Inputs that have nothing to do with the result: what the largest of them scores is chance."""
PARTS = 16
"""Parts of the draws, of which each is left out in turn."""
STUDENT_95 = 2.131
"""Student's t of 15 degrees of freedom at 97.5 %."""
FOLDS = 5
"""Parts of the draws, each foretold from the others."""
FIFTH = 0.2


class Swing(NamedTuple):
    """Means in the lowest and the highest fifth of an input: of the input, and of the result."""

    low: float
    high: float
    if_low: float
    if_high: float


def bins_for(draws: int) -> int:
    """Bins for so many draws.

    >>> bins_for(4096), bins_for(64)
    (24, 8)
    """
    return max(min(BINS, draws // LEAST_IN_BIN), 2)


def bins_of(values: Floats) -> Integers:
    """The bin of each draw, of equal count by rank; draws of one value share that of their middle rank."""
    ranks = pd.Series(values).rank().to_numpy() - 1.0
    return np.asarray(ranks * bins_for(len(values)) / len(values), dtype=np.int64)


def explained(bins: Integers, result: Floats) -> float:
    """Share of the variance of the result that lies between bins, less what chance puts there."""
    return _between(np.bincount(bins), np.bincount(bins, weights=result), np.bincount(bins, weights=result**2))


def _between(counts: NDArray[Any], sums: NDArray[Any], squares: NDArray[Any]) -> float:
    """The same from draws, sums and sums of squares of the bins."""
    used = counts > 0
    count, sums, squares = counts[used].astype(np.float64), sums[used], squares[used]
    total = count.sum()
    within = np.maximum(squares - sums**2 / count, 0.0) / np.maximum(count - 1.0, 1.0)
    variance = squares.sum() / total - (sums.sum() / total) ** 2
    if not variance > 0.0:
        return 0.0
    between = (sums**2 / count).sum() / total - (sums.sum() / total) ** 2
    # A mean of n draws is off by s^2/n, and so is the overall mean, by less.
    return float((between - (within * (1.0 - count / total)).sum() / total) / variance)


def first_order(values: Floats, result: Floats) -> float:
    """First-order index of one input: share of the variance of the result that goes if the input is known.

    Plischke (2012), How to compute variance-based sensitivity indicators with your spreadsheet software,
    https://doi.org/10.1016/j.envsoft.2012.03.004.
    """
    return explained(bins_of(values), _centred(result))


def interval(values: Floats, result: Floats) -> tuple[float, float]:
    """Where the first-order index of one input lies, 19 times in 20: the draws in parts, each left out in turn."""
    bins, result, part = bins_of(values), _centred(result), parts_of(len(result), PARTS)
    middle = explained(bins, result)
    cell, width = part * bins_for(len(result)) + bins, bins_for(len(result))
    sums = [
        np.bincount(cell, weights=weights, minlength=PARTS * width).reshape(PARTS, width)
        for weights in (None, result, result**2)
    ]
    left_out = np.array([_between(*(one.sum(axis=0) - one[out] for one in sums)) for out in range(PARTS)])
    spread = STUDENT_95 * np.sqrt((PARTS - 1) / PARTS * np.square(left_out - left_out.mean()).sum())
    return min(max(middle - spread, 0.0), 1.0), min(max(middle + spread, 0.0), 1.0)


class Floor(NamedTuple):
    """What the largest of many inputs scores that have nothing to do with the result: first order, and swing."""

    first_order: float
    swing: float


def noise_floor(result: Floats, *, seed: int = 0) -> Floor:
    """What chance makes of inputs that have nothing to do with the result."""
    random, result = np.random.default_rng(seed), _centred(result)
    draws = len(result)
    count = bins_for(draws)
    bins = np.asarray(np.arange(draws) * count / draws, dtype=np.int64)
    sizes = np.bincount(bins).astype(float)
    edges = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
    variance, most, widest = float(result.var()), 0.0, 0.0
    outer = max(round(FIFTH * draws), 1)
    if not variance > 0.0:
        return Floor(0.0, 0.0)
    for _ in range(DUMMIES):
        mixed = result[random.permutation(draws)]
        sums, squares = np.add.reduceat(mixed, edges), np.add.reduceat(mixed**2, edges)
        within = (squares - sums**2 / sizes) / np.maximum(sizes - 1.0, 1.0)
        between = (sums**2 / sizes).sum() / draws - (within * (1.0 - sizes / draws)).sum() / draws
        most = max(most, between / variance)
        widest = max(widest, abs(float(mixed[-outer:].mean() - mixed[:outer].mean())))
    return Floor(float(most), widest)


def swing(values: Floats, result: Floats) -> Swing:
    """Means in the lowest and the highest fifth of an input."""
    order = np.argsort(values, kind="stable")
    count = max(round(FIFTH * len(values)), 1)
    low, high = order[:count], order[-count:]
    return Swing(*(float(array[part].mean()) for array in (values, result) for part in (low, high)))


def group_order(columns: Floats, result: Floats) -> float:
    """Share of the variance of the result that goes if several inputs are known together.

    Each fifth of the draws is foretold from the others, by a smooth sum of what the inputs do one by one and in pairs;
    the bins are those of what was foretold, so that nothing can be explained that was learned by heart.
    """
    return explained(bins_of(foretold(columns, result)), _centred(result))


def foretold(columns: Floats, results: Floats) -> Floats:
    """Results of each draw foretold from its inputs by the other draws, array (draw,) or (draw, result); of several
    sets of smooth functions that one is taken which errs least.
    """
    part = parts_of(len(results), FOLDS)
    tried = [_foretold(shapes, results, part) for shapes in _shapes(columns)]
    return min(tried, key=lambda found: float(np.square(found - results).sum()))


def _foretold(shapes: Floats, results: Floats, part: Integers) -> Floats:
    found = np.empty(results.shape)
    for out in range(FOLDS):
        kept = part != out
        weights = np.linalg.lstsq(shapes[kept], results[kept], rcond=None)[0]
        found[~kept] = shapes[~kept] @ weights
    return found


def _shapes(columns: Floats) -> list[Floats]:
    """Smooth functions of the ranks of several inputs, from few to many: of what they have in common; of each; of each
    and of products of two, where draws are many enough.
    """
    from scipy.special import ndtri

    draws, count = columns.shape
    scores = ndtri((pd.DataFrame(columns).rank().to_numpy() - 0.5) / draws)
    common = scores @ np.linalg.svd(scores - scores.mean(axis=0), full_matrices=False)[2][:1].T
    common /= max(float(common.std()), 1e-12)
    sets = [_curves(common), np.concatenate((np.ones((draws, 1)), scores), axis=1), _curves(scores)]
    if 20 * count**2 <= draws:
        products = [scores[:, [one]] * scores[:, one + 1 :] for one in range(count - 1)]
        sets.append(np.concatenate((sets[-1], *products), axis=1))
    return sets


def _curves(scores: Floats) -> Floats:
    """Hermite polynomials up to the third degree."""
    return np.concatenate((np.ones((len(scores), 1)), scores, scores**2 - 1.0, scores**3 - 3.0 * scores), axis=1)


def parts_of(draws: int, parts: int, *, seed: int = 0) -> Integers:
    """The part of each draw, by lot: neighbours of a Sobol sequence lie in other halves of every input, and each second
    draw would be another world.
    """
    return np.asarray(np.random.default_rng(seed).permutation(draws) % parts, dtype=np.int64)


def _centred(result: Floats) -> Floats:
    return np.asarray(result - result.mean())


class Indices(NamedTuple):
    """First-order and total index of each factor, arrays (factor,)."""

    first: Floats
    total: Floats


def indices(base: Floats, other: Floats, swapped: Floats) -> Indices:
    """Indices from draws made for it.

    From results of two independent sets of draws (draw,), and of the base with one factor taken from the other (factor,
    draw).

    Total: Jansen (1999), https://doi.org/10.1016/S0010-4655(98)00154-4. First order: Saltelli et al. (2010),
    https://doi.org/10.1016/j.cpc.2009.09.018.
    """
    middle = 0.5 * (base.mean() + other.mean())
    variance = float(np.concatenate((base, other)).var())
    if not variance > 0.0:
        return Indices(np.zeros(len(swapped)), np.zeros(len(swapped)))
    first = ((other - middle) * (swapped - base)).mean(axis=1) / variance
    return Indices(first, 0.5 * np.square(base - swapped).mean(axis=1) / variance)


def latent(columns: int, draws: int, seed: int) -> Floats:
    """Two independent sets of uniform numbers beside each other, array (draw, 2 x column): scrambled Sobol points."""
    import warnings

    from scipy.stats import qmc

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The balance properties of Sobol")
        return np.asarray(qmc.Sobol(2 * columns, scramble=True, rng=np.random.default_rng(seed)).random(draws))
