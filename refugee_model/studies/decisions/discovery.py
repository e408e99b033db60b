"""What would have to be true for an event: ranges of at most three uncertain numbers in which it is frequent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.arrays import Flags, Floats
from refugee_model.cards import Card, OnCard
from refugee_model.errors import Problem, RequestError
from refugee_model.studies.decisions.boxes import Box, Share, find_box, share_of
from refugee_model.studies.decisions.events import described, event_asked
from refugee_model.studies.decisions.importance import parts_of
from refugee_model.studies.ensemble import Ensemble
from refugee_model.tables.provenance import attributes
from refugee_model.wording import amount, as_found, listed, say

CANNOT = "what would have to be true cannot be worked out"
HALVES = 20
"""Halves of the draws on which it is tried again."""
COLUMNS = (
    *("path", "in_words", "unit", "at_least", "at_most", "quantile_at_least", "quantile_at_most", "recurs"),
    *("assumed", "source"),
)


@dataclass(frozen=True, repr=False)
class Discovery(OnCard):
    """What sets the draws with an event apart.

    Attributes
    ----------
    event : str
        The event.
    limits : DataFrame
        path, in_words, unit, at_least, at_most (blank where open), quantile_at_least, quantile_at_most (share of all
        draws below), recurs (share of 20 other halves of the draws in which this number is limited, too), assumed,
        source; at most three rows, none where nothing sets it apart.
    coverage : float
        Of the draws with the event, the share within the limits.
    density : float
        Of the draws within the limits, the share with the event.
    base_rate : float
        Share of all draws with the event.
    mass : float
        Share of all draws within the limits.
    lift : float
        Density / base rate.
    recurrence : DataFrame
        path, recurs: of all numbers that were limited in any half.
    sentence : str
        The same in words.
    """

    event: str
    limits: pd.DataFrame
    coverage: float
    density: float
    base_rate: float
    mass: float
    lift: float
    recurrence: pd.DataFrame
    sentence: str

    def _card(self) -> Card:
        lines = {
            "in short": self.sentence,
            "coverage": f"{self.coverage:.2f} of its futures are within the limits",
            "density": f"{self.density:.2f} of the futures within the limits have it; {self.base_rate:.2f} of all",
            "recurs": ", ".join(f"{row.path} in {row.recurs:.0%} of halves" for row in self.limits.itertuples()) or "-",
        }
        return Card("What would have to be true", self.event, lines, ".limits has them as a table")


def _density_problem(value: object) -> str:
    fine = isinstance(value, Real) and not isinstance(value, bool) and 0.0 < float(value) <= 1.0
    return "" if fine else f"found {as_found(value)}, expected a share above 0 and at most 1, such as 0.95"


@takes(CANNOT, density=_density_problem, happens=kind((bool, np.bool_), "True or False"))
def what_would_have_to_be_true(
    ens: Ensemble | Any, event: str, *, density: float | None = None, happens: bool = True
) -> Discovery:
    """Find ranges of at most three uncertain numbers that set the draws with an event apart.

    Parameters
    ----------
    ens : Ensemble or Forecast
        Many draws; nothing is projected again.
    event : str
        Comparisons of headline measures with numbers (``>``, ``>=``, ``<``, ``<=``), joined by ``and``, ``or`` and
        round brackets, such as ``"peak_unsheltered > 1000 and places_full >= 3"``. The name of a measure that is a time
        alone (``"first_place_full_time"``) says that it comes at all; compared, it is in hours after the start. Names
        with ``and``, ``or`` or brackets in them stand in quotes.
    density : float, optional
        Look for the widest ranges in which at least this share of the draws has the event. Without it, those
        ranges that go together best with the event.
    happens : bool
        False asks for where the event does not happen: in which world a plan holds.

    Returns
    -------
    Discovery
        Limits, how well they fit, and a sentence. They are found on one half of the draws and counted on the other.

    Raises
    ------
    RequestError
        If the event cannot be read, names an unknown measure, never or always happens, or there are too few draws.

    References
    ----------
    Friedman and Fisher (1999), Bump hunting in high-dimensional data, https://doi.org/10.1023/A:1008894516817.

    Examples
    --------
    >>> import refugee_model as rm
    >>> ensemble = rm.simulate_ensemble(rm.load_scenario("lachin-2023-plan"), draws=128, keep="measures")
    >>> found = rm.what_would_have_to_be_true(ensemble, "peak_unsheltered > 1000")
    >>> len(found.limits) <= 3
    True
    """
    ensemble, asked, found = event_asked(ens, event, CANNOT)
    said = str(asked) if happens else f"not ({asked})"
    found = found if happens else ~found
    paths = [str(path) for path in ensemble.draws]
    inputs = ensemble.draws.to_numpy(dtype=np.float64)
    half = parts_of(len(inputs), 2) == 0
    if not 0 < np.count_nonzero(found[half]) < half.sum() or not found[~half].any():
        raise RequestError(CANNOT, [Problem("draws", "the event is too rare in half of the draws; make more of them")])
    box = find_box(inputs[half], found[half], density=density)
    checked = share_of(box.holds(inputs[~half]), found[~half])
    recurs = _recurrence(inputs, found, density)
    limits = _limits(ensemble, paths, inputs, box, recurs)
    base = float(found.mean())
    told = {"event": said, "draws": len(ensemble), "coverage": checked.coverage, "density": checked.density}
    limits.attrs.update({**attributes(ensemble.scenario, "What would have to be true"), **told, "base_rate": base})
    often = {"path": paths, "recurs": recurs}
    recurrence = pd.DataFrame(often)[recurs > 0].sort_values("recurs", ascending=False, kind="stable")
    return Discovery(
        said,
        limits,
        checked.coverage,
        checked.density,
        base,
        checked.mass,
        checked.density / base,
        recurrence.reset_index(drop=True),
        _sentence(said, limits, checked, base),
    )


def _recurrence(inputs: Floats, event: Flags, density: float | None) -> Floats:
    """In what share of other halves of the draws each input is limited, array (input,)."""
    limited = np.zeros(inputs.shape[1])
    for number in range(1, HALVES + 1):
        rows = parts_of(len(inputs), 2, seed=number) == 0
        for column in find_box(inputs[rows], event[rows], density=density).limits:
            limited[column] += 1.0 / HALVES
    return limited


def _limits(ensemble: Ensemble, paths: list[str], inputs: Floats, box: Box, recurs: Floats) -> pd.DataFrame:
    columns = sorted(box.limits, key=lambda column: -recurs[column])
    table = described(ensemble.scenario, [paths[column] for column in columns])
    ends = np.array([box.limits[column] for column in columns]).reshape(-1, 2)
    table["at_least"], table["at_most"] = np.where(np.isfinite(ends), ends, np.nan).T
    table["quantile_at_least"] = [float((inputs[:, column] < box.limits[column][0]).mean()) for column in columns]
    table["quantile_at_most"] = [float((inputs[:, column] <= box.limits[column][1]).mean()) for column in columns]
    table["recurs"] = [float(recurs[column]) for column in columns]
    return table[list(COLUMNS)]


def _sentence(event: str, limits: pd.DataFrame, checked: Share, base: float) -> str:
    if limits.empty:
        return say(
            "{event} happens in {base:.0f} of 100 futures, and no range of at most three numbers sets them apart",
            event=event,
            base=100 * base,
        )
    return say(
        "{event} happens in {density:.0f} of 100 futures in which {limits} (those are {mass:.0f} of 100; they hold "
        "{coverage:.0f} of 100 futures with it); in {base:.0f} of 100 of all",
        event=event,
        density=100 * checked.density,
        limits=listed([_limit(row) for row in limits.to_dict("records")]),
        mass=100 * checked.mass,
        coverage=100 * checked.coverage,
        base=100 * base,
    )


def _limit(row: Mapping[Any, Any]) -> str:
    unit = f" {row['unit']}" if row["unit"] not in ("", "share") else ""
    low, high = (amount(row[name]) for name in ("at_least", "at_most"))
    if not np.isfinite(row["at_most"]):
        return f"{row['path']} is at least {low}{unit}"
    if not np.isfinite(row["at_least"]):
        return f"{row['path']} is at most {high}{unit}"
    return f"{row['path']} is from {low} to {high}{unit}"
