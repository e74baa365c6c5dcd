"""Parts of the rendition cache: a rendition in the making, the folder of an image."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path


class Filling:
    """A rendition in the making: `path` is the file to write, which is not there yet."""

    def __init__(self, path: Path, publish: Callable[[], Path | None]) -> None:
        self.path = path
        self.published: Path | None = None
        self._publish = publish

    def publish(self) -> Path | None:
        """Put the file into the cache, complete; `path` is gone then.

        None if the image was removed meanwhile, or if the disk does not take the file:
        it can still be read by whoever opened it before.
        """
        self.published = self._publish()
        return self.published


@contextlib.contextmanager
def in_memory() -> Iterator[Filling]:
    """A file without a disk, to be written, read and forgotten."""
    descriptor = os.memfd_create("rendition")
    try:
        yield Filling(Path(f"/proc/self/fd/{descriptor}"), lambda: None)
    finally:
        os.close(descriptor)


def entered(folder: Path) -> int:
    """A descriptor of the folder, which is made if need be, for every web server to read.

    Until `left`, nobody else who leaves it removes it for being empty.
    """
    while True:
        for made in (folder.parent, folder):
            with contextlib.suppress(FileExistsError):
                made.mkdir()
                with contextlib.suppress(FileNotFoundError):  # removed again: seen below
                    made.chmod(0o755)
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # removed between the two
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if os.path.samestat(os.fstat(descriptor), folder.stat()):
                return descriptor
        except FileNotFoundError:
            pass  # removed before it was locked: once more
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def left(folder: Path, descriptor: int) -> None:
    """Undo `entered`: the last one to leave an empty folder removes it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Not the one that took its place after a removal.
        if os.path.samestat(os.fstat(descriptor), folder.stat()):
            folder.rmdir()
    except OSError:
        return  # others are in it, or it is not empty, or not there: nothing to tidy
    finally:
        os.close(descriptor)


def emptied(folder: Path) -> int:
    """Remove a folder of files and what is still published into it; bytes removed."""
    removed = 0
    while True:
        try:
            for path in folder.iterdir():
                removed += path.stat().st_size
                path.unlink()
            folder.rmdir()
        except FileNotFoundError:
            if not folder.exists():
                return removed
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
        else:
            return removed
