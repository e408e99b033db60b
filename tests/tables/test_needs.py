"""Needs, supply, staff, profile and costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from refugee_model import load_scenario
from refugee_model.engine.simulation import simulate
from refugee_model.engine.trajectories import Trajectories
from refugee_model.errors import ScenarioError
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.standards import GROUPS
from refugee_model.tables.costs import cost_table
from refugee_model.tables.groups import KINDS_OF_GROUP, entered, present, profile_table
from refugee_model.tables.needs import needs_table
from refugee_model.tables.staff import staff_table
from refugee_model.tables.summary import summary
from refugee_model.tables.supply import new_needs, rises, supply_daily, supply_durable, supply_facility
from refugee_model.tables.times import days_of, integral

ITEM = {
    "label": "Item",
    "sector": "Shelter",
    "for_group": "collective",
    "source": "assumed: for the test",
    "unit": "pieces",
    "kind": "facility",
    "emergency": 0.1,
    "stabilised": 0.2,
    "unit_cost_usd": 10.0,
    "cost_source": "assumed: for the test",
}


def column(*values: float) -> np.ndarray:
    """One draw over dates."""
    return np.asarray(values, dtype=float)[:, None]


def with_item(scenario: Scenario, changes: dict[str, Any] | None = None, **fields: Any) -> Trajectories:
    """The scenario with one further item, projected."""
    return simulate(scenario.change({"standards.items.extra": {**ITEM, **fields}, **(changes or {})}))


def extra(run: Trajectories) -> Any:
    """The rows of that item by date."""
    return needs_table(run).query("item == 'extra'").set_index("date")


def test_groups_are_those_of_the_standards(run: Trajectories) -> None:
    assert set(KINDS_OF_GROUP) == set(GROUPS)
    np.testing.assert_allclose(present(run, "everyone"), present(run, "collective") + present(run, "hosted"))
    gone = run.people("left_country")[:, 0]
    np.testing.assert_allclose(present(run, "everyone") + gone, run.cumulative("crossed"), atol=1e-6)


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


def test_daily_by_hand(resting: Trajectories) -> None:
    water = needs_table(resting).query("item == 'water'").reset_index(drop=True)
    assert len(water) == 21
    assert water["phase"].tolist() == ["emergency"] * 8 + ["stabilised"] * 13
    assert water["need"].iloc[[0, 1, 8, 20]].tolist() == pytest.approx([375, 750, 1_500, 750])
    assert (water["people"] - 100).abs().max() < 1e-9
    assert (water["gap"] == water["need"]).all()
    assert water["cost"].tolist() == pytest.approx((water["need"] * 0.01).tolist())


def test_stock_and_deliveries_land_on_local_dates(at_rest: Scenario) -> None:
    delivery = {"item": "water", "quantity": 700.0, "decided": -1.0, "lead_days": 2.5, "repeats_daily_for": 2.5}
    water = needs_table(simulate(at_rest.change({"aid.stocks": {"water": 400.0}, "aid.deliveries": {"tanks": delivery}})))
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


def test_durable_is_given_once_and_again_only_for_more(at_rest: Scenario) -> None:
    late = {"item": "blanket", "quantity": 500.0, "decided": 2.0, "lead_days": 0.0}
    scenario = at_rest.change({"timeline.start": "2023-10-25T12:00+04:00", "aid.stocks": {"blanket": 30.0}, "aid.deliveries": {"l": late}})
    blanket = needs_table(simulate(scenario)).query("item == 'blanket'").set_index("date")
    rows = blanket[blanket["new_need"] > 1e-9]
    # One for each of 100 people, two in the emergency winter, four once stable in winter.
    assert {str(date.date()): need for date, need in rows["new_need"].items()} == pytest.approx(
        {"2023-10-25": 100, "2023-11-01": 100, "2023-11-02": 200}
    )
    assert blanket["need"].iloc[:4].tolist() == pytest.approx([100, 70, 70, 0])
    assert blanket["supplied"].iloc[:3].tolist() == pytest.approx([30, 0, 70])
    assert blanket["gap"].iloc[:3].tolist() == pytest.approx([70, 70, 0])
    np.testing.assert_allclose(blanket["need"], blanket["supplied"] + blanket["gap"])
    assert blanket["supplied"].sum() == pytest.approx(400)
    assert blanket["cost"].sum() == pytest.approx(400 * 8)


def test_durable_for_everyone_counts_all_who_have_crossed(run: Trajectories, small: Scenario) -> None:
    kit = extra(with_item(small, kind="durable", for_group="everyone", emergency=1.0, stabilised=1.0, per="household", losses=0.1))
    crossed = float(run.cumulative("crossed")[-1, 0])
    assert kit["new_need"].sum() == pytest.approx(crossed / 4 * 1.1)
    assert kit["need"].iloc[-1] == pytest.approx(crossed / 4 * 1.1)
    assert kit["people"].iloc[-1] == pytest.approx(crossed)
    assert (kit["need"] >= 0).all()


SPRING = {
    "timeline.start": "2023-03-20T00:00+04:00",
    "timeline.days": 30,
    "timing.departure.rate_per_hour": 3.0,
    "timing.departure.midpoint_hours": 12.0,
    "timing.transport.own_vehicle_share": 1.0,
    "timing.corridor.vehicles_per_hour_per_lane": 100_000.0,
    "timing.checkpoint.vehicles_per_hour": 100_000.0,
    "timing.checkpoint.night_factor": 1.0,
    "people.districts.North.share": 0.5,
    "people.districts.South.share": 0.5,
    "people.districts.South.departs_from": 15.0,
}
"""5,000 people come in March and 5,000 in April."""


def durable(scenario: Scenario, changes: dict[str, Any], *, group: str = "everyone", **fields: Any) -> pd.DataFrame:
    """The rows by date of an item that is given once."""
    given = {"emergency": 1.0, "stabilised": 1.0, "kind": "durable", "for_group": group, **fields}
    return extra(with_item(scenario, changes, **given))


def test_who_comes_after_winter_needs_one_blanket(small: Scenario) -> None:
    blankets = load_scenario("one-crossing").standards.items["blankets"]
    assert (blankets.emergency, blankets.stabilised, blankets.winter_factor) == (1.0, 1.0, 2.5)
    rows = durable(small, SPRING, winter_factor=blankets.winter_factor)
    assert rows.loc[:"2023-03-31", "new_need"].sum() == pytest.approx(12_500, abs=1)
    assert rows["new_need"].sum() == pytest.approx(17_500, abs=1)


def test_who_comes_after_the_emergency_needs_the_stabilised_amount(small: Scenario) -> None:
    rows = durable(small, {**SPRING, "standards.emergency_until": 7.0}, emergency=2.0)
    assert rows["new_need"].sum() == pytest.approx(15_000, abs=1)


def test_a_rise_is_for_those_who_are_still_there(small: Scenario) -> None:
    to_winter = {**SPRING, "timeline.start": "2023-09-01T00:00+04:00", "timeline.days": 65}
    stay = durable(small, to_winter, winter_factor=2.5)
    assert stay.loc["2023-11-01", "new_need"] == pytest.approx(15_000, abs=1)
    gone = {"timing.onward.leaves_country_per_day": 1.0, "timing.accommodation.straight_to_relatives_share": 0.0}
    gone["timing.accommodation.comes_back_for_bed_per_hour"] = 0.0
    rows = durable(small, {**to_winter, **gone}, winter_factor=2.5)
    assert rows["new_need"].sum() == pytest.approx(10_000, abs=1)
    assert rows.loc["2023-11-01", "new_need"] == pytest.approx(0, abs=1)


@pytest.mark.parametrize("group", ["waiting", "collective"])
def test_goods_for_people_who_pass_through_are_for_all_who_do(small: Scenario, group: str) -> None:
    quick: dict[str, Any] = {"aid.reception_points.Border.desks": 1_000.0, "timing.transport.own_vehicle_share": 1.0}
    quick["timing.accommodation.straight_to_relatives_share"] = 0.0
    quick |= {"timing.accommodation.comes_back_for_bed_per_hour": 0.02, "timing.accommodation.asks_for_bed_share": 0.5}
    run = with_item(small, quick, kind="durable", for_group=group, emergency=1.0, stabilised=1.0)
    # Before: 8.1 and 5,000 or so, the most who were there at once.
    crossed = float(run.cumulative("crossed")[-1, 0])
    assert crossed == pytest.approx(9_999.5, abs=0.5)
    assert extra(run)["new_need"].sum() == pytest.approx(crossed, rel=1e-6)


def test_who_comes_back_to_a_group_is_counted_once(small: Scenario) -> None:
    there_and_back = {
        "timing.accommodation.straight_to_relatives_share": 0.5,
        "timing.accommodation.comes_back_for_bed_per_hour": 0.05,
        "timing.accommodation.moves_out_per_day": 1.0,
        "aid.provinces.Plain.beds": 20_000.0,
    }
    run = simulate(small.change(there_and_back))
    crossed = float(run.cumulative("crossed")[-1, 0])
    for group in ("collective", "hosted"):
        came = {
            "collective": ("received", "came_back", "came_back_unregistered"),
            "hosted": ("went_straight_on", "joined_relatives", "moved_out"),
        }[group]
        every_time = sum(float(run.flow(name).sum()) for name in came)
        ever = float(entered(run, group)[-1, 0])
        assert ever <= crossed * (1 + 1e-9) < every_time
        assert ever == pytest.approx(crossed, rel=0.02)


def test_people_who_left_before_the_goods_came_need_none(small: Scenario) -> None:
    leaving = {"timing.onward.leaves_country_per_day": 0.2, "timing.accommodation.comes_back_for_bed_per_hour": 0.0}
    goods = {"item": "extra", "quantity": 20_000.0, "decided": 0.0, "lead_days": 15.0}
    run = with_item(small, {**leaving, "aid.deliveries": {"kits": goods}}, kind="durable", for_group="everyone", emergency=1.0)
    rows, people = extra(run), present(run, "everyone")[:, 0]
    there = np.interp(np.asarray(days_of(run).edges[1:]), run.hours, people)
    given = rows.index.get_loc("2023-10-09")
    crossed = np.interp(days_of(run).edges[1:], run.hours, run.cumulative("crossed")[:, 0])
    np.testing.assert_allclose(rows["gap"].iloc[:7], there[:7], rtol=1e-9)
    # Amounts double on day 7, here 1 October: those still there need one more.
    assert rows["supplied"].iloc[given] < 0.2 * 2 * crossed[-1]
    assert rows["supplied"].iloc[given] == pytest.approx(rows["gap"].iloc[given - 1] + rows["new_need"].iloc[given])
    np.testing.assert_allclose(rows["need"], rows["supplied"] + rows["gap"])
    np.testing.assert_allclose(rows["new_need"].sum(), rows["supplied"].sum() + rows["lapsed"].sum() + rows["gap"].iloc[-1])
    assert rows["lapsed"].sum() > 5_000
    assert rows["cost"].sum() == pytest.approx(10 * (rows["new_need"].sum() - rows["lapsed"].sum()))


def test_kits_of_which_no_delivery_is_known_are_for_those_who_stay(small: Scenario) -> None:
    leaving = {"timing.onward.leaves_country_per_day": 0.1, "timing.accommodation.comes_back_for_bed_per_hour": 0.0}
    run = with_item(small, leaving, kind="durable", for_group="everyone", emergency=1.0, stabilised=1.0)
    rows, people = extra(run), present(run, "everyone")[:, 0]
    assert rows["gap"].isna().all()
    assert rows["need"].iloc[-1] == pytest.approx(people[-1])
    assert rows["cost"].sum() == pytest.approx(10 * people[-1])
    assert rows["new_need"].sum() == pytest.approx(float(run.cumulative("crossed")[-1, 0]))


def test_nothing_is_taken_back_and_a_return_to_the_same_amount_is_no_rise() -> None:
    amounts, come = column(2, 1, 2, 3), column(10, 20, 0, 0)
    assert new_needs(amounts, come, column(10, 30, 30, 15))[:, 0].tolist() == [20, 20, 20, 30]


WINTER_GOODS = ("winter_clothing", "heating_stoves", "heating_energy")


def test_winter_goods_follow_climate_and_season(small: Scenario) -> None:
    values = small.values()["standards"]
    packaged = load_scenario("one-crossing").values()["standards"]
    needed: dict[tuple[str, str], float] = {}
    for climate in ("cold", "temperate", "hot"):
        for start in ("2023-09-01T00:00+04:00", "2023-10-01T00:00+04:00"):
            standards = {**values, "climate": climate, "items": packaged["items"], "seasons": packaged["seasons"]}
            changes = {"standards": standards, "timeline.start": start, "timeline.days": 20, "aid.stocks": {}}
            table = needs_table(simulate(small.change(changes)))
            needed[climate, start[5:7]] = table[table["item"].isin(WINTER_GOODS)]["cost"].sum()
            areas = [str(name) for name in table["item"].unique() if str(name).startswith("covered_area")]
            assert areas == ["covered_area" if climate == "cold" else "covered_area_warm"]
    assert needed["hot", "09"] == needed["hot", "10"] == needed["cold", "09"] == needed["temperate", "09"] == 0
    assert needed["cold", "10"] == needed["temperate", "10"] > 100_000


def test_a_hot_climate_has_no_winter_and_the_south_has_its_own(at_rest: Scenario) -> None:
    november = {"timeline.start": "2023-11-05T00:00+04:00"}
    for changes, expected in (
        ({}, 200),
        ({"standards.climate": "hot"}, 100),
        ({"standards.winter": {"from_month": 5, "until_month": 8}}, 100),
    ):
        rows = durable(at_rest, {**november, **changes}, winter_factor=2.0)
        assert rows["new_need"].sum() == pytest.approx(expected)


def test_goods_of_a_season_are_needed_when_it_begins(at_rest: Scenario) -> None:
    rains = {"standards.seasons": {"rains": {"from_month": 10, "until_month": 12}}}
    rows = durable(at_rest, rains, season="rains")
    assert rows["new_need"].to_dict() == {date: 100.0 * (date == pd.Timestamp("2023-10-01")) for date in rows.index}


def test_a_season_must_be_known(at_rest: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"standards.items.extra.season: 'rain' is not a season .* did you mean 'rains'"):
        durable(at_rest, {"standards.seasons": {"rains": {"from_month": 6, "until_month": 9}}}, season="rain")


def test_standards_that_all_crises_read_name_no_place() -> None:
    text = " ".join(str(item.model_dump()) for item in load_scenario("one-crossing").standards.items.values())
    assert "Armenia" not in text


def test_deliveries_not_given_are_not_known_and_a_zero_is_none(at_rest: Scenario) -> None:
    for given, blank in (
        ({"aid.stocks": {"blanket": 0.0}}, True),
        ({"aid.stocks": {"water": 0.0, "blanket": 0.0}}, False),
        ({"aid.stocks": {}, "aid.deliveries": {"n": {"item": "water", "quantity": 0.0, "decided": 0.0, "lead_days": 0.0}}}, False),
    ):
        run = simulate(at_rest.change(given))
        water = needs_table(run).query("item == 'water'")
        assert water[["supplied", "gap"]].isna().all(axis=None) == blank
        assert (water["need"] > 0).all()
    nothing = summary(simulate(at_rest.change({"aid.stocks": {}})))
    assert nothing["largest_shortfalls"] == "deliveries of 2 items not known"
    assert nothing["unmet_need_usd"] is None
    assert nothing["cost_usd"] > 0


def test_facility_by_hand(at_rest: Scenario) -> None:
    changes = {"aid.deliveries": {"d": {"item": "extra", "quantity": 15.0, "decided": 0.0, "lead_days": 1.0}}}
    rows = extra(with_item(at_rest, changes, profile_group="children"))
    assert rows["need"].iloc[[0, 7, 8, -1]].tolist() == pytest.approx([3, 3, 6, 6])
    assert rows["new_need"].iloc[[0, 1, 8, -1]].tolist() == pytest.approx([3, 0, 3, 0])
    assert rows["supplied"].iloc[[0, 1, 8]].tolist() == pytest.approx([0, 3, 6])
    assert (rows["supplied"] + rows["gap"] - rows["need"]).abs().max() < 1e-9
    assert rows["cost"][rows["cost"] > 1e-9].tolist() == pytest.approx([30, 30])


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
    table = needs_table(simulate(at_rest.change({"aid.supply_unknown": ["water"], "aid.stocks": {"blanket": 30.0, "water": 0.0}})))
    assert table.query("item == 'blanket'")["supplied"].sum() == pytest.approx(30)
    assert table.query("item == 'water'")["supplied"].isna().all()


def test_staff_and_desks_by_hand(at_rest: Scenario) -> None:
    role = {"label": "Nurses", "sector": "Health", "for_group": "everyone", "people_per_staff": 50.0, "source": "assumed: for the test"}
    table = staff_table(simulate(at_rest.change({"standards.staff": {"nurses": role}})))
    nurses, desks = (table.query("role == @name") for name in ("nurses", "registration desks"))
    assert nurses["needed"].unique().tolist() == [2]
    assert nurses["available"].isna().all()
    assert (desks["needed"] == 0).all()
    np.testing.assert_allclose(desks["available"], 10)


def test_desks_for_arrivals(run: Trajectories) -> None:
    desks = staff_table(run).query("role == 'registration desks'")
    assert desks["people"].sum() == pytest.approx(float(run.flow("received").sum()))
    busiest = desks.loc[desks["people"].idxmax()]
    assert busiest["needed"] == np.ceil(busiest["people"] / 4 * 0.25 / (24 * 0.85))


def test_profile_by_hand(resting: Trajectories) -> None:
    table = profile_table(resting).groupby("group", observed=True)[["people", "in_state_accommodation"]].first()
    expected = {"everyone": 100, "women_and_girls": 52, "men_and_boys": 48, "children": 30, "adults": 55, "older_people": 15}
    for group, people in expected.items():
        assert table.loc[group].tolist() == pytest.approx([people, people])


def test_costs_by_hand(at_rest: Scenario) -> None:
    order = {"province": "Hills", "beds": 100.0, "decided": 0.0, "lead_days": 10.0, "ramp_days": 40.0, "cost_per_bed_usd": 8.0}
    cash = {"coverage": 0.5, "one_off_usd_per_person": 10.0, "monthly_usd_per_person": 30.0}
    now = {"sheltered": {"Hills": 60}, "hosted": {"Plain": 40}}
    changes = {"aid.surge": {"more": order}, "aid.cash": cash, "people.now": now, "aid.bed_night_usd": 2.0, "aid.funds_usd": 1_000.0}
    usd = cost_table(simulate(at_rest.change(changes))).set_index("category")["usd"]
    assert usd["surge beds"] == pytest.approx(25 * 8)
    assert usd["bed nights"] == pytest.approx(60 * 20 * 2)
    assert usd["cash, once"] == pytest.approx(0.5 * 100 * 10)
    assert usd["cash, monthly"] == pytest.approx(0.5 * 40 * 20 / 30 * 30)
    assert usd["items: WASH"] == pytest.approx((7.5 * 7.5 + 12.5 * 15) * 100 * 0.01)
    assert usd["items: shelter"] == pytest.approx(60 * 2 * 8)
    assert usd["total"] == pytest.approx(usd.iloc[: usd.index.get_loc("total")].sum())
    assert usd["funding gap"] == pytest.approx(usd["total"] - 1_000)


def test_cash_follows_coverage_and_people(small: Scenario) -> None:
    coverage = [{"value": 0.2}, {"since": 5.0, "value": 0.8}, {"since": 15.0, "value": 0.5}]
    cash = {"coverage": coverage, "one_off_usd_per_person": 10.0, "monthly_usd_per_person": 30.0}
    run = simulate(small.change({"aid.cash": cash}))
    usd = cost_table(run).set_index("category")["usd"]
    hosted = (run.people("hosted").sum(axis=1) + run.people("unregistered_hosted").sum(axis=1))[:, 0]
    months = sum(
        share * integral(run.hours[during], hosted[during]) / 720
        for share, during in (
            (0.2, run.hours <= 120),
            (0.8, (run.hours >= 120) & (run.hours <= 360)),
            (0.5, run.hours >= 360),
        )
    )
    assert usd["cash, monthly"] == pytest.approx(months * 30)
    crossed = float(np.interp(360, run.hours, run.cumulative("crossed")[:, 0]))
    assert usd["cash, once"] == pytest.approx(0.8 * crossed * 10)


def test_people_who_left_before_the_cash_get_none(small: Scenario) -> None:
    cash = {"coverage": [{"value": 0.0}, {"since": 15.0, "value": 1.0}], "one_off_usd_per_person": 10.0}
    run = simulate(small.change({"aid.cash": cash, "timing.onward.leaves_country_per_day": 0.2}))
    day_15 = np.searchsorted(run.hours, 360.0)
    there, later = present(run, "everyone")[day_15, 0], np.diff(run.cumulative("crossed")[[day_15, -1], 0])[0]
    once = cost_table(run).set_index("category")["usd"]["cash, once"]
    # Those who leave in the hour in which payments begin had none.
    assert once == pytest.approx(10 * (there + later), rel=1e-2)
    assert there + later < 0.5 * run.cumulative("crossed")[-1, 0]


@pytest.mark.parametrize("minutes", [7, 30, 240])
def test_open_desks_do_not_depend_on_the_step(at_rest: Scenario, minutes: float) -> None:
    table = staff_table(simulate(at_rest.change({"timeline.step_minutes": minutes}))).query("role == 'registration desks'")
    np.testing.assert_allclose(table["available"], 10)


def test_unknown_funds_leave_the_gap_blank(resting: Trajectories) -> None:
    usd = cost_table(resting).set_index("category")["usd"]
    assert usd[["funds", "funding gap"]].isna().all()
    assert np.isfinite(usd["total"])


def test_costs_are_those_of_the_needs(run: Trajectories) -> None:
    usd = cost_table(run).set_index("category")["usd"]
    assert usd[[name for name in usd.index if name.startswith("items: ")]].sum() == pytest.approx(needs_table(run)["cost"].sum())


def test_nobody_needs_nothing(empty: Trajectories) -> None:
    table = needs_table(empty)
    assert (table[["people", "need", "supplied", "gap", "cost"]] == 0).all(axis=None)
    assert (staff_table(empty)["needed"] == 0).all()
    assert cost_table(empty).set_index("category").loc["total", "usd"] == 0
    assert (profile_table(empty)[["people", "in_state_accommodation"]] == 0).all(axis=None)


def test_no_items_at_all(at_rest: Scenario) -> None:
    values = at_rest.values()
    run = simulate(at_rest.change({"standards": {**values["standards"], "items": {}}, "aid.stocks": {}}))
    assert needs_table(run).empty
    assert cost_table(run).set_index("category").loc["total", "usd"] == 0


def test_a_delivery_that_repeats_beyond_the_end_is_that_to_the_end(small: Scenario) -> None:
    """It would be an array of a thousand million days otherwise."""
    long, short = (
        small.change(
            {"aid.deliveries": {"daily": {"item": "water", "quantity": 7.0, "decided": -2.0, "lead_days": 1.5, "repeats_daily_for": days}}}
        )
        for days in (36_500.0, small.timeline.days + 3.0)
    )
    assert needs_table(simulate(long)).equals(needs_table(simulate(short)))
