"""Make data/reports/four-crossings.csv: daily reports of an invented exodus over four roads, in all and by road,
simulated from a truth that is not the plan's median.

``python -m tests.make_four_crossings`` writes the file; a test compares it byte for byte.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import refugee_model as rm
from refugee_model.outcomes.reported import places_reported, reported_at
from refugee_model.scenario.reports import CURRENT
from tests.written_noise import one_future

FILE = Path(__file__).parents[1] / "data" / "reports" / "four-crossings.csv"
SEED = 31
TRUTH = {
    "people.total": 46_000.0,
    "timing.departure.midpoint_hours": 110.0,
    "timing.departure.rate_per_hour": 0.035,
    "timing.checkpoint.vehicles_per_hour": 22.0,
    "timing.routes.Pass road.checkpoint.vehicles_per_hour": 14.0,
    "timing.routes.Old bridge.checkpoint.vehicles_per_hour": 19.0,
    "timing.routes.Coast road.checkpoint.vehicles_per_hour": 52.0,
}
"""What "really" happened where it was not the median: invented, and within the ranges of the plan."""
DAYS, ROUNDING, ROUNDING_OF_A_ROAD = 14, 100, 10
ERRORS = {"arrived": 0.04, "registered": 0.04, "in_state_accommodation": 0.04, "waiting": 0.15}
"""Relative errors, invented: a queue is guessed from its end, the others are counted."""
IN_ALL, BY_ROAD = ("arrived", "registered", "in_state_accommodation"), ("arrived", "waiting")

STEPS = {"timeline.step_minutes": 60.0}
"""Those of the scenario when its reports were made."""


def rows() -> Iterator[tuple[object, ...]]:
    """The lines of the file, after its header: growth since the day before, or people there, with errors."""
    random, scenario = np.random.default_rng(SEED), rm.load_scenario("four-crossings").change(STEPS)
    certain = {path: float(one.quantile(np.array([0.5]))[0]) for path, one in scenario.uncertain.items()}
    run = one_future(scenario.change({**certain, **TRUTH, "correlations": []}), SEED).result
    hours = 24.0 * np.arange(1, DAYS + 1)
    at = np.searchsorted(run.hours, hours)
    items = [(quantity, "") for quantity in IN_ALL]
    items += [(quantity, place) for quantity in BY_ROAD for place in places_reported(scenario, quantity)]
    for quantity, place in items:
        true = reported_at(run.recorded, scenario, quantity, place)[at, 0]
        error = 1.0 + ERRORS[quantity] * random.standard_normal(DAYS)
        counted = true * error if quantity in CURRENT else np.cumsum(np.diff(true, prepend=0.0) * error)
        unit = ROUNDING_OF_A_ROAD if place else ROUNDING
        for hour, value in zip(hours, counted, strict=True):
            time = scenario.timeline.time_at(hour).isoformat(timespec="minutes")
            yield time, quantity, place, int(round(value / unit) * unit), "exact", "yes", unit, "simulated", "simulated"


def text() -> str:
    """The whole file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("time", "quantity", "place", "value", "clock_time", "usable", "rounding", "source", "note"))
    writer.writerows(rows())
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8", newline="\n")
