"""What can be bought becomes an ordinary scenario once it is ordered."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.engine.simulation import simulate
from refugee_model.errors import RequestError
from refugee_model.files.scenario_file import load_scenario
from refugee_model.outcomes.occupancy import person_nights
from refugee_model.scenario.distributions import Distribution
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.options import (
    Order,
    lead_of,
    lead_quantile,
    most_packs,
    order_changes,
    order_cost,
    ordered,
    price_of,
    spend,
    whole_packs,
)
from tests.studies.decisions.shop import WITH


@pytest.fixture(scope="module")
def shop(small: Scenario) -> Scenario:
    return small.change({"aid.options": WITH})


def test_nothing_changes_until_it_is_ordered(small: Scenario, shop: Scenario) -> None:
    assert np.array_equal(simulate(small).crossed, simulate(shop).crossed)
    assert ordered(shop, []) == shop


def test_each_kind_goes_where_it_belongs(shop: Scenario) -> None:
    changes = order_changes(shop, [Order(name, 100.0, 1.0) for name in WITH])
    assert changes["aid.surge.Halls, ordered"]["lead_days"] == 3.0
    assert changes["aid.deliveries.Blankets, ordered"]["quantity"] == 100.0
    assert changes["aid.reception_points.Border.desks"] == [{"value": 10.0}, {"since": 4.0, "value": 110.0}]
    assert changes["aid.reception_points.Border.covered_places"][1] == {"since": 4.0, "value": 100.0}


def test_schedules_rise_from_the_day_on_and_ranges_keep_their_width() -> None:
    plan = load_scenario("lachin-2023-plan")
    entries = order_changes(plan, [Order("Transit places", 500.0)])["aid.transit_places"]
    assert [entry["value"].get("plus", 0.0) for entry in entries] == [0.0, 0.0, 500.0]
    before, after = plan.uncertain, ordered(plan, [Order("Transit places", 500.0)]).uncertain
    levels = np.array([0.1, 0.9])
    moved = after["aid.transit_places.2.value"].quantile(levels) - before["aid.transit_places.1.value"].quantile(levels)
    assert moved == pytest.approx([500.0, 500.0])


def test_orders_help(shop: Scenario) -> None:
    before, after = (
        person_nights(simulate(one)).person_nights["unsheltered"][0]
        for one in (shop, ordered(shop, [Order("Tents", 500.0)]))
    )
    assert after < before


def test_the_same_option_can_be_ordered_twice(shop: Scenario) -> None:
    once = ordered(shop, [Order("Halls", 50.0)])
    twice = ordered(once, [Order("Halls", 30.0, 2.0)])
    assert sum(surge.beds for surge in twice.aid.surge.values()) - sum(s.beds for s in shop.aid.surge.values()) == 80.0


def test_parts_of_the_lead_are_summed(shop: Scenario) -> None:
    assert lead_of(shop, "Halls") == 3.0
    one = shop.change({"aid.options.Halls.supplier_days": {"low": 1.0, "likely": 2.0, "high": 6.0}})
    lead = lead_of(one, "Halls")
    assert isinstance(lead, Distribution)
    assert lead.quantile(np.array([0.0, 1.0])).tolist() == [2.0, 7.0]
    uniform = {"distribution": "uniform", "low": 0.0, "high": 1.0}
    two = shop.change({"aid.options.Halls.supplier_days": uniform, "aid.options.Halls.transport_days": uniform})
    # The sum of two uniform numbers is triangular: its 0.125-quantile is the root of 2 x 0.125.
    assert lead_quantile(two, "Halls", 0.125) == pytest.approx(1.5, abs=0.01)
    assert lead_quantile(two, "Halls", 0.5) == pytest.approx(2.0, abs=0.01)


def test_running_costs_are_paid_until_the_end(shop: Scenario) -> None:
    days = shop.timeline.days
    assert order_cost(shop, Order("Halls", 10.0, 2.0)) == pytest.approx(10.0 * (100.0 + 10.0 * (days - 5.0)))
    assert order_cost(shop, Order("Halls", 10.0, days)) == 1000.0


def test_packs_and_lots(shop: Scenario) -> None:
    options = shop.aid.options
    assert [whole_packs(options["Tents"], q) for q in (0.0, 1.0, 5.0, 5.1)] == [0.0, 5.0, 5.0, 10.0]
    assert whole_packs(options["Blankets"], 3.0) == 100.0
    assert [most_packs(options["Blankets"], q) for q in (99.0, 100.5)] == [0.0, 100.0]
    assert most_packs(options["Desks"], 40.0) == 12.0


def test_money_that_is_left_buys_further_packs(shop: Scenario) -> None:
    beds = {**WITH["Halls"], "pack_size": 30.0}
    two = shop.change({"aid.options": {"Halls": beds, "Sheds": {**beds, "place": "Plain"}}})
    money = 100.0 * price_of(two, "Halls")
    assert spend(two, ["Halls", "Sheds"], money) == {"Halls": 60.0, "Sheds": 30.0}


def test_wrong_orders_are_all_named(shop: Scenario) -> None:
    with pytest.raises(RequestError, match=r"2 problems(?s:.*)did you mean 'Halls'(?s:.*)expected a finite number"):
        order_changes(shop, [Order("Hall", 1.0), Order("Desks", -1.0)])


def test_uncertain_leads_are_drawn_once_they_are_ordered() -> None:
    plan = load_scenario("lachin-2023-plan")
    assert not any(path.startswith("aid.options") for path in plan.uncertain)
    placed = ordered(plan, [Order("Beds in Ararat", 500.0), Order("Beds in Lori", 500.0)])
    new = [path for path in placed.uncertain if path not in plan.uncertain]
    assert sorted(new) == [
        f"aid.surge.Beds in {p}, ordered.{f}" for p in ("Ararat", "Lori") for f in ("beds", "lead_days")
    ]
    joined = [group for group in placed.correlations if new[0] in group.paths]
    assert len(joined) == 1
    assert "aid.surge.Ararat first.beds" in joined[0].paths


def test_orders_join_one_of_the_groups_that_speak_of_their_kind() -> None:
    """Pairs that share a number, as a forecast has taught them: no pair may stand in two."""
    plan, beds = load_scenario("lachin-2023-plan"), "aid.surge.{} first.beds"
    one, two, three = (beds.format(name) for name in ("Ararat", "Lori", "Kotayk"))
    pairs = [{"paths": [one, two], "rank": 0.3}, {"paths": [two, three], "rank": 0.3}]
    placed = ordered(plan.change({"correlations": pairs}), [Order("Beds in Ararat", 500.0), Order("Beds in Lori", 9e2)])
    assert [len(group.paths) for group in placed.correlations] == [4, 2]
