"""The answers on the shell, also where nothing happens."""

from __future__ import annotations

import pytest

from refugee_model.engine.simulation import simulate
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.summary import summary
from refugee_model.views.at_a_glance import answers


def test_every_question_has_an_answer(small: Scenario) -> None:
    said = dict(answers(summary(simulate(small))))
    assert len(said) == 12
    assert " of 10,000; " in said["How many cross?"]
    assert "arrive on " in said["Busiest day?"]
    assert "half wait " in said["How long do people wait there?"]
    assert " on " in said["Most people in state accommodation?"]


@pytest.mark.parametrize(
    "changes",
    [{"people.total": 0}, {"timing.departure.share_leaving": 0.0}],
    ids=["nobody", "nobody leaves"],
)
def test_nobody_comes(small: Scenario, changes: dict[str, float]) -> None:
    said = dict(answers(summary(simulate(small.change(changes)))))
    assert said["Busiest day?"] == "nobody arrives"
    assert said["Longest queue at the checkpoint?"] == "nobody queues"
    assert said["How long do people wait there?"] == "nobody comes to it"
    assert said["Last arrivals?"] == "-"
    assert said["Most people in state accommodation?"] == "nobody"


def test_a_checkpoint_that_lets_nobody_through(small: Scenario) -> None:
    said = dict(answers(summary(simulate(small.change({"timing.checkpoint.vehicles_per_hour": 0})))))
    assert said["Busiest day?"] == "nobody arrives"
    assert "beyond the end of the projection" in said["How long do people wait there?"]
