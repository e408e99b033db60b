"""A scenario in a table and on a card: what it assumes, in words, so that a person sees what can be changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from refugee_model.cards import Card
from refugee_model.scenario.fields import entries_of, words_at
from refugee_model.wording import counted, figure, moment, some_of, whole

if TYPE_CHECKING:
    import pandas as pd

    from refugee_model.scenario.distributions import Distribution
    from refugee_model.scenario.scenario import Scenario

COLUMNS = ("path", "in_words", "value", "range", "unit", "bounds", "source")
ENDS = (0.05, 0.95)
SHOWN = 6
"""Uncertain numbers that a card names."""


def rows_of(scenario: Scenario, paths: Iterable[str]) -> list[tuple[Any, ...]]:
    """A row of ``COLUMNS`` for each value under these dotted paths."""
    uncertain = scenario.all_uncertain
    return [row for path in paths for row in _rows(scenario, uncertain, path, scenario.get(path))]


def _rows(
    scenario: Scenario, uncertain: Mapping[str, Distribution], path: str, value: Any
) -> Iterator[tuple[Any, ...]]:
    inner = entries_of(value)
    if inner:
        for name, entry in inner.items():
            yield from _rows(scenario, uncertain, f"{path}.{name}", entry)
        return
    if value == () or value == {}:
        return
    meaning, unit, bounds = words_at(type(scenario), path)
    spread = range_text(uncertain[path]) if path in uncertain else ""
    yield path, meaning, value, spread, unit, bounds, scenario.source_of(path)


def range_text(distribution: Distribution) -> str:
    """Where nine in ten draws lie."""
    low, high = (float(f"{value:.3g}") for value in distribution.quantile(np.asarray(ENDS)))
    return f"{figure(low)} to {figure(high)}"


def card_of(scenario: Scenario) -> Card:
    """Title, as-of, people, period and what is uncertain."""
    timeline, uncertain, points = scenario.timeline, scenario.uncertain, scenario.aid.reception_points
    minutes = timeline.step_minutes
    steps = "steps of automatic length" if isinstance(minutes, str) else f"steps of {figure(minutes)} minutes"
    lines = {
        "people": f"{whole(scenario.people.total)} in {counted(len(scenario.people.districts), 'district')}",
        "period": f"{moment(timeline.start)}, {counted(round(timeline.days, 2), 'day')} in {steps}",
        "shelter": f"{counted(len(points), 'reception point')}, {counted(len(scenario.aid.provinces), 'province')}",
        "uncertain": _said(uncertain),
    }
    if scenario.as_of is not None:
        lines = {"as of": moment(scenario.as_of), **lines}
    return Card("Scenario", scenario.title, lines, "scenario.describe() lists every value, with its unit and source")


def _said(uncertain: dict[str, Distribution]) -> str:
    if not uncertain:
        return "no number"
    named = [f"{path} {range_text(distribution)}" for path, distribution in uncertain.items()]
    return f"{counted(len(uncertain), 'number')}: {some_of(named, SHOWN, apart='; ')}"


ASSUMED, SOURCED, UNSOURCED, DEFAULT, BLANK = "assumed", "sourced", "unsourced", "default", "blank"
USUAL_VALUE = "usual value of the model"
"""What stands beside a value that nobody wrote, where all values are written out."""
TEXTS = ("source", "label", "sector", "unit", "cost_source", "registration_source")
"""Values that say of others what they are, and are no assumptions themselves."""
COST = "cost_source"


def register_of(scenario: Scenario) -> pd.DataFrame:
    """Every value of a scenario: path, in_words, value, range, unit, source and status."""
    table = scenario.describe().drop(columns="bounds")
    values = dict(zip(table["path"], table["value"], strict=True))
    given = written_paths(scenario)
    sources = [
        source if source not in ("", USUAL_VALUE) else _beside(path, values) or source
        for path, source in zip(table["path"], table["source"], strict=True)
    ]
    rows = zip(table["path"], table["value"], sources, strict=True)
    status = [_status(path, value, source, given) for path, value, source in rows]
    kept = [path.rpartition(".")[2] not in TEXTS for path in table["path"]]
    return table.assign(source=sources, status=status)[kept].reset_index(drop=True)


def written_paths(scenario: Scenario) -> set[str]:
    """Dotted paths of all that somebody wrote; the others have usual values."""
    return set(_paths(scenario.values()))


def _paths(values: Any, prefix: str = "") -> Iterator[str]:
    """Dotted paths of all that was written, groups too."""
    inner = values.items() if isinstance(values, Mapping) else enumerate(values)
    for name, value in inner:
        path = f"{prefix}{name}"
        yield path
        if isinstance(value, Mapping | list | tuple):
            yield from _paths(value, f"{path}.")


def _beside(path: str, values: Mapping[str, Any]) -> str:
    """What the group of a value says of its source, such as an item of the standards."""
    group, _, name = path.rpartition(".")
    own = COST if "cost" in name else "source"
    return str(values.get(f"{group}.{own}") or "")


def _status(path: str, value: Any, source: str, given: set[str]) -> str:
    if source == USUAL_VALUE:
        return DEFAULT
    if ASSUMED in source.lower():
        return ASSUMED
    if source:
        return SOURCED
    if value is None:
        return BLANK
    return UNSOURCED if path in given else DEFAULT
