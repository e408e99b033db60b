"""The fields of a scenario, found by walking the models: one declaration feeds errors, help, schema and labels."""

from __future__ import annotations

import operator
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache, lru_cache, reduce
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from refugee_model.scenario.values import Assumptions
from refugee_model.wording import figure

ANY_NAME = "<name>"
ANY_INDEX = "<index>"
SAME_JOURNEYS = "journeys take the same time in all draws; try other distances and speeds as scenarios of their own"
CERTAIN_UNITS = {"hour of day": "clock hours set the steps", "degrees": "it is a position on the map"}
CERTAIN_PATHS = {
    "people.now.*": "who is where today is counted",
    "people.districts.*.people": "make people.total uncertain, and give shares",
    "people.districts.*.distance_km": SAME_JOURNEYS,
    "timing.routes.*.corridor.length_km": SAME_JOURNEYS,
    "timing.routes.*.corridor.free_speed_kmh": SAME_JOURNEYS,
    "timing.routes.*.corridor.backward_wave_kmh": SAME_JOURNEYS,
    "aid.provinces.*.road_km": SAME_JOURNEYS,
    "aid.provinces.*.road_km_from.*": SAME_JOURNEYS,
    "people.districts.*.routes.*.distance_km": SAME_JOURNEYS,
    "timing.checkpoint.noise_between_routes": "it says how uncertain numbers go together",
    "timing.corridor.length_km": SAME_JOURNEYS,
    "timing.corridor.free_speed_kmh": SAME_JOURNEYS,
    "timing.corridor.backward_wave_kmh": SAME_JOURNEYS,
    "aid.placement.speed_kmh": SAME_JOURNEYS,
    "aid.reception_points.*.shifts.*": "shifts set the steps",
    **{
        f"aid.options.*.{name}": "only the days until it is there may be uncertain, so that a budget can be kept"
        for name in (
            *("unit_cost_usd", "running_usd_per_day", "ramp_days"),
            *("smallest_lot", "pack_size", "most", "earliest"),
        )
    },
}
CERTAIN_GROUPS = {"timeline": "it sets the steps", "correlations": "it says how uncertain numbers go together"}
"""Why the numbers in these units, under these paths and in these groups cannot differ from draw to draw."""


LIMITS: dict[str, tuple[str, Callable[[Any, float], Any]]] = {
    "ge": ("at least", operator.ge),
    "gt": ("more than", operator.gt),
    "le": ("at most", operator.le),
    "lt": ("less than", operator.lt),
}
"""What may be asked of a number, as pydantic has it: in words, and whether it holds."""


@dataclass(frozen=True)
class Usual:
    """The usual range of a number, in the unit of its field, and why."""

    low: float
    high: float
    why: str

    def __str__(self) -> str:
        return f"{figure(self.low)} to {figure(self.high)}"


@dataclass(frozen=True)
class InputField:
    """One value that a person can write."""

    path: str
    """Dotted path; ``<name>`` stands for the name of a place or entry, ``<index>`` for a position in a list."""
    meaning: str
    unit: str
    """What it is, and its unit; the unit is empty for text."""
    bounds: str
    """Least and greatest value, or the words allowed."""
    default: str
    """The default, or ``required``."""
    uncertain: bool = False
    """Whether a distribution such as ``{low = 1, likely = 2, high = 3}`` may stand in its place."""
    usual: Usual | None = None
    """The usual range; None where there is none."""
    counts_if: str = ""
    """When it has an effect, as declared; empty if always."""


@dataclass(frozen=True, kw_only=True)
class NumberField:
    """What holds for one number."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    """At least, more than, at most, less than."""
    bounds: str
    unit: str
    """The same in words, and the unit; empty if there are none."""
    certain: str
    """Why it cannot differ from draw to draw; empty if it can."""

    @property
    def limits(self) -> dict[str, float]:
        """The limits that there are, by their keys in ``LIMITS``."""
        return {name: limit for name in LIMITS if (limit := getattr(self, name)) is not None}

    def allows(self, values: Any) -> Any:
        """Whether a number lies within the limits, or each of an array of numbers."""
        return reduce(operator.and_, (LIMITS[name][1](values, limit) for name, limit in self.limits.items()), True)


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that a type annotation contains, in the order written."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in models_in(part)]


def is_change(model: type[BaseModel]) -> bool:
    """Whether a model is one entry of a schedule."""
    return model.__name__.startswith("Change[")


def container_of(annotation: Any) -> str:
    """What stands between a field and the models in it: ``<name>``, ``<index>``, or nothing where it is one group."""
    origin = typing.get_origin(annotation)
    if origin is dict:
        return ANY_NAME
    if origin is tuple:
        return ANY_INDEX
    if origin in (typing.Union, types.UnionType, typing.Annotated):
        inner = [container_of(part) for part in typing.get_args(annotation) if models_in(part)]
        return next((kind for kind in inner if kind), "")
    return ""


def _declared(field: FieldInfo) -> dict[str, Any]:
    """What ``given`` declares beside a field."""
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def unit_of(field: FieldInfo) -> str:
    """Unit of a field, empty if it has none."""
    return str(_declared(field).get("unit", ""))


def counts_if_of(field: FieldInfo) -> str:
    """When a field has an effect, as declared beside it; empty if always."""
    return str(_declared(field).get("counts_if", ""))


def usual_of(field: FieldInfo) -> Usual | None:
    """The usual range declared beside a field; None where there is none."""
    usual = _declared(field).get("usual")
    return Usual(**usual) if isinstance(usual, dict) else None


def bounds_of(field: FieldInfo) -> str:
    """Bounds of a field in words, empty if it has none."""
    return _bounds(field.annotation, field.metadata)


def _limits(metadata: Sequence[Any]) -> Iterator[tuple[str, float]]:
    """The limits among the constraints of a field, by their keys in ``LIMITS``."""
    for constraint in metadata:
        if isinstance(constraint, FieldInfo):
            yield from _limits(constraint.metadata)
        else:
            yield from ((name, limit) for name in LIMITS if (limit := getattr(constraint, name, None)) is not None)


def _bounds(annotation: Any, metadata: Sequence[Any]) -> str:
    if limits := list(_limits(metadata)):
        return ", ".join(f"{LIMITS[name][0]} {figure(limit)}" for name, limit in limits)
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        allowed = [repr(word) for word in typing.get_args(annotation)]
        return f"one of {', '.join(allowed)}" if len(allowed) > 1 else allowed[0]
    if origin is typing.Annotated:
        inner, *extra = typing.get_args(annotation)
        return _bounds(inner, extra)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(filter(None, (_bounds(part, ()) for part in typing.get_args(annotation)))))
    return ""


@cache
def declared_fields(model: type[Assumptions], prefix: str = "") -> tuple[tuple[str, FieldInfo], ...]:
    """Every field under a model with its path, which holds ``<name>`` and ``<index>``, groups included."""
    found: list[tuple[str, FieldInfo]] = []
    for name, field in model.model_fields.items():
        path = f"{prefix}.{name}" if prefix else name
        found.append((path, field))
        container = container_of(field.annotation)
        for inner in models_in(field.annotation):
            if issubclass(inner, Assumptions) and not is_change(inner):
                found.extend(declared_fields(inner, f"{path}.{container}" if container else path))
    return tuple(found)


def walk(model: type[Assumptions]) -> Iterator[InputField]:
    """Every value under a model, depth first, in the order declared."""
    for declared, field in declared_fields(model):
        if any(not is_change(inner) for inner in models_in(field.annotation)):
            continue
        path, kinds = declared, _kinds(field.annotation, field.metadata)
        if typing.get_origin(field.annotation) is dict:
            path, kinds = f"{declared}.{ANY_NAME}", _kinds_inside(field.annotation, ANY_NAME)
        number = _number(kinds, path.split("."), unit_of(field))
        yield InputField(
            path,
            field.description or "",
            unit_of(field),
            bounds_of(field),
            "required" if field.is_required() else _plain(field.default),
            number is not None and not number.certain,
            usual_of(field),
            counts_if_of(field),
        )


def _plain(value: Any) -> str:
    """A default in words."""
    if isinstance(value, float):
        return figure(value)
    return "blank" if value is None else "none" if value in ((), {}) else str(value)


def field_at(model: type[BaseModel], parts: Sequence[str | int]) -> tuple[FieldInfo | None, list[str]]:
    """The field under a path of keys, and the names that are valid where the path stops matching."""
    models, found, names, inside = [model], None, list(model.model_fields), False
    for part in parts:
        if inside:
            inside = False
            continue
        candidates = {name: field for inner in models for name, field in inner.model_fields.items()}
        names = list(candidates) or names
        if part not in candidates:
            break
        # An entry of a schedule is described by the field that the schedule belongs to.
        if not (part == "value" and found is not None and all(is_change(inner) for inner in models)):
            found = candidates[str(part)]
        models = models_in(candidates[str(part)].annotation)
        inside = bool(container_of(candidates[str(part)].annotation))
    return found, names


def words_at(model: type[BaseModel], path: str) -> tuple[str, str, str]:
    """What stands under a dotted path: its meaning, unit and bounds; empty where nothing does."""
    field, _ = field_at(model, path.split("."))
    return ("", "", "") if field is None else (field.description or "", unit_of(field), bounds_of(field))


def number_at(model: type[BaseModel], parts: Sequence[str | int]) -> NumberField | None:
    """What holds for the number under a path; None where something else than a number stands."""
    return _number_at(model, tuple(parts))


@lru_cache(maxsize=4096)
def _number_at(model: type[BaseModel], parts: tuple[str | int, ...]) -> NumberField | None:
    kinds: list[tuple[Any, Sequence[Any]]] = [(model, ())]
    for part in parts:
        kinds = [inner for kind, _ in kinds for inner in _kinds_inside(kind, str(part))]
    field, _ = field_at(model, parts)
    return None if field is None else _number(kinds, parts, unit_of(field))


def _number(kinds: Sequence[tuple[Any, Sequence[Any]]], parts: Sequence[str | int], unit: str) -> NumberField | None:
    numbers = [metadata for kind, metadata in kinds if kind is float]
    if not numbers or any(kind is datetime for kind, _ in kinds):
        return None
    limits = dict(_limits(numbers[0]))
    path = ".".join(str(part) for part in parts)
    by_path = next((reason for pattern, reason in CERTAIN_PATHS.items() if fnmatchcase(path, pattern)), "")
    certain = CERTAIN_GROUPS.get(str(parts[0])) or by_path or CERTAIN_UNITS.get(unit, "")
    return NumberField(**limits, bounds=_bounds(None, numbers[0]), unit=unit, certain=certain)


def _kinds(annotation: Any, metadata: Sequence[Any] = ()) -> list[tuple[Any, Sequence[Any]]]:
    """The types that an annotation allows, each with its constraints."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *extra = typing.get_args(annotation)
        return _kinds(inner, extra)
    if origin in (typing.Union, types.UnionType):
        return [kind for part in typing.get_args(annotation) for kind in _kinds(part)]
    return [(annotation, metadata)]


def _kinds_inside(kind: Any, part: str) -> list[tuple[Any, Sequence[Any]]]:
    """The types that may stand under a key or position."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = kind.model_fields.get(part)
        return [] if field is None else _kinds(field.annotation, field.metadata)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is dict:
        return _kinds(inner[1])
    return _kinds(inner[0]) if origin is tuple and part.isdigit() else []


def places_of(path: str, groups: Mapping[str, Any] | Assumptions) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """The paths that a declared path stands for in a scenario, each with the names filled in and its value."""
    yield from _fill(path.split("."), groups, (), ())


def _fill(
    parts: list[str], value: Any, done: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    if not parts:
        yield ".".join(done), names, value
        return
    first, *rest = parts
    if isinstance(value, Assumptions):
        if first in type(value).model_fields:
            yield from _fill(rest, getattr(value, first), (*done, first), names)
        return
    entries = entries_of(value)
    for name in entries if first in (ANY_NAME, ANY_INDEX) else [first] if first in entries else []:
        yield from _fill(rest, entries[name], (*done, name), (*names, name) if first == ANY_NAME else names)


def entries_of(value: Any) -> Mapping[str, Any]:
    """What stands in a value, by name or position; nothing where it is a single one."""
    if isinstance(value, Assumptions):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, tuple):
        return {str(number): entry for number, entry in enumerate(value)}
    return value if isinstance(value, Mapping) else {}
