"""What a command is asked for: what can be said on the command line, and how it is read, with every mistake at once."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from refugee_model.cli.shell import Narrator, tell, warned
from refugee_model.errors import Attempts
from refugee_model.languages import language as language_of

Chosen = Annotated[str, typer.Argument(help="Name of a packaged scenario, or path of a TOML file or a workbook.")]
Folder = Annotated[Path, typer.Option(help="Folder for the results.")]
Draws = Annotated[int, typer.Option(help="Draws of the uncertain numbers.")]
Seed = Annotated[int, typer.Option(help="Seed of the draws.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Spoken = Annotated[str, typer.Option(help="Language of the words: en, hy or ru.")]
Force = Annotated[bool, typer.Option("--force", help="Write even if the folder holds other files.")]
Excel = Annotated[
    bool,
    typer.Option(
        "--excel",
        help="Write tables for a double click in Excel: byte order mark, the separators of this machine (';' and "
        "',' where its locale does not say), texts that would be formulas made harmless.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Change one value, for example --set people.total=80_000. May be repeated."
    ),
]


class Request:
    """One command at work. Called with a function and what it takes, it keeps the mistakes for all the others."""

    def __init__(self, language: str, *, quiet: bool) -> None:
        self.language, self.quiet = language, quiet
        self.attempts = Attempts()
        self.words = self.attempts(language_of, language)
        self.changes: dict[str, Any] = {}
        """What was set on the command line."""
        self.out = Path()
        self.where: dict[str, Any] = {}
        """How the folder is written to."""

    def __call__(self, call: Callable[..., Any], *given: Any, **options: Any) -> Any:
        """What a call gives; None where it fails."""
        return self.attempts(call, *given, **options)

    def scenario(self, name: str, setting: list[str] | None = None) -> Any:
        """A scenario, with what was set."""
        from refugee_model.files.scenario_file import check_settings, load_scenario, parse_setting

        settings = [pair for text in setting or [] if (pair := self(parse_setting, text)) is not None]
        self(check_settings, [path for path, _ in settings])
        self.changes = dict(settings)

        def read() -> Any:
            scenario = load_scenario(name)
            return scenario.change(self.changes) if self.changes else scenario

        return self(warned, read, self.quiet)

    def folder(self, out: Path, *scenarios: str, force: bool, reports: str | None = None, made_from: str = "") -> None:
        """Where the results go, which may not be where anything is read from."""
        from refugee_model.files.results_folder import check_folder
        from refugee_model.files.scenario_file import input_files

        def inputs() -> list[Path]:
            return [file for name in scenarios for file in input_files(name, reports)]

        read = self(inputs) if not self.attempts.errors else []
        self.out, self.where = out, {"force": force, "inputs": read, "made_from": made_from}
        self(check_folder, out, **self.where)

    def draws(self, draws: int, seed: int, scenario: Any) -> None:
        """Draws of a scenario in which something is uncertain."""
        from refugee_model.studies.draws import refuse_same_draws
        from refugee_model.studies.ensemble import check_numbers

        self(check_numbers, draws, seed)
        if scenario is not None:
            self(refuse_same_draws, scenario, draws)

    def settle(self, scenario: Any = None) -> Narrator:
        """Tell all mistakes, if there are any; what says what is being done."""
        self.attempts.settle()
        if scenario is not None:
            self.words = self.words.calling(scenario.called.given)
        return Narrator(self.words, self.quiet)

    def ensemble(self, scenario: Any, draws: int, seed: int, *, keep: str | None) -> Any:
        """Draws of a scenario."""
        from refugee_model.studies.ensemble import simulate_ensemble

        with self.words.spoken():
            return simulate_ensemble(scenario, draws=draws, seed=seed, keep=keep, progress=not self.quiet)

    def write(self, results: Any, *, excel: bool, **options: Any) -> Mapping[str, Any]:
        """Write the results, and tell what a person should know of it; the tables that were worked out for it."""
        from refugee_model.files.form import Form
        from refugee_model.files.results import results_of
        from refugee_model.files.results_folder import write_folder

        told = results_of(results, Form(language_of(self.language), excel=excel), **options)
        for note in write_folder(self.out, told.files, **self.where):
            tell(f"note: {note}")
        return told.tables


def load_matplotlib() -> None:
    """Import matplotlib as it comes, so that no file of settings, however wrong, is in the way.

    It reads ``matplotlibrc`` of the folder one stands in first of all: here that is the folder of its own defaults.
    """
    import logging
    from contextlib import chdir
    from importlib.util import find_spec

    if "matplotlib" in sys.modules:
        return
    for name in ("MPLBACKEND", "MATPLOTLIBRC"):
        os.environ.pop(name, None)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # that its own cache cannot be kept makes no difference
    found = find_spec("matplotlib")
    try:
        assert found is not None
        assert found.origin is not None
        with chdir(Path(found.origin).parent / "mpl-data"):
            import matplotlib
    except OSError:
        import matplotlib  # noqa: F401
    gc.freeze()  # all of it stays to the end: whoever looks for circles among figures need not look at it again
