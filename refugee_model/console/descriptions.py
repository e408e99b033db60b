"""Every input and output in words: unit, bounds, meaning."""

from __future__ import annotations

from collections.abc import Iterator

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.register import QUANTITIES, Quantity
from refugee_model.scenario.checks.effects import condition_text
from refugee_model.scenario.fields import ANY_INDEX, ANY_NAME, InputField, walk
from refugee_model.scenario.scenario import GROUPS, Scenario


def describe_text(path: str = "") -> str:
    """Inputs and outputs under a dotted path or its beginning, each with unit, bounds, default and meaning."""
    inputs = [field for field in walk(Scenario) if _matches(field.path, path)]
    outputs = [quantity for name, quantity in QUANTITIES.items() if path in ("", name)]
    if not inputs and not outputs:
        names = [*GROUPS, *(field.path for field in walk(Scenario)), *QUANTITIES]
        raise RequestError("nothing to describe", [Problem(path, f"is not an input or output; {nearest(path, names)}")])
    return "\n".join([*_inputs(inputs), *(["", "Outputs"] if outputs and inputs else []), *map(_output, outputs)])


def _matches(known: str, path: str) -> bool:
    if not path:
        return True
    parts, asked = known.split("."), path.split(".")
    return len(asked) <= len(parts) and all(
        part in (word, ANY_NAME, ANY_INDEX) for part, word in zip(parts, asked, strict=False)
    )


def _inputs(fields: list[InputField]) -> Iterator[str]:
    for field in fields:
        about = ", ".join(
            filter(None, (f"[{field.unit}]" if field.unit else "", field.bounds, f"default: {field.default}"))
        )
        yield "\n    ".join([f"{field.path}  {about}", field.meaning, *_further(field)])


def _further(field: InputField) -> Iterator[str]:
    if field.counts_if:
        yield f"counts only if {condition_text(field.counts_if, field.path.rpartition('.')[0])}"
    if field.usual is not None:
        yield f"usual: {field.usual} ({field.usual.why})"


def _output(quantity: Quantity) -> str:
    return f"{quantity.name}  [{quantity.unit}]\n    {quantity.meaning}"
