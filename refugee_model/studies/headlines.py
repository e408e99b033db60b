"""What many draws say of themselves on a card: the headline answers with their ranges and chances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from refugee_model.cards import Card
from refugee_model.tables.ranges import range_table
from refugee_model.wording import chance, moment, whole

if TYPE_CHECKING:
    from refugee_model.studies.ensemble import Ensemble

HEADLINES = {
    "crossed": "crossed",
    "person_nights_without_roof": "person-nights without a roof",
    "longest_queue_people": "longest queue",
    "first_place_full_time": "first place full",
    "peak_unsheltered": "most without a bed",
}
"""Measures that a card names, and how."""


def card_of_draws(ensemble: Ensemble, kind: str, further: Mapping[str, str] | None = None) -> Card:
    """Title, draws and what is uncertain; the headline answers with the range of 19 in 20 draws."""
    scenario, table = ensemble.scenario, range_table(ensemble).set_index("measure")
    draws = f"{len(ensemble):,}, seed {ensemble.seed}; {len(scenario.uncertain)} uncertain numbers"
    lines = {"draws": draws, **(further or {})}
    rows = {str(name): row for name, row in table.iterrows()}
    headlines = {said: _range(rows[name], len(ensemble)) for name, said in HEADLINES.items()}
    return Card(
        kind, scenario.title, lines, "summary(...) has every measure; measure_table(...) its quantiles", headlines
    )


def _range(row: pd.Series, draws: int) -> str:
    """The middle, where 19 in 20 draws lie, and the chance that it happens at all."""

    def shown(value: Any) -> str:
        return moment(value.to_pydatetime(warn=False)) if isinstance(value, pd.Timestamp) else whole(float(value))

    if pd.isna(row["middle"]):
        return "in no draw"
    return (
        f"{shown(row['middle'])} ({shown(row['low'])} to {shown(row['high'])}); "
        f"{chance(float(row['chance']), draws=draws)}"
    )
