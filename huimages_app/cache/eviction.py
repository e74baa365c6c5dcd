"""Eviction: keep the rendition cache below its limit.

A running count lies in a file that all processes add to, so that a request never has to
walk the cache.  The count is trusted until the machine boots or the count exceeds the
limit: then one process walks the cache, corrects the count, and removes the files that
were not used for longest.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ..errors import ServerBusy, StorageUnavailable
from ..observation import metrics
from .counter import SharedUsage, Usage
from .fault_log import FaultLog
from .file_names import PREVIEW_PREFIX

log = logging.getLogger(__name__)

_TARGET = 0.9  # share of the limit that pruning leaves in use, so that it is rare
_MINUTE = 60  # seconds
_DAY = 24 * 60 * 60  # seconds
_EMPTY_FOLDER_AGE = 60 * 60  # seconds; a younger one may be about to be filled

# Maps the bytes in the cache to the bytes to remove.
Excess = Callable[[int], int]


@dataclass(frozen=True)
class Pruned:
    """The files removed from the cache."""

    files: int
    bytes: int


class _Entry(NamedTuple):
    """A cached file; files are removed in the order of these fields."""

    preview: bool
    used: float  # seconds since the epoch
    path: Path
    length: int

    @property
    def age(self) -> tuple[bool, int]:
        """Return the sort key, to the minute."""
        return self.preview, int(self.used // _MINUTE)


class CacheEviction:
    """Counts and prunes the files below `root`; its own files lie in `scratch`.

    0 `max_bytes` is no limit: nothing is counted then.  Faults of the disk are reported to
    `faults`.  Thread-safe.
    """

    def __init__(self, root: Path, scratch: Path, max_bytes: int, faults: FaultLog) -> None:
        self._root = root
        self._faults = faults
        self._count = SharedUsage(scratch / "count")
        self._lock = scratch / "pruning"
        self._max_bytes = max_bytes
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    # -- during requests -----------------------------------------------------------------

    def note_use(self, file: BinaryIO) -> None:
        """Renew the time of last use of an open file, once a day.

        The mtime stays: it is the Last-Modified.  Once a day is enough for an order of use, and
        works on a disk mounted with noatime.
        """
        status = os.fstat(file.fileno())
        if time.time() - status.st_atime > _DAY:
            try:
                os.utime(file.fileno(), ns=(time.time_ns(), status.st_mtime_ns))
            except OSError as error:
                self._faults.report("note use", error)

    def added(self, files: int, length: int) -> None:
        """Count new files of `length` bytes; start pruning if the limit is exceeded."""
        if not self._max_bytes:
            return
        try:
            total = self._count.add(files, length)
        except OSError as error:
            self._faults.report("count", error)
            return
        if total is None or total.bytes > self._max_bytes:
            self._start(self._excess)

    def removed(self, files: int, length: int) -> None:
        """Count the removal of files of `length` bytes."""
        self.added(-files, -length)

    def counted(self) -> Usage | None:
        """See RenditionCache."""
        if not self._max_bytes:
            return None
        try:
            return self._count.value()
        except OSError as error:
            self._faults.report("count", error)
            return None

    def make_room(self, length: int) -> None:
        """Remove `length` bytes in the background, regardless of the limit: the disk is full."""
        self._start(lambda _: length)

    def _excess(self, total: int) -> int:
        return total - int(self._max_bytes * _TARGET) if total > self._max_bytes else 0

    def _start(self, excess: Excess) -> None:
        """Prune in the background, unless a process is already pruning."""
        with self._guard:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._prune_in_background, args=(excess,), name="prune", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """Wait for the pruning that is under way."""
        with self._guard:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _prune_in_background(self, excess: Excess) -> None:
        try:
            with self._exclusive():
                pruned = self._prune(excess, None)
        except ServerBusy:
            return
        except OSError as error:
            self._faults.report("prune", error)
            return
        if pruned.files:
            log.info("rendition cache pruned: files=%d bytes=%d", pruned.files, pruned.bytes)

    # -- on demand -----------------------------------------------------------------------

    def usage(self) -> Usage:
        """See RenditionCache."""
        files = total = 0
        with _translated():
            for entry in self._entries():
                files += 1
                total += entry.length
        return Usage(files, total)

    def prune(self, max_bytes: int | None, progress: Callable[[int], None] | None) -> Pruned:
        """See RenditionCache."""
        limit = self._max_bytes if max_bytes is None else max_bytes
        if max_bytes is None and not limit:
            return Pruned(0, 0)
        with _translated(), self._exclusive():
            return self._prune(lambda total: total - limit, progress)

    # -- pruning -------------------------------------------------------------------------

    def _prune(self, excess_of: Excess, progress: Callable[[int], None] | None) -> Pruned:
        # Two walks, since a million files are too many to hold in memory: the first finds
        # the minute up to which files have to go, the second removes them.
        ages: Counter[tuple[bool, int]] = Counter()
        present = 0
        for entry in self._entries():
            ages[entry.age] += entry.length
            present += 1
        total = ages.total()
        excess = min(excess_of(total), total)
        files = freed = 0
        if excess > 0:
            for entry in self._oldest(ages, excess):
                if freed >= excess:
                    break
                if self._removed_file(entry.path):
                    files += 1
                    freed += entry.length
                    if progress is not None:
                        progress(entry.length)
        self._count.set(Usage(present - files, total - freed))
        metrics.CACHE_EVICTED_FILES.inc(files)
        metrics.CACHE_EVICTED_BYTES.inc(freed)
        return Pruned(files, freed)

    def _removed_file(self, path: Path) -> bool:
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            self._faults.report("prune", error)
            return False
        return True

    def _oldest(self, ages: Counter[tuple[bool, int]], excess: int) -> Iterator[_Entry]:
        """Yield files whose bytes add up to `excess` or more, sorted within the last minute."""
        before = 0
        last = min(ages)
        for age in sorted(ages):
            last = age
            if before + ages[age] >= excess:
                break
            before += ages[age]
        of_last_minute = []
        for entry in self._entries():
            if entry.age < last:
                yield entry
            elif entry.age == last:
                of_last_minute.append(entry)
        yield from sorted(of_last_minute)

    def _entries(self) -> Iterator[_Entry]:
        """Yield every file; remove empty files and old empty folders on the way."""
        for shard in _folders(self._root):
            for folder in _folders(shard):
                try:
                    yield from self._files(folder)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    self._faults.report("prune", error)

    def _files(self, folder: Path) -> Iterator[_Entry]:
        is_empty = True
        with os.scandir(folder) as entries:
            for entry in entries:
                is_empty = False
                if entry.is_dir(follow_symlinks=False):
                    continue  # not made by the cache
                with contextlib.suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    path = folder / entry.name
                    if not status.st_size:
                        path.unlink()  # left by a power cut
                        continue
                    used = max(status.st_atime, status.st_mtime)
                    is_preview = entry.name.startswith(PREVIEW_PREFIX)
                    yield _Entry(is_preview, used, path, status.st_size)
        if is_empty and folder.stat().st_mtime < time.time() - _EMPTY_FOLDER_AGE:
            with contextlib.suppress(OSError):  # taken into use just now
                folder.rmdir()

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Keep other threads and processes from pruning; raises ServerBusy."""
        with self._lock.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ServerBusy("another process is pruning the cache; try again later") from None
            yield


def _folders(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return
    for name in names:
        yield folder / name


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"the rendition cache can't be read: {error}") from error
