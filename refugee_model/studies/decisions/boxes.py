"""What sets apart the draws in which something happens: ranges of a few inputs in which it is frequent.

Arrays in, boxes out.

References
----------
The patient rule induction method: Friedman and Fisher (1999), Bump hunting in high-dimensional data,
https://doi.org/10.1023/A:1008894516817. Coverage, density and quasi-p: Bryant and Lempert (2010), Thinking inside the
box, https://doi.org/10.1016/j.techfore.2009.08.002.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from refugee_model.arrays import Flags, Floats

PEEL = 0.05
"""Share of the draws in the box that one peel takes."""
LEAST_MASS = 0.05
"""Share of all draws that a box holds at least."""
MOST_LIMITS = 3
"""More than three conditions nobody keeps in mind."""
LEAST_GAIN = 0.01
"""A limit that adds less to the score than this is no condition."""
CHANCE = 0.05
"""Chance that a limit which does nothing is kept, over all that might be set."""
ROUNDS = 3
"""Times each limit is set anew in the light of the others."""


@dataclass(frozen=True)
class Box:
    """Lowest and highest value of each input that is limited, by its column; infinite where one side is open."""

    limits: Mapping[int, tuple[float, float]]

    def holds(self, inputs: Floats) -> Flags:
        """Which draws lie in it, array (draw,), of inputs (draw, input)."""
        inside = np.ones(len(inputs), dtype=bool)
        for column, (low, high) in self.limits.items():
            inside &= (inputs[:, column] >= low) & (inputs[:, column] <= high)
        return inside

    def without(self, column: int) -> Box:
        """The same without the limits of one input."""
        return Box({name: limit for name, limit in self.limits.items() if name != column})


@dataclass(frozen=True)
class Share:
    """How well a box fits: share of the events that it holds, share of its draws with the event, share of all draws
    that it holds, and share of all draws with the event.
    """

    coverage: float
    density: float
    mass: float
    base: float

    def score(self, density: float | None = None) -> float:
        """How box and event go together; where a density is asked for, the coverage once it is reached."""
        return float(scores(self.coverage, self.density, self.mass, self.base, density))


def scores(coverage: Any, density: Any, mass: Any, base: float, wanted: float | None) -> Any:
    """The correlation of being in the box and having the event; where a density is wanted, the coverage once it is
    reached. The harmonic mean of coverage and density, which is usual, finds nothing where the event is frequent: there
    the whole space scores nearly 1.
    """
    if wanted is not None:
        return np.where(density >= wanted, coverage, density - 1.0)
    spread = np.sqrt(np.maximum(mass * (1.0 - mass) * base * (1.0 - base), 0.0))
    return np.where(spread > 0.0, base * (coverage - mass) / np.where(spread > 0.0, spread, 1.0), 0.0)


def share_of(inside: Flags, event: Flags) -> Share:
    """How well draws inside a box fit those with the event."""
    hit = float(np.count_nonzero(inside & event))
    held, events = float(np.count_nonzero(inside)), float(np.count_nonzero(event))
    base = events / len(event)
    return Share(hit / events if events else 0.0, hit / held if held else 0.0, held / len(event), base)


def peels(inputs: Floats, event: Flags) -> list[Box]:
    """Boxes from the whole space down to the smallest, each with one more thin slice taken off. The slice that goes is
    the one whose loss makes the event most frequent for the draws it costs.
    """
    order = np.argsort(inputs, axis=0, kind="stable")
    ordered = np.take_along_axis(inputs, order, axis=0)
    inside, limits = np.ones(len(inputs), dtype=bool), dict[int, tuple[float, float]]()
    boxes = [Box({})]
    while True:
        held = int(inside.sum())
        take = max(int(PEEL * held), 1)
        if held - take < LEAST_MASS * len(inputs):
            return boxes
        counted = np.cumsum(inside[order], axis=0)
        columns = np.arange(inputs.shape[1])
        low = ordered[np.argmax(counted >= take, axis=0), columns]
        high = ordered[np.argmax(counted >= held - take + 1, axis=0), columns]
        best, chosen = -np.inf, None
        density = event[inside].mean()
        for side, beyond in enumerate((inputs > low, inputs < high)):
            kept = beyond & inside[:, None]
            counts = kept.sum(axis=0)
            hits = event.astype(np.float64) @ kept
            gains = np.where(
                counts >= LEAST_MASS * len(inputs),
                (hits / np.maximum(counts, 1) - density) / np.maximum(held - counts, 1),
                -np.inf,
            )
            column = int(np.argmax(gains))
            if gains[column] > best:
                best, chosen = gains[column], (column, side)
        if chosen is None or density >= 1.0:
            return boxes
        column, side = chosen
        lower, upper = limits.get(column, (-np.inf, np.inf))
        values = inputs[inside, column]
        if side == 0:
            lower = float(values[values > low[column]].min())
        else:
            upper = float(values[values < high[column]].max())
        limits = {**limits, column: (lower, upper)}
        boxes.append(Box(limits))
        inside = boxes[-1].holds(inputs)


def find_box(inputs: Floats, event: Flags, *, density: float | None = None) -> Box:
    """The box of at most three limits that fits best.

    Arrays (draw, input) and (draw,); ``density`` is the share of the draws in the box with the event that is asked
    for, without it the box goes together best with the event. It has no limits where none does anything.
    """
    found = Box({})
    best = share_of(found.holds(inputs), event).score(density)
    slim = {
        tuple(sorted(box.limits.items())): box for box in (_slim(box, inputs, event) for box in peels(inputs, event))
    }
    ranked = sorted(slim.values(), key=lambda box: -share_of(box.holds(inputs), event).score(density))
    for box in ranked[:5]:
        set_anew = _worthwhile(_refined(box, inputs, event, density), inputs, event, density)
        score = share_of(set_anew.holds(inputs), event).score(density)
        if score > best + LEAST_GAIN:
            found, best = set_anew, score
    return found


def _slim(box: Box, inputs: Floats, event: Flags) -> Box:
    """A box without the limits that do least, until three are left."""
    columns = list(box.limits)
    outside = np.stack([~Box({column: box.limits[column]}).holds(inputs) for column in columns]) if columns else None
    while outside is not None and len(columns) > MOST_LIMITS:
        times = outside.sum(axis=0)
        # Without one limit a draw is inside if it breaks no other.
        inside = (times == 0) | ((times == 1) & outside)
        hits, held = (inside & event).sum(axis=1), inside.sum(axis=1)
        events = max(int(event.sum()), 1)
        fits = scores(hits / events, hits / np.maximum(held, 1), held / len(event), float(event.mean()), None)
        least = int(np.argmax(fits))
        outside = np.delete(outside, least, axis=0)
        del columns[least]
    return Box({column: box.limits[column] for column in columns})


def _refined(box: Box, inputs: Floats, event: Flags, density: float | None) -> Box:
    """The same box with each limit where it fits best, the others given."""
    for _ in range(ROUNDS):
        for column in tuple(box.limits):
            for side in (0, 1):
                box = _moved(box, column, side, inputs, event, density)
    return box


def _moved(box: Box, column: int, side: int, inputs: Floats, event: Flags, density: float | None) -> Box:
    """One limit where it fits best: all draws between the other limits are tried."""
    low, high = box.limits.get(column, (-np.inf, np.inf))
    if not np.isfinite((low, high)[side]):
        return box
    open_side = (-np.inf, high) if side == 0 else (low, np.inf)
    inside = Box({**box.limits, column: open_side}).holds(inputs)
    values, hit = inputs[inside, column], event[inside]
    if not len(values):
        return box
    order = np.argsort(values if side else -values, kind="stable")
    values, held, hits = values[order], np.arange(1.0, len(order) + 1.0), np.cumsum(hit[order])
    last = np.append(values[1:] != values[:-1], True) & (held >= LEAST_MASS * len(inputs))
    if not last.any():
        return box
    coverage, base = hits / max(int(event.sum()), 1), float(event.mean())
    score = scores(coverage, hits / held, held / len(event), base, density)
    best = int(np.argmax(np.where(last, score, -np.inf)))
    edge = float(values[best]) if best < len(values) - 1 else (np.inf if side else -np.inf)
    limit = (low, edge) if side else (edge, high)
    return box.without(column) if not np.isfinite(limit).any() else Box({**box.limits, column: limit})


def _worthwhile(box: Box, inputs: Floats, event: Flags, density: float | None) -> Box:
    """A box without limits that might as well be chance, or add next to nothing."""
    while box.limits:
        here = share_of(box.holds(inputs), event).score(density)
        drops = {column: share_of(box.without(column).holds(inputs), event).score(density) for column in box.limits}
        chances = {column: quasi_p(box, column, inputs, event) for column in box.limits}
        weak = [
            column
            for column in box.limits
            if here - drops[column] < LEAST_GAIN or chances[column] > CHANCE / (2 * inputs.shape[1])
        ]
        if not weak:
            return box
        box = box.without(max(weak, key=lambda column: drops[column]))
    return box


def quasi_p(box: Box, column: int, inputs: Floats, event: Flags) -> float:
    """The chance of as many events in a box if the limits of one input did nothing."""
    from scipy.stats import binom

    wide, narrow = box.without(column).holds(inputs), box.holds(inputs)
    if not narrow.any():
        return 1.0
    return float(binom.sf(event[narrow].sum() - 1, narrow.sum(), event[wide].mean()))
