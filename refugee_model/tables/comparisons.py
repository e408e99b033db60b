"""Combinations of a study beside each other, and two scenarios on the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.calendar import times
from refugee_model.outcomes.measures import LESS, NEITHER, is_moment, measure_of, name_now
from refugee_model.outcomes.statistics import over_draws
from refugee_model.scenario.timeline import Timeline
from refugee_model.tables.ranges import MINUTE, WAIT, as_numbers
from refugee_model.wording import SOME

MEASURE, BESIDE = "person_nights_without_roof", "person_nights_held_back"
"""The headline, and what must be read beside it: a road that is closed holds people back at home instead of on it."""
OLDER = "person_nights_unsheltered"
"""The headline of comparisons of an earlier version."""
CROSSED = ("combination", "measure", "mean", "share_at_least_one")


@dataclass(frozen=True)
class Crossing:
    """A measure by combination: variants of the first axis are rows, those of the others together are columns."""

    rows: list[str]
    columns: list[str]
    axes: tuple[str, str]
    """What rows and columns are called."""
    mean: Floats
    share: Floats
    """Mean over draws, and share of draws in which it happens, array (row, column); NaN where it was not run."""


def headline_of(table: pd.DataFrame) -> str:
    """The measure by which combinations are compared."""
    known = set(table.get("measure", ()))
    return OLDER if OLDER in known and MEASURE not in known else MEASURE


def held_back_beside(table: pd.DataFrame, measure: str) -> Crossing | None:
    """Nights held back at home, where they are to stand beside the headline."""
    return crossing(table, BESIDE) if measure == MEASURE and BESIDE in set(table["measure"]) else None


def crossing(table: pd.DataFrame, measure: str) -> Crossing:
    """A measure of a comparison in the order of the table; refused where the table has none of that name."""
    known = list(dict.fromkeys(table["measure"]))
    measure = measure if measure in known else name_now(measure)
    if measure not in known:
        raise RequestError(
            "this comparison cannot be drawn", [Problem("measure", f"found {measure!r}; {nearest(measure, known)}")]
        )
    names = [str(name) for name in table.columns[1 : list(table.columns).index("measure")]]
    found = table[table["measure"] == measure].drop_duplicates("combination")
    down = [str(row) for row in found[names[0]]]
    across = [", ".join(map(str, row)) for row in found[names[1:]].to_numpy()]
    rows, columns = list(dict.fromkeys(down)), list(dict.fromkeys(across))
    mean, share = np.full((2, len(rows), len(columns)), np.nan)
    shares = found.get("chance", found["share_at_least_one"])
    for row, column, value, part in zip(down, across, found["mean"], shares, strict=True):
        mean[rows.index(row), columns.index(column)] = value
        share[rows.index(row), columns.index(column)] = part
    return Crossing(rows, columns, (names[0], ", ".join(names[1:])), mean, share)


PAIRED = (
    *("measure", "unit", "a", "b", "difference_5", "difference_50", "difference_95", "difference_mean"),
    *("better", "chance_b_better", "chance_a_better", "regret", "regret_95", "regret_a", "regret_a_95"),
)


def paired_table(a: pd.DataFrame, b: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    """Every measure that both have, of measures of the same draws; times are counted from the start of a timeline."""
    before, after = as_numbers(a, timeline), as_numbers(b, timeline)
    rows = [_row(str(name), before[name], after[name], timeline) for name in before if name in after]
    return pd.DataFrame(rows, columns=list(PAIRED))


def _row(name: str, before: pd.Series[Any], after: pd.Series[Any], timeline: Timeline) -> tuple[Any, ...]:
    one, other = _numbers(name, before), _numbers(name, after)
    middle = [over_draws(values, [0.5])[0] for values in (one, other)]
    shown: Sequence[Any] = middle
    if is_moment(name):
        shown = times(timeline, np.where(np.isfinite(middle), middle, np.nan)).tolist()
    change = difference(one, other)
    told = _spread(change[~np.isnan(change)])
    better = measure_of(name).better
    return (name, measure_of(name).unit, *shown, *told, better, *_judged(name, better, change))


def _spread(change: Floats) -> tuple[float, ...]:
    """What one draw in twenty is below, the median, what one in twenty is above, and the mean."""
    if not len(change):
        return (np.nan,) * 4
    with np.errstate(invalid="ignore"):
        middle, high = over_draws(change, [0.5, 0.95])
        return -float(over_draws(-change, [0.95])[0]) + 0.0, float(middle), float(high), float(change.mean())


def _numbers(name: str, values: pd.Series[Any]) -> Floats:
    """A measure of each draw; a time that never comes is infinite."""
    found = values.to_numpy(dtype=np.float64)
    return np.where(np.isnan(found), np.inf, found) if is_moment(name) else found


def difference(one: Floats, other: Floats) -> Floats:
    """The other less the one, draw by draw; 0 where both are infinite.

    >>> difference(np.array([1.0, np.inf, 2.0]), np.array([3.0, np.inf, np.inf])).tolist()
    [2.0, 0.0, inf]
    """
    with np.errstate(invalid="ignore"):
        return np.where((one == other) & np.isinf(one), 0.0, other - one)


def _judged(name: str, better: str, change: Floats) -> tuple[float, ...]:
    """Chances that b and that a is better; what choosing b, and a, costs, in the mean and exceeded in one of twenty."""
    known = change[~np.isnan(change)]
    if better == NEITHER or not len(known):
        return (np.nan,) * 6
    gained = -known if better == LESS else known
    least = MINUTE if WAIT in name or is_moment(name) else SOME
    regrets: list[float] = []
    for lost in (np.maximum(-gained, 0.0), np.maximum(gained, 0.0)):
        regrets += [float(lost.mean()), float(over_draws(lost, [0.95])[0])]
    return float((gained >= least).mean()), float((gained <= -least).mean()), *regrets
