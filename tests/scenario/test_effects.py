"""A value that others switch off is named with what switches it off; where it is uncertain it is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import refugee_model as rm
from refugee_model.errors import ScenarioError, ScenarioWarning
from refugee_model.files.scenario_file import check_scenario
from refugee_model.files.scenario_text import scenario_text
from refugee_model.scenario.checks.effects import condition_text, conditional_fields, read_condition
from refugee_model.scenario.fields import ANY_INDEX, counts_if_of, declared_fields, number_at, places_of
from refugee_model.scenario.scenario import SECTIONS, Scenario
from tests.strategies import scenarios

RANGE = {"low": 1.0, "likely": 2.0, "high": 3.0}
PAIRS = [
    ("timing.checkpoint.lanes", 3.0, "timing.checkpoint.vehicles_per_hour is blank"),
    ("timing.checkpoint.seconds_per_vehicle", 3.0, "timing.checkpoint.vehicles_per_hour is blank"),
    ("timing.checkpoint.seconds_per_person", 3.0, "timing.checkpoint.vehicles_per_hour is blank"),
    ("timing.checkpoint.tandem_gain", 0.3, "an entry of timing.checkpoint.regimes has kind 'tandem'"),
    ("timing.checkpoint.inspection_vehicles_per_hour_per_lane", 50.0, ("an entry of timing.checkpoint.regimes has kind "
        "'inspection'")),
    ("timing.departure.peak_hours", 3.0, "timing.departure.form is 'rayleigh'"),
    ("timing.departure.shape", 3.0, "timing.departure.form is 'weibull'"),
    ("timing.departure.scale_hours", 3.0, "timing.departure.form is 'weibull'"),
    ("timing.departure.innovation_per_hour", 0.3, "timing.departure.form is 'contagion'"),
    ("timing.departure.imitation_per_hour", 0.3, "timing.departure.form is 'contagion'"),
    ("timing.departure.factor_while_closed", 0.3, ("timing.corridor.closures is given or an entry of "
        "timing.checkpoint.regimes")),
    ("timing.transport.fuel_litres_per_vehicle", 30.0, "timing.transport.fuel_litres is given"),
    ("aid.placement.distance_scale_km", 50.0, "aid.placement.policy is 'nearest'"),
    ("aid.provinces.Hills.placement_share", 1.0, "aid.placement.policy is 'shares'"),
    ("aid.provinces.Hills.drift_weight", 1.0, "timing.onward.drifts_per_day is above 0"),
    ("aid.evacuation_buses.seats", 50.0, "aid.evacuation_buses.buses is above 0"),
    ("aid.evacuation_buses.round_trip_hours", 5.0, "aid.evacuation_buses.buses is above 0"),
    ("aid.community_centres.centres", 5.0, "aid.community_centres.people_per_centre_hour is above 0"),
    ("aid.community_centres.people_per_centre_hour", 5.0, "aid.community_centres.centres is above 0"),
    ("aid.cash.lowers_coming_back_by", 0.5, "aid.cash.coverage is above 0"),
    ("aid.cash.moves_out_per_day", 0.05, "aid.cash.coverage is above 0"),
    ("aid.cash.one_off_usd_per_person", 50.0, "aid.cash.coverage is above 0"),
    ("aid.cash.monthly_usd_per_person", 50.0, "aid.cash.coverage is above 0"),
    ("aid.cash.coverage", 0.5, "aid.cash.lowers_coming_back_by is above 0 or aid.cash.moves_out_per_day is above 0"),
    ("aid.reception_points.Border.weight", 2.0, "aid.reception_points has several entries"),
]  # fmt: skip


def idle(scenario: Scenario) -> dict[str, str]:
    return {problem.path: problem.message for problem in scenario.warnings if "has no effect" in problem.message}


@pytest.mark.parametrize(("path", "value", "needs"), PAIRS)
def test_a_value_without_effect_is_named_with_what_switches_it_off(
    small: Scenario, path: str, value: float, needs: str
) -> None:
    with pytest.warns(ScenarioWarning, match=path):
        other = small.change({path: value})
    assert idle(other)[path].startswith(f"has no effect: it counts only if {needs}")


@pytest.mark.parametrize(("path", "value", "needs"), PAIRS)
def test_it_is_refused_where_it_is_uncertain(small: Scenario, path: str, value: float, needs: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        small.change({path: {"low": 0.9 * value, "likely": value, "high": 1.1 * value}})
    assert f"{path}: cannot be uncertain: it would change nothing, as it counts only if {needs}" in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"aid.placement.order": ["Plain", "Hills"]},
        {"timing.checkpoint.night_from_hour": 21.0, "timing.checkpoint.night_factor": 1.0},
        {"timing.checkpoint.night_factor": 0.5, "timing.checkpoint.night_from_hour": 8.0},
        {"people.districts.North.departs_from": -1.0},
        {"aid.evacuation_buses.buses": 5.0, "timing.transport.own_vehicle_share": 1.0},
        {"timing.departure.curve": [{"time": 0.0, "share": 0.0}, {"time": 1.0, "share": 1.0}]},
        {"timing.transport.fuel_litres": 500.0, "timing.transport.fuel_litres_per_vehicle": 0.0},
        {"timing.departure.noise": {"sd": 0.0, "correlation_hours": 5.0}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_values_that_are_no_numbers_or_depend_on_two(small: Scenario, changes: dict[str, Any]) -> None:
    if "timing.departure.noise" in changes:
        with pytest.raises(ScenarioError, match="correlation_hours: cannot be uncertain"):
            small.change({"timing.departure.noise": {"sd": 0.0, "correlation_hours": RANGE}})
        return
    assert idle(small.change(changes))


def test_values_that_count_are_not_named(small: Scenario) -> None:
    assert idle(small) == {}
    inspected = {"timing.checkpoint.regimes": [{"kind": "inspection", "since": 1.0}], "timing.checkpoint.lanes": RANGE}
    assert idle(small.change(inspected)) == {}
    assert idle(small.change({"aid.placement.policy": "nearest", "aid.placement.distance_scale_km": RANGE})) == {}
    assert idle(small.change({"aid.evacuation_buses": {"buses": RANGE, "seats": RANGE}})) == {}


def test_an_uncertain_switch_may_be_on(small: Scenario) -> None:
    draws = {"distribution": "discrete", "values": [0.0, 0.5], "weights": [0.9, 0.1]}
    assert idle(small.change({"aid.cash.coverage": draws, "aid.cash.one_off_usd_per_person": 50.0})) == {}


def test_what_a_variant_switches_off_is_no_mistake(small: Scenario) -> None:
    paid = small.change({"aid.cash": {"coverage": 0.5, "one_off_usd_per_person": RANGE, "lowers_coming_back_by": 0.3}})
    unpaid = paid.change({"aid.cash.coverage": 0.0})
    assert idle(unpaid) == {}
    assert set(unpaid.without_effect) == {"aid.cash.one_off_usd_per_person", "aid.cash.lowers_coming_back_by"}
    assert unpaid.change({"people.total": 9_000}).without_effect == unpaid.without_effect
    assert unpaid.change({"aid.cash.coverage": 0.5}) == paid
    assert len(rm.simulate_ensemble(unpaid, draws=4, keep="measures").measures) == 4
    with pytest.raises(ScenarioError, match="would change nothing"):
        unpaid.change({"aid.cash.one_off_usd_per_person": {"low": 1, "likely": 3, "high": 4}})


def test_a_variant_written_out_can_be_read_again(small: Scenario, tmp_path: Any) -> None:
    paid = small.change({"aid.cash": {"coverage": 0.5, "one_off_usd_per_person": RANGE}})
    unpaid = paid.change({"aid.cash.coverage": 0.0})
    path = tmp_path / "unpaid.toml"
    path.write_text(scenario_text(unpaid), encoding="utf-8")
    again, found = check_scenario(path)
    assert (again.without_effect, again.uncertain) == (unpaid.without_effect, unpaid.uncertain)
    assert not [warning for warning in found if "effect" in warning.message]


@pytest.mark.parametrize("deeper", [False, True])
def test_the_file_that_writes_the_value_last_is_at_fault(small_path: Any, tmp_path: Any, deeper: bool) -> None:
    parent, child = tmp_path / "parent.toml", tmp_path / "child.toml"
    switch, value = "[aid.cash]\ncoverage = 0\n", "[aid.cash]\none_off_usd_per_person = 60\n"
    first = value if deeper else switch
    parent.write_text(f'based_on = "{small_path}"\n{first}')
    child.write_text(f'based_on = "parent.toml"\n{switch if deeper else value}')
    scenario, found = check_scenario(child)
    said = [warning for warning in found if warning.path == "aid.cash.one_off_usd_per_person"]
    assert [warning.where for warning in said] == ([] if deeper else ["child.toml, line 3"])
    assert scenario.without_effect == (("aid.cash.one_off_usd_per_person",) if deeper else ())


@pytest.mark.parametrize("declared", [path for path, _ in conditional_fields(Scenario)])
def test_conditions_can_be_read_and_name_fields(declared: str) -> None:
    field = dict(conditional_fields(Scenario))[declared]
    group = declared.rpartition(".")[0]
    known = {path for path, _ in declared_fields(Scenario)}
    for clauses in read_condition(counts_if_of(field), group):
        for clause in clauses:
            for path in clause.paths:
                assert (
                    path in known | {path.replace("*", ANY_INDEX) for path in known}
                    or path.replace("*", ANY_INDEX) in known
                )
    assert condition_text(counts_if_of(field), group)


SHOWN = (rm.movement_table, rm.capacity_table, rm.cost_table)
NUMBERS = [path for path, _ in conditional_fields(Scenario) if path.split(".")[0] in SECTIONS]


@given(data=st.data(), scenario=scenarios())
@settings(max_examples=30, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_what_is_said_to_have_no_effect_has_none(data: st.DataObject, scenario: Scenario) -> None:
    groups = {name: getattr(scenario, name) for name in SECTIONS}
    run = rm.simulate(scenario)
    before = [table(run) for table in SHOWN]
    # Without its schedule a run has other bounds, so that only single numbers can be compared up to rounding.
    places = [
        path for declared in NUMBERS for path, _, value in places_of(declared, groups) if not isinstance(value, tuple)
    ]
    for path in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=6, unique=True)):
        number = number_at(Scenario, path.split("."))
        if number is None or number.certain:
            continue
        value = data.draw(st.sampled_from([0.3, 0.7, 0.95] if number.le == 1 else [0.3, 2.0, 7.0]))
        try:
            scenario.change(
                {path: {"low": 0.9 * value, "likely": value, "high": min(1.1 * value, number.le or np.inf)}}
            )
        except ScenarioError as error:
            if "would change nothing" not in str(error):
                continue
            other = scenario.change({path: value})
            after = rm.simulate(other)
            for table, shown in zip(SHOWN, before, strict=True):
                pd.testing.assert_frame_equal(shown, table(after), rtol=1e-12, atol=1e-12, obj=path)
