"""A scenario for the days ahead, from a forecast."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError, ScenarioWarning
from refugee_model.scenario.scenario import Scenario, build_scenario
from refugee_model.studies.decisions.options import Order, ordered
from refugee_model.studies.forecast import learning as module
from refugee_model.studies.forecast import restart
from refugee_model.tables.arrivals import reported_quantity


@pytest.fixture(scope="module")
def issued(small: Scenario) -> rm.Forecast:
    scenario = small.change({"people.total": {"low": 79_999, "likely": 80_000, "high": 80_001}})
    table = rm.arrivals_table(rm.simulate(scenario), every_hours=6)
    reports = pd.DataFrame({"time": table["time"], "quantity": "arrived", "place": "", "value": table["arrived"]}).iloc[
        1:12
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LEAST_PARTICLES", 200)
        return rm.forecast(scenario, reports, draws=100)


def test_people_go_on_from_where_they_are(issued: rm.Forecast) -> None:
    later = rm.scenario_from_forecast(issued)
    assert later.as_of == issued.until
    assert later.timeline.start == issued.until
    assert later.timeline.time_at(later.timeline.hours) == issued.scenario.timeline.time_at(
        issued.scenario.timeline.hours
    )
    whole, rest = rm.simulate(issued.scenario), rm.simulate(later)
    at = np.searchsorted(whole.hours, issued.until_hours)
    for kind in (
        "leaving",
        "on_road",
        "awaiting_registration",
        "unregistered_hosted",
        "awaiting_placement",
        "sheltered",
        "hosted",
    ):
        np.testing.assert_allclose(rest.people(kind)[0, :, 0], whole.people(kind)[at, :, 0], rtol=1e-3, atol=1.0)
    np.testing.assert_allclose(
        rest.people("sheltered")[-1, :, 0], whole.people("sheltered")[-1, :, 0], rtol=0.02, atol=50.0
    )


def test_a_forecast_can_go_on_from_any_time_that_it_takes() -> None:
    scenario = rm.load_scenario("two-bridges")
    end = pd.Timestamp(scenario.timeline.time_at(scenario.timeline.hours))
    until = (end - pd.Timedelta(seconds=61)).isoformat()
    reports = pd.DataFrame({"time": [end - pd.Timedelta(hours=40)], "quantity": "arrived", "value": [500.0]})
    later = rm.scenario_from_forecast(rm.forecast(scenario, reports, until=until, draws=20))
    assert later.timeline.hours * 60.0 == pytest.approx(61.0 / 60.0)


def test_where_the_total_is_certain_people_now_make_it_up(small: Scenario) -> None:
    hours = pd.date_range("2023-09-25T08:00+04:00", periods=8, freq="h")
    reports = pd.DataFrame({"time": hours, "quantity": "arrived", "place": "", "value": 100.0 * np.arange(1, 9)})
    later = rm.scenario_from_forecast(rm.forecast(small, reports, draws=4))
    now = later.people.now
    assert sum(now.at_home.values()) + now.total == pytest.approx(later.people.total)


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
    assert issued.ensemble.now["district"][:, 2].sum() > 1_000.0  # people who wait for a bus
    for hours in (72.0, 120.0, 200.0):
        before = whole.cumulative("crossed")[np.searchsorted(whole.hours, hours), 0]
        after = rest.cumulative("crossed")[np.searchsorted(rest.hours, hours - 60.0), 0]
        assert after == pytest.approx(before, rel=0.03)


CRISIS = (("arrived", 900), ("arrived", 2300), ("arrived", 5200), ("arrived", 9800), ("registered", 6100))
"""Four days of an invented crisis, of which the template knows nothing but a guess of how many there are."""


def crisis() -> tuple[Scenario, pd.DataFrame]:
    scenario = rm.load_scenario("one-crossing").change(
        {
            "timeline.start": "2031-03-01T00:00+02:00",
            "people.total": {"low": 10_000.0, "likely": 40_000.0, "high": 200_000.0},
        }
    )
    days = pd.Timestamp("2031-03-01T18:00+02:00") + pd.to_timedelta([0, 1, 2, 3, 3], unit="D")
    quantities, values = zip(*CRISIS, strict=True)
    return scenario, pd.DataFrame(
        {"time": days, "quantity": quantities, "place": "", "value": np.asarray(values, dtype=float)}
    )


def packaged(scenario: str, reports: str) -> Callable[[], tuple[Scenario, pd.DataFrame]]:
    return lambda: (rm.load_scenario(scenario), rm.load_reports(reports))


CUTOFFS: tuple[tuple[Callable[[], tuple[Scenario, pd.DataFrame]], str], ...] = (
    (crisis, "2031-03-03T20:00+02:00"),
    (crisis, "2031-03-04T20:00+02:00"),
    (packaged("two-bridges", "two-bridges"), "2031-05-05T18:00+02:00"),
    (packaged("two-bridges", "two-bridges"), "2031-05-08T18:00+02:00"),
    (packaged("lachin-2023-plan", "lachin-2023"), "2023-09-25T06:00+04:00"),
)


@pytest.fixture(scope="module", params=CUTOFFS, ids=lambda one: one[1][:10])
def restarted(request: pytest.FixtureRequest) -> tuple[rm.Forecast, Scenario]:
    make, until = request.param
    scenario, reports = make()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LEAST_PARTICLES", 200)
        fc = rm.forecast(scenario, reports, until=until, draws=200, keep="measures")
    return fc, rm.scenario_from_forecast(fc)


def test_a_lone_run_follows_the_middle_of_the_forecast(restarted: tuple[rm.Forecast, Scenario]) -> None:
    fc, later = restarted
    now = float(restart.middle_at(fc, "arrived", np.zeros(1))[0])
    near = restart.how_near(fc, later, draws=8)
    middle = near[near["quantile"] == 0.5]
    assert list(middle["days"]) == [1.0, 3.0, 7.0]
    np.testing.assert_allclose(middle["lone_run"], middle["forecast"], rtol=0.05)
    # Of those who come after the cut-off too, not only of all: the last day of a flow would hide anything.
    np.testing.assert_allclose(middle["lone_run"] - now, middle["forecast"] - now, rtol=0.05, atol=0.002 * now)


def test_an_ensemble_does_not_run_away_from_the_forecast(restarted: tuple[rm.Forecast, Scenario]) -> None:
    fc, later = restarted
    near = restart.how_near(fc, later)
    middle = near[near["quantile"] == 0.5]
    np.testing.assert_allclose(middle["draws"], middle["forecast"], rtol=0.02)
    assert "The draws of the forecast go on in a file beside this one" in later.about
    assert "5 % of draws are below: forecast" in later.about


def test_people_now_add_up_to_what_is_foretold_for_now(restarted: tuple[rm.Forecast, Scenario]) -> None:
    fc, later = restarted
    run = rm.simulate(later)
    for quantity in ("arrived", "registered", "in_state_accommodation"):
        found = float(reported_quantity(run, quantity)[0, 0])
        assert found == pytest.approx(float(restart.middle_at(fc, quantity, np.zeros(1))[0]), rel=1e-6, abs=1e-3)
    if "arrived" in fc.least:
        assert reported_quantity(run, "arrived")[0, 0] >= fc.least["arrived"].values[-1] - 1e-6


def test_what_was_learned_together_is_written_together(restarted: tuple[rm.Forecast, Scenario]) -> None:
    fc, later = restarted
    assert later.correlations
    for correlation in later.correlations:
        pairs = combinations(correlation.paths, 2)
        told = np.mean([fc.draws[one].rank().corr(fc.draws[other].rank()) for one, other in pairs])
        assert told * correlation.rank > 0
        assert abs(correlation.rank) <= abs(told) + 0.001
    assert build_scenario(later.values()).uncertain.keys() == later.uncertain.keys()


def test_numbers_that_went_together_stay_one_group_which_orders_of_beds_can_join() -> None:
    plan = rm.load_scenario("lachin-2023-plan")
    levels = np.random.default_rng(3).uniform(0.01, 0.99, (len(plan.uncertain), 200))
    draws = {path: one.quantile(row) for (path, one), row in zip(plan.uncertain.items(), levels, strict=True)}
    draws |= {
        f"aid.surge.{name} first.beds": levels[0] + row
        for name, row in zip(("Ararat", "Lori"), levels[1:3], strict=True)
    }
    later = plan.change({"correlations": restart.correlations_of(draws, plan, "learned")})
    groups = [group.paths for group in later.correlations]
    members = {path for path in groups[1] if path.startswith("aid.surge.")}
    assert {"aid.surge.Ararat first.beds", "aid.surge.Lori first.beds"} <= members
    placed = ordered(later, [Order("Beds in Ararat", 500.0), Order("Beds in Lori", 500.0)])
    joined = [group.paths for group in placed.correlations if "aid.surge.Beds in Lori, ordered.beds" in group.paths]
    assert len(joined) == 1
    assert members < set(joined[0])


def test_what_a_planner_changes_then_holds(issued: rm.Forecast) -> None:
    later = rm.scenario_from_forecast(issued)
    path = f"aid.provinces.{next(iter(later.aid.provinces))}.beds"
    assert later.change({path: 12_345}).get(path) == 12_345


def test_people_at_home_are_the_rest_of_a_total_that_is_certain(small: Scenario) -> None:
    """More were counted than the scenario would have: medians of those at home and of those who came add up to more
    than there are.
    """
    times = pd.to_datetime(["2023-09-25T08:00+04:00", "2023-09-26T08:00+04:00"])
    reports = pd.DataFrame({"time": times, "quantity": "arrived", "place": "", "value": [1_000.0, 3_000.0]})
    later = rm.scenario_from_forecast(rm.forecast(small, reports, draws=10))
    now = later.people.now
    assert later.people.total == small.people.total
    assert now.total + sum(now.at_home.values()) == pytest.approx(small.people.total)
    assert (
        sum(sum(group.values()) for group in (now.awaiting_registration, now.sheltered, now.hosted, now.travelling))
        > 1_000
    )


def test_changes_that_nobody_made_are_not_asked_about(
    issued: rm.Forecast, recwarn: pytest.WarningsRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = restart._start
    unusual = {"timing.checkpoint.vehicles_per_hour": 100_000.0}
    with pytest.warns(ScenarioWarning):
        issued.scenario.change(unusual)
    recwarn.clear()
    monkeypatch.setattr(restart, "_start", lambda forecast: real(forecast) | unusual)
    rm.scenario_from_forecast(issued)
    assert not [one for one in recwarn if issubclass(one.category, ScenarioWarning)]


def test_something_else_is_refused(small: Scenario) -> None:
    with pytest.raises(RequestError, match=r"expected what refugee_model\.forecast gives"):
        rm.scenario_from_forecast(rm.simulate_ensemble(small, draws=2))  # type: ignore[arg-type]


def test_people_on_each_road_and_at_each_point_go_on_from_a_file(tmp_path: Path) -> None:
    """The file asked for one number of all who wait, and of all on the road, of which there are none in a network."""
    network = rm.load_scenario(Path(__file__).parents[2] / "scenarios" / "network.toml")
    apart = {"aid.provinces.Hills.road_km_from": {"Valley": 200.0}, "aid.placement.seats_per_hour": 1.0}
    hours = pd.date_range("2023-09-26T08:00+04:00", periods=4, freq="h")
    reports = pd.DataFrame({"time": hours, "quantity": "arrived", "place": "", "value": 2_500.0 + np.arange(4)})
    later = rm.scenario_from_forecast(rm.forecast(network.change(apart), reports, draws=4))
    waiting = later.people.now.awaiting_placement_by_point
    assert set(waiting) == {"Border", "Valley"}
    assert sum(waiting.values()) > 0
    rm.write_scenario(later, tmp_path / "later.toml")
    again = rm.load_scenario(tmp_path / "later.toml")
    assert again.people.now == later.people.now
    here = rm.simulate(again).people("awaiting_placement")[0, :, 0]
    assert here == pytest.approx(list(waiting.values()), abs=1e-6)
