"""Counts of one total that disagree: two sources of which one counts more, or a fall that may be a correction.

Which of them is right is not known. So counts of several sources are brought to the scale of the one that counted last,
and draws are shared among what each source would say now: a range then begins at all of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from refugee_model.arrays import Flags, Floats, Integers
from refugee_model.outcomes.reported import right_counts
from refugee_model.outcomes.reports import SOURCE
from refugee_model.scenario.reports import CURRENT
from refugee_model.studies.forecast.observations import GO_ON

FEW_PEOPLE = 100.0
"""Of fewer one group more or less is no other source."""
LEAST_OF_ONE, LATEST = 2, 16
"""A source counts as one from so many counts on; the last ones tell how far sources differ."""
LEAST_APART, SURE, MOST_APART = 0.03, 3.0, 2.0
"""Sources differ where the logarithm of their ratio is more than the first and so many times its own error, and, where
that is not sure and the total goes up and down, by their last counts. More than the last apart are no sources but days
among totals, or a typing error."""
ENOUGH = 3
"""Where there are fewer counts than so many more than a fit needs, sources must differ by ``GAP``."""
BY_TURNS, GAP, ALIKE = 3, 0.08, 2.0
"""Counts that lie so often in a row by turns above and below the line between those beside them, by more than this part
and none more than so many times as far as another, may be of two kinds: so does none of ten published series."""
A_DAY = 18.0
"""Counts closer than this [h] may grow by turns as people come by day and not by night: only falls show sources."""
FALLEN, OFTEN = 0.05, 2
"""A total that falls by more than this part, and so often in all with rises between, has two sources."""
TENFOLD, TYPED = 10.0, 0.1
"""A last count of so many times that before it is a typing error with this chance, assumed."""
NOT_SMALL = 0.01
"""A last count below the highest by more than this part leaves open which of the two is wrong."""
LEFT = 0.5
"""Two sources that nobody names must explain all but this part of how far counts lie from the line of those beside
them: one that comes in waves leaves more."""
ROUNDS = 8
TRIED, FINE = (0.25, 0.5, 0.75), 500


class Readings(NamedTuple):
    """What a total may be by its last count: times so much of it, with these chances; arrays (reading,)."""

    factors: Floats
    chances: Floats
    names: tuple[str, ...] = ()
    """Who says so, where the reports do."""

    def of(self, quantiles: Floats, levels: Floats) -> Floats:
        """Quantiles (time, level) of a total that has been read in one way, read in each."""
        fine = (np.arange(FINE) + 0.5) / FINE
        found = np.empty_like(quantiles)
        for row, one in enumerate(quantiles):
            values = np.outer(self.factors, np.interp(fine, levels, one)).ravel()
            order = np.argsort(values, kind="stable")
            chances = np.repeat(self.chances / FINE, FINE)[order]
            found[row] = np.interp(levels, np.cumsum(chances) - 0.5 * chances, values[order])
        return found

    def drawn(self, draws: int, random: np.random.Generator) -> Floats:
        """The factor of each draw (draw,)."""
        places = random.permutation((np.arange(draws) + 0.5) / draws)
        return np.asarray(self.factors[np.searchsorted(np.cumsum(self.chances)[:-1], places)])


ONE_READING = Readings(np.ones(1), np.ones(1))


class Agreed(NamedTuple):
    """Reports that agree, and what was left open for it."""

    reports: pd.DataFrame
    """Counts of all sources as that which counted last would have counted; ``said`` is what was given."""
    lowest: pd.DataFrame
    """As the lowest that may be right would have counted."""
    readings: dict[str, Readings]
    """By quantity, of those of which more than one is left open."""


def agreed_of(used: pd.DataFrame, *, only_named: bool = False) -> Agreed:
    """Reports up to a cut-off whose totals of all places agree, and how else their last counts may be read.

    ``only_named`` leaves out sources that reports do not name.
    """
    reports, lowest, found = used.assign(said=used["value"]), used.copy(), dict[str, Readings]()
    for quantity, rows in used[used["place"] == ""].groupby("quantity", sort=False):
        if quantity in CURRENT or len(rows) < LEAST_OF_ONE:
            continue
        values = rows["value"].to_numpy(dtype=float)
        higher, readings = _of_sources(rows, values, only_named)
        same = values / higher
        reports.loc[rows.index, "value"] = same
        least = same * readings.factors.min()
        if readings is ONE_READING and quantity in GO_ON:
            readings, least = _of_the_last(reports.loc[rows.index], str(quantity), same)
        if readings is not ONE_READING:
            lowest.loc[rows.index, "value"] = least
            found[str(quantity)] = readings
    return Agreed(reports, lowest, found)


def _of_sources(rows: pd.DataFrame, values: Floats, only_named: bool) -> tuple[Floats, Readings]:
    """How many times as many each count (count,) says as the source that counted last, and what each would say now."""
    hours = rows["hours"].to_numpy(dtype=float)
    names, who = _named_sources(rows)
    found = None
    if names:
        logs = _differences(hours, values, who, len(names))
        found = None if logs is None else (who, logs)
    elif not only_named and _of_two(hours, values):
        found = _two_unnamed(hours, values)
    if found is None:
        return np.ones(len(values)), ONE_READING
    who, logs = found
    factors, known = np.exp(logs - logs[who[-1]]), np.isfinite(logs)
    named = tuple(name for name, is_known in zip(names, known, strict=False) if is_known)
    readings = Readings(factors[known], np.full(known.sum(), 1.0 / known.sum()), named)
    return np.where(known, factors, 1.0)[who], readings


def _named_sources(rows: pd.DataFrame) -> tuple[tuple[str, ...], Integers]:
    """Names of sources that counted more than once, all others being one more, and which of them made each count."""
    if SOURCE not in rows:
        return (), np.zeros(len(rows), dtype=np.int64)
    said = rows[SOURCE].fillna("").astype(str).str.strip()
    often = said.value_counts()
    often = often[(often >= LEAST_OF_ONE) & (often.index != "")]
    if len(often) < 2:
        return (), np.zeros(len(rows), dtype=np.int64)
    known = {str(name): number for number, name in enumerate(often.index)}
    who = np.array([known.get(name, len(known)) for name in said])
    return (*known, *(["others"] if who.max() == len(known) else [])), who


def _differences(hours: Floats, values: Floats, who: Integers, sources: int) -> Floats | None:
    """Logarithms of how much more each source counts than another, NaN where it has not counted lately; None where they
    do not differ for sure.
    """
    last = slice(max(len(values) - LATEST, 0), None)
    rows = np.flatnonzero((values[last] >= FEW_PEOPLE) & ~_typed(values)[last])
    if values[-1] < FEW_PEOPLE:
        return None
    hours, values, who = hours[last][rows], values[last][rows], who[last][rows]
    present = np.unique(who)
    others = present[1:]
    if not len(others) or len(values) - 2 < len(others):
        return None
    logs = np.full(sources, np.nan)
    found, error = _fit(hours, values, (who[:, None] == others).astype(float))
    apart = np.abs(found)
    logs[present] = np.r_[0.0, found]
    free = len(values) - 3 - len(others)  # counts beyond those that a fit needs
    sure = (apart > (LEAST_APART if free >= ENOUGH else GAP)) & ((apart > SURE * error) | (free < 1))
    if not sure.any():
        if not up_and_down(values):
            return None
        logs[present] = _lately(hours, values, who, present)
    return None if np.nanmax(logs) - np.nanmin(logs) > np.log(MOST_APART) else logs


def _lately(hours: Floats, values: Floats, who: Integers, sources: Integers) -> Floats:
    """Logarithms of the last count of each source beside what the one that counted last said around then."""
    own = who == who[-1]
    last = [np.flatnonzero(who == source)[-1] for source in sources]
    return np.asarray(np.log(values[last] / np.interp(hours[last], hours[own], values[own])))


def _part(hours: Floats) -> Floats:
    """Where each hour between the first and the last lies between those beside it."""
    return np.asarray((hours[1:-1] - hours[:-2]) / np.maximum(hours[2:] - hours[:-2], 1e-9))


def _off(hours: Floats, values: Floats) -> Floats:
    """Logarithm of each count beside the straight line between those before and after it."""
    part = _part(hours)
    return np.asarray(np.log(values[1:-1] / ((1.0 - part) * values[:-2] + part * values[2:])))


def _fit(hours: Floats, values: Floats, of_each: Floats) -> tuple[Floats, Floats]:
    """Logarithms (source,) that leave counts least far from the line between their neighbours, and their errors.

    ``of_each`` (count, source) is 1 where a count is of a source. Of more than a few counts a bend of all the line is
    no difference.
    """
    part = _part(hours)[:, None]
    design = of_each[1:-1] - (1.0 - part) * of_each[:-2] - part * of_each[2:]
    sources = design.shape[1]
    if len(design) > sources + 1:
        design = np.hstack((design, np.ones((len(design), 1))))
    found, left = np.zeros(of_each.shape[1]), np.zeros(len(design))
    for _ in range(ROUNDS):
        off = _off(hours, values * np.exp(-of_each @ found))
        step = np.linalg.lstsq(design, off, rcond=None)[0]
        found, left = found + step[:sources], off - design @ step
    spread = np.square(left).sum() / max(len(design) - design.shape[1], 1)
    return found, np.sqrt(spread * np.diag(np.linalg.pinv(design.T @ design)))[:sources]


def _of_two(hours: Floats, values: Floats) -> bool:
    """Whether a total goes on as of two sources and not as by day and by night."""
    if up_and_down(values[-LATEST:]):
        return True
    apart = float(np.median(np.diff(hours)))
    return by_turns(hours, values) and (apart >= A_DAY or bool((np.diff(values) < 0).any()))


def by_turns(hours: Floats, values: Floats) -> bool:
    """Whether counts lie by turns above and below a straight line of the logarithm between those beside them.

    Typing errors are passed over; counts that are often said again grow by turns for that.
    """
    hours, values = hours[-LATEST:], values[-LATEST:]
    rows = (values >= FEW_PEOPLE) & ~_typed(values)
    hours, logs = hours[rows], np.log(values[rows])
    if len(logs) < BY_TURNS + 2 or (np.diff(values) == 0).sum() >= OFTEN:
        return False
    part = _part(hours)
    off = logs[1:-1] - (1.0 - part) * logs[:-2] - part * logs[2:]
    runs = np.lib.stride_tricks.sliding_window_view(off, BY_TURNS)
    turns, far = (runs[:, 1:] * runs[:, :-1] < 0).all(axis=1), np.abs(runs)
    return bool((turns & (far.min(axis=1) > GAP) & (far.max(axis=1) < ALIKE * far.min(axis=1))).any())


def _typed(values: Floats) -> Flags:
    """Which counts lie far above, or far below, those on both sides."""
    beside = np.stack((np.r_[np.nan, values[:-1]], np.r_[values[1:], np.nan]))
    above, below = values > MOST_APART * beside, values * MOST_APART < beside
    return np.asarray(above.all(axis=0) | below.all(axis=0))


def up_and_down(values: Floats) -> bool:
    """Whether a total falls more than once with rises between, one of the falls being no small one."""
    falls = np.flatnonzero(np.diff(values) < 0)
    by_much = (values[1:] < (1.0 - FALLEN) * values[:-1]).any()
    return bool(len(falls) >= OFTEN and (np.diff(falls) > 1).any() and by_much)


def _two_unnamed(hours: Floats, values: Floats) -> tuple[Integers, Floats] | None:
    """Which counts are of the higher of two sources that nobody names, and logarithms of both; None where that would
    not explain how they go up and down.
    """
    who, rows = np.zeros(len(values), dtype=np.int64), np.flatnonzero(values >= FEW_PEOPLE)
    if len(rows) < BY_TURNS + 1:
        return None
    off = _off(hours[rows], values[rows])
    starts = [np.r_[off[0] < 0, off > least, off[-1] < 0] for least in np.quantile(off, TRIED)]
    higher, log, left = min((_sorted(hours[rows], values[rows], start) for start in starts), key=lambda one: one[2])
    explained = left < LEFT * np.abs(off[-LATEST:]).sum()
    if not explained or not 0 < higher.sum() < len(higher) or not GAP / 2 < log <= np.log(MOST_APART):
        return None
    who[rows] = higher
    return who, np.array([0.0, log])


def _sorted(hours: Floats, values: Floats, higher: Flags) -> tuple[Flags, float, float]:
    """Which counts are of a higher source, how much higher it is (logarithm), and what is left of how far counts lie
    from the line of those beside them: each count is put where it is nearer to it, again and again.
    """
    found = higher, 0.0, np.inf
    for _ in range(ROUNDS):
        (log,), _ = _fit(hours[-LATEST:], values[-LATEST:], higher[-LATEST:, None].astype(float))
        higher, log = higher if log > 0 else ~higher, abs(float(log))
        even = np.log(values) - log * higher
        left = float(np.abs(_off(hours, np.exp(even))[-LATEST:]).sum())
        if left < found[2]:
            found = higher, log, left
        expected = _expected(hours, even)
        higher = np.abs(np.log(values) - log - expected) < np.abs(np.log(values) - expected)
    return found


def _expected(hours: Floats, logs: Floats) -> Floats:
    """Each logarithm by the line through those beside it."""
    slopes = np.diff(logs) / np.maximum(np.diff(hours), 1e-9)
    first, last = logs[1] - slopes[1] * (hours[1] - hours[0]), logs[-2] + slopes[-2] * (hours[-1] - hours[-2])
    part = _part(hours)
    return np.concatenate(([first], (1.0 - part) * logs[:-2] + part * logs[2:], [last]))


def _of_the_last(reports: pd.DataFrame, quantity: str, values: Floats) -> tuple[Readings, Floats]:
    """What a total may be whose last count lies below an earlier one or far above that before; what it is at least."""
    readings = _of_a_fall(reports, quantity, values)
    if readings is not ONE_READING:
        return readings, np.minimum.accumulate(values[::-1])[::-1]
    hours, before, last = np.r_[0.0, reports["hours"].to_numpy(dtype=float)], *values[-2:]
    if before < FEW_PEOPLE or last < TENFOLD * before:
        return readings, values
    came = before - (values[-3] if len(values) > LEAST_OF_ONE else 0.0)
    usual = before + max(came, 0.0) * (hours[-1] - hours[-2]) / max(hours[-2] - hours[-3], 1.0)
    factors = np.array([min(usual, last) / last, 1.0])
    return Readings(factors, np.array([TYPED, 1.0 - TYPED])), np.r_[values[:-1], before]


def _of_a_fall(reports: pd.DataFrame, quantity: str, values: Floats) -> Readings:
    """What a total may be whose last count is below an earlier one: the later may be right, or the earlier.

    One fall that is followed by rises is more and more likely a correction; many are people who went back.
    """
    taken = np.where(_typed(values), 0.0, values)
    at, last = len(values) - 1 - int(np.argmax(taken[::-1])), values[-1]
    if not 0.0 < last < (1.0 - NOT_SMALL) * taken[at]:
        return ONE_READING
    hours = reports["hours"].to_numpy(dtype=float)
    least = np.minimum.accumulate(values[::-1])[::-1]
    agree = values == least
    above = min(taken[at] / np.interp(hours[at], hours[agree], values[agree]), MOST_APART)
    highest = max(last * above, taken[at])
    told = right_counts(reports, quantity)[1][-1]
    chance = 0.5 * float(np.mean(np.diff(values[at:]) < 0)) ** 2
    return Readings(np.array([last, highest]) / told, np.array([1.0 - chance, chance]))
