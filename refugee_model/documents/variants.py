"""A page in several languages: every text that is ours stands in a numbered place, and the other languages follow it.

Pictures and long tables stand in the page once; they are in the language it was written in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from refugee_model.documents.story import Story
from refugee_model.languages import Language, language, languages

MOST_ROWS = 60
"""Rows of a table whose cells follow the language; of a longer one only the header does."""
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


def other_stories(story: Story) -> list[Story]:
    """The same story in every other language; tables are not made again."""
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
