"""Who is where, who came and who went; what each place can hold, and when it is fullest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from refugee_model.arrays import Flags, Floats
from refugee_model.outcomes.occupancy import (
    AMOUNTS,
    chances,
    covered_points,
    movements,
    occupancy_of_all,
    occupancy_with_total,
    over_so_far,
    places_called,
    places_with_totals,
    roads_of,
)
from refugee_model.outcomes.peaks import peaks_in_parts
from refugee_model.outcomes.statistics import over_draws
from refugee_model.scenario.network import ALL_PROVINCES, KINDS, ROAD, STATE_ACCOMMODATION, TOTAL, TRANSIT, Place
from refugee_model.tables.frames import (
    FLOWS,
    KIND_FIRST,
    PEOPLE,
    Asked,
    Moments,
    Projection,
    Quantiled,
    ask,
    fitting,
    place_columns,
    table,
    tabulate,
    time_column,
    windows,
)

if TYPE_CHECKING:
    from refugee_model.engine.result import Result


MOVEMENT, CAPACITY = "movement", "capacity"
BALANCE = ("people_at_start", "entered", "left", "people_at_end")


@table(PEOPLE, counted=MOVEMENT)
def movement_table(
    run: Projection,
    *,
    freq: str | None = None,
    every_hours: float | None = None,
    quantiles: Sequence[float] | None = None,
) -> pd.DataFrame:
    """People in each place, and who entered and left it since the row before.

    Parameters
    ----------
    freq : {None, "day"}
        ``day`` for one row at the end of each day, in which those count who entered and left on that day.

    Returns
    -------
    DataFrame
        time, kind, place, area_code, people, entered, left; one row a time and place. Between two rows of a place,
        people change by entered - left; both are 0 in the first row of a table that begins at the start.

        Of many draws there is one row a time, place and quantile, with the column ``quantile`` after ``area_code``, and
        rows of the place ``total`` for each kind that has several; who entered and left is there where every step was
        kept (``keep="all"``).

    Examples
    --------
    >>> import refugee_model as rm
    >>> table = movement_table(rm.simulate(rm.load_scenario("lachin-2023")), every_hours=24)
    >>> table.groupby("time")["people"].sum().round().unique().tolist()
    [101500.0]
    """
    asked = ask(movement_table, run, quantiles=quantiles, freq=freq, every_hours=every_hours)
    result = asked.result
    totals = asked.levels is not None
    places = places_with_totals(result) if totals else result.places
    columns: Mapping[str, Any]
    if asked.counted is not None:
        columns = asked.counted.amounts
    elif totals:
        columns = _movements_over_draws(asked, len(places))
    else:
        columns = movements(result, asked.rows, from_start=asked.from_start, totals=False)
    names = place_columns(places, times=len(asked.hours), order=KIND_FIRST)
    keys = {"time": time_column(asked, len(places)), **names}
    return tabulate(asked, "People in each place", keys, columns)


def _movements_over_draws(asked: Asked, places: int) -> dict[str, Quantiled]:
    """Quantiles of a movement table, some rows after the other, each part beginning at the row before."""
    assert asked.levels is not None
    result, rows, most = asked.result, asked.rows, fitting(places * asked.result.draws)
    found: dict[str, list[Floats]] = {}
    end = 0
    while end < len(rows):
        first, begin = end, rows[end - 1] if end else 0
        end = max(first + 1, int(np.searchsorted(rows, begin + most)))
        part = result.between(slice(begin, rows[end - 1] + 1))
        columns = movements(part, rows[first:end] - begin, from_start=first > 0 or asked.from_start, totals=True)
        for name, values in columns.items():
            found.setdefault(name, []).append(over_draws(values, asked.levels))
    return {name: Quantiled(np.concatenate(parts)) for name, parts in found.items()}


@table(FLOWS)
def balance_table(run: Projection, *, quantiles: Sequence[float] | None = None) -> pd.DataFrame:
    """Whether everyone is accounted for: people at the start, in, out, at the end.

    Returns
    -------
    DataFrame
        kind, people_at_start, entered, left, people_at_end, residual (start + entered - left - end); one row a kind of
        place, the last row is the total. Of many draws there is one row a kind and quantile.
    """
    asked = ask(balance_table, run, quantiles=quantiles)
    result = asked.result
    start, end = (np.stack([result.people(kind)[bound].sum(axis=0) for kind in KINDS]) for bound in (0, -1))
    entered, left = (
        np.stack([result.moved(kind, into=into).sum(axis=(0, 1)) for kind in KINDS]) for into in (True, False)
    )
    pairs = zip(BALANCE, (start, entered, left, end), strict=True)
    whole = {name: np.concatenate((values, values.sum(axis=0, keepdims=True))) for name, values in pairs}
    whole["residual"] = whole["people_at_start"] + whole["entered"] - whole["left"] - whole["people_at_end"]
    return tabulate(asked, "Balance of people", {"kind": [*KINDS, TOTAL]}, whole)


@table(PEOPLE, counted=CAPACITY)
def capacity_table(
    run: Projection,
    *,
    freq: str | None = None,
    every_hours: float | None = None,
    quantiles: Sequence[float] | None = None,
) -> pd.DataFrame:
    """People in each place that has a capacity, and what is left or lacking.

    Returns
    -------
    DataFrame
        time, place, kind, area_code, capacity, people, reserved, free, over, utilisation; one row a time and place. In
        a province, people sheltered against usable beds, and people on the way for whom beds are reserved, so that
        ``free`` is what can still be given to others; in transit, people who wait for a place against transit places,
        so that ``over`` are unsheltered; on the road, people against people on a road full of standing vehicles. A
        queue that moves has room between its vehicles that none can take, so a road that is full and holds people back
        can show a utilisation below 1; that room is counted as reserved. Where covered places are given, also of the
        kind ``reception`` people who wait at each reception point against its covered places.

        Of many draws there is one row a time, place and quantile, with the columns ``quantile`` after ``area_code``
        and, at the end, ``probability_over``, ``probability_full`` (less than half a place free) and
        ``probability_over_by`` (over at that or an earlier end of a day; in transit at any time up to it). Each column
        has quantiles of its own. The place ``all provinces`` of the kind ``total`` is all state accommodation together.
    """
    asked = ask(capacity_table, run, quantiles=quantiles, freq=freq, every_hours=every_hours)
    if asked.levels is None:
        held = occupancy_of_all(asked.result).at(asked.rows)
        return _capacity(asked, held.places, {name: getattr(held, name) for name in AMOUNTS})
    if asked.counted is not None:
        return _capacity(asked, places_by_day(asked.result), asked.counted.amounts, asked.counted.chances)
    return _capacity(asked, places_by_day(asked.result), *_over_times(asked))


def _over_times(asked: Asked) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Quantiles and chances of each place: all times at once would take twice the memory of the draws."""
    assert asked.levels is not None
    before: Flags | None = None
    amounts: dict[str, list[Floats]] = {name: [] for name in AMOUNTS}
    shares: list[dict[str, Floats]] = []
    for part in windows(asked.result, len(places_by_day(asked.result))):
        held = occupancy_with_total(part)
        over_by = over_so_far(part, held)
        over_by = over_by if before is None else over_by | before
        before = over_by[-1]
        shares.append(chances(held, over_by))
        for name, found in amounts.items():
            found.append(over_draws(getattr(held, name), asked.levels))
    whole = {name: Quantiled(np.concatenate(found)[asked.rows]) for name, found in amounts.items()}
    return whole, {name: np.concatenate([share[name] for share in shares])[asked.rows] for name in shares[0]}


def _capacity(asked: Asked, places: Sequence[Place], amounts: object, shares: object = None) -> pd.DataFrame:
    keys = {"time": time_column(asked, len(places)), **place_columns(places, times=len(asked.hours))}
    return tabulate(asked, "Capacity and people", keys, amounts, chances=shares)  # type: ignore[arg-type]


@table(PEOPLE)
def peak_table(run: Projection, *, quantiles: Sequence[float] | None = None) -> pd.DataFrame:
    """The peak of each place, and when and how far it is over its capacity.

    Returns
    -------
    DataFrame
        place, kind, area_code, peak_people, peak_time, capacity_at_peak, first_full (when nobody more can be assigned
        to it), first_over, hours_over, person_days_over; one row a place. Queues at home and at reception points have
        no capacity in people: what depends on one is blank.

        Of many draws there is one row a place and quantile, with the columns ``quantile`` after ``area_code`` and, at
        the end, expected_person_days_over (mean over draws), probability_full, probability_over. Quantiles of times are
        over the draws in which it happens, whose share is ``probability_full`` or ``probability_over``. Where only days
        were kept, people are those at the ends of days, but for when a province is first full, and when people in
        transit are over it and for how long, which every step tells; transit is first over at the end of the day on
        which it is.
    """
    asked = ask(peak_table, run, quantiles=quantiles)
    result = asked.result
    found = peaks_in_parts(result, fitting(len(result.places) * len(result.kept)))
    without = np.isnan(found.capacity).all(axis=1)
    shares = {
        name: np.where(without, np.nan, np.isfinite(first).mean(axis=-1))
        for name, first in (("probability_full", found.first_full), ("probability_over", found.first_over))
    }
    return tabulate(
        asked,
        "Peaks",
        place_columns(found.places),
        {
            "peak_people": found.people,
            "peak_time": Moments(found.hours),
            "capacity_at_peak": found.capacity,
            "first_full": Moments(found.first_full),
            "first_over": Moments(found.first_over),
            "hours_over": found.hours_over,
            "person_days_over": found.person_days_over,
        },
        chances={"expected_person_days_over": found.person_days_over.mean(axis=-1), **shares},
    )


def places_by_day(result: Result) -> tuple[Place, ...]:
    """The places of a capacity table of many draws."""
    provinces = places_called(result, STATE_ACCOMMODATION, "sheltered")
    if result.keep.places is None:
        points, total = covered_points(result), Place(TOTAL, ALL_PROVINCES)
        return (*provinces, Place(TRANSIT, TRANSIT), *roads_of(result), *points, total)
    transit = [Place(TRANSIT, TRANSIT)] if TRANSIT in result.keep.places else []
    return (*provinces, *transit, *(roads_of(result) if ROAD in result.keep.places else ()), *covered_points(result))
