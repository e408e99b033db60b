"""Scenarios in TOML files: read, listed, written, begun."""

from __future__ import annotations

import os
import re
import tomllib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from refugee_model.arguments import kind, takes
from refugee_model.data_folder import packaged_scenarios, packaged_standards
from refugee_model.disk import in_the_way, undo_killed, write_file
from refugee_model.errors import (
    OutputError,
    Problem,
    RequestError,
    ScenarioError,
    ScenarioWarning,
    nearest,
    warning_text,
)
from refugee_model.files.merge import Beside, Layer, Merged
from refugee_model.files.scenario_text import scenario_text
from refugee_model.files.toml_file import Pointed, plain_numbers, read_toml, thousands
from refugee_model.languages import ENGLISH, Language
from refugee_model.languages import language as language_of
from refugee_model.scenario.checks.effects import Age
from refugee_model.scenario.problems import Locate, shown
from refugee_model.scenario.scenario import Scenario, build_scenario, same_age
from refugee_model.wording import as_found

if TYPE_CHECKING:
    import pandas

BASED_ON, WORKBOOK = "based_on", ".xlsx"


@dataclass(frozen=True)
class ScenarioValues:
    """What the files of a scenario say, before it is checked."""

    values: dict[str, Any]
    """Nested plain values, with those of the files it is based on laid beneath; ``based_on`` is no longer in it."""
    files: tuple[Path, ...]
    """The files read, the one asked for first."""
    locate: Locate
    """Gives file and line for a dotted path."""
    age: Age
    """Gives the age of the file that has a value: 0 for the one asked for."""
    sources: Beside
    """Gives what stands beside each value, by dotted path."""


def load_scenario(name_or_path: str | os.PathLike[str]) -> Scenario:
    """A scenario from the package or from a file.

    Parameters
    ----------
    name_or_path : str or path
        Name of a packaged scenario, or path of a TOML file or of a workbook, ``.xlsx``.

    Returns
    -------
    Scenario
        Checked.

    Raises
    ------
    ScenarioError
        If there is no such scenario, or it cannot be used; every problem is named, with file and line.

    Warns
    -----
    ScenarioWarning
        Of what may be a mistake; ``scenario.warnings`` has it too.
    """
    scenario, found = check_scenario(name_or_path)
    if found:
        text = warning_text(f"{_cut(str(name_or_path))} may have mistakes", found)
        warnings.warn(text, ScenarioWarning, stacklevel=2)
    return scenario


def check_scenario(name_or_path: str | os.PathLike[str]) -> tuple[Scenario, tuple[Problem, ...]]:
    """A scenario, and what in it may be a mistake though it can be used."""
    read, subject = read_values(name_or_path), _subject(name_or_path)
    scenario = build_scenario(read.values, subject=subject, locate=read.locate, age=read.age, sources=read.sources)
    if scenario.draws:
        from refugee_model.files.scenario_text import with_draws  # pyarrow is slow to load

        folders = [file.parent for file in read.files]
        folder = next((one for one in folders if (one / scenario.draws).is_file()), folders[0])
        scenario = with_draws(scenario, folder, subject=subject, where=read.locate("draws"))
    return scenario, tuple(replace(problem, where=read.locate(problem.path)) for problem in scenario.warnings)


def read_values(name_or_path: str | os.PathLike[str]) -> ScenarioValues:
    """The values of a scenario, not yet checked."""
    subject = _subject(name_or_path)
    found = _find(name_or_path, Path())
    if isinstance(found, str):
        raise ScenarioError(subject, found)
    if found.suffix.lower() == WORKBOOK:
        from refugee_model.files.scenario_workbook import read_workbook  # openpyxl is slow to load

        rows = read_workbook(found, subject=subject, template=_quietly)
        place, beside = rows.locate, Beside(lambda: rows.sources)
        return ScenarioValues(rows.values, (found,), lambda path: place(path) or found.name, same_age, beside)
    layers: list[Layer] = []
    problems = list(_chain(found, layers, subject))
    problems.extend(_standards(layers, subject))
    problems.extend(_thousands(layers))
    if problems:
        raise ScenarioError(subject, problems)
    merged = Merged(layers)
    files = tuple(layer.file.path for layer in layers)
    return ScenarioValues(merged.values, files, merged.locate, merged.age, Beside(merged.sources))


def _quietly(name_or_path: str) -> Scenario:
    """What a scenario is like, without its warnings: it is changed anyway."""
    return check_scenario(name_or_path)[0].carrying(None)


def _thousands(layers: list[Layer]) -> Iterator[Problem]:
    """Numbers whose point may part thousands."""
    for layer in layers:
        for path, text in layer.file.pointed.items():
            if found := thousands(layer.prefix + path, text):
                yield Problem(layer.prefix + path, found, layer.file.where(path))


def input_files(scenario: str | os.PathLike[str], reports: str | os.PathLike[str] | None = None) -> list[Path]:
    """Files that a command reads: those of a scenario, and its reports where they are a file."""
    files = list(read_values(scenario).files)
    if reports is not None and Path(reports).is_file():
        files.append(Path(reports))
    return files


def list_scenarios() -> pandas.DataFrame:
    """The packaged scenarios.

    Returns
    -------
    DataFrame
        One row a scenario: name, title, as_of (time at which its figures were known).

    Raises
    ------
    ScenarioError
        If a packaged scenario cannot be read.
    """
    import pandas

    rows = []
    for name in packaged_scenarios():
        values = read_values(name).values
        as_of = values.get("as_of")
        rows.append((name, values.get("title", ""), pandas.Timestamp(as_of) if as_of else pandas.NaT))
    return pandas.DataFrame(rows, columns=["name", "title", "as_of"])


@takes(
    "this scenario cannot be written",
    scenario=kind(Scenario, "a scenario"),
    header=kind(str, "a text"),
    language=kind(str, "a text"),
)
def write_scenario(
    scenario: Scenario, path: str | os.PathLike[str], *, header: str = "", language: str = ENGLISH
) -> None:
    """Write a scenario with every value in it, so that it can be read again without any other file.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    path : str or path
        Where to; a workbook if it ends in ``.xlsx``, else TOML. A file of that name is replaced, whole or not at all.
        Draws that are carried on from a forecast stand beside it, in NAME-draws.parquet.
    header : str
        What stands above it in TOML.
    language : str
        Of the headers of a workbook, such as ``en``; it is read in any.

    Raises
    ------
    OutputError
        If the file cannot be written there.
    RequestError
        If the language is not known.

    Examples
    --------
    >>> rm.write_scenario(scenario, "mine.xlsx")  # doctest: +SKIP
    """
    where, words = Path(path), language_of(language)
    if scenario.carried is not None:
        from refugee_model.files.scenario_text import draws_bytes  # pyarrow is slow to load

        draws = where.with_name(f"{where.stem}-draws.parquet")
        write_file(draws, draws_bytes(scenario.carried))
        scenario = scenario.carrying(scenario.carried, draws.name)
    write_file(where, _as_file(scenario, where, words, header=header))


def _as_file(scenario: Scenario, path: Path, words: Language, *, header: str, explain: bool = False) -> bytes:
    """A scenario as the bytes of a file, by its ending."""
    if path.suffix.lower() == WORKBOOK:
        from refugee_model.files.scenario_workbook import workbook_of

        return workbook_of(scenario, words)
    return scenario_text(scenario, header=header, explain=explain).encode()


def new_scenario(
    path: str | os.PathLike[str], like: str | os.PathLike[str] = "lachin-2023-plan", *, language: str = ENGLISH
) -> None:
    """Write a scenario to start from, with the meaning and unit of every value."""
    check_new(path)
    scenario = load_scenario(like).carrying(None)
    header = (
        f"A scenario to start from; its values are those of {Path(like).name}.\n"
        "Each value is followed by its meaning and [unit]. A line that begins with # is blank: remove the # "
        "and give a value.\n"
        "Times are ISO 8601 with an offset from UTC, or days after timeline.start."
    )
    header = "\n\n".join([header, *_head_comments(like)])
    _write_new(Path(path), _as_file(scenario, Path(path), language_of(language), header=header, explain=True))


def _head_comments(like: str | os.PathLike[str]) -> list[str]:
    """What a scenario says at its head of how to use it: comments that stand by themselves before the first table."""
    found = _find(like, Path())
    if isinstance(found, str) or found.suffix.lower() == WORKBOOK:
        return []
    head = re.split(r"^\[", found.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)[0]
    alone = [part.splitlines() for part in re.split(r"\n\s*\n", head)]
    return [
        "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)
        for lines in alone
        if lines and all(line.startswith("#") for line in lines)
    ]


def new_questions(path: str | os.PathLike[str], like: str, *, language: str = ENGLISH) -> None:
    """Write a workbook whose one sheet asks what must be set; it is read as a scenario once it is answered."""
    from refugee_model.files.short_form import short_workbook

    check_new(path)
    _quietly(like)
    _write_new(Path(path), short_workbook(like, language_of(language)))


def new_short(path: str | os.PathLike[str], like: str, answers: dict[str, Any]) -> Scenario:
    """Write the scenario of the answers of a short start, with the source of every value beside it."""
    from refugee_model.files.short_form import scenario_of

    scenario = scenario_of(answers, _quietly(like), now=datetime.now(UTC))
    header = (
        f"A scenario begun with refugee-model new --short; what was not asked is that of {Path(like).name}.\n"
        "Beside each value stands its source. Change what you know better, and write yours there."
    )

    _write_new(Path(path), scenario_text(scenario, header=header, usual=False).encode())
    return scenario


def check_new(path: str | os.PathLike[str]) -> None:
    """Refuse a name that a new scenario cannot have."""
    if os.fspath(path) in packaged_scenarios():
        reason = f"is the name of a packaged scenario, which would be read in its place; write {path}.toml, say"
        raise OutputError(f"{path} cannot be written", reason)
    if found := in_the_way(Path(path), replace=False):
        raise OutputError(f"{path} cannot be written", found)


def _write_new(path: Path, data: bytes) -> None:
    undo_killed(path.parent)
    write_file(path, data, replace=False)


def parse_setting(text: str) -> tuple[str, Any]:
    """Dotted path and value of a setting such as ``people.total=80_000``."""
    path, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not path:
        expected = "expected PATH=VALUE, such as people.total=80000"
        raise RequestError("a setting cannot be used", f"found {shown(text)}, {expected}")
    try:
        parsed, pointed = plain_numbers(tomllib.loads(f"value = {value}", parse_float=Pointed))
    except (ValueError, RecursionError):
        return path, value
    problems = [(path + name.removeprefix("value"), written) for name, written in pointed.items()]
    problems = [(where, found) for where, written in problems if (found := thousands(where, written))]
    if problems:
        raise RequestError("a setting cannot be used", [Problem(where, found) for where, found in problems])
    # A date without a time is kept as it was written, for the error that follows.
    if set(parsed) != {"value"} or (isinstance(parsed["value"], date) and not isinstance(parsed["value"], datetime)):
        return path, value
    return path, parsed["value"]


def check_settings(paths: Sequence[str]) -> None:
    """Refuse settings of which a later one would undo an earlier one in silence."""
    problems = [
        Problem(path, "is set twice; set it once" if path == later else f"is undone by {later}, which is set after it")
        for place, path in enumerate(paths)
        for later in paths[place + 1 :]
        if f"{path}.".startswith(f"{later}.")
    ]
    if problems:
        raise RequestError("these settings cannot be used together", problems)


def _subject(name_or_path: str | os.PathLike[str]) -> str:
    given = isinstance(name_or_path, str | os.PathLike)
    return f"{_cut(os.fsdecode(name_or_path)) if given else 'this scenario'} cannot be used"


def _cut(text: str) -> str:
    return text if len(text) <= 300 else text[:297] + "..."


def _find(given: str | os.PathLike[str], folder: Path) -> Path | str:
    """The file meant by a packaged name or a path, or what is wrong with it."""
    if not isinstance(given, str | os.PathLike):
        return f"found {as_found(given)}, expected the name of a packaged scenario or the path of a file"
    text = os.fsdecode(given)
    if not text.strip():
        return "found an empty text, expected the name of a packaged scenario or the path of a file"
    packaged = packaged_scenarios()
    if isinstance(given, str) and given in packaged:
        return packaged[given]
    path = folder / text
    if _kind(path) == "folder":
        return f"{_cut(text)!r} is a folder, expected the name of a packaged scenario or the path of a file"
    if _kind(path):
        return path
    beside = sorted(other.name for other in path.parent.glob("*.toml")) if _kind(path.parent) == "folder" else []
    wanted = path.name if "." in path.name or path.parent != folder else text
    return f"{_cut(text)!r} is neither a packaged scenario nor a file; {nearest(wanted, [*packaged, *beside])}"


def _kind(path: Path) -> Literal["folder", "file", ""]:
    try:
        return "folder" if path.is_dir() else "file" if path.exists() else ""
    except OSError:
        return ""


def _chain(start: Path, layers: list[Layer], subject: str) -> Iterator[Problem]:
    """Add the file and those it is based on to the layers; yield what is wrong with based_on."""
    path, met = start, [start.resolve()]
    while True:
        file = read_toml(path, subject=subject)
        layers.append(Layer(file, {name: value for name, value in file.values.items() if name != BASED_ON}))
        if BASED_ON not in file.values:
            return
        found = _find(file.values[BASED_ON], path.parent)
        if isinstance(found, str):
            yield Problem(BASED_ON, found, file.where(BASED_ON))
            return
        if found.resolve() in met:
            circle = [other.name for other in met[met.index(found.resolve()) :]]
            goes = f"goes in a circle: {' -> '.join([*circle, circle[0]])}"
            said = goes if len(circle) > 1 else "names the file itself"
            yield Problem(BASED_ON, f"{said}; one file must stand by itself", file.where(BASED_ON))
            return
        path = found
        met.append(found.resolve())


def _standards(layers: list[Layer], subject: str) -> Iterator[Problem]:
    """Add the packaged standards that the scenario names to the layers; yield what is wrong with the name."""
    name, named_in = None, None
    for number, layer in reversed(list(enumerate(layers))):
        group = layer.values.get("standards")
        if isinstance(group, dict) and BASED_ON in group:
            name, named_in = group[BASED_ON], layer.file
            rest = {key: value for key, value in group.items() if key != BASED_ON}
            layers[number] = Layer(layer.file, {**layer.values, "standards": rest})
    if named_in is None:
        return
    packaged = packaged_standards()
    if not isinstance(name, str) or name not in packaged:
        hint = nearest(name, packaged) if isinstance(name, str) else nearest("", packaged)
        where, said = f"standards.{BASED_ON}", f"{shown(name)} is not a packaged file of standards; {hint}"
        yield Problem(where, said, named_in.where(where))
        return
    file = read_toml(packaged[name], subject=subject)
    layers.append(Layer(file, file.values, under="standards"))
