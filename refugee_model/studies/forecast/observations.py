"""How far a report may be from what happened: the errors of each kind of report."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, pi
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.scenario.reports import BY_ROUTE, CLOCK_HOURS, USUAL_CLOCK

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

ERRORS = {
    "arrived": (0.05, 0.005),
    "vehicles": (0.10, 0.0025),
    "registered": (0.05, 0.005),
    "in_state_accommodation": (0.15, 0.0025),
    "left_country": (0.30, 0.005),
    "waiting": (0.30, 0.01),
    "departed": (0.20, 0.02),
}
"""Relative error of a report, and its error when next to nothing happened as a share of all people; standard
deviations, assumed.

They cover the report and what the rules leave out: no projection follows every hour. They were chosen by trying some
thirty combinations on the exodus of 2023, so the skill that is published for it is not blind to them.
"""
LATEST = 0.4
"""The last report of each quantity and place has this share of the error: a forecast goes on from it, and earlier ones
only lead to it.
Assumed."""
OF_A_PLACE = (0.50, 0.0025)
"""The same for one province: who counts where differs from day to day; assumed."""
OF_A_ROUTE = 2.0
"""A report of one route has so many times the relative error of one of all, and the same error when next to nothing
happened: who takes which road is projected less well than how many come; assumed. Reports of all four roads of a
network then tell as much of their sum as one report of it."""
ERROR_DEGREES = 4.0
"""Degrees of freedom of the errors of reports: one that contradicts the others does not overrule them."""


@dataclass(frozen=True)
class Observations:
    """Reports as numbers.

    Attributes
    ----------
    values : array (report,) [people or vehicles]
        What was reported.
    relative, floor : array (report,)
        Relative error, and the value below which it no longer falls with the value [people or vehicles].
    rounding : array (report,)
        Unit to which the value was rounded.
    clock : array (report,) [h]
        Standard deviation of the clock time.
    """

    values: Floats
    relative: Floats
    floor: Floats
    rounding: Floats
    clock: Floats

    def spread(self, projected: Floats, rate: Floats) -> Floats:
        """Standard deviation of the logarithm of value + floor."""
        amount = np.square(self.rounding) / 12.0 + np.square(rate * self.clock)
        return np.sqrt(np.square(self.relative) + amount / np.square(projected + self.floor))

    def log_likelihood(self, projected: Floats, rate: Floats) -> Floats:
        """Logarithm of the probability density of all reports, array (draw,); Student-t on the scale of logarithms."""
        spread = self.spread(projected, rate)
        standard = self._off(projected, spread)
        constant = lgamma((ERROR_DEGREES + 1) / 2) - lgamma(ERROR_DEGREES / 2) - 0.5 * log(ERROR_DEGREES * pi)
        terms = constant - np.log(spread) - 0.5 * (ERROR_DEGREES + 1) * np.log1p(np.square(standard) / ERROR_DEGREES)
        # In the order of the reports, so that the last bit does not depend on how many draws there are.
        total: Floats = np.cumsum(terms, axis=1)[:, -1]
        return total

    def errors(self, projected: Floats, rate: Floats) -> Floats:
        """How far what is projected lies above each report, in standard deviations, array (draw, report)."""
        return self._off(projected, self.spread(projected, rate))

    def _off(self, projected: Floats, spread: Floats) -> Floats:
        return np.asarray((np.log(projected + self.floor) - np.log(self.values + self.floor)) / spread)

    def simulate(self, projected: Floats, rate: Floats, random: np.random.Generator) -> Floats:
        """Reports with errors of this kind about what was projected, array (draw, report).

        Below 0 where next to nothing was projected.
        """
        errors = self.spread(projected, rate) * random.standard_t(ERROR_DEGREES, projected.shape)
        return np.asarray((projected + self.floor) * np.exp(errors) - self.floor)


def _error(quantity: str, place: str) -> tuple[float, float]:
    """Relative error, and that when next to nothing happened as a share of all people."""
    relative, floor = ERRORS[quantity]
    if not place:
        return relative, floor
    return (OF_A_ROUTE * relative, floor) if quantity in BY_ROUTE else OF_A_PLACE


def observations_of(reports: pd.DataFrame, people: float) -> Observations:
    """What reports say, and how far each may be off."""
    items = list(zip(reports["quantity"], reports["place"], strict=True))
    errors = [_error(quantity, place) for quantity, place in items]
    last = {item: number for number, item in enumerate(items)}
    share = np.where(np.isin(np.arange(len(reports)), list(last.values())), LATEST, 1.0)
    relative, floor = (np.asarray(column, dtype=np.float64) for column in zip(*errors, strict=True))
    floor, relative = floor * share * people / (relative * share), relative * share
    clock = np.asarray([CLOCK_HOURS.get(said, CLOCK_HOURS[USUAL_CLOCK]) for said in reports["clock_time"]])
    width = (reports["latest"] - reports["earliest"]).dt.total_seconds().to_numpy(dtype=float) / 3600.0
    return Observations(
        values=reports["value"].to_numpy(),
        relative=relative,
        floor=np.maximum(floor, 1.0),
        rounding=reports["rounding"].fillna(1.0).to_numpy(),
        clock=np.where(np.isnan(width), clock, width / np.sqrt(12.0)),
    )
