"""Pools of people who wait for a bed, where the roads to the provinces differ by reception point."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import refugee_model as rm
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.engine.variables import RECORDED, Sizes
from refugee_model.scenario.network import POOL, inside
from refugee_model.scenario.scenario import Scenario, build_scenario
from tests.engine.test_network import OF_PEOPLE, assert_alike
from tests.engine.test_reference import assert_same
from tests.strategies import everyone, scenarios

POINT = {"desks": 0.0, "people_per_desk_hour": 10.0}
PROVINCE = {"beds": 1e6, "relatives_weight": 1.0}
WAITING = {
    "people.total": 1_000.0,
    "people.now": {"awaiting_placement": 1_000.0},
    "aid.reception_points": {"East": {**POINT, "weight": 3.0}, "West": POINT},
    "aid.provinces": {
        "Hills": {**PROVINCE, "road_km": 45.0, "road_km_from": {"West": 90.0}},
        "Plain": {**PROVINCE, "road_km": 90.0, "road_km_from": {"West": 45.0}},
    },
    "aid.placement": {"policy": "nearest", "distance_scale_km": 10.0, "seats_per_hour": 40.0, "speed_kmh": 45.0},
    "timing.onward.leaves_country_per_day": 0.0,
}
"""750 wait in the east, 250 in the west, each nearer to one province; 40 are driven to a bed each hour."""


def names(run: Result, kind: str) -> list[str]:
    return [place.name for place in run.places_of(kind)]


def waits(run: Result) -> np.ndarray:
    people: np.ndarray = run.people("awaiting_placement")[:, :, 0]
    return people


# By hand


def test_people_wait_at_their_point_and_set_off_for_the_province_near_to_it(small: Scenario) -> None:
    run = simulate(small.change(WAITING))
    assert names(run, "awaiting_placement") == ["East", "West"]
    assert waits(run)[:3] == pytest.approx(np.array([[750.0, 250.0], [720.0, 240.0], [690.0, 230.0]]), rel=1e-12)
    near = 1.0 / (1.0 + math.exp(-4.5))  # of beds that hardly empty, by weights of 1 and exp(-45 km / 10 km)
    sent = run.flow("sent")[0, :, 0]  # East to the Hills, to the Plain; West to the Hills, to the Plain
    assert sent == pytest.approx([30.0 * near, 30.0 * (1 - near), 10.0 * (1 - near), 10.0 * near], rel=1e-4)
    came = run.flow("came")[:3, :, 0]  # after one hour and after two
    assert came[0] == pytest.approx(np.zeros(4), abs=1e-9)
    assert came[1] == pytest.approx([sent[0], 0.0, 0.0, sent[3]], rel=1e-3)
    assert came[2][1:3] == pytest.approx(sent[1:3], rel=1e-2)
    assert run.flow("arrived")[1, :, 0] == pytest.approx([came[1][0], came[1][3]], rel=1e-12)


def test_few_free_beds_are_shared_among_pools_by_who_waits(small: Scenario) -> None:
    """100 beds in the Hills: 75 for the east, 25 for the west, though that is twice as far."""
    scenario = small.change(WAITING).change({"aid.provinces.Plain.beds": 0.0, "aid.provinces.Hills.beds": 100.0})
    run = simulate(scenario.change({"aid.placement.seats_per_hour": None}))
    assert run.flow("sent")[0, :, 0] == pytest.approx([75.0, 0.0, 25.0, 0.0], rel=1e-9)


def test_who_asks_for_a_bed_waits_where_they_register(small: Scenario) -> None:
    changes: dict[str, Any] = {
        "people.now": {"awaiting_registration": {"East": 100.0, "West": 60.0}},
        "aid.reception_points": {name: {**POINT, "desks": 1e4} for name in ("East", "West")},
        "aid.placement.seats_per_hour": 0.0,
        "timing.accommodation.asks_for_bed_share": 0.5,
        "timing.accommodation.comes_back_for_bed_per_hour": 0.0,
        "timing.departure.start": 19.0,
    }
    assert waits(simulate(small.change(WAITING | changes)))[1] == pytest.approx([50.0, 30.0], rel=1e-12)


def test_who_waits_again_does_so_at_the_nearest_point_that_stands(small: Scenario) -> None:
    """After a day the Hills are lost, and with them the point in the east: all of it and of them go to the west."""
    changes: dict[str, Any] = {
        "people.now": {"awaiting_placement": 400.0, "sheltered": {"Hills": 60.0, "Plain": 40.0}},
        "aid.reception_points.East.province": "Hills",
        "aid.placement.seats_per_hour": 0.0,
        "aid.losses": {
            "front": {"province": "Hills", "since": 1.0, "until": 3.0},
            "fire": {"province": "Plain", "since": 2.0, "whole_province": False},
        },
        "timing.departure.start": 19.0,
    }
    run = simulate(small.change(WAITING).change(changes))
    at = np.searchsorted(run.hours, [24.0, 25.0, 49.0])
    assert waits(run)[at] == pytest.approx(np.array([[300.0, 100.0], [0.0, 460.0], [0.0, 500.0]]), abs=1e-9)


def test_where_no_point_stands_people_stay_where_they_wait(small: Scenario) -> None:
    loss = {name: {"province": name, "since": 1.0} for name in ("Hills", "Plain")}
    stands = {"aid.reception_points.East.province": "Hills", "aid.reception_points.West.province": "Plain"}
    run = simulate(small.change(WAITING).change({"aid.losses": loss, "aid.placement.seats_per_hour": 0.0, **stands}))
    assert waits(run)[-1] == pytest.approx(waits(run)[0], rel=1e-12)


def test_tables_show_who_waits_at_each_point(small: Scenario) -> None:
    run = simulate(small.change(WAITING))
    table = rm.movement_table(run, freq="day").query("kind == 'awaiting_placement'")
    assert list(table["place"].unique()) == ["East", "West"]
    change = table.groupby("place")["people"].diff().dropna()
    moved = (table["entered"] - table["left"])[change.index]
    np.testing.assert_allclose(change, moved, atol=1e-9)
    transit = rm.capacity_table(run, freq="day").query("kind == 'transit'")
    np.testing.assert_allclose(transit["people"], table.groupby("time")["people"].sum(), rtol=1e-12)
    many = rm.movement_table(rm.simulate_ensemble(small.change(WAITING), draws=4, seed=1), freq="day")
    assert list(many.query("kind == 'awaiting_placement'")["place"].unique()) == ["East", "West", "total"]


def test_journeys_of_a_table_add_up_to_those_of_each_province(small: Scenario) -> None:
    run = simulate(small.change(WAITING))
    by_day = rm.journey_table(run, freq="day")
    assert list(by_day["point"].unique()) == ["East", "West"]
    of_provinces = rm.movement_table(run, freq="day").query("kind == 'travelling'").reset_index(drop=True)
    for mine, theirs in (("people", "people"), ("set_off", "entered"), ("arrived", "left")):
        found = by_day.groupby(["time", "province"], observed=True, sort=False)[mine].sum()
        np.testing.assert_allclose(found, of_provinces[theirs], rtol=1e-9, atol=1e-9)
    together = rm.journey_table(simulate(small), freq="day")
    assert list(together["point"].unique()) == ["total"]


@pytest.mark.parametrize("ending", [".toml", ".xlsx"])
def test_distances_by_point_read_back_from_a_file(small: Scenario, tmp_path: Path, ending: str) -> None:
    scenario = small.change(WAITING)
    rm.write_scenario(scenario, tmp_path / f"mine{ending}")
    assert rm.load_scenario(tmp_path / f"mine{ending}").aid == scenario.aid


def test_distances_by_point_can_be_changed_and_are_described(small: Scenario) -> None:
    scenario = small.change(WAITING).change({"aid.provinces.Hills.road_km_from.West": 45.0})
    assert scenario.aid.provinces["Hills"].km_from("West") == 45.0
    said = scenario.describe("aid.provinces.Hills.road_km_from")
    assert list(said["unit"].unique()) == ["km"]


# What changes nothing


def as_far(scenario: Scenario, further: float) -> Scenario:
    """The same with distances by point that are those of all points; from the first a little further."""
    values = scenario.model_dump(exclude_unset=True)
    for area in values["aid"]["provinces"].values():
        area["road_km_from"] = dict.fromkeys(values["aid"]["reception_points"], area["road_km"])
        area["road_km_from"][next(iter(area["road_km_from"]))] += further
    return build_scenario(values)


@given(scenarios(pools=False))
def test_equal_distances_from_all_points_are_one_distance(scenario: Scenario) -> None:
    """To the last bit: all wait in one pool."""
    one, other = simulate(scenario), simulate(as_far(scenario, 0.0))
    assert Sizes.of(other.scenario).count(POOL) == 1
    for group in RECORDED:
        assert np.array_equal(other.recorded[group], one.recorded[group]), group


@given(
    scenarios(pools=False).filter(
        lambda scenario: len(scenario.aid.reception_points) > 1 and not inside(scenario.people)
    )
)
def test_several_pools_as_far_from_everywhere_are_one_pool(scenario: Scenario) -> None:
    """As far but for a thousandth of a millimetre.

    Left out is who flees from a lost province: of one pool nobody knows who waits there, of several those do.
    """
    one, other = simulate(scenario), simulate(as_far(scenario, 1e-9))
    assert other.sizes.pools == len(scenario.aid.reception_points)
    assert_alike(one, other, 1e3 * everyone(scenario), sums=("awaiting_placement",))


@given(scenarios(pools=True, network=False), st.randoms(use_true_random=False))
def test_names_and_order_of_points_and_provinces_do_not_matter(scenario: Scenario, random: Any) -> None:
    values, points = scenario.model_dump(exclude_unset=True), list(scenario.aid.reception_points)
    aid, shuffled = values["aid"], random.sample(points, len(points))
    new = {name: f"New {number}" for number, name in enumerate(shuffled)}

    def renamed(groups: dict[str, Any], order: list[str]) -> dict[str, Any]:
        return {new[name]: groups[name] for name in order if name in groups}

    aid["reception_points"] = renamed(aid["reception_points"], shuffled)
    for area in aid["provinces"].values():
        area["road_km_from"] = renamed(area["road_km_from"], points)
    aid["provinces"] = dict(reversed(aid["provinces"].items()))
    now = values["people"].get("now", {})
    for kind in {"awaiting_registration", "awaiting_placement_by_point"} & set(now):
        now[kind] = renamed(now[kind], points)
    one, other = simulate(scenario), simulate(build_scenario(values))
    atol = OF_PEOPLE * max(1.0, everyone(scenario))
    for kind in ("awaiting_placement", "awaiting_registration", "travelling", "sheltered", "hosted"):
        assert set(names(one, kind)) - set(points) == set(names(other, kind)) - set(new.values())
        at = [names(other, kind).index(new.get(name, name)) for name in names(one, kind)]
        np.testing.assert_allclose(other.people(kind)[:, at], one.people(kind), rtol=0, atol=atol, err_msg=kind)


@given(scenarios(pools=True))
def test_pools_add_up_to_all_who_wait_and_journeys_to_all_who_travel(scenario: Scenario) -> None:
    run, total = simulate(scenario), max(1.0, everyone(scenario))
    assert run.residual <= 1e-12 * total
    assert waits(run).min() >= 0.0
    everywhere = run.level("awaiting_placement")[:, 0, 0]
    np.testing.assert_allclose(waits(run).sum(axis=1), everywhere, rtol=1e-12, atol=1e-12 * total)
    change = (run.moved("awaiting_placement", into=True) - run.moved("awaiting_placement", into=False))[:, :, 0]
    np.testing.assert_allclose(np.diff(waits(run), axis=0), change, rtol=0, atol=1e-12 * total)
    if run.sizes.pools > 1:
        on_the_way = run.level("on_the_way")[:, :, 0]
        assert on_the_way.min() >= 0.0
        by_province = on_the_way.reshape(len(on_the_way), run.sizes.pools, -1).sum(axis=1)
        np.testing.assert_allclose(by_province, run.people("travelling")[:, :, 0], rtol=1e-12, atol=1e-12 * total)


# The plain model


@given(scenarios(pools=True))
def test_engine_agrees_with_the_plain_model_on_pools(scenario: Scenario) -> None:
    assert_same(scenario, OF_PEOPLE)


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["proportional", "nearest", "shares", "order"])
def test_engine_agrees_with_the_plain_model_on_many_pools(policy: str) -> None:
    @given(scenarios(pools=True, policies=(policy,)))
    def agrees(scenario: Scenario) -> None:
        assert_same(scenario, OF_PEOPLE)

    settings(max_examples=75, phases=[Phase.explicit, Phase.generate])(agrees)()
