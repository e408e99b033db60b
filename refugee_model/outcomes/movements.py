"""People in each place, and who came and went."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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
    return [
        kind for kind in KINDS if names is None or len(places := result.places_of(kind)) != 1 or places[0].name in names
    ]


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
    return Outcome({"people": _by_place(result, result.people, totals=True)} if kept_kinds(result) else {})


def movements(result: Result, rows: Integers, *, from_start: bool, totals: bool) -> dict[str, Floats]:
    """People in each place and, of kept flows, who entered and left since the row before, (time, place, draw)."""

    def moved(kind: str, *, into: bool) -> Floats:
        return summed(result.moved(kind, into=into), rows, from_start=from_start)

    columns: dict[str, Callable[[str], Floats]] = {"people": lambda kind: result.people(kind)[rows]}
    if result.keep.flows:
        columns |= {"entered": partial(moved, into=True), "left": partial(moved, into=False)}
    return {name: _by_place(result, column, totals=totals) for name, column in columns.items()}


def _by_place(result: Result, of: Callable[[str], Floats], *, totals: bool) -> Floats:
    """Arrays (time, place, draw) of the kinds of place that are kept side by side, and of all places of a kind
    together.
    """
    parts: list[Floats] = []
    for kind in kept_kinds(result):
        parts.append(of(kind))
        if totals and parts[-1].shape[1] > 1 and result.keep.places is None:
            parts.append(parts[-1].sum(axis=1, keepdims=True))
    return np.concatenate(parts, axis=1)
