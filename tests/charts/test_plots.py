"""The charts: numbers on the Axes, extremes, no side effects, the same bytes."""

from __future__ import annotations

import inspect
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.dates import num2date
from matplotlib.figure import Figure

import refugee_model as rm
from refugee_model import plot_arrivals, plot_corridor, plot_flow, plot_needs, plot_occupancy, plot_provinces, save_plot
from refugee_model.charts.picture import figure_of, png
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.errors import OutputError, RequestError
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.people import needs_table
from refugee_model.tables.places import capacity_table, movement_table
from refugee_model.tables.queues import waiting_table
from tests.charts.sample_tables import arrivals_of, capacity_of, clock_of, movement_of, needs_of, provinces, waiting_of

LONG = "A place whose name is sixty characters long, as some are, ok"
PLOTS: dict[str, tuple[Callable[..., Any], Callable[..., pd.DataFrame]]] = {
    "arrivals": (plot_arrivals, arrivals_of),
    "corridor": (plot_corridor, waiting_of),
    "flow": (plot_flow, movement_of),
    "needs": (plot_needs, needs_of),
    "occupancy": (plot_occupancy, lambda **wanted: provinces(3, **wanted)),
    "provinces": (plot_provinces, lambda **wanted: provinces(5, **wanted)),
}
EXTREMES: dict[str, dict[str, float]] = {
    "usual": {},
    "nobody": {"people": 0.0},
    "one person": {"people": 1.0},
    "millions": {"people": 4.5e6},
    "one step": {"days": 0.02},
    "three days": {"days": 3.0},
    "three years": {"days": 1095.0},
}


@pytest.fixture(scope="module")
def run() -> Result:
    return simulate(load_scenario("lachin-2023"))


def texts_of(axes: Any) -> str:
    figure = figure_of(axes)
    found = [text.get_text() for part in (figure, *figure.axes) for text in part.findobj(matplotlib.text.Text)]
    return "\n".join(text.replace("\n", " ") for text in found)


def line_of(axes: Axes, label: str) -> Any:
    return next(line for line in axes.lines if line.get_label() == label)


def outside(axes: Any) -> list[str]:
    """Words that reach beyond the sheet."""
    figure = figure_of(axes)
    png(figure, dpi=50)
    figure.draw_without_rendering()
    sheet = figure.bbox.padded(1.0)
    words = [
        text
        for text in figure.findobj(matplotlib.text.Text)
        if text.get_visible() and text.get_text() and text.axes is not None
    ]
    boxes = [(text.get_text(), text.get_window_extent()) for text in words]
    ticks = {id(label) for axis in figure.axes for label in (*axis.get_xticklabels(), *axis.get_yticklabels())}
    shown = [(said, box) for (said, box), text in zip(boxes, words, strict=True) if id(text) not in ticks]
    return [
        said
        for said, box in shown
        if not (sheet.x0 <= box.x0 and box.x1 <= sheet.x1 and sheet.y0 <= box.y0 and box.y1 <= sheet.y1)
    ]


@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("name", PLOTS)
def test_extremes_are_drawn_without_warnings_and_inside_the_sheet(name: str, extreme: str) -> None:
    plot, table = PLOTS[name]
    axes = plot(table(**EXTREMES[extreme]))
    assert outside(axes) == []
    assert all(np.isfinite(one.get_xlim()).all() and one.get_xlim()[0] < one.get_xlim()[1] for one in np.ravel(axes))


@pytest.mark.parametrize(("count", "letters"), [(1, 60), (40, 12), (40, 60)])
def test_many_provinces_and_long_names_stay_inside_the_sheet(count: int, letters: int) -> None:
    axes = plot_provinces(provinces(count, letters=letters, people=2e6))
    assert len(axes) == count
    assert outside(axes) == []


def test_panels_with_long_names_do_not_overlap() -> None:
    axes = plot_needs(needs_of(items=12, label=LONG, unit=LONG, people=2e6))
    assert len(axes) == 9
    assert outside(axes) == []
    boxes = [one.get_tightbbox() for one in axes]
    assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])


@pytest.mark.parametrize("name", PLOTS)
def test_settings_and_figures_of_the_session_stay_as_they_were(name: str) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    before = dict(matplotlib.rcParams), pyplot.get_fignums()
    plot, table = PLOTS[name]
    axes = plot(table())
    png(figure_of(axes), dpi=50)
    assert (dict(matplotlib.rcParams), pyplot.get_fignums()) == before


OF_A_PERSON = {
    "text.usetex": True,
    "text.hinting": "none",
    "font.family": ["serif"],
    "font.size": 20.0,
    "figure.facecolor": "black",
    "figure.dpi": 33.0,
    "axes.facecolor": "black",
    "axes.grid": True,
    "axes.prop_cycle": matplotlib.cycler("color", ["red"]),
    "axes.unicode_minus": False,
    "axes.xmargin": 0.3,
    "lines.antialiased": False,
    "path.simplify": False,
    "savefig.bbox": "tight",
    "savefig.dpi": 20.0,
    "savefig.facecolor": "red",
    "timezone": "Asia/Tokyo",
    "xtick.major.size": 20.0,
    "xtick.top": True,
}


@pytest.mark.parametrize("name", PLOTS)
def test_settings_of_a_person_do_not_change_the_picture_and_stay(name: str) -> None:
    plot, table = PLOTS[name]
    usual = png(figure_of(plot(table())), dpi=60)
    with matplotlib.rc_context(OF_A_PERSON):
        assert png(figure_of(plot(table())), dpi=60) == usual
        assert {setting: matplotlib.rcParams[setting] for setting in OF_A_PERSON} == OF_A_PERSON


def test_a_chart_that_a_person_saves_by_themselves_is_drawn_with_our_settings() -> None:
    figure = figure_of(plot_flow(movement_of()))
    with matplotlib.rc_context({name: value for name, value in OF_A_PERSON.items() if not name.startswith("savefig")}):
        figure.savefig(io.BytesIO(), format="png")  # it would ask for TeX
    assert matplotlib.rcParams["text.usetex"] is False


@pytest.mark.parametrize("name", PLOTS)
def test_same_table_gives_same_bytes_and_tables_are_left_alone(name: str, tmp_path: Path) -> None:
    plot, table = PLOTS[name]
    drawn = table()
    first, second = (save_plot(plot(drawn), tmp_path / f"{number}.png").read_bytes() for number in range(2))
    assert first == second
    assert b"Software" not in first
    assert b"tIME" not in first
    pd.testing.assert_frame_equal(drawn, table())


def test_pictures_are_of_print_size_and_small(run: Result, tmp_path: Path) -> None:
    path = save_plot(plot_flow(movement_table(run)), str(tmp_path / "flow.png"))
    wide = int.from_bytes(path.read_bytes()[16:20], "big")
    assert wide == pytest.approx(25 / 2.54 * 200, abs=2)
    assert path.stat().st_size < 600_000
    assert sorted(item.name for item in tmp_path.iterdir()) == ["flow.png"]


@pytest.mark.parametrize(
    ("name", "said"), [("a.pdf", ".pdf"), ("none/a.png", "there is no folder"), ("folder.png", "is a folder")]
)
def test_save_plot_names_what_is_wrong(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError, match=said):
        save_plot(plot_flow(movement_of()), tmp_path / name)


def test_save_plot_wants_axes(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="found 'axes', expected what a plot function returned"):
        save_plot("axes", tmp_path / "a.png")  # type: ignore[arg-type]


def test_arrivals_show_the_table_the_reports_and_the_peak_day() -> None:
    table = arrivals_of(people=100_000.0, days=20.0)
    rows = [
        ("arrived", "", 5_000, True),
        ("arrived", "", 77, False),
        ("arrived", "Syunik", 66, True),
        ("vehicles", "", 55, True),
    ]
    reports = pd.DataFrame(rows, columns=["quantity", "place", "value", "usable"]).assign(time="2023-09-26T12:00+04:00")
    total, daily = plot_arrivals(table, reports=reports, until="2023-10-14T12:00+04:00")
    np.testing.assert_allclose(line_of(total, "arrived").get_ydata(), table["arrived"])
    assert line_of(total, "arrived reported").get_ydata().tolist() == [5000.0]
    assert num2date(line_of(total, "arrived reported").get_xdata()[0]).isoformat() == "2023-09-26T08:00:00+00:00"
    heights = [bar.get_height() for bar in daily.patches]
    assert heights[:3] == pytest.approx([5_000, 10_000, 10_000])
    assert sum(heights) == pytest.approx(100_000)
    assert "25 Sep: 10,000" in texts_of(total)


def test_arrivals_say_what_is_not_shown() -> None:
    table = arrivals_of(days=40.0)
    total, _daily = plot_arrivals(table)
    last = total.get_xlim()[1]
    assert last < line_of(plot_arrivals(table, until="2023-11-03T12:00+04:00")[0], "arrived").get_xdata()[-1]
    assert "nobody arrives after that, to 3 Nov 2023" in texts_of(total)


def test_arrivals_say_that_residents_register_too() -> None:
    table, words = arrivals_of(), "residents who flee inside the country"
    assert words not in texts_of(plot_arrivals(table)[0])
    assert words in texts_of(plot_arrivals(table.assign(registered=2 * table["arrived"]))[0])


def test_arrivals_are_told_by_the_last_arrival() -> None:
    # Everybody has arrived after 10 of 20 days, at noon of 4 October; the chart shows a day more.
    assert "100,000 people arrive by 4 Oct 2023" in texts_of(plot_arrivals(arrivals_of()))
    assert "50,000 people arrive by 29 Sep 2023" in texts_of(
        plot_arrivals(arrivals_of(), until="2023-09-29T12:00+04:00")
    )
    assert "by 14 Oct 2023" in texts_of(plot_arrivals(arrivals_of().assign(arrived=500.0)))


def test_corridor_shows_three_peaks(run: Result) -> None:
    table = waiting_table(run)
    axes = plot_corridor(table)
    here = table[table["place"] == "checkpoint"]
    for panel, column in zip(axes, ("people", "queue_km", "wait_hours"), strict=True):
        assert np.nanmax(line_of(panel, column).get_ydata()) == pytest.approx(here[column].max())
    assert "32,479 people, 26 Sep" in texts_of(axes)


def test_corridor_draws_no_queue_of_less_than_half_a_person() -> None:
    table = waiting_of()
    here = table["place"] == "checkpoint"
    table.loc[here, ["people", "queue_km"]] *= 0.4 / table.loc[here, "people"].max()
    axes = plot_corridor(table)
    assert "Nobody queues at the checkpoint" in texts_of(axes)
    for panel, column in zip(axes, ("people", "queue_km", "wait_hours"), strict=True):
        assert np.nanmax(line_of(panel, column).get_ydata()) == 0.0


def test_corridor_tells_when_people_do_not_cross_in_time() -> None:
    table = waiting_of()
    table.loc[(table["place"] == "checkpoint") & (table["people"] > 20_000), "wait_hours"] = np.inf
    said = texts_of(plot_corridor(table))
    assert "do not cross within the projection" in said
    assert "people join who do not cross by 14 Oct 2023" in said


def test_corridor_of_a_reception_point_has_no_length() -> None:
    assert "not known for this place" in texts_of(plot_corridor(waiting_of(), place="Goris"))


def test_occupancy_adds_provinces_and_labels_the_shortage(run: Result) -> None:
    table = capacity_table(run)
    axes = plot_occupancy(table, until="2023-11-23T12:00+04:00")
    beds = table[table["kind"] == "state accommodation"].groupby("time")["capacity"].sum()
    np.testing.assert_allclose(line_of(axes, "usable beds").get_ydata(), beds)
    waiting = table[table["kind"] == "transit"].set_index("time")
    first, worst = waiting.index[waiting["over"] >= 0.5][0].round("min"), waiting["over"].idxmax()
    said = f"{worst.day} {worst:%b %H:%M} (first: {first.day} {first:%b %H:%M})"
    assert said in texts_of(axes)


def test_occupancy_of_one_place() -> None:
    times, over = clock_of(4.0)
    table = capacity_of(times, [("Syunik", "state accommodation", "AM-SU", np.full(len(over), 100.0), 150.0 * over)])
    axes = plot_occupancy(table, place="Syunik")
    assert line_of(axes, "people").get_ydata()[-1] == pytest.approx(150.0)
    assert "50 people without a place on 28 Sep in Syunik; the first on 27 Sep" in texts_of(axes)


def test_provinces_stand_in_the_order_in_which_they_fill() -> None:
    times, over = clock_of(10.0)
    beds = np.full(len(over), 100.0)
    rows = [
        (name, "state accommodation", "", beds, np.minimum(100.0, 100.0 * over * speed))
        for name, speed in (("C", 0.5), ("B", 2), ("A", 4))
    ]
    axes = plot_provinces(capacity_of(times, rows))
    names = [next(text.get_text() for text in one.texts if text.get_text() in "ABC") for one in axes]
    assert names == ["A", "B", "C"]
    assert "full on 27 Sep 00:00" in texts_of(axes)
    assert "at most 50 % in use, 4 Oct" in texts_of(axes)
    assert "2 of 3 provinces with beds fill up: A first, on 27 Sep" in texts_of(axes)


def test_provinces_can_share_a_scale(run: Result) -> None:
    table = capacity_table(run, every_hours=6.0)
    assert len({one.get_ylim() for one in plot_provinces(table, common_scale=True)}) == 1
    assert len({one.get_ylim() for one in plot_provinces(table)}) > 1


def test_needs_show_need_supply_and_gap(run: Result) -> None:
    table = needs_table(run)
    axes = plot_needs(table, items=["water", "dignity_kits"])
    water, kits = (table[table["item"] == name] for name in ("water", "dignity_kits"))
    np.testing.assert_allclose(line_of(axes[0], "need").get_ydata(), water["need"])
    lacking = line_of(axes[1], "need").get_ydata() - line_of(axes[1], "supplied").get_ydata()
    np.testing.assert_allclose(lacking, kits["gap"], atol=1e-6)
    said = texts_of(axes)
    assert "litres a day" in said
    assert "kits in all, so far" in said


def test_needs_begin_with_the_most_person_days_unmet() -> None:
    axes = plot_needs(needs_of(items=12))
    first = [next(text.get_text() for text in one.texts if text.get_text().startswith("Item")) for one in axes]
    assert first == [f"Item {number}" for number in range(9)]
    assert "9 of 12 items" in texts_of(axes)


def test_durable_needs_are_summed_over_the_dates_so_far() -> None:
    table = needs_of(items=1, days=3.0).assign(kind="durable", new_need=[10.0, 5.0, 0.0], supplied=[4.0, 0.0, 8.0])
    table["need"], table["gap"] = [10.0, 11.0, 11.0], [6.0, 11.0, 3.0]
    axes = plot_needs(table)
    assert line_of(axes[0], "need").get_ydata().tolist() == [10.0, 15.0, 15.0]
    assert line_of(axes[0], "supplied").get_ydata().tolist() == [4.0, 4.0, 12.0]


def test_what_lapsed_is_no_longer_needed_and_the_gap_named_is_that_of_the_end() -> None:
    table = needs_of(items=1, days=3.0).assign(
        kind="durable", new_need=[20_800.0, 0.0, 0.0], supplied=[0.0, 0.0, 1_000.0]
    )
    table["lapsed"], table["gap"] = [0.0, 1_636.0, 0.0], [20_800.0, 19_164.0, 18_164.0]
    axes = plot_needs(table)
    assert line_of(axes[0], "need").get_ydata().tolist() == [20_800.0, 19_164.0, 19_164.0]
    assert "gap 18,164, " in texts_of(axes)


def test_needs_without_data_on_deliveries_are_named_and_not_drawn() -> None:
    table = needs_of(items=3)
    table.loc[table["item"] == "item_1", ["supplied", "gap"]] = np.nan
    axes = plot_needs(table)
    said = texts_of(axes)
    assert len(axes) == 2
    assert "2 of 3 items" in said
    assert "No data on deliveries: Item 1." in said
    assert "falls short of need for 2 of 2 items" in said


@pytest.mark.parametrize("items", [None, ["item_1"]])
def test_needs_of_which_no_delivery_is_known_are_drawn_alone(items: list[str] | None) -> None:
    axes = plot_needs(needs_of(items=2).assign(supplied=np.nan, gap=np.nan), items=items)
    assert len(axes) == (2 if items is None else 1)
    assert [line.get_label() for line in axes[0].lines] == ["need"]
    assert "what is supplied is not known" in texts_of(axes)
    assert outside(axes) == []


def test_flow_stacks_everybody(run: Result) -> None:
    table = movement_table(run)
    axes = plot_flow(table)
    labels = [area.get_label() for area in axes.collections]
    assert labels[0] == "at_home"
    assert labels[-1] == "left_country"
    tops = max(float(area.get_datalim(axes.transData).y1) for area in axes.collections)
    assert tops == pytest.approx(101_500.0)
    said = texts_of(axes)
    assert all(
        name in said
        for name in ("at home", "in state accommodation", "with relatives or in own rental", "waiting for a bed")
    )
    there = table["kind"] == "awaiting_registration"
    few = table.assign(people=table["people"].where(~there, 0.5 * table["people"]))
    most = few[there].groupby("time")["people"].sum().max()
    assert 100.0 < most < 1_000.0
    assert f"waiting to register (at most {most:,.0f})" in texts_of(plot_flow(few))


def test_charts_carry_source_run_and_version() -> None:
    said = texts_of(plot_flow(movement_of()))
    assert (
        "Source: Reports of the Government and the press. Run 3f9a1c04. refugee_model 0.1.0. Times in UTC+04:00" in said
    )


def test_tables_without_attributes_and_with_times_as_text_are_drawn() -> None:
    table = arrivals_of()
    table["time"] = [moment.isoformat() for moment in table["time"]]
    table.attrs.clear()
    assert "Times in UTC+04:00" in texts_of(plot_arrivals(table))


def test_names_are_never_read_as_mathematics() -> None:
    times, over = clock_of(4.0)
    table = capacity_of(times, [("A $x^{ B$ _c", "state accommodation", "", np.full(len(over), 10.0), 20.0 * over)])
    assert outside(plot_provinces(table)) == []


def test_axes_and_figures_of_the_caller_are_used() -> None:
    figure = Figure(figsize=(8, 5))
    axes = figure.add_subplot()
    assert plot_occupancy(provinces(3), ax=axes) is axes
    assert plot_flow(movement_of(), ax=Figure().add_subplot()).get_ylabel() == "people"
    wide = Figure(figsize=(12, 9))
    assert figure_of(plot_corridor(waiting_of(), figure=wide)) is wide
    assert wide.get_size_inches().tolist() == [12.0, 9.0]


def test_notebooks_show_what_is_returned() -> None:
    for axes in (plot_corridor(waiting_of()), plot_flow(movement_of()), plot_provinces(provinces(3))):
        assert axes._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", PLOTS)
def test_missing_columns_empty_tables_and_quantiles_are_named(name: str) -> None:
    plot, table = PLOTS[name]
    drawn = table()
    with pytest.raises(RequestError, match="no such column"):
        plot(drawn.drop(columns=["date" if name == "needs" else "time"]))
    with pytest.raises(RequestError, match="no rows"):
        plot(drawn.iloc[:0])
    with pytest.raises(RequestError, match="several quantiles"):
        plot(pd.concat([drawn.assign(quantile=0.05), drawn.assign(quantile=0.95)]))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: plot_occupancy(provinces(3), place="2 Long nam"), "did you mean '2 Long name'"),
        (lambda: plot_corridor(waiting_of(), place="chekpoint"), "did you mean 'checkpoint'"),
        (lambda: plot_corridor(waiting_of(), route="chekpoint"), "route: .* did you mean 'checkpoint'"),
        (lambda: plot_needs(needs_of(), items=["item_O"]), "'item_O' is not in the table; did you mean 'item_"),
        (lambda: plot_needs(needs_of(), items=[]), "no item is named"),
        (lambda: plot_needs(needs_of(), items="water"), "found 'water', expected a list of names"),
        (
            lambda: plot_needs(arrivals_of()),
            (
                "no such column: date, .*; found time, arrived, .*; expected what needs_table gives, with the "
                "columns date, item"
            ),
        ),
        (
            lambda: plot_flow(movement_of().rename(columns={"people": "peopel"})),
            r"no such column: people \(did you mean 'peopel'\?\); found",
        ),
        (lambda: plot_arrivals(arrivals_of(), until="2023-01-01"), "before the first time"),
        (lambda: plot_flow(movement_of(), until="soon"), "is not a time"),
        (
            lambda: plot_flow(provinces(3)),
            "found state accommodation, transit, expected those that movement_table gives, such as at_home, leaving",
        ),
    ],
)
def test_mistakes_are_named(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        call()


ALL_PLOTS = sorted(name for name in rm.__all__ if name.startswith("plot_"))


@pytest.mark.parametrize("name", ALL_PLOTS)
def test_a_wrong_kind_of_thing_is_named_in_one_line_with_what_was_expected(
    name: str, small: Scenario, run: Result
) -> None:
    plot = getattr(rm, name)
    others: dict[str, dict[str, Any]] = {"plot_fan": {"place": "Syunik"}, "plot_map": {"scenario": small}}
    needed = others.get(name, {})
    for given, found in (
        (None, "nothing (None)"),
        (small, "a Scenario"),
        (run, "a Result"),
        ("results/table.csv", "'results/table.csv'"),
        (Path("table.csv"), "the path table.csv"),
        (3, "3"),
        ([], "[]"),
        (pd.DataFrame({"a": [1.0]}), "a"),
    ):
        with pytest.raises(RequestError) as raised:
            plot(given, **needed)
        said = str(raised.value)
        assert said.startswith("this cannot be drawn: ")
        assert "\n" not in said
        assert f"found {found}" in said
        makers = r"[\w.]+_table|run_batch|sensitivity|triggers|required_capacity|plan\.frontier"
        assert re.search(rf"expected what ({makers}).* gives, with the columns \w+, ", said)
    with pytest.raises(RequestError, match=r"; found c0, c1, c2, c3, c4, c5, c6, c7 and 32 more; expected"):
        plot(pd.DataFrame({f"c{number}": [1.0] for number in range(40)}), **needed)


@pytest.mark.parametrize("name", PLOTS)
def test_wrong_axes_figures_and_reports_are_named(name: str) -> None:
    plot, table = PLOTS[name]
    with pytest.raises(RequestError, match="figure: found 3, expected a matplotlib Figure"):
        plot(table(), figure=3)
    if "ax" in inspect.signature(plot).parameters:
        with pytest.raises(RequestError, match="ax: found a Figure, expected matplotlib Axes"):
            plot(table(), ax=Figure())
    if "reports" in inspect.signature(plot).parameters:
        with pytest.raises(
            RequestError,
            match=r"found 'reports.csv', expected a table with the columns time, quantity, place, value, as",
        ):
            plot(table(), reports="reports.csv")


def test_works_without_a_display_and_without_pyplot() -> None:
    script = (
        "import sys; from tests.charts.sample_tables import movement_of\n"
        "from refugee_model import plot_flow\n"
        "from refugee_model.charts.picture import figure_of, png\n"
        "png(figure_of(plot_flow(movement_of())), dpi=50); assert 'matplotlib.pyplot' not in sys.modules"
    )
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "MPLBACKEND", "WAYLAND_DISPLAY")
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
