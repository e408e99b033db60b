"""A number that is not known for sure: the ways a person may say how far it can go.

Each stands where a number would stand::

    total = {low = 90_000, likely = 100_000, high = 120_000, reason = "census 2015 and estimates"}   # PERT
    vehicles_per_hour = {distribution = "normal", mean = 230, sd = 30, at_least = 0}
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from refugee_model.arrays import Floats
from refugee_model.scenario.values import Assumptions, Number
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
