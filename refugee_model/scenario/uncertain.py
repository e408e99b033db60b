"""The uncertain numbers of a scenario: found among its values, put back, drawn, and the draws checked.

A distribution may stand wherever a number that is not whole may stand, also as the ``value`` of one entry of a
schedule::

    [aid.surge."Kotayk first"]
    beds = {low = 400, likely = 600, high = 700, reason = "camps named on 22 September"}
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ValidationError

from refugee_model.arrays import Flags, Floats
from refugee_model.errors import Problem, RequestError, ScenarioError, closest
from refugee_model.scenario.correlations import copula_of, correlated
from refugee_model.scenario.distributions import (
    BELOW_ONE,
    DISTRIBUTIONS,
    EXAMPLE,
    Distribution,
    looks_uncertain,
    normal_inverse,
    normal_probability,
)
from refugee_model.scenario.fields import LIMITS, NumberField, number_at
from refugee_model.scenario.problems import dotted, from_validation, nowhere, shown
from refugee_model.wording import figure, whole

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

MOST_LEVELS = 12
PLAIN = (str, float, int, bool, NoneType, datetime)
"""What holds no distribution, as most values."""
NEARLY_NEVER = 1e-9
"""Chance of a draw beyond what is told as the ends of a distribution that has ends."""
Parts = tuple[str | int, ...]


@dataclass(frozen=True)
class Parted:
    """Values of a scenario, with the uncertain ones taken out."""

    values: dict[str, Any]
    """Nested plain values; the median stands in the place of each distribution."""
    uncertain: dict[str, Distribution] = field(default_factory=dict)
    """By dotted path, in the order of the paths."""
    problems: list[Problem] = field(default_factory=list)
    """What is wrong with the distributions."""
    refused: set[str] = field(default_factory=set)

    def covers(self, path: str) -> bool:
        """Whether what is wrong at a path is already said by a problem of its distribution."""
        return any(path == other or path.startswith(f"{other}.") for other in self.refused)


def take_out(
    raw: Mapping[str, Any],
    model: type[BaseModel],
    *,
    groups: Sequence[str],
    known: Mapping[str, Distribution] | None = None,
) -> Parted:
    """Take the distributions out of the values of a scenario; of a group that is a model already they are known."""
    parted = Parted(dict(raw))
    for name in groups:
        if isinstance(raw.get(name), BaseModel):
            kept = {path: found for path, found in (known or {}).items() if path.startswith(f"{name}.")}
            parted.uncertain.update(kept)
        elif name in raw:
            parted.values[name] = _without(raw[name], (name,), model, parted)
    in_order = dict(sorted(parted.uncertain.items()))
    parted.uncertain.clear()
    parted.uncertain.update(in_order)
    return parted


def _without(value: Any, path: Parts, model: type[BaseModel], parted: Parted) -> Any:
    if type(value) in PLAIN:
        return value
    if looks_uncertain(value):
        number = number_at(model, path)
        if number is not None:
            return _taken(value, path, number, parted)
    if len(path) > MOST_LEVELS:
        return value
    if isinstance(value, Mapping):
        return {name: _without(inner, (*path, name), model, parted) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_without(inner, (*path, position), model, parted) for position, inner in enumerate(value))
    return value


def _taken(value: Any, parts: Parts, number: NumberField, parted: Parted) -> Any:
    path = dotted(parts)
    distribution, problems = read_distribution(value, path)
    if number.certain:
        distribution, problems = None, [Problem(path, f"cannot be uncertain: {number.certain}")]
    central, wrong = (math.nan, "") if distribution is None else _middle(distribution, number)
    if distribution is None or wrong:
        parted.problems.extend([Problem(path, wrong)] if wrong else problems)
        parted.refused.add(path)
        return value
    parted.uncertain[path] = distribution
    return central


@lru_cache(maxsize=4096)  # a slider moves one number of many
def _middle(distribution: Distribution, number: NumberField) -> tuple[float, str]:
    """The median of a distribution, and what is wrong with it as a value of this number."""
    central = distribution.central
    if not (math.isfinite(central) and number.allows(central)):
        unit = f" [{number.unit}]" if number.unit else ""
        expected = f"{number.bounds or 'a finite number'}{unit}"
        return central, f"the middle of this distribution (its median) is {central:.4g}, expected {expected}"
    if {"low", "values"} & set(type(distribution).model_fields):
        ends = distribution.quantile([NEARLY_NEVER, 1.0 - NEARLY_NEVER])
        if not np.all(number.allows(ends)):
            return central, f"its draws lie between {ends[0]:,.4g} and {ends[1]:,.4g}, expected {number.bounds}"
    return central, ""


def read_distribution(value: Any, path: str) -> tuple[Distribution | None, list[Problem]]:
    """A distribution from what a person wrote."""
    if isinstance(value, Distribution):
        return value, []
    given = dict(value)
    word = given.get("distribution", "pert")
    if "distribution" not in given and not {"low", "likely", "high"} & set(given):
        known = [name for name, kind in DISTRIBUTIONS.items() if set(given) <= set(kind.model_fields)]
        expected = " or ".join(f"'{name}'" for name in known[:2]) if len(known) <= 2 else ""
        mend = f"with these parameters, expected distribution = {expected}"
        mend = mend if expected else f"expected one such as {EXAMPLE}"
        return None, [Problem(f"{path}.distribution", f"is missing; {mend}")]
    if not isinstance(word, str) or word not in DISTRIBUTIONS:
        near = closest(word, DISTRIBUTIONS) if isinstance(word, str) else None
        hint = f"; did you mean '{near}'?" if near else ""
        words = ", ".join(f"'{name}'" for name in DISTRIBUTIONS)
        return None, [Problem(f"{path}.distribution", f"found {shown(word)}, expected one of {words}{hint}")]
    model = DISTRIBUTIONS[word]
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        return None, from_validation(error, model, given, prefix=path, locate=nowhere)


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


def draw_table(scenario: Scenario, uniforms: Floats) -> dict[str, Floats]:
    """Values of the uncertain numbers, with the distributions and rank correlations that the scenario says.

    Gaussian copula with given rank correlations: Clemen and Reilly (1999), Correlations and copulas for decision and
    risk analysis, https://doi.org/10.1287/mnsc.45.2.208.
    """
    uncertain = scenario.uncertain
    copula = copula_of(uncertain, scenario.correlations)
    if uniforms.ndim != 2 or uniforms.shape[1] != copula.shares.shape[1]:
        expected = f"expected (draws, {copula.shares.shape[1]}): one column for each source of the uncertain numbers"
        raise RequestError("draws cannot be made", f"found uniforms of shape {uniforms.shape}, {expected}")
    if not np.all((uniforms > 0) & (uniforms < 1)):
        raise RequestError("draws cannot be made", "expected uniforms above 0 and below 1")
    columns = np.asarray(list(correlated(uniforms, copula))).reshape(len(uncertain), len(uniforms))
    return dict(zip(uncertain, quantiles(list(uncertain.values()), columns), strict=True))


def check_draws(scenario: Scenario, table: Mapping[str, Floats]) -> None:
    """Refuse draws that a person could not have written as numbers."""
    problems = [each for path, draws in table.items() for each in _find_outside(scenario, path, np.asarray(draws))]
    if problems:
        raise ScenarioError("these draws cannot be used", problems)


BEYOND = {
    "ge": ("at_least", "below", "down"),
    "gt": ("at_least", "at or below", "down"),
    "le": ("at_most", "above", "up"),
    "lt": ("at_most", "at or above", "up"),
}
"""Of draws beyond a limit: the parameter that would cut them off, where they lie, and which way they reach."""


def _find_outside(scenario: Scenario, path: str, draws: Floats) -> Iterator[Problem]:
    number = number_at(type(scenario), path.split("."))
    if number is None or number.certain:
        yield Problem(path, f"cannot be uncertain: {number.certain if number else 'it is not a number of a scenario'}")
        return
    out_of = f"of {whole(len(draws))} draws"
    endless = int(np.count_nonzero(~np.isfinite(draws)))
    if endless:
        yield Problem(path, f"{whole(endless)} {out_of} are not finite; write at_least and at_most in its distribution")
        return
    for name, limit in number.limits.items():
        outside = draws[~LIMITS[name][1](draws, limit)]
        if outside.size:
            parameter, words, way = BEYOND[name]
            worst = float(outside.min() if parameter == "at_least" else outside.max())
            # A bound that is itself not allowed cannot be the truncation: one hundredth of the way to the middle can.
            middle = float(scenario.get(path))
            write = limit if name in ("ge", "le") else float(f"{limit + 0.01 * (middle - limit):.2g}")
            found = f"{whole(outside.size)} {out_of} {'is' if outside.size == 1 else 'are'} {words} {figure(limit)}"
            mend = f"write {parameter} = {write:.12g} in its distribution"
            yield Problem(path, f"{found}, {way} to {worst:.4g}; {mend}")
