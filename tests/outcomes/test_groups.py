"""Whom standards count."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.groups import days_of, heads_of
from refugee_model.scenario.network import IN_COUNTRY
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.standards import GROUP_MEANINGS
from refugee_model.tables.people import profile_table


def test_groups_are_those_of_the_standards(run: Result) -> None:
    heads, dates = heads_of(run, days_of(run)), np.searchsorted(run.hours, days_of(run).edges[1:])
    assert set(IN_COUNTRY) == set(GROUP_MEANINGS) == set(heads)
    for group, kinds in IN_COUNTRY.items():
        there = sum(run.people(kind)[dates].sum(axis=1) for kind in kinds)
        np.testing.assert_allclose(heads[group].there, there, atol=1e-9)
    gone = run.people("left_country")[dates, 0]
    np.testing.assert_allclose(heads["everyone"].there + gone, run.cumulative("crossed")[dates], atol=1e-6)


def test_who_comes_back_to_a_group_is_counted_once(small: Scenario) -> None:
    there_and_back = {
        "timing.accommodation.straight_to_relatives_share": 0.5,
        "timing.accommodation.comes_back_for_bed_per_hour": 0.05,
        "timing.accommodation.moves_out_per_day": 1.0,
        "aid.provinces.Plain.beds": 20_000.0,
    }
    run = simulate(small.change(there_and_back))
    crossed = float(run.cumulative("crossed")[-1, 0])
    for group in ("collective", "hosted"):
        came = {
            "collective": ("received", "came_back", "came_back_unregistered"),
            "hosted": ("went_straight_on", "joined_relatives", "moved_out"),
        }[group]
        every_time = sum(float(run.flow(name).sum()) for name in came)
        ever = float(heads_of(run, days_of(run))[group].entered[-1, 0])
        assert ever <= crossed * (1 + 1e-9) < every_time
        assert ever == pytest.approx(crossed, rel=0.02)


def test_profile_by_hand(resting: Result) -> None:
    table = profile_table(resting).groupby("group", observed=True)[["people", "in_state_accommodation"]].first()
    expected = {
        "everyone": 100,
        "women_and_girls": 52,
        "men_and_boys": 48,
        "children": 30,
        "adults": 55,
        "older_people": 15,
    }
    for group, people in expected.items():
        assert table.loc[group].tolist() == pytest.approx([people, people])
