"""The rendition cache: files that a web server finds by the URL alone.

    ROOT/AB/ID/SIZE.EXT          a rendition; AB are the first two characters of ID
    ROOT/AB/ID/~NAME.EXT         an intermediate that renditions are made from
    SCRATCH/writing, removed     what is not, or no longer, to be seen
    SCRATCH/locks, usage         who makes what; how full the cache is

All that is shown of an image lies in one folder, so removing the image from the cache
is one rename.  ROOT and SCRATCH lie on one filesystem.  The cache never makes a request
fail: if its disk is full or gone, renditions are made in memory and not kept.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..domain.formats import Format
from ..domain.ids import parse_image_id
from ..domain.sizes import Size
from ..errors import BadSetting, StoreDown
from .eviction import INTERMEDIATE, Pruned, Upkeep, Usage
from .locks import NamedLocks
from .pending import Filling, emptied, entered, in_memory, left

log = logging.getLogger(__name__)

__all__ = ["Filling", "Pruned", "RenditionCache", "Usage"]

_DAY = 24 * 60 * 60  # seconds
# Bytes left on the disk below which nothing is kept: room to go on for everybody else.
_RESERVE = 64 << 20


class RenditionCache:
    """Renditions below `root`, temporary files below `scratch`; 0 `max_bytes` is no limit.

    Thread-safe; any number of processes may share it.  Sizes are given as a Size or, for
    intermediates, as a name that begins with `~`.  Raises BadSetting if the two folders
    are not on one filesystem; a folder that can't be used is logged, and not an error.
    """

    def __init__(
        self,
        root: Path,
        scratch: Path,
        max_bytes: int,
        *,
        reserve: int = _RESERVE,
        lock_timeout: float = 30,
    ) -> None:
        self._root = root
        self._writing = scratch / "writing"
        self._removed = scratch / "removed"
        self._reserve = reserve
        self._lock_timeout = lock_timeout
        self._locks_folder = scratch / "locks"
        self._locks = NamedLocks(self._locks_folder)
        self._upkeep = Upkeep(root, scratch, max_bytes)
        self._failing = False  # whether the last writing failed: each outage is logged once
        try:
            root.mkdir(mode=0o755, parents=True, exist_ok=True)
            for folder in (scratch, self._writing, self._removed, self._locks_folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            same_disk = root.stat().st_dev == scratch.stat().st_dev
            self._remove_stale()
        except OSError as error:
            self._complain(error)
            return
        if not same_disk:
            raise BadSetting(f"{root} and {scratch} must lie on the same filesystem")

    # -- looking -------------------------------------------------------------------------

    def path(self, image_id: str, size: Size | str, format_: Format) -> Path:
        """Where the rendition is, or would be."""
        return self._folder(image_id) / f"{size}.{format_.extension}"

    def find(self, image_id: str, size: Size | str, format_: Format) -> Path | None:
        """The file of the rendition; None if there is none, or none that can be read."""
        path = self.path(image_id, size, format_)
        try:
            status = path.stat()
            # An empty file is what a power cut leaves of one that was not flushed.
            if not status.st_size:
                return None
            # Once a day is enough for an order of use, and works where the disk is
            # mounted with noatime.  The mtime stays: it is the Last-Modified.
            if time.time() - status.st_atime > _DAY:
                os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain(error)
            return None
        return path

    def count(self, image_id: str) -> int:
        """Number of renditions of an image; intermediates are none."""
        try:
            names = os.listdir(self._folder(image_id))  # noqa: PTH208 - asked with every miss
        except OSError:
            return 0
        return sum(not name.startswith(INTERMEDIATE) for name in names)

    # -- filling -------------------------------------------------------------------------

    @contextlib.contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """One at a time for each key, across threads and processes; raises Busy.

        Without a usable disk it holds within this process only.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._locks.held(key, self._lock_timeout))
            except OSError as error:
                self._complain(error)
                stack.enter_context(self._locks.held_here(key, self._lock_timeout))
            yield

    @contextlib.contextmanager
    def filling(self, image_id: str, size: Size | str, format_: Format) -> Iterator[Filling]:
        """Make a rendition: write `path`, then `publish`.  The path is gone at the end.

        What is published goes into the very folder the image had at the entry.  So if
        the image's record is read inside the context, a rendition can never appear after
        the image was removed: `remove` took that folder away.
        """
        with contextlib.ExitStack() as stack:
            try:
                filling = stack.enter_context(self._on_disk(image_id, size, format_))
            except OSError as error:
                self._complain(error)
                filling = stack.enter_context(in_memory())
            yield filling

    @contextlib.contextmanager
    def _on_disk(self, image_id: str, size: Size | str, format_: Format) -> Iterator[Filling]:
        disk = os.statvfs(self._writing)
        if (free := disk.f_bavail * disk.f_frsize) < self._reserve:
            self._upkeep.make_room(2 * self._reserve - free)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._root))
        target = self.path(image_id, size, format_)
        temporary = self._writing / f"{secrets.token_hex(8)}.{format_.extension}"
        descriptor = entered(target.parent)
        filling = Filling(temporary, lambda: self._published(temporary, descriptor, target))
        try:
            yield filling
        except OSError as error:
            # The reserve went within moments: the next one is made in memory.
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StoreDown(f"the disk of the renditions is full: {error}") from error
            raise
        finally:
            if filling.published is not None:
                os.close(descriptor)
            else:
                # No empty folder stays for an image that is unknown.
                left(target.parent, descriptor)
                temporary.unlink(missing_ok=True)

    def _published(self, temporary: Path, folder: int, target: Path) -> Path | None:
        now = time.time_ns()
        try:
            # For every web server to read, and with the mtime that HTTP dates can say.
            temporary.chmod(0o644)
            os.utime(temporary, ns=(now, now // 10**9 * 10**9))
            length = temporary.stat().st_size
            os.replace(temporary, target.name, dst_dir_fd=folder)
            if not os.path.samestat(os.fstat(folder), target.parent.stat()):
                return None  # the folder was taken away, with what is in it
        except FileNotFoundError:
            return None  # the folder was taken away and is gone
        except OSError as error:
            self._complain(error)
            return None
        if self._failing:
            log.info("the rendition cache in %s works again", self._root)
            self._failing = False
        self._upkeep.added(length)
        return target

    # -- removing ------------------------------------------------------------------------

    def remove(self, image_id: str) -> None:
        """Remove all that is cached of an image, at once, and what is being made of it.

        Raises StoreDown if the disk does not allow it.
        """
        trash = self._removed / secrets.token_hex(8)
        try:
            self._folder(image_id).rename(trash)
            self._upkeep.removed(emptied(trash))
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreDown(f"the renditions of {image_id} can't be removed: {error}") from error

    def usage(self) -> Usage:
        """How many files there are, and of how many bytes.  Looks at every one; StoreDown."""
        return self._upkeep.usage()

    def prune(
        self, max_bytes: int | None = None, progress: Callable[[int], None] | None = None
    ) -> Pruned:
        """Remove the least recently used until at most `max_bytes` are left.

        The cache's own limit if not given.  Intermediates go last.  `progress` is called
        with the bytes of each file removed.  Raises Busy if another process is at it,
        StoreDown.
        """
        return self._upkeep.prune(max_bytes, progress)

    def close(self) -> None:
        """Wait for the pruning that is under way."""
        self._upkeep.close()

    def _remove_stale(self) -> None:
        """Remove what processes that were killed have left."""
        limit = time.time() - _DAY
        for path in (*self._writing.iterdir(), *self._locks_folder.iterdir()):
            # Another process may be cleaning up as well.
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < limit:
                    path.unlink()
        for path in self._removed.iterdir():
            emptied(path)

    # -- the rest ------------------------------------------------------------------------

    def _folder(self, image_id: str) -> Path:
        image_id = parse_image_id(image_id)  # of "" it would be the whole cache
        return self._root / image_id[:2] / image_id

    def _complain(self, error: OSError) -> None:
        if not self._failing:
            log.error("the rendition cache in %s can't be used: %s", self._root, error)
            self._failing = True
