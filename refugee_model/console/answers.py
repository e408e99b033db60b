"""What a minister would ask, answered on the shell, and how sure the answers are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from refugee_model.console.console import PlainConsole, grid
from refugee_model.engine.observers import WITHOUT_ROOF
from refugee_model.outcomes.register import ON_THE_WAY, label
from refugee_model.tables.answers import answers
from refugee_model.tables.provenance import names_in, one_future_in
from refugee_model.wording import called, chance, renamed, say, short_moment, tenths, whole


def print_summary(summary: pd.Series, title: str, folder: Path, *, console: PlainConsole | None = None) -> None:
    """Print the headline measures of one run as questions and answers, and where its results are."""
    console = console or PlainConsole()
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    names = names_in(summary.attrs)
    for question, answer in answers(summary):
        table.add_row(renamed(question, names), renamed(answer, names))
    console.print_table(table)
    if "one_future" in summary.attrs:
        more = say("With --draws 1000 the range of each measure is shown.")
        console.print(f"\n{one_future_in(summary.attrs)}. {more}", highlight=False, soft_wrap=True)
    origin = say("run {run}, refugee_model {version}", run=summary["run_id"], version=summary["version"])
    console.print(f"\n{say('Tables and pictures: {folder}', folder=folder)}    {origin}", highlight=False)


SHOWN = (
    "person_nights_without_roof",
    *(f"person_nights_{part}" for part in WITHOUT_ROOF),
    "person_nights_held_back",
    *ON_THE_WAY,
    "bed_nights_usd",
)
"""The measures that are printed; all are in ranges.csv."""


def print_ranges(ranges: pd.DataFrame, draws: int, seed: int, *, console: PlainConsole | None = None) -> None:
    """Print the range of each headline measure, of a measure table with the quantiles 0.025, 0.5 and 0.975."""
    console = console or PlainConsole()
    of = "19 in 20 of {draws} futures (draws, seed {seed}) lie between low and high"
    title = say(of, draws=whole(draws), seed=seed)
    headings = ("", say("low"), say("middle"), say("high"), say("happens at all"))
    priceless = ranges["measure"].str.endswith("_usd") & (ranges["chance"] == 0.0)
    known = [name for name in SHOWN if ((ranges["measure"] == name) & ~priceless).any()]
    console.print()
    console.print_table(grid(title, headings, [_range_row(ranges, name, draws) for name in known], right=headings[1:]))


def _range_row(ranges: pd.DataFrame, name: str, draws: int) -> list[str]:
    rows = ranges[ranges["measure"] == name].sort_values("quantile")
    said = map(_time, rows["time"]) if rows["time"].notna().any() else (_amount(name, value) for value in rows["value"])
    return [heading(name), *said, chance(rows["chance"].iloc[0], draws=draws)]


def heading(name: str) -> str:
    """What a measure is called in a table; a part of the nights without a roof stands below them."""
    part = name.removeprefix("person_nights_")
    return f"  {called(label(part))}" if part in WITHOUT_ROOF else called(label(name))


def _time(value: Any) -> str:
    return "-" if pd.isna(value) else short_moment(value)


def _amount(name: str, value: float) -> str:
    """Hours with a decimal where they are few, all else whole."""
    return tenths(value) if name.endswith("_hours") and abs(value) < 10 else whole(value)
