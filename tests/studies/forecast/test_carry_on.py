"""Draws of a forecast that go on in the scenario of the days ahead."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

import refugee_model as rm
from refugee_model.engine.program import epochs_of
from refugee_model.errors import ScenarioError
from refugee_model.outcomes.groups import days_of
from refugee_model.outcomes.needs import costs, needs_by_item
from refugee_model.scenario.carried import Carried
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.blocks import Wanted
from refugee_model.studies.ensemble import curves_of, ensemble_of
from refugee_model.studies.forecast import learning as module
from refugee_model.studies.forecast.middle import drawn_at
from refugee_model.studies.forecast.restart import middle_at
from refugee_model.studies.points import points_of
from refugee_model.studies.size import bytes_of

DRAWS = 128
DAYS = np.array([1.0, 3.0, 7.0])
WHERE = ("awaiting_registration", "unregistered_hosted", "awaiting_placement", "travelling", "sheltered", "hosted")
PRESENT = tuple(f"people.now.{kind}" for kind in WHERE)


@pytest.fixture(scope="module")
def issued(small: Scenario) -> rm.Forecast:
    """A forecast of a queue that is still growing, with noise, and half of the people still to come."""
    scenario = small.change(
        {
            "people.total": {"low": 60_000, "likely": 80_000, "high": 150_000},
            "timing.departure.noise": {"sd": 0.4, "correlation_hours": 12.0},
            "timing.departure.midpoint_hours": 96.0,
            "timing.departure.rate_per_hour": {"low": 0.02, "likely": 0.04, "high": 0.1},
            "aid.stocks": {"water": 400_000.0, "blanket": 10_000.0},
            "aid.cash": {"coverage": 0.5, "one_off_usd_per_person": 100.0},
        }
    )
    table = rm.arrivals_table(rm.simulate(scenario), every_hours=12)
    columns = {"time": table["time"], "quantity": "arrived", "place": "", "value": table["arrived"].round()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LEAST_PARTICLES", DRAWS)
        return rm.forecast(scenario, pd.DataFrame(columns).iloc[1:9], draws=DRAWS)


@pytest.fixture(scope="module")
def later(issued: rm.Forecast) -> Scenario:
    """The days ahead."""
    return rm.scenario_from_forecast(issued)


def arrived(scenario: Scenario, days: np.ndarray) -> np.ndarray:
    """People arrived by draw, array (time, draw)."""
    wanted = Wanted(curve_hours=tuple(days * 24.0))
    found = ensemble_of(scenario, points_of(scenario, DRAWS, 1), draws=DRAWS, seed=1, wanted=wanted)
    return found.curves["arrived"][np.searchsorted(found.curve_hours, days * 24.0 - 1e-6)]


@pytest.mark.parametrize("level", [0.05, 0.25, 0.5, 0.75, 0.95])
def test_quantiles_are_those_of_the_forecast(issued: rm.Forecast, later: Scenario, level: float) -> None:
    found = np.quantile(arrived(later, DAYS), level, axis=1)
    np.testing.assert_allclose(found, middle_at(issued, "arrived", DAYS * 24.0, level), rtol=0.02)


def test_each_draw_has_its_own_people_and_numbers(issued: rm.Forecast, later: Scenario) -> None:
    ensemble = rm.simulate_ensemble(later, draws=DRAWS, keep="all")
    assert ensemble.draws["timing.departure.rate_per_hour"].equals(issued.draws["timing.departure.rate_per_hour"])
    first = ensemble.result.people("on_road")[0, 0]
    assert np.ptp(first) > 0
    total = sum(ensemble.result.people(kind)[0].sum(axis=0) for kind in ("at_home", "leaving", "on_road"))
    assert np.ptp(total) > 1000.0
    assert ensemble.result.residual < 1e-6
    again = rm.simulate_ensemble(later, draws=16, seed=issued.seed)
    pd.testing.assert_frame_equal(again.draws, ensemble.draws[:16])


def test_changes_act_on_all_draws(later: Scenario) -> None:
    few = arrived(later.change({"timing.checkpoint.vehicles_per_hour": 1.0}), DAYS)
    usual = arrived(later, DAYS)
    assert (few <= usual + 1e-3).all()
    assert np.median(few[-1]) < 0.6 * np.median(usual[-1])
    rates = later.change({"timing.departure.rate_per_hour": rm.times(0.5)})
    found = rm.simulate_ensemble(rates, draws=DRAWS).draws["timing.departure.rate_per_hour"]
    before = rm.simulate_ensemble(later, draws=DRAWS).draws["timing.departure.rate_per_hour"]
    np.testing.assert_allclose(found, before / 2)
    with pytest.raises(ScenarioError, match=r"people\.total: each draw has people of its own; give a distribution"):
        later.change({"people.total": 40_000.0})
    with pytest.raises(ScenarioError, match=r"people\.now\.on_road: each draw has people of its own"):
        later.change({"people.now.on_road": 5.0})
    plain = later.change({"people.now.detained": 5.0, "draws": None})
    assert plain.carried is None


@pytest.fixture
def file(later: Scenario, tmp_path: Path) -> Path:
    """The file of the scenario, its draws beside it."""
    path = tmp_path / "later.toml"
    rm.write_scenario(later, path)
    return path


def test_a_file_carries_them_on(later: Scenario, file: Path) -> None:
    assert (file.parent / "later-draws.parquet").is_file()
    again = rm.load_scenario(file)
    assert again == later
    np.testing.assert_array_equal(arrived(again, DAYS), arrived(later, DAYS))


def spoil(path: Path, how: str) -> None:
    """Do something to a file of draws that makes it another."""
    table = pyarrow.parquet.read_table(path)
    if how == "missing":
        path.unlink()
        return
    if how == "no parquet":
        path.write_bytes(b"PAR1 nonsense")
        return
    if how == "shorter":
        table = table.slice(0, 7)
    elif how == "column gone":
        table = table.drop_columns(["people.now.on_road"])
    elif how == "changed":
        column = table.column_names.index("people.total")
        table = table.set_column(column, "people.total", pyarrow.array(table["people.total"].to_numpy() + 1.0))
    elif how == "not ours":
        table = table.replace_schema_metadata({})
    pyarrow.parquet.write_table(table, path)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("missing", "later-draws.parquet is not there: this scenario carries its draws on in a file that must lie"),
        ("no parquet", "later-draws.parquet is no file of draws of this program"),
        ("not ours", "later-draws.parquet is no file of draws of this program"),
        ("shorter", "later-draws.parquet has 7 rows, expected 128, one a draw"),
        ("column gone", "later-draws.parquet: 1 column is missing: people.now.on_road"),
        ("changed", "later-draws.parquet: its 128 draws have the checksum"),
    ],
)
def test_a_file_of_draws_that_is_wrong_is_one_message(file: Path, how: str, said: str) -> None:
    spoil(file.parent / "later-draws.parquet", how)
    with pytest.raises(ScenarioError) as raised:
        rm.load_scenario(file)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_goods_and_cash_are_given_once(issued: rm.Forecast, later: Scenario) -> None:
    """What was handed out and paid before the cut-off is neither there nor needed again."""
    assert later.carried is not None
    given, ensemble = later.carried.columns, rm.simulate_ensemble(later, draws=DRAWS)
    for (item, stock), needs in zip(issued.scenario.aid.stocks.items(), needs_by_item(ensemble.result), strict=True):
        before, supplied = given[f"aid.handed_out.{item}"], needs.supplied.sum(axis=0)
        assert before.max() > 0.0
        assert (before + supplied <= stock * (1.0 + 1e-9)).all()
    before = given["aid.cash.paid_before"]
    inside = sum(column for path, column in given.items() if path.startswith(PRESENT))
    np.testing.assert_allclose(before, 0.5 * inside)
    paid = costs(ensemble.result)[0]["cash, once"] / 100.0
    np.testing.assert_allclose(paid + before, ensemble.result.extremes["paid_once"])


RULES = ("pace of registering until ", "pace of desks until ", "pace of moving in until ", "pace of seats until ")


def counted(scenario: Scenario, draws: int) -> dict[str, np.ndarray]:
    """Medians after days of what is reported of draws that are carried on."""
    wanted = Wanted(curve_hours=tuple(DAYS * 24.0))
    found = ensemble_of(scenario, points_of(scenario, draws, 1), draws=draws, seed=1, wanted=wanted)
    at = np.searchsorted(found.curve_hours, DAYS * 24.0 - 1e-6)
    return {quantity: np.median(curve[at], axis=1) for quantity, curve in found.curves.items()}


def foretold(name: str, reports: str, until: str) -> rm.Forecast:
    """A forecast of which people registered and in state accommodation were counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LEAST_PARTICLES", 200)
        return rm.forecast(rm.load_scenario(name), rm.load_reports(reports), until=until, draws=200)


CRISES = (
    ("two-bridges", "two-bridges", "2031-05-06T18:00+02:00"),
    ("lachin-2023-plan", "lachin-2023", "2023-09-27T12:00+04:00"),
)


@pytest.fixture(scope="module", params=CRISES, ids=lambda one: one[0])
def counted_on(request: pytest.FixtureRequest) -> tuple[rm.Forecast, Scenario]:
    """Such a forecast, and the days ahead."""
    fc = foretold(*request.param)
    return fc, rm.scenario_from_forecast(fc)


def test_people_register_and_move_in_as_foretold(counted_on: tuple[rm.Forecast, Scenario]) -> None:
    fc, ahead = counted_on
    found = counted(ahead, 200)
    for quantity, near in (("arrived", 0.02), ("registered", 0.05), ("in_state_accommodation", 0.12)):
        np.testing.assert_allclose(found[quantity], middle_at(fc, quantity, DAYS * 24.0), rtol=near, err_msg=quantity)


def test_where_nobody_counted_who_registers_the_rules_say(later: Scenario) -> None:
    assert later.carried is not None
    assert not [path for path in later.carried.columns if path.startswith(RULES)]


def test_people_counted_in_beds_have_beds(counted_on: tuple[rm.Forecast, Scenario]) -> None:
    result = rm.simulate_ensemble(counted_on[1], draws=DRAWS, keep="all").result
    assert result.flow("evacuated")[0].max() < 1e-6


def without_paces(carried: Carried) -> Carried:
    """The draws as files of earlier versions have them."""
    kept = {path: column for path, column in carried.columns.items() if not path.startswith(RULES)}
    return replace(carried, columns=kept)


def test_files_without_paces_of_registering_and_moving_in_are_read(
    counted_on: tuple[rm.Forecast, Scenario], tmp_path: Path
) -> None:
    later = counted_on[1]
    assert later.carried is not None
    old = later.carrying(without_paces(later.carried), "old-draws.parquet")
    assert len(old.carried.columns) < len(later.carried.columns)
    rm.write_scenario(old, tmp_path / "old.toml")
    again = rm.load_scenario(tmp_path / "old.toml")
    np.testing.assert_array_equal(arrived(again, DAYS), arrived(later, DAYS))


def test_paces_of_1_change_nobody(later: Scenario) -> None:
    assert later.carried is not None
    plain = without_paces(later.carried)
    even = {f"{rule}{until}": np.ones(DRAWS) for rule in RULES for until in ("6", "24")}
    found = counted(later.carrying(replace(plain, columns=plain.columns | even)), DRAWS)
    for quantity, people in counted(later.carrying(plain), DRAWS).items():
        np.testing.assert_allclose(found[quantity], people, rtol=1e-3, err_msg=quantity)


def test_fewer_desks_are_felt_at_any_pace(counted_on: tuple[rm.Forecast, Scenario]) -> None:
    later = counted_on[1]
    usual = counted(later, DRAWS)
    none = {f"aid.reception_points.{name}.desks": 0.0 for name in later.aid.reception_points}
    fewer = counted(later.change(none), DRAWS)
    assert (fewer["registered"] < 0.9 * usual["registered"]).all()


def means(scenario: Scenario, quantity: str) -> np.ndarray:
    """Means after days, and at the end, of what is reported of draws that are carried on."""
    hours = np.append(DAYS * 24.0, scenario.timeline.hours)
    found = curves_of(scenario, 200, 1, hours)
    return found.curves[quantity][np.searchsorted(found.curve_hours, hours - 1e-6)].mean(axis=1)


def not_served(fc: rm.Forecast, quantity: str, an_hour: np.ndarray) -> np.ndarray:
    """People who wait in the mean after days, if they come as foretold and so many (hour, draw) are served."""
    people, waiting, found = drawn_at(fc, quantity, np.arange(0.0, 169.0)), np.zeros(len(fc)), {}
    for hour, more in enumerate(np.diff(people, axis=0)):
        waiting = np.maximum(waiting + more - an_hour[hour], 0.0)
        found[hour + 1.0] = waiting.mean()
    return np.array([found[hours] for hours in DAYS * 24.0])


def through(fc: rm.Forecast) -> np.ndarray:
    """People whom a checkpoint lets through in each hour of a week, without noise (hour, draw)."""
    draws, checkpoint = fc.draws, fc.scenario.timing.checkpoint
    rate = draws["timing.checkpoint.vehicles_per_hour"] * draws["timing.transport.people_per_vehicle"]
    clock = (fc.until.hour + fc.until.minute / 60.0 + np.arange(168.0) - checkpoint.night_from_hour) % 24.0
    night = clock < (checkpoint.night_until_hour - checkpoint.night_from_hour) % 24.0
    return np.where(night[:, None], draws["timing.checkpoint.night_factor"].to_numpy(), 1.0) * rate.to_numpy()


def test_half_the_checkpoint_delays_people_and_stops_nobody(counted_on: tuple[rm.Forecast, Scenario]) -> None:
    """As many are late as would be, came they as foretold to one server; who is late comes in the end."""
    fc, ahead = counted_on
    half = ahead.change({"timing.checkpoint.vehicles_per_hour": rm.times(0.5)})
    usual, late = means(ahead, "arrived"), means(ahead, "arrived") - means(half, "arrived")
    assert late[-1] < 0.002 * usual[-1]
    expected = not_served(fc, "arrived", 0.5 * through(fc))
    np.testing.assert_allclose(late[0], expected[0], rtol=0.25)
    assert 0.4 * expected[1] < late[1] < expected[1]  # some draws had learned of a checkpoint that lets more through


def test_half_the_desks_are_felt_as_by_the_rules(counted_on: tuple[rm.Forecast, Scenario]) -> None:
    """As many are late as would be, came they as foretold to half of all desks."""
    fc, ahead = counted_on
    an_hour = np.zeros(len(fc))
    for name, point in ahead.aid.reception_points.items():
        path = f"aid.reception_points.{name}.people_per_desk_hour"
        desks = point.desks[-1].value if isinstance(point.desks, tuple) else point.desks
        an_hour += desks * fc.draws[path].to_numpy()
    expected = not_served(fc, "registered", np.broadcast_to(0.5 * an_hour, (168, len(fc))))
    half = ahead.change({f"aid.reception_points.{name}.desks": rm.times(0.5) for name in ahead.aid.reception_points})
    late = means(ahead, "registered") - means(half, "registered")
    np.testing.assert_allclose(late[1], expected[1], rtol=0.3)
    assert late[-1] < 0.01 * means(ahead, "registered")[-1]


def test_a_checkpoint_does_not_hold_back_who_may_pass(counted_on: tuple[rm.Forecast, Scenario]) -> None:
    """Where people come slower than they could, they set off later; the checkpoint is as fast as by the rules."""
    columns = counted_on[1].carried.columns
    slow = [(columns[path] < 0.999).mean() for path in columns if path.startswith("pace of passing until ")]
    slower = [(columns[path] < 0.999).mean() for path in columns if path.startswith("pace of departing until ")]
    assert np.mean(slow) < 0.1
    assert np.mean(slower) > 0.5


def test_draws_with_one_pace_of_departures_and_checkpoints_are_refused(later: Scenario, tmp_path: Path) -> None:
    columns = later.carried.columns | {"pace until 6": np.ones(DRAWS)}
    rm.write_scenario(later.carrying(replace(later.carried, columns=columns), "old.parquet"), tmp_path / "old.toml")
    with pytest.raises(ScenarioError, match="one pace, by which fewer vehicles let through would be felt for good"):
        rm.load_scenario(tmp_path / "old.toml")


def test_epochs_of_paces_take_memory(counted_on: tuple[rm.Forecast, Scenario]) -> None:
    ahead = counted_on[1]
    result = rm.simulate_ensemble(ahead, draws=16).result
    assert len(epochs_of(ahead, ahead.carried.columns)) == len(result.held["registration_rate"])
    plain, wanted = ahead.carrying(without_paces(ahead.carried)), Wanted()
    assert bytes_of(ahead, DRAWS, wanted) > bytes_of(plain, DRAWS, wanted)


def in_need(ensemble: rm.Ensemble | rm.Forecast, item: str, date: pd.Timestamp) -> float:
    """People who need an item on a date, in the mean."""
    place = list(ensemble.scenario.standards.items_of_climate).index(item)
    days = [day.date() for day in days_of(ensemble.result).dates]
    return float(list(needs_by_item(ensemble.result))[place].people[days.index(date.date())].mean())


def test_needs_are_of_as_many_people_as_foretold(counted_on: tuple[rm.Forecast, Scenario]) -> None:
    """What all need is for those who have arrived and not left again; hot meals for about as many as by the rules."""
    fc, ahead = counted_on
    carried = rm.simulate_ensemble(ahead, draws=200, seed=fc.seed)
    date = pd.Timestamp(fc.until).normalize() + pd.Timedelta(days=3)
    ahead_hours = (date - pd.Timestamp(fc.until)).total_seconds() / 3600.0 + np.arange(25.0)
    here = (drawn_at(fc, "arrived", ahead_hours) - drawn_at(fc, "left_country", ahead_hours)).mean()
    np.testing.assert_allclose(in_need(carried, "food_ration", date), here, rtol=0.02)
    assert 0.6 < in_need(carried, "hot_meals", date) / in_need(fc, "hot_meals", date) < 1.6


def test_a_forecast_says_where_its_tables_have_other_people_than_it_foretells() -> None:
    fc = foretold("lachin-2023-plan", "lachin-2023", "2023-09-27T12:00+04:00")
    by_rules, told = np.median(fc.result.people("sheltered").sum(axis=1), axis=1), fc.until_hours + 72.0
    said = next(warning for warning in fc.warnings if warning.startswith("tables of capacity and needs"))
    people, other = (
        float(found.replace(",", ""))
        for found in re.search(r"([\d,]+) people in state accommodation for ([\d,]+) foretold", said).groups()
    )
    np.testing.assert_allclose(people, np.interp(told, fc.result.hours, by_rules), rtol=0.05)
    assert other == round(middle_at(fc, "in_state_accommodation", np.array([72.0]))[0])
