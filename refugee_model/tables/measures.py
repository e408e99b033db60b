"""Headline measures of many draws: one number a draw, each with its draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.digest import GROUPS
from refugee_model.engine.rows import ONE, RATES, One
from refugee_model.engine.values import sum_of_places
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.tables.draws import FIRST_FULL

if TYPE_CHECKING:
    from refugee_model.engine.inputs import Inputs
    from refugee_model.engine.simulation import Digested

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


HEADLINES = (
    "crossed",
    "peak_daily_arrivals",
    "last_arrival_hours",
    "longest_queue_people",
    "longest_queue_vehicles",
    "median_wait_checkpoint_hours",
    "p90_wait_checkpoint_hours",
    "longest_wait_checkpoint_hours",
    "peak_awaiting_registration",
    "peak_in_state_accommodation",
    "first_place_full_hours",
    "places_full",
    "peak_unsheltered",
    "peak_unsheltered_hours",
    "person_nights_unsheltered",
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
    nights = sum_of_places(digest.days[:, group["sheltered"]]) / HOURS_PER_DAY
    return {
        "crossed": digest.crossed[-1],
        "peak_daily_arrivals": np.diff(digest.crossed, axis=0).max(axis=0),
        "last_arrival_hours": digest.last_arrival,
        "longest_queue_people": highest["most_queue_people"],
        "longest_queue_vehicles": highest["most_queue_vehicles"],
        "median_wait_checkpoint_hours": digest.waits[0],
        "p90_wait_checkpoint_hours": digest.waits[1],
        "longest_wait_checkpoint_hours": digest.waits[2],
        "peak_awaiting_registration": highest["most_registration"],
        "peak_in_state_accommodation": highest["most_sheltered"],
        "first_place_full_hours": full.min(axis=0),
        "places_full": np.isfinite(full).sum(axis=0).astype(np.float64),
        "peak_unsheltered": highest["most_unsheltered"],
        "peak_unsheltered_hours": highest["most_unsheltered_time"],
        "person_nights_unsheltered": sum_of_places(digest.days[:, group["unsheltered"]]) / HOURS_PER_DAY,
        "person_nights_in_state_accommodation": nights,
        "bed_nights_usd": nights * bed_night_usd,
        **{f"{FIRST_FULL}{name}": full[number] for number, name in enumerate(provinces)},
    }


def transit_places(inputs: Inputs, bounds: Integers) -> Floats:
    """Transit places just before each of these bounds (time,), array (time, draw)."""
    rates = inputs.rates[ONE][:, 0, One.transit_places.row - RATES[ONE][0]]
    held: Floats = rates[inputs.epoch[bounds - 1]]
    return held
