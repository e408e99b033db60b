"""What must be decided by when, answered on the shell: the most urgent first."""

from __future__ import annotations

from typing import Any

import pandas as pd

from refugee_model.console.console import PlainConsole, grid
from refugee_model.studies.decisions.order_dates import NOT_NEEDED
from refugee_model.wording import chance, short_moment, whole

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
    rows = [_row(row, draws) for row in wanted.head(MOST).to_dict("records")]
    console.print_table(grid(title, headings, rows, right=headings[4:]))
    if len(wanted) > MOST:
        console.print(f"  and {len(wanted) - MOST} more, see decisions.csv")


def _row(row: dict[Any, Any], draws: int) -> list[str]:
    said = row["status"] if row["status"] != "order by" else short_moment(row["latest_decision"])
    return [
        said,
        row["option"],
        f"{whole(row['quantity'])} {row['unit']}",
        short_moment(row["needed_by"]),
        chance(row["risk_if_on_time"], draws=draws),
        chance(row["risk_if_a_week_later"], draws=draws),
    ]
