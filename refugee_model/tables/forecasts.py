"""What a forecast says of the quantities that are reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.calendar import interpolated
from refugee_model.outcomes.calendar import times as calendar_times
from refugee_model.outcomes.reported import items_reported, not_below, reported_at, wrong_place
from refugee_model.outcomes.statistics import over_draws
from refugee_model.scenario.reports import BY_PROVINCE, BY_ROUTE, CURRENT, REPORTED
from refugee_model.scenario.values import NoTimeError, time_of
from refugee_model.tables.frames import CANNOT, check_quantiles
from refugee_model.tables.provenance import attributes
from refugee_model.wording import as_found

Floats = NDArray[np.float64]

QUANTILES = (0.05, 0.5, 0.95)


@takes(CANNOT)
def forecast_table(
    forecast: Any,
    quantity: str = "arrived",
    *,
    place: str = "",
    quantiles: Sequence[float] = QUANTILES,
    times: Iterable[str | datetime] | None = None,
) -> pd.DataFrame:
    """Quantiles of a reported quantity over time.

    Parameters
    ----------
    forecast : Forecast
        As ``forecast`` gives it.
    quantity : str
        One of ``quantities.REPORTED``.
    place : str
        Province, for people in state accommodation there; route, for people arrived by it, its vehicles and people
        waiting; empty for all places together.
    quantiles : sequence of float
        From 0 to 1.
    times : iterable of str or datetime, optional
        When, with their offsets; unless given, from the cut-off on when it was kept: every hour for five days, then
        less often, and of a province or a route at the ends of days.

    Returns
    -------
    DataFrame
        time, quantity, place, quantile, value; one row a time and quantile. Values lie on straight lines between the
        times kept. Of a total, draws that lie below what had been counted by the time are put at the count: at the last
        count the range reaches upward only, and says nothing of how far the count may have been too high.

    Raises
    ------
    RequestError
        If it is not a forecast, or what is asked for was not kept; every problem is named.
    """
    if not getattr(forecast, "curves", None) or not hasattr(forecast, "least"):
        raise RequestError(
            CANNOT,
            [Problem("forecast", f"found {as_found(forecast)}, expected what refugee_model.forecast gives")],
        )
    levels, problems = check_quantiles(quantiles)
    if quantity not in REPORTED:
        problems.append(
            Problem("quantity", f"found {quantity!r}, which is not projected; {nearest(str(quantity), REPORTED)}")
        )
    elif place:
        problems += _find_wrong_place(forecast, quantity, place)
    hours = None if times is None else _hours(forecast, times, problems)
    if problems:
        raise RequestError("this table cannot be made", problems)
    kept, values = values_of(forecast, quantity, place)
    if hours is None:
        hours = np.append(forecast.until_hours, kept[kept > forecast.until_hours + 1e-9])
    from_start = bool(place) and quantity in BY_ROUTE and quantity not in CURRENT
    drawn = at_hours(kept, values, hours, from_nothing=from_start or not forecast.scenario.people.now.total)
    least = forecast.least_by_route.get(place, {}) if place else forecast.least
    found = over_draws(not_below(drawn, hours, least, quantity), levels)
    columns: dict[str, Any] = {
        "time": calendar_times(forecast.scenario.timeline, hours).repeat(len(levels)),
        "quantity": [quantity] * found.size,
        "place": [place] * found.size,
        "quantile": np.tile(levels, len(hours)),
        "value": found.ravel(),
    }
    table = pd.DataFrame(columns)
    table.attrs.update(attributes(forecast.scenario, "Forecast") | {"draws": forecast.result.draws})
    if place:
        province = forecast.scenario.aid.provinces.get(place)
        table.attrs["area_code"] = (province.area_code if province else None) or ""
    table.attrs["until"] = forecast.scenario.timeline.time_at(forecast.until_hours).isoformat()
    return table


def whole_forecast_table(forecast: Any, *, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """All reported quantities at all times at which they were kept, those before the cut-off too."""
    parts = []
    for quantity, place in items_reported(forecast.scenario):
        if place and not len(forecast.result.kept):
            continue
        hours, _ = values_of(forecast, quantity, place)
        times = calendar_times(forecast.scenario.timeline, hours)
        parts.append(forecast_table(forecast, quantity, place=place, quantiles=quantiles, times=times))
    table = pd.concat(parts, ignore_index=True)
    table.attrs = parts[0].attrs
    return table


def _find_wrong_place(forecast: Any, quantity: str, place: str) -> list[Problem]:
    if wrong := wrong_place(quantity, place, forecast.scenario):
        return [Problem("place", wrong)]
    return (
        []
        if len(forecast.result.kept)
        else [Problem("keep", "the forecast kept no places; forecast(..., keep=None) does")]
    )


def _hours(forecast: Any, times: Iterable[str | datetime], problems: list[Problem]) -> Floats:
    timeline, hours = forecast.scenario.timeline, []
    for given in [times] if isinstance(times, str | datetime) else times:
        try:
            moment = time_of(given)
        except NoTimeError:
            problems.append(
                Problem(
                    "times", f"found {str(given)!r}, expected a time with its offset, such as 2023-09-27T08:00+04:00"
                )
            )
            continue
        hours.append(timeline.hours_at(moment))
        if not 0 <= hours[-1] <= timeline.hours:
            problems.append(
                Problem("times", f"found {moment.isoformat(timespec='minutes')}, which lies outside the scenario")
            )
    return np.asarray(hours, dtype=np.float64)


def values_of(forecast: Any, quantity: str, place: str = "") -> tuple[Floats, Floats]:
    """When a reported quantity was kept, array (time,) [h], and its values, array (time, draw)."""
    if not place:
        return forecast.curve_hours, forecast.curves[quantity]
    hours, recorded = forecast.result.hours, forecast.result.recorded
    values = reported_at(recorded, forecast.scenario, quantity, place)
    if quantity not in BY_PROVINCE:
        return hours, values
    # Provinces share what is foretold of all together as they share people in beds by the rules.
    whole = reported_at(recorded, forecast.scenario, quantity)
    told = at_hours(forecast.curve_hours, forecast.curves[quantity], hours, from_nothing=False)
    return hours, values * np.divide(told, whole, out=np.ones_like(told), where=(whole > 0) & (hours > 0)[:, None])


def at_hours(kept: Floats, values: Floats, hours: Floats, *, from_nothing: bool) -> Floats:
    """Values (time, draw) at other times, on straight lines. Before the first time kept, from nothing at the start or
    as at that time.
    """
    first = np.zeros_like(values[:1]) if from_nothing else values[:1]
    return interpolated(np.concatenate(([0.0], kept)), np.concatenate((first, values)), hours)
