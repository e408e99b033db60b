"""What an object says of itself: a dozen lines on a terminal, a small card in a notebook."""

from __future__ import annotations

import textwrap
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

WIDTH = 110
MOST_LINES = 2
"""Lines that one entry may take."""
STYLE = (
    "font-family:sans-serif;font-size:13px;line-height:1.45;border:1px solid #0072bc;border-left-width:6px;"
    "padding:8px 12px;max-width:760px;color:#1a1a1a;background:#fff"
)
CELL = "vertical-align:top;text-align:left"


@dataclass(frozen=True)
class Card:
    """What is said of an object."""

    kind: str
    title: str
    """What it is, and its name in words."""
    lines: Mapping[str, str]
    """Facts by name."""
    hint: str = ""
    """What to do next."""
    headlines: Mapping[str, str] = field(default_factory=dict)
    """The headline answers, by name."""


class OnCard(ABC):
    """What says on a card what it is."""

    @abstractmethod
    def _card(self) -> Card:
        """What stands on the card."""

    def __repr__(self) -> str:
        return text_card(self._card())

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return html_card(self._card())


def text_card(card: Card) -> str:
    """A card as at most a dozen lines of text."""
    entries = {**card.lines, **card.headlines}
    width = max((len(name) for name in entries), default=0) + 2
    said = [f"{card.kind}: {card.title}" if card.title else card.kind]
    for name, text in entries.items():
        indent = " " * (width + 2)
        said += textwrap.wrap(
            text,
            WIDTH,
            initial_indent=f"  {name:<{width}}",
            subsequent_indent=indent,
            max_lines=MOST_LINES,
            break_on_hyphens=False,
            placeholder=" ...",
        ) or [f"  {name}"]
    return "\n".join([*said, *([f"  {card.hint}"] if card.hint else [])])


def html_card(card: Card) -> str:
    """A card as a small piece of HTML; whatever a person wrote in it is text."""
    rows = "".join(
        f"<tr style='background:transparent'><td style='padding:1px 14px 1px 0;color:#555;{CELL};white-space:nowrap'>"
        f"{escape(name)}</td><td style='padding:1px 0;{CELL}{';font-weight:bold' if name in card.headlines else ''}'>"
        f"{escape(text)}</td></tr>"
        for name, text in {**card.headlines, **card.lines}.items()
    )
    hint = f"<div style='color:#555;margin-top:4px'>{escape(card.hint)}</div>" if card.hint else ""
    title = f"<b>{escape(card.title)}</b> <span style='color:#555'>{escape(card.kind)}</span>"
    return (
        f"<div style='{STYLE}'>{title}"
        f"<table style='border:0;margin-top:4px;background:transparent'>{rows}</table>{hint}</div>"
    )
