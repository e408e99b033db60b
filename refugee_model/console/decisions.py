"""What must be decided by when, answered on the shell: the most urgent first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from refugee_model.console.console import PlainConsole, grid
from refugee_model.studies.decisions.order_by import NOT_NEEDED
from refugee_model.wording import chance, short_moment, tenths, whole

if TYPE_CHECKING:
    from refugee_model.studies.decisions.plan import AidPlan

MOST = 12
"""Decisions that are printed; all are in decisions.csv."""


def print_decisions(due: pd.DataFrame, *, console: PlainConsole | None = None) -> None:
    """Print the decisions that are due, of a table of decisions."""
    console = console or PlainConsole(soft_wrap=False)
    draws, confidence = int(due.attrs["draws"]), float(due.attrs["confidence"])
    wanted = due[due["status"] != NOT_NEEDED]
    title = f"Decisions due, to be in time in {100 * confidence:g} of 100 futures ({draws:,} draws)"
    headings = ("decide by", "what", "how much", "needed by", "late if decided then", "a week later")
    console.print()
    if wanted.empty:
        console.print(f"{title}: none of {len(due)} options is needed")
        return
    rows = [_decision_row(row, draws) for row in wanted.head(MOST).to_dict("records")]
    console.print_table(grid(title, headings, rows, right=headings[4:]))
    if len(wanted) > MOST:
        console.print(f"  and {len(wanted) - MOST} more, see decisions.csv")


def _decision_row(row: dict[Any, Any], draws: int) -> list[str]:
    said = row["status"] if row["status"] != "order by" else short_moment(row["latest_decision"])
    return [
        said,
        row["option"],
        f"{whole(row['quantity'])} {row['unit']}",
        short_moment(row["needed_by"]),
        chance(row["risk_if_on_time"], draws=draws),
        chance(row["risk_if_a_week_later"], draws=draws),
    ]


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
