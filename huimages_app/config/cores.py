"""The number of cores that this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Final

_CGROUPS: Final = Path("/sys/fs/cgroup")


def usable_cores(own: Path = Path("/proc/self/cgroup"), cgroups: Path = _CGROUPS) -> int:
    """Return the cores of its affinity, or fewer if the container or service has a quota."""
    cores = len(os.sched_getaffinity(0))
    quota = _quota(own, cgroups)
    return max(1, min(cores, math.ceil(quota))) if quota else cores


def _quota(own: Path, cgroups: Path) -> float | None:
    """Return the quota of this process's cgroup (version 2) in cores; None if it has none."""
    try:
        lines = own.read_text(encoding="ascii").splitlines()
        path = next(line.removeprefix("0::/") for line in lines if line.startswith("0::/"))
        quota, period = (cgroups / path / "cpu.max").read_text(encoding="ascii").split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError, StopIteration):
        return None  # version 1, or not on Linux
