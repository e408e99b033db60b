"""Whether people can be where they are said to be when the projection starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from refugee_model.errors import Problem
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.distribution import Distribution
from refugee_model.scenario.origins import inside
from refugee_model.scenario.places import People
from refugee_model.scenario.schedules import value_at
from refugee_model.scenario.timeline import HOURS_PER_DAY, Timeline
from refugee_model.scenario.timing import Timing
from refugee_model.wording import figure

TOLERANCE = 1e-6
ROUNDED = 0.005
"""Counts that are rounded, each by itself, may miss their sum by this share."""
HIGHEST = 0.999
"""Quantile that stands for the most an uncertain number can be."""

Uncertain = Mapping[str, Distribution]


def _at_most(path: str, value: float, uncertain: Uncertain) -> float:
    """The most that a number can be: itself, or nearly the highest draw."""
    return float(uncertain[path].quantile(np.array([HIGHEST]))[0]) if path in uncertain else value


def _exceeds(found: float, most: float) -> bool:
    return found > most * (1 + TOLERANCE) + TOLERANCE


def find_people_now(people: People, uncertain: Uncertain) -> Iterator[Problem]:
    """People who are in two places at once, in none, or in more places than there are people."""
    now, total = people.now, people.total
    if _exceeds(now.total, _at_most("people.total", total, uncertain)):
        yield Problem(
            "people.now", f"{figure(now.total)} people have left home, expected at most people.total = {figure(total)}"
        )
    else:
        yield from _at_home(people, uncertain)
    for name, without in now.leaving_without_vehicle.items():
        leaving = now.leaving.get(name, 0.0)
        if name in people.districts and _exceeds(without, leaving):
            said = (
                f"{figure(without)} of those held back need a bus, expected at most people.now.leaving.{name} = "
                f"{figure(leaving)}"
            )
            yield Problem(f"people.now.leaving_without_vehicle.{name}", f"{said}: they are counted in it")


def _at_home(people: People, uncertain: Uncertain) -> Iterator[Problem]:
    now, total = people.now, people.total
    at_home = sum(now.at_home.values())
    # Where the total is uncertain, people at home are scaled to it: nobody can count them for each draw.
    if not at_home or "people.total" in uncertain:
        return
    if inside(people):
        return  # of those elsewhere nobody knows who is a resident
    missing = total - now.total - at_home
    if abs(missing) > max(1.0, ROUNDED * total):
        said = f"{figure(at_home)} at home and {figure(now.total)} elsewhere make {figure(at_home + now.total)}"
        mend = "give all who are at home (those who stay included), or leave at_home out: then everyone else is at home"
        yield Problem("people.now.at_home", f"{said}, expected people.total = {figure(total)}; {mend}")
        return
    shares = people.district_shares()
    for name, there in now.at_home.items():
        live = shares.get(name, 0.0) * total
        gone = now.leaving.get(name, 0.0)
        if (
            name in shares
            and f"people.districts.{name}.share" not in uncertain
            and there + gone > live + max(1.0, ROUNDED * total)
        ):
            said = (
                f"{figure(there)} at home and {figure(gone)} held back, expected at most the {figure(live)} who "
                "live there"
            )
            yield Problem(f"people.now.at_home.{name}", said)


def find_road_now(people: People, timing: Timing, uncertain: Uncertain) -> Iterator[Problem]:
    """More people on the road than it holds."""
    each = _at_most("timing.transport.people_per_vehicle", timing.transport.people_per_vehicle, uncertain)
    for position, road in enumerate(timing.roads.values()):
        vehicles = road_km = road.corridor.kilometres_with_approaches(people.distances(road.name, timing.roads))
        for name in ("lanes", "jam_vehicles_per_km"):
            vehicles *= _at_most(road.path(f"corridor.{name}"), getattr(road.corridor, name), uncertain)
        there = people.now.on_route(road.name, position)
        if _exceeds(there, vehicles * each):
            path = "people.now.on_road" + (f"_by_route.{road.name}" if timing.routes else "")
            held = f"{vehicles:,.0f} vehicles with {each:,.4g} people ({figure(road_km)} km)"
            said = f"found {figure(there)}, expected at most the {vehicles * each:,.0f} that the road holds: {held}"
            yield Problem(path, f"{said}; those who wait for the road to empty are people.now.leaving")


def find_beds_now(timeline: Timeline, people: People, aid: Aid, uncertain: Uncertain) -> Iterator[Problem]:
    """More people in state accommodation than there are usable beds."""
    for name, there in people.now.sheltered.items():
        if name not in aid.provinces or not there:
            continue
        beds = beds_at_start(timeline, aid, name, uncertain)
        if _exceeds(there, beds):
            said = (
                f"found {figure(there)}, expected at most the {figure(round(beds, 6))} beds that can be used "
                "there at the start"
            )
            yield Problem(
                f"people.now.sheltered.{name}", f"{said}; those without a bed are people.now.awaiting_placement"
            )


def beds_at_start(timeline: Timeline, aid: Aid, name: str, uncertain: Uncertain) -> float:
    """The most beds that can be usable in a province at the start. Standing ones in season, those that have come, less
    losses.
    """
    province, path = aid.provinces[name], f"aid.provinces.{name}"
    factors = {other for other in uncertain if other.startswith(f"{path}.winter_factor")}
    season = 1.0 if factors else value_at(province.winter_factor, timeline, 0.0)
    beds = _at_most(f"{path}.beds", province.beds, uncertain) * season
    for key, order in aid.surge.items():
        if order.province == name:
            least = f"aid.surge.{key}.lead_days" in uncertain
            first = timeline.hours_at(order.decided) + (0.0 if least else order.lead_days * HOURS_PER_DAY)
            ramp = order.ramp_days * HOURS_PER_DAY
            come = float(first <= 0.0) if ramp <= 0 else min(max(-first / ramp, 0.0), 1.0)
            beds += _at_most(f"aid.surge.{key}.beds", order.beds, uncertain) * come
    for key, loss in aid.losses.items():
        until = timeline.hours_at(loss.until) if loss.until is not None else float("inf")
        if (
            loss.province == name
            and timeline.hours_at(loss.since) <= 0 < until
            and f"aid.losses.{key}.share" not in uncertain
        ):
            beds *= 1.0 - loss.share
    return beds
