"""Whatever else is uncertain or not, a number is drawn the same."""

from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import refugee_model as rm
from refugee_model.engine.noise import hourly_shocks, streams_of
from refugee_model.scenario.correlations import copula_of
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.uncertain import draw_table
from refugee_model.studies.points import sobol_points, streams_of as streams_of_numbers

SCENARIOS = rm.list_scenarios()["name"].tolist()


def drawn(scenario: Scenario, draws: int = 40, seed: int = 1) -> pd.DataFrame:
    blocks = [pd.DataFrame(draw_table(scenario, points.uniforms)) for points in sobol_points(scenario, draws, seed)]
    return pd.concat(blocks, ignore_index=True)


def certain(scenario: Scenario, path: str) -> Scenario:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return scenario.change({path: scenario.get(path)})


@pytest.mark.parametrize("name", SCENARIOS)
def test_making_any_number_certain_leaves_all_others_as_they_were(name: str) -> None:
    scenario = rm.load_scenario(name)
    whole = drawn(scenario)
    for path in scenario.uncertain:
        other = certain(scenario, path)
        pd.testing.assert_frame_equal(drawn(other), whole.drop(columns=path), check_exact=True)
