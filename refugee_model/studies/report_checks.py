"""What is wrong with a table of reports, whoever made it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.reported import province_names
from refugee_model.scenario.reports import CURRENT, REPORTED
from refugee_model.studies.observations import CLOCK_HOURS, USUAL_CLOCK

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

NEEDED = ("time", "quantity", "place", "value")
BRACKET = "bracket"
MOST_PROBLEMS = 20
SUBJECT = "no forecast can be made"
WITH_OFFSET = "expected times with an offset from UTC"


def check_reports(scenario: Scenario, reports: pd.DataFrame, *, subject: str = SUBJECT) -> pd.DataFrame:
    """Reports with values of the kinds that a forecast needs."""
    problems = list(_find_wrong_columns(reports))
    if problems:
        raise RequestError(subject, problems)
    table = reports.reset_index(drop=True).drop(
        columns=[name for name in ("earliest", "latest") if _is_blank(reports, name)]
    )
    if not len(table):
        table["time"] = pd.to_datetime(table["time"], utc=True)
    table["place"] = province_names(table["place"], scenario.aid.provinces)
    if "usable" in table:
        table["usable"] = table["usable"].astype(bool)
    usable = table["usable"] if "usable" in table else pd.Series(True, index=table.index)
    for name in ("value", "rounding"):
        if name in table:
            problems += _find_not_numbers(table.loc[usable, name], blank=name == "rounding")
            table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
    problems += _find_wrong_rows(scenario, table[usable])
    if len(problems) > MOST_PROBLEMS:
        problems = [*problems[:MOST_PROBLEMS], Problem("reports", f"and {len(problems) - MOST_PROBLEMS} more problems")]
    if problems:
        raise RequestError(subject, problems)
    return table


def _find_wrong_columns(reports: Any) -> Iterator[Problem]:
    if not isinstance(reports, pd.DataFrame) or [name for name in NEEDED if name not in reports]:
        expected = f"expected a table with the columns {', '.join(NEEDED)}, as refugee_model.load_reports gives it"
        yield Problem("reports", expected)
        return
    for name in ("time", "earliest", "latest"):
        given = len(reports) and name in reports and (name == "time" or not _is_blank(reports, name))
        if given and not isinstance(reports[name].dtype, pd.DatetimeTZDtype):
            yield Problem("reports", f"{name}: found {reports[name].dtype}, {WITH_OFFSET}")
    if len(reports) and "usable" in reports and not set(reports["usable"].map(type)) <= {bool, np.bool_}:
        yield Problem("reports", "usable: expected True or False in each row")


def _is_blank(reports: pd.DataFrame, name: str) -> bool:
    return name in reports and bool(reports[name].isna().all())


def _find_not_numbers(column: pd.Series, *, blank: bool) -> Iterator[Problem]:
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    for row, given, value in zip(column.index, column, numbers, strict=True):
        if blank and pd.isna(given):
            continue
        if not np.isfinite(value) or value < 0:
            yield Problem("reports", f"{column.name}: found {given}, expected a number of at least 0", f"row {row}")


def _find_wrong_rows(scenario: Scenario, table: pd.DataFrame) -> Iterator[Problem]:
    provinces = list(scenario.aid.provinces)
    for row, quantity, place in zip(table.index, table["quantity"], table["place"], strict=True):
        where = f"row {row}"
        if quantity not in REPORTED:
            yield Problem(
                "reports",
                f"quantity: found {quantity!r}, which is not projected; {nearest(str(quantity), REPORTED)}",
                where,
            )
        elif place and quantity != "in_state_accommodation":
            yield Problem(
                "reports",
                f"place: found {place!r} for {quantity}, which is projected for all places; leave it blank",
                where,
            )
        elif place and place not in provinces:
            yield Problem(
                "reports",
                f"place: found {place!r}, no province of this scenario; {nearest(str(place), provinces)}",
                where,
            )
    for row in table.index[table["time"].isna()]:
        yield Problem("reports", f"time: is blank, {WITH_OFFSET}", f"row {row}")
    yield from _find_wrong_clocks(table)
    for row in table.index[table.duplicated(["time", "quantity", "place"])]:
        yield Problem(
            "reports", "gives the same quantity, place and time as another row; keep one of them", f"row {row}"
        )


def _find_wrong_clocks(table: pd.DataFrame) -> Iterator[Problem]:
    clocks = (*CLOCK_HOURS, BRACKET)
    said = table["clock_time"].astype(object) if "clock_time" in table else pd.Series(USUAL_CLOCK, index=table.index)
    for row in table.index[said.notna() & (said != "") & ~said.isin(clocks)]:
        yield Problem("reports", f"clock_time: found {said[row]!r}; {nearest(str(said[row]), clocks)}", f"row {row}")
    none = pd.Series(pd.NaT, index=table.index).dt.tz_localize("UTC")
    earliest, latest = (table.get(name, none) for name in ("earliest", "latest"))
    for row in table.index[(earliest.isna() != latest.isna()) | ((said == BRACKET) & earliest.isna())]:
        yield Problem("reports", "a bracket needs both earliest and latest", f"row {row}")
    for row in table.index[(table["time"] < earliest) | (table["time"] > latest)]:
        yield Problem("reports", "time: does not lie between earliest and latest", f"row {row}")


def find_all_before(scenario: Scenario, reports: pd.DataFrame) -> Iterator[Problem]:
    """Whether nothing can be learned because all usable reports lie before the scenario begins.

    A wrong start, most likely.
    """
    rows = reports[reports["usable"]] if "usable" in reports else reports
    start = scenario.timeline.start
    if len(rows) and (rows["time"] <= pd.Timestamp(start)).all():
        count = "the usable report lies" if len(rows) == 1 else f"all {len(rows)} usable reports lie"
        last = rows["time"].max().tz_convert(start.tzinfo).isoformat(timespec="minutes")
        found = (
            f"{count} at or before the start of the scenario, {start.isoformat(timespec='minutes')}, the last at {last}"
        )
        yield Problem(
            "reports", f"{found}: is timeline.start right? For a forecast without reports give an empty table"
        )


def falls(table: pd.DataFrame) -> Iterator[str]:
    """Totals that fall: late counts or revisions, which the errors of reports allow for."""
    for (quantity, place), rows in table.groupby(["quantity", "place"], sort=False):
        if quantity in CURRENT:
            continue
        values, times = rows["value"].to_numpy(), rows["time"].to_list()
        for number in islice(np.flatnonzero(np.diff(values) < 0), MOST_PROBLEMS):
            fall = f"from {values[number]:,.0f} to {values[number + 1]:,.0f} at {times[number + 1].isoformat(timespec='minutes')}"
            where = f" in {place}" if place else ""
            yield f"{quantity}{where} falls {fall}, which a total cannot: one of the two is taken to be wrong"
