"""What there is of each item, and what of a need is met."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.supply import new_needs, rises, supply_daily, supply_durable, supply_facility
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.people import cost_table, needs_table
from refugee_model.tables.ranges import summary


def column(*values: float) -> np.ndarray:
    """One draw over dates."""
    return np.asarray(values, dtype=float)[:, None]


@pytest.mark.parametrize("draws", [1, 3])
def test_supply_never_below_zero_and_adds_up(draws: int) -> None:
    random = np.random.default_rng(5)
    for _ in range(50):
        need = random.uniform(0, 10, (12, draws)) * random.integers(0, 2, (12, 1))
        goods = random.uniform(0, 30, (12, 1)) * random.integers(0, 2, (12, 1))
        for rule in (supply_daily, supply_facility):
            supplied, gap = rule(need, goods)
            assert (supplied >= 0).all()
            assert (gap >= 0).all()
            np.testing.assert_allclose(supplied + gap, need)
        supplied, gap, _ = supply_durable(need, goods)
        assert (supplied >= 0).all()
        assert (gap >= 0).all()
        required, came = np.cumsum(need, axis=0), np.cumsum(goods, axis=0)
        np.testing.assert_allclose(np.cumsum(supplied, axis=0), np.minimum(required, came), atol=1e-9)
        np.testing.assert_allclose(gap, required - np.minimum(required, came), atol=1e-9)
        daily = supply_daily(need, goods)[0]
        assert (np.cumsum(daily, axis=0) <= np.cumsum(goods, axis=0) + 1e-9).all()


def test_rises() -> None:
    assert rises(column(2, 5, 3, 6, 6))[:, 0].tolist() == [2, 3, 0, 1, 0]


def test_stock_and_deliveries_land_on_local_dates(at_rest: Scenario) -> None:
    delivery = {"item": "water", "quantity": 700.0, "decided": -1.0, "lead_days": 2.5, "repeats_daily_for": 2.5}
    water = needs_table(
        simulate(at_rest.change({"aid.stocks": {"water": 400.0}, "aid.deliveries": {"tanks": delivery}}))
    )
    water = water.query("item == 'water'").set_index("date")
    # 24 Sep 12:00 + 1.5 days = 26 Sep 00:00; 700 on the 26th and the 27th, 350 on the 28th.
    assert water["supplied"].iloc[:6].tolist() == pytest.approx([375, 25, 700, 700, 350, 0])
    assert water["gap"].iloc[:6].tolist() == pytest.approx([0, 725, 50, 50, 400, 750])


def test_deliveries_before_the_start_are_there_and_after_the_end_are_not(at_rest: Scenario) -> None:
    goods = {
        "early": {"item": "water", "quantity": 100.0, "decided": -9.0, "lead_days": 1.0},
        "late": {"item": "water", "quantity": 100.0, "decided": 10.0, "lead_days": 10.0},
    }
    water = needs_table(simulate(at_rest.change({"aid.deliveries": goods}))).query("item == 'water'")
    assert water["supplied"].sum() == pytest.approx(100)
    assert water["supplied"].iloc[0] == pytest.approx(100)


def test_nothing_is_taken_back_and_a_return_to_the_same_amount_is_no_rise() -> None:
    amounts, come = column(2, 1, 2, 3), column(10, 20, 0, 0)
    assert new_needs(amounts, come, column(10, 30, 30, 15))[:, 0].tolist() == [20, 20, 20, 30]


def test_deliveries_not_given_are_not_known_and_a_zero_is_none(at_rest: Scenario) -> None:
    for given, blank in (
        ({"aid.stocks": {"blanket": 0.0}}, True),
        ({"aid.stocks": {"water": 0.0, "blanket": 0.0}}, False),
        (
            {
                "aid.stocks": {},
                "aid.deliveries": {"n": {"item": "water", "quantity": 0.0, "decided": 0.0, "lead_days": 0.0}},
            },
            False,
        ),
    ):
        run = simulate(at_rest.change(given))
        water = needs_table(run).query("item == 'water'")
        assert water[["supplied", "gap"]].isna().all(axis=None) == blank
        assert (water["need"] > 0).all()
    nothing = summary(simulate(at_rest.change({"aid.stocks": {}})))
    assert nothing["largest_shortfalls"] == "deliveries of 2 items not known"
    assert nothing["unmet_need_usd"] is None
    assert nothing["cost_usd"] > 0


def test_unknown_supply_leaves_supplied_and_gap_blank(at_rest: Scenario) -> None:
    known, unknown = (simulate(at_rest.change({"aid.supply_unknown": names})) for names in ((), ("water", "blanket")))
    before, after = needs_table(known), needs_table(unknown)
    assert after[["supplied", "gap"]].isna().all(axis=None)
    for column in ("people", "new_need", "cost"):
        np.testing.assert_array_equal(after[column], before[column])
    np.testing.assert_array_equal(after.query("item == 'water'")["need"], before.query("item == 'water'")["need"])
    blanket = after.query("item == 'blanket'")
    np.testing.assert_allclose(blanket["need"], blanket["new_need"].cumsum())
    assert cost_table(unknown)["usd"].iloc[:2].tolist() == cost_table(known)["usd"].iloc[:2].tolist()


def test_unknown_supply_of_one_item_leaves_the_others(at_rest: Scenario) -> None:
    table = needs_table(
        simulate(at_rest.change({"aid.supply_unknown": ["water"], "aid.stocks": {"blanket": 30.0, "water": 0.0}}))
    )
    assert table.query("item == 'blanket'")["supplied"].sum() == pytest.approx(30)
    assert table.query("item == 'water'")["supplied"].isna().all()
