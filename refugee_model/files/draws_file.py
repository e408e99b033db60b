"""A scenario as files: its text, and beside it the draws that it carries on, in Parquet, a column a path."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from refugee_model.disk import reason_of
from refugee_model.errors import Problem, ScenarioError
from refugee_model.files.scenario_text import scenario_text
from refugee_model.scenario.carried import Carried, find_wrong_draws
from refugee_model.scenario.scenario import Scenario

ABOUT = b"refugee_model"
"""Under this key of a Parquet file stand the seed and the distributions to which its columns belong."""
NOT_OURS = "is no file of draws of this program"


def scenario_files(name: str, scenario: Scenario, *, header: str = "") -> dict[str, bytes]:
    """The files of a scenario by name: its text, and the draws that it carries on."""
    if scenario.carried is None:
        return {f"{name}.toml": scenario_text(scenario, header=header).encode()}
    draws = f"{name}-draws.parquet"
    text = scenario_text(scenario.carrying(scenario.carried, draws), header=header)
    return {f"{name}.toml": text.encode(), draws: draws_bytes(scenario.carried)}


def draws_bytes(carried: Carried) -> bytes:
    """Draws as the bytes of a Parquet file."""
    import pyarrow
    from pyarrow import parquet

    about = json.dumps({"seed": carried.seed, "draws": len(carried), "written": carried.written}, sort_keys=True)
    table = pyarrow.table({path: np.asarray(column, dtype=np.float64) for path, column in carried.columns.items()})
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata({ABOUT: about}), buffer)
    return buffer.getvalue()


def with_draws(scenario: Scenario, folder: Path, *, subject: str, where: str) -> Scenario:
    """The scenario with the draws that it names, read from a file beside it."""
    name = scenario.draws
    if not name:
        return scenario
    found = _read(folder / name)
    problems = [found] if isinstance(found, str) else list(find_wrong_draws(found, scenario, scenario.draws_checksum))
    if problems:
        told = [
            Problem("draws", f"{name} {problem}" if isinstance(problem, str) else f"{name}: {problem.message}", where)
            for problem in problems
        ]
        raise ScenarioError(subject, told)
    assert isinstance(found, Carried)
    return scenario.carrying(found, name)


def _read(path: Path) -> Carried | str:
    """Draws from a file, or what is wrong with it."""
    import pyarrow
    from pyarrow import parquet

    if not path.is_file():
        return "is not there: this scenario carries its draws on in a file that must lie beside it"
    try:
        table = parquet.read_table(path)
        about: dict[str, Any] = json.loads((table.schema.metadata or {})[ABOUT])
        seed, draws, written = int(about["seed"]), int(about["draws"]), dict(about["written"])
    except OSError as error:
        return f"cannot be read ({reason_of(error)})"
    except (pyarrow.ArrowException, LookupError, TypeError, ValueError):
        return NOT_OURS
    if len(table) != draws or not draws:
        return f"has {len(table):,} rows, expected {draws:,}, one a draw"
    if odd := [name for name in table.column_names if not pyarrow.types.is_floating(table.schema.field(name).type)]:
        return f"has columns that are no numbers: {', '.join(odd[:5])}"
    columns = {name: table.column(name).to_numpy().astype(np.float64) for name in table.column_names}
    if not columns:
        return NOT_OURS
    return Carried(columns, written, seed)
