"""Reports, checked: of each cell the value meant, or what is wrong with it and what to write instead."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from numbers import Real
from typing import Any

import pandas as pd

from refugee_model.cards import Card, OnCard
from refugee_model.errors import Problem, RequestError, closest, nearest
from refugee_model.scenario.problems import shown
from refugee_model.scenario.reports import BRACKET, CLOCKS, REPORTED, USUAL_CLOCK
from refugee_model.scenario.values import WRONG_YEAR, NoTimeError, time_of
from refugee_model.wording import as_found, counted, decimal, moment, whole

USABLE = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "": True}
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,\s'\u2019]\d{3})+(?:\.\d*)?")
_COMMA = re.compile(r"[+-]?\d{1,3}(?:[\s.'\u2019]\d{3})+,(?:\d{1,2}|\d{4,})")
"""A decimal comma after thousands that something else parts: there is one way to read it."""
_DATE_ALONE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}([./-])\d{1,2}\1\d{4}")
_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")


class Wrong(str):
    """What is wrong with a cell, as the message of a problem."""

    __slots__ = ()


def read_time(cell: object) -> datetime | Wrong:
    """A time with its offset from UTC."""
    example = "expected ISO 8601 with an offset from UTC, such as 2023-09-24T18:00+04:00"
    if cell == "":
        return Wrong(f"is blank; {example}")
    if isinstance(cell, str) and _DATE_ALONE.fullmatch(cell.strip()):
        alone = "which does not say at what time of that day it was true"
        return Wrong(f"found {shown(cell)}, {alone}; {example}")
    try:
        return time_of(cell)
    except NoTimeError as error:
        said = {"text": example, "offset": f"which has no offset from UTC; {example}", "year": WRONG_YEAR}[error.wrong]
        return Wrong(f"found {shown(cell)}, {said}")


def read_time_or_blank(cell: object) -> datetime | Wrong | None:
    """A time with its offset from UTC, or None where the cell is blank."""
    return None if cell == "" else read_time(cell)


def read_number(cell: object) -> float | Wrong:
    """A finite number of at least 0; in text, written with digits alone."""
    text = str(cell)
    if isinstance(cell, Real) and not isinstance(cell, bool):
        return _at_least_0(float(cell), text)
    if not text:
        return Wrong("is blank (blank is not 0); expected a number")
    if _GROUPED.fullmatch(text):
        return Wrong(f"found {shown(text)}, which has thousands separators; write {_digits(text)}")
    if _POINTS.fullmatch(text):
        either = "" if text.count(".") > 1 else f", or {decimal(float(text))} if the point is a decimal one"
        return Wrong(f"found {shown(text)}, whose point may part thousands; write {text.replace('.', '')}{either}")
    if text.endswith("%"):
        return Wrong(f"found {shown(text)}, a percentage; write the number itself")
    try:
        value = float(text)
    except ValueError:
        return Wrong(f"found {shown(text)}, {_expected_digits(text)}")
    return _at_least_0(value, shown(text))


def _at_least_0(value: float, found: str) -> float | Wrong:
    fine = math.isfinite(value) and value >= 0
    return value if fine else Wrong(f"found {found}, expected a finite number of at least 0")


def read_rounding(cell: object) -> float | Wrong:
    """The unit to which a value was rounded, NaN where it is not known."""
    return math.nan if cell == "" else read_number(cell)


def read_usable(cell: object) -> bool | Wrong:
    """Whether a report may be used; it may unless it is said otherwise."""
    found = USABLE.get(str(cell).lower())
    return Wrong(f"found {shown(cell)}, expected yes or no") if found is None else found


def read_clock(cell: object) -> str | Wrong:
    """What is said of the clock time; it is exact unless it is said otherwise."""
    word = str(cell).lower() or USUAL_CLOCK
    return word if word in CLOCKS else Wrong(f"found {shown(cell)}; {nearest(str(cell), CLOCKS)}")


def _digits(text: str) -> str:
    return re.sub(r"[,\s'\u2019]", "", text)


def _expected_digits(text: str) -> str:
    numbers = re.findall(r"(?<![\w.,-])\d+(?:[,\s'\u2019]\d{3}(?!\d))*(?:\.\d+)?(?![\w.,-])", text)
    if re.fullmatch(r"\d+,\d+", text):
        return f"expected a number with a decimal point; write {text.replace(',', '.')}"
    if _COMMA.fullmatch(text):
        plain = re.sub(r"[\s.'\u2019]", "", text).replace(",", ".")
        return f"expected a number with a decimal point and nothing between thousands; write {plain}"
    if len(numbers) == 1:
        return f"expected digits alone, such as {_digits(numbers[0])}; words go in a column of their own, such as note"
    return "expected a number in digits"


Row = tuple[str, Mapping[str, Any]]
"""Where a report stands, and its cells by column."""
Report = dict[str, Any]
"""What a row says, by column."""

NEEDED = ("time", "quantity", "place", "value")
SOURCE = "source"
"""The column that says who counted."""
READERS: dict[str, Callable[[object], Any]] = {
    "time": read_time,
    "quantity": str,
    "place": str,
    "value": read_number,
    "usable": read_usable,
    "rounding": read_rounding,
    "clock_time": read_clock,
    "earliest": read_time_or_blank,
    "latest": read_time_or_blank,
}
"""How the cells of a column are read; those of others are left as they are."""
TIMES = ("time", "earliest", "latest")
BLANK: Report = {
    "place": "",
    "usable": True,
    "rounding": float("nan"),
    "clock_time": USUAL_CLOCK,
    "earliest": None,
    "latest": None,
}
"""What columns say that were not given."""
MOST_PROBLEMS = 20
EXPECTED = f"expected a table with the columns {', '.join(NEEDED)}, as refugee_model.load_reports gives it"


@dataclass(frozen=True, eq=False, repr=False)
class Reports(OnCard):
    """Reports that have been checked.

    Attributes
    ----------
    table : DataFrame
        time (in the offset of the first report), quantity, place (empty for all places together; a name or the area
        code of a province, or the name of a route), value [people or vehicles], usable, rounding (NaN where that is not
        known), clock_time, earliest and latest (blank where no bracket is known), then other columns; one row a report.
        What of a report
        that is not usable cannot be read is blank.
    given : tuple of str
        The columns that were given, and ``usable``.
    where : tuple of str
        Where each stands, such as ``counts.csv, line 9``.
    """

    table: pd.DataFrame
    given: tuple[str, ...]
    where: tuple[str, ...]

    @classmethod
    def of(cls, reports: object, subject: str = "these reports cannot be used") -> Reports:
        """Reports from a table, each of its rows checked; reports themselves as they are.

        Parameters
        ----------
        reports : DataFrame or Reports
            time, quantity, place, value, and where known usable, rounding, clock_time, earliest, latest; times with
            their offsets, or text in ISO 8601.
        subject : str
            What cannot be done where something is wrong.

        Raises
        ------
        RequestError
            Naming every problem with its row.
        """
        if isinstance(reports, Reports):
            return reports
        if not isinstance(reports, pd.DataFrame):
            raise RequestError(subject, [Problem("reports", f"found {as_found(reports)}, {EXPECTED}")])
        names = [str(name) for name in reports.columns]
        if missing := [name for name in NEEDED if name not in names and name != "place"]:
            meant = [f"{name} (did you mean '{near}'?)" if (near := closest(name, names)) else name for name in missing]
            raise RequestError(subject, [Problem("reports", f"no such column: {', '.join(meant)}; {EXPECTED}")])
        cells = [reports.iloc[:, number].astype(object) for number in range(len(names))]
        lists = [
            column.where(column.notna(), "").tolist() if name in READERS else column.tolist()
            for name, column in zip(names, cells, strict=True)
        ]
        rows = (
            (f"row {row}", dict(zip(names, values, strict=True))) for row, values in enumerate(zip(*lists, strict=True))
        )
        problems: list[Problem] = []
        found = [(where, report) for where, report, _ in checked(rows, problems)]
        named = [
            Problem("reports", f"{one.path}: {one.message}" if one.path else one.message, one.where) for one in problems
        ]
        refuse(subject, named)
        return cls.made(found, names)

    @classmethod
    def made(cls, found: list[tuple[str, Report]], names: Iterable[str]) -> Reports:
        """Reports of rows that were checked, each with where it stands."""
        reports = [report for _, report in found]
        given = tuple(dict.fromkeys((*NEEDED, "usable", *names)))
        zone = next((report["time"].tzinfo for report in reports if report["time"]), None)
        columns: dict[str, Any] = {}
        for name in dict.fromkeys((*NEEDED, "usable", *READERS, *given)):
            values = [report[name] for report in reports]
            if name in TIMES:
                times = pd.DatetimeIndex(pd.to_datetime(values, utc=True)).as_unit("us")
                columns[name] = times.tz_convert(zone) if zone else times
            elif name in ("value", "rounding"):
                columns[name] = pd.Series(values, dtype=float)
            else:
                columns[name] = pd.Series(values, dtype=bool) if name == "usable" else values
        return cls(pd.DataFrame(columns), given, tuple(where for where, _ in found))

    def __len__(self) -> int:
        return len(self.table)

    def _card(self) -> Card:
        times, counts = self.table["time"], self.table["quantity"].value_counts(sort=False)
        lines = {"quantities": ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"}
        if len(self):
            lines["period"] = f"{moment(times.min())} to {moment(times.max())}"
            lines["not usable"] = whole(int((~self.table["usable"]).sum()))
        return Card("Reports", counted(len(self), "report"), lines, "reports.table has them")


def refuse(subject: str, problems: list[Problem]) -> None:
    """Raise what is wrong with reports, the first of very many."""
    over = len(problems) - MOST_PROBLEMS
    more = [Problem("", f"and {over} more problems")] if over > 0 else []
    if problems:
        raise RequestError(subject, [*problems[:MOST_PROBLEMS], *more])


def checked(rows: Iterable[Row], problems: list[Problem]) -> Iterator[tuple[str, Report, bool]]:
    """Where each report stands, what it says and whether it could be read; what is wrong with those that may be used
    is added to the problems.
    """
    seen: dict[tuple[Any, ...], tuple[str, object]] = {}
    for where, cells in rows:
        report: Report = {name: READERS[name](cell) if name in READERS else cell for name, cell in cells.items()}
        report |= {name: value for name, value in BLANK.items() if name not in report}
        found = [*_find_wrong_cells(report, where), *_find_wrong_bracket(report, cells, where)]
        if found and report["usable"] is False:  # it is left out anyway: what is wrong with it stops nothing
            blank = {name: _blank(name) if isinstance(value, Wrong) else value for name, value in report.items()}
            yield where, blank, False
            continue
        problems.extend(found)
        if found:
            continue
        key = (report["time"], report["quantity"], report["place"])
        if report["usable"] and key in seen:
            first, source = seen[key]
            mend = "keep one of them, or mark one as not usable"
            if report.get(SOURCE, source) != source:
                mend += "; to keep both sources, put their times a minute apart"
            problems.append(Problem("", f"reports the same quantity, place and time as {first}; {mend}", where))
        elif report["usable"]:
            seen[key] = where.rsplit(", ")[-1], report.get(SOURCE)
        yield where, report, True


def _blank(name: str) -> Any:
    return None if name in TIMES else BLANK.get(name, float("nan"))


def _find_wrong_cells(report: Report, where: str) -> Iterator[Problem]:
    for name, value in report.items():
        if isinstance(value, Wrong):
            yield Problem(name, value, where)
        elif name == "quantity" and value not in REPORTED:
            yield Problem(name, f"found {shown(value)}, which is not projected; {nearest(value, REPORTED)}", where)


def _find_wrong_bracket(report: Report, cells: Mapping[str, Any], where: str) -> Iterator[Problem]:
    earliest, time, latest = (report[name] for name in ("earliest", "time", "latest"))
    if any(isinstance(value, Wrong) for value in (earliest, time, latest)):
        return
    if (earliest is None) != (latest is None):
        given, other = ("earliest", "latest") if latest is None else ("latest", "earliest")
        yield Problem(other, f"is blank while {given} is given; expected both or neither", where)
    elif earliest is None and report["clock_time"] == BRACKET:
        yield Problem("clock_time", "found 'bracket', which needs earliest and latest; give both", where)
    elif earliest is not None and not earliest <= time <= latest:
        order = f"found {cells['time']}, which is not between earliest {cells['earliest']} and latest {cells['latest']}"
        yield Problem("time", order, where)
