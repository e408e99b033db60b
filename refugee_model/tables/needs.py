"""What people need each day, what there is of it, what is lacking and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.tables.frames import check_run, first_draw, frame, words
from refugee_model.tables.groups import KINDS_OF_GROUP, present, reached, share_of_profile
from refugee_model.tables.supply import received_goods, rises, supply_daily, supply_durable, supply_facility
from refugee_model.tables.times import Days, days_of

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.scenario.standards import Item

Floats = NDArray[np.float64]

EMERGENCY, STABILISED = "emergency", "stabilised"
SUPPLY = {"daily": supply_daily, "durable": supply_durable, "facility": supply_facility}


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
        People who need the item: on average over the date for a daily item, all so far for a durable one, at the peak of the
        date for a facility.
    need, new_need, supplied, gap : array (date, item, draw)
        What they need, what of it is new on the date, what they get, what is lacking: need = supplied + gap. Supplied and gap
        are NaN for items whose deliveries are not known.
    cost : array (date, item, draw) [USD]
        Cost of the new need.
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
            worst = np.argmax(gap, axis=0)[None]
            if item.kind == "facility":
                lacking[number], needed[number] = (np.take_along_axis(values, worst, axis=0)[0] for values in (gap, need))
            else:
                lacking[number] = gap.sum(axis=0) if item.kind == "daily" else gap[-1]
                needed[number] = self.new_need[:, number].sum(axis=0)
        return lacking, needed, np.divide(lacking, needed, out=np.zeros_like(lacking), where=needed > 0)


@dataclass(frozen=True)
class _Counts:
    """People of one group by date, array (date, draw)."""

    average: Floats
    person_days: Floats
    peak: Floats
    reached: Floats


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
    items, goods = scenario.standards.items, received_goods(scenario, days)
    emergency = days.edges[:-1] < scenario.timeline.hours_at(scenario.standards.emergency_until)
    counts = {group: _counts(run, days, group) for group in KINDS_OF_GROUP}
    shape = (len(days.dates), len(items), run.draws)
    known = np.asarray([name not in scenario.aid.supply_unknown for name in items], dtype=bool)
    people, need, new_need, supplied, gap, cost = (np.empty(shape) for _ in range(6))
    for number, (name, item) in enumerate(items.items()):
        amounts = _amounts(scenario, item, days, emergency)[:, None]
        share = share_of_profile(scenario.people.profile, item.profile_group)
        counted = counts[item.for_group]
        people[:, number] = share * {"daily": counted.average, "durable": counted.reached, "facility": counted.peak}[item.kind]
        wanted = share * counted.person_days * amounts if item.kind == "daily" else people[:, number] * amounts
        need[:, number], new_need[:, number] = wanted, wanted if item.kind == "daily" else rises(wanted)
        served = new_need if item.kind == "durable" else need
        supplied[:, number], gap[:, number] = SUPPLY[item.kind](served[:, number], goods[name])
        if item.kind == "durable":
            need[:, number] = supplied[:, number] + gap[:, number]
        cost[:, number] = new_need[:, number] * item.unit_cost_usd
    supplied[:, ~known], gap[:, ~known] = np.nan, np.nan
    return Needs(days, items, emergency, people, need, new_need, supplied, gap, cost, known)


def _counts(run: Trajectories, days: Days, group: str) -> _Counts:
    there = present(run, group)
    person_days = days.person_days(there)
    return _Counts(
        average=person_days / days.lengths[:, None],
        person_days=person_days,
        peak=days.peaks(there),
        reached=days.at_ends(reached(run, group)),
    )


def _amounts(scenario: Scenario, item: Item, days: Days, emergency: NDArray[np.bool_]) -> Floats:
    """Amount for one person on each date, array (date,) [unit of the item]."""
    winter = np.asarray([scenario.standards.winter.covers(month) for month in days.dates.month], dtype=bool)
    amounts = np.where(emergency, item.emergency, item.stabilised) * np.where(winter, item.winter_factor, 1.0)
    if item.kind != "facility":
        amounts = amounts * (1.0 + item.losses)
    return amounts / scenario.people.profile.household_size if item.per == "household" else amounts


def needs_table(run: Trajectories) -> pd.DataFrame:
    """What people need on each calendar date, what they get, what is lacking and what it costs.

    Parameters
    ----------
    run : Trajectories
        A projection.

    Returns
    -------
    DataFrame
        date, item, label, sector, kind, phase, unit, people, need, new_need, supplied, gap, cost; one row a date and item, dates
        in the offset of the scenario, the first and the last perhaps partial. In every row need = supplied + gap.

        - ``daily``: need is person-days x amount, all of it new. Stock is kept; a need that was not met is counted in ``gap`` and
          not made up.
        - ``durable``: need is what is still needed on the date: the gap of the date before, and the new need of people who are
          new; people who had crossed before the start are new on the first date. ``gap`` is still lacking at the end of the date.
        - ``facility``: need is the level that the date's peak needs; new is what rises above the highest level so far.

        The phase and the season are those in which the date begins. ``people`` are the average of the date for daily items,
        all so far for durable ones, the peak of the date for facilities. Cost is that of the new need, in USD. Supplied and gap
        are blank for items of ``aid.supply_unknown``; the need of a durable one is then all that has been needed so far.

    Raises
    ------
    RequestError
        If ``run`` is not a projection.
    """
    check_run(run)
    result = needs(run)
    items, dates = list(result.items.values()), len(result.days.dates)
    phases = [EMERGENCY if early else STABILISED for early in result.emergency]
    amounts = {name: getattr(result, name) for name in ("people", "need", "new_need", "supplied", "gap", "cost")}
    return frame(
        run,
        "Needs",
        {
            "date": result.days.dates.repeat(len(items)),
            "item": words(list(result.items), times=dates),
            "label": words([item.label for item in items], times=dates),
            "sector": words([item.sector for item in items], times=dates),
            "kind": words([item.kind for item in items], times=dates),
            "phase": words(phases, each=len(items)),
            "unit": words([item.unit for item in items], times=dates),
            **{name: first_draw(values) for name, values in amounts.items()},
        },
    )
