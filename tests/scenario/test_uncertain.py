"""Uncertain numbers mean what the file says: margins by quantile, ranks within sampling error, and every mistake is
named."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from refugee_model.errors import Problem, RequestError, ScenarioError
from refugee_model.files.scenario_file import load_scenario, write_scenario
from refugee_model.files.scenario_text import scenario_text
from refugee_model.scenario.correlations import Correlation, copula_of, pearson_matrix, pearson_of
from refugee_model.scenario.distributions import DISTRIBUTIONS, ORDER, Distribution
from refugee_model.scenario.fields import number_at, walk
from refugee_model.scenario.scenario import Scenario, build_scenario
from refugee_model.scenario.uncertain import check_draws, draw_table, read_distribution

TOTAL = {"low": 8_000, "likely": 10_000, "high": 15_000, "reason": 'a "census"\nof 2015'}
VEHICLES = {"distribution": "lognormal", "median": 200, "spread": 0.2}
NIGHT = {"distribution": "uniform", "low": 0.5, "high": 0.9}
RANK = "correlations"
PROBABILITIES = np.array([1e-9, 1e-4, 0.01, 0.05, 0.25, 0.4, 0.5, 0.75, 0.9, 0.99, 0.9999])


def read(**given: Any) -> Distribution:
    distribution, problems = read_distribution(given, "x")
    assert not problems, problems
    assert distribution is not None
    return distribution


def uncertain(small: Scenario, **further: Any) -> Scenario:
    return small.change(
        {
            "people.total": TOTAL,
            "timing.checkpoint.vehicles_per_hour": VEHICLES,
            "timing.checkpoint.night_factor": [{"value": 1}, {"since": 2.5, "value": NIGHT}],
            **further,
        }
    )


def message_of(scenario: Scenario, changes: dict[str, Any]) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario.change(changes)
    return str(caught.value).removeprefix("these changes cannot be used: ")


CLOSED_FORMS = [
    ({"low": 2, "likely": 3, "high": 8}, stats.beta(1 + 4 / 6, 1 + 20 / 6, loc=2, scale=6)),
    ({"low": 2, "likely": 2, "high": 8}, stats.beta(1, 5, loc=2, scale=6)),
    ({"distribution": "pert", "low": -3, "likely": 5, "high": 5}, stats.beta(5, 1, loc=-3, scale=8)),
    ({"distribution": "triangular", "low": 2, "likely": 3, "high": 8}, stats.triang(1 / 6, loc=2, scale=6)),
    ({"distribution": "triangular", "low": 2, "likely": 2, "high": 8}, stats.triang(0, loc=2, scale=6)),
    ({"distribution": "triangular", "low": 2, "likely": 8, "high": 8}, stats.triang(1, loc=2, scale=6)),
    ({"distribution": "uniform", "low": 2, "high": 8}, stats.uniform(2, 6)),
    ({"distribution": "normal", "mean": 3, "sd": 2}, stats.norm(3, 2)),
    ({"distribution": "lognormal", "median": 3, "spread": 0.4}, stats.lognorm(0.4, scale=3)),
    ({"distribution": "beta", "alpha": 2, "beta": 5}, stats.beta(2, 5)),
    ({"distribution": "beta", "alpha": 0.5, "beta": 5, "low": 2, "high": 8}, stats.beta(0.5, 5, loc=2, scale=6)),
]
NAMES = [str(given) for given, _ in CLOSED_FORMS]
SOME_OF_EACH = [given for given, _ in CLOSED_FORMS] + [
    {"distribution": "discrete", "values": [3, 1, 2, 5], "weights": [1, 2, 1, 0]},
    {"distribution": "empirical", "values": [4, 1, 2, 2, 9]},
]


@pytest.mark.parametrize(("given", "exact"), CLOSED_FORMS, ids=NAMES)
def test_quantiles_are_those_of_the_closed_form(given: dict[str, Any], exact: Any) -> None:
    np.testing.assert_allclose(read(**given).quantile(PROBABILITIES), exact.ppf(PROBABILITIES), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("given", "exact"), CLOSED_FORMS, ids=NAMES)
def test_truncation_is_exact(given: dict[str, Any], exact: Any) -> None:
    low, high = exact.ppf(0.2), exact.ppf(0.7)
    for limits, start, end in (
        ({"at_least": low}, 0.2, 1),
        ({"at_most": high}, 0, 0.7),
        ({"at_least": low, "at_most": high}, 0.2, 0.7),
    ):
        found = read(**given, **limits).quantile(PROBABILITIES)
        np.testing.assert_allclose(found, exact.ppf(start + PROBABILITIES * (end - start)), rtol=1e-8, atol=1e-9)
        assert found.min() >= limits.get("at_least", -np.inf)
        assert found.max() <= limits.get("at_most", np.inf)


def test_mean_of_pert_is_the_weighted_mean() -> None:
    found = read(low=2, likely=3, high=8).quantile((np.arange(200_000) + 0.5) / 200_000).mean()
    assert found == pytest.approx((2 + 4 * 3 + 8) / 6, rel=1e-6)


def test_discrete_draws_each_value_as_often_as_its_weight() -> None:
    found = read(distribution="discrete", values=[3, 1, 2, 5], weights=[1, 2, 1, 0]).quantile(
        (np.arange(400) + 0.5) / 400
    )
    assert dict(zip(*np.unique(found, return_counts=True), strict=True)) == {1: 200, 2: 100, 3: 100}


def test_truncation_of_discrete_leaves_only_values_given() -> None:
    found = read(distribution="discrete", values=[1, 2, 3, 5], weights=[4, 1, 3, 9], at_least=1.5, at_most=4).quantile(
        (np.arange(400) + 0.5) / 400
    )
    assert dict(zip(*np.unique(found, return_counts=True), strict=True)) == {2: 100, 3: 300}


@pytest.mark.parametrize("values", [[4, 1, 2, 2, 9], [0, 5], [1, 1, 1, 2, 2, 2]])
def test_empirical_is_the_quantile_of_the_list(values: list[float]) -> None:
    np.testing.assert_allclose(
        read(distribution="empirical", values=values).quantile(PROBABILITIES), np.quantile(values, PROBABILITIES)
    )


@pytest.mark.parametrize(("at_least", "start"), [(2, 0.25), (3, 0.5 + 0.25 * 0.5), (1.5, 0.125), (0, 0)])
def test_truncation_of_empirical(at_least: float, start: float) -> None:
    values = [4, 1, 2, 2, 9]
    found = read(distribution="empirical", values=values, at_least=at_least).quantile(PROBABILITIES)
    np.testing.assert_allclose(found, np.quantile(values, start + PROBABILITIES * (1 - start)))


@pytest.mark.parametrize("given", SOME_OF_EACH, ids=str)
def test_median_is_central(given: dict[str, Any]) -> None:
    distribution = read(**given)
    assert distribution.central == distribution.quantile([0.5])[0]


@pytest.mark.parametrize("given", SOME_OF_EACH, ids=str)
def test_plain_reads_back(given: dict[str, Any]) -> None:
    distribution = read(**given, reason="why", at_least=-100)
    assert read(**distribution.plain()) == distribution
    assert pickle.loads(pickle.dumps(distribution)) == distribution


def test_order_names_every_parameter() -> None:
    assert {name for kind in DISTRIBUTIONS.values() for name in kind.model_fields} == {"distribution", *ORDER}
    assert all(kind.model_fields["distribution"].default == word for word, kind in DISTRIBUTIONS.items())


NUMBERS = st.floats(-1e6, 1e6)


@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    kind = draw(st.sampled_from(sorted(DISTRIBUTIONS)))
    low, likely, high = sorted(draw(st.lists(NUMBERS, min_size=3, max_size=3, unique=True)))
    positive = st.floats(1e-3, 1e3)
    values = draw(st.lists(NUMBERS, min_size=2, max_size=8, unique=True))
    given = {
        "pert": {"low": low, "likely": likely, "high": high},
        "triangular": {"low": low, "likely": likely, "high": high},
        "uniform": {"low": low, "high": high},
        "normal": {"mean": low, "sd": draw(positive)},
        "lognormal": {"median": draw(positive), "spread": draw(st.floats(0.01, 3))},
        "beta": {"alpha": draw(st.floats(0.1, 50)), "beta": draw(st.floats(0.1, 50)), "low": low, "high": high},
        "discrete": {"values": values, "weights": draw(st.lists(positive, min_size=len(values), max_size=len(values)))},
        "empirical": {"values": values},
    }[kind]
    whole = DISTRIBUTIONS[kind].model_validate(given)
    limits = {}
    if draw(st.booleans()):
        limits["at_least"] = float(whole.quantile([draw(st.floats(0.01, 0.45))])[0])
    if draw(st.booleans()):
        limits["at_most"] = float(whole.quantile([draw(st.floats(0.55, 0.99))])[0])
    # Weights may put both limits on one value, which leaves no truncation to speak of.
    return whole if len(set(limits.values())) < len(limits) else DISTRIBUTIONS[kind].model_validate(given | limits)


@given(distribution=distributions(), probabilities=st.lists(st.floats(1e-12, 1 - 1e-12), min_size=2, max_size=50))
def test_quantiles_rise_and_stay_within_the_bounds(distribution: Distribution, probabilities: list[float]) -> None:
    found = distribution.quantile(np.sort(probabilities))
    assert np.all(np.isfinite(found))
    assert np.all(np.diff(found) >= -1e-9 * np.abs(found[1:]))
    for name, holds in (
        ("low", np.greater_equal),
        ("at_least", np.greater_equal),
        ("high", np.less_equal),
        ("at_most", np.less_equal),
    ):
        limit = getattr(distribution, name, None)
        assert limit is None or np.all(holds(found, limit))


@given(distribution=distributions(), probabilities=st.lists(st.floats(1e-6, 1 - 1e-6), min_size=9, max_size=9))
def test_each_draw_depends_on_itself_alone(distribution: Distribution, probabilities: list[float]) -> None:
    together = distribution.quantile(probabilities)
    alone = [distribution.quantile(np.array([probability]))[0] for probability in probabilities]
    assert together.tolist() == alone


def test_medians_stand_in_the_groups(small: Scenario) -> None:
    scenario = uncertain(small)
    assert list(scenario.uncertain) == [
        "people.total",
        "timing.checkpoint.night_factor.1.value",
        "timing.checkpoint.vehicles_per_hour",
    ]
    assert scenario.people.total == pytest.approx(stats.beta(1 + 8 / 7, 1 + 20 / 7, loc=8_000, scale=7_000).median())
    assert scenario.get("timing.checkpoint.vehicles_per_hour") == 200
    assert scenario.get("timing.checkpoint.night_factor.1.value") == 0.7
    assert small.uncertain == {}


def test_scenario_with_uncertain_numbers_reads_back(small: Scenario, tmp_path: Path) -> None:
    scenario = uncertain(
        small, **{RANK: [{"paths": ["people.total", "timing.checkpoint.vehicles_per_hour"], "rank": -0.4}]}
    )
    write_scenario(scenario, tmp_path / "x.toml", header="x")
    again = load_scenario(tmp_path / "x.toml")
    assert again == scenario
    assert again.uncertain == scenario.uncertain
    assert again.uncertain["people.total"].reason == TOTAL["reason"]
    (tmp_path / "y.toml").write_text(scenario_text(scenario, explain=True), encoding="utf-8")
    assert load_scenario(tmp_path / "y.toml") == scenario
    assert build_scenario(scenario.values()) == build_scenario(scenario.values(defaults=True)) == scenario
    assert scenario.change({}) == scenario == pickle.loads(pickle.dumps(scenario))


def test_a_number_makes_it_certain_again(small: Scenario) -> None:
    scenario = uncertain(small)
    other = scenario.change({"people.total": 10_000})
    assert other.people.total == 10_000
    assert set(scenario.uncertain) - set(other.uncertain) == {"people.total"}
    back = other.change({"timing.checkpoint.vehicles_per_hour": 200, "timing.checkpoint.night_factor": 0.9})
    assert back == small


def test_change_of_a_group_keeps_the_others(small: Scenario) -> None:
    scenario = uncertain(small)
    other = scenario.change({"timing.checkpoint": {"vehicles_per_hour": 300}})
    assert list(other.uncertain) == ["people.total"]
    assert scenario.change({"aid.transit_places": 5}).uncertain == scenario.uncertain


def test_change_of_one_parameter(small: Scenario) -> None:
    other = uncertain(small).change({"people.total.high": 20_000})
    assert other.uncertain["people.total"].plain() == {**TOTAL, "high": 20_000}


def test_a_distribution_itself_may_be_given(small: Scenario) -> None:
    distribution = read(**VEHICLES)
    assert small.change({"people.total": distribution}).uncertain == {"people.total": distribution}


def test_uncertain_entry_of_names_and_of_lists(small: Scenario) -> None:
    scenario = small.change(
        {
            "aid.stocks": {next(iter(small.standards.items)): {"low": 1, "likely": 2, "high": 3}},
            "timing.checkpoint.regimes": [
                {"kind": "trickle", "since": 1, "vehicles_per_hour": {"low": 5, "likely": 10, "high": 20}}
            ],
            "aid.provinces.low": {"beds": {"low": 5, "likely": 10, "high": 20}, "road_km": 5, "relatives_weight": 1},
        }
    )
    assert list(scenario.uncertain) == [
        "aid.provinces.low.beds",
        f"aid.stocks.{next(iter(small.standards.items))}",
        "timing.checkpoint.regimes.0.vehicles_per_hour",
    ]


def test_uncertain_cannot_be_written(small: Scenario) -> None:
    assert message_of(small, {"uncertain": {"people.total": TOTAL}}).startswith("uncertain: is not a known name")


def test_noise(small: Scenario) -> None:
    assert small.timing.checkpoint.noise is None
    noise = small.change({"timing.checkpoint.noise": {"sd": 0.15, "correlation_hours": 4}}).timing.checkpoint.noise
    assert noise is not None
    assert (noise.sd, noise.correlation_hours) == (0.15, 4)


def test_distribution_of_a_child_replaces_that_of_the_parent(small_path: Path, tmp_path: Path) -> None:
    parent, child = tmp_path / "parent.toml", tmp_path / "child.toml"
    parent.write_text(
        f'based_on = "{small_path}"\n[people]\ntotal = {{low = 1, likely = 2, high = 3, at_most = 2.5}}\n'
    )
    child.write_text('based_on = "parent.toml"\n[people.total]\ndistribution = "normal"\nmean = 9_000\nsd = 10\n')
    assert load_scenario(parent).uncertain["people.total"].at_most == 2.5
    assert load_scenario(child).uncertain["people.total"] == read(distribution="normal", mean=9_000, sd=10)
    child.write_text('based_on = "parent.toml"\n[people]\ntotal = 9_000\n')
    assert load_scenario(child).uncertain == {}
    child.write_text('based_on = "parent.toml"\n[people.total]\nhigh = 4\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario(child)
    assert [(problem.path, problem.where) for problem in caught.value.problems] == [
        ("people.total.low", "child.toml, line 2"),
        ("people.total.likely", "child.toml, line 2"),
    ]


def uniforms(count: int, columns: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(7).uniform(1e-12, 1 - 1e-12, (count, columns))


def uniforms_for(scenario: Scenario, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return uniforms(count, copula_of(scenario.uncertain, scenario.correlations).shares.shape[1])


CORRELATED = [
    {"paths": ["people.total", "timing.checkpoint.vehicles_per_hour"], "rank": 0.6},
    {"paths": ["timing.checkpoint.night_factor.1.value", "timing.checkpoint.vehicles_per_hour"], "rank": -0.3},
]


def test_margins_and_ranks_are_those_of_the_file(small: Scenario) -> None:
    scenario = uncertain(small, **{RANK: CORRELATED})
    table = draw_table(scenario, uniforms(200_000, 3))
    assert list(table) == list(scenario.uncertain)
    for path, distribution in scenario.uncertain.items():
        below = np.searchsorted(np.sort(table[path]), distribution.quantile([0.05, 0.25, 0.5, 0.75, 0.95])) / 200_000
        np.testing.assert_allclose(below, [0.05, 0.25, 0.5, 0.75, 0.95], atol=0.005)
    found = stats.spearmanr(np.stack(list(table.values()), axis=1)).statistic
    np.testing.assert_allclose(found[np.triu_indices(3, 1)], [0, 0.6, -0.3], atol=0.01)


def test_a_group_gives_each_pair_the_same_rank(small: Scenario) -> None:
    scenario = uncertain(small, **{RANK: [{"paths": list(uncertain(small).uncertain), "rank": 0.5}]})
    found = stats.spearmanr(
        np.stack(list(draw_table(scenario, uniforms_for(scenario, 100_000)).values()), axis=1)
    ).statistic
    np.testing.assert_allclose(found[np.triu_indices(3, 1)], 0.5, atol=0.012)


@pytest.mark.parametrize("rank", [1, -1])
def test_full_correlation(small: Scenario, rank: float) -> None:
    scenario = uncertain(
        small, **{RANK: [{"paths": ["people.total", "timing.checkpoint.vehicles_per_hour"], "rank": rank}]}
    )
    table = draw_table(scenario, uniforms_for(scenario, 1_000))
    found = stats.spearmanr(table["people.total"], table["timing.checkpoint.vehicles_per_hour"]).statistic
    assert found == pytest.approx(rank)


def test_draws_do_not_depend_on_the_block_or_the_order_in_the_file(small: Scenario) -> None:
    scenario = uncertain(small, **{RANK: CORRELATED})
    drawn = uniforms(1_001, 3)
    table = draw_table(scenario, drawn)
    for start, end in ((0, 1), (1, 8), (8, 1_001)):
        part = draw_table(scenario, drawn[start:end])
        assert all(part[path].tolist() == table[path][start:end].tolist() for path in table)
    other = small.change(
        {path: scenario.uncertain[path] for path in reversed(scenario.uncertain) if "night" not in path}
    )
    other = other.change(
        {"timing.checkpoint.night_factor": [{"value": 1}, {"since": 2.5, "value": NIGHT}], RANK: CORRELATED[::-1]}
    )
    again = draw_table(other, drawn)
    assert all(again[path].tolist() == table[path].tolist() for path in table)


def test_uncorrelated_numbers_are_untouched_by_correlations_of_others(small: Scenario) -> None:
    plain, some = uncertain(small), uncertain(small, **{RANK: CORRELATED[:1]})
    drawn = uniforms_for(some, 100)
    path = "timing.checkpoint.night_factor.1.value"
    assert draw_table(plain, drawn[:, :3])[path].tolist() == draw_table(some, drawn)[path].tolist()


@pytest.mark.parametrize(
    "wrong", [np.full((5, 2), 0.5), np.full(3, 0.5), np.zeros((5, 3)), np.ones((5, 3)), np.full((5, 3), np.nan)]
)
def test_uniforms_that_cannot_be_used(small: Scenario, wrong: Any) -> None:
    with pytest.raises(RequestError, match="draws cannot be made"):
        draw_table(uncertain(small), wrong)


def test_certain_scenario_has_no_draws(small: Scenario) -> None:
    assert draw_table(small, np.empty((5, 0))) == {}


def test_rank_correlations_become_those_of_the_normal() -> None:
    assert [pearson_of(rank) for rank in (-1, 0, 1)] == pytest.approx([-1, 0, 1])
    matrix = pearson_matrix(["a", "b", "c"], [Correlation(paths=("a", "c"), rank=0.5)])
    np.testing.assert_allclose(matrix, [[1, 0, 2 * np.sin(np.pi / 12)], [0, 1, 0], [2 * np.sin(np.pi / 12), 0, 1]])


def test_a_number_made_certain_stays_known_to_the_correlations(small: Scenario) -> None:
    scenario = uncertain(small, **{RANK: [*CORRELATED]})
    rate = "timing.checkpoint.vehicles_per_hour"
    once, *others = scenario.change({"people.total": 5}).correlations
    assert (once.paths, once.certain, once.rank) == ((rate,), ("people.total",), 0.6)
    assert others == list(scenario.correlations[1:])
    again = scenario.change({"people.total": 5}).change({"people.total": scenario.uncertain["people.total"]})
    assert {*again.correlations[0].paths} == {rate, "people.total"}
    three = uncertain(small, **{RANK: [{"paths": list(scenario.uncertain), "rank": 0.2}]})
    assert three.change({"people.total": 5}).correlations[0].paths == tuple(scenario.uncertain)[1:]
    alone = three.change({"timing.checkpoint": {"vehicles_per_hour": 300}}).correlations[0]
    assert (alone.certain, alone.taken_away) == ((rate,), ("timing.checkpoint.night_factor.1.value",))
    assert three.change({path: three.get(path) for path in three.uncertain}).correlations == ()
    assert "people.total: low = 9 is above" in message_of(three, {"people.total.low": 9, "people.total.likely": 5})


def test_a_correlation_written_for_a_certain_number_is_a_mistake(small: Scenario) -> None:
    assert "'people.total' is not an uncertain number" in message_of(
        uncertain(small), {"people.total": 5, RANK: CORRELATED}
    )
    twice = {RANK: [{**CORRELATED[0], "certain": ["people.total"]}]}
    assert "'people.total' is uncertain; name it in paths" in message_of(uncertain(small), twice)
    nowhere = {RANK: [{**CORRELATED[0], "certain": ["people.totl"]}]}
    assert "'people.totl'" in message_of(uncertain(small), nowhere)


def test_impossible_correlations_name_the_pair_and_a_rank_that_works(small: Scenario) -> None:
    a, b, c = uncertain(small).uncertain
    wrong = [{"paths": [a, b], "rank": 0.9}, {"paths": [a, c], "rank": 0.8}, {"paths": [b, c], "rank": 0.0}]
    said = message_of(uncertain(small), {RANK: wrong})
    assert "take that pair out or change the rank of correlations.0 from 0.9 to" in said
    wrong[0]["rank"] = float(said.rsplit(" ", 1)[-1])
    assert uncertain(small).change({RANK: wrong}).correlations[0].rank == wrong[0]["rank"]


def test_draws_within_bounds_pass(small: Scenario) -> None:
    scenario = uncertain(small)
    check_draws(scenario, draw_table(scenario, uniforms(1_000, 3)))


def draw_message(scenario: Scenario, path: str, draws: list[float]) -> str:
    with pytest.raises(ScenarioError) as caught:
        check_draws(scenario, {path: np.array(draws)})
    return str(caught.value).removeprefix("these draws cannot be used: ")


@pytest.mark.parametrize(
    ("path", "draws", "said"),
    [
        ("people.total", [5, -1, -7.25], ("people.total: 2 of 3 draws are below 0, down to -7.25; write at_least = 0 "
            "in "
            "its "
            "distribution")),
        ("timing.transport.own_vehicle_share", [0.5, 1.25],
         ("timing.transport.own_vehicle_share: 1 of 2 draws is above 1, up to 1.25; write at_most = 1 in its "
             "distribution")),
        ("timing.transport.people_per_vehicle", [4, 0],
         ("timing.transport.people_per_vehicle: 1 of 2 draws is at or below 0, down to 0; write at_least = "
             "0.045 in its distribution")),
        ("people.total", [5, np.inf], ("people.total: 1 of 2 draws are not finite; write at_least and at_most in its "
            "distribution")),
        ("people.totl", [5], "people.totl: cannot be uncertain: it is not a number of a scenario"),
        ("timeline.days", [5], "timeline.days: cannot be uncertain: it sets the steps"),
        ("title", [5], "title: cannot be uncertain: it is not a number of a scenario"),
    ],
)  # fmt: skip
def test_draws_that_leave_the_bounds(small: Scenario, path: str, draws: list[float], said: str) -> None:
    assert draw_message(small, path, draws) == said


def test_the_truncation_that_is_offered_works(small: Scenario) -> None:
    wide = {"distribution": "normal", "mean": 4, "sd": 3}
    path = "timing.transport.people_per_vehicle"
    scenario = small.change({path: wide})
    said = draw_message(scenario, path, draw_table(scenario, uniforms(1_000, 1))[path].tolist())
    at_least = float(said.split("at_least = ")[1].split(" ")[0])
    mended = small.change({path: {**wide, "at_least": at_least}})
    check_draws(mended, draw_table(mended, uniforms(1_000, 1)))


@pytest.mark.parametrize(
    ("path", "bounds"),
    [
        ("timing.transport.own_vehicle_share", (0, None, 1, None)),
        ("timing.checkpoint.lanes.0.value", (0, None, None, None)),
        ("timing.checkpoint.lanes", (0, None, None, None)),
        ("aid.stocks.x", (0, None, None, None)),
        ("timing.departure.shape", (0.2, None, 20, None)),
        ("timing.transport.people_per_vehicle", (None, 0, None, None)),
    ],
)
def test_bounds_of_numbers(path: str, bounds: tuple[float | None, ...]) -> None:
    number = number_at(Scenario, path.split("."))
    assert number is not None
    assert (number.ge, number.gt, number.le, number.lt) == bounds
    assert not number.certain


@pytest.mark.parametrize(
    "path", ["people", "people.districts.x", "title", "timing.departure.start", "standards.winter.from_month", "x.y"]
)
def test_what_is_not_a_number(path: str) -> None:
    assert number_at(Scenario, path.split(".")) is None


def test_fields_say_whether_they_may_be_uncertain() -> None:
    may = {field.path: field.uncertain for field in walk(Scenario)}
    assert may["people.total"]
    assert may["aid.provinces.<name>.beds"]
    assert may["timing.checkpoint.vehicles_per_hour"]
    assert may["aid.stocks.<name>"]
    assert not may["people.now.sheltered.<name>"]
    assert not may["timing.corridor.length_km"]
    for path in (
        "title",
        "timing.departure.start",
        "timeline.days",
        "standards.winter.from_month",
        "timing.checkpoint.night_from_hour",
    ):
        assert not may[path]


JUNK = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.floats() | st.text(max_size=3), max_size=3)
)


@given(
    given=st.dictionaries(
        st.sampled_from(["distribution", *ORDER, "x"]), JUNK | st.sampled_from(sorted(DISTRIBUTIONS)), max_size=5
    )
)
def test_junk_for_a_distribution_is_a_problem_or_a_scenario(small: Scenario, given: dict[str, Any]) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        small.change({"timing.checkpoint.lanes": given})
    except ScenarioError as error:
        problems = error.problems
    assert all(problem.path.startswith("timing.checkpoint") and "\n" not in str(problem) for problem in problems)


def test_certain_scenarios_load_without_scipy(small_path: Path) -> None:
    code = f"import sys, refugee_model; refugee_model.load_scenario({str(small_path)!r}); print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("path", "ends"),
    [
        ("people.total", {"low": -15_000, "likely": 10_000, "high": 20_000}),
        ("people.total", {"distribution": "uniform", "low": -1, "high": 20_000}),
        ("timing.accommodation.asks_for_bed_share", {"low": 0.2, "likely": 0.3, "high": 1.4}),
        ("timing.accommodation.asks_for_bed_share", {"distribution": "empirical", "values": [0.2, 0.3, 1.4]}),
    ],
)
def test_ends_out_of_bounds_are_refused_before_any_draw(small: Scenario, path: str, ends: dict[str, Any]) -> None:
    assert f"{path}: its draws lie between" in message_of(small, {path: ends})
    cut = {"at_least": 9_000} if path == "people.total" else {"at_most": 0.9}
    assert path in small.change({path: ends | cut}).uncertain
