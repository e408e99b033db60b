"""Commands about scenarios and their numbers: check, new, describe, list."""

from __future__ import annotations

import shlex
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from refugee_model.cli.messages import print_answer, tell, warned
from refugee_model.cli.request import Quiet
from refugee_model.errors import RefugeeModelError
from refugee_model.languages import language as language_of
from refugee_model.wording import say


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
    from refugee_model.console.descriptions import describe_text

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
