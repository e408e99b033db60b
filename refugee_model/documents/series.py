"""What is drawn day by day: arrivals, people in state accommodation, beds."""

from __future__ import annotations

import pandas as pd

from refugee_model.documents.story import LEVELS, Story
from refugee_model.scenario.network import STATE_ACCOMMODATION

NAMES = dict(zip(LEVELS, ("low", "middle", "high"), strict=True))


def daily(story: Story) -> pd.DataFrame:
    """What is drawn of a story, as :func:`by_day` gives it; empty where it was not kept."""
    arrivals = story.tables.get("arrivals")
    return pd.DataFrame() if arrivals is None else by_day(arrivals, story.tables.get("capacity"))


def by_day(arrivals: pd.DataFrame, capacity: pd.DataFrame | None) -> pd.DataFrame:
    """One row a day: date, arrivals_on_day, in_state_accommodation and beds; of many draws low, middle and high.

    Arrivals of a day are differences of totals: of many draws those of the quantiles of the total, which is near to,
    and not the same as, a quantile of the day, so only the middle is given.
    """
    if len(arrivals) < 2:
        return pd.DataFrame()
    many = "quantile" in arrivals
    middle = arrivals[arrivals["quantile"] == 0.5] if many else arrivals
    columns: dict[str, object] = {"date": [(time - pd.Timedelta(seconds=1)).date() for time in middle["time"]]}
    columns["arrivals_on_day"] = middle["arrived"].diff().clip(lower=0.0).to_numpy()
    for level, name in NAMES.items() if many else {0.5: ""}.items():
        own = arrivals[arrivals["quantile"] == level] if many else arrivals
        columns[f"in_state_accommodation{'_' + name if name else ''}"] = own["in_state_accommodation"].to_numpy()
    if capacity is not None:
        own = capacity[(capacity["kind"] == STATE_ACCOMMODATION)]
        own = own[own["quantile"] == 0.5] if many else own
        beds = own.groupby("time", sort=True)["capacity"].sum()
        columns["beds"] = beds.reindex(middle["time"]).to_numpy()
    return pd.DataFrame(columns).iloc[1:].reset_index(drop=True)
