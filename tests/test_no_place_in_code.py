"""No word of any crisis in the code: a stranger with another crossing must find the same program.

The rule: names of packaged files, whole, may stand in docstrings anywhere (as examples), and in any text of the doors,
``cli/`` and ``files/`` (as defaults and examples). Once they are taken out there, no file of code holds one of the
words, in code or comment.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from refugee_model.data_folder import packaged_files, packaged_scenarios

PACKAGE = Path(__file__).parents[1] / "refugee_model"
WORDS = re.compile("lachin|karabakh|artsakh|armenia|syunik|goris|kornidzor|stepanakert|hakari|yerevan", flags=re.I)
NAMES = sorted({*packaged_scenarios(), *packaged_files("reports", ".csv")}, key=len, reverse=True)
PACKAGED = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, NAMES))})(?![\w-])")
DOORS = (*(PACKAGE / "cli").glob("*.py"), *(PACKAGE / "files").glob("*.py"))


def found_in(source: str, *, door: bool) -> list[tuple[int, str]]:
    """Lines of code in which a word stands, with their numbers."""
    lines = source.replace('"ARMENIAN"', '""').splitlines()  # the name of a script in Unicode
    for node in ast.walk(ast.parse(source)):
        holds = (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node) is not None
        )
        text = (
            node.body[0]
            if holds
            else node
            if door and isinstance(node, ast.Constant) and isinstance(node.value, str)
            else None
        )
        if text is not None:
            for row in range(text.lineno - 1, text.end_lineno):
                lines[row] = PACKAGED.sub("", lines[row])
    return [(row, line.strip()) for row, line in enumerate(lines, start=1) if WORDS.search(line)]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_word_of_a_crisis(path: Path) -> None:
    assert not found_in(path.read_text(encoding="utf-8"), door=path in DOORS)


def test_the_rule_finds_what_it_should() -> None:
    assert found_in('if name == "lachin-2023":\n    pass\n', door=False)
    assert not found_in('name = "lachin-2023"\n', door=True)
    assert found_in('name = "lachin-2024"\n', door=True)
    assert found_in("# as in Goris\n", door=True)
    assert not found_in('"""An example.\n\n>>> load("lachin-2023-plan")\n"""\n', door=False)
    assert found_in('"""As in Armenia."""\n', door=False)
