"""Changes by dotted path: of numbers, ranges, schedules and whole groups; and what stands at a path."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from refugee_model.errors import Problem, RequestError, ScenarioError
from refugee_model.scenario.distributions import Distribution, looks_uncertain
from refugee_model.scenario.fields import entries_of
from refugee_model.scenario.values import Assumptions
from refugee_model.wording import as_found, figure

SCALED = {"low", "likely", "high", "mean", "sd", "median", "values", "at_least", "at_most", "plus"}
"""Parameters of distributions that have the unit of the number; shapes and weights have none."""


@dataclass(frozen=True)
class Times:
    """What :func:`times` gives: a factor for whatever stands at a path."""

    factor: float

    def of(self, value: Any) -> Any:
        """The value times the factor, as a person would write it; ``ValueError`` says why there is no such thing."""
        if isinstance(value, Distribution):
            value = value.plain()
        if looks_uncertain(value):
            return self._of_range(value)
        entries = value if isinstance(value, list | tuple) else ()
        if entries and all(isinstance(change, Mapping) and "value" in change for change in entries):
            return [{**change, "value": self.of(change["value"])} for change in entries]
        if value is None:
            raise ValueError("is blank, so there is nothing to scale; give a number")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("is no number, range or schedule, so it cannot be scaled; give the paths of numbers in it")
        scaled = value * self.factor
        return int(scaled) if isinstance(value, int) and scaled == int(scaled) else scaled

    def _of_range(self, given: Mapping[str, Any]) -> Any:
        """A range that stays a range; one that is scaled to nothing is 0."""
        if self.factor == 0.0:
            return 0.0
        whole = {**({"low": 0.0, "high": 1.0} if given.get("distribution") == "beta" else {}), **given}
        for name in SCALED & whole.keys():
            value = whole[name]
            many = isinstance(value, list | tuple)
            whole[name] = [each * self.factor for each in value] if many else value * self.factor
        return whole

    def __str__(self) -> str:
        return f"times({figure(self.factor)})"


def times(factor: float) -> Times:
    """A change that multiplies what stands at a path.

    Parameters
    ----------
    factor : float
        At least 0; 0.5 halves.

    Returns
    -------
    Times
        To be given to ``Scenario.change`` instead of a value: a number, a range or every number of a schedule is
        multiplied. Ranges stay ranges, with their shape.

    Raises
    ------
    RequestError
        If the factor is not a finite number of at least 0.

    Examples
    --------
    >>> import refugee_model as rm
    >>> scenario = rm.load_scenario("lachin-2023")
    >>> scenario.change({"people.total": rm.times(0.5)}).people.total == 0.5 * scenario.people.total
    True
    """
    is_number = isinstance(factor, int | float | np.number) and not isinstance(factor, bool)
    if not is_number or not math.isfinite(factor) or factor < 0:
        found = f"found {as_found(factor)}, expected a number of at least 0, such as 0.5"
        raise RequestError("nothing can be scaled", [Problem("factor", found)])
    return Times(float(factor))


def around(path: str) -> Iterator[str]:
    """A dotted path and those of the groups around it, the innermost first."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def standing_at(values: Any, path: str) -> Any:
    """What stands under a dotted path of nested plain values, in which groups may be models."""
    for part in path.split("."):
        inner = entries_of(values) if isinstance(values, Assumptions) else values
        values = inner[int(part)] if isinstance(inner, list | tuple) else inner[part]
    return values


def written_age(path: str, changes: Mapping[str, Any]) -> float:
    """The age of a value after changes: 0 for what they write, 1 for what stood there before."""
    written = any(f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.") for other in changes)
    return 0.0 if written else 1.0


def changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of nested values with those under dotted paths replaced."""
    if not isinstance(changes, Mapping):
        expected = "expected new values by dotted path, such as {'people.total': 80_000}"
        raise ScenarioError("these changes cannot be used", f"found {type(changes).__name__}, {expected}")
    result: dict[str, Any] = _copied(values)
    problems: list[Problem] = []
    for path, value in changes.items():
        if not isinstance(path, str) or not all(path.split(".")):
            problems.append(Problem(str(path), "is not a dotted path such as people.total"))
            continue
        if any(part.startswith("-") and part[1:].isdigit() for part in path.split(".")):
            problems.append(Problem(path, "entries of a list are counted from 0, not from the end"))
            continue
        try:
            _replace(result, path.split("."), _copied(value))
        except (LookupError, TypeError, ValueError):
            said = "leads to nothing: a part of it is a single value, or an entry that a list does not have"
            problems.append(Problem(path, said))
    if problems:
        raise ScenarioError("these changes cannot be used", problems)
    return result


def _copied(value: Any) -> Any:
    """A copy of nested plain values; what stands in them is never changed."""
    if isinstance(value, dict):
        return {name: _copied(inner) for name, inner in value.items()}
    return type(value)(map(_copied, value)) if type(value) in (list, tuple) else value


def _replace(values: Any, parts: list[str], value: Any) -> None:
    *groups, last = parts
    for part in groups:
        if isinstance(values, list | tuple):
            values = values[int(part)]
        elif part in values:
            if isinstance(values[part], tuple):
                values[part] = list(values[part])
            elif isinstance(values[part], Distribution):
                values[part] = values[part].plain()
            values = values[part]
        else:
            values[part] = {}
            values = values[part]
    if isinstance(values, list):
        values[int(last)] = value
    elif isinstance(values, dict):
        values[last] = value
    else:
        raise TypeError(last)


def put_back(values: dict[str, Any], uncertain: Mapping[str, Any]) -> dict[str, Any]:
    """Put what is uncertain back in the place of its median."""
    for path, distribution in uncertain.items():
        group, _, last = path.rpartition(".")
        standing_at(values, group)[last] = distribution
    return values
