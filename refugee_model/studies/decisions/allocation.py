"""A budget over goods that do not change who flees where: exactly, by what the next unit of each saves for its price.

The chance that a further unit is wanted falls as more is bought, so what is worth most a dollar can be bought first.

References
----------
Everett (1963), Generalized Lagrange multiplier method, Operations Research 11(3),
https://doi.org/10.1287/opre.11.3.399: marginal analysis under one budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Good:
    """One item to be bought."""

    lacking: Floats
    """Array (draw,): units that are lacking without any order."""
    weight: float
    """Loss by one unit that is lacking."""
    price: float
    """Float [USD]: of one unit."""
    pack: float = 0.0
    least: float = 0.0
    most: float = np.inf
    """Units in a pack, in the smallest order, and in the largest."""


@dataclass(frozen=True)
class Bought:
    """What to buy: units of each good, what the next dollar saves, and the expected loss that is left."""

    quantities: Floats
    shadow_price: float
    loss: float


def loss_of(goods: Sequence[Good], quantities: Floats) -> float:
    """Expected loss with so many units of each."""
    lacking = (
        good.weight * np.maximum(good.lacking - bought, 0.0).mean()
        for good, bought in zip(goods, quantities, strict=True)
    )
    return float(sum(lacking))


def allocate(goods: Sequence[Good], budget: float) -> Bought:
    """The best amounts for a budget; whole packs where a good comes in packs.

    >>> certain = [Good(np.array([10.0]), 1.0, 1.0), Good(np.array([10.0]), 3.0, 2.0)]
    >>> allocate(certain, 24.0).quantities.tolist()
    [4.0, 10.0]
    """
    if not goods:
        return Bought(np.zeros(0), 0.0, 0.0)
    quantities, shadow = _divided(goods, budget)
    if any(good.pack for good in goods):
        quantities = _in_packs(goods, quantities, budget)
    return Bought(quantities, shadow, loss_of(goods, quantities))


def _divided(goods: Sequence[Good], budget: float) -> tuple[Floats, float]:
    """The best amounts where any fraction can be bought, and what the next dollar saves."""
    gains, lengths, owners = [], [], []
    for number, good in enumerate(goods):
        wanted = np.minimum(np.sort(np.maximum(good.lacking, 0.0)), good.most)
        lengths.append(np.diff(wanted, prepend=0.0))
        gains.append(good.weight * (1.0 - np.arange(len(wanted)) / len(wanted)) / max(good.price, 1e-12))
        owners.append(np.full(len(wanted), number))
    gain, length, owner = np.concatenate(gains), np.concatenate(lengths), np.concatenate(owners)
    order = np.lexsort((owner, -gain))
    gain, length, owner = gain[order], length[order], owner[order]
    cost = length * np.asarray([good.price for good in goods])[owner]
    before = np.cumsum(cost) - cost
    with np.errstate(over="ignore"):
        part = np.clip(np.divide(budget - before, cost, out=np.ones_like(cost), where=cost > 0.0), 0.0, 1.0)
    quantities: Floats = np.bincount(owner, weights=length * part, minlength=len(goods)).astype(np.float64)
    left = (cost > 0.0) & (part < 1.0)
    return quantities, float(gain[np.argmax(left)]) if left.any() else 0.0


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
