"""Checks across values that files in bad_scenarios do not show: what must be let through."""

from __future__ import annotations

from typing import Any

import pytest

from refugee_model.errors import ScenarioError
from refugee_model.scenario.scenario import Scenario


@pytest.mark.parametrize(
    "changes",
    [
        {"people.total": 0},
        {"aid.provinces.Hills.beds": 0, "aid.provinces.Plain.beds": 0},
        {"timing.checkpoint.vehicles_per_hour": 0},
        {"timing.checkpoint.vehicles_per_hour": None, "timing.checkpoint.seconds_per_vehicle": 20,
         "timing.checkpoint.seconds_per_person": 5},
        {"timing.checkpoint.night_from_hour": 24, "timing.checkpoint.night_until_hour": 0},
        {"timing.checkpoint.regimes": [{"kind": "closed", "since": 3, "until": 4},
        {"kind": "tandem", "since": 1, "until": 3}]},
        {"timing.checkpoint.turned_back_share": [{"value": 0.6}, {"since": 3, "value": 0}],
         "timing.checkpoint.detained_share": [{"value": 0}, {"since": 3, "value": 0.6}]},
        {"people.now.on_road": 10_000},
        {"people.now.leaving": {"South": 4_000}},
        {"timing.transport.fuel_litres": 0, "timing.transport.fuel_deliveries": [{"at": 1, "litres": 5}]},
        {"aid.reception_points.Border.shifts": [
            {"from_hour": 8, "until_hour": 20, "share": 1}, {"from_hour": 20, "until_hour": 8, "share": 0.5}]},
        {"aid.reception_points.Border.shifts": [
            {"from_hour": 16, "until_hour": 24, "share": 1}, {"from_hour": 0, "until_hour": 8, "share": 0.5}]},
        {"aid.losses": {"a": {"province": "Hills", "since": 1}, "b": {"province": "Hills", "since": 2}}},
        {"aid.losses": {"a": {"province": "Hills", "since": 1, "until": "2024-06-01T00:00+04:00"}}},
        {"aid.placement.policy": "order", "aid.placement.order": ["Plain", "Hills"]},
        {"standards.emergency_until": 90},
        {"timing.departure.start": -30},
        {"aid.reception_points.Border.weight": 0, "timing.accommodation.straight_to_relatives_share": 1},
        {"aid.reception_points.Border.weight": [{"value": 1}, {"since": 30, "value": 0}]},
        {"aid.reception_points.Town": {"desks": 1, "people_per_desk_hour": 1,
        "weight": [{"value": 0}, {"since": 4, "value": 1}]},
         "aid.reception_points.Border.weight": [{"value": 1}, {"since": 4, "value": 0}]},
    ],
)  # fmt: skip
def test_agrees(small: Scenario, changes: dict[str, Any]) -> None:
    assert isinstance(small.change(changes), Scenario)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"aid.reception_points.Border.weight": 0}, "aid.reception_points"),
        ({"aid.reception_points.Town": {"desks": 1, "people_per_desk_hour": 1,
        "weight": [{"value": 0}, {"since": 5, "value": 1}]},
          "aid.reception_points.Border.weight": [{"value": 1}, {"since": 4, "value": 0}]}, "aid.reception_points"),
        ({"aid.reception_points.Border.weight": [{"value": 1}, {"since": 4, "value": 0}],
          "timing.accommodation.straight_to_relatives_share": [{"value": 1}, {"since": 6, "value": 0.5}]},
          "aid.reception_points"),
        ({"aid.reception_points.Border.shifts": [{"from_hour": 22, "until_hour": 6, "share": 1},
                                                  {"from_hour": 0, "until_hour": 2, "share": 1}]},
         "aid.reception_points.Border.shifts"),
        ({"aid.reception_points.Border.shifts": [{"from_hour": 8, "until_hour": 8, "share": 1},
                                                  {"from_hour": 9, "until_hour": 10, "share": 1}]},
         "aid.reception_points.Border.shifts"),
        ({"people.districts.North.share": 0.600002}, "people.districts"),
        ({"timing.checkpoint.regimes": [{"kind": "closed", "since": 0, "until": 9},
        {"kind": "open", "since": 1, "until": 2},
                                        {"kind": "open", "since": 5, "until": 6}]},
                                        "timing.checkpoint.regimes.2.since"),
    ],
)  # fmt: skip
def test_contradicts(small: Scenario, changes: dict[str, Any], path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        small.change(changes)
    assert path in [problem.path for problem in caught.value.problems]


def test_overlap_names_the_one_that_lasts(small: Scenario) -> None:
    spans = [{"since": 0, "until": 9}, {"since": 1, "until": 2}, {"since": 5, "until": 6}]
    with pytest.raises(ScenarioError) as caught:
        small.change({"timing.corridor.closures": spans})
    assert [problem.message for problem in caught.value.problems] == [
        "begins before timing.corridor.closures.0 ends; they may not overlap"
    ] * 2


def test_small_excess_is_shown_in_full(small: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"shares add up to 1\.000002, expected 1"):
        small.change({"people.districts.North.share": 0.600002})
