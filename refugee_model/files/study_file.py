"""Studies in TOML files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from refugee_model.data_folder import packaged_files, packaged_scenarios
from refugee_model.disk import LONGEST_NAME
from refugee_model.errors import Problem, ScenarioError, nearest, plain_name
from refugee_model.files.scenario_file import input_files, load_scenario
from refugee_model.files.toml_file import TomlFile, read_toml, thousands
from refugee_model.scenario.problems import shown
from refugee_model.scenario.scenario import SECTIONS, Scenario
from refugee_model.studies.ensemble import MOST_DRAWS, MOST_SEED
from refugee_model.studies.study import (
    DEVICES,
    MOST_COMBINATIONS,
    TAKEN,
    Buying,
    Changes,
    Combination,
    Study,
    clashes,
    combined_problems,
    differences,
    folder_name,
    is_name,
)
from refugee_model.wording import as_found, whole

PLAN = "plan"
KNOWN = ("title", "base", "draws", "seed", "grid", "combinations", "axes", PLAN)
LIKE = "scenario"
EXPECTED = {"budget": "a number of dollars of at least 0", "confidence": "a number between 0 and 1"}


def load_study(name_or_path: str | os.PathLike[str]) -> Study:
    """A study from the package or from a file.

    Parameters
    ----------
    name_or_path : str or path
        Name of a packaged study, or path of a TOML file.

    Returns
    -------
    Study
        Checked: each variant by itself, and each combination.

    Raises
    ------
    ScenarioError
        If there is no such study, or it cannot be used; every problem is named, with file and line.

    Examples
    --------
    >>> import refugee_model as rm
    >>> len(rm.load_study("timing-x-aid").combinations)
    60
    """
    subject = f"{_named(name_or_path)} cannot be used"
    return _Reader(read_toml(_find(name_or_path, subject), subject=subject), subject).study()


def study_inputs(name_or_path: str | os.PathLike[str]) -> list[Path]:
    """Files that a study is read from: its own, and those of its scenarios that are not packaged."""
    path = _find(name_or_path, f"{_named(name_or_path)} cannot be used")
    values = read_toml(path, subject=path.name).values
    axes = values.get("axes", {})
    variants = [variant for axis in axes.values() for variant in axis.values()]
    named = [values.get("base"), *(variant.get(LIKE) for variant in variants)]
    packaged = packaged_scenarios()
    beside = [path.parent / name for name in named if isinstance(name, str) and name not in packaged]
    return [path, *(file for scenario in beside for file in input_files(scenario))]


def _named(given: object) -> str:
    return str(given)[:300] if isinstance(given, str | os.PathLike) else "this study"


def _find(given: str | os.PathLike[str], subject: str) -> Path:
    if not isinstance(given, str | os.PathLike):
        expected = "expected the name of a packaged study or the path of a file"
        raise ScenarioError(subject, f"found {as_found(given)}, {expected}")
    packaged = packaged_files("studies")
    if isinstance(given, str) and given in packaged:
        return packaged[given]
    path = Path(given)
    try:
        there = path.exists() and bool(str(given).strip())
    except (OSError, ValueError):
        there = False
    if not there:
        wanted = path.stem if path.suffix == ".toml" else path.name
        said = f"{str(given)[:300]!r} is neither a packaged study nor a file; {nearest(wanted, packaged)}"
        raise ScenarioError(subject, said)
    return path


class _Reader:
    """Reads one file, and gathers what is wrong with it."""

    def __init__(self, file: TomlFile, subject: str) -> None:
        self.file, self.values, self.subject = file, file.values, subject
        self.problems: list[Problem] = []

    def study(self) -> Study:
        """The study, or one error with every problem."""
        for name in self.values:
            if name not in KNOWN:
                self.wrong(name, f"is not a known name; {nearest(name, KNOWN)}")
        title = self.values.get("title", "")
        if not isinstance(title, str):
            self.wrong("title", f"found {shown(title)}, expected text")
        draws, seed = self.whole("draws", 1000, 1, MOST_DRAWS), self.whole("seed", 1, 0, MOST_SEED)
        base = self.scenario("base", self.values["base"]) if "base" in self.values else None
        if "base" not in self.values:
            self.wrong("base", "is missing; expected the name of a packaged scenario or the path of a file")
        axes = self.axes(base)
        plan = self.plan()
        combinations = self.combinations(axes)
        self.folders(combinations)
        self.stop_if_wrong()
        if base is None:  # then there is a problem, and it was told
            raise ScenarioError(self.subject, self.problems)
        study = Study(title=title, base=base, draws=draws, seed=seed, axes=axes, combinations=combinations, plan=plan)
        for problem in combined_problems(study):
            self.wrong(problem.path, problem.message)
        self.stop_if_wrong()
        return study

    def stop_if_wrong(self) -> None:
        """Raise what was found."""
        if self.problems:
            raise ScenarioError(self.subject, dict.fromkeys(self.problems))

    def wrong(self, path: str, message: str, *, under: str = "") -> None:
        """Note a problem; ``under`` is the table in which a dotted path stands as one key."""
        where = self.file.where(f"{under}.{path}" if under else path)
        self.problems.append(Problem(f"{under}, {path}" if under else path, message, where))

    def whole(self, name: str, usual: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.values.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.wrong(name, f"found {shown(value)}, expected a whole number from {least} to {whole(most)}")
        return value if isinstance(value, int) else usual

    def plan(self) -> Buying | None:
        """What is to be bought in each combination."""
        given = self.values.get(PLAN)
        if given is None:
            return None
        if not isinstance(given, Mapping):
            self.wrong(PLAN, f"found {shown(given)}, expected a table [plan] with budget and confidence")
            return None
        try:
            return Buying(**given)
        except ValidationError as error:
            for one in error.errors():
                name = str(one["loc"][0])
                unknown = f"is not a known name; {nearest(name, Buying.model_fields)}"
                found = f"found {shown(one['input'])}, expected {EXPECTED.get(name)}"
                self.wrong(f"{PLAN}.{name}", unknown if one["type"] == "extra_forbidden" else found)
            return None

    def scenario(self, path: str, given: Any) -> Scenario | None:
        """A packaged scenario, or one in a file beside the study."""
        if not isinstance(given, str):
            self.wrong(path, f"found {shown(given)}, expected the name of a packaged scenario or the path of a file")
            return None
        try:
            return load_scenario(given if given in packaged_scenarios() else self.file.path.parent / given)
        except ScenarioError as error:
            for problem in error.problems:
                self.wrong(path, str(problem))
            return None

    def axes(self, base: Scenario | None) -> dict[str, dict[str, Changes]]:
        """Changes by axis and variant."""
        given = self.values.get("axes", {})
        if not isinstance(given, Mapping) or not given:
            expected = "expected tables such as [axes.timing.'slow start'] with changes by dotted path"
            self.wrong("axes", f"there are none; {expected}")
            return {}
        axes: dict[str, dict[str, Changes]] = {}
        for axis, variants in given.items():
            self.name(f"axes.{axis}", axis)
            if plain_name(axis) in TAKEN:
                self.wrong(f"axes.{axis}", "is the name of a column of the results; choose another")
            if not isinstance(variants, Mapping) or not variants:
                self.wrong(f"axes.{axis}", f"has no variants; expected tables such as [axes.{axis}.'slow start']")
                continue
            axes[axis] = {
                name: self.variant(f"axes.{axis}.{name}", name, changes, base) for name, changes in variants.items()
            }
            self.alike(f"axes.{axis}", list(axes[axis]))
        self.alike("axes", list(given))
        for one, other, path in clashes(axes):
            self.wrong(f"axes.{other}", f"changes {path}, which axes.{one} changes too; let only one axis change it")
        return axes

    def name(self, path: str, name: str) -> None:
        """Check a name of an axis or a variant."""
        if not is_name(name):
            expected = "expected 1 to 60 letters, digits, blanks, '-' and '_', a letter or digit first"
            self.wrong(path, f"cannot be used as a name; {expected}")

    def alike(self, path: str, names: list[str]) -> None:
        """Refuse axes or variants that the eye, or a file system, takes for one."""
        met: dict[str, str] = {}
        for name in names:
            first = met.setdefault(plain_name(name).replace(" ", "-"), name)
            if first != name:
                same = folder_name((name,)) == folder_name((first,))
                what = "capitals or blanks" if same else "letters that look alike"
                self.wrong(f"{path}.{name}", f"differs from '{first}' only in {what}; give variants different names")

    def folders(self, combinations: Iterable[Combination]) -> None:
        """Refuse combinations whose partition could not be a folder."""
        names = [folder_name(names) for names in combinations if all(isinstance(name, str) for name in names)]
        longest = max(names, key=lambda name: len(name.encode()), default="")
        if len(longest.encode()) > LONGEST_NAME:
            said = "the names of variants together would be the name of a folder with"
            size = f"{len(longest.encode())} bytes, expected at most {LONGEST_NAME}"
            self.wrong("axes", f"{said} {size}; shorten those of '{longest[:60]}...'")
        for name in sorted({*names} & {*DEVICES}):
            self.wrong("axes", f"'{name}' cannot be the name of a folder on every system; rename the variant")

    def variant(self, path: str, name: str, given: Any, base: Scenario | None) -> Changes:
        """The changes of one variant, checked by themselves."""
        self.name(path, name)
        if not isinstance(given, Mapping):
            self.wrong(path, f"found {shown(given)}, expected a table of changes by dotted path")
            return {}
        changes: Changes = {}
        if LIKE in given:
            like = self.scenario(f"{path}.{LIKE}", given[LIKE])
            if like is not None and base is not None:
                changes = differences(base, like)
        own = {key: value for key, value in given.items() if key != LIKE}
        for key in [key for key, value in own.items() if key in SECTIONS and isinstance(value, Mapping)]:
            dotted = f'"{key}.{next(iter(own[key]), "name")}"'
            self.wrong(key, f"is a whole group; write the dotted path in quotes, such as {dotted}", under=path)
            del own[key]
        changes = {key: value for key, value in changes.items() if key not in own} | own
        for written, text in self.file.pointed.items():
            changed = written.removeprefix(f"{path}.")
            if changed != written and (wrong := thousands(changed, text)):
                self.wrong(changed, wrong, under=path)
        if own and base is not None:
            try:
                base.change(changes)
            except ScenarioError as error:
                for problem in error.problems:
                    self.wrong(problem.path, problem.message, under=path)
        return changes

    def combinations(self, axes: Mapping[str, Mapping[str, Changes]]) -> tuple[Combination, ...]:
        """All combinations asked for, each with one variant of each axis."""
        listed = "combinations" in self.values
        if listed == ("grid" in self.values):
            said = "both are given" if listed else "neither is given, so there is nothing to run"
            names = str(list(axes) or ["timing", "aid"]).replace("'", '"')
            self.wrong("grid", f"{said}; give grid = {names}, or a list of combinations")
            return ()
        return self.listed(axes, self.values["combinations"]) if listed else self.grid(axes, self.values["grid"])

    def grid(self, axes: Mapping[str, Mapping[str, Changes]], given: Any) -> tuple[Combination, ...]:
        """All variants with all."""
        if not isinstance(given, list) or not given:
            self.wrong("grid", f"found {shown(given)}, expected a list of names of axes")
            return ()
        for place, axis in enumerate(given):
            if not isinstance(axis, str):
                example = ", ".join(f'"{name}"' for name in axes)
                expected = f"expected the name of an axis, as in grid = [{example}]"
                self.wrong(f"grid.{place}", f"found {shown(axis)}, {expected}")
            elif axis in given[:place]:
                self.wrong(f"grid.{place}", f"{shown(axis)} is given twice")
            elif axes and axis not in axes and axis not in self.values.get("axes", {}):
                self.wrong(f"grid.{place}", f"{shown(axis)} is not an axis; {nearest(str(axis), axes)}")
        for axis in axes:
            if axis not in given and all(isinstance(name, str) for name in given):
                self.wrong(f"axes.{axis}", "is not in grid; add it there, or take the axis out")
        count = prod(map(len, axes.values()))
        if count > MOST_COMBINATIONS:
            most = f"expected at most {whole(MOST_COMBINATIONS)}; list those that matter"
            self.wrong("grid", f"makes {whole(count)} combinations, {most}")
            return ()
        return tuple(product(*axes.values()))

    def listed(self, axes: Mapping[str, Mapping[str, Changes]], given: Any) -> tuple[Combination, ...]:
        """Those written out."""
        if not isinstance(given, list) or not given:
            self.wrong("combinations", "is empty, expected at least one list of variants, one of each axis")
            return ()
        if len(given) > MOST_COMBINATIONS:
            self.wrong("combinations", f"has {whole(len(given))} entries, expected at most {whole(MOST_COMBINATIONS)}")
            return ()
        before: set[tuple[str, ...]] = set()
        for place, names in enumerate(given):
            path = f"combinations.{place}"
            if not isinstance(names, list) or len(names) != len(axes):
                expected = f"expected one variant of each axis, in the order {', '.join(axes)}"
                self.wrong(path, f"found {shown(names)}, {expected}")
                continue
            for name, (axis, variants) in zip(names, axes.items(), strict=True):
                if not isinstance(name, str) or name not in variants:
                    self.wrong(path, f"{shown(name)} is not a variant of {axis}; {nearest(str(name), variants)}")
            written = tuple(map(repr, names))
            if written in before:
                self.wrong(path, f"{', '.join(map(str, names))} is given twice; give each combination once")
            before.add(written)
        return tuple(tuple(names) for names in given if isinstance(names, list))
