"""How long the shell takes: importing, a run with all tables and pictures, its first ever start, and its memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(*words: str, **environment: str) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True, env={**os.environ, **environment})
    return time.perf_counter() - begin


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    bare = min(seconds("-c", "pass") for _ in range(5))
    print(f"import refugee_model: {min(seconds('-c', 'import refugee_model') for _ in range(5)) - bare:.3f} s")
    run = ("-m", "refugee_model", "run", "--quiet", "--out")
    print(f"run, first ever start: {seconds(*run, str(folder / 'first'), NUMBA_CACHE_DIR=str(folder / 'cache')):.1f} s")
    again = [
        seconds(*run, str(folder / f"again-{number}"), NUMBA_CACHE_DIR=str(folder / "cache")) for number in range(3)
    ]
    print(f"run, compiled: {min(again):.1f} s (least of {len(again)})")
    print(f"memory of the largest process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
