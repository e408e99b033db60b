"""The headline measures of a projection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.digest import dust
from refugee_model.engine.simulation import last_arrivals
from refugee_model.engine.values import Values
from refugee_model.engine.waiting import SOMEBODY
from refugee_model.errors import figure
from refugee_model.quantities import decimals_of
from refugee_model.scenario.timeline import Timeline
from refugee_model.tables.capacity import STATE_ACCOMMODATION, occupancy
from refugee_model.tables.chance import chance_measures
from refugee_model.tables.costs import GAP, TOTAL, costs, unmet_need
from refugee_model.tables.draws import ManyDraws
from refugee_model.tables.frames import FIRST_DRAW, check_run
from refugee_model.tables.measures import is_moment, night_measures
from refugee_model.tables.needs import Needs, needs
from refugee_model.tables.nights import person_nights
from refugee_model.tables.peaks import Peaks, peaks_of
from refugee_model.tables.provenance import attributes, one_future
from refugee_model.tables.ranges import LEVELS, range_table
from refugee_model.tables.times import days_of, time
from refugee_model.tables.waiting import queue_km, waiting, waits_of

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]

SHORTFALLS = 3
STILL_WAITING = "still waiting at the end"
WORST_DATE = " on the worst date"


@overload
def summary(run: Trajectories) -> pd.Series[Any]: ...


@overload
def summary(run: ManyDraws, *, quantiles: Sequence[float] = LEVELS) -> pd.DataFrame: ...


@takes("this summary cannot be made")
def summary(run: Trajectories | ManyDraws, *, quantiles: Sequence[float] = LEVELS) -> pd.Series[Any] | pd.DataFrame:
    """The headline measures of a projection.

    Parameters
    ----------
    run : Trajectories, Ensemble or Forecast
        A projection, or many draws of one.
    quantiles : sequence of three float
        Low, middle and high, for many draws.

    Returns
    -------
    Series of object, or DataFrame
        One entry a measure; their units and meanings are in ``refugee_model.quantities.QUANTITIES``. Times are in the offset
        of the scenario; what never happens is None.

        Of many draws: measure, unit, low, middle, high, chance; one row a measure. ``chance`` is the share of draws in which it
        happens at all; times are over the draws in which they come.

    Raises
    ------
    RequestError
        If ``run`` is neither, or the quantiles are not three that rise.

    Examples
    --------
    >>> import refugee_model as rm
    >>> round(summary(rm.simulate(rm.load_scenario("lachin-2023")))["crossed"], -3)
    101000.0
    """
    if isinstance(run, ManyDraws):
        table = range_table(run, quantiles=quantiles)
        table.attrs.update(attributes(run.scenario, "Summary"))
        return table
    check_run(run)
    wanted, origin = needs(run), attributes(run.scenario, "Summary")
    cost = costs(run, wanted)
    measures: dict[str, Any] = {
        **_people(run),
        **_nights(run),
        **_arrivals(run),
        **_queue(run),
        **_waits(run),
        **chance_measures(run),
        **_reception(run),
        **_accommodation(run),
        "largest_shortfalls": shortfalls(wanted),
        "cost_usd": _first(cost[TOTAL]),
        "funding_gap_usd": _first(cost[GAP]),
        "unmet_need_usd": _first(unmet_need(Values(run.scenario), wanted.unmet_share[0])),
        "people_balance_residual": run.residual,
        "run_id": origin["run_id"],
        "version": origin["version"],
    }
    result = pd.Series({name: _or_none(value) for name, value in measures.items()}, dtype=object, name="value")
    result.attrs.update(origin | one_future(run.scenario))
    return result


def summary_json(measures: pd.Series[Any]) -> dict[str, str | float | int | None]:
    """The headline measures as plain values.

    Parameters
    ----------
    measures : Series
        As ``summary`` gives them.

    Returns
    -------
    dict
        Numbers, rounded as :func:`refugee_model.quantities.decimals_of` says, texts and None;
        times and dates in ISO 8601; a wait without an end is the text 'still waiting at the end'.

    Examples
    --------
    >>> summary_json(pd.Series({"crossed": 10.5, "longest_wait_checkpoint_hours": float("inf"), "first_place_full": None}, dtype=object))
    {'crossed': 10.5, 'longest_wait_checkpoint_hours': 'still waiting at the end', 'first_place_full': None}
    """
    return {str(name): _plain(value, decimals_of(str(name))) for name, value in measures.items()}


def _plain(value: Any, decimals: int) -> str | float | int | None:
    if _or_none(value) is None:
        return None
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and math.isinf(value):
        return STILL_WAITING
    if isinstance(value, float):
        return round(value, decimals) + 0.0  # no -0.0
    return value if isinstance(value, int) else str(value)


def _or_none(value: Any) -> Any:
    return None if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)) else value


def _first(values: Floats) -> float:
    return float(values[..., FIRST_DRAW])


def _people(run: Trajectories) -> dict[str, Any]:
    return {
        "people_total": run.scenario.people.total,
        "crossed": _first(run.cumulative("crossed")[-1]),
        "still_at_home": _first(run.people("at_home")[-1].sum(axis=0)),
        "held_back": _first(run.people("leaving")[-1].sum(axis=0)),
        "peak_held_back": _first(run.people("leaving").sum(axis=1).max(axis=0)),
        "left_country": _first(run.people("left_country")[-1, 0]),
    }


def _nights(run: Trajectories) -> dict[str, Any]:
    timeline = run.scenario.timeline
    found = {name: _first(values) for name, values in night_measures(person_nights(run.nights, timeline.nights)).items()}
    return {name: time(timeline, value) if is_moment(name) else value for name, value in found.items()}


def _arrivals(run: Trajectories) -> dict[str, Any]:
    days, crossed = days_of(run), run.cumulative("crossed")[:, FIRST_DRAW]
    daily = days.gained(crossed)
    most = int(np.argmax(daily))
    last = float(last_arrivals(run.hours, crossed[:, None])[0])
    return {
        "peak_daily_arrivals": float(daily[most]),
        "peak_daily_arrivals_date": days.dates[most].date() if daily[most] > dust(run.scenario.people.total) else None,
        "last_arrival": time(run.scenario.timeline, last),
    }


def _queue(run: Trajectories) -> dict[str, Any]:
    people = run.queue_people[:, FIRST_DRAW]
    longest = int(np.argmax(people))
    somebody = people[longest] >= SOMEBODY
    columns = {"people": people, "vehicles": run.queue_vehicles[:, FIRST_DRAW], "km": queue_km(run)[:, FIRST_DRAW]}
    return {
        **{f"longest_queue_{name}": float(values[longest]) if somebody else 0.0 for name, values in columns.items()},
        "longest_queue_time": time(run.scenario.timeline, run.hours[longest] if somebody else np.nan),
    }


def _waits(run: Trajectories) -> dict[str, Any]:
    waits = waits_of(waiting(run))
    p90 = np.nan_to_num(waits.p90[1:, FIRST_DRAW], nan=-1.0, posinf=np.inf)
    longest = np.nan_to_num(waits.longest[1:, FIRST_DRAW], nan=-1.0, posinf=np.inf)
    worst = 1 + int(np.lexsort((longest, p90))[-1])
    measures: dict[str, Any] = {}
    for queue, place in (("checkpoint", 0), ("registration", worst)):
        for name, hours in (("median_wait", waits.median), ("p90_wait", waits.p90), ("longest_wait", waits.longest)):
            measures[f"{name}_{queue}_hours"] = _first(hours[place])
    anyone = _first(waits.people[worst]) > dust(run.scenario.people.total)
    return {**measures, "longest_wait_registration_place": waits.places[worst] if anyone else None}


def _reception(run: Trajectories) -> dict[str, Any]:
    awaiting = run.people("awaiting_registration").sum(axis=1)
    return {
        "registered": _first(run.cumulative_registered[-1]),
        "peak_awaiting_registration": _first(awaiting.max(axis=0)),
        "peak_unregistered": _first((awaiting + run.people("unregistered_hosted")[:, 0]).max(axis=0)),
    }


def _peak(run: Trajectories, people: Floats) -> tuple[float, Any]:
    top = int(np.argmax(people))
    somebody = people[top] > dust(_first(run.cumulative("crossed")[top]))
    return float(people[top]), time(run.scenario.timeline, run.hours[top] if somebody else np.nan)


def _accommodation(run: Trajectories) -> dict[str, Any]:
    timeline, unsheltered = run.scenario.timeline, run.unsheltered[:, FIRST_DRAW]
    sheltered = run.people("sheltered").sum(axis=1)[:, FIRST_DRAW]
    most_sheltered, sheltered_time = _peak(run, sheltered)
    most_unsheltered, unsheltered_time = _peak(run, unsheltered)
    return {
        "peak_in_state_accommodation": most_sheltered,
        "peak_in_state_accommodation_time": sheltered_time,
        **_full(timeline, peaks_of(run.hours, occupancy(run))),
        "peak_unsheltered": most_unsheltered,
        "peak_unsheltered_time": unsheltered_time,
        "unsheltered_at_end": float(unsheltered[-1]),
    }


def _full(timeline: Timeline, peaks: Peaks) -> dict[str, Any]:
    houses = [number for number, place in enumerate(peaks.places) if place.kind == STATE_ACCOMMODATION]
    when = peaks.first_full[houses, FIRST_DRAW]
    anywhere = bool(np.isfinite(when).any())
    first = int(np.nanargmin(when)) if anywhere else 0
    return {
        "first_place_full": peaks.places[houses[first]].name if anywhere else None,
        "first_place_full_time": time(timeline, float(when[first])) if anywhere else None,
        "places_full": int(np.isfinite(when).sum()),
    }


def shortfalls(wanted: Needs) -> str:
    """The items of which the largest share is lacking, with amounts, in words.

    Parameters
    ----------
    wanted : Needs
        What people need and get.

    Returns
    -------
    str
        At most three items, the largest share first; ``none`` where nothing is lacking of those whose deliveries are known. For a
        daily item the amounts are sums over all dates, for a durable one those at the end, for a facility those of the date with
        the largest gap. Items whose deliveries are not known are counted at the end.
    """
    lacking, needed, share = (values[:, FIRST_DRAW] for values in wanted.unmet_share)
    items = list(wanted.items.values())
    ranked = [number for number in np.lexsort((-lacking, -share)) if lacking[number] > dust(needed[number])][:SHORTFALLS]
    said = [
        f"{items[number].label}: {_amount(lacking[number])} of {_amount(needed[number])} {items[number].unit} lacking"
        f"{WORST_DATE if items[number].kind == 'facility' else ''} ({100.0 * share[number]:.0f} %)"
        for number in ranked
    ]
    unknown = int(np.count_nonzero(~wanted.known))
    last = [f"deliveries of {unknown} item{'s' if unknown > 1 else ''} not known"] if unknown else []
    nothing = ["none"] if wanted.known.any() or not items else []
    return "; ".join([*(said or nothing), *last])


def _amount(value: float) -> str:
    return figure(float(round(value)) if value >= 10 else float(f"{value:.2g}"))
