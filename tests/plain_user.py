"""Calls made as a user who is not root: root may write anywhere, and would prove nothing."""

import os
import traceback
from collections.abc import Callable

NOBODY = 65534


def as_plain_user(call: Callable[[], None]) -> None:
    """Make a call in a process of its own that belongs to nobody in particular, and fail if it fails there."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        said = b""
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            call()
        except BaseException:
            said = traceback.format_exc().encode()
        os.write(writer, said[-60_000:])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    assert not said, said.decode()
