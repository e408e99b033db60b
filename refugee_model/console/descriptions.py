"""Every input and output in words: unit, bounds, meaning."""

from __future__ import annotations

from collections.abc import Iterator

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.register import QUANTITIES
from refugee_model.scenario.checks.effects import condition_text
from refugee_model.scenario.fields import ANY_INDEX, ANY_NAME, InputField, walk
from refugee_model.scenario.scenario import SECTIONS, Scenario


def describe_text(path: str = "") -> str:
    """Inputs and outputs under a dotted path or its beginning, each with unit, bounds, default and meaning."""
    inputs = [field for field in walk(Scenario) if _matches(field.path, path)]
    told = [one for name, one in QUANTITIES.items() if path in ("", name)]
    outputs = [f"{one.name}  [{one.unit}]\n    {one.meaning}" for one in told]
    if not inputs and not outputs:
        names = [*SECTIONS, *(field.path for field in walk(Scenario)), *QUANTITIES]
        raise RequestError("nothing to describe", [Problem(path, f"is not an input or output; {nearest(path, names)}")])
    return "\n".join([*_inputs(inputs), *(["", "Outputs"] if outputs and inputs else []), *outputs])


def _matches(known: str, path: str) -> bool:
    if not path:
        return True
    parts, asked = known.split("."), path.split(".")
    alike = (part in (word, ANY_NAME, ANY_INDEX) for part, word in zip(parts, asked, strict=False))
    return len(asked) <= len(parts) and all(alike)


def _inputs(fields: list[InputField]) -> Iterator[str]:
    for field in fields:
        about = (f"[{field.unit}]" if field.unit else "", field.bounds, f"default: {field.default}")
        lines = [f"{field.path}  {', '.join(filter(None, about))}", field.meaning]
        if field.counts_if:
            lines.append(f"counts only if {condition_text(field.counts_if, field.path.rpartition('.')[0])}")
        if field.usual is not None:
            lines.append(f"usual: {field.usual} ({field.usual.why})")
        yield "\n    ".join(lines)
