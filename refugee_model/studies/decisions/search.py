"""The search for a plan: money moves between lines, alone and along the chain, and every plan meets the same futures.

Lines in series are worth little alone: seats without beds, beds without desks. So money moves to pairs of them, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.result import DAYS, Keep, Result
from refugee_model.scenario.network import TOTAL, TRANSIT
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.studies.decisions.allocation import Good, allocate
from refugee_model.studies.decisions.cvar import choose, spread
from refugee_model.studies.decisions.demand import demand_of
from refugee_model.studies.decisions.options import delivered, earliest_of, lead_of, lead_quantile
from refugee_model.studies.decisions.order_by import Shortage, drawn, goods_short
from refugee_model.studies.decisions.purchases import Line, cost_of, lines_of, price_of, spend
from refugee_model.studies.decisions.trials import Losses, Trials, flow_options

Floats = NDArray[np.float64]
Plan = dict[str, float]
"""Quantities by option."""

GOODS = "goods"
CHAIN = ("buses", "desks", "covered places", "transit places", "beds", "placement seats")
"""Kinds along the way of people; money also moves to neighbours together."""
PARTS = (0.5, 0.2)
"""Parts of the budget that are moved, the largest first."""
MOST_ROUNDS = 3
"""Moves of one size at most."""
FINE, WIDE = (0.1, 0.04), 4
"""Parts of the budget that are moved at last, on so many blocks of draws."""
PROGRAMMED = 150
"""Draws of the linear programme."""


@dataclass(frozen=True)
class Aim:
    """What is to be made small: parts of the nights, how much the worst futures count, and what goods count."""

    parts: tuple[str, ...]
    confidence: float
    aversion: float
    goods_weight: float


@dataclass
class Search:
    """A scenario's lines, the draws they are tried on, and what has been tried."""

    trials: Trials
    aim: Aim
    base: Result
    goods: dict[str, Good]
    lines: list[Line]
    blocks: int = 1
    """Blocks of draws on which plans are tried."""
    tried: dict[tuple[tuple[str, float], ...], float] = field(default_factory=dict)
    tell: Callable[[], None] = lambda: None

    def plan(self, money: Mapping[int, float]) -> Plan:
        """Quantities for so much money a line; the last number is that of goods."""
        found: Plan = {}
        for number, amount in money.items():
            if number < len(self.lines):
                found |= spend(self.trials.scenario, self.lines[number], amount)
            elif self.goods:
                bought = allocate(list(self.goods.values()), amount).quantities
                found |= {name: float(one) for name, one in zip(self.goods, bought, strict=True) if one > 0}
        return found

    def values(self, plans: Sequence[Plan]) -> list[float]:
        """The aim of each plan on the draws that are screened; a plan is tried once."""
        flows = [self.flow_of(plan) for plan in plans]
        keys = [tuple(sorted(flow.items())) for flow in flows]
        fresh = {key: dict(key) for key in keys if key not in self.tried}
        for key, losses in zip(fresh, self.trials.losses(list(fresh.values()), blocks=self.blocks), strict=True):
            self.tried[key] = self.loss(losses)
            self.tell()
        return [self.tried[key] + self.of_goods(plan) for key, plan in zip(keys, plans, strict=True)]

    def widen(self, blocks: int) -> None:
        """Try plans on more draws from now on."""
        if blocks != self.blocks:
            self.blocks = blocks
            self.tried.clear()

    def first_arrival(self) -> float:
        """The first day on which anything that is ordered as soon as it can be may come, one chance in twenty."""
        scenario = self.trials.scenario
        names = [name for line in self.lines for name in line.options]
        return min(earliest_of(scenario, name) + lead_quantile(scenario, name, 0.05) for name in names)

    def loss(self, losses: Losses) -> float:
        """The aim, of nights alone."""
        return spread(losses.of(*self.aim.parts), self.aim.confidence, self.aim.aversion)

    def flow_of(self, plan: Plan) -> Plan:
        """The part of a plan that changes who is where."""
        return {name: quantity for name, quantity in plan.items() if name not in self.goods and quantity > 0}

    def of_goods(self, plan: Plan) -> float:
        """What is lacking of goods under a plan, in the mean, at what it counts."""
        return self.lacking(plan) * self.aim.goods_weight

    def lacking(self, plan: Plan) -> float:
        """People who lack an item, of each item, in the mean."""
        lacking = (
            good.weight * np.maximum(good.lacking - plan.get(name, 0.0), 0.0).mean()
            for name, good in self.goods.items()
        )
        return float(sum(lacking))


def begin(trials: Trials, aim: Aim) -> Search:
    """What every search starts from: the futures without any order."""
    base = trials.project(0, {}, Keep(DAYS))
    goods = goods_of(trials, base)
    names = [name for name in flow_options(trials.scenario) if _can_act(trials, name)]
    return Search(trials, aim, base, goods, lines_of(trials.scenario, names))


def _can_act(trials: Trials, name: str) -> bool:
    """Whether an option is there before the end."""
    lever = next(lever for lever in trials.levers if lever.option == name)
    return bool(lever.path or lever.adds)


def goods_of(trials: Trials, base: Result) -> dict[str, Good]:
    """The goods that can be bought, each with what it could serve after its arrival, draw by draw."""
    scenario, days = trials.scenario, base.day_ends / HOURS_PER_DAY
    short: dict[str, Shortage] = goods_short(base)
    found = {}
    for name, option in scenario.aid.options.items():
        if option.kind != GOODS or option.item not in scenario.standards.items_of_climate:
            continue
        item, one = scenario.standards.items[option.item], short[option.item]
        arrives = earliest_of(scenario, name) + drawn(lead_of(scenario, name), f"{name}.lead", base.draws, trials.seed)
        later = np.where(days[:, None] >= arrives, one.short, 0.0)
        share = drawn(delivered(scenario, name), f"{name}.delivered", base.draws, trials.seed)
        lacking = (later.sum(axis=0) if one.sums else later.max(axis=0)) / share
        served = (scenario.people.profile.household_size if item.per == "household" else 1.0) / max(
            item.stabilised, item.emergency, 1e-9
        )
        found[name] = Good(
            lacking, served, price_of(scenario, name), option.pack_size, option.smallest_lot,
            np.inf if option.most is None else option.most,
        )  # fmt: skip
    return found


def programme(search: Search, budget: float, *, median: bool = False) -> Plan:
    """Beds and transit places by a linear programme, for which seats and desks are no limit; or for one future."""
    names = [name for line in search.lines if line.kind in ("beds", "transit places") for name in line.options]
    if not names or budget <= 0:
        return {}
    scenario, base = search.trials.scenario, search.base
    demand = demand_of(base)
    number = [place.kind for place in demand.places].index(TOTAL)
    transit = [place.kind for place in demand.places].index(TRANSIT)
    draws = slice(0, min(PROGRAMMED, base.draws))
    short = (demand.people[:, number] - demand.capacity[:, number] - demand.capacity[:, transit])[:, draws]
    available = np.stack([_there(search, name, demand.days, base.draws)[:, draws] for name in names])
    if median:
        short, available = np.median(short, axis=1, keepdims=True), np.median(available, axis=2, keepdims=True)
    prices = np.array([price_of(scenario, name) for name in names])
    most = np.array(
        [scenario.aid.options[name].most or budget / price for name, price in zip(names, prices, strict=True)]
    )
    chosen = choose(
        short, available, prices, most, budget, confidence=search.aim.confidence, aversion=search.aim.aversion
    )
    found: Plan = {}
    for name, quantity, price in zip(names, chosen.quantities, prices, strict=True):
        found |= spend(scenario, Line("", (name,), price), float(quantity * price))
    return found


def _there(search: Search, name: str, days: Floats, draws: int) -> Floats:
    """Part of a unit ordered that is there at the end of each day, array (day, draw)."""
    scenario = search.trials.scenario
    lead = drawn(lead_of(scenario, name), f"{name}.lead", draws, search.trials.seed)
    share = drawn(delivered(scenario, name), f"{name}.delivered", draws, search.trials.seed)
    ramp = max(scenario.aid.options[name].ramp_days, 1e-6)
    return share * np.clip((days[:, None] - earliest_of(scenario, name) - lead) / ramp, 0.0, 1.0)


def improve(
    search: Search, budget: float, starts: Sequence[Mapping[int, float]], parts: Sequence[float] = PARTS
) -> dict[int, float]:
    """The best money by line that moves from any of these starts find."""
    best_money: dict[int, float] = {}
    plans = [search.plan(start) for start in starts]
    values = search.values(plans)
    at = int(np.argmin(values))
    best_money, best = dict(starts[at]), values[at]
    for part in parts:
        for _ in range(MOST_ROUNDS):
            moves = _moves(search, best_money, budget, part * budget)
            if not moves:
                break
            values = search.values([search.plan(move) for move in moves])
            at = int(np.argmin(values))
            if values[at] >= best - 1e-9 * max(1.0, abs(best)):
                break
            best_money, best = moves[at], values[at]
    return best_money


def _moves(search: Search, money: Mapping[int, float], budget: float, step: float) -> list[dict[int, float]]:
    """Money that is moved from what is unspent and from each line to each other, and to neighbours of the chain."""
    targets: list[tuple[int, ...]] = [(number,) for number in range(len(search.lines) + bool(search.goods))]
    order = [number for kind in CHAIN for number, line in enumerate(search.lines) if line.kind == kind]
    targets += [(one, other) for one, other in pairwise(order)]
    spent = sum(money.values())
    found = []
    sources = [-1] if budget - spent >= 0.5 * step else sorted(money, key=lambda number: -money[number])[:2]
    for source in sources:
        room = budget - spent if source < 0 else money[source]
        moved = min(step, room)
        for target in targets:
            if source in target or moved <= 0:
                continue
            new = dict(money)
            if source >= 0:
                new[source] -= moved
            for number in target:
                new[number] = new.get(number, 0.0) + moved / len(target)
            found.append({number: amount for number, amount in new.items() if amount > 1e-6})
    return found


def money_of(search: Search, plan: Plan) -> dict[int, float]:
    """What a plan spends on each line."""
    scenario, found = search.trials.scenario, {}
    for number, line in enumerate(search.lines):
        cost = cost_of(scenario, {name: plan.get(name, 0.0) for name in line.options})
        if cost:
            found[number] = cost
    cost = cost_of(scenario, {name: plan.get(name, 0.0) for name in search.goods})
    return found | ({len(search.lines): cost} if cost else {})


def find_plan(search: Search, budget: float, warm: Sequence[Plan] = (), parts: Sequence[float] = PARTS) -> Plan:
    """The best plan found for a budget, from the programme, an even split with goods, and what is known already."""
    programmed = money_of(search, programme(search, budget))
    goods = len(search.lines)
    starts = [{}, programmed, *(money_of(search, plan) for plan in warm)]
    if search.goods:
        half = money_of(search, programme(search, 0.6 * budget)) | {goods: 0.4 * budget}
        starts += [half, {goods: budget}]
    return search.plan(improve(search, budget, starts, parts))


def with_goods(search: Search, plan: Plan, budget: float) -> Plan:
    """The plan with goods for what money it leaves."""
    others = search.flow_of(plan)
    left = budget - cost_of(search.trials.scenario, others)
    return others | search.plan({len(search.lines): left}) if search.goods else dict(others)
