"""The tables of a plan: orders, what is left uncovered, budgets, and what changed since the plan before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats
from refugee_model.engine.result import Result
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.calendar import time
from refugee_model.outcomes.needs import is_known, needs_by_item
from refugee_model.scenario.network import TOTAL
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.studies.decisions.demand import demand_of
from refugee_model.studies.decisions.methods import SAFE, enough, worst_mean
from refugee_model.studies.decisions.options import (
    MEDIAN,
    Plan,
    comes_of,
    cost_of,
    earliest_of,
    lead_quantile,
    price_of,
    unit_of,
    whole_packs,
)
from refugee_model.studies.decisions.order_by import area_code_of, first_short
from refugee_model.studies.decisions.rules import NOTHING
from refugee_model.studies.decisions.search import WORST, Search
from refugee_model.studies.decisions.validation import Validated
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
        cost, step = (cost_of(scenario, {name: quantity}) for quantity in (plan[name], _next(scenario, name)))
        at_most = option.most is not None and plan[name] + option.pack_size > option.most
        rows.append(
            {
                "option": name,
                "sector": SECTORS.get(option.kind) or scenario.standards.items[option.item or ""].sector,
                "place": option.place or "",
                "area_code": area_code_of(scenario, option.place),
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
        return comes_of(scenario, name, quantity)
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
    table = pd.DataFrame(rows)
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


SUBJECT = "no plan can be made"
CHANGES = (
    *("option", "unit", "quantity_before", "quantity_now", "change", "change_usd", "saves_now", "saves_per_1000_usd"),
    *("regretted", "reason"),
)
PART = 0.5
"""An order is regretted if less than this part of it would be bought now."""


def find_unknown_orders(scenario: Scenario, before: Mapping[str, float]) -> list[Problem]:
    """Orders of an earlier plan that this scenario does not offer."""
    options = scenario.aid.options
    return [
        Problem(f"before.{name}", f"is not an option of this scenario; {nearest(name, options)}")
        for name in before
        if name not in options
    ]


def quantities_of(plan: object) -> Plan:
    """What an earlier plan ordered, by option, of the plan or of the table of its orders."""
    orders = plan if isinstance(plan, pd.DataFrame) else getattr(plan, "orders", None)
    if not isinstance(orders, pd.DataFrame) or not {"option", "quantity"} <= {*orders.columns}:
        raise RequestError(
            SUBJECT, [Problem("before", "expected the plan before, as plan_aid gives it, or its orders")]
        )
    quantities = pd.to_numeric(orders["quantity"], errors="coerce")
    if not (quantities >= 0).all():
        raise RequestError(SUBJECT, [Problem("before.quantity", "expected numbers of at least 0")])
    return dict(zip(orders["option"].astype(str), quantities.astype(float), strict=True))


def changes_table(search: Search, before: Plan, now: Plan) -> pd.DataFrame:
    """Orders before and now, and what each of those before saves on the draws of now."""
    scenario = search.trials.scenario
    names = list(dict.fromkeys([*before, *now]))
    without = [{other: before[other] for other in before if other != name} for name in before]
    whole, *others = search.aims([before, *without], search.second)
    saves = {name: other - whole for name, other in zip(before, others, strict=True)}
    rows = []
    for name in names:
        had, has, price = before.get(name, 0.0), now.get(name, 0.0), price_of(scenario, name)
        saved = saves.get(name, 0.0)
        regretted = had > 0 and has < PART * had
        rows.append(
            {
                "option": name,
                "unit": unit_of(scenario, name),
                "quantity_before": had,
                "quantity_now": has,
                "change": has - had,
                "change_usd": (has - had) * price,
                "saves_now": saved,
                "saves_per_1000_usd": 1000.0 * saved / max(had * price, 1e-9) if had else 0.0,
                "regretted": regretted,
                "reason": _why(had, has, regretted=regretted),
            }
        )
    table = pd.DataFrame(rows, columns=list(CHANGES))
    table = table.iloc[table["change_usd"].abs().argsort(kind="stable")[::-1]].reset_index(drop=True)
    table.attrs.update(attributes(scenario, "What changed since the plan before"))
    return table


def _why(had: float, has: float, *, regretted: bool) -> str:
    if not had:
        return say("new")
    if regretted:
        return say("the money now saves more elsewhere") if has else say("would not be bought now")
    return say("as before" if has == had else "more of it" if has > had else "less of it")
