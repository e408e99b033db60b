"""How long people wait at the checkpoint and to register, and what chance may add to the queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from refugee_model.errors import Problem, RequestError
from refugee_model.outcomes.chance import chance
from refugee_model.outcomes.queues import names_of_queues, queue_outcome
from refugee_model.tables.frames import CANNOT, FLOWS, Projection, ask, provenance_of, tabulate, time_column, words

if TYPE_CHECKING:
    from refugee_model.engine.result import Result


def waiting_table(
    run: Projection,
    *,
    freq: str | None = None,
    every_hours: float | None = None,
    quantiles: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Queues at the checkpoint and at each reception point, and the wait of those who join them.

    Parameters
    ----------
    run : Result, Ensemble or Forecast
        A run, or many draws of which every step was kept (``keep="all"``).
    freq : {None, "day"}
        ``day`` for one row at the end of each day.
    every_hours : float, optional
        Time between rows; without it there is a row at every bound [h].
    quantiles : sequence of float, optional
        From 0 to 1; unless given 0.05, 0.25, 0.5, 0.75 and 0.95 of many draws.

    Returns
    -------
    DataFrame
        time, place, people, vehicles, queue_km, wait_hours, joined; one row a time and place, and of many draws a
        quantile. ``joined`` are all who have come to the checkpoint or to the reception point up to the time, those who
        wait there at the start included; at a point also from one that closed, without those who went straight on.
        ``wait_hours`` is the wait of people who join in the step that begins at the time, infinite if they still wait
        at the end and blank if nobody joins; the last row repeats that of the last step. Vehicles and kilometres are
        given for the checkpoint only.

    Raises
    ------
    RequestError
        If ``run`` is something else, a request cannot be met, or not every step was kept.
    """
    asked = ask(run, of=FLOWS, quantiles=quantiles, freq=freq, every_hours=every_hours)
    places = names_of_queues(asked.result)
    keys = {"time": time_column(asked, len(places)), "place": words(places, times=len(asked.rows))}
    columns = {name: values[asked.rows] for name, values in queue_outcome(asked.result).items()}
    return tabulate(asked, "Queues and waits", keys, columns)


def chance_table(run: Result) -> pd.DataFrame:
    """How many more people chance may add to the longest queue at the checkpoint and at each reception point.

    Parameters
    ----------
    run : Result
        A run: what chance adds is said of one future.

    Returns
    -------
    DataFrame
        place, peak_people, added_by_chance, matters; one row a queue. ``added_by_chance`` is the mean over futures that
        differ only in who comes when and who takes how long [people]; about half of them add more. It ``matters`` where
        it is more than a twentieth of the projected peak, at least 10 people and at least a thousandth of all people.

    Raises
    ------
    RequestError
        If ``run`` is not a run of one draw.
    """
    asked = ask(run, of=FLOWS)
    if asked.many:
        raise RequestError(
            CANNOT,
            [Problem("run", "found many draws; what chance adds is said of one future: give simulate(scenario)")],
        )
    table = pd.DataFrame({"place": words(names_of_queues(asked.result)), **chance(asked.result)})
    table.attrs.update(provenance_of(asked, "Chance in queues"))
    return table
