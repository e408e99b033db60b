"""What no single value can tell: all checks whether the assumptions agree with each other, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from typing import Any

from refugee_model.errors import Problem
from refugee_model.scenario.checks import aid, names, people, roads, times
from refugee_model.scenario.values import Assumptions

RULES: tuple[Callable[..., Iterator[Problem]], ...] = (
    times.find_steps,
    people.find_districts,
    people.find_profile,
    people.find_people_now,
    people.find_road_now,
    aid.find_beds_now,
    names.find_names,
    names.find_other_names,
    names.find_references,
    aid.find_aid,
    names.find_route_names,
    people.find_origins,
    roads.find_ways,
    roads.find_on_roads,
    roads.find_entries,
    roads.find_departure,
    roads.find_checkpoint,
    times.find_losses,
    aid.find_no_reception,
    roads.find_fuel,
    aid.find_drift,
    aid.find_items,
    aid.find_options,
    names.find_profile_groups,
    names.find_seasons,
)
"""All checks, in the order of the groups."""
NEEDED = {find: tuple(signature(find).parameters) for find in RULES}
"""Their parameters: the groups that each needs, and ``uncertain``."""
DATED = ("people", "timing", "aid", "standards")
"""Groups in which moments and schedules stand."""


def find_disagreements(groups: Mapping[str, Assumptions], uncertain: people.Uncertain) -> Iterator[Problem]:
    """What does not agree among the groups that are valid themselves."""
    given: dict[str, Any] = {**groups, "uncertain": uncertain}
    for find, needed in NEEDED.items():
        if all(name in given for name in needed):
            yield from find(*(given[name] for name in needed))
    for name in DATED if "timeline" in groups else ():
        if name in groups:
            yield from times.find_outside(given["timeline"], groups[name], name)
