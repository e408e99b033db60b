"""What it is worth to find out: expected value of perfect information, of everything and of one number or group.

Arrays in, numbers out; net benefit is what a plan gains, or its loss with the sign turned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.arrays import Floats, Integers
from refugee_model.errors import Problem, RequestError, nearest, refuse_if
from refugee_model.outcomes.calendar import time
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.studies.compare import find_other_draws
from refugee_model.studies.decisions.events import described, groups_of, need_draws, result_asked
from refugee_model.studies.decisions.importance import bins_of, foretold
from refugee_model.studies.decisions.order_by import ORDER_BY, ORDER_NOW, TOO_LATE, decisions_due, today_of
from refugee_model.studies.decisions.sensitivity import HEADLINE
from refugee_model.studies.ensemble import Ensemble, simulate_ensemble
from refugee_model.studies.workers import Progress
from refugee_model.tables.provenance import attributes
from refugee_model.wording import as_found, listed

DUMMIES = 50
"""Numbers that have nothing to do with the plans: what they seem to be worth in the mean is taken off."""


def worth_of_all(benefit: Floats) -> float:
    """What it would be worth to know everything, from net benefits (draw, plan).

    Howard (1966), Information value theory, https://doi.org/10.1109/TSSC.1966.300074.
    """
    return float(benefit.max(axis=1).mean() - benefit.mean(axis=0).max())


def worth_of_one(benefit: Floats, values: Floats) -> float:
    """What it would be worth to know a number (draw,), by benefits (draw, plan): the best plan in each of its bins;
    chance is in it.

    Strong, Oakley and Brennan (2014), Estimating multiparameter partial expected value of perfect information from a
    probabilistic sensitivity analysis sample, https://doi.org/10.1177/0272989X13505910.
    """
    return _gain(benefit, bins_of(values))


def worth_of_group(benefit: Floats, columns: Floats) -> float:
    """The same of several numbers found out together (draw, number): the plan that other draws foretell to be best."""
    best = foretold(columns, benefit - benefit[:, :1]).argmax(axis=1)
    gained = benefit[np.arange(len(benefit)), best].mean() - benefit.mean(axis=0).max()
    return max(float(gained), 0.0)


def by_chance(benefit: Floats) -> Floats:
    """What numbers seem to be worth that have nothing to do with the plans, array (dummy,)."""
    random = np.random.default_rng(0)
    bins = bins_of(np.arange(len(benefit), dtype=np.float64))
    return np.array([_gain(benefit, random.permutation(bins)) for _ in range(DUMMIES)])


def best_by_third(benefit: Floats, values: Floats) -> tuple[int, int, int]:
    """The best plan where a number is low, middling and high: thirds of the draws by the number."""
    order = np.argsort(values, kind="stable")
    low, middle, high = (_best(benefit[part]) for part in np.array_split(order, 3))
    return low, middle, high


def _gain(benefit: Floats, bins: Integers) -> float:
    sums = np.stack([np.bincount(bins, weights=plan) for plan in benefit.T])
    return float((sums.max(axis=0).sum() - sums.sum(axis=1).max()) / len(benefit))


CANNOT = "what to find out first cannot be worked out"
NOTHING = "nothing"
"""Name of the plan to do nothing."""
EXPECTED = "expected a list of plans, each an ensemble, a scenario or what plan_aid gives, or such a mapping by name"


def _is_amounts(value: object) -> bool:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes) and len(value) > 0


@takes(
    CANNOT,
    plans=kind(lambda value: isinstance(value, Mapping) or _is_amounts(value), "a list of plans, or a mapping by name"),
    usd_per_person_night=kind(_is_amounts, "a list of amounts, such as (10, 20, 50)"),
    costs_usd=kind(_is_amounts, "a list of amounts, one a plan"),
    findings=kind(Mapping, "a mapping of paths to who can tell, and in how many days"),
)
def find_out_first(
    scenario: Scenario,
    plans: Sequence[Any] | Mapping[str, Any],
    *,
    usd_per_person_night: Sequence[float] = (10.0, 20.0, 50.0),
    costs_usd: Sequence[float] | None = None,
    measure: str = HEADLINE,
    findings: Mapping[str, tuple[str, float]] | None = None,
    decide_in_days: float | None = None,
    draws: int = 2048,
    seed: int = 1,
    executor: Executor | None = None,
    progress: bool | Progress = False,
) -> pd.DataFrame:
    """Say what it would be worth to know each uncertain number before a plan is taken.

    Parameters
    ----------
    scenario : Scenario
        What is assumed without a plan; it stands beside the plans as the plan ``nothing``, at no cost.
    plans : sequence or mapping
        Each an ensemble, a scenario, or what has a ``scenario`` and ``orders`` with ``total_cost_usd``. Ensembles must
        have the draws of the others.
    usd_per_person_night : sequence of float
        What a night is worth, several times over: the answer to what to find out first is steadier than that to what to
        do.
    costs_usd : sequence of float, optional
        Cost of each plan, running costs included; that of its orders unless given.
    measure : str
        What is lost, in nights.
    findings : mapping of str to (str, float), optional
        By path, who can tell and in how many days.
    decide_in_days : float, optional
        When it must be decided; unless given, by the earliest latest decision of what the plans order (of all options,
        where plans do not say what they order) that has not passed, see :func:`order_by_table`. What is known later is
        worth nothing.
    draws, seed, executor, progress
        As in :func:`simulate_ensemble`, for plans that are not ensembles.

    Returns
    -------
    DataFrame
        usd_per_person_night, path (several that go together in one row, as they are found out together), in_words,
        unit, worth_knowing_usd (what the better choice of plan saves in the mean), above_chance (more than any of 50
        numbers that have nothing to do with it), changes_plan (whether the best plan is another one where the number
        is low, in the middle or high), best_if_low, best_if_middle, best_if_high, who, days (until it is known),
        by_when (it must be known; blank where no order is due), in_time, assumed, source; for each price the most
        worth first. ``attrs`` has the best plan and what it would be worth to know everything, by price.

    Raises
    ------
    RequestError
        If there are no plans, a cost is missing, the draws of plans differ, or there are too few.

    Examples
    --------
    >>> more = scenario.change({"aid.transit_places": 4000})  # doctest: +SKIP
    >>> rm.find_out_first(scenario, {"more transit": more}, costs_usd=[1.2e6])  # doctest: +SKIP
    """
    named = _named(scenario, plans)
    costs = _costs(named, costs_usd)
    prices = _prices(usd_per_person_night)
    _check_findings(scenario, findings or {}, decide_in_days)
    options: dict[str, Any] = {"draws": draws, "seed": seed, "executor": executor, "progress": progress}
    made = {NOTHING: simulate_ensemble(scenario, **options)}
    made |= {name: _ensemble(plan, keep="measures", **options) for name, plan in named.items()}
    _check_same(made)
    base = made[NOTHING]
    need_draws(base, CANNOT)
    lost = np.stack([_lost(one, measure) for one in made.values()], axis=1)
    within = _days_left(base, named) if decide_in_days is None else float(decide_in_days)
    benefits = {price: -(price * lost + np.array([0.0, *costs])) for price in prices}
    tables = [_priced(base, list(made), one, price, findings or {}, within) for price, one in benefits.items()]
    table = pd.concat(tables, ignore_index=True)
    table.attrs.update(attributes(scenario, "What to find out first") | {"draws": len(base), "plans": list(made)})
    table.attrs["best_plan"] = {price: list(made)[_best(one)] for price, one in benefits.items()}
    table.attrs["everything_usd"] = {price: worth_of_all(one) for price, one in benefits.items()}
    return table


def _named(scenario: object, plans: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    problems = []
    if not isinstance(scenario, Scenario):
        problems.append(Problem("scenario", f"found {as_found(scenario)}, expected a scenario"))
    numbered = plans if isinstance(plans, Mapping) else {f"plan {at}": one for at, one in enumerate(plans, start=1)}
    named = dict(numbered)
    if not named:
        problems.append(Problem("plans", f"found none, {EXPECTED}"))
    for name, plan in named.items():
        if not isinstance(name, str) or name == NOTHING:
            problems.append(Problem("plans", f"found the name {as_found(name)}, expected a text that is not 'nothing'"))
        if not isinstance(plan, Ensemble | Scenario) and not isinstance(getattr(plan, "scenario", None), Scenario):
            problems.append(Problem("plans", f"found {as_found(plan)}, {EXPECTED}"))
    refuse_if(CANNOT, problems)
    return named


def _costs(named: Mapping[str, Any], given: Sequence[float] | None) -> list[float]:
    if given is not None:
        found = [float(cost) if _is_amount(cost) else np.nan for cost in given]
        if len(found) != len(named) or not np.all(np.isfinite(found)):
            said = f"found {as_found(list(given))}, expected {len(named)} amounts of 0 or more, one for each plan"
            raise RequestError(CANNOT, [Problem("costs_usd", said)])
        return found
    without = [name for name, plan in named.items() if not _has_orders(plan)]
    if without:
        said = f"nothing says what {listed(without)} cost; give costs_usd, one amount for each plan"
        raise RequestError(CANNOT, [Problem("costs_usd", said)])
    return [float(plan.orders["total_cost_usd"].sum()) for plan in named.values()]


def _check_findings(scenario: Scenario, findings: Mapping[str, Any], decide_in_days: object) -> None:
    problems = []
    for path, said in findings.items():
        if path not in scenario.uncertain:
            hint = nearest(str(path), scenario.uncertain)
            problems.append(Problem("findings", f"{as_found(path)} is no uncertain number of this scenario; {hint}"))
        elif not (isinstance(said, tuple) and len(said) == 2 and isinstance(said[0], str) and _is_amount(said[1])):
            problems.append(Problem(f"findings.{path}", f"found {as_found(said)}, expected who can tell, and the days"))
    if decide_in_days is not None and not _is_amount(decide_in_days):
        problems.append(Problem("decide_in_days", f"found {as_found(decide_in_days)}, expected 0 days or more"))
    refuse_if(CANNOT, problems)


def _is_amount(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0.0 <= float(value) < np.inf


def _prices(given: Sequence[float]) -> list[float]:
    if not all(map(_is_amount, given)):
        said = f"found {as_found(list(given))}, expected amounts of 0 or more, such as (10, 20, 50)"
        raise RequestError(CANNOT, [Problem("usd_per_person_night", said)])
    return [float(price) for price in dict.fromkeys(given)]


def _has_orders(plan: Any) -> bool:
    return isinstance(getattr(plan, "orders", None), pd.DataFrame)


def _ensemble(plan: Any, **options: Any) -> Ensemble:
    if isinstance(plan, Ensemble):
        return plan
    scenario = plan if isinstance(plan, Scenario) else plan.scenario
    return simulate_ensemble(scenario, **options)


def _days_left(base: Ensemble, named: Mapping[str, Any]) -> float:
    """Days until the first order of the plans that can still be in time; infinite where nothing is due."""
    due = decisions_due(base)
    if due is None:
        return np.inf
    orders = [plan.orders["option"] for plan in named.values() if _has_orders(plan)]
    if orders:
        due = due[due["option"].isin(pd.concat(orders))]
    coming = due.loc[due["status"].isin((ORDER_NOW, ORDER_BY)), "latest_decision"]
    if len(coming):
        return float((coming.min() - due.attrs["now"]) / pd.Timedelta(days=1))
    return 0.0 if (due["status"] == TOO_LATE).any() else np.inf


def _check_same(made: Mapping[str, Ensemble]) -> None:
    """Refuse plans whose draws are other draws: their difference would be chance."""
    problems = [
        Problem("plans", f"'{name}' has other draws than '{NOTHING}': {one}")
        for name, plan in made.items()
        for one in find_other_draws(made[NOTHING], plan)
    ]
    refuse_if(CANNOT, problems)


def _lost(ensemble: Ensemble, measure: str) -> Floats:
    names = list(map(str, ensemble.measures))
    if not isinstance(measure, str) or measure not in names:
        hint = nearest(str(measure), names)
        raise RequestError(CANNOT, [Problem("measure", f"{as_found(measure)} is no measure; {hint}")])
    if np.ptp(ensemble.measures[measure].to_numpy()) == 0.0:  # a plan that leaves nothing to be lost
        return ensemble.measures[measure].to_numpy(dtype=np.float64)
    return result_asked(ensemble, measure, CANNOT)[2]


def _priced(
    base: Ensemble,
    plans: list[str],
    benefit: Floats,
    price: float,
    findings: Mapping[str, tuple[str, float]],
    within: float,
) -> pd.DataFrame:
    """What each number, or group, is worth at one price."""
    chance = by_chance(benefit)
    last = today_of(base, base.scenario) + within if np.isfinite(within) else np.nan
    by_when = time(base.scenario.timeline, last * HOURS_PER_DAY)
    rows = []
    for group in groups_of(base.scenario):
        columns = base.draws[list(group)].to_numpy(dtype=np.float64)
        each = [worth_of_one(benefit, column) for column in columns.T]
        leading, worth = columns[:, int(np.argmax(each))], max(each)
        above = worth > chance.max()
        worth = max(worth - chance.mean(), worth_of_group(benefit, columns) if len(group) > 1 else 0.0, 0.0)
        best = [plans[at] for at in best_by_third(benefit, leading)]
        told = described(base.scenario, list(group))
        who, days = findings.get(group[0], ("", np.nan))
        in_time = not days > within
        rows.append(
            {
                "usd_per_person_night": price,
                "path": "; ".join(group),
                "in_words": told["in_words"].iloc[0],
                "unit": told["unit"].iloc[0],
                "worth_knowing_usd": worth if in_time and above else 0.0,
                "above_chance": above,
                "changes_plan": above and len(set(best)) > 1,
                "best_if_low": best[0],
                "best_if_middle": best[1],
                "best_if_high": best[2],
                "who": who,
                "days": days,
                "by_when": by_when,
                "in_time": in_time,
                "assumed": bool(told["assumed"].any()),
                "source": told["source"].iloc[0],
            }
        )
    return pd.DataFrame(rows).sort_values("worth_knowing_usd", ascending=False, kind="stable")


def _best(benefit: Floats) -> int:
    """The plan that gains most in the mean."""
    return int(benefit.mean(axis=0).argmax())
