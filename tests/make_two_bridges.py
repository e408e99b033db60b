"""Make data/reports/two-bridges.csv: daily reports of an invented exodus, simulated from a truth that is not the plan's
median.

``python -m tests.make_two_bridges`` writes the file; a test compares it byte for byte.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import refugee_model as rm
from refugee_model.outcomes.reported import reported_at
from tests.written_noise import one_future

FILE = Path(__file__).parents[1] / "data" / "reports" / "two-bridges.csv"
SEED = 23
TRUTH = {
    "people.total": 36_000.0,
    "timing.departure.share_leaving": 0.94,
    "timing.departure.rate_per_hour": 0.04,
    "timing.departure.midpoint_hours": 160.0,
    "timing.departure.noise.sd": 0.5,
    "timing.transport.own_vehicle_share": 0.8,
    "timing.transport.people_per_vehicle": 4.4,
    "timing.checkpoint.vehicles_per_hour": 70.0,
    "timing.checkpoint.night_factor": 0.7,
    "timing.accommodation.straight_to_relatives_share": 0.3,
    "timing.accommodation.asks_for_bed_share": 0.22,
    "timing.accommodation.comes_back_for_bed_per_hour": 0.0008,
    "aid.evacuation_buses.buses": 22.0,
    "aid.reception_points.North Bridge.people_per_desk_hour": 17.0,
    "aid.reception_points.South Bridge.people_per_desk_hour": 16.0,
    "aid.provinces.Ambervale.beds": 1_700.0,
    "aid.provinces.Brackwater.beds": 3_600.0,
    "aid.provinces.Coldmere.beds": 4_200.0,
    "aid.surge.Coldmere first.beds": 5_000.0,
}
"""What "really" happened: invented, and within the ranges of the plan."""
DAYS = 14
ITEMS = (
    ("arrived", ""),
    ("registered", ""),
    ("in_state_accommodation", ""),
    ("in_state_accommodation", "Ambervale"),
    ("in_state_accommodation", "Brackwater"),
    ("in_state_accommodation", "Coldmere"),
)
ERRORS = {"arrived": 0.03, "registered": 0.03, "in_state_accommodation": 0.05}
"""Standard deviation of a report, of its growth since the day before or of the people there."""
ROUNDING = 100
MISSING_DAY, COUNTED_TWICE_DAY, TOO_MANY, RUMOUR_DAY, RUMOUR = 5, 8, 6_000, 3, 10_000


def truth() -> tuple[dict[tuple[str, str], NDArray[np.float64]], list[str]]:
    """What was there at the end of each day, by quantity and place, and when."""
    scenario = rm.load_scenario("two-bridges")
    missing = set(scenario.uncertain) ^ set(TRUTH)
    assert not missing, missing
    exodus = one_future(scenario.change({**TRUTH, "correlations": []}), SEED)
    hours = 24.0 * np.arange(1, DAYS + 1)
    rows = np.searchsorted(exodus.result.hours, hours)
    assert np.array_equal(exodus.result.hours[rows], hours)
    found = {item: reported_at(exodus.result.recorded, exodus.scenario, *item)[rows, 0] for item in ITEMS}
    return found, [scenario.timeline.time_at(hour).isoformat(timespec="minutes") for hour in hours]


def rows() -> Iterator[tuple[object, ...]]:
    """The lines of the file, after its header."""
    random = np.random.default_rng(SEED)
    values, times = truth()
    for (quantity, place), true in values.items():
        error = 1.0 + ERRORS[quantity] * random.standard_normal(DAYS)
        counted = (
            true * error
            if quantity == "in_state_accommodation"
            else np.cumsum(np.diff(true, prepend=0.0) * np.maximum(error, 0.0))
        )
        for day, (time, value) in enumerate(zip(times, counted, strict=True), start=1):
            if day == MISSING_DAY:
                continue
            note = "simulated"
            if (quantity, day) == ("arrived", COUNTED_TWICE_DAY):
                value, note = value + TOO_MANY, f"simulated: {TOO_MANY} people counted twice"
            if (quantity, day) == ("arrived", COUNTED_TWICE_DAY + 1):
                note = "simulated: corrected downward, as people had been counted twice the day before"
            yield (
                time,
                quantity,
                place,
                int(round(value / ROUNDING) * ROUNDING),
                "exact",
                "yes",
                ROUNDING,
                "simulated",
                note,
            )
            if (quantity, day) == ("arrived", RUMOUR_DAY):
                rumour = time.replace("T18:00", "T20:00")
                yield (
                    rumour,
                    quantity,
                    place,
                    RUMOUR,
                    "uncertain",
                    "no",
                    10_000,
                    "simulated",
                    "simulated: a rumour, do not fit",
                )


def text() -> str:
    """The whole file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("time", "quantity", "place", "value", "clock_time", "usable", "rounding", "source", "note"))
    writer.writerows(rows())
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8", newline="\n")
