"""Arrivals over time, in the quantities that are reported, and how they compare with reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.calendar import hours_after_start, interpolated
from refugee_model.outcomes.reported import names_of_reported, reported_at, wrong_place
from refugee_model.outcomes.reports import Reports
from refugee_model.scenario.reports import REPORTED
from refugee_model.tables.frames import EVERYONE, Projection, ask, needs, provenance_of, table, tabulate, time_column

if TYPE_CHECKING:
    from refugee_model.engine.result import Result


VEHICLES = "vehicles"
QUANTITIES = ("arrived", "registered", "in_state_accommodation", VEHICLES)
UNCOMPARED = "reports cannot be compared"


def reported_quantity(result: Result, quantity: str, place: str = "") -> Floats:
    """A quantity as it is reported, of a province, a route or all, array (time, draw) [people or vehicles]."""
    if quantity not in REPORTED:
        found = f"'{quantity}' is not projected; {nearest(quantity, REPORTED)}"
        raise RequestError(UNCOMPARED, [Problem("quantity", found)])
    if wrong := wrong_place(quantity, place, result.scenario):
        raise RequestError(UNCOMPARED, [Problem("place", wrong)])
    return reported_at(result.recorded, result.scenario, quantity, place)


@table(EVERYONE)
def arrivals_table(
    run: Projection,
    *,
    freq: str | None = None,
    every_hours: float | None = None,
    quantiles: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Arrivals, registrations and people in state accommodation over time.

    Returns
    -------
    DataFrame
        time, arrived, registered, in_state_accommodation, vehicles; one row a time, and of many draws a quantile.
        Arrived, registered and vehicles are totals up to the time, those from before the start included, but for
        vehicles. Where there are several routes, also arrived by each of them since the start; who has come to each
        reception point stands in ``waiting_table``.
    """
    asked = ask(arrivals_table, run, quantiles=quantiles, freq=freq, every_hours=every_hours)
    columns = {name: reported_quantity(asked.result, name)[asked.rows] for name in QUANTITIES}
    if asked.result.sizes.routes > 1:
        by_route = asked.result.level("crossed_so_far")
        for number, route in enumerate(asked.result.scenario.timing.roads):
            columns[f"arrived by {route}"] = by_route[asked.rows, number]
    return tabulate(asked, "Arrivals", {"time": time_column(asked, 1)}, columns)


@needs(EVERYONE)
def compare_with_reports(run: Projection, reports: pd.DataFrame | Reports) -> pd.DataFrame:
    """What was reported beside what was projected for the same minute.

    Parameters
    ----------
    run : Result, Ensemble or Forecast
        A run, or many draws, of which the median is compared.
    reports : DataFrame or Reports
        time (aware), quantity, place (of a province its name or area code, of a route its name), value, and ``usable``
        where it is known; as ``load_reports`` gives it.

    Returns
    -------
    DataFrame
        time, quantity, place, reported, projected, difference (projected - reported), difference_share_of_total,
        usable; one row a report, in their order. Projected values lie on straight lines between bounds and are blank
        for reports from outside the projection. The total is ``people.total``, or all vehicles that pass within the
        projection.

    Raises
    ------
    RequestError
        If ``run`` is something else, ``reports`` cannot be used, or a quantity or place is not projected.
    """
    asked = ask(compare_with_reports, run)
    reported, result = Reports.of(reports, UNCOMPARED).table, asked.result
    hours = hours_after_start(reported["time"], result.scenario.timeline).to_numpy(dtype=float)
    quantities, usable = reported["quantity"].to_numpy(), reported["usable"].to_numpy()
    places = np.asarray(names_of_reported(reported, result.scenario), dtype=object)
    projected, total = np.full(len(reported), np.nan), np.full(len(reported), result.scenario.people.total)
    inside = (hours >= result.hours[0]) & (hours <= result.hours[-1])
    for quantity, place in dict.fromkeys(zip(quantities, places, strict=True)):
        own = (quantities == quantity) & (places == place)
        if not usable[own].any() and (quantity not in REPORTED or wrong_place(quantity, place, result.scenario)):
            continue  # marked as not usable: it stays blank, and stops nothing
        values = reported_quantity(result, str(quantity), str(place))
        projected[own & inside] = np.median(interpolated(result.hours, values, hours[own & inside]), axis=-1)
        if quantity == VEHICLES:
            total[own] = np.median(values[-1])
    difference = projected - reported["value"].to_numpy()
    columns = {
        "time": reported["time"].dt.tz_convert(result.scenario.timeline.start.tzinfo).array,
        "quantity": quantities.tolist(),
        "place": places.tolist(),
        "reported": reported["value"],
        "projected": projected,
        "difference": difference,
        "difference_share_of_total": np.divide(difference, total, out=np.full(len(reported), np.nan), where=total > 0),
        "usable": usable,
    }
    table = pd.DataFrame(columns)
    table.attrs.update(provenance_of(asked, "Reported and projected"))
    return table
