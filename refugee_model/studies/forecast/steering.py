"""Draws led so that people arrive when a pool says: the hazard of leaving is what remains to be chosen.

Everything after it, the road, the checkpoint, desks and beds, goes by the rules, so that people in all places follow
the arrivals. As many are on their way as in the draw that was learned; where the road or the checkpoint lets fewer
through, fewer arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.compiling import compiled
from refugee_model.outcomes.calendar import interpolated
from refugee_model.scenario.places import MOST_PEOPLE
from refugee_model.studies.blocks import draws_at, one_total
from refugee_model.studies.points import Points

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.studies.forecast.pool import Course, Pool

TOTAL, SHARE = "people.total", "timing.departure.share_leaving"
MOST_SCALED = 5.0
"""People on their way are at most so many times as many, or as few, as in the draw that was learned."""
LONGEST = 2.0
"""Nobody is on the way for longer than so many times the mean."""
NEARLY_ALL = 0.9999


def steered(pool: Pool, course: Course, points: Iterable[Points]) -> Iterator[Points]:
    """The same draws with hazards of leaving by which people arrive as the pool says.

    ``course`` is what they were before; up to the last count each keeps its own course, scaled to end at it.
    Where more are wanted than there are, and their number is uncertain, there are as many more.
    """
    scenario = course.scenario
    for part in points:
        here, values = slice(part.first, part.first + len(part.uniforms)), draws_at(scenario, part)
        there = _who_leaves(scenario, values or one_total(scenario, part))
        hazard, more = _hazards(pool, course, here, there)
        if TOTAL in values:
            share = values.get(SHARE, np.asarray(scenario.timing.departure.share_leaving))
            values[TOTAL] = np.minimum(values[TOTAL] + more / np.maximum(share, 1e-6), MOST_PEOPLE)
        no_uniforms = np.empty((len(part.uniforms), 0))
        yield replace(part, uniforms=no_uniforms, values=values, leaving_hazard=(course.bounds, hazard))


def _hazards(pool: Pool, course: Course, draws: slice, there: Floats) -> tuple[Floats, Floats]:
    """Sums of the hazard of leaving by each bound (bound, draw), and how many more must be there to leave (draw,)."""
    scenario, bounds, last = course.scenario, course.bounds, float(pool.hours[0])
    begin = scenario.people.now.total - sum(scenario.people.now.leaving.values())
    count, hours = len(there), np.concatenate(([0.0], course.hours))
    arrived, departed = (
        interpolated(hours, np.vstack((np.full((1, count), begin), curve[:, draws])), bounds)
        for curve in (course.arrived, course.departed)
    )
    wanted = pool.wanted(course.ranks[draws], bounds)
    scaled = wanted[np.searchsorted(bounds, last)] / np.maximum(interpolated(bounds, arrived, np.array([last]))[0], 1.0)
    near = (scaled <= MOST_SCALED) & (scaled * MOST_SCALED >= 1.0)
    wanted = np.where((bounds[:, None] < last) & near, scaled * arrived, wanted)
    way = np.clip(scaled, 1.0 / MOST_SCALED, MOST_SCALED) * np.maximum(departed - arrived, 0.0)
    # Little's law: how long one is on the way. Where fewer come than the draw had learned, fewer are on the way.
    lags = LONGEST * (np.diff(bounds)[:, None] * way[1:]).sum(axis=0) / np.maximum(wanted[-1], 1.0)
    way *= np.minimum((_added(bounds, wanted, lags) + 1.0) / (_added(bounds, scaled * arrived, lags) + 1.0), 1.0)
    gone = np.maximum.accumulate(wanted + way, axis=0) - begin
    needed = gone[-1] / NEARLY_ALL + 1.0
    enough = np.maximum(there, needed) if TOTAL in scenario.uncertain else np.maximum(there, 1.0)
    left = np.maximum(1.0 - np.maximum(gone, 0.0) / enough, 1.0 - NEARLY_ALL)
    return -np.log(left), enough - there


@compiled
def _added(bounds: Floats, people: Floats, lags: Floats) -> Floats:
    """By how much people (bound, draw) grow within some time of each draw [h], on straight lines between bounds."""
    added, at, last = np.empty(people.shape), np.zeros(len(lags), dtype=np.int64), len(bounds) - 1
    for bound in range(len(bounds)):
        for draw in range(len(lags)):
            later, step = bounds[bound] + lags[draw], at[draw]
            while step < last and bounds[step + 1] <= later:
                step += 1
            at[draw], reached = step, people[step, draw]
            if step < last:
                slope = (people[step + 1, draw] - reached) / (bounds[step + 1] - bounds[step])
                reached += slope * (later - bounds[step])
            added[bound, draw] = reached - people[bound, draw]
    return added


def _who_leaves(scenario: Scenario, values: Mapping[str, Floats]) -> Floats:
    """People of the area of origin who have yet to set off at the start and will in the end (draw,)."""
    now, count = scenario.people.now, len(next(iter(values.values())))
    total = np.broadcast_to(values.get(TOTAL, np.asarray(scenario.people.total)), count)
    share = values.get(SHARE, np.asarray(scenario.timing.departure.share_leaving))
    held_back = sum(now.leaving.values())
    at_home = np.maximum(total - now.total, 0.0)
    return np.asarray(at_home - np.minimum(at_home, total * (1.0 - share)) + held_back)
