"""Inverse distribution functions of many numbers at once, by tables that are worked out once for each distribution.

A table holds, for each quarter of a standard deviation of the normal variable behind a number, the polynomial through
the exact values: a quantile of a beta distribution costs a hundred times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from refugee_model.scenario.distribution import BELOW_ONE, Distribution, Floats, normal_inverse, normal_probability

FAR, EACH, DEGREE = 5.0, 0.25, 9
"""How far tables reach [standard deviations], the width of a piece, and the degree of its polynomial."""
PIECES = round(2 * FAR / EACH)
CLOSE = 1e-11
"""A table may be wrong by so much of the greatest value in it; a distribution with kinks or steps has none."""
NODES = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
BETWEEN = np.linspace(-1.0, 1.0, 5)


def quantiles(distributions: Sequence[Distribution], probabilities: Floats) -> Floats:
    """The values below which the probabilities (number, draw) of each distribution lie, array (number, draw)."""
    tables, limits, smooth = _tables(tuple(distributions))
    found = np.empty(probabilities.shape)
    normals = normal_inverse(probabilities[smooth])
    place = (normals + FAR) / EACH
    piece = np.clip(place.astype(np.int64), 0, PIECES - 1)
    part, at = 2.0 * (place - piece) - 1.0, piece + PIECES * np.arange(len(normals))[:, None]
    value = np.zeros(normals.shape)
    for coefficients in tables[::-1]:
        value = value * part + coefficients[at]
    found[smooth] = np.clip(value, *limits)
    exact = ~smooth
    exact[smooth] = np.any(np.abs(normals) > FAR, axis=1)
    for row in map(int, np.flatnonzero(exact)):
        far = np.abs(normal_inverse(probabilities[row])) > FAR if smooth[row] else slice(None)
        found[row, far] = distributions[row].quantile(probabilities[row, far])
    return found


@lru_cache(maxsize=64)
def _tables(distributions: tuple[Distribution, ...]) -> tuple[Floats, tuple[Floats, Floats], NDArray[np.bool_]]:
    """Coefficients (power, number x piece) of those that have a table, their limits, and which (number,) have one."""
    found = {number: table for number, one in enumerate(distributions) if (table := _table(one)) is not None}
    ends = [distributions[number].quantile(np.array([0.0, 1.0])) for number in found]
    low, high = np.asarray(ends).reshape(-1, 2, 1).swapaxes(0, 1)
    smooth = np.isin(np.arange(len(distributions)), list(found))
    return np.concatenate([np.empty((DEGREE + 1, 0)), *found.values()], axis=1), (low, high), smooth


@lru_cache(maxsize=4096)
def _table(distribution: Distribution) -> Floats | None:
    """Coefficients (power, piece) of a distribution; None where its values do not follow them."""
    middles = -FAR + EACH * (np.arange(PIECES) + 0.5)

    def exact(parts: Floats) -> Floats:
        normals = middles[:, None] + 0.5 * EACH * parts
        return distribution.quantile(np.clip(normal_probability(normals), np.finfo(float).tiny, BELOW_ONE))

    coefficients = np.linalg.solve(np.vander(NODES, increasing=True), exact(NODES).T)
    wanted, found = exact(BETWEEN), np.vander(BETWEEN, DEGREE + 1, increasing=True) @ coefficients
    return coefficients if np.abs(found.T - wanted).max() <= CLOSE * np.abs(wanted).max() else None
