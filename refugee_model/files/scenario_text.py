"""A scenario as files: its TOML text, every value in the order declared, the same bytes each time; and beside it the
draws that it carries on, in Parquet, a column a path.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from refugee_model.disk import reason_of
from refugee_model.errors import Problem, ScenarioError
from refugee_model.scenario.carried import Carried, find_wrong_draws
from refugee_model.scenario.changes import put_back
from refugee_model.scenario.described import USUAL_VALUE, written_paths
from refugee_model.scenario.distributions import Distribution
from refugee_model.scenario.fields import container_of, field_at, is_change, models_in, unit_of, words_at
from refugee_model.scenario.scenario import Scenario
from refugee_model.wording import decimal, whole

BesideValue = Callable[[tuple[str, ...]], str]
"""The comment that stands beside the value of a path."""
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {code: f"\\u{code:04x}" for code in (*range(10), *range(11, 32), 127)}
_ESCAPES |= {ord(letter): f"\\{said}" for letter, said in zip("\\\b\t\f\r", "\\btfr", strict=True)}
"""How letters stand in a text of TOML; line ends stay."""


def scenario_text(scenario: Scenario, *, header: str = "", explain: bool = False, usual: bool = True) -> str:
    """A scenario as TOML that can be read without any other file. Beside each value stands where it comes from, or what
    it means (``explain``); values that nobody wrote are in it where ``usual`` says so.
    """
    values = put_back(scenario.model_dump(exclude={"based_on"}, exclude_unset=not usual), scenario.all_uncertain)
    lines = [f"# {line}".rstrip() for line in _printable(header).splitlines()]
    if scenario.based_on:
        based_on = _printable(" ".join(scenario.based_on.split()))
        lines.append(f"# Derived from {based_on}; every value is written out here.")
    lines.extend([""] if lines else [])
    beside = _comment if explain else _source_beside(scenario)
    lines.extend(_table(values, (), explain, beside))
    return "\n".join(lines).strip("\n") + "\n"


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def _table(values: Mapping[str, Any], path: tuple[str, ...], explain: bool, beside: BesideValue) -> Iterator[str]:
    single = {name: value for name, value in values.items() if not isinstance(value, Mapping)}
    groups = {name: value for name, value in values.items() if isinstance(value, Mapping)}
    if path and (single or not groups):
        yield ""
        meaning, unit, _ = words_at(Scenario, ".".join(path))
        if explain and meaning:
            yield f"# {meaning}{_unit(unit)}"
        yield "[" + ".".join(_key(part) for part in path) + "]"
        if explain and not values:
            yield from _entry_comment(path)
    for name, value in single.items():
        yield from _pair((*path, name), value, explain, beside)
    for name, group in groups.items():
        yield from _table(group, (*path, name), explain, beside)


def _pair(path: tuple[str, ...], value: Any, explain: bool, beside: BesideValue) -> Iterator[str]:
    comment = beside(path)
    if value is None:
        if explain:
            yield from _blank(path, comment)
        return
    written = _value(value)
    if _is_table(value) and not explain:
        yield f"{_key(path[-1])} = [{comment and f'  {comment}'}"
        for number, one in enumerate(value):
            comment = beside((*path, str(number)))
            yield f"    {_value(one)},{comment and f'  {comment}'}"
        yield "]"
    elif comment and "\n" in written:
        yield comment
        yield f"{_key(path[-1])} = {written}"
    else:
        yield f"{_key(path[-1])} = {written}" + (f"  {comment}" if comment else "")
    if explain and value == ():
        yield from _entry_comment(path)


def _blank(path: tuple[str, ...], comment: str) -> Iterator[str]:
    """A blank value as a comment; a blank group with each of its values, as keys that work when the # is removed."""
    field, _ = field_at(Scenario, path)
    groups = [] if field is None or container_of(field.annotation) else models_in(field.annotation)
    if not any(not is_change(model) for model in groups):
        yield f"# {_key(path[-1])} =  {comment}".rstrip()
        yield from _entry_comment(path)
        return
    yield comment
    for name in (name for model in groups for name in model.model_fields):
        yield f"# {_key(path[-1])}.{_key(name)} =  {_comment((*path, name))}"


def _entry_comment(path: tuple[str, ...]) -> Iterator[str]:
    """What one entry of a list or of named entries has in it, where there is none to look at."""
    field, _ = field_at(Scenario, path)
    models = [] if field is None else [model for model in models_in(field.annotation) if not is_change(model)]
    for model in models:
        names = [
            f"{name}{_unit(unit_of(inner))}{'' if inner.is_required() else ' (may be left out)'}"
            for name, inner in model.model_fields.items()
        ]
        yield f"# Each entry has: {', '.join(names)}"


def _source_beside(scenario: Scenario) -> BesideValue:
    """Where a value comes from, as a comment; a range has its reason in it."""
    uncertain, written = scenario.all_uncertain, written_paths(scenario)

    def beside(path: tuple[str, ...]) -> str:
        name = ".".join(path)
        if name in uncertain:
            return ""
        said = _printable(" ".join(scenario.source_of(name).split()))
        said = said or ("" if name in written else USUAL_VALUE)
        return f"# {said}" if said else ""

    return beside


def _comment(path: tuple[str, ...]) -> str:
    meaning, unit, bounds = words_at(Scenario, ".".join(path))
    return f"# {meaning}{_unit(unit)}{f'; {bounds}' if bounds else ''}" if meaning else ""


def _unit(unit: str) -> str:
    return f" [{unit}]" if unit else ""


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime):
        exact = value.second or value.microsecond
        return _text(value.isoformat() if exact else value.isoformat(timespec="minutes"))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else decimal(value)
    if isinstance(value, Distribution):
        return _value(value.plain())
    if _is_table(value):
        return "[\n" + "".join(f"    {_value(one)},\n" for one in value) + "]"
    if isinstance(value, list | tuple):
        return inline(value)
    if isinstance(value, Mapping):
        inner = (f"{_key(name)} = {_value(one)}" for name, one in value.items() if one is not None)
        return f"{{{', '.join(inner)}}}"
    return str(value)


def _is_table(value: Any) -> bool:
    """Whether a list has groups of values in it, and so a line for each."""
    return isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value)


def inline(value: Any) -> str:
    """A value on one line, as in a table of TOML."""
    return f"[{', '.join(map(inline, value))}]" if isinstance(value, list | tuple) else _value(value)


def _text(text: str) -> str:
    body = text.translate(_ESCAPES)
    if "\n" not in body:
        return '"' + body.replace('"', '\\"') + '"'
    body = body[:-1] + '\\"' if body.endswith('"') else body
    return '"""\n' + body.replace('"""', '""\\"') + '"""'


ABOUT = b"refugee_model"
"""Under this key of a Parquet file stand the seed and the distributions to which its columns belong."""
NOT_OURS = "is no file of draws of this program"


def scenario_files(name: str, scenario: Scenario, *, header: str = "") -> dict[str, bytes]:
    """The files of a scenario by name: its text, and the draws that it carries on."""
    if scenario.carried is None:
        return {f"{name}.toml": scenario_text(scenario, header=header).encode()}
    draws = f"{name}-draws.parquet"
    text = scenario_text(scenario.carrying(scenario.carried, draws), header=header)
    return {f"{name}.toml": text.encode(), draws: draws_bytes(scenario.carried)}


def draws_bytes(carried: Carried) -> bytes:
    """Draws as the bytes of a Parquet file."""
    import pyarrow
    from pyarrow import parquet

    about = json.dumps({"seed": carried.seed, "draws": len(carried), "written": carried.written}, sort_keys=True)
    table = pyarrow.table({path: np.asarray(column, dtype=np.float64) for path, column in carried.columns.items()})
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata({ABOUT: about}), buffer)
    return buffer.getvalue()


def with_draws(scenario: Scenario, folder: Path, *, subject: str, where: str) -> Scenario:
    """The scenario with the draws that it names, read from a file beside it."""
    name = scenario.draws
    if not name:
        return scenario
    found = _read(folder / name)
    problems = [found] if isinstance(found, str) else list(find_wrong_draws(found, scenario, scenario.draws_checksum))
    if problems:
        told = [
            Problem("draws", f"{name} {problem}" if isinstance(problem, str) else f"{name}: {problem.message}", where)
            for problem in problems
        ]
        raise ScenarioError(subject, told)
    assert isinstance(found, Carried)
    return scenario.carrying(found, name)


def _read(path: Path) -> Carried | str:
    """Draws from a file, or what is wrong with it."""
    import pyarrow
    from pyarrow import parquet

    if not path.is_file():
        return "is not there: this scenario carries its draws on in a file that must lie beside it"
    try:
        table = parquet.read_table(path)
        about: dict[str, Any] = json.loads((table.schema.metadata or {})[ABOUT])
        seed, draws, written = int(about["seed"]), int(about["draws"]), dict(about["written"])
    except OSError as error:
        return f"cannot be read ({reason_of(error)})"
    except (pyarrow.ArrowException, LookupError, TypeError, ValueError):
        return NOT_OURS
    if len(table) != draws or not draws:
        return f"has {whole(len(table))} rows, expected {whole(draws)}, one a draw"
    if odd := [name for name in table.column_names if not pyarrow.types.is_floating(table.schema.field(name).type)]:
        return f"has columns that are no numbers: {', '.join(odd[:5])}"
    columns = {name: table.column(name).to_numpy().astype(np.float64) for name in table.column_names}
    if not columns:
        return NOT_OURS
    return Carried(columns, written, seed)
