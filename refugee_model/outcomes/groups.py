"""People of each group that standards count, by date; by age, sex, disability and pregnancy; and who serves them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.observers import ENTERED_GROUPS, EVER, GROUPS, PRECISION, RECEIVED, ROUNDING, THERE
from refugee_model.engine.result import Result
from refugee_model.engine.values import Values, sum_of_places
from refugee_model.outcomes.calendar import Days, days_between
from refugee_model.scenario.network import IN_COUNTRY
from refugee_model.scenario.timeline import HOURS_PER_DAY


@dataclass(frozen=True)
class Heads:
    """People of one group by date, arrays (date, draw)."""

    average: Floats
    """People present on average over the date."""
    person_days: Floats
    """People present x days."""
    peak: Floats
    """Most people present on the date."""
    there: Floats
    """People present when the date ends."""
    entered: Floats
    """People who have ever been in the group by the end of the date, those there at the start included."""

    @cached_property
    def new(self) -> Floats:
        """People who come into the group on each date for the first time, array (date, draw) [people]."""
        return np.diff(self.entered, axis=0, prepend=0.0)

    @cached_property
    def kept(self) -> Floats:
        """Share of those who were there on a date who are still there at its end, array (date, draw)."""
        on_date = np.concatenate((np.zeros_like(self.there[:1]), self.there[:-1])) + self.new
        return np.minimum(1.0, np.divide(self.there, on_date, out=np.ones_like(on_date), where=on_date > 0.0))


def days_of(result: Result) -> Days:
    """The calendar dates of a result, in the offset of its start."""
    return days_between(result.scenario.timeline, result.bounds[result.edges])


def heads_of(result: Result, days: Days) -> dict[str, Heads]:
    """People by date of each group of ``network.IN_COUNTRY``."""
    found, by_day = {}, result.days
    for group in IN_COUNTRY:
        row, place = GROUPS.index(group), ENTERED_GROUPS.index(group)
        person_days, peak = by_day[:, row] / HOURS_PER_DAY, by_day[:, len(GROUPS) + row]
        there, ever = by_day[:, THERE + place], by_day[:, EVER + place]
        found[group] = Heads(person_days / days.lengths[:, None], person_days, peak, there, ever)
    return found


def bed_nights(result: Result) -> Floats:
    """People in state accommodation over time in spans of 24 hours, array (draw,) [person-nights]."""
    return sum_of_places(result.days[:, GROUPS.index("sheltered")]) / HOURS_PER_DAY


def shares(values: Values) -> dict[str, Floats]:
    """Share of people by age, sex, disability and pregnancy, arrays (draw,) or (1,); the groups overlap."""
    names = ("women_and_girls", "children", "school_age", "older_people", "people_with_disabilities", "pregnant_women")
    share = {name: values[f"people.profile.{name}"] for name in names}
    return {
        "everyone": np.ones(1),
        "women_and_girls": share["women_and_girls"],
        "men_and_boys": 1.0 - share["women_and_girls"],
        "children": share["children"],
        "school_age": share["school_age"],
        "adults": np.maximum(0.0, 1.0 - share["children"] - share["older_people"]),
        "older_people": share["older_people"],
        "people_with_disabilities": share["people_with_disabilities"],
        "pregnant_women": share["pregnant_women"],
    }


def profiled(result: Result) -> dict[str, Floats]:
    """People in the country and in state accommodation at the end of each date, arrays (date, group, draw)."""
    sheltered = result.people("sheltered")[np.searchsorted(result.kept, result.edges[1:])].sum(axis=1)
    present = {"people": heads_of(result, days_of(result))["everyone"].there, "in_state_accommodation": sheltered}
    parts = shares(result.values).values()
    return {name: np.stack([people * share for share in parts], axis=1) for name, people in present.items()}


DESKS = "registration desks"
DESKS_LABEL = "Registration desks staffed round the clock"
MINUTES_PER_HOUR = 60.0


def desks_needed(result: Result, days: Days) -> tuple[Floats, Floats]:
    """People who come to the reception points on each date, and desks that would register them on it, arrays (date,
    draw). Desks, not rounded, work throughout the date and are busy ``desk_utilisation`` of the time.
    """
    standards = result.scenario.standards
    people = np.diff(result.days[:, RECEIVED], axis=0, prepend=0.0)
    households = people / result.values["people.profile.household_size"]
    hours = households * result.values["standards.minutes_per_household"] / MINUTES_PER_HOUR
    return people, hours / (days.lengths[:, None] * HOURS_PER_DAY * standards.desk_utilisation)


def desks_open(result: Result, days: Days) -> Floats:
    """Desks that are staffed, on average over each date, array (date, draw), but for those that register nobody."""
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
    """People served, staff or desks needed, and desks open, arrays (date, role, draw); the last role is at desks."""
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
