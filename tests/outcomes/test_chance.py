"""What chance adds to a queue, against queues simulated person by person (tests/benchmarks/chance.py)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.outcomes.queues import Loads, about_people, added_by_chance
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.answers import answers

STEEPNESS, MIDDLE = 0.15, 36.0


def loaded(people: float, load: float, party: float, service: float) -> Loads:
    """One queue of people who leave along a logistic curve, served at a steady rate."""
    hours = np.arange(0.0, 200.1, 0.5)
    before = 1.0 / (1.0 + math.exp(STEEPNESS * MIDDLE))
    come = people * (1.0 / (1.0 + np.exp(-STEEPNESS * (hours - MIDDLE))) - before) / (1.0 - before)
    joined = np.diff(come)[:, None]
    room = np.full_like(joined, people * STEEPNESS / 4.0 / load * 0.5)
    return Loads(("desks",), np.zeros(1), joined, room, party * joined + service * room)


@pytest.mark.parametrize(
    ("people", "load", "party", "service", "simulated"),
    [
        # The rows of the issue: 3 desks, people alone and in cars of four.
        (2_000, 0.9, 1.0, 1.0, 29.6),
        (2_000, 1.0, 1.0, 1.0, 48.8),
        (2_000, 1.05, 1.0, 1.0, 49.5),
        (2_000, 0.9, 4.0, 1.0, 51.2),
        (2_000, 1.0, 4.0, 1.0, 69.9),
        (2_000, 1.05, 4.0, 1.0, 73.1),
        # Of the benchmark: more people, and a checkpoint with cars of four.
        (2_000, 1.5, 1.0, 1.0, 28.8),
        (2_000, 1.0, 4.0, 4.0, 86.2),
        (2_000, 1.05, 4.0, 4.0, 89.5),
        (20_000, 1.0, 4.0, 1.0, 189.9),
        (20_000, 1.05, 4.0, 4.0, 213.1),
        (100_000, 1.0, 4.0, 4.0, 396.8),
        (100_000, 1.05, 4.0, 4.0, 478.1),
    ],
)
def test_as_simulated_within_half(people: float, load: float, party: float, service: float, simulated: float) -> None:
    added = float(added_by_chance(loaded(people, load, party, service))[0])
    assert simulated / 1.5 <= added <= simulated * 1.5


def test_steps_do_not_matter() -> None:
    fine = loaded(2_000, 1.0, 1.0, 1.0)
    parts = [values.reshape(-1, 2, 1).sum(axis=1) for values in (fine.joined, fine.room, fine.variance)]
    coarse = Loads(fine.places, fine.standing, *parts)
    assert added_by_chance(coarse)[0] == pytest.approx(added_by_chance(fine)[0], rel=0.2)


def test_the_same_each_time(small: Scenario) -> None:
    run = rm.simulate(small)
    pd.testing.assert_frame_equal(rm.chance_table(run), rm.chance_table(run))


def test_a_checkpoint_loaded_far_beyond_its_rate_says_nothing() -> None:
    run = rm.simulate(rm.load_scenario("lachin-2023"))
    row = rm.chance_table(run).iloc[0]
    assert row["added_by_chance"] < 0.01 * row["peak_people"]
    assert rm.summary(run)["chance_adds_at_checkpoint"] is None
    assert "chance" not in dict(answers(rm.summary(run)))["Longest queue at the checkpoint?"]


def test_a_checkpoint_at_its_rate_says_so(small: Scenario) -> None:
    measures = rm.summary(rm.simulate(small))
    added = measures["chance_adds_at_checkpoint"]
    assert 10 <= added <= 40  # of 93 cars 4.9 to 6.7 queue when simulated one by one, 20 to 27 people
    assert dict(answers(measures))["Longest queue at the checkpoint?"].endswith(
        f"chance may add about {added:.0f} people to this queue"
    )


def test_nobody_comes(small: Scenario) -> None:
    table = rm.chance_table(rm.simulate(small.change({"people.total": 0})))
    assert not table["matters"].any()
    assert (table["added_by_chance"] == 0).all()


def test_one_leading_figure_below_a_hundred() -> None:
    assert [about_people(value) for value in (0.0, 9.6, 68.6, 94.9, 96.0, 372.0)] == [
        0.0,
        10.0,
        70.0,
        90.0,
        96.0,
        370.0,
    ]
