"""The register of quantities."""

from __future__ import annotations

from refugee_model.charts.flow import LOOKS
from refugee_model.engine.variables import FLOW, LEVEL, STOCK, SUMS, VARIABLES
from refugee_model.outcomes.measures import MEASURES
from refugee_model.outcomes.register import QUANTITIES
from refugee_model.scenario.network import KINDS
from refugee_model.scenario.reports import REPORTED


def test_every_place_route_level_measure_and_reported_quantity_is_in_the_register() -> None:
    members = [member for variables in VARIABLES.values() for member in variables]
    names = {member.name for member in members if member.declared.role in (FLOW, LEVEL)}
    wholes = {member.declared.part_of or member.name for member in members if member.declared.role == STOCK}
    assert wholes == set(KINDS)
    assert names | wholes | set(SUMS) | set(MEASURES) | set(REPORTED) <= set(QUANTITIES)


def test_each_quantity_says_what_it_is() -> None:
    assert all(quantity.unit and quantity.meaning for quantity in QUANTITIES.values())
    assert all(name == quantity.name for name, quantity in QUANTITIES.items())


def test_every_kind_of_place_has_a_look() -> None:
    assert list(LOOKS) == list(KINDS)
