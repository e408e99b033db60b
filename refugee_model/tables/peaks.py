"""When each place is fullest, when it is full, and for how long it holds more people than it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.trajectories import Place
from refugee_model.tables.capacity import ROUNDING, Occupancy, occupancy
from refugee_model.tables.frames import check_run, first_draw, frame, place_columns
from refugee_model.tables.times import HOURS_PER_DAY, integral, times

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]

HOME_QUEUE, REGISTRATION = "home queue", "registration"
FULL = 0.995
"""Utilisation from which a place counts as full."""


@dataclass(frozen=True)
class Peaks:
    """The peak of each place.

    Attributes
    ----------
    places : tuple of Place
        Places with a capacity, then queues without one.
    people, capacity : array (place, draw) [people]
        People at the peak, and the capacity at that time.
    hours : array (place, draw) [h]
        Hours after the start of the peak; NaN where nobody ever is.
    first_full, first_over : array (place, draw) [h]
        Hours after the start; NaN where it never happens.
    hours_over : array (place, draw) [h]
        Time with more people than capacity.
    person_days_over : array (place, draw) [person-days]
        People beyond the capacity, summed over time.
    """

    places: tuple[Place, ...]
    people: Floats
    hours: Floats
    capacity: Floats
    first_full: Floats
    first_over: Floats
    hours_over: Floats
    person_days_over: Floats


def peaks_of(hours: Floats, held: Occupancy) -> Peaks:
    """The peak of each place.

    Parameters
    ----------
    hours : array (bound,) [h]
        Bounds.
    held : Occupancy
        People and capacity; a queue without a capacity has NaN.

    Returns
    -------
    Peaks
        The first of equal peaks. The capacity is exceeded half of a step in which this begins or ends.
    """
    without = np.isnan(held.capacity).all(axis=0)
    over = np.where(np.isnan(held.capacity), 0.0, held.over)
    full = (held.utilisation >= FULL) & (held.capacity > 0)
    top = np.argmax(held.people, axis=0)[None]
    people = np.take_along_axis(held.people, top, axis=0)[0]
    return Peaks(
        places=held.places,
        people=people,
        hours=np.where(people > ROUNDING, hours[top[0]], np.nan),
        capacity=np.take_along_axis(held.capacity, top, axis=0)[0],
        first_full=first_time(hours, full),
        first_over=first_time(hours, over > 0),
        hours_over=np.where(without, np.nan, integral(hours, (over > 0).astype(float))),
        person_days_over=np.where(without, np.nan, integral(hours, over) / HOURS_PER_DAY),
    )


def first_time(hours: Floats, flags: NDArray[np.bool_]) -> Floats:
    """When something is first true, array (bound, ...) to array (...) [h]; NaN where it never is."""
    return np.where(flags.any(axis=0), hours[np.argmax(flags, axis=0)], np.nan)


def queues(run: Trajectories) -> Occupancy:
    """People held back at home by district, and people waiting by reception point; their capacity is NaN."""
    home = tuple(Place(HOME_QUEUE, place.name, place.area_code) for place in run.places_of("leaving"))
    points = tuple(Place(REGISTRATION, place.name, place.area_code) for place in run.places_of("awaiting_registration"))
    people = np.concatenate((run.people("leaving"), run.people("awaiting_registration")), axis=1)
    return Occupancy((*home, *points), people, np.full(people.shape, np.nan))


def peak_table(run: Trajectories) -> pd.DataFrame:
    """The peak of each place, and when and how far it is over its capacity.

    Parameters
    ----------
    run : Trajectories
        A projection.

    Returns
    -------
    DataFrame
        place, kind, area_code, peak_people, peak_time, capacity_at_peak, first_full (first time at 99.5 % of its capacity),
        first_over, hours_over, person_days_over; one row a place. Queues at home and at reception points have no capacity
        in people: what depends on one is blank.

    Raises
    ------
    RequestError
        If ``run`` is not a projection.
    """
    check_run(run)
    held, waiting = occupancy(run), queues(run)
    whole = Occupancy(
        (*held.places, *waiting.places),
        np.concatenate((held.people, waiting.people), axis=1),
        np.concatenate((held.capacity, waiting.capacity), axis=1),
    )
    peaks, timeline = peaks_of(run.hours, whole), run.scenario.timeline
    return frame(
        run,
        "Peaks",
        {
            **place_columns(peaks.places),
            "peak_people": first_draw(peaks.people),
            "peak_time": times(timeline, first_draw(peaks.hours)),
            "capacity_at_peak": first_draw(peaks.capacity),
            "first_full": times(timeline, first_draw(peaks.first_full)),
            "first_over": times(timeline, first_draw(peaks.first_over)),
            "hours_over": first_draw(peaks.hours_over),
            "person_days_over": first_draw(peaks.person_days_over),
        },
    )
