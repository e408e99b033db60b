"""The answers on the shell, also where nothing happens."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from refugee_model.console import PlainConsole
from refugee_model.console.answers import print_summary
from refugee_model.engine.simulation import simulate
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.answers import _cost, answers
from refugee_model.tables.ranges import summary

CLOSED = {"timing.checkpoint.vehicles_per_hour": 0}


@pytest.fixture(scope="module")
def measures(small: Scenario) -> pd.Series:
    """Of the small scenario, where people queue at the checkpoint; what chance adds is told elsewhere."""
    found = summary(simulate(small.change({"timing.checkpoint.vehicles_per_hour": 25})))
    found[["chance_adds_at_checkpoint", "chance_adds_at_reception"]] = None
    return found


def said_of(measures: pd.Series, **changes: object) -> dict[str, str]:
    """Answers to measures of which some are changed."""
    changed = measures.copy()
    for name, value in changes.items():
        changed[name] = value
    return dict(answers(changed))


def test_every_question_has_an_answer(measures: pd.Series) -> None:
    said = said_of(measures)
    assert len(said) == 15
    assert " of 10,000; " in said["How many cross?"]
    assert "arrive on " in said["Busiest day?"]
    assert "half wait " in said["How long do people wait there?"]
    assert " on " in said["Most people in state accommodation?"]
    assert "nobody waits at a reception point" in said["Most people not yet registered?"]


@pytest.mark.parametrize(
    "changes",
    [{"people.total": 0}, {"timing.departure.share_leaving": 0.0}, CLOSED],
    ids=["nobody", "nobody leaves", "nobody passes"],
)
def test_nobody_comes(small: Scenario, changes: dict[str, float]) -> None:
    measures = summary(simulate(small.change(changes)))
    said = dict(answers(measures))
    assert said["How many cross?"].startswith("nobody")
    assert said["Busiest day?"] == "nobody arrives"
    assert said["Last arrivals?"] == "nobody arrives"
    assert said["Most people in state accommodation?"] == "nobody"
    assert said["Most people not yet registered?"] == "nobody"
    assert said["Most people waiting to register?"] == "nobody"
    if changes is not CLOSED:
        assert said["Longest queue at the checkpoint?"] == "nobody queues"
        assert said["How long do people wait there?"] == "nobody comes to it"
    console = PlainConsole(record=True, width=100, quiet=True)
    print_summary(measures, "Title", Path("folder"), console=console)


def test_blank_times_of_pandas_are_blank(measures: pd.Series) -> None:
    times = (
        "last_arrival",
        "longest_queue_time",
        "peak_in_state_accommodation_time",
        "first_place_full_time",
        "peak_unsheltered_time",
    )
    said = said_of(measures, **dict.fromkeys(times, pd.NaT), peak_daily_arrivals_date=pd.NaT, first_place_full=None)
    assert [said[question] for question in ("Busiest day?", "Last arrivals?")] == ["nobody arrives"] * 2


def test_everyone_is_accounted_for(small: Scenario) -> None:
    measures = summary(simulate(small.change({**CLOSED, "timing.corridor.length_km": 10})))
    said = dict(answers(measures))["How many cross?"]
    road = measures["people_total"] - measures["still_at_home"] - measures["held_back"]
    assert (
        f"{measures['held_back']:,.0f} are held back at the end (no vehicle, fuel or seat, or no room on the road)"
        in said
    )
    assert f"{road:,.0f} are on the road or held at the checkpoint at the end" in said
    assert f"at most {measures['peak_held_back']:,.0f} are held back at home at one time" in said
    assert measures["held_back"] > 500


def test_nobody_is_held_back(measures: pd.Series) -> None:
    said = said_of(measures, held_back=0.4, peak_held_back=0.2, crossed=9_000.0, still_at_home=999.6)["How many cross?"]
    assert said == "9,000 of 10,000; 1,000 stay at home"


@pytest.mark.parametrize(
    ("median", "p90", "longest", "said"),
    [
        (0.0, 0.0, 0.3, "nobody waits an hour"),
        (0.0, 0.2, 3.0, "9 in 10 wait less than an hour; the longest is 3 hours"),
        (0.2, 1.5, 12.0, "half wait less than an hour, 1 in 10 wait 1.5 hours or more; the longest is 12 hours"),
        (1.0, 9.97, 30.4, "half wait 1 hour or more, 1 in 10 wait 10 hours or more; the longest is 30 hours"),
        (2.0, float("inf"), float("inf"), "half wait 2 hours or more, 1 in 10 still wait at the end"),
        (
            2.0,
            3.0,
            float("inf"),
            "half wait 2 hours or more, 1 in 10 wait 3 hours or more; the longest is beyond the end of the projection",
        ),
        (float("inf"), float("inf"), float("inf"), "half still wait at the end"),
    ],
)
def test_waits_in_words(measures: pd.Series, median: float, p90: float, longest: float, said: str) -> None:
    names = ("median_wait_checkpoint_hours", "p90_wait_checkpoint_hours", "longest_wait_checkpoint_hours")
    assert (
        said_of(measures, **dict(zip(names, (median, p90, longest), strict=True)))["How long do people wait there?"]
        == said
    )


@pytest.mark.parametrize(
    ("p90", "longest", "said"),
    [
        (0.1, 0.5, "300; nobody waits an hour"),
        (0.1, 1.5, "300; 9 in 10 wait less than an hour at Border"),
        (6.0, 7.0, "300; 1 in 10 wait 6 hours or more at Border"),
        (float("inf"), float("inf"), "300; 1 in 10 still wait at the end at Border"),
    ],
)
def test_waiting_to_register_in_words(measures: pd.Series, p90: float, longest: float, said: str) -> None:
    changes = {
        "p90_wait_registration_hours": p90,
        "longest_wait_registration_hours": longest,
        "peak_awaiting_registration": 300.0,
    }
    assert (
        said_of(measures, **changes, longest_wait_registration_place="Border")["Most people waiting to register?"]
        == said
    )


def test_what_chance_may_add_is_said_beside_the_queue(measures: pd.Series) -> None:
    said = said_of(
        measures,
        chance_adds_at_checkpoint=70.0,
        chance_adds_at_reception="about 30 people at Border",
        longest_queue_time=pd.NaT,
    )
    assert said["Longest queue at the checkpoint?"] == "nobody queues; chance may add about 70 people to this queue"
    assert said["Most people waiting to register?"].endswith("; chance may add about 30 people at Border")


def test_a_lone_run_of_an_uncertain_scenario_says_that_it_is_one_future(small: Scenario) -> None:
    changed = small.change(
        {"people.total": {"distribution": "uniform", "low": 9_000, "high": 11_000, "reason": "a trial"}}
    )
    for scenario, said in ((changed, True), (small, False)):
        console = PlainConsole(record=True, width=150, file=StringIO())
        print_summary(summary(simulate(scenario)), "Title", Path("folder"), console=console)
        words = (
            "One future of many: the median of its one uncertain number. With --draws 1000 the range of each "
            "measure is shown."
        )
        assert (words in console.export_text()) == said


def test_people_without_shelter_are_those_who_have_registered(measures: pd.Series) -> None:
    question, words = "Most people without shelter?", "registered people with neither bed nor transit place"
    assert said_of(measures, peak_unsheltered=0.0)[question] == f"no {words}"
    time = pd.Timestamp("2023-10-01T04:00+04:00")
    said = said_of(measures, peak_unsheltered=60.0, peak_unsheltered_time=time)[question]
    assert said == f"60 {words}, on Sun 1 Oct 2023, 04:00"


@pytest.mark.parametrize(
    ("usd", "said"),
    [(121.63, "122"), (62_058.0, "62,058"), (999_999.9, "1.0 million"), (64_415_568.0, "64.4 million"), (0.0, "0")],
)
def test_money_is_worded_at_its_own_size(usd: float, said: str) -> None:
    assert _cost(pd.Series({"cost_usd": usd, "funding_gap_usd": usd})) == f"{said} USD, {said} not funded"
