"""Scenarios, reports and other data that come with the package, and where they are."""

from __future__ import annotations

from pathlib import Path


def data_folder() -> Path:
    """The folder of packaged data: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def packaged_files(folder: str, ending: str = ".toml") -> dict[str, Path]:
    """Packaged files of one kind."""
    return {path.stem: path for path in sorted((data_folder() / folder).glob(f"*{ending}")) if path.is_file()}


def packaged_scenarios() -> dict[str, Path]:
    """Paths of the packaged scenarios, by name."""
    return packaged_files("scenarios")


def packaged_standards() -> dict[str, Path]:
    """Paths of the packaged planning standards, by name."""
    return packaged_files("standards")
