"""Restore a backup into an empty site: the originals first, then the metadata.

A record is stored only after its original, as in an upload.  A document marks the metadata as
being restored, so that a repeated run continues a killed one; without this document, a site with
metadata is refused.  Nothing is overwritten or deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, Literal

from ...domain.ids import digests_of_file
from ...domain.models import Image
from ...errors import (
    BadInput,
    CorruptOriginal,
    DamagedBackup,
    IdCollision,
    UnknownImage,
)
from ...storage.interfaces import Document, MetadataBackend, OriginalInfo, Originals
from ...storage.snapshots import (
    SnapshotItem,
    StoredDocument,
    StoredImage,
    Tombstone,
    count_item,
    item_of,
    no_items,
)
from .. import audit
from ..concurrency import in_parallel
from .backup_folder import BackupFolder
from .backup_snapshot import METADATA, Checksum, Snapshot
from .joined import joined
from .progress import ShowProgress

Part = Literal["originals", "metadata"]

# The document that marks metadata which are being restored.
_KIND, _KEY = "restore", "running"


@dataclass(frozen=True)
class RestoreReport:
    """A finished restore: its snapshot, items of metadata by kind, originals by outcome."""

    name: str
    items: Counter[str]
    restored: int
    failed: int


@dataclass(frozen=True)
class _Listed:
    """An original of the backup, and the record of its image if there is one."""

    checksum: Checksum
    image: Image | None


class Restore:
    """Restores snapshots of `folder`; `describe` inspects pictures without a record."""

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        folder: BackupFolder,
        describe: Callable[[BinaryIO], OriginalInfo],
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._folder = folder
        self._describe = describe

    def run(
        self,
        show: ShowProgress,
        *,
        name: str | None = None,
        only: Part | None = None,
        jobs: int = 1,
    ) -> RestoreReport:
        """Restore a snapshot (None: the newest), `jobs` originals at a time.

        An original that is missing or damaged in the backup is reported and does not end the
        run.  Raises BadInput for a site that is not empty and for a backup of a newer version,
        DamagedBackup, ServerBusy, StorageUnavailable.
        """
        with self._folder.locked(shared=True):
            snapshot = self._folder.snapshot(name)
            snapshot.verify()
            self._require_known_items(snapshot)
            if only != "originals":
                self._metadata.setup()
                self._begin(snapshot)
            items: Counter[str] = Counter()
            restored = failed = 0
            if only != "metadata":
                if only is None:
                    self._require_no_others(snapshot)
                restored, failed = self._restore_originals(snapshot, jobs, show)
            if only != "originals":
                items = self._restore_metadata(snapshot, show)
                self._metadata.documents.save(_KIND, _KEY, lambda _: None)
        audit.record("restore", snapshot=snapshot.name, folder=str(self._folder.path))
        return RestoreReport(snapshot.name, items, restored, failed)

    # -- before anything is written

    def _require_known_items(self, snapshot: Snapshot) -> None:
        for _ in _items(snapshot):
            pass

    def _begin(self, snapshot: Snapshot) -> None:
        """Mark the metadata as being restored; raises BadInput unless they are empty."""
        mark = {"snapshot": snapshot.name, "metadata": snapshot.manifest["files"][METADATA]}

        def begin(running: Document | None) -> Document:
            if running is None and not self._metadata.is_empty():
                raise BadInput(
                    "the metadata of this site are not empty; restore into a new SQLite file"
                    " ('huimages.metadata.path') or new CouchDB databases"
                )
            if running is not None and running != mark:
                raise BadInput(
                    f"a restore of the snapshot {running.get('snapshot')} was interrupted here;"
                    f" repeat it with --snapshot {running.get('snapshot')}, or restore into"
                    " empty metadata"
                )
            return mark

        self._metadata.documents.save(_KIND, _KEY, begin)

    def _require_no_others(self, snapshot: Snapshot) -> None:
        """Raise BadInput if the site has an original that the snapshot lacks."""
        saved = (one.image_id for one in snapshot.checksums())
        for image_id, found in joined({"snapshot": saved, "site": self._originals.ids()}):
            if "snapshot" not in found:
                raise BadInput(
                    f"the site has originals that are not in the snapshot, such as {image_id};"
                    " restore into an empty folder or bucket, or pass --only metadata"
                )

    # -- originals

    def _restore_originals(
        self, snapshot: Snapshot, jobs: int, show: ShowProgress
    ) -> tuple[int, int]:
        """Return the numbers of restored and of failed originals."""
        self._originals.check()
        restored = failed = 0
        with (
            show("restoring originals", snapshot.manifest["originals"]) as bar,
            closing(in_parallel(self._restore_original, _listed(snapshot), jobs)) as results,
        ):
            for image_id, error in results:
                restored += not error
                failed += bool(error)
                if error:
                    bar.print_line(f"{image_id}: {error}")
                bar.advance()
        return restored, failed

    def _restore_original(self, listed: _Listed) -> tuple[str, str]:
        """Store an original; return its ID and the error, if any."""
        image_id = listed.checksum.image_id
        try:
            with self._folder.originals.open(image_id) as copy:
                if digests_of_file(copy) != (image_id, listed.checksum.sha256):
                    raise CorruptOriginal("the copy in the backup is damaged")
                copy.seek(0)
                self._originals.put(image_id, copy, self._info(listed.image, copy))
        except (UnknownImage, CorruptOriginal, IdCollision) as error:
            return image_id, str(error)
        return image_id, ""

    def _info(self, image: Image | None, copy: BinaryIO) -> OriginalInfo:
        if image is None or not image.contenttype:
            return self._describe(copy)
        return OriginalInfo(image.contenttype, image.width, image.height)

    # -- metadata

    def _restore_metadata(self, snapshot: Snapshot, show: ShowProgress) -> Counter[str]:
        removed = frozenset(snapshot.manifest["removed"])
        counts = no_items()
        with show("restoring metadata", snapshot.manifest["items"].get("images", 0)) as bar:

            def counted() -> Iterator[SnapshotItem]:
                for item in _items(snapshot):
                    if isinstance(item, StoredImage):
                        bar.advance()
                        if item.image.id in removed:
                            item = Tombstone(item.image.id)
                    count_item(counts, item)
                    yield item

            self._metadata.load(counted())
        return counts


def _listed(snapshot: Snapshot) -> Iterator[_Listed]:
    """Yield the originals of a snapshot with their records; both lists ascend."""
    images = (item.image for item in _items(snapshot) if isinstance(item, StoredImage))
    image = next(images, None)
    for checksum in snapshot.checksums():
        while image is not None and image.id < checksum.image_id:
            image = next(images, None)
        has_record = image is not None and image.id == checksum.image_id
        yield _Listed(checksum, image if has_record else None)


def _items(snapshot: Snapshot) -> Iterator[SnapshotItem]:
    """Yield the metadata without marks of a restore; raises DamagedBackup."""
    for number, line in enumerate(snapshot.lines(METADATA), 1):
        try:
            item = item_of(line)
        except ValueError as error:
            raise DamagedBackup(
                f"{snapshot.path / METADATA}, line {number}, is not known to this version:"
                f" {error}; restore it with the huimages that wrote it"
                f" ({snapshot.manifest.get('program')}) or a newer one"
            ) from error
        if not (isinstance(item, StoredDocument) and item.kind == _KIND):
            yield item
