"""A page in several languages: every text that is ours stands in a numbered place, and the other languages follow it.

Pictures stand in the page in every language, packed but for those of its own; the rows of long tables, and pictures of
very many provinces, are in the language it was written in.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from refugee_model.documents.contents import futures_of, in_words
from refugee_model.documents.pages import Grid, grid, page, part
from refugee_model.documents.pictures import are_shapes, daily, pictures_of
from refugee_model.documents.story import ORDERS, Story
from refugee_model.languages import language, languages

MOST_ROWS = 100
"""Rows of a table whose cells follow the language; of a longer one only the header does."""
MOST_BYTES = 1_500_000
"""Of a page, so that it can be sent; where pictures in other languages make it longer, the last ones are left out."""
LIKELY = 0.7
"""Of the room that pictures in one language take, what those in another take at least."""
PLACE = Markup('<span data-t="{}">{}</span>')
HERE = Markup("<variants>")
"""Where the other languages stand on a page; nothing escaped is like it."""


class Slots:
    """Texts of a page in the order in which they stand in it."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, said: object) -> Markup:
        """A text in its numbered place, escaped."""
        self.texts.append(str(said))
        return PLACE.format(len(self.texts) - 1, self.texts[-1])

    def at(self, said: object) -> Markup:
        """The number of the place of a text that stands in an element of its own."""
        self.texts.append(str(said))
        return Markup('data-t="{}"').format(len(self.texts) - 1)


def other_stories(story: Story) -> list[Story]:
    """The same story in every other language; tables are not made again."""
    for name in SHARED:
        getattr(story, name)
    found = []
    for code in languages():
        if code != story.words.code:
            other = replace(story, words=language(code).calling(story.scenario.called.given))
            other.__dict__.update({name: made for name, made in story.__dict__.items() if name in SHARED})
            found.append(other)
    return found


SHARED = ("_made", "_summary", "draws", "origin", "assumptions", "sector_gaps", "tables")
"""What a story works out that is the same in every language."""


def texts_by_language(own: Sequence[str], others: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """By language the text of each place where it is another than the page's own, whose texts of these come first."""
    found: dict[str, dict[str, str]] = {"": {}}
    for code, said in others.items():
        assert len(said) == len(own), "a page has the same places in every language"
        found[code] = {str(n): text for n, text in enumerate(said) if text != own[n]}
    differing = sorted({int(n) for texts in found.values() for n in texts})
    return found | {"": {str(n): own[n] for n in differing}}


PLACES = ("place", "kind", "peak_people", "capacity_at_peak", "peak_time", "first_full", "probability_full")
MOST_ASSUMPTIONS = 800
"""Rows of them on a page; the workbook has all."""
ASSUMPTIONS = ("path", "in_words", "value", "range", "unit", "source", "status")
FOR_SCRIPT = ("chance", "numbers", "dates", "brush", "never", "unknown")
"""Beginnings of the keys that the script of a page needs."""


def report_bytes(story: Story) -> bytes:
    """The report of a story, in its language and to be switched to all others."""
    others, slots = {one.words.code: one for one in other_stories(story)}, Slots()
    every = {story.words.code: story, **others}
    pictures, futures = pictures_of(story), futures_of(story)
    look: dict[str, Any] = {"style": part("pages.css") + part("report.css"), "script": part("report.js")}
    names = {code: one.words.text("name") for code, one in every.items()}
    said = {code: one.words.under(FOR_SCRIPT) for code, one in every.items()}
    written = _page(slots, story, futures, pictures=pictures, names=names, script_words=said, **look)
    known = {"pictures": dict.fromkeys(pictures, ""), "names": names}
    texts = texts_by_language(slots.texts, {code: _texts(one, futures, known) for code, one in others.items()})
    variants: dict[str, Any] = {
        code: {
            "name": names[code],
            "direction": one.words.text("direction"),
            "draft": one.words.draft,
            "texts": texts[code if code in others else ""],
        }
        for code, one in every.items()
    }
    before, after = written.split(HERE.encode())

    def made() -> bytes:
        return before + htmlsafe_json_dumps(variants, sort_keys=True).encode() + after

    found, taken = made(), 0
    for code, other in others.items() if are_shapes(story) else ():
        if len(found) + LIKELY * taken > MOST_BYTES:
            break  # drawing takes long, and those of another language take about as much room
        variants[code]["pictures"] = {name: _packed(one) for name, one in pictures_of(other).items()}
        longer = made()
        if len(longer) > MOST_BYTES:
            break
        found, taken = longer, len(longer) - len(found)
    return found


def _texts(story: Story, futures: dict[str, Any], known: Mapping[str, Any]) -> list[str]:
    """The texts of a page in another language."""
    slots = Slots()
    _page(slots, story, in_words(futures, story), texts_alone=True, style="", script="", script_words={}, **known)
    return slots.texts


def _packed(address: str) -> str:
    """The address of a picture, which the script of a page unpacks when its language is asked for."""
    return base64.b64encode(zlib.compress(address.encode(), 9)).decode("ascii")


def _page(slots: Slots, story: Story, futures: dict[str, Any], *, texts_alone: bool = False, **values: Any) -> bytes:
    """A page, or only what gives it its texts: long tables have none but those of their header."""
    # Usual values of the model, which nobody wrote, stand in the workbook.
    written = story.assumptions[~story.assumptions["status"].isin(("default", "blank"))]
    most = MOST_ROWS + 1 if texts_alone else MOST_ASSUMPTIONS
    decisions = None if story.decisions is None or story.decisions.empty else grid(story, story.decisions, ORDERS)
    days = daily(story)
    return page(
        "report.html",
        story,
        **values,
        t=slots,
        here=HERE,
        futures=futures,
        most_rows=MOST_ROWS,
        decisions=decisions,
        gaps=grid(story, story.sector_gaps),
        places=_places(story),
        days=grid(story, days.head(MOST_ROWS + 1) if texts_alone else days),
        assumptions=grid(story, written.head(most), ASSUMPTIONS),
        assumption_count=len(written),
        assumptions_shown=min(len(written), MOST_ASSUMPTIONS),
    )


def _places(story: Story) -> Grid:
    """The peak of each place, of many draws in the middle."""
    peaks = story.tables.get("peaks", pd.DataFrame())
    if "quantile" in peaks:
        peaks = peaks[peaks["quantile"] == 0.5]
    return grid(story, peaks, PLACES)
