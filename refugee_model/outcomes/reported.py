"""What is reported of an exodus, read off where people are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats
from refugee_model.engine.variables import VARIABLES, group_of, stocks_of
from refugee_model.errors import nearest, plain_name
from refugee_model.outcomes.calendar import interpolated
from refugee_model.scenario.network import REGISTERED, routes_inside
from refugee_model.scenario.reports import BY_PROVINCE, BY_ROUTE, CURRENT, REPORTED

if TYPE_CHECKING:
    from refugee_model.engine.result import Result
    from refugee_model.scenario.scenario import Scenario


def places_reported(scenario: Scenario, quantity: str) -> tuple[str, ...]:
    """Places of which a quantity may be reported one by one: provinces, or the routes of a scenario that names some."""
    if quantity in BY_PROVINCE:
        return tuple(scenario.aid.provinces)
    return tuple(scenario.timing.routes) if quantity in BY_ROUTE else ()


def items_reported(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Each quantity with each place of which it may be reported, all of them together first; no place is blank."""
    yield from ((quantity, "") for quantity in REPORTED)
    yield from ((quantity, place) for quantity in REPORTED for place in places_reported(scenario, quantity))


def names_of_reported(reports: pd.DataFrame, scenario: Scenario) -> list[str]:
    """Places of reports by name: an area code of one province stands for it."""
    provinces = scenario.aid.provinces
    coded = [(province.area_code, name) for name, province in provinces.items() if province.area_code]
    codes = [code for code, _ in coded]
    of_codes = {code: name for code, name in coded if code not in provinces and codes.count(code) == 1}

    def known(quantity: str, place: str) -> str:
        names, plain = places_reported(scenario, quantity), plain_name(place)
        meant = {plain_name(name): name for name in reversed(names)} | (of_codes if quantity in BY_PROVINCE else {})
        return place if place in names else meant.get(place, meant.get(plain, place))

    items = list(zip(reports["quantity"], reports["place"], strict=True))
    found = {item: known(*item) for item in dict.fromkeys(items)}
    return [found[item] for item in items]


def wrong_place(quantity: str, place: str, scenario: Scenario) -> str:
    """What is wrong with the place of a quantity that is projected; empty where nothing is."""
    names = places_reported(scenario, quantity)
    if not place or place in names:
        return ""
    if names:
        kind = "province" if quantity in BY_PROVINCE else "route"
        return f"found {place!r}, no {kind} of this scenario; {nearest(str(place), names)}"
    why = ", as the scenario names no routes" if quantity in BY_ROUTE else ""
    return f"found {place!r} for {quantity}, which is projected for all places together{why}; leave it blank"


def reported_at(recorded: Mapping[str, Floats], scenario: Scenario, quantity: str, place: str = "") -> Floats:
    """A quantity as it is reported, array (time, draw) [people or vehicles], from arrays (time, place, variable, draw)
    by group of places. Of one of ``places_reported``, or of all together. Cumulative, but for people in state
    accommodation and people waiting at the checkpoint, who are there at the time. People have departed once they have
    set off. Vehicles count from the start, and so do people who arrived by one route: by which those came who had
    crossed before is not known. That no declared flow leads back is tested. Who takes a route inside the country
    crosses no border: such a route counts only by name, and among those who register.
    """

    def level(name: str) -> Floats:
        group = group_of(name)
        return recorded[group][:, :, VARIABLES[group][name].row]

    places, within = places_reported(scenario, quantity), np.asarray(routes_inside(scenario))

    def of_place(array: Floats) -> Floats:
        if place:
            return array[:, places.index(place)]
        return np.asarray((array[:, ~within] if quantity in BY_ROUTE else array).sum(axis=1))

    if quantity == "in_state_accommodation":
        return of_place(level("sheltered"))
    if quantity == "vehicles":
        return of_place(level("passed_vehicles"))
    if quantity == "left_country":
        return level("left_country")[:, 0]
    if quantity == "waiting":
        return of_place(level("queue_by_vehicle") + level("queue_by_bus"))
    if place:
        return of_place(level("crossed_so_far"))
    kinds = list(REGISTERED)
    if quantity != "registered":
        kinds += ["unregistered_hosted", "awaiting_registration"]
    if quantity == "departed":
        kinds += ["detained", "on_road"]
    first, *others = (level(name) for kind in kinds for name in stocks_of(kind))
    total = first.sum(axis=1)
    for people in others:
        total = total + (people[:, 0] if people.shape[1] == 1 else people.sum(axis=1))
    # Guests of a lost province on the road of its residents have come, and those registered have, before they took it.
    total = total + level("registered_guests_under_way" if quantity == "registered" else "guests_under_way")[:, 0]
    if quantity == "registered":
        return np.asarray(total - level("left_before_registering")[:, 0])
    if any(within):
        total = total - level("crossed_so_far")[:, within].sum(axis=1)
    if any(within) and quantity == "departed":
        total = total - (level("on_road_by_vehicle") + level("on_road_by_bus"))[:, within].sum(axis=1)
    return np.asarray(total)


COUNTED_AMONG = {"departed": ("arrived", "registered"), "arrived": ("registered",)}
"""Of everyone who has set off, some have arrived, and of those some have registered: a count of the fewer is one of the
more."""
REVISED = 0.05
"""Where a later count is lower by more than this share one of the two is wrong: that which contradicts more of the
others, the earlier if they are as many, and never the last. Smaller falls are not followed."""
SAME_TIME = 1e-6


@dataclass(frozen=True)
class Least:
    """What had been counted, by time."""

    hours: Floats
    """Array (count,) [h]: when, in order, hours after the start."""
    values: Floats
    """Array (count,) [people or vehicles]: the highest count so far."""

    def at(self, hours: Floats) -> Floats:
        """The highest count up to each time, 0 before the first; array (time,) from hours after the start."""
        found: Floats = np.concatenate(([0.0], self.values))[
            np.searchsorted(self.hours, hours + SAME_TIME, side="right")
        ]
        return found


@dataclass(frozen=True)
class Foretold:
    """What a forecast says of what is reported."""

    result: Result
    """People in places, of many draws."""
    until_hours: float
    """Hours after the start at which the last report could be used [h]."""
    hours: Floats
    """When the curves are, array (time,) [h]."""
    curves: Mapping[str, Floats]
    """Of all places together, arrays (time, draw), by quantity [people or vehicles]."""
    least: Mapping[str, Least]
    """What had been counted of all places together, by quantity; the curves are not below it."""
    least_by_route: Mapping[str, Mapping[str, Least]]
    """What had been counted of each route."""


def right_counts(reports: pd.DataFrame, quantity: str) -> tuple[Floats, Floats, Floats]:
    """Hours, values (the highest so far) and rounding of the counts of a total of all places that were not revised.

    A fall is an error of counting and not a stop: where it is not small beside how many come between two counts, the
    higher count before it is left out, so that nobody takes what follows for a flow that has ended.
    """
    rows = _right(reports, quantity, "").sort_values("hours", kind="stable")
    values = rows["value"].to_numpy(dtype=float)
    usual = float(np.median(np.abs(np.diff(values, prepend=0.0)))) if len(rows) else 0.0
    least_since = np.minimum.accumulate(values[::-1])[::-1]
    tells = values - least_since <= REVISED * usual
    rows, highest = rows[tells], np.maximum.accumulate(values)[tells] if len(rows) else values
    return rows["hours"].to_numpy(dtype=float), highest, rows["rounding"].fillna(1.0).to_numpy(dtype=float)


def least_of(reports: pd.DataFrame, place: str = "") -> dict[str, Least]:
    """What each total of a place, or of all together, cannot be below, from usable reports."""
    found = {}
    for quantity in REPORTED:
        names = (quantity, *COUNTED_AMONG.get(quantity, ()))
        counts = [_counts(reports, name, place) for name in names] if quantity not in CURRENT and len(reports) else []
        hours, values = (
            (np.concatenate(arrays) for arrays in zip(*counts, strict=True)) if counts else (np.empty(0), np.empty(0))
        )
        if len(hours):
            order = np.argsort(hours, kind="stable")
            found[quantity] = Least(hours[order], np.maximum.accumulate(values[order]))
    return found


def _counts(reports: pd.DataFrame, quantity: str, place: str) -> tuple[Floats, Floats]:
    """When each count of a total held for sure, and its value; those that were revised by much are left out."""
    rows = _right(reports, quantity, place)
    return rows["sure"].to_numpy(dtype=float), rows["value"].to_numpy(dtype=float)


def _right(reports: pd.DataFrame, quantity: str, place: str) -> pd.DataFrame:
    """Counts of a total in the order in which they held for sure, but for those that were revised by much."""
    rows = reports[(reports["quantity"] == quantity) & (reports["place"] == place)]
    later = (rows["latest"] - rows["time"]).dt.total_seconds().astype(float) / 3600.0
    rows = rows.assign(sure=rows["hours"].astype(float) + later.fillna(0.0)).sort_values("sure", kind="stable")
    values, kept = rows["value"].to_numpy(dtype=float), np.ones(len(rows), dtype=bool)
    contradict = np.triu(values[:, None] * (1.0 - REVISED) > values)
    contradict |= contradict.T
    while (against := np.where(kept[:-1], (contradict & kept)[:-1].sum(axis=1), 0)).any():
        kept[np.argmax(against)] = False
    return rows[kept]


def lacking(values: Floats, hours: Floats, least: Mapping[str, Least], quantity: str) -> Floats:
    """By how much each draw of a quantity (time, draw) lies below the last count at the time of it, array (draw,)."""
    if quantity not in least:
        return np.zeros(values.shape[1])
    counts = least[quantity]
    return np.asarray(np.maximum(counts.values[-1] - interpolated(hours, values, counts.hours[-1:])[0], 0.0))


def on_from_counts(values: Floats, hours: Floats, least: Mapping[str, Least], quantity: str, missing: Floats) -> Floats:
    """Values of a total (time, draw), none below what had been counted; draws that lack some of the last count go on
    from it by as many people as they add.
    """
    if quantity not in least:
        return values
    after = hours >= least[quantity].hours[-1] - SAME_TIME
    return not_below(values + (after[:, None] * missing).astype(values.dtype), hours, least, quantity)


def not_below(values: Floats, hours: Floats, least: Mapping[str, Least], quantity: str) -> Floats:
    """Values of a quantity (time, ...) at these times (time,), none below what had been counted."""
    if quantity not in least:
        return values
    floor = least[quantity].at(hours).reshape(-1, *(1,) * (values.ndim - 1))
    return np.maximum(values, floor.astype(values.dtype))
