"""Draws of a forecast carried on into the days ahead: people of each in each place at the cut-off, and its numbers.

What the forecast says of people arrived is more than what its scenario moves: plain statistics are pooled with it, and
nothing lies below a count. So each draw has a pace, factors on departures and checkpoints by days ahead, with which its
people arrive as the forecast says of it while nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.variables import District, One, Point, Pool, Province, Route
from refugee_model.outcomes.groups import days_of
from refugee_model.outcomes.needs import is_known, needs_by_item
from refugee_model.scenario.carried import NOW, Carried
from refugee_model.scenario.network import DISTRICT, ONE, POINT, POOL, PROVINCE, ROUTE
from refugee_model.scenario.places import MOST_PEOPLE
from refugee_model.studies.blocks import PACE
from refugee_model.studies.ensemble import curves_of
from refugee_model.studies.forecast.middle import drawn_at
from refugee_model.tables.forecasts import at_hours

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.studies.forecast.forecast import Forecast

AT_POINTS = "awaiting_placement_by_point"

PACE_HOURS = (6.0, 12.0, 24.0, 48.0, 72.0, 120.0, 168.0, 336.0)
"""Ends of the parts with a pace of their own, after the cut-off; the last goes on to the end."""
ROUNDS = 10
SLOWEST, FASTEST = 0.001, 1000.0
LITTLE = 5e-4
"""Share of all who have arrived that says nothing of a pace."""
LEAST_MOVED, LEAST_YIELD = 0.01, 0.3
"""A change of the logarithm of a pace below the first says nothing; one brings at least the second part of itself."""
ENOUGH = 1.02
"""People at home are at least so many times those who are still to come."""
FUEL, TOTAL, LEAVING = "timing.transport.fuel_litres", "people.total", "timing.departure.share_leaving"
HANDED_OUT, PAID, FACILITY = "aid.handed_out", "aid.cash.paid_before", "facility"
IN_NEED = (
    "awaiting_registration",
    "unregistered_hosted",
    "awaiting_placement",
    AT_POINTS,
    "travelling",
    "sheltered",
    "hosted",
)
"""Kinds of places in the country, whose people cash reaches."""
COUNTED = ("arrived", "registered", "in_state_accommodation")
"""By which people are put in places."""


def carried_of(forecast: Forecast, later: Scenario) -> Carried:
    """The draws of a forecast for the scenario of the days ahead, which was written from it."""
    columns = {path: forecast.draws[path].to_numpy(np.float64) for path in later.uncertain if path in forecast.draws}
    columns |= {f"{NOW}{path}": people for path, people in people_of_each(forecast).items()}
    if forecast.scenario.timing.transport.fuel_litres is not None:
        columns[FUEL] = forecast.ensemble.now[ONE][0, One.fuel.row]
    hours = np.array([*(end for end in PACE_HOURS if end < later.timeline.hours), later.timeline.hours])
    wanted = drawn_at(forecast, "arrived", np.concatenate(([0.0], hours)))
    _enough_people(columns, later, wanted)
    written = {path: distribution.plain() for path, distribution in later.uncertain.items() if path in columns}
    paced = _paced(later, Carried(columns, written, forecast.seed), hours, wanted)
    return Carried(paced.columns | given_before(forecast, columns), written, forecast.seed)


def people_of_each(forecast: Forecast) -> dict[str, Floats]:
    """People of each draw in each place at the cut-off, arrays (draw,), with as many arrived as were counted."""
    counted = [drawn_at(forecast, quantity, np.zeros(1))[0] for quantity in COUNTED]
    names = names_by_kind(forecast.scenario)
    return {
        f"{kind}.{names[kind][number]}" if kind in names else kind: np.maximum(people, 0.0)
        for kind, of_kind in people_by_kind(forecast, counted, np.asarray, _scaled).items()
        for number, people in enumerate(of_kind)
    }


def people_by_kind(
    forecast: Forecast,
    counted: Sequence[Any],
    each: Callable[[Floats], Floats],
    adding_up: Callable[[dict[str, Floats], Any], dict[str, Floats]],
) -> dict[str, Floats]:
    """People by kind of place at the cut-off, arrays (place, ...), with as many as were ``counted``: what ``each``
    makes of places and draws, and what ``adding_up`` makes of several kinds that come to a whole.
    """
    now, by_bus = forecast.ensemble.now, District.leaving_by_bus.row
    one, districts, points, provinces, routes = (now[group] for group in (ONE, DISTRICT, POINT, PROVINCE, ROUTE))
    waiting_for_bed = now[POOL][:, Pool.waiting_here.row]
    arrived, registered, sheltered = counted
    # Guests of a lost province are on the road again, and go on there.
    arrived = np.maximum(arrived - each(one[:, One.guests_under_way.row])[0], 0.0)
    registered = registered - each(one[:, One.registered_guests_under_way.row])[0]
    sheltered = np.minimum(sheltered, arrived)
    registered = np.minimum(np.maximum(registered, sheltered), arrived)
    held_back = each(districts[:, District.leaving_by_vehicle.row] + districts[:, by_bus])
    elsewhere = {
        "travelling": provinces[:, Province.travelling.row],
        "hosted": provinces[:, Province.hosted.row],
        "awaiting_placement" if len(waiting_for_bed) == 1 else AT_POINTS: waiting_for_bed,
        "left_country": one[:, One.left_country.row],
    }
    waiting = {
        "awaiting_registration": points[:, Point.awaiting_registration.row],
        "unregistered_hosted": one[:, One.unregistered_hosted.row],
    }
    return {
        "at_home": each(districts[:, District.willing.row]),
        "leaving": held_back,
        "leaving_without_vehicle": np.minimum(each(districts[:, by_bus]), held_back),
        "detained": each(one[:, One.detained.row]),
        "on_road_by_route" if forecast.scenario.timing.routes else "on_road": each(
            routes[:, Route.on_road_by_vehicle.row] + routes[:, Route.on_road_by_bus.row]
        ),
        **adding_up({"sheltered": provinces[:, Province.sheltered.row]}, sheltered),
        **adding_up(elsewhere, registered - sheltered),
        **adding_up(waiting, arrived - registered),
    }


def names_by_kind(scenario: Scenario) -> dict[str, list[str]]:
    """Names of the places of each kind; of kinds with one place there are none."""
    return {
        **{kind: list(scenario.people.districts) for kind in ("at_home", "leaving", "leaving_without_vehicle")},
        **{kind: list(scenario.aid.provinces) for kind in ("sheltered", "travelling", "hosted")},
        **{kind: list(scenario.aid.reception_points) for kind in ("awaiting_registration", AT_POINTS)},
        "on_road_by_route": list(scenario.timing.routes),
    }


def given_before(forecast: Forecast, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    """Goods handed out until the cut-off, by item, and people who have been paid once, arrays (draw,); ``columns`` are
    people of each place.
    """
    result, scenario, until = forecast.result, forecast.scenario, forecast.until_hours
    found = dict[str, Floats]()
    if result.days.size:
        edges, items = days_of(result).edges, scenario.standards.items_of_climate
        part = np.clip((until - edges[:-1]) / np.diff(edges), 0.0, 1.0)[:, None]
        for (name, item), needs in zip(items.items(), needs_by_item(result), strict=True):
            if item.kind != FACILITY and is_known(scenario, name):
                path = f"{HANDED_OUT}.{name}"
                before = result.values[path] if name in scenario.aid.handed_out else np.zeros(1)
                found[path] = before + (part * needs.supplied).sum(axis=0)
    if scenario.aid.cash.one_off_usd_per_person:
        there = sum(people for path, people in columns.items() if path.removeprefix(NOW).split(".")[0] in IN_NEED)
        covered = result.values.schedule("aid.cash.coverage", np.array([until - 1e-6]))[0]
        found[PAID] = np.asarray(covered * there)
    return found


def _scaled(kinds: Mapping[str, Floats], whole: Floats) -> dict[str, Floats]:
    """People of some kinds of places, (place, draw) each, that add up to a whole (draw,); evenly where none were."""
    total = sum(people.sum(axis=0) for people in kinds.values())
    places = sum(len(people) for people in kinds.values())
    share = np.divide(whole, total, out=np.zeros_like(whole), where=total > 0)
    return {kind: np.where(total > 0, people * share, whole / places) for kind, people in kinds.items()}


def _enough_people(columns: dict[str, Floats], later: Scenario, wanted: Floats) -> None:
    """At least as many people at home as the forecast says are still to come; in all as many as there are."""
    home = [path for path in columns if path.startswith(f"{NOW}at_home.")]
    others = [
        path
        for path in columns
        if path.startswith(NOW) and path not in home and not path.startswith(f"{NOW}leaving_without_vehicle.")
    ]
    if TOTAL not in columns:
        return
    gone = np.sum([columns[path] for path in others], axis=0)
    share = columns.get(LEAVING, np.full(len(gone), later.timing.departure.share_leaving))
    on_the_way = gone - wanted[0]
    needed = ENOUGH * np.maximum(wanted[-1] - wanted[0] - on_the_way, 0.0)
    at_home = np.sum([columns[path] for path in home], axis=0)
    staying = (1.0 - share) * (at_home + gone)
    missing = np.maximum(needed - np.maximum(at_home - staying, 0.0), 0.0) / np.maximum(share, 0.01)
    enough = np.minimum(at_home + missing, MOST_PEOPLE - gone)
    part = np.divide(enough, at_home, out=np.ones_like(at_home), where=at_home > 0)
    for path in home:
        columns[path] = np.where(at_home > 0, columns[path] * part, enough / len(home))
    columns[TOTAL] = np.minimum(gone + np.sum([columns[path] for path in home], axis=0), MOST_PEOPLE)


def _paced(later: Scenario, carried: Carried, hours: Floats, wanted: Floats) -> Carried:
    """The draws with the pace at which people arrive as wanted (time, draw), found by trying."""
    pace, limits = np.zeros((len(hours), len(carried))), np.log((SLOWEST, FASTEST))
    little, before = 1.0 + LITTLE * wanted[1:], list[Floats]()
    target = np.log(np.diff(wanted, axis=0) + little)
    for _ in range(ROUNDS):
        carried = Carried(carried.columns | _named(np.exp(pace), hours), carried.written, carried.seed)
        found = np.log(np.diff(_tried(later, carried, hours, wanted[0]), axis=0) + little)
        yields = np.ones_like(pace)
        if before:  # what the last step brought, so that many more or fewer are not sought by small steps
            moved = pace - before[0]
            np.divide(found - before[1], moved, out=yields, where=np.abs(moved) > LEAST_MOVED)
        before = [pace, found]
        pace = np.clip(pace + (target - found) / np.clip(yields, LEAST_YIELD, 1.0), *limits)
    return carried


def _named(pace: Floats, hours: Floats) -> dict[str, Floats]:
    return {f"{PACE}{until:g}": factors for until, factors in zip(hours, pace, strict=True)}


def _tried(later: Scenario, carried: Carried, hours: Floats, at_start: Floats) -> Floats:
    """People arrived at these hours in all draws that are carried on, array (time, draw)."""
    found = curves_of(later.carrying(carried), len(carried), carried.seed, hours)
    arrived = at_hours(found.curve_hours, found.curves["arrived"], hours, from_nothing=False)
    return np.concatenate((at_start[None], arrived))
