"""What comes, what is handed out and what is lacking: pure functions of needs and deliveries by date."""

from __future__ import annotations

import numpy as np

from refugee_model.arrays import Flags, Floats
from refugee_model.engine.compiling import compiled
from refugee_model.engine.values import Values
from refugee_model.outcomes.calendar import Days
from refugee_model.scenario.aid import Delivery
from refugee_model.scenario.timeline import HOURS_PER_DAY


def received_goods(values: Values, days: Days) -> dict[str, Floats]:
    """Goods that come on each date."""
    goods = {name: np.zeros((len(days.dates), 1)) for name in values.scenario.standards.items}
    first_date = (np.arange(len(days.dates)) == 0)[:, None]
    for name in values.scenario.aid.stocks:
        goods[name] = goods[name] + first_date * values[f"aid.stocks.{name}"]
    for name, delivery in values.scenario.aid.deliveries.items():
        goods[delivery.item] = goods[delivery.item] + _delivered(values, name, delivery, days)
    for name in values.scenario.aid.handed_out:
        goods[name] = np.maximum(goods[name] - first_date * values[f"aid.handed_out.{name}"], 0.0)
    return goods


def _delivered(values: Values, name: str, delivery: Delivery, days: Days) -> Floats:
    """What one delivery brings on each date, array (date, draw) or (date, 1) [unit of the item]."""
    quantity, lead, lasts = (
        values[f"aid.deliveries.{name}.{field}"] for field in ("quantity", "lead_days", "repeats_daily_for")
    )
    timeline = values.scenario.timeline
    first = timeline.hours_at(delivery.decided) + lead * HOURS_PER_DAY
    within = (timeline.hours - float(first.min())) / HOURS_PER_DAY + 1.0  # what comes after the end is for nobody
    repeats = np.arange(np.ceil(np.clip(lasts.max(), 0.0, max(within, 0.0))))[:, None]
    parts, dates = np.broadcast_arrays(
        np.clip(lasts - repeats, 0.0, 1.0) * quantity, days.date_of(first + repeats * HOURS_PER_DAY)
    )
    goods = np.zeros((len(days.dates), parts.shape[1]))
    repeat, draw = np.nonzero(dates >= 0)
    np.add.at(goods, (dates[repeat, draw], draw), parts[repeat, draw])
    return goods


@compiled
def supply_daily(need: Floats, goods: Floats) -> tuple[Floats, Floats]:
    """What is used up each day: what is left over is kept, a need that was not met is not made up later.

    >>> import numpy as np
    >>> supplied, gap = supply_daily(np.array([[4.0], [4.0], [4.0]]), np.array([[6.0], [0.0], [5.0]]))
    >>> supplied[:, 0].tolist(), gap[:, 0].tolist()
    ([4.0, 2.0, 4.0], [0.0, 2.0, 0.0])
    """
    dates, draws = need.shape
    supplied, gap, stock = np.empty((dates, draws)), np.empty((dates, draws)), np.zeros(draws)
    for date in range(dates):
        come = goods[date]
        for draw in range(draws):
            there = stock[draw] + (come[draw] if len(come) > 1 else come[0])
            gets = min(need[date, draw], there)
            supplied[date, draw], gap[date, draw], stock[draw] = gets, need[date, draw] - gets, there - gets
    return supplied, gap


def supply_durable(need: Floats, goods: Floats, kept: Floats | None = None) -> tuple[Floats, Floats, Floats]:
    """What is given once: goods serve those who are there on the date and have not yet got theirs; what people who
    leave lack lapses; those who leave are taken to have got theirs or not in the same shares as those who are there.

    >>> import numpy as np
    >>> supplied, gap, _ = supply_durable(np.array([[4.0], [4.0], [0.0]]), np.array([[5.0], [0.0], [9.0]]))
    >>> supplied[:, 0].tolist(), gap[:, 0].tolist()
    ([4.0, 1.0, 3.0], [0.0, 3.0, 0.0])
    """
    given: tuple[Floats, Floats, Floats] = _give(need, goods, np.ones_like(need) if kept is None else kept)
    return given


@compiled
def _give(need: Floats, goods: Floats, kept: Floats) -> tuple[Floats, Floats, Floats]:
    dates, draws = need.shape
    supplied, gap, lapsed = np.empty((dates, draws)), np.empty((dates, draws)), np.empty((dates, draws))
    stock, lacking = np.zeros(draws), np.zeros(draws)
    for date in range(dates):
        come = goods[date]
        for draw in range(draws):
            there, lacks = stock[draw] + (come[draw] if len(come) > 1 else come[0]), lacking[draw] + need[date, draw]
            gets = min(lacks, there)
            lacks -= gets
            lapses = lacks * (1.0 - kept[date, draw])
            supplied[date, draw], lapsed[date, draw], gap[date, draw] = gets, lapses, lacks - lapses
            stock[draw], lacking[draw] = there - gets, lacks - lapses
    return supplied, gap, lapsed


def supply_facility(need: Floats, goods: Floats) -> tuple[Floats, Floats]:
    """What is shared by people present: all that has come stays in use.

    >>> import numpy as np
    >>> supplied, gap = supply_facility(np.array([[4.0], [9.0], [2.0]]), np.array([[5.0], [0.0], [1.0]]))
    >>> supplied[:, 0].tolist(), gap[:, 0].tolist()
    ([4.0, 5.0, 2.0], [0.0, 4.0, 0.0])
    """
    supplied = np.minimum(need, np.cumsum(goods, axis=0))
    return supplied, need - supplied


@compiled
def lasting(need: Floats, supplied: Floats, gap: Floats) -> Floats:
    """What of the new need of each date does not lapse: it is supplied on that date or later, or still lacking at the
    end.

    >>> import numpy as np
    >>> new, kept = np.array([[8.0], [0.0]]), np.array([[0.5], [1.0]])
    >>> supplied, gap, lapsed = supply_durable(new, np.array([[0.0], [3.0]]), kept)
    >>> lasting(new, supplied, gap)[:, 0].tolist(), lapsed[:, 0].tolist()
    ([4.0, 0.0], [4.0, 0.0])
    """
    dates, draws = need.shape
    result, share = np.empty((dates, draws)), np.ones(draws)
    for date in range(dates - 1, -1, -1):
        for draw in range(draws):
            on_date = (gap[date - 1, draw] if date > 0 else 0.0) + need[date, draw]
            counts = supplied[date, draw] + gap[date, draw] * share[draw]
            share[draw] = counts / on_date if on_date > 0.0 else 1.0
            result[date, draw] = need[date, draw] * share[draw]
    return result


@compiled
def rises(levels: Floats) -> Floats:
    """How much the highest level so far rises on each date, array (date, draw)."""
    dates, draws = levels.shape
    result, highest = np.empty((dates, draws)), np.zeros(draws)
    for date in range(dates):
        for draw in range(draws):
            before = highest[draw]
            highest[draw] = max(before, levels[date, draw])
            result[date, draw] = highest[draw] - before
    return result


def new_needs(amounts: Floats, come: Floats, there: Floats) -> Floats:
    """What is newly needed of an item that is given once. Who comes needs the amount that holds on the date. When it
    rises, those who are still there need what it rises above the most that has held since they came. Nothing is taken
    back when it falls. Those who leave are taken to be as those who are there.

    5,000 people come while 2 hold and 5,000 while 1 does; when 2 hold again, the later ones need one more.

    >>> import numpy as np
    >>> amounts, come = np.array([[2.0], [1.0], [2.0]]), np.array([[5000.0], [5000.0], [0.0]])
    >>> new_needs(amounts, come, np.cumsum(come, axis=0))[:, 0].tolist()
    [10000.0, 5000.0, 5000.0]
    """
    changes = np.concatenate(([True], np.any(amounts[1:] != amounts[:-1], axis=1)))
    needed: Floats = _new_needs(amounts, changes, come, there)
    return needed


@compiled
def _new_needs(amounts: Floats, changes: Flags, come: Floats, there: Floats) -> Floats:
    """The same; one row for all who came while the same amount held: how many are there, the most that held since."""
    dates, draws = come.shape
    needed, total, rows = np.empty((dates, draws)), np.empty(draws), 0
    people, highest = np.zeros((changes.sum(), draws)), np.zeros((changes.sum(), draws))
    for date in range(dates):
        amount = amounts[date]
        total[:] = 0.0
        for row in range(rows if changes[date] else 0):
            for draw in range(draws):
                holds = amount[draw] if len(amount) > 1 else amount[0]
                total[draw] += people[row, draw] * max(0.0, holds - highest[row, draw])
                highest[row, draw] = max(highest[row, draw], holds)
        if changes[date]:
            highest[rows] = amount
            rows += 1
        for draw in range(draws):
            new = come[date, draw]
            needed[date, draw] = (amount[draw] if len(amount) > 1 else amount[0]) * new + total[draw]
            people[rows - 1, draw] += new
            total[draw] = 0.0
        for row in range(rows):
            for draw in range(draws):
                total[draw] += people[row, draw]
        for draw in range(draws):
            # Who comes back into an empty group has got what holds.
            empty = total[draw] <= 0.0
            people[rows - 1, draw] = there[date, draw] if empty else people[rows - 1, draw]
            total[draw] = 1.0 if empty else there[date, draw] / total[draw]
        for row in range(rows):
            for draw in range(draws):
                people[row, draw] *= total[draw]
    return needed
