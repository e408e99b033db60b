"""Draws of a scenario in which nothing is uncertain are all the same, and say nothing of how sure we are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refugee_model.errors import Problem, RequestError
from refugee_model.wording import counted

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.studies.study import Study

MOST_NAMED = 3


def is_certain(scenario: Scenario) -> bool:
    """Whether all draws of a scenario are the same: no number is uncertain, and there is no noise."""
    roads = scenario.timing.roads.values()
    noises = (scenario.timing.departure.noise, *(road.checkpoint.noise for road in roads))
    return not scenario.uncertain and not any(noise is not None and noise.sd > 0 for noise in noises)


def refuse_same_draws(scenario: Scenario, draws: int) -> None:
    """Refuse draws that would all be the same."""
    if draws > 0 and is_certain(scenario):
        found = f"nothing in this scenario is uncertain, so {counted(draws, 'draw')} would show no range"
        total = scenario.people.total
        example = f"people.total={{low = {0.8 * total:.10g}, likely = {total:.10g}, high = {1.2 * total:.10g}}}"
        mend = f"leave --draws out, or give numbers ranges, such as --set '{example}'"
        raise RequestError("draws cannot be made", [Problem("draws", f"{found}; {mend}")])


def same_draws(study: Study) -> Iterator[str]:
    """A sentence where nothing is uncertain in combinations of a study."""
    certain = [combination for combination in study.combinations if is_certain(study.scenario(combination))]
    if certain and study.draws > 1:
        named = "; ".join(", ".join(combination) for combination in certain[:MOST_NAMED])
        more = f" and {len(certain) - MOST_NAMED} more" if len(certain) > MOST_NAMED else ""
        which = "every combination" if len(certain) == len(study.combinations) else f"{named}{more}"
        yield f"nothing is uncertain in {which}: all draws there are the same, and their range is none"
