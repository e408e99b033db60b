"""What reports may give."""

from __future__ import annotations

REPORTED = {
    "arrived": "people arrived",
    "vehicles": "vehicles passed",
    "registered": "people registered",
    "in_state_accommodation": "people in state accommodation",
    "left_country": "people who moved on to another country",
    "waiting": "people waiting at the checkpoint",
    "departed": "people who have set off",
}
"""Quantities that reports may give, in words; totals up to the time, but for those in ``CURRENT``."""
CURRENT = ("in_state_accommodation", "waiting")
"""Those that are there at the time, and can fall."""
CLOCK_HOURS = {"exact": 0.5, "derived": 1.0, "inferred": 2.0, "uncertain": 4.0}
"""How far the clock time of a report may be off, by what is said of it; standard deviations, assumed [h]."""
USUAL_CLOCK = "exact"
BRACKET = "bracket"
CLOCKS = (*CLOCK_HOURS, BRACKET)
"""What may be said of a clock time; of a bracket only that it lies between two others."""
