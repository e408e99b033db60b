"""How far a report may be from what happened: the errors of each kind of report."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, pi
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.scenario.reports import BY_ROUTE, CLOCK_HOURS, USUAL_CLOCK
from refugee_model.studies.forecast.simple_forecasters import STEP_DAYS

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
"""The last of the other reports of each quantity and place has this share of the error: a forecast goes on from it, and
earlier ones only lead to it.
Assumed."""
GO_ON, STAYS, BY_ITSELF = ("arrived", "registered"), 0.10, 0.02
"""Totals from whose last count a forecast goes on, if they are of all places; the relative error of those whom they
count in a day, which stays in the total; and that of one report by itself. Assumed: the first is half of what plain
statistics take it to be, as ups and downs from hour to hour are the scenario's own, and the better of two on the exodus
of 2023.
"""
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
    stays : array (report,)
        The relative error of those who came since the report before, which stays in the total; 0 where there is none.
    before : array (report,)
        The report of the same quantity and place before, -1 if there is none.
    """

    values: Floats
    relative: Floats
    floor: Floats
    rounding: Floats
    clock: Floats
    stays: Floats
    before: NDArray[np.int64]

    def spread(self, projected: Floats, rate: Floats) -> Floats:
        """Standard deviation of the logarithm of value + floor, but for what stays in totals."""
        amount = np.square(self.rounding) / 12.0 + np.square(rate * self.clock)
        return np.sqrt(np.square(self.relative) + amount / np.square(projected + self.floor))

    def log_likelihood(self, projected: Floats, rate: Floats) -> Floats:
        """Logarithm of the probability density of all reports, array (draw,); Student-t on the scale of logarithms."""
        off, spread = self._innovations(projected, rate)
        constant = lgamma((ERROR_DEGREES + 1) / 2) - lgamma(ERROR_DEGREES / 2) - 0.5 * log(ERROR_DEGREES * pi)
        terms = constant - np.log(spread)
        terms -= 0.5 * (ERROR_DEGREES + 1) * np.log1p(np.square(off / spread) / ERROR_DEGREES)
        # In the order of the reports, so that the last bit does not depend on how many draws there are.
        total: Floats = np.cumsum(terms, axis=0)[-1]
        return total

    def errors(self, projected: Floats, rate: Floats) -> Floats:
        """How far what is projected lies above each report, what stays in totals taken off, in standard deviations,
        array (draw, report).
        """
        off, spread = self._innovations(projected, rate)
        return np.ascontiguousarray((off / spread).T)

    def simulate(self, projected: Floats, rate: Floats, random: np.random.Generator) -> Floats:
        """Reports with errors of this kind about what was projected, array (draw, report).

        Below 0 where next to nothing was projected.
        """
        errors = self.spread(projected, rate) * random.standard_t(ERROR_DEGREES, projected.shape)
        lasting = np.zeros_like(errors)
        for report in self._totals:
            kept = self._kept(projected, report)
            came = self.stays[report] * (1.0 - kept) * random.standard_normal(len(projected))
            lasting[:, report] = kept * lasting[:, self.before[report]] + came
        return np.asarray((projected + self.floor) * np.exp(errors + lasting) - self.floor)

    @property
    def _totals(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.stays > 0)

    def _kept(self, projected: Floats, report: int) -> Floats:
        """The share of a total that had come by the report before, array (draw,)."""
        before = self.before[report]
        if before < 0:
            return np.zeros(len(projected))
        earlier, now = (projected[:, each] + self.floor[each] for each in (before, report))
        return np.minimum(earlier / now, 1.0)

    def _innovations(self, projected: Floats, rate: Floats) -> tuple[Floats, Floats]:
        """How far each report lies from what is projected and the reports before it lead to expect, and its standard
        deviation, arrays (report, draw).

        A Kalman filter follows what stays in each total; a report that is far off moves it less.
        """
        spread = np.ascontiguousarray(self.spread(projected, rate).T)
        off = np.ascontiguousarray((np.log(projected + self.floor) - np.log(self.values + self.floor)).T)
        lasting, doubt = np.zeros_like(off), np.zeros_like(off)
        for report in self._totals:
            before, kept = self.before[report], self._kept(projected, report)
            variance = np.square(kept) * doubt[before] + np.square(self.stays[report] * (1.0 - kept))
            whole = variance + np.square(spread[report])
            off[report] -= kept * lasting[before]
            far = np.square(off[report]) / whole
            gain = variance / whole * np.minimum((ERROR_DEGREES + 1.0) / (ERROR_DEGREES + far), 1.0)
            lasting[report] = kept * lasting[before] + gain * off[report]
            doubt[report] = (1.0 - gain) * variance
            spread[report] = np.sqrt(whole)
        return off, spread


def _error(quantity: str, place: str) -> tuple[float, float]:
    """Relative error, and that when next to nothing happened as a share of all people."""
    relative, least = ERRORS[quantity]
    if not place:
        return relative, least
    return (OF_A_ROUTE * relative, least) if quantity in BY_ROUTE else OF_A_PLACE


def alone(relative: Floats, floor: Floats) -> Observations:
    """Reports of which each has an error of its own, and nothing else is known."""
    none = np.zeros_like(relative)
    return Observations(none, relative, floor, none, none, none, np.full(len(none), -1))


def observations_of(reports: pd.DataFrame, people: float) -> Observations:
    """What reports say, and how far each may be off."""
    items = list(zip(reports["quantity"], reports["place"], strict=True))
    goes_on = np.array([quantity in GO_ON and not place for quantity, place in items])
    relative, least = (np.array(column) for column in zip(*(_error(*item) for item in items), strict=True))
    before, latest = np.full(len(items), -1), dict[tuple[str, str], int]()
    for number, item in enumerate(items):
        before[number] = latest.get(item, -1)
        latest[item] = number
    hours = reports["hours"].to_numpy(dtype=float)
    days = (hours - np.where(before < 0, 0.0, hours[before])) / 24.0
    share = np.where(np.isin(np.arange(len(items)), list(latest.values())), LATEST, 1.0)
    clock = np.asarray([CLOCK_HOURS.get(said, CLOCK_HOURS[USUAL_CLOCK]) for said in reports["clock_time"]])
    width = (reports["latest"] - reports["earliest"]).dt.total_seconds().to_numpy(dtype=float) / 3600.0
    return Observations(
        values=reports["value"].to_numpy(),
        relative=np.where(goes_on, BY_ITSELF, relative * share),
        floor=np.maximum(least / np.where(goes_on, STAYS, relative) * people, 1.0),
        rounding=reports["rounding"].fillna(1.0).to_numpy(),
        clock=np.where(np.isnan(width), clock, width / np.sqrt(12.0)),
        stays=np.where(goes_on, STAYS / np.maximum(days, STEP_DAYS) ** 0.5, 0.0),
        before=before,
    )
