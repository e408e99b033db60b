"""What it costs, and how far the funds at hand fall short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.rules import ramped
from refugee_model.engine.values import Values
from refugee_model.tables.frames import check_run, first_draw, frame
from refugee_model.tables.groups import present
from refugee_model.tables.needs import Needs, needs
from refugee_model.tables.times import HOURS_PER_DAY, integral

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

ITEMS, SURGE, NIGHTS = "items: ", "surge beds", "bed nights"
ONE_OFF, MONTHLY = "cash, once", "cash, monthly"
TOTAL, FUNDS, GAP = "total", "funds", "funding gap"
DAYS_PER_MONTH = 30.0
BASIS = {
    ITEMS: "what is needed x unit_cost_usd of each item, whether supplied or not",
    SURGE: "beds that came by the end x cost_per_bed_usd of each order",
    NIGHTS: "person-nights in state accommodation x bed_night_usd",
    ONE_OFF: "most people covered at any time, of all who had crossed, x one_off_usd_per_person",
    MONTHLY: "people with relatives or in own rental x coverage x months of 30 days x monthly_usd_per_person",
    TOTAL: "sum of the rows above",
    FUNDS: "aid.funds_usd; blank means unknown",
    GAP: "total less funds, at least 0; blank where the funds are unknown",
}


def costs(run: Trajectories, wanted: Needs) -> dict[str, Floats]:
    """Cost of each category.

    Parameters
    ----------
    run : Trajectories
        A projection.
    wanted : Needs
        What people need in it.

    Returns
    -------
    dict of str to array (draw,) [USD]
        By category: items by sector, beds, cash, total, funds, funding gap.
    """
    aid, result = run.scenario.aid, {}
    sectors = [item.sector for item in wanted.items.values()]
    by_item = wanted.cost.sum(axis=0)
    for sector in dict.fromkeys(sectors):
        result[f"{ITEMS}{sector}"] = by_item[[own == sector for own in sectors]].sum(axis=0)
    result[SURGE] = np.full(run.draws, surge_cost(run.scenario))
    nights = integral(run.hours, run.people("sheltered").sum(axis=1)) / HOURS_PER_DAY
    result[NIGHTS] = nights * aid.bed_night_usd
    result[ONE_OFF], result[MONTHLY] = _cash(run)
    result[TOTAL] = np.sum(list(result.values()), axis=0)
    result[FUNDS] = np.full(run.draws, np.nan if aid.funds_usd is None else aid.funds_usd)
    result[GAP] = np.maximum(result[TOTAL] - result[FUNDS], 0.0)
    return result


def surge_cost(scenario: Scenario) -> float:
    """Cost of the ordered beds that came by the end of the projection [USD]."""
    timeline, total = scenario.timeline, 0.0
    for order in scenario.aid.surge.values():
        first = timeline.hours_at(order.decided) + order.lead_days * HOURS_PER_DAY
        come = ramped(timeline.hours, first, order.ramp_days * HOURS_PER_DAY)
        total += order.beds * come * order.cost_per_bed_usd
    return total


def _cash(run: Trajectories) -> tuple[Floats, Floats]:
    cash = run.scenario.aid.cash
    coverage = Values(run.scenario).schedule("aid.cash.coverage", cash.coverage, run.hours[:-1])
    crossed, hosted = run.cumulative("crossed")[1:], present(run, "hosted")
    once = np.max(coverage * crossed, axis=0) * cash.one_off_usd_per_person
    months = run.steps[:, None] / (HOURS_PER_DAY * DAYS_PER_MONTH)
    monthly = np.sum(coverage * 0.5 * (hosted[1:] + hosted[:-1]) * months, axis=0) * cash.monthly_usd_per_person
    return once, monthly


def cost_table(run: Trajectories) -> pd.DataFrame:
    """What the response costs, and the funding gap.

    Parameters
    ----------
    run : Trajectories
        A projection.

    Returns
    -------
    DataFrame
        category, usd, basis; items by sector, surge beds, bed nights, cash, then total, funds and funding gap.

    Raises
    ------
    RequestError
        If ``run`` is not a projection.
    """
    check_run(run)
    result = costs(run, needs(run))
    return frame(
        run,
        "Costs",
        {
            "category": list(result),
            "usd": first_draw(np.stack(list(result.values()))),
            "basis": [BASIS[ITEMS] if name.startswith(ITEMS) else BASIS[name] for name in result],
        },
    )
