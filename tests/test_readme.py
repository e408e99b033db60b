"""What the README and the method page say holds: their Python runs, their commands, files and links exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "notebooks/method.md")}
README = PAGES["README.md"]
OTHERS = {"CONTRIBUTING.md": (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")}
BLOCKS = [block for text in PAGES.values() for block in re.findall(r"```python\n(.*?)```", text, flags=re.S)]


def anchors(text: str) -> set[str]:
    """The headings of a page as GitHub names them."""
    heads = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.slow
def test_python_runs(tmp_path: Path) -> None:
    assert len(BLOCKS) > 2
    for block in BLOCKS:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_names_of_the_library_exist() -> None:
    import refugee_model as rm

    for text in PAGES.values():
        for name in re.findall(r"\brm\.(\w+)", text):
            assert hasattr(rm, name), name


def test_the_readme_is_for_people() -> None:
    assert len(README.splitlines()) <= 150


def test_there_are_two_commands() -> None:
    block = re.search(r"<!-- commands -->\n```\n(.*?)```\n<!-- end of commands -->", README, flags=re.S)
    assert block
    assert len(block[1].strip().splitlines()) == 2


@pytest.mark.parametrize("name", PAGES)
def test_shell_lines_are_known_commands(name: str) -> None:
    from typer.main import get_command

    from refugee_model.cli import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    used = re.findall(r"(?:^|`)refugee-model (\w+)([^`\n]*)", PAGES[name], flags=re.M)
    assert used
    for command, rest in used:
        assert command in commands, command
        known = {option for parameter in commands[command].params for option in parameter.opts}
        assert set(re.findall(r"(?<!\S)--[a-z]+", rest.split("#")[0])) <= known, f"{command} {rest}"


@pytest.mark.parametrize("name", PAGES | OTHERS)
def test_files_named_exist(name: str) -> None:
    text, folder = (PAGES | OTHERS)[name], (ROOT / name).parent
    for path in re.findall(r"`((?:data|tests|notebooks|refugee_model)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path
    floors = "scenario|engine|outcomes|tables|studies|charts|files|console|documents"
    for path in re.findall(rf"`((?:{floors})/[\w./]+)`", text):
        assert (ROOT / "refugee_model" / path).exists(), path
    for link in re.findall(r"\]\(([^)#]*(?:#[^)]*)?)\)", text):
        path, _, anchor = link.partition("#")
        target = folder / path if path else ROOT / name
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link
