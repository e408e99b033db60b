"""How much memory this process may still take: of the machine, of its own limits, and of the container around it; and
how it is let go.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from refugee_model.errors import RefugeeModelError, RequestError

CGROUPS, PROCESS = Path("/sys/fs/cgroup"), Path("/proc/self")
"""Where Linux tells the limits of containers, and to which of them this process belongs."""
LIMITS = {"RLIMIT_AS": "vms", "RLIMIT_DATA": "data"}
"""Limits of a process, and what of its memory counts towards each."""
GIGABYTE = 1e9
ENGINE_BYTES = 200e6
"""What the libraries of the engine and one small projection take in all, measured."""
ENGINE_ADDRESSES, ADDRESSES_A_CORE = 900e6, 50e6
"""What they take of a limit of addresses: code and stacks of threads are counted there, used or not. Measured: 950 MB
on two cores."""
SHORT = 100e6
"""Where less is left than this, a library or a thread that cannot begin lacks memory."""
NO_MEMORY = "there is not enough memory for this; take fewer draws, places or days, or longer steps"


@contextmanager
def letting_go() -> Iterator[None]:
    """Free what is made herein and refers to itself in circles, as figures do; what was there before is left aside
    meanwhile, as looking at all of it takes long.
    """
    ours = not gc.get_freeze_count()
    if ours:
        gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        if ours:
            gc.unfreeze()


def free_memory() -> float:
    """The least of what the machine, the process and the container have left for this process [bytes]."""
    import psutil

    return max(0.0, min(float(psutil.virtual_memory().available), left_to_process(), left_to_container()))


def left_to_process() -> float:
    """What the limits of this process (``ulimit -v``, ``-d``) leave of addresses and data; infinite without [bytes]."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limits
        return float("inf")
    limits = {name: resource.getrlimit(getattr(resource, name))[0] for name in LIMITS if hasattr(resource, name)}
    limits = {name: most for name, most in limits.items() if most != resource.RLIM_INFINITY}
    if not limits:
        return float("inf")
    import psutil

    taken = psutil.Process().memory_info()
    return min(float(most - getattr(taken, LIMITS[name], taken.rss)) for name, most in limits.items())


def check_room() -> None:
    """Refuse to begin where not even the libraries fit: they would end the process without a word of ours."""
    needed = ENGINE_ADDRESSES + ADDRESSES_A_CORE * (os.cpu_count() or 1)
    for free, least, whose in (
        (left_to_process(), needed, "the limits of this process leave"),
        (left_to_container(), ENGINE_BYTES, "its container leaves"),
    ):
        if free < least:
            found = f"{whose} {max(free, 0.0) / GIGABYTE:.2f} GB of memory"
            needs = f"{least / GIGABYTE:.2f} GB are needed at least"
            raise RequestError("nothing can be projected", f"{found}, and {needs}")


def left_to_container(cgroups: Path | None = None, process: Path | None = None) -> float:
    """What the control groups of this process, and all around them, leave of memory; infinite without [bytes]."""
    cgroups, process = cgroups or CGROUPS, process or PROCESS
    left = float("inf")
    for controllers, path in _groups(process / "cgroup"):
        if controllers and "memory" not in controllers.split(","):
            continue
        mounts = [cgroups / "memory", cgroups / controllers] if controllers else [cgroups, cgroups / "unified"]
        parts = [part for part in path.split("/") if part]
        # In a container the path may be that of the host, and only the mount itself be there.
        groups = [mount.joinpath(*parts[:count]) for mount in mounts for count in range(len(parts) + 1)]
        left = min(left, *map(_left, groups))
    return left


def _groups(file: Path) -> list[tuple[str, str]]:
    """Controllers and path of each control group of a process; the second version names no controllers."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    fields = [line.split(":", 2) for line in lines]
    return [(one[1], one[2]) for one in fields if len(one) == 3]


def _left(group: Path) -> float:
    """What one control group leaves, pages of files that can be given up not counted; infinite without one [bytes]."""
    for limit, usage, cache in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        most, used = _number(group / limit), _number(group / usage)
        if most is not None and used is not None:
            return most - max(used - _statistic(group / "memory.stat", cache), 0.0)
    return float("inf")


def _number(file: Path) -> float | None:
    """The number in a file; None where there is none, as where it says 'max'."""
    try:
        return float(int(file.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return None


def _statistic(file: Path, name: str) -> float:
    """A number of bytes in a file of names and numbers; 0 where it is not told."""
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return 0.0
    said = (line.split()[1] for line in lines if line.startswith(f"{name} "))
    return float(next(filter(str.isdigit, said), 0))


def out_of_memory(subject: str) -> RefugeeModelError:
    """What to tell where memory came to its end."""
    return RequestError(subject, NO_MEMORY)
