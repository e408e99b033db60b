"""A plan after a new report, beside the plan before it: what changed, and which orders are regretted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.studies.decisions.options import unit_of
from refugee_model.studies.decisions.purchases import price_of
from refugee_model.studies.decisions.search import Plan, Search
from refugee_model.tables.provenance import attributes
from refugee_model.wording import say

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

COLUMNS = (
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


def quantities_of(plan: object, subject: str) -> Plan:
    """What an earlier plan ordered, by option, of the plan or of the table of its orders."""
    orders = plan if isinstance(plan, pd.DataFrame) else getattr(plan, "orders", None)
    if not isinstance(orders, pd.DataFrame) or not {"option", "quantity"} <= {*orders.columns}:
        raise RequestError(
            subject, [Problem("before", "expected the plan before, as plan_aid gives it, or its orders")]
        )
    quantities = pd.to_numeric(orders["quantity"], errors="coerce")
    if not (quantities >= 0).all():
        raise RequestError(subject, [Problem("before.quantity", "expected numbers of at least 0")])
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
                "reason": _reason(had, has, regretted=regretted),
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table = table.iloc[table["change_usd"].abs().argsort(kind="stable")[::-1]].reset_index(drop=True)
    table.attrs.update(attributes(scenario, "What changed since the plan before"))
    return table


def _reason(had: float, has: float, *, regretted: bool) -> str:
    if not had:
        return say("new")
    if regretted:
        return say("the money now saves more elsewhere") if has else say("would not be bought now")
    return say("as before" if has == had else "more of it" if has > had else "less of it")
