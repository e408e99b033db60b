"""A province that is lost takes all with it that stands in it, and its guests move on; a loss of some beds does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.errors import ScenarioError
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.network import KINDS
from refugee_model.scenario.scenario import Scenario
from tests.strategies import scenarios

LOST: dict[str, Any] = {
    "people.now": {"hosted": {"Hills": 1_000.0, "Plain": 400.0}, "sheltered": {"Hills": 300.0},
    "travelling": {"Hills": 50.0}},
    "aid.reception_points.Border.province": "Hills",
    "aid.reception_points.Border.desks": 1.0,
    "aid.reception_points.Village": {"desks": 1.0, "people_per_desk_hour": 12.0, "weight": 2.0, "province": "Plain"},
    "aid.transit_places_in": {"Hills": 0.75},
    "aid.losses": {"front": {"province": "Hills", "since": 2.0, "until": 6.0}},
    "timing.onward": {"leaves_country_per_day": 0.01, "drifts_per_day": 0.1},
    "aid.provinces.Hills.drift_weight": 1.0,
    "aid.provinces.Plain.drift_weight": 1.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def lost(small: Scenario) -> Result:
    """The small scenario with a province that is lost for four days."""
    return simulate(small.change(LOST))


def within(run: Result, since: float, until: float) -> np.ndarray:
    """Bounds after ``since`` and up to ``until``, in days."""
    return np.flatnonzero((run.hours > since * 24) & (run.hours <= until * 24))


def test_nobody_is_left_in_a_lost_province_and_nobody_comes(lost: Result) -> None:
    after = within(lost, 2.0, 6.0)
    for kind in ("sheltered", "hosted"):
        assert np.all(lost.people(kind)[after, 0] == 0), kind
    assert np.all(lost.people("awaiting_registration")[after, 0] == 0)
    for flow in ("placed", "joined_relatives", "drifted_in", "moved_out", "fled_in", "admitted"):
        assert np.all(lost.flow(flow)[after - 1, 0] == 0), flow
    assert np.all(lost.flow("registered")[after - 1, 0] == 0)
    assert np.all(lost.registration[after - 1, 0] == 0)
    assert lost.flow("refused")[after - 1, 0].sum() > 0
    assert lost.residual < 1e-6


def test_guests_of_a_lost_province_move_on_by_the_usual_shares(lost: Result) -> None:
    before = lost.people("hosted")[within(lost, 0.0, 2.0)[-1], 0, 0]
    step = within(lost, 2.0, 6.0)[0] - 1
    assert lost.flow("fled_for_bed")[step, 0, 0] == pytest.approx(0.25 * before)
    assert lost.flow("fled_to_relatives")[step, 0, 0] == pytest.approx(0.75 * before)
    assert lost.flow("fled_in")[step, 1, 0] == pytest.approx(0.75 * before)


def test_transit_places_in_a_lost_province_close_and_open_again(lost: Result) -> None:
    assert lost.transit_places[within(lost, 1.0, 2.0), 0].tolist() == [800.0] * 24
    assert set(lost.transit_places[within(lost, 2.0, 6.0), 0]) == {200.0}
    assert set(lost.transit_places[within(lost, 6.0, 8.0), 0]) == {800.0}


def test_a_province_that_is_held_again_takes_people_again(lost: Result) -> None:
    after = within(lost, 6.0, 20.0)
    for flow in ("placed", "joined_relatives", "drifted_in"):
        assert lost.flow(flow)[after - 1, 0].sum() > 0, flow
    assert lost.flow("registered")[after - 1, 0].sum() > 0


def test_people_at_a_closed_point_go_to_the_open_ones(lost: Result) -> None:
    away, here = lost.flow("moved_away"), lost.flow("moved_here")
    assert away[:, 0].sum() > 0
    assert here[:, 1].sum() == pytest.approx(away[:, 0].sum())
    assert lost.flow("went_on_unregistered").sum() == 0


def test_with_no_point_left_people_go_on_unregistered(small: Scenario) -> None:
    run = simulate(small.change({**LOST, "aid.reception_points.Village.province": "Hills"}))
    after = within(run, 2.0, 6.0)
    assert run.flow("went_on_unregistered").sum() == pytest.approx(run.flow("moved_away").sum())
    np.testing.assert_allclose(run.flow("went_straight_on")[after - 1, 0], run.flow("crossed")[after - 1, 0])


def test_with_nowhere_to_live_everyone_asks_for_a_bed(small: Scenario) -> None:
    losses = {name: {"province": name, "since": 1.0} for name in small.aid.provinces}
    run = simulate(small.change({**LOST, "aid.losses": losses}))
    after = within(run, 1.0, 20.0)
    assert run.people("hosted")[after].max() == run.people("sheltered")[after].max() == 0
    assert run.flow("drifted_in")[after - 1].max() == 0
    registered = run.flow("registered")[after - 1].sum(axis=1) + run.flow("registered_later")[after - 1].sum(axis=1)
    np.testing.assert_allclose(run.flow("asked")[after - 1, 0], registered)
    assert run.residual < 1e-6


def test_a_partial_loss_takes_beds_only(small: Scenario) -> None:
    for loss in ({"share": 0.5}, {"share": 1.0, "whole_province": False}):
        run = simulate(small.change({**LOST, "aid.losses": {"fire": {"province": "Hills", "since": 2.0, **loss}}}))
        after = within(run, 2.0, 20.0)
        assert run.flow("fled_for_bed").max() == run.flow("moved_away").max() == 0
        assert run.flow("joined_relatives")[after - 1, 0].sum() > 0
        assert set(run.transit_places[:, 0]) == {800.0}


@given(scenarios())
def test_nobody_is_in_a_lost_province_whatever_the_scenario(scenario: Scenario) -> None:
    run, timeline = simulate(scenario), scenario.timeline
    names = [place.name for place in run.places_of("hosted")]
    for loss in scenario.aid.losses.values():
        if loss.whole_province if loss.whole_province is not None else loss.share == 1:
            until = timeline.hours if loss.until is None else timeline.hours_at(loss.until)
            after = within(run, max(0.0, timeline.hours_at(loss.since) / 24 + 1e-6), until / 24 + 1e-6)
            place = names.index(loss.province)
            assert np.all(run.people("hosted")[after, place] == 0)
            assert np.all(run.people("sheltered")[after, place] == 0)
            for number, point in enumerate(scenario.aid.reception_points.values()):
                if point.province == loss.province:
                    assert np.all(run.people("awaiting_registration")[after, number] == 0)
    assert run.residual <= 1e-9 * max(1.0, scenario.people.total)


def test_syunik_lost_empties_it() -> None:
    scenario = load_scenario("lachin-2023-plan-aid-syunik-lost").change({"timeline.days": 14})
    run = simulate(scenario)
    after, place = within(run, 10.0, 14.0), list(scenario.aid.provinces).index("Syunik")
    assert {kind: run.people(kind)[after, place].max() for kind in KINDS if kind in ("hosted", "sheltered")} == {
        "hosted": 0,
        "sheltered": 0,
    }
    assert run.people("awaiting_registration")[after].max() == 0
    assert run.flow("registered")[after - 1].max() == 0


@pytest.mark.parametrize(
    ("changes", "path", "found"),
    [
        (
            {"aid.losses": {"a": {"province": "Hills", "since": 1.0, "share": 0.5, "whole_province": True}}},
            "aid.losses.a.share",
            "whole",
        ),
        ({"aid.transit_places_in": {"Hils": 0.5}}, "aid.transit_places_in.Hils", "Hills"),
        ({"aid.transit_places_in": {"Hills": 0.7, "Plain": 0.7}}, "aid.transit_places_in", "add up to 1.4"),
        ({"aid.reception_points.Border.province": "Hils"}, "aid.reception_points.Border.province", "Hills"),
    ],
)
def test_what_contradicts_itself_is_refused(small: Scenario, changes: dict[str, Any], path: str, found: str) -> None:
    with pytest.raises(ScenarioError) as error:
        small.change(changes)
    assert path in str(error.value)
    assert found in str(error.value)
