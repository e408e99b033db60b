"""A change that scales what stands at a path, whatever it is: a number, a range or a schedule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from refugee_model.errors import Problem, RequestError
from refugee_model.scenario.distribution import Distribution, looks_uncertain
from refugee_model.wording import as_found, figure

SCALED = ("low", "likely", "high", "mean", "sd", "median", "values", "at_least", "at_most", "plus")
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
        if (
            isinstance(value, list | tuple)
            and value
            and all(isinstance(change, Mapping) and "value" in change for change in value)
        ):
            return [{**change, "value": self.of(change["value"])} for change in value]
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
        return {name: self._of_parameter(value) if name in SCALED else value for name, value in whole.items()}

    def _of_parameter(self, value: Any) -> Any:
        return [each * self.factor for each in value] if isinstance(value, list | tuple) else value * self.factor

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
        raise RequestError(
            "nothing can be scaled",
            [Problem("factor", f"found {as_found(factor)}, expected a number of at least 0, such as 0.5")],
        )
    return Times(float(factor))
