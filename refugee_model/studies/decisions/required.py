"""How much each place must hold to be this sure, by date and for the whole time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.arrays import Floats
from refugee_model.engine.result import Result
from refugee_model.errors import Problem, RequestError
from refugee_model.outcomes.calendar import times
from refugee_model.scenario.network import TOTAL, Place
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.studies.decisions.demand import (
    LEAST,
    Demand,
    Shortage,
    buses_short,
    checkpoint_of,
    checkpoint_short,
    demand_of,
    desks_short,
    needs_all_places,
    scheduled,
    seats_short,
)
from refugee_model.studies.decisions.methods import SAFE, check_confidence, enough, interval, joint_rank
from refugee_model.studies.decisions.order_by import is_hours
from refugee_model.tables.frames import result_of
from refugee_model.tables.provenance import attributes

ANY_DATE, EVER = "any date", "ever"
DESKS, SEATS, BUSES, CHECKPOINT = "desks", "placement seats", "buses", "checkpoint"
TITLE = "Required capacity"
SUBJECT = "required capacity cannot be told"
JOINTLY = "; so that all places hold at once"
COLUMNS = (
    *("place", "kind", "area_code", "date", "confidence", "scope", "capacity_now", "committed", "required"),
    *("shortfall", "low", "high", "probability_short_if_nothing", "basis"),
)


@takes(SUBJECT, joint=kind(bool, "True or False"), wait_hours=kind(is_hours, "a number of hours above 0"))
def required_capacity(
    ensemble: Any, confidence: float = 0.95, *, joint: bool = False, wait_hours: float | None = None
) -> pd.DataFrame:
    """How much each place must hold so that everyone has room, with this confidence.

    People are never more than beds, so those who wait for a bed are counted with those who have one: the demand, not
    the occupancy.

    Parameters
    ----------
    ensemble : Ensemble or Forecast
        Of which the people of all places were kept by day.
    confidence : float
        Share of the futures in which it is to be enough.
    joint : bool
        Whether all places are to be enough at once in that share of the futures; otherwise each place by itself.
    wait_hours : float, optional
        Also how many desks each reception point needs, so that whoever waits there at the end of a day is served within
        so many hours, how many seats to the provinces, if they limit, how many buses out of the area of origin, and how
        many vehicles an hour each checkpoint must let pass [h].

    Returns
    -------
    DataFrame
        place, kind, area_code, date, confidence, scope, capacity_now, committed, required, shortfall, low, high,
        probability_short_if_nothing, basis. One row a place and date with the scope ``any date``: at the end of that
        date alone; and one a place with the scope ``ever`` and no date: on every date up to the last. ``capacity_now``
        is what stands at the start, ``committed`` what orders add to it by then (below 0 where beds are lost), both in
        the middle future; of the scope ``ever``, at the end. ``low`` and ``high`` bound ``required`` with 95 %.

    Raises
    ------
    RequestError
        If people of all places were not kept, or too few draws lie beyond the confidence.

    Examples
    --------
    >>> rm.required_capacity(ensemble, confidence=0.9)  # doctest: +SKIP
    """
    result = result_of(ensemble)
    check_confidence(SUBJECT, confidence, result.draws)
    if not needs_all_places(result):
        raise RequestError(SUBJECT, [Problem("keep", "people of all places were not kept: leave out keep, or 'all'")])
    demand, timeline = demand_of(result), result.scenario.timeline
    by_date = _rows(demand, demand.people, confidence, joint=joint)
    over = (demand.people - demand.capacity >= LEAST).mean(axis=-1)
    whole = _rows(demand, demand.people.max(axis=0)[None], confidence, joint=joint)
    ever_over = (demand.people - demand.capacity >= LEAST).any(axis=0).mean(axis=-1)
    before = np.concatenate(([0.0], demand.days[:-1])) * HOURS_PER_DAY
    dates = times(timeline, before).tz_localize(None).normalize()
    parts = [
        _frame(demand, dates, by_date, np.median(demand.capacity, axis=-1), over, ANY_DATE, confidence, joint),
        _frame(
            demand, [pd.NaT], whole, np.median(demand.capacity[-1:], axis=-1), ever_over[None], EVER, confidence, joint
        ),
    ]
    if wait_hours is not None:
        parts.extend(_service(result, confidence, wait_hours, dates))
    table = pd.concat(parts, ignore_index=True)[list(COLUMNS)]
    table.attrs.update(attributes(result.scenario, TITLE) | {"draws": result.draws})
    return table


def _rows(demand: Demand, people: Floats, confidence: float, *, joint: bool) -> tuple[Floats, Floats, Floats]:
    """What is enough, and the bounds of it, arrays (date, place), of people (date, place, draw)."""
    if not joint:
        return enough(people, confidence), *interval(people, confidence)
    alone = [number for number, place in enumerate(demand.places) if place.kind != TOTAL]
    found = np.empty((3, *people.shape[:2]))
    for date, of_date in enumerate(people):
        level = (joint_rank(of_date[alone], confidence) - SAFE) / people.shape[-1]
        found[0, date] = enough(of_date, level)
        found[1:, date] = interval(of_date, level)
    return found[0], found[1], found[2]


def _frame(
    demand: Demand,
    dates: Any,
    found: tuple[Floats, Floats, Floats],
    room: Floats,
    over: Floats,
    scope: str,
    confidence: float,
    joint: bool,
) -> pd.DataFrame:
    """Rows of all places on some dates."""
    count, places = len(dates), demand.places
    now = np.tile(np.median(demand.at_start, axis=-1), count)
    basis = [text + (JOINTLY if joint else "") for text in demand.basis] * count
    days = pd.DatetimeIndex(dates).repeat(len(places))
    rows = _table([*places] * count, days, [value.ravel() for value in found], now, room.ravel(), over.ravel(), basis)
    return rows.assign(confidence=confidence, scope=scope)


def _table(
    places: Sequence[Place],
    dates: pd.DatetimeIndex,
    found: Sequence[Floats],
    now: Floats,
    room: Floats,
    short: Floats,
    basis: Any,
) -> pd.DataFrame:
    """Rows of places and dates: what is there now and then, what is enough and its bounds, and how likely it is not."""
    required, low, high = (np.ceil(np.round(values, 6)) for values in found)
    columns = {
        "place": [place.name for place in places],
        "kind": [place.kind for place in places],
        "area_code": [place.area_code for place in places],
        "date": dates,
        "capacity_now": now,
        "committed": room - now,
        "required": required,
        "shortfall": np.maximum(required - room, 0.0),
        "low": low,
        "high": high,
        "probability_short_if_nothing": short,
        "basis": basis,
    }
    return pd.DataFrame(columns)


def _service(result: Result, confidence: float, wait_hours: float, dates: Any) -> Iterator[pd.DataFrame]:
    """Desks of each reception point, seats to the provinces, buses and checkpoints, each beside what there is."""
    for place in result.places_of("awaiting_registration"):
        short = desks_short(result, place.name, wait_hours)
        there = scheduled(result, f"aid.reception_points.{place.name}.desks")
        yield _of_service(Place(DESKS, place.name, place.area_code), short, there, confidence, dates)
    if result.scenario.aid.placement.seats_per_hour is not None:
        there = scheduled(result, "aid.placement.seats_per_hour")
        yield _of_service(Place(SEATS, SEATS, ""), seats_short(result, wait_hours), there, confidence, dates)
    there = scheduled(result, "aid.evacuation_buses.buses")
    yield _of_service(Place(BUSES, BUSES, ""), buses_short(result, wait_hours), there, confidence, dates)
    for number, place in enumerate(result.places_of("on_road")):
        short = checkpoint_short(result, number, wait_hours)
        there = checkpoint_of(result, number)
        name = place.name if result.scenario.timing.routes else CHECKPOINT
        yield _of_service(Place(CHECKPOINT, name, place.area_code), short, there, confidence, dates)


def _of_service(place: Place, shortage: Shortage, there: Floats, confidence: float, dates: Any) -> pd.DataFrame:
    """Rows of one place that serves, by date and for all dates."""
    wanted, short = there + shortage.short, shortage.short > 0.0
    ever = wanted.max(axis=0)[None]
    found = [np.append(by_date, whole) for by_date, whole in zip(
        (enough(wanted, confidence), *interval(wanted, confidence)),
        (enough(ever, confidence), *interval(ever, confidence)),
        strict=True,
    )]  # fmt: skip
    room = np.append(np.median(there, axis=-1), np.median(there[-1]))
    chance = np.append(short.mean(axis=-1), short.any(axis=0).mean())
    days = pd.DatetimeIndex([*dates, pd.NaT])
    rows = _table([place] * len(days), days, found, np.full(len(room), room[0]), room, chance, shortage.basis)
    return rows.assign(confidence=confidence, scope=[ANY_DATE] * len(dates) + [EVER])
