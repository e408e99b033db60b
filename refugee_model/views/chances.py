"""Shares of projections in words."""

from __future__ import annotations

TENTHS, TWENTIETHS = 10, 20


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
    for whole in (TENTHS, TWENTIETHS, 100):
        part = share * whole
        if abs(part - round(part)) < 1e-6:
            return f"{round(part)} in {whole}"
    return f"{share * 100:.1f} in 100"


def chance(share: float) -> str:
    """A probability as so many in ten; nothing where it is nil, and words where tenths would mislead.

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
    >>> [chance(share) for share in (0.0, 0.01, 0.3, 0.97, 1.0)]
    ['', '<1 in 20', '3 in 10', '>19 in 20', '10 in 10']
    """
    if share <= 0.0:
        return ""
    if share < 0.05:
        return "<1 in 20"
    if 0.95 < share < 1.0:
        return ">19 in 20"
    return f"{min(max(int(share * TENTHS + 0.5), 1), TENTHS)} in {TENTHS}"
