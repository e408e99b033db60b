"""Whether what happens when agrees, and whether people can be where they are said to be at the start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np

from refugee_model.errors import Problem
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.distribution import Distribution
from refugee_model.scenario.origins import inside
from refugee_model.scenario.places import People
from refugee_model.scenario.routes import Road
from refugee_model.scenario.schedules import instants, moments, schedules, starts, value_at
from refugee_model.scenario.timeline import HOURS_PER_DAY, MAX_STEPS, Timeline
from refugee_model.scenario.timing import PARAMETERS_OF_FORM, Departure, Timing
from refugee_model.scenario.values import Assumptions
from refugee_model.wording import figure

# A date in the wrong year lies a year off, less the length of a usual projection.
HOURS_OUTSIDE = 300 * 24.0
TOLERANCE = 1e-6


def clock(timeline: Timeline, hours: float) -> str:
    """A time after the start, to the minute, as a person would write it."""
    return timeline.time_at(hours).isoformat(timespec="minutes")


def find_steps(timeline: Timeline) -> Iterator[Problem]:
    """Steps that are too many, or longer than the projection."""
    steps = timeline.most_steps
    if steps > MAX_STEPS:
        yield Problem(
            "timeline.step_minutes",
            f"makes {steps:,.0f} steps; at most {MAX_STEPS:,} fit: choose longer steps or fewer days",
        )
    if steps < 1:
        yield Problem(
            "timeline.days",
            f"found {figure(timeline.days)}, expected at least one step of {figure(timeline.shortest_minutes)} minutes",
        )


def find_departure(timeline: Timeline, people: People, timing: Timing) -> Iterator[Problem]:
    """A form without its parameters, and departures that never begin."""
    departure = timing.departure
    for name in PARAMETERS_OF_FORM[departure.form]:
        if getattr(departure, name) is None:
            yield Problem(f"timing.departure.{name}", f"is missing; the form '{departure.form}' needs it")
    if departure.form == "contagion" and departure.innovation_per_hour == 0:
        yield Problem(
            "timing.departure.innovation_per_hour", "found 0; then nobody leaves first: give a number above 0"
        )
    if departure.form == "logistic" and (departure.rate_per_hour or 0) * (departure.midpoint_hours or 0) > 600:
        found = "times midpoint_hours is more than 600; nobody would leave for weeks: check the units"
        yield Problem("timing.departure.rate_per_hour", found)
    if departure.form == "curve" and departure.curve is not None:
        yield from _curve(timeline, departure)
    begins = [("timing.departure.start", departure.start)]
    begins += [
        (f"people.districts.{name}.departs_from", district.departs_from)
        for name, district in people.districts.items()
        if district.departs_from is not None
    ]
    for path, moment in begins:
        if timeline.hours <= (hours := timeline.hours_at(moment)) <= timeline.hours + HOURS_OUTSIDE:
            yield Problem(
                path,
                f"found {clock(timeline, hours)}, expected a time before the horizon ends, "
                f"{clock(timeline, timeline.hours)}",
            )


def _curve(timeline: Timeline, departure: Departure) -> Iterator[Problem]:
    curve = departure.curve or ()
    hours = [timeline.hours_at(point.time) for point in curve]
    shares = [point.share for point in curve]
    if len(curve) < 2:
        yield Problem("timing.departure.curve", "needs at least two points")
    for number in range(1, len(curve)):
        if hours[number] <= hours[number - 1]:
            yield Problem(
                f"timing.departure.curve.{number}.time", "is not after the point before it; times must increase"
            )
        if shares[number] < shares[number - 1]:
            found = f"found {figure(shares[number])} after {figure(shares[number - 1])}"
            yield Problem(
                f"timing.departure.curve.{number}.share", f"{found}; shares of those who had left may not decrease"
            )
    if shares and shares[0] != 0:
        yield Problem(
            "timing.departure.curve.0.share",
            f"found {figure(shares[0])}, expected 0: the curve begins when nobody has left",
        )


def find_checkpoint(timeline: Timeline, timing: Timing) -> Iterator[Problem]:
    """A checkpoint whose throughput cannot be worked out, or that is in two regimes at once; of every route."""
    found = (problem for road in timing.roads.values() for problem in _of_road(timeline, road))
    yield from dict.fromkeys(found)  # what holds for every route is said once


def _of_road(timeline: Timeline, road: Road) -> Iterator[Problem]:
    checkpoint = road.checkpoint
    times = (checkpoint.seconds_per_vehicle, checkpoint.seconds_per_person)
    if checkpoint.vehicles_per_hour is None and None not in times and not any(times):
        mend = "give one of them more than 0, or give vehicles_per_hour (0 there means closed)"
        yield Problem(
            road.path("checkpoint.seconds_per_vehicle"),
            f"this and seconds_per_person are both 0: checks take no time; {mend}",
        )
    elif checkpoint.vehicles_per_hour is None and None in times:
        yield Problem(
            road.path("checkpoint.vehicles_per_hour"),
            "is blank; give it, or give lanes, seconds_per_vehicle and seconds_per_person "
            "(blank is not 0: 0 means closed)",
        )
    for number, regime in enumerate(checkpoint.regimes):
        path = road.path(f"checkpoint.regimes.{number}.vehicles_per_hour")
        if regime.kind in ("ambulances", "trickle") and regime.vehicles_per_hour is None:
            yield Problem(path, f"is missing; the regime '{regime.kind}' needs it")
        if regime.kind == "closed" and regime.vehicles_per_hour:
            yield Problem(path, "the regime is 'closed'; leave this out, or choose another kind")
    yield from _spans(timeline, road.path("checkpoint.regimes"), enumerate(checkpoint.regimes))
    yield from _spans(timeline, road.path("corridor.closures"), enumerate(road.corridor.closures))
    both = [checkpoint.turned_back_share, checkpoint.detained_share]
    most = max(sum(value_at(share, timeline, hours) for share in both) for hours in instants(both, timeline))
    if most > 1 + TOLERANCE:
        own = road.path("checkpoint.turned_back_share"), road.path("checkpoint.detained_share")
        where = next((path.rpartition(".")[0] for path in own if ".routes." in path), "timing.checkpoint")
        yield Problem(where, f"turned_back_share and detained_share add up to {figure(most)}, expected at most 1")


def _spans(
    timeline: Timeline, path: str, spans: Iterable[tuple[int | str, Any]], *, overlap: bool = False
) -> Iterator[Problem]:
    last_end, last = float("-inf"), ""
    for number, span in sorted(spans, key=lambda item: timeline.hours_at(item[1].since)):
        since = timeline.hours_at(span.since)
        until = timeline.hours_at(span.until) if span.until is not None else float("inf")
        if until <= since:
            yield Problem(f"{path}.{number}.until", "is not after since: the two are reversed")
        elif since < last_end and not overlap:
            mend = "ends" if last_end < float("inf") else "ends (it has no until)"
            yield Problem(f"{path}.{number}.since", f"begins before {path}.{last} {mend}; they may not overlap")
        if until > last_end:
            last_end, last = until, str(number)


def find_losses(timeline: Timeline, aid: Aid) -> Iterator[Problem]:
    """Losses of beds that end before they begin."""
    yield from _spans(timeline, "aid.losses", aid.losses.items(), overlap=True)


def find_no_reception(timeline: Timeline, timing: Timing, aid: Aid) -> Iterator[Problem]:
    """A time at which people arrive and no reception point takes them."""
    straight = timing.accommodation.straight_to_relatives_share
    weights = [point.weight for point in aid.reception_points.values()]
    for hours in instants([straight, *weights], timeline):
        if not sum(value_at(weight, timeline, hours) for weight in weights) and value_at(straight, timeline, hours) < 1:
            yield Problem(
                "aid.reception_points",
                f"every weight is 0 from {clock(timeline, hours)} on; people who do not go straight to "
                "relatives have nowhere to go: "
                "give one point a weight above 0 at all times",
            )
            return


def find_outside(name: str) -> Callable[[Timeline, Assumptions], Iterator[Problem]]:
    """The check that finds moments of a group that lie far from the projection, and schedules out of order."""

    def find(timeline: Timeline, group: Assumptions) -> Iterator[Problem]:
        for path, moment in moments(group, name):
            hours = timeline.hours_at(moment)
            if not -HOURS_OUTSIDE <= hours <= timeline.hours + HOURS_OUTSIDE:
                found = (
                    moment.isoformat(timespec="minutes")
                    if isinstance(moment, datetime)
                    else f"{figure(moment)} days after the start"
                )
                horizon = f"{clock(timeline, 0.0)} to {clock(timeline, timeline.hours)}"
                yield Problem(
                    path, f"found {found}, more than 300 days outside the horizon, {horizon}: is the year right?"
                )
        for path, schedule in schedules(group, name):
            yield from _order(starts(schedule, timeline), path)

    return find


def _order(hours: list[float], path: str) -> Iterator[Problem]:
    if hours[0] > 0:
        yield Problem(
            f"{path}.0.since",
            "begins after timeline.start; leave out since in the first entry to say what holds from the start",
        )
    for number, (earlier, later) in enumerate(pairwise(hours), start=1):
        if later == float("-inf"):
            yield Problem(f"{path}.{number}.since", "is missing; only the first entry may leave it out")
        elif later <= earlier:
            yield Problem(f"{path}.{number}.since", "is not after the entry before it: dates are reversed")


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
    """The most beds that can be usable in a province at the start: standing ones in season, those come, less losses."""
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
