"""Notebooks run top to bottom; ``--write-notebooks`` stores the outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path: Path, request: pytest.FixtureRequest) -> None:
    notebook = nbformat.read(path, as_version=4)
    committed = [cell.get("outputs") for cell in notebook.cells if cell.cell_type == "code"]
    NotebookClient(
        notebook, timeout=1_200, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    if request.config.getoption("--write-notebooks"):
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
        nbformat.write(notebook, path)
    else:
        assert any(committed), (
            f"{path.name} is committed without outputs; run pytest tests/test_notebooks.py --write-notebooks"
        )


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
