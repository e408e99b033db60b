"""What can be bought: orders as changes of an ordinary scenario, what they cost, and money into orders, to the cent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from refugee_model.errors import Problem, nearest, refuse_if
from refugee_model.scenario.aid import LEAD, UNITS, Option
from refugee_model.scenario.changes import Times, standing_at
from refugee_model.scenario.distributions import Distribution, Empirical
from refugee_model.scenario.remembered import remembered
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY

Plan = dict[str, float]
Quantities = Mapping[str, float]
"""Quantities by option."""
CAUTIOUS = 0.9
"""Schedules have no uncertain times: what changes one comes when nine in ten such orders would have come."""
SOONEST, MEDIAN = 0.05, 0.5
"""Levels of a lead: the first date on which anything can come, and that on which it is expected."""
SUMMED, LEVELS = 1024, 41
"""Draws of which a sum of uncertain parts is made, and quantiles that are kept of it."""
SCHEDULES: dict[str, str] = {
    "transit places": "aid.transit_places",
    "covered places": "aid.reception_points.{place}.covered_places",
    "desks": "aid.reception_points.{place}.desks",
    "community centres": "aid.community_centres.centres",
    "buses": "aid.evacuation_buses.buses",
    "placement seats": "aid.placement.seats_per_hour",
    "cash": "aid.cash.coverage",
}
"""What an order of each kind adds to."""


@dataclass(frozen=True)
class Order:
    """So many of an option, decided on a day."""

    option: str
    """Name of ``aid.options``."""
    quantity: float
    """In the unit of the option."""
    decided: float = 0.0
    """Days after the start of the projection."""


def lead_of(scenario: Scenario, name: str) -> Distribution | float:
    """Days from the decision to the first unit in use, all parts together."""
    return _leads(scenario)[name]


@remembered
def _leads(scenario: Scenario) -> dict[str, Distribution | float]:
    """The same of every option: a plan asks for them thousands of times."""
    return {name: _in_all(scenario, name) for name in scenario.aid.options}


def _in_all(scenario: Scenario, name: str) -> Distribution | float:
    """The sum of the parts of one option."""
    parts = [f"aid.options.{name}.{part}" for part in LEAD]
    ranges = [scenario.all_uncertain[path] for path in parts if path in scenario.all_uncertain]
    certain = sum(float(scenario.get(path)) for path in parts if path not in scenario.all_uncertain)
    if not ranges:
        return certain
    if len(ranges) == 1:
        return ranges[0].model_copy(update={"plus": ranges[0].plus + certain})
    # A lattice: the n-th draw of part k lies at the fraction of n times the k-th root, so that all are spread evenly.
    steps = np.arange(1, SUMMED + 1)[:, None] * np.sqrt([2.0, 3.0, 5.0, 7.0])[None, : len(ranges)]
    draws = sum(range_of.quantile(column) for range_of, column in zip(ranges, (steps % 1.0).T, strict=True))
    found = np.quantile(certain + np.asarray(draws), np.linspace(0.0, 1.0, LEVELS))
    reason = "sum of " + ", ".join(part for part in LEAD)
    return Empirical(distribution="empirical", values=tuple(float(value) for value in found), reason=reason)


def lead_quantile(scenario: Scenario, name: str, level: float) -> float:
    """Days that so many of such orders take at most, to the first unit [days]."""
    lead = lead_of(scenario, name)
    return _quantile(lead, level) if isinstance(lead, Distribution) else lead


@lru_cache(maxsize=1024)
def _quantile(lead: Distribution, level: float) -> float:
    """The days below which so many of the leads are, worked out once."""
    return float(lead.quantile(np.array([level]))[0])


def unit_of(scenario: Scenario, name: str) -> str:
    """Unit of a quantity of an option, of goods that of the item."""
    option = scenario.aid.options[name]
    return scenario.standards.items[option.item].unit if option.item is not None else UNITS[option.kind]


def earliest_of(scenario: Scenario, name: str) -> float:
    """When an option can be ordered at the earliest, at the start or later [days after the start]."""
    earliest = scenario.aid.options[name].earliest
    return 0.0 if earliest is None else max(0.0, scenario.timeline.hours_at(earliest) / HOURS_PER_DAY)


def days_in_use(scenario: Scenario, order: Order) -> float:
    """Days from the arrival of the mean unit, at the median lead, to the end of the projection."""
    arrives = order.decided + lead_quantile(scenario, order.option, MEDIAN)
    ramp = scenario.aid.options[order.option].ramp_days
    return max(0.0, scenario.timeline.days - arrives - 0.5 * ramp)


def unit_price(scenario: Scenario, name: str, decided: float) -> float:
    """What one unit costs, from the order to the end of the projection [USD]."""
    option = scenario.aid.options[name]
    return option.unit_cost_usd + option.running_usd_per_day * days_in_use(scenario, Order(name, 1.0, decided))


def order_cost(scenario: Scenario, order: Order) -> float:
    """What an order costs with its running costs, rounded up to the cent [USD]."""
    return math.ceil(round(order.quantity * unit_price(scenario, order.option, order.decided) * 100.0, 4)) / 100.0


def whole_packs(option: Option, quantity: float) -> float:
    """The least quantity in whole packs that is no smaller, and no smaller than the smallest lot; 0 stays 0."""
    if quantity <= 0.0:
        return 0.0
    packs = math.ceil(round(max(quantity, option.smallest_lot) / option.pack_size, 9))
    return packs * option.pack_size


def most_packs(option: Option, quantity: float) -> float:
    """The largest quantity in whole packs that is no larger; 0 where that is below the smallest lot."""
    limit = quantity if option.most is None else min(quantity, option.most)
    found = math.floor(round(limit / option.pack_size, 9)) * option.pack_size
    return found if found > 0 and found >= option.smallest_lot else 0.0


def ordered(scenario: Scenario, orders: Iterable[Order]) -> Scenario:
    """The scenario with these orders placed: an ordinary one."""
    return scenario.change(order_changes(scenario, orders))


def order_changes(scenario: Scenario, orders: Iterable[Order]) -> dict[str, Any]:
    """The changes that place these orders: further entries of surge and deliveries, and schedules that rise."""
    placed = [order for order in orders if order.quantity != 0.0]
    _check(scenario, placed)
    found: dict[str, Any] = {}
    for order in placed:
        option = scenario.aid.options[order.option]
        if option.kind == "beds":
            found[f"aid.surge.{_free_name(scenario.aid.surge, order, found)}"] = _surge(scenario, order)
        elif option.kind == "goods":
            found[f"aid.deliveries.{_free_name(scenario.aid.deliveries, order, found)}"] = _delivery(scenario, order)
        else:
            path = SCHEDULES[option.kind].format(place=option.place)
            standing = found[path] if path in found else standing_at(scenario.values(defaults=True), path)
            found[path] = raised(scenario, standing, arrival(scenario, order), amount(scenario, order))
    return found | _together(scenario, found)


def _together(scenario: Scenario, found: Mapping[str, Any]) -> dict[str, Any]:
    """Correlations in which new orders of beds stand beside the old ones that they are like.

    Each number of them joins the group that has most of its kind: no pair may stand in two.
    """
    groups = list(scenario.values().get("correlations", ()))
    kinds = [
        [path.rpartition(".")[2] for path in group.get("paths", ()) if path.startswith("aid.surge.")]
        for group in groups
    ]
    changed = False
    for name in sorted({name for of_group in kinds for name in of_group}):
        new = [
            f"{path}.{name}"
            for path, entry in found.items()
            if path.startswith("aid.surge.") and isinstance(entry[name], Mapping)
        ]
        at = max(range(len(groups)), key=lambda number: kinds[number].count(name))
        groups[at] = {**groups[at], "paths": [*groups[at]["paths"], *new]}
        changed = changed or bool(new)
    return {"correlations": groups} if changed else {}


def _check(scenario: Scenario, orders: Iterable[Order]) -> None:
    options = scenario.aid.options
    problems = [
        Problem(order.option, f"is not an option of this scenario; {nearest(order.option, options)}")
        for order in orders
        if order.option not in options
    ]
    problems += [
        Problem(order.option, f"found a quantity of {order.quantity}, expected a finite number of at least 0")
        for order in orders
        if not 0.0 <= order.quantity < math.inf
    ]
    refuse_if("these orders cannot be placed", problems)


def arrival(scenario: Scenario, order: Order) -> float:
    """When an order that changes a schedule is all there [days after the start]."""
    ramp = scenario.aid.options[order.option].ramp_days
    return order.decided + lead_quantile(scenario, order.option, CAUTIOUS) + ramp


def amount(scenario: Scenario, order: Order) -> float:
    """What an order adds to a schedule: what comes in the middle, of cash as a share of all people."""
    comes = comes_of(scenario, order.option, order.quantity)
    if scenario.aid.options[order.option].kind != "cash":
        return comes
    return comes / scenario.people.total if scenario.people.total else 0.0


def comes_of(scenario: Scenario, name: str, quantity: float) -> float:
    """What comes of a quantity ordered, in the middle."""
    share = delivered(scenario, name)
    return quantity * (share.central if isinstance(share, Distribution) else share)


def delivered(scenario: Scenario, name: str) -> Distribution | float:
    """What comes of one unit ordered."""
    path = f"aid.options.{name}.delivered_share"
    return scenario.all_uncertain.get(path, scenario.aid.options[name].delivered_share)


def _what_comes(scenario: Scenario, order: Order, parts: float = 1.0) -> Any:
    """The quantity of an order, as uncertain as what comes of one unit."""
    return Times(order.quantity / parts).of(delivered(scenario, order.option))


def _lead(scenario: Scenario, order: Order) -> Any:
    lead = lead_of(scenario, order.option)
    return lead.plain() if isinstance(lead, Distribution) else lead


def _surge(scenario: Scenario, order: Order) -> dict[str, Any]:
    option = scenario.aid.options[order.option]
    return {
        "province": option.place,
        "beds": _what_comes(scenario, order),
        "decided": order.decided,
        "lead_days": _lead(scenario, order),
        "ramp_days": option.ramp_days,
        "cost_per_bed_usd": option.unit_cost_usd,
    }


def _delivery(scenario: Scenario, order: Order) -> dict[str, Any]:
    """An order of goods; those that come evenly over days do so by the day."""
    option = scenario.aid.options[order.option]
    days = max(1.0, option.ramp_days)
    return {
        "item": option.item,
        "quantity": _what_comes(scenario, order, days),
        "decided": order.decided,
        "lead_days": _lead(scenario, order),
        "repeats_daily_for": days,
    }


def _free_name(there: Mapping[str, Any], order: Order, found: Mapping[str, Any]) -> str:
    """A name for an order that no other has."""
    taken = {*there, *(path.split(".", 2)[-1] for path in found)}
    names = (f"{order.option}, ordered" + (f" {number}" if number > 1 else "") for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def raised(scenario: Scenario, standing: Any, day: float, more: float) -> list[dict[str, Any]]:
    """A schedule that is higher by so much from a day on; ranges keep their width."""
    entries = [dict(entry) for entry in standing] if isinstance(standing, list | tuple) else [{"value": standing}]
    hours = [_hours(scenario, entry) for entry in entries]
    at = round(day * HOURS_PER_DAY * 3600.0) / 3600.0
    if at not in hours:
        before = max((number for number, hour in enumerate(hours) if hour < at), default=0)
        entries.insert(before + 1, {"since": day, "value": entries[before]["value"]})
    return [
        {**entry, "value": plus(entry["value"], more)} if _hours(scenario, entry) >= at else entry for entry in entries
    ]


def _hours(scenario: Scenario, entry: Mapping[str, Any]) -> float:
    since = entry.get("since")
    return -math.inf if since is None else scenario.timeline.hours_at(since)


def plus(value: Any, more: float) -> Any:
    """A number or a range, and so much more."""
    if isinstance(value, Distribution):
        value = value.plain()
    if isinstance(value, Mapping):
        return {**value, "plus": value.get("plus", 0.0) + more}
    return float(value) + more


CENT = 0.005


@dataclass(frozen=True)
class Line:
    """Options that money is spent on together: the same kind at the same price, as quick as each other."""

    kind: str
    options: tuple[str, ...]


def lines_of(scenario: Scenario, names: Iterable[str]) -> list[Line]:
    """Options by line, in their order; beds of the same price and lead are one, wherever they stand."""
    found: dict[object, list[str]] = {}
    for name in names:
        option = scenario.aid.options[name]
        lead = round(lead_quantile(scenario, name, MEDIAN) + earliest_of(scenario, name), 6)
        alike = (option.kind, price_of(scenario, name), lead, option.ramp_days)
        found.setdefault(alike if option.kind == "beds" else name, []).append(name)
    return [Line(scenario.aid.options[one[0]].kind, tuple(one)) for one in found.values()]


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


def spend(scenario: Scenario, names: Sequence[str], money: float, weights: Sequence[float] | None = None) -> Plan:
    """So much money on some options, shared out by weights, or else by how much of each can be had."""
    options = scenario.aid.options
    sizes = [options[name].most or 1.0 for name in names] if weights is None else list(weights)
    whole = sum(sizes) or 1.0
    found = {}
    for name, size in zip(names, sizes, strict=True):
        price = max(price_of(scenario, name), 1e-9)
        found[name] = most_packs(options[name], money * size / whole / price)
    return topped_up(scenario, {name: quantity for name, quantity in found.items() if quantity}, names, money)


def topped_up(scenario: Scenario, quantities: Quantities, names: Sequence[str], money: float) -> Plan:
    """What money is left buys further packs of these options, one order after the other, as far as it goes."""
    options, found = scenario.aid.options, dict(quantities)
    left = money - cost_of(scenario, found)
    for name in names:
        option, have = options[name], found.get(name, 0.0)
        more = most_packs(option, have + max(left, 0.0) / max(price_of(scenario, name), 1e-9))
        while more > have and cost_of(scenario, {name: more}) > left + cost_of(scenario, {name: have}) + CENT:
            more = most_packs(option, more - option.pack_size)
        if more > have:
            found[name] = more
            left = money - cost_of(scenario, found)
    return found


def smallest(option: Option) -> float:
    """The smallest order that can be placed."""
    return whole_packs(option, option.pack_size)


def cheapest(scenario: Scenario) -> tuple[str, float]:
    """The option of which the smallest order costs least, and what it costs [USD]."""
    costs = {name: cost_of(scenario, {name: smallest(one)}) for name, one in scenario.aid.options.items()}
    name = min(costs, key=lambda one: costs[one])
    return name, costs[name]
