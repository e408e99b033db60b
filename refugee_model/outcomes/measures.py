"""The register of headline measures: each once, with its name, unit, meaning and how it is read off a result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.observers import dust
from refugee_model.engine.result import STEPS, Result
from refugee_model.engine.waiting import SOMEBODY
from refugee_model.errors import Problem, RequestError
from refugee_model.outcomes.calendar import Days
from refugee_model.outcomes.groups import bed_nights, days_of
from refugee_model.outcomes.needs import GAP, TOTAL, costs, largest_shortfalls
from refugee_model.outcomes.occupancy import Nights, person_nights
from refugee_model.outcomes.queues import chance_measures, queue_km, waits_at_registration

FIRST_FULL = "first_full."
"""Prefix of the measure of each province: when it is first full."""
TIME, TEXT, DATE = "time", "text", "date"
LESS, MORE, NEITHER = "less", "more", ""
"""Which way is better; a time that is later is more."""


class Reading:
    """A result while measures are read off it: what several of them need is worked out once."""

    def __init__(self, result: Result) -> None:
        self.result = result

    @cached_property
    def nights(self) -> Nights:
        """What all nights come to."""
        return person_nights(self.result)

    @cached_property
    def costs(self) -> tuple[dict[str, Floats], Floats]:
        """Cost of each category, and of what is lacking."""
        return costs(self.result)

    @cached_property
    def days(self) -> Days:
        """The calendar dates."""
        return days_of(self.result)

    @cached_property
    def daily(self) -> Floats:
        """People who cross on each date, array (date, draw)."""
        return np.diff(self.result.crossed, axis=0)

    @cached_property
    def registration(self) -> dict[str, Any]:
        """Waits at the worst reception point of a lone run, and which it is."""
        return waits_at_registration(self.result)

    @cached_property
    def chance(self) -> dict[str, Any]:
        """What chance may add to the queues of a lone run."""
        return chance_measures(self.result)

    def over(self, kind: str) -> Floats:
        """People in all places of a kind, array (time, draw), of a run: of many draws not all times are kept."""
        if self.result.keep.when != STEPS:
            found = f"reads people ({kind}) at all times, which are not kept of many draws; declare it with lone=True"
            raise RequestError("this measure cannot be read", [Problem("", found)])
        return np.asarray(self.result.people(kind).sum(axis=1))

    def at_end(self, kind: str) -> Floats:
        """People in all places of a kind at the end, array (draw,)."""
        return np.asarray(self.result.people(kind).sum(axis=1)[-1])


Read = Callable[[Reading], Any]


@dataclass(frozen=True)
class Measure:
    """One headline measure."""

    name: str
    """Name in ``summary``, in measures of an ensemble and in files."""
    unit: str
    """Its unit; ``time``, ``date`` or ``text``."""
    meaning: str
    """What it is, in one line."""
    read: Read
    """Gives array (draw,); times are hours after the start, NaN or infinite where it never happens."""
    lone: bool = False
    """Whether it is told of a lone run only: it needs more than is kept of each of many draws, or is a text."""
    better: str = NEITHER
    """``less`` or ``more``, other things equal; empty where neither is: how many come and when is no success of a plan,
    and more nights in state accommodation cost more and are nights under a roof.
    """
    label: str = ""
    """What charts and the shell call it; empty where its name alone is plain."""


def _part(name: str) -> Read:
    return lambda read: read.nights.person_nights[name]


def _highest(name: str) -> Read:
    return lambda read: read.result.extremes[name]


def _longest_queue(name: str) -> Read:
    return lambda read: read.result.longest_queue(name)


def _worst_route(read: Reading) -> str | None:
    result = read.result
    if result.sizes.routes == 1 or not result.longest_queue("most_queue_people")[0] >= SOMEBODY:
        return None
    return list(result.scenario.timing.roads)[int(result.worst_route[0])]


def _waits(which: int) -> Read:
    return lambda read: read.result.waits[which]


def _registration(name: str) -> Read:
    return lambda read: read.registration[name]


def _peak(kind: str, *others: str) -> Read:
    return lambda read: sum((read.over(other) for other in others), read.over(kind)).max(axis=0)


def _most_unregistered(read: Reading) -> Floats:
    """At bounds, and within steps at least those at reception points, where a queue may come and go in a step."""
    at_bounds = _peak("awaiting_registration", "unregistered_hosted")(read)
    return np.maximum(at_bounds, read.result.extremes["most_registration"])


def _peak_date(read: Reading) -> Any:
    most = int(np.argmax(read.daily[:, 0]))
    return read.days.dates[most].date() if read.daily[most, 0] > dust(read.result.scenario.people.total) else None


def _queue_length(read: Reading) -> Floats:
    result = read.result
    worst = (slice(None), result.worst_route, np.arange(result.draws))
    people = result.queue_people[worst]
    longest = np.argmax(people, axis=0)[None]
    length = np.take_along_axis(queue_km(result)[worst], longest, axis=0)[0]
    return np.where(np.take_along_axis(people, longest, axis=0)[0] >= SOMEBODY, length, 0.0)


def _first_place(read: Reading) -> str | None:
    full = read.result.first_full[:, 0]
    return read.result.places_of("sheltered")[int(np.argmin(full))].name if np.isfinite(full).any() else None


# fmt: off
_ALL = (
    Measure("person_nights_without_roof", "person-nights",
        "The headline: nights without a roof by heads at 02:00, sum of the three that follow; read "
        "person_nights_held_back beside it", _part("without_roof"), better=LESS, label="Person-nights without a roof"),
    Measure("person_nights_on_road", "person-nights",
        "Nights that people spend on the corridor, moving or queueing", _part("on_road"), better=LESS),
    Measure("person_nights_at_reception", "person-nights",
        "Nights that people spend at a reception point beyond its covered places", _part("at_reception"), better=LESS),
    Measure("person_nights_unsheltered", "person-nights",
        "Nights that people wait for a bed beyond the transit places", _part("unsheltered"), better=LESS,
        label="Person-nights waiting for a bed"),
    Measure("person_nights_held_back", "person-nights",
        "Nights that people who want to leave are held back at home; no part of the headline",
        _part("held_back"), better=LESS, label="Person-nights held back at home"),
    Measure("peak_without_roof", "people",
        "Most people without a roof on one night", lambda read: read.nights.peak, better=LESS),
    Measure("peak_without_roof_time", TIME, "02:00 of that night", lambda read: read.nights.peak_night),
    Measure("people_total", "people",
        "People in the area of origin and, when starting in the middle, everyone who has left it",
        lambda read: np.asarray([read.result.scenario.people.total]), lone=True),
    Measure("crossed", "people",
        "People who cross; as a measure, all who have crossed by the end", lambda read: read.result.crossed[-1],
        label="People who cross"),
    Measure("displaced_inside", "people",
        "Residents of the receiving country who have fled a province that is lost and come to a place of reception",
        lambda read: read.result.displaced_inside),
    Measure("on_road_at_end", "people",
        "People on the road or held at a checkpoint at the end",
        lambda read: read.at_end("on_road") + read.at_end("detained"), lone=True),
    Measure("still_at_home", "people", "People at home at the end", lambda read: read.at_end("at_home"), lone=True),
    Measure("held_back", "people",
        "People who have decided to leave and are held back at the end",
        lambda read: read.at_end("leaving"), lone=True, better=LESS,
        label="People held back at home, who want to leave"),
    Measure("peak_held_back", "people",
        "Most people who have decided to leave and are held back at one time",
        _peak("leaving"), lone=True, better=LESS),
    Measure("left_country", "people",
        "People who have crossed and moved on to another country",
        lambda read: read.at_end("left_country"), lone=True),
    Measure("peak_daily_arrivals", "people",
        "Most people who cross on one calendar date; partial dates are not scaled up",
        lambda read: read.daily.max(axis=0), label="Arrivals on the busiest day"),
    Measure("peak_daily_arrivals_date", DATE, "That date", _peak_date, lone=True),
    Measure("last_arrival", TIME,
        "When 99.9 % of all who cross within the projection have crossed", _highest("last_arrival"),
        label="Last arrivals"),
    Measure("worst_route", TEXT,
        "Route with most people in its queue, which the measures of the checkpoint mean; blank where there is one "
        "route, or nobody queues", _worst_route, lone=True),
    Measure("longest_queue_people", "people",
        "Most people in the queue at the checkpoint", _longest_queue("most_queue_people"), better=LESS,
        label="People in the longest queue"),
    Measure("longest_queue_vehicles", "vehicles",
        "Vehicles in that queue, when it holds most people", _longest_queue("most_queue_vehicles"), better=LESS),
    Measure("longest_queue_km", "km",
        "Length of that queue, when it holds most people", _queue_length, lone=True, better=LESS),
    Measure("longest_queue_time", TIME, "When it holds most people", _longest_queue("most_queue_time"), lone=True),
    Measure("median_wait_checkpoint_hours", "h",
        "Half of the people in the queue at the checkpoint wait no longer", _waits(0), better=LESS,
        label="Hours that half of the people wait at the checkpoint, or more"),
    Measure("p90_wait_checkpoint_hours", "h",
        "Nine in ten people in the queue at the checkpoint wait no longer", _waits(1), better=LESS),
    Measure("longest_wait_checkpoint_hours", "h",
        "Longest wait at the checkpoint; infinite if people still wait at the end", _waits(2), better=LESS),
    Measure("median_wait_registration_hours", "h",
        "Half of the people at the worst reception point wait no longer",
        _registration("median"), lone=True, better=LESS),
    Measure("p90_wait_registration_hours", "h",
        "Nine in ten people at the worst reception point wait no longer; it is the worst by this",
        _registration("p90"), lone=True, better=LESS),
    Measure("longest_wait_registration_hours", "h",
        "Longest wait at the worst reception point; infinite if people still wait at the end",
        _registration("longest"), lone=True, better=LESS),
    Measure("longest_wait_registration_place", TEXT, "That reception point", _registration("place"), lone=True),
    Measure("chance_adds_at_checkpoint", "people",
        "People whom chance may add to the longest queue at the checkpoint; blank where few",
        lambda read: read.chance["checkpoint"], lone=True),
    Measure("chance_adds_at_reception", TEXT,
        "The same for each reception point where they matter, in words",
        lambda read: read.chance["reception"], lone=True),
    Measure("registered", "people",
        "People who register at a reception point; in tables, all who have registered anywhere up to a time",
        lambda read: read.result.cumulative_registered[-1], lone=True, label="registered"),
    Measure("peak_awaiting_registration", "people",
        "Most people waiting at all reception points together", _highest("most_registration"), better=LESS,
        label="Most people waiting to register"),
    Measure("peak_unregistered", "people",
        "Most people who have crossed and are not registered: at reception points, or with relatives",
        _most_unregistered, lone=True),
    Measure("peak_in_state_accommodation", "people", "Most people in state accommodation", _highest("most_sheltered"),
        label="Most people in state accommodation"),
    Measure("peak_in_state_accommodation_time", TIME, "When they are", _highest("most_sheltered_time"), lone=True),
    Measure("first_place_full", TEXT,
        "Province whose state accommodation is full first: nobody more can be assigned to it", _first_place, lone=True),
    Measure("first_place_full_time", TIME, "When it is", lambda read: read.result.first_full.min(axis=0), better=MORE,
        label="First place is full"),
    Measure("places_full", "provinces",
        "Provinces whose state accommodation is full at any time",
        lambda read: np.isfinite(read.result.first_full).sum(axis=0).astype(np.float64), better=LESS,
        label="Places that fill up"),
    Measure("peak_unsheltered", "people",
        "Most registered people with neither a bed nor a transit place", _highest("most_unsheltered"), better=LESS,
        label="Most registered people with neither bed nor transit place"),
    Measure("peak_unsheltered_time", TIME, "When they do", _highest("most_unsheltered_time")),
    Measure("unsheltered_at_end", "people",
        "People beyond the transit places at the end",
        lambda read: read.result.unsheltered[-1], lone=True, better=LESS),
    Measure("person_nights_in_state_accommodation", "person-nights",
        "People in state accommodation, summed over time in spans of 24 hours", lambda read: bed_nights(read.result)),
    Measure("bed_nights_usd", "USD",
        "Cost of the nights in state accommodation",
        lambda read: bed_nights(read.result) * read.result.values["aid.bed_night_usd"],
        label="USD for nights in state accommodation"),
    Measure("first_full", TIME,
        "First time at which nobody more can be assigned to the place: less than half a place is free",
        lambda read: read.result.first_full, better=MORE),
    Measure("largest_shortfalls", TEXT,
        "The three items with the largest share of the need unmet, with amounts",
        lambda read: largest_shortfalls(read.result), lone=True),
    Measure("cost_usd", "USD",
        "Cost of all that is needed; nothing for people who left the country before their goods came",
        lambda read: read.costs[0][TOTAL], better=LESS, label="USD for all that is needed"),
    Measure("funding_gap_usd", "USD",
        "Cost less funds at hand, at least 0; blank where funds are unknown",
        lambda read: read.costs[0][GAP], better=LESS),
    Measure("unmet_need_usd", "USD",
        "Cost of what is lacking of items whose deliveries are known: daily in all, durable at the end, facilities "
        "on the worst date", lambda read: read.costs[1], better=LESS, label="USD for what is lacking"),
    Measure("people_balance_residual", "people",
        "Largest change of the sum over all places; 0 but for rounding",
        lambda read: np.asarray([read.result.residual]), lone=True),
)
# fmt: on
MEASURES = {measure.name: measure for measure in _ALL}
"""All measures by name, in the order of the summary; ``first_full`` stands for one of each province, named
``first_full.PROVINCE``."""
DRAWN = tuple(name for name, measure in MEASURES.items() if not measure.lone)
"""Those of each draw of an ensemble."""


def measures(result: Result) -> dict[str, Floats]:
    """Headline measures of each draw, arrays (draw,) by name; sums run from first to last, however many draws."""
    reading, found = Reading(result), dict[str, Floats]()
    for name in DRAWN:
        values = MEASURES[name].read(reading)
        if name == FIRST_FULL.rstrip("."):
            found |= {
                f"{FIRST_FULL}{place}": values[number] for number, place in enumerate(result.scenario.aid.provinces)
            }
        else:
            found[name] = values
    return found


def lone_measures(result: Result, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Measures of the first draw, by name: numbers, times as hours after the start, dates, texts, None, and what is
    short as it can be said in any language.
    """
    reading, found = Reading(result), {}
    for name in MEASURES if names is None else names:
        if name != FIRST_FULL.rstrip("."):
            value = MEASURES[name].read(reading)
            found[name] = float(value[0]) if isinstance(value, np.ndarray) else value
    return found


def measure_of(name: str) -> Measure:
    """The register's entry of a measure, those of a province included."""
    return MEASURES[FIRST_FULL.rstrip(".") if name.startswith(FIRST_FULL) else name]


def is_moment(name: str) -> bool:
    """Whether a measure is a time."""
    return name.startswith(FIRST_FULL) or (name in MEASURES and MEASURES[name].unit == TIME)


EARLIER = {
    "last_arrival_hours": "last_arrival",
    "first_place_full_hours": "first_place_full_time",
    "peak_unsheltered_hours": "peak_unsheltered_time",
}
"""Measures of an earlier version, when times were hours after the start, and what they are called now."""
EARLIER_FULL = "first_full_hours."


def name_now(name: str) -> str:
    """What a measure is called now, of one that an earlier version called otherwise."""
    return (
        f"{FIRST_FULL}{name.removeprefix(EARLIER_FULL)}" if name.startswith(EARLIER_FULL) else EARLIER.get(name, name)
    )
