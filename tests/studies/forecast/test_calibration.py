"""Probabilities are right where they are known: those who ask for a bed are a known function of what is uncertain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.engine.observers import LEAST_FREE
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import simulate_ensemble

PEOPLE, SHARE = (6_000.0, 12_000.0), (0.2, 0.6)
ASKS = 0.4
DRAWS = 1024
BEDS = 600.0
ROOM = [1_500.0, 2_500.0, 3_000.0, 3_600.0, 4_500.0, 4_795.0, 5_500.0]
"""Beds and transit places together: what nobody exceeds, what everybody does, and much between."""


def uniform(limits: tuple[float, float]) -> dict[str, Any]:
    return {"distribution": "uniform", "low": limits[0], "high": limits[1]}


@pytest.fixture(scope="module")
def plain(small: Scenario) -> Scenario:
    """Nothing holds people back and nobody leaves a bed: by the end, people x share have asked for one."""
    return small.change(
        {
            "timing.checkpoint.vehicles_per_hour": 1e7,
            "timing.transport.own_vehicle_share": 1.0,
            "timing.accommodation.straight_to_relatives_share": 0.0,
            "timing.accommodation.asks_for_bed_share": ASKS,
            "timing.accommodation.comes_back_for_bed_per_hour": 0.0,
            "aid.reception_points.Border.desks": 1e6,
            "aid.provinces.Hills.beds": BEDS / 2,
            "aid.provinces.Plain.beds": BEDS / 2,
        }
    )


def chances(scenario: Scenario, place: str, column: str, **options: Any) -> pd.Series[Any]:
    """A probability of one place by time."""
    table = rm.capacity_table(simulate_ensemble(scenario, **options), quantiles=(0.5,))
    return table[table["place"] == place].set_index("time")[column]


def above(limits: tuple[float, float], value: float) -> float:
    """Chance that a uniform number is above a value."""
    return float(np.clip((limits[1] - value) / (limits[1] - limits[0]), 0.0, 1.0))


def product_above(value: float) -> float:
    """Chance that people x share is above a value, both uniform and independent: the area above a hyperbola."""
    (a, b), (c, d) = PEOPLE, SHARE
    low, high = np.clip((value / d, value / c), a, b)
    return float((d * (high - low) - value * np.log(high / low) + (d - c) * (b - high)) / ((b - a) * (d - c)))


@pytest.mark.parametrize("keep", [None, "quantiles"])
@pytest.mark.parametrize("room", ROOM)
def test_chance_of_being_over_with_one_uncertain_number(plain: Scenario, room: float, keep: str | None) -> None:
    scenario = plain.change({"people.total": uniform(PEOPLE), "aid.transit_places": room - BEDS})
    found = chances(scenario, "transit", "probability_over", draws=DRAWS, keep=keep).iloc[-1]
    # One Sobol point lies in each 1,024th of the range, so that no more than one draw can be on the wrong side.
    assert found == pytest.approx(above(PEOPLE, (room + LEAST_FREE) / ASKS), abs=1.0 / DRAWS)  # from half a person on


@pytest.mark.parametrize("beds", ROOM)
def test_chance_of_being_full_with_one_uncertain_number(plain: Scenario, beds: float) -> None:
    each = {f"aid.provinces.{name}.beds": beds / 2 for name in ("Hills", "Plain")}
    found = chances(
        plain.change({"people.total": uniform(PEOPLE), **each}), "all provinces", "probability_full", draws=DRAWS
    )
    assert found.iloc[-1] == pytest.approx(above(PEOPLE, (beds - LEAST_FREE) / ASKS), abs=1.0 / DRAWS)


@pytest.mark.parametrize("room", ROOM)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_chance_of_being_over_with_two_independent_numbers(plain: Scenario, room: float, seed: int) -> None:
    both = {"people.total": uniform(PEOPLE), "timing.accommodation.asks_for_bed_share": uniform(SHARE)}
    scenario = plain.change({**both, "aid.transit_places": room - BEDS})
    found, known = (
        chances(scenario, "transit", "probability_over", draws=DRAWS, seed=seed).iloc[-1],
        product_above(room),
    )
    # Half of the standard error of as many random draws: Sobol points lie more evenly.
    assert found == pytest.approx(known, abs=max(0.5 * np.sqrt(known * (1.0 - known) / DRAWS), 1.0 / DRAWS))


def test_the_chance_is_right_on_average_over_seeds(plain: Scenario) -> None:
    both = {"people.total": uniform(PEOPLE), "timing.accommodation.asks_for_bed_share": uniform(SHARE)}
    scenario, room, few = plain.change({**both, "aid.transit_places": 3_000.0}), 3_000.0 + BEDS, 50
    found = [
        chances(scenario, "transit", "probability_over", draws=few, seed=seed, keep="quantiles").iloc[-1]
        for seed in range(40)
    ]
    assert np.std(found) < np.sqrt(product_above(room) * (1.0 - product_above(room)) / few)
    assert np.mean(found) == pytest.approx(product_above(room), abs=3.0 * np.std(found) / np.sqrt(len(found)))


def test_numbers_that_go_together_have_another_chance(plain: Scenario) -> None:
    """The test above would notice: with correlated numbers extremes meet.

    And the chance is far from that of independent ones.
    """
    paths = ("people.total", "timing.accommodation.asks_for_bed_share")
    both = dict(zip(paths, (uniform(PEOPLE), uniform(SHARE)), strict=True))
    room = 5_500.0
    scenario = plain.change(
        {**both, "aid.transit_places": room - BEDS, "correlations": [{"paths": list(paths), "rank": 0.9}]}
    )
    found = chances(scenario, "transit", "probability_over", draws=DRAWS).iloc[-1]
    assert found > product_above(room) + 5.0 * np.sqrt(product_above(room) * (1.0 - product_above(room)) / DRAWS)


def test_chance_by_date(plain: Scenario) -> None:
    """Without beds all who have asked wait; their share of all people is the same in each draw.

    And that of a lone run.
    """
    none: dict[str, Any] = {f"aid.provinces.{name}.beds": 0.0 for name in ("Hills", "Plain")}
    none |= {"timing.departure.rate_per_hour": 0.02, "timing.departure.midpoint_hours": 120.0}
    places = 2_000.0
    scenario = plain.change({**none, "people.total": uniform(PEOPLE), "aid.transit_places": places})
    found = chances(scenario, "transit", "probability_over_by", draws=DRAWS)
    run = rm.simulate(plain.change({**none, "people.total": 1_000.0}))
    waiting = run.people("awaiting_placement")[:, 0, 0] / 1_000.0
    hours = (found.index - pd.Timestamp(scenario.timeline.start)).total_seconds().to_numpy() / 3600.0
    known = [above(PEOPLE, places / share) if share > 0 else 0.0 for share in np.interp(hours, run.hours, waiting)]
    assert sum(0.05 < chance < 0.95 for chance in known) >= 2
    np.testing.assert_allclose(found, known, atol=1.0 / DRAWS + 1e-9)


@pytest.mark.parametrize("keep", [None, "quantiles"])
def test_quantiles_of_a_known_distribution(plain: Scenario, keep: str | None) -> None:
    wanted = (0.025, 0.25, 0.5, 0.95)
    table = rm.capacity_table(
        simulate_ensemble(plain.change({"people.total": uniform(PEOPLE)}), draws=DRAWS, keep=keep), quantiles=wanted
    )
    last = table[(table["place"] == "transit") & (table["time"] == table["time"].max())]
    known = ASKS * (PEOPLE[0] + np.asarray(wanted) * (PEOPLE[1] - PEOPLE[0])) - BEDS
    np.testing.assert_allclose(last["people"], known, rtol=0.004, atol=2.0 * ASKS * (PEOPLE[1] - PEOPLE[0]) / DRAWS)
