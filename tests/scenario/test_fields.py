"""One declaration feeds errors, help and labels."""

from __future__ import annotations

from refugee_model.errors import closest, nearest
from refugee_model.scenario.fields import bounds_of, field_at, unit_of, walk
from refugee_model.scenario.scenario import Scenario
from refugee_model.wording import figure


def test_every_value_has_a_meaning_and_one_path() -> None:
    fields = list(walk(Scenario))
    assert all(field.meaning and not field.meaning.endswith(".") for field in fields)
    assert len({field.path for field in fields}) == len(fields)


def test_paths_of_entries() -> None:
    paths = {field.path for field in walk(Scenario)}
    assert {
        "people.total",
        "people.districts.<name>.share",
        "people.now.sheltered.<name>",
        "timing.checkpoint.regimes.<index>.since",
        "aid.provinces.<name>.winter_factor",
    } <= paths


def test_field_of_a_value_in_a_schedule_is_the_schedule() -> None:
    field, _ = field_at(Scenario, ("timing", "checkpoint", "lanes", 0, "value"))
    assert field is not None
    assert unit_of(field) == "lanes"


def test_place_named_like_a_field() -> None:
    field, names = field_at(Scenario, ("people", "districts", "share", "distance_km"))
    assert field is not None
    assert unit_of(field) == "km"
    assert "departs_from" in names


def test_names_stop_where_the_path_stops() -> None:
    field, names = field_at(Scenario, ("timing", "chekpoint", "lanes"))
    assert field is not None
    assert names == ["departure", "transport", "corridor", "checkpoint", "routes", "accommodation", "onward"]


def test_bounds() -> None:
    def bounds(*parts: str) -> str:
        field, _ = field_at(Scenario, parts)
        return bounds_of(field) if field else "none"

    assert bounds("people", "total") == "at least 0, at most 1,000,000,000"
    assert bounds("timeline", "days") == "more than 0, at most 3,650"
    assert bounds("timing", "departure", "shape") == "at least 0.2, at most 20"
    assert bounds("timing", "checkpoint", "detained_share") == "at least 0, at most 1"
    assert bounds("aid", "placement", "policy") == "one of 'proportional', 'nearest', 'shares', 'order'"
    assert bounds("title") == ""


def test_nearest() -> None:
    assert nearest("syunk", ["Syunik", "Ararat"]) == "did you mean 'Syunik'?"
    assert nearest("qqq", ["Syunik", "Ararat"]) == "valid names: Syunik, Ararat"
    assert nearest("qqq", []) == "no name is valid here"
    assert nearest("qqq", [f"a{number}" for number in range(20)]).endswith("a11 and 8 more")
    assert closest("qqq", ["Syunik"]) is None


def test_figure() -> None:
    assert [figure(number) for number in (0, 1.5, 100_632, 1.000002, 1e9)] == [
        "0",
        "1.5",
        "100,632",
        "1.000002",
        "1,000,000,000",
    ]
