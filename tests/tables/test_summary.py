"""Headline measures, the register of quantities, and where tables come from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from refugee_model.engine.rows import RECORDED, ROWS
from refugee_model.engine.trajectories import ENTERED, KINDS, LEFT, Trajectories
from refugee_model.quantities import QUANTITIES
from refugee_model.tables.capacity import capacity_table
from refugee_model.tables.costs import cost_table
from refugee_model.tables.groups import profile_table
from refugee_model.tables.movements import balance_table, movement_table
from refugee_model.tables.needs import needs_table
from refugee_model.tables.nights import night_table
from refugee_model.tables.peaks import peak_table
from refugee_model.tables.staff import staff_table
from refugee_model.tables.waiting import waiting_summary, waiting_table

import refugee_model
from refugee_model import quantities
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.arrivals import arrivals_table, compare_with_reports
from refugee_model.tables.provenance import run_id
from refugee_model.tables.summary import summary, summary_json
from refugee_model.version import VERSION

TABLES: tuple[Callable[[Trajectories], pd.DataFrame], ...] = (
    movement_table,
    balance_table,
    capacity_table,
    peak_table,
    night_table,
    waiting_table,
    waiting_summary,
    needs_table,
    staff_table,
    profile_table,
    cost_table,
    arrivals_table,
)


def all_tables(run: Trajectories) -> Iterator[pd.DataFrame]:
    """Every table of a projection."""
    for table in TABLES:
        yield table(run)
    reports = pd.DataFrame({"time": [pd.Timestamp("2023-09-25T12:00+04:00")], "quantity": ["arrived"], "place": [""], "value": [1.0]})
    yield compare_with_reports(run, reports)


def test_every_column_and_measure_is_in_the_register(run: Trajectories) -> None:
    for table in all_tables(run):
        assert set(table.columns) <= set(QUANTITIES)
    assert set(summary(run).index) <= set(QUANTITIES)


def test_every_place_route_and_level_is_in_the_register() -> None:
    names = {name for routes in (ENTERED, LEFT) for group in routes.values() for name in group} | set(KINDS)
    parts = {"willing", "leaving_by_vehicle", "leaving_by_bus", "on_road_by_vehicle", "on_road_by_bus"}
    for kind, rows in ROWS.items():
        names |= {member.name for member in rows if member.row < RECORDED[kind]}
    assert names - parts <= set(QUANTITIES)


def test_each_quantity_is_registered_once() -> None:
    groups = [getattr(quantities, name) for name in ("_PLACES", "_ROUTES", "_LEVELS", "_COLUMNS", "_MEASURES")]
    assert sum(len(group) for group in groups) == len(QUANTITIES)
    assert all(quantity.unit and quantity.meaning for quantity in QUANTITIES.values())
    assert set(quantities.REPORTED) <= set(QUANTITIES)


def test_tables_say_where_they_come_from(run: Trajectories, small: Scenario) -> None:
    for table in all_tables(run):
        assert set(table.attrs) >= {"title", "source", "run_id", "version"}
        assert table.attrs["run_id"] == run_id(small)
        assert table.attrs["title"].endswith(": Small")
    assert refugee_model.__version__ == VERSION


def test_run_id_follows_the_assumptions(small: Scenario) -> None:
    assert run_id(small) == run_id(small.change({"people.total": 10_000.0}))
    assert run_id(small) != run_id(small.change({"people.total": 10_001}))
    assert len(run_id(small)) == 8
    int(run_id(small), 16)


def test_measures_agree_with_tables(run: Trajectories) -> None:
    measures, movements, peaks = summary(run), movement_table(run), peak_table(run)
    end = movements[movements["time"] == movements["time"].iloc[-1]].groupby("kind", observed=True)["people"].sum()
    assert measures["still_at_home"] == pytest.approx(end["at_home"])
    assert measures["held_back"] == pytest.approx(end["leaving"])
    assert measures["crossed"] == pytest.approx(arrivals_table(run)["arrived"].iloc[-1])
    transit = peaks.set_index("kind").loc["transit"]
    assert measures["peak_unsheltered"] == pytest.approx(max(0.0, transit["peak_people"] - transit["capacity_at_peak"]))
    nights = night_table(run)
    for part in ("on_road", "at_reception", "unsheltered", "without_roof", "held_back"):
        assert measures[f"person_nights_{part}"] == pytest.approx(nights[part].sum())
    assert measures["peak_without_roof"] == nights["without_roof"].max()
    assert measures["peak_without_roof_time"].date() == nights.loc[nights["without_roof"].idxmax(), "date"].date()
    houses = peaks[peaks["kind"] == "state accommodation"]
    assert measures["places_full"] == houses["first_full"].notna().sum()
    assert measures["cost_usd"] == pytest.approx(cost_table(run).set_index("category").loc["total", "usd"])
    waits = waiting_summary(run).set_index("place")
    assert measures["p90_wait_checkpoint_hours"] == waits.loc["checkpoint", "p90_wait_hours"]
    assert measures["longest_wait_registration_hours"] == waits.loc["Border", "longest_wait_hours"]


def test_the_longest_queue_is_that_of_one_moment(small: Scenario) -> None:
    run = simulate(small.change({"aid.evacuation_buses.buses": 30.0, "timing.checkpoint.vehicles_per_hour": 40.0}))
    measures, table = summary(run), waiting_table(run).query("place == 'checkpoint'").set_index("time")
    there = table.loc[measures["longest_queue_time"]]
    assert measures["longest_queue_people"] == there["people"] == table["people"].max()
    assert measures["longest_queue_vehicles"] == there["vehicles"]
    assert measures["longest_queue_km"] == there["queue_km"]


def test_less_than_half_a_person_is_no_queue(small: Scenario) -> None:
    """What rounding leaves in a queue that is served at once has no length, no time and no wait."""
    run = simulate(small.change({"people.total": 500.0}))
    assert 0.0 < run.queue_people.max() < 1e-9
    measures = summary(run)
    assert [measures[f"longest_queue_{name}"] for name in ("people", "vehicles", "km")] == [0.0, 0.0, 0.0]
    assert measures["longest_queue_time"] is None
    assert measures["longest_wait_checkpoint_hours"] == 0.0


def test_peak_daily_arrivals_is_by_local_date(run: Trajectories) -> None:
    measures, arrivals = summary(run), arrivals_table(run).set_index("time")["arrived"]
    midnights = arrivals[arrivals.index.hour == 0]
    daily = midnights.diff().dropna()
    assert measures["peak_daily_arrivals"] == pytest.approx(daily.max())
    assert measures["peak_daily_arrivals_date"] == (daily.idxmax() - pd.Timedelta(days=1)).date()


def test_queue_by_hand(at_rest: Scenario) -> None:
    changes = {"people.total": 450, "people.now": {"on_road": 450}, "timing.checkpoint.vehicles_per_hour": 10}
    measures = summary(simulate(at_rest.change(changes)))
    assert measures["longest_queue_people"] == pytest.approx(450)
    assert measures["longest_queue_vehicles"] == pytest.approx(100)
    assert measures["longest_queue_time"].isoformat() == "2023-09-24T12:00:00+04:00"
    assert measures["crossed"] == pytest.approx(450)
    assert measures["last_arrival"].isoformat() == "2023-09-24T21:59:24+04:00"
    # 12:00 to 22:00 of the first, partial date.
    assert measures["peak_daily_arrivals"] == pytest.approx(450)


def test_shortfalls_in_words(resting: Trajectories, at_rest: Scenario) -> None:
    text = summary(resting)["largest_shortfalls"]
    assert text == "Water: 24,375 of 24,375 litres lacking (100 %); Blanket: 200 of 200 blankets lacking (100 %)"
    assert summary(simulate(at_rest.change({"aid.stocks": {"water": 1e6, "blanket": 1e6}})))["largest_shortfalls"] == "none"


def test_shortfalls_skip_what_is_not_known(at_rest: Scenario) -> None:
    one = summary(simulate(at_rest.change({"aid.supply_unknown": ["water"]})))["largest_shortfalls"]
    assert one == "Blanket: 200 of 200 blankets lacking (100 %); deliveries of 1 item not known"
    both = summary(simulate(at_rest.change({"aid.supply_unknown": ["water", "blanket"]})))["largest_shortfalls"]
    assert both == "deliveries of 2 items not known"


def test_people_held_back_and_not_registered(run: Trajectories) -> None:
    measures = summary(run)
    assert measures["peak_held_back"] == pytest.approx(run.people("leaving").sum(axis=1).max())
    unregistered = run.people("awaiting_registration").sum(axis=1) + run.people("unregistered_hosted")[:, 0]
    assert measures["peak_unregistered"] == pytest.approx(unregistered.max())
    crossed, registered = run.cumulative("crossed"), run.cumulative_registered
    assert measures["peak_unregistered"] == pytest.approx((crossed - registered).max())


@pytest.mark.parametrize("table", [*TABLES, summary], ids=lambda table: table.__name__)
@pytest.mark.parametrize("given", ["x", None, 3], ids=str)
def test_what_is_no_projection_is_named(table: Callable[..., object], given: object) -> None:
    with pytest.raises(RequestError, match=r"found .*, expected a projection \(Trajectories\), as refugee_model\.simulate"):
        table(given)


def test_a_scenario_is_no_projection(small: Scenario) -> None:
    with pytest.raises(RequestError, match="found a Scenario, expected a projection"):
        summary(small)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="found a Scenario, expected a projection"):
        compare_with_reports(small, pd.DataFrame())  # type: ignore[arg-type]


def test_reports_that_are_no_table_are_named(run: Trajectories) -> None:
    with pytest.raises(RequestError, match="found a str, expected a table with the columns time, quantity, place, value"):
        compare_with_reports(run, "lachin-2023")  # type: ignore[arg-type]


def test_json(run: Trajectories) -> None:
    plain = json.loads(json.dumps(summary_json(summary(run)), allow_nan=False))
    assert plain["run_id"] == run_id(run.scenario)
    assert plain["peak_daily_arrivals_date"].startswith("2023-")
    assert plain["last_arrival"].endswith("+04:00")
    assert plain["funding_gap_usd"] is None


def test_nobody(empty: Trajectories) -> None:
    measures = summary(empty)
    assert measures["crossed"] == 0
    assert measures["peak_daily_arrivals"] == 0
    blank = ("peak_daily_arrivals_date", "last_arrival", "longest_queue_time", "first_place_full", "p90_wait_checkpoint_hours")
    assert all(measures[name] is None for name in blank)
    assert measures["largest_shortfalls"] == "none"
    json.dumps(summary_json(measures), allow_nan=False)
    for table in all_tables(empty):
        assert np.isfinite(table.select_dtypes("number").fillna(0)).all(axis=None)


def test_a_closed_checkpoint_is_said_in_words(at_rest: Scenario) -> None:
    changes = {"people.total": 450, "people.now": {"on_road": 450}, "timing.checkpoint.vehicles_per_hour": 0}
    measures = summary(simulate(at_rest.change(changes)))
    assert measures["last_arrival"] is None
    assert summary_json(measures)["longest_wait_checkpoint_hours"] == "still waiting at the end"
