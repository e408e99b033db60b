"""What a forecast says of the quantities that are reported; and how good forecasts of several crises were, beside the
best rule without a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import takes
from refugee_model.arrays import Floats
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.calendar import interpolated
from refugee_model.outcomes.calendar import times as calendar_times
from refugee_model.outcomes.reported import Foretold, items_reported, lacking, on_from_counts, reported_at, wrong_place
from refugee_model.outcomes.statistics import over_draws
from refugee_model.scenario.reports import BY_PROVINCE, BY_ROUTE, CURRENT, REPORTED
from refugee_model.scenario.values import NoTimeError, time_of
from refugee_model.tables.frames import CANNOT, check_quantiles, find_wrong_freq
from refugee_model.tables.provenance import attributes
from refugee_model.wording import as_found

QUANTILES = (0.05, 0.5, 0.95)


@takes(CANNOT)
def forecast_table(
    forecast: Any,
    quantity: str = "arrived",
    *,
    place: str = "",
    quantiles: Sequence[float] = QUANTILES,
    times: Iterable[str | datetime] | None = None,
    freq: str | None = None,
) -> pd.DataFrame:
    """Quantiles of a reported quantity over time.

    Parameters
    ----------
    forecast : Forecast
        As ``forecast`` gives it.
    quantity : str
        One of those that are reported, such as ``arrived``, ``registered`` or ``in_state_accommodation``.
    place : str
        Province, for people in state accommodation there; route, for people arrived by it, its vehicles and people
        waiting; empty for all places together.
    quantiles : sequence of float
        From 0 to 1.
    times : iterable of str or datetime, optional
        When, with their offsets; unless given, from the cut-off on when it was kept: every hour for five days, then
        less often, and of a province or a route at the ends of days.
    freq : {None, "day"}
        ``day`` for the cut-off and the end of each day after it, in place of ``times``.

    Returns
    -------
    DataFrame
        time, quantity, place, quantile, value; one row a time and quantile. Values lie on straight lines between the
        times kept. Of a total, draws that lie below what had been counted by the time are put at the count, and go on
        from the last: there the range reaches upward only, and says nothing of how far the count may have been too
        high.

    Raises
    ------
    RequestError
        If it is not a forecast, or what is asked for was not kept; every problem is named.
    """
    told = foretold_of(forecast)
    scenario = told.result.scenario
    levels, problems = check_quantiles(quantiles)
    problems += find_wrong_freq(freq, "times", times)
    if quantity not in REPORTED:
        hint = nearest(str(quantity), REPORTED)
        problems.append(Problem("quantity", f"found {quantity!r}, which is not projected; {hint}"))
    elif place:
        problems += _find_wrong_place(told, quantity, place)
    hours = None if times is None else _hours(told, times, problems)
    if problems:
        raise RequestError(CANNOT, problems)
    kept, values = values_of(told, quantity, place)
    if hours is None:
        later = kept if freq is None else told.result.day_ends
        hours = np.append(told.until_hours, later[later > told.until_hours + 1e-9])
    from_start = bool(place) and quantity in BY_ROUTE and quantity not in CURRENT
    drawn = at_hours(kept, values, hours, from_nothing=from_start or not scenario.people.now.total)
    least = told.least_by_route.get(place, {}) if place else told.least
    # Those of all places have been raised when they were forecast.
    missing = lacking(values, kept, least, quantity) if place else np.zeros(drawn.shape[1])
    found = over_draws(on_from_counts(drawn, hours, least, quantity, missing), levels)
    columns: dict[str, Any] = {
        "time": calendar_times(scenario.timeline, hours).repeat(len(levels)),
        "quantity": [quantity] * found.size,
        "place": [place] * found.size,
        "quantile": np.tile(levels, len(hours)),
        "value": found.ravel(),
    }
    table = pd.DataFrame(columns)
    table.attrs.update(attributes(scenario, "Forecast") | {"draws": told.result.draws})
    if place:
        province = scenario.aid.provinces.get(place)
        table.attrs["area_code"] = (province.area_code if province else None) or ""
    table.attrs["until"] = scenario.timeline.time_at(told.until_hours).isoformat()
    return table


def whole_forecast_table(forecast: Any, *, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """All reported quantities at all times at which they were kept, those before the cut-off too."""
    told, parts = foretold_of(forecast), []
    for quantity, place in items_reported(told.result.scenario):
        if place and not len(told.result.kept):
            continue
        hours, _ = values_of(told, quantity, place)
        times = calendar_times(told.result.scenario.timeline, hours)
        parts.append(forecast_table(forecast, quantity, place=place, quantiles=quantiles, times=times))
    table = pd.concat(parts, ignore_index=True)
    table.attrs = parts[0].attrs
    return table


def foretold_of(given: Any) -> Foretold:
    """What a forecast says of what is reported."""
    found = getattr(given, "foretold", given)
    if isinstance(found, Foretold):
        return found
    wrong = f"found {as_found(given)}, expected what refugee_model.forecast gives"
    raise RequestError(CANNOT, [Problem("forecast", wrong)])


def _find_wrong_place(told: Foretold, quantity: str, place: str) -> list[Problem]:
    if wrong := wrong_place(quantity, place, told.result.scenario):
        return [Problem("place", wrong)]
    lost = "the forecast kept no places; forecast(..., keep=None) does"
    return [] if len(told.result.kept) else [Problem("keep", lost)]


def _hours(told: Foretold, times: Iterable[str | datetime], problems: list[Problem]) -> Floats:
    timeline, hours = told.result.scenario.timeline, []
    for given in [times] if isinstance(times, str | datetime) else times:
        try:
            moment = time_of(given)
        except NoTimeError:
            expected = "expected a time with its offset, such as 2023-09-27T08:00+04:00"
            problems.append(Problem("times", f"found {str(given)!r}, {expected}"))
            continue
        hours.append(timeline.hours_at(moment))
        if not 0 <= hours[-1] <= timeline.hours:
            found = f"found {moment.isoformat(timespec='minutes')}, which lies outside the scenario"
            problems.append(Problem("times", found))
    return np.asarray(hours, dtype=np.float64)


def values_of(told: Foretold, quantity: str, place: str = "") -> tuple[Floats, Floats]:
    """When a reported quantity was kept, array (time,) [h], and its values, array (time, draw)."""
    if not place:
        return told.hours, told.curves[quantity]
    hours, recorded = told.result.hours, told.result.recorded
    values = reported_at(recorded, told.result.scenario, quantity, place)
    if quantity not in BY_PROVINCE:
        return hours, values
    # Provinces share what is foretold of all together as they share people in beds by the rules.
    whole = reported_at(recorded, told.result.scenario, quantity)
    foretold = at_hours(told.hours, told.curves[quantity], hours, from_nothing=False)
    return hours, values * np.divide(
        foretold, whole, out=np.ones_like(foretold), where=(whole > 0) & (hours > 0)[:, None]
    )


def at_hours(kept: Floats, values: Floats, hours: Floats, *, from_nothing: bool) -> Floats:
    """Values (time, draw) on straight lines at other times; before the first, from nothing at the start or as then."""
    first = np.zeros_like(values[:1]) if from_nothing else values[:1]
    return interpolated(np.concatenate(([0.0], kept)), np.concatenate((first, values)), hours)


NEEDED = ("crisis", "event", "known", "quantity", "method", "wis", "coverage_50", "coverage_90", "below", "allocation")
BY = ("event", "known", "crisis", "all")
LEAST = 0.5
"""People; an error below this is no error."""


@takes(CANNOT)
def skill_table(scores: pd.DataFrame, *, by: str = "event", quantity: str = "arrived") -> pd.DataFrame:
    """What scores of forecasts of several crises come to, by event, by number of reports known, or in all.

    Parameters
    ----------
    scores : DataFrame
        As ``score_forecasts`` gives it of several crises, with other methods.
    by : {"event", "known", "crisis", "all"}
        What has a row.
    quantity : str
        One of those scored.

    Returns
    -------
    DataFrame
        The column ``by`` says, forecasts, rule, ratio, coverage_50, coverage_90, below, allocation, allocation_of_rule.
        ``rule`` is the one method beside the forecast that is best over all events and reports known, the same in every
        row. ``ratio`` is the weighted interval score of the forecasts / that of the rule: the geometric mean over
        forecasts of a series, then over series of an event, then over events; below 1 forecasts are better. Coverages
        and ``below`` are means in the same order [share of later reports]. Allocations [share of people] are means over
        numbers of reports known, by ``known`` those of each, and else blank, as all crises share them.

    Raises
    ------
    RequestError
        If the table is not one of several crises, or names no other method.

    Examples
    --------
    >>> print(rm.skill_table(scores, by="known"))  # doctest: +SKIP
    """
    missing = [name for name in NEEDED if name not in getattr(scores, "columns", ())]
    problems = []
    if missing:
        said = f"found {as_found(scores)} without {', '.join(missing)}, expected what score_forecasts gives of crises"
        problems.append(Problem("scores", said))
    if not isinstance(by, str) or by not in BY:
        problems.append(Problem("by", f"found {as_found(by)}, expected one of {', '.join(map(repr, BY))}"))
    rows = scores[scores["quantity"] == quantity] if not missing else scores
    if not missing and rows.empty:
        problems.append(Problem("quantity", f"found {quantity!r}; {nearest(quantity, set(scores['quantity']))}"))
    if not problems and set(rows["method"]) <= {"forecast"}:
        problems.append(Problem("scores", "hold no other method: score with baselines=True"))
    if problems:
        raise RequestError(CANNOT, problems)
    return _of_rows(rows.assign(all="all"), by)


def _of_rows(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    wis = rows.pivot_table(index=["event", "crisis", "known"], columns="method", values="wis").clip(lower=LEAST)
    logarithms = pd.DataFrame(np.log(wis.div(wis["forecast"], axis=0))).drop(columns="forecast")
    rule = str(_over(logarithms, "all").iloc[0].idxmin())
    ours = rows[rows["method"] == "forecast"].set_index(["event", "crisis", "known"])
    each = ours[["coverage_50", "coverage_90", "below"]].assign(ratio=-logarithms[rule])
    found = _over(each, by)
    counts = each.assign(all="all").reset_index().groupby(by, sort=False).size()
    shared = rows.groupby(["known", "method"])["allocation"].first().unstack()[["forecast", rule]]
    shared = shared if by == "known" else shared.mean().to_frame("all").T if by == "all" else shared.iloc[:0]
    table = pd.DataFrame(
        {
            "forecasts": counts,
            "rule": rule,
            "ratio": np.exp(found["ratio"]),
            **{name: found[name] for name in ("coverage_50", "coverage_90", "below")},
            "allocation": shared["forecast"].reindex(counts.index),
            "allocation_of_rule": shared[rule].reindex(counts.index),
        },
        index=counts.index,
    ).reset_index()
    table.attrs.update(rows.attrs)
    return table


def _over(each: pd.DataFrame, by: str) -> pd.DataFrame:
    """Means over forecasts of a series, then over series of an event, then over events."""
    groups = {"all": [], "known": ["known"], "event": [], "crisis": ["crisis"]}[by]
    of_series = each.groupby([*("known",) * ("known" in groups), "event", "crisis"], sort=False).mean()
    if by == "crisis":
        return of_series.droplevel("event")
    of_events = of_series.groupby([*groups, "event"], sort=False).mean()
    if by == "event":
        return of_events
    return of_events.groupby("known").mean() if by == "known" else of_events.mean().to_frame("all").T
