"""Routes: a road with the checkpoint at its end. A route names only what differs from ``timing.corridor`` and
``timing.checkpoint``; what it is in all is a :class:`Road`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Optional, cast

from pydantic import Field, create_model

from refugee_model.scenario.values import Assumptions, Name, NonNegativeSchedule, given

if TYPE_CHECKING:
    from refugee_model.scenario.timing import Checkpoint, Corridor

ONLY_ROUTE = "checkpoint"
"""Name of the route of a scenario that names none."""
SHARED = ("noise_between_routes",)
"""What is one number for all routes."""
RATE = "vehicles_per_hour is blank and timing.checkpoint.vehicles_per_hour is blank"
SEARCHED = "regimes.*.kind is 'inspection'"
COUNTS_IF = {
    "seconds_per_vehicle": RATE,
    "seconds_per_person": RATE,
    "lanes": f"{RATE} or timing.checkpoint.{SEARCHED} or timing.routes.<name>.checkpoint.{SEARCHED}",
}
"""When a value of the checkpoint of one route counts: a rate of every route is also one of this."""


def what_differs(model: type[Assumptions], group: str, module: str) -> type[Assumptions]:
    """A model with the same fields, all of them blank: blank means what the group says for every route."""
    fields: dict[str, Any] = {}
    for name, declared in model.model_fields.items():
        if name in SHARED:
            continue
        extra = declared.json_schema_extra
        said = {key: value for key, value in extra.items() if key != "counts_if"} if isinstance(extra, dict) else None
        if said is not None and name in COUNTS_IF and group == "timing.checkpoint":
            said["counts_if"] = COUNTS_IF[name]
        meaning = f"{(declared.description or '').partition('; blank')[0]}; blank means {group}.{name}"
        kind: Any = Annotated[(declared.annotation, *declared.metadata)] if declared.metadata else declared.annotation
        fields[name] = (Optional[kind], Field(None, description=meaning, json_schema_extra=said))  # noqa: UP045
    of_model: dict[str, Any] = {
        "__base__": Assumptions,
        "__module__": module,
        "__doc__": f"What differs from ``{group}``.",
    }
    return cast(type[Assumptions], create_model(f"{model.__name__}OfRoute", **of_model, **fields))


def route_models(
    corridor: type[Assumptions], checkpoint: type[Assumptions], module: str
) -> tuple[type[Assumptions], type[Assumptions], type[Assumptions]]:
    """The models of what differs from a corridor and from a checkpoint, and of a route; to stand in a module."""
    of_corridor = what_differs(corridor, "timing.corridor", module)
    of_checkpoint = what_differs(checkpoint, "timing.checkpoint", module)
    fields: dict[str, Any] = {
        "corridor": (of_corridor, Field(of_corridor(), description="What differs from timing.corridor")),
        "checkpoint": (of_checkpoint, Field(of_checkpoint(), description="What differs from timing.checkpoint")),
        "leads_to": (
            dict[Name, NonNegativeSchedule],
            given(
                "Relative share of those who cross here that is directed to each reception point; "
                "none given means their own weights",
                "weight",
                default={},
            ),
        ),
        "bus_weight": (
            NonNegativeSchedule,
            given(
                "Evacuation buses of this route, relative to the people who wait for one",
                "weight",
                default=1.0,
                counts_if="timing.routes has several entries and aid.evacuation_buses.buses is above 0",
            ),
        ),
    }
    of_model: dict[str, Any] = {
        "__base__": Assumptions,
        "__module__": module,
        "__doc__": "A road to a checkpoint of its own.",
    }
    return of_corridor, of_checkpoint, create_model("Route", **of_model, **fields)


@dataclass(frozen=True)
class Road:
    """A route in all: what it says itself, and what holds for every route where it says nothing."""

    name: str
    """``checkpoint`` where a scenario names no route."""
    corridor: Corridor
    checkpoint: Checkpoint
    """The road and its checkpoint."""
    own: frozenset[str] = frozenset()
    """What the route says itself, such as ``checkpoint.lanes``."""
    leads_to: Mapping[str, Any] = field(default_factory=dict)
    """Relative share of those who cross; empty for the weights of the points."""

    def path(self, name: str) -> str:
        """Dotted path at which a value of this road stands, such as ``checkpoint.lanes``."""
        group, _, rest = name.partition(".")
        first = f"{group}.{rest.partition('.')[0]}"
        return f"timing.routes.{self.name}.{name}" if first in self.own else f"timing.{name}"


def roads_of(routes: Mapping[str, Any], corridor: Corridor, checkpoint: Checkpoint) -> dict[str, Road]:
    """The roads of a scenario by name, in its order."""
    if not routes:
        return {ONLY_ROUTE: Road(ONLY_ROUTE, corridor, checkpoint)}
    found = {}
    for name, route in routes.items():
        said = {group: _said(getattr(route, group)) for group in ("corridor", "checkpoint")}
        own = frozenset(f"{group}.{key}" for group, values in said.items() for key in values)
        of_corridor = corridor.model_copy(update=said["corridor"])
        found[name] = Road(name, of_corridor, checkpoint.model_copy(update=said["checkpoint"]), own, route.leads_to)
    return found


def _said(group: Assumptions) -> dict[str, Any]:
    """The values that are not blank."""
    return {name: value for name in type(group).model_fields if (value := getattr(group, name)) is not None}
