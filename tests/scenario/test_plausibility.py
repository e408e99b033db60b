"""Numbers that can be used and are hardly meant are named, with the usual range; no packaged scenario has one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import refugee_model as rm
from refugee_model.cli import app
from refugee_model.console.answers import describe_text
from refugee_model.errors import ScenarioWarning
from refugee_model.files.scenario_file import check_scenario
from refugee_model.scenario.fields import bounds_of, declared_fields, unit_of, usual_of
from refugee_model.scenario.scenario import SECTIONS, Scenario
from tests.packaged import SCENARIOS

USUAL = [(path, field) for path, field in declared_fields(Scenario) if usual_of(field)]
NO_RANGE = {
    "unit of the item",
    "litres",
    "hour of day",
    "degrees",
    "weight",
    "people",
    "month",
    "share",
    "USD",
    "households",
}


@pytest.fixture(scope="module")
def wave() -> Scenario:
    return rm.load_scenario(Path(__file__).parents[1] / "scenarios" / "second_wave.toml")


def said(scenario: Scenario, path: str) -> str:
    return next((problem.message for problem in scenario.warnings if problem.path == path), "")


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_packaged_scenario_has_an_implausible_value(name: str) -> None:
    assert check_scenario(name)[1] == ()


@pytest.mark.parametrize(
    ("path", "value", "usual"),
    [
        ("people.districts.North.distance_km", 57_000.0, "0 to 1,500"),
        ("aid.provinces.Hills.beds", 600_000.0, "0 to 100,000"),
        ("people.profile.household_size", 27.0, "1.5 to 10"),
        ("timing.corridor.length_km", 57_000.0, "0.1 to 600"),
        ("timing.corridor.jam_vehicles_per_km", 1_300.0, "50 to 250"),
        ("timing.corridor.free_speed_kmh", 500.0, "3 to 110"),
        ("timing.checkpoint.vehicles_per_hour", 100_000.0, "5 to 2,000"),
        ("timing.transport.people_per_vehicle", 50.0, "1 to 20"),
        ("timeline.step_minutes", 1_440.0, "1 to 120"),
        ("people.total", 80.0, "500 to 10,000,000"),
        ("timing.departure.share_leaving", 0.001, "0.02 to 1"),
    ],
)
def test_a_number_out_of_the_usual_range(small: Scenario, path: str, value: float, usual: str) -> None:
    with pytest.warns(ScenarioWarning, match=path):
        other = small.change({path: value})
    assert said(small, path) == ""
    assert f"found {value:,.6g}" in said(other, path)
    assert f"usual are {usual} (" in said(other, path)
    assert said(other.change({"accepted": [path]}), path) == ""


def test_the_middle_of_a_range_and_each_entry_of_a_schedule(small: Scenario) -> None:
    wide = small.change(
        {
            "people.profile.household_size": 4.0,
            "timing.transport.people_per_vehicle": {"low": 1, "likely": 40, "high": 90},
        }
    )
    assert said(wide, "timing.transport.people_per_vehicle").startswith("the middle (median) is 4")
    steps = small.change({"timing.checkpoint.vehicles_per_hour": [{"value": 0.0}, {"since": 1.0, "value": 9_000.0}]})
    assert said(steps, "timing.checkpoint.vehicles_per_hour.0.value") == ""
    assert "9,000" in said(steps, "timing.checkpoint.vehicles_per_hour.1.value")


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        (
            {},
            "aid.evacuation_buses.buses",
            "about 1,000 people who would leave have no vehicle (own_vehicle_share = 0.9) and there are no buses",
        ),
        ({}, "aid.community_centres", "never register"),
        (
            {"timing.transport.fuel_litres": 5_000.0},
            "timing.transport.fuel_litres",
            "5,000 litres in all, 2,000 vehicles need 50,000",
        ),
        ({"timing.departure.share_leaving": 0.0}, "timing.departure.share_leaving", "usual are"),
        (
            {"timing.departure.midpoint_hours": 900.0},
            "timing.departure.midpoint_hours",
            "most people have not left by then",
        ),
        ({"aid.reception_points.Border.desks": 0.0}, "aid.reception_points.Border.desks", "nobody is ever registered"),
        (
            {"aid.provinces.Hills.beds": 0.0, "aid.provinces.Plain.beds": 0.0},
            "aid.provinces",
            "there are none in any province",
        ),
        ({"aid.placement.seats_per_hour": 0.0}, "aid.placement.seats_per_hour", "nobody is ever brought to a bed"),
        (
            {"aid.provinces.Hills.residents": 1_000.0},
            "aid.provinces.Hills.beds",
            "1,500 beds, those ordered included, among 1,000 residents",
        ),
        (
            {"aid.provinces.Hills.residents": 4_000.0, "aid.provinces.Plain.residents": 5_000.0},
            "people.total",
            "more guests than hosts",
        ),
        (
            {"timing.corridor.length_km": 100.0},
            "timing.corridor.length_km",
            "no district is farther from the checkpoint than 60 km",
        ),
        ({"timing.corridor.free_speed_kmh": 10.0}, "timing.corridor.backward_wave_kmh", "faster than vehicles drive"),
        (
            {"timing.checkpoint.regimes": [{"kind": "closed", "since": 0.0}]},
            "timing.checkpoint.regimes",
            "nobody crosses",
        ),
    ],
)
def test_what_only_several_values_tell(small: Scenario, changes: dict[str, Any], path: str, words: str) -> None:
    assert words in said(small.change(changes), path)


BUSES = {
    f"aid.evacuation_buses.{name}": number for name, number in (("buses", 5), ("seats", 40), ("round_trip_hours", 10))
}
TAKEN = {"paths": ["people.total"], "rank": 0.4, "taken_away": ["aid.provinces.Hils.beds"]}


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"timing.routes.Brigde": {}}, "timing.routes.Brigde", "nobody goes by it; did you mean 'Bridge'?"),
        (
            {"timing.routes.Pass.leads_to.Valley": 0},
            "aid.reception_points.Valley",
            "no route directs anybody to it: every weight is 0",
        ),
        (
            BUSES | {"timing.routes.Pass.bus_weight": 0},
            "aid.evacuation_buses",
            "no bus takes Pass (bus_weight is 0), so people of South without a vehicle never leave",
        ),
        (
            {"aid.reception_points.Border.province": "Plain"},
            "aid.reception_points",
            "from 2023-09-30T12:00+04:00 on every one of Bridge, Pass and Hill road is lost with its province",
        ),
        (
            {"people.total": {"low": 5_000, "likely": 9_000, "high": 12_000}, "correlations": [TAKEN]},
            "correlations.0.taken_away.0",
            "'aid.provinces.Hils.beds' is said to be taken away, and 'aid.provinces.Hills.beds' is there",
        ),
    ],
)
def test_what_is_doubtful_in_a_network(wave: Scenario, changes: dict[str, Any], path: str, words: str) -> None:
    assert said(wave, path) == ""
    assert words in said(wave.change(changes), path)


def test_seconds_of_a_route_do_not_count_where_a_rate_holds_for_every_route(wave: Scenario) -> None:
    path = "timing.routes.Pass.checkpoint.seconds_per_vehicle"
    slow = {path: 300, "timing.routes.Pass.checkpoint.seconds_per_person": 30}
    assert "counts only if timing.checkpoint.vehicles_per_hour is blank" in said(wave.change(slow), path)
    others = {f"timing.routes.{name}.checkpoint.vehicles_per_hour": 90 for name in ("Bridge", "Hill road")}
    assert said(wave.change(slow | others | {"timing.checkpoint.vehicles_per_hour": None}), path) == ""


def test_places_that_differ_by_a_number_are_not_misspelt(wave: Scenario) -> None:
    taken = TAKEN | {"taken_away": ["aid.provinces.Plain 2.beds"]}
    changes = {"people.total": {"low": 5_000, "likely": 9_000, "high": 12_000}, "correlations": [taken]}
    assert said(wave.change(changes), "correlations.0.taken_away.0") == ""


@pytest.mark.parametrize(("path", "field"), USUAL)
def test_usual_ranges_have_a_reason_and_lie_within_bounds(path: str, field: Any) -> None:
    usual = usual_of(field)
    assert usual is not None
    assert usual.low < usual.high
    assert len(usual.why) > 8
    assert unit_of(field)
    assert f"usual: {usual} ({usual.why})" in describe_text(path)
    assert bounds_of(field) == "" or usual.low >= 0


def test_every_number_with_a_unit_has_a_usual_range_unless_it_can_be_anything() -> None:
    without = {
        path
        for path, field in declared_fields(Scenario)
        if path.split(".")[0] in SECTIONS and unit_of(field) and not usual_of(field) and unit_of(field) not in NO_RANGE
    }
    assert without <= {"standards.items.<name>.unit_cost_usd"}


def test_check_names_the_line_and_ends_with_0(tmp_path: Path, small_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        f'based_on = "{small_path}"\n[people.districts.North]\ndistance_km = 57000\n[timing.checkpoint]\nlanes = 2\n'
    )
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 0
    assert "people.districts.North.distance_km: found 57,000 [km], usual are 0 to 1,500" in result.output
    assert "(mine.toml, line 3)" in result.output
    assert "timing.checkpoint.lanes: has no effect" in result.output
    assert "(mine.toml, line 5)" in result.output


def test_reading_a_file_warns_in_python(tmp_path: Path, small_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'based_on = "{small_path}"\n[people.profile]\nhousehold_size = 27\n')
    with pytest.warns(ScenarioWarning, match=r"household_size: found 27 .*mine.toml, line 3"):
        rm.load_scenario(path)


@pytest.mark.parametrize(
    ("start", "days", "named"),
    [
        ("2022-03-01T08:00+02:00", 60.0, "first on 2022-03-2"),
        ("2022-03-01T08:00+02:00", 10.0, ""),
        ("2022-10-20T08:00+03:00", 30.0, "first on 2022-10-2"),
        ("2022-03-01T08:00-05:00", 30.0, "first on 2022-03-1"),
        ("2023-09-21T08:00+04:00", 60.0, ""),
        ("2023-03-01T08:00+05:30", 300.0, ""),
    ],
)
def test_clocks_that_change_within_the_projection(small: Scenario, start: str, days: float, named: str) -> None:
    found = said(small.change({"timeline.start": start, "timeline.days": days}), "timeline.start")
    assert named in found
    assert bool(found) == bool(named)
    if named:
        assert f"the model keeps {start[-6:]} throughout" in found
