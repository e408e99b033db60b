"""Who is where, who came and who went."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from refugee_model.engine.trajectories import KINDS, Trajectories
from refugee_model.tables.movements import balance_table, movement_table


@pytest.mark.parametrize("every", [None, 24, 7.3])
def test_everyone_is_somewhere_and_changes_are_explained(run: Trajectories, every: float | None) -> None:
    table = movement_table(run, every_hours=every)
    np.testing.assert_allclose(table.groupby("time")["people"].sum(), 10_000, rtol=1e-12)
    for _, place in table.groupby(["kind", "place"], observed=True):
        change = place["people"].diff().iloc[1:]
        np.testing.assert_allclose(change, (place["entered"] - place["left"]).iloc[1:], atol=1e-7)
        assert place[["entered", "left"]].iloc[0].tolist() == [0.0, 0.0]
    assert (table[["people", "entered", "left"]] >= 0).all(axis=None)


def test_one_row_a_time_and_place(run: Trajectories) -> None:
    table = movement_table(run, every_hours=24)
    assert not table.duplicated(["time", "kind", "place"]).any()
    assert len(table) == 21 * len(run.places)
    assert set(table["kind"]) == set(KINDS)
    assert table.loc[table["place"] == "Hills", "area_code"].unique().tolist() == ["XX-HI"]
    assert table.loc[table["place"] == "North", "area_code"].unique().tolist() == [""]


def test_rows_of_fewer_times_are_among_those_of_all(run: Trajectories) -> None:
    keys = ["time", "kind", "place"]
    every, some = movement_table(run), movement_table(run, every_hours=6)
    both = some.merge(every, on=keys, suffixes=("", "_every"))
    assert len(both) == len(some)
    assert (both["people"] == both["people_every"]).all()
    np.testing.assert_allclose(some["entered"].sum(), every["entered"].sum())


def test_times_carry_the_offset_of_the_scenario(run: Trajectories) -> None:
    table = movement_table(run)
    assert isinstance(table["time"].dtype, pd.DatetimeTZDtype)
    assert table["time"].iloc[0].isoformat() == "2023-09-24T12:00:00+04:00"
    assert table["time"].iloc[-1].isoformat() == "2023-10-14T12:00:00+04:00"


def test_balance(run: Trajectories) -> None:
    table = balance_table(run)
    assert table["kind"].tolist() == [*KINDS, "total"]
    total = table.iloc[-1]
    np.testing.assert_allclose(total["people_at_start"], 10_000)
    np.testing.assert_allclose(total["people_at_end"], 10_000)
    np.testing.assert_allclose(total["entered"], total["left"])
    assert table["residual"].abs().max() < 1e-6


def test_nobody(empty: Trajectories) -> None:
    assert (movement_table(empty)[["people", "entered", "left"]] == 0).all(axis=None)
    assert (balance_table(empty).drop(columns="kind") == 0).all(axis=None)
