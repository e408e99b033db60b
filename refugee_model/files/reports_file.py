"""Reports: what was counted, when and where, from a CSV file."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.files.packaged import packaged_files
from refugee_model.quantities import REPORTED
from refugee_model.scenario.problems import shown

if TYPE_CHECKING:
    import pandas

NEEDED = ("time", "quantity", "place", "value")
USABLE = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "": True}
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class _Report:
    """One line of the file, read."""

    time: datetime
    quantity: str
    place: str
    value: float
    usable: bool
    others: tuple[str, ...]


def load_reports(name_or_path: str | os.PathLike[str]) -> pandas.DataFrame:
    """Reports from the package or from a file.

    Parameters
    ----------
    name_or_path : str or path
        Name of packaged reports, or path of a CSV file: UTF-8, commas, a header row with at least time, quantity, place, value.

    Returns
    -------
    DataFrame
        time (ISO 8601 in the file; in the offset of the first report), quantity, place (empty for all places together), value
        [people or vehicles], usable (True where the file does not say), then the other columns of the file as text.

    Raises
    ------
    RequestError
        If there are no such reports or they cannot be read; every problem is named, with its line.

    Examples
    --------
    >>> reports = load_reports("lachin-2023")
    >>> print(reports["time"][0].isoformat(), reports["quantity"][0], reports["value"][0])
    2023-09-24T18:00:00+04:00 arrived 377.0
    """
    import pandas

    subject = f"reports {shown(str(name_or_path))} cannot be used"
    path = _find(name_or_path, subject)
    header, rows = _rows(path, subject)
    problems: list[Problem] = []
    reports = list(_reports(header, rows, path.name, problems))
    if problems:
        more = [Problem("", f"and {len(problems) - MOST_PROBLEMS} more problems")] if len(problems) > MOST_PROBLEMS else []
        raise RequestError(subject, [*problems[:MOST_PROBLEMS], *more])
    times = pandas.DatetimeIndex(pandas.to_datetime([report.time for report in reports], utc=True)).as_unit("us")
    others = [name for name in header if name not in (*NEEDED, "usable")]
    table = pandas.DataFrame(
        {
            "time": times.tz_convert(reports[0].time.tzinfo),
            "quantity": [report.quantity for report in reports],
            "place": [report.place for report in reports],
            "value": [report.value for report in reports],
            "usable": [report.usable for report in reports],
            **{name: [report.others[number] for report in reports] for number, name in enumerate(others)},
        }
    )
    table.attrs["source"] = str(path.name)
    return table


def _find(given: str | os.PathLike[str], subject: str) -> Path:
    packaged = packaged_files("reports", ".csv")
    if isinstance(given, str) and given in packaged:
        return packaged[given]
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise RequestError(subject, [Problem("", "expected the name of packaged reports or the path of a CSV file")])
    path = Path(given)
    if path.is_file():
        return path
    found = "is a folder" if path.is_dir() else "is neither packaged reports nor a file"
    raise RequestError(subject, [Problem("", f"{found}; {nearest(path.stem, packaged)}")])


def _rows(path: Path, subject: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and the rows that are not empty with the line each ends on."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(cell.strip() for cell in row)]
    except OSError as error:
        raise RequestError(subject, [Problem("", error.strerror or str(error))]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RequestError(subject, [Problem("", "is not UTF-8 text; save it as CSV UTF-8", f"{path.name}, line {line}")]) from None
    except csv.Error as error:
        raise RequestError(subject, [Problem("", f"is not CSV: {error}", path.name)]) from None
    if not rows:
        raise RequestError(subject, [Problem("", "is empty; expected a header row with time, quantity, place, value", path.name)])
    header = rows[0][1]
    problems = [Problem("", f"column '{name}' is missing; {nearest(name, header)}", path.name) for name in NEEDED if name not in header]
    problems += [Problem("", f"column '{name}' comes twice", path.name) for name in dict.fromkeys(header) if header.count(name) > 1]
    if len(header) == 1 and ";" in header[0]:
        problems = [Problem("", "columns are parted by semicolons; expected commas", path.name)]
    if not problems and len(rows) == 1:
        problems = [Problem("", "has a header row and no reports", path.name)]
    if problems:
        raise RequestError(subject, problems)
    return header, rows[1:]


def _reports(header: list[str], rows: list[tuple[int, list[str]]], file: str, problems: list[Problem]) -> Iterator[_Report]:
    """The reports of rows that can be read; what is wrong with the others is added to the problems."""
    others = [name for name in header if name not in (*NEEDED, "usable")]
    seen: dict[tuple[datetime, str, str], int] = {}
    for line, row in rows:
        where = f"{file}, line {line}"
        if len(row) != len(header):
            problems.append(Problem("", f"found {len(row)} columns, expected {len(header)}", where))
            continue
        cells = dict(zip(header, row, strict=True))
        when, value = _time(cells["time"]), _value(cells["value"])
        found = [Problem(name, text, where) for name, text in (("time", when), ("value", value)) if isinstance(text, str)]
        if cells["quantity"] not in REPORTED:
            hint = nearest(cells["quantity"], REPORTED)
            found.append(Problem("quantity", f"found {shown(cells['quantity'])}, which is not projected; {hint}", where))
        usable = USABLE.get(cells.get("usable", "").lower())
        if usable is None:
            found.append(Problem("usable", f"found {shown(cells['usable'])}, expected yes or no", where))
        if found or isinstance(when, str) or isinstance(value, str) or usable is None:
            problems.extend(found)
            continue
        key = (when, cells["quantity"], cells["place"])
        if key in seen:
            problems.append(Problem("", f"reports the same quantity, place and time as line {seen[key]}", where))
        seen.setdefault(key, line)
        yield _Report(when, cells["quantity"], cells["place"], value, usable, tuple(cells[name] for name in others))


def _time(text: str) -> datetime | str:
    """The time meant, or what is wrong with it."""
    example = "expected ISO 8601 with an offset from UTC, such as 2023-09-24T18:00+04:00"
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return f"found {shown(text)}, {example}"
    return time if time.utcoffset() is not None else f"found {shown(text)}, which has no offset from UTC; {example}"


def _value(text: str) -> float | str:
    """The number meant, or what is wrong with it."""
    try:
        value = float(text)
    except ValueError:
        return (
            "is blank (blank is not 0); expected a number"
            if not text
            else f"found {shown(text)}, expected a number without thousands separators"
        )
    return value if math.isfinite(value) and value >= 0 else f"found {shown(text)}, expected a finite number of at least 0"
