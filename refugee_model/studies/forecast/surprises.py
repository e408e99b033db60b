"""Reports that a scenario did not think possible, and what in it stands against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.scenario.reports import REPORTED, where_reported
from refugee_model.wording import listed, rounded, short_moment

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

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
    """What draws would have reported.

    Attributes
    ----------
    values : array (draw, report) [people or vehicles]
        Errors included.
    numbers : dict of str to array (draw,)
        The uncertain numbers that made them, by path.
    """

    values: Floats
    numbers: Mapping[str, Floats]

    def beyond(self, reported: Floats) -> NDArray[np.int64]:
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
        worst = (
            int(rows[np.argmax(np.where(too_many[rows], reported[rows], -1.0))])
            if too_many[rows].any()
            else int(rows[0])
        )
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
    values = _ranks(before.values[:, report])
    strength = {path: float(np.mean(values * _ranks(number))) for path, number in before.numbers.items()}
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


def _ranks(values: Floats) -> Floats:
    """Ranks with mean 0 and variance 1, array (draw,)."""
    ranks = pd.Series(values).rank().to_numpy(dtype=float)
    spread = ranks.std()
    return np.asarray((ranks - ranks.mean()) / (spread if spread > 0 else 1.0))


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
