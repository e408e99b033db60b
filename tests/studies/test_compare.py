"""Two scenarios on the same draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import refugee_model as rm
from refugee_model.charts.comparisons import plot_comparison
from refugee_model.errors import RequestError, ScenarioWarning
from refugee_model.outcomes.measures import DRAWN, MEASURES
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import Ensemble
from refugee_model.tables.comparisons import PAIRED, paired_table

TOTAL, RATE = "people.total", "timing.checkpoint.vehicles_per_hour"


@pytest.fixture(scope="module")
def scenario(small: Scenario) -> Scenario:
    return small.change(
        {
            TOTAL: {"low": 8_000, "likely": 10_000, "high": 12_000},
            RATE: {"low": 100, "likely": 150, "high": 300},
            "timing.checkpoint.noise": {"sd": 0.2, "correlation_hours": 3},
        }
    )


@pytest.fixture(scope="module")
def ensemble(scenario: Scenario) -> Ensemble:
    return rm.simulate_ensemble(scenario, draws=40, seed=3, keep="measures")


def refused(call: Any) -> str:
    with pytest.raises(RequestError) as caught:
        call()
    return str(caught.value)


# -- a ready table of draws


def test_given_draws_are_the_draws(scenario: Scenario, ensemble: Ensemble) -> None:
    again = rm.simulate_ensemble(scenario, draws=ensemble.draws, seed=3, keep="measures")
    assert again.draws.equals(ensemble.draws)
    assert again.measures.equals(ensemble.measures)
    shuffled = rm.simulate_ensemble(scenario, draws=ensemble.draws[[RATE, TOTAL]], seed=3, keep="measures")
    assert shuffled.measures.equals(ensemble.measures)


def test_columns_of_what_is_certain_now_are_ignored_and_said(scenario: Scenario, ensemble: Ensemble) -> None:
    other = scenario.change({TOTAL: 9_000})
    with pytest.warns(ScenarioWarning, match="ignored, since the scenario is certain of them: people.total"):
        given = rm.simulate_ensemble(other, draws=ensemble.draws, seed=3, keep="measures")
    assert list(given.draws) == [RATE]
    assert given.measures.equals(rm.simulate_ensemble(other, draws=40, seed=3, keep="measures").measures)


def test_a_table_that_cannot_be_used_is_refused_with_all_its_problems(scenario: Scenario, ensemble: Ensemble) -> None:
    good = ensemble.draws
    wrong = {
        "draws.people.total: is missing: this number is uncertain": good[[RATE]],
        "draws.people.total: there are two or more columns": pd.concat([good, good[[TOTAL]]], axis=1),
        "draws.people.totl: is no number that could be uncertain: did you mean": good.assign(**{"people.totl": 1.0}),
        "draws.timeline.days: is no number that could be uncertain: it sets the steps": good.assign(
            **{"timeline.days": 3.0}
        ),
        "draws.1: is no number": good.assign(x=1).rename(columns={"x": 1}),
        "1 of 40 values are not finite numbers": good.assign(**{TOTAL: [np.nan, *good[TOTAL][1:]]}),
        "1 of 40 values are out of bounds, such as -1; expected": good.assign(**{TOTAL: [-1.0, *good[TOTAL][1:]]}),
        "40 of 40 values are no numbers, such as 'many'": good.assign(**{TOTAL: "many"}),
        "1 of 40 values are no numbers, such as 'few'": good.assign(**{TOTAL: ["few", *good[TOTAL][1:]]}),
        "the table has 0 rows": good.iloc[:0],
    }
    for said, table in wrong.items():
        assert said in refused(lambda table=table: rm.simulate_ensemble(scenario, draws=table)), said
    both = refused(lambda: rm.simulate_ensemble(scenario, draws=good[[RATE]].assign(**{"people.totl": 1.0})))
    assert both.count("draws.people.tot") == 2
    both = refused(lambda: rm.simulate_ensemble(scenario, draws=good[[RATE]].assign(**{RATE: -1.0})))
    assert both.count("\n") == 2
    as_objects = rm.simulate_ensemble(scenario, draws=good.astype(object), seed=3, keep="measures")
    assert as_objects.draws.equals(good)


# -- comparing


def test_what_is_the_same_does_not_differ(ensemble: Ensemble) -> None:
    table = rm.compare(ensemble, ensemble)
    assert tuple(table.columns) == PAIRED
    table = table[table["measure"] != "funding_gap_usd"]  # funds are not known
    assert (table.filter(like="difference").to_numpy() == 0).all()
    judged = table[table["better"] != ""]
    assert (judged[["chance_b_better", "chance_a_better", "regret", "regret_95", "regret_a"]].to_numpy() == 0).all()
    assert table.loc[table["better"] == "", ["chance_b_better", "regret"]].isna().all(axis=None)
    assert (rm.compare(ensemble, ensemble).attrs["draws"], ensemble.seed) == (40, 3)


def test_differences_are_those_of_each_draw(scenario: Scenario, ensemble: Ensemble) -> None:
    more = scenario.change({RATE: rm.times(0.7)})
    other = rm.simulate_ensemble(more, draws=40, seed=3, keep="measures")
    for table in (
        rm.compare(ensemble, other),
        rm.compare(ensemble, more),
        rm.compare(scenario, more, draws=40, seed=3),
    ):
        row = table.set_index("measure").loc["longest_queue_people"]
        change = other.measures["longest_queue_people"] - ensemble.measures["longest_queue_people"]
        assert row["difference_50"] == pytest.approx(np.median(change))
        assert row["difference_mean"] == pytest.approx(change.mean())
        assert row["a"] == pytest.approx(np.median(ensemble.measures["longest_queue_people"]))
        assert row["chance_a_better"] == (change >= 0.5).mean()
        assert row["chance_b_better"] == (change <= -0.5).mean()
        assert row["regret"] == pytest.approx(np.maximum(change, 0).mean())
        assert row["regret_a"] == pytest.approx(np.maximum(-change, 0).mean())
    back = rm.compare(other, ensemble).set_index("measure").loc["longest_queue_people"]
    assert back["difference_mean"] == -row["difference_mean"]
    assert (back["chance_b_better"], back["regret"]) == (row["chance_a_better"], row["regret_a"])


def test_times_and_waits_that_have_no_end(scenario: Scenario) -> None:
    start = scenario.timeline.start
    never, day = pd.NaT, pd.Timestamp(start) + pd.Timedelta(hours=24)
    full, wait = "first_place_full_time", "longest_wait_checkpoint_hours"
    a = pd.DataFrame({full: [day, day, never, never], wait: [1.0, np.inf, np.inf, 2.0]})
    b = pd.DataFrame({full: [never, day, never, day], wait: [np.inf, np.inf, 5.0, 2.0]})
    table = paired_table(a, b, scenario.timeline).set_index("measure")
    assert table.loc[full, ["chance_b_better", "chance_a_better"]].tolist() == [0.25, 0.25]
    assert table.loc[wait, ["chance_b_better", "chance_a_better"]].tolist() == [0.25, 0.25]
    assert table.loc[wait, ["difference_5", "difference_95"]].tolist() == [-np.inf, np.inf]
    assert table.loc[full, "regret"] == np.inf
    assert pd.isna(table.loc[full, "a"])


def test_what_is_not_on_the_same_draws_is_refused(scenario: Scenario, ensemble: Ensemble) -> None:
    other = rm.simulate_ensemble(scenario, draws=40, seed=4, keep="measures")
    assert "seed: found 3 and 4" in refused(lambda: rm.compare(ensemble, other))
    fewer = rm.simulate_ensemble(scenario, draws=20, seed=3, keep="measures")
    assert "draws: found 40 draws and 20 draws" in refused(lambda: rm.compare(ensemble, fewer))
    turned = rm.simulate_ensemble(scenario, draws=ensemble.draws[::-1], seed=3, keep="measures")
    assert "people.total: has other values" in refused(lambda: rm.compare(ensemble, turned))
    assert "draws: given, but" in refused(lambda: rm.compare(ensemble, scenario, draws=40))
    with pytest.raises(RequestError, match="expected a scenario"):
        rm.compare(scenario, "b")  # type: ignore[arg-type]


def test_every_measure_says_which_way_is_better() -> None:
    ways = {name: MEASURES[name].better for name in DRAWN}
    assert set(ways.values()) == {"less", "more", ""}
    assert {name for name, way in ways.items() if way == "more"} == {"first_place_full_time", "first_full"}
    assert ways["person_nights_without_roof"] == ways["cost_usd"] == "less"
    assert ways["crossed"] == ways["last_arrival"] == ways["person_nights_in_state_accommodation"] == ""


# -- the picture


def test_what_compare_gives_can_be_drawn(ensemble: Ensemble, scenario: Scenario) -> None:
    table = rm.compare(ensemble, scenario.change({"timing.checkpoint.night_factor": 0.5}))
    axes = plot_comparison(table)
    shown = [label.get_text().split("\n")[0] for label in axes.get_yticklabels()]
    assert "person nights on road" in shown
    assert "crossed" not in shown  # neither less nor more of it is better
    words = " ".join(text.get_text().replace("\n", " ") for text in axes.figure.findobj(Text))
    assert "b is more often better in" in words
    assert any("of 100" in text.get_text() or "all" in text.get_text() for text in axes.texts)
    with pytest.raises(RequestError, match="no measure of which less or more is better"):
        plot_comparison(table[table["better"] == ""])
