"""The search for orders: which draws plans are tried on, what they aim for, and moves along the chain that lower it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from refugee_model.arrays import Floats, Integers
from refugee_model.engine.result import DAYS, Keep, Result
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.studies.decisions.demand import Shortage
from refugee_model.studies.decisions.methods import Aim, Good, allocate, loss_of, worst_mean
from refugee_model.studies.decisions.options import (
    SOONEST,
    Line,
    Plan,
    Quantities,
    cost_of,
    delivered,
    earliest_of,
    lead_of,
    lead_quantile,
    lines_of,
    price_of,
    spend,
)
from refugee_model.studies.decisions.order_by import drawn, goods_short
from refugee_model.studies.decisions.rules import Programmes, programmes_of, rules_of_thumb
from refugee_model.studies.decisions.trials import Losses, Trials

TAIL = 0.1
"""Part of the draws, the worst, of which half of a screen is taken: most of what is lost is lost in them."""


def chosen(losses: Floats, size: int) -> tuple[Integers, Floats]:
    """Draws spread evenly over all by their loss, half of them over the worst, and the share that each stands for.

    >>> numbers, shares = chosen(np.arange(100.0), 4)
    >>> numbers.tolist(), shares.tolist()
    ([97, 92, 67, 22], [0.05, 0.05, 0.45, 0.45])
    """
    count = len(losses)
    if size >= count:
        return np.arange(count), np.full(count, 1.0 / count)
    order = np.argsort(-losses, kind="stable")
    edge = max(round(TAIL * count), 1)
    numbers, shares = [], []
    for part in (order[:edge], order[edge:]):
        taken = min(max(size // 2, 1), len(part))
        numbers.append(part[((np.arange(taken) + 0.5) * len(part) / taken).astype(np.int64)])
        shares.append(np.full(taken, len(part) / taken / count))
    return np.concatenate(numbers), np.concatenate(shares)


@dataclass
class Screen:
    """Some of the draws, the share of all that each stands for, and the nights of what was tried on them."""

    trials: Trials
    shares: Floats
    tried: dict[tuple[tuple[str, float], ...], Losses] = field(default_factory=dict)

    @classmethod
    def of(cls, trials: Trials, losses: Floats, size: int) -> Screen:
        """A screen of so many draws at most."""
        numbers, shares = chosen(losses, size)
        return cls(trials if len(numbers) == trials.draws else trials.thin(numbers), shares)

    def losses(self, plans: Sequence[Quantities]) -> list[Losses]:
        """Person-nights under each plan; what was tried before is not tried again."""
        keys = [tuple(sorted(plan.items())) for plan in plans]
        fresh = [key for key in dict.fromkeys(keys) if key not in self.tried]
        self.tried |= zip(fresh, self.trials.losses([dict(key) for key in fresh]), strict=True)
        return [self.tried[key] for key in keys]


GOODS = "goods"
CHAIN = ("buses", "desks", "covered places", "transit places", "beds", "placement seats")
"""Kinds along the way of people; money also moves to neighbours together."""
PARTS = (0.5, 0.2)
"""Parts of the budget that are moved, the largest first."""
FINE = (*PARTS, 0.1, 0.05)
"""The same for the plan that is wanted."""
MOST_ROUNDS = 3
"""Moves of one size at most."""
FIRST_LOOK, SECOND_LOOK = 96, 256
"""Draws on which every move is tried, and those on which the best of them are."""
SHORTLIST = 4
"""Moves that are tried on the second."""
WORST = 0.9
"""The worst tenth lies beyond it."""
STRICT = 10.0
"""What a night counts by which a plan is worse than a rule of thumb, in the mean or in the worst tenth."""


OBJECTIVES: dict[str, tuple[str, ...]] = {
    "person_nights_without_roof": ("on_road", "at_reception", "unsheltered"),
    "person_nights_unsheltered": ("unsheltered",),
    "person_nights_at_reception": ("at_reception",),
    "person_nights_on_road": ("on_road",),
}
"""Measures that a plan can make small, and their parts."""
AVERSION = 0.5
GOODS_WEIGHT = 0.02
"""assumed: a person who lacks an item, or a day of one that is used up, counts as a fiftieth of a night without a roof,
so that goods come after a roof wherever a thousand dollars still save some nights."""


def aim_of(confidence: float, objective: str | None = None) -> Aim:
    """What a plan is to make small."""
    parts = OBJECTIVES[objective or next(iter(OBJECTIVES))]
    return Aim(parts, float(confidence), AVERSION, GOODS_WEIGHT if objective is None else 0.0)


@dataclass(frozen=True)
class Spending:
    """Money by line, the last number that of goods; and how that of a line is shared among its options, where known."""

    money: Mapping[int, float]
    sizes: Mapping[int, tuple[float, ...]]


@dataclass
class Search:
    """A scenario's lines, the draws they are tried on, and what was found so far."""

    trials: Trials
    aim: Aim
    base: Result
    goods: dict[str, Good]
    lines: list[Line]
    programmes: Programmes
    first: Screen
    second: Screen
    whole: Screen
    bought: dict[tuple[int, float, tuple[float, ...]], Plan] = field(default_factory=dict)

    def plan(self, spending: Spending) -> Plan:
        """Quantities for so much money a line."""
        found: Plan = {}
        for number, amount in spending.money.items():
            key = (number, round(amount, 2), spending.sizes.get(number, ()))
            if key not in self.bought:
                self.bought[key] = self._buy(*key)
            found |= self.bought[key]
        return found

    def _buy(self, number: int, amount: float, sizes: tuple[float, ...]) -> Plan:
        """What one line, or goods, give for so much money."""
        if number < len(self.lines):
            return spend(self.trials.scenario, self.lines[number].options, amount, sizes or None)
        quantities = allocate(list(self.goods.values()), amount)
        return {name: float(one) for name, one in zip(self.goods, quantities, strict=True) if one > 0}

    def nights(self, plans: Sequence[Plan], screen: Screen) -> list[Floats]:
        """The nights that are to be made small, of each draw of a screen."""
        return [losses.of(*self.aim.parts) for losses in screen.losses([self.flow_of(plan) for plan in plans])]

    def aims(self, plans: Sequence[Plan], screen: Screen) -> list[float]:
        """The aim of each plan, goods included."""
        nights = self.nights(plans, screen)
        return [self.aim.of(one, screen.shares) + self.of_goods(plan) for one, plan in zip(nights, plans, strict=True)]

    def values(self, plans: Sequence[Plan], screen: Screen, rules: Sequence[Plan] = ()) -> list[float]:
        """The same, and a plan that is worse than one of the rules counts as much worse."""
        aims = self.aims(plans, screen)
        if not rules:
            return aims
        nights, shares = self.nights([*plans, *rules], screen), screen.shares
        told = np.array([(np.average(one, weights=shares), worst_mean(one, WORST, shares)) for one in nights])
        worse = np.maximum(told[: len(plans)] - told[len(plans) :].min(axis=0), 0.0).sum(axis=1)
        return [aim + STRICT * float(more) for aim, more in zip(aims, worse, strict=True)]

    def best(self, plans: Sequence[Plan], screen: Screen, rules: Sequence[Plan] = (), count: int = 1) -> list[Plan]:
        """The plans of least value; of equals the first."""
        order = np.argsort(self.values(plans, screen, rules), kind="stable")
        return [plans[number] for number in order[:count]]

    def rules(self, budget: float) -> dict[str, Plan]:
        """The plan of each rule of thumb for a budget, by name."""
        return rules_of_thumb(self.trials, self.base, self.programmes, budget)

    def first_arrival(self) -> float:
        """The first day on which anything that is ordered as soon as it can be may come, one chance in twenty."""
        scenario = self.trials.scenario
        names = [name for line in self.lines for name in line.options]
        return min(earliest_of(scenario, name) + lead_quantile(scenario, name, SOONEST) for name in names)

    def loss(self, losses: Losses) -> float:
        """The aim, of nights alone, of draws that count alike."""
        return self.aim.of(losses.of(*self.aim.parts))

    def gap(self, plan: Plan, budget: float) -> float:
        """By how much of itself the aim of those who wait for a bed is above the programme's; NaN if that is none."""
        bound, draws = self.programmes.bound(budget), np.arange(self.programmes.short.shape[1])
        lost = self.aim.of(self.trials.thin(draws).losses([self.flow_of(plan)])[0].of("unsheltered"))
        return 1.0 - bound / lost if lost >= 1.0 else np.nan

    def flow_of(self, plan: Plan) -> Plan:
        """The part of a plan that changes who is where."""
        return {name: quantity for name, quantity in plan.items() if name not in self.goods and quantity > 0}

    def of_goods(self, plan: Plan) -> float:
        """What is lacking of goods under a plan, in the mean, at what it counts."""
        return self.lacking(plan) * self.aim.goods_weight

    def lacking(self, plan: Plan) -> float:
        """People who lack an item, of each item, in the mean."""
        return loss_of(list(self.goods.values()), [plan.get(name, 0.0) for name in self.goods])


def begin(trials: Trials, aim: Aim) -> Search:
    """What every search starts from: the futures without any order."""
    base = trials.project(0, {}, Keep(DAYS))
    goods = goods_of(trials, base)
    names = [name for name, lever in trials.levers.items() if lever.path or lever.adds]  # there before the end
    nights = trials.losses([{}])[0].of(*aim.parts)
    first, second, whole = (Screen.of(trials, nights, size) for size in (FIRST_LOOK, SECOND_LOOK, len(nights)))
    lines = lines_of(trials.scenario, names)
    programmes = programmes_of(trials, base, lines, aim)
    return Search(trials, aim, base, goods, lines, programmes, first, second, whole)


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
        share = drawn(delivered(scenario, name), f"{name}.delivered", base.draws, trials.seed)
        lacking = one.in_all(days[:, None] >= arrives) / share
        served = (scenario.people.profile.household_size if item.per == "household" else 1.0) / max(
            item.stabilised, item.emergency, 1e-9
        )
        found[name] = Good(
            lacking, served, price_of(scenario, name), option.pack_size, option.smallest_lot,
            np.inf if option.most is None else option.most,
        )  # fmt: skip
    return found


def improve(
    search: Search, budget: float, starts: Sequence[Plan], rules: Sequence[Plan], parts: Sequence[float]
) -> Plan:
    """The best plan that moves of money find from the best of these starts."""
    shortlisted = search.best(starts, search.first, rules, SHORTLIST)
    best = search.best(shortlisted, search.second, rules)[0]
    for part in parts:
        for _ in range(MOST_ROUNDS):
            moved = [search.plan(move) for move in _moves(search, money_of(search, best), budget, part * budget)]
            if not moved:
                break
            shortlisted = search.best(moved, search.first, rules, SHORTLIST)
            better = search.best([best, *shortlisted], search.second, rules)[0]
            if better is best:
                break
            best = better
    return best


def _moves(search: Search, spending: Spending, budget: float, step: float) -> Iterator[Spending]:
    """Money that is moved from what is unspent or from a line to each other, and to neighbours of the chain."""
    targets: list[tuple[int, ...]] = [(number,) for number in range(len(search.lines) + bool(search.goods))]
    order = [number for kind in CHAIN for number, line in enumerate(search.lines) if line.kind == kind]
    targets += [(one, other) for one, other in pairwise(order)]
    money = spending.money
    left = budget - sum(money.values())
    sources = [-1] if left >= 0.5 * step else sorted(money, key=lambda number: -money[number])[:2]
    for source in sources:
        room = left if source < 0 else money[source]
        moved = min(step, room)
        for target in targets:
            if source in target or moved <= 0:
                continue
            new = dict(money)
            if source >= 0:
                new[source] -= moved
            for number in target:
                new[number] = new.get(number, 0.0) + moved / len(target)
            yield Spending({number: amount for number, amount in new.items() if amount > 1e-6}, spending.sizes)


def money_of(search: Search, plan: Plan) -> Spending:
    """What a plan spends on each line, and how it shares that out."""
    scenario, found, sizes = search.trials.scenario, {}, {}
    for number, line in enumerate(search.lines):
        quantities = {name: plan.get(name, 0.0) for name in line.options}
        if cost := cost_of(scenario, quantities):
            found[number] = cost
            sizes[number] = tuple(quantities.values())
    if cost := cost_of(scenario, {name: plan.get(name, 0.0) for name in search.goods}):
        found[len(search.lines)] = cost
    return Spending(found, {number: size for number, size in sizes.items() if len(size) > 1})


def find_plan(
    search: Search, budget: float, known: Sequence[Plan], rules: Sequence[Plan], parts: Sequence[float] = PARTS
) -> Plan:
    """The best plan found for a budget, from what is known, the rules, programmes and goods."""
    starts = [{}, *known, *rules, search.programmes.plan(budget)]
    if search.goods:
        goods = {len(search.lines): budget}
        half = money_of(search, search.programmes.plan(0.6 * budget))
        both = {**half.money, len(search.lines): 0.4 * budget}
        starts += [search.plan(Spending(goods, {})), search.plan(Spending(both, half.sizes))]
        starts += [with_goods(search, rule, budget) for rule in rules]
    return improve(search, budget, starts, rules, parts)


def with_goods(search: Search, plan: Plan, budget: float) -> Plan:
    """The plan with goods for what money it leaves."""
    others = search.flow_of(plan)
    left = budget - cost_of(search.trials.scenario, others)
    return others | search.plan(Spending({len(search.lines): left}, {})) if search.goods else dict(others)
