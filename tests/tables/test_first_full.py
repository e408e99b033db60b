"""Which province fills first."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from refugee_model.tables.first_full import first_full_table

from refugee_model.console.forecast_at_a_glance import fills_first
from refugee_model.scenario.scenario import Scenario

NEVER = np.inf


def drawn(small: Scenario, hills: list[float], plain: list[float]) -> SimpleNamespace:
    return SimpleNamespace(scenario=small, measures=pd.DataFrame({"first_full_hours.Hills": hills, "first_full_hours.Plain": plain}))


def test_the_likeliest_place_stands_first(small: Scenario) -> None:
    table = first_full_table(drawn(small, [10.0, 30.0, NEVER, NEVER], [20.0, 20.0, 40.0, NEVER]))
    assert table["place"].tolist() == ["Plain", "Hills"]
    assert table["probability_first"].tolist() == [0.5, 0.25]
    assert table["probability_full"].tolist() == [0.75, 0.5]
    assert table["median_first_full"][0].isoformat() == "2023-09-25T18:00:00+04:00"
    assert fills_first(table) == "Plain, in 2 of 4 futures, middle of them Mon 25 Sep 2023, 18:00; none fills in 1 of 4 futures"


def test_places_that_fill_together_share_the_draw(small: Scenario) -> None:
    table = first_full_table(drawn(small, [10.0, 10.0], [10.0, 20.0]))
    assert table["probability_first"].tolist() == [0.75, 0.25]


@pytest.mark.parametrize("never", [NEVER, np.nan])
def test_where_none_fills(small: Scenario, never: float) -> None:
    table = first_full_table(drawn(small, [never], [never]))
    assert (table[["probability_first", "probability_full"]] == 0).all(axis=None)
    assert table["median_first_full"].isna().all()
    assert fills_first(table) == "none, in any future"
