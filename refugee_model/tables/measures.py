"""Headline measures of many draws: one number a draw, each with its draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.digest import GROUPS, ROUNDING
from refugee_model.engine.rows import ONE, POINT, PROVINCE, RATES, One
from refugee_model.engine.values import sum_of_places
from refugee_model.engine.waiting import wait_measures
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.tables.draws import FIRST_FULL
from refugee_model.tables.summary import NEARLY_ALL

if TYPE_CHECKING:
    from refugee_model.engine.inputs import Inputs
    from refugee_model.engine.simulation import Digested

Floats = NDArray[np.float64]


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
    start = inputs.stocks[ONE][0]
    before = _crossed_before(inputs)
    crossed = digest.curves[:, 0]
    highest, group = digest.extremes, {name: number for number, name in enumerate(GROUPS)}
    waits = wait_measures(digest.hours, digest.curves[:, 1], digest.curves[:, 2], start[One.on_road_by_vehicle.row])
    full = digest.first_full
    nights = np.cumsum(digest.days[:, group["sheltered"]], axis=0)[-1] / HOURS_PER_DAY
    return {
        "crossed": crossed[-1] + before,
        "peak_daily_arrivals": np.diff(crossed[digest.edges], axis=0).max(axis=0),
        "last_arrival_hours": last_arrivals(digest.hours, crossed),
        "longest_queue_people": highest["most_queue_people"],
        "longest_queue_vehicles": highest["most_queue_vehicles"],
        "median_wait_checkpoint_hours": waits[0],
        "p90_wait_checkpoint_hours": waits[1],
        "longest_wait_checkpoint_hours": waits[2],
        "peak_awaiting_registration": highest["most_registration"],
        "peak_in_state_accommodation": highest["most_sheltered"],
        "first_place_full_hours": full.min(axis=0),
        "places_full": np.isfinite(full).sum(axis=0).astype(np.float64),
        "peak_unsheltered": highest["most_unsheltered"],
        "peak_unsheltered_hours": highest["most_unsheltered_time"],
        "person_nights_unsheltered": np.cumsum(digest.days[:, group["unsheltered"]], axis=0)[-1] / HOURS_PER_DAY,
        "person_nights_in_state_accommodation": nights,
        "bed_nights_usd": nights * bed_night_usd,
        **{f"{FIRST_FULL}{name}": full[number] for number, name in enumerate(provinces)},
    }


def crossed_by_day(inputs: Inputs, digest: Digested) -> Floats:
    """People who have crossed by the end of each day, those from before the start included, array (day, draw)."""
    by_day: Floats = digest.curves[digest.edges[1:], 0] + _crossed_before(inputs)
    return by_day


def transit_by_day(inputs: Inputs, digest: Digested) -> Floats:
    """Transit places just before the end of each day, array (day, draw)."""
    rates = inputs.rates[ONE][:, 0, One.transit_places.row - RATES[ONE][0]]
    places: Floats = rates[inputs.epoch[digest.edges[1:] - 1]]
    return places


def most_covered(inputs: Inputs, digest: Digested) -> Floats:
    """Most people covered by cash at any time, of all who had crossed, those from before the start included, array (draw,)."""
    before = _crossed_before(inputs)
    if not before.any():
        return digest.extremes["most_covered"]
    coverage = inputs.rates[ONE][inputs.epoch, 0, One.cash_coverage.row - RATES[ONE][0]]
    most: Floats = np.max(coverage * (digest.curves[1:, 0] + before), axis=0)
    return most


def last_arrivals(hours: Floats, crossed: Floats) -> Floats:
    """When nearly all who cross within the projection have, on straight lines between bounds.

    Parameters
    ----------
    hours : array (bound,) [h]
        Hours after the start.
    crossed : array (bound, draw) [people]
        People who have crossed since the start.

    Returns
    -------
    array (draw,) [h]
        NaN where nobody crosses.
    """
    wanted = NEARLY_ALL * crossed[-1]
    after = np.maximum(np.argmax(crossed >= wanted, axis=0), 1)
    draws = np.arange(crossed.shape[1])
    low, high = crossed[after - 1, draws], crossed[after, draws]
    with np.errstate(divide="ignore", invalid="ignore"):
        when = hours[after - 1] + (wanted - low) / (high - low) * (hours[after] - hours[after - 1])
    result: Floats = np.where(crossed[-1] > ROUNDING, when, np.nan)
    return result


def _crossed_before(inputs: Inputs) -> Floats:
    """People who had crossed when the projection started, array (draw,)."""
    one, points, provinces = inputs.stocks[ONE][0], inputs.stocks[POINT], inputs.stocks[PROVINCE]
    rows = [One.unregistered_hosted.row, One.awaiting_placement.row, One.left_country.row]
    people = np.concatenate((one[rows], points.reshape(-1, inputs.draws), provinces.reshape(-1, inputs.draws)))
    return sum_of_places(people)
