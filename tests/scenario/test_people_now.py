"""People cannot be in two places at once, nor where there is no room for them."""

from __future__ import annotations

import pytest

from refugee_model.errors import ScenarioError
from refugee_model.scenario.scenario import Scenario


def refusal(scenario: Scenario, changes: dict[str, object]) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario.change({f"people.now.{path}" if "." not in path else path: value for path, value in changes.items()})
    return str(caught.value)


def test_people_who_are_nowhere(small: Scenario) -> None:
    said = refusal(small, {"at_home": {"North": 2_000}, "sheltered": {"Plain": 3_000}})
    assert "people.now.at_home: 2,000 at home and 3,000 elsewhere make 5,000, expected people.total = 10,000" in said


def test_more_people_than_there_are(small: Scenario) -> None:
    said = refusal(small, {"at_home": {"North": 6_000, "South": 4_000}, "sheltered": {"Plain": 3_000}})
    assert "10,000 at home and 3,000 elsewhere make 13,000, expected people.total = 10,000" in said


def test_more_people_at_home_than_live_there(small: Scenario) -> None:
    said = refusal(small, {"at_home": {"North": 1_000, "South": 6_000}, "sheltered": {"Plain": 3_000}})
    assert "people.now.at_home.South: 6,000 at home and 0 held back, expected at most the 4,000 who live there" in said


def test_people_who_wait_for_a_bed_at_a_point_that_is_not_there(small: Scenario) -> None:
    said = refusal(small, {"awaiting_placement_by_point": {"Boarder": 10.0}})
    assert "people.now.awaiting_placement_by_point.Boarder: is not a reception point of this scenario" in said
    assert "did you mean 'Border'?" in said


def test_people_at_home_who_add_up(small: Scenario) -> None:
    other = small.change({"people.now": {"at_home": {"North": 4_000, "South": 3_000}, "sheltered": {"Plain": 3_000}}})
    assert other.people.now.total == 3_000


def test_rounded_counts_may_miss_the_sum_a_little(small: Scenario) -> None:
    small.change({"people.now": {"at_home": {"North": 4_020, "South": 3_000}, "sheltered": {"Plain": 3_000}}})


def test_people_at_home_are_scaled_where_the_total_is_uncertain(small: Scenario) -> None:
    small.change(
        {"people.total": {"low": 8_000, "likely": 10_000, "high": 12_000}, "people.now.at_home": {"North": 1_000}}
    )


@pytest.mark.parametrize("leaving", [{}, {"North": 499}])
def test_people_without_a_vehicle_are_among_those_held_back(small: Scenario, leaving: dict[str, float]) -> None:
    said = refusal(small, {"leaving_without_vehicle": {"North": 500}, "leaving": leaving})
    assert (
        f"500 of those held back need a bus, expected at most people.now.leaving.North = {leaving.get('North', 0)}"
        in said
    )


def test_more_people_than_beds(small: Scenario) -> None:
    said = refusal(small, {"sheltered": {"Hills": 3_000}, "aid.provinces.Hills.beds": 1_000})
    assert (
        "people.now.sheltered.Hills: found 3,000, expected at most the 1,000 beds that can be used there at the start"
        in said
    )


@pytest.mark.parametrize(
    ("changes", "beds"),
    [
        ({"aid.provinces.Hills.winter_factor": 0.5}, 750),
        ({"aid.losses.fire": {"province": "Hills", "share": 0.2, "since": -1.0}}, 1_200),
        (
            {
                "aid.surge.first": {
                    "province": "Hills",
                    "beds": 400,
                    "decided": -3.0,
                    "lead_days": 1.0,
                    "ramp_days": 4.0,
                }
            },
            1_700,
        ),
        ({"aid.surge.first": {"province": "Hills", "beds": 400, "decided": -1.0, "lead_days": 1.0}}, 1_900),
        ({"aid.surge.first": {"province": "Hills", "beds": 400, "decided": 0.0, "lead_days": 1.0}}, 1_500),
    ],
)
def test_beds_at_the_start_count_season_orders_and_losses(
    small: Scenario, changes: dict[str, object], beds: float
) -> None:
    assert f"expected at most the {beds:,} beds" in refusal(small, {**changes, "sheltered": {"Hills": beds + 1}})
    small.change({**changes, "people.now.sheltered": {"Hills": beds}})


def test_uncertain_beds_may_be_as_many_as_they_can_be(small: Scenario) -> None:
    beds = {"low": 1_000, "likely": 1_500, "high": 3_000}
    small.change({"aid.provinces.Hills.beds": beds, "people.now.sheltered": {"Hills": 2_500}})
    assert "beds that can be used" in refusal(small, {"aid.provinces.Hills.beds": beds, "sheltered": {"Hills": 3_100}})


def test_more_people_than_the_road_holds(small: Scenario) -> None:
    said = refusal(small, {"on_road": 90_000, "people.total": 100_000})
    assert (
        "people.now.on_road: found 90,000, expected at most the 35,100 that the road holds: 7,800 vehicles "
        "with 4.5 people (60 km)"
    ) in said
    small.change({"people.now.on_road": 35_100, "people.total": 100_000})


def test_every_contradiction_in_one_message(small: Scenario) -> None:
    said = refusal(
        small,
        {
            "at_home": {"North": 500},
            "leaving_without_vehicle": {"South": 5},
            "sheltered": {"Hills": 2_000},
            "on_road": 0.0,
            "hosted": {"Hils": 5},
        },
    )
    assert said.count("people.now.") - said.count("= people.now.") >= 4
    assert "did you mean 'Hills'?" in said
