"""Chances, people and times in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from refugee_model.wording import chance, chance_in_short, moment, whole


@pytest.mark.parametrize(
    ("share", "draws", "said"),
    [
        (0.556, 1000, "in 56 of 100 futures"),
        (0.001, 1000, "in fewer than 1 of 100 futures"),
        (0.999, 1000, "in more than 99 of 100 futures"),
        (0.01, 1000, "in 1 of 100 futures"),
        (0.99, 1000, "in 99 of 100 futures"),
        (0.994, 1000, "in more than 99 of 100 futures"),
        (0.0, 1000, "in none of 1,000 futures"),
        (1.0, 1000, "in all 1,000 futures"),
        (1 / 64, 64, "in 1 of 64 futures"),
        (63 / 64, 64, "in 63 of 64 futures"),
        (1.0, 1, "in the only future"),
    ],
)
def test_a_chance_is_never_rounded_to_none_or_all(share: float, draws: int, said: str) -> None:
    assert chance(share, draws=draws) == said


def test_a_cell_says_the_same_in_short() -> None:
    assert [chance_in_short(share, draws=1000) for share in (0.0, 0.001, 0.556, 1.0)] == [
        "none",
        "<1 of 100",
        "56 of 100",
        "all",
    ]


def test_people_are_rounded_once() -> None:
    assert whole(8874.6) == "8,875"
    assert whole(464.9999999999748) == "465"
    assert whole(2.5) == "3"


def test_times_are_rounded_to_the_minute() -> None:
    assert moment(datetime(2023, 9, 30, 23, 59, 45, tzinfo=UTC)) == "Sun 1 Oct 2023, 00:00"
