"""What stands on the one page of a brief, whatever its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from refugee_model.documents.futures import futures_of
from refugee_model.documents.pages import cell
from refugee_model.documents.story import Story

MOST_SENTENCES, MOST_ORDERS, MOST_GAPS, MOST_REASONS = 3, 5, 6, 3
FIGURES = (
    "crossed",
    "peak_daily_arrivals",
    "first_place_full_time",
    "peak_in_state_accommodation",
    "peak_unsheltered",
    "person_nights_without_roof",
    "cost_usd",
    "funding_gap_usd",
)
ORDERS = ("option", "place", "quantity", "unit", "cost_usd", "latest_decision", "status")
"""Columns of the orders that fit on the page."""


@dataclass(frozen=True)
class Lines:
    """A small table: its header and rows, all in words."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Contents:
    """The parts of a brief, in the order in which they are read."""

    about: str
    sentences: Sequence[str]
    figures: Lines
    orders: Lines | None
    gaps: Lines
    confidence: Sequence[str]
    foot: str


def contents_of(story: Story) -> Contents:
    """The parts of the brief of a story."""
    words = story.words
    as_of = f"{words.text('as_of', time=story.as_of, zone=story.zone)}. " if story.as_of else ""
    foot = f"{words.text('map.disclaimer')}. {story.made_by}."
    return Contents(
        f"{as_of}{words.draft}".strip(),
        story.highlights[:MOST_SENTENCES],
        _figures(story),
        _orders(story),
        _gaps(story),
        _confidence(story),
        foot,
    )


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
    return Lines(tuple(text(f"figures.{name}") for name in names), tuple(rows))


def _orders(story: Story) -> Lines | None:
    if story.decisions is None or story.decisions.empty:
        return None
    table = story.in_words(story.decisions[[name for name in ORDERS if name in story.decisions]].head(MOST_ORDERS))
    return _lines(story, table)


def _lines(story: Story, table: pd.DataFrame) -> Lines:
    names = [str(name) for name in table.columns]
    rows = zip(*(column.tolist() for _, column in table.items()), strict=True)
    said = (tuple(cell(story, value, name).text for name, value in zip(names, row, strict=True)) for row in rows)
    return Lines(tuple(story.column(name, plain=True) for name in names), tuple(said))


def _gaps(story: Story) -> Lines:
    """Of each sector the item of which the largest part lacks."""
    gaps = story.sector_gaps
    if gaps.empty:
        return Lines((), ())
    share = gaps["gap"] / gaps["need"].where(gaps["need"] > 0)
    worst = gaps.assign(share=share.fillna(0.0)).sort_values(["share", "gap"], ascending=False, kind="stable")
    chosen = worst.drop_duplicates("sector").head(MOST_GAPS)
    return _lines(story, chosen[["sector", "label", "gap", "unit", "date"]])


def _confidence(story: Story) -> list[str]:
    """How far to trust it, and which numbers would change it."""
    found = list(story.limits[:2])
    meanings = list(dict.fromkeys(one["meaning"] for one in futures_of(story).get("inputs", [])))[:MOST_REASONS]
    if meanings:
        found.append(story.words.text("brief.would_change", numbers="; ".join(meanings)))
    return found
