"""What to watch: when events begin, what is counted, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.scenario.reports import REPORTED
from refugee_model.studies.decisions.events import event_of, happening
from refugee_model.studies.decisions.signals import onset

EVENT = "peak_unsheltered > 300"


@pytest.fixture(scope="module")
def table(drawn: rm.Ensemble) -> pd.DataFrame:
    return rm.triggers(drawn, EVENT, action_days=1)


@pytest.mark.parametrize(
    "text",
    [
        EVENT,
        "peak_in_state_accommodation >= 900",
        "person_nights_without_roof > 200",
        "peak_without_roof > 40",
        "crossed > 1300",
        "places_full >= 2",
        "places_full > 0",
        "first_place_full_time",
        "first_full.Hills < 130",
        "peak_unsheltered > 300 and person_nights_unsheltered > 3000",
        "peak_unsheltered > 300 or first_full.Plain",
    ],
)
def test_an_event_begins_in_the_draws_in_which_it_happens(drawn: rm.Ensemble, text: str) -> None:
    event = event_of(drawn, text)
    begins = onset(drawn.result, event)
    np.testing.assert_array_equal(np.isfinite(begins), happening(drawn, event, ""))
    assert (begins[np.isfinite(begins)] <= drawn.result.day_ends[-1]).all()


def test_what_a_row_counts(drawn: rm.Ensemble, table: pd.DataFrame) -> None:
    assert (table["stage"].to_numpy()[:-1] == "go").all()
    assert table["stage"].iloc[-1] == "ready"
    assert table["day"].iloc[-1] <= table["day"].iloc[0]
    assert set(table["signal"]) <= {*REPORTED, "occupancy"}
    assert (table["hits"] <= table["events"]).all()
    assert (table["hits"] + table["in_vain"] <= table["fired"]).all()
    np.testing.assert_allclose(table["share_fires"], table["fired"] / len(drawn))
    go = table[:-1]
    assert (go["saved"].diff().dropna() <= 1e-12).all()
    assert (go["lead_days_5"] > 1.0).all()
    assert (go["lead_days_95"] <= 7.0).all()
    best = go.iloc[0]
    assert best["value"] >= max(
        best["value_always"], best["value_never"], best["value_occupancy_80"], best["value_trend"]
    )


def test_without_errors_of_reports_triggers_look_better(drawn: rm.Ensemble, table: pd.DataFrame) -> None:
    sharp = rm.triggers(drawn, EVENT, action_days=1, report_errors=False)
    assert sharp["saved"].iloc[0] > table["saved"].iloc[0]


def test_the_same_draws_give_the_same_triggers(drawn: rm.Ensemble, table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(rm.triggers(drawn, EVENT, action_days=1), table)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"event": "peak_unsheltered < 300"}, "known only at the end; write > or >="),
        ({"event": "cost_usd > 300000"}, "nothing says when 'cost_usd' passes a number"),
        ({"event": "first_full.Hills > 100"}, "known only at the end"),
        ({"event": "peak_unsheltered > 1e7"}, "in none of 512 draws"),
        ({"event": "crossed > 0"}, "in all of 512 draws"),
        ({"event": "peak_unshelterd > 10"}, "did you mean 'peak_unsheltered'"),
        ({"action_days": 7}, "expected more than action_days, 7"),
        ({"action_days": -1}, "expected 0 days or more"),
        ({"cost_of_acting": 2.0}, "less than loss_avoided"),
        ({"horizon_days": "week"}, "horizon_days: found 'week', expected a number"),
    ],
)
def test_what_is_refused(drawn: rm.Ensemble, options: dict[str, object], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        rm.triggers(drawn, **{"event": EVENT, **options})  # type: ignore[arg-type]


def test_draws_without_days_are_refused(doubtful: rm.Scenario) -> None:
    made = rm.simulate_ensemble(doubtful, draws=256, keep="measures")
    with pytest.raises(RequestError, match="make the draws with keep=None"):
        rm.triggers(made, EVENT)


def test_cards(table: pd.DataFrame) -> None:
    panels = rm.plot_trigger(table)
    assert sum(bar.get_width() for bar in panels[0].patches) == pytest.approx(100.0)
    low, high = panels[1].lines[0].get_xdata()
    assert (low, high) == (table["lead_days_5"].iloc[0], table["lead_days_95"].iloc[0])
    with pytest.raises(RequestError, match="row"):
        rm.plot_trigger(table, row=99)


def test_one_hundred_futures(drawn: rm.Ensemble) -> None:
    table = rm.event_table(drawn, [EVENT, "crossed > 0", "crossed > 1e9"])
    assert list(table["in_words"])[1:] == ["in all 512 futures", "in none of 512 futures"]
    for axes, share in zip(rm.plot_futures(table), table["chance"], strict=True):
        colours = axes.collections[0].get_facecolors()
        filled = int((colours[:, 0] < 0.5).sum())
        assert filled == pytest.approx(100 * share, abs=0.5001)
    with pytest.raises(RequestError, match="expected at most 12"):
        rm.plot_futures(pd.concat([table] * 5))
    with pytest.raises(RequestError, match="shares from 0 to 1"):
        rm.plot_futures(table.assign(chance=2.0))
