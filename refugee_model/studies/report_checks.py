"""What is wrong with reports for a scenario."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from refugee_model.errors import Problem
from refugee_model.outcomes.calendar import hours_after_start
from refugee_model.outcomes.reported import names_of_reported, wrong_place
from refugee_model.outcomes.reports import Reports, refuse
from refugee_model.scenario.reports import CURRENT, where_reported

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

SUBJECT = "no forecast can be made"
MOST_FALLS = 20


def reports_of(scenario: Scenario, reports: Reports, *, subject: str = SUBJECT) -> pd.DataFrame:
    """Reports with places as the scenario names them, and hours after its start."""
    places, timeline = names_of_reported(reports.table, scenario), scenario.timeline
    table = reports.table.assign(place=places, hours=hours_after_start(reports.table["time"], timeline))
    refuse(subject, [*_find_wrong_places(scenario, table[table["usable"]])])
    return table


def _find_wrong_places(scenario: Scenario, table: pd.DataFrame) -> Iterator[Problem]:
    for row, quantity, place in zip(table.index, table["quantity"], table["place"], strict=True):
        if wrong := wrong_place(quantity, place, scenario):
            yield Problem("reports", f"place: {wrong}", f"row {row}")


def find_all_before(scenario: Scenario, reports: pd.DataFrame) -> Iterator[Problem]:
    """Whether nothing can be learned because all usable reports lie before the scenario begins.

    A wrong start, most likely.
    """
    rows = reports[reports["usable"]]
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
        for number in islice(np.flatnonzero(np.diff(values) < 0), MOST_FALLS):
            fall = (
                f"from {values[number]:,.0f} to {values[number + 1]:,.0f} at "
                f"{times[number + 1].isoformat(timespec='minutes')}"
            )
            what = f"{quantity}{where_reported(str(quantity), str(place))}"
            yield f"{what} falls {fall}, which a total cannot: one of the two is taken to be wrong"
