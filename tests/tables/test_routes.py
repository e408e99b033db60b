"""What tables, charts and the summary say of several routes."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

import refugee_model as rm
from refugee_model.charts import style
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
    for given, drawn, count in ((None, "Pass", 2), ("Bridge", "Bridge", 3)):
        panels = rm.plot_corridor(table, route=given)
        assert len(panels) == count
        said = " ".join(text.get_text() for text in panels[0].figure.findobj(Text))
        assert f"at {drawn}" in said.replace("\n", " ")
    with pytest.raises(RequestError, match="did you mean 'Bridge'"):
        rm.plot_corridor(table, route="Brigde")
    with pytest.raises(RequestError, match="a place is given, too"):
        rm.plot_corridor(table, route="Bridge", place="Border")


def test_without_a_name_the_queues_of_all_routes_are_drawn_on_one_scale(network: Scenario) -> None:
    table = rm.waiting_table(rm.simulate(network))
    panels = rm.plot_corridor(table)
    assert len({axes.get_ylim() for axes in panels}) == 1
    for axes, route in zip(panels, ROUTES, strict=True):
        line = next(line for line in axes.lines if line.get_label() == route)
        most = table.loc[table["place"] == route, "people"].max()
        assert np.max(line.get_ydata()) == pytest.approx(most)


def test_a_route_on_which_people_do_not_cross_says_so(network: Scenario) -> None:
    shut = network.change({"timing.routes.Pass.checkpoint.regimes": [{"kind": "closed", "since": 0.0}]})
    for scenario, said in ((shut, "; some do not cross"), (network.change({"people.total": 0.0}), "nobody queues")):
        panels = rm.plot_corridor(rm.waiting_table(rm.simulate(scenario)))
        assert any(said in text.get_text() for text in panels[0].figure.findobj(Text))


def test_the_flow_parts_the_people_on_each_road(network: Scenario, small: Scenario) -> None:
    drawn = {}
    for scenario in (network, small):
        table = rm.movement_table(rm.simulate(scenario))
        axes = rm.plot_flow(table)
        said = " ".join(text.get_text() for text in axes.figure.findobj(Text)).replace("\n", " ")
        drawn[scenario.title] = (sum(line.get_color() == style.WHITE for line in axes.lines), ", ".join(ROUTES) in said)
    assert drawn == {network.title: (1, True), small.title: (0, False)}


@pytest.mark.parametrize("keep", [None, "all", "quantiles", ["road"], ["Hills"]])
def test_capacity_of_many_draws_has_every_road_that_was_kept(network: Scenario, keep: object) -> None:
    uncertain = network.change(
        {"timing.routes.Pass.checkpoint.vehicles_per_hour": {"low": 60, "likely": 120, "high": 200}}
    )
    table = rm.capacity_table(rm.simulate_ensemble(uncertain, draws=8, keep=keep))  # type: ignore[arg-type]
    assert sorted(set(table.query("kind == 'road'")["place"])) == ([] if keep == ["Hills"] else ROUTES)


def test_a_network_can_be_sent_to_workers(network: Scenario) -> None:
    assert pickle.loads(pickle.dumps(network)) == network
