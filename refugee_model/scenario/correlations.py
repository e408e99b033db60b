"""Uncertain numbers that go together: rank correlations, and the Gaussian copula that gives them.

Each stands at the top of the file::

    correlations = [{paths = ["people.total", "timing.transport.own_vehicle_share"], rank = -0.4, reason = "why"}]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated

import numpy as np
from pydantic import Field

from refugee_model.arrays import Floats
from refugee_model.errors import Problem, nearest
from refugee_model.scenario.distributions import BELOW_ONE, normal_inverse, normal_probability
from refugee_model.scenario.values import Assumptions

TOLERANCE = 1e-9
LEAST_PIVOT = 1e-12


class Correlation(Assumptions):
    """Uncertain numbers that tend to be high together (or, below 0, one high where the other is low)."""

    paths: tuple[str, ...] = Field(
        description="Dotted paths of two or more uncertain numbers; each pair of them has this correlation"
    )
    rank: Annotated[float, Field(strict=True, ge=-1, le=1)] = Field(
        description="Spearman rank correlation: 0 none, 1 always high together, -1 one high where the other is low"
    )
    certain: tuple[str, ...] = Field(
        (),
        description="Dotted paths that belong to these and are certain now; the others are drawn as if they still went "
        "together with them, and they count again once they are uncertain",
    )
    taken_away: tuple[str, ...] = Field(
        (), description="The same of numbers whose place is no longer part of the scenario, such as a camp taken out"
    )
    reason: str = Field("", description="Why, and its source")

    @property
    def members(self) -> tuple[str, ...]:
        """All paths, uncertain or not, in the order of the alphabet."""
        return tuple(sorted({*self.paths, *self.certain, *self.taken_away}))


def find_correlations(
    correlations: Sequence[Correlation],
    uncertain: Collection[str],
    *,
    known: Collection[str],
    missing: Callable[[str, bool], str],
) -> Iterator[Problem]:
    """What is wrong with the correlations of a scenario. ``missing`` says why no number that may be uncertain stands
    under a path, or could stand there.
    """
    problems = [*_find_paths(correlations, uncertain, known), *_find_certain(correlations, uncertain, missing)]
    problems = problems or list(_find_pairs(correlations)) or list(_find_impossible(correlations))
    yield from problems


def _find_paths(
    correlations: Sequence[Correlation], uncertain: Collection[str], known: Collection[str]
) -> Iterator[Problem]:
    for number, correlation in enumerate(correlations):
        if len((*correlation.paths, *correlation.certain, *correlation.taken_away)) < 2 or not correlation.paths:
            named = f"names {len(correlation.paths) or 'no'} path, expected two or more"
            yield Problem(f"correlations.{number}.paths", named)
        for position, path in enumerate(correlation.paths):
            where = f"correlations.{number}.paths.{position}"
            if path not in uncertain and path not in known:
                hint = nearest(path, sorted(uncertain)) if uncertain else "no number is: give it a distribution"
                yield Problem(where, f"'{path}' is not an uncertain number of this scenario; {hint}")
            elif path in correlation.paths[:position]:
                yield Problem(where, f"'{path}' is named twice")


def _find_certain(
    correlations: Sequence[Correlation], uncertain: Collection[str], missing: Callable[[str, bool], str]
) -> Iterator[Problem]:
    for number, correlation in enumerate(correlations):
        named = [("certain", *item) for item in enumerate(correlation.certain)]
        named += [("taken_away", *item) for item in enumerate(correlation.taken_away)]
        for field, position, path in named:
            where = f"correlations.{number}.{field}.{position}"
            if path in uncertain or path in correlation.paths:
                yield Problem(where, f"'{path}' is uncertain; name it in paths")
            elif why := missing(path, field == "taken_away"):
                yield Problem(where, f"'{path}' is no number of this scenario that could be uncertain: {why}")


def _find_pairs(correlations: Sequence[Correlation]) -> Iterator[Problem]:
    seen: dict[frozenset[str], int] = {}
    for number, correlation in enumerate(correlations):
        for one, other in combinations(correlation.members, 2):
            first = seen.setdefault(frozenset((one, other)), number)
            if first != number:
                found = f"'{one}' and '{other}' are already correlated in correlations.{first}"
                yield Problem(f"correlations.{number}.paths", f"{found}; give each pair once")


def _find_impossible(correlations: Sequence[Correlation]) -> Iterator[Problem]:
    paths = sorted({path for correlation in correlations for path in correlation.members})
    matrix = pearson_matrix(paths, correlations)
    if not paths or _least(matrix) >= -TOLERANCE:
        return
    pairs = [
        (number, one, other, correlation.rank)
        for number, correlation in enumerate(correlations)
        for one, other in combinations(correlation.members, 2)
        if correlation.rank
    ]
    mended = [_least(_with(matrix, paths.index(one), paths.index(other), 0.0)) for _, one, other, _ in pairs]
    number, one, other, rank = pairs[int(np.argmax(mended))]
    possible = _nearest_possible(paths, correlations, number)
    mends = ["take that pair out"] if max(mended) >= -TOLERANCE else []
    mends += [f"change the rank of correlations.{number} from {rank:g} to {possible:g}"] if possible else []
    mends = mends or ["take that pair out, then see what is left"]
    found = "these correlations cannot all hold at once (pairs that are not named have 0)"
    odd = f"'{one}' and '{other}' are most at odds with the others"
    yield Problem(f"correlations.{number}", f"{found}; {odd}: {' or '.join(mends)}")


def _with(matrix: Floats, row: int, column: int, value: float) -> Floats:
    changed = matrix.copy()
    changed[row, column] = changed[column, row] = value
    return changed


def _least(matrix: Floats) -> float:
    return float(np.linalg.eigvalsh(matrix)[0]) if len(matrix) else 0.0


def _nearest_possible(paths: Sequence[str], correlations: Sequence[Correlation], number: int) -> float | None:
    """The rank of one entry, of two digits, nearest to the one given at which all are possible; None if none is."""
    entry = correlations[number]
    for hundredth in sorted(range(-100, 101), key=lambda hundredth: abs(hundredth / 100 - entry.rank)):
        other = entry.model_copy(update={"rank": hundredth / 100})
        changed = [*correlations[:number], other, *correlations[number + 1 :]]
        if _least(pearson_matrix(paths, changed)) >= -TOLERANCE:
            return hundredth / 100
    return None


def pearson_of(rank: float) -> float:
    """The correlation of two normal variables whose rank correlation is ``rank``.

    Pearson (1907), On further methods of determining correlation; Kruskal (1958), Ordinal measures of association,
    https://doi.org/10.1080/01621459.1958.10501481.
    """
    return float(2.0 * np.sin(np.pi * rank / 6.0))


def pearson_matrix(paths: Sequence[str], correlations: Sequence[Correlation]) -> Floats:
    """Correlations of the normal variables behind several uncertain numbers."""
    position = {path: number for number, path in enumerate(paths)}
    matrix = np.eye(len(paths))
    for correlation in correlations:
        for one, other in combinations(correlation.members, 2):
            if one in position and other in position:
                row, column = position[one], position[other]
                matrix[row, column] = matrix[column, row] = pearson_of(correlation.rank)
    return matrix


@dataclass(frozen=True)
class Copula:
    """The independent numbers behind uncertain ones, and the share that each has in the normal variable of each. What
    stands behind a number depends on its own correlations alone: whether the others are uncertain or not, it is drawn
    the same.
    """

    paths: list[str]
    """The uncertain numbers, in the order of the alphabet."""
    sources: list[str]
    """What has a source of its own: these paths, then certain numbers that others go together with."""
    groups: list[tuple[str, ...]]
    """Numbers of which any two go together alike: each group has one more source, which its members share."""
    shares: Floats
    """Array (path, source): first those of ``sources``, then those of ``groups``; squares add up to 1 in each row."""


def copula_of(uncertain: Collection[str], correlations: Sequence[Correlation]) -> Copula:
    """What stands behind the uncertain numbers of a scenario."""
    counted = [correlation for correlation in correlations if correlation.rank]
    often = Counter(path for correlation in counted for path in correlation.members)
    alone = [one for one in counted if all(often[path] == 1 for path in one.members)]
    alike = sorted((one for one in alone if one.rank > 0), key=lambda one: one.members)
    others = [one for one in counted if one not in alike]
    mixed = sorted({path for correlation in others for path in correlation.members})
    paths = sorted(uncertain)
    sources = paths + [path for path in mixed if path not in uncertain]
    row = {path: number for number, path in enumerate(sources)}
    shares = np.eye(len(sources), len(sources) + len(alike))
    where = [row[path] for path in mixed]
    shares[np.ix_(where, where)] = triangle(pearson_matrix(mixed, others))
    for column, one in enumerate(alike, len(sources)):
        shared = min(pearson_of(one.rank), 1.0)
        for path in one.paths:
            shares[row[path], row[path]], shares[row[path], column] = np.sqrt(1.0 - shared), np.sqrt(shared)
    return Copula(paths, sources, [one.members for one in alike], shares[: len(paths)])


def correlated(uniforms: Floats, copula: Copula) -> Iterator[Floats]:
    """Probabilities (draw,) of each path, correlated by a Gaussian copula, from independent ones (draw, source)."""
    normals: dict[int, Floats] = {}
    for row, shares in enumerate(copula.shares):
        columns = [int(column) for column in np.flatnonzero(shares)]
        if columns == [row]:
            yield np.ascontiguousarray(uniforms[:, row])
            continue
        # Term by term and not as a product of matrices, whose last bits depend on the number of draws in the block.
        total = np.zeros(len(uniforms))
        for column in columns:
            if column not in normals:
                normals[column] = normal_inverse(np.ascontiguousarray(uniforms[:, column]))
            total = total + shares[column] * normals[column]
        yield np.clip(normal_probability(total), np.finfo(np.float64).tiny, BELOW_ONE)


def triangle(matrix: Floats) -> Floats:
    """The lower triangle whose product with its transpose is the matrix; numpy's refuses a rank correlation of 1."""
    size = len(matrix)
    factor = np.zeros((size, size))
    for column in range(size):
        rest = matrix[column, column] - factor[column, :column] @ factor[column, :column]
        if rest < LEAST_PIVOT:
            continue
        factor[column, column] = np.sqrt(rest)
        for row in range(column + 1, size):
            if matrix[row, column] or factor[row, :column].any():
                left = matrix[row, column] - factor[row, :column] @ factor[column, :column]
                factor[row, column] = left / factor[column, column]
    length = np.sqrt((factor**2).sum(axis=1, keepdims=True))
    return np.asarray(factor / length)


def now_certain(
    correlations: Sequence[Correlation], uncertain: Collection[str], stands: Callable[[str], bool]
) -> list[dict[str, object]]:
    """Correlations, as plain values, once other numbers are uncertain than before. ``stands`` says where a number is
    that may be uncertain. A correlation is dropped once none of its numbers is.
    """
    found = []
    for correlation in correlations:
        members = [*correlation.paths, *correlation.certain, *correlation.taken_away]
        others = [path for path in members if path not in uncertain]
        if len(others) < len(members):
            parts = {"certain": [path for path in others if stands(path)]}
            parts["taken_away"] = [path for path in others if path not in parts["certain"]]
            plain = correlation.model_dump(exclude_unset=True, exclude=set(parts))
            plain["paths"] = [path for path in members if path in uncertain]
            found.append(plain | {name: part for name, part in parts.items() if part})
    return found
