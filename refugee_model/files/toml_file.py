"""A TOML file read with care: what is wrong with it is said in one line, with the place."""

from __future__ import annotations

import re
import stat
import tomllib
from ast import literal_eval
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from refugee_model.errors import Problem, ScenarioError
from refugee_model.files.toml_lines import lines_and_comments
from refugee_model.scenario.changes import around
from refugee_model.scenario.distributions import ORDER
from refugee_model.scenario.fields import number_at
from refugee_model.scenario.scenario import Scenario
from refugee_model.wording import POINTED, decimal, tenths

MAX_BYTES = 5_000_000
MAX_LEVELS = 12

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_MANY_DOTS = re.compile(r"^[ \t]*+\[{0,2}[ \t]*+[\w\"'-]++(?:[ \t]*+\.[ \t]*+[\w\"'-]++){500}", re.MULTILINE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARKS = (
    (b"\xff\xfe\x00\x00", "is in UTF-32; save it as UTF-8"),
    (b"\xff\xfe", "is in UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "is in UTF-16; save it as UTF-8"),
    (b"PK\x03\x04", "is a spreadsheet or an archive, expected a text file in TOML, or a workbook saved as .xlsx"),
    (b"\xd0\xcf\x11\xe0", "is an old .xls or .doc; save a workbook as .xlsx"),
)
_WORDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"Cannot declare (\(.*\)) twice"),
        lambda match: f"the table [{'.'.join(literal_eval(match.group(1)))}] is given twice; give each table once",
    ),
    (
        re.compile(r"Duplicate inline table key ('.*')"),
        lambda match: f"{match.group(1)} is given twice; give each value once",
    ),
    (
        re.compile(r"Cannot (?:mutate immutable|redefine) namespace .*"),
        lambda match: "a table is given twice; give each table once",
    ),
)
_HINTS = (
    (
        re.compile(r"=\s*(#.*)?$"),
        "no value after '='; blank is not 0: write 0 if there are none, or leave the line out",
    ),
    (re.compile("[\u2018\u2019\u201c\u201d]"), "use straight quotes"),
    (
        re.compile(r"=\s*[-+]?\d[\d.]*,\d"),
        "write numbers with a point and without thousands commas, such as 0.5 or 100_000",
    ),
    (re.compile(r"=\s*[-+]?[\d.]+\s*%"), "write shares without %, such as 0.25"),
    (re.compile(r"=\s*(\d{4}-\d|\d{1,2}[./]\d{1,2}[./]\d)"), "put times in quotes, such as '2023-09-24T12:00+04:00'"),
    (re.compile(r"=\s*0\d"), "write numbers without leading zeros"),
    (re.compile(r"=\s*[^\W\d]"), "put text in quotes"),
    (
        re.compile(r"^\s*[^=#\[\]\"']*[^=#\[\]\"'\w\s.-][^=#\[\]\"']*="),
        "put names with other letters than a-z in quotes",
    ),
)


@dataclass(frozen=True)
class TomlFile:
    """What a TOML file says, and where."""

    path: Path
    """The file."""
    text: str
    """Its text."""
    values: dict[str, Any]
    """Its values."""
    pointed: dict[str, str] = field(default_factory=dict)
    """Numbers with a point as they were written, by dotted path."""

    @cached_property
    def _scanned(self) -> tuple[dict[str, int], dict[int, str]]:
        try:
            return lines_and_comments(self.text)
        except (RecursionError, ValueError):
            return {}, {}

    @property
    def lines(self) -> dict[str, int]:
        """Line of every value, by dotted path; empty where the text is too deep to follow."""
        return self._scanned[0]

    @property
    def comments(self) -> dict[str, str]:
        """What stands beside each value at the end of its line, by dotted path."""
        lines, comments = self._scanned
        return {path: comments[line] for path, line in lines.items() if line in comments}

    def where(self, path: str) -> str:
        """File and line of a path, or of the innermost table around it that is written."""
        line = next((line for prefix in around(path) if (line := self.lines.get(prefix))), None)
        return f"{self.path.name}, line {line}" if line else self.path.name


class Pointed(float):
    """A number with a point, and how it was written."""

    text: str

    def __new__(cls, text: str) -> Pointed:
        """The number that a text says."""
        made = super().__new__(cls, text)
        made.text = text
        return made


def plain_numbers(value: Any) -> tuple[Any, dict[str, str]]:
    """Values with plain numbers, and how those with a point were written, by dotted path."""
    pointed: dict[str, str] = {}

    def plain(inner: Any, path: tuple[str, ...]) -> Any:
        if isinstance(inner, Pointed):
            pointed[".".join(path)] = inner.text
            return float(inner)
        if isinstance(inner, dict):
            return {name: plain(one, (*path, str(name))) for name, one in inner.items()}
        if isinstance(inner, list):
            return [plain(one, (*path, str(place))) for place, one in enumerate(inner)]
        return inner

    return plain(value, ()), pointed


def read_toml(path: Path, *, subject: str) -> TomlFile:
    """The values in a TOML file."""
    try:
        text = _text(path)
        values = _parsed(text, path.name)
        _refuse_depth(TomlFile(path, text, values))
    except _RefusedError as refused:
        raise ScenarioError(subject, [refused.problem]) from None
    return TomlFile(path, text, *plain_numbers(values))


class _RefusedError(Exception):
    def __init__(self, message: str, where: str, path: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(path, message, where)


def _text(path: Path) -> str:
    data = _bytes(path)
    for mark, message in _MARKS:
        if data.startswith(mark):
            raise _RefusedError(message, path.name)
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise _RefusedError("is empty, expected a scenario", path.name)
    _refuse_binary(data, path.name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{data[error.start]:02X} is not UTF-8"
        mend = "the file may be in Latin-1 or Windows-1252: save it as UTF-8"
        raise _RefusedError(f"{found}; {mend}", f"{path.name}, line {line}") from None


def _bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _RefusedError("is a folder, expected a file", path.name)
        if not stat.S_ISREG(status.st_mode):
            raise _RefusedError("is not a regular file", path.name)
        if status.st_size > MAX_BYTES:
            raise _RefusedError(_too_big(status.st_size), path.name)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _RefusedError(f"cannot be read: {error.strerror or error}", path.name) from None
    if len(data) > MAX_BYTES:
        raise _RefusedError(_too_big(len(data)), path.name)
    return data


def _too_big(size: int) -> str:
    return f"is {tenths(size / 1e6)} MB; a scenario has at most {MAX_BYTES / 1e6:g} MB: is it the right file?"


def _refuse_binary(data: bytes, name: str) -> None:
    start = data[:4096]
    zeros = start.count(0)
    every_other = max(start[0::2].count(0), start[1::2].count(0)) >= 0.4 * len(start)
    if zeros and every_other and len(start) - zeros >= zeros:
        raise _RefusedError("is in UTF-16; save it as UTF-8", name)
    if zeros or len(_CONTROL.findall(start)) > 0.05 * len(start):
        raise _RefusedError("is not a text file, expected a text file in TOML", name)


def _parsed(text: str, name: str) -> dict[str, Any]:
    dots = _MANY_DOTS.search(text)
    if dots:
        line = text.count("\n", 0, dots.end()) + 1
        raise _RefusedError(f"is nested more than {MAX_LEVELS} levels deep", f"{name}, line {line}")
    try:
        return tomllib.loads(text, parse_float=Pointed)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(str(error), text, name) from None
    except RecursionError:
        raise _RefusedError(f"is nested more than {MAX_LEVELS} levels deep", name) from None
    except ValueError:
        raise _RefusedError("has a number with thousands of digits", name) from None


def _syntax(message: str, text: str, name: str) -> _RefusedError:
    place = _PLACE.search(message)
    said = message[: place.start()] if place else message
    line = int(place["line"]) if place and place["line"] else text.rstrip("\n").count("\n") + 1
    column = f", column {place['column']}" if place and place["column"] else ""
    where = f"{name}, line {line}{column}"
    lines = text.split("\n")
    found = lines[line - 1][:500] if 0 < line <= len(lines) else ""
    if said == "Cannot overwrite a value":
        key = re.match(r"\s*([^=\[\]{}#]+?)\s*=", found)
        return _RefusedError(f"{key[1] if key else 'a name'} is given twice; give each value once", where)
    for pattern, words in _WORDS:
        match = pattern.fullmatch(said)
        if match:
            return _RefusedError(words(match), where)
    hints = (hint for pattern, hint in _HINTS if pattern.search(found))
    hint = next(hints, "check the quotes, brackets and commas there")
    return _RefusedError(f"is not correct TOML: {said[:1].lower()}{said[1:]}; {hint}", where)


def _refuse_depth(file: TomlFile) -> None:
    level: list[tuple[tuple[str, ...], Any]] = [((), file.values)]
    for _ in range(MAX_LEVELS + 1):
        level = [
            ((*path, str(key)), inner)
            for path, value in level
            for key, inner in (value.items() if isinstance(value, dict) else enumerate(value))
            if isinstance(inner, dict | list)
        ]
    if level:
        path = ".".join(level[0][0][:3])
        raise _RefusedError(f"is nested more than {MAX_LEVELS} levels deep", file.where(path), path)


COUNTED = ("people", "beds", "places", "buses", "desks", "centres", "litres", "vehicles/h", "people/h")
"""Units of which nobody gives thousandths."""
COUNTED_PATHS = ("aid.funds_usd", "aid.stocks.*", "aid.handed_out.*", "aid.deliveries.*.quantity")


def thousands(path: str, text: str) -> str:
    """What is wrong with a number that can be read in two ways; empty if its point can only be a decimal one."""
    if not POINTED.fullmatch(text) or not _is_counted(path.split(".")):
        return ""
    return (
        f"found {text}, whose point may part thousands; write {text.replace('.', '')}, or {decimal(float(text))} "
        "if the point is a decimal one"
    )


def _is_counted(parts: list[str]) -> bool:
    if parts[-1] in ORDER:
        parts = parts[:-1]
    elif len(parts) > 1 and parts[-2] in ORDER:  # one of the values of a distribution
        parts = parts[:-2]
    number = number_at(Scenario, parts) if parts else None
    path = ".".join(parts)
    counted = any(fnmatchcase(path, pattern) for pattern in COUNTED_PATHS)
    return number is not None and (number.unit in COUNTED or counted)
