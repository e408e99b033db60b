"""Where the data that comes with the package is."""

from __future__ import annotations

from pathlib import Path


def data_folder() -> Path:
    """The folder of packaged data: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"
