"""How many people must work for people, and how many registration desks must be open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.digest import PRECISION, ROUNDING
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.tables.frames import check_run, first_draw, frame, words
from refugee_model.tables.groups import KINDS_OF_GROUP, present, share_of_profile
from refugee_model.tables.times import Days, days_of

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]

DESKS = "registration desks"
DESKS_LABEL = "Registration desks staffed round the clock"
MINUTES_PER_HOUR = 60.0


def desks_needed(run: Trajectories, days: Days) -> tuple[Floats, Floats]:
    """People who come to the reception points on each date, and desks that would register them on that date.

    Parameters
    ----------
    run : Trajectories
        A projection.
    days : Days
        Its dates.

    Returns
    -------
    people, desks : array (date, draw) [people, desks]
        Desks, not rounded, that work throughout the date, busy ``desk_utilisation`` of the time.
    """
    standards = run.scenario.standards
    people = days.gained(run.cumulative("received"))
    hours = people / run.scenario.people.profile.household_size * standards.minutes_per_household / MINUTES_PER_HOUR
    return people, hours / (days.lengths[:, None] * HOURS_PER_DAY * standards.desk_utilisation)


def desks_open(run: Trajectories, days: Days) -> Floats:
    """Desks that are staffed, on average over each date, array (date, draw); desks that register nobody do not count."""
    rates = np.asarray([point.people_per_desk_hour for point in run.scenario.aid.reception_points.values()])[None, :, None]
    staffed = np.divide(run.registration, rates, out=np.zeros_like(run.registration), where=rates > 0).sum(axis=1)
    desk_hours = np.concatenate((np.zeros((1, run.draws)), np.cumsum(staffed * run.steps[:, None], axis=0)))
    return days.gained(desk_hours) / (days.lengths[:, None] * HOURS_PER_DAY)


def whole(number: Floats) -> Floats:
    """The next whole number up; what lies a rounding error above a whole number is that number."""
    return np.ceil(number - np.maximum(ROUNDING, PRECISION * number))


def staff_table(run: Trajectories) -> pd.DataFrame:
    """Staff needed on each calendar date, and registration desks needed and open.

    Parameters
    ----------
    run : Trajectories
        A projection.

    Returns
    -------
    DataFrame
        date, role, label, people, needed, available, source; one row a date and role. ``people`` are those served at the peak
        of the date; for registration desks, those who come to the reception points on the date. ``available`` is the average
        number of desks open and blank for other roles.

    Raises
    ------
    RequestError
        If ``run`` is not a projection.
    """
    check_run(run)
    scenario, days = run.scenario, days_of(run)
    roles = scenario.standards.staff
    peaks = {group: days.peaks(present(run, group)) for group in KINDS_OF_GROUP}
    shape = (len(days.dates), len(roles) + 1, run.draws)
    people, needed, available = np.empty(shape), np.empty(shape), np.full(shape, np.nan)
    for number, role in enumerate(roles.values()):
        people[:, number] = peaks[role.for_group] * share_of_profile(scenario.people.profile, role.profile_group)
        needed[:, number] = whole(people[:, number] / role.people_per_staff)
    people[:, -1], desks = desks_needed(run, days)
    needed[:, -1], available[:, -1] = whole(desks), desks_open(run, days)
    return frame(
        run,
        "Staff",
        {
            "date": days.dates.repeat(len(roles) + 1),
            "role": words([*roles, DESKS], times=len(days.dates)),
            "label": words([*(role.label for role in roles.values()), DESKS_LABEL], times=len(days.dates)),
            "people": first_draw(people),
            "needed": first_draw(needed).astype(np.int64),
            "available": first_draw(available),
            "source": words([*(role.source for role in roles.values()), scenario.standards.registration_source], times=len(days.dates)),
        },
    )
