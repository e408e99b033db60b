"""Every public function, given the wrong kind of thing: one clear error on one line, before any work, and never
another."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RefugeeModelError
from tests.fuzz.hostile import REPORTS, STUDY

UNTIL = "2023-09-27T08:00+04:00"
FUNCTIONS = {name: getattr(rm, name) for name in rm.__all__ if inspect.isfunction(getattr(rm, name))}
SLOW = {"forecast", "score_forecasts"}
"""Of these only what must be refused is tried."""
RIGHT = {
    ("*", "run"): {"run", "ensemble", "forecast"},
    ("*", "quantiles"): {"numbers", "tuple"},
    ("*", "draws"): {"number"},
    ("*", "seed"): {"number"},
    ("*", "every_hours"): {"number", "fraction"},
    ("*", "until"): {"time"},
    ("*", "table"): {"capacity", "ranges"},
    ("*", "capacity"): {"capacity"},
    ("*", "movement"): {"capacity"},  # it has all columns that are drawn
    ("*", "say"): {"function"},
    ("*", "progress"): {"function", "yes"},
    ("*", "force"): {"yes"},
    ("*", "resume"): {"yes"},
    ("*", "csv"): {"yes"},
    ("*", "baselines"): {"yes"},
    ("*", "common_scale"): {"yes"},
    ("*", "scenario"): {"scenario"},
    ("*", "study"): {"study"},
    ("*", "reports"): {"reports"},
    ("*", "forecast"): {"forecast"},
    ("*", "ensemble"): {"run", "ensemble", "forecast"},
    ("*", "results"): {"run", "ensemble", "forecast"},
    ("*", "hxl"): {"yes"},
    ("*", "excel"): {"yes"},
    ("*", "folder"): {"word", "path"},
    ("*", "factor"): {"number", "fraction"},
    ("*", "inputs"): {"no list"},
    ("*", "place"): {"empty"},
    ("*", "times"): {"no list", "time"},
    ("*", "other_versions"): {"yes"},
    ("compare", "a"): {"scenario"},
    ("compare", "b"): {"scenario"},
    ("*", "joint"): {"yes"},
    ("*", "wait_hours"): {"number", "fraction"},
    ("*", "now"): {"number", "fraction", "time"},
    ("plot_arrivals", "reports"): {"reports", "no table"},
    ("plot_forecast", "reports"): {"reports", "no table"},
    ("run_batch", "out"): {"word", "path"},
    ("event_table", "ens"): {"ensemble", "forecast"},
    ("*", "happens"): {"yes"},
    ("*", "report_errors"): {"yes"},
    ("*", "loss_avoided"): {"number", "fraction"},
    ("*", "action_days"): {"fraction"},
    ("*", "horizon_days"): {"number"},
    ("*", "usd_per_person_night"): {"numbers", "tuple", "array"},
    ("*", "costs_usd"): {"tuple"},
    ("*", "days_ahead"): {"number", "fraction"},
    ("*", "decide_in_days"): {"number", "fraction"},
    ("*", "most"): {"number"},
    ("*", "row"): {"number"},
    ("write_results", "changes"): {"no list"},
    ("write_results", "made_from"): {"word", "empty", "not text"},
    ("write_scenario", "path"): {"word", "path"},
    ("write_scenario", "header"): {"word", "empty", "not text"},
}
"""What of ``WRONG`` may be right for a parameter."""


@pytest.fixture(scope="module")
def things(small_path: Path, small: rm.Scenario, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One of each kind."""
    place = tmp_path_factory.mktemp("study")
    (place / "s.toml").write_bytes(small_path.read_bytes())
    (place / "study.toml").write_text(STUDY)
    (place / "r.csv").write_text(REPORTS)
    reports = rm.load_reports(place / "r.csv")
    run, ensemble = rm.simulate(small), rm.simulate_ensemble(small, draws=4)
    forecast = rm.forecast(small, reports, draws=20)  # nothing is uncertain, so that nothing need be learned
    capacity = rm.capacity_table(run)
    return {
        "nothing": None,
        "word": "nonsense",
        "empty": "",
        "not text": "a\0b\udc80",
        "path": Path("nowhere"),
        "number": 7,
        "fraction": 1.5,
        "not a number": float("nan"),
        "yes": True,
        "bytes": b"x",
        "numbers": [0.25, 0.75],
        "tuple": (0.5,),
        "list of nothing": [None],
        "no list": [],
        "once": iter([0.5]),
        "group": {"a": 1},
        "array": np.zeros(3),
        "table": pd.DataFrame({"time": [1], "x": [2]}),
        "no table": pd.DataFrame(),
        "series": pd.Series(["a"]),
        "capacity": capacity,
        "ranges": rm.capacity_table(ensemble),
        "reports": reports,
        "time": pd.Timestamp(UNTIL),
        "scenario": small,
        "run": run,
        "ensemble": ensemble,
        "forecast": forecast,
        "study": rm.load_study(place / "study.toml"),
        "function": lambda *words: None,
        "class": rm.Scenario,
        "thing": object(),
    }


@pytest.fixture(scope="module")
def right(things: dict[str, Any], small: rm.Scenario) -> dict[str, dict[str, Any]]:
    """What each function needs, of the right kind."""
    run, ensemble, forecast, reports = (things[name] for name in ("run", "ensemble", "forecast", "reports"))
    tents = {"kind": "transit places", "unit_cost_usd": 50.0, "supplier_days": 2.0}
    many = rm.simulate_ensemble(small.change({"aid.options": {"Tents": tents}}), draws=32)
    given: dict[str, dict[str, Any]] = {
        "simulate": {"scenario": small},
        "compare_with_reports": {"run": run, "reports": reports},
        "simulate_ensemble": {"scenario": small, "draws": 2},
        "compare": {"a": small, "b": small, "draws": 2},
        "forecast": {"scenario": small, "reports": reports, "draws": 10},
        "score_forecasts": {"scenario": small, "reports": reports, "cutoffs": [UNTIL], "draws": 10},
        "forecast_table": {"forecast": forecast},
        "scenario_from_forecast": {"forecast": forecast},
        "measure_table": {"ensemble": ensemble},
        "load_scenario": {"name_or_path": "lachin-2023"},
        "load_reports": {"name_or_path": "lachin-2023"},
        "times": {"factor": 2.0},
        "write_results": {"results": run, "folder": "results"},
        "load_study": {"name_or_path": "timing-x-aid"},
        "run_batch": {"study": things["study"], "out": "out"},
        "plot_arrivals": {"arrivals": rm.arrivals_table(run)},
        "plot_corridor": {"waiting": rm.waiting_table(run)},
        "plot_fan": {"table": things["ranges"], "place": "Hills"},
        "plot_flow": {"movement": rm.movement_table(run)},
        "plot_forecast": {"table": rm.forecast_table(forecast), "reports": reports},
        "plot_needs": {"needs": rm.needs_table(run)},
        "plot_nights": {"nights": rm.night_table(run)},
        "plot_occupancy": {"capacity": things["capacity"]},
        "plot_provinces": {"capacity": things["capacity"]},
        "plot_risk_calendar": {"table": things["ranges"]},
        "plot_comparison": {"table": rm.compare(ensemble, ensemble)},
        "list_scenarios": {},
        "required_capacity": {"ensemble": many, "confidence": 0.5},
        "order_by_table": {"ensemble": many, "confidence": 0.5},
        "plan_aid": {"scenario": small, "budget": 100.0, "confidence": 0.5, "draws": 32},
        "plot_decisions": {"table": rm.order_by_table(many, 0.5)},
        "plot_required": {"table": rm.required_capacity(many, 0.5)},
        "plot_frontier": {"table": pd.DataFrame()},
        "plot_skill": {"table": pd.DataFrame()},
        "skill_table": {"scores": pd.DataFrame()},
        "plot_map": {"peaks": rm.peak_table(run), "scenario": small},
        "write_report": {"results": run, "path": "report.html"},
        "write_brief": {"results": run, "path": "brief.html"},
        "write_workbook": {"results": run, "path": "tables.xlsx"},
        "write_scenario": {"scenario": small, "path": "mine.toml"},
        "explore": {"scenario": small},
    }
    ranged = small.change({"people.total": {"low": 4000.0, "likely": 10_000.0, "high": 20_000.0}})
    many, event = rm.simulate_ensemble(ranged, draws=256), "peak_unsheltered > 1000"
    given |= {
        "sensitivity": {"ens_or_scenario": many},
        "what_would_have_to_be_true": {"ens": many, "event": event},
        "event_table": {"ens": many, "events": event},
        "triggers": {"ens": many, "event": event},
        "find_out_first": {"scenario": ranged, "plans": [many], "costs_usd": [1.0], "draws": 256},
        "plot_sensitivity": {"table": rm.sensitivity(many)},
        "plot_trigger": {"table": rm.triggers(many, event)},
        "plot_futures": {"table": rm.event_table(many, event)},
    }
    given["save_plot"] = {"axes": rm.plot_nights(rm.night_table(run)), "path": "nights.png"}
    return given


def told(call: Callable[[], object]) -> str:
    """What a call that must fail says; empty where it does not fail."""
    try:
        call()
    except RefugeeModelError as error:
        return str(error)
    finally:
        plt.close("all")
    return ""


WRITES_ALL = ("write_results", "write_report")
"""Whatever is right is written, pictures and all."""
PARAMETERS = [
    (name, parameter) for name, function in FUNCTIONS.items() for parameter in inspect.signature(function).parameters
]


@pytest.mark.parametrize(
    ("name", "parameter"),
    [pytest.param(*one, marks=pytest.mark.slow if one[0] in WRITES_ALL else ()) for one in PARAMETERS],
)
def test_the_wrong_kind_of_thing_is_one_clear_error(
    name: str,
    parameter: str,
    things: dict[str, Any],
    right: dict[str, dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    function = FUNCTIONS[name]
    needed = right.get(name, {"run": things["run"]})
    usual = inspect.signature(function).parameters[parameter].default
    allowed = RIGHT.get((name, parameter), set()) | RIGHT.get(("*", parameter), set())
    for kind, thing in things.items():
        may_be = kind in allowed or (thing is None and usual is None)
        if may_be and name in SLOW:
            continue
        said = told(lambda thing=thing: function(**{**needed, parameter: thing}))
        assert said or may_be, f"{parameter} = {kind} was taken"
        text = said.partition("\n")[0]
        assert len(said) < 2_000, text
        if "problems" not in text:  # then each has a line of its own
            assert "\n" not in said, text
        assert "Traceback" not in said
        assert "object at 0x" not in said, text


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: rm.load_study(None),
            "this study cannot be used: found nothing (None), expected the name of a packaged study or the path",
        ),
        (
            lambda: rm.load_scenario(None),
            "this scenario cannot be used: found nothing (None), expected the name of a packaged scenario",
        ),
        (
            lambda: rm.run_batch(None, "out"),
            "this batch cannot be run: study: found nothing (None), expected a study: load one with load_study",
        ),
        (
            lambda: rm.measure_table(None),
            (
                "this table cannot be made: found nothing (None), expected a run, an ensemble or a forecast, as "
                "refugee_model.simulate"
            ),
        ),
        (
            lambda: rm.write_results(None, "out"),
            "these results cannot be written: found nothing (None), expected a run,",
        ),
        (lambda: rm.write_brief(None, "brief.html"), "this cannot be written: found nothing (None), expected a run,"),
    ],
)
def test_the_first_thing_is_named(call: Callable[[], object], said: str) -> None:
    assert told(call).startswith(said)


def test_all_that_is_wrong_is_told_at_once(things: dict[str, Any]) -> None:
    said = told(lambda: rm.run_batch("timing-x-aid", None, csv="excle"))  # type: ignore[arg-type]
    assert said.splitlines()[0] == "this batch cannot be run: 3 problems"
    assert "study: found 'timing-x-aid', expected a study" in said
    assert "out: found nothing (None), expected a text or a path" in said
    assert "csv: found 'excle', expected True, False or 'excel'" in said
    assert "quantiles: found nothing (None), expected a list of numbers" in told(
        lambda: rm.measure_table(things["ensemble"], quantiles=None)
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["people", "flow", "level", "cumulative", "places_of"])
@pytest.mark.parametrize("name", [None, 7, "nonsense", [1]])
def test_methods_of_a_run_know_their_names(things: dict[str, Any], method: str, name: Any) -> None:
    said = told(lambda: getattr(things["run"], method)(name))
    assert said.startswith(f"this run cannot be read: found {'nothing (None)' if name is None else repr(name)}, ")


def test_too_few_arguments_stay_an_error_of_python() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'out'"):
        rm.run_batch(None)  # type: ignore[call-arg, arg-type]


def test_public_functions_keep_their_signatures() -> None:
    assert str(inspect.signature(rm.capacity_table)).startswith("(run: 'Projection', *, freq")
    assert rm.capacity_table.__name__ == "capacity_table"
    assert "quantiles" in (rm.capacity_table.__doc__ or "")
