"""The draws that a page carries, so that a reader can ask what remains under a condition: exact, without a model."""

from __future__ import annotations

import base64
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats
from refugee_model.documents.pages import grid
from refugee_model.documents.pictures import MAP
from refugee_model.documents.story import Story
from refugee_model.outcomes.measures import is_moment
from refugee_model.studies.decisions.order_by import TOO_LATE
from refugee_model.tables.ranges import LEVELS, MINUTE, WAIT, as_numbers
from refugee_model.wording import SOME

MOST_FUTURES, FEWEST_LEFT, MOST_INPUTS = 2_000, 50, 14
"""Futures on a page, futures below which nothing is said, and uncertain numbers by which a reader may choose."""
RANKED_BY = "person_nights_without_roof"


def futures_of(story: Story) -> dict[str, Any]:
    """Numbers and labels of a page: of each future the uncertain numbers that matter most, and the key measures."""
    if story.draws is None or not len(story.projection.draws.columns):
        return {}
    timeline = story.scenario.timeline
    numbers = as_numbers(story.projection.measures, timeline).iloc[:MOST_FUTURES]
    names = [figure.name for figure in story.figures]
    draws = story.projection.draws.iloc[:MOST_FUTURES]
    paths = _ranked(draws.to_numpy(dtype=float), numbers[RANKED_BY].to_numpy(dtype=float), list(draws.columns))
    columns = [*(draws[path] for path in paths), *(numbers[name] for name in names)]
    values = np.stack([column.to_numpy(dtype="<f4") for column in columns])
    return {
        "count": len(draws),
        "all": story.draws,
        "fewest": FEWEST_LEFT,
        "levels": list(LEVELS),
        "start": timeline.start.timestamp(),
        "offset": timeline.start.utcoffset().total_seconds(),  # type: ignore[union-attr]
        "inputs": _inputs(story, paths),
        "measures": list(_measures(story, names)),
        "data": base64.b64encode(values.tobytes()).decode("ascii"),
    }


def in_words(futures: dict[str, Any], story: Story) -> dict[str, Any]:
    """The same futures with the labels of the story in another language."""
    return {**futures, "inputs": _inputs(story, [one["path"] for one in futures["inputs"]])} if futures else {}


def _inputs(story: Story, paths: Sequence[str]) -> list[dict[str, str]]:
    return [{"path": path, **_words_of(story, path)} for path in paths]


def _measures(story: Story, names: list[str]) -> Iterator[dict[str, Any]]:
    """What a page must know of each measure: its form, and from what on it happens."""
    for name in names:
        form = "time" if is_moment(name) else "usd" if story.unit(name) == "USD" else "number"
        form = "hours" if name.endswith("_hours") else form
        waits = WAIT in name
        yield {"name": name, "form": form, "waits": waits, "least": MINUTE if waits else SOME}


def _ranked(inputs: Floats, measure: Floats, paths: list[str]) -> list[str]:
    """The inputs that go most with a measure, by their ranks."""
    ranks = np.argsort(np.argsort(inputs, axis=0, kind="stable"), axis=0, kind="stable").astype(float)
    of_measure = np.argsort(np.argsort(measure, kind="stable"), kind="stable").astype(float)
    of_measure -= of_measure.mean()
    strength = np.abs((ranks - ranks.mean(axis=0)).T @ of_measure)
    return [paths[place] for place in np.argsort(-strength, kind="stable")[:MOST_INPUTS]]


def _words_of(story: Story, path: str) -> dict[str, str]:
    rows = story.assumptions[story.assumptions["path"] == path]
    meaning = story.words.term(str(rows["in_words"].iloc[0])) if len(rows) else ""
    label = f"{meaning} ({path})" if meaning else path
    return {"label": label, "meaning": meaning or path, "unit": str(rows["unit"].iloc[0]) if len(rows) else ""}


MOST_SENTENCES, MOST_ORDERS, MOST_GAPS, MOST_REASONS = 3, 5, 6, 3
MOST_LATE = 2
"""Orders that are too late among those on the page, while others can still come in time."""
FIGURES = (
    *("crossed", "peak_daily_arrivals", "first_place_full_time", "peak_in_state_accommodation"),
    *("peak_unsheltered", "person_nights_without_roof", "cost_usd", "funding_gap_usd"),
)
ORDERS = (
    *("latest_decision", "order_by", "option", "status", "quantity", "unit", "cost_usd", "total_cost_usd", "needed_by"),
    *("arrives", "people", "risk_if_on_time"),
)
"""Columns of the orders that fit on the page."""
WIDTHS = {"option": 2.0, "label": 1.8, "sector": 2.0, "risk_if_on_time": 1.1, "unit": 1.4}
"""Of columns, relative to a usual one."""


@dataclass(frozen=True)
class Lines:
    """A small table: its header and rows, all in words."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    """Of the columns, relative to each other."""

    @property
    def shares(self) -> list[float]:
        """Of the width of the table, by column."""
        widths = self.widths or (1.0,) * len(self.heads)
        return [width / sum(widths) for width in widths]


@dataclass(frozen=True)
class Contents:
    """The parts of a brief, in the order in which they are read."""

    about: str
    sentences: Sequence[str]
    figures: Lines
    orders: Lines | None
    about_orders: str
    """What must be said of them: that there are none, what they cost, how many more there are; mostly nothing."""
    gaps: Lines
    confidence: Sequence[str]


def contents_of(story: Story) -> Contents:
    """The parts of the brief of a story."""
    words, orders = story.words, _orders(story)
    as_of = f"{words.text('as_of', time=story.as_of, zone=story.zone)}. " if story.as_of else ""
    return Contents(
        f"{as_of}{words.draft}".strip(),
        story.highlights[:MOST_SENTENCES],
        _figures(story),
        None if orders is None else _lines(story, orders, ORDERS),
        " ".join(filter(None, (story.about_orders, "" if orders is None else _more_orders(story, orders)))),
        _gaps(story),
        _confidence(story),
    )


def foot_of(story: Story, drawn: Container[str]) -> str:
    """The last line, with what must be said of a map where one of the pictures drawn is a map."""
    about_the_map = f"{story.words.text('map.disclaimer')}. " if MAP in drawn else ""
    return f"{about_the_map}{story.made_by}."


def _figures(story: Story) -> Lines:
    text, rows = story.words.text, []
    for figure in (one for one in story.figures if one.name in FIGURES):
        name = figure.name
        row = [figure.label, story.said(name, figure.middle)]
        if story.draws is not None:
            low, high = story.said(name, figure.low), story.said(name, figure.high)
            row.append(text("figures.from_to", low=low, high=high))
        rows.append(tuple(row))
    names = ("figure", "middle", "range") if story.draws else ("figure", "value")
    return Lines(tuple(text(f"figures.{name}") for name in names), tuple(rows), (0.48, 0.2, 0.32)[: len(names)])


def _orders(story: Story) -> pd.DataFrame | None:
    """The decisions that fit on the page: what can still be decided in time goes before what is too late."""
    table = story.decisions
    if table is None or table.empty:
        return None
    if "status" not in table:
        return table.head(MOST_ORDERS)
    late = table["status"] == TOO_LATE
    fewest_late = max(min(int(late.sum()), MOST_LATE), MOST_ORDERS - int((~late).sum()))
    return pd.concat([table[late].head(fewest_late), table[~late]]).head(MOST_ORDERS)


def _more_orders(story: Story, shown: pd.DataFrame) -> str:
    """How many decisions do not fit on the page."""
    left = story.decisions.drop(shown.index) if story.decisions is not None else shown.iloc[:0]
    if not len(left):
        return ""
    if "status" not in left:
        return story.words.text("decisions.more_orders", count=len(left))
    return story.words.text("decisions.more", count=len(left), late=int((left["status"] == TOO_LATE).sum()))


def _lines(story: Story, table: pd.DataFrame, columns: Sequence[str]) -> Lines:
    names = [name for name in columns if name in table]
    rows = tuple(tuple(cell.text for cell in row) for row in grid(story, table, names).rows)
    heads = tuple(story.column(name, plain=story.unit(name) != "USD") for name in names)
    return Lines(heads, rows, tuple(WIDTHS.get(name, 1.0) for name in names))


def _gaps(story: Story) -> Lines:
    """Of each sector the item of which the largest part lacks."""
    gaps = story.sector_gaps
    if gaps.empty:
        return Lines((), ())
    share = gaps["gap"] / gaps["need"].where(gaps["need"] > 0)
    worst = gaps.assign(share=share.fillna(0.0)).sort_values(["share", "gap"], ascending=False, kind="stable")
    return _lines(story, worst.drop_duplicates("sector").head(MOST_GAPS), ("sector", "label", "gap", "unit", "date"))


def _confidence(story: Story) -> list[str]:
    """How far to trust it, and which numbers would change it."""
    found = list(story.limits[:2])
    meanings = list(dict.fromkeys(one["meaning"] for one in futures_of(story).get("inputs", [])))[:MOST_REASONS]
    if meanings:
        found.append(story.words.text("brief.would_change", numbers="; ".join(meanings)))
    return found
