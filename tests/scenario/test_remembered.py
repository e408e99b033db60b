"""What is remembered of assumptions lives as long as they do, and is no part of them."""

import gc
import pickle
import weakref

import refugee_model as rm
from refugee_model.engine.pace import lone_inputs


def test_what_is_remembered_goes_with_a_scenario_that_nobody_holds() -> None:
    scenario = rm.load_scenario("two-bridges").change({"people.total": 70_000})
    assert lone_inputs(scenario) is lone_inputs(scenario)
    alive = weakref.ref(scenario)
    del scenario
    gc.collect()
    assert alive() is None


def test_what_is_remembered_is_neither_compared_nor_copied() -> None:
    known, fresh = (rm.load_scenario("two-bridges").change({"people.total": 70_000}) for _ in range(2))
    found = lone_inputs(known)
    assert known == fresh
    for copy in (known.model_copy(), pickle.loads(pickle.dumps(known))):
        assert copy == known
        assert lone_inputs(copy) is not found
