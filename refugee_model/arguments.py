"""What is given to a public function is checked for its kind before any work: one message names all that is of a wrong
kind.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from importlib import import_module
from numbers import Real
from typing import Any, ParamSpec, TypeVar

import numpy as np

from refugee_model.errors import Problem, RequestError
from refugee_model.wording import as_found

Parameters = ParamSpec("Parameters")
Given = TypeVar("Given")
Check = Callable[[object], str]
"""What is wrong with something that was given; empty where nothing is."""


def takes(subject: str, **checks: Check) -> Callable[[Callable[Parameters, Given]], Callable[Parameters, Given]]:
    """Let a function refuse what is of a wrong kind."""

    def decorated(function: Callable[Parameters, Given]) -> Callable[Parameters, Given]:
        signature = inspect.signature(function)
        known = {name: check for name, check in {**CHECKS, **checks}.items() if name in signature.parameters}
        left_out = {name: signature.parameters[name].default is None for name in known}

        @functools.wraps(function)
        def checked(*words: Parameters.args, **options: Parameters.kwargs) -> Given:
            try:
                given = signature.bind(*words, **options).arguments
            except TypeError:
                return function(*words, **options)  # too many or too few: Python says which
            told = {
                name: given[name] for name in known if name in given and not (given[name] is None and left_out[name])
            }
            problems = [Problem(name, said) for name, value in told.items() if (said := known[name](value))]
            if problems:
                raise RequestError(subject, problems)
            return function(*words, **options)

        return checked

    return decorated


def explained(function: Callable[..., object], shared: Mapping[str, str], refuses: str) -> str:
    """What a function says of itself, with parameters that mean the same in all others, and what all of them refuse."""
    said, returns, rest = inspect.cleandoc(function.__doc__ or "").partition("\n\nReturns\n")
    if not returns:
        return said
    about, _, parameters = said.partition("\n\nParameters\n----------\n")
    told = {entry.partition(" :")[0]: entry.rstrip() for entry in re.split(r"\n(?=\w)", parameters)}
    known = {**shared, **told}
    listed = "\n".join(known[name] for name in inspect.signature(function).parameters if name in known)
    gives, example, shown = rest.partition("\n\nExamples\n")
    raises = f"\n\nRaises\n------\n{refuses}"
    return f"{about}\n\nParameters\n----------\n{listed}{returns}{gives}{raises}{example}{shown}"


def kind(fits: type | tuple[type, ...] | Callable[[Any], bool], expected: str) -> Check:
    """The check that something is of one kind."""

    def check(value: object) -> str:
        fine = isinstance(value, fits) if isinstance(fits, type | tuple) else fits(value)
        return "" if fine else f"found {as_found(value)}, expected {expected}"

    return check


def quantile_problem(quantiles: object) -> str:
    """What is wrong with quantiles."""
    if isinstance(quantiles, str | bytes) or not isinstance(quantiles, Iterable):
        alone = isinstance(quantiles, Real) and not isinstance(quantiles, bool)
        hint = f"for one quantile write quantiles=[{quantiles}]" if alone else "such as (0.05, 0.5, 0.95)"
        return f"found {as_found(quantiles)}, expected a list of numbers from 0 to 1; {hint}"
    if iter(quantiles) is quantiles:
        return f"found {as_found(quantiles)}, which can be read only once; give a list"
    given: list[Any] = list(quantiles)
    wrong = [value for value in given if isinstance(value, bool) or not _is_share(value)]
    if not wrong and given and len(set(given)) == len(given):
        return ""
    shown = ", ".join(map(as_found, (wrong or given)[:10])) or "none"
    return f"found {shown}, expected different numbers from 0 to 1, such as 0.05, 0.5, 0.95"


def _is_share(value: Any) -> bool:
    return isinstance(value, Real) and 0 <= value <= 1  # type: ignore[operator]


def _of_matplotlib(name: str) -> Callable[[object], bool]:
    """Whether something is of a class of matplotlib, which is slow to load."""
    return lambda value: isinstance(value, getattr(import_module(f"matplotlib.{name.lower()}"), name))


def _is_list(value: object) -> bool:
    import pandas as pd

    return isinstance(value, list | tuple | np.ndarray | pd.Series | pd.Index)


def _is_times(value: object) -> bool:
    return isinstance(value, str | date) or _is_list(value)


def _is_words(value: Any, names: type | tuple[type, ...] = str) -> bool:
    return isinstance(value, str) or (isinstance(value, Sequence) and all(isinstance(name, names) for name in value))


def _is_call(value: object) -> bool:
    return callable(value) and not isinstance(value, type)


def _is_progress(value: object) -> bool:
    return isinstance(value, _SWITCH) or _is_call(value)


def _is_paths(value: Any) -> bool:
    return _is_list(value) and all(isinstance(path, os.PathLike) for path in value)


_SWITCH = (bool, np.bool_)
CHECKS: Mapping[str, Check] = {
    "quantiles": quantile_problem,
    "executor": kind(Executor, "an executor such as concurrent.futures.ThreadPoolExecutor()"),
    "progress": kind(_is_progress, "True, False, or a function of draws done and draws in all"),
    "say": kind(_is_call, "a function of a text"),
    "keep": kind(lambda value: _is_words(value, (str, int, float, type(None))), "None, a word or a list of places"),
    "items": kind(_is_words, "a list of names"),
    "quantities": kind(_is_words, "a list of names"),
    "times": kind(_is_times, "a list of times"),
    "cutoffs": kind(_is_times, "a list of times, such as ['2023-09-27T08:00+04:00']"),
    "until": kind((str, date, np.datetime64), "a time such as '2023-10-01T00:00+04:00'"),
    "inputs": kind(_is_paths, "a list of paths"),
    "figure": kind(_of_matplotlib("Figure"), "a matplotlib Figure"),
    "ax": kind(_of_matplotlib("Axes"), "matplotlib Axes"),
    **dict.fromkeys(("out", "path"), kind((str, os.PathLike), "a text or a path")),
    **dict.fromkeys(("resume", "force", "baselines", "common_scale", "other_versions"), kind(_SWITCH, "True or False")),
    **dict.fromkeys(("quantity", "risk", "place", "kind"), kind(str, "a text")),
}
"""Of parameters that mean the same in every function. Where nothing need be given, None is nothing."""
