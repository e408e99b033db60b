"""The numbers of a scenario that matter most, each with the values a person may move it between."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from refugee_model.errors import RefugeeModelError, RequestError, ScenarioWarning
from refugee_model.scenario.distributions import Distribution
from refugee_model.scenario.fields import field_at, number_at, unit_of
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.sensitivity import sensitivity
from refugee_model.studies.ensemble import Ensemble

MOST, STEPS = 8, 100
"""Sliders, and the steps of one at least."""
ENDS = (0.01, 0.99)
"""Of an uncertain number: a slider covers all but one in fifty of its draws."""
FACTORS = (0.5, 1.5)
"""Of a number without a range: from half of it to half as much again (assumed: wide enough to see what follows)."""
RANKED_BY = ("person_nights_without_roof", "peak_in_state_accommodation", "crossed")
"""Measures by which numbers are ranked; the first that differs between draws."""
USUAL = (
    "people.total",
    "timing.checkpoint.vehicles_per_hour",
    "timing.departure.share_leaving",
    "timing.departure.midpoint_hours",
    "timing.departure.rate_per_hour",
    "timing.transport.own_vehicle_share",
    "timing.transport.people_per_vehicle",
    "timing.accommodation.asks_for_bed_share",
)
"""Numbers that fill up the sliders where fewer are uncertain."""


@dataclass(frozen=True)
class Slider:
    """A number that can be moved: its dotted path, meaning, unit, ends, step, and value at the start."""

    path: str
    meaning: str
    unit: str
    low: float
    high: float
    step: float
    value: float

    @property
    def stands_at(self) -> float:
        """The whole step next to the value at the start: a notebook puts its slider there by itself."""
        return min(_plain(self.low + round((self.value - self.low) / self.step) * self.step), self.high)

    def at_start(self, moved: float) -> bool:
        """Whether a slider that moves by whole steps stands where it stood at the start."""
        return abs(moved - self.stands_at) < self.step / 2


def sliders_of(ensemble: Ensemble) -> tuple[Slider, ...]:
    """At most eight sliders of a scenario, what matters most first; the ensemble says what does."""
    scenario, found = ensemble.scenario, list[Slider]()
    for path in (*_ranked(ensemble), *USUAL):
        if len(found) < MOST and path not in [one.path for one in found]:
            found += _slider(scenario, path, scenario.uncertain.get(path))
    return tuple(found)


def _ranked(ensemble: Ensemble) -> list[str]:
    """Uncertain numbers, what moves the first measure that differs at the top."""
    for measure in RANKED_BY if len(ensemble.draws.columns) else ():
        try:
            table = sensitivity(ensemble, measure)
        except RequestError:  # it is the same in all draws
            continue
        return [str(path) for path in table["path"]]
    return list(ensemble.draws.columns)


def _slider(scenario: Scenario, path: str, spread: Distribution | None) -> Iterator[Slider]:
    """The slider of a number; none where no number stands there, or its ends cannot be used."""
    try:
        value = scenario.get(path)
    except RefugeeModelError:
        return
    ends = _ends(value, path, spread)
    if ends is None:
        return
    try:
        for end in ends[:2]:
            changed(scenario, {path: end})
    except RefugeeModelError:
        return
    field, _ = field_at(Scenario, path.split("."))
    assert field is not None, "a number has a field"
    yield Slider(path, field.description or path, unit_of(field), *ends, float(value))


def _ends(value: object, path: str, spread: Distribution | None) -> tuple[float, float, float] | None:
    """Low, high and step in round numbers; None where nothing can be moved."""
    limits = number_at(Scenario, path.split("."))
    if limits is None or not isinstance(value, int | float) or isinstance(value, bool):
        return None
    pair = [float(one) for one in spread.quantile(ENDS)] if spread is not None else [value * by for by in FACTORS]
    low, high = min(*pair, value), max(*pair, value)
    if not high > low:
        return None
    step = 10.0 ** math.floor(math.log10((high - low) / STEPS))
    floor, roof = math.floor(low / step) * step, math.ceil(high / step) * step
    low, high = (floor if limits.allows(floor) else low), (roof if limits.allows(roof) else high)
    return _plain(low), _plain(high), _plain(step)


def _plain(value: float) -> float:
    """A number without the dust of its arithmetic."""
    return float(f"{value:.12g}")


def changed(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with numbers at other values; what may be a mistake in it is not told on every move."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        return scenario.change(values) if values else scenario
