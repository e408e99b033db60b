"""A process that is killed at a chosen point: the so-manieth call that changes the disk, and all after it, do nothing
any more."""

import os
from collections.abc import Callable

import pytest

CHANGES = ("rename", "replace", "unlink", "rmdir", "mkdir", "fsync", "open", "link")


class Killed(BaseException):
    """Nothing of the process runs any more."""


def killed(at: int, call: Callable[[], object]) -> bool:
    """Make a call and kill it at the so-manieth change of the disk; whether it was over before."""
    made = [0]

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def change(*words: object, **options: object) -> object:
            made[0] += 1
            if made[0] >= at:
                raise Killed
            return real(*words, **options)

        return change

    with pytest.MonkeyPatch.context() as patch:
        for name in CHANGES:
            patch.setattr(os, name, counted(getattr(os, name)))
        exchange = counted(__import__("refugee_model.disk", fromlist=["exchange"]).exchange)
        patch.setattr("refugee_model.files.results_folder.exchange", exchange)
        try:
            call()
        except Killed:
            return False
        return True
