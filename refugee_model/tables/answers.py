"""What a minister would ask, answered in words."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from refugee_model.engine.observers import WITHOUT_ROOF
from refugee_model.outcomes.register import label
from refugee_model.tables.provenance import SHORTFALLS, names_in, one_future_in
from refugee_model.wording import SOME, hours, moment, money, renamed, say, tenths, weekday, whole


def answers_text(summary: pd.Series, title: str) -> str:
    """The answers as a text of its own, a line each."""
    names = names_in(summary.attrs)
    lines = [renamed(f"{question} {answer}", names) for question, answer in answers(summary)]
    one_future = [f"{one_future_in(summary.attrs)}."] if "one_future" in summary.attrs else []
    origin = say("run {run}, refugee_model {version}", run=summary["run_id"], version=summary["version"])
    return "\n".join([title, "", *lines, "", *one_future, origin, ""])


def answers(summary: pd.Series) -> list[tuple[str, str]]:
    """Questions and answers in plain words, in the order in which people ask."""
    s = summary
    return [
        (say("How many cross?"), _crossed(s)),
        (say("Nights without a roof?"), _without_roof(s)),
        (say("Nights held back at home?"), _held_back(s)),
        (say("Busiest day?"), _busiest_day(s)),
        (say("Longest queue at the checkpoint?"), _longest_queue(s)),
        (say("How long do people wait there?"), _waits(s)),
        (say("Last arrivals?"), say("nobody arrives") if _blank(s["last_arrival"]) else _time(s["last_arrival"])),
        (say("Most people not yet registered?"), _unregistered(s)),
        (say("Most people waiting to register?"), _waiting_to_register(s)),
        (say("Which place fills first?"), _first_full(s)),
        (say("Most people in state accommodation?"), _housed(s)),
        (say("Most people without shelter?"), _without_shelter(s)),
        (say("What is short?"), _short(s)),
        (say("What does it cost?"), _cost(s)),
        (say("Do the people add up?"), _balance(s)),
    ]


def _crossed(summary: pd.Series) -> str:
    total, crossed, held = summary["people_total"], summary["crossed"], summary["held_back"]
    if not total > SOME:
        return say("nobody: there are no people")
    first = say("{crossed} of {total}", crossed=whole(crossed) if crossed > SOME else say("nobody"), total=whole(total))
    further = {
        "{people} are held back at the end (no vehicle, fuel or seat, or no room on the road)": held,
        "{people} are on the road or held at the checkpoint at the end": summary["on_road_at_end"],
        "at most {people} are held back at home at one time": summary["peak_held_back"],
        "beside them {people} residents flee inside the country": summary["displaced_inside"],
    }
    said = [say(template, people=whole(people)) for template, people in further.items() if people > SOME]
    return "; ".join([first, say("{people} stay at home", people=whole(summary["still_at_home"])), *said])


def _without_roof(summary: pd.Series) -> str:
    total = summary["person_nights_without_roof"]
    if not total > SOME:
        return say("none")
    parts = {name: summary[f"person_nights_{name}"] for name in WITHOUT_ROOF}
    return say(
        "{total} person-nights: {parts}; most on the night of {day}: {most} people",
        total=whole(total),
        parts=", ".join(f"{whole(nights)} {label(name)}" for name, nights in parts.items() if nights > SOME),
        day=weekday(summary["peak_without_roof_time"]),
        most=whole(summary["peak_without_roof"]),
    )


def _held_back(summary: pd.Series) -> str:
    """What must be read beside the headline: who is kept at home sleeps under a roof, and is not safe."""
    held = summary["person_nights_held_back"]
    if not held > SOME:
        return say("none")
    template = "{held} person-nights of people who want to leave and cannot; {both} with those without a roof"
    return say(template, held=whole(held), both=whole(held + summary["person_nights_without_roof"]))


def _busiest_day(summary: pd.Series) -> str:
    date = summary["peak_daily_arrivals_date"]
    if _blank(date):
        return say("nobody arrives")
    return say(
        "{people} arrive on {day}", people=whole(summary["peak_daily_arrivals"]), day=weekday(pd.Timestamp(date))
    )


def _longest_queue(summary: pd.Series) -> str:
    added, time = summary["chance_adds_at_checkpoint"], summary["longest_queue_time"]
    more = "" if _blank(added) else say("; chance may add about {people} people to this queue", people=whole(added))
    if _blank(time):
        return say("nobody queues") + more
    people, vehicles, km = (summary[f"longest_queue_{name}"] for name in ("people", "vehicles", "km"))
    template = "{people} people in {vehicles} vehicles on {km} km, {time}{more}"
    said = say(template, people=whole(people), vehicles=whole(vehicles), km=tenths(km), time=_time(time), more=more)
    worst = summary["worst_route"]
    return said if _blank(worst) else say("{said}; on the route with most people, {route}", said=said, route=worst)


def _waits(summary: pd.Series) -> str:
    median, p90, longest = (summary[f"{name}_wait_checkpoint_hours"] for name in ("median", "p90", "longest"))
    if any(map(_blank, (median, p90, longest))):
        return say("nobody comes to it")
    if longest < 1.0:
        return say("nobody waits an hour")
    if median == math.inf:
        return say("half still wait at the end")
    half = say("half wait {hours} or more" if median >= 1.0 else "half wait {hours}", hours=hours(median))
    said = f"{half}, {_one_in_ten(p90)}" if p90 >= 1.0 else _one_in_ten(p90)
    return said if p90 == math.inf else say("{said}; the longest is {hours}", said=said, hours=hours(longest))


def _unregistered(summary: pd.Series) -> str:
    if not summary["peak_unregistered"] > SOME:
        return say("nobody")
    unregistered, waiting = whole(summary["peak_unregistered"]), summary["peak_awaiting_registration"]
    if not waiting > SOME:
        return say("{unregistered}; nobody waits at a reception point", unregistered=unregistered)
    template = "{unregistered}; at most {waiting} wait at a reception point"
    return say(template, unregistered=unregistered, waiting=whole(waiting))


def _waiting_to_register(summary: pd.Series) -> str:
    added, most = summary["chance_adds_at_reception"], summary["peak_awaiting_registration"]
    more = "" if _blank(added) else "; " + say("chance may add {added}", added=added)
    if not most > SOME:
        return say("nobody") + more
    place = summary["longest_wait_registration_place"]
    p90, longest = (summary[f"{name}_wait_registration_hours"] for name in ("p90", "longest"))
    if _blank(place) or _blank(p90) or longest < 1.0:
        return f"{whole(most)}; {say('nobody waits an hour')}{more}"
    return f"{whole(most)}; {_one_in_ten(p90)} {say('at {place}', place=place)}{more}"


def _housed(summary: pd.Series) -> str:
    time = summary["peak_in_state_accommodation_time"]
    most = whole(summary["peak_in_state_accommodation"])
    return say("nobody") if _blank(time) else say("{people} on {time}", people=most, time=_time(time))


def _first_full(summary: pd.Series) -> str:
    if _blank(summary["first_place_full"]):
        return say("none")
    when = _time(
        pd.Timestamp(summary["first_place_full_time"]).round("h")
    )  # read between steps: not known to the minute
    count = f"{summary['places_full']:.0f}"
    return say("{place}, {when}; {count} fill in all", place=summary["first_place_full"], when=when, count=count)


def _without_shelter(summary: pd.Series) -> str:
    some = summary["peak_unsheltered"] > SOME
    if not some:
        return say("no registered people with neither bed nor transit place")
    people, time = whole(summary["peak_unsheltered"]), _time(summary["peak_unsheltered_time"])
    return say("{people} registered people with neither bed nor transit place, on {time}", people=people, time=time)


def _short(summary: pd.Series) -> str:
    found = summary.attrs.get(SHORTFALLS)
    return str(summary["largest_shortfalls"]) if found is None else str(found.in_words())


def _cost(summary: pd.Series) -> str:
    cost, gap = f"{money(summary['cost_usd'])} USD", summary["funding_gap_usd"]
    return cost if _blank(gap) else say("{cost}, {gap} not funded", cost=cost, gap=money(gap))


def _one_in_ten(value: float) -> str:
    """How long the tenth with the longest waits wait, at least."""
    if value == math.inf:
        return say("1 in 10 still wait at the end")
    return (
        say("1 in 10 wait {hours} or more", hours=hours(value))
        if value >= 1.0
        else say("9 in 10 wait less than an hour")
    )


def _time(value: Any) -> str:
    return say("never") if _blank(value) else moment(value)


def _blank(value: Any) -> bool:
    return value is None or value == "" or bool(pd.isna(value))


def _balance(summary: pd.Series) -> str:
    difference, total = summary["people_balance_residual"], summary["people_total"]
    return say("largest difference {people} people", people=f"{difference:.1g}") + (
        ", " + say("{share} of all", share=f"{difference / total:.0e}") if difference > 0 and total > 0 else ""
    )
