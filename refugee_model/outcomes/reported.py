"""What is reported of an exodus, read off where people are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.variables import VARIABLES, group_of, stocks_of
from refugee_model.errors import plain_name
from refugee_model.scenario.network import REGISTERED
from refugee_model.scenario.reports import REPORTED as REPORTED

if TYPE_CHECKING:
    from refugee_model.scenario import places as scenario_places

Floats = NDArray[np.float64]


def province_names(places: pd.Series, provinces: Mapping[str, scenario_places.Province]) -> pd.Series:
    """Places of reports by name: an area code of one province stands for it."""
    coded = [(province.area_code, name) for name, province in provinces.items() if province.area_code]
    codes = [code for code, _ in coded]
    names = {code: name for code, name in coded if code not in provinces and codes.count(code) == 1}
    for name in provinces:
        names.setdefault(plain_name(name), name)

    def known(place: str) -> str:
        return place if place in provinces else names.get(place, names.get(plain_name(place), place))

    return places.map(known)


def reported_at(
    recorded: Mapping[str, Floats], quantity: str, place: str, provinces: Sequence[str], within: Sequence[bool]
) -> Floats:
    """A quantity as it is reported, array (time, draw) [people or vehicles], from arrays (time, place, variable, draw)
    by group of places.

    Cumulative, but for people in state accommodation and people waiting at the checkpoint, who are there at the time.
    People have departed once they have set off. Vehicles count from the start. That no declared flow leads back is
    tested. Whoever takes a route ``within`` the country has not arrived in it; all who register are registered.
    """

    def level(name: str) -> Floats:
        group = group_of(name)
        return recorded[group][:, :, VARIABLES[group][name].row]

    if quantity == "in_state_accommodation":
        sheltered = level("sheltered")
        return sheltered[:, provinces.index(place)] if place else np.asarray(sheltered.sum(axis=1))
    if quantity == "vehicles":
        return np.asarray(level("passed_vehicles").sum(axis=1))
    if quantity == "left_country":
        return level("left_country")[:, 0]
    if quantity == "waiting":
        return np.asarray((level("queue_by_vehicle") + level("queue_by_bus")).sum(axis=1))
    kinds = list(REGISTERED)
    if quantity != "registered":
        kinds += ["unregistered_hosted", "awaiting_registration"]
    if quantity == "departed":
        kinds += ["detained", "on_road"]
    first, *others = (level(name) for kind in kinds for name in stocks_of(kind))
    total = first.sum(axis=1)
    for people in others:
        total = total + (people[:, 0] if people.shape[1] == 1 else people.sum(axis=1))
    if quantity == "registered":
        return total - level("left_before_registering")[:, 0]
    if any(within):
        total = total - level("crossed_so_far")[:, list(within)].sum(axis=1)
        if quantity == "departed":
            on_road = level("on_road_by_vehicle") + level("on_road_by_bus")
            total = total - on_road[:, list(within)].sum(axis=1)
    return np.asarray(total)


def is_projected(quantity: str, place: str, provinces: Sequence[str]) -> bool:
    """Whether a quantity is projected, and for that place: of a province, only people in state accommodation."""
    return quantity in REPORTED and (not place or (quantity == "in_state_accommodation" and place in provinces))
