"""Tags of tables."""

from __future__ import annotations

import pandas as pd

from refugee_model.files.table_files import csv_text


def test_kind_is_of_the_item_in_a_table_of_items_and_of_the_place_elsewhere() -> None:
    items = csv_text(pd.DataFrame({"item": ["kits"], "kind": ["durable"], "lapsed": [1.0]}), hxl=True)
    places = csv_text(pd.DataFrame({"place": ["Coldmere"], "kind": ["sheltered"]}), hxl=True)
    assert items.splitlines()[1] == "#item+code,#item+type,#item+needed+lapsed"
    assert places.splitlines()[1] == "#loc+name,#loc+type"
