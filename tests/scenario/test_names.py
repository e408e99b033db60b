"""Names of places: no two that the eye takes for one, none that the model uses itself, no code twice."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from refugee_model.engine.trajectories import Trajectories
from refugee_model.quantities import RESERVED_NAMES

import refugee_model as rm
from refugee_model.errors import ScenarioError, plain_name
from refugee_model.scenario.scenario import Scenario

HILLS = {"beds": 10, "road_km": 40, "relatives_weight": 1}


def refusal(scenario: Scenario, changes: dict[str, object]) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario.change(changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cote d'Ivoire", "Cote d\u2019Ivoire"),
        ("Cote d'Ivoire", "Cote d\u02bcIvoire"),
        (unicodedata.normalize("NFC", "Bălți"), unicodedata.normalize("NFD", "Bălți")),
        ("Upper Vale", "upper  vale "),
        ("Upper Vale", "Upper\u00a0Vale"),
        ("Upper-Vale", "Upper\u2013Vale"),
        ("Vale", "Vale\u200c"),
        ("STRASSE", "Straße"),
    ],
)
def test_names_that_look_alike_are_one_place(small: Scenario, one: str, other: str) -> None:
    said = refusal(small, {f"aid.provinces.{one}": HILLS, f"aid.provinces.{other}": HILLS})
    assert f"aid.provinces.{other}: is the same place as '{one}'" in said


def test_names_that_differ_stay_apart() -> None:
    assert len({plain_name(name) for name in ("Syunik", "Sunik", "Upper Vale", "Uppervale", "Ö", "O")}) == 6


@pytest.mark.parametrize("name", RESERVED_NAMES)
@pytest.mark.parametrize("path", ["aid.provinces", "aid.reception_points", "people.districts"])
def test_names_of_the_model_are_refused(small: Scenario, path: str, name: str) -> None:
    given = {"aid.provinces": HILLS, "aid.reception_points": {"desks": 1, "people_per_desk_hour": 12}}.get(
        path, {"share": 0.0, "distance_km": 5}
    )
    assert f"{path}.{name.upper()}: is a name that the model uses itself" in refusal(small, {f"{path}.{name.upper()}": given})


def test_every_name_that_tables_give_is_refused(small: Scenario) -> None:
    run = rm.simulate(small)
    assert isinstance(run, Trajectories)
    own = {*small.people.districts, *small.aid.reception_points, *small.aid.provinces}
    tables = (rm.movement_table, rm.capacity_table, rm.peak_table, rm.waiting_table, rm.arrivals_table, rm.balance_table)
    given = {str(place) for table in tables for place in table(run).get("place", np.array([]))}
    assert given - own - {""} <= set(RESERVED_NAMES)


@pytest.mark.parametrize("field", ["area_code", "p_code"])
def test_the_same_code_twice(small: Scenario, field: str) -> None:
    changes = {f"aid.provinces.Hills.{field}": "XX01", f"aid.provinces.Plain.{field}": "xx01 "}
    assert f"aid.provinces.Plain.{field}: 'xx01 ' is already the code of 'Hills'" in refusal(small, changes)
    districts = {f"people.districts.North.{field}": "XX01", f"people.districts.South.{field}": "XX01"}
    assert f"people.districts.South.{field}: 'XX01' is already the code of 'North'" in refusal(small, districts)


def test_reception_points_of_one_area_may_share_its_code(small: Scenario) -> None:
    other = {"desks": 1, "people_per_desk_hour": 12, "p_code": "XX01"}
    assert (
        small.change({"aid.reception_points.Border.p_code": "XX01", "aid.reception_points.Bridge": other})
        .aid.reception_points["Bridge"]
        .p_code
    )
