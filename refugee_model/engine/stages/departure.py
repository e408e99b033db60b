"""Leaving home, rule 1: people decide to leave, by the exact survival of each form of departure over each step."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from refugee_model.engine.compiling import compiled
from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import last_few, survival_of_contagion
from refugee_model.engine.stages.choice import shut
from refugee_model.engine.values import sum_of_places
from refugee_model.engine.variables import District, Leg, One
from refugee_model.engine.workspace import DISTRICT_SIZE, Flags, Floats, Integers, inner, offset
from refugee_model.scenario.network import first_hours, inside
from refugee_model.scenario.places import PeopleNow

ELSEWHERE = tuple(kind for kind in PeopleNow.model_fields if kind not in ("at_home", "leaving_without_vehicle"))
"""People who are no longer at home; those without a vehicle are among those who leave."""
CERTAIN = -1e300
"""Logarithm of a survival of nothing: minus infinity would not survive a factor of 0."""


class Leaving(NamedTuple):
    """Who stays at home over each step."""

    survival: Floats
    """Share of those at home who stay over the step (step, group, draw); for contagion the decay it comes from."""
    group: Integers
    """Row of ``survival`` of each district."""
    contagion: bool
    """Whether leaving spreads."""


def lay_out(layout: Layout) -> Floats:
    """Who is at home or held there, and people who never leave (district, draw)."""
    staying, leaving_in_the_end = _people_at_home(layout)
    layout.of(District.people, slice(None))[:] = leaving_in_the_end
    layout.of(One.innovation)[:] = layout.values["timing.departure.innovation_per_hour"]
    layout.of(One.imitation)[:] = layout.values["timing.departure.imitation_per_hour"]
    _put_held_back(layout)
    return staying


def _people_at_home(layout: Layout) -> tuple[Floats, Floats]:
    """People who stay for good and who leave in the end (district, draw); those willing are put where they are."""
    values, people = layout.values, layout.scenario.people
    given, now = people.district_shares(), people.now
    shares = values.of_each_draw(
        values.number(f"people.districts.{name}.share", given[name]) for name in people.districts
    )
    residents, displaced = _residents(layout)
    live = _shared(shares, values["people.total"]) + residents
    total = values["people.total"] + sum_of_places(residents)
    left = values.of_each_draw(values.now("leaving", name) for name in people.districts)
    at_home = np.maximum(live - left, 0.0)
    if sum(now.at_home.values()) > 0.0:
        at_home = values.of_each_draw(values.now("at_home", name) for name in people.districts)
    # Residents are as many as they are; those of the area of origin are the rest of all who are not elsewhere.
    sums, others = sum_of_places(at_home[~displaced]), sum_of_places(at_home[displaced])
    at_home[~displaced] *= np.maximum(total - values.now_in_all(*ELSEWHERE) - others, 0.0) / np.where(
        sums > 0, sums, 1.0
    )
    leaving_share = np.where(displaced[:, None], 1.0, values["timing.departure.share_leaving"])
    staying = np.minimum(at_home, live * (1.0 - leaving_share))
    layout.of(District.willing, slice(None))[:] = at_home - staying
    return staying, live * leaving_share


def _residents(layout: Layout) -> tuple[Floats, Flags]:
    """Residents of the receiving country who flee once their province is lost (district, draw), and where they are."""
    values, people = layout.values, layout.scenario.people
    found = np.zeros((len(people.districts), values.count))
    for number, (name, district) in enumerate(people.districts.items()):
        if district.province is not None:
            residents = values[f"aid.provinces.{district.province}.residents"]
            found[number] = residents * values[f"people.districts.{name}.share_of_residents"]
    return found, np.asarray([district.province is not None for district in people.districts.values()])


def _put_held_back(layout: Layout) -> None:
    """People who have decided to leave before the start and are still there."""
    values, now = layout.values, layout.scenario.people.now
    for number, name in enumerate(layout.scenario.people.districts):
        held_back = values.now("leaving", name)
        by_bus = held_back - held_back * values["timing.transport.own_vehicle_share"]
        if name in now.leaving_without_vehicle:
            by_bus = np.minimum(values.now("leaving_without_vehicle", name), held_back)
        layout.of(District.leaving_by_vehicle, number)[:] = held_back - by_bus
        layout.of(District.leaving_by_bus, number)[:] = by_bus


def _shared(shares: Floats, total: Floats) -> Floats:
    """A total in proportion to shares (district, draw)."""
    sums = sum_of_places(shares)
    shared: Floats = shares / np.where(sums > 0, sums, 1.0) * total
    return shared


def leaving(layout: Layout, noise: Floats | None = None, hazard: tuple[Floats, Floats] | None = None) -> Leaving:
    """The survival of each group of districts that begin to leave together.

    ``noise`` (step, draw) is of the hazard, which ``hazard``, hours and its sum up to then (time, draw), replaces where
    it is given.
    """
    scenario, bounds, within = layout.scenario, layout.bounds, list(inside(layout.scenario.people))
    # Where routes close at different times, people of each district may see another part of theirs closed.
    begins = [
        (first, name in within, _while_closed(layout, number))
        for number, (name, first) in enumerate(zip(scenario.people.districts, first_hours(scenario), strict=True))
    ]
    keys = [(first, resident, open_part.tobytes()) for first, resident, open_part in begins]
    groups = list(dict.fromkeys(keys))
    calm = np.empty((0, 0))
    survival = np.empty((len(bounds) - 1, len(groups), layout.values.count))
    for number, key in enumerate(groups):
        first, resident, open_part = begins[keys.index(key)]
        # What holds people in the area of origin does not hold residents of the receiving country.
        of_origin = 1.0 if resident else layout.schedule("timing.departure.factor")
        logarithm = log_survival(layout, first, later=resident)
        _survive(survival[:, number], logarithm, of_origin * open_part, layout.epochs, calm if noise is None else noise)
        if hazard is not None and not resident:
            survival[:, number] = np.exp(-_over_steps(*hazard, bounds))
    spreads = scenario.timing.departure.form == "contagion" and hazard is None
    return Leaving(survival, np.asarray([groups.index(key) for key in keys]), spreads)


def _over_steps(hours: Floats, summed: Floats, bounds: Floats) -> Floats:
    """How much a sum (time, draw) grows over each step (step, draw), on straight lines."""
    low = np.clip(np.searchsorted(hours, bounds, side="right") - 1, 0, len(hours) - 2)
    part = np.clip((bounds - hours[low]) / (hours[low + 1] - hours[low]), 0.0, 1.0)[:, None]
    return np.diff(summed[low] * (1.0 - part) + summed[low + 1] * part, axis=0)


@compiled
def _survive(survival: Floats, logarithm: Floats, factor: Floats, epochs: Integers, noise: Floats) -> None:
    """Put the survival (step, draw) there: its logarithm times a factor (epoch, draw) and noise (step, draw) on it."""
    steps, draws = survival.shape
    for step in range(steps):
        of_step, of_epoch = logarithm[step], factor[epochs[step]]
        for draw in range(draws):
            hazard = of_epoch[draw] if len(of_epoch) > 1 else of_epoch[0]
            hazard = hazard * noise[step, draw] if len(noise) > 0 else hazard
            survival[step, draw] = math.exp((of_step[draw] if len(of_step) > 1 else of_step[0]) * hazard)


def _while_closed(layout: Layout, district: int) -> Floats:
    """Factor on the hazard of leaving a district while those routes by which its people go are closed (epoch, draw)."""
    closed, shares = shut(layout), layout.of(Leg.share, slice(district, None, layout.sizes.districts))
    of_closed = layout.values["timing.departure.factor_while_closed"]
    part = sum_of_places(shares.swapaxes(0, 1) * closed[:, :, None])
    return (1.0 - part) + part * of_closed


def log_survival(layout: Layout, begin: float, *, later: bool = False) -> Floats:
    """Logarithm of the share that stays at home over each step, before any factor on the hazard.

    Departures begin at ``begin`` [h], and a reported curve with them if ``later``; for contagion it is minus
    (innovation + imitation) x time. Array (step, draw) or (step, 1).

    References
    ----------
    Logistic: Radwan, Hobeika and Sivasailam (1985). Rayleigh: Tweedie et al. (1986). Weibull: Lindell (2008), EMBLEM2.
    Contagion: Bass (1969).
    """
    values, path = layout.values, "timing.departure"
    form, hours = layout.scenario.timing.departure.form, np.maximum(layout.bounds - begin, 0.0)[:, None]
    if form == "logistic":
        rate, midpoint = values[f"{path}.rate_per_hour"], values[f"{path}.midpoint_hours"]
        draws = np.zeros(max(len(rate), len(midpoint)))  # what is compiled does not check where an array ends
        return _logistic(hours[:, 0], rate + draws, midpoint + draws)
    if form == "weibull":
        return -np.diff((hours / values[f"{path}.scale_hours"]) ** values[f"{path}.shape"], axis=0)
    if form == "rayleigh":
        return -np.diff(0.5 * (hours / values[f"{path}.peak_hours"]) ** 2, axis=0)
    if form == "contagion":
        hazard = values[f"{path}.innovation_per_hour"] + values[f"{path}.imitation_per_hour"]
        return -np.diff(hours, axis=0) * hazard
    return _log_survival_of_curve(layout, begin, later)


ALL_BUT_SURE = 40.0
"""From here on log(1 + exp(x)) is x to the last bit."""


@compiled
def _logistic(hours: Floats, rate: Floats, midpoint: Floats) -> Floats:
    """Logarithm of the share that stays over each step, array (step, draw)."""
    logarithm, before = np.empty((len(hours) - 1, len(rate))), np.empty(len(rate))
    for bound in range(len(hours)):
        for draw in range(len(rate)):
            exponent = rate[draw] * (hours[bound] - midpoint[draw])
            after = max(exponent, 0.0)
            if after < ALL_BUT_SURE:
                after += math.log1p(math.exp(-abs(exponent)))
            if bound > 0:
                logarithm[bound - 1, draw] = before[draw] - after
            before[draw] = after
    return logarithm


def _log_survival_of_curve(layout: Layout, begin: float, later: bool) -> Floats:
    """The same of a reported curve: straight lines between its points."""
    values, bounds, departure = layout.values, layout.bounds, layout.scenario.timing.departure
    points, timeline = departure.curve or (), layout.scenario.timeline
    delay = begin - timeline.hours_at(departure.start) if later else 0.0
    times = [timeline.hours_at(point.time) + delay for point in points]
    shares = values.of_each_draw(values[f"timing.departure.curve.{number}.share"] for number in range(len(points)))
    at_bounds = np.stack([np.interp(np.maximum(bounds, begin), times, of_draw) for of_draw in shares.T], axis=1)
    left = 1.0 - at_bounds
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.maximum(np.log(left[1:] / left[:-1]), CERTAIN)
    # Once the curve is at its end, people whom a factor of 0 kept at home leave as soon as they can.
    result: Floats = np.where(left[:-1] > 0, logarithm, np.where(bounds[1:, None] > begin, CERTAIN, 0.0))
    return result


@inner
def depart(
    one: Floats,
    districts: Floats,
    survival: Floats,
    step: int,
    group: Integers,
    contagion: bool,
    flows: bool,
    draws: int,
) -> None:
    """Rule 1: people decide to leave; ``survival`` (step, group, draw) is the share that stays over a step."""
    for district in range(len(districts) // DISTRICT_SIZE):
        at, row = offset(district * DISTRICT_SIZE), group[district]
        for draw in range(draws):
            home, people = districts[at + District.willing + draw], districts[at + District.people + draw]
            stays = survival[step, row, draw]
            if contagion:
                stays = survival_of_contagion(
                    home, people, stays, one[One.innovation + draw], one[One.imitation + draw]
                )
            departed = home if (stays < 1.0) & last_few(home * stays, people) else home * (1.0 - stays)
            by_vehicle = departed * one[One.own_vehicle_share + draw]
            if flows:
                districts[at + District.departed + draw] = departed
            districts[at + District.willing + draw] = home - departed
            districts[at + District.leaving_by_vehicle + draw] += by_vehicle
            districts[at + District.leaving_by_bus + draw] += departed - by_vehicle


@inner
def at_home(districts: Floats, draws: int) -> bool:
    """Whether anyone is still at home who will leave, in any draw."""
    some = 0
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        for draw in range(draws):
            some += 1 if districts[at + District.willing + draw] > 0.0 else 0
    return some > 0


@inner
def held_back(districts: Floats, draws: int) -> bool:
    """Whether anyone who has decided to leave is held at home, in any draw."""
    some = 0
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        for draw in range(draws):
            people = districts[at + District.leaving_by_vehicle + draw] + districts[at + District.leaving_by_bus + draw]
            some += 1 if people > 0.0 else 0
    return some > 0
