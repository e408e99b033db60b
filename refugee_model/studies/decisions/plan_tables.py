"""The tables of a plan: orders, what is left uncovered, budgets, and rules of thumb beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats
from refugee_model.engine.result import Result
from refugee_model.outcomes.calendar import time
from refugee_model.outcomes.needs import is_known, needs_by_item
from refugee_model.scenario.network import TOTAL
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.studies.decisions.demand import demand_of
from refugee_model.studies.decisions.held_out import Validated, interval_of
from refugee_model.studies.decisions.methods import SAFE, enough, worst_mean
from refugee_model.studies.decisions.options import (
    MEDIAN,
    Order,
    delivered,
    earliest_of,
    lead_quantile,
    order_cost,
    unit_of,
    whole_packs,
)
from refugee_model.studies.decisions.order_by import first_short
from refugee_model.studies.decisions.purchases import cost_of, price_of
from refugee_model.studies.decisions.rules import NOT_CHOSEN, NOTHING
from refugee_model.studies.decisions.search import WORST, Plan, Search
from refugee_model.studies.decisions.trials import Trials
from refugee_model.tables.provenance import attributes
from refugee_model.wording import say, term, whole
from refugee_model.wording import unit as unit_in_words

ORDERS = (
    *("option", "sector", "place", "area_code", "unit", "quantity", "packs", "unit_cost_usd", "total_cost_usd"),
    *("order_by", "arrives", "people", "reason", "value_of_next_1000_usd"),
)
SECTORS = {
    "beds": "Shelter and household goods",
    "transit places": "Shelter and household goods",
    "covered places": "Shelter and household goods",
    "desks": "Registration and protection",
    "community centres": "Registration and protection",
    "buses": "Logistics and transport",
    "placement seats": "Logistics and transport",
    "cash": "Cash",
}
STEP_USD = 1000.0
CERTAINTIES = (0.5, 0.8, 0.9, 0.95)
"""Of which the price is told."""
CROSSED = ("at_reception", "unsheltered")
"""Nights that can be bought off: on the road there is nothing that an order changes but the number of those on it."""
SMALL = 0.005
"""Less than this share of what is at stake is no difference."""


def order_table(search: Search, plan: Plan) -> pd.DataFrame:
    """The orders of a plan, what happens without each, and what more of each would save."""
    scenario, timeline = search.trials.scenario, search.trials.scenario.timeline
    names = [name for name, quantity in plan.items() if quantity > 0]
    without = [{other: plan[other] for other in plan if other != name} for name in names]
    more = [{**plan, name: plan[name] + _next(scenario, name)} for name in names]
    here, *others = search.aims([plan, *more], search.second)
    gained = [here - value for value in others]
    of_plan, *of_others = (_nights(search, one) for one in search.nights([plan, *without], search.second))
    rows = []
    for name, without_it, with_more in zip(names, of_others, gained, strict=True):
        option, decided = scenario.aid.options[name], earliest_of(scenario, name)
        cost = order_cost(scenario, Order(name, plan[name], decided))
        step = order_cost(scenario, Order(name, _next(scenario, name), decided))
        place = scenario.aid.provinces.get(option.place or "") or scenario.aid.reception_points.get(option.place or "")
        at_most = option.most is not None and plan[name] + option.pack_size > option.most
        rows.append(
            {
                "option": name,
                "sector": SECTORS.get(option.kind) or scenario.standards.items[option.item or ""].sector,
                "place": option.place or "",
                "area_code": (place.area_code or "") if place is not None else "",
                "unit": unit_of(scenario, name),
                "quantity": plan[name],
                "packs": round(plan[name] / option.pack_size),
                "unit_cost_usd": price_of(scenario, name),
                "total_cost_usd": cost,
                "order_by": time(timeline, decided * HOURS_PER_DAY),
                "arrives": time(timeline, (decided + lead_quantile(scenario, name, MEDIAN)) * HOURS_PER_DAY),
                "people": _people(scenario, name, plan[name]),
                "reason": _reason(search, name, plan[name], without_it - of_plan, of_plan),
                "value_of_next_1000_usd": 0.0 if at_most else with_more / max(step, 0.01) * STEP_USD,
            }
        )
    table = pd.DataFrame(rows, columns=list(ORDERS))
    table = table.sort_values(["total_cost_usd", "option"], ascending=[False, True], ignore_index=True)
    table.attrs.update(attributes(scenario, "Orders") | {"cost_usd": cost_of(scenario, plan)})
    return table


def _next(scenario: Scenario, name: str) -> float:
    """Whole packs for about a thousand dollars, a pack at least."""
    return whole_packs(scenario.aid.options[name], max(STEP_USD / max(price_of(scenario, name), 1e-9), 1e-6))


def _people(scenario: Scenario, name: str, quantity: float) -> float:
    """People whom an order serves at one time, as near as can be said; NaN where it serves whoever passes."""
    option = scenario.aid.options[name]
    if option.kind in ("beds", "transit places", "covered places", "cash"):
        share = delivered(scenario, name)
        return quantity * (share if isinstance(share, float) else share.central)
    if option.item is not None:
        item = scenario.standards.items[option.item]
        each = scenario.people.profile.household_size if item.per == "household" else 1.0
        return quantity * each / max(item.stabilised, item.emergency, 1e-9)
    return np.nan


def _nights(search: Search, nights: Floats) -> Floats:
    """Nights in the mean of all futures, and in those beyond the confidence."""
    shares = search.second.shares
    return np.array([np.average(nights, weights=shares), worst_mean(nights, search.aim.confidence, shares)])


def _reason(search: Search, name: str, bought: float, lost: Floats, whole_loss: Floats) -> str:
    """What happens without an order, and which others are as good."""
    line = next((line for line in search.lines if name in line.options), None)
    alike = [] if line is None else [other for other in line.options if other != name]
    said = say("without it hardly a difference")
    if (np.abs(lost) > SMALL * np.maximum(whole_loss, 1.0) / 10).any():
        worst = f"{100 * (1 - search.aim.confidence):g}"
        way = "without it {mean} person-nights in the mean, {bad} in the worst {worst} of 100"
        said = say(way, mean=_more(lost[0]), bad=_more(lost[1]), worst=worst)
    if name in search.goods:
        good, unit = search.goods[name], unit_of(search.trials.scenario, name)
        more = float(good.lacking.mean() - np.maximum(good.lacking - bought, 0.0).mean())
        said = say("without it {count} {unit} more lacking, in the mean", count=whole(more), unit=unit_in_words(unit))
    others = ", ".join(map(term, alike))
    return say("{reason}; as good elsewhere: {options}", reason=said, options=others) if alike else said


def _more(nights: float) -> str:
    return say("{count} more" if nights >= 0 else "{count} fewer", count=whole(abs(nights)))


def uncovered_table(before: Scenario, after: Scenario, confidence: float, result: Result) -> pd.DataFrame:
    """What a plan leaves uncovered at a confidence, by place and by item, on held-out draws."""
    demand, days, rows = demand_of(result), result.day_ends / HOURS_PER_DAY, []
    for number, place in enumerate(demand.places):
        if place.kind == TOTAL:
            continue
        target = float(enough(demand.people[:, number].max(axis=0), confidence))
        room = float(np.median(demand.capacity[:, number], axis=-1).max())
        rows.append(_gap(place.name, "people", target, room, demand.short[:, number], days, before, False))
    items = before.standards.items_of_climate
    for (name, item), one in zip(items.items(), needs_by_item(result), strict=True):
        if not is_known(after, name):
            continue
        lacking = one.missing(item.kind)
        target = float(enough(lacking[1], confidence))
        gap = float(enough(lacking[0], confidence))
        rows.append(_gap(name, item.unit, target, target - gap, one.gap, days, before, item.kind == "daily"))
    columns = (
        "place_or_item",
        "unit",
        "target",
        "covered",
        "gap",
        "gap_share",
        "chance_of_gap",
        "worst_tenth",
        "from",
        "until",
    )
    table = pd.DataFrame(rows, columns=list(columns))
    table.attrs.update(attributes(after, "What the plan leaves uncovered") | {"draws": result.draws})
    return table


def _gap(
    name: str, unit: str, target: float, covered: float, short: Any, days: Any, scenario: Scenario, sums: bool
) -> dict[str, Any]:
    """One row: what is short, how likely, in the worst tenth, and when, in the middle of the futures with a gap."""
    whole_gap = short.sum(axis=0) if sums else short.max(axis=0)
    first = first_short(short, days)
    some = np.isfinite(first)
    last = np.where(some, days[len(days) - 1 - np.argmax((short > 0)[::-1], axis=0)], np.nan)
    gap = max(target - covered, 0.0)
    when = (float(np.median(first[some])), float(np.median(last[some]))) if some.any() else (np.nan, np.nan)
    return {
        "place_or_item": name,
        "unit": unit,
        "target": target,
        "covered": min(covered, target),
        "gap": gap,
        "gap_share": gap / target if target > 0 else 0.0,
        "chance_of_gap": float(some.mean()),
        "worst_tenth": worst_mean(whole_gap, WORST),
        "from": time(scenario.timeline, when[0] * HOURS_PER_DAY),
        "until": time(scenario.timeline, when[1] * HOURS_PER_DAY),
    }


def frontier_table(
    search: Search, plans: Sequence[Plan], budgets: Sequence[float], validated: Mapping[str, Validated]
) -> pd.DataFrame:
    """Nothing, and the plan for each part of the budget, on held-out draws."""
    scenario, rows = search.trials.scenario, []
    names = [f"budget {number}" for number in range(len(plans) - 1)] + ["plan"]
    before, spent = float(validated[NOTHING].nights.mean()), 0.0
    last: Plan = {}
    cases = [(NOTHING, 0.0, {}), *zip(names, budgets, plans, strict=True)]
    for name, budget, plan in cases:
        one, cost = validated[name], cost_of(scenario, plan)
        mean = float(one.nights.mean())
        more = cost - spent
        rows.append(
            {
                "budget": budget,
                "cost_usd": cost,
                "person_nights_without_roof": mean,
                "person_nights_without_roof_worst_tenth": worst_mean(one.nights, WORST),
                **{nights_at(level): float(enough(one.nights, level)) for level in CERTAINTIES},
                "chance_of_any": one.chance[0],
                "goods_lacking": search.lacking(plan),
                "saved_per_1000_usd": (before - mean) / more * STEP_USD if more > 0 else 0.0,
                "added": _added(plan, last),
            }
        )
        before, last, spent = mean, plan, cost
    table = pd.DataFrame(rows)
    table.attrs.update(attributes(scenario, "Plans by budget") | {"draws": len(one.losses.of(*search.aim.parts))})
    return table


def nights_at(level: float) -> str:
    """Column of the nights that are not exceeded in so many futures."""
    return f"person_nights_{100 * level:.0f}"


def certainty_table(frontier: pd.DataFrame) -> pd.DataFrame:
    """What it costs to be this sure that few are left without a roof after crossing, on a line between the budgets; NaN
    where the whole budget is not enough.
    """
    best = frontier["chance_of_any"].cummin().to_numpy()[::-1]
    costs = frontier["cost_usd"].cummax().to_numpy()[::-1]
    rows = [
        {
            "confidence": level,
            "cost_usd": float(np.interp(1.0 - level, best, costs)) if best[0] <= 1.0 - level + SAFE else np.nan,
            "person_nights": frontier[nights_at(level)].iloc[-1],
            "person_nights_if_nothing": frontier[nights_at(level)].iloc[0],
        }
        for level in CERTAINTIES
    ]
    table = pd.DataFrame(rows)
    table.attrs.update(frontier.attrs | {"title": "Price of certainty"})
    return table


def _added(plan: Plan, before: Plan) -> str:
    more = {name: quantity - before.get(name, 0.0) for name, quantity in plan.items()}
    less = {name: quantity - plan.get(name, 0.0) for name, quantity in before.items()}
    said = [f"+{whole(quantity)} {name}" for name, quantity in more.items() if quantity > 0]
    said += [f"-{whole(quantity)} {name}" for name, quantity in less.items() if quantity > 0]
    return "; ".join(said)


def validation_table(
    search: Search,
    validated: Mapping[str, Validated],
    rules: Mapping[str, Plan],
    plan: Plan,
    budget: float,
    chosen_on: Trials,
) -> pd.DataFrame:
    """The plan and each rule of thumb on held-out draws, and paired differences: above 0 where the plan is better."""
    scenario, mine, rows = search.trials.scenario, validated["plan"], []
    chance = min(NOT_CHOSEN, key=lambda name: float(validated[name].aims.mean()))
    optimism = _optimism(search, validated, {"plan": plan, chance: rules[chance]}, chosen_on)
    for name, bought in {"plan": plan, **rules}.items():
        one = validated[name]
        after = one.losses.of(*CROSSED)
        rows.append(
            {
                "plan": name,
                "cost_usd": cost_of(scenario, bought),
                **_ends("mean", interval_of(one.means, least=0.0)),
                **_ends("chance", one.chance),
                **_ends("worst_tenth", interval_of(one.worsts, least=0.0)),
                "mean_after_crossing": float(after.mean()),
                "worst_tenth_after_crossing": worst_mean(after, WORST),
                "goods_lacking": search.lacking(bought),
                "aim": float(one.aims.mean()),
                **_ends("plan_saves", interval_of(one.aims - mine.aims)),
                **_ends("plan_saves_nights", interval_of(one.means - mine.means)),
                **_ends("plan_saves_worst_tenth", interval_of(one.worsts - mine.worsts)),
                "optimism": optimism.get(name, np.nan),
                "gap": search.gap(plan, budget) if name == "plan" else np.nan,
            }
        )
    table = pd.DataFrame(rows)
    table.attrs.update(attributes(scenario, "The plan on other draws") | {"draws": len(mine.losses.of("on_road"))})
    return table


def _optimism(
    search: Search, validated: Mapping[str, Validated], plans: Mapping[str, Plan], chosen_on: Trials
) -> dict[str, float]:
    """How much more is lost on held-out draws than on those that were chosen on, by plan, as a part of the latter, of a
    rule that looks at no draws it is the luck of the draws, by which one sequence is harder than another.
    """
    found = chosen_on.losses([search.flow_of(plan) for plan in plans.values()])
    before = [search.loss(losses) + search.of_goods(plan) for losses, plan in zip(found, plans.values(), strict=True)]
    return {
        name: float(validated[name].aims.mean()) / one - 1.0 if one > SAFE else np.nan
        for name, one in zip(plans, before, strict=True)
    }


def _ends(name: str, interval: tuple[float, float, float]) -> dict[str, float]:
    """Columns of a number and of the ends of its interval."""
    return dict(zip((name, f"{name}_low", f"{name}_high"), interval, strict=True))
