"""A study: named variants on named axes, and which combinations of them are to be run."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from itertools import combinations as pairs
from typing import Any
from unicodedata import category

from pydantic import BaseModel, ConfigDict, Field

from refugee_model.cards import Card, OnCard
from refugee_model.errors import Problem, ScenarioError, ScenarioWarning
from refugee_model.scenario.scenario import Scenario
from refugee_model.wording import counted

Changes = dict[str, Any]
Combination = tuple[str, ...]

WORDS = ("title", "about", "as_of", "source", "based_on", "without_effect", "accepted")
"""What is said about a scenario; no variant is made of it."""
LONGEST = 60
"""Letters of the name of an axis or a variant; they become names of columns and folders on any system."""
MOST_COMBINATIONS = 10_000
TAKEN = (
    "combination",
    "measure",
    "quantile",
    "value",
    "time",
    "mean",
    "share_of_draws",
    "chance",
    "share_at_least_one",
    "difference_5",
    "difference_50",
    "difference_95",
    "chance_better",
    "chance_worse",
    "hash",
    "version",
    "seed",
    "draws",
    "partition",
    "status",
    "checksum",
    "made_with",
)
"""Columns of the tables of a batch, which no axis may be called."""
DEVICES = ("con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10)))
"""Names that no folder can have on some systems."""


class Buying(BaseModel):
    """What is to be bought in each combination of a study, as in :func:`refugee_model.plan_aid`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    budget: float | None = Field(None, ge=0, allow_inf_nan=False, description="Money; aid.funds_usd unless given [USD]")
    confidence: float = Field(0.95, gt=0, lt=1, description="Share of the futures that are to be covered")


class Study(OnCard, BaseModel):
    """Variants of one scenario on named axes; make one with :func:`refugee_model.load_study`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: str = Field("", description="What is asked, in one line")
    base: Scenario = Field(description="The scenario that the variants change")
    draws: int = Field(ge=1, description="Draws for each combination")
    seed: int = Field(ge=0, description="Seed of the draws, the same for each combination")
    axes: dict[str, dict[str, Changes]] = Field(description="Changes by dotted path, by axis and variant")
    combinations: tuple[Combination, ...] = Field(
        min_length=1, description="One variant of each axis, in the order of the axes"
    )
    plan: Buying | None = Field(None, description="A plan is made for each combination, and tried in all the others")

    def _card(self) -> Card:
        axes = {axis: ", ".join(variants) for axis, variants in self.axes.items()}
        each = f"{counted(len(self.combinations), 'combination')}, {counted(self.draws, 'draw')} each, seed {self.seed}"
        return Card(
            "Study", self.title, {"of": self.base.title, **axes, "runs": each}, "run_batch(study, folder) runs it"
        )

    def changes(self, combination: Combination) -> Changes:
        """All changes of a combination, by dotted path."""
        return {
            path: value
            for axis, name in zip(self.axes, combination, strict=True)
            for path, value in self.axes[axis][name].items()
        }

    def scenario(self, combination: Combination) -> Scenario:
        """The scenario of a combination, checked."""
        title = ", ".join(part for part in (self.base.title, *combination) if part)
        with warnings.catch_warnings():
            # What may be mistakes in the base and in the variants was said when their files were read.
            warnings.simplefilter("ignore", ScenarioWarning)
            return self.base.change({**self.changes(combination), "title": title})


def is_name(text: str) -> bool:
    """Whether a text can be the name of an axis or a variant, in any script.

    Examples
    --------
    >>> is_name("slow start"), is_name("\u0939\u093f\u0928"), is_name("-x"), is_name("a/b")
    (True, True, False, False)
    """
    letters = all(letter in " -_" or letter.isalnum() or category(letter) in ("Mn", "Mc") for letter in text)
    return letters and text[:1].isalnum() and len(text) <= LONGEST


def folder_name(combination: Combination) -> str:
    """Name of the partition of a combination: lower case, without blanks.

    >>> folder_name(("slow start", "none"))
    'slow-start+none'
    """
    return "+".join(name.lower().replace(" ", "-") for name in combination)


def differences(base: Scenario, other: Scenario) -> Changes:
    """What makes one scenario out of another, but for the words about it."""
    before, after = base.values(), other.values()
    found: Changes = {}
    for group in before.keys() | after.keys() - {*WORDS}:
        if group in WORDS or group == "correlations":
            continue
        _compare(before.get(group, {}), after.get(group, {}), group, found)
    found = dict(sorted(found.items()))
    made = base.change(found) if found else base
    return found if made.correlations == other.correlations else found | {"correlations": after.get("correlations", ())}


def _compare(before: Any, after: Any, path: str, found: Changes) -> None:
    if before == after:
        return
    groups = isinstance(before, Mapping) and isinstance(after, Mapping)
    # A name that is only in the first cannot be taken away by a change beneath the group; the group is given anew.
    if not groups or before.keys() - after.keys():
        found[path] = after
        return
    for name in after:
        here = f"{path}.{name}"
        if name in before:
            _compare(before[name], after[name], here, found)
        elif "." not in path and isinstance(after[name], Mapping) and _are_groups(after[name]):
            found |= {f"{here}.{entry}": value for entry, value in after[name].items()}  # others may add theirs
        else:
            found[here] = after[name]


def _are_groups(entries: Mapping[str, Any]) -> bool:
    return all(isinstance(entry, Mapping) for entry in entries.values())


def clashes(axes: Mapping[str, Mapping[str, Changes]]) -> Iterator[tuple[str, str, str]]:
    """Paths that variants of two axes change both."""
    for one, other in pairs(axes, 2):
        for name, changes in axes[one].items():
            for second, others in axes[other].items():
                for path in changes:
                    if any(
                        path == also or path.startswith(f"{also}.") or also.startswith(f"{path}.") for also in others
                    ):
                        yield f"{one}.{name}", f"{other}.{second}", path


def combined_problems(study: Study) -> list[Problem]:
    """What is wrong with combinations whose variants are each right by themselves."""
    problems = []
    for combination in study.combinations:
        try:
            study.scenario(combination)
        except ScenarioError as error:
            said = "; ".join(str(problem) for problem in error.problems)
            problems.append(Problem("combinations", f"{' with '.join(combination)} cannot be used: {said}"))
    return problems
