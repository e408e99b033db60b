"""How far a report may be from what happened, and which reports a scenario did not think possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import lgamma, log, pi
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from refugee_model import wording
from refugee_model.arrays import Floats, Integers
from refugee_model.scenario.reports import BY_ROUTE, CLOCK_HOURS, REPORTED, USUAL_CLOCK, where_reported
from refugee_model.studies.forecast.simple_forecasters import STEP_DAYS
from refugee_model.wording import listed, rounded, short_moment

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

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
    """Reports as numbers, arrays (report,)."""

    values: Floats
    """What was reported [people or vehicles]."""
    relative: Floats
    floor: Floats
    """Relative error, and the value below which it no longer falls with the value [people or vehicles]."""
    rounding: Floats
    """Unit to which the value was rounded."""
    clock: Floats
    """Standard deviation of the clock time [h]."""
    stays: Floats
    """The relative error of those who came since the report before, which stays in the total; 0 where there is none."""
    before: Integers
    """The report of the same quantity and place before, -1 if there is none."""

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
    def _totals(self) -> Integers:
        return np.flatnonzero(self.stays > 0)

    def _kept(self, projected: Floats, report: int) -> Floats:
        """The share of a total that had come by the report before, array (draw,)."""
        before = self.before[report]
        if before < 0:
            return np.zeros(len(projected))
        earlier, now = (projected[:, each] + self.floor[each] for each in (before, report))
        return np.asarray(np.minimum(earlier / now, 1.0))

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


RARE = 0.005
"""A report counts as outside what the scenario thinks possible where fewer draws lie beyond it, its own error
included."""
DECIDES = 0.3
"""Rank correlation from which on a number is said to decide what is reported."""
MOST_NUMBERS = 2
ALMOST_CERTAIN = 1.0 - 1e-9
PEOPLE = tuple(name for name in REPORTED if name != "vehicles")
"""Reported quantities of which there cannot be more than there are people."""


@dataclass(frozen=True)
class Would:
    """What draws would have reported."""

    values: Floats
    """Array (draw, report) [people or vehicles], errors included."""
    numbers: Mapping[str, Floats]
    """Arrays (draw,): the uncertain numbers that made them, by path."""

    def beyond(self, reported: Floats) -> Integers:
        """1 where a report lies above nearly all draws, -1 below, 0 among them; array (report,)."""
        above, below = (self.values >= reported).mean(axis=0), (self.values <= reported).mean(axis=0)
        return np.where(above < RARE, 1, np.where(below < RARE, -1, 0))

    def span(self, report: int) -> str:
        """Between which values 9 in 10 draws lie."""
        low, high = np.maximum(np.quantile(self.values[:, report], [0.05, 0.95]), 0.0)
        return f"{rounded(low)} to {rounded(high)}"


def surprises(scenario: Scenario, used: pd.DataFrame, before: Would, after: Would) -> Iterator[str]:
    """Sentences on reports beyond what the scenario thought possible, and on those that contradict the others."""
    reported = used["value"].to_numpy(dtype=float)
    outside = before.beyond(reported)
    most = highest(scenario, "people.total")
    too_many = used["quantity"].isin(PEOPLE).to_numpy() & (reported > most) & (outside > 0)
    for sign, words in ((1, "more"), (-1, "less")):
        rows = np.flatnonzero(outside == sign)
        if not len(rows):
            continue
        worst = int(rows[np.argmax(np.where(too_many[rows], reported[rows], -1.0))])  # the first, where none is
        possible = f"{words} than this scenario thinks possible (9 in 10 draws say {before.span(worst)})"
        if too_many[worst]:
            reason = f"people.total is at most {rounded(most)}, so widen people.total"
        else:
            reason = _reason(scenario, before, worst, sign)
        others = (
            f", and so do {len(rows) - 1} other reports"
            if len(rows) > 2
            else ", and so does another report"
            if len(rows) == 2
            else ""
        )
        yield f"{_named(used, worst, scenario)} says {possible}{others}. Check the report; if it is right, {reason}"
    rows = np.flatnonzero((after.beyond(reported) != 0) & (outside == 0))
    if len(rows):
        others = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        now = f"with all reports 9 in 10 draws say {after.span(int(rows[0]))}"
        yield (
            f"{_named(used, int(rows[0]), scenario)}{others} contradicts the other reports ({now}) and counts "
            "less: check it"
        )


def _reason(scenario: Scenario, before: Would, report: int, sign: int) -> str:
    """Which ranges would have to be wider."""
    ranks = pd.DataFrame(before.numbers).rank().corrwith(pd.Series(before.values[:, report]).rank())
    strength = {str(path): float(size) for path, size in ranks.items()}
    chosen = sorted(
        (path for path, size in strength.items() if abs(size) >= DECIDES), key=lambda path: -abs(strength[path])
    )
    ranges = []
    for path in chosen[:MOST_NUMBERS]:
        low, high = scenario.uncertain[path].quantile(np.array([0.05, 0.95]))
        ranges.append(
            f"{path} (now {rounded(low)} to {rounded(high)}, needs "
            f"{'higher' if strength[path] * sign > 0 else 'lower'} values)"
        )
    if not ranges:
        return "no uncertain number of the scenario changes this much: make what decides it uncertain"
    return f"widen {listed(ranges)}"


def _named(used: pd.DataFrame, row: int, scenario: Scenario) -> str:
    report = used.iloc[row]
    time = report["time"].tz_convert(scenario.timeline.start.tzinfo)
    place = where_reported(report["quantity"], report["place"])
    value = wording.whole(report.get("said", report["value"]))
    return f"the report {report['quantity']}{place} = {value} at {short_moment(time, year=True)}"


def highest(scenario: Scenario, path: str) -> float:
    """The most that an uncertain or a certain number of a scenario can be."""
    distribution = scenario.uncertain.get(path)
    if distribution is not None:
        return float(distribution.quantile(np.array([ALMOST_CERTAIN]))[0])
    return scenario.people.total if path == "people.total" else np.inf
