"""What no plan can be made of: each in one message, before any work."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.futures import TIMES, draws_of, from_now
from refugee_model.studies.decisions.purchases import cheapest
from refugee_model.studies.decisions.ranks import find_wrong_confidence
from refugee_model.studies.decisions.replans import find_unknown_orders
from refugee_model.studies.ensemble import find_wrong_numbers, find_wrong_scenario
from refugee_model.studies.forecast import Forecast
from refugee_model.wording import as_found, figure

SUBJECT = "no plan can be made"
OBJECTIVES: dict[str, tuple[str, ...]] = {
    "person_nights_without_roof": ("on_road", "at_reception", "unsheltered"),
    "person_nights_unsheltered": ("unsheltered",),
    "person_nights_at_reception": ("at_reception",),
    "person_nights_on_road": ("on_road",),
}
"""Measures that a plan can make small, and their parts."""


def check_plan(
    scenario: Scenario | Forecast,
    budget: float | None,
    confidence: float,
    draws: int,
    seed: int,
    objective: str | None = None,
    before: Mapping[str, float] | None = None,
) -> float:
    """The money there is; refuse what no plan can be made of, before any work."""
    problems = find_wrong_numbers(draws, seed)
    problems += [] if isinstance(scenario, Forecast) else find_wrong_scenario(scenario)
    if problems:
        raise RequestError(SUBJECT, problems)
    there = draws_of(scenario)
    if there is None:
        problems = find_wrong_confidence(confidence, int(draws))
    else:
        problems = _find_too_few(confidence, min(int(draws), there // (1 + TIMES)))
    if isinstance(scenario, Forecast):
        scenario = from_now(scenario)
    if objective is not None and (not isinstance(objective, str) or objective not in OBJECTIVES):
        problems.append(Problem("objective", f"found {as_found(objective)}; {nearest(str(objective), OBJECTIVES)}"))
    money = scenario.aid.funds_usd if budget is None else budget
    if not scenario.aid.options:
        problems.append(Problem("aid.options", "is empty: nothing can be bought"))
    elif money is None:
        problems.append(Problem("budget", "is missing, and aid.funds_usd is blank; give one of them"))
    elif isinstance(money, bool) or not isinstance(money, int | float | np.number) or not 0 <= money < math.inf:
        problems.append(Problem("budget", f"found {as_found(money)}, expected a number of dollars of at least 0"))
    else:
        name, least = cheapest(scenario)
        if 0 < money < least:
            said = f"found {figure(float(money))} USD, less than the smallest order of anything"
            problems.append(Problem("budget", f"{said}; the cheapest is '{name}', {figure(least)} USD"))
    problems += find_unknown_orders(scenario, before or {})
    if problems:
        raise RequestError(SUBJECT, problems)
    return float(money)  # type: ignore[arg-type]


def _find_too_few(confidence: float, draws: int) -> list[Problem]:
    """What is wrong with a confidence that so many draws of a forecast are to show."""
    more = f"; a fifth of the draws of a forecast are chosen on, so that one of {1 + TIMES} times as many is wanted"
    return [Problem(one.path, f"{one.message}{more}") for one in find_wrong_confidence(confidence, draws)]
