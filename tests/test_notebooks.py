"""Notebooks run top to bottom, and say in words what they show; ``--write-notebooks`` stores the outputs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
FIGURE = re.compile(r"(?<![\w,.])\d{1,3}(?:,\d{3})+(?![\w,])")
"""A number of four digits or more, as people write it."""
DRAWS = {"20000", "50000", "1000000"}
"""How many a reader is told to ask for."""


def cells_of(path: Path, kind: str) -> list[dict[str, Any]]:
    """Cells of a kind as the file has them: texts whole, or as lists of lines."""
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def sources(path: Path, kind: str) -> str:
    """What stands in the cells of a kind."""
    return "".join("".join(cell["source"]) for cell in cells_of(path, kind))


def words_of(output: dict[str, Any]) -> str:
    """What an output says: its text, or its tables and words without their pictures."""
    data = output.get("data", {})
    said = (output.get("text", ""), *(data[kind] for kind in data if kind.startswith("text/")))
    return "".join("".join(lines) for lines in said)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path: Path, request: pytest.FixtureRequest) -> None:
    import nbformat  # takes five seconds, which all other tests would wait for
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=1_200, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    if request.config.getoption("--write-notebooks"):
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
        nbformat.write(notebook, path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_committed_as_it_ran(path: Path) -> None:
    code = cells_of(path, "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1)), (
        f"run pytest -m slow tests/test_notebooks.py --write-notebooks -k {path.stem}"
    )
    outputs = [output for cell in code for output in cell["outputs"]]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert not [output for output in outputs if "/tmp/" in words_of(output)], "names a folder of one machine"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_figures_in_the_text_stand_in_code_data_or_outputs(path: Path) -> None:
    shown = "".join(words_of(output) for cell in cells_of(path, "code") for output in cell["outputs"])
    shown += sources(path, "code").replace("_", "")
    known = set(re.findall(r"\d{4,}", shown.replace(",", ""))) | DRAWS
    said = sources(path, "markdown")
    assert {figure.replace(",", "") for figure in FIGURE.findall(said)} <= known


def test_the_course_is_whole() -> None:
    names = [path.stem for path in NOTEBOOKS]
    course = ["01_start", "02_own_crisis", "03_futures", "04_forecast", "05_decide", "06_forecast_elsewhere"]
    assert names == course
    for path in NOTEBOOKS:
        for link in re.findall(r"\]\(([\w.]+)", path.read_text(encoding="utf-8")):
            assert (FOLDER / link).exists(), f"{path.name}: {link}"
