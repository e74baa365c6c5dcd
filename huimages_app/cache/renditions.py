"""The rendition cache: files that a web server finds by the URL alone.

    ROOT/AB/ID/SIZE.EXT          a rendition; AB are the first two characters of ID
    ROOT/AB/ID/LIMITED-SIZE.EXT  a rendition that requests are checked for: no pattern of a web
                                 server matches the name, so only the application sends it
    ROOT/AB/ID/~NAME.EXT         a preview that renditions are made from
    ROOT/AB/ID/~mark.MARK        the rights that the renditions in the folder state
    SCRATCH/writing, removed     files that are not, or no longer, visible
    SCRATCH/lock, count          locks of pending renditions; files and bytes in the cache

All renditions of an image lie in one folder, so removing the image from the cache is one
rename.  ROOT and SCRATCH lie on one filesystem.  The cache never makes a request fail: on
any fault of its disk renditions are made in memory and not kept, until it works again.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from ..domain.formats import Format
from ..domain.ids import is_image_id, parse_image_id
from ..domain.sizes import Size
from ..errors import BadSetting, StorageUnavailable
from . import file_names
from .counter import Usage
from .eviction import CacheEviction, Pruned
from .fault_log import FaultLog
from .locks import FileLocks
from .pending import (
    ImageFolder,
    PendingRendition,
    Published,
    empty_folder,
    memory_file,
    remove_stale,
)

__all__ = ["PendingRendition", "Pruned", "RenditionCache", "Usage"]

_DAY = 24 * 60 * 60  # seconds
# Bytes left on the disk below which nothing is kept: room for everything else on it.
_RESERVE = 64 << 20
_BLOCK = 1 << 16  # bytes read at once: most renditions are smaller
_ATTEMPTS = 10  # at entering a folder that other processes remove because it is empty


class RenditionCache:
    """Renditions below `root`, temporary files below `scratch`; 0 `max_bytes` is no limit.

    Thread-safe; any number of processes may share it.  Sizes are given as a Size or, for
    previews, as a name that begins with `~`.  Raises BadSetting if the two folders are not
    on one filesystem; a folder that can't be used is logged, and is not an error.
    """

    def __init__(
        self,
        root: Path,
        scratch: Path,
        max_bytes: int,
        *,
        max_per_image: int = 0,
        reserve: int = _RESERVE,
        lock_timeout: float = 30,
    ) -> None:
        self._root = root
        self._scratch = scratch
        self._writing = scratch / "writing"
        self._removed = scratch / "removed"
        self.max_per_image = max_per_image  # renditions; 0: no limit.  Callers enforce it.
        self._reserve = reserve
        self._lock_timeout = lock_timeout
        self._faults = FaultLog(root)
        self._locks = FileLocks(scratch / "lock")
        self._eviction = CacheEviction(root, scratch, max_bytes, self._faults)
        self._removed_image: Callable[[str], None] = lambda image_id: None
        try:
            self._make_folders()
            same_disk = root.stat().st_dev == scratch.stat().st_dev
            remove_stale(self._writing, self._removed, time.time() - _DAY)
        except OSError as error:
            self._faults.report("start", error)
            return
        if not same_disk:
            raise BadSetting(f"{root} and {scratch} must lie on the same filesystem")

    # -- reading -------------------------------------------------------------------------

    def path(self, image_id: str, size: Size | str, format_: Format) -> Path:
        """Return the path where the rendition is, or would be."""
        name = size.cache_name if isinstance(size, Size) else size
        return self._folder(image_id) / f"{name}.{format_.extension}"

    def open(
        self, image_id: str, size: Size | str, format_: Format, *, limited: bool = False
    ) -> BinaryIO | None:
        """Open the rendition; None if there is none, or none that can be read.

        `limited`: the one that was published as limited.
        """
        path = self.path(image_id, size, format_)
        try:
            # Unbuffered: for a buffered file `open` calls isatty(), one system call more.
            raw = io.FileIO(file_names.limited(path) if limited else path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._faults.report("read", error)
            return None
        file = io.BufferedReader(raw, _BLOCK)
        try:
            # Reads the first block: a disk that fails does so here, where it is a miss.  An
            # empty file is what a power cut leaves of one that was not flushed.
            if file.peek(1):
                self._eviction.note_use(file)
                return file
        except OSError as error:
            self._faults.report("read", error)
        file.close()
        return None

    def find(self, image_id: str, size: Size | str, format_: Format) -> Path | None:
        """Return the path of the rendition; None if there is none, or none that can be read."""
        file = self.open(image_id, size, format_)
        if file is None:
            return None
        file.close()
        return self.path(image_id, size, format_)

    def count(self, image_id: str) -> int:
        """Return the number of renditions of an image, without previews."""
        return len(file_names.renditions_in(self._names(image_id)))

    def has_files(self, image_id: str) -> bool:
        """Return whether any rendition or preview of an image is in the cache."""
        return bool(self._names(image_id))

    def is_outdated(self, image_id: str, mark: str) -> bool:
        """Return whether a rendition of the image was published with another mark than `mark`."""
        return file_names.are_outdated(self._names(image_id), mark)

    def marks(self, image_id: str) -> set[str]:
        """Return the marks with which renditions of the image were published."""
        return file_names.marks_in(self._names(image_id))

    def _names(self, image_id: str) -> list[str]:
        try:
            return os.listdir(self._folder(image_id))  # noqa: PTH208 - called on every miss
        except OSError:
            return []

    # -- filling -------------------------------------------------------------------------

    @contextlib.contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """Hold the lock of a key, across threads and processes; raises ServerBusy.

        Without a usable disk the lock holds within this process only.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._locks.acquire(key, self._lock_timeout))
            except OSError as error:
                self._faults.report("lock", error)
                stack.enter_context(self._locks.acquire_in_process(key, self._lock_timeout))
            yield

    @contextlib.contextmanager
    def pending(
        self, image_id: str, size: Size | str, format_: Format
    ) -> Iterator[PendingRendition]:
        """Make a rendition: write to `descriptor`, then `publish`.  It is closed at the end.

        The file goes into the very folder that the image had at the entry.  So if the
        record is read inside the context, a rendition never appears after the image was
        removed: `remove` moved that folder away.  Raises StorageUnavailable if the machine
        is short of memory or file descriptors.
        """
        target = self.path(image_id, size, format_)
        with contextlib.ExitStack() as stack:
            folder = self._entered(target.parent)
            if folder is not None:
                stack.callback(folder.close)
            descriptor = stack.enter_context(memory_file())
            yield PendingRendition(descriptor, folder, target, self._publish)

    def _entered(self, path: Path) -> ImageFolder | None:
        """Enter the folder of an image, making it if need be; None if nothing can be kept."""
        try:
            for _ in range(_ATTEMPTS):
                try:
                    self._require_space()
                    return ImageFolder(path)
                except FileNotFoundError:
                    # Removed as an empty folder by another process, or the whole cache was
                    # removed while the site is running.
                    self._make_folders()
        except OSError as error:
            self._faults.report("write", error)
        return None

    def _require_space(self) -> None:
        disk = os.statvfs(self._writing)
        if (free := disk.f_bavail * disk.f_frsize) < self._reserve:
            self._eviction.make_room(2 * self._reserve - free)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._root))

    def _publish(self, pending: PendingRendition, mark: str, is_limited: bool) -> Published | None:
        folder, target = pending.folder, pending.target
        if folder is None:
            return None
        target = file_names.limited(target) if is_limited else target
        # HTTP dates have whole seconds.  The first response, from memory, must have the same
        # Last-Modified as the later ones, from the disk.
        modified = int(time.time())
        mtime_ns = modified * 10**9
        length, marks = pending.length, 0
        try:
            if mark and (name := file_names.MARK_PREFIX + mark) not in folder.names:
                folder.write(name, lambda file: os.write(file, b"\n"), self._writing, mtime_ns)
                marks = 1
            if not folder.write(target.name, pending.copy_to, self._writing, mtime_ns):
                return None  # the image was removed meanwhile
        except OSError as error:
            self._faults.report("write", error)
            return None
        self._faults.clear("write")
        self._eviction.added(1 + marks, length + marks)
        return Published(target, float(modified))

    def image_ids(self) -> Iterator[str]:
        """Yield the IDs of all images with a folder, in no order; raises StorageUnavailable."""
        try:
            for shard in _files(self._root):
                yield from (path.name for path in _files(shard) if is_image_id(path.name))
        except OSError as error:
            raise StorageUnavailable(f"the cache {self._root} can't be read: {error}") from error

    # -- removing ------------------------------------------------------------------------

    def on_remove(self, call: Callable[[str], None]) -> None:
        """Call this function with the ID of each image after renditions of it were removed."""
        self._removed_image = call

    def remove(self, image_id: str) -> None:
        """Remove all renditions of an image at once, and those that are being made.

        Raises StorageUnavailable if renditions exist and the disk does not allow it.
        """
        folder = self._folder(image_id)
        try:
            self._eviction.removed(*self._take_away(folder))
        except (FileNotFoundError, NotADirectoryError):
            pass  # there is nothing here; caches in front may have something
        except OSError as error:
            raise StorageUnavailable(
                f"the renditions of {image_id} can't be removed: {error}"
            ) from error
        self._removed_image(image_id)

    def remove_files(self, image_id: str, is_unwanted: Callable[[str], bool]) -> int:
        """Remove the files of an image whose names are unwanted; return their number.

        Raises StorageUnavailable.
        """
        removed = freed = 0
        try:
            for path in _files(self._folder(image_id)):
                if is_unwanted(path.name):
                    with contextlib.suppress(FileNotFoundError):  # evicted just now
                        length = path.stat().st_size
                        path.unlink()
                        removed, freed = removed + 1, freed + length
        except OSError as error:
            raise StorageUnavailable(
                f"renditions of {image_id} can't be removed: {error}"
            ) from error
        if removed:
            self._eviction.removed(removed, freed)
            self._removed_image(image_id)
        return removed

    def _take_away(self, folder: Path) -> tuple[int, int]:
        """Remove the folder; return the numbers of files and bytes that were in it."""
        trash = self._removed / secrets.token_hex(8)
        try:
            folder.rename(trash)
        except OSError as error:
            if error.errno == errno.ENOENT and self._removed.is_dir():
                raise  # there is nothing to remove
            folder.lstat()  # raises FileNotFoundError as well
            self._faults.report("remove", error)
            return empty_folder(folder)  # not at once, but without the folder for it
        return empty_folder(trash)

    def counted(self) -> Usage | None:
        """Return the running count of files and bytes; None if it is not known.

        It is kept only if the cache has a limit, and begins with the first pruning.
        """
        return self._eviction.counted()

    def usage(self) -> Usage:
        """Count files and bytes by looking at every file; raises StorageUnavailable."""
        return self._eviction.usage()

    def prune(
        self, max_bytes: int | None = None, progress: Callable[[int], None] | None = None
    ) -> Pruned:
        """Remove the least recently used files until at most `max_bytes` are left.

        `max_bytes` defaults to the limit of the cache.  Previews go last.  `progress` is
        called with the bytes of each file removed.  Raises ServerBusy if another process is
        pruning, StorageUnavailable.
        """
        return self._eviction.prune(max_bytes, progress)

    def close(self) -> None:
        """Wait for the pruning that is under way."""
        self._eviction.close()

    # -- folders -------------------------------------------------------------------------

    def _make_folders(self) -> None:
        self._root.mkdir(mode=0o755, parents=True, exist_ok=True)
        for folder in (self._scratch, self._writing, self._removed):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _folder(self, image_id: str) -> Path:
        image_id = parse_image_id(image_id)  # an empty one would name the whole cache
        return self._root.joinpath(image_id[:2], image_id)


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):  # removed just now, or no folder
        return []
