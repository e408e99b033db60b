"""The headline measures of a run, and how sure we are: their quantiles over many draws, and the chance that there is
anything to measure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from refugee_model.arrays import Flags, Floats
from refugee_model.engine.result import Result
from refugee_model.errors import Problem, RequestError
from refugee_model.outcomes.calendar import hours_after_start, time, times
from refugee_model.outcomes.measures import (
    FIRST_FULL,
    is_moment,
    lone_measures,
    measure_of,
    measures,
    name_now,
)
from refugee_model.outcomes.register import decimals_of
from refugee_model.outcomes.statistics import over_draws
from refugee_model.tables.frames import FLOWS, Projection, are_many, ask, check_quantiles, needs, result_of
from refugee_model.tables.provenance import SHORTFALLS, attributes, one_future
from refugee_model.wording import SOME

if TYPE_CHECKING:
    from refugee_model.scenario.timeline import Timeline


WAIT = "_wait_"
"""Part of the name of a measure that is a wait: infinite where people still wait at the end, which happens all the
more."""
MINUTE = 1.0 / 60.0
"""A wait of less is none [h]."""
LEVELS = (0.025, 0.5, 0.975)


def unit_of(measure: str) -> str:
    """Unit of a measure, as the register has it."""
    return measure_of(name_now(measure)).unit


def measured(given: Any) -> pd.DataFrame:
    """One row a draw, one column a measure: of an ensemble, a forecast or a run."""
    result = result_of(given)
    found: pd.DataFrame = (
        given.measures if result is not given else measure_frame(result.scenario.timeline, measures(result))
    )
    return found


def measure_frame(timeline: Timeline, columns: dict[str, Floats]) -> pd.DataFrame:
    """Measures as a table: times as times, blank (NaT) where it never happens."""
    found: dict[str, Any] = {}
    for name, values in columns.items():
        found[name] = times(timeline, np.where(np.isfinite(values), values, np.nan)) if is_moment(name) else values
    return pd.DataFrame(found, copy=False)


def as_numbers(found: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    """Measures as numbers: times as hours after the start."""
    columns = {
        name: hours_after_start(column, timeline) if is_moment(str(name)) else column for name, column in found.items()
    }
    return pd.DataFrame(columns, copy=False)


def happens(measure: str, values: Floats) -> Flags:
    """In which draws there is anything of what a measure counts, array (draw,). A time happens where it is known. A
    wait happens from a minute on, and where it has no end. People, person-nights, places and costs happen from half of
    one on: less is nobody.

    >>> happens("person_nights_unsheltered", np.array([0.0, 0.2, 12_000.0])).tolist()
    [False, False, True]
    >>> happens("first_place_full_time", np.array([0.0, np.inf, 120.0])).tolist()
    [True, False, True]
    """
    if WAIT in measure:
        return np.asarray(values >= MINUTE)
    if unit_of(measure) == "time":
        return np.isfinite(values)
    return np.asarray(values >= SOME)


def measure_table(ensemble: Any, *, quantiles: Sequence[float] = LEVELS) -> pd.DataFrame:
    """Quantiles of the headline measures.

    Parameters
    ----------
    ensemble : Ensemble, Forecast or Result
        Many draws, or a run.
    quantiles : sequence of float
        Between 0 and 1; 19 in 20 draws lie between the first and the last of those given unless said otherwise.

    Returns
    -------
    DataFrame
        measure, quantile, value, time, share_of_draws, chance; one row a measure and quantile. A measure that is a time
        has it in ``time``, in the offset of the scenario, and as hours after the start in ``value``. A draw in which a
        time never comes has no value; ``share_of_draws`` is the share of draws that have one, and quantiles are over
        these. ``chance`` is the share of all draws in which it happens at all: half a person or more, a wait of a
        minute or more, a time that comes. A wait that has no end is infinite, and longer than all others.
        ``attrs["draws"]`` says of how many draws.

    Raises
    ------
    RequestError
        If a quantile is not between 0 and 1, one comes twice, or none is given.
    """
    levels, problems = check_quantiles(quantiles)
    if problems:
        raise RequestError("these quantiles cannot be worked out", problems)
    rows: list[tuple[Any, ...]] = []
    found_measures = measured(ensemble)
    for name, column in found_measures.items():
        measure, is_time = str(name), column.dtype.kind == "M"
        values = (hours_after_start(column, ensemble.scenario.timeline) if is_time else column).to_numpy(
            dtype=np.float64
        )
        known = values[~np.isnan(values) if WAIT in measure else np.isfinite(values)]
        share, chance = len(known) / len(values), float(happens(measure, values).mean())
        found = over_draws(known, levels) if len(known) else np.full(len(levels), np.nan)
        at = times(ensemble.scenario.timeline, found) if is_time else [pd.NaT] * len(levels)
        rows.extend(
            (measure, level, float(value), time, share, chance)
            for level, value, time in zip(levels, found, at, strict=True)
        )
    table = pd.DataFrame(rows, columns=["measure", "quantile", "value", "time", "share_of_draws", "chance"])
    table.attrs["draws"] = len(found_measures)
    return table


def range_table(ensemble: Any, *, quantiles: Sequence[float] | None = None) -> pd.DataFrame:
    """The headline measures of :func:`measure_table`, one row each: measure, unit, low, middle, high, chance."""
    levels, problems = check_quantiles(LEVELS if quantiles is None else quantiles)
    if not problems and (len(levels) != 3 or list(levels) != sorted(levels)):
        problems = [
            Problem("quantiles", f"found {', '.join(map(str, levels))}, expected three that rise: low, middle, high")
        ]
    if problems:
        raise RequestError("this summary cannot be made", problems)
    whole = measure_table(ensemble, quantiles=levels)
    is_time = whole["time"].notna() | (whole["measure"].map(unit_of) == "time")
    values = whole["value"].astype(object).where(~is_time, whole["time"]).to_numpy().reshape(-1, 3)
    first = whole.iloc[::3]
    table = pd.DataFrame(
        {
            "measure": first["measure"].to_numpy(),
            "unit": [unit_of(name) for name in first["measure"]],
            **{name: values[:, place] for place, name in enumerate(("low", "middle", "high"))},
            "chance": first["chance"].to_numpy(),
        }
    )
    table.attrs["draws"] = whole.attrs["draws"]
    return table


MINUTES = 60.0
"""In an hour."""


def _hours(ensemble: Any, name: str) -> Floats:
    """When a province is first full [h], infinite where it never is."""
    found = measured(ensemble)[f"{FIRST_FULL}{name}"]
    hours = hours_after_start(found, ensemble.scenario.timeline).to_numpy(dtype=float)
    return np.where(np.isfinite(hours), hours, np.inf)


def first_full_table(ensemble: Any) -> pd.DataFrame:
    """How likely each province is to fill before all others."""
    names = list(ensemble.scenario.aid.provinces)
    full = np.round(np.stack([_hours(ensemble, name) for name in names], axis=1) * MINUTES) / MINUTES
    earliest = full.min(axis=1, keepdims=True)
    first = (full == earliest) & np.isfinite(earliest)
    share = first / np.maximum(first.sum(axis=1, keepdims=True), 1)
    hours = [
        float(np.median(full[first[:, column], column])) if first[:, column].any() else np.nan
        for column in range(len(names))
    ]
    table = pd.DataFrame(
        {
            "place": names,
            "probability_first": share.mean(axis=0),
            "probability_full": np.isfinite(full).mean(axis=0),
            "median_first_full": times(ensemble.scenario.timeline, np.asarray(hours)),
        }
    )
    table = table.sort_values(["probability_first", "probability_full"], ascending=False, kind="stable").reset_index(
        drop=True
    )
    table.attrs["draws"] = len(full)
    return table


STILL_WAITING = "still waiting at the end"


@needs(FLOWS)
def summary(run: Projection, *, quantiles: Sequence[float] | None = None) -> pd.Series[Any] | pd.DataFrame:
    """The headline measures of a projection.

    Parameters
    ----------
    run : Result, Ensemble or Forecast
        A run, or many draws.
    quantiles : sequence of three float, optional
        Low, middle and high of many draws; 0.025, 0.5 and 0.975 unless given.

    Returns
    -------
    Series of object, or DataFrame
        Of a run one entry a measure; units and meanings are those of ``refugee-model describe``. Times are in the
        offset of the scenario; what never happens is None.

        Of many draws: measure, unit, low, middle, high, chance; one row a measure. ``chance`` is the share of draws in
        which it happens at all; times are over the draws in which they come.

    Raises
    ------
    RequestError
        If ``run`` is something else, or the quantiles are not three that rise.

    Examples
    --------
    >>> import refugee_model as rm
    >>> round(summary(rm.simulate(rm.load_scenario("lachin-2023")))["crossed"], -3)
    101000.0
    """
    if quantiles is not None or are_many(run):
        table = range_table(run, quantiles=quantiles)
        table.attrs.update(attributes(run.scenario, "Summary"))
        return table
    result = ask(summary, run).result
    origin = attributes(result.scenario, "Summary")
    values = lone_values(result) | {"run_id": origin["run_id"], "version": origin["version"]}
    short = values["largest_shortfalls"]
    values["largest_shortfalls"] = short.in_english()
    series = pd.Series(values, dtype=object, name="value")
    series.attrs.update(origin | one_future(result.scenario) | {SHORTFALLS: short})
    return series


def lone_values(result: Result, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Measures of a lone run by name, those asked for or all: times in the offset of the scenario, None for never."""
    timeline = result.scenario.timeline
    found = {
        name: time(timeline, value) if is_moment(name) and np.isfinite(value) else value
        for name, value in lone_measures(result, names).items()
    }
    return {
        name: None if is_moment(name) and isinstance(value, float) else _or_none(value) for name, value in found.items()
    }


def summary_json(measures: pd.Series[Any]) -> dict[str, str | float | int | None]:
    """The headline measures as plain values.

    >>> summary_json(pd.Series({"crossed": 10.5, "longest_wait_checkpoint_hours": float("inf")}))
    {'crossed': 10.5, 'longest_wait_checkpoint_hours': 'still waiting at the end'}
    """
    return {str(name): _plain(value, decimals_of(str(name))) for name, value in measures.items()}


def _plain(value: Any, decimals: int) -> str | float | int | None:
    if _or_none(value) is None:
        return None
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and math.isinf(value):
        return STILL_WAITING
    if isinstance(value, float):
        return round(value, decimals) + 0.0  # no -0.0
    return value if isinstance(value, int) else str(value)


def _or_none(value: Any) -> Any:
    return None if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)) else value
