"""Numbers that are not known for sure: the kinds of distribution that a number may be given as.

Each stands where a number would stand::

    total = {low = 90_000, likely = 100_000, high = 120_000, reason = "census 2015 and estimates"}   # PERT
    vehicles_per_hour = {distribution = "normal", mean = 230, sd = 30, at_least = 0}
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from refugee_model.arrays import Floats
from refugee_model.scenario.values import Assumptions, NonNegative, Number, Positive
from refugee_model.wording import figure

LEAST_PROBABILITY = 1e-6
"""Truncation must leave this much: below it the inverse of the distribution function has too few digits."""
BELOW_ONE = float(np.nextafter(1.0, 0.0))
EXAMPLE = "{low = 1, likely = 2, high = 3}"
ORDER = (
    "low",
    "likely",
    "high",
    "mean",
    "sd",
    "median",
    "spread",
    "alpha",
    "beta",
    "values",
    "weights",
    "at_least",
    "at_most",
    "plus",
    "reason",
)
"""All parameters, in the order in which a person would write them."""
WORDS = frozenset(("distribution", *ORDER))


def refuse(message: str) -> PydanticCustomError:
    """The error of a distribution whose parameters do not agree; the message reaches the person as it is."""
    return PydanticCustomError("distribution", "{message}", {"message": message})


class Distribution(Assumptions):
    """What every distribution has: truncation and a reason."""

    at_least: Number | None = Field(None, description="No draw is below this; the rest keeps its shape")
    at_most: Number | None = Field(None, description="No draw is above this; the rest keeps its shape")
    plus: Number = Field(0.0, description="Added to every draw: what is certain, such as what was ordered on top")
    reason: str = Field("", description="Why this distribution, and its source")

    @abstractmethod
    def _inverse(self, probability: Floats) -> Floats:
        """The value below which this probability lies, before truncation."""

    @abstractmethod
    def _probability(self, value: float) -> tuple[float, float]:
        """Probability of less than a value, and of at most this value, before truncation."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        self._check()
        if self.at_least is None and self.at_most is None:
            return self
        if self.at_least is not None and self.at_most is not None and self.at_least >= self.at_most:
            raise refuse(f"at_least = {figure(self.at_least)} is not below at_most = {figure(self.at_most)}")
        low, high = self._kept()
        if not high - low >= LEAST_PROBABILITY:
            cut = " and ".join(
                f"{name} = {figure(limit)}"
                for name, limit in (("at_least", self.at_least), ("at_most", self.at_most))
                if limit is not None
            )
            left = f"{high - low:.1g}" if high > low else "nothing"
            raise refuse(f"{cut} leaves {left} of the distribution, expected at least one part in a million")
        return self

    def _check(self) -> None:
        """Raise if the parameters do not agree with each other."""

    def _kept(self) -> tuple[float, float]:
        """Probabilities, before truncation, at which the part that is kept begins and ends."""
        low = 0.0 if self.at_least is None else self._probability(self.at_least)[0]
        return low, 1.0 if self.at_most is None else self._probability(self.at_most)[1]

    def quantile(self, probability: ArrayLike) -> Floats:
        """The values below which these probabilities lie, truncation and what is added included."""
        found: Floats = self._truncated(probability) + self.plus if self.plus else self._truncated(probability)
        return found

    def _truncated(self, probability: ArrayLike) -> Floats:
        """The same before anything is added."""
        wanted = np.asarray(probability, dtype=np.float64)
        if self.at_least is None and self.at_most is None:
            return self._inverse(wanted)
        low, high = self._kept()
        found = self._inverse(np.minimum(low + wanted * (high - low), BELOW_ONE))
        return np.clip(found, self.at_least, self.at_most)

    @property
    def central(self) -> float:
        """The median: what a projection without draws uses."""
        return float(self.quantile(np.array([0.5]))[0])

    def plain(self) -> dict[str, Any]:
        """What was given, as a person would write it."""
        given = self.model_dump(exclude_defaults=True)
        kind = type(self).model_fields["distribution"].default
        named = {} if kind == "pert" else {"distribution": kind}
        return named | {
            name: list(given[name]) if isinstance(given[name], tuple) else given[name]
            for name in ORDER
            if name in given
        }


def looks_uncertain(value: Any) -> bool:
    """Whether something that was given instead of a number is meant as a distribution."""
    return isinstance(value, Distribution) or (isinstance(value, Mapping) and not WORDS.isdisjoint(value))


# scipy.special and not scipy.stats: the same functions, and a file with uncertain numbers is read in half the time.
def normal_inverse(probability: Floats) -> Floats:
    """The standard normal value below which each probability lies."""
    from scipy.special import ndtri

    found: Floats = ndtri(probability)
    return found


def normal_probability(value: Floats) -> Floats:
    """The probability of at most each standard normal value."""
    from scipy.special import ndtr

    found: Floats = ndtr(value)
    return found


def beta_inverse(alpha: float, beta: float, probability: Floats) -> Floats:
    """The value between 0 and 1 below which each probability of a beta distribution lies."""
    from scipy.special import betaincinv

    found: Floats = betaincinv(alpha, beta, probability)
    return found


def beta_probability(alpha: float, beta: float, part: float) -> float:
    """The probability of at most a value between 0 and 1 in a beta distribution."""
    from scipy.special import betainc

    return float(betainc(alpha, beta, part))


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
        for one, other in (("low", "likely"), ("likely", "high")):
            lower, upper = getattr(self, one), getattr(self, other)
            if lower > upper:
                found = f"{one} = {figure(lower)} is above {other} = {figure(upper)}"
                raise refuse(f"{found}; expected low, likely and high in this order")
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
            found = f"found {len(self.values)} values and {len(self.weights)} weights"
            raise refuse(f"{found}, expected one weight for each value")
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
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
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
