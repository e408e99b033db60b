"""What comes, what is handed out and what is lacking: pure functions of needs and deliveries by date."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.tables.times import Days

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]


def received_goods(scenario: Scenario, days: Days) -> dict[str, Floats]:
    """Goods that come on each date.

    Parameters
    ----------
    scenario : Scenario
        With stocks at the start and deliveries.
    days : Days
        The dates.

    Returns
    -------
    dict of str to array (date,) [unit of the item]
        By item; stocks, and deliveries that landed before the start, are there on the first date.
    """
    goods = {name: np.zeros(len(days.dates)) for name in scenario.standards.items}
    for name, quantity in scenario.aid.stocks.items():
        goods[name][0] += quantity
    for delivery in scenario.aid.deliveries.values():
        first = scenario.timeline.hours_at(delivery.decided) + delivery.lead_days * HOURS_PER_DAY
        repeats = np.arange(math.ceil(delivery.repeats_daily_for), dtype=np.float64)
        parts = np.minimum(1.0, delivery.repeats_daily_for - repeats) * delivery.quantity
        dates = days.date_of(first + repeats * HOURS_PER_DAY)
        np.add.at(goods[delivery.item], dates[dates >= 0], parts[dates >= 0])
    return goods


def supply_daily(need: Floats, goods: Floats) -> tuple[Floats, Floats]:
    """What is used up each day: what is left over is kept, a need that was not met is not made up later.

    Parameters
    ----------
    need : array (date, draw) [unit of the item]
        Need of each date.
    goods : array (date,) [unit of the item]
        What comes on each date.

    Returns
    -------
    supplied, gap : array (date, draw) [unit of the item]
        They add up to the need; neither is below 0.

    Examples
    --------
    >>> import numpy as np
    >>> supplied, gap = supply_daily(np.array([[4.0], [4.0], [4.0]]), np.array([6.0, 0.0, 5.0]))
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
    goods : array (date,) [unit of the item]
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
    >>> supplied, gap = supply_durable(np.array([[4.0], [4.0], [0.0]]), np.array([5.0, 0.0, 9.0]))
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
    goods : array (date,) [unit of the item]
        What comes on each date.

    Returns
    -------
    supplied, gap : array (date, draw) [unit of the item]
        In use, and lacking; they add up to the need.

    Examples
    --------
    >>> import numpy as np
    >>> supplied, gap = supply_facility(np.array([[4.0], [9.0], [2.0]]), np.array([5.0, 0.0, 1.0]))
    >>> supplied[:, 0].tolist(), gap[:, 0].tolist()
    ([4.0, 5.0, 2.0], [0.0, 4.0, 0.0])
    """
    supplied = np.minimum(need, np.cumsum(goods)[:, None])
    return supplied, need - supplied


def rises(levels: Floats) -> Floats:
    """How much the highest level so far rises on each date, array (date, draw)."""
    highest = np.maximum.accumulate(np.maximum(levels, 0.0), axis=0)
    return np.diff(highest, axis=0, prepend=0.0)
