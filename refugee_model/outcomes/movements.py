"""People in each place, and who came and went."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.result import Result
from refugee_model.outcomes.calendar import summed
from refugee_model.outcomes.statistics import Outcome
from refugee_model.scenario.network import KINDS, TOTAL, Place

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def kept_kinds(result: Result) -> list[str]:
    """Kinds of place of which people are kept; of those of which there is one, only where it is asked for by name."""
    names = result.keep.places
    return [kind for kind in KINDS if names is None or len(places := result.places_of(kind)) != 1 or places[0].name in names]


def places_with_totals(result: Result) -> tuple[Place, ...]:
    """Places by kind; with a total for each kind that has several, where all are kept."""
    found: list[Place] = []
    for kind in kept_kinds(result):
        places = result.places_of(kind)
        found += places
        if len(places) > 1 and result.keep.places is None:
            found.append(Place(kind, TOTAL))
    return tuple(found)


def people_with_totals(result: Result) -> Outcome:
    """People in each of ``places_with_totals``, array (time, place, draw)."""
    parts: list[Floats] = []
    for kind in kept_kinds(result):
        there = result.people(kind)
        parts.append(there)
        if there.shape[1] > 1 and result.keep.places is None:
            parts.append(there.sum(axis=1, keepdims=True))
    return Outcome({"people": np.concatenate(parts, axis=1)} if parts else {})


def movements(result: Result, rows: Integers, *, from_start: bool) -> dict[str, Floats]:
    """People in each place at these times, and who entered and left since the row before, arrays (time, place, draw)."""
    columns = {"people": np.concatenate([result.people(kind)[rows] for kind in KINDS], axis=1)}
    for name, into in (("entered", True), ("left", False)):
        moved = [summed(result.moved(kind, into=into), rows, from_start=from_start) for kind in KINDS]
        columns[name] = np.concatenate(moved, axis=1)
    return columns
