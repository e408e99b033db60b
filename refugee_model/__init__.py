"""People who flee: how many come, when, where they wait, what they need, and how sure we are.

Everything a program needs is a name of this module, listed once in its stub, ``__init__.pyi``; each is loaded when it
is first used.
"""

from refugee_model.version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:  # nothing else is imported: an interruption may come at once, and the shell deals with it
    from typing import Any

__version__ = VERSION
EARLIER = {"Trajectories": "Result"}
"""Names of an earlier version, and what they are called now."""
GONE = {"plan_study": "give the study a table [plan] with budget and confidence; run_batch then plans each combination"}
"""Names of an earlier version without a name now, and what to write instead."""


def _homes() -> dict[str, str]:
    """The module of each public name, as the stub has it.

    Lines such as ``from .tables.places import peak_table as peak_table``.
    """
    from pathlib import Path

    lines = Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8").splitlines()
    words = (line.split() for line in lines if line.startswith("from ."))
    return {name: __name__ + module for _, module, _, name, *_ in words}


def __getattr__(name: str) -> "Any":
    from importlib import import_module

    homes = {} if name.startswith("__") and name != "__all__" else _homes()
    if name == "__all__":
        return [*homes, "__version__"]
    name_now = EARLIER.get(name, name)
    if name_now not in homes:
        instead = f"; {GONE[name]}" if name in GONE else ""
        raise AttributeError(f"module 'refugee_model' has no attribute '{name}'{instead}")
    found = globals()[name] = getattr(import_module(homes[name_now]), name_now)
    return found


def __dir__() -> list[str]:
    return sorted([*_homes(), "__version__"])
