"""Many draws of a scenario that starts in the middle count people as a lone run does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from refugee_model.tables.capacity import capacity_table, occupancy
from refugee_model.tables.peaks import peaks_of

from refugee_model.engine.simulation import simulate
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import simulate_ensemble
from tests.strategies import scenarios
from tests.tables.conftest import QUIET


@pytest.fixture
def at_rest(small: Scenario) -> Scenario:
    """Nothing moves but those who wait for a bed."""
    return small.change({**QUIET, "people.total": 3_000})


def test_rates_hold_before_anyone_is_counted(at_rest: Scenario) -> None:
    changes = {"people.now": {"awaiting_placement": 3_000}, "aid.transit_places": 100_000.0, "aid.placement.seats_per_hour": 0.0}
    scenario = at_rest.change(changes)
    ensemble = simulate_ensemble(scenario, draws=4)
    assert ensemble.measures["peak_unsheltered"].tolist() == [0.0] * 4
    table = capacity_table(ensemble)
    assert table.loc[table["place"] == "transit", "probability_over_by"].max() == 0.0


@given(scenarios())
def test_lone_run_and_ensemble_agree(scenario: Scenario) -> None:
    run, drawn = simulate(scenario), simulate_ensemble(scenario, draws=2).measures.iloc[1]
    houses = len(scenario.aid.provinces)
    full = peaks_of(run.hours, occupancy(run)).first_full[:houses, 0]
    some = 1e-6 * max(1.0, scenario.people.total)
    assert drawn["peak_unsheltered"] == pytest.approx(run.unsheltered.max(), abs=some)
    assert drawn["peak_in_state_accommodation"] == pytest.approx(run.people("sheltered").sum(axis=1).max(), abs=some)
    assert drawn["peak_awaiting_registration"] == pytest.approx(run.people("awaiting_registration").sum(axis=1).max(), abs=some)
    start = pd.Timestamp(scenario.timeline.start)
    told = [(drawn[f"first_full.{name}"] - start) / pd.Timedelta(hours=1) for name in scenario.aid.provinces]
    np.testing.assert_allclose(told, full, atol=0.5001 / 3600)  # times are told to the second
