"""Quantiles that are draws themselves: so much is enough in at least this share of the futures."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from refugee_model.errors import Problem, RequestError
from refugee_model.wording import as_found

Floats = NDArray[np.float64]

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


def interval_ranks(draws: int, confidence: float, level: float = 0.95) -> tuple[int, int]:
    """Ranks, from 1, between which a quantile lies with this probability; for independent draws, so rather too far
    apart for those of a sequence.

    >>> interval_ranks(1000, 0.95)
    (936, 964)
    """
    from scipy.stats import binom

    beyond = 0.5 * (1.0 - level)
    low, high = int(binom.ppf(beyond, draws, confidence)), int(binom.ppf(1.0 - beyond, draws, confidence)) + 1
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
    said = f"only {beyond:.3g} of {draws:,} draws lie beyond {confidence:g}, expected at least {FEWEST_BEYOND}"
    return [Problem("confidence", f"{said}: make {needed:,} draws or more")]


def check_confidence(subject: str, confidence: object, draws: int) -> None:
    """Refuse a confidence that cannot be shown."""
    problems = find_wrong_confidence(confidence, draws)
    if problems:
        raise RequestError(subject, problems)


def best_quantity(demand: Floats, *, overage: float, underage: float) -> float:
    """The quantity of least expected cost for draws of the demand: enough in underage / (underage + overage) of them.

    >>> best_quantity(np.arange(1.0, 101.0), overage=1.0, underage=9.0)
    90.0
    """
    return float(enough(demand, underage / (underage + overage)))


def expected_cost(demand: Floats, quantity: float, *, overage: float, underage: float) -> float:
    """What is left over and what is lacking, in the mean, each at its cost."""
    left, lacking = np.maximum(quantity - demand, 0.0), np.maximum(demand - quantity, 0.0)
    return float(np.mean(overage * left + underage * lacking))
