"""The kinds of distribution that a number may be given as."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from refugee_model.arrays import Flags, Floats
from refugee_model.scenario.distribution import (
    BELOW_ONE,
    Distribution,
    beta_inverse,
    beta_probability,
    normal_inverse,
    normal_probability,
    refuse,
)
from refugee_model.scenario.values import NonNegative, Number, Positive
from refugee_model.wording import figure


def _check_width(low: float, high: float) -> None:
    if low > high:
        raise refuse(f"low = {figure(low)} is above high = {figure(high)}")
    if low == high:
        raise refuse(f"low and high are both {figure(low)}; write the number alone, without a distribution")
    if not math.isfinite(high - low):
        raise refuse("low and high are too far apart")


class _Between(Distribution):
    """A distribution from low to high, whose shape stands on 0 to 1."""

    low: Number = Field(description="Least value")
    high: Number = Field(description="Greatest value")

    def _check(self) -> None:
        _check_width(self.low, self.high)

    @abstractmethod
    def _unit_inverse(self, probability: Floats) -> Floats:
        """As ``_inverse``, on 0 to 1."""

    @abstractmethod
    def _unit_probability(self, part: float) -> float:
        """Probability of at most this part of the way from low to high."""

    def _inverse(self, probability: Floats) -> Floats:
        return np.clip(self.low + (self.high - self.low) * self._unit_inverse(probability), self.low, self.high)

    def _probability(self, value: float) -> tuple[float, float]:
        part = min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)
        probability = self._unit_probability(part)
        return probability, probability


class _Likely(_Between):
    """A distribution given by its least, most likely and greatest value."""

    likely: Number = Field(description="Most likely value; where none is known, write distribution = 'uniform'")

    def _check(self) -> None:
        if self.low > self.likely:
            raise refuse(
                f"low = {figure(self.low)} is above likely = {figure(self.likely)}; expected low, likely "
                "and high in this order"
            )
        if self.likely > self.high:
            raise refuse(
                f"likely = {figure(self.likely)} is above high = {figure(self.high)}; expected low, likely "
                "and high in this order"
            )
        super()._check()

    @property
    def _mode(self) -> float:
        return (self.likely - self.low) / (self.high - self.low)


class Pert(_Likely):
    """Low, likely, high: a smooth hill with its top at likely.

    Malcolm, Roseboom, Clark and Fazar (1959), Application of a technique for research and development program
    evaluation, Operations Research 7(5), https://doi.org/10.1287/opre.7.5.646: a beta distribution whose mean is (low +
    4 likely + high) / 6.
    """

    distribution: Literal["pert"] = Field("pert", description="Kind of distribution")

    def _unit_inverse(self, probability: Floats) -> Floats:
        return beta_inverse(1.0 + 4.0 * self._mode, 5.0 - 4.0 * self._mode, probability)

    def _unit_probability(self, part: float) -> float:
        return beta_probability(1.0 + 4.0 * self._mode, 5.0 - 4.0 * self._mode, part)


class Triangular(_Likely):
    """Low, likely, high: joined by straight lines, with more at both ends than PERT."""

    distribution: Literal["triangular"] = Field("triangular", description="Kind of distribution")

    def _unit_inverse(self, probability: Floats) -> Floats:
        rising, falling = np.sqrt(probability * self._mode), np.sqrt((1.0 - probability) * (1.0 - self._mode))
        return np.where(probability <= self._mode, rising, 1.0 - falling)

    def _unit_probability(self, part: float) -> float:
        mode = self._mode
        return part * part / mode if part < mode else 1.0 if part >= 1.0 else 1.0 - (1.0 - part) ** 2 / (1.0 - mode)


class Uniform(_Between):
    """All values from low to high alike."""

    distribution: Literal["uniform"] = Field("uniform", description="Kind of distribution")

    def _unit_inverse(self, probability: Floats) -> Floats:
        return probability

    def _unit_probability(self, part: float) -> float:
        return part


class Beta(_Between):
    """A beta distribution from low to high."""

    distribution: Literal["beta"] = Field("beta", description="Kind of distribution")
    alpha: Positive = Field(description="First shape: the greater, the nearer to high")
    beta: Positive = Field(description="Second shape: the greater, the nearer to low")
    low: Number = Field(0.0, description="Least value")
    high: Number = Field(1.0, description="Greatest value")

    def _unit_inverse(self, probability: Floats) -> Floats:
        return beta_inverse(self.alpha, self.beta, probability)

    def _unit_probability(self, part: float) -> float:
        return beta_probability(self.alpha, self.beta, part)


class Normal(Distribution):
    """A bell around the mean; without truncation it has no end on either side."""

    distribution: Literal["normal"] = Field("normal", description="Kind of distribution")
    mean: Number = Field(description="Mean")
    sd: Positive = Field(description="Standard deviation")

    def _inverse(self, probability: Floats) -> Floats:
        return self.mean + self.sd * normal_inverse(probability)

    def _probability(self, value: float) -> tuple[float, float]:
        probability = float(normal_probability(np.array([(value - self.mean) / self.sd]))[0])
        return probability, probability


class Lognormal(Distribution):
    """Never below 0, with a long tail above: its logarithm is normal."""

    distribution: Literal["lognormal"] = Field("lognormal", description="Kind of distribution")
    median: Positive = Field(description="Median: half of the draws are below it")
    spread: Positive = Field(description="Standard deviation of the logarithm; 0.1 is about 10 %")

    def _inverse(self, probability: Floats) -> Floats:
        with np.errstate(over="ignore"):
            return self.median * np.exp(self.spread * normal_inverse(probability))

    def _probability(self, value: float) -> tuple[float, float]:
        if value <= 0:
            return 0.0, 0.0
        probability = float(normal_probability(np.array([(math.log(value) - math.log(self.median)) / self.spread]))[0])
        return probability, probability


class Discrete(Distribution):
    """One of several values, each as often as its weight says."""

    distribution: Literal["discrete"] = Field("discrete", description="Kind of distribution")
    values: tuple[Number, ...] = Field(description="The values it can take")
    weights: tuple[NonNegative, ...] = Field(description="How often each value is drawn, relative to the others")

    def _check(self) -> None:
        if not self.values:
            raise refuse("values is empty, expected at least two values")
        if len(self.values) != len(self.weights):
            raise refuse(
                f"found {len(self.values)} values and {len(self.weights)} weights, expected one weight for each value"
            )
        if not 0 < sum(self.weights) < math.inf:
            raise refuse(f"weights add up to {figure(sum(self.weights))}, expected a finite number above 0")
        if len(set(self.values)) == 1:
            raise refuse(f"the only value is {figure(self.values[0])}; write the number alone, without a distribution")

    def _inverse(self, probability: Floats) -> Floats:
        return self._step(probability, -math.inf, math.inf)

    def _probability(self, value: float) -> tuple[float, float]:
        values, weights = np.array(self.values), np.array(self.weights)
        total = weights.sum()
        return float(weights[values < value].sum() / total), float(weights[values <= value].sum() / total)

    def _truncated(self, probability: ArrayLike) -> Floats:
        """As in every distribution; truncation takes out the values beyond it, so that only values given are drawn."""
        low, high = (
            (-math.inf if self.at_least is None else self.at_least),
            (math.inf if self.at_most is None else self.at_most),
        )
        return self._step(np.asarray(probability, dtype=np.float64), low, high)

    def _step(self, probability: Floats, low: float, high: float) -> Floats:
        values, weights = np.array(self.values, dtype=np.float64), np.array(self.weights, dtype=np.float64)
        kept = (weights > 0) & (values >= low) & (values <= high)
        order = np.argsort(values[kept], kind="stable")
        cumulative = np.cumsum(weights[kept][order])
        position = np.searchsorted(cumulative / cumulative[-1], probability, side="left")
        found: Floats = values[kept][order][np.minimum(position, len(order) - 1)]
        return found


class Empirical(Distribution):
    """Values that were observed, each as likely as the others; between neighbours it goes in a straight line."""

    distribution: Literal["empirical"] = Field("empirical", description="Kind of distribution")
    values: tuple[Number, ...] = Field(description="The values observed, in any order")

    def _check(self) -> None:
        if not self.values:
            raise refuse("values is empty, expected at least two values")
        if len(set(self.values)) == 1:
            raise refuse(f"the only value is {figure(self.values[0])}; write the number alone, without a distribution")
        if not math.isfinite(max(self.values) - min(self.values)):
            raise refuse("the least and the greatest value are too far apart")

    def _inverse(self, probability: Floats) -> Floats:
        found: Floats = np.interp(probability, np.linspace(0.0, 1.0, len(self.values)), np.sort(self.values))
        return found

    def _probability(self, value: float) -> tuple[float, float]:
        values = np.sort(self.values)
        first, last = (int(np.searchsorted(values, value, side=side)) for side in ("left", "right"))
        if first == 0 and last == 0:
            return 0.0, 0.0
        if first == len(values):
            return 1.0, 1.0
        if last > first:
            return first / (len(values) - 1), (last - 1) / (len(values) - 1)
        part = (first - 1 + (value - values[first - 1]) / (values[first] - values[first - 1])) / (len(values) - 1)
        return float(part), float(part)


DISTRIBUTIONS: dict[str, type[Distribution]] = {
    "pert": Pert,
    "triangular": Triangular,
    "uniform": Uniform,
    "normal": Normal,
    "lognormal": Lognormal,
    "beta": Beta,
    "discrete": Discrete,
    "empirical": Empirical,
}
"""Every kind, by the word that a person writes."""


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
def _tables(distributions: tuple[Distribution, ...]) -> tuple[Floats, tuple[Floats, Floats], Flags]:
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
