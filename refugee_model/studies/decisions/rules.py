"""Rules of thumb that a plan must beat: what planners do without a model, each with the same money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.options import delivered, most_packs
from refugee_model.studies.decisions.order_by import drawn, shortages
from refugee_model.studies.decisions.purchases import Line, cost_of, price_of, spend
from refugee_model.studies.decisions.search import Plan, Search

NOTHING, SOME_OF_ALL = "nothing", "the same part of everything"
BY_RESIDENTS, BY_BEDS = "beds by residents", "beds by present beds"
MEDIAN_10, MEDIAN_20 = "median need and 10 %", "median need and 20 %"
HIGHEST, CHEAPEST, MEDIAN_FUTURE, PROGRAMME = (
    "highest need seen, item by item",
    "cheapest first",
    "best for the median future",
    "linear programme alone",
)
NOT_CHOSEN = (NOTHING, SOME_OF_ALL, BY_RESIDENTS, BY_BEDS)
"""Rules that look at no draws."""
SECTORS = ("beds", "transit places", "covered places", "desks", "placement seats", "goods", "buses")
"""Order in which an item-by-item rule buys."""
HALVINGS = 14
"""By which the part of everything is found that the money buys."""


def rules_of_thumb(search: Search, budget: float) -> dict[str, Plan]:
    """The plan of each rule for a budget, by name."""
    scenario = search.trials.scenario
    provinces = scenario.aid.provinces
    residents = {
        name: place.relatives_weight if place.residents is None else place.residents
        for name, place in provinces.items()
    }
    need = dict(needs(search))
    return {
        NOTHING: {},
        SOME_OF_ALL: some_of_all(scenario, budget, {name: one[1] for name, one in need.items()}),
        BY_RESIDENTS: in_proportion(scenario, budget, residents),
        BY_BEDS: in_proportion(scenario, budget, {name: place.beds for name, place in provinces.items()}),
        MEDIAN_10: item_by_item(scenario, budget, {name: 1.1 * one[0] for name, one in need.items()}),
        MEDIAN_20: item_by_item(scenario, budget, {name: 1.2 * one[0] for name, one in need.items()}),
        HIGHEST: item_by_item(scenario, budget, {name: one[1] for name, one in need.items()}),
        CHEAPEST: item_by_item(
            scenario, budget, {name: need[name][1] for name in sorted(need, key=lambda one: price_of(scenario, one))}
        ),
        MEDIAN_FUTURE: search.programmes.plan(budget, median=True),
        PROGRAMME: search.programmes.plan(budget),
    }


def needs(search: Search) -> Iterator[tuple[str, tuple[float, float]]]:
    """Median and highest of what is short of each option, those of the first sectors first."""
    scenario = search.trials.scenario
    found = dict(shortages(search.base))
    order = sorted(found, key=lambda name: SECTORS.index(scenario.aid.options[name].kind))
    for name in order:
        short = found[name].short
        share = drawn(delivered(scenario, name), f"{name}.delivered", short.shape[1], search.trials.seed)
        whole = (short.sum(axis=0) if found[name].sums else short.max(axis=0)) / share
        yield name, (float(np.median(whole)), float(whole.max()))


def in_proportion(scenario: Scenario, budget: float, weights: Mapping[str, float]) -> Plan:
    """Beds in proportion to something that provinces have, for all the money."""
    names = [name for name, option in scenario.aid.options.items() if option.kind == "beds"]
    if not names:
        return {}
    sizes = [weights.get(scenario.aid.options[name].place or "", 0.0) for name in names]
    return spend(scenario, Line("beds", tuple(names), price_of(scenario, names[0])), budget, sizes)


def item_by_item(scenario: Scenario, budget: float, wanted: Mapping[str, float]) -> Plan:
    """What is wanted of each option in turn, until the money ends."""
    found: Plan = {}
    for name, quantity in wanted.items():
        left = budget - cost_of(scenario, found)
        price = price_of(scenario, name)
        found |= spend(scenario, Line("", (name,), price), min(left, quantity * price))
    return found


def some_of_all(scenario: Scenario, budget: float, highest: Mapping[str, float]) -> Plan:
    """As a plan by hand: of everything the same part of what can be had, or of the highest need, for all the money."""
    most = {
        name: highest.get(name, 0.0) if option.most is None else option.most
        for name, option in scenario.aid.options.items()
    }

    def bought(part: float) -> Plan:
        found = {name: most_packs(scenario.aid.options[name], part * quantity) for name, quantity in most.items()}
        return {name: quantity for name, quantity in found.items() if quantity > 0}

    low, high = 0.0, 1.0
    if cost_of(scenario, bought(high)) <= budget:
        return bought(high)
    for _ in range(HALVINGS):
        part = 0.5 * (low + high)
        low, high = (part, high) if cost_of(scenario, bought(part)) <= budget else (low, part)
    return bought(low)
