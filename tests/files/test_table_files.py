"""Tags and numbers in files: no dust of the arithmetic, and people as people."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

import refugee_model as rm
from refugee_model.files.table_files import csv_text, json_text
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.ranges import summary_json


def test_people_have_one_decimal() -> None:
    table = pd.DataFrame(
        {"place": ["Coldmere"], "people": [1564.773227], "capacity": [464.9999999999748], "free": [-1.19e-12]}
    )
    assert csv_text(table) == "place,people,capacity,free\nColdmere,1564.8,465,0\n"


def test_what_is_summed_up_keeps_its_decimals() -> None:
    assert csv_text(pd.DataFrame({"entered": [0.04123456], "utilisation": [0.99512345], "cost": [62058.256]})) == (
        "entered,utilisation,cost\n0.041235,0.995123,62058.26\n"
    )


def test_inputs_keep_their_digits() -> None:
    assert csv_text(pd.DataFrame({"timing.departure.innovation": [1.23456789e-7]})).endswith("1.23456789e-07\n")


def test_the_table_itself_is_not_changed() -> None:
    table = pd.DataFrame({"people": [1564.773227]})
    csv_text(table)
    assert table["people"][0] == 1564.773227


def test_summary_json_has_no_dust(small: Scenario) -> None:
    measures = rm.summary(rm.simulate(small))
    measures["longest_queue_people"], measures["peak_unsheltered"] = 464.9999999999748, 1.19e-12
    measures["people_balance_residual"] = 3.6e-12
    written = json.loads(json_text(summary_json(measures)))
    assert (written["longest_queue_people"], written["peak_unsheltered"], written["people_balance_residual"]) == (
        465.0,
        0.0,
        0.0,
    )
    for value in written.values():
        assert not isinstance(value, float) or value == round(value, 6)


def test_kind_is_of_the_item_in_a_table_of_items_and_of_the_place_elsewhere() -> None:
    items = csv_text(pd.DataFrame({"item": ["kits"], "kind": ["durable"], "lapsed": [1.0]}), hxl=True)
    places = csv_text(pd.DataFrame({"place": ["Coldmere"], "kind": ["sheltered"]}), hxl=True)
    assert items.splitlines()[1] == "#item+code,#item+type,#item+needed+lapsed"
    assert places.splitlines()[1] == "#loc+name,#loc+type"


def test_a_column_of_one_route_is_written_as_that_of_all() -> None:
    written = csv_text(pd.DataFrame({"arrived": [1.23], "arrived by Mill road": [1.23]}), hxl=True).splitlines()
    assert (written[1].split(",")[0], written[2]) == (written[1].split(",")[1], "1.2,1.2")


def test_numbers_are_written_as_pandas_writes_them() -> None:
    values = [1.5, np.nan, np.inf, -np.inf, -0.0, 0.0, 1e-300, 123456789012345.6, 0.1, 1e12, 1 / 3]
    table = pd.DataFrame(
        {"any": values, "single": np.asarray(values, dtype=np.float32), "text": ["a,b", 'q"', None, *"abcdefgh"]}
    )
    for columns, decimal in ((",", "."), (";", ",")):
        expected = table.to_csv(index=False, float_format="%.10g", lineterminator="\n", sep=columns, decimal=decimal)
        assert csv_text(table, columns=columns, decimal=decimal) == expected
