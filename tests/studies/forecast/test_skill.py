"""Scores of forecasts and what they are compared with."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.forecast import learning as module
from refugee_model.studies.forecast.scoring import (
    LEVELS,
    Told,
    errors_of,
    fitted,
    persistence,
    planning_figure,
    rate_so_far,
)
from refugee_model.studies.forecast.skill import shared_out

HOURS = np.array([10.0, 20.0, 30.0, 40.0])


def test_persistence_goes_on_at_the_rate_of_its_window() -> None:
    values = np.array([100.0, 200.0, 400.0, 800.0])
    np.testing.assert_allclose(persistence(HOURS, values, np.array([41.0, 50.0]), 10.0), [840.0, 1200.0])
    np.testing.assert_allclose(persistence(HOURS, values, np.array([50.0]), 20.0), [800.0 + 10.0 * 30.0])
    np.testing.assert_allclose(persistence(HOURS[:1], values[:1], np.array([20.0]), 5.0), [200.0])
    np.testing.assert_allclose(persistence(HOURS[:1], values[:1], np.array([20.0]), 20.0), [150.0])


def test_who_had_arrived_before_the_start_has_not_come_since(small: Scenario) -> None:
    begun = small.change({"people.now": {"left_country": 4_000.0}})
    times = [pd.Timestamp(begun.timeline.time_at(hour)) for hour in (24.0, 48.0, 72.0)]
    reports = pd.DataFrame({"time": times, "quantity": "arrived", "place": "", "value": [4100.0, 4200.0, 4300.0]})
    crises = {"begun": (begun, reports)}
    scores = rm.score_forecasts(crises, known=(2,), draws=2).set_index("method")
    assert scores.loc["rate of the last 168 h", "wis"] == pytest.approx(0.0, abs=1e-6)


def test_a_rule_that_reaches_back_beyond_the_first_count_begins_at_the_start() -> None:
    values = np.array([150.0, 250.0])
    np.testing.assert_allclose(persistence(HOURS[:2], values, np.array([30.0]), 20.0, 50.0), [350.0])


def test_curves_are_found_again() -> None:
    ahead = np.array([60.0, 200.0])
    true = 5000.0 / (1.0 + np.exp(-0.1 * (HOURS - 35.0)))
    np.testing.assert_allclose(
        fitted("logistic curve", HOURS, true, ahead), 5000.0 / (1.0 + np.exp(-0.1 * (ahead - 35.0))), rtol=1e-3
    )
    true = 5000.0 * np.exp(-np.exp(-0.08 * (HOURS - 25.0)))
    np.testing.assert_allclose(
        fitted("Gompertz curve", HOURS, true, ahead), 5000.0 * np.exp(-np.exp(-0.08 * (ahead - 25.0))), rtol=1e-3
    )


def test_the_planning_figure_is_not_passed_unless_it_is_already() -> None:
    values = np.array([100.0, 200.0, 300.0, 400.0])
    assert rate_so_far(HOURS, values) == pytest.approx(10.0)
    assert rate_so_far(HOURS[:1], values[:1]) == pytest.approx(10.0)
    np.testing.assert_allclose(planning_figure(HOURS, values, np.array([50.0, 500.0]), 1000.0, 10.0), [500.0, 1000.0])
    np.testing.assert_allclose(planning_figure(HOURS, values, np.array([50.0]), 300.0, 10.0), [400.0])


def test_scores_by_hand() -> None:
    draws = np.linspace(0.0, 100.0, 1001)[None]
    told = Told("uniform", np.quantile(draws, LEVELS, axis=1).T, draws)
    inside, outside = errors_of(told, np.array([50.0])), errors_of(told, np.array([120.0]))
    # WIS: half the distance to the median, and for each interval half its level x (width + 2 / level x distance
    # outside), / 4.5
    widths = {0.05: 95.0, 0.1: 90.0, 0.2: 80.0, 0.5: 50.0}
    upper = {0.05: 97.5, 0.1: 95.0, 0.2: 90.0, 0.5: 75.0}
    assert inside["wis"][0] == pytest.approx(sum(level / 2 * width for level, width in widths.items()) / 4.5)
    beyond = sum(level / 2 * (widths[level] + 2 / level * (120.0 - upper[level])) for level in widths)
    assert outside["wis"][0] == pytest.approx((0.5 * 70.0 + beyond) / 4.5)
    assert inside["crps"][0] == pytest.approx(100.0 / 12.0, rel=0.01)
    assert (inside["coverage_50"][0], inside["coverage_90"][0], outside["coverage_90"][0]) == (1.0, 1.0, 0.0)
    assert outside["bias"][0] == pytest.approx(-70.0)
    points = errors_of(Told("point", np.array([80.0])), np.array([100.0]))
    assert (points["wis"][0], points["crps"][0], points["bias"][0]) == (20.0, 20.0, -20.0)


@pytest.fixture(scope="module")
def scenario(small: Scenario) -> Scenario:
    return small.change({"people.total": {"low": 50_000, "likely": 80_000, "high": 120_000}})


@pytest.fixture(scope="module")
def reports(scenario: Scenario) -> pd.DataFrame:
    table = rm.arrivals_table(rm.simulate(scenario.change({"people.total": 90_000})), every_hours=6)
    return pd.DataFrame({"time": table["time"], "quantity": "arrived", "place": "", "value": table["arrived"]}).iloc[
        1:40
    ]


def test_scores_use_later_reports_only(
    scenario: Scenario, reports: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_PARTICLES", 200)
    cutoff = reports["time"].iloc[20].isoformat()
    table = rm.score_forecasts(scenario, reports, [cutoff], draws=200)
    assert set(table["quantity"]) == {"arrived"}
    whole = table[table["lead"] == "all"]
    assert (whole["reports"] == 18).all()
    assert list(whole["method"][:2]) == ["forecast", "prior without learning"]
    assert len(whole) == 9
    assert whole["ratio"].iloc[0] == 1.0
    assert whole["wis"].iloc[0] < whole["wis"].iloc[1]
    day = table[(table["lead"] == "up to 24 h") & (table["method"] == "forecast")]
    assert (day["reports"] == 4).all()
    alone = rm.score_forecasts(scenario, reports, [cutoff], draws=200, baselines=False)
    assert set(alone["method"]) == {"forecast"}


def test_requests_that_cannot_be_scored(scenario: Scenario, reports: pd.DataFrame) -> None:
    with pytest.raises(RequestError, match="cutoffs: expected a list of times"):
        rm.score_forecasts(scenario, reports, "2023-09-25T06:00+04:00")
    with pytest.raises(RequestError, match="cutoffs: expected a list of times"):
        rm.score_forecasts(scenario, reports, [])


def test_places_go_where_they_are_most_likely_needed() -> None:
    draws = [np.linspace(0.0, 100.0, 101), np.linspace(0.0, 300.0, 101)]
    np.testing.assert_allclose(shared_out(draws, 200.0), [50.0, 150.0], rtol=1e-6)
    np.testing.assert_allclose(shared_out([np.array([10.0]), np.array([30.0])], 100.0), [25.0, 75.0])
    np.testing.assert_allclose(shared_out([np.zeros(3), np.zeros(3)], 8.0), [4.0, 4.0])
    certain = [np.full(9, 20.0), np.linspace(0.0, 80.0, 9)]
    assert shared_out(certain, 50.0)[0] == pytest.approx(20.0)


def test_crises_are_scored_side_by_side(
    scenario: Scenario, reports: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_PARTICLES", 200)
    crises = {"west": (scenario, reports.assign(event="flood")), "east": (scenario, reports)}
    table = rm.score_forecasts(crises, known=[20, 500], days_ahead=2, draws=200)
    assert list(table.columns[:3]) == ["crisis", "event", "known"]
    assert list(table["method"][:4]) == ["forecast", *(f"rate of the last {span} h" for span in (24, 72, 168))]
    assert (table["event"] == ["flood"] * 4 + ["east"] * 4).all()
    assert (table["known"] == 20).all()
    assert (table["reports"] == 8).all()
    alike = table.groupby("method")["wis"].nunique()
    assert (alike == 1).all()
    assert table["allocation"].abs().max() < 1e-9  # two that are alike share evenly
    found = rm.skill_table(table, by="all")
    assert found["forecasts"].tolist() == [2]
    assert found["ratio"][0] == pytest.approx(table.loc[table["method"] == found["rule"][0], "ratio"].iloc[0])


def scores(wis: dict[tuple[str, str, int], tuple[float, float, float]]) -> pd.DataFrame:
    """Scores of the forecast and of two rules, by crisis, event and reports known."""
    same = {"quantity": "arrived", "coverage_50": 0.5, "coverage_90": 1.0, "below": 0.0, "allocation": 0.25}
    rows = [
        {"crisis": crisis, "event": event, "known": known, "method": method, "wis": value, **same}
        for (crisis, event, known), values in wis.items()
        for method, value in zip(("forecast", "a", "b"), values, strict=True)
    ]
    return pd.DataFrame(rows)


def test_skill_is_the_geometric_mean_over_series_and_then_events() -> None:
    table = scores(
        {
            ("west", "flood", 3): (10.0, 40.0, 1000.0),
            ("west", "flood", 5): (10.0, 10.0, 1000.0),
            ("east", "flood", 3): (10.0, 5.0, 1000.0),
            ("south", "war", 3): (20.0, 10.0, 0.0),
        }
    )
    by_event = rm.skill_table(table).set_index("event")
    assert set(by_event["rule"]) == {"a"}
    assert by_event.loc["flood", "ratio"] == pytest.approx(1.0)  # sqrt(0.5 x 2)
    assert by_event.loc["war", "ratio"] == pytest.approx(2.0)
    assert by_event["forecasts"].tolist() == [3, 1]
    assert rm.skill_table(table, by="all")["ratio"][0] == pytest.approx(np.sqrt(2.0))
    by_known = rm.skill_table(table, by="known").set_index("known")
    assert by_known["ratio"].tolist() == pytest.approx([np.sqrt(2.0 * np.sqrt(0.25 * 2.0)), 1.0])
    assert by_known["allocation"].tolist() == [0.25, 0.25]
    assert rm.skill_table(table, by="crisis")["ratio"].tolist() == pytest.approx([0.5, 2.0, 2.0])
    axes = rm.plot_skill(rm.skill_table(table))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["flood", "war"]
    plt.close("all")


def test_the_words_on_ranges_cover_no_mark() -> None:
    held = {"coverage_50": [0.6, 0.0, 0.25], "coverage_90": 1.0, "ratio": [0.58, 0.41, 0.77]}
    table = pd.DataFrame({"event": ["a", "b", "c"], "forecasts": 2, "rule": "rate of the last 24 h", **held})
    figure = rm.plot_skill(table).figure
    figure.canvas.draw()
    axes = figure.axes[1]
    box = axes.get_legend().get_window_extent()
    marks = axes.transData.transform(list(zip(100.0 * table["coverage_50"], range(3), strict=True)))
    assert not any(box.contains(*mark) for mark in marks)
    plt.close("all")


def test_crises_and_tables_that_cannot_be_scored(scenario: Scenario, reports: pd.DataFrame) -> None:
    with pytest.raises(RequestError, match="4 problems") as raised:
        rm.score_forecasts({"west": scenario}, reports, known=[0], days_ahead=-1.0)  # type: ignore[dict-item]
    assert "scenario.west: found a Scenario, expected a dict of names to (scenario, reports)" in str(raised.value)
    with pytest.raises(RequestError, match="no crisis has so many reports"):
        rm.score_forecasts({"west": (scenario, reports)}, known=[500])
    with pytest.raises(RequestError, match="without crisis, event, known"):
        rm.skill_table(reports)
    with pytest.raises(RequestError, match="by: found 'week'"):
        rm.skill_table(scores({("west", "flood", 3): (1.0, 1.0, 1.0)}), by="week")
