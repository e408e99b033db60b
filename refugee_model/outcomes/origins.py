"""Who of the people in each place fled across the border, and who was displaced inside the country.

The engine moves people without asking where they come from, as desks and beds do not ask either. Before they cross they
are told apart by their road; from there on people of both origins are taken to be mixed evenly in each place, so that
those who leave it in a step have the shares of those who were there and those who came. Everyone who is beyond the
border at the start is taken to be a refugee. Guests of a lost province on the road of its residents are told apart
from them, and are taken to be mixed evenly among themselves, wherever they are on their way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from refugee_model.arrays import Flags, Floats, Integers
from refugee_model.engine.program import Inputs, lay_out
from refugee_model.engine.result import Result
from refugee_model.engine.variables import Entry, Journey, One, Pool
from refugee_model.scenario.network import KINDS, inside, routes_inside

BEYOND = tuple(KINDS)[tuple(KINDS).index("awaiting_registration") :]
"""Kinds of place beyond the border."""
GUESTS, UNDER_WAY = "guests", "guests_under_way"
"""Of a lost province, on the road of its residents: their own place beside those of ``BEYOND``."""
PASSED = ("registering", "moving to another point", "fleeing to relatives", "moving to another province")
"""Where nobody stays: people who come in a step leave in it, split up further."""
MOVES = (
    ("awaiting_registration", "registering", "registered"),
    ("awaiting_registration", "moving to another point", "moved_away"),
    ("moving to another point", "awaiting_registration", "moved_here"),
    ("moving to another point", "unregistered_hosted", "went_on_unregistered"),
    ("unregistered_hosted", "registering", "registered_later"),
    ("unregistered_hosted", "awaiting_placement", "came_back_unregistered"),
    ("unregistered_hosted", "left_country", "left_unregistered"),
    ("registering", "awaiting_placement", "asked"),
    ("registering", "hosted", "joined_relatives"),
    ("awaiting_placement", "travelling", "placed"),
    ("awaiting_placement", "left_country", "left_waiting"),
    ("travelling", "sheltered", "admitted"),
    ("travelling", "awaiting_placement", "refused"),
    ("sheltered", "awaiting_placement", "evacuated"),
    ("sheltered", "hosted", "moved_out"),
    ("sheltered", "left_country", "left_from_shelter"),
    ("hosted", "awaiting_placement", "came_back"),
    ("hosted", "awaiting_placement", "fled_for_bed"),
    ("hosted", "fleeing to relatives", "fled_to_relatives"),
    ("fleeing to relatives", "hosted", "fled_in"),
    ("hosted", "moving to another province", "drifted_out"),
    ("moving to another province", "hosted", "drifted_in"),
    ("hosted", "left_country", "left_from_relatives"),
    ("hosted", GUESTS, "hosted_took_road"),
    ("sheltered", GUESTS, "sheltered_took_road"),
    ("awaiting_registration", GUESTS, "took_road_unregistered"),
    (GUESTS, "awaiting_placement", "came_off_for_bed"),
    ("travelling", "awaiting_placement", "turned_round"),
)
"""From where people go to where, and the flow that counts them."""
POOLED = "awaiting_placement"
RETURNING = {
    "travelling": ("refused", "turned_round"),
    "sheltered": ("evacuated",),
    "hosted": ("came_back", "fled_for_bed"),
}
"""From which places of a province people wait for a bed again, and the flows that count them."""
PRECISION, MOST_ROUNDS = 1e-10, 200
"""Of a share, when it is found; people are added up exactly whatever it is."""


class Move(NamedTuple):
    """People who go from one place to another: the numbers of both, and how many in each step, array (step, draw)."""

    source: int
    target: int
    people: Floats


def displaced(result: Result) -> dict[str, Floats]:
    """People displaced inside the country in the places of each kind, arrays (time, place, draw) [people]."""
    scenario = result.scenario
    found = {kind: np.zeros_like(result.people(kind)) for kind in KINDS}
    if not inside(scenario.people):
        return found
    residents = [district.province is not None for district in scenario.people.districts.values()]
    within = np.asarray(routes_inside(scenario))
    for kind, here in (("at_home", residents), ("leaving", residents), ("on_road", within)):
        found[kind][:, here] = result.people(kind)[:, here]
    found["detained"][:, 0] = _summed(result.flow("held"))[:, within].sum(axis=1)
    found |= came_by(result, within)
    under_way, inside_country = result.level(UNDER_WAY), found.pop(UNDER_WAY)
    refugees = 1.0 - np.divide(inside_country, under_way, out=np.zeros_like(under_way), where=under_way > 0)
    for kind, guests in _guests(result).items():
        found[kind] = np.maximum(found[kind] - guests * refugees, 0.0)
    return found


def came_by(result: Result, routes: Flags) -> dict[str, Floats]:
    """People beyond the border who came by some routes, arrays (time, place, draw) [people] by kind of place.
    ``guests_under_way`` has those among the guests of lost provinces on the road of their residents.
    """
    found, first = {}, 0
    beyond = _mixed(result, routes)
    for kind in (*BEYOND, UNDER_WAY):
        count = 1 if kind == UNDER_WAY else len(result.places_of(kind))
        found[kind] = beyond[:, first : first + count]
        first += count
    return found


def _guests(result: Result) -> dict[str, Floats]:
    """Guests of lost provinces held back, on each road and detained, arrays (time, place, draw) [people]."""
    flow = result.flow
    gone = flow("guests_came_off") + flow("guests_sent_back") + flow("guests_held")
    return {
        "leaving": _summed(flow("guests_joined") - flow("guests_gone")),
        "on_road": _summed(flow("guests_set_off") - gone),
        "detained": _summed(flow("guests_held")).sum(axis=1, keepdims=True),
    }


def _summed(flow: Floats) -> Floats:
    """A flow summed up to each bound, array (bound, place, draw)."""
    return np.concatenate((np.zeros_like(flow[:1]), np.cumsum(flow, axis=0)))


def _mixed(result: Result, within: Flags) -> Floats:
    """People who came by some routes, in places beyond the border and among guests, array (time, place, draw)."""
    there = np.concatenate([*(result.people(kind) for kind in BEYOND), result.level(UNDER_WAY)], axis=1)
    number = _numbers(result)
    first, count = number["route"], number["route"] + len(within)
    moves = list(_moves(result, number))
    sources, targets = (np.asarray([getattr(move, end) for move in moves]) for end in ("source", "target"))
    people = np.stack([move.people for move in moves], axis=1)
    into, out_of = (_incidence(ends, count) for ends in (targets, sources))
    share, now = np.zeros((count, result.draws)), np.zeros((count, result.draws))
    share[first:] = within[:, None]
    found = np.zeros_like(there)
    come = np.cumsum(result.flow("crossed")[:, within].sum(axis=(1, 2))) > 0
    for step in np.flatnonzero(come):
        moving = people[step]
        volume = into @ moving
        volume[: there.shape[1]] += there[step]
        for _ in range(MOST_ROUNDS):
            amount = now + into @ (moving * share[sources])
            mixed = np.divide(amount, volume, out=np.zeros_like(amount), where=volume > 0)
            mixed[first:] = share[first:]
            change, share = np.max(np.abs(mixed - share)), mixed
            if change < PRECISION:
                break
        moved = moving * share[sources]
        now = np.maximum(now + into @ moved - out_of @ moved, 0.0)
        now[there.shape[1] :] = 0.0
        found[step + 1] = now[: there.shape[1]]
    return found


def _incidence(ends: Integers, count: int) -> csr_matrix:
    """Sums moves by place: array (place, move)."""
    return csr_matrix((np.ones(len(ends)), (ends, np.arange(len(ends)))), shape=(count, len(ends)))


def _numbers(result: Result) -> dict[str, int]:
    """The first number of the places of each kind, of where nobody stays, and of the routes."""
    found, number = {}, 0
    for kind in BEYOND:
        found[kind] = number
        number += len(result.places_of(kind))
    for name in (GUESTS, *PASSED):
        found[name] = number
        number += 1
    return found | {"route": number}


def _moves(result: Result, number: dict[str, int]) -> Iterator[Move]:
    """Every move beyond the border."""
    inputs, apart = lay_out(result.scenario, result.drawn or None, regular=result.bounds), result.sizes.pools > 1
    yield from _entries(result, number, inputs)
    for passed, gone, come in (
        ("fleeing to relatives", ("fled_to_relatives",), ("fled_in",)),
        ("moving to another point", ("moved_away",), ("moved_here", "went_on_unregistered")),
    ):
        # Who passes there and has not left a province or a point has come off the road.
        left, reached = (sum((result.flow(name).sum(axis=1) for name in flows), 0.0) for flows in (gone, come))
        yield Move(number[GUESTS], number[passed], np.maximum(reached - left, 0.0))
    yield from _of_pools(result, number, inputs) if apart else ()
    for source, target, flows in MOVES:
        if apart and POOLED in (source, target):
            continue
        flow = result.flow(flows)
        several = [kind in KINDS and len(result.places_of(kind)) > 1 for kind in (source, target)]
        for place in range(flow.shape[1]):
            first, last = (number[kind] + place * many for kind, many in zip((source, target), several, strict=True))
            yield Move(first, last, flow[:, place])


def _of_pools(result: Result, number: dict[str, int], inputs: Inputs) -> Iterator[Move]:
    """Into and out of each of several pools, by the rates of the engine where a flow is known of all of them."""
    returns, part = (inputs.rate(rate)[result.epoch] for rate in (Journey.returns, Pool.of_unregistered))
    sent, provinces = result.flow("sent"), result.sizes.provinces
    back = {kind: np.sum([result.flow(name) for name in flows], axis=0) for kind, flows in RETURNING.items()}
    for pool in range(result.sizes.pools):
        here = number[POOLED] + pool
        yield Move(number["registering"], here, result.flow("asked_here")[:, pool])
        came_back = result.flow("came_back_unregistered")[:, 0] * part[:, pool]
        yield Move(number["unregistered_hosted"], here, came_back)
        yield Move(here, number["left_country"], result.flow("left_waiting_here")[:, pool])
        yield Move(here, number[GUESTS], result.flow("took_road_waiting")[:, pool])
        yield Move(number[GUESTS], here, result.flow("came_off_here")[:, pool])
        for other, province in enumerate(inputs.program.placing.stands_in):
            moved = result.flow("moved_on")[:, other] * returns[:, pool * provinces + province]
            yield Move(number[POOLED] + other, here, moved)
        for province in range(provinces):
            way = pool * provinces + province
            yield Move(here, number["travelling"] + province, sent[:, way])
            for kind, people in back.items():
                yield Move(number[kind] + province, here, people[:, province] * returns[:, way])


def _entries(result: Result, number: dict[str, int], inputs: Inputs) -> Iterator[Move]:
    """From each route to the reception points and straight on, by the rates of the engine."""
    weights, straight = inputs.rate(Entry.weight)[result.epoch], inputs.rate(One.straight_share)[result.epoch, 0]
    crossed, points = result.flow("crossed"), len(result.places_of("awaiting_registration"))
    for route in range(crossed.shape[1]):
        to_points = (
            crossed[:, route, None] * (1.0 - straight)[:, None] * weights[:, route * points : (route + 1) * points]
        )
        for point in range(points):
            yield Move(number["route"] + route, number["awaiting_registration"] + point, to_points[:, point])
        rest = np.maximum(crossed[:, route] - to_points.sum(axis=1), 0.0)
        yield Move(number["route"] + route, number["unregistered_hosted"], rest)
