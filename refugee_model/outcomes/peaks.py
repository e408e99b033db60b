"""When each place is fullest, when it is full, and for how long it holds more people than it can."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from refugee_model.arrays import Flags, Floats
from refugee_model.engine.observers import GROUPS
from refugee_model.engine.result import STEPS, Result
from refugee_model.engine.values import sum_of_places
from refugee_model.outcomes.calendar import integral
from refugee_model.outcomes.occupancy import Occupancy, first_full, occupancy, over_so_far, places_called
from refugee_model.scenario.network import HOME_QUEUE, REGISTRATION, STATE_ACCOMMODATION, TRANSIT, Place
from refugee_model.scenario.timeline import HOURS_PER_DAY

QUEUES = {HOME_QUEUE: "leaving", REGISTRATION: "awaiting_registration"}
"""What tables call the places where people are held back or wait, which hold any number, and their kind."""


@dataclass(frozen=True)
class Peaks:
    """The peak of each place, arrays (place, draw); less than half a person is nobody."""

    places: tuple[Place, ...]
    """Places with a capacity, then queues without one."""
    people: Floats
    """People at the peak, the first of equal ones."""
    hours: Floats
    """When it is [h]; NaN where nobody ever is."""
    capacity: Floats
    """Capacity at that time [people]."""
    first_full: Floats
    first_over: Floats
    """Hours after the start; NaN where it never happens."""
    hours_over: Floats
    """Time with more people than capacity; half of a step in which this begins or ends."""
    person_days_over: Floats
    """People beyond the capacity, summed over time."""


def first_time(hours: Floats, flags: Flags) -> Floats:
    """When something is first true, array (time, ...) to (...) [h]; NaN where it never is."""
    return np.where(flags.any(axis=0), hours[np.argmax(flags, axis=0)], np.nan)


def queues(result: Result) -> Occupancy:
    """People held back by district and waiting by reception point: places for any number, whose capacity is NaN."""
    home, points = (places_called(result, called, kind) for called, kind in QUEUES.items())
    people = np.concatenate([result.people(kind) for kind in QUEUES.values()], axis=1)
    return Occupancy((*home, *points), people, np.full(people.shape, np.nan), np.zeros(people.shape))


def peaks(result: Result) -> Peaks:
    """The peak of each place; exact where every step is kept, else of the ends of days and what each day tells."""
    held = occupancy(result)
    whole = held.beside(queues(result))
    people, hours, capacity = highest(result.hours, whole)
    none = np.full((len(whole.places) - len(held.places), result.draws), np.nan)
    by_step = result.keep.when == STEPS
    beyond = over_by_step(result.hours, held) if by_step else _over_by_day(result, held)
    full, over, lasts, person_days = (np.concatenate((values, none)) for values in beyond)
    return Peaks(whole.places, people, hours, capacity, full, over, lasts, person_days)


def peaks_in_parts(result: Result, draws: int) -> Peaks:
    """The same, so many draws after the other: all at once would take twice the memory of the draws."""
    parts = [peaks(result.of_draws(slice(first, first + draws))) for first in range(0, result.draws, draws)]
    names = [item.name for item in fields(Peaks) if item.name != "places"]
    arrays = {name: np.concatenate([getattr(part, name) for part in parts], axis=1) for name in names}
    return Peaks(parts[0].places, **arrays)


def highest(hours: Floats, held: Occupancy) -> tuple[Floats, Floats, Floats]:
    """People at the first peak of each place, when it is [h], and the capacity then, arrays (place, draw)."""
    top = np.argmax(held.people, axis=0)[None]
    people, capacity = (np.take_along_axis(values, top, axis=0)[0] for values in (held.people, held.capacity))
    return people, np.where(people > held.rounding, hours[top[0]], np.nan), capacity


def over_by_step(hours: Floats, held: Occupancy) -> tuple[Floats, Floats, Floats, Floats]:
    """First full, first over, hours over and person-days over of each place, from every step."""
    anyone = held.anyone_over
    full = first_full(hours, held.capacity, held.taken)
    beyond = integral(hours, held.over) / HOURS_PER_DAY
    return full, first_time(hours, anyone), integral(hours, anyone.astype(np.float64)), beyond


def _over_by_day(result: Result, held: Occupancy) -> tuple[Floats, Floats, Floats, Floats]:
    """The same from the ends of days: when a province is full, and transit over its capacity, every step has told."""
    hours, over = result.hours, over_so_far(result, held)
    lengths = np.diff(hours, prepend=0.0)[:, None, None]
    transit = [number for number, place in enumerate(held.places) if place.kind == TRANSIT]
    provinces = [number for number, place in enumerate(held.places) if place.kind == STATE_ACCOMMODATION]
    is_full = held.full
    is_full[:, transit] |= over[:, transit]
    full = first_time(hours, is_full)
    names = list(result.scenario.aid.provinces)
    exact = result.first_full[[names.index(held.places[number].name) for number in provinces]]
    full[provinces] = np.where(np.isfinite(exact), exact, np.nan)
    beyond = sum_of_places(held.over * lengths) / HOURS_PER_DAY  # in order: the same bits for any number of draws
    beyond[transit] = sum_of_places(result.days[:, GROUPS.index("unsheltered")]) / HOURS_PER_DAY
    return full, first_time(hours, over), (held.anyone_over * lengths).sum(axis=0), beyond
