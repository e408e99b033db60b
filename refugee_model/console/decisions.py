"""What must be decided by when, answered on the shell: the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from refugee_model.console.console import PlainConsole, grid
from refugee_model.studies.decisions.order_by import NOT_NEEDED
from refugee_model.wording import chance_in_short, listed, short_moment, tenths, whole

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
    headings = ("decide by", "what", "how much", "cost [USD]", "needed by", "late if decided then", "a week later")
    console.print()
    if wanted.empty:
        console.print(f"{title}: none of {len(due)} options is needed")
        return
    rows = [_decision_row(row, draws) for row in wanted.head(MOST).to_dict("records")]
    console.print_table(grid(title, headings, rows, right=(headings[3], *headings[5:])))
    if len(wanted) > MOST:
        console.print(f"  and {len(wanted) - MOST} more, see decisions.csv")


def _decision_row(row: dict[Any, Any], draws: int) -> list[str]:
    said = row["status"] if row["status"] != "order by" else short_moment(row["latest_decision"])
    return [
        said,
        row["option"],
        f"{whole(row['quantity'])} {row['unit']}",
        whole(row["cost_usd"]),
        short_moment(row["needed_by"]),
        chance_in_short(row["risk_if_on_time"], draws=draws),
        chance_in_short(row["risk_if_a_week_later"], draws=draws),
    ]


def print_plan(plan: AidPlan, title: str, folder: Path, *, console: PlainConsole | None = None) -> None:
    """Print the orders of a plan, the risk it leaves, and the plans it was held against."""
    console = console or PlainConsole(soft_wrap=False)
    console.print()
    console.print(f"{title}: {whole(plan.cost_usd)} of {whole(plan.budget)} USD")
    if plan.orders.empty:
        console.print("Nothing that can be bought helps: no orders.")
    else:
        headings = ("order", "how much", "cost [USD]", "order by", "arrives", "why")
        rows = [
            [
                row["option"],
                f"{whole(row['quantity'])} {row['unit']}",
                whole(row["total_cost_usd"]),
                short_moment(row["order_by"]),
                short_moment(row["arrives"]),
                str(row["reason"]).partition(";")[0],
            ]
            for row in plan.orders.to_dict("records")
        ]
        console.print_table(grid("Orders", headings, rows, right=("cost [USD]",)))
    if plan.changes is not None:
        _print_changes(plan.changes, console)
    console.print(f"Risk: {plan.risk}")
    headings = ("", "person-nights", "worst tenth", "chance of any", "the plan saves", "saves in worst tenth")
    rules = [
        [
            row["plan"],
            whole(row["mean"]),
            whole(row["worst_tenth"]),
            f"{tenths(100 * row['chance'])} %",
            "-" if row["plan"] == "plan" else _saves(row, "plan_saves_nights"),
            "-" if row["plan"] == "plan" else _saves(row, "plan_saves_worst_tenth"),
        ]
        for row in plan.validation.to_dict("records")
    ]
    title = (
        f"Beside rules of thumb with the same money, on {whole(plan.validation.attrs['draws'])} draws that chose none"
    )
    console.print_table(grid(title, headings, rules, right=headings[1:]))
    console.print(_certainty(plan.certainty))
    console.print(f"Tables and pictures: {folder}")


def _print_changes(changes: pd.DataFrame, console: PlainConsole) -> None:
    """Print what changed since the plan before, and which of its orders are regretted."""
    headings = ("order", "before", "now", "more [USD]", "why")
    rows = [
        [
            row["option"],
            f"{whole(row['quantity_before'])} {row['unit']}",
            f"{whole(row['quantity_now'])} {row['unit']}",
            whole(row["change_usd"]),
            f"{'regretted: ' if row['regretted'] else ''}{row['reason']}",
        ]
        for row in changes.to_dict("records")
    ]
    console.print_table(grid("Since the plan before", headings, rows, right=headings[1:4]))


def _saves(row: dict[Any, Any], column: str) -> str:
    """Person-nights that the plan saves against a rule, with the interval."""
    return f"{whole(row[column])} ({whole(row[column + '_low'])} to {whole(row[column + '_high'])})"


def _certainty(table: pd.DataFrame) -> str:
    """What it costs to be so sure, in a sentence."""
    known, beyond = table[table["cost_usd"].notna()], table[table["cost_usd"].isna()]
    told = [
        f"in {100 * row['confidence']:g} of 100 futures {whole(row['cost_usd'])} USD"
        for row in known.to_dict("records")
    ]
    if len(beyond):
        told.append(f"in {listed([f'{100 * level:g}' for level in beyond['confidence']])} more than there is")
    return f"What it costs that few are without a roof after crossing: {'; '.join(told)}"


def print_regrets(
    plans: pd.DataFrame,
    regrets: pd.DataFrame,
    shared: pd.DataFrame,
    files: Sequence[str],
    *,
    console: PlainConsole | None = None,
) -> None:
    """Print which orders every plan of a batch has, and what is regretted of each plan if another combination comes."""
    console = console or PlainConsole(soft_wrap=False)
    units = dict(zip(plans["option"], plans["unit"], strict=True))
    console.print()
    sure = shared[shared["in_every"]]
    if sure.empty:
        console.print("No order stands in every plan: what is good depends on which combination comes.")
    else:
        rows = [[row["option"], f"{whole(row['least'])} {units[row['option']]}"] for row in sure.to_dict("records")]
        console.print_table(grid("Good whatever comes: orders that every plan has", ("order", "at least"), rows))
    told = regrets.loc[regrets.groupby("plan", sort=False)["regret"].idxmax()].sort_values("regret", kind="stable")
    rows = [[row["plan"], whole(row["regret"]), row["combination"]] for row in told.to_dict("records")[:MOST]]
    title = "Largest regret of each plan: person-nights more than with the best of these plans, on other draws"
    console.print_table(grid(title, ("plan for", "regret", "if this comes"), rows, right=("regret",)))
    if len(told) > MOST:
        console.print(f"  and {len(told) - MOST} more, see {files[1]}")
    console.print(f"Orders, regrets and what plans share, in the same folder: {', '.join(files)}")
