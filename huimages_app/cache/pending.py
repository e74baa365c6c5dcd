"""A rendition that is being made, and the folder of an image."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ..domain.files import atomic_write
from ..errors import StorageUnavailable

# Shortages of this machine: the next attempt may succeed.
_SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT})


class PendingRendition:
    """A rendition that is being made: write `path`, a file in memory, then `publish`."""

    def __init__(self, path: Path, publish: Callable[[str, bool], Path | None]) -> None:
        self.path = path
        self._publish = publish

    def publish(self, mark: str = "", *, limited: bool = False) -> Path | None:
        """Put a copy of the file into the cache and return its path.

        `mark` stands for what the rendition states of the image: see `is_outdated`.  A `limited`
        one has a name that no web server finds.

        Returns None if the image was removed meanwhile, or if the disk does not take the
        file.  `path` can be read until the context of the pending rendition ends.
        """
        return self._publish(mark, limited)


@contextlib.contextmanager
def memory_file() -> Iterator[Path]:
    """Yield the path of an empty file in memory, which no fault of a disk can reach.

    Raises StorageUnavailable if the machine is short of memory or file descriptors, in
    the context as well.
    """
    try:
        descriptor = os.memfd_create("rendition")
        try:
            yield Path(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in _SHORTAGES:
            raise StorageUnavailable(f"renditions can't be made now: {error.strerror}") from error
        raise


class ImageFolder:
    """The cache folder of one image, open, so that files go into this very folder.

    After the folder was moved away, a new one with the same name is another folder.
    Raises OSError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # For every web server to read.
        for folder in (path.parent, path):
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
                with contextlib.suppress(FileNotFoundError):  # removed again: `open` raises
                    folder.chmod(0o755)
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # Until `close`, no other process or thread removes the folder as empty.
            fcntl.flock(self._descriptor, fcntl.LOCK_SH)
            if not self._is_in_place():
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        except BaseException:
            os.close(self._descriptor)
            raise

    def write(self, name: str, content: BinaryIO, temporaries: Path, mtime_ns: int) -> bool:
        """Write a file for every web server to read; return whether it can be found there.

        It is not flushed to the disk: a rendition can be made again.
        """
        inside = Path(f"/proc/self/fd/{self._descriptor}", name)
        try:
            with atomic_write(inside, folder=temporaries, sync=False) as file:
                shutil.copyfileobj(content, file, 1 << 20)
                file.flush()
                os.fchmod(file.fileno(), 0o644)
                os.utime(file.fileno(), ns=(mtime_ns, mtime_ns))
        except FileNotFoundError:
            if not self._is_in_place():
                return False
            raise
        return self._is_in_place()

    def close(self) -> None:
        """Close the folder; the last one that closes an empty folder removes it."""
        with contextlib.suppress(OSError):  # in use, not empty, or removed
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._is_in_place():
                self._path.rmdir()
        os.close(self._descriptor)

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except FileNotFoundError:
            return False


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


def remove_stale(folders: Iterable[Path], removed: Path, limit: float) -> None:
    """Remove what killed processes left: files older than `limit`, and all that was removed."""
    for folder in folders:
        for path in folder.iterdir():
            # Another process may be cleaning up as well.
            with contextlib.suppress(FileNotFoundError, IsADirectoryError):
                if path.stat().st_mtime < limit:
                    path.unlink()
    for path in removed.iterdir():
        empty_folder(path)
