"""Combinations of a study, or two scenarios on the same draws, at a glance."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.console.answers import SHOWN, heading
from refugee_model.console.console import PlainConsole, grid
from refugee_model.outcomes.register import label
from refugee_model.tables.comparisons import crossing, headline_of, held_back_beside
from refugee_model.wording import chance_in_short, counted, say, short_moment, tenths, whole


def print_comparison(table: pd.DataFrame, draws: int, folder: Path, *, console: PlainConsole | None = None) -> None:
    """Print person-nights without a roof and held back at home of each combination, and in how many draws there are."""
    console = console or PlainConsole()
    measure = headline_of(table)
    said, beside = crossing(table, measure), held_back_beside(table, measure)
    name = f"{label(measure)[:1].lower()}{label(measure)[1:]}"
    alone, both = "Thousand {measure}:", "Thousand {measure}, + of people held back at home who want to leave:"
    title = say(alone if beside is None else both, measure=name)
    counts = "mean of {draws} draws, and in how many futures there is any without a roof"
    title += f"\n{say(counts, draws=whole(draws))}"
    columns = [column or say("mean") for column in said.columns]
    held_back = np.full(said.mean.shape, np.nan) if beside is None else beside.mean
    rows = [
        [name, *(_cell(*cell, draws) for cell in zip(means, homes, shares, strict=True))]
        for name, means, homes, shares in zip(said.rows, said.mean, held_back, said.share, strict=True)
    ]
    console.print_table(grid(title, [said.axes[0], *columns], rows, right=columns))
    console.print(say("All tables: {folder}", folder=folder), highlight=False, soft_wrap=True)


def _cell(mean: float, held_back: float, share: float, draws: int) -> str:
    if not np.isfinite(mean):
        return "-"
    beside = f" + {tenths(held_back / 1000)}" if np.isfinite(held_back) else ""
    return f"{tenths(mean / 1000)}{beside} ({chance_in_short(share, draws=draws)})"


WIDTH = 140
"""Letters in a line of the file."""
COSTS = ("cost_usd", "unmet_need_usd")


def comparison_text(table: pd.DataFrame, names: tuple[str, str]) -> str:
    """The same as text for a file."""
    file = StringIO()
    print_paired(table, names, console=PlainConsole(file=file, width=WIDTH))
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def print_paired(table: pd.DataFrame, names: tuple[str, str], *, console: PlainConsole | None = None) -> None:
    """Print middles and differences of the headline measures, of a table of ``compare``."""
    console = console or PlainConsole()
    draws = int(table.attrs["draws"])
    how = (
        "middle of {draws}, seed {seed}, the same for both; differences draw by draw, of times in hours; - where "
        "neither way is better"
    )
    said = say(how, draws=counted(draws, "draw"), seed=table.attrs["seed"])
    title = f"A: {names[0]}\nB: {names[1]}\n{said}"
    headings = ("", "A", "B", "B - A: 5 %", "50 %", "95 %", say("B better in"), say("A better in"))
    shown = [row for name in (*SHOWN, *COSTS) for _, row in table[table["measure"] == name].iterrows()]
    rows = [_row(row, draws) for row in shown if not _is_empty(row)]
    console.print_table(grid(title, headings, rows, right=headings[1:]))
    for _, row in table[table["measure"] == SHOWN[0]].iterrows():
        console.print(_regret(row, draws))


def _is_empty(row: pd.Series[Any]) -> bool:
    """Whether there is nothing of a measure in either scenario, in any draw, or it is not known."""
    values = row[["a", "b", "difference_mean"]]
    return not any(pd.notna(value) and value != 0 for value in values)


def _regret(row: pd.Series[Any], draws: int) -> str:
    """What taking either scenario costs beyond the better of both, in a sentence."""
    shares = [chance_in_short(row[column], draws=draws) for column in ("chance_b_better", "chance_a_better")]
    return say(
        "{measure}: B has fewer in {b} futures, A in {a}. Taking A costs {cost_a} beyond the better of both in the "
        "mean, taking B {cost_b}.",
        measure=label(str(row["measure"])),
        b=shares[0],
        a=shares[1],
        cost_a=whole(row["regret_a"]),
        cost_b=whole(row["regret"]),
    )


def _row(row: pd.Series[Any], draws: int) -> list[str]:
    name, hours = str(row["measure"]), row["unit"] in ("time", "h")
    middles = [
        (say("never") if pd.isna(value) else short_moment(value)) if row["unit"] == "time" else _amount(value, hours)
        for value in (row["a"], row["b"])
    ]
    changes = [_change(row[f"difference_{level}"], row) for level in (5, 50, 95)]
    shares = [
        "-" if pd.isna(row[column]) else chance_in_short(row[column], draws=draws)
        for column in ("chance_b_better", "chance_a_better")
    ]
    return [heading(name), *middles, *changes, *shares]


def _amount(value: float, hours: bool) -> str:
    """Hours with a decimal, all else whole."""
    return "-" if pd.isna(value) else tenths(value) if hours else whole(value)


def _change(value: float, row: pd.Series[Any]) -> str:
    """A difference; where it is infinite, in which scenario a time never comes or a wait has no end."""
    if np.isinf(value):
        return say("{which} never" if row["unit"] == "time" else "{which} without end", which="B" if value > 0 else "A")
    return _amount(value, row["unit"] in ("time", "h"))
