"""A wheel installs and runs away from the repository: its data is inside."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_data_and_types_are_inside(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "refugee_model/py.typed" in names
    for path in (ROOT / "data").rglob("*"):
        if path.is_file():
            assert f"refugee_model/data/{path.relative_to(ROOT / 'data').as_posix()}" in names


@pytest.mark.slow
def test_runs_away_from_the_repository(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", system_site_packages=False, with_pip=False)
    python = next((tmp_path / "env").glob("bin/python"))
    site = next((tmp_path / "env").glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    shared = Path(next(path for path in sys.path if path.endswith("site-packages")))
    (site / "shared.pth").write_text(f"{shared}\n")
    code = "import refugee_model as rm; print(rm.__file__); print(rm.simulate(rm.load_scenario('lachin-2023')).draws)"
    done = subprocess.run([python, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    place, draws = done.stdout.split()
    assert Path(place).is_relative_to(tmp_path)
    assert draws == "1"
