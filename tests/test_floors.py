"""A floor imports only from floors below it: never upward, never sideways between folders, never inside a function to dodge the rule."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "refugee_model"
FLOORS = {
    "errors": 0,
    "interruption": 0,
    "quantities": 0,
    "version": 0,
    "wording": 0,
    "arguments": 1,
    "disk": 1,
    "libraries": 1,
    "memory": 1,
    "scenario": 1,
    "engine": 2,
    "tables": 3,
    "studies": 4,
    "files": 5,
    "views": 5,
    "cli": 6,
    "__main__": 6,
    "__init__": 6,
}
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
                found |= {f"{node.module}.{alias.name}" if node.module == "refugee_model" else node.module for alias in node.names}
    return {"refugee_model" if name == "refugee_model.__version__" else name for name in found}


def breaches(path: Path, imported: set[str]) -> list[str]:
    relative = path.relative_to(PACKAGE)
    room = relative.parts[0].removesuffix(".py")
    floor = FLOORS[room]
    return [
        name
        for name in sorted(imported)
        if name != "refugee_model" and room_of(name) != room and not FLOORS[room_of(name)] < floor and floor < 6
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    assert breaches(path, imports_of(path)) == []


def test_every_module_has_a_floor() -> None:
    assert {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES} <= set(FLOORS)


def test_a_breach_is_found() -> None:
    assert breaches(PACKAGE / "engine" / "kernel.py", {"refugee_model.tables.capacity"}) == ["refugee_model.tables.capacity"]
    assert breaches(PACKAGE / "files" / "lock.py", {"refugee_model.views.plots"}) == ["refugee_model.views.plots"]


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent.name == "engine"], ids=lambda path: path.name)
def test_engine_is_numbers_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    names = {alias.name.split(".")[0] for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for alias in node.names}
    names |= {(node.module or "").split(".")[0] for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert not names & {"pandas", "datetime", "matplotlib", "pydantic"}
