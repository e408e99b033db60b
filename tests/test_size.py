"""Many provinces: time and memory of a whole run grow with them and no faster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import refugee_model as rm
from refugee_model.files.scenario_text import scenario_text
from refugee_model.scenario.scenario import Scenario, build_scenario

ROOT = Path(__file__).parents[1]
MOST_SECONDS, MOST_BYTES = 60.0, 2e9
MEASURED = """
import sys, time
from refugee_model.cli import main
sys.argv = ["refugee-model", "run", sys.argv[1], "--out", sys.argv[2], "--quiet"]
main()
most = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time(), int(most.split()[1]) * 1024)
"""
"""Memory is read from /proc: what getrusage says holds that of the process which has begun this one."""


def with_provinces(count: int) -> Scenario:
    """The scenario of 2023 with so many provinces, whose values are those of the eleven in turn."""
    values: dict[str, Any] = rm.load_scenario("lachin-2023").model_dump(exclude_unset=True)
    aid = values["aid"]
    known = [
        {name: value for name, value in place.items() if name != "area_code"} for place in aid["provinces"].values()
    ]
    aid["provinces"] = {f"Province {number:04d}": known[number % len(known)] for number in range(count)}
    for name in ("surge", "losses", "transit_places_in", "options"):
        aid.pop(name, None)
    for point in aid["reception_points"].values():
        point.pop("province", None)
    return build_scenario(values)


@pytest.mark.slow
def test_run_with_600_provinces_takes_a_minute_and_2_gb(tmp_path: Path) -> None:
    """Time is that of the processor, so that others on the machine do not count."""
    file, out = tmp_path / "many.toml", tmp_path / "out"
    file.write_text(scenario_text(with_provinces(600)), encoding="utf-8")
    command = [sys.executable, "-c", MEASURED, str(file), str(out)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=280, check=True
    )
    seconds, size = map(float, done.stdout.split())
    assert (out / "plots" / "provinces.png").stat().st_size > 100_000
    assert size < MOST_BYTES
    assert seconds < MOST_SECONDS
