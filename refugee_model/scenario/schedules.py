"""Schedules and moments: what holds when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from refugee_model.scenario.fields import models_in
from refugee_model.scenario.timeline import Timeline
from refugee_model.scenario.values import Assumptions, Change


def is_schedule(value: Any) -> bool:
    """Whether a value is a list of changes rather than one number throughout."""
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Change)


def starts(schedule: Any, timeline: Timeline) -> list[float]:
    """Hours at which the entries of a schedule begin to hold."""
    if not is_schedule(schedule):
        return [float("-inf")]
    return [timeline.hours_at(change.since) if change.since is not None else float("-inf") for change in schedule]


def value_at(schedule: Any, timeline: Timeline, hours: float) -> float:
    """The number that holds at a time."""
    if not is_schedule(schedule):
        return float(schedule)
    begun = [change.value for change, since in zip(schedule, starts(schedule, timeline), strict=True) if since <= hours]
    return float(begun[-1] if begun else schedule[0].value)


def most_of(value: Any) -> float:
    """The highest number that a value ever takes; 0 where it is blank."""
    if is_schedule(value):
        return float(max(change.value for change in value))
    return float(value or 0.0)


def instants(schedules: list[Any], timeline: Timeline) -> list[float]:
    """Hours within the projection at which any of several schedules may change, from its start on."""
    changes = {since for schedule in schedules for since in starts(schedule, timeline)}
    return [0.0, *sorted(since for since in changes if 0 < since < timeline.hours)]


@cache
def _moment_fields(model: type[Assumptions]) -> tuple[str, ...]:
    return tuple(
        name
        for name, field in model.model_fields.items()
        if "datetime" in str(field.annotation) and not models_in(field.annotation)
    )


@cache
def _group_fields(model: type[Assumptions]) -> tuple[str, ...]:
    return tuple(name for name, field in model.model_fields.items() if models_in(field.annotation))


def _groups(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every group and every schedule under a value."""
    inner: Mapping[Any, Any] = {}
    if isinstance(value, Assumptions):
        yield path, value
        inner = {name: getattr(value, name) for name in _group_fields(type(value))}
    elif isinstance(value, Mapping):
        inner = value
    elif isinstance(value, tuple):
        if is_schedule(value):
            yield path, value
        inner = dict(enumerate(value))
    for name, one in inner.items():
        yield from _groups(one, f"{path}.{name}")


def moments(value: Any, path: str) -> Iterator[tuple[str, datetime | float]]:
    """Every moment under a value."""
    for where, group in _groups(value, path):
        for name in _moment_fields(type(group)) if isinstance(group, Assumptions) else ():
            if (moment := getattr(group, name)) is not None:
                yield f"{where}.{name}", moment


def schedules(value: Any, path: str) -> Iterator[tuple[str, tuple[Change[float], ...]]]:
    """Every schedule under a value."""
    return (found for found in _groups(value, path) if is_schedule(found[1]))
