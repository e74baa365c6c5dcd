"""Originals as files: the embedded default, and any mounted folder.

    ROOT/AB/CD/ABCD...01    an original
    ROOT/.tmp/              files that are being written, on the same filesystem

An original is written to a temporary file, flushed to the disk and then linked to its
name, so it exists completely or not at all, also after a power failure.  A link, unlike
a rename, fails if the name exists: no process ever overwrites an original.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ...domain.files import atomic_write, same_bytes, sync_folder
from ...domain.ids import is_image_id, parse_image_id
from ...errors import IdCollision, StorageUnavailable, UnknownImage
from ...observation.steps import storage_call
from ..interfaces import OriginalInfo, Originals

log = logging.getLogger(__name__)

_CHUNK = 1 << 20  # bytes
_STALE = 24 * 60 * 60  # seconds after which a temporary file is left over


class FileOriginals(Originals):
    """Originals below the folder `root`, which is created unless `make` is false.

    Several processes, and several machines that mount the same folder, may share it.  A
    folder that can't be used is logged; all methods raise StorageUnavailable then.
    """

    def __init__(self, root: Path, *, make: bool = True) -> None:
        self._root = root
        # Also shows that the folder is mounted: if it is not, missing files must not look
        # like missing images.
        self._temporaries = root / ".tmp"
        try:
            if make:
                root.mkdir(parents=True, exist_ok=True)
            self._temporaries.mkdir(exist_ok=True)
            self._remove_stale()
        except OSError as error:
            log.error("folder of originals can't be used: root=%s error=%s", root, error)

    def put(self, image_id: str, content: BinaryIO, info: OriginalInfo) -> bool:
        target = self._path(image_id)
        with storage_call("files", "put"), _translated(f"the original {image_id} can't be stored"):
            while not self._create(target, content):
                try:
                    stored = target.open("rb")
                except FileNotFoundError:
                    continue  # removed just now
                with stored:
                    # The process that stored it may not have flushed the folder yet.
                    sync_folder(target.parent)
                    if same_bytes(content, stored):
                        return False
                raise IdCollision(image_id)
            return True

    @contextlib.contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        with storage_call("files", "open"), _translated(f"the original {image_id} can't be read"):
            try:
                file = self._path(image_id).open("rb")
            except FileNotFoundError:
                self._require_root()
                raise UnknownImage.without_original(image_id) from None
        with file:
            yield file

    def length(self, image_id: str) -> int | None:
        with (
            storage_call("files", "length"),
            _translated(f"the original {image_id} can't be looked up"),
        ):
            try:
                return self._path(image_id).stat().st_size
            except FileNotFoundError:
                self._require_root()
                return None

    def delete(self, image_id: str) -> None:
        path = self._path(image_id)
        with (
            storage_call("files", "delete"),
            _translated(f"the original {image_id} can't be removed"),
        ):
            try:
                path.unlink()
            except FileNotFoundError:
                self._require_root()
            else:
                sync_folder(path.parent)

    def ids(self, after: str = "") -> Iterator[str]:
        # The names of the folders are prefixes of the IDs, so their order is that of the IDs.
        for outer in self._names(self._root, after[:2]):
            for inner in self._names(self._root / outer, after[2:4] if outer == after[:2] else ""):
                for name in self._names(self._root / outer / inner, after):
                    if name > after and is_image_id(name):
                        yield name

    def check(self) -> None:
        with (
            storage_call("files", "check"),
            _translated(f"the folder {self._root} can't store originals"),
        ):
            probe = self._temporaries / f"check.{secrets.token_hex(8)}"
            other = probe.with_suffix(".linked")
            try:
                probe.write_bytes(b"check")
                other.hardlink_to(probe)
            finally:
                other.unlink(missing_ok=True)
                probe.unlink(missing_ok=True)

    # -- paths ---------------------------------------------------------------------------

    def _path(self, image_id: str) -> Path:
        image_id = parse_image_id(image_id)  # "../.." would lead out of the root
        return self._root / image_id[:2] / image_id[2:4] / image_id

    def _names(self, folder: Path, least: str) -> list[str]:
        """Return the names in a folder from `least` on, ascending, without .tmp."""
        with _translated("the originals can't be listed"):
            try:
                names = [path.name for path in folder.iterdir()]
            except FileNotFoundError:
                self._require_root()
                return []
            except NotADirectoryError:
                self._require_root()
                return []  # a file that is not an original
        return sorted(name for name in names if name >= least and not name.startswith("."))

    def _require_root(self) -> None:
        """Raise StorageUnavailable if the folder is not mounted."""
        if not self._temporaries.is_dir():
            raise StorageUnavailable(
                f"the folder of the originals is missing or not mounted: {self._root}"
            )

    # -- writing -------------------------------------------------------------------------

    def _create(self, target: Path, content: BinaryIO) -> bool:
        """Create the file; return False if it exists."""
        if target.exists():
            return False
        self._make_shard(target.parent)
        content.seek(0)
        try:
            with atomic_write(
                target, overwrite=False, mode=0o640, folder=self._temporaries
            ) as file:
                shutil.copyfileobj(content, file, _CHUNK)
        except FileExistsError:
            return False
        return True

    def _make_shard(self, folder: Path) -> None:
        self._require_root()
        for made in (folder.parent, folder):
            try:
                made.mkdir()
            except FileExistsError:
                continue
            sync_folder(made.parent)

    def _remove_stale(self) -> None:
        """Remove the files that killed processes have left."""
        limit = time.time() - _STALE
        for path in self._temporaries.iterdir():
            # Another process may be cleaning up as well.
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < limit:
                    path.unlink()


@contextlib.contextmanager
def _translated(failure: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"{failure}: {error}") from error
