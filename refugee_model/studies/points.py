"""Where draws lie: for each source of the uncertain numbers a quasi-random sequence of its own, or draws carried on.

A column depends on the seed, the number of the draw and the name of the source alone: whatever else is uncertain or
not, the draws of a path stay the same to the last bit, and two scenarios draw alike what they share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from refugee_model.arrays import Flags, Floats, Integers
from refugee_model.engine.compiling import compiled
from refugee_model.engine.noise import DEPARTURES, hourly_shocks, streams_of
from refugee_model.scenario.carried import Carried
from refugee_model.scenario.correlations import Copula, copula_of
from refugee_model.scenario.fields import ANY_INDEX, ANY_NAME, walk
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.uncertain import draw_table

if TYPE_CHECKING:
    import pandas as pd

Words = NDArray[np.uint32]
Key = TypeVar("Key")

BLOCK = 256
"""Draws that a worker moves at a time: enough to pay for laying them out, few enough that a million draws stay below a
gigabyte.

Measured: 512 take 3 % less time a draw, and 110 MB more.
"""
SMALLEST = 1e-12
"""Uniforms are kept this far from 0 and 1."""
BITS = 20
"""Binary digits of the number of a draw; a million has no more."""
BELOW = 2.0**32
ROUTES = "routes."
OWN, SHARED = ".own", ".shared"
"""No place has such a name."""


@dataclass(frozen=True)
class Points:
    """Where the draws of one block lie."""

    first: int
    """Number of the first of them in the ensemble."""
    uniforms: Floats
    """Array (draw, source): above 0 and below 1; the sources in the order of the copula of the scenario."""
    shocks: dict[int, Floats] = field(default_factory=dict)
    """Dict of array (draw, hour), by stream of ``engine.noise``: standard normal numbers that make the noise; where
    they are not given, and after the hours given, they are those of the seed.
    """
    values: dict[str, Floats] | None = None
    """Dict of array (draw,), optional: values of the uncertain numbers by path, where they are given and not drawn;
    ``uniforms`` then has no column.
    """
    states: dict[str, Floats] = field(default_factory=dict)
    """Dict of array (draw,): where each draw stands at the start, by path, where it is carried on: people now, noise,
    pace.
    """
    leaving_hazard: tuple[Floats, Floats] | None = None
    """Array (time,) [h] and array (time, draw): sum of the hazard of leaving up to each time, where
    it is given and not that of the scenario.
    """


def rows_of(blocks: Sequence[Floats], numbers: Integers) -> Floats:
    """Rows of arrays (draw, ...) that stand in blocks, by the number of the draw."""
    return np.stack([blocks[number // BLOCK][number % BLOCK] for number in numbers])


def taken_columns(tables: Sequence[Mapping[Key, Floats]], numbers: Integers) -> dict[Key, Floats]:
    """Rows of the columns of tables that stand in blocks."""
    return {key: rows_of([table[key] for table in tables], numbers) for key in tables[0]}


def taken(blocks: Sequence[Points], numbers: Integers) -> Points:
    """Some of the draws of all blocks, with all that is told of them, as one block."""

    hazards = [points.leaving_hazard for points in blocks if points.leaving_hazard is not None]
    values = [points.values for points in blocks if points.values is not None]
    return Points(
        0,
        rows_of([points.uniforms for points in blocks], numbers),
        taken_columns([points.shocks for points in blocks], numbers),
        taken_columns(values, numbers) if values else None,
        taken_columns([points.states for points in blocks], numbers),
        (hazards[0][0], rows_of([sums.T for _, sums in hazards], numbers).T) if hazards else None,
    )


def sobol_points(scenario: Scenario, draws: int, seed: int) -> Iterator[Points]:
    """Scrambled Sobol points by block; every block is a part of the same sequences."""
    streams = sobol_streams(copula_of(scenario.uncertain, scenario.correlations))
    for first in range(0, draws, BLOCK):
        numbers = np.arange(first, min(first + BLOCK, draws), dtype=np.uint32)
        yield Points(first, uniforms_of(streams, seed, numbers))


def given_points(table: pd.DataFrame, paths: Sequence[str]) -> Iterator[Points]:
    """Draws whose values are given, by block."""
    columns = {path: table[path].to_numpy(dtype=np.float64) for path in paths}
    for first in range(0, len(table), BLOCK):
        values = {path: np.ascontiguousarray(column[first : first + BLOCK]) for path, column in columns.items()}
        yield Points(first, np.empty((min(BLOCK, len(table) - first), 0)), values=values)


@dataclass(frozen=True)
class Stream:
    """The sequence of one source."""

    name: str
    """By which it is scrambled."""
    dimension: int
    """Of Sobol's sequence, that of the field in the scenario: two fields of one place, or two that stand there once,
    fill the square between them evenly.
    """
    place: tuple[str, ...]
    """By which its draws are put into another order: places, entries of a schedule. Two places hang together by chance
    alone, 1.3 times as much as random draws do; each of them is evenly spread. Empty: in Sobol's own order.
    """


def sobol_streams(copula: Copula) -> list[Stream]:
    """The stream of each source, and of what each group shares; no two have the same dimension in the same order."""
    streams, grouped = list[Stream](), {path for group in copula.groups for path in group}
    for path in copula.sources:
        _, dimension, place = _field_of(path)
        # Sobol's own order is left to what a group has in common.
        streams.append(Stream(path, dimension, place or ((OWN,) if path in grouped else ())))
    groups = dict[str, int]()
    for group in copula.groups:
        shape, dimension, place = _field_of(group[0])
        number = groups[shape] = groups.get(shape, -1) + 1
        best = not number and (not place or ANY_NAME in shape)
        streams.append(Stream(f"{SHARED} {number} {shape}", dimension, () if best else (SHARED, str(number))))
    return streams


@cache
def _field_of(path: str) -> tuple[str, int, tuple[str, ...]]:
    """The field that stands at a path, its position among all fields, and the names of places and entries on the way.
    The first entry of a schedule is what a single number would be.
    """
    for position, (shape, pattern) in enumerate(_fields().items()):
        if found := pattern.fullmatch(path):
            *names, entry = found.groups()
            return shape, position, (*names, *([] if entry in (None, "0") else [entry]))
    raise LookupError(path)


@cache
def _fields() -> dict[str, re.Pattern[str]]:
    """Every field that may be uncertain, with a pattern of the paths at which it stands; those of single routes come
    last, for they need the first and best dimensions of Sobol's sequence least: of eight orders tried this leaves the
    smallest discrepancy of pairs at 1,024 and 2,048 draws.
    """
    shapes, found = [each.path for each in walk(Scenario) if each.uncertain], {}
    for shape in sorted(shapes, key=lambda shape: ROUTES in shape):
        pattern = re.escape(shape).replace(re.escape(ANY_NAME), r"([^.]+)").replace(re.escape(ANY_INDEX), r"(\d+)")
        found[shape] = re.compile(rf"{pattern}(?:\.(\d+)\.value)?")
    return found


def uniforms_of(streams: Sequence[Stream], seed: int, numbers: Words) -> Floats:
    """Uniform numbers (draw, stream) above 0 and below 1 of the draws that have these numbers.

    Owen (1995), Randomly permuted (t,m,s)-nets and (t,s)-sequences, for scrambling, here by a hash: Laine and Karras
    (2011), Stratified sampling for stochastic transparency, Computer Graphics Forum 30(4); Burley (2020), Practical
    hash-based Owen scrambling, Journal of Computer Graphics Techniques 9(4), also for orders of their own.
    """
    scramble = np.array([_key(seed, "scramble", stream.name) for stream in streams], dtype=np.uint32)
    order = np.array([_key(seed, "order", *stream.place) if stream.place else 0 for stream in streams], dtype=np.uint32)
    own = np.array([bool(stream.place) for stream in streams], dtype=bool)
    directions = _directions()[[stream.dimension for stream in streams]]
    return _uniforms(numbers, directions, own, order, scramble)


@compiled
def _uniforms(numbers: Words, directions: Words, own: Flags, order: Words, scramble: Words) -> Floats:
    uniforms = np.empty((len(numbers), len(scramble)))
    for draw in range(len(numbers)):
        for stream in range(len(scramble)):
            left = _scrambled(numbers[draw], order[stream]) if own[stream] else numbers[draw]
            point = np.uint32(0)
            for bit in range(BITS):
                point ^= directions[stream, bit] * ((left >> np.uint32(bit)) & np.uint32(1))
            uniforms[draw, stream] = (_scrambled(point, scramble[stream]) + 0.5) / BELOW
    return uniforms


def _key(seed: int, *words: str) -> np.uint32:
    """A number that stands for a seed and words."""
    told = "\0".join((str(seed), *words)).encode(errors="surrogatepass")
    return np.uint32(int.from_bytes(blake2b(told, digest_size=4).digest()))


@cache
def _directions() -> Words:
    """Direction numbers of Sobol's sequence, array (dimension, bit), 32 binary digits each. Draw 2^k - 1 of scipy's
    sequence is the direction of bit k - 1 itself.
    """
    from scipy.stats import qmc

    sequence, found, at = qmc.Sobol(len(_fields()), scramble=False, bits=32), [], 0
    for bit in range(BITS):
        number = 2 ** (bit + 1) - 1
        sequence.fast_forward(number - at)
        found.append(sequence.random(1)[0])
        at = number + 1
    return np.ascontiguousarray((np.array(found).T * BELOW).astype(np.uint32))


@compiled
def _scrambled(number: np.uint32, key: np.uint32) -> np.uint32:
    """Every bit turned over or not by a hash of the key and the bits above it: each half of each interval stays one."""
    word = np.uint32
    found = _reversed(number)
    # Products and sums carry upward only, so that here a bit depends on those below it.
    found = word(found ^ word(found * word(0x3D20ADEA)))
    found = word(word(found + key) * word((key >> word(16)) | word(1)))
    found = word(found ^ word(found * word(0x05526C56)))
    return _reversed(word(found ^ word(found * word(0x53A22864))))


@compiled
def _reversed(number: np.uint32) -> np.uint32:
    """The 32 bits the other way round."""
    word, found = np.uint32, number
    found = word(((found >> word(1)) & word(0x55555555)) | ((found & word(0x55555555)) << word(1)))
    found = word(((found >> word(2)) & word(0x33333333)) | ((found & word(0x33333333)) << word(2)))
    found = word(((found >> word(4)) & word(0x0F0F0F0F)) | ((found & word(0x0F0F0F0F)) << word(4)))
    found = word(((found >> word(8)) & word(0x00FF00FF)) | ((found & word(0x00FF00FF)) << word(8)))
    return word((found >> word(16)) | (found << word(16)))


FURTHER = 1024
"""Another seed begins so many rows further on."""


def points_of(scenario: Scenario, draws: int, seed: int) -> Iterator[Points]:
    """Points of many draws by block: those that are carried on, or scrambled Sobol points. Of draws that are carried on
    the seed says where in the file they begin; where more are wanted than there are, they begin again.
    """
    carried = scenario.carried
    if carried is None:
        yield from sobol_points(scenario, draws, seed)
        return
    for points in sobol_points(scenario, draws, seed):
        count = len(points.uniforms)
        rows = (FURTHER * (seed - carried.seed) + points.first + np.arange(count)) % len(carried)
        yield _points(scenario, carried, points, rows)


def _points(scenario: Scenario, carried: Carried, drawn: Points, rows: Integers) -> Points:
    """The rows of one block; what is not carried is drawn."""
    fresh, values = dict[str, Floats](), dict[str, Floats]()
    for path, distribution in scenario.uncertain.items():
        found = carried.values(path, distribution, rows)
        if found is None:
            fresh = fresh or draw_table(scenario, drawn.uniforms)
            found = fresh[path]
        values[path] = found
    shocks = {stream: _shocks(scenario, carried, rows, stream) for _, stream in noisy(scenario)}
    states = {path: column[rows] for path, column in carried.states.items()}
    return Points(drawn.first, np.empty((len(rows), 0)), shocks, values, states)


def noisy(scenario: Scenario) -> list[tuple[str, int]]:
    """Path and stream of each noise, those of routes first; routes that share a noise have a stream each."""
    roads, departures = scenario.timing.roads, scenario.timing.departure.noise
    found = [
        (road.path("checkpoint.noise"), stream)
        for stream, road in zip(streams_of(list(roads)), roads.values(), strict=True)
        if road.checkpoint.noise is not None
    ]
    return [*found, *([] if departures is None else [("timing.departure.noise", DEPARTURES)])]


def _shocks(scenario: Scenario, carried: Carried, rows: Integers, stream: int) -> Floats:
    """Shocks of these rows, whichever block they are in."""
    parts = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    hours, seed = scenario.timeline.hours, carried.seed
    return np.concatenate(
        [hourly_shocks(hours, len(part), seed=seed, first=int(part[0]), stream=stream) for part in parts]
    )
