"""Versions of what numbers depend on: another one of them may give other last digits, or other numbers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("numpy", "scipy", "numba", "pandas")


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that work on numbers, as they are here."""
    return {"python": f"{sys.version_info.major}.{sys.version_info.minor}"} | {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def in_words(versions: object) -> str:
    """Versions on one line; what is not known is said."""
    known = versions if isinstance(versions, Mapping) else {}
    return ", ".join(f"{name} {known.get(name, 'unknown')}" for name in ("python", *LIBRARIES))


def differences(earlier: object, now: Mapping[str, str]) -> list[str]:
    """Names of which the version was another."""
    known = earlier if isinstance(earlier, Mapping) else {}
    return [name for name, here in now.items() if known.get(name) != here]
