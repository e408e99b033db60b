"""How far a report may be from what happened, and which reports a scenario did not think possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import lgamma, log, pi
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats, Integers
from refugee_model.scenario.reports import BY_ROUTE, CLOCK_HOURS, REPORTED, USUAL_CLOCK, where_reported
from refugee_model.wording import rounded, short_moment

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
    return f"widen {' and '.join(ranges)}"


def _named(used: pd.DataFrame, row: int, scenario: Scenario) -> str:
    report = used.iloc[row]
    time = report["time"].tz_convert(scenario.timeline.start.tzinfo)
    place = where_reported(report["quantity"], report["place"])
    return f"the report {report['quantity']}{place} = {report['value']:,.0f} at {short_moment(time, year=True)}"


def highest(scenario: Scenario, path: str) -> float:
    """The most that an uncertain or a certain number of a scenario can be."""
    distribution = scenario.uncertain.get(path)
    if distribution is not None:
        return float(distribution.quantile(np.array([ALMOST_CERTAIN]))[0])
    return scenario.people.total if path == "people.total" else np.inf
