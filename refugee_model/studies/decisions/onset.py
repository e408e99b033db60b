"""When an event begins in each draw, and what is reported by then: what a warning can be made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from refugee_model.arrays import Flags, Floats
from refugee_model.engine.observers import GROUPS, WITHOUT_ROOF
from refugee_model.engine.result import DAYS, Keep, Result
from refugee_model.errors import Problem, RequestError
from refugee_model.outcomes.measures import FIRST_FULL
from refugee_model.outcomes.occupancy import night_outcome, occupancy
from refugee_model.outcomes.reported import reported_at
from refugee_model.scenario.network import STATE_ACCOMMODATION
from refugee_model.scenario.reports import REPORTED
from refugee_model.studies.decisions.events import RISING, Comparison, Event, begins, comparisons_of
from refugee_model.studies.forecast.observations import ERRORS, LATEST, OF_A_PLACE, Observations

NIGHTS = ("peak_without_roof", *(f"person_nights_{name}" for name in ("without_roof", *WITHOUT_ROOF, "held_back")))
PEAKS = {"peak_unsheltered": "unsheltered", "peak_in_state_accommodation": "sheltered"}
TIMES = ("first_place_full_time",)
FORETOLD = ("peak_unsheltered", "peak_in_state_accommodation", *NIGHTS, "crossed", "places_full", *TIMES)
"""Measures of which it is known when they pass a number; ``first_full.PLACE`` besides."""
CHANGES = (0, 1, 2)
"""Days over which a change is a signal; 0 is the level itself."""
OCCUPANCY = "occupancy"
"""Name of the signal that is the share of beds in use."""


@dataclass(frozen=True)
class Signal:
    """Something reported, or its change: name, place (empty for all), days of change, and values (day, draw)."""

    name: str
    place: str
    change_days: int
    values: Floats


def onset(result: Result, event: Event) -> Floats:
    """When an event begins in each draw, array (draw,) [h]; infinite where it never does. What is known by day begins
    when the day does: a warning then has at least the time that is said.
    """
    problems = [problem for comparison in comparisons_of(event) for problem in _find_unforeseen(comparison)]
    if problems:
        raise RequestError("this event cannot be foretold", problems)
    return begins(event, lambda comparison: _first(result, comparison))


def _find_unforeseen(comparison: Comparison) -> Iterator[Problem]:
    name, sign = comparison.measure, comparison.sign
    if name in TIMES or name.startswith(FIRST_FULL):
        if sign in RISING:
            yield Problem("event", f"'{comparison}' is known only at the end; write '{name}' or '{name} < HOURS'")
    elif name not in FORETOLD:
        known = ", ".join(FORETOLD)
        yield Problem(
            "event", f"nothing says when '{name}' passes a number; expected one of {known}, {FIRST_FULL}PLACE"
        )
    elif sign not in RISING:
        yield Problem("event", f"'{comparison}' is known only at the end; write > or >=")


def _first(result: Result, comparison: Comparison) -> Floats:
    """When one comparison begins to hold, array (draw,) [h]."""
    name = comparison.measure
    if name in TIMES or name.startswith(FIRST_FULL):
        full = result.first_full
        place = name.removeprefix(FIRST_FULL)
        hours = full.min(axis=0) if name in TIMES else full[list(result.scenario.aid.provinces).index(place)]
        before = hours < comparison.number if comparison.sign == "<" else hours <= comparison.number
        return np.where(before | (not comparison.sign), hours, np.inf)
    if name == "places_full":
        wanted = int(np.floor(comparison.number)) + 1 if comparison.sign == ">" else int(np.ceil(comparison.number))
        if wanted > len(result.first_full):
            return np.full(result.draws, np.inf)
        return np.asarray(np.sort(result.first_full, axis=0)[wanted - 1]) if wanted > 0 else np.zeros(result.draws)
    hours, values = _so_far(result, name)
    passed = values > comparison.number if comparison.sign == ">" else values >= comparison.number
    return np.where(passed.any(axis=0), hours[np.argmax(passed, axis=0)] if len(hours) else np.inf, np.inf)


def _so_far(result: Result, name: str) -> tuple[Floats, Floats]:
    """A measure as it would be if the projection ended: since when (time,) [h], and what, array (time, draw)."""
    if name in NIGHTS:
        by_night = night_outcome(result).amounts[name.removeprefix("peak_").removeprefix("person_nights_")]
        added = np.maximum.accumulate if name.startswith("peak_") else np.cumsum
        return np.asarray(result.scenario.timeline.nights), np.asarray(added(by_night, axis=0))
    begins_at = result.bounds[result.edges[:-1]]
    if name == "crossed":
        return begins_at, result.crossed[1:]
    return begins_at, np.maximum.accumulate(result.days[:, len(GROUPS) + GROUPS.index(PEAKS[name])], axis=0)


def signals_of(result: Result, *, errors: bool, seed: int) -> list[Signal]:
    """All that is reported at the ends of days, as it would be reported, and how it changed."""
    at_ends = result.thin(Keep(DAYS, places=result.keep.places))
    provinces, total = [place.name for place in at_ends.places_of("sheltered")], result.scenario.people.total
    items = [(quantity, "") for quantity in REPORTED]
    items += [("in_state_accommodation", place) for place in provinces]
    found: list[Signal] = []
    beds = _beds(at_ends)
    for number, (quantity, place) in enumerate(items):
        values = reported_at(at_ends.recorded, result.scenario, quantity, place)
        if errors:
            values = _with_errors(values, quantity, place, total, np.random.default_rng([seed, number]))
        found += _with_changes(quantity, place, values)
        if quantity == "in_state_accommodation":
            room = beds[place]
            share = np.divide(values, room, out=np.zeros_like(values), where=room > 0)
            found.append(Signal(OCCUPANCY, place, 0, share))
    return found


def _beds(result: Result) -> dict[str, Floats]:
    """Beds of each province, and of all together by the empty name, arrays (day, draw)."""
    held = occupancy(result).only(STATE_ACCOMMODATION)
    beds = {place.name: held.capacity[:, number] for number, place in enumerate(held.places)}
    return {**beds, "": held.capacity.sum(axis=1)}


def _with_errors(values: Floats, quantity: str, place: str, people: float, random: np.random.Generator) -> Floats:
    """Values as they would be reported, with the errors that a forecast expects of a latest report."""
    relative, floor = OF_A_PLACE if place else ERRORS[quantity]
    none = np.zeros(values.shape[1])
    report = Observations(
        none, np.full_like(none, relative * LATEST), none + max(floor * people / relative, 1.0), none, none
    )
    return np.stack([np.maximum(report.simulate(day, none, random), 0.0) for day in values])


def _with_changes(name: str, place: str, values: Floats) -> Iterator[Signal]:
    for days in CHANGES:
        changed = values.copy()
        if days:
            changed[days:] -= values[:-days]
            changed[:days] = 0.0
        yield Signal(name, place, days, changed)


def usual_signs(result: Result, signals: Sequence[Signal], hours_ahead: float) -> Callable[[int], dict[str, Flags]]:
    """What a planner without a model goes by at the end of a day: whether each sign fires, arrays (draw,)."""
    known = {(one.name, one.place, one.change_days): one.values for one in signals}
    people, share = known["in_state_accommodation", "", 0], known[OCCUPANCY, "", 0]
    beds, ends = _beds(result.thin(Keep(DAYS, places=result.keep.places)))[""], result.day_ends

    def on(day: int) -> dict[str, Flags]:
        grown = people[day] - people[day - 1] if day else people[day]
        length = ends[day] - (ends[day - 1] if day else 0.0)
        return {
            "always": np.ones(result.draws, dtype=bool),
            "never": np.zeros(result.draws, dtype=bool),
            "occupancy_80": share[day] >= 0.8,
            "trend": people[day] + grown / length * hours_ahead >= beds[day],
        }

    return on
