"""Check originals and records, repair records, and purge the trash.

A check or a repair never deletes anything; a purge removes only images that have been in the
trash for long enough.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from typing import BinaryIO

from ...domain.ids import digests_of_file
from ...domain.models import Image, Query
from ...domain.versions import MAX_VERSIONS
from ...errors import BadUpload, EditConflict, RemovedImage, StorageUnavailable, UnknownImage
from ...imaging import CONTENT_VERSION, Decoder
from ...storage.interfaces import MetadataBackend, Originals
from ..concurrency import in_parallel
from ..editing import Editing
from ..embedded_policy import EmbeddedPolicy
from ..file_info import FileInfo, inspect, is_complete, with_file_info
from ..paging import all_pages
from .joined import joined
from .locations import PROBE_ID
from .stale_renditions import StaleRenditions
from .version_check import VersionCheck

log = logging.getLogger(__name__)

_BATCH = 500  # records per request


class Problem(Enum):
    """Problems of an image, in words."""

    NO_ORIGINAL = "the original is missing"
    NO_RECORD = "the original has no record"
    LEFT_OVER = "the image was removed for good, and its original is still there"
    DAMAGED = "the original is damaged"
    WRONG_FACTS = "the record does not match the original"
    INCOMPLETE = "the record is of an older version and lacks facts of the original"
    NOT_MEASURED = "the content box was not measured, or by an older version"
    STALE_RENDITIONS = "the image is in the trash or removed, and its renditions are cached"
    VERSIONS = "the versions of the image do not fit together"
    NOT_CHECKED = "the check of this image failed"


@dataclass(frozen=True)
class Finding:
    """Something wrong with one image.

    `detail` gives the cause, or the reason why a repair failed; may be empty.
    """

    image_id: str
    problem: Problem
    detail: str = ""
    repaired: bool = False


@dataclass(frozen=True)
class _Listed:
    """An image as the two stores list it; `record` is None if it has none."""

    image_id: str
    has_original: bool
    record: Image | None


@dataclass(frozen=True)
class Purged:
    """An image that was removed for good; `error` if the removal failed."""

    image_id: str
    error: str = ""


class IntegrityCheck:
    """Checks, repairs and purges.  Thread-safe."""

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        editing: Editing,
        stale_renditions: StaleRenditions,
        decoder: Decoder,
        *,
        embedded: EmbeddedPolicy,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._editing = editing
        self._stale_renditions = stale_renditions
        self._decoder = decoder.without_timeout()
        self._embedded = embedded
        self._versions = VersionCheck(metadata)

    def check(
        self,
        *,
        quick: bool = False,
        repair: bool = False,
        jobs: int = 1,
        progress: Callable[[], object] = lambda: None,
    ) -> Generator[Finding, None, None]:
        """Compare all records with all originals; yield the findings.

        Reads every original, `jobs` at a time, and compares checksums; `quick` compares
        the two lists only.  `repair` makes records for originals without one, corrects
        what a record repeats of its original and of its annotations, and links between versions.
        `progress` is called after each image.  Raises StorageUnavailable.
        """

        if merged := self._metadata.merge_conflicts():
            log.warning("conflicting documents merged: count=%d", merged)
        if repair and (repaired := self._metadata.repair()):
            log.warning("summaries of annotations corrected: count=%d", repaired)

        versions: list[str] = []  # IDs of images that have others

        def inspect_listed(listed: _Listed) -> Finding | None:
            record = listed.record
            if record is not None and (record.replaced_by or record.versions):
                versions.append(record.id)
            try:
                return self._inspect(listed, read=not quick, repair=repair)
            except StorageUnavailable:
                raise
            except Exception as error:
                log.exception("check failed: image=%s", listed.image_id)
                detail = f"unexpected {type(error).__name__}: {error}"
                return Finding(listed.image_id, Problem.NOT_CHECKED, detail)

        with closing(in_parallel(inspect_listed, self._listed(), jobs)) as findings:
            for finding in findings:
                progress()
                if finding is not None:
                    yield finding
        yield from self._check_versions(versions, repair=repair)
        for image_id in self._stale_renditions.find():
            if repair:
                self._stale_renditions.remove(image_id)
            yield Finding(image_id, Problem.STALE_RENDITIONS, repaired=repair)

    def purge(self, before: datetime) -> Iterator[Purged]:
        """Remove for good what was put into the trash before then; yield each image.

        An unexpected error of one image is reported and does not end the run.  Raises
        StorageUnavailable.
        """
        read = partial(self._metadata.search.page, Query(trashed=True), _BATCH)
        for page in all_pages(read):
            for image in page.images:
                if purged := self._purged(image.id, before):
                    yield purged

    # steps

    def _check_versions(self, image_ids: Iterable[str], *, repair: bool) -> Iterator[Finding]:
        # A correction may reveal the next fault of the same image.
        for image_id in image_ids:
            for _ in range(MAX_VERSIONS + 1):
                fault = self._versions.fault(image_id)
                if fault is None:
                    break
                if repair:
                    fault.correct()
                yield Finding(image_id, Problem.VERSIONS, fault.detail, repaired=repair)
                if not repair:
                    break

    def _purged(self, image_id: str, before: datetime) -> Purged | None:
        """Remove the image; return None if it stays."""

        def approve(image: Image) -> None:
            if image.trashed is None or image.trashed >= before:
                raise EditConflict(image_id)

        try:
            self._editing.remove(image_id, approve)
        except (EditConflict, UnknownImage):
            # Restored or removed since the page was read, or trashed too recently.
            return None
        except StorageUnavailable:
            raise
        except Exception as error:
            log.exception("purge failed: image=%s", image_id)
            return Purged(image_id, f"unexpected {type(error).__name__}: {error}")
        return Purged(image_id)

    def _listed(self) -> Iterator[_Listed]:
        """Yield every image that has an original or a record."""
        listed = joined(
            {
                "original": (one for one in self._originals.ids() if one != PROBE_ID),
                "record": self._metadata.images.ids(),
            }
        )
        while batch := dict(itertools.islice(listed, _BATCH)):
            records = self._metadata.images.get_many(batch)
            for image_id, found in batch.items():
                yield _Listed(image_id, "original" in found, records.get(image_id))

    def _inspect(self, listed: _Listed, *, read: bool, repair: bool) -> Finding | None:
        image_id, record = listed.image_id, listed.record
        # The lists may be outdated: ask again for what one of them lacks.
        if record is None:
            finding = self._without_record(image_id)
            if finding is None or finding.problem is Problem.LEFT_OVER or not (read or repair):
                return finding
        elif not listed.has_original and self._originals.length(image_id) is None:
            return self._without_original(image_id)
        elif not read:
            return None
        try:
            with self._originals.open(image_id) as file:
                finding, facts = self._compared(image_id, record, file, repair=repair)
        except UnknownImage:
            return self._without_original(image_id)
        except (StorageUnavailable, OSError) as error:
            # One original that can't be read is a finding; a store that is down ends the check.
            self._originals.check()
            return Finding(image_id, Problem.DAMAGED, str(error))
        return self._repaired(finding, facts) if finding and facts else finding

    def _without_original(self, image_id: str) -> Finding | None:
        try:
            self._metadata.images.get(image_id)
        except UnknownImage:
            return None
        return Finding(image_id, Problem.NO_ORIGINAL, "import the file again from a backup")

    def _without_record(self, image_id: str) -> Finding | None:
        if self._originals.length(image_id) is None:
            return None
        try:
            self._metadata.images.get(image_id)
        except RemovedImage:
            return Finding(image_id, Problem.LEFT_OVER, "delete it with --purge to finish")
        except UnknownImage:
            return Finding(image_id, Problem.NO_RECORD)
        return None

    def _compared(
        self, image_id: str, record: Image | None, file: BinaryIO, *, repair: bool
    ) -> tuple[Finding | None, FileInfo | None]:
        """Return the finding about an original or its record, and the facts to repair it."""
        digests = actual_id, sha256 = digests_of_file(file)
        if actual_id != image_id:
            detail = f"its bytes are those of {actual_id}"
            return Finding(image_id, Problem.DAMAGED, detail), None
        if record is None:
            finding = Finding(image_id, Problem.NO_RECORD)
        elif (record.sha256, record.length) != (sha256, file.tell()):
            finding = Finding(image_id, Problem.WRONG_FACTS)
        elif record.content_version != CONTENT_VERSION:
            finding = Finding(image_id, Problem.NOT_MEASURED)
        elif not is_complete(record):
            finding = Finding(image_id, Problem.INCOMPLETE)
        else:
            return None, None
        if not repair:
            return finding, None
        try:
            return finding, inspect(file, self._decoder, digests)
        except BadUpload as error:
            return replace(finding, detail=str(error)), None

    def _repaired(self, finding: Finding, facts: FileInfo) -> Finding | None:
        """Correct the record; return None if the image was removed since.

        `modified` stays: it is the time of the last edit, and a repair is not an edit.
        """
        now = datetime.now(UTC)
        if finding.problem is Problem.NO_RECORD:
            size, name = facts.measured, f"image.{facts.measured.extension}"
            new = Image(finding.image_id, now, now, size.width, size.height, filename=name)
            # A record that was stored meanwhile is newer.
            self._metadata.images.save(
                finding.image_id, lambda image: image or self._with_facts(new, facts)
            )
        else:
            try:
                self._metadata.images.update(
                    finding.image_id,
                    lambda image: self._with_facts(image, facts),
                )
            except UnknownImage:
                return None
        return replace(finding, repaired=True)

    def _with_facts(self, image: Image, facts: FileInfo) -> Image:
        if not is_complete(image):
            image = self._embedded.with_facts(image, facts.measured.embedded)
        return with_file_info(image, facts)
