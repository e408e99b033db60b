"""A brief of one page: as PDF, as a page, and as a document with real headings and tables that a ministry can edit."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from docx import Document
from docx.shared import Cm, Pt

from refugee_model.documents.brief_pdf import pdf_bytes
from refugee_model.documents.contents import Lines, contents_of, foot_of
from refugee_model.documents.pages import page, part
from refugee_model.documents.pictures import small_pictures
from refugee_model.documents.story import Story

FIRST_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - a document knows no offset
FONT, LETTERS, SMALL = "Arial", 9, 7
WIDE, WRITTEN = 7.4, 18.0
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
    if brief.orders is None:
        _small(document, text("decisions.none_given"))
    else:
        _table(document, brief.orders)
        if brief.more_orders:
            _small(document, brief.more_orders)
    document.add_heading(text("report.figures"), level=2)
    _table(document, brief.figures)
    pictures = small_pictures(story, "png")
    if pictures:
        _small(document, " ")  # two tables that touch become one, and the picture covers the last line
        cells = document.add_table(rows=1, cols=len(pictures)).rows[0].cells
        for cell, data in zip(cells, pictures.values(), strict=True):
            cell.paragraphs[0].add_run().add_picture(io.BytesIO(data), width=Cm(WIDE))
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
    for name, size in (("Normal", LETTERS), ("List Bullet", LETTERS + 1), ("Heading 1", 15), ("Heading 2", 10)):
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.paragraph_format.space_before = Pt(4 if name == "Heading 2" else 0)
        style.paragraph_format.space_after = Pt(2)
    about = document.core_properties
    about.title, about.author, about.comments = story.title[:250], "refugee_model", story.made_by
    about.created = about.modified = FIRST_DAY


def _small(where: Any, said: str) -> None:
    """A line in small letters."""
    if said:
        where.add_paragraph().add_run(said).font.size = Pt(SMALL)


def _table(document: Any, lines: Lines) -> None:
    table = document.add_table(rows=0, cols=len(lines.heads), style="Light Grid Accent 1")
    table.autofit = False
    for column, share in zip(table.columns, lines.shares, strict=True):
        column.width = Cm(WRITTEN * share)
    for row in (lines.heads, *lines.rows):
        for cell, said, share in zip(table.add_row().cells, row, lines.shares, strict=True):
            cell.width = Cm(WRITTEN * share)
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)
            cell.paragraphs[0].add_run(said).font.size = Pt(SMALL)


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
