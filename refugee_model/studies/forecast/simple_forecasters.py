"""Plain statistics of later counts: how fast people come goes on, changes slowly, may stop, and runs out of people.

Nothing here knows about roads or places. The logarithm of the rate at which people come, or of the hazard of those
still to come, is a level that wanders from day to day, in one forecaster with a trend that fades; reports show it with
an error. How much it wanders and how far reports are off is learned from the reports themselves, within wide ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

DRAWS = 2000
REPORT_ERROR, CHANGE = 0.2, 0.10
"""Error of the logarithm of a rate between two reports a day apart, and how much its level changes in a day; standard
deviations. These and the next were set once on nine published series; other values from 0.12 to 0.3
change their scores by less than a twentieth. Smaller changes and more doubt (0.15 and 0.8 before) hold more later
reports of invented shapes, as was asked."""
DOUBT = 1.2
"""Both may be larger or smaller by a factor with this spread, which the reports teach."""
FIRST = 1.0
"""Doubt of the first rate: when people began to come is not known well."""
TREND, TREND_CHANGE, TREND_KEPT = 0.3, 0.1, 0.7
"""Spread of the trend at the start and of its changes in a day; share of it that is left after a day."""
JUMPS_PER_DAY, JUMP = 0.1, 1.0
"""How often the level has become another at once, and the standard deviation by which: it is left behind, and the days
ahead are taken to have none, as their ranges are wide enough on the series."""
QUIET, FLOOR = 0.03, 0.01
"""Days with less than this part of the median rate before them are quiet: the flow may have stopped. A rate below the
second part counts as that, as logarithms need a little."""
STOPS_PER_DAY, OF_STOPS_DAYS = 0.02, 25.0
RESUMES_PER_DAY, OF_RESUMES_DAYS = 0.1, 10.0
"""How often a flow stops, by a closure or an emptied area, and how often one that has stopped goes on, before reports
tell; they count as much as so many days of reports."""
NOT_MADE = 0.3
"""Chance that a last count like the one before it was not made but said again, as on a weekend; assumed. That several
in a row were not has this chance to the power of their number."""
GROUP = 20.0
"""People come in groups of about so many: a few people tell little of a rate."""
OVERTAKEN, HIGHEST = 0.3, 0.95
"""Where the plan has been overtaken, up to this share of the count may still come; where the count is beyond this
quantile of the plan by a greater factor, up to that factor: what was wrong once may be so again."""
LEAST_HOURS = 3.0
"""Reports closer than this are taken as one, the later."""
MOST_GROWTH = 3.0
"""Logarithm of the largest factor by which a rate may grow after the last report."""
EARLY_HOURS = 6.0
"""Reports are taken to span at least so long."""
STEP_DAYS, LATER_STEP_DAYS, SOON_DAYS = 0.25, 1.0, 10.0


class Counts(NamedTuple):
    """Counts of a total that does not fall: hours, values and errors of rounding (count,); whether from nothing at
    hour 0 on.
    """

    hours: Floats
    values: Floats
    rounding: Floats
    from_nothing: bool = True


class Forecaster(NamedTuple):
    """What goes on: the rate, or the hazard of those still to come; with a trend or without."""

    name: str
    of_hazard: bool
    trend: bool


FORECASTERS = (
    Forecaster("the rate goes on", of_hazard=False, trend=False),
    Forecaster("the hazard of those still to come goes on", of_hazard=True, trend=False),
    Forecaster("the same with a trend that fades", of_hazard=True, trend=True),
)


class _Rates(NamedTuple):
    """Mean rates between counts, arrays (interval,): middles and lengths [days], logarithms, people in the middle, what
    few people and rounding add to the variance, and whether hardly anybody came.
    """

    middle: Floats
    length: Floats
    logarithm: Floats
    people: Floats
    variance: Floats
    quiet: NDArray[np.bool_]


@dataclass(frozen=True)
class _Learned:
    """Draws (draw,) of level and trend of the logarithm at the last count, how they change in a day, of all people, and
    of whether the flow has stopped; how often it stops and goes on in a day.
    """

    level: Floats
    trend: Floats
    change: Floats
    trend_change: Floats
    error: Floats
    people: Floats
    stopped: NDArray[np.bool_]
    stops: float
    resumes: float


def apart(counts: Counts) -> Counts:
    """Counts at least some hours apart, the last always among them; highest so far, as totals cannot fall."""
    highest, kept = np.maximum.accumulate(counts.values), [len(counts.hours) - 1]
    for number in range(len(counts.hours) - 2, -1, -1):
        if counts.hours[kept[-1]] - counts.hours[number] >= LEAST_HOURS:
            kept.append(number)
    rows = kept[::-1]
    return counts._replace(hours=counts.hours[rows], values=highest[rows], rounding=counts.rounding[rows])


def later_counts(
    counts: Counts, planned: Floats, hours: Floats, forecaster: Forecaster, random: np.random.Generator
) -> Floats:
    """Draws of later counts, array (time, draw); ``planned`` (draw,) are draws of people in all [people].

    Never below the last count.
    """
    counts = apart(counts)
    found = _later(counts, planned, hours, forecaster, random)
    repeats = int(np.sum(counts.values == counts.values[-1])) - 1
    if not 0 < repeats < len(counts.values) - 1:
        return found
    known = counts._replace(**{name: getattr(counts, name)[:-repeats] for name in ("hours", "values", "rounding")})
    missed = random.random(found.shape[1]) < NOT_MADE**repeats
    return np.where(missed, _later(known, planned, hours, forecaster, random), found)


def _later(
    counts: Counts, planned: Floats, hours: Floats, forecaster: Forecaster, random: np.random.Generator
) -> Floats:
    """The same, each count taken as one that was made."""
    learned = _learn(_rates(counts), counts, planned, forecaster, random)
    days = (hours - counts.hours[-1]) / 24.0
    grid, paths = _go_on(learned, counts.values[-1], float(days.max()), forecaster, random)
    place = np.clip(np.searchsorted(grid, days, side="right") - 1, 0, len(grid) - 2)
    part = ((days - grid[place]) / np.diff(grid)[place])[:, None]
    found = paths[place] + part * (paths[place + 1] - paths[place])
    spread = learned.error / np.maximum(days, STEP_DAYS)[:, None] ** 0.5
    added = (found - counts.values[-1]) * np.exp(spread * random.standard_normal(found.shape[1]))
    added = np.minimum(added, learned.people - counts.values[-1])  # no error makes more of them than there are
    half = 0.5 * counts.rounding[-1]
    # Where fewer come than the last digit shows, the next report says the same again.
    return np.asarray(counts.values[-1] + np.where(added > half, added + half * random.random(found.shape[1]), 0.0))


def _rates(counts: Counts) -> _Rates:
    hours, values, rounding = counts.hours, counts.values, counts.rounding
    if counts.from_nothing or len(hours) == 1:
        begin = 0.0 if hours[0] > 0 else hours[0] - 24.0
        hours, values, rounding = np.r_[begin, hours], np.r_[0.0, values], np.r_[0.0, rounding]
    length = np.diff(hours) / 24.0
    came, few = np.diff(values), GROUP / 4.0 * np.minimum(length, 1.0)
    usual = length * [np.median((came / length)[: max(number, 1)]) for number in range(len(length))]
    quiet = came <= np.maximum(few, QUIET * usual)
    quiet[0] = False  # nothing is known before it
    added = np.maximum(came, np.maximum(few, FLOOR * usual))
    variance = GROUP / added + (np.square(rounding[1:]) + np.square(rounding[:-1])) / 12.0 / np.square(added)
    middle, people = (hours[1:] + hours[:-1]) / 48.0, (values[1:] + values[:-1]) / 2
    return _Rates(middle, length, np.log(added / length), people, variance, quiet)


def _learn(
    rates: _Rates, counts: Counts, planned: Floats, forecaster: Forecaster, random: np.random.Generator
) -> _Learned:
    """Filter the rates for each draw of what is not known, and keep the draws that foretold each rate best."""
    draws, last = len(planned), counts.values[-1]
    error, change, trend_change = (
        size * np.exp(DOUBT * random.standard_normal(draws)) for size in (REPORT_ERROR, CHANGE, TREND_CHANGE)
    )
    # Within the first days a rate can become another sooner than later on.
    change = change * (1.0 + 24.0 / max(counts.hours[-1] - counts.hours[0], EARLY_HOURS)) ** 0.5
    trend_change = trend_change if forecaster.trend else np.zeros(draws)
    wrong = max(1.0 + OVERTAKEN, last / max(float(np.quantile(planned, HIGHEST)), 1.0))
    people = np.maximum(planned, last * wrong ** random.random(draws))
    shown = rates.logarithm[:, None] - (np.log(people - rates.people[:, None]) if forecaster.of_hazard else 0.0)
    filtered = _Filter(
        np.broadcast_to(shown, (len(shown), draws)), rates, error, change, trend_change, forecaster.trend
    )
    filtered.run(counts.hours[-1] / 24.0, random)
    weights = np.exp(filtered.fit - filtered.fit.max())
    places = (np.arange(draws) + random.random()) / draws
    chosen = random.permutation(np.minimum(np.searchsorted(np.cumsum(weights / weights.sum()), places), draws - 1))
    level, trend = filtered.drawn(random)
    stopped = random.random(draws) < filtered.stopped
    # A flow that goes on again does so at anything between what is left of it, which is likelier, and what it was.
    back = np.square(random.random(draws)) * np.maximum(filtered.before - level, 0.0)
    level = np.where(stopped, level + back, level)
    moves = (change[chosen], trend_change[chosen], error[chosen], people[chosen])
    return _Learned(level[chosen], trend[chosen], *moves, stopped[chosen], *_how_often(rates))


def _how_often(rates: _Rates) -> tuple[float, float]:
    """How often a flow stops, and goes on, in a day: as before any report, and as in these."""
    before, after = rates.quiet[:-1], rates.quiet[1:]
    going, quiet = rates.length[~rates.quiet].sum(), rates.length[rates.quiet].sum()
    stops = (STOPS_PER_DAY * OF_STOPS_DAYS + (~before & after).sum()) / (OF_STOPS_DAYS + going)
    resumes = (RESUMES_PER_DAY * OF_RESUMES_DAYS + (before & ~after).sum()) / (OF_RESUMES_DAYS + quiet)
    return float(stops), float(resumes)


class _Filter:
    """Kalman filter of level and trend, one for each draw: means and covariances, arrays (draw,)."""

    def __init__(
        self, shown: Floats, rates: _Rates, error: Floats, change: Floats, trend_change: Floats, trend: bool
    ) -> None:
        self.shown, self.rates = shown, rates
        self.error, self.change, self.trend_change = np.square(error), np.square(change), np.square(trend_change)
        draws = len(error)
        self.level, self.trend = shown[0].copy(), np.zeros(draws)
        self.of_level = FIRST**2 + self.error + rates.variance[0]
        self.of_both, self.of_trend = np.zeros(draws), np.full(draws, TREND**2 if trend else 0.0)
        self.fit, self.stopped = np.zeros(draws), np.zeros(draws)
        self.before = self.level

    def run(self, until: float, random: np.random.Generator) -> None:
        """Take in all rates, and go on to the last count [days]."""
        for number in range(1, len(self.shown)):
            days = self.rates.middle[number] - self.rates.middle[number - 1]
            self._wait(days)
            jumped = random.random(len(self.level)) < -np.expm1(-JUMPS_PER_DAY * days)
            self.of_level = self.of_level + JUMP**2 * jumped
            self._take(number)
        self._wait(until - self.rates.middle[-1])

    def _wait(self, days: float) -> None:
        kept, moved = _faded(days)
        self.level, self.trend = self.level + moved * self.trend, kept * self.trend
        self.of_level = self.of_level + 2 * moved * self.of_both + moved**2 * self.of_trend + self.change * days
        self.of_both = kept * (self.of_both + moved * self.of_trend)
        added = (1.0 - kept**2) / (-2.0 * np.log(TREND_KEPT))
        self.of_trend = kept**2 * self.of_trend + self.trend_change * added

    def _take(self, number: int) -> None:
        length = max(self.rates.length[number], STEP_DAYS)
        whole = self.of_level + self.error / length**0.5 + self.rates.variance[number]
        off = self.shown[number] - self.level
        if not (self.rates.quiet[number] and self.rates.quiet[number - 1]):
            self.before = self.level
        self.stopped = self._stopped(number, off / np.sqrt(whole)) if self.rates.quiet[number] else 0.0 * self.stopped
        to_level, to_trend = self.of_level / whole, self.of_both / whole
        self.level, self.trend = self.level + to_level * off, self.trend + to_trend * off
        self.of_trend = self.of_trend - to_trend * self.of_both
        self.of_both, self.of_level = (1.0 - to_level) * self.of_both, (1.0 - to_level) * self.of_level
        self.fit = self.fit - 0.5 * (np.log(whole) + np.square(off) / whole)

    def _stopped(self, number: int, off: Floats) -> Floats:
        """Chance that the flow has stopped, after a quiet interval that is so far off for one that goes on."""
        goes_on = (1.0 - self.stopped) * np.exp(-STOPS_PER_DAY * self.rates.length[number])
        return np.asarray((1.0 - goes_on) / (1.0 - goes_on + goes_on * ndtr(off)))

    def drawn(self, random: np.random.Generator) -> tuple[Floats, Floats]:
        """Level and trend of each draw."""
        one, other = random.standard_normal((2, len(self.level)))
        size = np.sqrt(self.of_level)
        shared = self.of_both / np.maximum(size, 1e-12)
        own = np.sqrt(np.maximum(self.of_trend - np.square(shared), 0.0))
        return self.level + size * one, self.trend + shared * one + own * other


def _faded(days: float) -> tuple[float, float]:
    """Share of a trend that is left after some days, and by how much it has moved the level meanwhile."""
    kept = TREND_KEPT**days
    return kept, (1.0 - kept) / -float(np.log(TREND_KEPT))


def _go_on(
    learned: _Learned, last: float, days: float, forecaster: Forecaster, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Days after the last count, array (time,), and people counted by then (time, draw)."""
    grid = np.concatenate(
        (np.arange(0.0, min(days, SOON_DAYS), STEP_DAYS), np.arange(SOON_DAYS, days, LATER_STEP_DAYS))
    )
    grid = np.unique(np.append(grid, max(days, STEP_DAYS)))
    level, trend, draws = learned.level, learned.trend, len(learned.level)
    most, people, stopped = level + MOST_GROWTH, np.full(draws, last), learned.stopped
    paths = [people]
    for begin, end in pairwise(grid):
        length = end - begin
        kept, moved = _faded(length)
        wander, other = random.standard_normal((2, draws)) * np.sqrt(length)
        level = np.minimum(level + moved * trend + learned.change * wander, most)
        trend = kept * trend + learned.trend_change * other
        chance, before = -np.expm1(-length * np.where(stopped, learned.resumes, learned.stops)), stopped
        stopped = stopped ^ (random.random(draws) < chance)
        grown = np.exp(level) * length * (1.0 - 0.5 * before - 0.5 * stopped)
        left = learned.people - people  # nobody beyond them comes, whatever goes on
        people = people + (left * -np.expm1(-grown) if forecaster.of_hazard else np.minimum(grown, left))
        paths.append(people)
    return grid, np.array(paths)
