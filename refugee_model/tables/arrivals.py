"""Arrivals over time, in the quantities that are reported, and how they compare with reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.quantities import REPORTED
from refugee_model.tables.frames import check_run, first_draw, frame
from refugee_model.tables.reported import province_names
from refugee_model.tables.times import interpolated, rows_at, times

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]

NEEDED = ("time", "quantity", "place", "value")
VEHICLES = "vehicles"


def reported_quantity(run: Trajectories, quantity: str, place: str = "") -> Floats:
    """A projected quantity as it is reported.

    Parameters
    ----------
    run : Trajectories
        A projection.
    quantity : str
        One of ``quantities.REPORTED``.
    place : str
        Province, for people in state accommodation there; empty for all places together.

    Returns
    -------
    array (bound, draw) [people or vehicles]
        Cumulative, but for people in state accommodation and people waiting at the checkpoint, who are there at the time. People have
        departed once they have set off. Vehicles count from the start.

    Raises
    ------
    RequestError
        If the quantity is not one of them, or is not projected for that place.
    """
    if quantity not in REPORTED:
        raise RequestError(
            "reports cannot be compared", [Problem("quantity", f"'{quantity}' is not projected; {nearest(quantity, REPORTED)}")]
        )
    if quantity == "in_state_accommodation":
        sheltered = run.people("sheltered")
        if not place:
            return np.asarray(sheltered.sum(axis=1))
        provinces = [province.name for province in run.places_of("sheltered")]
        if place not in provinces:
            hint = nearest(place, provinces)
            raise RequestError("reports cannot be compared", [Problem("place", f"'{place}' is not a province of this scenario; {hint}")])
        return sheltered[:, provinces.index(place)]
    if place:
        found = f"found '{place}' for {quantity}, which is projected for all places together; leave the place blank"
        raise RequestError("reports cannot be compared", [Problem("place", found)])
    if quantity == VEHICLES:
        return run.level("passed_vehicles")[:, 0]
    if quantity == "left_country":
        return run.people("left_country")[:, 0]
    if quantity == "waiting":
        return run.level("queue_by_vehicle")[:, 0] + run.level("queue_by_bus")[:, 0]
    if quantity == "departed":
        return run.cumulative("crossed") + run.people("detained")[:, 0] + run.people("on_road")[:, 0]
    return run.cumulative("crossed") if quantity == "arrived" else run.cumulative_registered


def arrivals_table(run: Trajectories, *, every_hours: float | None = None) -> pd.DataFrame:
    """Arrivals, registrations and people in state accommodation over time.

    Parameters
    ----------
    run : Trajectories
        A projection.
    every_hours : float, optional
        Time between rows; without it there is a row at every bound [h].

    Returns
    -------
    DataFrame
        time, arrived, registered, in_state_accommodation, vehicles; one row a time. Arrived, registered and vehicles are
        totals up to the time, those from before the start included, but for vehicles.

    Raises
    ------
    RequestError
        If ``run`` is not a projection, or ``every_hours`` is not a number of hours.
    """
    check_run(run)
    rows = rows_at(run.hours, every_hours)
    quantities = ("arrived", "registered", "in_state_accommodation", VEHICLES)
    return frame(
        run,
        "Arrivals",
        {
            "time": times(run.scenario.timeline, run.hours[rows]),
            **{name: first_draw(reported_quantity(run, name)[rows]) for name in quantities},
        },
    )


def compare_with_reports(run: Trajectories, reports: pd.DataFrame) -> pd.DataFrame:
    """What was reported beside what was projected for the same minute.

    Parameters
    ----------
    run : Trajectories
        A projection.
    reports : DataFrame
        time (aware), quantity, place (a name or an area code), value, and ``usable`` where it is known; as ``load_reports`` gives it.

    Returns
    -------
    DataFrame
        time, quantity, place, reported, projected, difference (projected - reported), difference_share_of_total, usable; one
        row a report, in their order. Projected values lie on straight lines between bounds and are blank for reports from
        outside the projection. The total is ``people.total``, or all vehicles that pass within the projection.

    Raises
    ------
    RequestError
        If ``run`` is not a projection, ``reports`` is not a table, a column is missing, times have no offset, or a quantity or
        place is not projected.
    """
    check_run(run)
    _check(reports)
    hours = (reports["time"] - pd.Timestamp(run.scenario.timeline.start)).dt.total_seconds().to_numpy(dtype=float) / 3600.0
    quantities = reports["quantity"].astype(object).where(reports["quantity"].notna(), "").to_numpy()
    places = province_names(reports["place"], run.scenario.aid.provinces).to_numpy()
    usable = reports["usable"].to_numpy(dtype=bool) if "usable" in reports else np.ones(len(reports), dtype=bool)
    projected = np.full((len(reports), run.draws), np.nan)
    total = np.full((len(reports), run.draws), run.scenario.people.total)
    inside = (hours >= run.hours[0]) & (hours <= run.hours[-1])
    for quantity, place in dict.fromkeys(zip(quantities, places, strict=True)):
        own = (quantities == quantity) & (places == place)
        if not usable[own].any() and not _is_projected(run, str(quantity), str(place)):
            continue  # marked as not usable: it stays blank, and stops nothing
        values = reported_quantity(run, str(quantity), str(place))
        projected[own & inside] = interpolated(run.hours, values, hours[own & inside])
        if quantity == VEHICLES:
            total[own] = values[-1]
    reported = reports["value"].to_numpy(dtype=float)
    difference = first_draw(projected) - reported
    whole = first_draw(total)
    columns = {
        "time": reports["time"].dt.tz_convert(run.scenario.timeline.start.tzinfo).array,
        "quantity": quantities.tolist(),
        "place": places.tolist(),
        "reported": reported,
        "projected": first_draw(projected),
        "difference": difference,
        "difference_share_of_total": np.divide(difference, whole, out=np.full(len(reports), np.nan), where=whole > 0),
        "usable": usable,
    }
    return frame(run, "Reported and projected", columns)


def _is_projected(run: Trajectories, quantity: str, place: str) -> bool:
    return quantity in REPORTED and (not place or (quantity == "in_state_accommodation" and place in run.scenario.aid.provinces))


def _check(reports: pd.DataFrame) -> None:
    if not isinstance(reports, pd.DataFrame):
        expected = f"expected a table with the columns {', '.join(NEEDED)}, as refugee_model.load_reports gives it"
        raise RequestError("reports cannot be compared", [Problem("", f"found a {type(reports).__name__}, {expected}")])
    missing = [name for name in NEEDED if name not in reports]
    problems = [Problem(name, "column is missing") for name in missing]
    if not missing and not isinstance(reports["time"].dtype, pd.DatetimeTZDtype):
        problems.append(Problem("time", f"found {reports['time'].dtype}, expected times with an offset from UTC"))
    if problems:
        raise RequestError("reports cannot be compared", problems)
