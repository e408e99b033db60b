"""People of each group by date, from a projection or from many draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.digest import ENTERED_GROUPS, EVER, GROUPS, THERE
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.tables.groups import KINDS_OF_GROUP, entered, present
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
    there : array (date, draw) [people]
        Present when the date ends.
    entered : array (date, draw) [people]
        People who have ever been in the group by the end of the date, those there at the start included.
    """

    average: Floats
    person_days: Floats
    peak: Floats
    there: Floats
    entered: Floats

    @property
    def new(self) -> Floats:
        """People who come into the group on each date for the first time, array (date, draw) [people]."""
        return np.diff(self.entered, axis=0, prepend=0.0)

    @property
    def kept(self) -> Floats:
        """Share of those who were there on a date who are still there at its end, array (date, draw)."""
        on_date = np.concatenate((np.zeros_like(self.there[:1]), self.there[:-1])) + self.new
        return np.minimum(1.0, np.divide(self.there, on_date, out=np.ones_like(on_date), where=on_date > 0.0))


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
        people = present(run, group)
        person_days = days.person_days(people)
        average, ever = person_days / days.lengths[:, None], days.at_ends(entered(run, group))
        result[group] = Counts(average, person_days, days.peaks(people), days.at_ends(people), ever)
    return result


def counts_of_days(digested: Floats, days: Days) -> dict[str, Counts]:
    """People of each group by date of many draws.

    Parameters
    ----------
    digested : array (date, row, draw)
        What ``digest.DAY_ROWS`` says is kept of each date.
    days : Days
        The dates.

    Returns
    -------
    dict of str to Counts
        By group of ``KINDS_OF_GROUP``.
    """
    result = {}
    for group in KINDS_OF_GROUP:
        row, place = GROUPS.index(group), ENTERED_GROUPS.index(group)
        person_days, peak = digested[:, row] / HOURS_PER_DAY, digested[:, len(GROUPS) + row]
        there, ever = digested[:, THERE + place], digested[:, EVER + place]
        result[group] = Counts(person_days / days.lengths[:, None], person_days, peak, there, ever)
    return result
