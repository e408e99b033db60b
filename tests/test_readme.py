"""The README's Python runs, its commands are two lines, its tree is the real one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_python_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.S)
    assert blocks
    for block in blocks:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_there_are_two_commands() -> None:
    block = re.search(r"<!-- commands -->\n```\n(.*?)```\n<!-- end of commands -->", README, flags=re.S)
    assert block
    assert len(block[1].strip().splitlines()) == 2


def test_shell_lines_are_known_commands() -> None:
    from refugee_model.cli import app

    known = {
        command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands
    }
    used = set(re.findall(r"^refugee-model (\w+)", README, flags=re.M))
    assert used
    assert used <= known


def test_files_named_exist() -> None:
    for name in re.findall(r"`((?:data|tests|notebooks|refugee_model)/[\w./-]+)`", README):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / name).exists(), name
