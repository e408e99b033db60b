"""The arithmetic of decisions: which of some draws is enough, goods by what the next unit saves, beds by a programme.

A budget over goods that do not change who flees where is spent exactly, by what the next unit of each saves for its
price: the chance that a further unit is wanted falls as more is bought, so what is worth most a dollar can be bought
first. The mean of the worst draws is made least by a linear programme.

References
----------
Everett (1963), Generalized Lagrange multiplier method, Operations Research 11(3),
https://doi.org/10.1287/opre.11.3.399: marginal analysis under one budget.

Rockafellar and Uryasev (2000), Optimization of conditional value-at-risk, Journal of Risk 2(3),
https://doi.org/10.21314/JOR.2000.038.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.errors import Problem, refuse_if
from refugee_model.wording import as_found, figure


@dataclass(frozen=True)
class Good:
    """One item to be bought."""

    lacking: Floats
    """Array (draw,): units that are lacking without any order."""
    weight: float
    """Loss by one unit that is lacking."""
    price: float
    """Of one unit [USD]."""
    pack: float = 0.0
    least: float = 0.0
    most: float = np.inf
    """Units in a pack, in the smallest order, and in the largest."""


def loss_of(goods: Sequence[Good], quantities: Sequence[float] | Floats) -> float:
    """Expected loss with so many units of each."""
    lacking = (
        good.weight * np.maximum(good.lacking - bought, 0.0).mean()
        for good, bought in zip(goods, quantities, strict=True)
    )
    return float(sum(lacking))


def allocate(goods: Sequence[Good], budget: float) -> Floats:
    """The best amounts for a budget, array (good,); whole packs where a good comes in packs.

    >>> certain = [Good(np.array([10.0]), 1.0, 1.0), Good(np.array([10.0]), 3.0, 2.0)]
    >>> allocate(certain, 24.0).tolist()
    [4.0, 10.0]
    """
    return _in_packs(goods, _divided(goods, budget), budget) if goods else np.zeros(0)


def _divided(goods: Sequence[Good], budget: float) -> Floats:
    """The best amounts where any fraction can be bought."""
    gains, lengths, owners = [], [], []
    for number, good in enumerate(goods):
        wanted = np.minimum(np.sort(np.maximum(good.lacking, 0.0)), good.most)
        lengths.append(np.diff(wanted, prepend=0.0))
        gains.append(good.weight * (1.0 - np.arange(len(wanted)) / len(wanted)) / max(good.price, 1e-12))
        owners.append(np.full(len(wanted), number))
    gain, length, owner = np.concatenate(gains), np.concatenate(lengths), np.concatenate(owners)
    order = np.lexsort((owner, -gain))
    length, owner = length[order], owner[order]
    cost = length * np.asarray([good.price for good in goods])[owner]
    before = np.cumsum(cost) - cost
    with np.errstate(over="ignore"):
        part = np.clip(np.divide(budget - before, cost, out=np.ones_like(cost), where=cost > 0.0), 0.0, 1.0)
    return np.bincount(owner, weights=length * part, minlength=len(goods)).astype(np.float64)


def _in_packs(goods: Sequence[Good], quantities: Floats, budget: float) -> Floats:
    """The same in whole packs: rounded down, and what is left goes to the pack that is worth most of those it buys."""
    found = np.asarray([_down(good, bought) for good, bought in zip(goods, quantities, strict=True)])
    left = budget - float(sum(good.price * bought for good, bought in zip(goods, found, strict=True)))
    for _ in range(10 * len(goods)):
        steps = [_step(good, bought) for good, bought in zip(goods, found, strict=True)]
        worth = [
            _saved(good, bought, step) / max(good.price * step, 1e-12) if 0.0 < good.price * step <= left else 0.0
            for good, bought, step in zip(goods, found, steps, strict=True)
        ]
        best = int(np.argmax(worth))
        if worth[best] <= 0.0:
            break
        found[best] += steps[best]
        left -= goods[best].price * steps[best]
    return found


def _down(good: Good, bought: float) -> float:
    if not good.pack:
        return bought
    whole = float(np.floor(round(bought / good.pack, 9)) * good.pack)
    return whole if whole >= good.least else 0.0


def _step(good: Good, bought: float) -> float:
    """The next order up: a pack, or the smallest lot where nothing is bought yet; 0 where no more is to be had."""
    if not good.pack:
        return 0.0
    step = good.pack if bought > 0.0 else float(np.ceil(round(max(good.least, good.pack) / good.pack, 9)) * good.pack)
    return step if bought + step <= good.most else 0.0


def _saved(good: Good, bought: float, step: float) -> float:
    more, now = (np.maximum(good.lacking - amount, 0.0).mean() for amount in (bought + step, bought))
    return float(good.weight * (now - more))


FEWEST_BEYOND = 10
"""Draws that must lie beyond a confidence: the chance of the rest is then known to about a third of itself."""
SAFE = 1e-9


def enough(draws: Floats, confidence: float) -> Floats:
    """The least draw that at least this share of the draws does not exceed, array (..., draw) to (...).

    >>> float(enough(np.arange(1.0, 101.0), 0.95))
    95.0
    """
    rank = max(math.ceil(draws.shape[-1] * confidence - SAFE), 1)
    found: Floats = np.partition(draws, rank - 1, axis=-1)[..., rank - 1]
    return found


def interval_ranks(draws: int, confidence: float) -> tuple[int, int]:
    """Ranks, from 1, between which a quantile lies 19 times in 20; rather too far apart for draws of a sequence.

    >>> interval_ranks(1000, 0.95)
    (936, 964)
    """
    from scipy.stats import binom

    low, high = int(binom.ppf(0.025, draws, confidence)), int(binom.ppf(0.975, draws, confidence)) + 1
    return max(low, 1), min(high, draws)


def interval(draws: Floats, confidence: float) -> tuple[Floats, Floats]:
    """The draws between which ``enough`` lies with 95 %, arrays (...)."""
    low, high = interval_ranks(draws.shape[-1], confidence)
    ordered = np.sort(draws, axis=-1)
    return ordered[..., low - 1], ordered[..., high - 1]


def joint_rank(draws: Floats, confidence: float) -> int:
    """The least rank, from 1, such that in this share of the draws no row (row, draw) exceeds its draw of that rank."""
    ordered = np.sort(draws, axis=-1)
    count = draws.shape[-1]
    # In each draw the worst row decides: the least rank of which every row is at most the draw of that rank.
    worst = (
        np.max([np.searchsorted(row, one, side="left") for row, one in zip(ordered, draws, strict=True)], axis=0) + 1
    )
    needed = max(math.ceil(count * confidence - SAFE), 1)
    return int(np.sort(worst)[needed - 1])


def find_wrong_confidence(confidence: object, draws: int) -> list[Problem]:
    """What is wrong with a confidence that so many draws are to show."""
    if isinstance(confidence, bool) or not isinstance(confidence, int | float | np.floating) or not 0 < confidence < 1:
        return [Problem("confidence", f"found {as_found(confidence)}, expected a number between 0 and 1, such as 0.95")]
    beyond = draws * (1.0 - float(confidence))
    if beyond >= FEWEST_BEYOND - SAFE:
        return []
    needed = math.ceil(FEWEST_BEYOND / (1.0 - float(confidence)) - 1e-6)
    said = f"only {beyond:.3g} of {figure(draws)} draws lie beyond {confidence:g}, expected at least {FEWEST_BEYOND}"
    return [Problem("confidence", f"{said}: make {figure(needed)} draws or more")]


def check_confidence(subject: str, confidence: object, draws: int) -> None:
    """Refuse a confidence that cannot be shown."""
    refuse_if(subject, find_wrong_confidence(confidence, draws))


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


@dataclass(frozen=True)
class Aim:
    """What is to be made small: parts of the nights, how much the worst futures count, and what goods count."""

    parts: tuple[str, ...]
    confidence: float
    aversion: float
    goods_weight: float

    def of(self, nights: Floats, shares: Floats | None = None) -> float:
        """So much of the mean and so much of the mean of the worst draws."""
        worst = worst_mean(nights, self.confidence, shares)
        return (1.0 - self.aversion) * float(np.average(nights, weights=shares)) + self.aversion * worst


def choose(
    short: Floats, available: Floats, prices: Floats, most: Floats, budget: float, *, confidence: float, aversion: float
) -> tuple[Floats, float]:
    """The amounts of least loss for a budget, array (option,), and that loss: what is short, summed over time.

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
    return found.x[:options], float(found.fun)
