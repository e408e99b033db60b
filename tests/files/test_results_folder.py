"""Nothing a person wrote is lost, whatever happens on the way."""

import errno
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from refugee_model import disk
from refugee_model.errors import OutputError
from refugee_model.files.results_folder import MANIFEST, check_folder, manifest_of, read_manifest, write_folder
from tests.crashes import killed
from tests.plain_user import as_plain_user

FIRST = {"scenario.toml": b"first", "plots/a.png": b"first picture", "gone.csv": b"only in the first"}
SECOND = {"scenario.toml": b"second", "plots/a.png": b"second picture", "new.csv": b"only in the second"}


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder but the manifest, by path within it."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_results_are_whole_and_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "out"
    assert write_folder(folder, FIRST) == []
    assert contents(folder) == FIRST
    assert write_folder(folder, SECOND) == []
    assert contents(folder) == SECOND
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "out"
    link.symlink_to("real")
    for files in (FIRST, SECOND):
        assert write_folder(link, files) == []
        assert link.is_symlink()
        assert contents(tmp_path / "real") == files
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "real"]


@pytest.mark.parametrize("name", ["out", "out/inner"])
def test_links_in_a_circle_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("out")
    with pytest.raises(OutputError, match="choose another place with --out"):
        check_folder(tmp_path / name)
    with pytest.raises(OutputError, match="cannot be written"):
        disk.write_file(tmp_path / name, b"new")
    assert (tmp_path / "out").is_symlink()


def protected(folder: Path) -> None:
    """As ``chmod -R a-w``."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(path.stat().st_mode & ~0o222)


def opened(folder: Path) -> None:
    """Let a folder be cleared away."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755)


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    """A folder of results of a plain user."""
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents:
        if parent.is_relative_to(Path(tempfile.gettempdir())) and parent != Path(tempfile.gettempdir()):
            parent.chmod(0o755)
    yield tmp_path / "out"
    if (tmp_path / "out").exists():
        opened(tmp_path / "out")


@pytest.mark.parametrize("force", [False, True])
def test_protected_results_are_kept(out: Path, force: bool) -> None:
    def call() -> None:
        write_folder(out, FIRST)
        protected(out)
        with pytest.raises(OutputError, match="is protected against writing"):
            write_folder(out, SECOND, force=force)
        assert contents(out) == FIRST
        assert [path.name for path in out.parent.iterdir()] == ["out"]

    as_plain_user(call)


@pytest.mark.parametrize("force", [False, True])
def test_what_cannot_be_read_belongs_to_someone(out: Path, force: bool) -> None:
    def call() -> None:
        write_folder(out, FIRST)
        (out / "private").mkdir()
        (out / "private").chmod(0)
        with pytest.raises(OutputError, match=r"private( |.*which cannot be read|.*protected)"):
            write_folder(out, SECOND, force=force)
        assert contents(out) == FIRST
        assert (out / "private").is_dir()

    as_plain_user(call)


def test_a_place_that_may_not_be_written_or_entered(out: Path) -> None:
    def call() -> None:
        for mode, name in ((0o555, "read-only"), (0, "closed")):
            (out.parent / name).mkdir(exist_ok=True)
            (out.parent / name).chmod(mode)
            with pytest.raises(OutputError, match=r"cannot be written to|Permission denied"):
                write_folder(out.parent / name / "deep" / "out", FIRST)
            (out.parent / name).chmod(0o755)
            assert not any((out.parent / name).iterdir())

    as_plain_user(call)


def test_clean_up_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "out", FIRST)
    monkeypatch.setattr("refugee_model.files.results_folder.remove", fails)
    (note,) = write_folder(tmp_path / "out", SECOND)
    assert note.startswith("the earlier results could not be removed (Input/output error); they are in ")
    assert contents(tmp_path / "out") == SECOND


def fails(*_: object, **__: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize("theirs", ["{}", "[]", '{"name": "somebody\'s site"}', '{"a": 1}', "[" * 5000, "\udce9"])
def test_a_manifest_of_somebody_is_not_ours(tmp_path: Path, theirs: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MANIFEST).write_bytes(theirs.encode("utf-8", "surrogateescape"))
    with pytest.raises(OutputError, match=r"holds other or changed files \(manifest.json\)"):
        write_folder(tmp_path / "out", FIRST)
    assert (tmp_path / "out" / MANIFEST).read_bytes() == theirs.encode("utf-8", "surrogateescape")


def test_manifests_of_earlier_versions_are_ours(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", FIRST)
    manifest = read_manifest(tmp_path / "out")
    assert manifest is not None
    (tmp_path / "out" / MANIFEST).write_text(json.dumps(manifest.files))
    assert write_folder(tmp_path / "out", SECOND) == []


@pytest.mark.parametrize("name", ["a.csv", MANIFEST])
def test_what_has_become_huge_is_not_read(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path / "out", {"scenario.toml": b"new", "a.csv": b"new"})
    with (tmp_path / "out" / name).open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(OutputError, match=rf"it holds other or changed files \(.*{name}"):
        check_folder(tmp_path / "out")


@pytest.mark.parametrize("name", ["a.csv", MANIFEST])
def test_pipes_are_not_waited_for(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path / "out", {"scenario.toml": b"new", "a.csv": b"new"})
    (tmp_path / "out" / name).unlink()
    os.mkfifo(tmp_path / "out" / name)
    with pytest.raises(OutputError, match=rf"it holds other or changed files \(.*{name}"):
        check_folder(tmp_path / "out")


def test_a_forged_manifest_leads_to_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_bytes(b"mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "plots").symlink_to(tmp_path)
    names = ("../mine.txt", str(tmp_path / "mine.txt"), "plots/mine.txt", "a\0b", "\ud800", "x" * 300 + "/a", ".", "..")
    (tmp_path / "out" / MANIFEST).write_bytes(manifest_of(dict.fromkeys(names, b"mine")))
    (tmp_path / "out" / "notes.txt").write_bytes(b"mine")
    write_folder(tmp_path / "out", {"scenario.toml": b"new"}, force=True)
    assert (tmp_path / "mine.txt").read_bytes() == b"mine"
    assert (tmp_path / "out" / "notes.txt").read_bytes() == b"mine"


def test_an_empty_folder_within_is_kept(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", FIRST)
    (tmp_path / "out" / "notes").mkdir()
    with pytest.raises(OutputError, match=r"other or changed files \(notes\)"):
        write_folder(tmp_path / "out", SECOND)
    assert (tmp_path / "out" / "notes").is_dir()


def theirs(folder: Path) -> dict[str, bytes]:
    """A folder in which a person keeps other things; what must still be there afterwards."""
    folder.mkdir()
    kept = {"notes.txt": b"mine", "plots/map.svg": b"mine too"}
    for name, data in {**kept, "scenario.toml": b"to be replaced", "plots/a.png": b"old"}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return kept


def test_force_puts_results_among_other_files(tmp_path: Path) -> None:
    kept = theirs(tmp_path / "out")
    assert write_folder(tmp_path / "out", FIRST, force=True) == []
    assert contents(tmp_path / "out") == {**kept, **FIRST}
    assert write_folder(tmp_path / "out", SECOND, force=True) == []
    assert contents(tmp_path / "out") == {**kept, **SECOND}


def test_force_replaces_all_or_nothing(tmp_path: Path) -> None:
    theirs(tmp_path / "out")
    (tmp_path / "out" / "gone.csv").mkdir()
    before = contents(tmp_path / "out")
    with pytest.raises(OutputError, match=r"gone.csv is in the way; nothing was written"):
        write_folder(tmp_path / "out", FIRST, force=True)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("name", ["scenario.toml", "deep/er/reports.csv"])
@pytest.mark.parametrize("force", [False, True])
def test_inputs_are_never_replaced(tmp_path: Path, name: str, force: bool) -> None:
    path = tmp_path / "mine" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    for folder in (tmp_path / "mine", tmp_path / "mine" / ".." / "mine"):
        with pytest.raises(OutputError, match="inputs are never replaced"):
            check_folder(folder, force=force, inputs=[path])


def test_results_of_another_file_of_the_same_name_are_kept(tmp_path: Path) -> None:
    write_folder(tmp_path / "plan", FIRST, made_from="../a/plan.toml")
    write_folder(tmp_path / "plan", FIRST, made_from="../a/plan.toml")
    with pytest.raises(OutputError, match=r"holds the results of ../a/plan.toml, another file of that name"):
        write_folder(tmp_path / "plan", SECOND, made_from="../b/plan.toml")
    assert contents(tmp_path / "plan") == FIRST


def test_the_folder_a_shell_stands_in_stays_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inode = tmp_path.stat().st_ino
    for files in (FIRST, SECOND):
        assert write_folder(Path(), files) == []
        assert contents(tmp_path) == files
    assert tmp_path.stat().st_ino == inode


def test_modes_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_folder(tmp_path / "out", FIRST)
        disk.write_file(tmp_path / "one", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o750
    assert stat.S_IMODE((tmp_path / "out" / "plots" / "a.png").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o640


def test_a_file_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    disk.write_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_name_that_is_taken_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object) -> None:
        (tmp_path / "a.toml").write_text("of someone else")

    monkeypatch.setattr(disk, "create_file", lambda path, data: (Path.write_bytes(path, data), taken()))
    with pytest.raises(OutputError, match="the file is there already"):
        disk.write_file(tmp_path / "a.toml", b"ours", replace=False)
    assert (tmp_path / "a.toml").read_text() == "of someone else"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "x/" + "b" * 256])
def test_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    for force in (False, True):
        with pytest.raises(OutputError):
            write_folder(tmp_path / name, FIRST, force=force)
    with pytest.raises(OutputError):
        disk.write_file(tmp_path / name, b"")


@pytest.mark.parametrize("among_others", [False, True])
def test_killed_at_any_point_leaves_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, among_others: bool
) -> None:
    monkeypatch.setattr(disk, "lives", lambda process: False)
    outcomes = set()
    for at in range(1, 400):
        folder = tmp_path / str(at) / "out"
        folder.parent.mkdir()
        kept = theirs(folder) if among_others else {}
        write_folder(folder, FIRST, force=among_others)
        over = killed(at, lambda folder=folder: write_folder(folder, SECOND, force=among_others))
        check_folder(folder, force=True)  # what comes next puts right what was left half-done
        found = {name: data for name, data in contents(folder).items() if not name.startswith(disk.OURS)}
        assert found in ({**kept, **FIRST}, {**kept, **SECOND}), at
        outcomes.add(found == {**kept, **SECOND})
        if over:
            break
    assert over
    assert outcomes == {False, True}


def test_what_a_killed_run_moved_aside_in_the_folder_above_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results that go into a folder within take nothing away from the folder around them."""
    folder = tmp_path / "around"
    write_folder(folder, FIRST)
    (folder / "mine.txt").write_text("mine")
    monkeypatch.setattr(disk, "lives", lambda process: False)
    at, moved = 1, False
    while not moved:
        killed(at, lambda: write_folder(folder, SECOND, force=True))
        moved = contents(folder).get("scenario.toml") != b"first" or "scenario.toml" not in contents(folder)
        at += 1
    write_folder(folder / "within", {"scenario.toml": b"third"})
    kept = {name: data for name, data in contents(folder).items() if not name.startswith("within/")}
    assert kept in ({**FIRST, "mine.txt": b"mine"}, {**SECOND, "mine.txt": b"mine"})
