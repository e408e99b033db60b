"""People of each group by date, from a projection or from many draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.digest import GROUPS
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.tables.groups import KINDS_OF_GROUP, present, reached
from refugee_model.tables.times import Days

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """People of one group by date.

    Attributes
    ----------
    average, peak : array (date, draw) [people]
        Present on average over the date, and at most.
    person_days : array (date, draw) [person-days]
        People present x days.
    reached : array (date, draw) [people]
        People who have ever been in the group by the end of the date, at least.
    """

    average: Floats
    person_days: Floats
    peak: Floats
    reached: Floats


def counts_of_run(run: Trajectories, days: Days) -> dict[str, Counts]:
    """People of each group by date of a projection.

    Parameters
    ----------
    run : Trajectories
        A projection.
    days : Days
        Its dates.

    Returns
    -------
    dict of str to Counts
        By group of ``KINDS_OF_GROUP``.
    """
    result = {}
    for group in KINDS_OF_GROUP:
        there = present(run, group)
        person_days = days.person_days(there)
        average, ever = person_days / days.lengths[:, None], days.at_ends(reached(run, group))
        result[group] = Counts(average, person_days, days.peaks(there), ever)
    return result


def counts_of_days(digested: Floats, crossed: Floats, days: Days) -> dict[str, Counts]:
    """People of each group by date of many draws.

    Parameters
    ----------
    digested : array (date, group x 2, draw)
        Person-hours, then peak, of each of ``digest.GROUPS`` on each date.
    crossed : array (date, draw) [people]
        People who have crossed by the end of each date.
    days : Days
        The dates.

    Returns
    -------
    dict of str to Counts
        By group of ``KINDS_OF_GROUP``.
    """
    result = {}
    for group in KINDS_OF_GROUP:
        row = GROUPS.index(group)
        person_days, peak = digested[:, row] / HOURS_PER_DAY, digested[:, len(GROUPS) + row]
        ever = crossed if group == "everyone" else np.maximum.accumulate(peak, axis=0)
        result[group] = Counts(person_days / days.lengths[:, None], person_days, peak, ever)
    return result
