"""A brief of one page: as PDF, as a page, and as a document with real headings and tables that a ministry can edit."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from docx import Document
from docx.shared import Cm, Pt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from refugee_model.charts import style
from refugee_model.charts.labels import widest_word, wrap
from refugee_model.charts.style import Sheet, cover, our_settings
from refugee_model.documents.contents import Contents, Lines, contents_of, foot_of
from refugee_model.documents.pages import page, part
from refugee_model.documents.pictures import SIZE, on_page, small_pictures
from refugee_model.documents.story import Story

WIDE, HIGH, MARGIN = 595.3, 841.9, 34.0
"""A4, and around what is written [points]."""
SMALLEST, SMALL, LETTERS = 6.0, 7.5, 10.0
BESIDE = (0.45, 0.55)
"""Shares of the width of the page of two tables side by side: the second has more columns."""
KEPT = 0.8
"""Share of its width that a column keeps where that leaves room enough for the others."""
DPI = 288
"""At which letters are measured: at fewer dots they are hinted, and narrower than on paper."""
APART, CELL = 12.0, 4.5
"""Between columns of the page, and of a table [points]."""
METADATA = {"CreationDate": None, "Creator": None, "Producer": None}


class _Page:
    """A page that is filled from the top."""

    def __init__(self) -> None:
        self.figure = Sheet(figsize=(WIDE / 72.0, HIGH / 72.0), dpi=DPI, facecolor=style.WHITE)
        FigureCanvasAgg(self.figure)
        self.y = HIGH - MARGIN

    def write(
        self,
        said: str,
        *,
        x: float = MARGIN,
        y: float | None = None,
        width: float = WIDE - 2 * MARGIN,
        size: float = LETTERS,
        weight: str = "normal",
        colour: str = style.TEXT,
        most: int = 4,
    ) -> float:
        """Words in at most so many lines; gives their height."""
        top = self.y if y is None else y
        text = self._text(said, x, top, fontsize=size, fontweight=weight, color=colour)
        wrap(text, width * DPI / 72.0)
        lines = text.get_text().split("\n")
        if len(lines) > most:
            text.set_text("\n".join([*lines[: most - 1], f"{lines[most - 1][:-1]}…"]))
        height = min(len(lines), most) * size * 1.25
        if y is None:
            self.y -= height + 2.0
        return height

    def _text(self, said: str, x: float, y: float, **look: Any) -> Annotation:
        """Words in one line."""
        text = Annotation(
            said, (0.0, 0.0), (x, y), xycoords="figure points", textcoords="offset points", va="top", ha="left",
            annotation_clip=False,
        )  # fmt: skip
        self.figure.add_artist(text)
        text.set(linespacing=1.2, parse_math=False, fontfamily=list(style.font_families()), **look)
        return text

    def _widths(self, lines: Lines, width: float) -> tuple[list[float], float]:
        """Widths of the columns of a table and the size of its letters, so that words fit that are not very long."""
        own, least = np.array(lines.shares) * width, np.zeros(len(lines.heads))
        for weight, rows in (("bold", [lines.heads]), ("normal", lines.rows)):
            for column, said in enumerate(zip(*rows, strict=True)):
                text = self._text(" ".join(said), 0.0, 0.0, fontsize=SMALL, fontweight=weight)
                least[column] = max(least[column], widest_word(text) * 72.0 / DPI + CELL)
                text.remove()
        if least.sum() > width:
            gaps = CELL * len(least)
            part = max(0.97 * (width - gaps) / (least.sum() - gaps), SMALLEST / SMALL)
            narrower = (least - CELL) * part + CELL
            return list(map(float, narrower * (width / narrower.sum()))), SMALL * part
        lacking = np.maximum(least - own, 0.0)
        for part in (KEPT, 0.0):
            spare = np.maximum(own - np.maximum(least, part * own), 0.0)
            if spare.sum() >= lacking.sum():
                break
        return list(map(float, own + lacking - spare * lacking.sum() / max(spare.sum(), 1e-9))), SMALL

    def heading(
        self, said: str, *, x: float = MARGIN, width: float = WIDE - 2 * MARGIN, y: float | None = None
    ) -> None:
        """A heading with a line beneath."""
        top = self.y - 4.0 if y is None else y
        self.write(said, x=x, y=top, width=width, size=LETTERS + 1, weight="bold", colour=style.BLUE, most=1)
        under = (top - LETTERS * 1.6) / HIGH
        line = Line2D((x / WIDE, (x + width) / WIDE), (under, under), color=style.BLUE, linewidth=0.8)
        self.figure.add_artist(line)
        if y is None:
            self.y = top - LETTERS * 1.6 - 4.0

    def table(self, lines: Lines, *, x: float, y: float, width: float) -> float:
        """A small table; gives where it ends."""
        widths, size = self._widths(lines, width)
        for number, row in enumerate((lines.heads, *lines.rows)):
            at, highest = x, 0.0
            for said, wide in zip(row, widths, strict=True):
                look = {"weight": "bold", "colour": style.GREY} if number == 0 else {}
                height = self.write(said, x=at, y=y, width=wide - CELL + 0.5, size=size, most=3, **look)
                highest, at = max(highest, height), at + wide
            y -= highest + 2.5
        return y


def pdf_bytes(story: Story) -> bytes:
    """The brief of a story as PDF; the same story gives the same bytes."""
    with our_settings(), story.words.spoken():
        figure = _laid_out(story)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="pdf", metadata=METADATA)
    return buffer.getvalue()


def _laid_out(story: Story) -> Figure:
    page, text, brief = _Page(), story.words.text, contents_of(story)
    cover([story.title, *brief.sentences, *brief.confidence, *(word for row in brief.gaps.rows for word in row)])
    page.write(story.title, size=16, weight="bold", most=2)
    page.write(brief.about, size=SMALL + 0.5, colour=style.GREY, most=2)
    for sentence in brief.sentences:
        page.write(f"•  {sentence}", most=3)
    page.heading(text("tables.decisions"))
    if brief.orders is not None:
        page.y = page.table(brief.orders, x=MARGIN, y=page.y, width=WIDE - 2 * MARGIN)
    if brief.about_orders:
        page.write(brief.about_orders, size=SMALL, colour=style.GREY)
    _two_columns(page, [(text("report.figures"), brief.figures), (text("report.gaps"), brief.gaps)])
    drawn = _pictures(page, story, room=page.y - MARGIN - 2 * SMALL - _confidence(_Page(), story, brief))
    _confidence(page, story, brief)
    page.write(foot_of(story, drawn), y=MARGIN + 8, size=SMALL - 1, colour=style.GREY, most=2)
    return page.figure


def _confidence(page: _Page, story: Story, brief: Contents) -> float:
    """How sure it is, under its heading; gives the height of both."""
    top = page.y
    page.heading(story.words.text("brief.confidence"))
    for sentence in brief.confidence:
        page.write(sentence, size=SMALL + 0.5, most=3)
    return top - page.y


def _two_columns(page: _Page, parts: Sequence[tuple[str, Lines]]) -> None:
    """Tables side by side; one alone is as wide as the page."""
    x, ends, top = MARGIN, list[float](), page.y - 4.0
    filled = [part for part in parts if part[1].rows]
    for (said, lines), share in zip(filled, BESIDE if len(filled) > 1 else (1.0,), strict=False):
        wide = (WIDE - 2 * MARGIN - APART * (len(filled) - 1)) * share
        page.heading(said, x=x, width=wide, y=top)
        ends.append(page.table(lines, x=x, y=top - LETTERS * 1.6 - 4.0, width=wide))
        x += wide + APART
    page.y = min(ends, default=top) - 4.0


def _pictures(page: _Page, story: Story, room: float) -> list[str]:
    """The map and people over time side by side, as high as there is room for them and what is said of them; gives
    which are drawn.
    """
    wide = (WIDE - 2 * MARGIN - APART) / 2
    high = max(min(wide * SIZE[1] / SIZE[0], room - 3 * SMALL * 1.25 - 5.0), 1.0)
    drawn: list[str] = []
    for name in ("map", "people"):
        place = ((MARGIN + len(drawn) * (wide + APART)) / WIDE, (page.y - high) / HIGH, wide / WIDE, high / HIGH)
        if on_page(page.figure, story, name, place):
            drawn.append(name)
    if drawn:
        page.y -= high + 3.0
        page.write(" ".join(story.words.text(f"brief.{name}") for name in drawn), size=SMALL, colour=style.GREY, most=3)
    return drawn


FIRST_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - a document knows no offset
FONT, TYPED, SMALL_TYPED = "Arial", 9, 7
PICTURED, WRITTEN = 7.4, 18.0
"""Of a picture and of a table [cm]."""


def docx_bytes(story: Story) -> bytes:
    """The brief of a story as DOCX; the same story gives the same bytes."""
    document, text, brief = Document(), story.words.text, contents_of(story)
    _set_up(document, story)
    document.add_heading(story.title, level=1)
    _small(document, brief.about)
    for sentence in brief.sentences:
        document.add_paragraph(sentence, style="List Bullet")
    document.add_heading(text("tables.decisions"), level=2)
    if brief.orders is not None:
        _table(document, brief.orders)
    _small(document, brief.about_orders)
    document.add_heading(text("report.figures"), level=2)
    _table(document, brief.figures)
    pictures = small_pictures(story, "png")
    if pictures:
        _small(document, " ")  # two tables that touch become one, and the picture covers the last line
        cells = document.add_table(rows=1, cols=len(pictures)).rows[0].cells
        for cell, data in zip(cells, pictures.values(), strict=True):
            cell.paragraphs[0].add_run().add_picture(io.BytesIO(data), width=Cm(PICTURED))
        _small(document, " ".join(text(f"brief.{name}") for name in pictures))
    if brief.gaps.rows:
        document.add_heading(text("report.gaps"), level=2)
        _table(document, brief.gaps)
    document.add_heading(text("brief.confidence"), level=2)
    for sentence in brief.confidence:
        _small(document, sentence)
    _small(document.sections[0].footer, foot_of(story, pictures))
    return _zipped(document)


def _set_up(document: Any, story: Story) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.1)
    section.footer_distance = Cm(0.6)
    for name, size in (("Normal", TYPED), ("List Bullet", TYPED + 1), ("Heading 1", 15), ("Heading 2", 10)):
        look = document.styles[name]
        look.font.name, look.font.size = FONT, Pt(size)
        look.paragraph_format.space_before = Pt(4 if name == "Heading 2" else 0)
        look.paragraph_format.space_after = Pt(2)
    about = document.core_properties
    about.title, about.author, about.comments = story.title[:250], "refugee_model", story.made_by
    about.created = about.modified = FIRST_DAY


def _small(where: Any, said: str) -> None:
    """A line in small letters."""
    if said:
        where.add_paragraph().add_run(said).font.size = Pt(SMALL_TYPED)


def _table(document: Any, lines: Lines) -> None:
    table = document.add_table(rows=0, cols=len(lines.heads), style="Light Grid Accent 1")
    table.autofit = False
    for column, share in zip(table.columns, lines.shares, strict=True):
        column.width = Cm(WRITTEN * share)
    for row in (lines.heads, *lines.rows):
        for cell, said, share in zip(table.add_row().cells, row, lines.shares, strict=True):
            cell.width = Cm(WRITTEN * share)
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)
            cell.paragraphs[0].add_run(said).font.size = Pt(SMALL_TYPED)


def _zipped(document: Any) -> bytes:
    """The document as a file, without the time at which it was written."""
    buffer, kept = io.BytesIO(), io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        for name in written.namelist():
            file.writestr(zipfile.ZipInfo(name, FIRST_DAY.timetuple()[:6]), written.read(name), zipfile.ZIP_DEFLATED)
    return kept.getvalue()


def _html(story: Story) -> bytes:
    pictures = {
        name: f"data:image/svg+xml;base64,{base64.b64encode(data).decode('ascii')}"
        for name, data in small_pictures(story, "svg").items()
    }
    return page(
        "brief.html",
        story,
        style=part("pages.css") + part("brief.css"),
        brief=contents_of(story),
        foot=foot_of(story, pictures),
        pictures=pictures,
    )


BY_ENDING: Mapping[str, Callable[[Story], bytes]] = {
    ".pdf": pdf_bytes,
    ".docx": docx_bytes,
    ".html": _html,
    ".htm": _html,
}
"""How the brief of a story is made, by the ending of its file."""
