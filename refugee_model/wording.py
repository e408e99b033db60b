"""Chances, people and shares as a person says them: one rule for each, for the shell, pictures and files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

TENTHS, TWENTIETHS, HUNDREDTHS = 10, 20, 100
FEW_DRAWS = 100
"""Of fewer draws than this a chance is given as a count of them: hundredths would say more than is known."""
SOME = 0.5
"""People, person-nights, places or USD below this are none: rounded to whole ones they would be 0."""


def whole(value: float) -> str:
    """A number of people rounded to whole ones, half upward, thousands apart: the one rule for people in words.

    Parameters
    ----------
    value : float
        People, person-nights, beds or vehicles.

    Returns
    -------
    str
        For example ``8,875``; ``-`` where there is no number, words where there is no end.

    Examples
    --------
    >>> whole(8874.6), whole(0.5), whole(464.9999999999748), whole(-0.2), whole(float("nan"))
    ('8,875', '1', '465', '0', '-')
    """
    if math.isnan(value):
        return "-"
    return f"{math.floor(value + 0.5):,}" if math.isfinite(value) else "without end"


def to_minute(moment: datetime) -> datetime:
    """A time rounded to the full minute, half upward: the one rule for times in words."""
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def moment(time: datetime) -> str:
    """Day, date and time of day.

    Examples
    --------
    >>> moment(datetime(2023, 9, 24, 21, 59, 31))
    'Sun 24 Sep 2023, 22:00'
    """
    shown = to_minute(time)
    return f"{shown:%a} {shown.day} {shown:%b %Y, %H:%M}"


def chance(share: float, *, draws: int | None = None) -> str:
    """In how many futures something happens, in words; never none and never all where it is one of them.

    Parameters
    ----------
    share : float
        Share of the draws, from 0 to 1.
    draws : int, optional
        How many draws there are.

    Returns
    -------
    str
        ``in 56 of 100 futures``.

    Examples
    --------
    >>> chance(0.556), chance(0.0004), chance(0.9996)
    ('in 56 of 100 futures', 'in fewer than 1 of 100 futures', 'in more than 99 of 100 futures')
    >>> chance(1.0, draws=1000), chance(0.0, draws=1000), chance(0.75, draws=8), chance(1.0)
    ('in all 1,000 futures', 'in none of 1,000 futures', 'in 6 of 8 futures', 'in all futures')
    """
    many = f"{draws:,} " if draws else ""
    if share <= 0.0:
        return f"in none of {many}futures" if draws else "in no future"
    if share >= 1.0:
        return f"in all {many}futures" if draws != 1 else "in the only future"
    return f"in {_part(share, draws, 'fewer than 1', 'more than 99')} futures"


def chance_in_short(share: float, *, draws: int | None = None) -> str:
    """The same for a cell of a table.

    Examples
    --------
    >>> [chance_in_short(share) for share in (0.0, 0.0004, 0.556, 0.9996, 1.0)]
    ['none', '<1 of 100', '56 of 100', '>99 of 100', 'all']
    """
    if not 0.0 < share < 1.0:
        return "none" if share <= 0.0 else "all"
    return _part(share, draws, "<1", ">99")


def _part(share: float, draws: int | None, least: str, most: str) -> str:
    if draws is not None and draws < FEW_DRAWS:
        return f"{min(max(round(share * draws), 1), draws - 1)} of {draws}"
    hundredths = math.floor(share * HUNDREDTHS + 0.5)
    said = least if share * HUNDREDTHS < 1.0 else most if share * HUNDREDTHS > HUNDREDTHS - 1 else str(hundredths)
    return f"{said} of {HUNDREDTHS}"


def share_in_words(share: float) -> str:
    """A share as a planner says it, in tenths or twentieths where one fits, else in hundredths.

    Parameters
    ----------
    share : float
        From 0 to 1.

    Returns
    -------
    str
        For example ``9 in 10`` or ``19 in 20``.

    Examples
    --------
    >>> [share_in_words(share) for share in (0.5, 0.9, 0.95, 0.98)]
    ['5 in 10', '9 in 10', '19 in 20', '98 in 100']
    """
    for parts in (TENTHS, TWENTIETHS, HUNDREDTHS):
        part = share * parts
        if abs(part - round(part)) < 1e-6:
            return f"{round(part)} in {parts}"
    return f"{share * 100:.1f} in 100"


def chance_in_tenths(share: float) -> str:
    """A chance that the eye compares with its neighbours: so many in ten, nothing where it is nil, never all where it is not.

    Parameters
    ----------
    share : float
        From 0 to 1.

    Returns
    -------
    str
        Empty for 0, ``<1 in 20`` below 0.05, ``>19 in 20`` above 0.95 and below 1.

    Examples
    --------
    >>> [chance_in_tenths(share) for share in (0.0, 0.01, 0.3, 0.97, 1.0)]
    ['', '<1 in 20', '3 in 10', '>19 in 20', '10 in 10']
    """
    if share <= 0.0:
        return ""
    if share < 0.05:
        return "<1 in 20"
    if 0.95 < share < 1.0:
        return ">19 in 20"
    return f"{min(max(int(share * TENTHS + 0.5), 1), TENTHS)} in {TENTHS}"


def listed(names: Sequence[str]) -> str:
    """Names as a person lists them.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
