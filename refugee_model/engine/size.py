"""How much memory a lone run takes, and whether there is as much."""

from __future__ import annotations

import math
import time

from refugee_model.engine.variables import Sizes, recorded_rows
from refugee_model.errors import Problem, RequestError
from refugee_model.memory import GIGABYTE, free_memory
from refugee_model.scenario.network import KINDS
from refugee_model.scenario.scenario import Scenario
from refugee_model.wording import whole

LEAST_BYTES, MORE, ROW_BYTES = 50e6, 1.3, 250.0
"""Of a small projection; what comes to all that is recorded; and of a row of a table and of its file together;
measured."""
MOST_AT_ONCE, SECOND = 100e6, 1.0
"""What is smaller [bytes] may count on memory that was free not longer ago than this [s]: a slider asks many times."""


def check_fits(scenario: Scenario, *, files: bool = False) -> None:
    """Refuse what would not fit in memory, before any work.

    With ``files`` also the tables that are kept until they are written.
    """
    size = bytes_of_run(scenario, files=files)
    free = _free_of_late() if size < MOST_AT_ONCE else free_memory()
    if size > free:
        timeline, provinces = scenario.timeline, Sizes.of(scenario).provinces
        steps = f"{whole(timeline.most_steps)} steps of {whole(provinces)} provinces"
        amounts = f"{steps} take {size / GIGABYTE:.1f} GB and {free / GIGABYTE:.1f} GB are free"
        hint = "choose longer steps or fewer days or provinces"
        raise RequestError("nothing can be projected", [Problem("timeline.step_minutes", f"{amounts}; {hint}")])


_looked: dict[object, tuple[float, float]] = {}


def _free_of_late() -> float:
    """Free memory, looked up once a second."""
    when, free = _looked.get(free_memory, (-math.inf, 0.0))
    if time.monotonic() - when > SECOND or free < 10.0 * MOST_AT_ONCE:
        when, free = time.monotonic(), free_memory()
        _looked.clear()
        _looked[free_memory] = when, free
    return free


def bytes_of_run(scenario: Scenario, *, files: bool = False) -> float:
    """Memory that a lone projection takes, with or without the tables and files made of it [bytes]."""
    timeline, sizes = scenario.timeline, Sizes.of(scenario)
    steps = timeline.most_steps
    recorded = 8.0 * steps * sum(count * sizes.count(group) for group, count in recorded_rows(scenario).items())
    if not files:
        return LEAST_BYTES + MORE * recorded
    hourly = min(steps, timeline.hours) * sum(sizes.count(kind.group) for kind in KINDS.values())
    return LEAST_BYTES + MORE * recorded + ROW_BYTES * (hourly + steps * (sizes.provinces + 2))
