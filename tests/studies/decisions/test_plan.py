"""What to buy: the budget is kept, the plan is an ordinary scenario, and it does no worse than rules of thumb."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.console.decisions import print_regrets
from refugee_model.documents.contents import contents_of
from refugee_model.documents.story import story_of
from refugee_model.engine.result import NEVER, Keep
from refugee_model.errors import OutputError, RequestError
from refugee_model.files.results_again import read_again
from refugee_model.languages import language
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions import plan as plan_module
from refugee_model.studies.decisions import search
from refugee_model.studies.decisions.options import Order, cost_of, lines_of, ordered, spend
from refugee_model.studies.decisions.plan import AidPlan, aim_of
from refugee_model.studies.decisions.search import begin
from refugee_model.studies.decisions.trials import Futures, Trials
from refugee_model.studies.forecast import learning
from refugee_model.studies.study import Buying, Study
from tests.studies.decisions.shop import WITH

BUDGET = 150_000.0
COSTS = ("unit_cost_usd", "running_usd_per_day")


@pytest.fixture(scope="module")
def shop(small: Scenario) -> Scenario:
    changes = {
        "people.total": {"low": 2_000.0, "likely": 10_000.0, "high": 20_000.0},
        "aid.options": WITH,
        "aid.options.Halls.supplier_days": {"low": 1.0, "likely": 2.0, "high": 6.0},
    }
    return small.change(changes)


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Plans of few moves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "MOST_ROUNDS", 1)
        patch.setattr(plan_module, "BUDGETS", (0.5, 1.0))
        yield


@pytest.fixture(scope="module")
def plan(shop: Scenario) -> AidPlan:
    return rm.plan_aid(shop, BUDGET, 0.9, draws=128)


def test_the_budget_is_kept_to_the_cent(plan: AidPlan) -> None:
    assert 0 < plan.orders["total_cost_usd"].sum() == pytest.approx(plan.cost_usd, abs=1e-6)
    assert plan.cost_usd <= BUDGET
    assert (plan.frontier["cost_usd"] <= plan.frontier["budget"] + 1e-6).all()
    assert (plan.validation["cost_usd"] <= BUDGET).all()


def test_the_plan_is_an_ordinary_scenario(shop: Scenario, plan: AidPlan) -> None:
    orders = [Order(row.option, row.quantity) for row in plan.orders.itertuples()]
    assert plan.scenario == ordered(shop, orders)
    assert rm.simulate(plan.scenario.change({"people.total": 5_000.0})).draws == 1


def test_a_brief_says_what_to_order_by_when_also_from_its_folder(plan: AidPlan, tmp_path: Path) -> None:
    rm.write_results(plan, tmp_path / "plan")
    again = read_again(tmp_path / "plan")(False)
    here, there = (contents_of(story_of(each, language("en"))) for each in (plan, again))
    assert here.figures == there.figures
    for brief in (here, there):
        assert brief.orders.heads[:2] == ("order by", "what")
        assert sorted(row[1] for row in brief.orders.rows) == sorted(plan.orders["option"])
        assert f"Orders of the plan: {len(plan.orders)}; they cost" in brief.about_orders
    (tmp_path / "plan" / "orders.csv").unlink()
    with pytest.raises(RequestError, match=r"the plan in .* cannot be read: .* without --excel"):
        read_again(tmp_path / "plan")


def test_it_is_no_worse_than_rules_of_thumb(plan: AidPlan) -> None:
    rules = plan.validation[plan.validation["plan"] != "plan"]
    assert {"nothing", "cheapest first", "linear programme alone"} <= set(rules["plan"])
    assert (rules["plan_saves_high"] >= 0.0).all()
    assert rules.set_index("plan").loc["nothing", "plan_saves_low"] > 0.0


def test_more_money_is_never_worse_on_the_same_draws(plan: AidPlan) -> None:
    aim = plan.frontier["person_nights_without_roof"] + 0.02 * plan.frontier["goods_lacking"]
    assert (np.diff(aim) <= 0.05 * aim.iloc[0]).all()


def test_columns_are_those_agreed(plan: AidPlan) -> None:
    assert [*plan.orders.columns] == [
        *("option", "sector", "place", "area_code", "unit", "quantity", "packs", "unit_cost_usd", "total_cost_usd"),
        *("order_by", "arrives", "people", "reason", "value_of_next_1000_usd"),
    ]
    assert {"target", "covered", "gap", "gap_share", "chance_of_gap", "worst_tenth", "from", "until"} <= {
        *plan.uncovered.columns
    }


def test_trials_are_the_scenario_with_the_orders_on_the_same_draws(shop: Scenario) -> None:
    quantities = {"Tents": 300.0, "Halls": 200.0, "Desks": 4.0, "Roofs": 250.0}
    trials = Trials(shop, draws=64, seed=3)
    tried = trials.losses([quantities])[0]
    again = rm.simulate_ensemble(ordered(shop, [Order(*one) for one in quantities.items()]), draws=64, seed=3)
    assert tried.of("unsheltered") == pytest.approx(again.measures["person_nights_unsheltered"].to_numpy(), abs=1e-6)
    assert tried.of("at_reception") == pytest.approx(again.measures["person_nights_at_reception"].to_numpy(), abs=1e-6)


def test_no_money_buys_nothing_and_a_plan_that_cannot_help_is_no_error(shop: Scenario) -> None:
    late = shop.change({f"aid.options.{name}.approval_days": 90.0 for name in WITH})
    for scenario, budget in ((shop, 0.0), (late, BUDGET)):
        found = rm.plan_aid(scenario, budget, 0.5, draws=32)
        assert (found.cost_usd, len(found.orders), found.scenario) == (0.0, 0, scenario)
        assert not found.met
        assert ("no plan can help" in found.risk) == (scenario is late)


def test_money_on_a_line_is_spent_in_whole_packs(shop: Scenario) -> None:
    for line in lines_of(shop, WITH):
        for money in (0.0, 40.0, 999.0, 12_345.67):
            assert cost_of(shop, spend(shop, line.options, money)) <= money


@pytest.mark.parametrize(
    ("budget", "options", "said"),
    [
        (-1.0, {}, "found -1.0, expected a number of dollars"),
        (float("inf"), {}, "expected a number of dollars"),
        (-1.0, {"objective": "nights"}, "2 problems"),
        (1.0, {}, r"less than the smallest order of anything; the cheapest is 'Roofs', 20 USD"),
        (None, {}, "budget: is missing, and aid.funds_usd is blank"),
        (1e5, {"objective": "person_night_without_roof"}, "did you mean 'person_nights_without_roof'"),
        (1e5, {"confidence": 0.99}, "make 1,000 draws or more"),
    ],
)
def test_what_cannot_be_planned_says_why(
    shop: Scenario, budget: float | None, options: dict[str, object], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        rm.plan_aid(shop, budget, draws=256, **options)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="nothing can be bought"):
        rm.plan_aid(shop.change({"aid.options": {}}), 1e5, draws=256)


def test_costs_and_money_doubled_change_nothing(shop: Scenario, plan: AidPlan) -> None:
    doubled = {f"aid.options.{name}.{cost}": rm.times(2) for name in WITH for cost in COSTS}
    dear = rm.plan_aid(shop.change(doubled), 2.0 * BUDGET, 0.9, draws=128)
    pd.testing.assert_frame_equal(dear.orders[["option", "quantity"]], plan.orders[["option", "quantity"]])
    assert dear.cost_usd == pytest.approx(2.0 * plan.cost_usd, abs=0.1)


def test_the_order_of_options_does_not_count(shop: Scenario, plan: AidPlan) -> None:
    again = rm.plan_aid(shop.change({"aid.options": dict(reversed(WITH.items()))}), BUDGET, 0.9, draws=128)
    pd.testing.assert_frame_equal(again.orders[["option", "quantity"]], plan.orders[["option", "quantity"]])


def test_what_costs_more_than_there_is_is_never_bought(shop: Scenario, plan: AidPlan) -> None:
    dear = {f"aid.options.{name}.smallest_lot": 1e5 for name in plan.orders["option"]}
    found = rm.plan_aid(shop.change(dear), BUDGET, 0.9, draws=128)
    assert not {*found.orders["option"]} & {*plan.orders["option"]}
    assert found.cost_usd <= BUDGET


def test_the_programme_is_a_bound_where_seats_and_desks_are_no_limit(shop: Scenario) -> None:
    open_ways = {"aid.reception_points.Border.desks": 1e4, "aid.placement.seats_per_hour": None}
    search_of = begin(Futures.of(shop.change(open_ways), draws=64, seed=1).design(), aim_of(0.9))
    bought = search_of.programmes.plan(BUDGET)
    assert 0.0 <= search_of.gap(bought, BUDGET) < 1.0


@pytest.fixture(scope="module")
def learned(shop: Scenario) -> rm.Forecast:
    """A forecast of which it was learned that few come."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "LEAST_PARTICLES", 160)
        noisy = shop.change({"timing.checkpoint.noise": {"sd": 0.2, "correlation_hours": 4.0}})
        times = pd.to_datetime(["2023-09-25T12:00+04:00", "2023-09-26T12:00+04:00"])
        reports = pd.DataFrame({"time": times, "quantity": "arrived", "place": "", "value": [1000.0, 1600.0]})
        return rm.forecast(noisy, reports, draws=160, seed=3)


def test_a_forecast_without_the_people_of_places_tells_no_dates(learned: rm.Forecast) -> None:
    other = replace(learned, ensemble=replace(learned.ensemble, result=learned.result.thin(Keep(NEVER))))
    for table in (rm.required_capacity, rm.order_by_table):
        with pytest.raises(RequestError, match="people of all places were not kept"):
            table(other, 0.6)


def test_a_forecast_is_planned_on_its_own_draws(learned: rm.Forecast) -> None:
    futures = Futures.of(learned, draws=2000, seed=1)
    trials, *others = futures.design(), *futures.held_out()
    found = [one.losses([{}])[0].of("unsheltered", "at_reception") for one in (trials, *others)]
    told = learned.measures["person_nights_unsheltered"] + learned.measures["person_nights_at_reception"]
    assert np.concatenate(found) == pytest.approx(told[: 32 + 8 * 16].to_numpy(), rel=1e-4, abs=0.1)
    assert futures.projection(futures.scenario).result.draws == 160


def test_a_scenario_that_carries_draws_is_planned_on_them(learned: rm.Forecast, tmp_path: Path) -> None:
    rm.write_scenario(rm.scenario_from_forecast(learned), tmp_path / "later.toml")
    later = rm.load_scenario(tmp_path / "later.toml")
    assert later.carried is not None
    futures = Futures.of(later, draws=2000, seed=1)
    found = [one.losses([{}])[0].of("unsheltered", "at_reception") for one in (futures.design(), *futures.held_out())]
    told = rm.simulate_ensemble(later, draws=len(later.carried), seed=later.carried.seed, keep="measures").measures
    wanted = told["person_nights_unsheltered"] + told["person_nights_at_reception"]
    assert np.concatenate(found) == pytest.approx(wanted[: 32 + 8 * 16].to_numpy(), rel=1e-4, abs=0.1)
    plan = rm.plan_aid(later, BUDGET, 0.6)
    assert 0 < plan.cost_usd <= BUDGET
    assert (plan.draws, plan.seed) == (32, later.carried.seed)
    assert (plan.orders["order_by"] >= later.timeline.start).all()
    rm.write_results(plan, tmp_path / "plan")
    again = read_again(tmp_path / "plan")(False).projection
    pd.testing.assert_frame_equal(again.measures, plan.projection.measures)
    with pytest.raises(RequestError, match="one of 5 times as many is wanted"):
        rm.plan_aid(later, BUDGET, 0.95)


def test_a_second_plan_says_what_changed_and_what_is_regretted(
    plan: AidPlan, learned: rm.Forecast, tmp_path: Path
) -> None:
    again = rm.plan_aid(learned, BUDGET, 0.6, before=plan)
    assert contents_of(story_of(again, language("en"))).orders.rows
    rm.write_results(again, tmp_path / "again")
    with pytest.raises(RequestError, match="made on the draws of a forecast, which are not in the folder"):
        read_again(tmp_path / "again")
    assert (again.orders["order_by"] >= learned.until).all()
    assert again.changes is not None
    changed = again.changes.set_index("option")
    before = plan.orders.set_index("option")["quantity"]
    assert changed["quantity_before"].reindex(before.index).equals(before)
    assert (changed["quantity_now"] - changed["quantity_before"]).equals(changed["change"])
    assert (changed["quantity_now"] < 0.5 * changed["quantity_before"]).equals(changed["regretted"])
    with pytest.raises(RequestError, match="one of 5 times as many is wanted"):
        rm.plan_aid(learned, BUDGET, 0.95)
    others = {name: one for name, one in WITH.items() if name not in {*plan.orders["option"]}}
    with pytest.raises(RequestError, match=r"before\..*: is not an option of this scenario"):
        rm.plan_aid(learned.scenario.change({"aid.options": others}), BUDGET, 0.6, before=plan)


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_bytes(shop: Scenario, tmp_path: Path) -> None:
    written = []
    for workers in (1, 2):
        with ThreadPoolExecutor(workers) as pool:
            made = rm.plan_aid(shop, BUDGET, 0.9, draws=128, executor=pool)
        rm.write_results(made, tmp_path / str(workers))
        written.append({path.name: path.read_bytes() for path in (tmp_path / str(workers)).rglob("*.[ct]*")})
    assert written[0] == written[1]
    assert {"orders.csv", "validation.csv", "scenario.toml"} <= {*written[0]}


@pytest.mark.slow
def test_a_batch_with_plans_says_what_is_regretted_if_it_comes_otherwise(
    shop: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    few, many = {"people.total": 4_000.0}, {"people.total": 25_000.0}
    study = Study(
        base=shop,
        draws=32,
        seed=1,
        axes={"timing": {"few": few, "many": many}},
        combinations=(("few",), ("many",)),
        plan=Buying(budget=BUDGET, confidence=0.5),
    )
    found = rm.run_batch(study, tmp_path / "batch")
    assert found.plans is not None
    assert found.regrets is not None
    assert found.shared_orders is not None
    assert set(found.plans["combination"]) == {"few", "many"}
    assert (found.regrets.groupby("combination")["regret"].min() == 0.0).all()
    assert (found.regrets["worst"] >= found.regrets["regret"]).all()
    assert (found.shared_orders.loc[found.shared_orders["in_every"], "least"] > 0.0).all()
    assert "least regret" in repr(found)
    print_regrets(found.plans, found.regrets, found.shared_orders, ("plans.csv", "regrets.csv", "shared_orders.csv"))
    said = capsys.readouterr().out
    assert all(option in said for option in found.shared_orders.loc[found.shared_orders["in_every"], "option"])
    assert "Largest regret of each plan" in said
    assert "regrets.csv" in said
    before = {path.name: path.read_bytes() for path in found.folder.glob("*.csv")}
    shutil.rmtree(found.folder / "partitions" / "many")
    rm.run_batch(study, tmp_path / "batch", resume=True)
    assert {path.name: path.read_bytes() for path in found.folder.glob("*.csv")} == before
    other = study.model_copy(update={"plan": Buying(budget=1.0e5, confidence=0.5)})
    with pytest.raises(OutputError, match="plan: found"):
        rm.run_batch(other, tmp_path / "batch", resume=True)
    with pytest.raises(RequestError, match="few: budget: found 1 USD, less than the smallest order"):
        rm.run_batch(study.model_copy(update={"plan": Buying(budget=1.0, confidence=0.5)}), tmp_path / "none")
    assert not (tmp_path / "none").exists()
