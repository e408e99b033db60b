"""Plain statistics, their pool with a scenario, and draws that follow it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.outcomes.reported import right_counts
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.forecast import learning as module
from refugee_model.studies.forecast import pool
from refugee_model.studies.forecast.reports import falls, find_daily_counts, find_too_many, oddities
from refugee_model.studies.forecast.simple_forecasters import FORECASTERS, Counts, Forecaster, later_counts

DAY = 24.0
AHEAD = DAY * np.array([8.0, 9.0, 14.0, 44.0])
PLANNED = np.linspace(50_000.0, 200_000.0, 1000)


def counts(values: list[float]) -> Counts:
    return Counts(DAY * np.arange(1.0, len(values) + 1.0), np.array(values), np.ones(len(values)))


def drawn(forecaster: Forecaster, values: list[float], planned: np.ndarray = PLANNED) -> np.ndarray:
    return later_counts(counts(values), planned, AHEAD, forecaster, np.random.default_rng(1))


STEADY = [1000.0 * day for day in range(1, 8)]


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda one: one.name)
def test_a_steady_flow_goes_on(forecaster: Forecaster) -> None:
    later = drawn(forecaster, STEADY)
    assert np.median(later, axis=1)[:3] == pytest.approx([8_000, 9_000, 14_000], rel=0.15)
    assert (later >= 7_000.0).all()


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda one: one.name)
def test_nobody_comes_beyond_the_plan_unless_it_has_been_overtaken(forecaster: Forecaster) -> None:
    many = drawn(forecaster, [30_000.0 * day for day in range(1, 8)])
    assert np.quantile(many[-1], 0.9) <= 210_000.0 * 1.35
    few = drawn(forecaster, STEADY, np.full(1000, 9_000.0))
    assert np.quantile(few[-1], 0.9) <= 9_000.0 * 1.2


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda one: one.name)
def test_no_error_of_reports_makes_more_people_than_there_are(forecaster: Forecaster) -> None:
    """Two small counts and a large one tell of errors without end."""
    later = drawn(forecaster, [174.0, 1732.0, 90_000.0])
    assert later.max() <= max(PLANNED.max(), 1.3 * 90_000.0) + 1.0


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda one: one.name)
def test_a_count_said_again_may_not_have_been_made(forecaster: Forecaster) -> None:
    """The range holds a flow that went on uncounted, less so the more often the count is said again."""
    one, two = (drawn(forecaster, [*STEADY[: 7 - again], *[1000.0 * (7 - again)] * again]) for again in (1, 2))
    assert np.quantile(one[0], 0.9) > 7_500.0
    assert np.mean(one[0] > 7_500.0) > 2.0 * np.mean(two[0] > 6_500.0)
    assert np.median(one[0]) == pytest.approx(6_000.0, rel=0.01)
    assert (one >= 6_000.0).all()


def test_what_wanders_more_has_wider_ranges() -> None:
    smooth, rough = STEADY, [100.0, 2900.0, 3000.0, 3400.0, 6400.0, 6500.0, 7000.0]
    widths = [np.subtract(*np.quantile(drawn(FORECASTERS[1], values)[2], [0.95, 0.05])) for values in (smooth, rough)]
    assert widths[1] > 1.5 * widths[0]


@pytest.fixture(scope="module")
def foretold() -> rm.Forecast:
    scenario = rm.load_scenario("one-crossing").change(
        {
            "timeline.start": "2031-03-01T00:00+02:00",
            "timeline.days": 12.0,
            "people.total": {"low": 10_000.0, "likely": 40_000.0, "high": 160_000.0},
        }
    )
    times = pd.Timestamp("2031-03-02T00:00+02:00") + pd.to_timedelta(range(5), unit="D")
    rows = [("arrived", time, 1500.0 * (day + 1)) for day, time in enumerate(times)]
    rows += [("in_state_accommodation", times[4], 1500.0)]
    reports = pd.DataFrame(rows, columns=["quantity", "time", "value"]).assign(place="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LEAST_PARTICLES", 100)
        return rm.forecast(scenario, reports, draws=100)


def test_shares_of_the_pool_add_up_and_a_template_has_little(foretold: rm.Forecast) -> None:
    shares = foretold.shares.pivot_table(index="days", columns="forecaster", values="share")
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert shares["the scenario"].iloc[0] < 0.2


def test_a_steady_flow_goes_on_and_the_fan_leaves_the_last_count(foretold: rm.Forecast) -> None:
    times = pd.Timestamp("2031-03-06T00:00+02:00") + pd.to_timedelta([0, 1, 3], unit="D")
    table = rm.forecast_table(foretold, times=times).pivot_table(index="time", columns="quantile", values="value")
    assert table.to_numpy()[0] == pytest.approx(7_500.0, rel=0.01)
    assert table[0.5].to_numpy()[1:] == pytest.approx([9_000.0, 12_000.0], rel=0.1)
    assert (table >= 7_500.0).all(axis=None)


def test_places_follow_the_pool(foretold: rm.Forecast) -> None:
    """People who have crossed in the places of the draws, day by day, are those of the pool."""
    ends, kept = foretold.result.bounds[foretold.result.edges], foretold.result.hours
    table = rm.movement_table(foretold, quantiles=(0.5,), freq="day")
    assert len(table)
    at = np.searchsorted(kept, ends[9])
    people = foretold.result.people
    inside = sum(
        people(kind)[at].sum(axis=0)
        for kind in (
            "awaiting_registration",
            "unregistered_hosted",
            "awaiting_placement",
            "travelling",
            "sheltered",
            "hosted",
            "left_country",
        )
    )
    assert np.median(inside) == pytest.approx(np.median(foretold.result.crossed[9]), rel=0.1)


def test_state_accommodation_leaves_its_last_count(foretold: rm.Forecast) -> None:
    table = rm.forecast_table(foretold, "in_state_accommodation", times=["2031-03-06T00:00+02:00"])
    assert table["value"].to_numpy() == pytest.approx(1500.0, rel=0.05)


def test_statistics_count_for_more_where_they_would_have_foretold_more() -> None:
    assert pool._by_past_scores(counts([100.0, 300.0]), PLANNED, 1) == pytest.approx(1.0)
    growing = pool._by_past_scores(counts([100.0 * 1.6**day for day in range(1, 10)]), PLANNED, 1)
    assert growing[2] > 1.1 * growing[:2].max()
    assert growing.prod() == pytest.approx(1.0)


def test_who_is_without_a_bed_or_unregistered_catches_up() -> None:
    arrived = np.full((5, 1), 1000.0)
    found = pool._caught_up(DAY * np.array([0.0, 1.0, 7.0, 14.0, 140.0]), arrived, 0.4, 1.0)
    assert found[:, 0] == pytest.approx(1000.0 - 600.0 * np.exp(-np.array([1.0, 7.0, 14.0, 140.0]) / 7.0))
    assert pool._caught_up(DAY * np.arange(5.0), arrived * np.arange(1.0, 6.0)[:, None], 0.4, 0.4)[
        :, 0
    ] == pytest.approx(400.0 * np.arange(2.0, 6.0))


def totals(values: list[float]) -> pd.DataFrame:
    hours = DAY * np.arange(1.0, len(values) + 1.0)
    time = pd.Timestamp("2031-05-01T00:00+02:00") + pd.to_timedelta(hours, unit="h")
    known = {"time": time, "latest": pd.Series([pd.NaT] * len(hours)).dt.tz_localize("UTC"), "rounding": 1.0}
    return pd.DataFrame({"quantity": "arrived", "place": "", "hours": hours, "value": values, **known})


@pytest.mark.parametrize(
    ("values", "until", "words"),
    [
        ([900.0], DAY, "one count alone"),
        ([100.0, 2000.0, 2100.0], 3 * DAY, "jumps tenfold"),
        ([100.0, 500.0, 500.0, 500.0], 4 * DAY, "three times or more in a row"),
        ([100.0, 500.0], 9 * DAY, "7 days old"),
        ([1000.0, 1200.0, 1000.0, 1250.0, 1040.0], 5 * DAY, "two sources"),
        ([1000.0, 1900.0, 2600.0, 2500.0, 2900.0, 2700.0, 3000.0], 7 * DAY, "people there now"),
        ([1000.0, 2500.0, 4000.0, 4010.0, 4012.0, 4013.0], 6 * DAY, "hardly anybody has come since the count of 4,000"),
        ([1000.0, 2000.0, 3000.0, 14_000.0, 15_000.0, 16_000.0], 6 * DAY, "ten times as fast as usual"),
        ([3000.0, 5000.0, 6000.0, 6400.0, 6300.0, 6200.0], 6 * DAY, "twice in a row"),
        ([435.0, 896.0, 1182.0, 2436.0, 3214.0], 5 * DAY, "by turns quickly and slowly"),
        ([3000.0, 4800.0, 9000.0, 9600.0, 15e3, 14_400.0, 21e3], 7 * DAY, "by turns quickly and slowly"),
    ],
)
def test_what_is_odd_about_counts_is_said(values: list[float], until: float, words: str) -> None:
    assert any(words in said for said in oddities(totals(values), until))


def test_steady_counts_are_not_odd() -> None:
    assert not list(oddities(totals(STEADY), 7 * DAY))
    stopped = [*oddities(totals([1000.0, 2500.0, 4000.0, 4010.0, 4012.0, 4013.0]), 6 * DAY)]
    assert not any("ten times" in said for said in stopped)
    weekly = totals(STEADY).assign(hours=7.0 * DAY * np.arange(1.0, 8.0))
    assert not list(oddities(weekly, 49 * DAY))
    assert any("first count is 21 days after" in said for said in oddities(weekly[2:4], 28 * DAY))


def test_a_few_people_by_turns_are_no_two_sources() -> None:
    few = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]
    assert not any("by turns" in said for said in oddities(totals(few), 8 * DAY))
    assert any("by turns" in said for said in oddities(totals([435.0, 896.0, 1182.0, 2436.0, 3214.0]), 5 * DAY))


def test_more_registered_than_arrived_is_said() -> None:
    arrived, fewer = totals(STEADY), totals([0.9 * value for value in STEADY]).assign(quantity="registered")
    more = totals([1.4 * value for value in STEADY]).assign(quantity="registered")
    said = [*oddities(pd.concat([arrived, more], ignore_index=True), 7 * DAY)]
    assert any("registered = 1,400 at 2031-05-02T00:00+02:00 is more than arrived = 1,000" in words for words in said)
    assert not list(oddities(pd.concat([arrived, fewer], ignore_index=True), 7 * DAY))


def test_more_people_than_ever_fled_are_asked_about(small: Scenario) -> None:
    assert not list(find_too_many(totals([4e6, 8e6])))
    with pytest.raises(RequestError, match="1,500,000,000,000 at"):
        rm.forecast(small, totals([1.5e12]).assign(time=pd.Timestamp(small.timeline.time_at(24.0))), draws=2)


def test_as_many_people_as_may_be_asked_about_break_nothing_off(small: Scenario) -> None:
    stay = {"timing.departure.share_leaving": {"low": 0.01, "likely": 0.02, "high": 1.0}}
    total = {"people.total": {"low": 5_000.0, "likely": 50_000.0, "high": 200_000.0}}
    scenario = small.change({"timeline.days": 14.0, **total, **stay})
    hours = (12.0, 24.0, 36.0, 48.0)
    times = [pd.Timestamp(scenario.timeline.time_at(hour)) for hour in hours]
    fc = rm.forecast(scenario, totals([2e7, 4e7, 6e7, 9e7]).assign(time=times), draws=60)
    ahead = rm.scenario_from_forecast(fc)
    later = rm.simulate_ensemble(ahead, draws=60)
    assert fc.draws["people.total"].max() <= 1e9
    assert later.measures["crossed"].min() >= 9e7 - 1
    now = ahead.people.now
    assert now.total > 9e7  # nobody who was counted is lost
    assert sum(now.at_home.values()) + now.total <= 1e9 * (1.0 + 1e-12)
    assert ahead.carried is not None
    there = {path: people for path, people in ahead.carried.columns.items() if path.startswith("people.now.")}
    everyone = sum(people for path, people in there.items() if "leaving_without_vehicle" not in path)
    assert everyone.max() <= 1e9 * (1.0 + 1e-12)


def test_a_scenario_whose_draws_do_not_come_to_the_last_count_says_nothing_of_what_comes_after(small: Scenario) -> None:
    hours = DAY * np.arange(0.0, 31.0)
    low = (hours, np.outer(hours / hours[-1], np.full(100, 5_000.0)))
    high = (hours, np.outer(hours / DAY, np.full(100, 1_000.0)))
    scenario = small.change({"timeline.days": 30.0})
    shares = [
        pool.pool_of(scenario, counts(STEADY), mechanism, high, 1).shares.set_index("forecaster")["share"]
        for mechanism in (high, low)
    ]
    assert shares[0]["the scenario"].min() > 0.9
    assert shares[1]["the scenario"].max() == 0.0


def test_what_is_odd_says_how_to_mend_it() -> None:
    fallen, again = totals([1500.0, 1300.0, 1700.0]), totals([100.0, 500.0, 500.0, 500.0])
    assert any("Mark that one as not usable; if these are people of each day" in said for said in falls(fallen))
    assert any("Mark those that were not counted anew" in said for said in oddities(again, 4 * DAY))


def test_two_sources_are_asked_about_however_often_they_fall() -> None:
    daily = np.arange(1.0, 9.0) * 1000.0
    both = totals(np.ravel(np.column_stack([daily, 0.8 * daily])).tolist())
    (fell,) = falls(both)
    assert fell.startswith("arrived falls 8 times, first from 1,000 to 800 at ")
    assert any("two sources that count differently" in said for said in oddities(both, 16 * DAY))


def test_counts_that_differ_are_not_said_to_be_the_same() -> None:
    said = [*oddities(totals([1000.0, 2000.0, 3000.0, 4000.0, 3900.0, 3950.0, 3980.0, 5000.0]), 8 * DAY)]
    assert not any("says the same" in words for words in said), said


def test_one_count_that_all_others_contradict_is_left_out_and_nothing_else_is_odd() -> None:
    values = np.arange(1.0, 8.0) * 1000.0
    for row, wrong in ((2, 30_000.0), (4, 300.0)):
        typed = totals([*values[:row], wrong, *values[row + 1 :]])
        assert not [said for said in oddities(typed, 7 * DAY) if "ten" in said or "hardly" in said]
        assert right_counts(typed, "arrived")[1].tolist() == np.delete(values, row).tolist()


def test_a_fall_is_no_stop() -> None:
    """Two counts of a steady flow by another source, a fifth higher: later counts go on, as by one source."""
    one = [3000.0, 6000.0, 9000.0, 12_000.0, 15_000.0, 18_000.0, 21_000.0]
    other = [value * (1.2 if number == 5 else 1.0) for number, value in enumerate(one)]
    hours, values, _ = right_counts(totals(other), "arrived")
    assert values.tolist() == [*one[:5], 21_600.0]
    assert hours[-1] == 7 * DAY
    small = totals([3000.0, 6000.0, 9000.0, 9010.0, 9000.0, 9012.0])
    assert right_counts(small, "arrived")[1].tolist() == [3000.0, 6000.0, 9000.0, 9010.0, 9010.0, 9012.0]


def test_a_plan_that_was_wrong_by_a_factor_may_be_so_again() -> None:
    """A flow that has brought ten times the plan may bring as many again, and one just beyond the plan a third more."""
    values = np.arange(1.0, 8.0) * 15_000.0
    assert foretold_by([*values], 0.95, weeks=20) < 1.35 * values[-1]
    assert foretold_by([*(10.0 * values)], 0.95, weeks=20) > 3.0 * 10.0 * values[-1]


def test_daily_counts_are_asked_about(small: Scenario) -> None:
    assert list(find_daily_counts(totals([5000.0, 200.0, 5400.0, 300.0, 5800.0])))
    assert list(find_daily_counts(totals([1000.0, 1100.0, 900.0, 1050.0, 800.0, 950.0, 840.0])))
    assert list(find_daily_counts(totals([1000.0, 1200.0, 900.0, 1100.0, 950.0, 1050.0, 1000.0])))
    assert list(find_daily_counts(totals([3000.0, 3600.0, 3900.0, 3850.0, 3700.0, 3500.0, 3300.0])))  # less returns
    assert list(find_daily_counts(totals([1000.0, 1050.0, 980.0, 1020.0, 990.0, 1010.0])))  # steady days
    assert list(find_daily_counts(totals([3000.0, 3100.0, 2950.0, 3050.0, 2900.0, 3000.0])))  # or people there now
    assert not list(find_daily_counts(totals([99_600.0, 100_632.0, 100_600.0, 100_650.0, 100_610.0])))  # revised
    assert not list(find_daily_counts(totals([5000.0, 8000.0, 15e3, 14e3, 25e3, 24e3, 35e3])))  # two sources
    assert list(find_daily_counts(totals([7000.0, 6200.0, 18_800.0, 4800.0, 27_900.0])))  # days and totals by turns
    assert list(find_daily_counts(totals([7000.0, 6200.0, 5500.0, 4800.0, 27_900.0])))  # days, then totals
    assert list(find_daily_counts(totals([7000.0, 13e3, 19e3, 24e3, 4300.0])))  # totals, then days
    assert not list(find_daily_counts(totals([1000.0, 2000.0, 30e3, 4000.0, 5000.0])))  # a typing error
    start = small.timeline.time_at(0.0)
    times = pd.Timestamp(start) + pd.to_timedelta([6, 12, 18, 24, 30], unit="h")
    reports = pd.DataFrame({"time": times, "quantity": "arrived", "place": "", "value": [5e3, 2e2, 5.4e3, 3e2, 5.8e3]})
    with pytest.raises(RequestError, match="days and totals in one column"):
        rm.forecast(small, reports, draws=2)


def foretold_by(values: list[float], level: float, weeks: int = 1) -> float:
    """A quantile of later counts, some weeks after the last, as the plain statistics say."""
    counts = Counts(DAY * np.arange(1.0, len(values) + 1.0), np.array(values), np.ones(len(values)))
    random = np.random.default_rng(1)
    drawn = later_counts(
        counts, np.full(500, 100_000.0), counts.hours[-1] + np.array([7 * DAY * weeks]), FORECASTERS[1], random
    )
    return float(np.quantile(drawn, level))


def test_a_flow_that_stops_may_have_ended_and_may_go_on() -> None:
    values = [1000.0, 2000.0, 3000.0, 4000.0, 4000.0, 4000.0]
    assert foretold_by(values, 0.25) == 4000.0
    assert foretold_by(values, 0.95) > 4100.0


def test_a_flow_that_has_stopped_and_gone_on_before_is_taken_to_do_so_again() -> None:
    again = [1000.0, 2000.0, 2000.0, 3000.0, 4000.0, 4000.0, 5000.0, 6000.0, 6000.0]
    once = [1000.0, 2000.0, 2500.0, 3000.0, 4000.0, 4500.0, 5000.0, 6000.0, 6000.0]
    assert foretold_by(again, 0.5) > foretold_by(once, 0.5)
