"""What tomorrow brings, answered on the shell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from refugee_model.console import PlainConsole, grid, short_time
from refugee_model.wording import chance, chance_in_short, counted, moment, rounded, say, some_of, whole

LEVELS = (0.05, 0.5, 0.95)
ROUNDING = 1e-9
"""A share of draws below this comes from rounding."""
MOST_LEARNED, NOT_LEARNED = 8, 4
"""So many numbers that were learned are shown, and so many that were not are named."""


def print_forecast(tables: Mapping[str, pd.DataFrame], title: str, until: datetime, folder: Path) -> None:
    """Print what is foretold, and what it was learned from.

    Of the tables, ``arrived`` is a forecast table at the times of interest, the cut-off first and the end last, and
    ``ranges`` a measure table, both with the quantiles ``LEVELS``; ``first_full``, ``learned`` and ``reports`` are
    those of the forecast.
    """
    console, reports = PlainConsole(), counted(len(tables["reports"]), "report")
    said = say("{title}: forecast of {time} from {reports}", title=title, time=moment(until), reports=reports)
    console.print(said, style="bold", highlight=False)
    rows = (*_last_report(tables["reports"]), *_arrivals(tables["arrived"], until), *_measures(tables["ranges"]))
    title = say("9 in 10 futures lie between low and high; in so many it happens at all")
    right = (say("low"), say("middle"), say("high"))
    console.print_table(grid(title, ("", say("at"), *right), rows, right=right))
    first = fills_first(tables["first_full"])
    console.print(f"\n{say('Which place fills first?')}  {first}", highlight=False, soft_wrap=True)
    console.print()
    _print_learned(tables["learned"], console)
    console.print(f"\n{say('Tables and pictures: {folder}', folder=folder)}", highlight=False, soft_wrap=True)


def _last_report(reports: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """The last count of people who arrived, to hold against what the forecast says of the same time."""
    rows = reports[(reports["quantity"] == "arrived") & (reports["place"] == "")] if len(reports) else reports
    if len(rows):
        last = rows.iloc[-1]
        yield (say("Arrived, last report"), short_time(last["time"]), "", whole(last["value"]), "")


def _arrivals(arrived: pd.DataFrame, until: datetime) -> Iterator[tuple[str, ...]]:
    moments = list(dict.fromkeys(arrived["time"]))
    for time, rows in arrived.groupby("time", sort=True):
        hours = (pd.Timestamp(str(time)) - pd.Timestamp(until)).total_seconds() / 3600.0
        known = {
            0.0: say("Arrived so far"),
            24.0: say("Arrived by tomorrow"),
            72.0: say("Arrived in 3 days"),
            168.0: say("Arrived in 7 days"),
        }
        name = known.get(round(hours, 6), say("Arrived then"))
        if time == moments[-1]:
            name = say("Arrived at the end")
        values = rows.sort_values("quantile")["value"]
        yield (name, short_time(time), *(whole(value) for value in values))


def _measures(ranges: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    for name, words in (
        ("last_arrival", say("Last arrivals")),
        ("peak_in_state_accommodation", say("Most in state beds")),
        ("person_nights_without_roof", say("Nights without a roof")),
        ("person_nights_held_back", say("Nights held back at home")),
        ("peak_unsheltered", say("Most without shelter")),
    ):
        rows = ranges[ranges["measure"] == name].sort_values("quantile")
        shown = [short_time(time) for time in rows["time"]]
        if rows["time"].isna().all():
            shown = [whole(value) for value in rows["value"]]
        share = float(rows["chance"].iloc[0])
        yield (words, say("in {chance}", chance=chance_in_short(share, draws=ranges.attrs.get("draws"))), *shown)


def fills_first(table: pd.DataFrame) -> str:
    """Which place most likely fills first, in words."""
    if not len(table) or not table["probability_first"].iloc[0] > 0:
        return say("none, in any future")
    first = table.iloc[0]
    draws, nothing = table.attrs.get("draws"), 1.0 - table["probability_first"].sum()
    when = moment(first["median_first_full"].round("h"))
    most = chance(first["probability_first"], draws=draws)
    said = say("{place}, {chance}, middle of them {when}", place=first["place"], chance=most, when=when)
    if nothing <= ROUNDING:
        return said
    return say("{said}; none fills {chance}", said=said, chance=chance(nothing, draws=draws))


def _print_learned(learned: pd.DataFrame, console: PlainConsole) -> None:
    told = learned[learned["learned"] != "no"]
    if len(told):
        rows = (_learned(row) for row in told.head(MOST_LEARNED).to_dict("records"))
        headings = (say("learned"), say("before"), say("now"), "")
        title = say("What the reports taught (9 in 10 draws)")
        console.print_table(grid(title, headings, rows, overflow="fold"))
    if len(told) > MOST_LEARNED:
        more = say("and {count} more, see {file}", count=len(told) - MOST_LEARNED, file="learned.csv")
        console.print(more, highlight=False)
    others = list(learned.loc[learned["learned"] == "no", "path"])
    if others:
        said = say("Not learned, about as wide as before: {paths}; see learned.csv", paths=some_of(others, NOT_LEARNED))
        console.print(said, highlight=False, soft_wrap=True)


def _learned(row: Mapping[Any, Any]) -> tuple[str, ...]:
    before, now = (
        say("{low} to {high}", low=rounded(row[f"{when}_5"]), high=rounded(row[f"{when}_95"]))
        for when in ("prior", "posterior")
    )
    return say(str(row["learned"])), before, now, str(row["path"])
