"""A scenario is changed by dotted path, never in place, and every problem is named at once."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refugee_model.errors import Problem, ScenarioError
from refugee_model.scenario.changes import changed
from refugee_model.scenario.scenario import Scenario, build_scenario
from refugee_model.scenario.timeline import Timeline

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=5)
    | st.datetimes()
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(["since", "value", "share"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def message_of(scenario: Scenario, changes: dict[str, Any]) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario.change(changes)
    return str(caught.value).removeprefix("these changes cannot be used: ")


def problems_of(scenario: Scenario, changes: dict[str, Any]) -> tuple[Problem, ...]:
    try:
        scenario.change(changes)
    except ScenarioError as error:
        return error.problems
    return ()


def all_paths(values: Any, path: str = "") -> list[str]:
    if not isinstance(values, dict):
        return [path]
    inner = [found for name, value in values.items() for found in all_paths(value, f"{path}.{name}" if path else name)]
    return [path, *inner] if path else inner


def test_change_gives_another_scenario(small: Scenario) -> None:
    before = small.model_dump()
    other = small.change({"people.total": 80_000, "timing.checkpoint.vehicles_per_hour": 300})
    assert (other.people.total, other.timing.checkpoint.vehicles_per_hour) == (80_000, 300)
    assert small.model_dump() == before
    assert other.change({"people.total": 10_000, "timing.checkpoint.vehicles_per_hour": 200}) == small


def test_no_changes(small: Scenario) -> None:
    assert small.change({}) == small


def test_change_of_a_value_left_at_its_default(small: Scenario) -> None:
    assert small.change({"aid.cash.coverage": 0.5}).aid.cash.coverage == 0.5


def test_change_of_a_group_and_of_a_list(small: Scenario) -> None:
    other = small.change(
        {"people.districts": {"Centre": {"share": 1, "distance_km": 5}}, "aid.placement.order": ["Plain", "Hills"]}
    )
    assert list(other.people.districts) == ["Centre"]
    assert other.aid.placement.order == ("Plain", "Hills")


def test_change_of_an_entry_of_a_list(small: Scenario) -> None:
    other = small.change({"timing.checkpoint.regimes": [{"kind": "closed", "since": 1, "until": 2}]})
    assert other.change({"timing.checkpoint.regimes.0.until": 3.0}).get("timing.checkpoint.regimes.0.until") == 3


def test_change_takes_models(small: Scenario) -> None:
    longer = Timeline(start=small.timeline.start, days=30, step_minutes=60)
    assert small.change({"timeline": longer}).timeline == longer
    assert "timing.departure.start" in message_of(small, {"timeline": longer, "timing.departure.start": 35})


def test_change_back_to_blank(small: Scenario) -> None:
    other = small.change({"timing.transport.fuel_litres": 5})
    assert other.change({"timing.transport.fuel_litres": None}) == small


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"people.totl": 5}, "people.totl: is not a known name; did you mean 'total'?"),
        ({"peple.total": 5}, "peple: is not a known name; did you mean 'people'?"),
        ({"": 5}, "is not a dotted path such as people.total"),
        ({"people..total": 5}, "people..total: is not a dotted path such as people.total"),
        ({"people.total.x": 5}, ("people.total.x: leads to nothing: a part of it is a single value, or an entry that a "
            "list "
            "does "
            "not "
            "have")),
        ({"people.total": None}, "people.total: found nothing (blank is not 0), expected a number [people]"),
        ({"people.total": True}, "people.total: found true (true or false), expected a number [people]"),
        ({"people.total": 10**5000},
         "people.total: found a number with thousands of digits, expected a number [people] that is less large"),
        ({"people.districts.share.shar": 1, "people.districts.share.distance_km": 1, "people.districts.share.share": 0},
         "people.districts.share.shar: is not a known name; did you mean 'share'?"),
        ({"aid.provinces": {}}, "aid.provinces: is empty, expected at least one entry"),
    ],
)  # fmt: skip
def test_change_that_cannot_be(small: Scenario, changes: dict[str, Any], said: str) -> None:
    assert message_of(small, changes) == said


def test_list_entry_that_is_not_there(small: Scenario) -> None:
    other = small.change({"timing.corridor.closures": [{"since": 1}]})
    assert message_of(other, {"timing.corridor.closures.4.since": 2}).startswith(
        "timing.corridor.closures.4.since: leads to nothing"
    )


def test_every_problem_is_in_one_message(small: Scenario) -> None:
    message = message_of(small, {"people.total": -1, "aid.transit_places": "x", "timeline.days": 0})
    assert all(path in message for path in ("3 problems", "people.total", "aid.transit_places", "timeline.days"))


def test_get(small: Scenario) -> None:
    assert small.get("people.total") == 10_000
    assert small.get("people.districts.North.share") == 0.6
    assert small.get("aid.provinces.Hills") == small.aid.provinces["Hills"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("people.totl", "people.totl: 'totl' is not a known name; did you mean 'total'?"),
        ("aid.provinces.Hils.beds", "aid.provinces.Hils.beds: 'Hils' is not a known name; did you mean 'Hills'?"),
        ("people.total.x", "people.total.x: 'x' is not a known name; no name is valid here"),
        (
            "people.model_fields",
            "people.model_fields: 'model_fields' is not a known name; valid names: total, districts, profile, now",
        ),
    ],
)
def test_get_of_nothing(small: Scenario, path: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        small.get(path)
    assert str(caught.value) == f"no such value: {said}"


def test_errors_can_be_sent_between_processes(small: Scenario) -> None:
    with pytest.raises(ScenarioError) as caught:
        small.change({"people.total": -1})
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problems) == (str(caught.value), caught.value.problems)


def test_scenarios_can_be_sent_between_processes(small: Scenario) -> None:
    assert pickle.loads(pickle.dumps(small)) == small


def test_scenario_is_frozen(small: Scenario) -> None:
    with pytest.raises(ValueError, match="frozen"):
        small.people.total = 5  # type: ignore[misc]


def test_changed_leaves_what_it_was_given(small: Scenario) -> None:
    values = small.values()
    before = copy.deepcopy(values)
    changed(values, {"people.total": 1, "new.group.value": 2})
    assert values == before


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_junk_anywhere_is_a_problem_or_a_scenario(small: Scenario, data: st.DataObject) -> None:
    values = small.values()
    paths = data.draw(st.lists(st.sampled_from(all_paths(values)), min_size=1, max_size=3, unique=True))
    changes = {path: data.draw(JUNK) for path in paths}
    problems = problems_of(small, changes)
    assert all(problem.message and "\n" not in str(problem) for problem in problems)


@settings(max_examples=100, deadline=None)
@given(
    values=st.dictionaries(st.sampled_from(["timeline", "people", "timing", "aid", "standards", "title", "x"]), JUNK)
)
def test_junk_for_groups_is_a_problem(values: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError):
        build_scenario(values)


def test_change_and_get_refuse_what_is_not_a_path(small: Scenario) -> None:
    with pytest.raises(ScenarioError, match="found int, expected new values by dotted path"):
        small.change(5)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match="'5' is not a known name"):
        small.get(5)  # type: ignore[arg-type]
