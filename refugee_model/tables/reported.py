"""What is reported of an exodus, read off stocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.rows import ONE, POINT, PROVINCE, One, Point, Province
from refugee_model.errors import plain_name

if TYPE_CHECKING:
    from refugee_model.scenario import places as scenario_places

Floats = NDArray[np.float64]


def province_names(places: pd.Series, provinces: Mapping[str, scenario_places.Province]) -> pd.Series:
    """Places of reports by name: an area code of one province stands for it, and blank for all places together is an empty text."""
    coded = [(province.area_code, name) for name, province in provinces.items() if province.area_code]
    codes = [code for code, _ in coded]
    names = {code: name for code, name in coded if code not in provinces and codes.count(code) == 1}
    for name in provinces:
        names.setdefault(plain_name(name), name)
    given = places.astype(object).where(places.notna(), "")

    def known(place: object) -> object:
        if not isinstance(place, str) or place in provinces:
            return place
        return names.get(place, names.get(plain_name(place), place))

    return given.map(known)


def reported_at(stocks: Mapping[str, Floats], quantity: str, place: str, provinces: Sequence[str]) -> Floats:
    """A quantity as it is reported, from the people in all places.

    Parameters
    ----------
    stocks : mapping of str to array (time, place, quantity, draw), by kind of place
        Stocks, and the levels of ``One``, as ``engine.simulation.stocks_at`` gives them.
    quantity : str
        One of ``quantities.REPORTED``.
    place : str
        Province, for people in state accommodation there; empty for all places together.
    provinces : sequence of str
        Names of the provinces, in order.

    Returns
    -------
    array (time, draw) [people or vehicles]
        As ``tables.arrivals.reported_quantity`` gives it of a projection.
    """
    one, points, by_province = stocks[ONE][:, 0], stocks[POINT][:, :, Point.awaiting_registration.row], stocks[PROVINCE]
    sheltered = by_province[:, :, Province.sheltered.row]
    if quantity == "in_state_accommodation":
        return sheltered[:, provinces.index(place)] if place else np.asarray(sheltered.sum(axis=1))
    if quantity == "vehicles":
        return one[:, One.passed_vehicles.row]
    if quantity == "left_country":
        return one[:, One.left_country.row]
    if quantity == "waiting":
        return np.asarray(one[:, One.queue_by_vehicle.row] + one[:, One.queue_by_bus.row])
    there = sum(by_province[:, :, row.row].sum(axis=1) for row in (Province.travelling, Province.sheltered, Province.hosted))
    registered = there + one[:, One.awaiting_placement.row] + one[:, One.left_country.row]
    if quantity == "registered":
        return np.asarray(registered - one[:, One.left_before_registering.row])
    arrived = registered + one[:, One.unregistered_hosted.row] + points.sum(axis=1)
    if quantity == "arrived":
        return np.asarray(arrived)
    return np.asarray(arrived + one[:, One.detained.row] + one[:, One.on_road_by_vehicle.row] + one[:, One.on_road_by_bus.row])
