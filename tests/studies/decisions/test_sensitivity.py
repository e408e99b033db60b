"""Which numbers matter: of draws that are there, and with totals."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario

EVENT = "peak_unsheltered > 300"
GOES_WITH = ["people.total", "timing.transport.own_vehicle_share"]


@pytest.fixture(scope="module")
def table(drawn: rm.Ensemble) -> pd.DataFrame:
    return rm.sensitivity(drawn, EVENT).set_index("path")


def test_swings_are_those_of_the_outer_fifths(drawn: rm.Ensemble, table: pd.DataFrame) -> None:
    order = drawn.draws["people.total"].to_numpy().argsort(kind="stable")
    happens = (drawn.measures["peak_unsheltered"] > 300).to_numpy(dtype=float)[order]
    row = table.loc["people.total"]
    assert (row["measure_if_low"], row["measure_if_high"]) == (happens[:102].mean(), happens[-102:].mean())
    assert table.index[0] == "people.total"
    assert "of 100 futures, not in" in row["swing"]
    assert table.attrs["unit"] == "chance"


def test_what_does_nothing_is_not_above_chance(table: pd.DataFrame) -> None:
    assert not table.loc["aid.bed_night_usd", "above_chance"]
    assert table.loc["people.total", "above_chance"]
    assert (table["first_order"] >= 0.0).all()


def test_what_goes_together_is_one_group(table: pd.DataFrame) -> None:
    assert set(table["group"]) == {"", "; ".join(GOES_WITH)}
    together = table.loc[GOES_WITH, "group_first_order"]
    assert together.nunique() == 1
    assert together.iloc[0] == pytest.approx(table.loc["people.total", "first_order"], abs=0.12)
    assert together.iloc[0] <= table.loc[GOES_WITH, "first_order"].sum()


def test_assumed_numbers_are_marked(table: pd.DataFrame) -> None:
    assumed = set(table.index[table["assumed"]])
    assert assumed == {"people.total", "timing.departure.rate_per_hour"}  # the second has no source at all


def test_relabelled_draws_relabel_rows(drawn: rm.Ensemble, doubtful: Scenario, table: pd.DataFrame) -> None:
    other = rm.sensitivity(rm.simulate_ensemble(doubtful, draws=512, seed=3, keep="measures"), EVENT).set_index("path")
    pd.testing.assert_frame_equal(other, table)


def test_totals_of_any_number_of_workers(doubtful: Scenario, drawn: rm.Ensemble) -> None:
    tables = []
    for workers in (1, 3):
        with ThreadPoolExecutor(workers) as executor:
            tables.append(rm.sensitivity(drawn, "crossed", draws=32, executor=executor).set_index("path"))
    pd.testing.assert_frame_equal(*tables)
    totals = tables[0]["total"]
    assert totals.loc[GOES_WITH].nunique() == 1
    assert totals["people.total"] == pytest.approx(1.0, abs=0.25)
    assert totals["aid.bed_night_usd"] == 0.0


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("peak_unshelterd", "did you mean 'peak_unsheltered'"),
        ("peak_unsheltered > 1e6", "in none of 512 draws"),
        ("crossed > 0", "in all of 512 draws"),
        ("peak_unsheltered > 1000", "in only"),
        ("longest_queue_people", "is the same in all 512 draws"),
        ("first_place_full_time", "never comes in .* ask for an event such as"),
        (None, "expected a name or an event"),
    ],
)
def test_what_is_refused(drawn: rm.Ensemble, measure: object, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        rm.sensitivity(drawn, measure)  # type: ignore[arg-type]


def test_too_few_draws_and_certain_scenarios(small: Scenario, doubtful: Scenario) -> None:
    with pytest.raises(RequestError, match="found 64 draws, expected at least 100"):
        rm.sensitivity(rm.simulate_ensemble(doubtful, draws=64, keep="measures"))
    with pytest.raises(RequestError, match="no number of this scenario is uncertain"):
        rm.sensitivity(small)
    with pytest.raises(RequestError, match="found 1, expected from 2"):
        rm.sensitivity(doubtful, draws=1)


def test_a_picture_of_it(drawn: rm.Ensemble) -> None:
    table = rm.sensitivity(drawn, "bed_nights_usd")
    axes = rm.plot_sensitivity(table)
    shown = [label.get_text().partition("\n")[0] for label in axes.get_yticklabels()]
    assert shown == list(table.loc[table["above_chance"], "path"])
    hatched = [bool(bar.get_hatch()) for bar in axes.patches[: len(shown)]]
    assert hatched == list(table.loc[table["above_chance"], "assumed"])
    ends = {round(bar.get_x() + bar.get_width(), 3) for bar in axes.patches[len(shown) : 2 * len(shown)]}
    assert round(float(table["measure_if_high"].iloc[0]), 3) in ends
    with pytest.raises(RequestError, match="most"):
        rm.plot_sensitivity(table, most=0)
    with pytest.raises(RequestError, match="no number has a swing"):
        rm.plot_sensitivity(table.assign(measure_if_low=np.nan))
