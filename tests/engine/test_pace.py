"""Steps whose length follows what happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import refugee_model as rm
from refugee_model.engine.pace import LENGTHS, around_peaks, bounds_of_draws, regular_bounds
from refugee_model.engine.program import lay_out, over
from refugee_model.outcomes.measures import MEASURES, measure_of, measures
from refugee_model.scenario.scenario import Scenario
from tests.strategies import networks

LENGTH, AUTO = "timeline.step_minutes", {"timeline.step_minutes": "auto"}


@pytest.fixture(scope="module", params=["small", "second_wave"])
def paced(request: pytest.FixtureRequest) -> rm.Result:
    path = f"{request.config.rootpath}/tests/scenarios/{request.param}.toml"
    return rm.simulate(rm.load_scenario(path).change({**AUTO, "timeline.days": 21.0}))


def test_steps_are_short_while_many_move_and_long_when_few_do(paced: rm.Result) -> None:
    steps = np.diff(paced.bounds)
    moved = np.abs(np.diff(paced.crossed[:, 0]))
    of_day = [steps[first:last].max() for first, last in zip(paced.edges[:-1], paced.edges[1:], strict=True)]
    assert steps.max() == LENGTHS[-1]
    assert of_day[int(np.argmax(moved))] == LENGTHS[0]
    assert len(steps) < 0.55 * paced.bounds[-1] / LENGTHS[0]


def test_measures_are_those_of_steps_of_a_minute(paced: rm.Result) -> None:
    short, auto = measures(rm.simulate(paced.scenario.change({LENGTH: 1.0}))), measures(paced)
    for name, values in auto.items():
        exact, unit = short[name][0], measure_of(name).unit
        if unit == "time":
            assert values[0] == pytest.approx(exact, abs=1.0, nan_ok=True), name
        elif unit in ("people", "person-nights", "USD", "h"):
            assert values[0] == pytest.approx(exact, rel=0.005, abs=1.0 if unit != "h" else 0.1, nan_ok=True), name


def test_events_days_and_nights_stand_at_bounds(paced: rm.Result) -> None:
    regular = rm.simulate(paced.scenario.change({LENGTH: 1440.0})).bounds
    assert np.isin(regular, paced.bounds).all()
    assert len(paced.nights) == 21


def test_steps_beside_bends_of_a_short_peak_are_cut_so_that_it_is_told() -> None:
    def people(bounds: np.ndarray) -> np.ndarray:
        # Many who bend little; and up to 700, by 2,000 an hour and down by 1,000.
        sharp = np.maximum(np.minimum(2000.0 * (bounds - 20.1), 1000.0 * (20.1 - bounds)) + 700.0, 0.0)
        return np.stack([50_000.0 * np.exp(-np.square((bounds - 24.0) / 12.0)), sharp], axis=1)

    bounds = np.arange(0.0, 48.25, 0.25)
    assert len(around_peaks(bounds, people(bounds)[:, :1])) == 0
    assert people(bounds)[:, 1].max() < 0.9 * 700.0
    bounds = np.union1d(bounds, around_peaks(bounds, people(bounds)))
    assert people(bounds)[:, 1].max() > 0.995 * 700.0
    assert np.diff(bounds).min() * 60.0 == pytest.approx(0.6)
    assert len(bounds) < 300


def test_a_length_in_minutes_is_left_alone(small: Scenario) -> None:
    assert regular_bounds(small) is None
    auto = small.change(AUTO)
    assert regular_bounds(auto) is regular_bounds(auto)


def test_a_lone_run_and_an_ensemble_of_one_take_the_same_steps(small: Scenario) -> None:
    auto = small.change(AUTO)
    run, one = measures(rm.simulate(auto)), rm.simulate_ensemble(auto, draws=1).measures
    for name in (name for name in MEASURES if name in run and measure_of(name).unit == "people"):
        assert run[name][0] == one[name][0], name


def test_draws_do_not_depend_on_the_length_of_steps(small: Scenario) -> None:
    doubtful = small.change({"people.total": {"low": 5_000.0, "likely": 10_000.0, "high": 20_000.0}})
    some, others = (rm.simulate_ensemble(each, draws=8, keep="measures") for each in (doubtful, doubtful.change(AUTO)))
    assert some.draws.equals(others.draws)
    assert rm.compare(some, others)["measure"].size > 0


def test_steps_of_draws_stay_where_a_number_that_moves_nobody_is_made_certain(small: Scenario) -> None:
    doubt = {"low": 5_000.0, "likely": 10_000.0, "high": 20_000.0}
    doubtful = small.change(
        {**AUTO, "people.total": doubt, "aid.bed_night_usd": {"low": 5.0, "likely": 9.0, "high": 20.0}}
    )
    some, others = bounds_of_draws(doubtful), bounds_of_draws(doubtful.change({"aid.bed_night_usd": 9.0}))
    np.testing.assert_array_equal(some, others)


@given(networks())
def test_other_steps_are_as_if_laid_out_for_them(scenario: Scenario) -> None:
    some, others = (np.arange(0.0, scenario.timeline.hours, step) for step in (3.0, 0.7))
    stepped, laid_out = over(lay_out(scenario, regular=some), others), lay_out(scenario, regular=others)
    np.testing.assert_array_equal(stepped.bounds, laid_out.bounds)
    np.testing.assert_array_equal(stepped.nights, laid_out.nights)
    for one, other in zip(leaves(stepped.program), leaves(laid_out.program), strict=True):
        np.testing.assert_array_equal(one, other)


def leaves(value: Any) -> Iterator[Any]:
    """What a tuple of tuples holds."""
    if isinstance(value, tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value
