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
