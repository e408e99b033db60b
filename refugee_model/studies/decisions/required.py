"""How much each place must hold to be this sure, by date and for the whole time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import kind, takes
from refugee_model.errors import Problem, RequestError
from refugee_model.outcomes.calendar import times
from refugee_model.scenario.network import TOTAL
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.studies.decisions.demand import LEAST, Demand, demand_of, needs_all_places
from refugee_model.studies.decisions.ranks import SAFE, check_confidence, enough, interval, joint_rank
from refugee_model.tables.frames import result_of
from refugee_model.tables.provenance import attributes

Floats = NDArray[np.float64]

ANY_DATE, EVER = "any date", "ever"
TITLE = "Required capacity"
SUBJECT = "required capacity cannot be told"
JOINTLY = "; so that all places hold at once"
COLUMNS = (
    *("place", "kind", "area_code", "date", "confidence", "scope", "capacity_now", "committed", "required"),
    *("shortfall", "low", "high", "probability_short_if_nothing", "basis"),
)


@takes(SUBJECT, joint=kind(bool, "True or False"))
def required_capacity(ensemble: Any, confidence: float = 0.95, *, joint: bool = False) -> pd.DataFrame:
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
    dates = times(timeline, before).normalize()
    parts = [
        _frame(demand, dates, by_date, np.median(demand.capacity, axis=-1), over, ANY_DATE, confidence, joint),
        _frame(
            demand, [pd.NaT], whole, np.median(demand.capacity[-1:], axis=-1), ever_over[None], EVER, confidence, joint
        ),
    ]
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
    count, places = len(dates), demand.places
    now = np.tile(np.median(demand.at_start, axis=-1), count)
    required, low, high = (np.ceil(np.round(values.ravel(), 6)) for values in found)
    return pd.DataFrame(
        {
            "place": [place.name for place in places] * count,
            "kind": [place.kind for place in places] * count,
            "area_code": [place.area_code for place in places] * count,
            "date": pd.DatetimeIndex(np.repeat(np.asarray(pd.Index(dates), dtype=object), len(places))),
            "confidence": confidence,
            "scope": scope,
            "capacity_now": now,
            "committed": room.ravel() - now,
            "required": required,
            "shortfall": np.maximum(required - room.ravel(), 0.0),
            "low": low,
            "high": high,
            "probability_short_if_nothing": over.ravel(),
            "basis": [text + (JOINTLY if joint else "") for text in demand.basis] * count,
        }
    )
