"""What tomorrow brings, answered on the shell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from refugee_model.views.console import PlainConsole
from refugee_model.wording import chance, chance_in_short, moment, to_minute, whole

LEVELS = (0.05, 0.5, 0.95)
ROUNDING = 1e-9
"""A share of draws below this comes from rounding."""
MOST_LEARNED, NOT_LEARNED = 8, 4
"""So many numbers that were learned are shown, and so many that were not are named."""


def print_forecast(
    tables: Mapping[str, pd.DataFrame], title: str, until: datetime, folder: Path, *, console: PlainConsole | None = None
) -> None:
    """Print what is foretold, and what it was learned from.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``arrived``: of ``forecast_table`` at the times of interest, the cut-off first and the end last; ``ranges``: of ``measure_table``;
        both with the quantiles 0.05, 0.5, 0.95. ``first_full``: of ``first_full_table``; ``learned`` and ``reports``: of the forecast.
    title : str
        Title of the scenario.
    until : datetime
        The cut-off.
    folder : Path
        Where the results were written.
    console : PlainConsole, optional
        Where to print; standard output unless given.
    """
    console = console or PlainConsole(soft_wrap=False)
    count = len(tables["reports"])
    console.print(f"{title}: forecast of {_time(until)} from {count} report{'' if count == 1 else 's'}", style="bold", highlight=False)
    table = Table(
        title="9 in 10 futures lie between low and high; in so many it happens at all", title_justify="left", box=None, pad_edge=False
    )
    for name in ("", "at", "low", "middle", "high"):
        table.add_column(name, justify="right" if name in ("low", "middle", "high") else "left")
    for row in (*_counted(tables["reports"]), *_arrivals(tables["arrived"], until), *_measures(tables["ranges"])):
        table.add_row(*row)
    console.print_table(table)
    console.print(f"\nWhich place fills first?  {fills_first(tables['first_full'])}", highlight=False, soft_wrap=True)
    console.print()
    _print_learned(tables["learned"], console)
    console.print(f"\nTables and picture: {folder}", highlight=False, soft_wrap=True)


def _counted(reports: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """The last count of people who arrived, to hold against what the forecast says of the same time."""
    rows = reports[reports["quantity"] == "arrived"] if len(reports) else reports
    if len(rows):
        last = rows.iloc[-1]
        yield ("Arrived, last report", _short(last["time"]), "", whole(last["value"]), "")


def _arrivals(arrived: pd.DataFrame, until: datetime) -> Iterator[tuple[str, ...]]:
    moments = list(dict.fromkeys(arrived["time"]))
    for time, rows in arrived.groupby("time", sort=True):
        hours = (pd.Timestamp(str(time)) - pd.Timestamp(until)).total_seconds() / 3600.0
        name = {0.0: "so far", 24.0: "by tomorrow", 72.0: "in 3 days", 168.0: "in 7 days"}.get(round(hours, 6), "then")
        if time == moments[-1]:
            name = "at the end"
        values = rows.sort_values("quantile")["value"]
        yield (f"Arrived {name}", _short(time), *(whole(value) for value in values))


def _measures(ranges: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    for name, words in (
        ("last_arrival", "Last arrivals"),
        ("peak_in_state_accommodation", "Most in state beds"),
        ("person_nights_without_roof", "Nights without a roof"),
        ("person_nights_held_back", "Nights held back at home"),
        ("peak_unsheltered", "Most without shelter"),
    ):
        rows = ranges[ranges["measure"] == name].sort_values("quantile")
        shown = [_short(time) for time in rows["time"]]
        if rows["time"].isna().all():
            shown = ["-" if pd.isna(value) else whole(value) for value in rows["value"]]
        share = float(rows["chance"].iloc[0])
        yield (words, f"in {chance_in_short(share, draws=ranges.attrs.get('draws'))}", *shown)


def fills_first(table: pd.DataFrame) -> str:
    """Which place most likely fills first, in words.

    Parameters
    ----------
    table : DataFrame
        Of ``first_full_table``.
    """
    if not len(table) or not table["probability_first"].iloc[0] > 0:
        return "none, in any future"
    first = table.iloc[0]
    draws, nothing = table.attrs.get("draws"), 1.0 - table["probability_first"].sum()
    none = f"; none fills {chance(nothing, draws=draws)}" if nothing > ROUNDING else ""
    when = _time(first["median_first_full"].round("h"))
    return f"{first['place']}, {chance(first['probability_first'], draws=draws)}, middle of them {when}{none}"


def _print_learned(learned: pd.DataFrame, console: PlainConsole) -> None:
    told = learned[learned["learned"] != "no"]
    if len(told):
        table = Table(title="What the reports taught (9 in 10 draws)", title_justify="left", box=None, pad_edge=False)
        for heading in ("learned", "before", "now", ""):
            table.add_column(heading, overflow="fold")
        for row in told.head(MOST_LEARNED).to_dict("records"):
            before, now = (f"{_amount(row[f'{when}_5'])} to {_amount(row[f'{when}_95'])}" for when in ("prior", "posterior"))
            table.add_row(str(row["learned"]), before, now, str(row["path"]))
        console.print_table(table)
    if len(told) > MOST_LEARNED:
        console.print(f"and {len(told) - MOST_LEARNED} more; see learned.csv", highlight=False)
    others = list(learned.loc[learned["learned"] == "no", "path"])
    if others:
        more = f" and {len(others) - NOT_LEARNED} more" if len(others) > NOT_LEARNED else ""
        said = f"{', '.join(others[:NOT_LEARNED])}{more}; see learned.csv"
        console.print(f"Not learned, about as wide as before: {said}", highlight=False, soft_wrap=True)


def _amount(value: float) -> str:
    return whole(value) if abs(value) >= 100 else f"{value:.3g}"


def _short(value: Any) -> str:
    if value is None or pd.isna(value):
        return "-"
    shown = to_minute(value)
    return f"{shown.day} {shown:%b %H:%M}"


def _time(value: Any) -> str:
    return "-" if value is None or pd.isna(value) else moment(value)
