"""Importing a whole folder: which files there are, which are new, what each is called."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..errors import BadInput, BadUpload, RemovedImage, UnknownImage
from .import_file import added_from
from .import_journal import Journal, Seen

if TYPE_CHECKING:
    from ..services.container import Services

# Names that pictures have.  A name without any ending is opened to see; what a file
# really is, its content says.
EXTENSIONS = frozenset(
    f".{name}"
    for names in ("jpg jpeg jpe jfif", "png", "webp", "gif", "tif tiff", "bmp", "avif", "heic heif")
    for name in names.split()
)
_BATCH = 500  # files looked up at once
_HEAD = 64  # bytes that tell a format


class Outcome(NamedTuple):
    """What became of a file; `error` is a sentence, empty if all went well."""

    path: str
    kind: Literal["new", "in the library already", "no picture", "failed"]
    error: str = ""


def files_below(folder: str, complain: Callable[[OSError], object]) -> Iterator[Seen]:
    """All files that may be pictures, in the order of their paths.

    Dotfiles and dot-folders are left out, and links to folders: they may lead in circles.
    `complain` is told what can't be looked at.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        complain(error)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(entry.path, complain)
        elif _may_be_picture(entry.name):
            try:
                status = entry.stat()
            except OSError as error:  # a link that leads nowhere, say
                complain(error)
                continue
            if entry.is_file():
                yield Seen(entry.path, status.st_size, status.st_mtime_ns)


class TreeImport:
    """Takes the pictures below a folder into a library, each once.  Thread-safe."""

    def __init__(self, services: Services, journal: Journal, root: Path) -> None:
        self._services = services
        self._journal = journal
        # Folders are stored from the root's own name on: it is the same on every machine.
        self._base = root.resolve().parent
        self._root = root

    def pending(self, files: Iterable[Seen]) -> Iterator[Seen]:
        """Those of the files that are not in the library yet; opens none of them.

        What was imported and then put into the trash, or removed for good, stays there.
        """
        rest = iter(files)
        while batch := list(itertools.islice(rest, _BATCH)):
            known = self._journal.known(batch)
            stored = self._services.images.get_many(set(known.values()), with_trash=True)
            for seen in batch:
                image_id = known.get(seen.path)
                if image_id is None or not (image_id in stored or self._was_removed(image_id)):
                    yield seen

    def take(self, seen: Seen) -> Outcome:
        """Import one file; raises StorageUnavailable."""
        path = Path(seen.path)
        try:
            if not path.suffix and not _looks_like_picture(path):
                return Outcome(seen.path, "no picture")
            added = added_from(
                self._services,
                path,
                default_title=path.stem,
                references={"path": [self._folder(path)]},
            )
        except OSError as error:
            return Outcome(seen.path, "failed", error.strerror or str(error))
        except (BadUpload, BadInput) as error:
            return Outcome(seen.path, "failed", str(error))
        self._journal.note(seen, added.image.id)
        return Outcome(seen.path, "new" if added.is_new else "in the library already")

    def _was_removed(self, image_id: str) -> bool:
        try:
            self._services.images.get_any(image_id)
        except RemovedImage:
            return True
        except UnknownImage:
            pass
        return False

    def _folder(self, path: Path) -> str:
        from ..domain.text import MAX_REFERENCE

        inside = path.parent.relative_to(self._root)
        folder = (self._root.resolve() / inside).relative_to(self._base).as_posix()
        return folder[-MAX_REFERENCE:]


def _may_be_picture(name: str) -> bool:
    extension = os.path.splitext(name)[1]  # noqa: PTH122 - no object for each of a million names
    return not extension or extension.lower() in EXTENSIONS


def _looks_like_picture(path: Path) -> bool:
    from ..imaging import sniff

    with path.open("rb") as file:
        return sniff(file.read(_HEAD)).startswith("image/")
