"""When each place is fullest, when it is full, and for how long it holds more people than it can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.digest import GROUPS
from refugee_model.engine.trajectories import Place
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.tables.capacity import (
    STATE_ACCOMMODATION,
    TRANSIT,
    Occupancy,
    first_full,
    occupancy,
    occupancy_by_day,
    over_so_far,
)
from refugee_model.tables.draws import (
    FIRST_FULL,
    QUANTILES,
    ManyDraws,
    check_request,
    frame_of_draws,
    over_draws,
    over_known,
    people_by_day,
    places_of,
    some_times,
)
from refugee_model.tables.frames import check_run, first_draw, frame, place_columns
from refugee_model.tables.measures import hours_of
from refugee_model.tables.times import integral, times

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]

HOME_QUEUE, REGISTRATION = "home queue", "registration"


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
        The first of equal peaks. The capacity is exceeded half of a step in which this begins or ends. Less than half a person
        beyond it is nobody.
    """
    without = np.isnan(held.capacity).all(axis=0)
    over, anyone = (np.where(np.isnan(held.capacity), 0.0, values) for values in (held.over, held.anyone_over))
    top = np.argmax(held.people, axis=0)[None]
    people = np.take_along_axis(held.people, top, axis=0)[0]
    return Peaks(
        places=held.places,
        people=people,
        hours=np.where(people > held.rounding, hours[top[0]], np.nan),
        capacity=np.take_along_axis(held.capacity, top, axis=0)[0],
        first_full=first_full(hours, held.capacity, held.taken),
        first_over=first_time(hours, anyone > 0),
        hours_over=np.where(without, np.nan, integral(hours, anyone)),
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
    return _without_capacity((*home, *points), people)


def _without_capacity(places: tuple[Place, ...], people: Floats) -> Occupancy:
    """Places that hold any number of people, none of them reserved."""
    return Occupancy(places, people, np.full(people.shape, np.nan), np.zeros(people.shape))


def queues_by_day(draws: ManyDraws) -> Occupancy:
    """The same queues at the ends of days of many draws."""
    home = tuple(Place(HOME_QUEUE, place.name, place.area_code) for place in places_of(draws, "leaving"))
    points = tuple(Place(REGISTRATION, place.name, place.area_code) for place in places_of(draws, "awaiting_registration"))
    people = np.concatenate([people_by_day(draws.stocks, kind) for kind in ("leaving", "awaiting_registration")], axis=1)
    return _without_capacity((*home, *points), people)


@takes("this table cannot be made")
def peak_table(run: Trajectories | ManyDraws, *, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """The peak of each place, and when and how far it is over its capacity.

    Parameters
    ----------
    run : Trajectories or Ensemble
        A projection, or many draws of one.
    quantiles : sequence of float
        For many draws, from 0 to 1.

    Returns
    -------
    DataFrame
        place, kind, area_code, peak_people, peak_time, capacity_at_peak, first_full (when nobody more can be assigned to it),
        first_over, hours_over, person_days_over; one row a place. Queues at home and at reception points have no capacity
        in people: what depends on one is blank.

        Of many draws: place, kind, area_code, quantile, peak_people, first_full, first_over, person_days_over,
        expected_person_days_over (mean over draws), probability_full, probability_over; one row a place and quantile. Quantiles
        of times are over the draws in which it happens, whose share is ``probability_full`` or ``probability_over``. People are
        those at the ends of days, but for when a province is first full, and when people in transit are over it and for how
        long, which every step tells; transit is first over at the end of the day on which it is.

    Raises
    ------
    RequestError
        If ``run`` is not a projection, quantiles are not from 0 to 1, or the ensemble kept only measures.
    """
    if isinstance(run, ManyDraws):
        return _quantile_table(run, check_request(run, quantiles))
    check_run(run)
    peaks, timeline = peaks_of(run.hours, _beside(occupancy(run), queues(run))), run.scenario.timeline
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


def _beside(held: Occupancy, waiting: Occupancy) -> Occupancy:
    """Places with a capacity, then queues without one."""
    people, capacity, reserved = (
        np.concatenate((getattr(held, name), getattr(waiting, name)), axis=1) for name in ("people", "capacity", "reserved")
    )
    return Occupancy((*held.places, *waiting.places), people, capacity, reserved, held.rounding)


def _quantile_table(draws: ManyDraws, quantiles: tuple[float, ...]) -> pd.DataFrame:
    found = _highest(draws)
    when_full, first_over, beyond, without = found.first_full, found.first_over, found.beyond, found.without
    for place, one in enumerate(found.places):
        if one.kind == STATE_ACCOMMODATION:
            when_full[place] = hours_of(draws.measures[f"{FIRST_FULL}{one.name}"], draws.scenario.timeline.start).to_numpy()
    transit = [number for number, place in enumerate(found.places) if place.kind == TRANSIT]
    beyond[transit] = draws.days[:, GROUPS.index("unsheltered")].sum(axis=0) / HOURS_PER_DAY
    each, timeline = len(quantiles), draws.scenario.timeline
    columns = {
        **place_columns(found.places, each=each),
        "quantile": np.tile(quantiles, len(found.places)),
        "peak_people": over_draws(found.people, quantiles).ravel(),
        "first_full": times(timeline, over_known(when_full, quantiles).ravel()),
        "first_over": times(timeline, over_known(first_over, quantiles).ravel()),
        "person_days_over": over_draws(beyond, quantiles).ravel(),
        "expected_person_days_over": beyond.mean(axis=-1).repeat(each),
    }
    for name, first in (("probability_full", when_full), ("probability_over", first_over)):
        columns[name] = np.where(without, np.nan, np.isfinite(first).mean(axis=-1)).repeat(each)
    return frame_of_draws(draws, "Peaks", columns)


@dataclass
class _Highest:
    """What is highest and first of each place, arrays (place, draw)."""

    places: tuple[Place, ...]
    people: Floats
    first_full: Floats
    first_over: Floats
    beyond: Floats
    without: NDArray[np.bool_]


def _highest(draws: ManyDraws) -> _Highest:
    """What is highest and first of each place, of some times after the other: all at once would take twice the memory of the draws."""
    lengths = np.diff(draws.hours, prepend=0.0)[:, None, None] / HOURS_PER_DAY
    places = (*places_of(draws, "sheltered"), *places_of(draws, "leaving"), *places_of(draws, "awaiting_registration"))
    found: _Highest | None = None
    for rows, part in some_times(draws, len(places) + 2):
        held = occupancy_by_day(part).only(draws.places)
        whole, count = _beside(held, queues_by_day(part)), len(held.places)
        if found is None:
            shape = whole.people.shape[1:]
            full, over, beyond = (np.full(shape, np.nan) for _ in range(3))
            found = _Highest(whole.places, np.zeros(shape), full, over, beyond, np.ones(len(whole.places), dtype=bool))
            found.beyond[:count] = 0.0
        found.people = np.maximum(found.people, whole.people.max(axis=0))
        for earlier, flags in ((found.first_full, _full_so_far(part, held)), (found.first_over, over_so_far(part, held))):
            earlier[:count] = np.where(np.isnan(earlier[:count]), first_time(part.hours, flags), earlier[:count])
        found.beyond[:count] = np.concatenate((found.beyond[None, :count], held.over * lengths[rows])).sum(axis=0)
        found.without &= np.isnan(whole.capacity).all(axis=(0, 2))
    assert found is not None  # a projection has one time at least
    return found


def _full_so_far(draws: ManyDraws, held: Occupancy) -> NDArray[np.bool_]:
    """Whether each place is full when stocks were kept; transit that was over its capacity has been full."""
    found = held.full
    transit = [number for number, place in enumerate(held.places) if place.kind == TRANSIT]
    found[:, transit] |= over_so_far(draws, held)[:, transit]
    return found
