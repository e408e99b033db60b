"""How plans do on draws that none of them was chosen on: in several sequences, so that each number has an interval,
beside rules of thumb, and in the other combinations of a study.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats
from refugee_model.studies.decisions.methods import SAFE, worst_mean
from refugee_model.studies.decisions.options import Plan, cost_of
from refugee_model.studies.decisions.rules import NOT_CHOSEN
from refugee_model.studies.decisions.search import WORST, Search, aim_of, begin
from refugee_model.studies.decisions.trials import Futures, Losses, Trials
from refugee_model.studies.study import Combination, Study
from refugee_model.tables.provenance import attributes

SURE = 0.975
CROSSED = ("at_reception", "unsheltered")
"""Nights that can be bought off: on the road there is nothing that an order changes but the number of those on it."""
TOLERATED = 1000.0
"""Person-nights on this side of the border without a roof up to which a future counts as covered."""


@dataclass(frozen=True)
class Validated:
    """What a plan comes to on held-out draws."""

    losses: Losses
    """Person-nights of all draws, sequence after sequence."""
    nights: Floats
    """Array (draw,): of them those that the aim counts."""
    aims: Floats
    means: Floats
    worsts: Floats
    chances: Floats
    """Array (sequence,): the aim in each sequence, goods included; the mean of the nights, that of their worst tenth;
    chance of more of them after crossing than are tolerated.
    """

    @property
    def chance(self) -> tuple[float, float, float]:
        """Chance of more such nights than are tolerated, and the ends of its interval."""
        return interval_of(self.chances, least=0.0, most=1.0)


def interval_of(values: Floats, *, least: float = -np.inf, most: float = np.inf) -> tuple[float, float, float]:
    """Mean, and the ends between which it lies with 95 %, from independent sequences."""
    from scipy.stats import t

    middle = float(values.mean())
    half = float(t.ppf(SURE, len(values) - 1)) * float(values.std(ddof=1)) / np.sqrt(len(values))
    return middle, max(middle - half, least), min(middle + half, most)


def validate(search: Search, held: Sequence[Trials], plans: Mapping[str, Plan]) -> dict[str, Validated]:
    """Each plan on all sequences, by name; equal plans are projected once."""
    flows = {name: tuple(sorted(search.flow_of(plan).items())) for name, plan in plans.items()}
    once = list(dict.fromkeys(flows.values()))
    found = [trials.losses([dict(flow) for flow in once]) for trials in held]
    by_flow = {flow: [losses[number] for losses in found] for number, flow in enumerate(once)}
    return {name: _validated(search, by_flow[flows[name]], search.of_goods(plan)) for name, plan in plans.items()}


def _validated(search: Search, sequences: list[Losses], goods: float) -> Validated:
    nights = [losses.of(*search.aim.parts) for losses in sequences]
    return Validated(
        Losses({name: np.concatenate([losses.parts[name] for losses in sequences]) for name in sequences[0].parts}),
        np.concatenate(nights),
        np.array([search.loss(losses) + goods for losses in sequences]),
        np.array([one.mean() for one in nights]),
        np.array([worst_mean(one, WORST) for one in nights]),
        np.array([(losses.of(*CROSSED) > TOLERATED).mean() for losses in sequences]),
    )


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


def regret_tables(
    study: Study, bought: Mapping[Combination, Plan], confidence: float, executor: Executor | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is regretted of each plan if another combination comes, on held-out draws; and orders of many plans."""
    rows = []
    for combination in study.combinations:
        futures = Futures.of(study.scenario(combination), draws=study.draws, seed=study.seed, executor=executor)
        search = begin(futures.held_out()[0], aim_of(confidence))
        aims = np.asarray(search.aims(list(bought.values()), search.whole))
        rows += [
            {"plan": ", ".join(own), "combination": ", ".join(combination), "aim": aim, "regret": aim - aims.min()}
            for own, aim in zip(bought, aims, strict=True)
        ]
    regrets = pd.DataFrame(rows)
    regrets["worst"] = regrets.groupby("plan")["regret"].transform("max")
    return regrets, _shared(pd.DataFrame(list(bought.values()), dtype=float).fillna(0.0))


def _shared(quantities: pd.DataFrame) -> pd.DataFrame:
    """Options that any plan buys, and how much of each all of them buy."""
    table = pd.DataFrame(
        {
            "option": list(map(str, quantities.columns)),
            "in_plans": (quantities > 0).mean().to_numpy(dtype=float),
            "least": quantities.min().to_numpy(dtype=float),
            "most": quantities.max().to_numpy(dtype=float),
            "in_every": (quantities > 0).all().to_numpy(dtype=bool),
        }
    )
    return table.sort_values(["in_plans", "option"], ascending=[False, True], ignore_index=True)


def regret_lines(regrets: pd.DataFrame, shared: pd.DataFrame) -> dict[str, str]:
    """The plan that is regretted least at its worst, and the orders that stand in every plan."""
    least = regrets.sort_values("worst", kind="stable").iloc[0]
    sure = ", ".join(shared.loc[shared["in_every"], "option"]) or "none"
    return {"least regret": f"the plan for {least['plan']}", "orders in every plan": sure}
