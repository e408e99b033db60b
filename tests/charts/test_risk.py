"""Fan charts and risk calendars: numbers on the Axes, words that fit, extremes, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from refugee_model import plot_fan, plot_risk_calendar
from refugee_model.charts.picture import figure_of, png
from refugee_model.errors import RequestError
from refugee_model.wording import chance_in_tenths, share_in_words
from tests.charts.sample_tables import titled

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def many(*, days: int = 40, people: float = 1000.0, places: int = 3, letters: int = 10) -> pd.DataFrame:
    """A capacity table of many draws: people rise by date and quantile; the last place is never full."""
    times = pd.date_range("2023-09-25T00:00+04:00", periods=days, freq="D")
    rows = []
    for place in range(places):
        name = f"{place} {'name of a place far away ' * 4}"[:letters].strip()
        for day, time in enumerate(times):
            risk = 0.0 if place == places - 1 else (day + 1) / days
            for quantile in QUANTILES:
                rows.append(
                    (
                        time,
                        name,
                        "state accommodation",
                        quantile,
                        people,
                        people * quantile * (day + 1) / days,
                        risk / 2,
                        risk,
                    )
                )
    names = ["time", "place", "kind", "quantile", "capacity", "people", "probability_over", "probability_full"]
    return titled(pd.DataFrame(rows, columns=names))


def words_of(axes: object) -> str:
    return "\n".join(text.get_text().replace("\n", " ") for text in figure_of(axes).findobj(Text))


def outside(axes: object) -> list[str]:
    figure = figure_of(axes)  # type: ignore[arg-type]
    figure.draw_without_rendering()
    sheet = figure.bbox.padded(1.0)
    shown = [
        text
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text() and getattr(text, "axes", None) is not None
    ]
    boxes = [(text.get_text(), text.get_window_extent()) for text in shown]
    return [
        said
        for said, box in boxes
        if not (sheet.x0 <= box.x0 and box.x1 <= sheet.x1 and sheet.y0 <= box.y0 and box.y1 <= sheet.y1)
    ]


def test_a_fan_shows_the_quantiles_of_the_table() -> None:
    table = many()
    place = table["place"].iloc[0]
    axes = plot_fan(table, place=place)
    middle = next(line for line in axes.lines if line.get_label() == "middle projection")
    own = table[(table["place"] == place) & (table["quantile"] == 0.5)]
    np.testing.assert_allclose(middle.get_ydata(), own["people"])
    assert [band.get_label() for band in axes.collections] == ["9 in 10", "5 in 10"]
    wide, narrow = (band.get_paths()[0].vertices[:, 1].max() for band in axes.collections)
    assert (wide, narrow) == pytest.approx((950.0, 750.0))
    assert "9 in 10 projections lie in the pale band: 50 to 950" in words_of(axes)
    assert "5 in 10 projections lie in the darker band" in words_of(axes)
    assert "capacity" in words_of(axes)


def test_a_calendar_shows_the_shares_of_the_table() -> None:
    axes = plot_risk_calendar(many(days=10))
    shares = axes.images[0].get_array()
    np.testing.assert_allclose(shares[0], np.arange(1, 11) / 10)
    assert not shares[2].any()
    cells = [text.get_text() for text in axes.texts if "in 10" in text.get_text()]
    assert cells == [f"{part} in 10" for part in range(1, 11)] * 2
    assert "10 in 10 projections, on 3 Oct" in words_of(axes)
    np.testing.assert_allclose(
        plot_risk_calendar(many(days=10), risk="over").images[0].get_array()[0], np.arange(1, 11) / 20
    )


def test_a_column_of_several_days_shows_the_highest() -> None:
    axes = plot_risk_calendar(many(days=60))
    np.testing.assert_allclose(axes.images[0].get_array()[0], np.arange(5, 61, 5) / 60)
    assert "24 Sep to 28 Sep" in words_of(axes)
    assert "Each column: the highest of 5 days" in words_of(axes)


@pytest.mark.parametrize(
    "wanted", [{}, {"days": 1}, {"days": 400}, {"people": 0.0}, {"people": 4e6}, {"places": 30}, {"letters": 60}]
)
def test_words_stay_on_the_sheet(wanted: dict[str, float]) -> None:
    table = many(**wanted)  # type: ignore[arg-type]
    for axes in (plot_fan(table, place=table["place"].iloc[0]), plot_risk_calendar(table)):
        assert outside(axes) == []
        assert png(figure_of(axes), dpi=50)


def test_only_a_median_is_drawn_as_a_line() -> None:
    table = many()
    axes = plot_fan(table[table["quantile"] == 0.5], place=table["place"].iloc[0])
    assert len(axes.collections) == 0


def test_refusals() -> None:
    table = many()
    place = table["place"].iloc[0]
    with pytest.raises(RequestError, match=r"expected 0\.5 among them"):
        plot_fan(table[table["quantile"] != 0.5], place=place)
    with pytest.raises(RequestError, match="is not in the table"):
        plot_fan(table, place="nowhere")
    with pytest.raises(RequestError, match="no such column"):
        plot_fan(table.drop(columns="quantile"), place=place)
    both = pd.concat([table, table.assign(kind="transit")])
    with pytest.raises(RequestError, match="several kinds"):
        plot_fan(both, place=place)
    assert plot_fan(both, place=place, kind="transit")
    with pytest.raises(RequestError, match="risk"):
        plot_risk_calendar(table, risk="fuller")
    with pytest.raises(RequestError, match="no place but the road"):
        plot_risk_calendar(table.assign(kind="road"))


def test_shares_in_words() -> None:
    assert [chance_in_tenths(share) for share in (0.0, 0.049, 0.05, 0.25, 0.951, 1.0)] == [
        "",
        "<1 in 20",
        "1 in 10",
        "3 in 10",
        ">19 in 20",
        "10 in 10",
    ]
    assert [share_in_words(share) for share in (0.5, 0.9, 0.95, 0.9999)] == [
        "5 in 10",
        "9 in 10",
        "19 in 20",
        "100.0 in 100",
    ]
