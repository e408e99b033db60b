"""Hostile files, folders and command lines, made from a seed: what a tired, careless or malicious person could hand to
the shell.

    python -m tests.fuzz.hostile --cases 10000 --seed 1                 # from the top of a checkout
    python -m tests.fuzz.hostile --cases 1 --seed 1 --first 123         # one of them again

What fails is printed, and the exit code is 1 if anything does.

Each case is a folder of its own with a person's files in it and one command line. It fails if the program ends in a
traceback or takes longer than ten seconds of the processor (thirty where it may do all of its work; or waits for two
minutes), if a file of the person is changed or lost, if something half-written stays behind, or if a message that says
that nothing was written is not true.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from unittest import mock

import typer.main

from refugee_model.charts import picture
from refugee_model.cli import main
from refugee_model.disk import OURS, sha256
from refugee_model.files.batch_run import run_batch
from refugee_model.files.study_file import load_study

TESTS = Path(__file__).parents[1]
SMALL = (TESTS / "scenarios" / "small.toml").read_text(encoding="utf-8")
STUDY = (
    'title = "S"\nbase = "s.toml"\ndraws = 2\ngrid = ["a", "b"]\n[axes.a.x]\n"people.total" = '
    '900\n[axes.b.y]\n"aid.transit_places" = 3\n'
)
REPORTS = "time,quantity,place,value\n2023-09-25T08:00+04:00,arrived,,1000\n2023-09-26T08:00+04:00,arrived,,3000\n"
SECONDS, SECONDS_OF_WORK, WAITING = 10, 30, 120
"""Of the processor, to refuse something or to do it, and on the clock: other programs may keep this one waiting."""
WORKING = 0.03
"""Share of command lines that are not refused for their draws, and may do all of their work."""
NOTES = "notes.txt"
"""What a person puts among results: it may be moved with what is around it, and stays."""
ALLOWED = (0, 1, 2, 130)
OUT = ("--out", "out")
COMMANDS = {"check": 30, "run": 20, "batch": 10, "forecast": 10, "new": 10, "describe": 10, "list": 1, "": 10}
"""How often each is tried: to list takes the time of ten others, and has nothing to read that is hostile."""
TEXTS = (
    *(
        "[/]",
        "[bold]x[/bold]",
        "[draft] plan [v2]",
        "=cmd|'/c calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\x1b[31mred",
        "a\u202eb",
    ),
    *(
        "\u200b",
        "e\u0301",
        "\u041cosul",
        "\u2028",
        "$x^2$",
        "\\frac{1}{2}",
        "<script>alert(1)</script>",
        "x" * 3_000,
        "\0",
    ),
    *(
        "\ud83d\ude00",
        "'",
        "\u2019",
        '"',
        "\\",
        "%s",
        "{0}",
        "..",
        "../../etc/passwd",
        "nul",
        "con",
        "a/b",
        "a.b",
        " ",
        "",
        "\t",
        "\r\n",
    ),
    *(
        "\u10e5\u10d0\u10e0",
        "\u12a0\u12f2\u1235",
        "\u4e2d\u6587",
        "\u0939\u093f\u0928",
        "\u1017\u1019\u102c",
        "\u09ac\u09be",
        "\u0639\u0631",
    ),
)
NUMBERS = (
    "0", "-0.0", "-1", "1e308", "-1e308", "1e-308", "5e-324", "nan", "inf", "-inf", "1e12", "1e13", "0.1", "1_000",
    "9223372036854775808",
    "0x10", "0b1", "true", '"12"', "[]", "{}", "1979-05-27", "07:32:00", "2023-09-24T12:00:00Z", ('{low = 1, likely = '
        '2, '
        'high '
        '= '
        '3}'),
    '{low = 3, likely = 2, high = 1}', '{low = 1, high = nan}', "[{value = 1}, {since = 1, value = 2}]", "[[1]]",
    "80.000", "0.5", "1",
)  # fmt: skip


@dataclass
class Case:
    """One command line in a folder of its own.

    Attributes
    ----------
    number : int
        Which of a seed.
    words : list of str
        The command line.
    mine : dict of Path to bytes
        Files of the person that must be the same afterwards.
    seconds : int
        Of the processor that it may take.
    """

    number: int
    words: list[str] = field(default_factory=list)
    mine: dict[Path, bytes] = field(default_factory=dict)
    seconds: int = SECONDS


def cases(count: int, seed: int, *, first: int = 0) -> Iterator[tuple[random.Random, int]]:
    """A source of chance for each case: any one can be made again by its number."""
    for number in range(first, first + count):
        yield random.Random(f"{seed}:{number}"), number


def mutated(chance: random.Random, text: str) -> bytes:
    """A text with a few things wrong."""
    for _ in range(chance.choice((1, 1, 2, 5))):
        text = chance.choice((_other_value, _other_value, _other_text, _line_gone, _line_twice, _cut, _inserted))(
            chance, text
        )
    data = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.1:
        data = chance.choice(
            (_flipped, lambda _, data: data.decode("utf-8", "ignore").encode("utf-16"), lambda _, data: data * 20)
        )(chance, data)
    return data


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _other_value(chance: random.Random, text: str) -> str:
    lines = _lines(text)
    places = [number for number, line in enumerate(lines) if "=" in line]
    if places:
        place = chance.choice(places)
        lines[place] = f"{lines[place].partition('=')[0]}= {chance.choice(NUMBERS)}"
    return "\n".join(lines)


def _other_text(chance: random.Random, text: str) -> str:
    said = chance.choice(TEXTS)
    quoted = (
        '"'
        + said.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\0", "\\u0000")
        + '"'
    )
    old = chance.choice(
        ("Small", "Hills", "Plain", "Border", "North", "South", "water", "blanket", "arrived", "Made up for the tests.")
    )
    return text.replace(f".{old}]", f".{quoted}]").replace(f'"{old}"', quoted).replace(f",{old},", f",{said},")


def _line_gone(chance: random.Random, text: str) -> str:
    lines = _lines(text)
    del lines[chance.randrange(len(lines))]
    return "\n".join(lines) or " "


def _line_twice(chance: random.Random, text: str) -> str:
    lines = _lines(text)
    line = chance.choice(lines)
    lines.insert(chance.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def _cut(chance: random.Random, text: str) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _inserted(chance: random.Random, text: str) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + chance.choice(TEXTS) + text[place:]


def _flipped(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data or b" ")
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def folder_in_the_way(chance: random.Random, place: Path, case: Case) -> str:
    """Something that is where results are to go; its name."""
    name = chance.choice(
        ("out", "out", "out", "deep/er/out", "o" * 300, "", ".", "..", "new\nline", "a\0b", "-out", "~", "[/]", "out/")
    )
    kind = chance.choice(
        ("nothing", "nothing", "file", "link", "circle", "dangling", "theirs", "manifest", "empty inside")
    )
    target = place / name.rstrip("/") if name.strip("./") and "\0" not in name and len(name) < 200 else place / "out"
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        if kind == "file":
            keep(case, target, b"mine")
        elif kind == "link":
            (place / "real").mkdir(exist_ok=True)
            target.symlink_to(place / "real")
        elif kind == "circle":
            target.symlink_to(target)
        elif kind == "dangling":
            target.symlink_to(place / "not there")
        elif kind in ("theirs", "manifest", "empty inside"):
            target.mkdir()
            if kind == "empty inside":
                (target / "empty").mkdir()
            else:
                keep(case, target / ("manifest.json" if kind == "manifest" else "notes.txt"), b'{"name": "mine"}')
    return name


def results_of(root: Path) -> Path:
    """Results of a finished run, written once for all cases."""
    place = root / "results of all cases"
    if not (place / "out" / "manifest.json").exists():
        place.mkdir(exist_ok=True)
        (place / "s.toml").write_text(SMALL, encoding="utf-8")
        with contextlib.chdir(place), mock.patch.object(sys, "argv", ["refugee-model", "run", "s.toml", *OUT, "-q"]):
            main()
    return place


def of_results(chance: random.Random, place: Path, case: Case) -> None:
    """Results that somebody has tampered with and put files among, to be written anew."""
    shutil.copytree(results_of(place.parent), place, dirs_exist_ok=True)
    keep(case, place / "s.toml", SMALL.encode())
    tamper(chance, place / "out")
    add_notes(chance, place / "out", case, (".", "plots", "mine"))
    case.seconds = SECONDS_OF_WORK
    case.words = ["run", "s.toml", *OUT, *(["--force"] if chance.random() < 0.3 else [])]


def add_notes(chance: random.Random, folder: Path, case: Case, places: tuple[str, ...]) -> None:
    """Put a file of the person somewhere in a folder, half of the time."""
    where = folder / chance.choice(places)
    if chance.random() < 0.5:
        with contextlib.suppress(OSError):
            where.mkdir(exist_ok=True)
            keep(case, where / NOTES, b"mine")


def batch_of(root: Path) -> Path:
    """A finished batch, written once for all cases."""
    place = root / "batch of all cases"
    if not (place / "b" / "comparison.csv").exists():
        place.mkdir(exist_ok=True)
        (place / "s.toml").write_text(SMALL, encoding="utf-8")
        (place / "study.toml").write_text(STUDY.replace("[axes.b.y]", "[axes.b.z]\n[axes.b.y]"), encoding="utf-8")
        run_batch(load_study(place / "study.toml"), place / "b", csv=True)
    return place


def nested(chance: random.Random) -> str:
    """JSON that nobody would write."""
    deep = chance.choice((3, 1_000, 200_000))
    return chance.choice(
        (
            "[" * deep + "]" * deep,
            '{"a":' * deep + "1" + "}" * deep,
            '{"inputs": ' + "[" * deep + "]" * deep + "}",
            '{"process": ' + chance.choice((*NUMBERS, "9" * 5_000)) + ', "host": "x"}',
            '{"program": "refugee_model", "files": {"../s.toml": "' + sha256(SMALL.encode()) + '"}}',
            '{"inputs": {"' + chance.choice(("../..", "/", "", "x" * 300, "x+y", "\\u0000")) + '": "x"}}',
            '{"files": {"' + chance.choice(("../../s.toml", "/etc/passwd", "\\ud800")) + '": "x"}, "inputs": "x"}',
            "null", "1e999", '"x"', "",
        )
    )  # fmt: skip


def _beginning_of(path: Path) -> bytes:
    """What a file begins with: some are made huge."""
    with path.open("rb") as file:
        return file.read(1_000_000)


def tamper(chance: random.Random, batch: Path) -> None:
    """Do something to a finished batch."""
    files = [path for path in sorted(batch.rglob("*")) if path.is_file()]
    told = [batch / ".lock", *(path for path in files if path.suffix in (".json", ".csv") and path.parent == batch)]
    path = chance.choice((chance.choice(files), chance.choice(told)))
    kind = chance.choice(
        ("flip", "flip", "cut", "gone", "folder", "link", "pipe", "json", "json", "text", "other", "huge")
    )
    if path.is_dir() and not path.is_symlink():
        return
    data = _beginning_of(path) if path.is_file() else b"{}"
    if (
        kind in ("gone", "folder", "link", "pipe") or path.is_symlink() or path.is_fifo()
    ):  # nothing is written through them
        path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(chance.choice(("nowhere", "../s.toml", "..", path.name)))
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "flip":
        path.write_bytes(_flipped(chance, data))
    elif kind == "cut":
        path.write_bytes(data[: chance.randrange(len(data) + 1)])
    elif kind == "json":
        path.write_text(nested(chance), encoding="utf-8", errors="surrogatepass")
    elif kind == "text":
        path.write_bytes(mutated(chance, data.decode("utf-8", "replace")))
    elif kind == "other":
        path.write_bytes(_beginning_of(chance.choice(files)))
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(2**33)
    partition = batch / "partitions" / "x+y"
    if chance.random() < 0.1 and partition.is_dir():
        shutil.rmtree(partition)
        chance.choice(
            (lambda: None, lambda: partition.write_text("mine"), lambda: partition.symlink_to(batch), partition.mkdir)
        )()


def of_a_batch(chance: random.Random, place: Path, case: Case) -> None:
    """A finished batch that somebody has tampered with, to be checked or gone on with."""
    source = batch_of(place.parent)
    shutil.copytree(source, place, dirs_exist_ok=True)
    for name in ("s.toml", "study.toml"):
        case.mine[place / name] = (place / name).read_bytes()
    for _ in range(chance.choice((1, 1, 2))):
        tamper(chance, place / "b")
    add_notes(chance, place / "b", case, (".", "partitions", "partitions/x+y", "partitions/x+z", "partitions/x+y/mine"))
    if chance.random() < 0.5:
        case.words = ["batch", "--check", chance.choice(("b", "b", "b", ".", "b/partitions", "s.toml", *TEXTS[:4]))]
    else:
        case.words = ["batch", "study.toml", "--csv", "--resume", "--quiet", "--out", "b"]
        case.words += [word for word in ("--other-versions", "--force") if chance.random() < 0.2]


def keep(case: Case, path: Path, data: bytes) -> None:
    """A file of the person, which must be the same afterwards."""
    path.write_bytes(data)
    case.mine[path] = data


def make(chance: random.Random, place: Path, number: int) -> Case:
    """The files and the command line of one case."""
    case = Case(number)
    for share, finished in ((0.2, of_a_batch), (0.02, of_results)):
        if chance.random() < share:
            finished(chance, place, case)
            return case
    works = chance.random() < WORKING
    case.seconds = SECONDS_OF_WORK if works else SECONDS
    wrong = chance.choice(("s.toml", "study.toml", "r.csv", "", "s.toml"))
    for name, text in (("s.toml", SMALL), ("study.toml", STUDY), ("r.csv", REPORTS)):
        keep(case, place / name, mutated(chance, text) if name == wrong else text.encode())
    command = chance.choices(list(COMMANDS), list(COMMANDS.values()))[0]
    words: list[str] = [command] if command else []
    if command in ("check", "run", "forecast"):
        words.append(chance.choice(("s.toml", "s.toml", "s.toml", "study.toml", "r.csv", "nowhere.toml", *TEXTS[:8])))
    elif command == "batch":
        words.append(chance.choice(("study.toml", "study.toml", "s.toml", "r.csv")))
    elif command in ("new", "describe"):
        words.append(chance.choice(("mine.toml", "s.toml", "people.total", "n" * 300, "deep/mine.toml", *TEXTS)))
    if command == "forecast":
        words += [
            "--reports",
            chance.choice(("r.csv", "r.csv", "s.toml", "nowhere.csv", *TEXTS[:4])),
            "--draws",
            "3" if works else chance.choice(("1", "0", "x", "-5")),
        ]
        words += (
            ["--until", chance.choice(("2023-09-27T08:00+04:00", "2023-09-27", "x", "9999-99-99"))]
            if chance.random() < 0.5
            else []
        )
    if command in ("run", "batch", "forecast"):
        words += ["--out", folder_in_the_way(chance, place, case)]
        if chance.random() < 0.2:
            words.append("--force")
            case.mine = {path: data for path, data in case.mine.items() if path.name != "manifest.json"}  # as it says
        if command != "forecast" and not works:
            words += ["--draws", chance.choice(("0", "x", "-1", "1e3", "99999999999"))]  # refused before any work
    if command == "run":
        for _ in range(chance.choice((0, 1, 3))):
            path = chance.choice(
                (
                    "people.total",
                    "timing.checkpoint.vehicles_per_hour",
                    "aid.provinces.Hills.beds",
                    "title",
                    "peple.total",
                    "",
                )
            )
            words += ["--set", f"{path}={chance.choice((*NUMBERS, *TEXTS))}"]
    if chance.random() < 0.05:
        words.insert(chance.randrange(len(words) + 1), chance.choice(TEXTS))
    case.words = words
    return case


class TooLong(BaseException):
    """A case took longer than it may."""


def _stop(*_: object) -> None:
    raise TooLong


def failures(case: Case, place: Path) -> Iterator[str]:
    """Run a case where it stands, and say what is wrong."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape") for _ in range(2))
    code: object = 0
    before = set(place.rglob("*"))
    words = ["refugee-model", *(word.replace("\0", "") for word in case.words)]
    for kind in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(kind, _stop)
    signal.setitimer(signal.ITIMER_PROF, case.seconds)
    signal.alarm(WAITING)
    try:
        shown_to = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
        with contextlib.chdir(place), mock.patch.object(sys, "argv", words), shown_to[0], shown_to[1]:
            main()
    except SystemExit as end:
        code = end.code or 0
    except TooLong:
        yield f"took longer than {case.seconds} s of the processor, or {WAITING} s on the clock"
        return
    except BaseException:
        yield "traceback: " + traceback.format_exc()[-1500:]
        return
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
    out.seek(0)
    err.seek(0)
    shown = out.read() + err.read()
    if code not in ALLOWED:
        yield f"exit code {code!r}"
    if "Traceback" in shown:
        yield "traceback on the shell: " + shown[-1500:]
    if code == 1 and not shown.strip():
        yield "exit code 1 without a message"
    if "\x1b" in shown:
        yield "an escape sequence reached the shell"
    for path, data in case.mine.items():
        places = place.rglob(NOTES) if path.name == NOTES else [path]
        if not any(path.is_file() and path.read_bytes() == data for path in places):
            yield f"{path.name} was changed or lost"
    left = [path.name for path in place.rglob("*") if path.name.startswith(OURS)]
    if left:
        yield f"left behind: {left}"
    more = {path for path in place.rglob("*") if path not in before}
    if code in (1, 2) and more and "stay" not in shown:
        yield f"exit code {code}, yet there is {sorted(path.relative_to(place).as_posix() for path in more)[:5]}"


def attempt(chance: random.Random, number: int, root: Path, *, tell: Callable[[str], None]) -> bool:
    """Make and run one case; whether it passed."""
    place = root / f"case-{number}"
    place.mkdir()
    case = make(chance, place, number)
    case.mine = {path: data for path, data in case.mine.items() if path.is_file()}
    wrong = list(failures(case, place))
    for text in wrong:
        tell(f"case {number}: {case.words!r}: {text}")
    shutil.rmtree(place, ignore_errors=True)
    return not wrong


def fuzz(count: int, seed: int, *, first: int = 0, tell: Callable[[str], None] = print) -> int:
    """Run so many cases; how many failed. Pictures are small, and commands declared once: most of the time."""
    commands = mock.patch.object(typer.main, "get_command", cache(typer.main.get_command))
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(picture, "PRINT_DPI", 30), commands:
        return sum(
            not attempt(chance, number, Path(folder), tell=tell) for chance, number in cases(count, seed, first=first)
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Hostile files, folders and command lines.")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case, to repeat one")
    given = parser.parse_args()
    os.environ.setdefault("NO_COLOR", "1")
    failed = fuzz(given.cases, given.seed, first=given.first)
    print(f"{given.cases - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
