"""A floor imports only from floors below it: never upward, never sideways, never inside a function or through a
Protocol to dodge it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "refugee_model"
FLOORS = {
    "arrays": 0,
    "cards": 0,
    "data_folder": 0,
    "errors": 0,
    "interruption": 0,
    "version": 0,
    "wording": 0,
    "arguments": 1,
    "disk": 1,
    "languages": 1,
    "memory": 1,
    "scenario": 1,
    "engine": 2,
    "outcomes": 3,
    "tables": 4,
    "studies": 5,
    "files": 6,
    "charts": 6,
    "console": 6,
    "documents": 7,
    "explorer": 8,
    "cli": 9,
    "__main__": 9,
    "__init__": 9,
}
DOORS = 9
DRAW = ("files/form.py", "files/projection_files.py", "files/decision_files.py")
"""They alone may draw, and lay out as on the shell, what is written."""
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "refugee_model"}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module and node.module.split(".")[0] == "refugee_model":
                found |= {
                    f"{node.module}.{alias.name}" if node.module == "refugee_model" else node.module
                    for alias in node.names
                }
    return {"refugee_model" if name == "refugee_model.__version__" else name for name in found}


def breaches(path: Path, imported: set[str]) -> list[str]:
    relative = path.relative_to(PACKAGE)
    room = relative.parts[0].removesuffix(".py")
    floor = FLOORS[room]
    return [
        name
        for name in sorted(imported)
        if name != "refugee_model"
        and room_of(name) != room
        and not FLOORS[room_of(name)] < floor
        and floor < DOORS
        and not (relative.as_posix() in DRAW and room_of(name) in ("charts", "console"))
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    assert breaches(path, imports_of(path)) == []


def test_every_module_has_a_floor() -> None:
    assert {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES} <= set(FLOORS)


def test_the_picture_of_the_house_shows_every_floor() -> None:
    picture = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
    shown, floor = dict[str, int](), DOORS
    for line in picture.strip().splitlines():
        floor = int(line[0]) if line[0] != " " else floor
        names = [name.removesuffix(".pyi") for name in line[1:38].split()]
        shown |= {name: floor for name in names if name in FLOORS}
    assert shown == FLOORS


def test_a_breach_is_found() -> None:
    assert breaches(PACKAGE / "engine" / "sweep.py", {"refugee_model.outcomes.peaks"}) == [
        "refugee_model.outcomes.peaks"
    ]
    assert breaches(PACKAGE / "outcomes" / "peaks.py", {"refugee_model.tables.places"}) == [
        "refugee_model.tables.places"
    ]
    assert breaches(PACKAGE / "files" / "lock.py", {"refugee_model.charts.style"}) == ["refugee_model.charts.style"]
    assert breaches(PACKAGE / "charts" / "style.py", {"refugee_model.console.answers"}) == [
        "refugee_model.console.answers"
    ]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.relative_to(PACKAGE).parts[0] == "engine"], ids=lambda path: path.name
)
def test_engine_is_numbers_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        (node.module or "").split(".")[0] for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)
    }
    assert not names & {"pandas", "datetime", "matplotlib", "pydantic"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_class_from_above_is_restated_in_a_protocol(path: Path) -> None:
    """A function that needs to know what lives above stands on the wrong floor: give it what it reads."""
    assert "Protocol" not in {
        name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for name in names_in(node)
    }


def names_in(node: ast.AST) -> list[str]:
    """Names that a node imports or reads off another."""
    if isinstance(node, ast.ImportFrom):
        return [alias.name for alias in node.names]
    return [node.attr] if isinstance(node, ast.Attribute) else []
