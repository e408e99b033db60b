"""By when to order: the moment at which something runs out less the time until more of it is there, draw by draw."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SAFE = 1e-9

NOT_NEEDED, ORDER_BY, ORDER_NOW, TOO_LATE = "not needed", "order by", "order now", "too late"
STATUSES = (TOO_LATE, ORDER_NOW, ORDER_BY, NOT_NEEDED)
"""The most urgent first."""
WEEK = 7.0


@dataclass(frozen=True)
class OrderDate:
    """When to order one thing.

    Attributes
    ----------
    needed_by, latest_decision : float [days after the start]
        Infinite where it is not needed at this confidence.
    status : str
        One of ``STATUSES``.
    risk_if_on_time, risk_if_a_week_later : float
        Chance that it is there too late, if ordered by the latest decision, or now where that has passed; and a week
        after that.
    probability_needed : float
        Chance that it is ever needed.
    """

    needed_by: float
    latest_decision: float
    status: str
    risk_if_on_time: float
    risk_if_a_week_later: float
    probability_needed: float


def latest(times: Floats, confidence: float) -> float:
    """The last moment before which at most so many draws lie; infinity is a value like any other.

    Examples
    --------
    >>> latest(np.arange(100.0), 0.95)
    5.0
    """
    beyond = math.floor(len(times) * (1.0 - confidence) + SAFE)
    return float(np.sort(times)[min(beyond, len(times) - 1)])


def risk(breach: Floats, lead: Floats, decided: float) -> float:
    """The chance that something ordered at this time comes after it has run out."""
    return float(np.mean(breach < decided + lead - SAFE))


def order_date(breach: Floats, lead: Floats, confidence: float, *, now: float, step: float = 1.0) -> OrderDate:
    """When to order what runs out at ``breach`` (infinite where never) and takes ``lead``, arrays (draw,) [days].

    Examples
    --------
    >>> runs_out = np.linspace(0.0, 60.0, 6001)
    >>> found = order_date(runs_out, np.full(6001, 7.0), 0.95, now=0.0)
    >>> round(found.needed_by, 2), round(found.latest_decision, 2), found.status
    (3.0, -4.0, 'too late')
    """
    needed, decision = latest(breach, confidence), latest(breach - lead, confidence)
    if not math.isfinite(needed):
        decision, status = math.inf, NOT_NEEDED
    elif decision < now - SAFE:
        status = TOO_LATE
    else:
        status = ORDER_NOW if decision < now + step else ORDER_BY
    ordered = max(decision, now)
    return OrderDate(
        needed_by=needed,
        latest_decision=decision,
        status=status,
        risk_if_on_time=risk(breach, lead, ordered) if math.isfinite(ordered) else float(np.mean(np.isfinite(breach))),
        risk_if_a_week_later=(
            risk(breach, lead, ordered + WEEK) if math.isfinite(ordered) else float(np.mean(np.isfinite(breach)))
        ),
        probability_needed=float(np.mean(np.isfinite(breach))),
    )
