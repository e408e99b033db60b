"""What tomorrow brings, answered on the shell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from refugee_model.console.console import PlainConsole, grid
from refugee_model.wording import chance, chance_in_short, counted, moment, rounded, say, short_moment, some_of, whole

LEVELS = (0.05, 0.5, 0.95)
ROUNDING = 1e-9
"""A share of draws below this comes from rounding."""
MOST_LEARNED, NOT_LEARNED = 8, 4
"""So many numbers that were learned are shown, and so many that were not are named."""


def print_forecast(
    tables: Mapping[str, pd.DataFrame],
    title: str,
    until: datetime,
    folder: Path,
    *,
    console: PlainConsole | None = None,
) -> None:
    """Print what is foretold, and what it was learned from.

    Of the tables, ``arrived`` is a forecast table at the times of interest, the cut-off first and the end last, and
    ``ranges`` a measure table, both with the quantiles ``LEVELS``; ``first_full``, ``learned`` and ``reports`` are
    those of the forecast.
    """
    console = console or PlainConsole(soft_wrap=False)
    said = say(
        "{title}: forecast of {time} from {reports}",
        title=title,
        time=moment(until),
        reports=counted(len(tables["reports"]), "report"),
    )
    console.print(said, style="bold", highlight=False)
    rows = (*_last_report(tables["reports"]), *_arrivals(tables["arrived"], until), *_measures(tables["ranges"]))
    title = "9 in 10 futures lie between low and high; in so many it happens at all"
    console.print_table(grid(title, ("", "at", "low", "middle", "high"), rows, right=("low", "middle", "high")))
    console.print(f"\nWhich place fills first?  {fills_first(tables['first_full'])}", highlight=False, soft_wrap=True)
    console.print()
    _print_learned(tables["learned"], console)
    console.print(f"\nTables and picture: {folder}", highlight=False, soft_wrap=True)


def _last_report(reports: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """The last count of people who arrived, to hold against what the forecast says of the same time."""
    rows = reports[(reports["quantity"] == "arrived") & (reports["place"] == "")] if len(reports) else reports
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
            shown = [whole(value) for value in rows["value"]]
        share = float(rows["chance"].iloc[0])
        yield (words, f"in {chance_in_short(share, draws=ranges.attrs.get('draws'))}", *shown)


def fills_first(table: pd.DataFrame) -> str:
    """Which place most likely fills first, in words."""
    if not len(table) or not table["probability_first"].iloc[0] > 0:
        return "none, in any future"
    first = table.iloc[0]
    draws, nothing = table.attrs.get("draws"), 1.0 - table["probability_first"].sum()
    none = f"; none fills {chance(nothing, draws=draws)}" if nothing > ROUNDING else ""
    when = moment(first["median_first_full"].round("h"))
    return f"{first['place']}, {chance(first['probability_first'], draws=draws)}, middle of them {when}{none}"


def _print_learned(learned: pd.DataFrame, console: PlainConsole) -> None:
    told = learned[learned["learned"] != "no"]
    if len(told):
        rows = (_learned(row) for row in told.head(MOST_LEARNED).to_dict("records"))
        headings = ("learned", "before", "now", "")
        console.print_table(grid("What the reports taught (9 in 10 draws)", headings, rows, overflow="fold"))
    if len(told) > MOST_LEARNED:
        console.print(f"and {len(told) - MOST_LEARNED} more; see learned.csv", highlight=False)
    others = list(learned.loc[learned["learned"] == "no", "path"])
    if others:
        said = f"Not learned, about as wide as before: {some_of(others, NOT_LEARNED)}; see learned.csv"
        console.print(said, highlight=False, soft_wrap=True)


def _learned(row: Mapping[Any, Any]) -> tuple[str, ...]:
    before, now = (f"{rounded(row[f'{when}_5'])} to {rounded(row[f'{when}_95'])}" for when in ("prior", "posterior"))
    return str(row["learned"]), before, now, str(row["path"])


def _short(value: Any) -> str:
    return "-" if value is None or pd.isna(value) else short_moment(value)
