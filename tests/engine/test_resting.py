"""A road on which nobody is left rests, and that changes nothing: neither for who comes later, nor for other draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from refugee_model.engine import simulation
from refugee_model.engine.program import lay_out
from refugee_model.engine.resting import blocks_of
from refugee_model.engine.result import EVERYTHING, Result
from refugee_model.engine.simulation import move, simulate
from refugee_model.engine.variables import AT_ONCE
from refugee_model.scenario.scenario import Scenario

FAST, SLOW = 300.0, 2.0
GAP = slice(24 * 6, 24 * 9)
"""Between two waves of departures nobody is on the road of a fast checkpoint."""


@pytest.fixture(scope="module")
def two_waves(small: Scenario) -> Scenario:
    """Half of the people leave on the first days and half on the tenth, some by bus and some from beyond the road."""
    days = (("2023-09-24", 0.0), ("2023-09-26", 0.5), ("2023-10-04", 0.5), ("2023-10-06", 1.0))
    return small.change(
        {
            "timing.departure": {
                "form": "curve",
                "start": "2023-09-24T12:00+04:00",
                "curve": [{"time": f"{day}T12:00+04:00", "share": share} for day, share in days],
            },
            "timing.checkpoint.turned_back_share": 0.0,
            "people.districts.North.distance_km": 90,
            "aid.evacuation_buses": {"buses": 20, "seats": 40, "round_trip_hours": 8},
        }
    )


@pytest.fixture(scope="module")
def over_two_roads(two_waves: Scenario) -> Scenario:
    """The same with a second road, by which South goes alone."""
    ways = {"North": {"First": {"share": 1.0}}, "South": {"First": {"share": 0.25}, "Second": {"share": 0.75}}}
    roads = {"First": {}, "Second": {"corridor": {"length_km": 20}}}
    changes = {f"people.districts.{name}.routes": routes for name, routes in ways.items()}
    return two_waves.change({"timing.routes": roads, **changes})


def moved(scenario: Scenario, rates: list[float]) -> Result:
    draws = {"timing.checkpoint.vehicles_per_hour": np.asarray(rates)}
    return move(scenario, draws, lay_out(scenario, draws), EVERYTHING)


def same(one: Result, draw: int, other: Result, its: int) -> None:
    """Everything that is recorded of two draws is the same to the bit."""
    for kind, people in one.recorded.items():
        np.testing.assert_array_equal(people[..., draw], other.recorded[kind][..., its], err_msg=kind)
    for name in ("crossed", "days", "nights", "route_waits", "first_full"):
        np.testing.assert_array_equal(getattr(one, name)[..., draw], getattr(other, name)[..., its], err_msg=name)


@pytest.mark.parametrize("name", ["two_waves", "over_two_roads"])
def test_a_road_wakes_as_if_it_had_never_slept(name: str, request: pytest.FixtureRequest) -> None:
    scenario = request.getfixturevalue(name)
    alone, beside = moved(scenario, [FAST]), moved(scenario, [SLOW, FAST])
    assert np.all(alone.people("on_road")[GAP] == 0.0)
    assert np.all(beside.people("on_road")[24 * 3 : 24 * 10, :, 0].sum(axis=1) > 1.0)
    assert alone.cumulative("crossed")[-1, 0] == pytest.approx(10_000.0, abs=1e-6)
    same(alone, 0, beside, 1)


def test_the_order_of_draws_changes_no_bit(two_waves: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = np.geomspace(SLOW, FAST, AT_ONCE + 9).tolist()
    as_it_is, turned = moved(two_waves, rates), np.arange(len(rates))[::-1]
    monkeypatch.setattr(
        simulation, "blocks_of", lambda inputs: [turned[:7], turned[7 : 7 + AT_ONCE], turned[7 + AT_ONCE :]]
    )
    other = moved(two_waves, rates)
    for draw in range(len(rates)):
        same(as_it_is, draw, other, draw)


def test_draws_whose_roads_empty_together_are_moved_together(two_waves: Scenario) -> None:
    rates = np.tile([FAST, SLOW], AT_ONCE)
    inputs = lay_out(two_waves, {"timing.checkpoint.vehicles_per_hour": rates})
    first, second = blocks_of(inputs)
    assert sorted(np.concatenate((first, second))) == list(range(2 * AT_ONCE))
    assert set(rates[first]) == {FAST}
    assert set(rates[second]) == {SLOW}


def test_a_tail_of_departures_comes_to_its_end(small: Scenario) -> None:
    run = simulate(small.change({"timing.transport.own_vehicle_share": 1.0}))
    for place in ("at_home", "leaving", "on_road"):
        assert np.all(run.people(place)[-1] == 0.0), place
    assert run.residual < 1e-6
    assert run.cumulative("crossed")[-1, 0] == pytest.approx(10_000.0, abs=1e-6)


def test_the_last_few_wait_where_the_border_is_closed(small: Scenario) -> None:
    closed: dict[str, Any] = {"kind": "closed", "since": "2023-10-01T12:00+04:00", "until": "2023-10-10T12:00+04:00"}
    run = simulate(small.change({"timing.checkpoint.regimes": [closed]}))
    assert np.all(run.flow("crossed")[24 * 7 : 24 * 16] == 0.0)
    assert np.all(run.people("on_road")[24 * 8 : 24 * 16].sum(axis=1) > 0.0)
    assert run.residual < 1e-6
