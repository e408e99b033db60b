"""People without a roof, night by night."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.nights import PARTS, WITHOUT_ROOF
from refugee_model.engine.values import sum_of_places
from refugee_model.tables.counted import Daily
from refugee_model.tables.draws import QUANTILES, ManyDraws, check_request, frame_of_draws, over_draws
from refugee_model.tables.frames import check_run, first_draw, frame
from refugee_model.tables.times import times

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories
    from refugee_model.scenario.timeline import Timeline

Floats = NDArray[np.float64]

TABLE = "night"
COLUMNS = (*WITHOUT_ROOF, "without_roof", "held_back")
SOMEBODY = 0.5
"""Fewer people than this are nobody."""


class Nights(NamedTuple):
    """What all nights come to, arrays (draw,)."""

    person_nights: dict[str, Floats]
    peak: Floats
    peak_night: Floats


def person_nights(heads: Floats, hours: Floats) -> Nights:
    """Person-nights of each part, of those without a roof, and the worst night.

    Parameters
    ----------
    heads : array (night, part, draw) [people]
        Of each of ``engine.nights.PARTS``.
    hours : array (night,) [h]
        When they were counted.

    Returns
    -------
    Nights
        Person-nights by column of the night table; most people without a roof on one night; when [h], NaN where there is nobody.
    """
    columns = night_columns(heads)
    by_night = columns["without_roof"]
    total = {name: sum_of_places(people) for name, people in columns.items()}
    total["without_roof"] = sum_of_places(np.stack([total[name] for name in WITHOUT_ROOF]))
    if not len(by_night):
        none = np.zeros(heads.shape[-1])
        return Nights(total, none, np.full(len(none), np.nan))
    peak = by_night.max(axis=0)
    return Nights(total, peak, np.where(peak >= SOMEBODY, hours[by_night.argmax(axis=0)], np.nan))


def night_columns(heads: Floats) -> dict[str, Floats]:
    """People of each column of the night table, arrays (night, draw), of array (night, part, draw)."""
    parts = {name: heads[:, number] for number, name in enumerate(PARTS)}
    without = sum_of_places(np.stack([parts[name] for name in WITHOUT_ROOF]))
    return {name: without if name == "without_roof" else parts[name] for name in COLUMNS}


def nights_by_day(draws: ManyDraws) -> Daily:
    """Amounts of each night, to be counted."""
    return Daily(night_columns(draws.nights), {})


@takes("this table cannot be made")
def night_table(run: Trajectories | ManyDraws, *, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """People without a roof on each night, and where; and people who want to leave and are held back at home.

    Parameters
    ----------
    run : Trajectories or Ensemble
        A projection, or many draws of one.
    quantiles : sequence of float
        For many draws, from 0 to 1.

    Returns
    -------
    DataFrame
        date, on_road, at_reception, unsheltered, without_roof, held_back; one row a night, by heads at 02:00 of the date [people].
        ``without_roof`` is the sum of the three before it; ``held_back`` stands beside them, for people at home have a roof. Of many
        draws there is one row a night and quantile, with the column ``quantile`` after ``date``. Each column has quantiles of its own,
        so that there the three do not add up.

    Raises
    ------
    RequestError
        If ``run`` is not a projection, quantiles are not from 0 to 1, or the ensemble kept only measures.

    Examples
    --------
    >>> import refugee_model as rm
    >>> night_table(rm.simulate(rm.load_scenario("lachin-2023")))["without_roof"].idxmax()
    1
    """
    title = "People without a roof by night"
    if isinstance(run, ManyDraws):
        levels = check_request(run, quantiles, table=TABLE, by_day=True)
        amounts = run.counted[TABLE].amounts if run.counted else nights_by_day(run).amounts
        dates = _dates(run.scenario.timeline)
        columns = {
            "date": dates.repeat(len(levels)),
            "quantile": np.tile(levels, len(dates)),
            **{name: over_draws(amounts[name], levels).ravel() for name in COLUMNS},
        }
        return frame_of_draws(run, title, columns)
    check_run(run)
    columns = {name: first_draw(people) for name, people in night_columns(run.nights).items()}
    return frame(run, title, {"date": _dates(run.scenario.timeline), **columns})


def _dates(timeline: Timeline) -> pd.DatetimeIndex:
    """The date of each night, without an offset as in other tables by date."""
    return times(timeline, timeline.nights).tz_localize(None).normalize()
