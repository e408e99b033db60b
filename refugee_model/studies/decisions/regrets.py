"""Plans for the combinations of a study, each tried in all the others: which orders are good in every timing."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor

import numpy as np
import pandas as pd

from refugee_model.studies.decisions.plan import aim_of
from refugee_model.studies.decisions.search import Plan, begin
from refugee_model.studies.decisions.trials import Futures
from refugee_model.studies.study import Combination, Study


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
