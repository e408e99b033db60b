"""What a minister would ask, answered on the shell: of a run, its draws, variants beside each other, one number."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from refugee_model.console import PlainConsole, grid, short_time
from refugee_model.engine.observers import WITHOUT_ROOF
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.register import ON_THE_WAY, QUANTITIES, label
from refugee_model.scenario.checks.effects import condition_text
from refugee_model.scenario.fields import ANY_INDEX, ANY_NAME, InputField, walk
from refugee_model.scenario.scenario import SECTIONS, Scenario
from refugee_model.tables.answers import answers
from refugee_model.tables.comparisons import crossing, headline_of, held_back_beside
from refugee_model.tables.provenance import names_in, one_future_in
from refugee_model.wording import called, chance, chance_in_short, counted, renamed, say, short_moment, tenths, whole


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
    said = (
        map(short_time, rows["time"])
        if rows["time"].notna().any()
        else (_amount(name, value) for value in rows["value"])
    )
    return [heading(name), *said, chance(rows["chance"].iloc[0], draws=draws)]


def heading(name: str) -> str:
    """What a measure is called in a table; a part of the nights without a roof stands below them."""
    part = name.removeprefix("person_nights_")
    return f"  {called(label(part))}" if part in WITHOUT_ROOF else called(label(name))


def _amount(name: str, value: float) -> str:
    """Hours with a decimal where they are few, all else whole."""
    return tenths(value) if name.endswith("_hours") and abs(value) < 10 else whole(value)


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
        (say("never") if pd.isna(value) else short_moment(value)) if row["unit"] == "time" else _figure(value, hours)
        for value in (row["a"], row["b"])
    ]
    changes = [_change(row[f"difference_{level}"], row) for level in (5, 50, 95)]
    shares = [
        "-" if pd.isna(row[column]) else chance_in_short(row[column], draws=draws)
        for column in ("chance_b_better", "chance_a_better")
    ]
    return [heading(name), *middles, *changes, *shares]


def _figure(value: float, hours: bool) -> str:
    """Hours with a decimal, all else whole."""
    return "-" if pd.isna(value) else tenths(value) if hours else whole(value)


def _change(value: float, row: pd.Series[Any]) -> str:
    """A difference; where it is infinite, in which scenario a time never comes or a wait has no end."""
    if np.isinf(value):
        return say("{which} never" if row["unit"] == "time" else "{which} without end", which="B" if value > 0 else "A")
    return _figure(value, row["unit"] in ("time", "h"))


def describe_text(path: str = "") -> str:
    """Inputs and outputs under a dotted path or its beginning, each with unit, bounds, default and meaning."""
    inputs = [field for field in walk(Scenario) if _matches(field.path, path)]
    told = [one for name, one in QUANTITIES.items() if path in ("", name)]
    outputs = [f"{one.name}  [{one.unit}]\n    {one.meaning}" for one in told]
    if not inputs and not outputs:
        names = [*SECTIONS, *(field.path for field in walk(Scenario)), *QUANTITIES]
        raise RequestError("nothing to describe", [Problem(path, f"is not an input or output; {nearest(path, names)}")])
    return "\n".join([*_inputs(inputs), *(["", "Outputs"] if outputs and inputs else []), *outputs])


def _matches(known: str, path: str) -> bool:
    if not path:
        return True
    parts, asked = known.split("."), path.split(".")
    alike = (part in (word, ANY_NAME, ANY_INDEX) for part, word in zip(parts, asked, strict=False))
    return len(asked) <= len(parts) and all(alike)


def _inputs(fields: list[InputField]) -> Iterator[str]:
    for field in fields:
        about = (f"[{field.unit}]" if field.unit else "", field.bounds, f"default: {field.default}")
        lines = [f"{field.path}  {', '.join(filter(None, about))}", field.meaning]
        if field.counts_if:
            lines.append(f"counts only if {condition_text(field.counts_if, field.path.rpartition('.')[0])}")
        if field.usual is not None:
            lines.append(f"usual: {field.usual} ({field.usual.why})")
        yield "\n    ".join(lines)
