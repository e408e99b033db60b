"""A process that is killed at a chosen point: the so-manieth call that changes the disk, and all after it, do nothing
any more.

Of a write that is killed, the first half is on the disk.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

CHANGES = ("rename", "replace", "unlink", "rmdir", "mkdir", "fsync", "open", "link")


class Killed(BaseException):
    """Nothing of the process runs any more."""


class _Torn:
    """A file of which a write may be killed half-way."""

    def __init__(self, file: Any, reached: Callable[[str], bool]) -> None:
        self.file, self.reached = file, reached

    def write(self, data: bytes) -> int:
        if self.reached("write"):
            self.file.write(data[: len(data) // 2])
            self.file.flush()
            raise Killed
        return int(self.file.write(data))

    def __enter__(self) -> "_Torn":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def killed(at: int, call: Callable[[], object], made: "Counter[str] | None" = None) -> bool:
    """Make a call and kill it at the so-manieth change of the disk; whether it was over before. What was reached is
    counted by kind.
    """
    made = Counter() if made is None else made

    def reached(name: str) -> bool:
        made[name] += 1
        return made.total() >= at

    def counted(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def change(*words: object, **options: object) -> object:
            if reached(name):
                raise Killed
            return real(*words, **options)

        return change

    def write(descriptor: int, data: bytes) -> int:
        if reached("write"):
            real_write(descriptor, data[: len(data) // 2])
            raise Killed
        return real_write(descriptor, data)

    real_write, real_fdopen = os.write, os.fdopen
    with pytest.MonkeyPatch.context() as patch:
        for name in CHANGES:
            patch.setattr(os, name, counted(name, getattr(os, name)))
        patch.setattr(os, "write", write)
        patch.setattr(os, "fdopen", lambda *words, **options: _Torn(real_fdopen(*words, **options), reached))
        exchange = counted("exchange", __import__("refugee_model.disk", fromlist=["exchange"]).exchange)
        patch.setattr("refugee_model.files.results_folder.exchange", exchange)
        try:
            call()
        except Killed:
            return False
        return True
