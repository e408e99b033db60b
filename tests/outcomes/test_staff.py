"""Staff and registration desks."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.people import staff_table


def test_staff_and_desks_by_hand(at_rest: Scenario) -> None:
    role = {
        "label": "Nurses",
        "sector": "Health",
        "for_group": "everyone",
        "people_per_staff": 50.0,
        "source": "assumed: for the test",
    }
    table = staff_table(simulate(at_rest.change({"standards.staff": {"nurses": role}})))
    nurses, desks = (table.query("role == @name") for name in ("nurses", "registration desks"))
    assert nurses["needed"].unique().tolist() == [2]
    assert nurses["available"].isna().all()
    assert (desks["needed"] == 0).all()
    np.testing.assert_allclose(desks["available"], 10)


def test_desks_for_arrivals(run: Result) -> None:
    desks = staff_table(run).query("role == 'registration desks'")
    assert desks["people"].sum() == pytest.approx(float(run.flow("received").sum()))
    busiest = desks.loc[desks["people"].idxmax()]
    assert busiest["needed"] == np.ceil(busiest["people"] / 4 * 0.25 / (24 * 0.85))


@pytest.mark.parametrize("minutes", [7, 30, 240])
def test_open_desks_do_not_depend_on_the_step(at_rest: Scenario, minutes: float) -> None:
    table = staff_table(simulate(at_rest.change({"timeline.step_minutes": minutes}))).query(
        "role == 'registration desks'"
    )
    np.testing.assert_allclose(table["available"], 10)
