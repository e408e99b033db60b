"""Before the work: the scenario that was asked for, its draws, and matplotlib as it comes."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from refugee_model.cli.messages import FIRST_TIME, narrator, warned
from refugee_model.errors import Attempts


def changed(attempts: Attempts, scenario: str, setting: list[str] | None, quiet: bool) -> tuple[Any, dict[str, Any]]:
    """The scenario with what was set on the command line, and that; mistakes are kept for all the others."""
    from refugee_model.files.scenario_file import check_settings, load_scenario, parse_setting

    settings = [attempts(partial(parse_setting, text)) for text in setting or []]
    changes = dict(pair for pair in settings if pair is not None)
    attempts(lambda: check_settings([pair[0] for pair in settings if pair is not None]))

    def read() -> Any:
        return load_scenario(scenario).change(changes) if changes else load_scenario(scenario)

    return attempts(lambda: warned(read, quiet)), changes


def asked(
    scenario: str,
    setting: list[str] | None,
    out: Path,
    draws: int,
    seed: int,
    measure: str,
    language: str,
    *,
    force: bool,
    quiet: bool,
) -> tuple[Any, dict[str, Any], Any]:
    """The scenario that was asked for, where its results go, and the language; every mistake at once."""
    from refugee_model.files.results_folder import check_folder
    from refugee_model.files.scenario_file import input_files
    from refugee_model.languages import language as language_of
    from refugee_model.studies.decisions.events import find_unknown
    from refugee_model.studies.draws import refuse_same_draws
    from refugee_model.studies.ensemble import check_numbers

    attempts = Attempts()
    words = attempts(lambda: language_of(language))
    assumptions, _ = changed(attempts, scenario, setting, quiet)
    inputs = attempts(lambda: input_files(scenario, None)) if not attempts.errors else []
    where: dict[str, Any] = {"force": force, "inputs": inputs}
    attempts(lambda: check_folder(out, **where))
    attempts(lambda: check_numbers(draws, seed))
    if assumptions is not None:
        attempts(lambda: refuse_same_draws(assumptions, draws))
        attempts(lambda: find_unknown(assumptions, measure))
    attempts.settle()
    return assumptions, where, words.calling(assumptions.called.given)


def drawn(scenario: Any, draws: int, seed: int, *, keep: str | None, quiet: bool) -> Any:
    from refugee_model.studies.ensemble import simulate_ensemble

    narrator(quiet)(f"projecting {FIRST_TIME}")
    return simulate_ensemble(scenario, draws=draws, seed=seed, keep=keep, progress=not quiet)


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
