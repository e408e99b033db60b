"""What an ensemble is said to take is what it takes."""

from __future__ import annotations

import pytest
from refugee_model.tables.draws import FIRST_FULL
from refugee_model.tables.measures import HEADLINES

from refugee_model.files.scenario_file import load_scenario
from refugee_model.studies.blocks import Keep
from refugee_model.studies.ensemble import bytes_of, simulate_ensemble

DRAWS = 64


@pytest.mark.parametrize(("keep", "asked"), [(None, Keep()), ("all", Keep(every_step=True)), ("measures", Keep(stocks=False))])
def test_memory_of_a_draw_is_that_of_its_arrays(keep: str | None, asked: Keep) -> None:
    scenario = load_scenario("lachin-2023-plan").change({"timeline.days": 6})
    ensemble = simulate_ensemble(scenario, draws=DRAWS, keep=keep)
    assert [name for name in ensemble.measures if not name.startswith(FIRST_FULL)] == list(HEADLINES)
    arrays = [*ensemble.stocks.values(), *ensemble.costs.values(), ensemble.days, ensemble.nights, ensemble.crossed]
    arrays += [ensemble.transit_places, ensemble.draws.to_numpy()]
    taken = sum(array.nbytes for array in arrays) + int(ensemble.measures.memory_usage(index=False).sum())
    told = bytes_of(scenario, DRAWS, asked) - bytes_of(scenario, 0, asked)
    assert taken <= told <= 1.05 * taken
