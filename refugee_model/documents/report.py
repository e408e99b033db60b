"""A page in several languages: every text that is ours stands in a numbered place, and the other languages follow it.

Pictures stand in the page in every language, packed but for those of its own; the rows of long tables, and pictures of
very many provinces, are in the language it was written in.
"""

from __future__ import annotations

import base64
import os
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
from markupsafe import Markup

from refugee_model.arguments import kind, takes
from refugee_model.disk import write_file
from refugee_model.documents.contents import futures_of
from refugee_model.documents.endings import REPORT, check_ending
from refugee_model.documents.pages import Grid, grid, page, part
from refugee_model.documents.pictures import are_shapes, daily, pictures_of
from refugee_model.documents.story import ORDERS, Story, story_of
from refugee_model.languages import Language, language, languages
from refugee_model.languages import language as language_of

MOST_ROWS = 100
"""Rows of a table whose cells follow the language; of a longer one only the header does."""
MOST_BYTES = 1_500_000
"""Of a page, so that it can be sent; where pictures in other languages make it longer, the last ones are left out."""
PLACE = Markup('<span data-t="{}">{}</span>')
Render = Callable[["Slots", Story], bytes]


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


SHARED = ("_made", "_summary", "draws", "origin", "assumptions", "sector_gaps")
"""What a story works out that is the same in every language."""


def texts_by_language(render: Render, story: Story, others: list[Story]) -> dict[str, dict[str, Any]]:
    """By language its name, direction and notice, and of each place the text where it is another."""
    own = Slots()
    render(own, story)
    found = {story.words.code: {**_about(story.words), "texts": {str(n): said for n, said in enumerate(own.texts)}}}
    differing: set[int] = set()
    for other in others:
        slots = Slots()
        render(slots, other)
        assert len(slots.texts) == len(own.texts), "a page has the same places in every language"
        texts = {str(n): said for n, said in enumerate(slots.texts) if said != own.texts[n]}
        differing |= set(map(int, texts))
        found[other.words.code] = {**_about(other.words), "texts": texts}
    first = found[story.words.code]
    first["texts"] = {n: said for n, said in first["texts"].items() if int(n) in differing}
    return found


def _about(words: Language) -> dict[str, Any]:
    return {"name": words.text("name"), "direction": words.text("direction"), "draft": words.draft}


UNWRITTEN = "this report cannot be written"
PLACES = ("place", "kind", "peak_people", "capacity_at_peak", "peak_time", "first_full", "probability_full")
MOST_ASSUMPTIONS = 800
"""Rows of them on a page; the workbook has all."""
ASSUMPTIONS = ("path", "in_words", "value", "range", "unit", "source", "status")
FOR_SCRIPT = ("chance", "numbers", "dates", "brush", "never", "unknown")
"""Beginnings of the keys that the script of a page needs."""


@takes(UNWRITTEN, path=kind((str, os.PathLike), "a text or a path"))
def write_report(
    results: Any,
    path: str | os.PathLike[str],
    *,
    language: str = "en",
    decisions: pd.DataFrame | None = None,
) -> None:
    """Write a report as one HTML file: highlights, key figures, decisions due, map, pictures, tables, assumptions.

    Parameters
    ----------
    results : Result, Ensemble or Forecast
        What ``simulate``, ``simulate_ensemble`` or ``forecast`` gives. Of many draws at most 2,000 are in the page, so
        that a reader can choose among them.
    path : str or path
        Where to, ending in ``.html``; a file of that name is replaced, whole or not at all.
    language : str
        Of the words and pictures, such as ``en``.
    decisions : DataFrame, optional
        What must be ordered by when, as ``order_by_table`` gives it; worked out of many draws unless given.

    Raises
    ------
    RequestError
        If ``results`` is something else, or the language is not known.
    OutputError
        If the file cannot be written there.

    Examples
    --------
    >>> rm.write_report(rm.simulate_ensemble(scenario, draws=1000), "report.html")  # doctest: +SKIP
    """
    target = check_ending(path, REPORT)
    write_file(target, report_bytes(story_of(results, language_of(language), decisions)))


def report_bytes(story: Story) -> bytes:
    """The report of a story, in its language and to be switched to all others."""
    others = other_stories(story)
    pictures = pictures_of(story)
    bare = {"pictures": dict.fromkeys(pictures, ""), "style": "", "script": ""}
    variants = texts_by_language(lambda slots, one: _page(slots, one, **bare), story, others)
    for other in others if are_shapes(story) else ():
        variants[other.words.code]["pictures"] = {name: _packed(one) for name, one in pictures_of(other).items()}
    words = {one.words.code: one.words.under(FOR_SCRIPT) for one in (story, *others)}
    look = {"style": part("pages.css") + part("report.css"), "script": part("report.js")}

    def made() -> bytes:
        return _page(Slots(), story, pictures=pictures, script_words=words, variants=variants, **look)

    found = made()
    for other in reversed(others):
        if len(found) > MOST_BYTES and variants[other.words.code].pop("pictures", None) is not None:
            found = made()
    return found


def _packed(address: str) -> str:
    """The address of a picture, which the script of a page unpacks when its language is asked for."""
    return base64.b64encode(zlib.compress(address.encode(), 9)).decode("ascii")


def _page(slots: Slots, story: Story, **values: Any) -> bytes:
    written = _assumptions(story)
    known = {"script_words": {}, "variants": {}, **values}
    decisions = None if story.decisions is None or story.decisions.empty else grid(story, story.decisions, ORDERS)
    return page(
        "report.html",
        story,
        t=slots,
        futures=futures_of(story),
        most_rows=MOST_ROWS,
        decisions=decisions,
        gaps=grid(story, story.sector_gaps),
        places=_places(story),
        days=grid(story, daily(story)),
        assumptions=grid(story, written.head(MOST_ASSUMPTIONS), ASSUMPTIONS),
        assumption_count=len(written),
        **known,
    )


def _places(story: Story) -> Grid:
    """The peak of each place, of many draws in the middle."""
    peaks = story.tables.get("peaks", pd.DataFrame())
    if "quantile" in peaks:
        peaks = peaks[peaks["quantile"] == 0.5]
    return grid(story, peaks, PLACES)


def _assumptions(story: Story) -> pd.DataFrame:
    """What somebody wrote: usual values of the model stand in the workbook."""
    table = story.assumptions
    return table[~table["status"].isin(("default", "blank"))]
