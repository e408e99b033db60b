"""A scenario for the days ahead, from a forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies import forecast as module


@pytest.fixture(scope="module")
def issued(small: Scenario) -> rm.Forecast:
    scenario = small.change({"people.total": {"low": 79_999, "likely": 80_000, "high": 80_001}})
    table = rm.arrivals_table(rm.simulate(scenario), every_hours=6)
    reports = pd.DataFrame({"time": table["time"], "quantity": "arrived", "place": "", "value": table["arrived"]}).iloc[1:12]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LEAST_PARTICLES", 200)
        return rm.forecast(scenario, reports, draws=100)


def test_people_go_on_from_where_they_are(issued: rm.Forecast) -> None:
    later = rm.scenario_from_forecast(issued)
    assert later.timeline.start == issued.until
    assert later.timeline.time_at(later.timeline.hours) == issued.scenario.timeline.time_at(issued.scenario.timeline.hours)
    whole, rest = rm.simulate(issued.scenario), rm.simulate(later)
    at = np.searchsorted(whole.hours, issued.until_hours)
    for kind in ("leaving", "on_road", "awaiting_registration", "unregistered_hosted", "awaiting_placement", "sheltered", "hosted"):
        np.testing.assert_allclose(rest.people(kind)[0, :, 0], whole.people(kind)[at, :, 0], rtol=1e-3, atol=1.0)
    np.testing.assert_allclose(rest.people("sheltered")[-1, :, 0], whole.people("sheltered")[-1, :, 0], rtol=0.02, atol=50.0)


def test_people_who_wait_for_a_bus_fuel_and_those_not_yet_called_go_on_as_they_were(small: Scenario) -> None:
    districts = list(small.people.districts)
    scenario = small.change(
        {
            "timing.transport.own_vehicle_share": 0.6,
            "timing.transport.fuel_litres": 60_000.0,
            "timing.transport.fuel_litres_per_vehicle": 20.0,
            f"people.districts.{districts[-1]}.departs_from": 4.0,
        }
    )
    until = scenario.timeline.time_at(60.0)
    issued = rm.forecast(
        scenario,
        pd.DataFrame({"time": [pd.Timestamp(until)], "quantity": "arrived", "place": "", "value": 1.0})
        .iloc[:0]
        .astype({"time": "datetime64[us, UTC]"}),
        until=until,
        draws=2,
    )
    whole, rest = rm.simulate(scenario), rm.simulate(rm.scenario_from_forecast(issued))
    assert issued.now["district"][:, 2].sum() > 1_000.0  # people who wait for a bus
    for hours in (72.0, 120.0, 200.0):
        before = whole.cumulative("crossed")[np.searchsorted(whole.hours, hours), 0]
        after = rest.cumulative("crossed")[np.searchsorted(rest.hours, hours - 60.0), 0]
        assert after == pytest.approx(before, rel=0.03)


def test_what_a_planner_changes_then_holds(issued: rm.Forecast) -> None:
    later = rm.scenario_from_forecast(issued)
    path = f"aid.provinces.{next(iter(later.aid.provinces))}.beds"
    assert later.change({path: 12_345}).get(path) == 12_345


def test_something_else_is_refused(small: Scenario) -> None:
    with pytest.raises(RequestError, match=r"expected what refugee_model\.forecast gives"):
        rm.scenario_from_forecast(rm.simulate_ensemble(small, draws=2))  # type: ignore[arg-type]
