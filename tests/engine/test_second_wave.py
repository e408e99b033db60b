"""A province of the receiving country is lost, and its own residents flee inside the country."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

import refugee_model as rm
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.origins import displaced
from refugee_model.scenario.scenario import Scenario
from tests.strategies import everyone, networks

FLED = 2_000.0
"""Half of the residents of the Plain."""


@pytest.fixture(scope="module")
def wave() -> Scenario:
    return rm.load_scenario(Path(__file__).parents[1] / "scenarios" / "second_wave.toml")


@pytest.fixture(scope="module")
def run(wave: Scenario) -> Result:
    return simulate(wave)


def test_nobody_is_left_in_a_lost_province_or_comes_to_it_and_nobody_vanishes(run: Result) -> None:
    lost = run.hours > 6 * 24
    for kind in ("sheltered", "hosted"):
        plain = [place.name for place in run.places_of(kind)].index("Plain")
        assert run.people(kind)[~lost, plain].max() > 0
        assert run.people(kind)[lost, plain].max() < 1e-9
    assert run.people("awaiting_registration")[lost, 1].max() == 0
    assert run.residual < 1e-6


def test_residents_flee_from_the_date_of_the_loss_and_are_counted_once(run: Result) -> None:
    residents = run.people("at_home")[:, 2, 0]
    before = run.hours <= 6 * 24
    assert residents[before] == pytest.approx(FLED)
    assert np.all(np.diff(residents[~before]) <= 0)
    assert run.flow("departed")[:, 2, 0].sum() == pytest.approx(FLED - residents[-1])
    everyone = sum(run.people(kind).sum(axis=1)[:, 0] for kind in displaced(run))
    assert everyone == pytest.approx(10_000 + FLED)


def test_whoever_flees_inside_the_country_has_not_crossed_a_border(run: Result, wave: Scenario) -> None:
    measures = rm.summary(run)
    without = {name: place for name, place in wave.people.districts.items() if name != "Plain people"}
    assert measures["crossed"] <= 10_000
    assert measures["crossed"] == pytest.approx(rm.arrivals_table(run)["arrived"].iloc[-1])
    assert measures["displaced_inside"] == pytest.approx(run.flow("crossed")[:, 2, 0].sum())
    routes = {name: road for name, road in wave.timing.routes.items() if name != "Hill road"}
    alone = simulate(wave.change({"people.districts": without, "timing.routes": routes}))
    assert rm.summary(alone)["displaced_inside"] == 0
    assert rm.summary(alone)["crossed"] == pytest.approx(measures["crossed"], rel=1e-12)
    assert rm.summary(alone)["registered"] < measures["registered"]


def test_fuel_is_short_in_the_area_of_origin_only(wave: Scenario) -> None:
    dry = simulate(wave.change({"timing.transport.fuel_litres": 0.0, "timing.transport.own_vehicle_share": 1.0}))
    assert dry.flow("crossed").sum(axis=0)[:2].sum() == 0
    assert dry.displaced_inside[0] > 0.9 * FLED


def test_origins_add_up_to_everyone_in_each_place(run: Result) -> None:
    table = rm.origin_table(run, freq="day")
    people = rm.movement_table(run, freq="day")
    assert list(table["place"]) == list(people["place"])
    np.testing.assert_allclose(table["refugees"] + table["displaced_inside"], people["people"], atol=1e-6)
    assert table["displaced_inside"].min() > -1e-6
    np.testing.assert_allclose(table.groupby("time")["displaced_inside"].sum(), FLED, rtol=1e-6)


def test_origins_where_nobody_else_is_are_exact(wave: Scenario) -> None:
    """Nobody flees across the border: all people beyond it are residents."""
    run = simulate(wave.change({"timing.departure.share_leaving": 0.0}))
    inside = displaced(run)
    for kind in ("awaiting_registration", "awaiting_placement", "travelling", "sheltered", "hosted"):
        np.testing.assert_allclose(inside[kind], run.people(kind), atol=1e-5, err_msg=kind)


@given(networks())
def test_nobody_is_of_two_origins(scenario: Scenario) -> None:
    run = simulate(scenario)
    inside, size = displaced(run), 1e-6 * max(1.0, everyone(scenario))
    for kind, people in inside.items():
        assert people.min(initial=0.0) >= -size
        assert np.max(people - run.people(kind), initial=0.0) <= size, kind
    total = sum(people.sum(axis=1) for people in inside.values())
    assert np.ptp(total) <= size


def test_a_curve_of_departures_begins_with_the_loss(wave: Scenario) -> None:
    curve = [{"time": 0.0, "share": 0.0}, {"time": 2.0, "share": 1.0}]
    run = simulate(wave.change({"timing.departure.form": "curve", "timing.departure.curve": curve}))
    at_home = run.people("at_home")[:, 2, 0]
    assert np.interp((6 + 1) * 24, run.hours, at_home) == pytest.approx(FLED / 2, rel=1e-6)
    assert np.interp((6 + 2) * 24, run.hours, at_home) == pytest.approx(0.0, abs=1e-6)
