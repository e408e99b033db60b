"""What no single value can tell: all checks whether the assumptions agree with each other, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from typing import Any

from refugee_model.errors import Problem
from refugee_model.scenario.checks.aid import (
    find_aid,
    find_beds_now,
    find_drift,
    find_items,
    find_no_reception,
    find_options,
)
from refugee_model.scenario.checks.names import (
    find_names,
    find_other_names,
    find_profile_groups,
    find_references,
    find_route_names,
    find_seasons,
)
from refugee_model.scenario.checks.people import (
    Uncertain,
    find_districts,
    find_origins,
    find_people_now,
    find_profile,
    find_road_now,
)
from refugee_model.scenario.checks.roads import (
    find_checkpoint,
    find_departure,
    find_entries,
    find_fuel,
    find_on_roads,
    find_ways,
)
from refugee_model.scenario.checks.times import find_losses, find_outside, find_steps
from refugee_model.scenario.values import Assumptions

RULES = (
    find_steps,
    find_districts,
    find_profile,
    find_people_now,
    find_road_now,
    find_beds_now,
    find_names,
    find_other_names,
    find_references,
    find_aid,
    find_route_names,
    find_origins,
    find_ways,
    find_on_roads,
    find_entries,
    find_departure,
    find_checkpoint,
    find_losses,
    find_no_reception,
    find_fuel,
    find_drift,
    find_items,
    find_options,
    find_profile_groups,
    find_seasons,
)
"""All checks, in the order of the groups."""
NEEDED: dict[Callable[..., Iterator[Problem]], tuple[str, ...]] = {
    find: tuple(signature(find).parameters) for find in RULES
}
"""Their parameters: the groups that each needs, and ``uncertain``."""
DATED = ("people", "timing", "aid", "standards")
"""Groups in which moments and schedules stand."""


def find_disagreements(groups: Mapping[str, Assumptions], uncertain: Uncertain) -> Iterator[Problem]:
    """What does not agree among the groups that are valid themselves."""
    given: dict[str, Any] = {**groups, "uncertain": uncertain}
    for find, needed in NEEDED.items():
        if all(name in given for name in needed):
            yield from find(*(given[name] for name in needed))
    for name in DATED if "timeline" in groups else ():
        if name in groups:
            yield from find_outside(given["timeline"], groups[name], name)
