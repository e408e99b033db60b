"""What a minister would ask, answered on the shell."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from refugee_model.views.console import PlainConsole
from refugee_model.wording import SOME, moment, whole


def print_summary(summary: pd.Series, title: str, folder: Path, *, console: PlainConsole | None = None) -> None:
    """Print the headline measures of one run as questions and answers.

    Parameters
    ----------
    summary : Series
        Headline measures, see :func:`refugee_model.summary`.
    title : str
        Title of the scenario.
    folder : Path
        Where the results were written.
    console : PlainConsole, optional
        Where to print; standard output unless given.
    """
    console = console or PlainConsole(soft_wrap=False)
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for question, answer in answers(summary):
        table.add_row(question, answer)
    console.print_table(table)
    if "one_future" in summary.attrs:
        console.print(
            f"\n{summary.attrs['one_future']}. With --draws 1000 the range of each measure is shown.", highlight=False, soft_wrap=True
        )
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
        ("How many cross?", _crossed(s)),
        ("Nights without a roof?", _without_roof(s)),
        ("Nights held back at home?", _held_back(s)),
        ("Busiest day?", _busiest_day(s)),
        ("Longest queue at the checkpoint?", _longest_queue(s)),
        ("How long do people wait there?", _waits(s)),
        ("Last arrivals?", "nobody arrives" if _blank(s["last_arrival"]) else _time(s["last_arrival"])),
        ("Most people not yet registered?", _unregistered(s)),
        ("Most people waiting to register?", _waiting_to_register(s)),
        ("Which place fills first?", _first_full(s)),
        ("Most people in state accommodation?", _housed(s)),
        ("Most people without shelter?", _without_shelter(s)),
        ("What is short?", str(s["largest_shortfalls"])),
        ("What does it cost?", _cost(s)),
        ("Do the people add up?", _balance(s)),
    ]


def _balance(summary: pd.Series) -> str:
    difference, total = summary["people_balance_residual"], summary["people_total"]
    return f"largest difference {difference:.1g} people" + (f", {difference / total:.0e} of all" if difference > 0 and total > 0 else "")


def _crossed(summary: pd.Series) -> str:
    if not summary["people_total"] > SOME:
        return "nobody: there are no people"
    crossed, held, most = summary["crossed"], summary["held_back"], summary["peak_held_back"]
    others = summary["people_total"] - crossed - summary["still_at_home"] - held
    said = [f"{_people(crossed) if crossed > SOME else 'nobody'} of {_people(summary['people_total'])}"]
    said += [f"{_people(summary['still_at_home'])} stay at home"]
    said += [f"{_people(held)} are held back at the end (no vehicle, fuel or seat, or no room on the road)"] if held > SOME else []
    said += [f"{_people(others)} are on the road or held at the checkpoint at the end"] if others > SOME else []
    said += [f"at most {_people(most)} are held back at home at one time"] if most > SOME else []
    return "; ".join(said)


def _without_roof(summary: pd.Series) -> str:
    total = summary["person_nights_without_roof"]
    if not total > SOME:
        return "none"
    parts = (("on_road", "on the road"), ("at_reception", "at reception points"), ("unsheltered", "waiting for a bed"))
    found = ((summary[f"person_nights_{name}"], words) for name, words in parts)
    said = ", ".join(f"{_people(nights)} {words}" for nights, words in found if nights > SOME)
    most = f"most on the night of {_day(summary['peak_without_roof_time'])}: {_people(summary['peak_without_roof'])} people"
    return f"{_people(total)} person-nights: {said}; {most}"


def _held_back(summary: pd.Series) -> str:
    """What must be read beside the headline: who is kept at home sleeps under a roof, and is not safe."""
    held = summary["person_nights_held_back"]
    if not held > SOME:
        return "none"
    both = held + summary["person_nights_without_roof"]
    return f"{_people(held)} person-nights of people who want to leave and cannot; {_people(both)} with those without a roof"


def _busiest_day(summary: pd.Series) -> str:
    if _blank(summary["peak_daily_arrivals_date"]):
        return "nobody arrives"
    return f"{_people(summary['peak_daily_arrivals'])} arrive on {_day(summary['peak_daily_arrivals_date'])}"


def _longest_queue(summary: pd.Series) -> str:
    added = summary["chance_adds_at_checkpoint"]
    more = "" if _blank(added) else f"; chance may add about {_people(added)} people to this queue"
    if _blank(summary["longest_queue_time"]):
        return f"nobody queues{more}"
    people, vehicles, km = (summary[f"longest_queue_{name}"] for name in ("people", "vehicles", "km"))
    return f"{_people(people)} people in {_people(vehicles)} vehicles on {_number(km)} km, {_time(summary['longest_queue_time'])}{more}"


def _waits(summary: pd.Series) -> str:
    names = ("median_wait_checkpoint_hours", "p90_wait_checkpoint_hours", "longest_wait_checkpoint_hours")
    if any(_blank(summary[name]) for name in names):
        return "nobody comes to it"
    median, p90, longest = (summary[name] for name in names)
    if longest < 1.0:
        return "nobody waits an hour"
    half = "half still wait at the end" if median == math.inf else f"half wait {_hours(median)}" + (" or more" if median >= 1.0 else "")
    if p90 < 1.0:
        return f"9 in 10 wait less than an hour; the longest is {_longest(longest)}"
    if math.inf in (median, p90):
        return half if median == math.inf else f"{half}, {_one_in_ten(p90)}"
    return f"{half}, {_one_in_ten(p90)}; the longest is {_longest(longest)}"


def _unregistered(summary: pd.Series) -> str:
    if not summary["peak_unregistered"] > SOME:
        return "nobody"
    return f"{_people(summary['peak_unregistered'])}; at most {_people(summary['peak_awaiting_registration'])} wait at a reception point"


def _waiting_to_register(summary: pd.Series) -> str:
    added = summary["chance_adds_at_reception"]
    more = "" if _blank(added) else f"; chance may add {added}"
    if not summary["peak_awaiting_registration"] > SOME:
        return f"nobody{more}"
    most, place = _people(summary["peak_awaiting_registration"]), summary["longest_wait_registration_place"]
    p90, longest = summary["p90_wait_registration_hours"], summary["longest_wait_registration_hours"]
    if _blank(place) or _blank(p90) or longest < 1.0:
        return f"{most}; nobody waits an hour{more}"
    return f"{most}; {_one_in_ten(p90)} at {place}{more}"


def _housed(summary: pd.Series) -> str:
    if _blank(summary["peak_in_state_accommodation_time"]):
        return "nobody"
    return f"{_people(summary['peak_in_state_accommodation'])} on {_time(summary['peak_in_state_accommodation_time'])}"


def _first_full(summary: pd.Series) -> str:
    if _blank(summary["first_place_full"]):
        return "none"
    when = _time(pd.Timestamp(summary["first_place_full_time"]).round("h"))  # read between steps: not known to the minute
    return f"{summary['first_place_full']}, {when}; {summary['places_full']:.0f} fill in all"


def _without_shelter(summary: pd.Series) -> str:
    if not summary["peak_unsheltered"] > SOME:
        return "no registered people with neither bed nor transit place"
    most = f"{_people(summary['peak_unsheltered'])} registered people with neither bed nor transit place"
    return f"{most}, on {_time(summary['peak_unsheltered_time'])}"


def _cost(summary: pd.Series) -> str:
    cost, gap = f"{_money(summary['cost_usd'])} USD", summary["funding_gap_usd"]
    return cost if _blank(gap) else f"{cost}, {_money(gap)} not funded"


def _money(usd: float) -> str:
    """An amount at its own size: whole USD, from a million on millions."""
    return f"{usd / 1e6:,.1f} million" if round(usd) >= 1_000_000 else f"{usd:,.0f}"


def _blank(value: Any) -> bool:
    return value is None or value == "" or bool(pd.isna(value))


def _people(value: float) -> str:
    return whole(value)


def _number(value: float) -> str:
    return f"{value:,.1f}"


def _hours(value: float) -> str:
    if value < 1.0:
        return "less than an hour"
    said = f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")
    return f"{said} hour{'' if said == '1' else 's'}"


def _longest(value: float) -> str:
    return "beyond the end of the projection" if value == math.inf else _hours(value)


def _one_in_ten(value: float) -> str:
    """How long the tenth with the longest waits wait, at least."""
    if value == math.inf:
        return "1 in 10 still wait at the end"
    return f"1 in 10 wait {_hours(value)} or more" if value >= 1.0 else "9 in 10 wait less than an hour"


def _time(value: datetime | None) -> str:
    return "never" if value is None or pd.isna(value) else moment(value)


def _day(value: Any) -> str:
    moment = pd.Timestamp(value)
    return f"{moment:%a} {moment.day} {moment:%b %Y}"
