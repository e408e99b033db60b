"""What a check found, turned into problems that a person can mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from refugee_model.errors import Problem, closest, nearest
from refugee_model.scenario.distributions import EXAMPLE, looks_uncertain
from refugee_model.scenario.fields import LIMITS, bounds_of, field_at, is_change, models_in, unit_of
from refugee_model.wording import figure

Locate = Callable[[str], str]
TAGS = ("number", "schedule", "word")
NOT_UNCERTAIN = {
    "int_type": "a whole number",
    "string_type": "text",
    "moment": "a time",
    "literal_error": "a word",
    "tuple_type": "a list",
}
LIMITED = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}
EXPECTED = {
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("int_type", "int_from_float"), "a whole number"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "a group of values"),
    **dict.fromkeys(("tuple_type", "list_type"), "a list"),
    "string_type": "text",
}
"""What should stand in the place of something of another kind."""


def nowhere(path: str) -> str:
    """The place of a value that did not come from a file: none."""
    return ""


def dotted(parts: Sequence[str | int]) -> str:
    """Keys and positions as one dotted path."""
    return ".".join(text if (text := str(part)).isprintable() else repr(text)[1:-1] for part in parts)


def from_validation(
    error: ValidationError, model: type[BaseModel], raw: Any, *, prefix: str, locate: Locate
) -> list[Problem]:
    """All problems of a failed validation."""
    problems: dict[Problem, None] = {}
    for detail in error.errors():
        # A list is also called too short when its entries are bad; the entries say more.
        if detail["type"] == "too_short" and detail["input"]:
            continue
        parts = _without_tags(detail["loc"], raw)
        path = dotted((prefix, *parts)) if prefix else dotted(parts)
        said = _message(dict(detail), parts, model) + (_meant(parts, raw) if detail["type"] == "missing" else "")
        problems[Problem(path, said, locate(path))] = None
    return list(problems)


def _meant(parts: Sequence[str | int], raw: Any) -> str:
    """The hint that a place whose values are missing is another one, misspelt: one like it has them."""
    if len(parts) < 2:
        return ""
    *groups, name, field = parts
    for part in groups:
        raw = raw[part]
    others = raw if isinstance(raw, Mapping) else {}
    whole = [other for other, given in others.items() if isinstance(given, Mapping) and field in given]
    close = closest(str(name), whole)
    return f"; or did you mean '{close}' by '{name}'?" if close and close != name else ""


def _without_tags(location: Sequence[str | int], raw: Any) -> tuple[str | int, ...]:
    parts: list[str | int] = []
    for part in location:
        present = isinstance(raw, Mapping) and part in raw
        if part in TAGS and not present:
            continue
        if part == "[key]":
            continue
        parts.append(part)
        if present or (isinstance(raw, list | tuple) and isinstance(part, int) and part < len(raw)):
            raw = raw[part]
    return tuple(parts)


def shown(value: Any) -> str:
    """A value as a person would recognise it, cut at 60 characters."""
    try:
        if isinstance(value, float):
            text = f"{value:.12g}"
        else:
            text = repr(value[:60]) if isinstance(value, str) else str(value)
    except ValueError:
        return "a number with thousands of digits"
    return text if len(text) <= 60 else text[:57] + "..."


def _message(detail: dict[str, Any], parts: Sequence[str | int], model: type[BaseModel]) -> str:
    kind, found = detail["type"], detail["input"]
    field, names = field_at(model, parts)
    unit = f" [{unit_of(field)}]" if field and unit_of(field) else ""
    if kind in NOT_UNCERTAIN and looks_uncertain(found):
        only = "only a number that need not be whole may be a distribution"
        return f"cannot be uncertain: it is {NOT_UNCERTAIN[kind]}, and {only}"
    if kind in ("distribution", "length", "unseen"):
        return str(detail["msg"])
    if kind == "size":
        return f"found {shown(found)}, {detail['msg']}{unit}"
    if kind == "extra_forbidden":
        return f"is not a known name; {nearest(str(parts[-1]), names)}"
    if kind == "missing":
        meaning = f"; expected: {field.description}{unit}" if field and field.description else ""
        return f"is missing{meaning}"
    if kind in EXPECTED:
        mend = f"{unit}{_mend(found, field)}" if kind.startswith(("float", "int")) else ""
        return f"found {_kind_of(found)}, expected {EXPECTED[kind]}{mend}"
    if kind == "finite_number":
        return f"found {shown(found)}, expected a finite number{unit}"
    if kind in LIMITED:
        words, limit = LIMITS[LIMITED[kind]][0], figure(detail["ctx"][LIMITED[kind]])
        return f"found {shown(found)}, expected a number of {words} {limit}{unit}"
    if kind == "literal_error":
        allowed = (bounds_of(field) if field else "") or str(detail["ctx"]["expected"])
        close = closest(found, re.findall(r"'([^']+)'", allowed)) if isinstance(found, str) else None
        return f"found {shown(found)}, expected {allowed}" + (f"; did you mean '{close}'?" if close else "")
    if kind == "too_short":
        return "is empty, expected at least one entry"
    if kind == "moment":
        return f"found {shown(found)}; {detail['msg']}"
    if kind == "string_pattern_mismatch":
        if isinstance(found, str) and not found.strip():
            return f"found {shown(found)}, expected a name that is not only blanks"
        return f"found {shown(found)}, expected a name without double quotes, '.', '=', '[', ']' or control characters"
    if kind in ("string_too_short", "string_too_long"):
        return f"found {shown(found)}, expected a name of 1 to 80 characters"
    return f"found {shown(found)}: {detail['msg']}"


def _mend(found: Any, field: FieldInfo | None) -> str:
    if isinstance(found, str) and re.fullmatch(r"\s*[-+]?\d[\d_]*\.?\d*\s*", found):
        return "; write it as a number, not as text (in a file: without quotes)"
    if isinstance(found, Mapping) and field is not None:
        changes = any(is_change(model) for model in models_in(field.annotation))
        listed = ", or a list of changes such as [{value = 1}, {since = 2.5, value = 0.5}]" if changes else ""
        return f"{listed}, or a distribution such as {EXAMPLE}"
    return " that is less large" if isinstance(found, int) and not isinstance(found, bool) else ""


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return f"{str(value).lower()} (true or false)"
    if isinstance(value, str):
        return "an empty text (blank is not 0)" if not value.strip() else f"the text {shown(value)}"
    if isinstance(value, Mapping):
        return "a group of values"
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing (blank is not 0)" if value is None else shown(value)
