"""Metrics of several processes in one folder: PROMETHEUS_MULTIPROC_DIR.

Each process writes its numbers into files of its own, `TYPE_PID.db`, and any of them returns the
sums.  The files of dead processes are added up in those of process 0, which never runs: counters
must not fall, and a scrape must not read one file per restart.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

log = logging.getLogger(__name__)

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_MEMORY = Path("/dev/shm")  # noqa: S108
_PREFIX = "huimages-metrics-"
_FILE = re.compile(r"(counter|histogram|gauge_live[a-z]+)_([0-9]+)\.db")
_SUMS = "0"  # in place of the process ID


# Each number that is counted looks whether it is still in the process of its file.  The system
# call takes half a microsecond, four times in a cache hit.
process_id = functools.cache(os.getpid)
os.register_at_fork(after_in_child=process_id.cache_clear)


def share() -> None:
    """Make a folder for this process and its children, unless the variable is set.

    Called before `prepare`.  In memory, since a full disk would kill the processes; removed
    when this process ends, or when the next one starts.
    """
    if VARIABLE not in os.environ:
        root = _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
        _remove_abandoned(root)
        prefix = f"{_PREFIX}{os.getpid()}-"
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix=prefix, dir=root)
    folder = Path(os.environ[VARIABLE])
    owner = os.getpid()
    # After the execution of a new version, too, which finds the variable set.
    if folder.name.startswith(f"{_PREFIX}{owner}-"):

        def remove() -> None:
            if os.getpid() == owner:  # not in its children
                shutil.rmtree(folder, ignore_errors=True)

        atexit.register(remove)


def _remove_abandoned(root: Path) -> None:
    for folder in root.glob(f"{_PREFIX}*"):
        process = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):  # removed since
            is_ours = folder.lstat().st_uid == os.getuid() and process.isdigit()
            if is_ours and not _is_alive(int(process)):
                shutil.rmtree(folder, ignore_errors=True)


def prepare() -> None:
    """Make the folder usable; called before `prometheus_client` is imported.

    Without a usable folder each process keeps its numbers to itself.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with exclusive(Path(folder)):
            # A process with the same ID may have died here, as in every restarted container.
            _remove_gauges(Path(folder), os.getpid())
    except OSError as error:
        log.error("metrics not shared between processes: folder=%s error=%s", folder, error)
        del os.environ[VARIABLE]


def folder() -> Path | None:
    """Return the folder; None if each process has its own numbers."""
    name = os.environ.get(VARIABLE)
    return Path(name) if name else None


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep other processes from reading and merging; raises OSError."""
    with (folder / "lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def merge_dead(folder: Path) -> None:
    """Remove the gauges of dead processes and add up their counters; call in `exclusive`."""
    dead: dict[str, list[Path]] = {"counter": [], "histogram": []}
    for path in folder.iterdir():
        match = _FILE.fullmatch(path.name)
        if match is None or match[2] == _SUMS or _is_alive(int(match[2])):
            continue
        if match[1] in dead:
            dead[match[1]].append(path)
        else:
            path.unlink(missing_ok=True)
    for kind, paths in dead.items():
        if paths:
            _add_up(paths, folder / f"{kind}_{_SUMS}.db")


def _add_up(paths: Sequence[Path], target: Path) -> None:
    from prometheus_client.mmap_dict import MmapedDict

    sums: dict[str, float] = {}
    for path in (*paths, target) if target.exists() else paths:
        for key, value, *_ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]
            sums[key] = sums.get(key, 0.0) + value
    temporary = target.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    merged = MmapedDict(str(temporary))  # type: ignore[no-untyped-call]
    for key, value in sums.items():
        merged.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
    merged.close()  # type: ignore[no-untyped-call]
    temporary.replace(target)
    for path in paths:
        path.unlink(missing_ok=True)


def _remove_gauges(folder: Path, pid: int) -> None:
    for path in folder.glob(f"gauge_live*_{pid}.db"):
        path.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # a process of another user
        return True
    return True
