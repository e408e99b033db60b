"""Reports of one route: they teach its own numbers, and a forecast says what comes by it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import refugee_model as rm
from refugee_model.console.forecasts import _last_report
from refugee_model.errors import RequestError
from refugee_model.outcomes.calendar import interpolated
from refugee_model.scenario.reports import BY_ROUTE
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.forecast import learning
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.tables.arrivals import reported_quantity
from refugee_model.tables.forecasts import whole_forecast_table
from tests.conftest import SMALL

TRUTH = {
    "timing.routes.Bridge.checkpoint.vehicles_per_hour": 16.0,
    "timing.routes.Pass.checkpoint.vehicles_per_hour": 16.0,
}
UNCERTAIN = {path: {"low": 8.0, "likely": 22.0, "high": 60.0} for path in TRUTH}
HOURS, DRAWS = np.arange(30.0, 79.0, 12.0), 200
START = datetime.fromisoformat("2023-09-24T12:00+04:00")


def time_at(hours: float) -> str:
    return (START + timedelta(hours=float(hours))).isoformat()


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return rm.load_scenario(SMALL.parent / "network.toml").change(UNCERTAIN)


@pytest.fixture(scope="module")
def reports(scenario: Scenario) -> pd.DataFrame:
    """What would be reported of both routes, without errors."""
    run, rows = rm.simulate(scenario.change(TRUTH)), []
    for quantity in ("arrived", "waiting"):
        for route in scenario.timing.routes:
            values = interpolated(run.hours, reported_quantity(run, quantity, route), HOURS)[:, 0]
            rows += [(time_at(hour), quantity, route, value) for hour, value in zip(HOURS, values, strict=True)]
    table = pd.DataFrame(rows, columns=["time", "quantity", "place", "value"])
    return table.assign(time=pd.to_datetime(table["time"]))


@pytest.fixture(scope="module")
def learned(scenario: Scenario, reports: pd.DataFrame) -> Forecast:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "LEAST_PARTICLES", DRAWS)
        return rm.forecast(scenario, reports, draws=DRAWS, seed=3)


@pytest.mark.parametrize("route", ["Bridge", "Pass"])
def test_a_forecast_by_route_learns(scenario: Scenario, learned: Forecast, route: str) -> None:
    """Its range is narrower than before any report, and holds what happened."""
    day = 12.0 + 24.0 * 4
    ranges = rm.forecast_table(learned, place=route, quantiles=(0.05, 0.95), times=[time_at(day)])["value"]
    ensemble = rm.simulate_ensemble(scenario, draws=DRAWS)
    blind = reported_quantity(ensemble.result, "arrived", route)[ensemble.result.hours == day][0]
    run = rm.simulate(scenario.change(TRUTH))
    true = float(reported_quantity(run, "arrived", route)[run.hours == day][0, 0])
    assert ranges.iloc[0] <= true <= ranges.iloc[1]
    assert np.ptp(ranges) < 0.5 * np.ptp(np.quantile(blind, (0.05, 0.95)))
    path = f"timing.routes.{route}.checkpoint.vehicles_per_hour"
    assert learned.learned.set_index("path").loc[path, "learned"] == "yes"


def test_no_total_of_a_route_is_below_what_was_counted_there(learned: Forecast, reports: pd.DataFrame) -> None:
    last = reports[(reports["quantity"] == "arrived") & (reports["place"] == "Pass")].iloc[-1]
    found = rm.forecast_table(learned, place="Pass", quantiles=[0.0], times=[last["time"]])
    assert found["value"].iloc[0] >= last["value"]


def test_routes_add_up(scenario: Scenario) -> None:
    run = rm.simulate(scenario)
    for quantity in BY_ROUTE:
        parts = sum(reported_quantity(run, quantity, route) for route in scenario.timing.routes)
        np.testing.assert_allclose(parts, reported_quantity(run, quantity), rtol=1e-12, atol=1e-6)


def test_the_whole_table_has_every_route(learned: Forecast) -> None:
    table = whole_forecast_table(learned)
    of_routes = table[table["place"].isin(learned.scenario.timing.routes)]
    assert set(of_routes["quantity"]) == set(BY_ROUTE)
    axes = rm.plot_forecast(rm.forecast_table(learned, "waiting", place="Pass"))
    said = [text for text in axes.figure.findobj(Text) if "people waiting at the checkpoint of Pass" in text.get_text()]
    assert said


def test_what_came_by_one_route_is_not_shown_as_what_came_in_all(reports: pd.DataFrame) -> None:
    whole = reports.iloc[:1].assign(place="", value=4321.0)
    assert [row[3] for row in _last_report(pd.concat([whole, reports]))] == ["4,321"]
    assert not list(_last_report(reports))


@pytest.mark.parametrize(
    ("quantity", "place", "said"),
    [
        ("arrived", "Brige", "found 'Brige', no route of this scenario; did you mean 'Bridge'?"),
        ("waiting", "Hills", "found 'Hills', no route of this scenario; valid names: Bridge, Pass"),
        ("in_state_accommodation", "Pass", "found 'Pass', no province of this scenario"),
        ("registered", "Pass", "found 'Pass' for registered, which is projected for all places together; leave it"),
    ],
)
def test_a_place_that_is_not_reported(
    scenario: Scenario, reports: pd.DataFrame, learned: Forecast, quantity: str, place: str, said: str
) -> None:
    wrong = reports.iloc[:1].assign(quantity=quantity, place=place)
    for call in (
        lambda: rm.forecast(scenario, wrong, draws=100),
        lambda: rm.compare_with_reports(learned, wrong),
        lambda: rm.forecast_table(learned, quantity, place=place),
    ):
        with pytest.raises(RequestError) as error:
            call()
        assert f"place: {said}" in str(error.value)


def test_names_of_routes_are_read_as_people_write_them(scenario: Scenario, reports: pd.DataFrame) -> None:
    loud = reports.assign(place=reports["place"].str.upper())
    assert rm.compare_with_reports(rm.simulate(scenario), loud)["place"].tolist() == reports["place"].tolist()


def test_without_routes_a_report_cannot_name_one(small: Scenario, reports: pd.DataFrame) -> None:
    with pytest.raises(RequestError, match="projected for all places together, as the scenario names no routes"):
        rm.compare_with_reports(rm.simulate(small), reports)
