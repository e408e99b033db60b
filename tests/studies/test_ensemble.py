"""Many draws: the same answer however they are moved, each equal to a lone run, and requests that cannot be met."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.engine.noise import Noise, hourly_shocks
from refugee_model.engine.result import Result
from refugee_model.errors import RequestError, ScenarioError
from refugee_model.scenario.network import KINDS
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies import ensemble as module
from refugee_model.studies import points, size
from refugee_model.studies.ensemble import simulate_ensemble

UNCERTAIN = {
    "people.total": {"low": 6000.0, "likely": 10_000.0, "high": 12_000.0},
    "timing.accommodation.asks_for_bed_share": {"low": 0.1, "likely": 0.3, "high": 0.6},
}


@pytest.fixture(scope="module")
def scenario(small: Scenario) -> Scenario:
    return small.change(UNCERTAIN)


def same(one: module.Ensemble, other: module.Ensemble) -> None:
    assert one.draws.equals(other.draws)
    assert one.measures.equals(other.measures)
    for (_, array), (_, same_array) in zip(one.result.by_draw(), other.result.by_draw(), strict=True):
        np.testing.assert_array_equal(array, same_array)


@pytest.mark.parametrize("block", [1, 7, 16, 100])
def test_any_block_size_gives_the_same_bits(scenario: Scenario, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = scenario.change({"timing.checkpoint.noise": {"sd": 0.2, "correlation_hours": 4.0}})
    usual = simulate_ensemble(scenario, draws=50, seed=3)
    monkeypatch.setattr(points, "BLOCK", block)
    same(usual, simulate_ensemble(scenario, draws=50, seed=3))


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers_gives_the_same_bits(
    scenario: Scenario, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "BLOCK", 8)
    with ThreadPoolExecutor(workers) as pool:
        same(simulate_ensemble(scenario, draws=60), simulate_ensemble(scenario, draws=60, executor=pool))


def test_more_draws_begin_with_the_same(scenario: Scenario) -> None:
    few, many = simulate_ensemble(scenario, draws=20), simulate_ensemble(scenario, draws=300)
    assert few.draws.equals(many.draws.head(20))
    assert few.measures.equals(many.measures.head(20))


def test_another_seed_gives_other_draws(scenario: Scenario) -> None:
    one, other = simulate_ensemble(scenario, draws=20, seed=1), simulate_ensemble(scenario, draws=20, seed=2)
    assert not one.draws.equals(other.draws)
    assert not one.measures.equals(other.measures)


def test_a_lone_run_equals_its_draw(scenario: Scenario) -> None:
    ensemble = simulate_ensemble(scenario, draws=20)
    for draw in (0, 7, 19):
        run = rm.simulate(scenario.change(ensemble.draws.loc[draw].to_dict()))
        assert_same_facts(ensemble.result.of_draws(slice(draw, draw + 1)), run.thin(ensemble.result.keep))


def assert_same_facts(found: Result, wanted: Result) -> None:
    """What the first keeps is what the second has, to the last bit."""
    known = dict(wanted.by_draw())
    for (name, key), array in found.by_draw():
        if name != "drawn":
            whole = known[name, key][:, :, : array.shape[2]] if name == "recorded" else known[name, key]
            np.testing.assert_array_equal(array, whole, err_msg=f"{name} {key}")


def test_measures_are_those_of_the_summary(scenario: Scenario) -> None:
    ensemble = simulate_ensemble(scenario, draws=5)
    for draw in range(5):
        summary = rm.summary(rm.simulate(scenario.change(ensemble.draws.loc[draw].to_dict())))
        for name in set(summary.index) & set(ensemble.measures.columns):
            told = np.nan if summary[name] is None else summary[name]
            if ensemble.measures[name].dtype.kind == "M":
                assert (pd.isna(told) and pd.isna(ensemble.measures.loc[draw, name])) or ensemble.measures.loc[
                    draw, name
                ] == told, name
                continue
            assert ensemble.measures.loc[draw, name] == pytest.approx(told, rel=1e-9, abs=1e-6, nan_ok=True), name


def test_people_are_conserved_in_every_draw(scenario: Scenario) -> None:
    ensemble = simulate_ensemble(scenario, draws=64)
    people = sum(ensemble.result.people(kind).sum(axis=1) for kind in KINDS)
    np.testing.assert_allclose(
        people, np.broadcast_to(ensemble.draws["people.total"].to_numpy(), people.shape), atol=1e-6
    )
    assert ensemble.result.residual < 1e-6


def test_a_certain_scenario_has_no_spread(small: Scenario) -> None:
    ensemble = simulate_ensemble(small, draws=10)
    assert list(ensemble.draws.columns) == []
    assert len(ensemble.draws) == 10
    assert ensemble.measures.nunique(dropna=False).max() == 1


def test_measures_only_keeps_no_stocks(scenario: Scenario) -> None:
    usual, light = simulate_ensemble(scenario, draws=10), simulate_ensemble(scenario, draws=10, keep="measures")
    assert not len(light.result.kept)
    assert not any(array.size for (name, _), array in light.result.by_draw() if name != "drawn")
    assert light.measures.equals(usual.measures)


def test_progress_is_told(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(points, "BLOCK", 4)
    simulate_ensemble(scenario, draws=10, progress=lambda done, draws: told.append((done, draws)))
    assert told == [(4, 10), (8, 10), (10, 10)]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"draws": 0}, "draws: found 0, expected a whole number from 1"),
        ({"draws": -5}, "found -5"),
        ({"draws": 2.5}, "found 2.5"),
        ({"draws": 10**12}, "expected a whole number from 1 to 1,000,000, or a table of draws"),
        ({"draws": True}, "found True"),
        ({"seed": -1}, "seed: found -1"),
        ({"keep": "all of it"}, "keep: found 'all of it'"),
    ],
)
def test_requests_that_cannot_be_met(scenario: Scenario, request_: dict[str, object], said: str) -> None:
    with pytest.raises(RequestError) as caught:
        simulate_ensemble(scenario, **request_)  # type: ignore[arg-type]
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("keep", "said"),
    [
        (None, "use keep='quantiles', which takes the same memory for any number of draws, or take at most"),
        ("all", "use keep='quantiles'"),
        (["Hills"], "use keep='quantiles'"),
        ("measures", "use run_batch, which keeps files, or take at most"),
    ],
)
def test_more_than_fits_in_memory_says_what_to_keep(
    scenario: Scenario, keep: str | list[str] | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size, "free_memory", lambda: 1e8)
    with pytest.raises(RequestError) as caught:
        simulate_ensemble(scenario, draws=1_000_000, keep=keep)
    assert f"keep: 1,000,000 draws{'' if keep == 'measures' else ' and their tables'} take" in str(caught.value)
    assert "0.1 GB are free" in str(caught.value)
    assert said in str(caught.value)


def test_all_keeps_every_step_of_every_draw(scenario: Scenario) -> None:
    ensemble = simulate_ensemble(scenario, draws=12, keep="all")
    run = rm.simulate(scenario.change(ensemble.draws.loc[7].to_dict()))
    assert_same_facts(ensemble.result.of_draws(slice(7, 8)), run)
    assert ensemble.measures.equals(simulate_ensemble(scenario, draws=12).measures)
    table = rm.capacity_table(ensemble, quantiles=(0.5,))
    assert table["time"].nunique() == len(run.hours)
    pd.testing.assert_frame_equal(rm.needs_table(ensemble), rm.needs_table(simulate_ensemble(scenario, draws=12)))


def test_a_list_keeps_only_those_places(scenario: Scenario) -> None:
    names = [next(iter(scenario.aid.provinces)), next(iter(scenario.people.districts)), "transit"]
    some, usual = simulate_ensemble(scenario, draws=12, keep=names), simulate_ensemble(scenario, draws=12)
    for make, shown in (
        (rm.capacity_table, [names[0], "transit"]),
        (rm.movement_table, names[:2]),
        (rm.peak_table, names),
    ):
        table, whole = make(some), make(usual)
        assert sorted(set(table["place"].astype(str))) == sorted(shown)
        expected = whole[whole["place"].isin(shown)].reset_index(drop=True)
        same_rows = (
            table.astype({"place": str, "kind": str})
            .sort_values([*table.columns[:2]], kind="stable")
            .reset_index(drop=True)
        )
        expected = (
            expected.astype({"place": str, "kind": str})
            .sort_values([*table.columns[:2]], kind="stable")
            .reset_index(drop=True)
        )
        pd.testing.assert_frame_equal(same_rows, expected, check_categorical=False)
    assert some.measures.equals(usual.measures)
    pd.testing.assert_frame_equal(rm.cost_table(some), rm.cost_table(usual))


@pytest.mark.parametrize(
    ("keep", "said"),
    [
        (["Nowhere"], "keep: found 'Nowhere', which is no place of this scenario"),
        ([], "keep: found an empty list"),
        (7, "keep: found 7, expected None, a word or a list of places"),
        (True, "keep: found True, expected None"),
        (1.5, "keep: found 1.5, expected None"),
        (b"all", "keep: found b'all', expected None"),
        ({"Hills"}, "keep: found {'Hills'}, expected None, a word or a list of places"),
        ({"Hills": True}, "expected None, a word or a list of places"),
        ("", "keep: found '', expected None (all places by day)"),
        ("Quantiles", "keep: found 'Quantiles'"),
        ([3], "keep: found 3, which is no place of this scenario"),
        ([None], "keep: found None, which is no place of this scenario"),
        (["Hills", "Hils"], "keep: found 'Hils', which is no place of this scenario; did you mean 'Hills'?"),
        (["all"], "keep: found 'all', which is no place of this scenario"),
        ("measure", "'all', 'quantiles', 'measures' or a list of places"),
    ],
)
def test_what_cannot_be_kept(scenario: Scenario, keep: object, said: str) -> None:
    with pytest.raises(RequestError) as caught:
        simulate_ensemble(scenario, draws=4, keep=keep)  # type: ignore[arg-type]
    assert said in str(caught.value)


def test_one_place_without_a_list_is_told_how(scenario: Scenario) -> None:
    name = next(iter(scenario.aid.provinces))
    with pytest.raises(RequestError, match=f"for one place write .'{name}'."):
        simulate_ensemble(scenario, draws=4, keep=name)


def test_an_uncertain_number_that_changes_nothing_is_refused(small: Scenario) -> None:
    with pytest.raises(RequestError, match="changes no measure of an ensemble"):
        simulate_ensemble(
            small.change({"standards.minutes_per_household": {"low": 1.0, "likely": 2.0, "high": 3.0}}), draws=4
        )


def test_journeys_cannot_be_uncertain(small: Scenario) -> None:
    with pytest.raises(ScenarioError, match="journeys take the same time in all draws"):
        small.change({"timing.corridor.free_speed_kmh": {"low": 30.0, "likely": 45.0, "high": 60.0}})


def test_rates_hold_at_the_start_before_anyone_is_counted(at_rest: Scenario) -> None:
    changes = {
        "people.total": 3_000,
        "people.now": {"awaiting_placement": 3_000},
        "aid.transit_places": 100_000.0,
        "aid.placement.seats_per_hour": 0.0,
    }
    scenario = at_rest.change(changes)
    ensemble = simulate_ensemble(scenario, draws=4)
    assert ensemble.measures["peak_unsheltered"].tolist() == [0.0] * 4
    table = rm.capacity_table(ensemble)
    assert table.loc[table["place"] == "transit", "probability_over_by"].max() == 0.0


def noise(bounds: np.ndarray, spread: np.ndarray, hours: np.ndarray, *, seed: int, first: int) -> np.ndarray:
    return Noise(hourly_shocks(float(bounds[-1]), len(spread), seed=seed, first=first), spread, hours).over(bounds)


def test_noise_has_the_mean_spread_and_memory_it_should() -> None:
    bounds = np.arange(0.0, 4000.5, 0.5)
    factors = noise(bounds, np.full(200, 0.2), np.full(200, 4.0), seed=5, first=0)
    assert factors.mean() == pytest.approx(1.0, abs=0.01)
    assert factors.std() == pytest.approx(0.2, rel=0.05)
    logs = np.log(factors)
    lag = np.mean([np.corrcoef(logs[:-8, draw], logs[8:, draw])[0, 1] for draw in range(200)])
    assert lag == pytest.approx(np.exp(-1.0), abs=0.03)
    np.testing.assert_array_equal(factors[:-1:2], factors[1::2])
    coarse = noise(np.arange(0.0, 4000.5, 4.0), np.full(200, 0.2), np.full(200, 4.0), seed=5, first=0)
    np.testing.assert_allclose(coarse, factors.reshape(1000, 8, 200).mean(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(factors[:, 7:9], noise(bounds, np.full(2, 0.2), np.full(2, 4.0), seed=5, first=7))
