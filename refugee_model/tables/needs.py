"""What people need each day, what there is of it, what is lacking and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.values import Values, sum_of_places
from refugee_model.tables.counts import Counts, counts_of_days, counts_of_run
from refugee_model.tables.draws import QUANTILES, ManyDraws, check_request, frame_of_draws, over_draws, value_of, values_of
from refugee_model.tables.frames import check_run, first_draw, frame, words
from refugee_model.tables.groups import share_of_profile
from refugee_model.tables.supply import lasting, new_needs, received_goods, rises, supply_daily, supply_durable, supply_facility
from refugee_model.tables.times import Days, days_between, days_of

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.scenario.standards import Item, Season

Floats = NDArray[np.float64]

EMERGENCY, STABILISED = "emergency", "stabilised"
HOT = "hot"
"""The climate that has no winter."""


@dataclass(frozen=True)
class Needs:
    """Needs of all items by date; an amount is in the unit of its item.

    Attributes
    ----------
    days : Days
        The dates.
    items : dict of str to Item
        The items, by name.
    emergency : array (date,)
        Whether the date begins in the emergency phase.
    people : array (date, item, draw) [people]
        People who need the item: on average over the date for a daily item, all who ever did for a durable one, at the peak of
        the date for a facility.
    need, new_need, supplied, gap : array (date, item, draw)
        What they need, what of it is new on the date, what they get, what is lacking: need = supplied + gap. Supplied and gap
        are NaN for items whose deliveries are not known.
    lapsed : array (date, item, draw)
        What people lacked of a durable item when they left the country on the date; 0 for other items.
    cost : array (date, item, draw) [USD]
        Cost of the new need, without what of it lapses later.
    known : array (item,)
        Whether the deliveries of the item are known.
    """

    days: Days
    items: dict[str, Item]
    emergency: NDArray[np.bool_]
    people: Floats
    need: Floats
    new_need: Floats
    supplied: Floats
    gap: Floats
    lapsed: Floats
    cost: Floats
    known: NDArray[np.bool_]

    @property
    def unmet_share(self) -> tuple[Floats, Floats, Floats]:
        """What is lacking in all, what is needed in all, and their ratio, each array (item, draw).

        Daily: sums over all dates. Durable: at the end. Facility: on the date with the largest gap. What is lacking of items
        whose deliveries are not known is NaN.
        """
        lacking, needed = np.empty(self.need.shape[1:]), np.empty(self.need.shape[1:])
        for number, item in enumerate(self.items.values()):
            gap, need = self.gap[:, number], self.need[:, number]
            lacking[number] = lacking_in_all(item.kind, gap)
            if item.kind == "facility":
                needed[number] = np.take_along_axis(need, np.argmax(gap, axis=0)[None], axis=0)[0]
            else:
                needed[number] = (self.new_need[:, number] - self.lapsed[:, number]).sum(axis=0)
        return lacking, needed, np.divide(lacking, needed, out=np.zeros_like(lacking), where=needed > 0)


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
    """Needs of one item, array (date, draw); see ``Needs``."""

    people: Floats
    need: Floats
    new_need: Floats
    supplied: Floats
    gap: Floats
    lapsed: Floats
    cost: Floats


@dataclass(frozen=True)
class Calendar:
    """What of the standards depends on the date.

    Attributes
    ----------
    days : Days
        The dates.
    emergency, winter : array (date,)
        Whether the date begins in the emergency phase, and in winter.
    seasons : dict of str to array (date,)
        Whether the date begins in each further season.
    """

    days: Days
    emergency: NDArray[np.bool_]
    winter: NDArray[np.bool_]
    seasons: dict[str, NDArray[np.bool_]]


def calendar_of(scenario: Scenario, days: Days) -> Calendar:
    """The phase and the season of each date."""
    standards = scenario.standards
    emergency = days.edges[:-1] < scenario.timeline.hours_at(standards.emergency_until)

    def within(season: Season) -> NDArray[np.bool_]:
        return np.asarray([season.covers(month) for month in days.dates.month], dtype=bool)

    winter = within(standards.winter) if standards.climate != HOT else np.zeros(len(days.dates), dtype=bool)
    return Calendar(days, emergency, winter, {name: within(season) for name, season in standards.seasons.items()})


def is_known(scenario: Scenario, name: str) -> bool:
    """Whether the deliveries of an item are known: a stock or a delivery is given, be it of 0, and they are not said to be unknown."""
    given = name in scenario.aid.stocks or any(delivery.item == name for delivery in scenario.aid.deliveries.values())
    return given and name not in scenario.aid.supply_unknown


def needs(run: Trajectories) -> Needs:
    """What people need, get and lack on each date.

    Parameters
    ----------
    run : Trajectories
        A projection.

    Returns
    -------
    Needs
        For every item of the standards.
    """
    scenario, days = run.scenario, days_of(run)
    calendar, counts = calendar_of(scenario, days), counts_of_run(run, days)
    items = scenario.standards.items_of_climate
    by_item = list(needs_by_item(Values(scenario), calendar, counts))
    amounts = {
        field.name: np.stack([getattr(one, field.name) for one in by_item], axis=1)
        if by_item
        else np.empty((len(days.dates), 0, run.draws))
        for field in fields(ItemNeeds)
    }
    known = np.asarray([is_known(scenario, name) for name in items], dtype=bool)
    return Needs(days, items, calendar.emergency, **amounts, known=known)


def needs_by_item(values: Values, calendar: Calendar, counts: dict[str, Counts]) -> Iterator[ItemNeeds]:
    """What people need, get and lack of each item of the climate, in their order.

    Parameters
    ----------
    values : Values
        The scenario, and what is uncertain in it.
    calendar : Calendar
        Dates, phases and seasons.
    counts : dict of str to Counts
        People by group.

    Yields
    ------
    ItemNeeds
        One at a time, so that many draws of all items need not fit in memory.
    """
    scenario = values.scenario
    goods = received_goods(values, calendar.days)
    for name, item in scenario.standards.items_of_climate.items():
        people, need, new_need = needed(values, name, calendar, counts)
        paid, lapsed = new_need, np.zeros_like(need)
        if item.kind == "durable":
            supplied, gap, lapsed = supply_durable(new_need, goods[name], counts["everyone"].kept)
            need, paid = supplied + gap, lasting(new_need, supplied, gap)
        else:
            supplied, gap = (supply_daily if item.kind == "daily" else supply_facility)(need, goods[name])
        if not is_known(scenario, name):
            supplied, gap = np.full_like(need, np.nan), np.full_like(need, np.nan)
        cost = paid * value_of(values, f"standards.items.{name}.unit_cost_usd", item.unit_cost_usd)
        yield ItemNeeds(people, need, new_need, supplied, gap, lapsed, cost)


def needed(values: Values, name: str, calendar: Calendar, counts: dict[str, Counts]) -> tuple[Floats, Floats, Floats]:
    """People who need an item, what they need, and what of it is new, each array (date, draw).

    Parameters
    ----------
    values : Values
        The scenario, and what is uncertain in it.
    name : str
        The item.
    calendar : Calendar
        Dates, phases and seasons.
    counts : dict of str to Counts
        People by group.

    Returns
    -------
    people, need, new_need : array (date, draw)
        For a durable item the need is the new need; what is still needed from before follows from what was supplied.
    """
    scenario, item = values.scenario, values.scenario.standards.items[name]
    share = np.ones(1)
    if item.profile_group is not None:
        share = value_of(values, f"people.profile.{item.profile_group}", share_of_profile(scenario.people.profile, item.profile_group))
    amounts, counted = _amounts(values, name, calendar), counts[item.for_group]
    people = share * {"daily": counted.average, "durable": counted.entered, "facility": counted.peak}[item.kind]
    if item.kind == "daily":
        wanted = share * counted.person_days * amounts
        return people, wanted, wanted
    if item.kind == "durable":
        wanted = share * new_needs(amounts, counted.new, counted.there)
        return people, wanted, wanted
    wanted = people * amounts
    return people, wanted, rises(wanted)


def _amounts(values: Values, name: str, calendar: Calendar) -> Floats:
    """Amount for one person on each date, array (date, draw) [unit of the item]."""
    scenario, item = values.scenario, values.scenario.standards.items[name]
    said = {
        field: value_of(values, f"standards.items.{name}.{field}", getattr(item, field))
        for field in ("emergency", "stabilised", "winter_factor", "losses")
    }
    in_phase = np.where(calendar.emergency[:, None], said["emergency"], said["stabilised"])
    amounts = in_phase * np.where(calendar.winter[:, None], said["winter_factor"], 1.0)
    if item.season is not None:
        amounts = np.where(calendar.seasons[item.season][:, None], amounts, 0.0)
    if item.kind != "facility":
        amounts = amounts * (1.0 + said["losses"])
    if item.per == "household":
        return amounts / value_of(values, "people.profile.household_size", scenario.people.profile.household_size)
    return amounts


@takes("this table cannot be made")
def needs_table(run: Trajectories | ManyDraws, *, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """What people need on each calendar date, what they get, what is lacking and what it costs.

    Parameters
    ----------
    run : Trajectories or Ensemble
        A projection, or many draws of one.
    quantiles : sequence of float
        For many draws, from 0 to 1.

    Returns
    -------
    DataFrame
        date, item, label, sector, kind, phase, unit, people, need, new_need, supplied, gap, lapsed, cost; one row a date and item
        of the climate, dates in the offset of the scenario, the first and the last perhaps partial. In every row
        need = supplied + gap.

        - ``daily``: need is person-days x amount, all of it new. Stock is kept; a need that was not met is counted in ``gap`` and
          not made up.
        - ``durable``: need is what is still needed on the date by people who are in the country at its end or get theirs on it:
          the gap of the date before and the new need, less what lapses. ``new_need`` is the amount that holds on the date for
          everyone who is new in the group, and, when it rises, the rise for everyone still in the group; people who are there at
          the start are new on the first date, those who come back to a group are not new. Summed up it is all that was ever
          needed, summed up less ``lapsed`` what had to be supplied. ``gap`` is still lacking at the end of the date. ``lapsed`` is
          what people lacked who left the country on the date: they need it no more.
        - ``facility``: need is the level that the date's peak needs; new is what rises above the highest level so far.

        The phase and the season are those in which the date begins. ``people`` are the average of the date for daily items,
        all who ever were in the group for durable ones, the peak of the date for facilities. Cost is that of the new need, without
        what of it lapses later, in USD. Supplied and gap are blank for items of which no stock or delivery is given and for those
        of ``aid.supply_unknown``; the need of a durable one is then as if nothing had been supplied.

        Of many draws there is one row a date, item and quantile, with a column ``quantile`` after ``unit``; every amount is
        worked out for each draw, and its quantiles are its own, so that need = supplied + gap holds in draws, not in rows.

    Raises
    ------
    RequestError
        If ``run`` is not a projection, quantiles are not from 0 to 1, or the ensemble kept only measures.
    """
    if isinstance(run, ManyDraws):
        return _quantile_table(run, check_request(run, quantiles, by_day=True))
    check_run(run)
    result = needs(run)
    amounts = {field.name: first_draw(getattr(result, field.name)) for field in fields(ItemNeeds)}
    return frame(run, "Needs", {**_row_names(result.items, result.days, result.emergency), **amounts})


def _quantile_table(draws: ManyDraws, quantiles: tuple[float, ...]) -> pd.DataFrame:
    scenario, items = draws.scenario, draws.scenario.standards.items_of_climate
    days = days_between(scenario.timeline, np.concatenate(([0.0], draws.day_ends)))
    calendar, counts = calendar_of(scenario, days), counts_of_days(draws.days, days)
    amounts: dict[str, Floats] = {field.name: np.empty((len(days.dates), len(items), len(quantiles))) for field in fields(ItemNeeds)}
    for place, one in enumerate(needs_by_item(values_of(draws), calendar, counts)):
        for name, found in amounts.items():
            found[:, place] = over_draws(getattr(one, name), quantiles)
    names = _row_names(items, days, calendar.emergency, each=len(quantiles))
    told = {"quantile": np.tile(quantiles, len(days.dates) * len(items))}
    return frame_of_draws(draws, "Needs", {**names, **told, **{name: found.ravel() for name, found in amounts.items()}})


def _row_names(all_items: dict[str, Item], days: Days, emergency: NDArray[np.bool_], *, each: int = 1) -> dict[str, Any]:
    """The columns that say what a row is about; each row comes ``each`` times."""
    items, dates = list(all_items.values()), len(days.dates)
    phases = [EMERGENCY if early else STABILISED for early in emergency]
    return {
        "date": days.dates.repeat(len(items) * each),
        "item": words(list(all_items), times=dates, each=each),
        "label": words([item.label for item in items], times=dates, each=each),
        "sector": words([item.sector for item in items], times=dates, each=each),
        "kind": words([item.kind for item in items], times=dates, each=each),
        "phase": words(phases, each=len(items) * each),
        "unit": words([item.unit for item in items], times=dates, each=each),
    }
