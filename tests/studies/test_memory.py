"""What an ensemble is said to take is what it takes."""

from __future__ import annotations

import pytest

from refugee_model.files.scenario_file import load_scenario
from refugee_model.outcomes.measures import DRAWN, FIRST_FULL
from refugee_model.studies.ensemble import WORDS, simulate_ensemble
from refugee_model.studies.size import bytes_of

DRAWS = 64


@pytest.mark.parametrize("keep", [None, "all", "measures"])
def test_memory_of_a_draw_is_that_of_its_arrays(keep: str | None) -> None:
    scenario = load_scenario("lachin-2023-plan").change({"timeline.days": 6})
    ensemble = simulate_ensemble(scenario, draws=DRAWS, keep=keep)
    names = [name for name in ensemble.measures if not name.startswith(FIRST_FULL)]
    assert names == [name for name in DRAWN if name != FIRST_FULL.rstrip(".")]
    arrays = [array for (name, _), array in ensemble.result.by_draw() if name != "drawn"]
    taken = (
        sum(array.nbytes for array in arrays)
        + ensemble.draws.to_numpy().nbytes
        + int(ensemble.measures.memory_usage(index=False).sum())
    )
    told = bytes_of(scenario, DRAWS, WORDS[keep]) - bytes_of(scenario, 0, WORDS[keep])
    assert taken <= told <= 1.05 * taken
