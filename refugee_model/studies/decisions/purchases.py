"""Money into orders: whole packs of options that are alike, never more than there is, to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.options import (
    MEDIAN,
    Order,
    earliest_of,
    lead_quantile,
    most_packs,
    order_cost,
    unit_price,
    whole_packs,
)

Quantities = Mapping[str, float]
CENT = 0.005


@dataclass(frozen=True)
class Line:
    """Options that money is spent on together: the same kind at the same price, as quick as each other."""

    kind: str
    options: tuple[str, ...]
    price: float


def lines_of(scenario: Scenario, names: Iterable[str]) -> list[Line]:
    """Options by line, in their order; beds of the same price and lead are one, wherever they stand."""
    found: dict[object, list[str]] = {}
    for name in names:
        option = scenario.aid.options[name]
        lead = round(lead_quantile(scenario, name, MEDIAN) + earliest_of(scenario, name), 6)
        alike = (option.kind, price_of(scenario, name), lead, option.ramp_days)
        found.setdefault(alike if option.kind == "beds" else name, []).append(name)
    return [Line(scenario.aid.options[one[0]].kind, tuple(one), price_of(scenario, one[0])) for one in found.values()]


def price_of(scenario: Scenario, name: str) -> float:
    """What one unit ordered as soon as it can be costs to the end of the projection [USD]."""
    return unit_price(scenario, name, earliest_of(scenario, name))


def cost_of(scenario: Scenario, quantities: Quantities) -> float:
    """What a plan costs, running costs included, each order to the cent [USD]."""
    orders = orders_of(scenario, quantities)
    return round(sum(order_cost(scenario, order) for order in orders), 2)


def orders_of(scenario: Scenario, quantities: Quantities) -> list[Order]:
    """The orders of a plan, each as soon as it can be."""
    return [Order(name, quantity, earliest_of(scenario, name)) for name, quantity in quantities.items() if quantity > 0]


def spend(scenario: Scenario, line: Line, money: float, weights: Sequence[float] | None = None) -> dict[str, float]:
    """So much money on a line, shared out by weights, or else by how much of each can be had."""
    options = scenario.aid.options
    sizes = [options[name].most or 1.0 for name in line.options] if weights is None else list(weights)
    whole = sum(sizes) or 1.0
    found = {}
    for name, size in zip(line.options, sizes, strict=True):
        price = max(price_of(scenario, name), 1e-9)
        found[name] = most_packs(options[name], money * size / whole / price)
    return topped_up(scenario, {name: quantity for name, quantity in found.items() if quantity}, line.options, money)


def topped_up(scenario: Scenario, quantities: Quantities, names: Sequence[str], money: float) -> dict[str, float]:
    """What money is left buys further packs of these options, one order after the other, as far as it goes."""
    options, found = scenario.aid.options, dict(quantities)
    left = money - cost_of(scenario, found)
    for name in names:
        option, have = options[name], found.get(name, 0.0)
        more = most_packs(option, have + max(left, 0.0) / max(price_of(scenario, name), 1e-9))
        while more > have and order_cost(scenario, Order(name, more, earliest_of(scenario, name))) > (
            left + order_cost(scenario, Order(name, have, earliest_of(scenario, name))) + CENT
        ):
            more = most_packs(option, more - option.pack_size)
        if more > have:
            found[name] = more
            left = money - cost_of(scenario, found)
    return found


def cheapest(scenario: Scenario) -> tuple[str, float]:
    """The option of which the smallest order costs least, and what it costs [USD]."""
    options = scenario.aid.options
    costs = {
        name: order_cost(
            scenario, Order(name, whole_packs(one, max(one.smallest_lot, one.pack_size)), earliest_of(scenario, name))
        )
        for name, one in options.items()
    }
    name = min(costs, key=lambda one: costs[one])
    return name, costs[name]
