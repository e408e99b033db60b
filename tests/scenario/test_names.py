"""Names of places: no two that the eye takes for one, none that the model uses itself, no code twice."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.engine.trajectories import Trajectories
from refugee_model.errors import ScenarioError, plain_name
from refugee_model.quantities import RESERVED_NAMES
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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u0421\u043e\u0440", "Cop"),  # Cyrillic and Latin
        ("\u0391\u03a4\u0397\u039d", "ATHN"),  # Greek and Latin
        ("\u0555\u057d", "Ou"),  # Armenian and Latin
        ("\u06a9\u0648\u06cc", "\u0643\u0648\u064a"),  # the same in Persian and Arabic signs
        ("Ilica", "Il\u0131ca"),
    ],
)
def test_names_in_letters_of_the_same_shape_are_one_place(small: Scenario, one: str, other: str) -> None:
    said = refusal(small, {f"aid.provinces.{one}": HILLS, f"aid.provinces.{other}": HILLS})
    assert f"aid.provinces.{other}: is the same place as '{one}' written with other letters that look alike" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("\u041cosul", "mixes Cyrillic and Latin letters in one word: '\u041c' (U+041C) and 'o' (U+006F)"),
        ("Camp \u0391lpha", "mixes Greek and Latin letters in one word: '\u0391' (U+0391) and 'l' (U+006C)"),
        ("G\u0585ris", "mixes Latin and Armenian letters in one word"),
        ("Vale\u200c", "holds the character U+200C, which cannot be seen"),
        ("Va\u200dle", "holds the character U+200D, which cannot be seen"),
        ("Va\u00adle", "holds the character U+00AD, which cannot be seen"),
        ("Va\u200ble", "holds the character U+200B, which cannot be seen"),
        ("Va\u2028le", "holds the character U+2028, which cannot be seen"),
        ("Va\x85le", "holds the character U+0085, which cannot be seen"),
        ("Va\u3164le", "holds the character U+3164, which cannot be seen"),
        ("\u2800", "holds the character U+2800, which cannot be seen"),
        ("Va\ufefflye", "holds the character U+FEFF, which cannot be seen"),
        ("Va\U000e0041le", "holds the character U+E0041, which cannot be seen"),
    ],
)
def test_names_that_deceive_the_eye_are_refused(small: Scenario, name: str, said: str) -> None:
    assert f"{said}" in refusal(small, {f"aid.provinces.{name}": HILLS})


@pytest.mark.parametrize(
    "name",
    [
        "\u0533\u0578\u0580\u056b\u057d",  # Armenian
        "\u041b\u0430\u0447\u0438\u043d",  # Cyrillic
        "\u0391\u03b8\u03ae\u03bd\u03b1",  # Greek
        "\u10d2\u10dd\u10e0\u10d8",
        "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645",  # Persian, with the joiner that it needs
        "\u0939\u093f\u0928\u094d\u200d\u0926",
        "\u6771\u4eac\u30bf\u30ef\u30fc",  # scripts that are mixed as a rule
        "\u041b\u0430\u0447\u0438\u043d (Lachin)",
        "Block-\u0411",
        "Camp 5\u0411",
    ],
)
def test_names_of_every_script_stay_valid(small: Scenario, name: str) -> None:
    assert name in small.change({f"aid.provinces.{name}": HILLS}).aid.provinces


def test_other_names_that_look_alike(small: Scenario) -> None:
    item = small.values(defaults=True)["standards"]["items"]["water"]
    said = refusal(small, {"standards.items.cop": item, "standards.items.\u0441\u043e\u0440": item})
    assert "standards.items.\u0441\u043e\u0440: is the same name as 'cop' written with other letters that look alike" in said


def test_a_place_of_reports_is_found_whatever_its_letters(small: Scenario) -> None:
    scenario = small.change({"aid.provinces.B\u0103l\u021bi": HILLS})
    place = unicodedata.normalize("NFD", "B\u0103l\u021bi")
    rows = {"time": [scenario.timeline.time_at(48.0)], "quantity": ["in_state_accommodation"], "place": [place], "value": [5.0]}
    table = rm.compare_with_reports(rm.simulate(scenario), pd.DataFrame(rows))
    assert np.isfinite(table["projected"]).all()
