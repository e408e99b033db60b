"""A plan, answered on the shell: what to order, what it leaves, and how it does beside rules of thumb."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from refugee_model.console.console import PlainConsole, grid
from refugee_model.wording import short_moment, tenths, whole

if TYPE_CHECKING:
    from refugee_model.studies.decisions.plan import AidPlan


def print_plan(plan: AidPlan, title: str, folder: Path, *, console: PlainConsole | None = None) -> None:
    """Print the orders of a plan, the risk it leaves, and the plans it was held against."""
    console = console or PlainConsole(soft_wrap=False)
    console.print()
    console.print(f"{title}: {whole(plan.cost_usd)} of {whole(plan.budget)} USD")
    if plan.orders.empty:
        console.print("Nothing that can be bought helps: no orders.")
    else:
        headings = ("order", "how much", "cost [USD]", "arrives", "why")
        rows = [
            [
                row["option"],
                f"{whole(row['quantity'])} {row['unit']}",
                whole(row["total_cost_usd"]),
                short_moment(row["arrives"]),
                str(row["reason"]).partition(";")[0],
            ]
            for row in plan.orders.to_dict("records")
        ]
        console.print_table(grid("Orders", headings, rows, right=("cost [USD]",)))
    console.print(f"Risk: {plan.risk}")
    headings = ("on other draws", "person-nights", "worst tenth", "chance of any", "the plan saves")
    rules = [
        [
            row["plan"],
            whole(row["mean"]),
            whole(row["worst_tenth"]),
            f"{tenths(100 * row['chance'])} %",
            f"{whole(row['plan_saves'])} ({whole(row['plan_saves_low'])} to {whole(row['plan_saves_high'])})"
            if row["plan"] != "plan"
            else "-",
        ]
        for row in plan.validation.to_dict("records")
    ]
    console.print_table(grid("Beside rules of thumb with the same money", headings, rules, right=headings[1:]))
    console.print(f"Files: {folder}")
