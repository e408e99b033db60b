"""Settings of matplotlib that a person has for their own figures, or that are broken, change nothing of a run."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from refugee_model.disk import sha256

SMALL = Path(__file__).parent / "scenarios" / "small.toml"
LOOKS = b"""
text.usetex: True
font.family: serif
font.size: 30
savefig.dpi: 33
figure.dpi: 20
axes.facecolor: red
axes.prop_cycle: cycler("color", ["k"])
timezone: Asia/Tokyo
path.simplify: False
text.hinting: none
lines.antialiased: False
backend: nonsense
date.epoch: 0000-12-31T00:00:00
no such setting here
"""


def pictures(folder: Path, **environment: str) -> dict[str, str]:
    """Digests of the pictures of a run in a folder; nothing but what is usual is said."""
    words = [sys.executable, "-m", "refugee_model", "run", str(SMALL), "--out", "out", "--quiet"]
    done = subprocess.run(words, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return {path.name: sha256(path.read_bytes()) for path in sorted((folder / "out" / "plots").iterdir())}


@pytest.fixture(scope="module", autouse=True)
def fresh_list_of_fonts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Matplotlib keeps its list of fonts for ever: one from before a font was installed gives other pictures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLCONFIGDIR", str(tmp_path_factory.mktemp("fonts")))
        yield


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pictures where nobody has set anything."""
    return pictures(tmp_path_factory.mktemp("usual"))


@pytest.mark.slow
@pytest.mark.parametrize("settings", [LOOKS, b"\xff\xfe\0no text"])
def test_a_file_of_settings_changes_no_picture(settings: bytes, usual: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_bytes(settings)
    assert pictures(tmp_path, MPLBACKEND="nonsense", MPLCONFIGDIR="/proc/nothing") == usual


@pytest.mark.slow
@pytest.mark.parametrize("settings", [LOOKS, b"\xff\xfe\0no text"])
def test_a_file_named_by_the_environment_changes_no_picture(
    settings: bytes, usual: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "mine").write_bytes(settings)
    assert pictures(tmp_path, MATPLOTLIBRC=str(tmp_path / "mine")) == usual


@pytest.mark.slow
def test_settings_of_the_home_change_no_picture(usual: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "matplotlibrc").write_bytes(LOOKS)
    assert pictures(tmp_path, MPLCONFIGDIR=str(tmp_path / "config")) == usual
