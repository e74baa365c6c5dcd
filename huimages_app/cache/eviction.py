"""Keeping the rendition cache below its limit: a running count, and pruning.

The count lies in a file that all processes add to, so that nobody has to walk the cache
on the way.  It is trusted until the machine is started anew, or is over the limit: then
one process walks, corrects it, and removes what was not used for longest.
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
from typing import NamedTuple

from ..errors import Busy, StoreDown
from .counter import SharedCount

log = logging.getLogger(__name__)

INTERMEDIATE = "~"  # how names of intermediates begin

_PRUNED_TO = 0.9  # of the limit, so that pruning is rare
_MINUTE = 60  # seconds
_FILLING = 60 * 60  # seconds for which an empty folder may be one that is being filled


# Of all bytes there are, how many have to go.
Excess = Callable[[int], int]


@dataclass(frozen=True)
class Usage:
    """What is in the cache."""

    files: int
    bytes: int


@dataclass(frozen=True)
class Pruned:
    """What was removed from the cache."""

    files: int
    bytes: int


class _Entry(NamedTuple):
    """A cached file.  In the order of these fields files are removed."""

    intermediate: bool
    used: float  # seconds since the epoch
    path: Path
    length: int

    @property
    def age(self) -> tuple[bool, int]:
        """Its place in the order, to the minute."""
        return self.intermediate, int(self.used // _MINUTE)


class Upkeep:
    """Counts and prunes the files below `root`; its own files lie in `scratch`.

    0 `max_bytes` is no limit: nothing is counted then.  Thread-safe.
    """

    def __init__(self, root: Path, scratch: Path, max_bytes: int) -> None:
        self._root = root
        self._count = SharedCount(scratch / "usage")
        self._lock = scratch / "pruning"
        self._max_bytes = max_bytes
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    # -- on the way ----------------------------------------------------------------------

    def added(self, length: int) -> None:
        """A file of so many bytes came in.  Starts pruning if that was too much."""
        if not self._max_bytes:
            return
        try:
            total = self._count.add(length)
        except OSError as error:
            log.error("the count of the rendition cache can't be kept: %s", error)
            return
        if total is None or total > self._max_bytes:
            self._start(self._excess)

    def removed(self, length: int) -> None:
        """Files of so many bytes are gone."""
        self.added(-length)

    def make_room(self, length: int) -> None:
        """The disk is full, whatever the limit: remove so many bytes in the background."""
        self._start(lambda _: length)

    def _excess(self, total: int) -> int:
        return total - int(self._max_bytes * _PRUNED_TO) if total > self._max_bytes else 0

    def _start(self, excess: Excess) -> None:
        """Prune in the background, unless this process, or another one, is at it."""
        with self._guard:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._prune_quietly, args=(excess,), name="prune", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """Wait for the pruning that is under way."""
        with self._guard:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _prune_quietly(self, excess: Excess) -> None:
        try:
            with self._alone():
                pruned = self._prune(excess, None)
        except Busy:
            return
        except OSError as error:
            log.error("the rendition cache in %s can't be pruned: %s", self._root, error)
            return
        if pruned.files:
            log.info("pruned the rendition cache: %d files, %d bytes", pruned.files, pruned.bytes)

    # -- when asked ----------------------------------------------------------------------

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
        with _translated(), self._alone():
            return self._prune(lambda total: total - limit, progress)

    # -- pruning -------------------------------------------------------------------------

    def _prune(self, excess_of: Excess, progress: Callable[[int], None] | None) -> Pruned:
        # Two walks, for a million files are too many to hold in memory: the first finds
        # the minute up to which all has to go, the second removes.
        ages: Counter[tuple[bool, int]] = Counter()
        for entry in self._entries():
            ages[entry.age] += entry.length
        total = ages.total()
        excess = min(excess_of(total), total)
        files = freed = 0
        if excess > 0:
            for entry in self._oldest(ages, excess):
                if freed >= excess:
                    break
                with contextlib.suppress(FileNotFoundError):
                    entry.path.unlink()
                    files += 1
                    freed += entry.length
                    if progress is not None:
                        progress(entry.length)
        self._count.set(total - freed)
        return Pruned(files, freed)

    def _oldest(self, ages: Counter[tuple[bool, int]], excess: int) -> Iterator[_Entry]:
        """Files whose bytes add up to `excess` or more, those of the last minute in order."""
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
        """Every file; empty ones and old empty folders are removed on the way."""
        for shard in _folders(self._root):
            for folder in _folders(shard):
                with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
                    found = False
                    for entry in entries:
                        with contextlib.suppress(FileNotFoundError):
                            status = entry.stat(follow_symlinks=False)
                            found = True
                            path = folder / entry.name
                            if not status.st_size:
                                path.unlink()  # what a power cut leaves
                                continue
                            used = max(status.st_atime, status.st_mtime)
                            intermediate = entry.name.startswith(INTERMEDIATE)
                            yield _Entry(intermediate, used, path, status.st_size)
                    if not found and folder.stat().st_mtime < time.time() - _FILLING:
                        with contextlib.suppress(OSError):  # taken into use just now
                            folder.rmdir()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep all others from pruning; raises Busy."""
        with self._lock.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy("somebody else is pruning the cache; try again later") from None
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
        raise StoreDown(f"the rendition cache can't be looked through: {error}") from error
