"""A plan for each combination of a study, each tried in all the others: which orders are good in every timing."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from refugee_model.arguments import takes
from refugee_model.cards import Card, OnCard
from refugee_model.errors import Problem, RequestError
from refugee_model.studies.decisions.futures import Futures
from refugee_model.studies.decisions.plan import AidPlan, aim_of, check_plan, plan_aid
from refugee_model.studies.decisions.replans import quantities_of
from refugee_model.studies.decisions.search import begin
from refugee_model.studies.study import Study
from refugee_model.tables.provenance import attributes
from refugee_model.wording import as_found, counted

SUBJECT = "no plans can be made for a study"


@dataclass(frozen=True, repr=False)
class StudyPlans(OnCard):
    """Plans with one budget, one for each combination of a study.

    Attributes
    ----------
    plans : dict of tuple of str to AidPlan
        By combination.
    regrets : DataFrame
        plan (the combination it was made for), combination (in which it is tried), aim, regret (how much more is lost
        than with the best of the plans), worst (of a plan: the largest of its regrets).
    orders : DataFrame
        option, in_plans (share of the plans that buy it), least, most (quantities), in_every (whether every plan buys
        it, so that at least the least is good whatever comes).
    """

    plans: dict[tuple[str, ...], AidPlan]
    regrets: pd.DataFrame
    orders: pd.DataFrame

    def _card(self) -> Card:
        best = self.regrets.sort_values("worst", kind="stable").iloc[0]
        sure = ", ".join(self.orders.loc[self.orders["in_every"], "option"]) or "none"
        lines = {"least regret": f"the plan for {best['plan']}", "orders in every plan": sure}
        return Card("StudyPlans", counted(len(self.plans), "plan"), lines, ".plans, .regrets, .orders")


@takes(SUBJECT)
def plan_study(
    study: Study,
    budget: float | None = None,
    confidence: float = 0.95,
    *,
    draws: int = 2000,
    seed: int = 1,
    executor: Executor | None = None,
) -> StudyPlans:
    """Plan for each combination of a study, and try each plan in every other: what is regretted if it comes otherwise.

    Parameters
    ----------
    study : Study
        Of which each combination offers the same options.
    budget, confidence, draws, seed, executor
        As in :func:`plan_aid`.

    Returns
    -------
    StudyPlans
        plans, regrets, orders. Regrets are told on draws that no plan was chosen on.

    Raises
    ------
    RequestError
        If it is no study, or no plan can be made of one of its combinations.

    Examples
    --------
    >>> plans = rm.plan_study(rm.load_study("timing-x-aid"), 5e6, draws=256)  # doctest: +SKIP
    """
    if not isinstance(study, Study):
        raise RequestError(SUBJECT, [Problem("study", f"found {as_found(study)}, expected what load_study gives")])
    scenarios = {combination: study.scenario(combination) for combination in study.combinations}
    for scenario in scenarios.values():
        check_plan(scenario, budget, confidence, draws, seed)
    plans = {
        combination: plan_aid(scenario, budget, confidence, draws=draws, seed=seed, executor=executor)
        for combination, scenario in scenarios.items()
    }
    bought = {combination: quantities_of(plan, SUBJECT) for combination, plan in plans.items()}
    rows = []
    for combination, scenario in scenarios.items():
        held = Futures.of(scenario, draws=int(draws), seed=int(seed), executor=executor).held_out()[0]
        search = begin(held, aim_of(confidence))
        aims = np.asarray(search.aims(list(bought.values()), search.whole))
        rows += [
            {"plan": ", ".join(own), "combination": ", ".join(combination), "aim": aim, "regret": aim - aims.min()}
            for own, aim in zip(bought, aims, strict=True)
        ]
    regrets = pd.DataFrame(rows)
    regrets["worst"] = regrets.groupby("plan")["regret"].transform("max")
    regrets.attrs.update(attributes(study.base, "Regret by plan and combination"))
    return StudyPlans(plans, regrets, _orders(study, list(bought.values())))


def _orders(study: Study, plans: list[dict[str, float]]) -> pd.DataFrame:
    """Options that any plan buys, and how much of each all of them buy."""
    quantities = pd.DataFrame(plans).fillna(0.0)
    table = pd.DataFrame(
        {
            "option": list(quantities.columns),
            "in_plans": (quantities > 0).mean().to_numpy(dtype=float),
            "least": quantities.min().to_numpy(dtype=float),
            "most": quantities.max().to_numpy(dtype=float),
            "in_every": (quantities > 0).all().to_numpy(dtype=bool),
        }
    )
    table = table.sort_values(["in_plans", "option"], ascending=[False, True], ignore_index=True)
    table.attrs.update(attributes(study.base, "Orders in the plans of a study"))
    return table
