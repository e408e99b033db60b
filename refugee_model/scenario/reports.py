"""What reports may give, and at which places."""

from __future__ import annotations

from refugee_model.wording import say

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
BY_PROVINCE, BY_ROUTE = ("in_state_accommodation",), ("arrived", "vehicles", "waiting")
"""Those that may be reported of one province, and of one route; all may be of all places together."""
CURRENT = ("in_state_accommodation", "waiting")
"""Those that are there at the time, and can fall."""
CLOCK_HOURS = {"exact": 0.5, "derived": 1.0, "inferred": 2.0, "uncertain": 4.0}
"""How far the clock time of a report may be off, by what is said of it; standard deviations, assumed [h]."""
USUAL_CLOCK = "exact"
BRACKET = "bracket"
CLOCKS = (*CLOCK_HOURS, BRACKET)
"""What may be said of a clock time; of a bracket only that it lies between two others."""


def where_reported(quantity: str, place: str) -> str:
    """The place of a report in words, after its quantity; empty where it is of all places together."""
    if not place:
        return ""
    if quantity not in BY_ROUTE:
        return " " + say("in {place}", place=place)
    return " " + say("of {place}" if quantity in CURRENT else "by {place}", place=place)
