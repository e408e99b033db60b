"""What comes, what is handed out and what is lacking: pure functions of needs and deliveries by date."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.values import Values
from refugee_model.outcomes.calendar import Days
from refugee_model.scenario.aid import Delivery
from refugee_model.scenario.timeline import HOURS_PER_DAY

Floats = NDArray[np.float64]


def received_goods(values: Values, days: Days) -> dict[str, Floats]:
    """Goods that come on each date."""
    goods = {name: np.zeros((len(days.dates), 1)) for name in values.scenario.standards.items}
    first_date = (np.arange(len(days.dates)) == 0)[:, None]
    for name in values.scenario.aid.stocks:
        goods[name] = goods[name] + first_date * values[f"aid.stocks.{name}"]
    for name, delivery in values.scenario.aid.deliveries.items():
        goods[delivery.item] = goods[delivery.item] + _delivered(values, name, delivery, days)
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


def supply_daily(need: Floats, goods: Floats) -> tuple[Floats, Floats]:
    """What is used up each day: what is left over is kept, a need that was not met is not made up later.



    Examples
    --------
    >>> import numpy as np
    >>> supplied, gap = supply_daily(np.array([[4.0], [4.0], [4.0]]), np.array([[6.0], [0.0], [5.0]]))
    >>> supplied[:, 0].tolist(), gap[:, 0].tolist()
    ([4.0, 2.0, 4.0], [0.0, 2.0, 0.0])
    """
    supplied = np.empty_like(need)
    stock = np.zeros(need.shape[1:])
    for date, comes in enumerate(goods):
        stock = stock + comes
        supplied[date] = np.minimum(need[date], stock)
        stock = stock - supplied[date]
    return supplied, need - supplied


def supply_durable(need: Floats, goods: Floats, kept: Floats | None = None) -> tuple[Floats, Floats, Floats]:
    """What is given once: goods serve those who are there on the date and have not yet got theirs; what people who
    leave lack lapses.

    Those who leave are taken to have got theirs or not in the same shares as those who are there.



    Examples
    --------
    >>> import numpy as np
    >>> supplied, gap, _ = supply_durable(np.array([[4.0], [4.0], [0.0]]), np.array([[5.0], [0.0], [9.0]]))
    >>> supplied[:, 0].tolist(), gap[:, 0].tolist()
    ([4.0, 1.0, 3.0], [0.0, 3.0, 0.0])
    """
    supplied, gap, lapsed = np.empty_like(need), np.empty_like(need), np.zeros_like(need)
    stock, lacking = np.zeros(need.shape[1:]), np.zeros(need.shape[1:])
    for date, comes in enumerate(goods):
        stock, lacking = stock + comes, lacking + need[date]
        supplied[date] = np.minimum(lacking, stock)
        stock, lacking = stock - supplied[date], lacking - supplied[date]
        if kept is not None:
            lapsed[date] = lacking * (1.0 - kept[date])
            lacking = lacking - lapsed[date]
        gap[date] = lacking
    return supplied, gap, lapsed


def supply_facility(need: Floats, goods: Floats) -> tuple[Floats, Floats]:
    """What is shared by people present: all that has come stays in use.



    Examples
    --------
    >>> import numpy as np
    >>> supplied, gap = supply_facility(np.array([[4.0], [9.0], [2.0]]), np.array([[5.0], [0.0], [1.0]]))
    >>> supplied[:, 0].tolist(), gap[:, 0].tolist()
    ([4.0, 5.0, 2.0], [0.0, 4.0, 0.0])
    """
    supplied = np.minimum(need, np.cumsum(goods, axis=0))
    return supplied, need - supplied


def lasting(need: Floats, supplied: Floats, gap: Floats) -> Floats:
    """What of the new need of each date does not lapse: it is supplied on that date or later, or still lacking at the
    end.



    Examples
    --------
    >>> import numpy as np
    >>> new, kept = np.array([[8.0], [0.0]]), np.array([[0.5], [1.0]])
    >>> supplied, gap, lapsed = supply_durable(new, np.array([[0.0], [3.0]]), kept)
    >>> lasting(new, supplied, gap)[:, 0].tolist(), lapsed[:, 0].tolist()
    ([4.0, 0.0], [4.0, 0.0])
    """
    before = np.concatenate((np.zeros_like(gap[:1]), gap[:-1]))
    on_date, result, share = before + need, np.empty_like(need), np.ones(need.shape[1:])
    for date in range(len(need) - 1, -1, -1):
        counts = supplied[date] + gap[date] * share
        share = np.divide(counts, on_date[date], out=np.ones_like(counts), where=on_date[date] > 0.0)
        result[date] = need[date] * share
    return result


def rises(levels: Floats) -> Floats:
    """How much the highest level so far rises on each date, array (date, draw)."""
    highest = np.maximum.accumulate(np.maximum(levels, 0.0), axis=0)
    return np.diff(highest, axis=0, prepend=0.0)


def new_needs(amounts: Floats, come: Floats, there: Floats) -> Floats:
    """What is newly needed of an item that is given once.

    Who comes needs the amount that holds on the date. When it rises, those who are still there need what it rises above
    the most that has held since they came. Nothing is taken back when it falls. Those who leave are taken to be as
    those who are there.



    Examples
    --------
    5,000 people come while 2 hold and 5,000 while 1 does; when 2 hold again, the later ones need one more.

    >>> import numpy as np
    >>> amounts, come = np.array([[2.0], [1.0], [2.0]]), np.array([[5000.0], [5000.0], [0.0]])
    >>> new_needs(amounts, come, np.cumsum(come, axis=0))[:, 0].tolist()
    [10000.0, 5000.0, 5000.0]
    """
    amounts = np.broadcast_to(amounts, come.shape)
    changes = np.concatenate(([True], np.any(amounts[1:] != amounts[:-1], axis=1)))
    # One row for all who came while the same amount held: how many are there, and the most that has held since.
    people, highest = np.zeros((2, int(changes.sum()), come.shape[1]))
    needed, rows = amounts * come, 0
    for date, amount in enumerate(amounts):
        if changes[date]:
            needed[date] += np.sum(people[:rows] * np.maximum(0.0, amount - highest[:rows]), axis=0)
            highest[:rows] = np.maximum(highest[:rows], amount)
            highest[rows] = amount
            rows += 1
        people[rows - 1] += come[date]
        total = people[:rows].sum(axis=0)
        # Who comes back into an empty group has got what holds.
        people[rows - 1] = np.where(total > 0.0, people[rows - 1], there[date])
        people[:rows] *= np.divide(there[date], total, out=np.ones_like(total), where=total > 0.0)
    return needed
