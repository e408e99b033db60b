"""Beds in state accommodation: those that stand, come and are lost, and the people in them; rules 8 and 9."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import kept_of_inflow, kept_of_stock, share_of
from refugee_model.engine.variables import One, Province
from refugee_model.engine.workspace import PROVINCE_SIZE, Flags, Floats, Integers, inner, offset
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR, ramped

come_by = inner(ramped)


class Supply(NamedTuple):
    """Beds that are ordered, and whether provinces are lost."""

    orders: Floats
    """Beds, hours at which the first comes, hours until the last has come (order, 3, draw)."""
    province: Integers
    """Province of each order."""
    loses: bool
    """Whether a whole province is lost, in any draw."""


def lay_out(layout: Layout) -> Supply:
    """Beds, transit places and losses, and how fast people move out."""
    values, aid = layout.values, layout.scenario.aid
    for number, name in enumerate(aid.provinces):
        season = layout.schedule(f"aid.provinces.{name}.winter_factor")
        layout.of(Province.standing_beds, number)[:] = values[f"aid.provinces.{name}.beds"] * season
    _put_losses(layout)
    cash = layout.schedule("aid.cash.coverage") * values["aid.cash.moves_out_per_day"] / HOURS_PER_DAY
    layout.of(One.moves_out)[:] = layout.schedule("timing.accommodation.moves_out_per_day") / HOURS_PER_DAY
    layout.of(One.moves_out)[:] += cash
    layout.put_people(Province.sheltered)
    orders, province = _orders(layout)
    _put_beds_at_start(layout, orders, province)
    return Supply(orders, province, bool(np.any(layout.of(Province.lost, slice(None)) > 0)))


def _put_losses(layout: Layout) -> None:
    """Beds that remain, provinces that are lost, and transit places without those that are lost with them."""
    values, aid = layout.values, layout.scenario.aid
    closed = np.zeros((len(layout.starts), values.count))
    for number, name in enumerate(aid.provinces):
        remaining, lost = layout.of(Province.beds_remaining, number), layout.of(Province.lost, number)
        remaining[:] = 1.0
        for loss_name, loss in aid.losses.items():
            if loss.province == name:
                within, share = layout.within(loss), values[f"aid.losses.{loss_name}.share"]
                whole = share >= 1.0 if loss.whole_province is None else np.asarray([loss.whole_province])
                remaining[within] *= 1.0 - np.where(whole, 1.0, share)
                lost[within] = np.maximum(lost[within], whole)
        closed += lost * values.number(f"aid.transit_places_in.{name}", aid.transit_places_in.get(name))
    layout.of(One.transit_places)[:] = layout.schedule("aid.transit_places") * np.maximum(0.0, 1.0 - closed)


def _orders(layout: Layout) -> tuple[Floats, Integers]:
    """Orders of beds, and the province of each; to the second, as bounds are, so that no bed comes before its bound."""
    values, aid = layout.values, layout.scenario.aid
    orders = np.zeros((len(aid.surge), 3, values.count))
    for number, (name, order) in enumerate(aid.surge.items()):
        path = f"aid.surge.{name}"
        orders[number, 0] = values[f"{path}.beds"]
        decided = layout.scenario.timeline.hours_at(order.decided)
        orders[number, 1] = decided + values[f"{path}.lead_days"] * HOURS_PER_DAY
        orders[number, 2] = values[f"{path}.ramp_days"] * HOURS_PER_DAY
    orders[:, 1:] = np.round(orders[:, 1:] * SECONDS_PER_HOUR) / SECONDS_PER_HOUR
    names = list(aid.provinces)
    return orders, np.asarray([names.index(order.province) for order in aid.surge.values()], dtype=np.int64)


def _put_beds_at_start(layout: Layout, orders: Floats, province: Integers) -> None:
    """Usable beds at the start, those from orders that have come by then included."""
    there = np.zeros((layout.sizes.provinces, layout.values.count))
    np.add.at(there, province, orders[:, 0] * ramped(0.0, orders[:, 1], orders[:, 2]))
    standing, remaining = (layout.of(row, slice(None))[0] for row in (Province.standing_beds, Province.beds_remaining))
    layout.of(Province.beds, slice(None))[:] = (standing + there) * remaining


def usable_at(layout: Layout, supply: Supply, hours: Floats) -> Floats:
    """Usable beds of the whole country at some hours after the start, array (time, draw)."""
    epoch = np.maximum(np.searchsorted(layout.starts, hours, side="right") - 1, 0)
    beds = layout.of(Province.standing_beds, slice(None))[epoch]
    for (ordered, first, duration), province in zip(supply.orders, supply.province, strict=True):
        beds[:, province] += ordered * ramped(hours[:, None], first, duration)
    return np.asarray((beds * layout.of(Province.beds_remaining, slice(None))[epoch]).sum(axis=1))


def come(layout: Layout, orders: Floats) -> Flags:
    """Whether beds that were ordered may come in each step, in any draw; the first step counts all."""
    begin, end = layout.bounds[:-1, None], layout.bounds[1:, None]
    first, last = orders[:, 1].min(axis=-1), (orders[:, 1] + orders[:, 2]).max(axis=-1)
    found: Flags = np.any((end > first) & (begin <= last), axis=1)
    found[0] = True
    return found


@inner
def set_decay(one: Floats, hours: float, draws: int) -> None:
    """Of those in a bed, what share stays over a step of this length, and where the others go."""
    for draw in range(draws):
        out, abroad = one[One.moves_out + draw], one[One.leaves_country + draw]
        one[One.sheltered_kept + draw] = kept_of_stock(out + abroad, hours)
        one[One.sheltered_inflow_kept + draw] = kept_of_inflow(out + abroad, hours)
        one[One.sheltered_moving_out + draw] = share_of(out, out + abroad)


@inner
def make_beds(provinces: Floats, orders: Floats, province_of: Integers, begin: float, end: float, draws: int) -> None:
    """Rule 8: usable beds at the end of the step, with those of orders (order, 3, draw) that have come by then.

    Beds that come evenly over the step, not at once, are counted in ``grown``, too.
    """
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            provinces[at + Province.ordered_beds + draw] = 0.0
            provinces[at + Province.grown + draw] = 0.0
    for number in range(len(orders)):
        at = offset(province_of[number] * PROVINCE_SIZE)
        for draw in range(draws):
            beds, first, duration = orders[number, 0, draw], orders[number, 1, draw], orders[number, 2, draw]
            come = beds * come_by(end, first, duration)
            provinces[at + Province.ordered_beds + draw] += come
            provinces[at + Province.grown + draw] += (
                come - beds * come_by(begin, first, duration) if duration > 0.0 else 0.0
            )
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            standing = provinces[at + Province.standing_beds + draw] + provinces[at + Province.ordered_beds + draw]
            provinces[at + Province.beds + draw] = standing * provinces[at + Province.beds_remaining + draw]
            provinces[at + Province.grown + draw] *= provinces[at + Province.beds_remaining + draw]


@inner
def leave_beds(one: Floats, provinces: Floats, draws: int) -> None:
    """Rules 8 and 9: people whose beds are lost leave them, and others move out to relatives or another country."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            usable, sheltered = provinces[at + Province.beds + draw], provinces[at + Province.sheltered + draw]
            leaving = min(sheltered, usable) * (1.0 - one[One.sheltered_kept + draw])
            moved = leaving * one[One.sheltered_moving_out + draw]
            provinces[at + Province.evacuated + draw] = max(0.0, sheltered - usable)
            provinces[at + Province.left_from_shelter + draw] = leaving - moved
            provinces[at + Province.moved_out + draw] = moved
            provinces[at + Province.hosted + draw] += moved
            provinces[at + Province.sheltered + draw] = min(sheltered, usable) - leaving
            provinces[at + Province.freed + draw] = provinces[at + Province.grown + draw] + leaving


@inner
def admit(one: Floats, provinces: Floats, draws: int) -> None:
    """Rules 7 and 9: whoever arrives and is not refused has a bed; some of them leave it within the step."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            came = provinces[at + Province.arrived + draw] - provinces[at + Province.refused + draw]
            out = came * (1.0 - one[One.sheltered_inflow_kept + draw])
            moved = out * one[One.sheltered_moving_out + draw]
            provinces[at + Province.sheltered + draw] = max(0.0, provinces[at + Province.sheltered + draw] + came - out)
            provinces[at + Province.left_from_shelter + draw] += out - moved
            provinces[at + Province.moved_out + draw] += moved
            provinces[at + Province.moved_out_on_arrival + draw] = moved
            one[One.left_country + draw] += out - moved
            one[One.moved_to_relatives + draw] += moved
