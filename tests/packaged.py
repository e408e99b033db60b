"""Packaged scenarios for tests that go over all of them."""

from __future__ import annotations

from refugee_model.data_folder import packaged_scenarios

TEMPLATE = 'based_on = "one-crossing"'
INFLUXES = [name for name, path in packaged_scenarios().items() if TEMPLATE in path.read_text(encoding="utf-8")]
"""Influxes that change start, length and people of the template alone."""
SCENARIOS = [name for name in packaged_scenarios() if name not in INFLUXES[1:]]
"""Of which one stands for all."""
