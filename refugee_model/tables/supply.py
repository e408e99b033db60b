"""What comes, what is handed out and what is lacking: pure functions of needs and deliveries by date."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.values import Values
from refugee_model.scenario.aid import Delivery
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.tables.draws import value_of
from refugee_model.tables.times import Days

Floats = NDArray[np.float64]


def received_goods(values: Values, days: Days) -> dict[str, Floats]:
    """Goods that come on each date.

    Parameters
    ----------
    values : Values
        The scenario with stocks at the start and deliveries, and what is uncertain in it.
    days : Days
        The dates.

    Returns
    -------
    dict of str to array (date, draw) or (date, 1) [unit of the item]
        By item; stocks, and deliveries that landed before the start, are there on the first date. One column where all is certain.
    """
    goods = {name: np.zeros((len(days.dates), 1)) for name in values.scenario.standards.items}
    first_date = (np.arange(len(days.dates)) == 0)[:, None]
    for name, quantity in values.scenario.aid.stocks.items():
        goods[name] = goods[name] + first_date * value_of(values, f"aid.stocks.{name}", quantity)
    for name, delivery in values.scenario.aid.deliveries.items():
        goods[delivery.item] = goods[delivery.item] + _delivered(values, name, delivery, days)
    return goods


def _delivered(values: Values, name: str, delivery: Delivery, days: Days) -> Floats:
    """What one delivery brings on each date, array (date, draw) or (date, 1) [unit of the item]."""
    quantity, lead, lasts = (
        value_of(values, f"aid.deliveries.{name}.{field}", getattr(delivery, field))
        for field in ("quantity", "lead_days", "repeats_daily_for")
    )
    repeats = np.arange(np.ceil(lasts.max()))[:, None]
    first = values.scenario.timeline.hours_at(delivery.decided) + lead * HOURS_PER_DAY
    parts, dates = np.broadcast_arrays(np.clip(lasts - repeats, 0.0, 1.0) * quantity, days.date_of(first + repeats * HOURS_PER_DAY))
    goods = np.zeros((len(days.dates), parts.shape[1]))
    repeat, draw = np.nonzero(dates >= 0)
    np.add.at(goods, (dates[repeat, draw], draw), parts[repeat, draw])
    return goods


def supply_daily(need: Floats, goods: Floats) -> tuple[Floats, Floats]:
    """What is used up each day: what is left over is kept, a need that was not met is not made up later.

    Parameters
    ----------
    need : array (date, draw) [unit of the item]
        Need of each date.
    goods : array (date, draw) or (date, 1) [unit of the item]
        What comes on each date.

    Returns
    -------
    supplied, gap : array (date, draw) [unit of the item]
        They add up to the need; neither is below 0.

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


def supply_durable(need: Floats, goods: Floats) -> tuple[Floats, Floats]:
    """What is given once: goods serve the needs of the date and those that were not met before.

    Parameters
    ----------
    need : array (date, draw) [unit of the item]
        New need of each date.
    goods : array (date, draw) or (date, 1) [unit of the item]
        What comes on each date.

    Returns
    -------
    supplied : array (date, draw) [unit of the item]
        Handed out on each date, never below 0.
    gap : array (date, draw) [unit of the item]
        Still lacking at the end of each date.

    Examples
    --------
    >>> import numpy as np
    >>> supplied, gap = supply_durable(np.array([[4.0], [4.0], [0.0]]), np.array([[5.0], [0.0], [9.0]]))
    >>> supplied[:, 0].tolist(), gap[:, 0].tolist()
    ([4.0, 1.0, 3.0], [0.0, 3.0, 0.0])
    """
    supplied, gap = np.empty_like(need), np.empty_like(need)
    stock, lacking = np.zeros(need.shape[1:]), np.zeros(need.shape[1:])
    for date, comes in enumerate(goods):
        stock, lacking = stock + comes, lacking + need[date]
        supplied[date] = np.minimum(lacking, stock)
        stock, lacking = stock - supplied[date], lacking - supplied[date]
        gap[date] = lacking
    return supplied, gap


def supply_facility(need: Floats, goods: Floats) -> tuple[Floats, Floats]:
    """What is shared by people present: all that has come stays in use.

    Parameters
    ----------
    need : array (date, draw) [unit of the item]
        Level needed on each date.
    goods : array (date, draw) or (date, 1) [unit of the item]
        What comes on each date.

    Returns
    -------
    supplied, gap : array (date, draw) [unit of the item]
        In use, and lacking; they add up to the need.

    Examples
    --------
    >>> import numpy as np
    >>> supplied, gap = supply_facility(np.array([[4.0], [9.0], [2.0]]), np.array([[5.0], [0.0], [1.0]]))
    >>> supplied[:, 0].tolist(), gap[:, 0].tolist()
    ([4.0, 5.0, 2.0], [0.0, 4.0, 0.0])
    """
    supplied = np.minimum(need, np.cumsum(goods, axis=0))
    return supplied, need - supplied


def rises(levels: Floats) -> Floats:
    """How much the highest level so far rises on each date, array (date, draw)."""
    highest = np.maximum.accumulate(np.maximum(levels, 0.0), axis=0)
    return np.diff(highest, axis=0, prepend=0.0)
