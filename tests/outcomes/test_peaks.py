"""Peaks, and how long a place is over its capacity."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.occupancy import Occupancy
from refugee_model.outcomes.peaks import highest, over_by_step
from refugee_model.scenario.network import Place
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.places import capacity_table, peak_table


def draws(*values: float) -> np.ndarray:
    """One place and one draw over bounds."""
    return np.asarray(values, dtype=float)[:, None, None]


def held(people: np.ndarray, capacity: np.ndarray, reserved: np.ndarray | float = 0.0) -> Occupancy:
    """People and capacity of one place."""
    return Occupancy((Place("transit", "transit"),), people, capacity, np.zeros(people.shape) + reserved)


def test_peaks_by_hand() -> None:
    hours, here = np.array([0.0, 2.0, 4.0, 6.0, 8.0]), held(draws(0, 8, 14, 12, 2), draws(10, 10, 10, 8, 8))
    assert [values.item() for values in highest(hours, here)] == [14, 4, 10]
    full, over, lasts, beyond = (values.item() for values in over_by_step(hours, here))
    assert full == pytest.approx(2 + 2 * 1.5 / 6)  # 9.5 of 10, on the line from 8 to 14
    assert (over, lasts) == (4, 4)
    assert beyond == pytest.approx((4 + 8 + 4) / 24)


def test_less_than_half_a_person_over_is_nobody() -> None:
    _, over, lasts, _ = over_by_step(np.array([0.0, 1.0, 2.0]), held(draws(0, 10.41, 10.41), draws(10, 10, 10)))
    assert np.isnan(over.item())
    assert lasts.item() == 0


def test_unsheltered_people_by_hand(at_rest: Scenario) -> None:
    run = simulate(
        at_rest.change(
            {
                "people.now": {"awaiting_placement": 100},
                "aid.transit_places": 40,
                "aid.provinces.Hills.beds": 0,
                "aid.provinces.Plain.beds": 0,
            }
        )
    )
    transit = capacity_table(run).query("kind == 'transit'")
    assert transit["over"].unique().tolist() == [60.0]
    peak = peak_table(run).set_index("kind").loc["transit"]
    assert [peak["peak_people"], peak["capacity_at_peak"], peak["hours_over"], peak["person_days_over"]] == [
        100,
        40,
        480,
        1_200,
    ]
    assert peak["first_over"].isoformat() == peak["first_full"].isoformat() == "2023-09-24T12:00:00+04:00"


def test_peak_rows(run: Result) -> None:
    table = peak_table(run).set_index(["kind", "place"])
    kinds = ["state accommodation"] * 2 + ["transit", "road"] + ["home queue"] * 2 + ["registration"]
    assert list(table.index.get_level_values("kind")) == kinds
    queues = table.loc[["home queue", "registration"]]
    assert (
        queues[["capacity_at_peak", "hours_over", "person_days_over", "first_full", "first_over"]].isna().all(axis=None)
    )
    capacity = capacity_table(run)
    for (kind, place), row in table.loc[["state accommodation", "transit", "road"]].iterrows():
        own = capacity[(capacity["kind"] == kind) & (capacity["place"] == place)]
        assert row["peak_people"] == own["people"].max()
        assert row["peak_time"] == own["time"].iloc[own["people"].argmax()]


def test_nobody_has_no_peak(empty: Result) -> None:
    table = peak_table(empty)
    assert table["peak_time"].isna().all()
    assert (table["peak_people"] == 0).all()
