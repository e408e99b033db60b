"""Commands that hand results on, or show them on a page."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from refugee_model.cli.messages import print_answer, tell
from refugee_model.cli.request import Chosen, Quiet, Request, Settings, Spoken, load_matplotlib
from refugee_model.wording import say as in_words


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that run or forecast has written.")],
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a report as one page, .html.")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a workbook, .xlsx.")] = None,
    brief: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one A4 page for a minister: .pdf, .docx or .html.")
    ] = None,
    language: Spoken = "en",
    quiet: Quiet = False,
) -> None:
    """Write what can be handed on of results: a report, a workbook, a brief.

    Unless a file is named, report.html, tables.xlsx and brief.pdf are written to the folder one stands in. The results
    are projected again, to the same numbers.

    Example: `refugee-model report results/lachin-2023 --brief brief.docx`
    """
    if not (html or xlsx or brief):
        html, xlsx, brief = Path("report.html"), Path("tables.xlsx"), Path("brief.pdf")
    load_matplotlib()
    from refugee_model.documents.writers import BRIEF, REPORT, WORKBOOK, check_ending, write_documents
    from refugee_model.files.results_again import read_again

    wanted = {kind: path for kind, path in ((REPORT, html), (WORKBOOK, xlsx), (BRIEF, brief)) if path is not None}
    request = Request(language, quiet=quiet)
    for document, path in wanted.items():
        request(check_ending, path, document)
    again = request(read_again, folder)
    say = request.settle()
    say("projecting again")
    results = again.project(progress=not quiet)
    written = write_documents(results, wanted, language=language)
    if not quiet:
        with request.words.spoken():
            print_answer([in_words("wrote {file}", file=path) for path in written])


def explore(
    scenario: Chosen = "lachin-2023-plan",
    setting: Settings = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; a free one unless given.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in a browser.")] = True,
    language: Spoken = "en",
    quiet: Quiet = False,
) -> None:
    """Move the numbers that matter most on a page of this machine only, and see what follows; Ctrl-C ends it.

    Nothing is written, and no other machine can open the page.

    Example: `refugee-model explore four-crossings`
    """
    request = Request(language, quiet=quiet)
    assumptions = request.scenario(scenario, setting)
    say = request.settle()
    say("projecting", compiles=True)
    load_matplotlib()
    from refugee_model.explorer.exploration import Exploration
    from refugee_model.explorer.server import serve

    def opened(address: str) -> None:
        typer.echo(address)
        if not quiet:
            with request.words.spoken():
                tell(in_words("This page is open to you on this machine only. Ctrl-C ends it."))
        if browser:
            webbrowser.open(address)

    serve(Exploration(assumptions, request.words), port=port, opened=opened)
