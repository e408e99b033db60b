"""What would have to be true, and what to find out first."""

from __future__ import annotations

import numpy as np
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.importance import parts_of

EVENT = "peak_unsheltered > 300"
NIGHTS = {"measure": "person_nights_unsheltered", "usd_per_person_night": (1, 5)}


def test_limits_are_counted_on_the_half_that_did_not_choose_them(drawn: rm.Ensemble) -> None:
    found = rm.what_would_have_to_be_true(drawn, EVENT)
    assert list(found.limits["path"]) == ["people.total"]
    row = found.limits.iloc[0]
    assert row["recurs"] >= 0.9
    other = drawn.draws[parts_of(len(drawn), 2) == 1]
    inside = other["people.total"] >= row["at_least"]
    event = drawn.measures.loc[other.index, "peak_unsheltered"] > 300
    assert found.density == pytest.approx(event[inside].mean())
    assert found.coverage == pytest.approx(inside[event].mean())
    assert found.mass == pytest.approx(inside.mean())
    assert found.lift == pytest.approx(found.density / found.base_rate)
    assert np.isnan(row["at_most"])
    assert "people.total is at least" in found.sentence
    assert found.sentence[:40] in str(found)


def test_where_it_does_not_happen(drawn: rm.Ensemble) -> None:
    found = rm.what_would_have_to_be_true(drawn, EVENT, happens=False, density=0.95)
    assert found.density > 0.9
    assert np.isnan(found.limits["at_least"].iloc[0])
    assert found.sentence.startswith("not (peak_unsheltered > 300)")


@pytest.mark.parametrize("density", [0, 2, "much", True])
def test_a_density_is_a_share(drawn: rm.Ensemble, density: object) -> None:
    with pytest.raises(RequestError, match="density"):
        rm.what_would_have_to_be_true(drawn, EVENT, density=density)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("peak_unsheltered > 1e7", "in none of 512 draws"),
        ("crossed > 0", "in all of 512 draws"),
        ("peak_unshelterd > 10", "did you mean 'peak_unsheltered'"),
    ],
)
def test_an_event_that_cannot_be_asked_for(drawn: rm.Ensemble, event: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        rm.what_would_have_to_be_true(drawn, event)


@pytest.fixture(scope="module")
def more(doubtful: Scenario) -> rm.Ensemble:
    return rm.simulate_ensemble(doubtful.change({"aid.provinces.Plain.beds": 1200}), draws=512, seed=3)


def test_what_to_find_out_first(doubtful: Scenario, drawn: rm.Ensemble, more: rm.Ensemble) -> None:
    found = rm.find_out_first(doubtful, {"more": more}, costs_usd=[2e4], draws=512, seed=3, **NIGHTS)
    first = found[found["usd_per_person_night"] == 5].iloc[0]
    assert first["path"] == "people.total; timing.transport.own_vehicle_share"
    assert (first["best_if_low"], first["best_if_high"]) == ("nothing", "more")
    assert first["changes_plan"]
    # Knowing how many people come, one can nearly do what one would do knowing everything.
    assert 0.5 * found.attrs["everything_usd"][5] < first["worth_knowing_usd"] <= found.attrs["everything_usd"][5]
    assert (found.loc[found["path"] == "aid.bed_night_usd", "worth_knowing_usd"] == 0.0).all()
    late = rm.find_out_first(
        doubtful,
        [more],
        costs_usd=[2e4],
        draws=512,
        seed=3,
        findings={"people.total": ("the statistical office", 12.0)},
        decide_in_days=5,
        **NIGHTS,
    )
    row = late[late["path"].str.startswith("people.total")].iloc[0]
    assert (row["who"], row["in_time"], row["worth_knowing_usd"]) == ("the statistical office", False, 0.0)
    assert row["by_when"] == doubtful.timeline.time_at(5 * 24.0)
    assert found["by_when"].isna().all()


def test_what_is_known_after_the_orders_are_due_is_worth_nothing(doubtful: Scenario) -> None:
    tents = {"kind": "transit places", "unit_cost_usd": 50.0, "supplier_days": 0.2}
    shop = doubtful.change({"aid.options.Tents": tents})
    due = rm.order_by_table(rm.simulate_ensemble(shop, draws=512, seed=3), 0.95).iloc[0]
    assert due["status"] != "too late"
    more = rm.simulate_ensemble(shop.change({"aid.provinces.Plain.beds": 1200}), draws=512, seed=3, keep="measures")
    for days, in_time in ((0.0, True), (30.0, False)):
        census = {"people.total": ("a census", days)}
        found = rm.find_out_first(shop, [more], costs_usd=[2e4], draws=512, seed=3, findings=census, **NIGHTS)
        row = found[found["path"].str.startswith("people.total") & (found["usd_per_person_night"] == 5)].iloc[0]
        assert (row["by_when"], row["in_time"]) == (due["latest_decision"], in_time)
        assert (row["worth_knowing_usd"] > 0.0) == in_time


def test_plans_that_cannot_be_compared(doubtful: Scenario, more: rm.Ensemble) -> None:
    with pytest.raises(RequestError, match="nothing says what plan 1 cost; give costs_usd"):
        rm.find_out_first(doubtful, [more])
    with pytest.raises(RequestError, match=r"'plan 1' has other draws than 'nothing'.* 256 draws and 512 draws"):
        rm.find_out_first(doubtful, [more], costs_usd=[1.0], draws=256)
    with pytest.raises(RequestError, match="other draws than 'nothing'"):
        rm.find_out_first(doubtful, [more], costs_usd=[1.0], draws=512, seed=4)
    with pytest.raises(RequestError, match="plans: found none"):
        rm.find_out_first(doubtful, {}, costs_usd=[1.0])
    with pytest.raises(RequestError, match="expected 1 amounts"):
        rm.find_out_first(doubtful, [more], costs_usd=[1.0, 2.0])
