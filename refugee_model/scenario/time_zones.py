"""Clocks that change: a scenario keeps one offset from UTC, and says so where people's clocks may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from refugee_model.errors import Problem
from refugee_model.scenario.timeline import Timeline

MOST_NAMED = 3
DAYS_APART = 7.0
"""Days between looks at the clock: no zone changes its clock and changes it back within a week."""


@cache
def _zones() -> tuple[ZoneInfo, ...]:
    """The zones named after places; others, such as those of UTC, keep their offset."""
    return tuple(
        ZoneInfo(name)
        for name in sorted(available_timezones())
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))
    )


@cache
def _changes(start: datetime, days: float) -> tuple[tuple[str, datetime], ...]:
    """Zones that have the offset of the start and leave it before the end, and the first second of the new offset."""
    looks = [timedelta(days=min(look * DAYS_APART, days)) for look in range(int(days / DAYS_APART) + 2)]
    found = []
    for zone in _zones():
        offsets = [(start + look).astimezone(zone).utcoffset() for look in looks]
        if offsets[0] == start.utcoffset() and set(offsets) != {offsets[0]}:
            later = next(number for number, offset in enumerate(offsets) if offset != offsets[0])
            found.append((str(zone), _first_second(start, looks[later - 1], looks[later], zone)))
    return tuple(found)


def _first_second(start: datetime, before: timedelta, after: timedelta, zone: ZoneInfo) -> datetime:
    low, high = int(before.total_seconds()), int(after.total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        same = (start + timedelta(seconds=middle)).astimezone(zone).utcoffset() == start.utcoffset()
        low, high = (middle, high) if same else (low, middle)
    return (start + timedelta(seconds=high)).astimezone(zone)


def find_clock_changes(timeline: Timeline) -> Iterator[Problem]:
    """A projection in which the clocks of some country with this offset are changed."""
    changes = _changes(timeline.start, timeline.days)
    if not changes:
        return
    named = ", ".join(name for name, _ in changes[:MOST_NAMED]) + (
        f" and {len(changes) - MOST_NAMED} more" if len(changes) > MOST_NAMED else ""
    )
    first = min(moment for _, moment in changes)
    kept = timeline.start.isoformat()[-6:]
    yield Problem(
        "timeline.start",
        f"clocks change within the projection in some zones that have {kept} at its start ({named}; first "
        f"on {first:%Y-%m-%d}), and the "
        f"model keeps {kept} throughout: from then on shifts, nights and days come an hour off the clock. "
        "End the projection before the "
        "change and start another one with the new offset; where clocks do not change, write accepted = "
        "['timeline.start']",
    )
