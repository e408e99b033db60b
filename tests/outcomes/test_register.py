"""The register of quantities."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from MISSING.refugee_model.engine.rows import ROWS

import refugee_model
from refugee_model import quantities
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.engine.variables import ENTERED, LEFT, RECORDED
from refugee_model.errors import RequestError
from refugee_model.outcomes.register import QUANTITIES
from refugee_model.scenario.network import KINDS
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.arrivals import arrivals_table, compare_with_reports
from refugee_model.tables.people import cost_table, needs_table, night_table, profile_table, staff_table
from refugee_model.tables.places import balance_table, capacity_table, movement_table, peak_table
from refugee_model.tables.provenance import run_id
from refugee_model.tables.queues import waiting_summary, waiting_table
from refugee_model.tables.summary import summary, summary_json
from refugee_model.version import VERSION


def test_every_place_route_and_level_is_in_the_register() -> None:
    names = {name for routes in (ENTERED, LEFT) for group in routes.values() for name in group} | set(KINDS)
    parts = {"willing", "leaving_by_vehicle", "leaving_by_bus", "on_road_by_vehicle", "on_road_by_bus"}
    for kind, rows in ROWS.items():
        names |= {member.name for member in rows if member.row < RECORDED[kind]}
    assert names - parts <= set(QUANTITIES)


def test_each_quantity_is_registered_once() -> None:
    groups = [getattr(quantities, name) for name in ("_PLACES", "_ROUTES", "_LEVELS", "_COLUMNS", "_MEASURES")]
    assert sum(len(group) for group in groups) == len(QUANTITIES)
    assert all(quantity.unit and quantity.meaning for quantity in QUANTITIES.values())
    assert set(quantities.REPORTED) <= set(QUANTITIES)


