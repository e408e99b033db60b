"""The days ahead as a scenario of their own: people where a forecast has them now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.rows import DISTRICT, ONE, POINT, PROVINCE, District, One, Point, Province
from refugee_model.errors import Problem, RequestError
from refugee_model.scenario.distributions import Discrete
from refugee_model.scenario.places import PeopleNow
from refugee_model.scenario.schedules import moments
from refugee_model.studies.forecast import Forecast

if TYPE_CHECKING:
    from datetime import datetime

    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

LEVELS = (np.arange(40) + 0.5) / 40
"""Of a number that was learned, these quantiles are written."""


def scenario_from_forecast(forecast: Forecast) -> Scenario:
    """A scenario that starts at the cut-off of a forecast, with people where the forecast has them on average.

    Parameters
    ----------
    forecast : Forecast
        As ``forecast`` gives it.

    Returns
    -------
    Scenario
        Starts at ``forecast.until`` and ends when the old one does. Numbers that were learned, fully or a little, are lists of draws
        of the forecast; the others keep their distributions. Moments are written as times.

    Raises
    ------
    RequestError
        If it is not a forecast.

    Notes
    -----
    People now are one number a place, their mean, and how numbers depend on each other after learning is not written: an ensemble of
    this scenario is somewhat less certain about the total, and more about today, than the forecast. People on the road count as waiting
    at its end. Goods, one-off cash and surge beds that were used before the cut-off are there again: take them out of ``aid.stocks``, or
    read needs and costs from the forecast. Vehicles count from the new start.

    Examples
    --------
    >>> import refugee_model as rm
    >>> later = rm.scenario_from_forecast(fc).change({"aid.evacuation_buses.buses": 100})  # doctest: +SKIP
    """
    if not isinstance(forecast, Forecast) or forecast.until is None or not forecast.now:
        raise RequestError("no scenario can be written", [Problem("forecast", "expected what refugee_model.forecast gives")])
    old = forecast.scenario
    now = people_now(forecast)
    changes: dict[str, Any] = {
        "title": f"{old.title}: from {forecast.until.isoformat(timespec='minutes')} on",
        "timeline.start": forecast.until.isoformat(),
        "timeline.days": (old.timeline.hours - forecast.until_hours) / 24.0,
        "people.now": now,
    }
    minutes = (old.timeline.hours - forecast.until_hours) * 60.0
    if minutes < old.timeline.step_minutes:
        changes["timeline.step_minutes"] = minutes
    if old.timing.transport.fuel_litres is not None:
        changes["timing.transport.fuel_litres"] = float(forecast.now[ONE][0, One.fuel.row].mean())
    changes |= {path: _time(old, moment) for name in ("people", "timing", "aid", "standards") for path, moment in _moments(old, name)}
    gone = PeopleNow.model_validate(now).total
    for path in forecast.learned.loc[forecast.learned["learned"] != "no", "path"]:
        if path not in changes:
            changes[path] = _learned(forecast, path)
    if "people.total" in old.uncertain:
        changes["people.total"] = _learned(forecast, "people.total", least=gone)
    return old.change(changes)


def people_now(forecast: Forecast) -> dict[str, Any]:
    """People in each place at the cut-off, averaged over draws, in the form of ``people.now``."""
    scenario, mean = forecast.scenario, {kind: array.mean(axis=-1) for kind, array in forecast.now.items()}
    one, districts, points, provinces = mean[ONE][0], mean[DISTRICT], mean[POINT], mean[PROVINCE]

    def named(names: Any, values: Floats) -> dict[str, float]:
        return {name: float(value) for name, value in zip(names, values, strict=True)}

    held_back = districts[:, District.leaving_by_vehicle.row] + districts[:, District.leaving_by_bus.row]
    return {
        "at_home": named(scenario.people.districts, districts[:, District.willing.row]),
        "leaving_without_vehicle": named(scenario.people.districts, districts[:, District.leaving_by_bus.row]),
        "leaving": named(scenario.people.districts, held_back),
        "on_road": float(one[One.on_road_by_vehicle.row] + one[One.on_road_by_bus.row]),
        "detained": float(one[One.detained.row]),
        "awaiting_registration": named(scenario.aid.reception_points, points[:, Point.awaiting_registration.row]),
        "unregistered_hosted": float(one[One.unregistered_hosted.row]),
        "awaiting_placement": float(one[One.awaiting_placement.row]),
        "travelling": named(scenario.aid.provinces, provinces[:, Province.travelling.row]),
        "sheltered": named(scenario.aid.provinces, provinces[:, Province.sheltered.row]),
        "hosted": named(scenario.aid.provinces, provinces[:, Province.hosted.row]),
        "left_country": float(one[One.left_country.row]),
    }


def _moments(scenario: Scenario, name: str) -> list[tuple[str, datetime | float]]:
    return list(moments(getattr(scenario, name), name))


def _time(scenario: Scenario, moment: datetime | float) -> str:
    return scenario.timeline.time_at(scenario.timeline.hours_at(moment)).isoformat()


def _learned(forecast: Forecast, path: str, least: float = -np.inf) -> dict[str, Any] | float:
    drawn = np.maximum(forecast.draws[path].to_numpy(dtype=np.float64), least)
    if drawn.min() == drawn.max():
        return float(drawn[0])
    until = forecast.until.isoformat(timespec="minutes") if forecast.until else ""
    reason = f"learned from reports up to {until}"
    if isinstance(forecast.scenario.uncertain[path], Discrete):
        values, counts = np.unique(drawn, return_counts=True)
        return {"distribution": "discrete", "values": values.tolist(), "weights": (counts / len(drawn)).tolist(), "reason": reason}
    return {"distribution": "empirical", "values": np.quantile(drawn, LEVELS).tolist(), "reason": reason}
