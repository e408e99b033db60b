"""Headline measures of many draws: one number or time a draw, each with its draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.digest import GROUPS
from refugee_model.engine.rows import ONE, RATES, One
from refugee_model.engine.values import sum_of_places
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR
from refugee_model.tables.draws import FIRST_FULL
from refugee_model.tables.nights import Nights, person_nights
from refugee_model.tables.times import times

if TYPE_CHECKING:
    from refugee_model.engine.inputs import Inputs
    from refugee_model.engine.simulation import Digested
    from refugee_model.scenario.timeline import Timeline

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOMENTS = ("last_arrival", "first_place_full_time", "peak_without_roof_time", "peak_unsheltered_time")
"""Measures that are times, beside those of each province."""
EARLIER = {
    "last_arrival_hours": "last_arrival",
    "first_place_full_hours": "first_place_full_time",
    "peak_unsheltered_hours": "peak_unsheltered_time",
}
"""Measures of an earlier version, when times were hours after the start, and what they are called now."""
EARLIER_FULL = "first_full_hours."
HEADLINES = (
    "person_nights_without_roof",
    "person_nights_on_road",
    "person_nights_at_reception",
    "person_nights_unsheltered",
    "person_nights_held_back",
    "peak_without_roof",
    "peak_without_roof_time",
    "crossed",
    "peak_daily_arrivals",
    "last_arrival",
    "longest_queue_people",
    "longest_queue_vehicles",
    "median_wait_checkpoint_hours",
    "p90_wait_checkpoint_hours",
    "longest_wait_checkpoint_hours",
    "peak_awaiting_registration",
    "peak_in_state_accommodation",
    "first_place_full_time",
    "places_full",
    "peak_unsheltered",
    "peak_unsheltered_time",
    "person_nights_in_state_accommodation",
    "bed_nights_usd",
    "cost_usd",
    "funding_gap_usd",
    "unmet_need_usd",
)
"""Measures of each draw, beside when each province is first full; ``studies.blocks`` adds the last three."""


def measures(inputs: Inputs, digest: Digested, provinces: list[str], bed_night_usd: Floats) -> dict[str, Floats]:
    """Headline measures of each draw; sums run from first to last, so that they do not depend on how many draws there are.

    Parameters
    ----------
    inputs : Inputs
        What the draws were moved with.
    digest : Digested
        What was kept of them.
    provinces : list of str
        Names of the provinces, in order.
    bed_night_usd : array (draw,) [USD/person-night]
        Cost of one night in state accommodation.

    Returns
    -------
    dict of str to array (draw,)
        By name; times are hours after the start, NaN or infinite where nothing of the kind happens.
    """
    highest, group = digest.extremes, {name: number for number, name in enumerate(GROUPS)}
    full = digest.first_full
    in_beds = sum_of_places(digest.days[:, group["sheltered"]]) / HOURS_PER_DAY
    return {
        **night_measures(person_nights(digest.nights, inputs.bounds[inputs.nights])),
        "crossed": digest.crossed[-1],
        "peak_daily_arrivals": np.diff(digest.crossed, axis=0).max(axis=0),
        "last_arrival": digest.last_arrival,
        "longest_queue_people": highest["most_queue_people"],
        "longest_queue_vehicles": highest["most_queue_vehicles"],
        "median_wait_checkpoint_hours": digest.waits[0],
        "p90_wait_checkpoint_hours": digest.waits[1],
        "longest_wait_checkpoint_hours": digest.waits[2],
        "peak_awaiting_registration": highest["most_registration"],
        "peak_in_state_accommodation": highest["most_sheltered"],
        "first_place_full_time": full.min(axis=0),
        "places_full": np.isfinite(full).sum(axis=0).astype(np.float64),
        "peak_unsheltered": highest["most_unsheltered"],
        "peak_unsheltered_time": highest["most_unsheltered_time"],
        "person_nights_in_state_accommodation": in_beds,
        "bed_nights_usd": in_beds * bed_night_usd,
        **{f"{FIRST_FULL}{name}": full[number] for number, name in enumerate(provinces)},
    }


def night_measures(nights: Nights) -> dict[str, Floats]:
    """The headline, its parts, the nights of people held back, and the worst night [h]."""
    total = nights.person_nights
    parts = ("without_roof", "on_road", "at_reception", "unsheltered", "held_back")
    peak = {"peak_without_roof": nights.peak, "peak_without_roof_time": nights.peak_night}
    return {**{f"person_nights_{part}": total[part] for part in parts}, **peak}


def name_now(name: str) -> str:
    """What a measure is called now, of one that an earlier version called otherwise."""
    return f"{FIRST_FULL}{name.removeprefix(EARLIER_FULL)}" if name.startswith(EARLIER_FULL) else EARLIER.get(name, name)


def is_moment(name: str) -> bool:
    """Whether a measure is a time."""
    return name in MOMENTS or name.startswith(FIRST_FULL)


def hours_of(column: pd.Series, start: Any) -> pd.Series:
    """Times as hours after the start; NaN where they are blank."""
    return (column - pd.Timestamp(start)) / pd.Timedelta(seconds=SECONDS_PER_HOUR)


def measure_frame(timeline: Timeline, columns: dict[str, Floats]) -> pd.DataFrame:
    """Measures as a table: times as times, blank (NaT) where it never happens.

    Parameters
    ----------
    timeline : Timeline
        Where hours are counted from.
    columns : dict of str to array (draw,)
        Of :func:`measures`; they become the columns of the table.
    """
    found: dict[str, Any] = {}
    for name, values in columns.items():
        found[name] = values
        if is_moment(name):
            found[name] = times(timeline, np.where(np.isfinite(values), values, np.nan))
    return pd.DataFrame(found, copy=False)


def as_numbers(measured: pd.DataFrame, start: Any) -> pd.DataFrame:
    """Measures as numbers: times as hours after the start."""
    columns = {name: hours_of(column, start) if is_moment(str(name)) else column for name, column in measured.items()}
    return pd.DataFrame(columns, copy=False)


def transit_places(inputs: Inputs, bounds: Integers) -> Floats:
    """Transit places just before each of these bounds (time,), array (time, draw)."""
    rates = inputs.rates[ONE][:, 0, One.transit_places.row - RATES[ONE][0]]
    held: Floats = rates[inputs.epoch[bounds - 1]]
    return held
