"""Two futures of the same draws, measure by measure: differences draw by draw, and not of ranges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.outcomes.calendar import times
from refugee_model.outcomes.measures import LESS, NEITHER, is_moment, measure_of
from refugee_model.outcomes.statistics import over_draws
from refugee_model.scenario.timeline import Timeline
from refugee_model.tables.ranges import MINUTE, WAIT, as_numbers
from refugee_model.wording import SOME

Floats = NDArray[np.float64]

COLUMNS = (
    "measure",
    "unit",
    "a",
    "b",
    "difference_5",
    "difference_50",
    "difference_95",
    "difference_mean",
    "better",
    "chance_b_better",
    "chance_a_better",
    "regret",
    "regret_95",
    "regret_a",
    "regret_a_95",
)


def paired_table(a: pd.DataFrame, b: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    """Every measure that both have, of measures of the same draws; times are counted from the start of a timeline."""
    before, after = as_numbers(a, timeline), as_numbers(b, timeline)
    rows = [_row(str(name), before[name], after[name], timeline) for name in before if name in after]
    return pd.DataFrame(rows, columns=list(COLUMNS))


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

    Examples
    --------
    >>> difference(np.array([1.0, np.inf, 2.0]), np.array([3.0, np.inf, np.inf])).tolist()
    [2.0, 0.0, inf]
    """
    with np.errstate(invalid="ignore"):
        return np.where((one == other) & np.isinf(one), 0.0, other - one)


def _judged(name: str, better: str, change: Floats) -> tuple[float, ...]:
    """Chances that b and that a is better, and what choosing b, and a, costs against the better of both.

    The mean of that over draws, and what it exceeds in one of twenty.
    """
    known = change[~np.isnan(change)]
    if better == NEITHER or not len(known):
        return (np.nan,) * 6
    gained = -known if better == LESS else known
    least = MINUTE if WAIT in name or is_moment(name) else SOME
    regrets: list[float] = []
    for lost in (np.maximum(-gained, 0.0), np.maximum(gained, 0.0)):
        regrets += [float(lost.mean()), float(over_draws(lost, [0.95])[0])]
    return float((gained >= least).mean()), float((gained <= -least).mean()), *regrets
