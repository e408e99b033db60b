"""What people need each day, what there is of it, what is lacking, what it costs, and how far funds fall short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from refugee_model.arrays import Flags, Floats
from refugee_model.engine.observers import dust
from refugee_model.engine.result import Result
from refugee_model.engine.values import Values, sum_of_places
from refugee_model.outcomes.calendar import Days
from refugee_model.outcomes.groups import Heads, bed_nights, days_of, heads_of
from refugee_model.outcomes.supply import (
    lasting,
    new_needs,
    received_goods,
    rises,
    supply_daily,
    supply_durable,
    supply_facility,
)
from refugee_model.scenario.timeline import HOURS_PER_DAY, ramped
from refugee_model.wording import counted, say, speaking, term, two_figures
from refugee_model.wording import unit as unit_in_words

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.scenario.standards import Season


EMERGENCY, STABILISED = "emergency", "stabilised"
HOT = "hot"
"""The climate that has no winter."""
SHORTFALLS = 3


def lacking_in_all(kind: str, gap: Floats) -> Floats:
    """What is lacking of an item over the whole projection, array (draw,), from array (date, draw) [unit of the item].
    Daily: sum over all dates. Durable: at the end. Facility: on the date with the largest gap.
    """
    if kind == "daily":
        return sum_of_places(gap)
    lacking: Floats = gap.max(axis=0) if kind == "facility" else gap[-1]
    return lacking


@dataclass(frozen=True)
class ItemNeeds:
    """Needs of one item, arrays (date, draw), in the unit of the item."""

    people: Floats
    """Array [people]: people who need it: on average over the date for a daily item, all who ever did for a durable
    one, at the peak of the date for a facility.
    """
    need: Floats
    new_need: Floats
    supplied: Floats
    gap: Floats
    """Array: what they need, what of it is new on the date, what they get, what is lacking: need = supplied + gap.
    Supplied and gap are NaN for items whose deliveries are not known.
    """
    lapsed: Floats
    """Array: what people lacked of a durable item when they left the country on the date; 0 for other items."""
    cost: Floats
    """Array [USD]: cost of the new need, without what of it lapses later."""

    def missing(self, kind: str) -> tuple[Floats, Floats]:
        """What is lacking in all, as ``lacking_in_all`` has it, and what is needed in all of it, arrays (draw,)."""
        lacking = lacking_in_all(kind, self.gap)
        if kind == "facility":
            return lacking, np.take_along_axis(self.need, np.argmax(self.gap, axis=0)[None], axis=0)[0]
        return lacking, (self.new_need - self.lapsed).sum(axis=0)


AMOUNTS = tuple(field.name for field in fields(ItemNeeds))


@dataclass(frozen=True)
class Calendar:
    """What of the standards depends on the date."""

    days: Days
    """The dates."""
    emergency: Flags
    winter: Flags
    """Array (date,): whether the date begins in the emergency phase, and in winter."""
    seasons: dict[str, Flags]
    """Dict of str to array (date,): whether the date begins in each further season."""


def calendar_of(scenario: Scenario, days: Days) -> Calendar:
    """The phase and the season of each date."""
    standards = scenario.standards
    emergency = days.edges[:-1] < scenario.timeline.hours_at(standards.emergency_until)

    def within(season: Season) -> Flags:
        return np.asarray([season.covers(month) for month in days.dates.month], dtype=bool)

    winter = within(standards.winter) if standards.climate != HOT else np.zeros(len(days.dates), dtype=bool)
    return Calendar(days, emergency, winter, {name: within(season) for name, season in standards.seasons.items()})


def is_known(scenario: Scenario, name: str) -> bool:
    """Whether a stock or a delivery of an item is given, be it of 0, and not said to be unknown."""
    given = name in scenario.aid.stocks or any(delivery.item == name for delivery in scenario.aid.deliveries.values())
    return given and name not in scenario.aid.supply_unknown


def needs_by_item(result: Result) -> Iterator[ItemNeeds]:
    """What people need, get and lack of each item of the climate; one at a time, so that many draws fit in memory."""
    values, days = result.values, days_of(result)
    calendar, heads = calendar_of(result.scenario, days), heads_of(result, days)
    scenario = values.scenario
    goods = received_goods(values, calendar.days)
    for name, item in scenario.standards.items_of_climate.items():
        people, need, new_need = needed(values, name, calendar, heads)
        paid, lapsed = new_need, np.zeros_like(need)
        if item.kind == "durable":
            supplied, gap, lapsed = supply_durable(new_need, goods[name], heads["everyone"].kept)
            need, paid = supplied + gap, lasting(new_need, supplied, gap)
        else:
            supplied, gap = (supply_daily if item.kind == "daily" else supply_facility)(need, goods[name])
        if not is_known(scenario, name):
            supplied, gap = np.full_like(need, np.nan), np.full_like(need, np.nan)
        cost = paid * values[f"standards.items.{name}.unit_cost_usd"]
        yield ItemNeeds(people, need, new_need, supplied, gap, lapsed, cost)


def needed(values: Values, name: str, calendar: Calendar, heads: dict[str, Heads]) -> tuple[Floats, Floats, Floats]:
    """People who need an item, what they need, and what of it is new, arrays (date, draw), for a durable item the need
    is the new need; what is still needed from before follows from what was supplied.
    """
    item = values.scenario.standards.items[name]
    share = np.ones(1) if item.profile_group is None else values[f"people.profile.{item.profile_group}"]
    amounts, counted = amounts_of(values, name, calendar), heads[item.for_group]
    people = share * {"daily": counted.average, "durable": counted.entered, "facility": counted.peak}[item.kind]
    if item.kind == "daily":
        wanted = share * counted.person_days * amounts
        return people, wanted, wanted
    if item.kind == "durable":
        wanted = share * new_needs(amounts, counted.new, counted.there)
        if name in values.scenario.aid.handed_out:
            wanted[0] = np.maximum(wanted[0] - values[f"aid.handed_out.{name}"], 0.0)
        return people, wanted, wanted
    wanted = people * amounts
    return people, wanted, rises(wanted)


def amounts_of(values: Values, name: str, calendar: Calendar) -> Floats:
    """Amount for one person on each date, array (date, draw) [unit of the item]."""
    item = values.scenario.standards.items[name]
    said = {
        field: values[f"standards.items.{name}.{field}"]
        for field in ("emergency", "stabilised", "winter_factor", "losses")
    }
    in_phase = np.where(calendar.emergency[:, None], said["emergency"], said["stabilised"])
    amounts = in_phase * np.where(calendar.winter[:, None], said["winter_factor"], 1.0)
    if item.season is not None:
        amounts = np.where(calendar.seasons[item.season][:, None], amounts, 0.0)
    if item.kind != "facility":
        amounts = amounts * (1.0 + said["losses"])
    if item.per == "household":
        return amounts / values["people.profile.household_size"]
    return amounts


def phases(result: Result) -> list[str]:
    """Phase in which each date begins."""
    return [EMERGENCY if early else STABILISED for early in calendar_of(result.scenario, days_of(result)).emergency]


@dataclass(frozen=True)
class Shortfall:
    """What is lacking of an item in all, and on its worst date where it is shared."""

    label: str
    unit: str
    lacking: float
    needed: float
    on_worst_date: bool

    @property
    def share(self) -> float:
        """Of what is needed."""
        return self.lacking / self.needed if self.needed > 0 else 0.0


@dataclass(frozen=True)
class Shortfalls:
    """The items of which the largest share is lacking, that first; how many items have deliveries that are known, and
    how many have not.
    """

    items: tuple[Shortfall, ...]
    known: int
    unknown: int

    def in_words(self) -> str:
        """With amounts; ``none`` where nothing is lacking of those whose deliveries are known."""
        said = [_lacking_in_words(item) for item in self.items]
        unknown = counted(self.unknown, "item")
        last = [say("deliveries of {items} not known", items=unknown)] if self.unknown else []
        nothing = [say("none")] if self.known or not self.unknown else []
        return "; ".join([*(said or nothing), *last])

    def in_english(self) -> str:
        """The same as files of figures have it, whatever language is spoken."""
        with speaking(None):
            return self.in_words()


def _lacking_in_words(item: Shortfall) -> str:
    worst = "{item}: {lacking} of {needed} {unit} lacking on the worst date ({share} %)"
    return say(
        worst if item.on_worst_date else "{item}: {lacking} of {needed} {unit} lacking ({share} %)",
        item=term(item.label),
        lacking=two_figures(item.lacking),
        needed=two_figures(item.needed),
        unit=unit_in_words(item.unit),
        share=f"{100.0 * item.share:.0f}",
    )


def largest_shortfalls(result: Result) -> Shortfalls:
    """The items of which the largest share is lacking in the first draw, at most three."""
    items = result.scenario.standards.items_of_climate
    known = sum(is_known(result.scenario, name) for name in items)
    found = []
    for item, one in zip(items.values(), needs_by_item(result), strict=True):
        lacking, needed = (float(amount[0]) for amount in one.missing(item.kind))
        found.append(Shortfall(item.label, item.unit, lacking, needed, item.kind == "facility"))
    short = [item for item in found if item.lacking > dust(item.needed)]
    ranked = sorted(short, key=lambda item: (-item.share, -item.lacking))
    return Shortfalls(tuple(ranked[:SHORTFALLS]), known, len(items) - known)


ITEMS, SURGE, NIGHTS = "items: ", "surge beds", "bed nights"
ONE_OFF, MONTHLY = "cash, once", "cash, monthly"
TOTAL, FUNDS, GAP = "total", "funds", "funding gap"
DAYS_PER_MONTH = 30.0
BASIS = {
    ITEMS: "what is needed x unit_cost_usd of each item, whether supplied or not; nothing for people who left "
    "before it came",
    SURGE: "beds that came by the end x cost_per_bed_usd of each order",
    NIGHTS: "person-nights in state accommodation x bed_night_usd",
    ONE_OFF: "people whom coverage has reached while they were in the country, less those paid before the start, x "
    "one_off_usd_per_person",
    MONTHLY: "people with relatives or in own rental x coverage x months of 30 days x monthly_usd_per_person",
    TOTAL: "sum of the rows above",
    FUNDS: "aid.funds_usd; blank means unknown",
    GAP: "total less funds, at least 0; blank where the funds are unknown",
}


def costs(result: Result) -> tuple[dict[str, Floats], Floats]:
    """Cost of each category, and of all that is lacking of items whose deliveries are known, arrays (draw,) [USD]. What
    is lacking is NaN where the deliveries of no item are known.
    """
    values, items = result.values, result.scenario.standards.items_of_climate
    by_item, lacking = np.zeros((2, len(items), result.draws))
    for place, (item, one) in enumerate(zip(items.values(), needs_by_item(result), strict=True)):
        by_item[place] = sum_of_places(one.cost)
        lacking[place] = lacking_in_all(item.kind, one.gap)
    return _by_category(result, by_item), _unmet(values, lacking)


def _unmet(values: Values, lacking: Floats) -> Floats:
    """Cost of what is lacking, array (item, draw) to (draw,) [USD]."""
    items = values.scenario.standards.items_of_climate
    usd = [
        lacking[place] * values[f"standards.items.{name}.unit_cost_usd"]
        for place, name in enumerate(items)
        if is_known(values.scenario, name)
    ]
    return sum_of_places(np.stack(usd)) if usd else np.full(lacking.shape[-1], np.nan)


def _by_category(result: Result, by_item: Floats) -> dict[str, Floats]:
    """Cost of each category from that of each item (item, draw): by sector, beds, cash, total, funds, funding gap."""
    values, found, zero = result.values, {}, np.zeros(result.draws)
    sectors = [item.sector for item in result.scenario.standards.items_of_climate.values()]
    for sector in dict.fromkeys(sectors):
        found[f"{ITEMS}{sector}"] = sum_of_places(by_item[[own == sector for own in sectors]])
    found[SURGE] = zero + surge_cost(values)
    found[NIGHTS] = bed_nights(result) * values["aid.bed_night_usd"]
    paid = np.maximum(result.extremes["paid_once"] - values["aid.cash.paid_before"], 0.0)
    found[ONE_OFF] = paid * values["aid.cash.one_off_usd_per_person"]
    months = result.extremes["covered_hours"] / (HOURS_PER_DAY * DAYS_PER_MONTH)
    found[MONTHLY] = months * values["aid.cash.monthly_usd_per_person"]
    found[TOTAL] = sum(found.values(), zero)
    known = result.scenario.aid.funds_usd is not None or "aid.funds_usd" in result.drawn
    found[FUNDS] = zero + (values["aid.funds_usd"] if known else np.nan)
    found[GAP] = np.maximum(found[TOTAL] - found[FUNDS], 0.0)
    return found


def surge_cost(values: Values) -> Floats:
    """Cost of the ordered beds that came by the end of the projection, array (draw,) or (1,) [USD]."""
    timeline, total = values.scenario.timeline, np.zeros(1)
    for name, order in values.scenario.aid.surge.items():
        said = {
            field: values[f"aid.surge.{name}.{field}"]
            for field in ("beds", "lead_days", "ramp_days", "cost_per_bed_usd")
        }
        first = timeline.hours_at(order.decided) + said["lead_days"] * HOURS_PER_DAY
        come = ramped(timeline.hours, first, said["ramp_days"] * HOURS_PER_DAY)
        total = total + said["beds"] * come * said["cost_per_bed_usd"]
    return total


def basis_of(category: str) -> str:
    """How a category is worked out, in words."""
    return BASIS[ITEMS] if category.startswith(ITEMS) else BASIS[category]
