"""Commands before and after a projection: check, new, describe, list; report and explore."""

from __future__ import annotations

import shlex
import sys
import webbrowser
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from refugee_model.cli.request import Chosen, Quiet, Request, Settings, Spoken, load_matplotlib
from refugee_model.cli.shell import print_answer, tell, warned
from refugee_model.errors import RefugeeModelError
from refugee_model.languages import language as language_of
from refugee_model.wording import say
from refugee_model.wording import say as in_words


def check(
    file: Annotated[
        str, typer.Argument(help="Path of a scenario, a TOML file or a workbook, or name of a packaged scenario.")
    ],
    marked: Annotated[
        Path | None,
        typer.Option(metavar="COPY", help="Of a workbook with problems: write a copy with a column that names them."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Check a scenario: every problem in one message, or 'ok' and what may be a mistake all the same.

    Example: `refugee-model check my-crisis.toml`
    """
    from refugee_model.files.scenario_file import check_scenario

    try:
        _, found = check_scenario(file)
    except RefugeeModelError as error:
        if marked is not None and any(problem.where.partition(", ")[2] for problem in error.problems):
            _mark(file, error, marked)
        raise
    if not quiet:
        mistakes = ["It can be used; these may be mistakes:", *(f"  - {warning}" for warning in found)]
        print_answer(["ok", *(mistakes if found else ())])


def _mark(file: str, error: RefugeeModelError, copy: Path) -> None:
    """Write the copy of a workbook that names its problems."""
    from refugee_model.disk import target_of
    from refugee_model.files.scenario_workbook import write_marked

    if Path(file).suffix.lower() != ".xlsx" or copy.suffix.lower() != ".xlsx":
        raise typer.BadParameter("--marked is for workbooks, .xlsx")
    if target_of(copy) == target_of(Path(file)):
        raise typer.BadParameter("give --marked another name: the workbook itself stays as it is")
    write_marked(file, error.problems, copy)
    tell(f"note: {copy} names the problems in its last column")


def new(
    file: Annotated[Path, typer.Argument(help="File to write, .toml or .xlsx; it must not exist.")],
    like: Annotated[
        str | None,
        typer.Option(help="Scenario whose values are the start; lachin-2023-plan, or one-crossing with --short."),
    ] = None,
    short: Annotated[
        bool,
        typer.Option(
            "--short", help="Ask only what must be set: on the terminal, or as the first sheet of a workbook."
        ),
    ] = False,
    language: Annotated[str, typer.Option(help="Language of a workbook or of the questions: en, hy or ru.")] = "en",
    quiet: Quiet = False,
) -> None:
    """Write a commented scenario to start from.

    Example: `refugee-model new my-crisis.toml --short`
    """
    from refugee_model.files.scenario_file import new_scenario

    if short:
        _new_short(file, like, language)
    else:
        new_scenario(file, like="lachin-2023-plan" if like is None else like, language=language)
    if not quiet:
        typed = shlex.quote(f"./{file}" if str(file).startswith("-") else str(file))
        with language_of(language).spoken():
            print_answer([say("wrote {file}; change it, then: refugee-model check {typed}", file=file, typed=typed)])


def _new_short(file: Path, like: str | None, language: str) -> None:
    """Write the questions as a workbook, or put them on the terminal and write what was answered."""
    from refugee_model.files.scenario_file import check_new, load_scenario, new_questions, new_short
    from refugee_model.files.short_form import TEMPLATE
    from refugee_model.files.short_questions import ask_all

    template = TEMPLATE if like is None else like
    if file.suffix.lower() == ".xlsx":
        new_questions(file, template, language=language)
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "--short asks on a terminal, and this is none; write a workbook of questions: FILE.xlsx"
        )
    words = language_of(language)
    check_new(file)
    warned(partial(load_scenario, template), quiet=True)
    new_short(file, template, ask_all(input, tell, words))


def describe(
    path: Annotated[str, typer.Argument(help="Dotted path, or the beginning of one; everything unless given.")] = "",
    quiet: Quiet = False,
) -> None:
    """Say what each input and output is: unit, bounds, meaning and source.

    Example: `refugee-model describe timing.checkpoint`
    """
    from refugee_model.console.answers import describe_text

    text = describe_text(path)
    if not quiet:
        typer.echo(text)


def list_packaged(quiet: Quiet = False) -> None:
    """List the packaged scenarios.

    Example: `refugee-model list`
    """
    from refugee_model.files.scenario_file import list_scenarios

    if not quiet:
        for row in list_scenarios().itertuples():
            typer.echo(f"{row.name:40} {row.title}")


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that run, forecast or plan has written.")],
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
    results = again(not quiet)
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
