"""Values of several files laid over each other, and which file each value comes from."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from refugee_model.files.toml_file import TomlFile
from refugee_model.scenario.changes import around
from refugee_model.scenario.distributions import looks_uncertain
from refugee_model.scenario.fields import number_at
from refugee_model.scenario.scenario import Scenario


@dataclass(frozen=True)
class Layer:
    """Values of one file, and the dotted path under which they belong; empty for the whole scenario."""

    file: TomlFile
    values: Mapping[str, Any]
    under: str = ""

    @property
    def prefix(self) -> str:
        """What stands before a path of the file in the scenario."""
        return f"{self.under}." if self.under else ""

    def line(self, path: str) -> int | None:
        """Line of a dotted path of the scenario, None if the file does not have it."""
        return self.file.lines.get(path.removeprefix(self.prefix)) if path.startswith(self.prefix) else None


class Merged:
    """Values laid over each other: groups merge; lists, distributions and single values replace. The layers stay."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = tuple(layers)
        self.values: dict[str, Any] = {}
        self._owners: dict[str, Layer] = {}
        for layer in reversed(self.layers):
            values = layer.values
            for part in reversed(layer.under.split(".") if layer.under else []):
                values = {part: values}
            self._lay(self.values, values, "", layer)

    def _lay(self, onto: dict[str, Any], values: Mapping[str, Any], path: str, layer: Layer) -> None:
        for name, value in values.items():
            here = f"{path}.{name}" if path else name
            # A distribution is one value: half of one and half of another would be neither.
            single = looks_uncertain(value) and number_at(Scenario, here.split(".")) is not None
            if isinstance(value, Mapping) and not single:
                if not isinstance(onto.get(name), dict):
                    onto[name] = {}
                    self._owners.pop(here, None)
                self._lay(onto[name], value, here, layer)
            else:
                onto[name] = copy.deepcopy(value)
                self._owners[here] = layer

    def locate(self, path: str) -> str:
        """File and line of a value, or of the innermost group around it that is written."""
        owner = self._owner(path)
        layers = self.layers if owner is None else (owner,)
        for prefix in around(path):
            for layer in layers:
                line = layer.line(prefix)
                if line is not None:
                    return f"{self._label(layer)}, line {line}"
        return self._label(layers[0])

    def _owner(self, path: str) -> Layer | None:
        """The layer that has a value, or the innermost single value around it."""
        return next((self._owners[prefix] for prefix in around(path) if prefix in self._owners), None)

    def age(self, path: str) -> float:
        """How old the line of a value is: 0 in the file asked for, then counted down to the files beneath."""
        owner = self._owner(path)
        if owner is not None:
            return float(self.layers.index(owner))
        # A group has no owner of its own: it is as new as the newest value in it.
        inside = [self.layers.index(layer) for other, layer in self._owners.items() if other.startswith(f"{path}.")]
        return float(min(inside, default=float("inf")))

    def sources(self) -> dict[str, str]:
        """What stands beside each value in its file: where it comes from, by dotted path."""
        found = {}
        for layer in reversed(self.layers):
            for path, comment in layer.file.comments.items():
                if self._owner(layer.prefix + path) is layer:
                    found[layer.prefix + path] = comment
        return found

    def _label(self, layer: Layer) -> str:
        path = layer.file.path
        alike = {other.file.path for other in self.layers if other.file.path.name == path.name}
        return path.name if len(alike) == 1 else str(path)


class Beside:
    """What stands beside each value, by dotted path: read when it is first asked for, from texts kept since loading."""

    def __init__(self, read: Callable[[], dict[str, str]]) -> None:
        self._read = read

    def __call__(self) -> dict[str, str]:
        """All of it."""
        return self._found

    @cached_property
    def _found(self) -> dict[str, str]:
        return self._read()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:  # what is sent to workers, or copied, needs no texts
        return Beside, (self._found.copy,)
