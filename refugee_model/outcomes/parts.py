"""Needs and costs of parts of the people: by origin, by the route they came by, or by the reception point they are at.

Nothing is told of what each part gets: needs are those of the whole, shared out so that the parts add up to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.result import Result
from refugee_model.outcomes.groups import days_of, heads_of
from refugee_model.outcomes.needs import (
    AMOUNTS,
    FUNDS,
    GAP,
    ITEMS,
    MONTHLY,
    NIGHTS,
    ONE_OFF,
    SURGE,
    TOTAL,
    ItemNeeds,
    amounts_of,
    calendar_of,
    costs,
    needs_by_item,
)
from refugee_model.outcomes.origins import UNDER_WAY, came_by
from refugee_model.scenario.network import IN_COUNTRY, routes_inside

ORIGIN, ROUTE, POINT = "origin", "route", "point"
BY = (ORIGIN, ROUTE, POINT)
"""By what needs can be shared out."""
REFUGEES, DISPLACED = "refugees", "displaced inside"
"""People of the area of origin; residents who are displaced inside the receiving country."""
BEFORE, ELSEWHERE = "before the start", "elsewhere"
"""People who had come before the start, and nobody knows by which route; who are at no reception point."""


@dataclass(frozen=True)
class Parts:
    """Shares of parts of the people; they add up to 1."""

    names: tuple[str, ...]
    """The parts."""
    there: dict[str, Floats]
    """Dict of array (date, part, draw), by group of ``network.IN_COUNTRY``: by person-days of each date, where nobody
    is there evenly.
    """
    new: dict[str, Floats]
    """Dict of array (date, part, draw), by group: of those who are new to the group on each date: as many as came into
    the country on it by who did, the others, who come back from relatives, as all who are there.
    """
    whole: dict[str, Floats]
    """Dict of array (part, draw), by category of costs: over the whole projection: by person-nights in state
    accommodation, by those with relatives, by who came.
    """


def parts_of(result: Result, by: str) -> Parts:
    """Shares of each origin, of those who came by each route, or of those at each reception point."""
    names, people, come = {ORIGIN: _by_origin, ROUTE: _by_route, POINT: _by_point}[by](result)
    there, new = {}, {}
    arrived, heads = _on_dates(result, come, flow=True), heads_of(result, days_of(result))
    for group, kinds in IN_COUNTRY.items():
        in_group = [people[kind] for kind in (*kinds, UNDER_WAY) if kind != UNDER_WAY or group != "hosted"]
        there[group] = _shares(_on_dates(result, np.sum(in_group, axis=0)), None)
        at_points = by != POINT or "awaiting_registration" in kinds
        came, joined = arrived.sum(axis=1), heads[group].new
        fresh = np.divide(np.minimum(came, joined), joined, out=np.zeros_like(came), where=joined > 0.0)[:, None]
        by_arrival = _shares(arrived, there[group]) if at_points else there[group]
        new[group] = fresh * by_arrival + (1.0 - fresh) * there["everyone" if by != POINT else group]
    nights, hosted, anywhere = (
        _on_dates(result, np.sum([people[kind] for kind in kinds], axis=0)).sum(axis=0, keepdims=True)
        for kinds in (("sheltered",), IN_COUNTRY["hosted"], KINDS_THERE)
    )
    otherwise = _shares(anywhere, None)
    in_beds, with_relatives, came = (
        _shares(amounts, otherwise)[0] for amounts in (nights, hosted, arrived.sum(axis=0, keepdims=True))
    )
    return Parts(names, there, new, {SURGE: in_beds, NIGHTS: in_beds, ONE_OFF: came, MONTHLY: with_relatives})


Found = tuple[tuple[str, ...], dict[str, Floats], Floats]
"""Names of parts; people of each by kind of place, arrays (time, part, draw); who comes, (step, part, draw)."""
KINDS_THERE = IN_COUNTRY["everyone"]


def _of_kinds(result: Result, within: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """People by kind of place: those of each part, and the rest of all who are there."""
    found = {}
    for kind in (*KINDS_THERE, UNDER_WAY):
        everyone = result.level(kind)[:, 0] if kind == UNDER_WAY else result.people(kind).sum(axis=1)
        of_parts = [part[kind].sum(axis=1) for part in within]
        rest = np.maximum(everyone - np.sum(of_parts, axis=0), 0.0)
        found[kind] = np.stack([*of_parts, rest], axis=1)
    return found


def _by_origin(result: Result) -> Found:
    crossed, within = result.flow("crossed"), np.asarray(routes_inside(result.scenario))
    come = np.stack([crossed[:, within].sum(axis=1), crossed[:, ~within].sum(axis=1)], axis=1)
    return (DISPLACED, REFUGEES), _of_kinds(result, [came_by(result, within)]), come


def _by_route(result: Result) -> Found:
    crossed, routes = result.flow("crossed"), tuple(result.scenario.timing.roads)
    each = [came_by(result, np.arange(len(routes)) == number) for number in range(len(routes))]
    come = np.concatenate((crossed, np.zeros_like(crossed[:, :1])), axis=1)
    return (*routes, BEFORE), _of_kinds(result, each), come


def _by_point(result: Result) -> Found:
    points, zero = result.places_of("awaiting_registration"), np.zeros_like(result.level(UNDER_WAY))
    at_points = ("awaiting_registration", "awaiting_placement")[: 2 if result.sizes.pools > 1 else 1]
    waiting = {kind: result.people(kind) for kind in at_points}
    each = [
        {kind: waiting[kind][:, place : place + 1] if kind in waiting else zero for kind in (*KINDS_THERE, UNDER_WAY)}
        for place in range(len(points))
    ]
    received, crossed = result.flow("received"), result.flow("crossed").sum(axis=1, keepdims=True)
    rest = np.maximum(crossed - received.sum(axis=1, keepdims=True), 0.0)
    names = (*(place.name for place in points), ELSEWHERE)
    return names, _of_kinds(result, each), np.concatenate((received, rest), axis=1)


def _on_dates(result: Result, people: Floats, *, flow: bool = False) -> Floats:
    """People (time, part, draw) summed over each date, or who moved (step, part, draw) on it."""
    over_steps = people if flow else 0.5 * (people[1:] + people[:-1]) * result.steps[:, None, None]
    date = np.clip(np.searchsorted(days_of(result).edges, result.hours[:-1], side="right") - 1, 0, None)
    found = np.zeros((len(days_of(result).dates), *people.shape[1:]))
    np.add.at(found, np.minimum(date, len(found) - 1), over_steps)
    return found


def _shares(amounts: Floats, otherwise: Floats | None) -> Floats:
    """Shares of parts (date, part, draw) that add up to 1; where there is nothing to share others, or even ones."""
    total = amounts.sum(axis=1, keepdims=True)
    other = np.full_like(amounts, 1.0 / amounts.shape[1]) if otherwise is None else otherwise
    return np.where(total > 0.0, np.divide(amounts, total, out=np.zeros_like(amounts), where=total > 0.0), other)


def needs_by_part(result: Result, parts: Parts) -> Iterator[list[ItemNeeds]]:
    """Needs of each item of the climate, of each part."""
    items, calendar = result.scenario.standards.items_of_climate, calendar_of(result.scenario, days_of(result))
    for (name, item), whole in zip(items.items(), needs_by_item(result), strict=True):
        there, new = parts.there[item.for_group], parts.new[item.for_group]
        amounts = {field: getattr(whole, field)[:, None] for field in AMOUNTS}
        if item.kind == "durable":
            found = _durable(amounts, amounts_of(result.values, name, calendar)[:, None], there, new)
        else:
            found = {field: values * there for field, values in amounts.items()}
        yield [
            replace(whole, **{field: values[:, part] for field, values in found.items()})
            for part in range(len(parts.names))
        ]


def _durable(amounts: dict[str, Floats], each: Floats, there: Floats, new: Floats) -> dict[str, Floats]:
    """Of what is given once, ``each`` so much: parts of those who are new, and where more is given than before of all
    who are there; whoever lacks it gets it, or leaves, as all who lack it do.
    """
    ever = np.diff(amounts["people"], axis=0, prepend=0.0)
    rise = np.maximum(amounts["new_need"] - ever * each, 0.0)
    of_rise = np.divide(rise, amounts["new_need"], out=np.zeros_like(rise), where=amounts["new_need"] > 0.0)
    needing = of_rise * there + (1.0 - of_rise) * new
    found = {name: amounts[name] * needing for name in ("new_need", "cost")}
    found["people"] = np.cumsum(ever * new, axis=0)
    still = amounts["need"] - np.nan_to_num(amounts["supplied"])
    share, lacking = np.empty_like(new), np.zeros_like(new[0])
    for date, (come, lacks) in enumerate(zip(found["new_need"], still, strict=True)):
        share[date] = _shares((lacking + come)[None], needing[date][None])[0]
        lacking = lacks * share[date]
    return found | {name: amounts[name] * share for name in ("need", "supplied", "gap", "lapsed")}


def costs_by_part(result: Result, parts: Parts) -> dict[str, Floats]:
    """Cost of each category, of each part, arrays (part, draw) [USD]; funds are not shared out."""
    whole, _ = costs(result)
    items = result.scenario.standards.items_of_climate.values()
    zero = np.zeros((len(parts.names), result.draws))
    found = {
        category: parts.whole[category] * usd if category in parts.whole else zero.copy()
        for category, usd in whole.items()
        if category not in (FUNDS, GAP)
    }
    for item, of_parts in zip(items, needs_by_part(result, parts), strict=True):
        for part, needs in enumerate(of_parts):
            found[f"{ITEMS}{item.sector}"][part] += needs.cost.sum(axis=0)
    found[TOTAL] = sum((usd for category, usd in found.items() if category != TOTAL), zero)
    return found
