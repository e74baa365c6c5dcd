"""Back up a site while it runs: all metadata first, then the originals that are not there yet.

What happens to an image meanwhile:

- uploaded since the metadata were read: its original waits for the next backup;
- removed since, with its original: the snapshot names it in `removed`, and a restore leaves a
  tombstone instead of an image without an original;
- removed after its original was copied: the snapshot has all of it.

An original that has no record, and was never removed, is copied as well: a file that a crash
left behind, which `check --repair` makes an image of.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO

from ...errors import DamagedBackup
from ...storage.interfaces import MetadataBackend, Originals
from ...storage.snapshots import StoredImage, count_item, line_of, no_items
from .. import audit
from .backup_folder import BackupFolder
from .backup_originals import OriginalsCopy, Outcome
from .backup_snapshot import METADATA, Checksum, Snapshot
from .locations import require_two_locations
from .progress import ShowProgress

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BackupReport:
    """A finished backup: its name, items of metadata by kind, originals by outcome."""

    name: str
    items: Counter[str]
    originals: Counter[Outcome]
    discarded: int  # originals that no snapshot needs any more


class Backup:
    """Backs up a site into `folder`."""

    def __init__(
        self, originals: Originals, metadata: MetadataBackend, folder: BackupFolder
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._folder = folder

    def run(
        self, show: ShowProgress, *, jobs: int = 1, keep: int = 7, verify: bool = False
    ) -> BackupReport:
        """Make a snapshot, `jobs` originals at a time, and keep the newest `keep` ones.

        `verify` reads the originals of earlier backups and replaces the damaged ones.  A failure
        of one original is reported and does not end the run.  Raises BadInput, ServerBusy,
        StorageUnavailable.
        """
        with self._folder.locked():
            require_two_locations(self._originals, self._folder.originals)
            started = datetime.now(UTC)
            known = self._known()
            snapshot = self._folder.begin(started)
            with tempfile.TemporaryFile("w+", encoding="ascii") as ids:
                items = self._save_metadata(snapshot, ids, show)
                copy = OriginalsCopy(
                    self._originals, self._metadata, self._folder.originals, verify=verify
                )
                totals = copy.run(snapshot, ids, known, jobs, show)
            snapshot.complete(
                program=f"huimages {version('huimages')}",
                started=started.isoformat(timespec="seconds"),
                items=dict(items),
                originals=totals.outcomes[Outcome.COPIED] + totals.outcomes[Outcome.PRESENT],
                removed=totals.removed,
                failed=totals.failed,
            )
            discarded = self._folder.clean_up(keep)
        audit.record("backup", snapshot=snapshot.name, folder=str(self._folder.path))
        return BackupReport(snapshot.name, items, totals.outcomes, discarded)

    def _known(self) -> Iterator[Checksum]:
        """Return the originals of the newest snapshot."""
        for snapshot in self._folder.snapshots()[-1:]:
            try:
                snapshot.verify()
            except DamagedBackup as error:
                log.warning("earlier snapshot not used: error=%s", error)
            else:
                return snapshot.checksums()
        return iter(())

    def _save_metadata(self, snapshot: Snapshot, ids: IO[str], show: ShowProgress) -> Counter[str]:
        """Write all items, and the IDs of the images into `ids`; return how many of each kind."""
        counts = no_items()
        with (
            show("reading metadata", self._metadata.search.count()) as bar,
            closing(self._metadata.export()) as items,
            snapshot.writing(METADATA) as file,
        ):
            for item in items:
                file.write(line_of(item) + "\n")
                count_item(counts, item)
                if isinstance(item, StoredImage):
                    ids.write(item.image.id + "\n")
                    bar.advance()
        return counts
