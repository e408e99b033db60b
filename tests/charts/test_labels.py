"""Dates on axes, numbers in words, labels that keep apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refugee_model.charts import style
from refugee_model.charts.clock import Clock, read_times, ticks_between
from refugee_model.charts.labels import spread
from refugee_model.wording import about
from tests.charts.sample_tables import START, arrivals_of

CLOCK = Clock(timezone(timedelta(hours=4)))


@given(st.floats(0.01, 4000.0), st.floats(1.0, 20.0), st.floats(0.0, 1.0))
def test_dates_are_within_the_axis_and_not_too_many(span: float, ticks: float, shift: float) -> None:
    first = CLOCK.position(START.to_pydatetime()) + shift
    found = ticks_between(CLOCK, first, first + span, ticks=ticks)
    assert 1 <= len(found) <= max(ticks, span / 1826) + 2
    assert all(first - 1e-4 <= position <= first + span + 1e-4 for position in found)
    assert found == sorted(set(found))


def test_days_are_those_of_the_table() -> None:
    times, clock = read_times(arrivals_of()["time"])
    assert clock.moment(float(times[0])) == "24 Sep 12:00"
    assert clock.offset(float(times[0])) == "UTC+04:00"
    midnights = clock.midnights(float(times[0]), float(times[0]) + 1.0)
    assert [clock.moment(position) for position in midnights] == ["24 Sep 00:00", "25 Sep 00:00", "26 Sep 00:00"]
    assert clock.end(float(midnights[1])) == "24 Sep 2023"
    assert CLOCK.position(datetime(2023, 9, 24, 12)) == times[0]  # noqa: DTZ001


@given(st.lists(st.tuples(st.floats(-50, 150), st.floats(1, 30)), min_size=1, max_size=12))
def test_labels_keep_apart(boxes: list[tuple[float, float]]) -> None:
    wanted, sizes = (np.array(column) for column in zip(*boxes, strict=True))
    placed = spread(wanted, sizes, 100.0)
    order = np.argsort(placed)
    gaps = placed[order][1:] - placed[order][:-1] - (sizes[order][1:] + sizes[order][:-1]) / 2
    assert np.all(gaps > -1e-6)
    if sizes.sum() <= 100.0:
        assert np.all(placed - sizes / 2 > -1e-6)
        assert np.all(placed + sizes / 2 < 100.0 + 1e-6)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (0.25, "0.25"), (9.87, "9.87"), (100_632.0, "100,600"), (26_812.0, "26,800"), (2.5e6, "2.5 million")],
)
def test_amounts_are_rounded_as_people_say_them(value: float, said: str) -> None:
    assert about(value) == said


def test_fonts_are_there() -> None:
    assert "DejaVu Sans" in style.font_families()


@pytest.mark.parametrize(
    "until",
    ["2023-09-29", "2023-09-28T20:00Z", date(2023, 9, 29), np.datetime64("2023-09-29T00:00")],
)
def test_a_time_without_an_offset_is_read_in_that_of_the_table(until: object) -> None:
    assert CLOCK.read(until) == CLOCK.position(datetime(2023, 9, 28, 20, tzinfo=UTC))
