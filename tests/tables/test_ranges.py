"""The range of each measure, and the chance that there is anything to measure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.console.forecasts import fills_first
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RequestError
from refugee_model.outcomes.register import QUANTITIES
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.ranges import first_full_table, happens, measure_frame, measure_table

NEVER = float("inf")


def drawn(small: Scenario, **measures: list[float]) -> rm.Ensemble:
    """Draws with these measures; times in hours."""
    count = len(next(iter(measures.values())))
    found = measure_frame(small.timeline, {name: np.array(values) for name, values in measures.items()})
    return replace(rm.simulate_ensemble(small, draws=count), measures=found)


FOUR = {
    "person_nights_unsheltered": [0.0, 0.3, 100.0, 300.0],
    "first_place_full_time": [NEVER, 10.0, 20.0, NEVER],
    "longest_wait_checkpoint_hours": [0.0, 5.0, NEVER, float("nan")],
    "places_full": [0.0, 1.0, 2.0, 0.0],
}
"""Measures of four draws."""


def test_a_draw_with_nobody_is_not_one_in_which_it_happens(small: Scenario) -> None:
    table = measure_table(drawn(small, **FOUR)).drop_duplicates("measure").set_index("measure")
    assert table["chance"].tolist() == [0.5, 0.5, 0.5, 0.5]
    assert table["share_of_draws"].tolist() == [1.0, 0.5, 0.75, 1.0]
    assert table.attrs["draws"] == 4


def test_quantiles_of_people_are_over_all_draws_and_of_times_over_those_in_which_they_come(small: Scenario) -> None:
    table = measure_table(drawn(small, **FOUR), quantiles=(0.5, 1.0)).set_index(["measure", "quantile"])["value"]
    assert table["person_nights_unsheltered", 0.5] == pytest.approx(50.15)
    assert table["first_place_full_time", 0.5] == 15.0
    assert table["longest_wait_checkpoint_hours", 0.5] == 5.0
    assert table["longest_wait_checkpoint_hours", 1.0] == NEVER


@pytest.mark.parametrize(("name", "found"), [("peak_unsheltered", [False, True]), ("bed_nights_usd", [False, True])])
def test_half_of_one_is_the_least_that_counts(name: str, found: list[bool]) -> None:
    assert happens(name, np.array([0.49, 0.5])).tolist() == found


def test_the_summary_of_many_draws_is_a_table(small: Scenario) -> None:
    uncertain = small.change(
        {
            "people.total": {"distribution": "uniform", "low": 1_000, "high": 20_000, "reason": "a trial"},
            "aid.transit_places": 0,
        }
    )
    ensemble = rm.simulate_ensemble(uncertain, draws=64)
    table = rm.summary(ensemble)
    assert list(table.columns) == ["measure", "unit", "low", "middle", "high", "chance"]
    assert set(table.columns) <= set(QUANTITIES)
    assert list(table["measure"]) == list(ensemble.measures.columns)
    rows = table.set_index("measure")
    people = ensemble.measures["peak_unsheltered"]
    assert rows.loc["peak_unsheltered", "chance"] == (people >= 0.5).mean()
    assert rows.loc["peak_unsheltered", "middle"] == pytest.approx(people.median())
    full = ensemble.measures["first_place_full_time"].notna().mean()
    assert rows.loc["first_place_full_time", "chance"] == full
    assert table.attrs["draws"] == 64


@pytest.mark.parametrize("quantiles", [(0.5,), (0.9, 0.5, 0.1), (0.1, 0.5, 1.5)])
def test_low_middle_and_high_must_rise(small: Scenario, quantiles: tuple[float, ...]) -> None:
    ensemble = rm.simulate_ensemble(small, draws=2, keep="measures")
    with pytest.raises(RequestError, match="quantiles: found"):
        rm.summary(ensemble, quantiles=quantiles)


def test_quantiles_of_times_are_times(small: Scenario) -> None:
    table = rm.measure_table(rm.simulate_ensemble(small, draws=4)).query("measure == 'last_arrival'")
    last = rm.summary(simulate(small))["last_arrival"]
    assert (abs(table["time"] - last) <= pd.Timedelta(seconds=1)).all()
    assert table["value"].to_numpy() == pytest.approx(
        (last - pd.Timestamp(small.timeline.start)) / pd.Timedelta(hours=1), abs=1e-3
    )


def filling(small: Scenario, hills: list[float], plain: list[float]) -> rm.Ensemble:
    return drawn(small, **{"first_full.Hills": hills, "first_full.Plain": plain})


def test_the_likeliest_place_stands_first(small: Scenario) -> None:
    table = first_full_table(filling(small, [10.0, 30.0, NEVER, NEVER], [20.0, 20.0, 40.0, NEVER]))
    assert table["place"].tolist() == ["Plain", "Hills"]
    assert table["probability_first"].tolist() == [0.5, 0.25]
    assert table["probability_full"].tolist() == [0.75, 0.5]
    assert table["median_first_full"][0].isoformat() == "2023-09-25T18:00:00+04:00"
    assert (
        fills_first(table)
        == "Plain, in 2 of 4 futures, middle of them Mon 25 Sep 2023, 18:00; none fills in 1 of 4 futures"
    )


def test_places_that_fill_together_share_the_draw(small: Scenario) -> None:
    table = first_full_table(filling(small, [10.0, 10.0], [10.0, 20.0]))
    assert table["probability_first"].tolist() == [0.75, 0.25]


@pytest.mark.parametrize("never", [NEVER, np.nan])
def test_where_none_fills(small: Scenario, never: float) -> None:
    table = first_full_table(filling(small, [never], [never]))
    assert (table[["probability_first", "probability_full"]] == 0).all(axis=None)
    assert table["median_first_full"].isna().all()
    assert fills_first(table) == "none, in any future"
