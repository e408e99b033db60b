"""What can be bought in the tests of decisions."""

from __future__ import annotations

from typing import Any

LEAD = {"approval_days": 1.0, "supplier_days": 2.0}
WITH: dict[str, dict[str, Any]] = {
    "Halls": {"kind": "beds", "place": "Hills", "unit_cost_usd": 100.0, "running_usd_per_day": 10.0, **LEAD},
    "Tents": {"kind": "transit places", "unit_cost_usd": 50.0, "pack_size": 5.0, **LEAD},
    "Desks": {"kind": "desks", "place": "Border", "unit_cost_usd": 900.0, "most": 12.0, **LEAD},
    "Blankets": {"kind": "goods", "item": "blanket", "unit_cost_usd": 8.0, "smallest_lot": 100.0, **LEAD},
    "Roofs": {"kind": "covered places", "place": "Border", "unit_cost_usd": 20.0, **LEAD},
}
