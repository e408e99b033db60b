"""Draws of a forecast carried on into the days ahead: people of each in each place at the cut-off, and its numbers.

What the forecast says of people arrived is more than what its scenario moves: plain statistics are pooled with it, and
nothing lies below a count; of people registered and in state accommodation, too, where they were counted. So each draw
has paces, with which its people go on as the forecast says of it while nothing is changed (``pacing.py``).
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
from refugee_model.studies.forecast.middle import drawn_at
from refugee_model.studies.forecast.pacing import beds_of, paced, parts_of

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.studies.forecast.forecast import Forecast

AT_POINTS = "awaiting_placement_by_point"
WITHOUT_VEHICLE = "leaving_without_vehicle"
"""Who are among those leaving."""

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
    hours = np.concatenate(([0.0], parts_of(later)))
    reported = {"arrived", *forecast.reports["quantity"]}  # of the others the forecast says what the rules do
    wanted = {quantity: drawn_at(forecast, quantity, hours) for quantity in COUNTED if quantity in reported}
    _enough_people(columns, later, wanted["arrived"])
    written = {path: distribution.plain() for path, distribution in later.uncertain.items() if path in columns}
    there, usable = beds_of(later, Carried(columns, written, forecast.seed))
    _in_beds(columns, list(forecast.scenario.aid.provinces), there)
    found = paced(later, Carried(columns, written, forecast.seed), wanted, usable)
    return Carried(found.columns | given_before(forecast, columns), written, forecast.seed)


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
        WITHOUT_VEHICLE: np.minimum(each(districts[:, by_bus]), held_back),
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
        **{kind: list(scenario.people.districts) for kind in ("at_home", "leaving", WITHOUT_VEHICLE)},
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


def part_at_home(at_home: Any, elsewhere: Any, most: float) -> Any:
    """What part of the people at home there can be, so that with those elsewhere there are not more than the most."""
    room = np.maximum(most - elsewhere, 0.0)
    return np.minimum(1.0, room / np.maximum(at_home, 1.0))


def _in_beds(columns: dict[str, Floats], provinces: list[str], beds: Floats) -> None:
    """People counted in beds have one: where a province has fewer (province, draw), they are in free ones elsewhere."""
    paths = [f"{NOW}sheltered.{name}" for name in provinces]
    there = np.stack([columns[path] for path in paths])
    free = np.maximum(beds - there, 0.0)
    over, room = np.maximum(there - beds, 0.0), free.sum(axis=0)
    moved = np.minimum(over.sum(axis=0), room)
    leave = np.divide(moved, over.sum(axis=0), out=np.zeros_like(moved), where=moved > 0)
    come = np.divide(moved, room, out=np.zeros_like(moved), where=moved > 0)
    columns |= dict(zip(paths, there - leave * over + come * free, strict=True))


def _enough_people(columns: dict[str, Floats], later: Scenario, wanted: Floats) -> None:
    """At least as many people at home as the forecast says are still to come; in all as many as there are."""
    home = [path for path in columns if path.startswith(f"{NOW}at_home.")]
    others = [
        path
        for path in columns
        if path.startswith(NOW) and path not in home and not path.startswith(f"{NOW}{WITHOUT_VEHICLE}.")
    ]
    gone, at_home = (np.sum([columns[path] for path in paths], axis=0) for paths in (others, home))
    if TOTAL not in columns:
        part = part_at_home(at_home, gone, MOST_PEOPLE)
        columns |= {path: columns[path] * part for path in home}
        return
    share = columns.get(LEAVING, np.full(len(gone), later.timing.departure.share_leaving))
    on_the_way = gone - wanted[0]
    needed = ENOUGH * np.maximum(wanted[-1] - wanted[0] - on_the_way, 0.0)
    staying = (1.0 - share) * (at_home + gone)
    missing = np.maximum(needed - np.maximum(at_home - staying, 0.0), 0.0) / np.maximum(share, 0.01)
    enough = np.minimum(at_home + missing, MOST_PEOPLE - gone)
    part = np.divide(enough, at_home, out=np.ones_like(at_home), where=at_home > 0)
    for path in home:
        columns[path] = np.where(at_home > 0, columns[path] * part, enough / len(home))
    columns[TOTAL] = np.minimum(gone + np.sum([columns[path] for path in home], axis=0), MOST_PEOPLE)
