"""What a linear programme would buy of beds and transit places: a start of the search, and a bound."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.result import Result
from refugee_model.scenario.network import TOTAL, TRANSIT
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY, NIGHT_HOUR
from refugee_model.studies.decisions.demand import demand_of
from refugee_model.studies.decisions.methods import choose
from refugee_model.studies.decisions.options import Order, arrival, earliest_of
from refugee_model.studies.decisions.purchases import Line, price_of, spend
from refugee_model.studies.decisions.trials import Trials

KINDS = ("beds", "transit places")
DRAWS = 150
"""Draws of a programme, at most."""


@dataclass
class Programmes:
    """Programmes for any budget, for which seats and desks are no limit."""

    scenario: Scenario
    """That says what can be bought."""
    names: list[str]
    """Options that a programme can buy."""
    short: Floats
    """Array (day, draw): people for whom there is neither a bed nor a transit place without any order."""
    available: Floats
    """Array (option, day, draw): part of a unit ordered that is there."""
    confidence: float
    aversion: float
    """As in the aim of the search."""
    found: dict[tuple[float, bool], tuple[dict[str, float], float]] = field(default_factory=dict)

    def plan(self, budget: float, *, median: bool = False) -> dict[str, float]:
        """What is bought for a budget; or for one future, the median of each day."""
        return self._solved(budget, median)[0]

    def bound(self, budget: float) -> float:
        """Nights of people who wait for a bed, by the aim, that are left however a budget is spent; NaN if unknown."""
        return self._solved(budget, False)[1]

    def _solved(self, budget: float, median: bool) -> tuple[dict[str, float], float]:
        if (budget, median) not in self.found:
            self.found[budget, median] = self._solve(budget, median)
        return self.found[budget, median]

    def _solve(self, budget: float, median: bool) -> tuple[dict[str, float], float]:
        if not self.names or budget <= 0:
            return {}, np.nan
        scenario, short, available = self.scenario, self.short, self.available
        if median:
            short, available = np.median(short, axis=1, keepdims=True), np.median(available, axis=2, keepdims=True)
        prices = np.array([price_of(scenario, name) for name in self.names])
        most = np.array(
            [scenario.aid.options[name].most or budget / price for name, price in zip(self.names, prices, strict=True)]
        )
        chosen = choose(
            short, available, prices, most, budget, confidence=self.confidence, aversion=self.aversion
        )  # fmt: skip
        bought: dict[str, float] = {}
        for name, quantity, price in zip(self.names, chosen.quantities, prices, strict=True):
            bought |= spend(scenario, Line("", (name,), price), float(quantity * price))
        return bought, chosen.loss


def programmes_of(trials: Trials, base: Result, lines: list[Line], *, confidence: float, aversion: float) -> Programmes:
    """Programmes over the first futures without any order."""
    demand = demand_of(base)
    kinds = [place.kind for place in demand.places]
    draws = slice(0, min(DRAWS, base.draws))
    nights = demand.days * HOURS_PER_DAY + NIGHT_HOUR <= trials.scenario.timeline.hours  # that a day ends before
    lacking = demand.people[:, kinds.index(TOTAL)] - demand.capacity[:, kinds.index(TOTAL)]
    names = [name for line in lines if line.kind in KINDS for name in line.options]
    available = [_there(trials, name, demand.days[nights], base.draws)[:, draws] for name in names]
    return Programmes(
        scenario=trials.scenario,
        names=names,
        short=(lacking - demand.capacity[:, kinds.index(TRANSIT)])[nights][:, draws],
        available=np.stack(available) if names else np.empty((0, 0, 0)),
        confidence=confidence,
        aversion=aversion,
    )


def _there(trials: Trials, name: str, days: Floats, draws: int) -> Floats:
    """Part of a unit ordered that is there at the end of each day, in the futures themselves, array (day, draw)."""
    scenario = trials.scenario
    lever = next(lever for lever in trials.levers if lever.option == name)
    decided = earliest_of(scenario, name)
    if not lever.path:
        arrives = arrival(scenario, Order(name, 1.0, decided))
        return np.where(days[:, None] > arrives, lever.each, 0.0) * np.ones(draws)
    table, ramp = trials.tables[0], max(scenario.aid.options[name].ramp_days, 1e-6)
    lead = trials.number(table, lever.path.removesuffix("beds") + "lead_days", draws)
    share = trials.number(table, lever.path, draws) / lever.first
    return share * np.clip((days[:, None] - decided - lead) / ramp, 0.0, 1.0)
