"""The shell itself: answers on standard output and all else on standard error, one message and one exit code."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from refugee_model.errors import CacheWarning, FontWarning, RefugeeModelError, ScenarioWarning, printable
from refugee_model.interruption import INTERRUPTED, Guard
from refugee_model.languages import Language
from refugee_model.wording import phrase
from refugee_model.wording import say as in_words

Read = TypeVar("Read")


OF_THE_MACHINE = (CacheWarning, FontWarning)
"""Warnings that say what this machine lacks, and not what a person wrote."""
FIRST_TIME = "(the first time on a machine, the engine is compiled: a minute or two)"
"""Why the first projection takes long."""


def tell(text: str, **look: Any) -> None:
    """Print on standard error, as text and nothing else, whatever a person has written into it."""
    from refugee_model.console import PlainConsole

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


app = typer.Typer(
    name="refugee-model",
    help="People who flee: how many come, when, where they wait, what they need.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


WITH_ENGINE = ("run", "batch", "forecast", "report", "explore", "sensitivity", "triggers", "compare", "plan")
"""Commands that project people."""


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context, show: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False
) -> None:
    """People who flee: how many come, when, where they wait, what they need."""
    if show:
        from refugee_model import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand in WITH_ENGINE:
        from refugee_model.memory import check_room

        check_room()


def main() -> None:
    """Run the shell; a person's mistake ends with exit code 1 and one message, an interruption with 130."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may lack letters of a name
    code = _code_of(_run)
    if code:
        raise SystemExit(code)


def _run() -> int:
    with warnings.catch_warnings():
        warnings.showwarning = show_warnings(warnings.showwarning)
        code = app(standalone_mode=False)
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _code_of(call: Callable[[], int]) -> int:
    """The exit code of a call; whatever went wrong is told in one message."""
    try:
        code = call()
    except RefugeeModelError as error:
        tell(str(error))
        return 1
    except MemoryError:
        return _no_memory()
    except BrokenPipeError:
        _print_nowhere()  # whoever read has gone, and Python would complain at the end
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _print_nowhere()
            tell(f"the answer cannot be printed ({error.strerror}); files that were to be written are there")
            return 1
        # A library or a thread that could not begin.
        if isinstance(error, OSError | ImportError | RuntimeError) and _memory_is_short():
            return _no_memory()
        show = getattr(error, "show", None)  # wrong usage, in the words of the library that reads the command line
        if not callable(show):
            raise
        error.message = printable(getattr(error, "message", ""))  # type: ignore[attr-defined]
        show()
        return int(getattr(error, "exit_code", 2))
    return _interrupted() if code == INTERRUPTED else code


def _interrupted() -> int:
    if not isinstance(getattr(signal.getsignal(signal.SIGINT), "__self__", None), Guard):  # which would say it
        tell("interrupted; what was finished stays")
    return INTERRUPTED


def _no_memory() -> int:
    """Say that memory came to its end, with as little of it as can be."""
    from refugee_model.memory import NO_MEMORY

    gc.collect()
    sys.stderr.write(f"{NO_MEMORY}\n")
    return 1


def _memory_is_short() -> bool:
    from refugee_model.memory import SHORT, left_to_container, left_to_process

    return min(left_to_process(), left_to_container()) < SHORT


def _print_nowhere() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
