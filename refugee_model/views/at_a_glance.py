"""What a minister would ask, answered on the shell."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table


def print_summary(summary: pd.Series, title: str, folder: Path, *, console: Console | None = None) -> None:
    """Print the headline measures of one run as questions and answers.

    Parameters
    ----------
    summary : Series
        Headline measures, see :func:`refugee_model.summary`.
    title : str
        Title of the scenario.
    folder : Path
        Where the results were written.
    console : Console, optional
        Where to print; standard output unless given.
    """
    console = console or Console(soft_wrap=False)
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for question, answer in answers(summary):
        table.add_row(question, answer)
    console.print(table)
    console.print(f"\nTables and pictures: {folder}    run {summary['run_id']}, refugee_model {summary['version']}", highlight=False)


def answers(summary: pd.Series) -> list[tuple[str, str]]:
    """Questions and answers in plain words.

    Parameters
    ----------
    summary : Series
        Headline measures.

    Returns
    -------
    list of (str, str)
        In the order in which people ask.
    """
    s = summary
    return [
        ("How many cross?", f"{_people(s['crossed'])} of {_people(s['people_total'])}; {_people(s['still_at_home'])} stay at home"),
        ("Busiest day?", _busiest_day(s)),
        ("Longest queue at the checkpoint?", _longest_queue(s)),
        ("How long do people wait there?", _waits(s)),
        ("Last arrivals?", _time(s["last_arrival"])),
        ("Most people waiting to register?", _people(s["peak_awaiting_registration"])),
        ("Which place fills first?", _first_full(s)),
        ("Most people in state accommodation?", _housed(s)),
        ("Most people without shelter?", _without_shelter(s)),
        ("What is short?", str(s["largest_shortfalls"])),
        ("What does it cost?", _cost(s)),
        ("Do the people add up?", f"largest difference {s['people_balance_residual']:.1g} people"),
    ]


def _busiest_day(summary: pd.Series) -> str:
    if _blank(summary["peak_daily_arrivals_date"]):
        return "nobody arrives"
    return f"{_people(summary['peak_daily_arrivals'])} arrive on {_day(summary['peak_daily_arrivals_date'])}"


def _longest_queue(summary: pd.Series) -> str:
    if _blank(summary["longest_queue_time"]):
        return "nobody queues"
    length = f"{_people(summary['longest_queue_people'])} people, {_number(summary['longest_queue_km'])} km"
    return f"{length}, on {_time(summary['longest_queue_time'])}"


def _waits(summary: pd.Series) -> str:
    names = ("median_wait_checkpoint_hours", "p90_wait_checkpoint_hours", "longest_wait_checkpoint_hours")
    if any(_blank(summary[name]) for name in names):
        return "nobody comes to it"
    median, p90, longest = (_hours(summary[name]) for name in names)
    return f"half wait {median} or more, 1 in 10 {p90} or more; the longest is {longest}"


def _housed(summary: pd.Series) -> str:
    if _blank(summary["peak_in_state_accommodation_time"]):
        return "nobody"
    return f"{_people(summary['peak_in_state_accommodation'])} on {_time(summary['peak_in_state_accommodation_time'])}"


def _first_full(summary: pd.Series) -> str:
    if _blank(summary["first_place_full"]):
        return "none"
    return f"{summary['first_place_full']}, {_time(summary['first_place_full_time'])}; {summary['places_full']:.0f} fill in all"


def _without_shelter(summary: pd.Series) -> str:
    if not summary["peak_unsheltered"] > 0.5:
        return "nobody"
    nights = _people(summary["person_nights_unsheltered"])
    return f"{_people(summary['peak_unsheltered'])} on {_time(summary['peak_unsheltered_time'])}; {nights} person-nights in all"


def _cost(summary: pd.Series) -> str:
    cost = f"{summary['cost_usd'] / 1e6:,.1f} million USD"
    gap = summary["funding_gap_usd"]
    return cost if _blank(gap) else f"{cost}, {gap / 1e6:,.1f} million not funded"


def _blank(value: Any) -> bool:
    return value is None or value == "" or bool(pd.isna(value))


def _people(value: float) -> str:
    return f"{value:,.0f}"


def _number(value: float) -> str:
    return f"{value:,.1f}"


def _hours(value: float) -> str:
    return "beyond the end of the projection" if value == float("inf") else f"{value:.0f} hours" if value >= 9.5 else f"{value:.1f} hours"


def _time(value: datetime | None) -> str:
    return "-" if value is None or pd.isna(value) else f"{value:%a} {value.day} {value:%b %Y, %H:%M}"


def _day(value: Any) -> str:
    moment = pd.Timestamp(value)
    return f"{moment:%a} {moment.day} {moment:%b %Y}"
