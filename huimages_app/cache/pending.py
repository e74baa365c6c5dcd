"""A rendition that is being made, and the folder of an image."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import io
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import StorageUnavailable
from . import file_names

# Shortages of this machine: the next attempt may succeed.
_SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT})

_SMALL = 1 << 16  # bytes; smaller files are read at once


class PendingRendition:
    """A rendition that is being made: write to `descriptor`, a file in memory, then `publish`.

    `folder` is that of the image, and `target` the path of the rendition; without a folder it is
    not kept.
    """

    def __init__(
        self,
        descriptor: int,
        folder: ImageFolder | None,
        target: Path,
        publish: Callable[[PendingRendition, str, bool], Published | None],
    ) -> None:
        self.descriptor = descriptor
        self.folder = folder
        self.target = target
        self._publish = publish

    @property
    def is_published(self) -> bool:
        """Return whether the rendition was there when the folder was entered."""
        names = self.folder.names if self.folder else ()
        return self.target.name in names or file_names.limited(self.target).name in names

    @property
    def others(self) -> int:
        """Return the number of renditions in the folder when it was entered, without previews."""
        return len(file_names.renditions_in(self.folder.names)) if self.folder else 0

    @functools.cached_property
    def length(self) -> int:
        """Return the number of bytes of the complete file."""
        return os.fstat(self.descriptor).st_size

    def copy_to(self, target: int) -> None:
        """Copy the file to that of another descriptor, inside the kernel.  Raises OSError."""
        offset = 0
        while offset < self.length:
            offset += os.sendfile(target, self.descriptor, offset, self.length - offset)

    def opened(self) -> BinaryIO:
        """Return the complete file, open from its start; the receiver closes it."""
        if self.length <= _SMALL:
            return io.BytesIO(os.pread(self.descriptor, self.length, 0))
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        return open(os.dup(self.descriptor), "rb", buffering=0)  # noqa: PTH123 - a descriptor

    def publish(self, mark: str = "", *, limited: bool = False) -> Published | None:
        """Put a copy of the file into the cache.

        `mark` identifies the rights that the rendition states: see `is_outdated`.  A `limited`
        one has a name that no web server finds.

        Returns None if the image was removed meanwhile, or if the disk does not take the
        file.  `descriptor` can be read until the context of the pending rendition ends.
        """
        return self._publish(self, mark, limited)


@dataclass(frozen=True)
class Published:
    """A rendition that was put into the cache; `modified` in seconds since the epoch."""

    path: Path
    modified: float


@contextlib.contextmanager
def memory_file() -> Iterator[int]:
    """Yield the descriptor of an empty file in memory, which no fault of a disk can reach.

    Raises StorageUnavailable if the machine is short of memory or file descriptors, in
    the context as well.
    """
    try:
        descriptor = os.memfd_create("rendition")
        try:
            yield descriptor
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in _SHORTAGES:
            raise StorageUnavailable(f"renditions can't be made now: {error.strerror}") from error
        raise


class ImageFolder:
    """The cache folder of one image, held open.  Raises OSError.

    Files always go into this folder, even if it is moved away and a new one gets its name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        is_new = _make_with_parent(path)
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # Until `close`, no other process or thread removes the folder as empty.
            fcntl.flock(self._descriptor, fcntl.LOCK_SH)
            self._status = os.fstat(self._descriptor)
            if not self._status.st_nlink:  # it was removed before it was locked
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            self.names: Collection[str] = () if is_new else os.listdir(path)  # noqa: PTH208
        except BaseException:
            os.close(self._descriptor)
            raise
        self._is_empty = not self.names

    def write(
        self, name: str, fill: Callable[[int], object], temporaries: Path, mtime_ns: int
    ) -> bool:
        """Write a file for every web server to read; return whether it can be found there.

        `fill` is called with the descriptor of the empty file.  It is not flushed to the disk: a
        rendition can be made again.
        """
        temporary = temporaries / f".{secrets.token_hex(16)}.tmp"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            try:
                fill(descriptor)
                os.fchmod(descriptor, 0o644)
                os.utime(descriptor, ns=(mtime_ns, mtime_ns))
            finally:
                os.close(descriptor)
            os.rename(temporary, name, dst_dir_fd=self._descriptor)
        except BaseException as error:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            if isinstance(error, FileNotFoundError) and not self._is_in_place():
                return False
            raise
        self._is_empty = False
        return self._is_in_place()

    def close(self) -> None:
        """Close the folder; the last one that closes an empty folder removes it."""
        if self._is_empty:
            with contextlib.suppress(OSError):  # in use, not empty, or removed
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._is_in_place():
                    self._path.rmdir()
        os.close(self._descriptor)

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(self._status, self._path.stat())
        except FileNotFoundError:
            return False


def _make_with_parent(path: Path) -> bool:
    """Make the folder of an image; return False if it is there.  Raises OSError."""
    try:
        return _make(path)
    except FileNotFoundError:
        _make(path.parent)
        return _make(path)


def _make(folder: Path) -> bool:
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    with contextlib.suppress(FileNotFoundError):  # removed again: `open` raises
        folder.chmod(0o755)  # for every web server to read
    return True


def empty_folder(folder: Path) -> tuple[int, int]:
    """Remove a folder and all in it, also what is being published into it.

    Returns the numbers of files and bytes removed.
    """
    files = removed = 0
    while True:
        try:
            if not folder.is_dir():
                folder.unlink()  # not made by the cache
                return files, removed
            for path in folder.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    removed += path.lstat().st_size
                    files += 1
                    path.unlink()
            folder.rmdir()
        except FileNotFoundError:
            if not folder.exists():
                return files, removed
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
        else:
            return files, removed


def remove_stale(temporaries: Path, removed: Path, limit: float) -> None:
    """Remove what killed processes left: files older than `limit`, and all that was removed."""
    for path in temporaries.iterdir():
        # Another process may be cleaning up as well.
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            if path.stat().st_mtime < limit:
                path.unlink()
    for path in removed.iterdir():
        empty_folder(path)
