"""What tables, charts and the summary say of several routes."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario

ROUTES = ["Bridge", "Pass"]


@pytest.fixture(scope="module")
def network() -> Scenario:
    return rm.load_scenario(Path(__file__).parents[1] / "scenarios" / "network.toml")


def test_every_table_names_the_routes(network: Scenario) -> None:
    run = rm.simulate(network)
    waiting, capacity, movements = rm.waiting_table(run), rm.capacity_table(run), rm.movement_table(run)
    assert list(dict.fromkeys(waiting["place"])) == [*ROUTES, "Border", "Valley"]
    assert list(dict.fromkeys(capacity.query("kind == 'road'")["place"])) == ROUTES
    assert list(dict.fromkeys(movements.query("kind == 'on_road'")["place"])) == ROUTES
    arrivals = rm.arrivals_table(run)
    np.testing.assert_allclose(arrivals[[f"arrived by {name}" for name in ROUTES]].sum(axis=1), arrivals["arrived"])


def test_the_summary_names_the_route_with_most_people_in_its_queue(network: Scenario, small: Scenario) -> None:
    run = rm.simulate(network)
    most = rm.waiting_table(run).query("place in @ROUTES").groupby("place")["people"].max()
    assert rm.summary(run)["worst_route"] == most.idxmax() == "Pass"
    assert rm.summary(run)["longest_queue_people"] == pytest.approx(most.max())
    assert rm.summary(rm.simulate(small))["worst_route"] is None


def test_the_queue_of_a_route_is_drawn(network: Scenario) -> None:
    table = rm.waiting_table(rm.simulate(network))
    for given, drawn in ((None, "Pass"), ("Bridge", "Bridge")):
        panels = rm.plot_corridor(table, route=given)
        said = " ".join(text.get_text() for text in panels[0].figure.findobj(Text))
        assert f"at {drawn}" in said.replace("\n", " ")
    with pytest.raises(RequestError, match="did you mean 'Bridge'"):
        rm.plot_corridor(table, route="Brigde")
    with pytest.raises(RequestError, match="a place is given, too"):
        rm.plot_corridor(table, route="Bridge", place="Border")


@pytest.mark.parametrize("keep", [None, "all", "quantiles", ["road"], ["Hills"]])
def test_capacity_of_many_draws_has_every_road_that_was_kept(network: Scenario, keep: object) -> None:
    uncertain = network.change(
        {"timing.routes.Pass.checkpoint.vehicles_per_hour": {"low": 60, "likely": 120, "high": 200}}
    )
    table = rm.capacity_table(rm.simulate_ensemble(uncertain, draws=8, keep=keep))  # type: ignore[arg-type]
    assert sorted(set(table.query("kind == 'road'")["place"])) == ([] if keep == ["Hills"] else ROUTES)


def test_a_network_can_be_sent_to_workers(network: Scenario) -> None:
    assert pickle.loads(pickle.dumps(network)) == network
