"""Plans without a search: rules of thumb, as planners without a model have them, which a plan must beat with the same
money; and what a linear programme would buy of beds and transit places, a start of the search and a bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.result import Result
from refugee_model.scenario.network import TOTAL, TRANSIT
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY, NIGHT_HOUR, ramped
from refugee_model.studies.decisions.demand import demand_of
from refugee_model.studies.decisions.methods import Aim, choose
from refugee_model.studies.decisions.options import (
    Line,
    Order,
    Plan,
    arrival,
    cost_of,
    delivered,
    earliest_of,
    most_packs,
    price_of,
    spend,
)
from refugee_model.studies.decisions.order_by import drawn, shortages
from refugee_model.studies.decisions.trials import Trials

KINDS = ("beds", "transit places")
DRAWS = 150
"""Draws of a programme, at most."""


@dataclass
class Programmes:
    """Programmes for any budget, for which seats and desks are no limit."""

    scenario: Scenario
    """That says what can be bought."""
    names: list[str]
    """Options that a programme can buy."""
    short: Floats
    """Array (day, draw): people for whom there is neither a bed nor a transit place without any order."""
    available: Floats
    """Array (option, day, draw): part of a unit ordered that is there."""
    aim: Aim
    found: dict[tuple[float, bool], tuple[dict[str, float], float]] = field(default_factory=dict)

    def plan(self, budget: float, *, median: bool = False) -> dict[str, float]:
        """What is bought for a budget; or for one future, the median of each day."""
        return self._solved(budget, median)[0]

    def bound(self, budget: float) -> float:
        """Nights of people who wait for a bed, by the aim, that are left however a budget is spent; NaN if unknown."""
        return self._solved(budget, False)[1]

    def _solved(self, budget: float, median: bool) -> tuple[dict[str, float], float]:
        if (budget, median) not in self.found:
            self.found[budget, median] = self._solve(budget, median)
        return self.found[budget, median]

    def _solve(self, budget: float, median: bool) -> tuple[dict[str, float], float]:
        if not self.names or budget <= 0:
            return {}, np.nan
        scenario, short, available = self.scenario, self.short, self.available
        if median:
            short, available = np.median(short, axis=1, keepdims=True), np.median(available, axis=2, keepdims=True)
        prices = np.array([price_of(scenario, name) for name in self.names])
        most = np.array(
            [scenario.aid.options[name].most or budget / price for name, price in zip(self.names, prices, strict=True)]
        )
        confidence, aversion = self.aim.confidence, self.aim.aversion
        chosen, loss = choose(short, available, prices, most, budget, confidence=confidence, aversion=aversion)
        bought: dict[str, float] = {}
        for name, quantity, price in zip(self.names, chosen, prices, strict=True):
            bought |= spend(scenario, [name], float(quantity * price))
        return bought, loss


def programmes_of(trials: Trials, base: Result, lines: list[Line], aim: Aim) -> Programmes:
    """Programmes over the first futures without any order."""
    demand = demand_of(base)
    kinds = [place.kind for place in demand.places]
    draws = slice(0, min(DRAWS, base.draws))
    days = base.day_ends / HOURS_PER_DAY
    nights = days * HOURS_PER_DAY + NIGHT_HOUR <= trials.scenario.timeline.hours  # that a day ends before
    lacking = demand.people[:, kinds.index(TOTAL)] - demand.capacity[:, kinds.index(TOTAL)]
    names = [name for line in lines if line.kind in KINDS for name in line.options]
    available = [_there(trials, name, days[nights], base.draws)[:, draws] for name in names]
    return Programmes(
        scenario=trials.scenario,
        names=names,
        short=(lacking - demand.capacity[:, kinds.index(TRANSIT)])[nights][:, draws],
        available=np.stack(available) if names else np.empty((0, 0, 0)),
        aim=aim,
    )


def _there(trials: Trials, name: str, days: Floats, draws: int) -> Floats:
    """Part of a unit ordered that is there at the end of each day, in the futures themselves, array (day, draw)."""
    scenario = trials.scenario
    lever, decided = trials.levers[name], earliest_of(scenario, name)
    if not lever.path:
        arrives = arrival(scenario, Order(name, 1.0, decided))
        return np.where(days[:, None] > arrives, lever.each, 0.0) * np.ones(draws)
    table, ramp = trials.tables[0], np.full(1, scenario.aid.options[name].ramp_days)
    lead = trials.number(table, lever.path.removesuffix("beds") + "lead_days", draws)
    share = trials.number(table, lever.path, draws) / lever.first
    found: Floats = share * ramped(0.0, lead - (days[:, None] - decided), ramp)
    return found


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


def rules_of_thumb(trials: Trials, base: Result, programmes: Programmes, budget: float) -> dict[str, Plan]:
    """The plan of each rule for a budget, by name, from the futures without any order."""
    scenario = trials.scenario
    provinces = scenario.aid.provinces
    residents = {
        name: place.relatives_weight if place.residents is None else place.residents
        for name, place in provinces.items()
    }
    need = dict(needs(trials, base))
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
        MEDIAN_FUTURE: programmes.plan(budget, median=True),
        PROGRAMME: programmes.plan(budget),
    }


def needs(trials: Trials, base: Result) -> Iterator[tuple[str, tuple[float, float]]]:
    """Median and highest of what is short of each option, those of the first sectors first."""
    scenario = trials.scenario
    found = dict(shortages(base))
    order = sorted(found, key=lambda name: SECTORS.index(scenario.aid.options[name].kind))
    for name in order:
        whole = found[name].in_all() / drawn(delivered(scenario, name), f"{name}.delivered", base.draws, trials.seed)
        yield name, (float(np.median(whole)), float(whole.max()))


def in_proportion(scenario: Scenario, budget: float, weights: Mapping[str, float]) -> Plan:
    """Beds in proportion to something that provinces have, for all the money."""
    names = [name for name, option in scenario.aid.options.items() if option.kind == "beds"]
    if not names:
        return {}
    sizes = [weights.get(scenario.aid.options[name].place or "", 0.0) for name in names]
    return spend(scenario, names, budget, sizes)


def item_by_item(scenario: Scenario, budget: float, wanted: Mapping[str, float]) -> Plan:
    """What is wanted of each option in turn, until the money ends."""
    found: Plan = {}
    for name, quantity in wanted.items():
        left = budget - cost_of(scenario, found)
        found |= spend(scenario, [name], min(left, quantity * price_of(scenario, name)))
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
