"""A plan for a budget: what cannot be planned is refused first; then orders, other budgets, and the risk that stays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import takes
from refugee_model.cards import Card, OnCard
from refugee_model.errors import Problem, nearest, refuse_if
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.methods import SAFE, find_wrong_confidence
from refugee_model.studies.decisions.options import Plan, cheapest, cost_of, ordered, orders_of
from refugee_model.studies.decisions.plan_tables import (
    SUBJECT,
    certainty_table,
    changes_table,
    find_unknown_orders,
    frontier_table,
    order_table,
    quantities_of,
    uncovered_table,
)
from refugee_model.studies.decisions.search import (
    FINE,
    OBJECTIVES,
    PARTS,
    SHORTLIST,
    Search,
    aim_of,
    begin,
    find_plan,
    with_goods,
)
from refugee_model.studies.decisions.trials import TIMES, Futures, Trials, draws_of, from_now
from refugee_model.studies.decisions.validation import CROSSED, TOLERATED, Validated, validate, validation_table
from refugee_model.studies.ensemble import Ensemble, find_wrong_numbers, find_wrong_scenario
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.studies.workers import Progress, told
from refugee_model.wording import as_found, day, figure, say, tenths, whole


def check_plan(
    scenario: Scenario | Forecast,
    budget: float | None,
    confidence: float,
    draws: int,
    seed: int,
    objective: str | None = None,
    before: Mapping[str, float] | None = None,
) -> float:
    """The money there is; refuse what no plan can be made of, before any work."""
    problems = find_wrong_numbers(draws, seed)
    problems += [] if isinstance(scenario, Forecast) else find_wrong_scenario(scenario)
    refuse_if(SUBJECT, problems)
    there = draws_of(scenario)
    if there is None:
        problems = find_wrong_confidence(confidence, int(draws))
    else:
        problems = _find_too_few(confidence, min(int(draws), there // (1 + TIMES)))
    if isinstance(scenario, Forecast):
        scenario = from_now(scenario)
    if objective is not None and (not isinstance(objective, str) or objective not in OBJECTIVES):
        problems.append(Problem("objective", f"found {as_found(objective)}; {nearest(str(objective), OBJECTIVES)}"))
    money = scenario.aid.funds_usd if budget is None else budget
    if not scenario.aid.options:
        problems.append(Problem("aid.options", "is empty: nothing can be bought"))
    elif money is None:
        problems.append(Problem("budget", "is missing, and aid.funds_usd is blank; give one of them"))
    elif isinstance(money, bool) or not isinstance(money, int | float | np.number) or not 0 <= money < math.inf:
        problems.append(Problem("budget", f"found {as_found(money)}, expected a number of dollars of at least 0"))
    else:
        name, least = cheapest(scenario)
        if 0 < money < least:
            said = f"found {figure(float(money))} USD, less than the smallest order of anything"
            problems.append(Problem("budget", f"{said}; the cheapest is '{name}', {figure(least)} USD"))
    problems += find_unknown_orders(scenario, before or {})
    refuse_if(SUBJECT, problems)
    return float(money)  # type: ignore[arg-type]


def _find_too_few(confidence: float, draws: int) -> list[Problem]:
    """What is wrong with a confidence that so many draws of a forecast are to show."""
    more = f"; a fifth of the draws of a forecast are chosen on, so that one of {1 + TIMES} times as many is wanted"
    return [Problem(one.path, f"{one.message}{more}") for one in find_wrong_confidence(confidence, draws)]


UNLIMITED = 1e6
"""Units that stand for an option of which any amount can be had."""
BUDGETS = (0.1, 0.25, 0.5, 0.75, 1.0)
"""Parts of the budget for which plans are made, too."""


@dataclass(frozen=True, repr=False)
class AidPlan(OnCard):
    """What to buy, and what is known of it.

    Attributes
    ----------
    orders, uncovered, frontier, certainty, validation : DataFrame
        The orders; what they leave uncovered by place or item; plans for parts of the budget; what it costs to be 50,
        80, 90 or 95 % sure; and the plan beside rules of thumb with the same money, on draws that none of them was
        chosen on. There, ``optimism`` is by how much more is lost on those than on the draws it was chosen on; of the
        best rule that looks at no draws the same is the luck of the draws, as one sequence is harder than another.
        ``mean_after_crossing`` and ``worst_tenth_after_crossing`` leave out nights on the road; ``gap`` is how
        far those waiting for a bed are from a bound, the linear programme for which seats and desks are no limit.
    scenario : Scenario
        The scenario with these orders: an ordinary one.
    projection : Ensemble
        People by day with these orders, on draws that they were not chosen on; ``uncovered`` is read off it.
    budget, cost_usd : float [USD]
        The money there was, and what the orders cost with their running costs.
    confidence : float
        How sure it was to be.
    met : bool
        Whether the chance of more than 1,000 person-nights without a roof on this side of the border is held to what
        the confidence leaves, with the upper end of its interval.
    risk : str
        The same in words: the chance; and where it cannot be met, the lowest chance that all options at their most
        leave, the first date on which anything can arrive, and what binds.
    seed, draws : int
        Of the draws it was chosen on.
    changes : DataFrame, optional
        Beside the plan before, where one was given: option, unit, quantity_before, quantity_now, change, change_usd,
        saves_now (what the order before saves of the aim on the draws of now), saves_per_1000_usd, regretted (less
        than half of it would be bought now), reason.
    of_forecast : bool
        Whether the draws are those of a forecast.
    """

    orders: pd.DataFrame
    uncovered: pd.DataFrame
    frontier: pd.DataFrame
    certainty: pd.DataFrame
    validation: pd.DataFrame
    scenario: Scenario
    projection: Ensemble
    budget: float
    cost_usd: float
    confidence: float
    met: bool
    risk: str
    seed: int
    draws: int
    changes: pd.DataFrame | None = None
    of_forecast: bool = False

    def _card(self) -> Card:
        lines = {
            "orders": f"{len(self.orders)}, {figure(self.cost_usd)} of {figure(self.budget)} USD",
            "risk": self.risk,
        }
        return Card(
            "AidPlan",
            self.scenario.title,
            lines,
            "plan.orders, .uncovered, .frontier, .certainty, .validation, .scenario, .projection",
        )


@takes(SUBJECT)
def plan_aid(
    scenario: Scenario | Forecast,
    budget: float | None = None,
    confidence: float = 0.95,
    *,
    draws: int = 2000,
    seed: int = 1,
    objective: str | None = None,
    before: AidPlan | pd.DataFrame | None = None,
    executor: Executor | None = None,
    progress: bool | Progress = False,
) -> AidPlan:
    """What to buy of all that can be bought, so that as few as can be are left without.

    Goods are bought by what the next unit of each saves for its price, which is exact; beds begin with a linear
    programme; then money is moved between all options, alone and along the way of people, on common draws of the whole
    model. What is told of the plan comes from other draws.

    Parameters
    ----------
    scenario : Scenario or Forecast
        That says what can be bought (``aid.options``). Of a forecast its own draws are used, a fifth of them to choose
        on, and nothing can be ordered before its last report.
    budget : float, optional
        Money for the orders and for running them to the end of the projection; unless given, ``aid.funds_usd`` [USD].
    confidence : float
        Share of the futures that are to be covered; what lies beyond it are the worst, whose mean counts as much as the
        mean of all.
    draws : int
        Draws that it is chosen on; it is told on four times as many others.
    seed : int
        The same seed gives the same plan; with a forecast it is that of the forecast.
    objective : str, optional
        What alone is to be made small: ``person_nights_without_roof`` or a part of it, and goods are bought from what
        is left. Unless given, it is person-nights without a roof and what is lacking of goods, where a person who lacks
        an item counts as a fiftieth of a night (assumed): a roof first.
    before : AidPlan or DataFrame, optional
        The plan before, or its orders, of the same options: ``changes`` then says what changed, and which orders are
        regretted.
    executor : Executor, optional
        Threads on which draws are moved; those of this process unless given.
    progress : bool or callable
        True shows a bar on the shell; a callable is given steps done and steps in all.

    Returns
    -------
    AidPlan
        orders, uncovered, frontier, validation, scenario; a plan that cannot help has no orders and says so.

    Raises
    ------
    RequestError
        If nothing can be bought, the budget is below 0 or too small for the smallest order, the objective is unknown,
        or too few draws lie beyond the confidence.

    Examples
    --------
    >>> plan = rm.plan_aid(rm.load_scenario("four-crossings"), budget=3e6)  # doctest: +SKIP
    """
    earlier = None if before is None else quantities_of(before)
    money = check_plan(scenario, budget, confidence, draws, seed, objective, earlier)
    steps, numbers = len(BUDGETS) + 3, count(1)
    with told(progress, steps) as tell:

        def step() -> None:
            tell(next(numbers), steps)

        futures = Futures.of(scenario, draws=int(draws), seed=int(seed), executor=executor)
        search = begin(futures.design(longer_steps=True), aim_of(confidence, objective))
        rules = search.rules(money)
        plans = _frontier(search, money, rules, step)
        held = futures.held_out()
        wanted = {"plan": plans[-1], **rules, **{f"budget {number}": plan for number, plan in enumerate(plans[:-1])}}
        validated = validate(search, held, wanted)
        step()
        met, risk = _risk(search, held, validated["plan"], confidence)
        step()
        found = _tables(futures, search, plans, rules, validated, money)
        found["changes"] = None if earlier is None else changes_table(search, earlier, plans[-1])
        step()
    return AidPlan(
        **found,
        budget=float(money),
        cost_usd=cost_of(futures.scenario, plans[-1]),
        confidence=float(confidence),
        met=met,
        risk=risk,
        seed=futures.seed,
        draws=futures.draws,
        of_forecast=isinstance(scenario, Forecast),
    )


def _tables(
    futures: Futures,
    search: Search,
    plans: Sequence[Plan],
    rules: Mapping[str, Plan],
    validated: Mapping[str, Validated],
    money: float,
) -> dict[str, Any]:
    """The scenario with the orders of the plan, its projection, and the tables that tell of it, by name."""
    base, best = futures.scenario, plans[-1]
    after = ordered(base, orders_of(base, best)) if best else base
    projection, orders = futures.projection(after), order_table(search, best)
    orders.attrs["budget_usd"] = money
    frontier = frontier_table(search, plans, [part * money for part in BUDGETS], validated)
    return {
        "scenario": after,
        "projection": projection,
        "orders": orders,
        "uncovered": uncovered_table(base, after, search.aim.confidence, projection.result),
        "frontier": frontier,
        "certainty": certainty_table(frontier),
        "validation": validation_table(search, validated, rules, best, money, futures.design()),
    }


def _frontier(search: Search, money: float, rules: Mapping[str, Plan], step: Any) -> list[Plan]:
    """Plans for parts of the budget, each at least as good as the cheaper ones on the draws it is chosen on."""
    plans: list[Plan] = []
    for part in BUDGETS[:-1]:
        budget = part * money
        of_part = list(search.rules(budget).values())
        plans.append(find_plan(search, budget, plans[-1:], of_part, PARTS[:1]))
        step()
    wanted = list(rules.values())
    finest = find_plan(search, money, plans[-1:], wanted, FINE)
    rivals = search.best(wanted, search.second, count=SHORTLIST)
    plans.append(with_goods(search, search.best([finest, *rivals], search.whole, rivals)[0], money))
    step()
    return plans


def _risk(search: Search, held: Sequence[Trials], plan: Validated, confidence: float) -> tuple[bool, str]:
    """Whether the risk limit is met on held-out draws, and what there is to say of it."""
    chance, low, high = (tenths(100 * share) for share in plan.chance)
    said = say(
        "more than {count} person-nights without a roof after crossing: in {chance} of 100 futures ({low} to {high})",
        count=whole(TOLERATED),
        chance=chance,
        low=low,
        high=high,
    )
    if plan.chance[2] <= 1.0 - confidence:
        return True, said
    scenario = search.trials.scenario
    floor = validate(search, held, {"all": _most_that_helps(search)})["all"]
    binds = max(CROSSED, key=lambda part: float((floor.losses.of(part) > TOLERATED).mean()))
    where = say({"at_reception": "waiting at reception points", "unsheltered": "waiting for a bed"}[binds])
    first = search.first_arrival()
    date = day(scenario.timeline.time_at(24.0 * first), year=True)
    if first >= scenario.timeline.days:
        late = "{said}; no plan can help: nothing ordered now comes before {date}, after the end"
        return False, say(late, said=said, date=date)
    told = {"said": said, "limit": f"{100 * (1 - confidence):g}", "lowest": tenths(100 * floor.chance[0])}
    if floor.chance[1] <= 1.0 - confidence:
        money = "{said}; {limit} of 100 needs more money: with every option that helps at its most it is {lowest}"
        return False, say(money, **told)
    return False, say(
        "{said}; {limit} of 100 cannot be met: with every option that helps at its most it is {lowest}; nothing "
        "ordered now comes before {date}; what binds is {where}",
        **told,
        date=date,
        where=where,
    )


def _most_that_helps(search: Search) -> Plan:
    """All that can be had of each option, but for those without which the chance is lower: buses bring more people."""
    options = search.trials.scenario.aid.options
    most = {
        name: UNLIMITED if options[name].most is None else float(options[name].most or 0.0)
        for name in options
        if name not in search.goods
    }
    tried = [most, *({other: most[other] for other in most if other != name} for name in most)]
    chances = [search.first.shares[one.of(*CROSSED) > TOLERATED].sum() for one in search.first.losses(tried)]
    return {name: most[name] for name, without in zip(most, chances[1:], strict=True) if without >= chances[0] - SAFE}
