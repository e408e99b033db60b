"""Pictures of decisions: bars where they belong, words that fit, nothing drawn of what is not needed."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from refugee_model import plot_decisions, plot_frontier, plot_required
from refugee_model.charts.picture import figure_of, png
from refugee_model.errors import RequestError


def due(statuses: list[str]) -> pd.DataFrame:
    start = pd.Timestamp("2023-09-21T00:00+04:00")
    rows = [
        {
            "option": f"Option {number} with quite a long name of its own",
            "unit": "pieces",
            "quantity": 1e4 * (number + 1),
            "latest_decision": pd.NaT if status == "not needed" else start + pd.Timedelta(days=2 * number),
            "needed_by": pd.NaT if status == "not needed" else start + pd.Timedelta(days=3 * number + 5),
            "status": status,
            "risk_if_on_time": 0.05,
        }
        for number, status in enumerate(statuses)
    ]
    table = pd.DataFrame(rows)
    table.attrs.update({"now": start, "confidence": 0.9})
    return table


def words_of(axes: object) -> str:
    return "\n".join(text.get_text().replace("\n", " ") for text in figure_of(axes).findobj(Text))  # type: ignore[arg-type]


def test_a_bar_runs_from_the_decision_to_the_need() -> None:
    axes = plot_decisions(due(["too late", "order by", "not needed"]))
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert [bar.get_width() for bar in bars] == pytest.approx([5.0, 6.0])
    assert "1 of 3 orders come too late" in words_of(axes)
    assert "20,000 pieces" in words_of(axes)
    assert png(figure_of(axes), dpi=50)


def test_nothing_needed_is_said() -> None:
    assert "Nothing needs to be ordered" in words_of(plot_decisions(due(["not needed"])))


def test_required_is_drawn_by_place_and_confidence() -> None:
    table = pd.DataFrame(
        {
            "place": ["Hills", "Plain"] * 2,
            "kind": "state accommodation",
            "confidence": [0.5, 0.5, 0.95, 0.95],
            "scope": "ever",
            "capacity_now": [100.0, 200.0] * 2,
            "committed": [50.0, 0.0] * 2,
            "required": [120.0, 150.0, 400.0, 260.0],
        }
    )
    axes = plot_required(table)
    assert "Hills lacks room for 250 to be enough in 95 of 100 futures" in words_of(axes)
    assert png(figure_of(axes), dpi=50)
    with pytest.raises(RequestError, match="no row of a place"):
        plot_required(table.assign(scope="any date"))


def test_frontier_says_what_the_money_leaves() -> None:
    table = pd.DataFrame(
        {
            "budget": [0.0, 1e6, 2e6],
            "person_nights_without_roof": [1000.0, 600.0, 400.0],
            "person_nights_without_roof_worst_tenth": [5000.0, 3000.0, 2000.0],
            "chance_of_any": [0.5, 0.4, 0.3],
            "saved_per_1000_usd": [0.0, 0.4, 0.2],
        }
    )
    axes = plot_frontier(table)
    assert "2.0 million USD leave 400 of 1,000 person-nights" in words_of(axes)
    assert png(figure_of(axes), dpi=50)
