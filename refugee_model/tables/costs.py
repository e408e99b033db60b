"""What it costs, and how far the funds at hand fall short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.digest import GROUPS
from refugee_model.engine.values import Values, sum_of_places
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.tables.counts import counts_of_days
from refugee_model.tables.draws import QUANTILES, ManyDraws, check_request, frame_of_draws, over_draws, value_of
from refugee_model.tables.frames import check_run, first_draw, frame
from refugee_model.tables.groups import present
from refugee_model.tables.needs import Needs, calendar_of, is_known, lacking_in_all, needs, needs_by_item
from refugee_model.tables.times import days_between, integral

if TYPE_CHECKING:
    from refugee_model.engine.simulation import Digested
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]

ITEMS, SURGE, NIGHTS = "items: ", "surge beds", "bed nights"
ONE_OFF, MONTHLY = "cash, once", "cash, monthly"
TOTAL, FUNDS, GAP = "total", "funds", "funding gap"
CATEGORIES = (SURGE, NIGHTS, ONE_OFF, MONTHLY, TOTAL, FUNDS, GAP)
"""Of which there is one; ``ITEMS`` has one for each sector."""
DAYS_PER_MONTH = 30.0
BASIS = {
    ITEMS: "what is needed x unit_cost_usd of each item, whether supplied or not; nothing for people who left before it came",
    SURGE: "beds that came by the end x cost_per_bed_usd of each order",
    NIGHTS: "person-nights in state accommodation x bed_night_usd",
    ONE_OFF: "people whom coverage has reached while they were in the country x one_off_usd_per_person",
    MONTHLY: "people with relatives or in own rental x coverage x months of 30 days x monthly_usd_per_person",
    TOTAL: "sum of the rows above",
    FUNDS: "aid.funds_usd; blank means unknown",
    GAP: "total less funds, at least 0; blank where the funds are unknown",
}


@dataclass(frozen=True)
class Services:
    """What is paid for besides items, array (draw,).

    Attributes
    ----------
    nights : array (draw,) [person-nights]
        In state accommodation.
    paid_once : array (draw,) [people]
        People whom cash has reached.
    covered_hours : array (draw,) [person-hours]
        People with relatives or in own rental x coverage, summed over time.
    """

    nights: Floats
    paid_once: Floats
    covered_hours: Floats


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
    coverage = Values(run.scenario).schedule("aid.cash.coverage", run.scenario.aid.cash.coverage, run.hours[:-1])
    hosted = present(run, "hosted")
    services = Services(
        nights=integral(run.hours, run.people("sheltered").sum(axis=1)) / HOURS_PER_DAY,
        paid_once=paid_once(coverage, run.flow("crossed").sum(axis=1), present(run, "everyone")),
        covered_hours=np.sum(coverage * 0.5 * (hosted[1:] + hosted[:-1]) * run.steps[:, None], axis=0),
    )
    return costs_of(Values(run.scenario), wanted.cost.sum(axis=0), services)


def paid_once(coverage: Floats, crossed: Floats, there: Floats) -> Floats:
    """People who are paid once: the covered share of those who are there has it at any time, and nobody gives it back.

    Parameters
    ----------
    coverage : array (step, draw)
        Share of people that support reaches.
    crossed : array (step, draw) [people]
        People who cross.
    there : array (bound, draw) [people]
        People in the country. Those who leave had it or not in the same shares as those who are there.

    Returns
    -------
    array (draw,) [people]

    Examples
    --------
    100 people come, half leave, then all are paid.

    >>> import numpy as np
    >>> paid_once(np.array([[0.0], [0.0], [1.0]]), np.array([[100.0], [0.0], [0.0]]), np.array([[0.0], [100.0], [50.0], [50.0]])).tolist()
    [50.0]
    """
    before = there[:-1] + crossed
    kept = np.minimum(1.0, np.divide(there[1:], before, out=np.ones_like(before), where=before > 0.0))
    have, paid = np.zeros((2, crossed.shape[1]))
    for step, wanted in enumerate(coverage * there[1:]):
        have = have * kept[step]
        paid = paid + np.maximum(0.0, wanted - have)
        have = np.maximum(have, wanted)
    return paid


def costs_of_draws(values: Values, digest: Digested) -> tuple[dict[str, Floats], Floats]:
    """Cost of each category, and of what is lacking, for draws of which only days and totals were kept.

    Parameters
    ----------
    values : Values
        The scenario, and what is uncertain in it.
    digest : Digested
        What was kept.

    Returns
    -------
    costs : dict of str to array (draw,) [USD]
        As ``costs`` gives it.
    unmet : array (draw,) [USD]
        As ``unmet_need`` gives it.
    """
    scenario = values.scenario
    days = days_between(scenario.timeline, digest.hours[digest.edges])
    calendar, counts = calendar_of(scenario, days), counts_of_days(digest.days, days)
    by_item, lacking = np.zeros((2, len(scenario.standards.items_of_climate), digest.days.shape[-1]))
    for place, (item, one) in enumerate(
        zip(scenario.standards.items_of_climate.values(), needs_by_item(values, calendar, counts), strict=True)
    ):
        by_item[place] = sum_of_places(one.cost)
        lacking[place] = lacking_in_all(item.kind, one.gap)
    services = Services(
        nights=sum_of_places(digest.days[:, GROUPS.index("sheltered")]) / HOURS_PER_DAY,
        paid_once=digest.extremes["paid_once"],
        covered_hours=digest.extremes["covered_hours"],
    )
    return costs_of(values, by_item, services), unmet_need(values, lacking)


def unmet_need(values: Values, lacking: Floats) -> Floats:
    """What it would cost to supply all that is lacking.

    Parameters
    ----------
    values : Values
        The scenario, and what is uncertain in it.
    lacking : array (item, draw) [unit of the item]
        As ``lacking_in_all`` gives it.

    Returns
    -------
    array (draw,) [USD]
        Sum over the items whose deliveries are known; NaN where none are.
    """
    items = values.scenario.standards.items_of_climate
    usd = [
        lacking[place] * value_of(values, f"standards.items.{name}.unit_cost_usd", item.unit_cost_usd)
        for place, (name, item) in enumerate(items.items())
        if is_known(values.scenario, name)
    ]
    return sum_of_places(np.stack(usd)) if usd else np.full(lacking.shape[-1], np.nan)


def costs_of(values: Values, by_item: Floats, services: Services) -> dict[str, Floats]:
    """Cost of each category, from that of each item and what else is paid for.

    Parameters
    ----------
    values : Values
        The scenario, and what is uncertain in it.
    by_item : array (item, draw) [USD]
        Cost of each item.
    services : Services
        What else is paid for.

    Returns
    -------
    dict of str to array (draw,) [USD]
        By category: items by sector, beds, cash, total, funds, funding gap.
    """
    aid, result, zero = values.scenario.aid, {}, np.zeros(by_item.shape[-1])
    sectors = [item.sector for item in values.scenario.standards.items_of_climate.values()]
    for sector in dict.fromkeys(sectors):
        result[f"{ITEMS}{sector}"] = sum_of_places(by_item[[own == sector for own in sectors]])
    result[SURGE] = zero + surge_cost(values)
    result[NIGHTS] = services.nights * value_of(values, "aid.bed_night_usd", aid.bed_night_usd)
    once = value_of(values, "aid.cash.one_off_usd_per_person", aid.cash.one_off_usd_per_person)
    monthly = value_of(values, "aid.cash.monthly_usd_per_person", aid.cash.monthly_usd_per_person)
    result[ONE_OFF] = services.paid_once * once
    result[MONTHLY] = services.covered_hours / (HOURS_PER_DAY * DAYS_PER_MONTH) * monthly
    result[TOTAL] = sum(result.values(), zero)
    result[FUNDS] = zero + value_of(values, "aid.funds_usd", np.nan if aid.funds_usd is None else aid.funds_usd)
    result[GAP] = np.maximum(result[TOTAL] - result[FUNDS], 0.0)
    return result


def surge_cost(values: Values) -> Floats:
    """Cost of the ordered beds that came by the end of the projection, array (draw,) or (1,) [USD]."""
    timeline, total = values.scenario.timeline, np.zeros(1)
    for name, order in values.scenario.aid.surge.items():
        said = {
            field: value_of(values, f"aid.surge.{name}.{field}", getattr(order, field))
            for field in ("beds", "lead_days", "ramp_days", "cost_per_bed_usd")
        }
        since = timeline.hours - (timeline.hours_at(order.decided) + said["lead_days"] * HOURS_PER_DAY)
        ramp = np.broadcast_to(said["ramp_days"] * HOURS_PER_DAY, np.broadcast_shapes(since.shape, said["ramp_days"].shape))
        part = np.minimum(1.0, np.divide(since, ramp, out=np.ones(ramp.shape), where=ramp > 0.0))
        total = total + said["beds"] * np.where(since > 0.0, part, 0.0) * said["cost_per_bed_usd"]
    return total


@takes("this table cannot be made")
def cost_table(run: Trajectories | ManyDraws, *, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """What the response costs, and the funding gap.

    Parameters
    ----------
    run : Trajectories or Ensemble
        A projection, or many draws of one.
    quantiles : sequence of float
        For many draws, from 0 to 1.

    Returns
    -------
    DataFrame
        category, usd, basis; items by sector, surge beds, bed nights, cash, then total, funds and funding gap. Of many draws
        there is one row a category and quantile, with a column ``quantile`` after ``category``; quantiles do not add up.

    Raises
    ------
    RequestError
        If ``run`` is not a projection, quantiles are not from 0 to 1, or the ensemble kept only measures.
    """
    if isinstance(run, ManyDraws):
        asked = check_request(run, quantiles, by_day=True)
        usd = over_draws(np.stack(list(run.costs.values())), asked).ravel()
        names = [name for name in run.costs for _ in asked]
        told = {"category": names, "quantile": np.tile(asked, len(run.costs))}
        return frame_of_draws(run, "Costs", {**told, "usd": usd, "basis": [_basis(name) for name in names]})
    check_run(run)
    result = costs(run, needs(run))
    usd = first_draw(np.stack(list(result.values())))
    return frame(run, "Costs", {"category": list(result), "usd": usd, "basis": [_basis(name) for name in result]})


def _basis(category: str) -> str:
    return BASIS[ITEMS] if category.startswith(ITEMS) else BASIS[category]
