"""Whatever a person has written as a name, title or source comes out of every output as that text and does nothing."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from refugee_model.charts import picture
from refugee_model.cli import main
from refugee_model.console import PlainConsole
from refugee_model.console.answers import print_comparison, print_summary
from refugee_model.engine.simulation import simulate
from refugee_model.errors import printable
from refugee_model.files.scenario_file import load_scenario
from refugee_model.files.table_files import FORMULA, csv_bytes
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.values import mixed_letter, unseen
from refugee_model.tables.ranges import summary
from tests.plain_user import as_plain_user

SMALL_FILE = Path(__file__).parent / "scenarios" / "small.toml"
SMALL = tomllib.loads(SMALL_FILE.read_text(encoding="utf-8"))
TEXTS = (
    *(
        "[/]",
        "[bold]x[/bold]",
        "[link=http://a.b]x[/link]",
        ":smile:",
        "[draft] plan [v2]",
        "\\[/]",
        "[/red]",
        "[#ff0000]x",
    ),
    *("=cmd|'/c calc'!A0", "=1+1", "+1+1", "-2+3", "@SUM(1)", "\uff1d1+1", "%0A=1", "'=1", ";=1+1", ",=1+1", '"=1+1'),
    *(
        "$x$",
        "$\\frac",
        "$\\frac{1}{2}$",
        "$$",
        "x_1^2",
        "\\alpha",
        "%s",
        "%(name)s",
        "{0}",
        "{x}",
        "{",
        "}}",
        "\\n",
        "\\x1b[31m",
    ),
    *(
        "<script>alert(1)</script>",
        "&amp;",
        "<b>",
        "'",
        '"',
        "\u2019",
        "`",
        "#",
        "# x",
        "a,b",
        "a;b",
        "a|b",
        "a/b",
        "../up",
        "C:\\x",
    ),
    *(
        "\u0565\u0580\u0587\u0561\u0576",
        "\u0627\u0644\u0642\u0627\u0647\u0631\u0629",
        "e\u0301",
        "\u00df",
        "\u4e2d",
        "\U0001f9f3",
    ),
    *("nan", "inf", "None", "1e5", "2023-09-24", "True", "0x10", "x" * 79, "two words", "-", "=", "+", "@", "."),
)
REFUSED = ("a\x1b[31mb", "a\u202eb", "a\u200bb", "a\u2028b", "a\x07b", "a\x7fb")
any_text = st.one_of(
    st.sampled_from(TEXTS),
    st.lists(st.sampled_from(TEXTS), min_size=2, max_size=3).map("".join),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x24FF), min_size=1, max_size=40),
).map(str.strip)
a_line = any_text.filter(lambda text: bool(text) and not unseen(text) and len(text) < 300)
a_name = a_line.filter(
    lambda text: not re.search(r'[.\[\]="]', text) and len(text) <= 80 and not mixed_letter(text)
)  # names of letters that look alike are refused, and tried elsewhere


def quoted(text: str) -> str:
    """A text as a basic string of TOML."""
    return '"' + "".join(one if one.isprintable() and one not in '"\\' else f"\\U{ord(one):08X}" for one in text) + '"'


def toml(values: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """Plain values as TOML."""
    lines = [f"[{'.'.join(map(quoted, path))}]"] if path else []
    for name, value in values.items():
        if not isinstance(value, Mapping):
            lines.append(f"{quoted(name)} = {quoted(value) if isinstance(value, str) else str(value).lower()}")
    return "\n".join(
        [*lines, *(toml(value, (*path, name)) for name, value in values.items() if isinstance(value, Mapping))]
    )


def scenario_of(texts: list[str], names: list[str]) -> dict[str, Any]:
    """The small scenario with other texts and names wherever there are any."""
    text, name = iter(texts), iter(names)
    districts, points = SMALL["people"]["districts"], SMALL["aid"]["reception_points"]
    provinces, items = SMALL["aid"]["provinces"], SMALL["standards"]["items"]
    keys = [next(name) for _ in items]
    made = {
        kind: {**item, **{word: next(text) for word in ("label", "unit", "sector", "source", "cost_source")}}
        for kind, item in items.items()
    }
    return {
        **SMALL,
        **{word: next(text) for word in ("title", "about", "source")},
        "people": {**SMALL["people"], "districts": {next(name): district for district in districts.values()}},
        "aid": {
            **SMALL["aid"],
            "reception_points": {next(name): point for point in points.values()},
            "provinces": {
                next(name): {**province, "area_code": f"{next(text)}{number}"}
                for number, province in enumerate(provinces.values())
            },
            "stocks": dict.fromkeys(keys, 0),
        },
        "standards": {
            **SMALL["standards"],
            "registration_source": next(text),
            "items": dict(zip(keys, made.values(), strict=True)),
        },
    }


def shell(*words: object, width: int = 80) -> tuple[int, str]:
    """Exit code and all that is printed."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "argv", ["refugee-model", *map(str, words)]),
        mock.patch.dict("os.environ", {"COLUMNS": str(width), "NO_COLOR": "1", "TERM": "xterm"}),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    said = out.getvalue() + err.getvalue()
    assert "\x1b" not in said
    assert "Traceback" not in said
    assert isinstance(code, int)
    return code, said


def closed_up(text: str) -> str:
    """A text without blanks: lines are broken anywhere."""
    return "".join(text.split())


def cells_of(path: Path, *, excel: bool = False) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig" if excel else "utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if excel else ",", strict=True))


def column(path: Path, name: str) -> set[str]:
    header, *rows = cells_of(path)
    return {row[header.index(name)] for row in rows}


def is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?|-?inf|nan", cell) is not None


def assert_harmless(folder: Path, *, but: tuple[str, ...] = ()) -> None:
    """No cell of a table for Excel is a formula."""
    for path in folder.rglob("*.csv"):
        if path.name not in but:
            rows = cells_of(path, excel=True)
            assert [cell for row in rows for cell in row if cell.startswith(FORMULA) and not is_number(cell)] == []
            assert len({len(row) for row in rows}) == 1


@contextlib.contextmanager
def pictures_as_words() -> Iterator[list[str]]:
    """All words of the pictures that are drawn meanwhile, which are drawn small."""
    words: list[str] = []
    real = picture.png

    def drawn(figure: Any, *, dpi: int) -> bytes:
        real(figure, dpi=30)
        texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
        assert not any(text.get_parse_math() and "$" in text.get_text() for text in texts)
        words.append(closed_up("".join(text.get_text() for text in texts)))
        return b"a picture"

    with mock.patch.object(picture, "png", drawn):
        yield words


def unlike(texts: list[str]) -> bool:
    """Whether names are different for the eye, as a scenario wants them."""
    from refugee_model.errors import plain_name

    return len({plain_name(text) for text in texts}) == len(texts)


def spread(offset: int, count: int, *, names: bool = False) -> list[str]:
    """So many of the texts that are known to be hostile, each another."""
    known = [text for text in TEXTS if not (names and re.search(r'[.\[\]="]', text))]
    return [known[(offset + number) % len(known)] for number in range(count)]


@pytest.mark.parametrize(
    "offset", [0, pytest.param(13, marks=pytest.mark.slow), pytest.param(37, marks=pytest.mark.slow)]
)
def test_hostile_texts_of_a_scenario_come_out_of_a_run_as_they_are(offset: int, tmp_path: Path) -> None:
    come_out_of_a_run(spread(offset, 30), spread(offset, 12, names=True), tmp_path)


@pytest.mark.slow
@settings(
    max_examples=5, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
)
@given(
    texts=st.lists(a_line, min_size=30, max_size=30),
    names=st.lists(a_name, min_size=12, max_size=12, unique=True).filter(unlike),
)
def test_any_texts_of_a_scenario_come_out_of_a_run_as_they_are(
    texts: list[str], names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    come_out_of_a_run(texts, names, tmp_path_factory.mktemp("run"))


def come_out_of_a_run(texts: list[str], names: list[str], folder: Path) -> None:
    file, values = folder / "s.toml", scenario_of(texts, names)
    file.write_text(toml(values), encoding="utf-8")
    code, said = shell("check", file)
    assert code == 0, said
    for width, excel in ((30, []), (80, ["--excel"])):
        out = folder / f"out{width}"
        with pictures_as_words() as words:
            code, said = shell("run", file, "--out", out, *excel, width=width)
        assert code == 0, said
        assert closed_up(printable(values["title"])) in closed_up(said)
    provinces, items = values["aid"]["provinces"], values["standards"]["items"]
    plain = folder / "out30"
    assert load_scenario(plain / "scenario.toml").model_dump(exclude={"based_on"}) == load_scenario(file).model_dump(
        exclude={"based_on"}
    )
    assert {*provinces} <= column(plain / "capacity.csv", "place")
    assert {province["area_code"] for province in provinces.values()} <= column(plain / "capacity.csv", "area_code")
    assert column(plain / "needs.csv", "label") == {item["label"] for item in items.values()}
    assert column(plain / "needs.csv", "item") == {*items}
    assert_harmless(folder / "out80")
    drawn = "".join(words)
    for name in provinces:
        assert closed_up(name) in drawn


@pytest.mark.parametrize("offset", [0, pytest.param(5, marks=pytest.mark.slow)])
def test_hostile_texts_of_a_study_come_out_of_a_batch_as_they_are(offset: int, tmp_path: Path) -> None:
    allowed = (
        "nan",
        "inf",
        "None",
        "1e5",
        "2023-09-24",
        "True",
        "0x10",
        "two words",
        "\u0565\u0580\u0587\u0561\u0576",
        "\u4e2d",
    )
    names = [allowed[(offset + number) % len(allowed)] for number in range(6)]
    title, (who, beds, *variants) = TEXTS[offset], names
    axes = {who: {name: {"people.total": 9000 + n} for n, name in enumerate(variants[:2])}}
    axes |= {beds: {name: {"aid.transit_places": 100 + n} for n, name in enumerate(variants[2:])}}
    text = toml({"title": title, "base": str(SMALL_FILE), "draws": 2, "axes": axes})
    (tmp_path / "study.toml").write_text(f"grid = [{quoted(who)}, {quoted(beds)}]\n{text}", encoding="utf-8")
    with pictures_as_words() as words:
        for name, more in (("plain", ()), ("excel", ("--excel",))):
            code, said = shell("batch", tmp_path / "study.toml", "--out", tmp_path / name, *more, width=200)
            assert code == 0, said
    for name in (who, *variants):  # the other axis has its name in the picture only
        assert closed_up(name) in closed_up(said)
    for name in names:
        assert closed_up(name) in "".join(words)
    header, *rows = cells_of(tmp_path / "plain" / "index.csv")
    assert {who, beds} <= {*header}
    assert {row[header.index(who)] for row in rows} == {*variants[:2]}
    assert column(tmp_path / "plain" / "comparison.csv", beds) == {*variants[2:]}
    assert_harmless(tmp_path / "excel")


@pytest.mark.parametrize("offset", [0, pytest.param(7, marks=pytest.mark.slow)])
def test_hostile_texts_of_reports_come_out_of_a_forecast_as_they_are(offset: int, tmp_path: Path) -> None:
    notes = [text for text in spread(offset, 8) if text.strip() == text]
    reports = io.StringIO()
    rows = csv.writer(reports)
    rows.writerow(["time", "quantity", "place", "value", "note", "@source"])
    for number, note in enumerate(notes):
        rows.writerow(
            [f"2023-09-26T{8 + number:02d}:00+04:00", "arrived", "", 3000 + 100 * number, note, notes[-number]]
        )
    (tmp_path / "r.csv").write_text(reports.getvalue(), encoding="utf-8")
    values = {**scenario_of(spread(offset, 30), spread(offset, 12, names=True)), "uncertain": {}}
    (tmp_path / "s.toml").write_text(
        toml({name: value for name, value in values.items() if name != "uncertain"}), encoding="utf-8"
    )
    with pictures_as_words():
        for name, more in (("plain", ()), ("excel", ("--excel",))):
            words = ("--reports", tmp_path / "r.csv", "--draws", "4", "--set", "x")[:4]
            code, said = shell("forecast", tmp_path / "s.toml", *words, "--out", tmp_path / name, *more, width=40)
            assert code == 0, said
            assert closed_up(printable(values["title"])) in closed_up(said)
    assert column(tmp_path / "plain" / "reports.csv", "note") == {*notes}
    assert {*values["aid"]["provinces"]} <= column(tmp_path / "plain" / "capacity.csv", "place")
    assert_harmless(tmp_path / "excel", but=("reports.csv",))  # which stays as it must be to be read again


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_seen_is_refused_and_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(toml({**SMALL, "title": text}), encoding="utf-8")
    code, said = shell("run", file, "--out", tmp_path / "out")
    assert code == 1
    assert f"title: holds the character {unseen(text)}" in said


@pytest.mark.parametrize("axis", ["=1+1", "-2+3", "$x$", "[draft] plan"])
def test_an_axis_of_any_name_is_no_formula(axis: str) -> None:
    table = pd.DataFrame({axis: ["=cmd", "\n=1", "\uff1d1", "fine"], "value": [1.0, -2.0, 3.0, 4.0]})
    read = list(csv.reader(io.StringIO(csv_bytes(table, excel=True).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [cell for row in read for cell in row if cell.startswith(FORMULA) and not is_number(cell)] == []
    assert [row[0].removeprefix("'") for row in read] == [axis, "=cmd", "\n=1", "\uff1d1", "fine"]
    plain = list(csv.reader(io.StringIO(csv_bytes(table).decode(), newline="")))
    assert [row[0] for row in plain] == [axis, "=cmd", "\n=1", "\uff1d1", "fine"]


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@settings(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None)
@given(title=a_line, names=st.lists(a_name, min_size=6, max_size=6, unique=True))
def test_the_shell_shows_all_of_every_text_at_any_width(width: int, title: str, names: list[str]) -> None:
    rows = [
        {
            "combination": f"{row}, {name}",
            "who": row,
            "beds": name,
            "measure": measure,
            "quantile": 0.5,
            "value": 1.0,
            "share_of_draws": 1.0,
        }
        | {"chance": 0.5, "mean": 2000.0, "share_at_least_one": 0.5}
        for row in names[:3]
        for name in names[3:]
        for measure in ("person_nights_without_roof", "person_nights_held_back")
    ]
    console = PlainConsole(width=width, file=io.StringIO())
    print_comparison(pd.DataFrame(rows), 100, Path(title.replace("\0", "")), console=console)
    said = closed_up(console.file.getvalue())  # type: ignore[attr-defined]
    assert "\x1b" not in said
    assert closed_up(printable(str(Path(title)))) in said
    for name in names[:3]:
        assert all(letter in said for letter in closed_up(printable(name)))
    assert "\u2026" not in said or "\u2026" in title + "".join(names)


@pytest.mark.parametrize("title", TEXTS)
def test_a_summary_shows_all_of_a_title_and_of_names_at_any_width(title: str, small: Scenario) -> None:
    measures = summary(simulate(small))
    measures["first_place_full"] = title
    for width in (20, 40, 80, 200):
        console = PlainConsole(width=width, file=io.StringIO())
        print_summary(measures, title, Path("out"), console=console)
        said = console.file.getvalue()  # type: ignore[attr-defined]
        assert "\u2026" not in said
        assert closed_up(printable(title)) in closed_up(said)


@pytest.mark.parametrize(
    "words",
    [("describe",), ("check",), ("run",), ("new", "{}", "--like"), ("batch", "--out", "out"), (), ("run", "--set")],
)
@pytest.mark.parametrize("text", ["[/]", "[bold]x[/bold]", "%s", "{0}", ":smile:", "a\x1b[31mb", "n" * 300, "\udcff"])
def test_errors_quote_a_text_as_it_is(
    text: str, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = shell(*(word.format("n.toml") for word in words), text, width=1000)
    assert code in (1, 2)
    assert closed_up(printable(text))[:40] in closed_up(said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["n" * 300, "\u4e2d" * 100, "deep/" + "n" * 300, "n" * 300 + "/deep", "", "/", "."])
def test_names_that_no_file_can_have_are_refused_before_any_work(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object, **__: object) -> None:
        pytest.fail("the work began")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "study.toml").write_text(
        toml(
            {"base": str(SMALL_FILE), "draws": 2, "axes": {"who": {"x": {"people.total": 9000}}}, "grid": ["who"]}
        ).replace("\"['who']\"", '["who"]')
    )
    for place in (
        "engine.simulation.simulate",
        "studies.ensemble.simulate_ensemble",
        "studies.forecast.forecast",
        "studies.study.simulate_ensemble",
    ):
        monkeypatch.setattr(f"refugee_model.{place}", work)
    for words in (
        ("run", SMALL_FILE, "--out", name),
        ("run", SMALL_FILE, "--out", "out", "--reports", name),
        ("run", name, "--out", "out"),
        ("forecast", SMALL_FILE, "--reports", "two-bridges", "--out", name),
        ("forecast", SMALL_FILE, "--reports", name, "--out", "out"),
        ("batch", "study.toml", "--out", name),
        ("batch", name, "--out", "out"),
        ("batch", "--check", name),
        ("new", name),
        ("new", "n.toml", "--like", name),
        ("check", name),
    ):
        code, said = shell(*words)
        assert (code, bool(said.strip())) in ((1, True), (2, True)), words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "study.toml"]


@pytest.mark.slow
def test_folders_that_may_not_be_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:2]:
        parent.chmod(parent.stat().st_mode | 0o011)
    monkeypatch.chdir(tmp_path)
    asked = [
        ("new", "closed/n.toml"),
        ("new", "n.toml", "--like", "closed/s.toml"),
        ("check", "closed/s.toml"),
        ("run", "closed/s.toml", "--out", "out"),
        ("run", "lachin-2023", "--out", "closed"),
        ("run", "lachin-2023", "--out", "closed/out"),
        ("run", "lachin-2023", "--reports", "closed/r.csv", "--out", "out"),
        ("forecast", "lachin-2023-plan", "--reports", "closed/r.csv", "--out", "out"),
        ("batch", "closed/study.toml", "--out", "out"),
        ("batch", "timing-x-aid", "--draws", "2", "--out", "closed/out"),
        ("batch", "--check", "closed/out"),
    ]
    for words in asked:
        shell(*words[:2], "--no-such-option")  # what reads the words is loaded: a plain user may not read it here
    warm = [
        ("check", "lachin-2023"),
        ("new", "nowhere/n.toml"),
        ("batch", "nowhere"),
        ("run", "x", "--reports", "y"),
        ("batch", "--check", "x"),
    ]
    for words in warm:
        shell(*words)
    shell("batch", "timing-x-aid", "--out", "n" * 300)
    shell("forecast", "x", "--reports", "y", "--out", "n" * 300)

    def call() -> None:
        for words in asked:
            code, said = shell(*words)
            assert code in (1, 2), (words, said)
            assert re.search("ermission denied|cannot|neither|not readable", said), (words, said)

    as_plain_user(call)
    assert [path.name for path in tmp_path.iterdir()] == ["closed"]


@pytest.mark.slow
def test_a_file_whose_name_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(b"plan\xff")
    try:
        Path(f"{name}.toml").write_text(toml(SMALL))
        Path(f"{name}.csv").write_text("time,quantity,place,value\n2023-09-25T08:00+04:00,arrived,,1000\n")
    except OSError:
        pytest.skip("no such names here")
    for _ in range(2):
        code, said = shell("run", f"{name}.toml", "--reports", f"{name}.csv")
        assert code == 0, said
    assert (tmp_path / "results" / name / "plots" / "arrivals.png").exists()
