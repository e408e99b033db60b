"""The draws that plans are tried on: few for a first look, chosen by how bad they are without any order, then more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from refugee_model.studies.decisions.trials import Losses, Quantities, Trials

Floats = NDArray[np.float64]

TAIL = 0.1
"""Part of the draws, the worst, of which half of a screen is taken: most of what is lost is lost in them."""


def chosen(losses: Floats, size: int) -> tuple[NDArray[np.int64], Floats]:
    """Draws spread evenly over all by their loss, half of them over the worst, and the share that each stands for.

    Examples
    --------
    >>> numbers, shares = chosen(np.arange(100.0), 4)
    >>> numbers.tolist(), shares.tolist()
    ([97, 92, 67, 22], [0.05, 0.05, 0.45, 0.45])
    """
    count = len(losses)
    if size >= count:
        return np.arange(count), np.full(count, 1.0 / count)
    order = np.argsort(-losses, kind="stable")
    edge = max(round(TAIL * count), 1)
    numbers, shares = [], []
    for part in (order[:edge], order[edge:]):
        taken = min(max(size // 2, 1), len(part))
        numbers.append(part[((np.arange(taken) + 0.5) * len(part) / taken).astype(np.int64)])
        shares.append(np.full(taken, len(part) / taken / count))
    return np.concatenate(numbers), np.concatenate(shares)


@dataclass
class Screen:
    """Some of the draws, the share of all that each stands for, and the nights of what was tried on them."""

    trials: Trials
    shares: Floats
    tried: dict[tuple[tuple[str, float], ...], Losses] = field(default_factory=dict)

    @classmethod
    def of(cls, trials: Trials, losses: Floats, size: int) -> Screen:
        """A screen of so many draws at most."""
        numbers, shares = chosen(losses, size)
        return cls(trials if len(numbers) == trials.draws else trials.thin(numbers), shares)

    def losses(self, plans: Sequence[Quantities]) -> list[Losses]:
        """Person-nights under each plan; what was tried before is not tried again."""
        keys = [tuple(sorted(plan.items())) for plan in plans]
        fresh = [key for key in dict.fromkeys(keys) if key not in self.tried]
        self.tried |= zip(fresh, self.trials.losses([dict(key) for key in fresh]), strict=True)
        return [self.tried[key] for key in keys]
