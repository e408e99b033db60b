"""Forecasts: what reports teach and what they cannot, whatever moves the draws, and reports that nobody should have
sent."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.engine.result import EVERYTHING, NEVER, Keep
from refugee_model.errors import RequestError, ScenarioWarning
from refugee_model.outcomes.calendar import interpolated
from refugee_model.scenario.reports import REPORTED
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.uncertain import draw_table
from refugee_model.studies import blocks
from refugee_model.studies.blocks import Wanted
from refugee_model.studies.ensemble import ensemble_of
from refugee_model.studies.forecast import forecast, latent, learning, sampler
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.studies.forecast.latent import Latent
from refugee_model.studies.forecast.observations import Would, observations_of, surprises
from refugee_model.tables.arrivals import reported_quantity
from refugee_model.tables.forecasts import whole_forecast_table
from tests.tables.test_one_meaning import TABLES, Table

TOTAL, RATE, ASKS = "people.total", "timing.checkpoint.vehicles_per_hour", "timing.accommodation.asks_for_bed_share"
UNCERTAIN = {
    TOTAL: {"low": 6000.0, "likely": 10_000.0, "high": 12_000.0},
    RATE: {"low": 20.0, "likely": 100.0, "high": 200.0},
    ASKS: {"low": 0.1, "likely": 0.3, "high": 0.6},
}
NOISE = {"sd": 0.2, "correlation_hours": 4.0}
START = datetime.fromisoformat("2023-09-24T12:00+04:00")
DRAWS = 200
FEW = 40
"""Enough where forecasts are compared bit by bit: that holds whatever their number."""


@pytest.fixture(scope="module")
def scenario(small: Scenario) -> Scenario:
    return small.change(UNCERTAIN)


@pytest.fixture(autouse=True)
def few_particles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "LEAST_PARTICLES", DRAWS)


@pytest.fixture
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more particles than draws."""
    monkeypatch.setattr(learning, "LEAST_PARTICLES", FEW)


def time_at(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def table(*rows: tuple[Any, ...], **columns: Any) -> pd.DataFrame:
    """Reports from hours, quantity, value and perhaps place."""
    return pd.DataFrame(
        {
            "time": pd.to_datetime([time_at(row[0]) for row in rows]),
            "quantity": [row[1] for row in rows],
            "place": [row[3] if len(row) > 3 else "" for row in rows],
            "value": [float(row[2]) for row in rows],
            **columns,
        }
    )


def told_by(
    scenario: Scenario, truth: dict[str, float], hours: Iterator[float] | range, *quantities: str
) -> pd.DataFrame:
    """What would be reported, without errors, if the numbers were these."""
    run = rm.simulate(scenario.change(truth))
    rows = []
    for quantity in quantities or ("arrived",):
        at = np.asarray(list(hours), dtype=float)
        values = interpolated(run.hours, reported_quantity(run, quantity), at)[:, 0]
        rows += [(hour, quantity, value) for hour, value in zip(at, values, strict=True)]
    return table(*rows)


def learned(fc: Forecast, path: str) -> pd.Series:
    return fc.learned.set_index("path").loc[path]


def same(one: Forecast, other: Forecast) -> None:
    assert one.draws.equals(other.draws)
    assert one.measures.equals(other.measures)
    assert one.learned.equals(other.learned)
    for name, values in one.curves.items():
        np.testing.assert_array_equal(values, other.curves[name])
    for (_, array), (_, same_array) in zip(one.result.by_draw(), other.result.by_draw(), strict=True):
        np.testing.assert_array_equal(array, same_array)


SOME = table(
    (36, "arrived", 1500),
    (48, "arrived", 3000),
    (54, "arrived", 4000),
    (54, "vehicles", 700),
    (54, "in_state_accommodation", 150),
)


@pytest.fixture(scope="module")
def some(scenario: Scenario) -> Forecast:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "LEAST_PARTICLES", DRAWS)
        return rm.forecast(scenario, SOME, draws=DRAWS, seed=3)


# -- the same bytes


def test_draws_at_work_together_change_no_bit(
    scenario: Scenario, some: Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latent, "MONTHS", 0.0)
    assert [len(part.uniforms) for part in some.points] == [DRAWS]
    fewer = rm.forecast(scenario, SOME, draws=DRAWS, seed=3)
    assert len(fewer.points) == 2
    same(some, fewer)


@pytest.mark.parametrize("workers", [1, 3])
def test_any_executor_and_any_number_of_threads_give_the_same_bits(
    scenario: Scenario, some: Forecast, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (forecast, learning, blocks):
        monkeypatch.setattr(module, "cores", lambda: workers)
    with ThreadPoolExecutor(workers) as pool:
        same(some, rm.forecast(scenario, SOME, draws=DRAWS, seed=3, executor=pool))
    same(some, rm.forecast(scenario, SOME, draws=DRAWS, seed=3))


def test_noise_gives_the_same_bits_too(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = scenario.change({"timing.checkpoint.noise": NOISE, "timing.departure.noise": NOISE})
    usual = rm.forecast(noisy, SOME, draws=60, seed=3)
    monkeypatch.setattr(learning, "cores", lambda: 3)
    monkeypatch.setattr(forecast, "cores", lambda: 3)
    same(usual, rm.forecast(noisy, SOME, draws=60, seed=3))
    assert not usual.draws.equals(rm.forecast(noisy, SOME, draws=60, seed=4).draws)


def test_the_order_of_the_rows_does_not_matter(scenario: Scenario, some: Forecast) -> None:
    same(some, rm.forecast(scenario, SOME.iloc[::-1], draws=DRAWS, seed=3))


@pytest.mark.usefixtures("fewer")
def test_only_reports_up_to_the_cutoff_have_any_influence(scenario: Scenario) -> None:
    until = time_at(50)
    early = rm.forecast(scenario, SOME[:2], until=until, draws=FEW)
    other = SOME.assign(value=SOME["value"].where(SOME.index < 2, 9999.0))
    same(early, rm.forecast(scenario, SOME, until=until, draws=FEW))
    same(early, rm.forecast(scenario, other, until=until, draws=FEW))
    assert early.until == START + timedelta(hours=50)
    assert len(rm.forecast(scenario, other, until=until, draws=FEW).reports) == 2


# -- what is learned, and what cannot be


@pytest.mark.usefixtures("fewer")
def test_an_update_goes_on_from_what_is_known_or_learns_anew(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "LEAST_LEFT", 0.01)
    early, late = table((20, "arrived", 900)), table((30, "arrived", 2100), (36, "arrived", 2900))
    corrected = table((20, "arrived", 1000), (30, "arrived", 2100), (36, "arrived", 2900))
    first = rm.forecast(scenario, early, draws=FEW, keep="measures")
    both = pd.concat([early, late])
    gone_on, anew = first.update(late), rm.forecast(scenario, both, draws=FEW, keep="measures")
    pd.testing.assert_frame_equal(gone_on.reports, anew.reports)
    assert not gone_on.draws.equals(anew.draws)
    assert gone_on.particles is not None
    same(first.update(both), gone_on)
    same(first.update(corrected), rm.forecast(scenario, corrected, draws=FEW, keep="measures"))
    same(gone_on.update(both, until=time_at(20)), first)
    monkeypatch.setattr(learning, "LEAST_LEFT", 1.0)
    same(first.update(late), anew)
    beds = table((20, "in_state_accommodation", 90, "hills"), (30, "in_state_accommodation", 210, "HILLS"))
    first = rm.forecast(scenario, beds, draws=FEW, keep="measures")
    assert len(first.update(beds.assign(time=beds["time"].dt.tz_convert("UTC"))).reports) == 2
    assert first.update(late, until=time_at(33)).until == START + timedelta(hours=33)
    with pytest.raises(RequestError, match="reports"):
        first.update("counts.csv")  # type: ignore[arg-type]


def test_updates_one_by_one_are_the_forecast_from_all_reports_but_for_chance(scenario: Scenario) -> None:
    told = told_by(scenario, {TOTAL: 9000.0, RATE: 60.0, ASKS: 0.3}, range(30, 61, 6))
    first, *others = (told[told["time"] <= time_at(hours)] for hours in range(36, 61, 6))
    gone_on = rm.forecast(scenario, first, draws=1000, keep="measures")
    for reports in others:
        gone_on = gone_on.update(reports)
    anew = rm.forecast(scenario, told, draws=1000, keep="measures")
    assert gone_on.particles is not None
    assert gone_on.particles.updates == len(others)
    for path in (TOTAL, RATE, ASKS):
        found, wanted = learned(gone_on, path), learned(anew, path)
        spread = wanted["posterior_95"] - wanted["posterior_5"]
        for level in (5, 50, 95):
            assert found[f"posterior_{level}"] == pytest.approx(wanted[f"posterior_{level}"], abs=0.15 * spread)


def test_where_no_report_is_new_an_update_only_moves_on(scenario: Scenario, some: Forecast) -> None:
    later = some.update(SOME, until=time_at(70))
    assert later.until == START + timedelta(hours=70)
    assert later.diagnostics["effective_by_weighting"] > 0.9 * later.diagnostics["particles"]


def test_more_reports_narrow_what_they_tell(scenario: Scenario) -> None:
    truth = {TOTAL: 9000.0, RATE: 60.0, ASKS: 0.3}
    found = [
        rm.forecast(scenario, told_by(scenario, truth, range(30, last, 6)), draws=300, until=time_at(60))
        for last in (31, 37, 49, 61)
    ]
    narrowed = [learned(fc, TOTAL)["narrowed"] for fc in found]
    assert narrowed == sorted(narrowed)
    assert narrowed[-1] > 0.4
    last = learned(found[-1], TOTAL)
    assert last["posterior_5"] <= 9000.0 <= last["posterior_95"]
    assert last["learned"] == "yes"
    assert learned(found[-1], ASKS)["learned"] == "no"


def test_while_a_queue_stands_arrivals_tell_the_checkpoint_and_hardly_how_many_will_come(small: Scenario) -> None:
    scenario = small.change({**UNCERTAIN, RATE: {"low": 10.0, "likely": 30.0, "high": 60.0}})
    truth = {TOTAL: 9000.0, RATE: 25.0, ASKS: 0.3}
    assert reported_quantity(rm.simulate(scenario.change(truth)), "waiting")[50:81].min() > 1500
    fc = rm.forecast(scenario, told_by(scenario, truth, range(50, 81, 5)), draws=300)
    assert learned(fc, RATE)["narrowed"] > 0.5
    assert learned(fc, TOTAL)["narrowed"] < 0.15
    width, prior = (
        learned(fc, TOTAL)[f"{when}_95"] - learned(fc, TOTAL)[f"{when}_5"] for when in ("posterior", "prior")
    )
    assert width > 0.8 * prior


def test_the_end_of_the_flow_tells_how_many_came(scenario: Scenario) -> None:
    truth = {TOTAL: 8000.0, RATE: 150.0, ASKS: 0.3}
    fc = rm.forecast(scenario, told_by(scenario, truth, range(48, 200, 12)), draws=300)
    assert learned(fc, TOTAL)["learned"] == "yes"
    assert learned(fc, TOTAL)["posterior_5"] <= 8000.0 <= learned(fc, TOTAL)["posterior_95"]


def test_what_was_learned_is_one_row_a_number(some: Forecast, scenario: Scenario) -> None:
    assert sorted(some.learned["path"]) == sorted(scenario.uncertain)
    assert some.learned["narrowed"].is_monotonic_decreasing
    for row in some.learned.itertuples():
        wanted = [row.posterior_5, row.posterior_50, row.posterior_95]
        # Where more people are counted than draws have, these are given more.
        off = 0.03 if row.path == TOTAL else 1e-4
        np.testing.assert_allclose(np.quantile(some.draws[row.path], [0.05, 0.5, 0.95]), wanted, rtol=off)


@pytest.fixture(scope="module")
def whole(scenario: Scenario) -> Forecast:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "LEAST_PARTICLES", FEW)
        return rm.forecast(scenario, SOME, draws=FEW, keep="all")


@pytest.mark.parametrize("make", [*TABLES, rm.measure_table, rm.summary])
def test_every_table_of_an_ensemble_takes_a_forecast(whole: Forecast, make: Table) -> None:
    assert make(whole).attrs["draws"] == len(whole) == FEW


@pytest.mark.usefixtures("fewer")
def test_by_day_only_less_is_kept(scenario: Scenario, whole: Forecast) -> None:
    by_day = rm.forecast(scenario, SOME, draws=FEW)
    assert by_day.measures.equals(whole.measures)
    assert rm.forecast_table(by_day).equals(rm.forecast_table(whole))
    for table in (rm.movement_table, rm.needs_table):
        found, less = table(whole, freq="day"), table(by_day)
        assert found[less.columns].equals(less)
    assert (whole.update(SOME).result.keep, by_day.update(SOME).result.keep) == (EVERYTHING, Keep())


def test_measures_only(scenario: Scenario, some: Forecast) -> None:
    light = rm.forecast(scenario, SOME, draws=DRAWS, seed=3, keep="measures")
    assert not len(light.result.kept)
    assert light.measures.equals(some.measures)
    assert rm.forecast_table(light).equals(rm.forecast_table(some))
    with pytest.raises(RequestError, match="the forecast kept no places"):
        rm.forecast_table(light, "in_state_accommodation", place="Hills")


def test_progress_is_told_and_ends(scenario: Scenario) -> None:
    told: list[tuple[int, int]] = []
    rm.forecast(scenario, SOME, draws=50, progress=lambda done, draws: told.append((done, draws)))
    assert {draws for _, draws in told} == {100}
    assert told[-1] == (100, 100)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_certain_scenario_is_forecast_as_it_is(small: Scenario) -> None:
    fc = rm.forecast(small, SOME, draws=20)
    assert len(fc.learned) == 0
    assert fc.measures.nunique(dropna=False).max() == 1


# -- the table


def test_one_row_a_day_from_the_cutoff_on(some: Forecast) -> None:
    found = rm.forecast_table(some, freq="day")
    ends = [time_at(hours) for hours in (some.until_hours, *some.result.day_ends) if hours >= some.until_hours]
    assert [time.isoformat() for time in found["time"].unique()] == ends
    assert found.equals(rm.forecast_table(some, times=ends))
    with pytest.raises(RequestError, match="times: found 'NaT', expected a time with its offset"):
        rm.forecast_table(some, times=[pd.NaT])  # type: ignore[list-item]
    with pytest.raises(RequestError, match="freq: found 'week', expected None for all rows or 'day'"):
        rm.forecast_table(some, freq="week")
    with pytest.raises(RequestError, match=r"times: found .* beside freq='day'; give one of them"):
        rm.forecast_table(some, times=ends, freq="day")


def test_forecast_table_begins_at_the_cutoff(some: Forecast) -> None:
    found = rm.forecast_table(some)
    assert list(found.columns) == ["time", "quantity", "place", "quantile", "value"]
    assert found["time"].iloc[0] == some.until
    assert found["time"].is_monotonic_increasing
    assert sorted(found["quantile"].unique()) == [0.05, 0.5, 0.95]
    wide = found.pivot_table(index="time", columns="quantile", values="value")
    assert (wide.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert (wide.diff().iloc[1:] >= -1e-2).all(axis=None)


@pytest.mark.parametrize("quantity", REPORTED)
def test_forecast_table_at_times_asked_for(some: Forecast, quantity: str) -> None:
    times = [time_at(60), START.astimezone(UTC) + timedelta(hours=72.5)]
    found = rm.forecast_table(some, quantity, times=times, quantiles=[0.5])
    assert [time.isoformat() for time in found["time"]] == [time_at(60), time_at(72.5)]
    assert (found["value"] >= 0).all()
    assert (
        rm.forecast_table(some, quantity, times=time_at(60), quantiles=[0.5])["value"].tolist()
        == found["value"].tolist()[:1]
    )


def test_forecast_table_of_a_province(some: Forecast) -> None:
    every = [
        rm.forecast_table(
            some, "in_state_accommodation", place=place, quantiles=[0.0, 1.0], times=[time_at(60), time_at(300)]
        )
        for place in ("Hills", "Plain")
    ]
    whole = rm.forecast_table(some, "in_state_accommodation", quantiles=[0.0, 1.0], times=[time_at(60), time_at(300)])
    assert (every[0]["place"] == "Hills").all()
    assert sum(part["value"].iloc[-1] for part in every) >= whole["value"].iloc[-1] - 1.0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"quantity": "arived"}, "did you mean 'arrived'?"),
        ({"place": "Hills"}, "projected for all places together"),
        ({"quantity": "in_state_accommodation", "place": "Hill"}, "did you mean 'Hills'?"),
        ({"quantiles": [1.5]}, "quantiles: found 1.5"),
        (
            {"quantiles": 0.5},
            r"quantiles: found 0.5, expected a list of numbers from 0 to 1; for one quantile write quantiles=\[0.5\]",
        ),
        ({"times": ["2023-09-27T08:00"]}, "times: found '2023-09-27T08:00', expected a time with its offset"),
        ({"times": "tomorrow"}, "times: found 'tomorrow'"),
        ({"times": ["2024-09-27T08:00+04:00"]}, "lies outside the scenario"),
    ],
)
def test_requests_of_the_table_that_cannot_be_met(some: Forecast, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said.replace("?", r"\?")):
        rm.forecast_table(some, **asked)


def test_a_table_of_something_else(small: Scenario) -> None:
    with pytest.raises(RequestError, match=r"expected what refugee_model\.forecast gives"):
        rm.forecast_table(rm.simulate_ensemble(small, draws=2))  # type: ignore[arg-type]


def test_no_total_is_printed_below_what_was_counted(scenario: Scenario) -> None:
    counts = table((36, "arrived", 1500), (48, "arrived", 3000), (54, "arrived", 6786), (50, "registered", 2500))
    fc = rm.forecast(scenario, counts, draws=60)
    whole = whole_forecast_table(fc, quantiles=(0.0, 0.05, 0.5))
    for count in counts.itertuples():
        after = whole[(whole["quantity"] == count.quantity) & (whole["time"] >= count.time)]
        assert after["value"].min() >= count.value
    assert rm.forecast_table(fc, quantiles=[0.0], times=[time_at(54), time_at(55.5)])["value"].min() >= 6786
    assert rm.forecast_table(fc, "departed", quantiles=[0.0])["value"].min() >= 6786
    assert fc.measures["crossed"].min() >= 6786
    assert fc.result.crossed[1:][fc.result.day_ends >= 54].min() >= 6786
    assert rm.forecast_table(fc, quantiles=[0.0], times=[time_at(53)])["value"].iloc[0] < 6786
    assert fc.least["arrived"].at(np.array([54.0])).tolist() == [6786]


def test_a_count_above_all_draws_leaves_a_range_that_goes_on(scenario: Scenario) -> None:
    fc = rm.forecast(scenario, table((36, "departed", 1500), (48, "departed", 25_000)), draws=60)
    last, later = fc.curves["departed"][np.searchsorted(fc.curve_hours, [48.0, 120.0])]
    assert last.min() == last.max() == 25_000
    assert np.quantile(later, 0.05) > 25_000
    assert np.ptp(np.quantile(later, [0.05, 0.95])) > 100


def test_no_part_of_those_who_arrived_is_above_them(small: Scenario) -> None:
    """The pool says how many arrive, and the draws' queues, which no count tells of, let others through."""
    lying = {TOTAL: {"low": 6000.0, "likely": 50_000.0, "high": 60_000.0}, RATE: UNCERTAIN[RATE]}
    fc = rm.forecast(small.change(lying), table(*((h, "arrived", h / 2) for h in (12, 24, 36, 48))), draws=60)
    for part in ("registered", "in_state_accommodation", "left_country"):
        assert (fc.curves[part] <= fc.curves["arrived"]).all(), part


def test_nobody_arrives_who_has_not_set_off(scenario: Scenario) -> None:
    """Where registered people alone are counted, more of them than draws have, both are raised."""
    fc = rm.forecast(scenario, table(*((hour, "registered", 400 * hour) for hour in (36, 42, 48, 54))), draws=60)
    assert (fc.curves["departed"] >= fc.curves["arrived"]).all()


# -- standard normal numbers behind the scenario


@pytest.fixture(scope="module")
def correlated(scenario: Scenario) -> Scenario:
    noisy = {"timing.checkpoint.noise": NOISE, "timing.departure.noise": NOISE}
    together = [{"paths": [TOTAL, RATE], "rank": 0.6}]
    return scenario.change({**noisy, "correlations": together})


def test_values_are_those_of_the_scenarios_draws(correlated: Scenario) -> None:
    hidden = Latent(correlated, np.array([24.0]), [("arrived", "")], 24.0)
    normals = np.random.default_rng(1).standard_normal((500, hidden.size))
    points = hidden.points(normals[:, : hidden.numbers], normals[:, hidden.numbers :], 0)
    found, wanted = hidden.values(normals), draw_table(correlated, points.uniforms)
    assert list(found) == list(wanted)
    for path, values in wanted.items():
        np.testing.assert_allclose(found[path], values, rtol=1e-4)


@pytest.mark.parametrize("block", [7, 500])
def test_points_give_the_curves_from_which_was_learned(
    correlated: Scenario, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latent, "BLOCK", block)
    hours = np.array([20.0, 36.0, 60.0, 70.0])
    items = [(quantity, "") for quantity in REPORTED for _ in hours]
    hidden = Latent(correlated, np.tile(hours, len(REPORTED)), items, 70.0)
    normals = np.random.default_rng(2).standard_normal((40, hidden.size))
    values, _ = hidden.reports(normals)
    wanted = Wanted(Keep(NEVER), curve_hours=tuple(hours))
    points = hidden.points(normals[:, : hidden.numbers], normals[:, hidden.numbers :], 0)
    whole = ensemble_of(correlated, iter([points]), draws=40, seed=5, wanted=wanted)
    at = np.searchsorted(whole.curve_hours, hours)
    np.testing.assert_allclose(whole.curve_hours[at], hours)
    for number, (quantity, _) in enumerate(items):
        curve = whole.curves[quantity][at[number % len(hours)]]
        np.testing.assert_allclose(values[:, number], curve, rtol=1e-3, atol=0.5, err_msg=quantity)


def test_sources_that_are_not_told_change_no_report(correlated: Scenario) -> None:
    """The share that asks for a bed changes no arrivals, but people in beds."""
    hours = np.array([20.0, 70.0])
    hidden = Latent(correlated, hours, [("arrived", "")] * 2, 70.0)
    narrow, tells = hidden.told(np.random.default_rng(1))
    assert set(narrow.paths) == set(hidden.paths) - {ASKS}
    assert narrow.numbers == len(tells) == hidden.numbers - 1
    normals = np.random.default_rng(2).standard_normal((40, hidden.size))
    few = np.hstack([normals[:, tells], normals[:, hidden.numbers :]])
    np.testing.assert_allclose(narrow.reports(few)[0], hidden.reports(normals)[0], rtol=1e-6)
    of_beds = Latent(correlated, hours, [("in_state_accommodation", "")] * 2, 70.0)
    assert ASKS in of_beds.told(np.random.default_rng(1))[0].paths


def test_a_number_that_no_report_tells_stays_as_it_was(scenario: Scenario) -> None:
    fc = rm.forecast(scenario, SOME[SOME["quantity"] == "arrived"], draws=DRAWS, seed=3)
    asks = learned(fc, ASKS)
    assert asks["learned"] == "no"
    assert fc.draws[ASKS].corr(fc.draws[TOTAL], method="spearman") == pytest.approx(0.0, abs=0.2)


OPENS = np.arange(12.0, 72.0, 12.0)
OPENING = [f"timing.departure.factor.{number}.value" for number in range(1, len(OPENS))]


@pytest.fixture(scope="module")
def opens_later(small: Scenario) -> Scenario:
    """Nobody can leave until one of five times, all as likely: entries that go together are one opening."""
    one_in = len(OPENS)
    chances = [{"distribution": "discrete", "values": [0, 1], "weights": [one_in - n, n]} for n in range(1, one_in)]
    entries = [{"since": hours / 24.0, "value": value} for hours, value in zip(OPENS, [*chances, 1.0], strict=True)]
    together = [{"paths": OPENING, "rank": 1.0}]
    return small.change({"timing.departure.factor": [{"value": 0.0}, *entries], "correlations": together})


def opening(draws: pd.DataFrame) -> np.ndarray:
    """When each draw opens [h]."""
    open_at = draws[OPENING].to_numpy()
    assert (np.diff(open_at, axis=1) >= 0).all()
    return OPENS[(open_at < 0.5).sum(axis=1)]


def test_the_time_of_an_opening_may_be_uncertain_and_is_learned(opens_later: Scenario) -> None:
    before = opening(rm.simulate_ensemble(opens_later, draws=1000, seed=1, keep="measures").draws)
    assert np.unique(before, return_counts=True)[1] / 1000 == pytest.approx(0.2, abs=0.02)
    truth = dict(zip(OPENING, (OPENS[:-1] >= 36.0).astype(float), strict=True)) | {"correlations": []}
    fc = rm.forecast(opens_later, told_by(opens_later, truth, range(34, 64, 6)), draws=DRAWS, seed=3)
    assert (opening(fc.draws) == 36.0).mean() > 0.9


def test_steps_twice_as_long_tell_nearly_the_same(correlated: Scenario) -> None:
    hours = np.array([20.0, 36.0, 60.0, 70.0])
    exact, quick = (Latent(correlated, hours, [("arrived", "")] * 4, 70.0, quick=each) for each in (False, True))
    normals = np.random.default_rng(2).standard_normal((40, exact.size))
    assert quick.regular is not None
    values, nearly = exact.reports(normals)[0], quick.reports(normals)[0]
    error = (nearly - values) / (values + 0.005 * correlated.people.total)
    assert np.sqrt(np.square(error).mean()) < 0.01


def test_reports_between_steps_lie_on_straight_lines(scenario: Scenario) -> None:
    hours = np.array([36.0, 36.25, 37.0])
    hidden = Latent(scenario, hours, [("arrived", "")] * 3, 40.0)
    values, rate = hidden.reports(np.random.default_rng(3).standard_normal((5, hidden.size)))
    np.testing.assert_allclose(values[:, 1], 0.75 * values[:, 0] + 0.25 * values[:, 2])
    np.testing.assert_allclose(rate[:, 1], values[:, 2] - values[:, 0])


def test_a_sample_of_a_known_posterior() -> None:
    """Three measurements of one of two standard normal numbers, whose posterior is known."""
    found = sampler.sample(
        lambda normals: -0.5 * np.square((normals[:, 0] - 1.0) / 0.5), 2, 3, seed=1, particles=2000, keep=5
    )
    spread, middle = np.sqrt(1 / (1 + 1 / 0.25)), 1.0 * 4 / 5
    assert found.normals[:, 0].mean() == pytest.approx(middle, abs=0.05)
    assert found.normals[:, 0].std() == pytest.approx(spread, abs=0.05)
    assert found.normals[:, 1:].mean(axis=0) == pytest.approx(0.0, abs=0.1)
    assert found.normals[:, 1:].std(axis=0) == pytest.approx(1.0, abs=0.1)


# -- reports that nobody should have sent


def warned(fc: Forecast, words: str) -> bool:
    return any(words in warning for warning in fc.warnings)


@pytest.mark.parametrize(
    ("reports", "until", "said"),
    [
        (table((-5, "arrived", 10), (60, "arrived", 10)), time_at(48), "1 at or before the start of the scenario"),
        (table((36, "arrived", 10), usable=[False]), time_at(48), "1 marked as not usable"),
        (SOME, time_at(24), "5 after the cut-off"),
        (table((500, "arrived", 10)), time_at(48), "1 at or after the end of the scenario"),
        (SOME[:0], time_at(48), "nothing was learned"),
    ],
)
def test_without_a_report_the_answer_is_the_scenario_and_says_so(
    scenario: Scenario, reports: pd.DataFrame, until: str, said: str
) -> None:
    fc = rm.forecast(scenario, reports, until=until, draws=50, seed=2)
    assert fc.warnings[0] == "no report can be used: this is the scenario as it was, nothing was learned"
    assert warned(fc, said)
    assert fc.draws.equals(rm.simulate_ensemble(scenario, draws=50, seed=2).draws)
    assert (fc.learned["learned"] == "no").all()
    assert len(rm.forecast_table(fc)) > 0


def test_an_empty_table_without_kinds(scenario: Scenario) -> None:
    empty = pd.DataFrame(columns=["time", "quantity", "place", "value"])
    assert warned(rm.forecast(scenario, empty, until=time_at(48), draws=10), "nothing was learned")
    with pytest.raises(RequestError, match="there are none: is it the right file"):
        rm.forecast(scenario, empty, draws=10)


def test_reports_after_the_end_do_not_set_the_cutoff(scenario: Scenario) -> None:
    later = pd.concat([SOME, table((480, "arrived", 9000), (2000, "arrived", 9000))], ignore_index=True)
    fc = rm.forecast(scenario, later, draws=50)
    assert fc.until == START + timedelta(hours=54)
    assert warned(fc, "2 at or after the end of the scenario")
    with pytest.raises(RequestError, match="none of them lies within the scenario, from 2023"):
        rm.forecast(scenario, later[-1:], draws=10)


def test_a_report_at_the_very_end_is_told_as_such(scenario: Scenario) -> None:
    end = scenario.timeline.hours
    fc = rm.forecast(scenario, pd.concat([SOME, table((end, "arrived", 9000))], ignore_index=True), draws=FEW)
    assert warned(fc, "reports left out: 1 at or after the end of the scenario")


def test_nobody_is_told_of_changes_that_a_forecast_makes_by_itself() -> None:
    """A first report after a day: what is learned from it is a projection of that day, which nobody asked for."""
    template = rm.load_scenario("one-crossing")
    first = template.timeline.time_at(24.0).isoformat()
    reports = pd.DataFrame({"time": [pd.Timestamp(first)], "quantity": "arrived", "place": "", "value": [150.0]})
    with warnings.catch_warnings(action="error", category=ScenarioWarning):
        rm.forecast(template, reports, draws=FEW, keep="measures")


def test_more_arrivals_than_people(scenario: Scenario) -> None:
    fc = rm.forecast(scenario, table((48, "arrived", 300_000)), draws=100)
    assert fc.warnings[0].startswith(
        "the report arrived = 300,000 at 26 Sep 2023 12:00 says more than this scenario thinks possible"
    )
    assert fc.warnings[0].endswith(
        "Check the report; if it is right, people.total is at most 12,000, so widen people.total"
    )


def test_a_report_beyond_the_ranges_names_the_number(small: Scenario) -> None:
    scenario = small.change({**UNCERTAIN, RATE: {"low": 10.0, "likely": 30.0, "high": 60.0}})
    fc = rm.forecast(scenario, table((60, "arrived", 7900)), draws=100)
    assert "more than this scenario thinks possible" in fc.warnings[0]
    assert f"widen {RATE} (now 17 to 47.7, needs higher values)" in fc.warnings[0]
    fc = rm.forecast(scenario, table((240, "arrived", 10), (264, "arrived", 10)), draws=100)
    assert "less than this scenario thinks possible" in fc.warnings[0]
    assert "and so does another report" in fc.warnings[0]
    assert "needs lower values" in fc.warnings[0]


def test_impossible_reports_of_a_certain_scenario(small: Scenario) -> None:
    fc = rm.forecast(small, table((48, "in_state_accommodation", 4000)), draws=20)
    assert "no uncertain number of the scenario changes this much" in fc.warnings[0]
    fc = rm.forecast(small, table((48, "arrived", 40_000)), draws=20)
    assert "people.total is at most 10,000" in fc.warnings[0]


def test_a_contradiction_counts_less(scenario: Scenario) -> None:
    truth = {TOTAL: 9000.0, RATE: 60.0, ASKS: 0.3}
    honest = told_by(scenario, truth, range(36, 80, 4))
    odd = honest.assign(value=honest["value"].where(honest.index != 5, 3300.0))
    fc = rm.forecast(scenario, odd, draws=300)
    last = learned(fc, TOTAL)
    assert last["posterior_5"] <= 9000.0 <= last["posterior_95"]


def test_a_report_that_cannot_be_followed_is_named(scenario: Scenario) -> None:
    random = np.random.default_rng(1)
    before, after = (
        Would(random.normal(5000.0, spread, (500, 3)), {TOTAL: random.random(500)}) for spread in (1000.0, 100.0)
    )
    found = list(
        surprises(scenario, table((36, "arrived", 5000), (48, "arrived", 4000), (50, "arrived", 4100)), before, after)
    )
    assert len(found) == 1
    assert found[0].startswith(
        "the report arrived = 4,000 at 26 Sep 2023 12:00 (and 1 more) contradicts the other reports"
    )
    assert found[0].endswith("and counts less: check it")


def test_a_revision_downward_is_said_and_forecast(scenario: Scenario) -> None:
    fc = rm.forecast(scenario, table((48, "arrived", 4000), (54, "arrived", 3800), (60, "arrived", 4500)), draws=100)
    assert warned(fc, "arrived falls from 4,000 to 3,800 at 2023-09-26T18:00+04:00, which a total cannot")
    assert np.isfinite(rm.forecast_table(fc)["value"]).all()


def test_people_in_state_accommodation_may_fall(scenario: Scenario) -> None:
    fc = rm.forecast(
        scenario, table((48, "in_state_accommodation", 200), (54, "in_state_accommodation", 150)), draws=50
    )
    assert not warned(fc, "falls")


def test_one_draw_shows_nothing_that_was_learned(scenario: Scenario) -> None:
    fc = rm.forecast(scenario, table((48, "arrived", 4000), (54, "arrived", 4400)), draws=1)
    assert set(fc.learned["learned"]) == {"no"}
    assert (fc.learned["narrowed"] == 0.0).all()


def test_many_warnings_are_counted(scenario: Scenario) -> None:
    saw = [
        (30 + 6 * step, quantity, 2000 + 100 * step + 500 * (step % 2))
        for quantity in ("arrived", "registered", "vehicles", "departed")
        for step in range(4)
    ]
    fc = rm.forecast(scenario, table(*saw), draws=50)
    assert len(fc.warnings) == forecast.MOST_WARNINGS
    assert fc.warnings[-1].startswith("and ")
    assert fc.warnings[-1].endswith(" more warnings of this kind")


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2023-09-27T08:00", "until: found '2023-09-27T08:00', expected a time with its offset"),
        ("tomorrow", "until: found 'tomorrow'"),
        ("2023-09-24T12:00+04:00", "expected a time between 2023-09-24T12:00+04:00 and 2023-10-14T12:00+04:00"),
        ("2023-09-20T08:00+04:00", "expected a time between"),
        ("2023-10-14T12:00+04:00", "expected a time between"),
        ("2023-10-14T11:59+04:00", "more than a minute before the end"),
        (datetime(2023, 9, 27), "until: found '2023-09-27 00:00:00'"),  # noqa: DTZ001 - that is the mistake
        (5, "until: found 5"),
        (pd.NaT, "until: found "),
    ],
)
def test_cutoffs_that_cannot_be(scenario: Scenario, until: Any, said: str) -> None:
    with pytest.raises(RequestError) as caught:
        rm.forecast(scenario, SOME, until=until, draws=10)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"quantity": "arived"},
            "reports: quantity: found 'arived', which is not projected; did you mean 'arrived'? (row 0)",
        ),
        (
            {"place": "Hills"},
            "reports: place: found 'Hills' for arrived, which is projected for all places together, as",
        ),
        ({"value": -1.0}, "reports: value: found -1.0, expected a finite number of at least 0"),
        ({"value": np.nan}, "reports: value: is blank (blank is not 0); expected a number (row 0)"),
        ({"value": "28,120"}, "reports: value: found '28,120', which has thousands separators; write 28120 (row 0)"),
        ({"rounding": -5}, "reports: rounding: found -5, expected a finite number of at least 0"),
        ({"usable": "perhaps"}, "reports: usable: found 'perhaps', expected yes or no (row 0)"),
        ({"clock_time": "infered"}, "reports: clock_time: found 'infered'; did you mean 'inferred'?"),
        (
            {"clock_time": "bracket"},
            "reports: clock_time: found 'bracket', which needs earliest and latest; give both (row 0)",
        ),
        ({"earliest": "2023-09-24T13:00"}, "reports: earliest: found '2023-09-24T13:00', which has no offset from UTC"),
        (
            {"earliest": pd.Timestamp(time_at(1)), "latest": pd.Timestamp(time_at(2))},
            "which is not between earliest 2023-09-24 13:00:00+04:00 and latest 2023-09-24 14:00:00+04:00",
        ),
        (
            {"earliest": pd.Timestamp(time_at(1)), "latest": pd.NaT},
            "latest: is blank while earliest is given; expected both or neither",
        ),
        ({"time": "2023-09-25T13:00"}, "reports: time: found '2023-09-25T13:00', which has no offset from UTC"),
        ({"time": pd.Timestamp("2023-09-25")}, "found 2023-09-25 00:00:00, which has no offset from UTC; expected"),
        (
            {"time": pd.Series([pd.NaT] * 5).dt.tz_localize("UTC")},
            "reports: time: is blank; expected ISO 8601 with an offset from UTC",
        ),
    ],
)
def test_tables_that_cannot_be_used(scenario: Scenario, change: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError) as caught:
        rm.forecast(scenario, SOME.assign(**change), draws=10)
    assert said in str(caught.value)


def test_a_province_that_is_not_there(scenario: Scenario) -> None:
    with pytest.raises(RequestError, match=r"found 'Hill', no province of this scenario; did you mean 'Hills'\?"):
        rm.forecast(scenario, table((48, "in_state_accommodation", 100, "Hill")), draws=10)


def test_reports_that_come_twice(scenario: Scenario) -> None:
    twice = pd.concat([SOME, SOME[:1].assign(time=SOME["time"][:1].dt.tz_convert("UTC"), value=7.0)], ignore_index=True)
    with pytest.raises(
        RequestError, match=r"the same quantity, place and time as row 0; keep one of them, .* \(row 5\)"
    ):
        rm.forecast(scenario, twice.assign(time=pd.to_datetime(twice["time"], utc=True)), draws=10)


def test_a_place_that_is_written_in_two_ways_comes_twice(scenario: Scenario) -> None:
    beds = table((20, "in_state_accommodation", 90, "hills"), (20, "in_state_accommodation", 210, "HILLS"))
    with pytest.raises(RequestError, match=r"the same quantity, place \(Hills\) and time as row 0; keep one"):
        rm.forecast(scenario, beds, draws=10)


@pytest.mark.parametrize("reports", [None, [1, 2], pd.DataFrame({"time": [1], "value": [2]})])
def test_what_is_no_table_of_reports(scenario: Scenario, reports: Any) -> None:
    with pytest.raises(RequestError, match=r"expected a table with the columns time, quantity, place, value"):
        rm.forecast(scenario, reports, draws=10)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"draws": 0}, "draws: found 0"), ({"seed": -1}, "seed: found -1"), ({"keep": "days"}, "keep: found 'days'")],
)
def test_requests_that_cannot_be_met(scenario: Scenario, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        rm.forecast(scenario, SOME, **asked)


def test_many_problems_are_cut(scenario: Scenario) -> None:
    with pytest.raises(RequestError, match="and 10 more problems"):
        rm.forecast(scenario, table(*((30 + hour, "arived", 5) for hour in range(30))), draws=10)


def test_the_bracket_and_the_rounding_widen_a_report() -> None:
    reports = table((36, "arrived", 1000), (40, "arrived", 1000), (44, "arrived", 1000))
    wide = [pd.NaT, pd.NaT, pd.Timestamp(time_at(50))]
    observed = observations_of(
        reports.assign(
            rounding=[np.nan, 500.0, 1.0],
            clock_time=["exact", "exact", "bracket"],
            earliest=pd.to_datetime(pd.Series([pd.NaT, pd.NaT, pd.Timestamp(time_at(38))])),
            latest=pd.to_datetime(pd.Series(wide)),
            hours=[36.0, 40.0, 44.0],
        ),
        10_000.0,
    )
    spread = observed.spread(np.full((1, 3), 1000.0), np.full((1, 3), 50.0))[0]
    assert spread[0] < spread[1]
    assert spread[0] < spread[2]
    assert observed.clock.tolist() == pytest.approx([0.5, 0.5, 12 / np.sqrt(12)])


# -- rows that must not stop a forecast, and places by their codes


def test_a_row_marked_as_not_usable_stops_no_forecast(scenario: Scenario) -> None:
    rows = table(
        (36, "arrived", 1500),
        (40, "rumours", 9),
        (41, "arrived", np.nan),
        (42, "in_state_accommodation", 5, "Atlantis"),
    )
    fc = rm.forecast(scenario, rows.assign(usable=[True, False, False, False]), until=time_at(44), draws=20)
    assert len(fc.reports) == 1
    assert any("3 marked as not usable" in warning for warning in fc.warnings)


@pytest.mark.parametrize("until", [None, time_at(20)])
def test_reports_that_all_lie_before_the_start_are_refused(scenario: Scenario, until: str | None) -> None:
    rows = table((-30, "arrived", 500), (0, "arrived", 1500), (10, "arrived", 1)).assign(usable=[True, True, False])
    with pytest.raises(
        RequestError,
        match=r"all 2 usable reports lie at or before the start of the scenario.*is timeline\.start right\?",
    ):
        rm.forecast(scenario, rows, until=until, draws=20)


def test_reports_may_name_places_by_area_code(scenario: Scenario) -> None:
    provinces = list(scenario.aid.provinces)
    coded = scenario.change({f"aid.provinces.{provinces[0]}.area_code": "XX-HI"})
    rows = [
        table((36, "arrived", 1500), (54, "in_state_accommodation", 150, place)) for place in (provinces[0], "XX-HI")
    ]
    by_name, by_code = (rm.forecast(coded, one, draws=20, seed=3) for one in rows)
    same(by_name, by_code)
    assert by_code.reports["place"].tolist() == ["", provinces[0]]
    compared = rm.compare_with_reports(rm.simulate(coded), rows[1])
    assert compared["place"].tolist() == ["", provinces[0]]
    assert rm.forecast_table(by_code, "in_state_accommodation", place=provinces[0]).attrs["area_code"] == "XX-HI"
