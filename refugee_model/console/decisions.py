"""What must be decided by when, answered on the shell: the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from refugee_model.console import PlainConsole, grid
from refugee_model.studies.decisions.order_by import NOT_NEEDED
from refugee_model.wording import chance_in_short, listed, say, short_moment, tenths, term, unit, whole

if TYPE_CHECKING:
    from refugee_model.studies.decisions.plan import AidPlan

MOST = 12
"""Decisions that are printed; all are in decisions.csv."""


def print_decisions(due: pd.DataFrame, *, console: PlainConsole | None = None) -> None:
    """Print the decisions that are due, of a table of decisions."""
    console = console or PlainConsole()
    draws, confidence = int(due.attrs["draws"]), float(due.attrs["confidence"])
    wanted = due[due["status"] != NOT_NEEDED]
    due_by = "Decisions due, to be in time in {share} of 100 futures ({draws} draws)"
    title = say(due_by, share=f"{100 * confidence:g}", draws=whole(draws))
    headings = (
        *(say("decide by"), say("what"), say("how much"), say("cost [USD]"), say("needed by")),
        *(say("late if decided then"), say("a week later")),
    )
    console.print()
    if wanted.empty:
        console.print(say("{title}: none of {count} options is needed", title=title, count=len(due)))
        return
    rows = [_decision_row(row, draws) for row in wanted.head(MOST).to_dict("records")]
    console.print_table(grid(title, headings, rows, right=(headings[3], *headings[5:])))
    if len(wanted) > MOST:
        console.print(f"  {say('and {count} more, see {file}', count=len(wanted) - MOST, file='decisions.csv')}")


def _decision_row(row: dict[Any, Any], draws: int) -> list[str]:
    said = say(row["status"]) if row["status"] != "order by" else short_moment(row["latest_decision"])
    return [
        said,
        term(row["option"]),
        _units(row["quantity"], row["unit"]),
        whole(row["cost_usd"]),
        short_moment(row["needed_by"]),
        chance_in_short(row["risk_if_on_time"], draws=draws),
        chance_in_short(row["risk_if_a_week_later"], draws=draws),
    ]


def print_plan(plan: AidPlan, title: str, folder: Path) -> None:
    """Print the orders of a plan, the risk it leaves, and the plans it was held against."""
    console = PlainConsole()
    console.print()
    cost, budget = whole(plan.cost_usd), whole(plan.budget)
    console.print(say("{title}: {cost} of {budget} USD", title=title, cost=cost, budget=budget))
    if plan.orders.empty:
        console.print(say("Nothing that can be bought helps: no orders."))
    else:
        _print_orders(plan.orders, console)
    if plan.changes is not None:
        _print_changes(plan.changes, console)
    console.print(say("Risk: {risk}", risk=plan.risk))
    headings = (
        *("", say("person-nights"), say("worst tenth"), say("chance of any")),
        *(say("the plan saves"), say("saves in worst tenth")),
    )
    rules = [
        [
            term(row["plan"]),
            whole(row["mean"]),
            whole(row["worst_tenth"]),
            f"{tenths(100 * row['chance'])} %",
            "-" if row["plan"] == "plan" else _saves(row, "plan_saves_nights"),
            "-" if row["plan"] == "plan" else _saves(row, "plan_saves_worst_tenth"),
        ]
        for row in plan.validation.to_dict("records")
    ]
    beside = "Beside rules of thumb with the same money, on {draws} draws that chose none"
    title = say(beside, draws=whole(plan.validation.attrs["draws"]))
    console.print_table(grid(title, headings, rules, right=headings[1:]))
    console.print(_certainty(plan.certainty))
    console.print(say("Tables and pictures: {folder}", folder=folder))


def _print_orders(orders: pd.DataFrame, console: PlainConsole) -> None:
    """Print what is ordered, when and why."""
    cost = say("cost [USD]")
    headings = (say("order"), say("how much"), cost, say("order by"), say("arrives"), say("why"))
    rows = [
        [
            term(row["option"]),
            _units(row["quantity"], row["unit"]),
            whole(row["total_cost_usd"]),
            short_moment(row["order_by"]),
            short_moment(row["arrives"]),
            str(row["reason"]).partition(";")[0],
        ]
        for row in orders.to_dict("records")
    ]
    console.print_table(grid(say("Orders"), headings, rows, right=(cost,)))


def _units(count: float, sign: str) -> str:
    return f"{whole(count)} {unit(sign)}"


def _print_changes(changes: pd.DataFrame, console: PlainConsole) -> None:
    """Print what changed since the plan before, and which of its orders are regretted."""
    headings = (say("order"), say("before"), say("now"), say("more [USD]"), say("why"))
    rows = [
        [
            term(row["option"]),
            _units(row["quantity_before"], row["unit"]),
            _units(row["quantity_now"], row["unit"]),
            whole(row["change_usd"]),
            say("regretted: {reason}", reason=row["reason"]) if row["regretted"] else row["reason"],
        ]
        for row in changes.to_dict("records")
    ]
    console.print_table(grid(say("Since the plan before"), headings, rows, right=headings[1:4]))


def _saves(row: dict[Any, Any], column: str) -> str:
    """Person-nights that the plan saves against a rule, with the interval."""
    low, high = whole(row[column + "_low"]), whole(row[column + "_high"])
    return say("{value} ({low} to {high})", value=whole(row[column]), low=low, high=high)


def _certainty(table: pd.DataFrame) -> str:
    """What it costs to be so sure, in a sentence."""
    known, beyond = table[table["cost_usd"].notna()], table[table["cost_usd"].isna()]
    told = [
        say("in {share} of 100 futures {cost} USD", share=f"{100 * row['confidence']:g}", cost=whole(row["cost_usd"]))
        for row in known.to_dict("records")
    ]
    if len(beyond):
        levels = listed([f"{100 * level:g}" for level in beyond["confidence"]])
        told.append(say("in {levels} more than there is", levels=levels))
    return say("What it costs that few are without a roof after crossing: {costs}", costs="; ".join(told))


def print_regrets(plans: pd.DataFrame, regrets: pd.DataFrame, shared: pd.DataFrame, files: Sequence[str]) -> None:
    """Print which orders every plan of a batch has, and what is regretted of each plan if another combination comes."""
    console = PlainConsole()
    units = dict(zip(plans["option"], plans["unit"], strict=True))
    console.print()
    sure = shared[shared["in_every"]]
    if sure.empty:
        console.print(say("No order stands in every plan: what is good depends on which combination comes."))
    else:
        rows = [[term(row["option"]), _units(row["least"], units[row["option"]])] for row in sure.to_dict("records")]
        title = say("Good whatever comes: orders that every plan has")
        console.print_table(grid(title, (say("order"), say("at least")), rows))
    told = regrets.loc[regrets.groupby("plan", sort=False)["regret"].idxmax()].sort_values("regret", kind="stable")
    rows = [[row["plan"], whole(row["regret"]), row["combination"]] for row in told.to_dict("records")[:MOST]]
    title = say("Largest regret of each plan: person-nights more than with the best of these plans, on other draws")
    headings = (say("plan for"), say("regret"), say("if this comes"))
    console.print_table(grid(title, headings, rows, right=headings[1:2]))
    if len(told) > MOST:
        console.print(f"  {say('and {count} more, see {file}', count=len(told) - MOST, file=files[1])}")
    console.print(say("Orders, regrets and what plans share, in the same folder: {files}", files=", ".join(files)))
