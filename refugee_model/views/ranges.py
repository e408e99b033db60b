"""How sure we are, answered on the shell: each measure in the middle future, and the chance that there is any of it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.table import Table

from refugee_model.views.console import PlainConsole
from refugee_model.wording import chance, whole

SHOWN = {
    "person_nights_without_roof": "Person-nights without a roof",
    "person_nights_on_road": "  on the road",
    "person_nights_at_reception": "  at reception points",
    "person_nights_unsheltered": "  waiting for a bed",
    "person_nights_held_back": "Person-nights held back at home",
    "crossed": "People who cross",
    "peak_daily_arrivals": "Arrivals on the busiest day",
    "longest_queue_people": "People in the longest queue",
    "median_wait_checkpoint_hours": "Hours that half of the people wait at the checkpoint, or more",
    "last_arrival": "Last arrivals",
    "peak_awaiting_registration": "Most people waiting to register",
    "peak_in_state_accommodation": "Most people in state accommodation",
    "first_place_full_time": "First place is full",
    "places_full": "Places that fill up",
    "peak_unsheltered": "Most registered people with neither bed nor transit place",
    "bed_nights_usd": "USD for nights in state accommodation",
}
"""The measures that are printed, in words; all are in ranges.csv."""


def print_ranges(ranges: pd.DataFrame, draws: int, seed: int, *, console: PlainConsole | None = None) -> None:
    """Print the range of each headline measure.

    Parameters
    ----------
    ranges : DataFrame
        Of :func:`refugee_model.measure_table`, with the quantiles 0.025, 0.5 and 0.975.
    draws, seed : int
        What the ranges were worked out from.
    console : PlainConsole, optional
        Where to print; standard output unless given.
    """
    console = console or PlainConsole(soft_wrap=False)
    table = Table(
        title=f"19 in 20 of {draws:,} futures (draws, seed {seed}) lie between low and high", title_justify="left", box=None, pad_edge=False
    )
    for heading in ("", "low", "middle", "high", "happens at all"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, words in SHOWN.items():
        rows = ranges[ranges["measure"] == name].sort_values("quantile")
        if len(rows):
            said = map(_time, rows["time"]) if rows["time"].notna().any() else (_amount(name, value) for value in rows["value"])
            table.add_row(words, *said, chance(rows["chance"].iloc[0], draws=draws))
    console.print()
    console.print_table(table)


def _time(value: Any) -> str:
    return "-" if pd.isna(value) else f"{value.day} {value:%b %H:%M}"


def _amount(name: str, value: float) -> str:
    """Hours with a decimal where they are few, all else whole."""
    return f"{value:,.1f}" if name.endswith("_hours") and abs(value) < 10 else whole(value)
