"""How many people must work for people, and how many registration desks must be open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.observers import PRECISION, RECEIVED, ROUNDING
from refugee_model.engine.result import Result
from refugee_model.outcomes.calendar import Days
from refugee_model.outcomes.groups import days_of, heads_of
from refugee_model.scenario.timeline import HOURS_PER_DAY

Floats = NDArray[np.float64]

DESKS = "registration desks"
DESKS_LABEL = "Registration desks staffed round the clock"
MINUTES_PER_HOUR = 60.0


def desks_needed(result: Result, days: Days) -> tuple[Floats, Floats]:
    """People who come to the reception points on each date, and desks that would register them on it, arrays (date,
    draw).

    Desks, not rounded, work throughout the date and are busy ``desk_utilisation`` of the time.
    """
    standards = result.scenario.standards
    people = np.diff(result.days[:, RECEIVED], axis=0, prepend=0.0)
    households = people / result.values["people.profile.household_size"]
    hours = households * result.values["standards.minutes_per_household"] / MINUTES_PER_HOUR
    return people, hours / (days.lengths[:, None] * HOURS_PER_DAY * standards.desk_utilisation)


def desks_open(result: Result, days: Days) -> Floats:
    """Desks that are staffed, on average over each date, array (date, draw).

    Desks that register nobody do not count.
    """
    points = list(result.scenario.aid.reception_points)
    numbers = (result.values[f"aid.reception_points.{name}.people_per_desk_hour"] for name in points)
    rates = result.values.of_each_draw(numbers)
    by_epoch = result.held["registration_rate"]
    desks = np.divide(by_epoch, rates, out=np.zeros_like(by_epoch), where=np.broadcast_to(rates > 0, by_epoch.shape))
    hours, count = np.diff(result.bounds), len(desks)
    staffed = np.zeros((len(result.edges) - 1, result.draws))
    for day, (begin, end) in enumerate(zip(result.edges[:-1], result.edges[1:], strict=True)):
        weights = np.zeros((count, len(points)))
        np.add.at(weights, result.epoch[begin:end], result.staffed[begin:end] * hours[begin:end, None])
        staffed[day] = np.einsum("ep,epd->d", weights, desks)
    return staffed / (days.lengths[:, None] * HOURS_PER_DAY)


def whole(number: Floats) -> Floats:
    """The next whole number up; what lies a rounding error above a whole number is that number."""
    return np.ceil(number - np.maximum(ROUNDING, PRECISION * number)) + 0.0  # no -0.0


def staff(result: Result) -> dict[str, Floats]:
    """People served, staff or desks needed, and desks open, arrays (date, role, draw).

    The last role is at the registration desks.
    """
    days, heads, roles = days_of(result), heads_of(result, days_of(result)), result.scenario.standards.staff
    shape = (len(days.dates), len(roles) + 1, result.draws)
    people, needed, available = np.empty(shape), np.empty(shape), np.full(shape, np.nan)
    for number, (name, role) in enumerate(roles.items()):
        share = 1.0 if role.profile_group is None else result.values[f"people.profile.{role.profile_group}"]
        people[:, number] = heads[role.for_group].peak * share
        needed[:, number] = whole(people[:, number] / result.values[f"standards.staff.{name}.people_per_staff"])
    people[:, -1], desks = desks_needed(result, days)
    needed[:, -1], available[:, -1] = whole(desks), desks_open(result, days)
    return {"people": people, "needed": needed, "available": available}
