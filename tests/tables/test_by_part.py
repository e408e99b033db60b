"""Needs and costs by origin, by route and by reception point: parts add up to the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.engine.result import Result
from refugee_model.errors import RequestError
from refugee_model.scenario.network import IN_COUNTRY

AMOUNTS = ["need", "new_need", "supplied", "gap", "lapsed", "cost"]
BY = ("origin", "route", "point")


@pytest.fixture(scope="module")
def run() -> Result:
    """A second wave of 2,000 residents, 6 days after the start."""
    wave = rm.load_scenario(Path(__file__).parents[1] / "scenarios" / "second_wave.toml")
    cash = {"aid.cash": {"coverage": 0.5, "one_off_usd_per_person": 100.0, "monthly_usd_per_person": 50.0}}
    return rm.simulate(wave.change({"aid.bed_night_usd": 10.0, **cash}))


@pytest.mark.parametrize("by", BY)
def test_needs_of_parts_add_up_to_the_whole(run: Result, by: str) -> None:
    whole, parts = rm.needs_table(run), rm.needs_table(run, by=by)
    assert list(parts.columns) == ["date", by, *whole.columns[1:]]
    sums = parts.groupby(["date", "item"], observed=True, sort=False)[AMOUNTS].sum(min_count=1).reset_index(drop=True)
    pd.testing.assert_frame_equal(sums, whole[AMOUNTS], rtol=1e-12, check_names=False)
    known = parts.dropna()
    np.testing.assert_allclose(known["need"], known["supplied"] + known["gap"], rtol=1e-9, atol=1e-9)
    assert parts[AMOUNTS].min().min() >= 0
    for _, one in known[known["kind"] == "durable"].groupby([by, "item"], observed=True):
        still = (one["new_need"] - one["lapsed"] - one["supplied"]).cumsum()  # what a part lacks is its own
        np.testing.assert_allclose(one["gap"], still, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("by", BY)
def test_costs_of_parts_add_up_to_the_whole(run: Result, by: str) -> None:
    whole, parts = rm.cost_table(run).set_index("category")["usd"], rm.cost_table(run, by=by)
    sums = parts.groupby("category", sort=False)["usd"].sum()
    np.testing.assert_allclose(sums, whole[sums.index], rtol=1e-12)
    assert set(whole.index) - set(sums.index) == {"funds", "funding gap"}


def test_nobody_is_displaced_before_the_province_is_lost(run: Result) -> None:
    needs = rm.needs_table(run, by="origin").query("item == 'water'")
    displaced = needs[needs["origin"] == "displaced inside"].set_index("date")["people"]
    assert displaced.iloc[:5].max() == 0
    assert displaced.iloc[-1] == pytest.approx(2_000 / 12_000 * needs["people"].iloc[-2:].sum(), rel=0.2)


def test_people_of_each_origin_are_those_of_the_origin_table(run: Result) -> None:
    """At the end nothing moves much: the average of the last date is nearly that of its end."""
    people = rm.origin_table(run, freq="day")
    people = people[people["kind"].isin(IN_COUNTRY["everyone"])]
    last = people[people["time"] == people["time"].max()]["displaced_inside"].sum()
    needs = rm.needs_table(run, by="origin").query("item == 'water' and origin == 'displaced inside'")
    assert needs["people"].iloc[-1] == pytest.approx(last, rel=0.02)


def test_when_more_is_given_than_before_each_part_needs_the_rise_for_those_who_are_still_there() -> None:
    wave = rm.load_scenario(Path(__file__).parents[1] / "scenarios" / "second_wave.toml")
    settled = {"aid.losses.Plain.since": 3.0, "timing.accommodation.comes_back_for_bed_per_hour": 0.0}
    settled |= {"standards.emergency_until": 15.0, "timing.accommodation.straight_to_relatives_share": 0.0}
    run = rm.simulate(wave.change(settled | {"standards.items.blanket.winter_factor": 1.0}))
    needs = rm.needs_table(run, by="origin").query("item == 'blanket'")
    needs = needs[needs["date"].astype(str) == "2023-10-10"].set_index("origin")
    people = rm.origin_table(run, freq="day")
    people = people[people["time"] == "2023-10-10T00:00+04:00"]
    there = people[people["kind"].isin(IN_COUNTRY["collective"])][["displaced_inside", "refugees"]].sum()
    new_need = needs.loc[["displaced inside", "refugees"], "new_need"]
    np.testing.assert_allclose(new_need, there, rtol=1e-6)  # one blanket more each: 1, then 2
    assert new_need.min() > 100


def test_who_is_at_a_point_needs_there(run: Result) -> None:
    needs = rm.needs_table(run, by="point").query("item == 'water'")
    assert list(needs["point"].unique()) == ["Border", "Valley", "elsewhere"]
    waiting = rm.movement_table(run).query("place == 'Border'").set_index("time")["people"]
    on_third = waiting["2023-09-26"].mean()
    found = needs.query("point == 'Border'").set_index("date")["people"].loc["2023-09-26"]
    assert found == pytest.approx(on_third, rel=0.1)


def test_parts_of_many_draws(run: Result) -> None:
    many = rm.simulate_ensemble(run.scenario, draws=3, seed=1, keep="all")
    table = rm.needs_table(many, by="origin", quantiles=(0.5,))
    assert list(table["quantile"].unique()) == [0.5]
    lone = rm.needs_table(run, by="origin")
    np.testing.assert_allclose(table["need"], lone["need"], rtol=1e-9, atol=1e-9)


def test_parts_that_are_none_are_refused(run: Result) -> None:
    for table in (rm.needs_table, rm.cost_table):
        with pytest.raises(RequestError, match="by: found 'sex', expected None, 'origin', 'route' or 'point'"):
            table(run, by="sex")
    with pytest.raises(RequestError, match="kept no steps"):
        rm.cost_table(rm.simulate_ensemble(run.scenario, draws=2, seed=1), by="route")


def test_needs_of_one_part_are_drawn_and_of_several_refused(run: Result) -> None:
    needs = rm.needs_table(run, by="point")
    axes = rm.plot_needs(needs[needs["point"] == "Border"], items=["water"])
    assert len(axes.ravel()) == 1
    with pytest.raises(RequestError, match="point: the table has several; give the rows of one"):
        rm.plot_needs(needs)
