"""Who is where, who came and who went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.trajectories import ENTERED, KINDS, LEFT, Place
from refugee_model.tables.counted import Daily
from refugee_model.tables.draws import (
    QUANTILES,
    ManyDraws,
    check_request,
    frame_of_draws,
    over_draws,
    people_by_day,
    places_of,
    some_times,
)
from refugee_model.tables.frames import check_run, first_draw, frame, place_columns, time_columns
from refugee_model.tables.times import rows_at, summed, times

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]

TABLE = "movement"
TOTAL = "total"


@takes("this table cannot be made")
def movement_table(
    run: Trajectories | ManyDraws, *, every_hours: float | None = None, quantiles: Sequence[float] = QUANTILES
) -> pd.DataFrame:
    """People in each place, and who entered and left it since the row before.

    Parameters
    ----------
    run : Trajectories or Ensemble
        A projection, or many draws of one.
    every_hours : float, optional
        Time between rows; without it there is a row at every bound [h]. Not for many draws.
    quantiles : sequence of float
        For many draws, from 0 to 1.

    Returns
    -------
    DataFrame
        time, kind, place, area_code, people, entered, left; one row a time and place. Between two rows of a place, people
        change by entered - left; both are 0 in the first row.

        Of many draws: time, kind, place, area_code, quantile, people; one row an end of a day, place and quantile, and rows of
        the place ``total`` for each kind that has several. Who entered and left is not kept: people come and go within a day.

    Raises
    ------
    RequestError
        If ``run`` is not a projection, ``every_hours`` is not a number of hours or given for many draws, quantiles are not from
        0 to 1, or the ensemble kept only measures.

    Examples
    --------
    >>> import refugee_model as rm
    >>> table = movement_table(rm.simulate(rm.load_scenario("lachin-2023")), every_hours=24)
    >>> table.groupby("time")["people"].sum().round().unique().tolist()
    [101500.0]
    """
    if isinstance(run, ManyDraws):
        return _quantile_table(run, check_request(run, quantiles, every_hours=every_hours, table=TABLE))
    check_run(run)
    rows = rows_at(run.hours, every_hours)
    people = np.concatenate([run.people(kind)[rows] for kind in KINDS], axis=1)
    entered, left = (np.concatenate([summed(run.moved(kind, routes), rows) for kind in KINDS], axis=1) for routes in (ENTERED, LEFT))
    places = place_columns(run.places, times=len(rows))
    return frame(
        run,
        "People in each place",
        {
            "time": time_columns(run, run.hours[rows], len(run.places)),
            "kind": places["kind"],
            "place": places["place"],
            "area_code": places["area_code"],
            "people": first_draw(people),
            "entered": first_draw(entered),
            "left": first_draw(left),
        },
    )


def movements_by_day(draws: ManyDraws) -> tuple[list[Place], Daily]:
    """The places of a movement table of many draws, and the people there when stocks were kept."""
    places: list[Place] = []
    people: list[Floats] = []
    for kind in KINDS:
        of_kind = places_of(draws, kind)
        if draws.places is not None and len(of_kind) == 1 and of_kind[0].name not in draws.places:
            continue
        places += of_kind
        there = people_by_day(draws.stocks, kind) if draws.stocks else np.empty((0, len(of_kind), 0))
        people.append(there)
        if len(of_kind) > 1 and draws.places is None:
            places.append(Place(kind, TOTAL))
            people.append(there.sum(axis=1, keepdims=True))
    return places, Daily({"people": np.concatenate(people, axis=1)} if people else {}, {})


def _quantile_table(draws: ManyDraws, quantiles: tuple[float, ...]) -> pd.DataFrame:
    places, _ = movements_by_day(replace(draws, stocks={}))  # type: ignore[type-var]
    if draws.counted:
        found = over_draws(draws.counted[TABLE].amounts["people"], quantiles)
    else:
        parts = (movements_by_day(part)[1] for _, part in some_times(draws, len(places)))
        found = np.concatenate([over_draws(part.amounts["people"], quantiles) for part in parts])
    names = place_columns(places, times=len(draws.hours), each=len(quantiles))
    columns = {
        "time": times(draws.scenario.timeline, draws.hours).repeat(len(places) * len(quantiles)),
        "kind": names["kind"],
        "place": names["place"],
        "area_code": names["area_code"],
        "quantile": np.tile(quantiles, len(draws.hours) * len(places)),
        "people": found.ravel(),
    }
    return frame_of_draws(draws, "People in each place", columns)


def balance_table(run: Trajectories) -> pd.DataFrame:
    """Whether everyone is accounted for: people at the start, in, out, at the end.

    Parameters
    ----------
    run : Trajectories
        A projection.

    Returns
    -------
    DataFrame
        kind, people_at_start, entered, left, people_at_end, residual (start + entered - left - end); one row a kind of
        place, the last row is the total.

    Raises
    ------
    RequestError
        If ``run`` is not a projection.
    """
    check_run(run)
    start, end = (np.stack([run.people(kind)[bound].sum(axis=0) for kind in KINDS]) for bound in (0, -1))
    entered, left = (np.stack([run.moved(kind, routes).sum(axis=(0, 1)) for kind in KINDS]) for routes in (ENTERED, LEFT))
    columns = {"people_at_start": start, "entered": entered, "left": left, "people_at_end": end}
    whole = {name: np.concatenate((values, values.sum(axis=0, keepdims=True))) for name, values in columns.items()}
    whole["residual"] = whole["people_at_start"] + whole["entered"] - whole["left"] - whole["people_at_end"]
    return frame(
        run,
        "Balance of people",
        {"kind": [*KINDS, TOTAL], **{name: first_draw(values) for name, values in whole.items()}},
    )
