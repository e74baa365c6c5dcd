"""Inspection of a huImages 2.2 site before this program takes it over."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from ...errors import UnknownImage
from ...imaging import probe
from ...storage.legacy.models import (
    LegacyAnnotation,
    LegacyBucket,
    LegacyDocuments,
    LegacyImage,
    LegacyOther,
    Peek,
)
from ..concurrency import in_parallel

_EXAMPLES = 20

OUR_VIEWS = "_design/huimages"
ATTACHMENT = "attachment in CouchDB"


@dataclass
class Cases:
    """The number of images with some property, and up to twenty examples."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, image_id: str) -> None:
        self.count += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(image_id)


@dataclass
class Report:
    """The result of an inspection.  Keys of dictionaries are sentences."""

    images: int = 0
    deleted: int = 0
    written_by_us: int = 0  # documents that this program has completed already
    originals: dict[str, int] = field(default_factory=dict)  # images by location
    only_attached: Cases = field(default_factory=Cases)
    missing: Cases = field(default_factory=Cases)
    without_document: Cases = field(default_factory=Cases)
    oddities: dict[str, Cases] = field(default_factory=dict)
    looked_into: int = 0
    to_turn: Cases = field(default_factory=Cases)  # dimensions are those before EXIF orientation
    other_dimensions: Cases = field(default_factory=Cases)
    without_type: Cases = field(default_factory=Cases)
    unreadable: Cases = field(default_factory=Cases)
    annotations: int = 0
    visitors: int = 0
    tags: int = 0
    favorites: int = 0
    ratings: int = 0
    marks_of_nothing: Cases = field(default_factory=Cases)
    designs: list[str] = field(default_factory=list)
    other_documents: list[str] = field(default_factory=list)

    def odd(self, sentence: str, image_id: str) -> None:
        self.oddities.setdefault(sentence, Cases()).add(image_id)


@dataclass
class _Gathered:
    """All that the lists have about one image."""

    document: LegacyImage | None = None
    annotations: list[LegacyAnnotation] = field(default_factory=list)
    objects: list[tuple[str, Callable[[], Peek]]] = field(default_factory=list)


class LegacyInspection:
    """Reads the lists of documents and objects once, and looks into some originals."""

    def __init__(self, documents: LegacyDocuments, buckets: Sequence[LegacyBucket]) -> None:
        self._documents = documents
        self._buckets = buckets

    def size(self) -> int:
        """Return the approximate number of images; raises StorageUnavailable."""
        return self._documents.size()

    def run(
        self, sample: int = 0, jobs: int = 1, progress: Callable[[], object] = lambda: None
    ) -> Report:
        """Return the report, with `sample` random originals inspected.

        `progress` is called after each image.  Raises StorageUnavailable.
        """
        report = Report()
        chosen: list[tuple[LegacyImage, Callable[[], Peek]]] = []
        visitors: set[str] = set()
        candidates = 0
        for image_id, gathered in self._gathered(report):
            self._count(image_id, gathered, report)
            visitors.update(annotation.visitor_id for annotation in gathered.annotations)
            if gathered.document and gathered.objects:
                candidates += 1
                # Reservoir sampling: each original is chosen with the same probability.
                index = random.randrange(candidates)  # noqa: S311
                if len(chosen) < sample:
                    chosen.append((gathered.document, gathered.objects[0][1]))
                elif index < sample:
                    chosen[index] = (gathered.document, gathered.objects[0][1])
            progress()
        report.visitors = len(visitors)
        report.designs.sort()
        report.other_documents.sort()
        for image_id, found in in_parallel(_looked_into, chosen, jobs):
            report.looked_into += 1
            for name in found:
                getattr(report, name).add(image_id)
        return report

    # -- lists ---------------------------------------------------------------------------

    def _gathered(self, report: Report) -> Iterator[tuple[str, _Gathered]]:
        """Yield every listed image; add documents of other programs to the report."""
        # All lists ascend, so one pass over them gathers the entries of each image.
        lists = heapq.merge(
            ((seen.image_id, seen) for seen in self._ours(self._documents.images(), report)),
            ((seen.image_id, seen) for seen in self._ours(self._documents.annotations(), report)),
            *(self._objects(bucket) for bucket in self._buckets),
            key=lambda pair: pair[0],
        )
        for image_id, group in itertools.groupby(lists, key=lambda pair: pair[0]):
            gathered = _Gathered()
            for _, seen in group:
                if isinstance(seen, LegacyImage):
                    gathered.document = seen
                elif isinstance(seen, LegacyAnnotation):
                    gathered.annotations.append(seen)
                else:
                    gathered.objects.append(seen)
            if gathered.document and gathered.document.attached:
                gathered.objects.append((ATTACHMENT, partial(self._documents.peek, image_id)))
            yield image_id, gathered

    def _ours(
        self,
        seen: Iterator[LegacyImage | LegacyOther] | Iterator[LegacyAnnotation | LegacyOther],
        report: Report,
    ) -> Iterator[LegacyImage | LegacyAnnotation]:
        for one in seen:
            if not isinstance(one, LegacyOther):
                yield one
            elif one.document_id.startswith("_design/"):
                report.designs.append(one.document_id)
            else:
                report.other_documents.append(one.document_id)

    def _objects(
        self, bucket: LegacyBucket
    ) -> Iterator[tuple[str, tuple[str, Callable[[], Peek]]]]:
        for image_id, key in bucket.listed():
            form = "ID" + key.removeprefix(image_id)
            yield image_id, (f"{bucket.name}, key {form}", partial(bucket.peek, key))

    def _count(self, image_id: str, gathered: _Gathered, report: Report) -> None:
        document = gathered.document
        locations = " and ".join(name for name, _ in gathered.objects)
        if document is not None:
            report.images += 1
            report.deleted += document.deleted
            report.written_by_us += not document.is_old
            location = locations or "nowhere"
            report.originals[location] = report.originals.get(location, 0) + 1
            for sentence in document.oddities:
                report.odd(sentence, image_id)
            if not locations:
                report.missing.add(image_id)
            if locations == ATTACHMENT:
                report.only_attached.add(image_id)
        elif locations:
            report.without_document.add(image_id)
        for annotation in gathered.annotations:
            report.annotations += 1
            report.tags += annotation.tags
            report.favorites += annotation.favorite
            report.ratings += annotation.rated
            for sentence in annotation.oddities:
                report.odd(sentence, image_id)
        if gathered.annotations and document is None:
            report.marks_of_nothing.add(image_id)


def _looked_into(chosen: tuple[LegacyImage, Callable[[], Peek]]) -> tuple[str, list[str]]:
    """Return the ID and the fields of the report that apply to the original."""
    document, peek = chosen
    try:
        seen = peek()
    except UnknownImage:
        return document.image_id, []  # removed since it was listed
    file = probe(seen.head)
    found = [] if seen.contenttype.startswith("image/") else ["without_type"]
    if file is None:
        found.append("unreadable")
    elif document.sides != file.upright:
        found.append("to_turn" if document.sides == file.stored else "other_dimensions")
    return document.image_id, found
