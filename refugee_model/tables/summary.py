"""The headline measures of a run, or of many draws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.engine.result import Result
from refugee_model.outcomes.calendar import time
from refugee_model.outcomes.measures import is_moment, lone_measures
from refugee_model.outcomes.register import decimals_of
from refugee_model.tables.frames import FLOWS, Projection, ask
from refugee_model.tables.provenance import attributes, one_future
from refugee_model.tables.ranges import range_table

STILL_WAITING = "still waiting at the end"


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
    if hasattr(run, "measures") or quantiles is not None:
        table = range_table(run, quantiles=quantiles)
        table.attrs.update(attributes(run.scenario, "Summary"))
        return table
    result = ask(run, of=FLOWS).result
    origin = attributes(result.scenario, "Summary")
    values = lone_values(result) | {"run_id": origin["run_id"], "version": origin["version"]}
    series = pd.Series(values, dtype=object, name="value")
    series.attrs.update(origin | one_future(result.scenario))
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
