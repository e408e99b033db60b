"""Ctrl-C: a program ends soon, with one line, and nothing is half-written."""

from __future__ import annotations

import os
import signal
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:  # nothing else is imported: Ctrl-C may come at once
    from collections.abc import Callable
    from types import FrameType, TracebackType
    from typing import Any

INTERRUPTED = 130
"""Exit code of a program that a person interrupted."""
AGAIN = 0.5
"""An interruption that some library has swallowed is repeated after this time [s]."""
AT_ONCE = 3
"""So many times Ctrl-C, and nothing is waited for any more, except files that are being written."""


class Undisturbed:
    """Work that is short and must be done whole: Ctrl-C waits until it is over.

    >>> with Undisturbed():
    ...     pass
    """

    def __init__(self) -> None:
        self.usual: Any = None
        self.arrived = False

    def __enter__(self) -> None:
        usual = signal.getsignal(signal.SIGINT)
        if callable(usual):
            self.usual = usual
            try:
                signal.signal(signal.SIGINT, self._remember)
            except ValueError:  # a thread to which Ctrl-C never comes
                self.usual = None

    def _remember(self, *_: object) -> None:
        self.arrived = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.usual is not None:
            signal.signal(signal.SIGINT, self.usual)
            if self.arrived:
                self.usual(signal.SIGINT, None)


class Guard:
    """What Ctrl-C does to the shell: it is raised where the program is, and again where a library has swallowed it."""

    def __init__(self) -> None:
        self.times = 0
        self.told = False
        self.over = False

    def stand(self) -> None:
        """Begin, unless whoever started this program wants Ctrl-C to be ignored."""
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            return
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._again)
        # Compiled code shows an interruption before it goes on, and threads that watch over workers may stumble over
        # those that Ctrl-C ends.
        sys.excepthook = self._unless(sys.excepthook, lambda kind, *_: issubclass(kind, KeyboardInterrupt))
        sys.unraisablehook = self._unless(sys.unraisablehook, lambda said: issubclass(said.exc_type, KeyboardInterrupt))
        threading.excepthook = self._unless(threading.excepthook, lambda _said: True)
        signal.signal(signal.SIGINT, self._interrupt)

    def _interrupt(self, *_: object) -> None:
        self.times += 1
        if self.over:
            return
        if self.times >= AT_ONCE:
            self.tell()
            os._exit(INTERRUPTED)
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
        if not _ends():
            raise KeyboardInterrupt

    def _again(self, signum: int, frame: FrameType | None) -> None:
        waits = signal.getsignal(signal.SIGINT) != self._interrupt  # something is being written
        if self.times and not self.over and not waits and not _ends():
            raise KeyboardInterrupt

    def tell(self) -> None:
        """Say it, once."""
        if not self.told:
            self.told = True
            try:
                sys.stdout.flush()
                os.write(2, b"interrupted; what was finished stays\n")
            except (OSError, ValueError, AttributeError):
                pass

    def end(self) -> None:
        """Let nothing disturb the end any more."""
        self.over = True
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0.0)

    def _unless(self, usual: Callable[..., Any], of_it: Callable[..., bool]) -> Callable[..., None]:
        """A hook that shows what is usual, but for what comes of an interruption."""

        def hook(*said: Any) -> None:
            if not (self.times and of_it(*said)):
                usual(*said)

        return hook


def _ends() -> bool:
    """Whether an interruption is being dealt with where the program is."""
    error: BaseException | None = sys.exc_info()[1]
    for _ in range(100):  # exceptions can refer to each other in a circle
        if error is None or isinstance(error, KeyboardInterrupt):
            break
        error = error.__cause__ or error.__context__
    return isinstance(error, KeyboardInterrupt)


def guarded(call: Callable[[], object], guard: Guard) -> int:
    """The exit code of a program; that of an interruption wherever Ctrl-C has come, and whatever has become of it."""
    code: object = 0
    try:
        guard.stand()
        call()
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        guard.times += 1
    except BaseException:
        if not guard.times:  # a library may make something else of an interruption
            raise
    guard.end()
    if guard.times:
        guard.tell()
        return INTERRUPTED
    return code if isinstance(code, int) else 0 if code is None else 1
