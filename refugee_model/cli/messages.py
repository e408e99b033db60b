"""What the shell says: answers on standard output, everything else on standard error, as text."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from refugee_model.errors import CacheWarning, FontWarning, ScenarioWarning, printable
from refugee_model.wording import phrase
from refugee_model.wording import say as in_words

if TYPE_CHECKING:
    from refugee_model.languages import Language

Read = TypeVar("Read")


OF_THE_MACHINE = (CacheWarning, FontWarning)
"""Warnings that say what this machine lacks, and not what a person wrote."""
FIRST_TIME = "(the first time on a machine, the engine is compiled: a minute or two)"
"""Why the first projection takes long."""


def tell(text: str, **look: Any) -> None:
    """Print on standard error, as text and nothing else, whatever a person has written into it."""
    from refugee_model.console.console import PlainConsole

    PlainConsole(stderr=True, soft_wrap=True).print(text, **look)


def show_warnings(usual: Callable[..., None]) -> Callable[..., None]:
    """Show what is said of this machine as a note, of what a person wrote as text, and any other warning as usual."""

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, OF_THE_MACHINE):
            tell(f"note: {message}")
        elif issubclass(category, ScenarioWarning):
            tell(str(message))
        else:
            usual(message, category, *where, **more)

    return show


def warned(read: Callable[[], Read], quiet: bool) -> Read:
    """Read something, and print what may be mistakes in it, each once, on stderr."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read()
    of_scenarios = [str(warning.message) for warning in caught if issubclass(warning.category, ScenarioWarning)]
    for text in dict.fromkeys(of_scenarios) if not quiet else ():
        tell(text)
    return found


class Narrator:
    """What says in a person's language what is being done; where one wants quiet nothing, also not of the machine."""

    def __init__(self, words: Language, quiet: bool) -> None:
        self.words, self.quiet = words, quiet
        for kind in OF_THE_MACHINE if quiet else ():
            warnings.simplefilter("ignore", kind)

    def __call__(self, template: str, *, compiles: bool = False, **values: object) -> None:
        """Say what is being done, and where the engine is at work, why that may take long."""
        if not self.quiet:
            with self.words.spoken():
                why = f" {in_words(FIRST_TIME)}" if compiles else ""
                said = in_words(template, **values) if values else phrase(template)  # which may hold a path
                tell(f"{said}{why} ...", style="dim")


def print_answer(lines: list[str]) -> None:
    for line in lines:
        typer.echo(printable(line))
