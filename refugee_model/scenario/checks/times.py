"""Whether moments lie within reach of the projection, and follow each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from refugee_model.errors import Problem
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.timeline import MAX_STEPS, Timeline, instants, moments, schedules, starts, value_at
from refugee_model.scenario.values import Assumptions
from refugee_model.wording import figure, whole

# A date in the wrong year lies a year off, less the length of a usual projection.
HOURS_OUTSIDE = 300 * 24.0
TOLERANCE = 1e-6


def find_steps(timeline: Timeline) -> Iterator[Problem]:
    """Steps that are too many, or longer than the projection."""
    steps = timeline.most_steps
    if steps > MAX_STEPS:
        said = f"makes {whole(steps)} steps; at most {whole(MAX_STEPS)} fit: choose longer steps or fewer days"
        yield Problem("timeline.step_minutes", said)
    if steps < 1:
        least = f"expected at least one step of {figure(timeline.shortest_minutes)} minutes"
        yield Problem("timeline.days", f"found {figure(timeline.days)}, {least}")


def find_spans(
    timeline: Timeline, path: str, spans: Iterable[tuple[int | str, Any]], *, overlap: bool = False
) -> Iterator[Problem]:
    """Spans of time that end before they begin, or overlap."""
    last_end, last = float("-inf"), ""
    for number, span in sorted(spans, key=lambda item: timeline.hours_at(item[1].since)):
        since = timeline.hours_at(span.since)
        until = timeline.end_at(span.until)
        if until <= since:
            yield Problem(f"{path}.{number}.until", "is not after since: the two are reversed")
        elif since < last_end and not overlap:
            mend = "ends" if last_end < float("inf") else "ends (it has no until)"
            yield Problem(f"{path}.{number}.since", f"begins before {path}.{last} {mend}; they may not overlap")
        if until > last_end:
            last_end, last = until, str(number)


def hours_without(weights: Sequence[Any], straight: Any, timeline: Timeline) -> list[float]:
    """When people arrive who do not go straight to relatives, and every weight is 0 [h]."""
    return [
        hours
        for hours in instants([straight, *weights], timeline)
        if not any(value_at(weight, timeline, hours) for weight in weights) and value_at(straight, timeline, hours) < 1
    ]


def find_losses(timeline: Timeline, aid: Aid) -> Iterator[Problem]:
    """Losses of beds that end before they begin."""
    yield from find_spans(timeline, "aid.losses", aid.losses.items(), overlap=True)


def find_outside(timeline: Timeline, group: Assumptions, name: str) -> Iterator[Problem]:
    """Moments of a group that lie far from the projection, and schedules out of order."""
    for path, moment in moments(group, name):
        if not -HOURS_OUTSIDE <= timeline.hours_at(moment) <= timeline.hours + HOURS_OUTSIDE:
            if isinstance(moment, datetime):
                found = moment.isoformat(timespec="minutes")
            else:
                found = f"{figure(moment)} days after the start"
            horizon = f"{timeline.clock(0.0)} to {timeline.clock(timeline.hours)}"
            said = f"found {found}, more than 300 days outside the horizon, {horizon}: is the year right?"
            yield Problem(path, said)
    for path, schedule in schedules(group, name):
        yield from _order(starts(schedule, timeline), path)


def _order(hours: list[float], path: str) -> Iterator[Problem]:
    if hours[0] > 0:
        mend = "leave out since in the first entry to say what holds from the start"
        yield Problem(f"{path}.0.since", f"begins after timeline.start; {mend}")
    for number, (earlier, later) in enumerate(pairwise(hours), start=1):
        if later == float("-inf"):
            yield Problem(f"{path}.{number}.since", "is missing; only the first entry may leave it out")
        elif later <= earlier:
            yield Problem(f"{path}.{number}.since", "is not after the entry before it: dates are reversed")
