"""People without a roof, night by night."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.observers import PARTS, WITHOUT_ROOF
from refugee_model.engine.result import Result
from refugee_model.engine.values import sum_of_places
from refugee_model.outcomes.statistics import Outcome

Floats = NDArray[np.float64]

COLUMNS = (*WITHOUT_ROOF, "without_roof", "held_back")
SOMEBODY = 0.5
"""Fewer people than this are nobody."""


class Nights(NamedTuple):
    """Person-nights by column; most people without a roof on one night, and when [h], NaN where there is nobody.

    Arrays (draw,).
    """

    person_nights: dict[str, Floats]
    peak: Floats
    peak_night: Floats


def night_outcome(result: Result) -> Outcome:
    """People of each column of the night table, arrays (night, draw)."""
    parts = {name: result.nights[:, number] for number, name in enumerate(PARTS)}
    without = sum_of_places(np.stack([parts[name] for name in WITHOUT_ROOF]))
    return Outcome({name: without if name == "without_roof" else parts[name] for name in COLUMNS})


def person_nights(result: Result) -> Nights:
    """What all nights come to."""
    columns = night_outcome(result).amounts
    by_night, hours = columns["without_roof"], result.scenario.timeline.nights
    total = {name: sum_of_places(people) for name, people in columns.items()}
    total["without_roof"] = sum_of_places(np.stack([total[name] for name in WITHOUT_ROOF]))
    if not len(by_night):
        none = np.zeros(result.draws)
        return Nights(total, none, np.full(len(none), np.nan))
    peak = by_night.max(axis=0)
    return Nights(total, peak, np.where(peak >= SOMEBODY, np.asarray(hours)[by_night.argmax(axis=0)], np.nan))
