"""Counts of one total that do not agree: sources that differ, and falls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.outcomes.reported import right_counts
from refugee_model.studies.forecast import learning as module
from refugee_model.studies.forecast.reports import falls, find_daily_counts, oddities
from refugee_model.studies.forecast.sources import agreed_of

DAY = 24.0
START = pd.Timestamp("2031-06-01T00:00+02:00")
STEADY = 3000.0 * np.arange(1.0, 10.0)


def totals(values: Sequence[float], sources: str = "", quantity: str = "arrived") -> pd.DataFrame:
    """A count a day, each by one of the sources (a letter)."""
    hours = DAY * np.arange(1.0, len(values) + 1.0)
    table = pd.DataFrame({"quantity": quantity, "place": "", "hours": hours, "value": np.asarray(values, dtype=float)})
    none = pd.Series([pd.NaT] * len(hours)).dt.tz_localize("UTC")
    table = table.assign(time=START + pd.to_timedelta(hours, unit="h"), latest=none, rounding=1.0)
    return table.assign(source=list(sources)) if sources else table


def by(sources: str, **shares: float) -> np.ndarray:
    """Counts of a steady flow of which each source counts a share."""
    return STEADY[: len(sources)] * np.array([shares.get(source, 1.0) for source in sources])


def spans(values: Sequence[float], sources: str = "") -> list[float]:
    """What the last count may stand for, lowest first."""
    agreed = agreed_of(totals(values, sources))
    return sorted(agreed.readings["arrived"].factors * right_counts(agreed.reports, "arrived")[1][-1])


@pytest.mark.parametrize("order", ["ababababa", "babababab", "abbabbabb", "ababbbbbb", "aaaabbbbb", "abab"])
@pytest.mark.parametrize("less", [0.1, 0.2, 0.4])
def test_what_named_sources_would_say_now_is_told(order: str, less: float) -> None:
    last = STEADY[len(order) - 1]
    assert spans(by(order, b=1.0 - less), order) == pytest.approx([(1.0 - less) * last, last], rel=0.02)


def test_three_sources_and_small_differences_are_told() -> None:
    assert spans(by("abcabcabc", b=0.9, c=0.8), "abcabcabc") == pytest.approx([21_600, 24_300, 27_000], rel=0.01)
    assert spans(by("abababab", b=0.95), "abababab") == pytest.approx([22_800, 24_000], rel=0.01)


@pytest.mark.parametrize(
    ("order", "less"), [("abababab", 0.2), ("babababab", 0.4), ("ababababa", 0.1), ("ababab", 0.4)]
)
def test_two_sources_that_are_not_named_are_told_apart(order: str, less: float) -> None:
    last = STEADY[len(order) - 1]
    assert spans(by(order, b=1.0 - less)) == pytest.approx([(1.0 - less) * last, last], rel=0.03)


def test_a_source_that_has_long_not_counted_says_nothing_of_now() -> None:
    sources = "cccc" + 12 * "ab"
    counts = 1000.0 * np.arange(1.0, 29.0) * np.array([{"b": 0.8, "c": 0.9}.get(source, 1.0) for source in sources])
    assert spans(counts, sources) == pytest.approx([22_400.0, 28_000.0], rel=0.01)


def test_a_typing_error_does_not_hide_that_sources_differ() -> None:
    counts = by("ababababa", b=0.8)
    counts[4] = 1500.0
    assert spans(counts, "ababababa") == pytest.approx([21_600.0, 27_000.0], rel=0.01)
    assert not list(find_daily_counts(totals(counts, "ababababa")))


def test_named_sources_that_differ_now_more_and_now_less_are_both_left_open() -> None:
    low, high = spans([3000.0, 4800.0, 9000.0, 9600.0, 9000.0, 9600.0, 9000.0, 9600.0], "abababab")
    assert low <= 9000.0
    assert high >= 9600.0


def test_counts_of_all_sources_are_brought_to_the_scale_of_the_last() -> None:
    agreed = agreed_of(totals(by("abababab", b=0.8), "abababab"))
    assert agreed.reports["value"].to_numpy() == pytest.approx(0.8 * STEADY[:8])
    assert agreed.lowest["value"].to_numpy() == pytest.approx(0.8 * STEADY[:8])
    high = agreed_of(totals(by("ababababa", b=0.8), "ababababa"))
    assert high.reports["value"].to_numpy() == pytest.approx(STEADY)
    assert high.lowest["value"].to_numpy() == pytest.approx(0.8 * STEADY)


@pytest.mark.parametrize(
    "name",
    ["kakuma", "kiryandongo", "hungary", "torkham", "mosul", "kri", "romania", "rwanda", "slovakia", "lachin-2023"],
)
def test_published_series_have_one_reading(name: str) -> None:
    reports = rm.load_reports(name)
    reports = reports[reports["usable"] & (reports["place"] == "")]
    hours = (reports["time"] - reports["time"].iloc[0]).dt.total_seconds() / 3600.0 + DAY
    blank = pd.Series(pd.NaT, index=reports.index).dt.tz_localize("UTC")
    table = pd.concat([reports.drop(columns=["latest", "rounding"], errors="ignore"), hours.rename("hours")], axis=1)
    table = table.assign(latest=blank, rounding=1.0)
    for known in range(2, len(table) + 1):
        assert not agreed_of(table.iloc[:known]).readings, known


def test_sources_that_agree_or_are_named_once_change_nothing() -> None:
    random = np.random.default_rng(3)
    noisy = STEADY * np.exp(0.01 * random.standard_normal(9))
    for sources in ("ababababa", "abcdefghi", "aaaaaaaaa"):
        agreed = agreed_of(totals(noisy, sources))
        assert not agreed.readings
        assert agreed.reports["value"].tolist() == noisy.tolist()


def test_days_by_one_source_and_totals_by_another_are_still_asked_about() -> None:
    mixed = np.where(np.arange(9) % 2 == 0, STEADY, 3000.0)
    assert list(find_daily_counts(totals(mixed, "tdtdtdtdt")))
    assert not list(find_daily_counts(totals(by("abababab", b=0.6), "abababab")))


def test_a_last_count_below_an_earlier_one_leaves_both_open() -> None:
    low, high = spans([3000.0, 6000.0, 9000.0, 12_000.0, 10_500.0])
    assert low == pytest.approx(10_500.0)
    assert 12_000.0 < high < 14_000.0


def test_a_correction_is_believed_the_more_the_more_counts_go_on_from_it() -> None:
    corrected = [3000.0, 6000.0, 9000.0, 14_000.0, 10_500.0, 11_500.0, 12_500.0]
    chances = [agreed_of(totals(corrected[:known])).readings["arrived"].chances[1] for known in (5, 6, 7)]
    assert chances == pytest.approx([0.5, 0.125, 0.5 / 9.0])
    assert not agreed_of(totals([*corrected, 14_500.0])).readings  # has been passed


def test_who_goes_back_leaves_open_that_all_have_come() -> None:
    """People there now, given as arrived: all who came are at least the most that were there, or it was corrected."""
    low, high = spans([5000.0, 9000.0, 12_000.0, 12_500.0, 12_300.0, 12_100.0, 11_900.0])
    assert low == pytest.approx(11_900.0)
    assert high >= 12_500.0
    low, high = spans([5000.0, 9000.0, *np.linspace(12_500.0, 9500.0, 16)])
    assert (low, high) == (pytest.approx(9500.0), pytest.approx(max(high, 12_500.0)))


def test_a_typing_error_among_counts_that_agree_leaves_nothing_open() -> None:
    assert not agreed_of(totals([1000.0, 2000.0, 30_000.0, 4000.0, 5000.0])).readings
    assert not agreed_of(totals([98_000.0, 98_010.0, 98_000.0])).readings  # nor does a small revision


def test_a_last_count_of_ten_times_as_many_may_be_a_typing_error() -> None:
    """The range holds both what it says and what was to come without it, until a count agrees with it."""
    jumped = [1000.0, 2000.0, 3000.0, 45_000.0]
    assert spans(jumped) == pytest.approx([4000.0, 45_000.0])
    assert agreed_of(totals(jumped)).readings["arrived"].chances[0] == pytest.approx(0.1)
    assert any("One draw in ten takes it for one" in words for words in oddities(totals(jumped), 4 * DAY))
    assert not agreed_of(totals([*jumped, 46_000.0])).readings
    assert not agreed_of(totals([3.0, 5.0, 90.0])).readings


def test_growth_and_a_flow_that_goes_on_again_are_not_ten_times_as_fast_as_usual() -> None:
    for values in (100.0 * 2.0 ** np.arange(8), [10_000.0, 20_000.0, 20_000.0, 20_000.0, 26_000.0]):
        assert not any("ten times" in words for words in oddities(totals(values), 8 * DAY))
    once = [*oddities(totals([1000.0, 2000.0, 3000.0, 45_000.0]), 4 * DAY)]
    assert sum("typing error" in words for words in once) == 1


def test_what_is_left_open_is_said() -> None:
    (said,) = oddities(totals(by("abababab", b=0.8), "abababab"), 8 * DAY)
    assert said.startswith("arrived: 'b' counts 20 % less than 'a', and which is right is not known.")
    assert "The range holds both, 19,200 and 24,000" in said
    assert not list(falls(totals(by("abababab", b=0.8), "abababab")))
    assert any("holds both, 19,200 and 24,000" in words for words in oddities(totals(by("abababab", b=0.8)), 8 * DAY))
    fallen = [*oddities(totals([3000.0, 6000.0, 9000.0, 12_000.0, 10_500.0]), 5 * DAY)]
    assert any("the last count is below an earlier one" in words and "10,500 and 1" in words for words in fallen)


@pytest.mark.parametrize(
    "values",
    [
        [1000.0, 1010.0, 990.0, 1005.0, 1020.0],
        [500.0, 495.0, 505.0, 500.0, 498.0, 502.0],
        [3000.0, 2900.0, 3100.0, 12_050.0, 15_000.0, 18_020.0],  # days, then totals
        [3000.0, 2900.0, 9000.0, 12_050.0],
        [3000.0, 5900.0, 9000.0, 3050.0, 2950.0, 18_020.0, 21_000.0],  # days in the middle
        [3000.0, 3000.0, 5900.0, 5900.0, 9000.0, 9000.0, 3050.0, 3050.0, 2950.0, 2950.0, 18_020.0],  # each said twice
    ],
)
def test_days_that_hardly_change_or_stand_among_totals_are_asked_about(values: list[float]) -> None:
    (found,) = find_daily_counts(totals(values))
    assert "are these people of each day" in found.message


@pytest.mark.parametrize(
    "values",
    [
        [100_000.0, 100_617.0, 100_625.0, 100_632.0],
        [98_000.0, 98_010.0, 98_000.0, 98_020.0, 98_015.0],
        [60_000.0, 98_000.0, 98_010.0, 97_000.0, 97_010.0],
        [1000.0, 1050.0, 1100.0, 1150.0],  # cannot be told from totals
        [3000.0, 3010.0, 3020.0, 9000.0, 9500.0],
    ],
)
def test_a_flow_that_has_stopped_and_is_revised_is_not_asked_about(values: list[float]) -> None:
    assert not list(find_daily_counts(totals(values)))


def test_equal_days_and_then_totals_are_told_where_nothing_falls() -> None:
    said = [*oddities(totals([3000.0, 3000.0, 3100.0, 12_000.0, 15_000.0]), 5 * DAY)]
    assert any("the first 3 counts are about the same" in words for words in said)
    assert not any("ten times" in words for words in said)


def test_nights_and_counts_said_again_are_no_second_source() -> None:
    nights = totals([3000.0, 3200.0, 6200.0, 6400.0, 9400.0, 9600.0, 12_600.0, 12_800.0])
    nights = nights.assign(hours=0.5 * nights["hours"], time=START + pd.to_timedelta(0.5 * nights["hours"], unit="h"))
    again = totals(np.repeat(STEADY, 2))
    typed = totals([3000.0, 5900.0, 9000.0, 3050.0, 15_000.0, 18_020.0, 21_000.0])
    for table in (nights, again, typed):
        assert not agreed_of(table).readings
    assert not any("two sources" in words for table in (again, typed) for words in oddities(table, 18 * DAY))


@pytest.fixture(scope="module")
def scenario() -> rm.Scenario:
    people = {"low": 20_000.0, "likely": 60_000.0, "high": 150_000.0}
    start = {"timeline.start": START.isoformat(), "timeline.days": 30.0, "people.total": people}
    return rm.load_scenario("one-crossing").change(start)


def ranges(fc: rm.Forecast, quantity: str = "arrived") -> np.ndarray:
    """5 and 95 % at the last count, and 1, 3 and 7 days after it."""
    times = [fc.until + pd.Timedelta(days=days) for days in (0, 1, 3, 7)]
    table = rm.forecast_table(fc, quantity, quantiles=(0.05, 0.95), times=times)
    return table.pivot_table(index="time", columns="quantile", values="value").to_numpy()


def foretold(scenario: rm.Scenario, *tables: pd.DataFrame) -> rm.Forecast:
    reports = pd.concat(tables, ignore_index=True).drop(columns=["hours", "latest"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LEAST_PARTICLES", 200)
        return rm.forecast(scenario, reports, draws=200)


@pytest.fixture(scope="module")
def one_source(scenario: rm.Scenario) -> np.ndarray:
    return ranges(foretold(scenario, totals(STEADY[:8])))


@pytest.mark.parametrize(("order", "named"), [("abababab", True), ("babababa", True), ("abababab", False)])
def test_the_fan_covers_both_sources_and_is_no_wider_than_that(
    scenario: rm.Scenario, one_source: np.ndarray, order: str, named: bool
) -> None:
    """From the lower end of what the lower would say to the upper end of what the higher would."""
    found = ranges(foretold(scenario, totals(by(order, b=0.8), order if named else "")))
    assert found[0] == pytest.approx([19_200.0, 24_000.0], rel=0.02)
    assert (found[:, 0] <= 0.85 * one_source.mean(axis=1)).all()
    assert (found[:, 1] >= 0.95 * one_source.mean(axis=1)).all()
    apart = 0.2 * one_source.mean(axis=1)
    assert (np.ptp(found, axis=1) <= 1.1 * np.ptp(one_source, axis=1) + 1.1 * apart).all()


def test_the_fan_leaves_a_last_count_between_two_steps(scenario: rm.Scenario) -> None:
    late = totals(STEADY[:3]).assign(time=START + pd.to_timedelta([24.0, 48.0, 72.2], unit="h"))
    assert ranges(foretold(scenario, late))[0] == pytest.approx([9000.0, 9000.0], rel=0.005)


def test_draws_are_carried_on_with_as_many_people_as_each_believes(scenario: rm.Scenario) -> None:
    fc = foretold(scenario, totals(by("abababab", b=0.8), "abababab"))
    later = rm.scenario_from_forecast(fc)
    assert fc.reports["value"].to_numpy() == pytest.approx(by("abababab", b=0.8))  # as they were given
    assert later.carried is not None
    home = ("at_home", "leaving", "on_road", "detained")
    there = {path: people for path, people in later.carried.columns.items() if path.startswith("people.now.")}
    inside = sum(people for path, people in there.items() if not path.split(".")[2].startswith(home))
    assert np.quantile(inside, [0.05, 0.95]) == pytest.approx([19_200.0, 24_000.0], rel=0.02)


def test_registered_people_leave_their_last_count_whatever_is_said_of_arrived(scenario: rm.Scenario) -> None:
    registered = totals(0.7 * STEADY[:8], "rrrrrrrr", "registered")
    fc = foretold(scenario, totals(by("abababab", b=0.8), "abababab"), registered)
    assert ranges(fc, "registered")[0] == pytest.approx([16_800.0, 16_800.0], rel=0.01)
    two = totals(0.5 * by("abababab", b=0.8), "cdcdcdcd", "registered").assign(source=list("cdcdcdcd"))
    fc = foretold(scenario, totals(STEADY[:8], "aaaaaaaa"), two)
    assert ranges(fc, "registered")[0] == pytest.approx([9600.0, 12_000.0], rel=0.01)
    assert ranges(fc)[0] == pytest.approx([24_000.0, 24_000.0], rel=0.01)


def test_more_registered_than_arrived_leave_their_last_count_with_a_width(scenario: rm.Scenario) -> None:
    fc = foretold(scenario, totals(STEADY[:7]), totals(1.2 * STEADY[:7], quantity="registered"))
    low, high = ranges(fc, "registered")[1]
    assert 25_200.0 < low < high - 500.0


@pytest.mark.parametrize("quantity", ["registered", "vehicles"])
def test_totals_that_are_not_pooled_hold_both_sources(scenario: rm.Scenario, quantity: str) -> None:
    counts = (0.3 if quantity == "vehicles" else 1.0) * by("abababa", b=0.8)
    low, high = ranges(foretold(scenario, totals(counts, "abababa", quantity)), quantity)[0]
    assert low <= 0.81 * counts[-1]
    assert counts[-1] <= high <= 1.2 * counts[-1]


def test_two_sources_of_one_time_are_told_how_both_are_kept() -> None:
    both = totals([1000.0, 2000.0], "ab").assign(time=START + pd.Timedelta(days=1))
    with pytest.raises(RequestError, match="to keep both sources, put their times a minute apart"):
        rm.forecast(rm.load_scenario("one-crossing"), both.drop(columns=["hours", "latest"]), draws=2)
    paired = totals(by("abababab", b=0.8), "abababab")
    hours = DAY * np.repeat(np.arange(1.0, 5.0), 2) + np.tile([0.0, 1.0 / 60.0], 4)
    paired = paired.assign(hours=hours, value=3000.0 * np.repeat(np.arange(1.0, 5.0), 2) * np.tile([1.0, 0.8], 4))
    assert np.ptp(agreed_of(paired).readings["arrived"].factors) == pytest.approx(0.25, rel=0.02)
