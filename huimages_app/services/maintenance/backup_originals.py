"""Copy the originals of a snapshot into the folder of a backup."""

from __future__ import annotations

import heapq
import itertools
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from enum import Enum
from typing import IO

from ...domain.ids import ID_LENGTH, digests_of_file
from ...errors import CorruptOriginal, RemovedImage, UnknownImage
from ...storage.interfaces import MetadataBackend, OriginalInfo, Originals
from ..concurrency import in_parallel
from .backup_snapshot import CHECKSUMS, Checksum, Snapshot, checksum_line
from .progress import ShowProgress

log = logging.getLogger(__name__)

# Folders store the bytes only.
_UNDESCRIBED = OriginalInfo("application/octet-stream", 0, 0)


class Outcome(Enum):
    """The result of the backup of an original."""

    COPIED = "copied"
    PRESENT = "already there"
    REMOVED = "removed since"
    LATER = "uploaded since"
    FAILED = "failed"


@dataclass(frozen=True)
class _Listed:
    """An original as it is listed; `sha256` if the last snapshot has it."""

    number: int
    image_id: str
    in_snapshot: bool = False
    in_store: bool = False
    sha256: str = ""


@dataclass(frozen=True)
class _Handled:
    listed: _Listed
    outcome: Outcome
    sha256: str = ""
    error: str = ""


@dataclass
class Totals:
    """The originals of a backup by outcome, and the IDs of those that it lacks."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class OriginalsCopy:
    """Copies originals of a site into `copies`; see `backup` for what changes meanwhile.

    `verify`: read the copies of earlier backups, and replace the damaged ones.
    """

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        copies: Originals,
        *,
        verify: bool,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._copies = copies
        self._verify = verify

    def run(
        self,
        snapshot: Snapshot,
        ids: IO[str],
        known: Iterator[Checksum],
        jobs: int,
        show: ShowProgress,
    ) -> Totals:
        """Copy what is missing, and write the checksums of the snapshot.

        `ids` has the IDs of its images, one a line; `known` are the originals of the last
        snapshot.  A failure of one original is reported and does not end the run.
        """
        totals = Totals()
        ids.seek(0, 2)
        count = ids.tell() // (ID_LENGTH + 1)
        with (
            show("copying originals", count) as bar,
            snapshot.writing(CHECKSUMS) as file,
            closing(in_parallel(self._handle, self._listed(ids, known), jobs)) as results,
        ):
            for handled in _in_order(results):
                image_id = handled.listed.image_id
                totals.outcomes[handled.outcome] += 1
                if handled.sha256:
                    file.write(checksum_line(Checksum(image_id, handled.sha256)))
                elif handled.outcome is Outcome.REMOVED:
                    totals.removed.append(image_id)
                elif handled.outcome is Outcome.FAILED:
                    totals.failed.append(image_id)
                    bar.print_line(f"{image_id}: {handled.error}")
                if handled.listed.in_snapshot:
                    bar.advance()
        return totals

    def _listed(self, ids: IO[str], known: Iterator[Checksum]) -> Iterator[_Listed]:
        """Yield the originals of the snapshot and of the site, by ascending ID."""
        ids.seek(0)
        lists: list[Iterator[tuple[str, str, str]]] = [
            ((line.rstrip("\n"), "snapshot", "") for line in ids),
            ((image_id, "store", "") for image_id in self._originals.ids()),
            ((one.image_id, "known", one.sha256) for one in known),
        ]
        number = itertools.count()
        for image_id, group in itertools.groupby(heapq.merge(*lists), key=lambda one: one[0]):
            found = {source: sha256 for _, source, sha256 in group}
            in_snapshot, in_store = "snapshot" in found, "store" in found
            if in_snapshot or in_store:
                sha256 = found.get("known", "")
                yield _Listed(next(number), image_id, in_snapshot, in_store, sha256)

    def _handle(self, listed: _Listed) -> _Handled:
        if outcome := self._without_original(listed):
            return _Handled(listed, outcome)
        if sha256 := self._sha256_of_copy(listed):
            return _Handled(listed, Outcome.PRESENT, sha256)
        try:
            return _Handled(listed, Outcome.COPIED, self._copy(listed.image_id))
        except UnknownImage as error:  # removed since it was listed, or lost
            if self._was_removed(listed.image_id):
                return _Handled(listed, Outcome.REMOVED)
            return _Handled(listed, Outcome.FAILED, error=str(error))
        except CorruptOriginal as error:
            return _Handled(listed, Outcome.FAILED, error=str(error))

    def _without_original(self, listed: _Listed) -> Outcome | None:
        """Return the outcome for an image whose original the snapshot must not have."""
        if not listed.in_store and self._was_removed(listed.image_id):
            return Outcome.REMOVED
        if not listed.in_snapshot:
            try:
                self._metadata.images.get(listed.image_id)
            except RemovedImage:
                return Outcome.REMOVED
            except UnknownImage:
                return None
            return Outcome.LATER
        return None

    def _was_removed(self, image_id: str) -> bool:
        try:
            self._metadata.images.get(image_id)
        except UnknownImage:
            return True
        return False

    def _sha256_of_copy(self, listed: _Listed) -> str:
        """Return the checksum of the copy in the backup; empty if it has no whole one."""
        if self._copies.length(listed.image_id) is None:
            return ""
        if listed.sha256 and not self._verify:
            return listed.sha256
        with self._copies.open(listed.image_id) as copy:
            image_id, sha256 = digests_of_file(copy)
        if image_id == listed.image_id:
            return sha256
        log.warning("damaged copy replaced: image=%s", listed.image_id)
        self._copies.delete(listed.image_id)
        return ""

    def _copy(self, image_id: str) -> str:
        """Copy an original; return its checksum.  Raises CorruptOriginal, UnknownImage."""
        with self._originals.open(image_id) as original:
            actual_id, sha256 = digests_of_file(original)
            if actual_id != image_id:
                raise CorruptOriginal("the stored bytes are not those of this picture")
            original.seek(0)
            self._copies.put(image_id, original, _UNDESCRIBED)
        return sha256


def _in_order(results: Iterable[_Handled]) -> Iterator[_Handled]:
    """Yield the results, which come in the order of completion, by their number."""
    waiting: list[tuple[int, _Handled]] = []
    expected = 0
    for handled in results:
        heapq.heappush(waiting, (handled.listed.number, handled))
        while waiting and waiting[0][0] == expected:
            yield heapq.heappop(waiting)[1]
            expected += 1
