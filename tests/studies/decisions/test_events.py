"""Events: what is read, what is refused."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refugee_model.errors import RequestError
from refugee_model.studies.decisions.events import Comparison, begins, holds, read_event

NAMES = ["peak", "crossed", "first_full.Hills", "first_full.Up and (Down)", "or_else", "full at 5"]
MOMENTS = ["first_full.Hills", "first_full.Up and (Down)"]


def read(text: object) -> str:
    return str(read_event(text, NAMES, MOMENTS))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("peak>1000", "peak > 1,000"),
        ("  peak   >=  1_000.5 ", "peak >= 1,000.5"),
        ("peak > 1e3 AND crossed<5", "peak > 1,000 and crossed < 5"),
        ("peak > 1 or crossed < 5 and or_else > 2", "peak > 1 or (crossed < 5 and or_else > 2)"),
        ("(peak > 1 or crossed < 5)and(or_else > -2)", "(peak > 1 or crossed < 5) and or_else > -2"),
        ("first_full.Hills", "first_full.Hills"),
        ("first_full.Hills or peak > 2", "first_full.Hills or peak > 2"),
        ("'first_full.Up and (Down)' < 240", "first_full.Up and (Down) < 240"),
        ("full at 5 > 5", "full at 5 > 5"),
    ],
)
def test_what_is_read(text: str, said: str) -> None:
    assert read(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a comparison such as 'peak_unsheltered > 1000'"),
        (None, "found nothing"),
        (7, "found 7"),
        ("peek > 1", "'peek' is no measure; did you mean 'peak'?"),
        ("peak", "after 'peak', expected >, >=, < or <= and a number"),
        ("peak = 5", "found '=' after 'peak'"),
        ("peak > many", "found 'many' after 'peak >', expected a number"),
        ("peak > 1,000", "expected a number such as 1000"),
        ("peak > 1 and", "found 'the end' where the name"),
        ("(peak > 1", "where '[)]' was expected"),
        ("peak > 1)", "where the event should end"),
        ("peak > 1 peak > 2", "found '1 peak'"),
        ("'peak > 1", "a quote is opened"),
        ("(" * 60 + "peak > 1" + ")" * 60, "more than 20 brackets"),
        ("peak > 1 or " * 60, "expected at most 300"),
        ("__import__('os').system('x') > 1", "is no measure"),
    ],
)
def test_what_is_refused(text: object, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        read(text)


@given(text=st.text(alphabet="peak crossed()<>=!'\"and or15.,_\0é", max_size=40))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    with suppress(RequestError):  # and nothing else
        read(text)


def test_in_which_draws_it_holds_and_when_it_begins() -> None:
    values = {"peak": np.array([1.0, 5.0, 9.0]), "first_full.Hills": np.array([np.inf, 24.0, 50.0])}
    event = read_event("peak > 4 and first_full.Hills < 48", NAMES, MOMENTS)
    assert holds(event, values).tolist() == [False, True, False]
    assert holds(read_event("peak > 8 or first_full.Hills", NAMES, MOMENTS), values).tolist() == [False, True, True]
    days = {"peak": np.array([3.0, np.inf, 2.0]), "first_full.Hills": np.array([1.0, 1.0, 5.0])}

    def when(one: Comparison) -> np.ndarray:
        return days[one.measure]

    assert begins(event, when).tolist() == [3.0, np.inf, 5.0]
    assert begins(read_event("peak > 8 or first_full.Hills", NAMES, MOMENTS), when).tolist() == [1.0, 1.0, 2.0]
