"""Places shared out by forecasts, so that as few people as can be are expected to be without one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HALVINGS = 60


def shared_out(draws: Sequence[Floats], places: float) -> Floats:
    """Places of each claimant, array (claimant,), from draws (draw,) of what each will need.

    The next place goes where it is most likely needed, so that in the end the chance of need beyond is the same
    everywhere; what is left beyond all draws is shared in proportion to the largest.
    """
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        level = 0.5 * (low + high)
        low, high = (level, high) if _at(draws, level).sum() <= places else (low, level)
    below, above = _at(draws, low), _at(draws, high)
    step = above.sum() - below.sum()
    found = below + (above - below) * (np.clip((places - below.sum()) / step, 0.0, 1.0) if step > 0 else 0.0)
    if found.sum() <= 0:
        return np.full(len(draws), places / len(draws))
    return np.asarray(found * places / found.sum())


def _at(draws: Sequence[Floats], level: float) -> Floats:
    return np.array([np.quantile(own, level) for own in draws])
