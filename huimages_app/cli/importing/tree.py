"""Importing a folder: find its files, select the new ones, import each of them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ...errors import RemovedImage, UnknownImage
from .file import ImportFailed, failure_of, import_file
from .journal import FileState, Journal

if TYPE_CHECKING:
    from ...services.container import Services

# File name extensions of images.  A file without an extension is opened to see what it is.
EXTENSIONS = frozenset(
    f".{name}"
    for names in ("jpg jpeg jpe jfif", "png", "webp", "gif", "tif tiff", "bmp", "avif", "heic heif")
    for name in names.split()
)
_BATCH = 500  # files per journal query


class Outcome(NamedTuple):
    """The result of importing one file; `error` is empty unless the import failed."""

    path: str
    kind: Literal["new", "already stored", "not an image", "failed"]
    error: str = ""


def files_below(folder: str, report: Callable[[OSError], object]) -> Iterator[FileState]:
    """Yield all files that may be images, in the order of their paths.

    Skips names that begin with a dot, and links to folders, which may form circles.
    Calls `report` for each file and folder that cannot be read.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        report(error)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(entry.path, report)
        elif _may_be_image(entry.name):
            try:
                status = entry.stat()
            except OSError as error:  # for example a dangling link
                report(error)
                continue
            if entry.is_file():
                yield FileState(entry.path, status.st_size, status.st_mtime_ns)


class TreeImport:
    """Imports the images below a folder, each once.  Thread-safe."""

    def __init__(self, services: Services, journal: Journal, root: Path) -> None:
        self._images = services.images
        # Previews would take longer than all else: 80 ms of a core for 12 megapixels, and the end
        # of the command would drop those that wait.
        self._uploads = services.uploads.without_prerendering()
        self._journal = journal
        # References contain paths from the name of the root on, so that they do not depend
        # on the machine.
        self._base = root.resolve().parent
        self._root = root

    def pending(self, files: Iterable[FileState]) -> Iterator[FileState]:
        """Yield the files that are not stored yet, without opening any.

        Skips images that were imported and later moved to the trash or removed.
        """
        rest = iter(files)
        while batch := list(itertools.islice(rest, _BATCH)):
            known = self._journal.known(batch)
            stored = self._images.get_many(set(known.values()), with_trash=True)
            for file in batch:
                image_id = known.get(file.path)
                if image_id is None or not (image_id in stored or self._was_removed(image_id)):
                    yield file

    def import_one(self, file: FileState) -> Outcome:
        """Import one file; raises StorageUnavailable."""
        path = Path(file.path)
        try:
            if not path.suffix and not _looks_like_image(path):
                return Outcome(file.path, "not an image")
            added = import_file(
                self._uploads,
                path,
                name_title=path.stem,
                references={"path": [self._folder(path)]},
            )
        except ImportFailed as error:
            return Outcome(file.path, "failed", str(error))
        self._journal.add(file, added.image.id)
        return Outcome(file.path, "new" if added.is_new else "already stored")

    def _was_removed(self, image_id: str) -> bool:
        try:
            self._images.get_any(image_id)
        except RemovedImage:
            return True
        except UnknownImage:
            pass
        return False

    def _folder(self, path: Path) -> str:
        from ...domain.text import MAX_REFERENCE

        inside = path.parent.relative_to(self._root)
        folder = (self._root.resolve() / inside).relative_to(self._base).as_posix()
        return folder[-MAX_REFERENCE:]


def _may_be_image(name: str) -> bool:
    # Not a Path: that takes too long for a million names.
    extension = os.path.splitext(name)[1]  # noqa: PTH122
    return not extension or extension.lower() in EXTENSIONS


def _looks_like_image(path: Path) -> bool:
    from ...imaging import sniff_file

    with failure_of(path), path.open("rb") as file:
        return sniff_file(file).startswith("image/")
