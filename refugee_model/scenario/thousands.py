"""Numbers whose point may part thousands: ``80.000`` people are 80 in TOML and 80,000 to half of Europe."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from refugee_model.scenario.distribution import ORDER
from refugee_model.scenario.fields import number_at
from refugee_model.scenario.scenario import Scenario

POINTED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
"""One point, up to three digits before it and exactly three after."""
COUNTED = ("people", "beds", "places", "buses", "desks", "centres", "litres", "vehicles/h", "people/h")
"""Units of which nobody gives thousandths."""
COUNTED_PATHS = ("aid.funds_usd", "aid.stocks.*", "aid.handed_out.*", "aid.deliveries.*.quantity")


def thousands(path: str, text: str) -> str:
    """What is wrong with a number that can be read in two ways; empty if its point can only be a decimal one."""
    if not POINTED.fullmatch(text) or not _is_counted(path.split(".")):
        return ""
    return (
        f"found {text}, whose point may part thousands; write {text.replace('.', '')}, or {float(text)} if the "
        "point is a decimal one"
    )


def _is_counted(parts: list[str]) -> bool:
    if parts[-1] in ORDER:
        parts = parts[:-1]
    elif len(parts) > 1 and parts[-2] in ORDER:  # one of the values of a distribution
        parts = parts[:-2]
    number = number_at(Scenario, parts) if parts else None
    path = ".".join(parts)
    return number is not None and (
        number.unit in COUNTED or any(fnmatchcase(path, pattern) for pattern in COUNTED_PATHS)
    )
