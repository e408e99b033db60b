"""Who waits and for how long, what chance may add to the queues, and who is on the way to a bed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from refugee_model.outcomes.calendar import summed
from refugee_model.outcomes.origins import displaced
from refugee_model.outcomes.queues import chance, names_of_queues, queue_outcome
from refugee_model.scenario.network import KINDS, TOTAL, Place
from refugee_model.tables.frames import (
    FLOWS,
    KIND_FIRST,
    Projection,
    ask,
    place_columns,
    table,
    tabulate,
    time_column,
    word_column,
)


@table(FLOWS)
def waiting_table(
    run: Projection,
    *,
    freq: str | None = None,
    every_hours: float | None = None,
    quantiles: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Queues at the checkpoint and at each reception point, and the wait of those who join them.

    Returns
    -------
    DataFrame
        time, place, people, vehicles, queue_km, wait_hours, joined; one row a time and place, and of many draws a
        quantile. ``joined`` are all who have come to the checkpoint or to the reception point up to the time, those who
        wait there at the start included; at a point also from one that closed, without those who went straight on.
        ``wait_hours`` is the wait of people who join in the step that begins at the time, infinite if they still wait
        at the end and blank if nobody joins; the last row repeats that of the last step. Vehicles and kilometres are
        given for the checkpoint only.
    """
    asked = ask(waiting_table, run, quantiles=quantiles, freq=freq, every_hours=every_hours)
    places = names_of_queues(asked.result)
    keys = {"time": time_column(asked, len(places)), "place": word_column(places, times=len(asked.rows))}
    columns = {name: values[asked.rows] for name, values in queue_outcome(asked.result).items()}
    return tabulate(asked, "Queues and waits", keys, columns)


@table(FLOWS)
def chance_table(run: Projection, *, quantiles: Sequence[float] | None = None) -> pd.DataFrame:
    """How many more people chance may add to the longest queue at the checkpoint and at each reception point.

    Returns
    -------
    DataFrame
        place, peak_people, added_by_chance, matters; one row a queue. ``added_by_chance`` is the mean over futures that
        differ only in who comes when and who takes how long [people]; about half of them add more. It ``matters`` where
        it is more than a twentieth of the projected peak, at least 10 people and at least a thousandth of all people.

        Of many draws there is one row a queue and quantile, with the column ``quantile`` after ``place``, and
        ``probability_matters`` in place of ``matters``; 1,000 draws take a minute or two.
    """
    asked = ask(chance_table, run, quantiles=quantiles)
    found = chance(asked.result)
    matters = found.pop("matters")
    keys, share = {"place": word_column(names_of_queues(asked.result))}, matters.mean(axis=-1)
    table = tabulate(asked, "Chance in queues", keys, found, chances={"probability_matters": share})
    return table if asked.levels is not None else table.assign(matters=matters[:, 0])


BY_POOL, OF_ALL = ("on_the_way", "sent", "came"), ("travelling", "placed", "arrived")


@table(FLOWS)
def journey_table(
    run: Projection,
    *,
    freq: str | None = None,
    every_hours: float | None = None,
    quantiles: Sequence[float] | None = None,
) -> pd.DataFrame:
    """People on the way from each reception point to each province, and who set off and arrived since the row before.

    Returns
    -------
    DataFrame
        time, point, province, area_code (of the province), people, set_off, arrived; one row a time and journey, and of
        many draws a quantile [people]. Where each province is as far from one reception point as from another, all wait
        in one pool, and ``point`` is ``total``.

    Examples
    --------
    >>> import refugee_model as rm
    >>> table = journey_table(rm.simulate(rm.load_scenario("four-crossings")), freq="day")
    >>> table["point"].unique().tolist()
    ['West Point', 'Pass Inn', 'South Harbour']
    """
    asked = ask(journey_table, run, quantiles=quantiles, freq=freq, every_hours=every_hours)
    result, count = asked.result, len(asked.rows)
    several = result.sizes.pools > 1
    starts = result.places_of("awaiting_placement") if several else (Place(TOTAL, TOTAL),)
    ways = [(start, end) for start in starts for end in result.places_of("travelling")]
    there, *moved = BY_POOL if several else OF_ALL
    keys = {
        "time": time_column(asked, len(ways)),
        "point": word_column([start.name for start, _ in ways], times=count),
        "province": word_column([end.name for _, end in ways], times=count),
        "area_code": word_column([end.area_code for _, end in ways], times=count),
    }
    set_off, arrived = (summed(result.flow(name), asked.rows, from_start=asked.from_start) for name in moved)
    columns = {"people": result.level(there)[asked.rows], "set_off": set_off, "arrived": arrived}
    return tabulate(asked, "People on the way to a bed", keys, columns)


@table(FLOWS)
def origin_table(
    run: Projection,
    *,
    freq: str | None = None,
    every_hours: float | None = None,
    quantiles: Sequence[float] | None = None,
) -> pd.DataFrame:
    """People in each place by where they come from: across the border, or from a lost province of the country.

    Before they cross, people are told apart by their road. From there on both are taken to be mixed evenly in each
    place: desks and beds do not ask where somebody comes from. Whoever is beyond the border at the start counts as a
    refugee.

    Returns
    -------
    DataFrame
        time, kind, place, area_code, refugees, displaced_inside; one row a time and place, and of many draws a quantile
        [people]. People at home are counted with those whom they would be.

    Examples
    --------
    >>> import refugee_model as rm
    >>> table = origin_table(rm.simulate(rm.load_scenario("lachin-2023-plan-spillover")), freq="day")
    >>> bool(table["displaced_inside"].sum() > 0)
    True
    """
    asked = ask(origin_table, run, quantiles=quantiles, freq=freq, every_hours=every_hours)
    result = asked.result
    of_kinds = displaced(result)
    inside = np.concatenate([of_kinds[kind][asked.rows] for kind in KINDS], axis=1)
    everyone = np.concatenate([result.people(kind)[asked.rows] for kind in KINDS], axis=1)
    places = result.places
    names = place_columns(places, times=len(asked.rows), order=KIND_FIRST)
    keys = {"time": time_column(asked, len(places)), **names}
    columns = {"refugees": everyone - inside, "displaced_inside": inside}
    return tabulate(asked, "People by origin", keys, columns)
