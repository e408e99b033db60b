"""What it costs, how far the funds at hand fall short, and what it would cost to supply all that is lacking."""

from __future__ import annotations

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.result import Result
from refugee_model.engine.rules import ramped_each
from refugee_model.engine.values import Values, sum_of_places
from refugee_model.outcomes.groups import person_nights_in
from refugee_model.outcomes.needs import is_known, lacking_in_all, needs_by_item
from refugee_model.scenario.timeline import HOURS_PER_DAY

ITEMS, SURGE, NIGHTS = "items: ", "surge beds", "bed nights"
ONE_OFF, MONTHLY = "cash, once", "cash, monthly"
TOTAL, FUNDS, GAP = "total", "funds", "funding gap"
DAYS_PER_MONTH = 30.0
BASIS = {
    ITEMS: "what is needed x unit_cost_usd of each item, whether supplied or not; nothing for people who left "
    "before it came",
    SURGE: "beds that came by the end x cost_per_bed_usd of each order",
    NIGHTS: "person-nights in state accommodation x bed_night_usd",
    ONE_OFF: "people whom coverage has reached while they were in the country, less those paid before the start, x "
    "one_off_usd_per_person",
    MONTHLY: "people with relatives or in own rental x coverage x months of 30 days x monthly_usd_per_person",
    TOTAL: "sum of the rows above",
    FUNDS: "aid.funds_usd; blank means unknown",
    GAP: "total less funds, at least 0; blank where the funds are unknown",
}


def costs(result: Result) -> tuple[dict[str, Floats], Floats]:
    """Cost of each category, and of all that is lacking of items whose deliveries are known, arrays (draw,) [USD]. What
    is lacking is NaN where the deliveries of no item are known.
    """
    values, items = result.values, result.scenario.standards.items_of_climate
    by_item, lacking = np.zeros((2, len(items), result.draws))
    for place, (item, one) in enumerate(zip(items.values(), needs_by_item(result), strict=True)):
        by_item[place] = sum_of_places(one.cost)
        lacking[place] = lacking_in_all(item.kind, one.gap)
    return _by_category(result, by_item), _unmet(values, lacking)


def _unmet(values: Values, lacking: Floats) -> Floats:
    """Cost of what is lacking, array (item, draw) to (draw,) [USD]."""
    items = values.scenario.standards.items_of_climate
    usd = [
        lacking[place] * values[f"standards.items.{name}.unit_cost_usd"]
        for place, name in enumerate(items)
        if is_known(values.scenario, name)
    ]
    return sum_of_places(np.stack(usd)) if usd else np.full(lacking.shape[-1], np.nan)


def _by_category(result: Result, by_item: Floats) -> dict[str, Floats]:
    """Cost of each category from that of each item (item, draw): by sector, beds, cash, total, funds, funding gap."""
    values, found, zero = result.values, {}, np.zeros(result.draws)
    sectors = [item.sector for item in result.scenario.standards.items_of_climate.values()]
    for sector in dict.fromkeys(sectors):
        found[f"{ITEMS}{sector}"] = sum_of_places(by_item[[own == sector for own in sectors]])
    found[SURGE] = zero + surge_cost(values)
    found[NIGHTS] = person_nights_in(result, "sheltered") * values["aid.bed_night_usd"]
    paid = np.maximum(result.extremes["paid_once"] - values["aid.cash.paid_before"], 0.0)
    found[ONE_OFF] = paid * values["aid.cash.one_off_usd_per_person"]
    months = result.extremes["covered_hours"] / (HOURS_PER_DAY * DAYS_PER_MONTH)
    found[MONTHLY] = months * values["aid.cash.monthly_usd_per_person"]
    found[TOTAL] = sum(found.values(), zero)
    known = result.scenario.aid.funds_usd is not None or "aid.funds_usd" in result.drawn
    found[FUNDS] = zero + (values["aid.funds_usd"] if known else np.nan)
    found[GAP] = np.maximum(found[TOTAL] - found[FUNDS], 0.0)
    return found


def surge_cost(values: Values) -> Floats:
    """Cost of the ordered beds that came by the end of the projection, array (draw,) or (1,) [USD]."""
    timeline, total = values.scenario.timeline, np.zeros(1)
    for name, order in values.scenario.aid.surge.items():
        said = {
            field: values[f"aid.surge.{name}.{field}"]
            for field in ("beds", "lead_days", "ramp_days", "cost_per_bed_usd")
        }
        first = timeline.hours_at(order.decided) + said["lead_days"] * HOURS_PER_DAY
        come = ramped_each(timeline.hours, first, said["ramp_days"] * HOURS_PER_DAY)
        total = total + said["beds"] * come * said["cost_per_bed_usd"]
    return total


def basis_of(category: str) -> str:
    """How a category is worked out, in words."""
    return BASIS[ITEMS] if category.startswith(ITEMS) else BASIS[category]
