"""How sure we are, answered on the shell: each measure in the middle future, and the chance that there is any of it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from refugee_model.console.console import PlainConsole, grid
from refugee_model.engine.observers import WITHOUT_ROOF
from refugee_model.outcomes.register import LABELS, ON_THE_WAY
from refugee_model.wording import chance, short_moment, tenths, whole

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
    console = console or PlainConsole(soft_wrap=False)
    title = f"19 in 20 of {draws:,} futures (draws, seed {seed}) lie between low and high"
    headings = ("", "low", "middle", "high", "happens at all")
    known = [name for name in SHOWN if (ranges["measure"] == name).any()]
    console.print()
    console.print_table(grid(title, headings, [_row(ranges, name, draws) for name in known], right=headings[1:]))


def _row(ranges: pd.DataFrame, name: str, draws: int) -> list[str]:
    rows = ranges[ranges["measure"] == name].sort_values("quantile")
    said = map(_time, rows["time"]) if rows["time"].notna().any() else (_amount(name, value) for value in rows["value"])
    part = name.removeprefix("person_nights_")
    return [
        f"  {LABELS[part]}" if part in WITHOUT_ROOF else LABELS[name],
        *said,
        chance(rows["chance"].iloc[0], draws=draws),
    ]


def _time(value: Any) -> str:
    return "-" if pd.isna(value) else short_moment(value)


def _amount(name: str, value: float) -> str:
    """Hours with a decimal where they are few, all else whole."""
    return tenths(value) if name.endswith("_hours") and abs(value) < 10 else whole(value)
