"""A brief: one A4 page for a minister, as PDF, as a document that a ministry can edit, or as a page."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.disk import write_file
from refugee_model.documents.brief_docx import docx_bytes
from refugee_model.documents.brief_pdf import pdf_bytes
from refugee_model.documents.contents import contents_of
from refugee_model.documents.endings import BRIEF, check_ending
from refugee_model.documents.pages import page, part
from refugee_model.documents.small_pictures import small_pictures
from refugee_model.documents.story import Story, story_of
from refugee_model.languages import language as language_of

UNWRITTEN = "this brief cannot be written"


@takes(UNWRITTEN, path=kind((str, os.PathLike), "a text or a path"))
def write_brief(
    results: Any,
    path: str | os.PathLike[str],
    *,
    language: str = "en",
    decisions: pd.DataFrame | None = None,
) -> None:
    """Write one A4 page: what is coming, what must be decided by when, where it is short, how sure that is.

    Parameters
    ----------
    results : Result, Ensemble or Forecast
        What ``simulate``, ``simulate_ensemble`` or ``forecast`` gives.
    path : str or path
        Where to, ending in ``.pdf``, ``.docx`` or ``.html``; a file of that name is replaced, whole or not at all.
    language : str
        Of the words, such as ``en``.
    decisions : DataFrame, optional
        What must be ordered by when, as ``order_by_table`` gives it; worked out of many draws unless given. The first
        five rows are shown.

    Raises
    ------
    RequestError
        If ``results`` is something else, or the language is not known.
    OutputError
        If the file cannot be written there.

    Examples
    --------
    >>> rm.write_brief(rm.simulate_ensemble(scenario, draws=1000), "brief.pdf")  # doctest: +SKIP
    """
    target = check_ending(path, BRIEF)
    write_file(target, brief_bytes(story_of(results, language_of(language), decisions), target.suffix.lower()))


def brief_bytes(story: Story, ending: str) -> bytes:
    """The brief of a story as a file of an ending."""
    return KINDS[ending](story)


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
        pictures=pictures,
    )


KINDS: Mapping[str, Callable[[Story], bytes]] = {".pdf": pdf_bytes, ".docx": docx_bytes, ".html": _html, ".htm": _html}
