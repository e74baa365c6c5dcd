"""Annotations of visitors in CouchDB, and the sum of ratings in the document of the image."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from ...domain.ids import ID_LENGTH, is_image_id
from ...domain.models import Annotation, AnnotationSummary
from ...domain.tags import spelled
from ...errors import UnknownImage
from ..interfaces import AnnotationStore
from .codec import (
    annotation_document,
    annotation_id,
    annotation_of,
    image_fields,
    is_old,
    with_image_fields,
)
from .database import PIECE, Database, Document
from .retry import StripedLocks, retry_on_conflict
from .tag_counts import TagCounts

_UNRATED = {"sum": 0, "count": 0}


class CouchAnnotations(AnnotationStore):
    """The database of annotations, beside that of the images.

    Views may lag behind a write in a cluster.  Where a decision depends on annotations, they
    are therefore read by their IDs.
    """

    def __init__(
        self, images: Database, visitors: Database, locks: StripedLocks, tags: TagCounts
    ) -> None:
        self._images = images
        self._visitors = visitors
        self._locks = locks
        self._tags = tags

    def get(self, image_id: str, visitor_id: str) -> Annotation:
        return annotation_of(self._visitors.get(annotation_id(image_id, visitor_id)))

    def get_many(self, image_ids: Iterable[str], visitor_id: str) -> dict[str, Annotation]:
        wanted = {annotation_id(image_id, visitor_id): image_id for image_id in image_ids}
        documents = self._visitors.get_many(wanted)
        annotations = {wanted[key]: annotation_of(found) for key, found in documents.items()}
        return {key: found for key, found in annotations.items() if not found.is_empty}

    def of_image(self, image_id: str) -> dict[str, Annotation]:
        rows = self._visitors.rows("by_image", key=image_id)
        annotations = {row["value"]["visitor"]: annotation_of(row["value"]) for row in rows}
        return {
            visitor: annotation
            for visitor, annotation in sorted(annotations.items())
            if not annotation.is_empty
        }

    def by_visitor(self, visitor_id: str) -> Iterator[tuple[str, Annotation]]:
        after = ""
        while True:
            rows = self._visitors.rows(
                "by_visitor",
                startkey=[visitor_id, after],
                endkey=[visitor_id, {}],
                limit=PIECE,
            )
            for row in rows:
                (visitor, image_id), annotation = row["key"], annotation_of(row["value"])
                if visitor == visitor_id and image_id > after and not annotation.is_empty:
                    yield image_id, annotation
            if len(rows) < PIECE:
                return
            after = rows[-1]["key"][1]

    def with_tag(self, tag: str) -> Iterator[tuple[str, str]]:
        within: dict[str, Any] = {"startkey": [tag], "endkey": [tag, {}], "reduce": False}
        last = ""
        while True:
            rows = self._visitors.rows("by_tag", limit=PIECE, **within)
            # The last row of the piece before is there again, unless it changed meanwhile.
            new = [row for row in rows if row["id"] != last]
            for row in new:
                # CouchDB finds other tags that differ in nothing it sorts by.
                if row["key"][0] == tag:
                    image_id, _, visitor_id = row["id"].partition("-")
                    yield image_id, visitor_id
            if len(rows) < PIECE or not new:
                return
            last = rows[-1]["id"]
            within |= {"startkey": rows[-1]["key"], "startkey_docid": last}

    def summaries(self, image_ids: Iterable[str]) -> dict[str, AnnotationSummary]:
        found = self._visitors.values_by_key("by_image", image_ids)
        return {
            image_id: AnnotationSummary.of(map(annotation_of, values))
            for image_id, values in found.items()
        }

    def save(
        self, image_id: str, visitor_id: str, change: Callable[[Annotation], Annotation]
    ) -> Annotation:
        document_id = annotation_id(image_id, visitor_id)

        def attempt() -> tuple[Annotation, Annotation, Document | None]:
            document = self._visitors.get_for_update(document_id) or {}
            fields: Document = {}
            if not isinstance(document.get("image_ctime"), str):
                fields = self._image_fields(image_id)
            before = annotation_of(document)
            annotation = change(before)
            tags = tuple(dict.fromkeys(annotation.tags))
            annotation = spelled(replace(annotation, tags=tags), annotation.spellings)
            if "_conflicts" in document:
                before = Annotation()  # neither counts nor sums contain what was merged
            elif annotation == before:
                return before, annotation, None
            new = annotation_document(image_id, visitor_id, annotation, document)
            return before, annotation, self._visitors.put(with_image_fields(new, fields))

        with self._locks.held(document_id):
            before, annotation, stored = retry_on_conflict(attempt)
        if stored:
            self._tags.mark_changed(_changed_tags(before, annotation))
            image = self._image_of(stored)
            if annotation.rating != before.rating or _changes_tagged(image, before, annotation):
                self.update_summary(image, stored)
        return annotation

    def merge(self, document_id: str) -> bool:
        """Merge conflicting revisions of an annotation; return whether there were any."""
        if not retry_on_conflict(lambda: self._visitors.merge(document_id)):
            return False
        if stored := self._visitors.get(document_id):
            self._tags.mark_changed(annotation_of(stored).tags)
            if image := self._images.get_for_update(document_id[:ID_LENGTH]):
                if not _is_aligned(stored, image):
                    self.align(image)
                self.update_summary(image, stored)
        return True

    def _image_fields(self, image_id: str) -> Document:
        image = self._images.get(image_id)
        if image is None:
            raise UnknownImage(image_id)
        return image_fields(image)

    def _image_of(self, annotation: Document) -> Document:
        """Return the document of the image, after the annotation was written.

        If the image was removed or changed meanwhile, that process may have missed the
        annotation.  Annotations of a legacy site get the time of their image here, too.
        """
        image_id = annotation["imageid"]
        image = self._images.get_for_update(image_id)
        if image is None:
            self._drop(annotation["_id"])
            raise UnknownImage(image_id)
        if not _is_aligned(annotation, image) or is_old(image):
            self.align(image)
        return image

    def _drop(self, document_id: str) -> None:
        def attempt() -> None:
            if document := self._visitors.get_for_update(document_id):
                self._visitors.delete(document)

        retry_on_conflict(attempt)

    def update_summary(self, image: Document, stored: Document | None = None) -> None:
        """Write the sum of the ratings, and whether there are tags, into the document of the image.

        The image is read first, then the annotations, and the write fails if the image changed
        since.  So the last writer has read every annotation.  `stored` is an annotation that
        was just written, which a listing may not contain yet.
        """
        image_id = image["_id"]
        known: list[Document] = [image]  # for the first attempt

        def attempt() -> None:
            document = known.pop() if known else self._images.get_for_update(image_id)
            if document is None:
                return
            changed = with_summary(document, self._of_image(image_id, stored))
            if changed != document:
                self._images.put(changed)

        with self._locks.held(image_id):
            retry_on_conflict(attempt)

    def _of_image(self, image_id: str, stored: Document | None) -> list[Annotation]:
        documents = {document["_id"]: document for document in self._documents(image_id)}
        if stored and _generation(stored) >= _generation(documents.get(stored["_id"])):
            documents[stored["_id"]] = stored
        return [annotation_of(document) for document in documents.values()]

    def _documents(self, image_id: str, **options: bool) -> list[Document]:
        # "." follows "-" in ASCII.
        rows = self._visitors.all(f"{image_id}-", f"{image_id}.", documents=True, **options)
        return [row["doc"] for row in rows if row["doc"]]

    def align(self, image: Document) -> int:
        """Write the fields of the image into annotations with other ones; return how many."""

        def attempt() -> int:
            fields = image_fields(image)
            found = self._documents(image["_id"])
            documents = [with_image_fields(d, fields) for d in found if not _is_aligned(d, image)]
            self._visitors.put_all(documents)
            # Tags of older versions do not count.
            self._tags.mark_changed(tag for d in documents for tag in annotation_of(d).tags)
            return len(documents)

        return retry_on_conflict(attempt)

    def bring_up(self) -> int:
        """Add our fields to the annotations of a legacy site; return how many were changed.

        Without them, annotations sort after all others, and their ratings do not count in
        the order of the best rated until the next annotation of the image.
        """
        changed = 0
        rows = self._visitors.all("", "[", documents=True)
        while batch := list(itertools.islice(rows, PIECE)):
            old = [row["doc"] for row in batch if "image_ctime" not in row["doc"]]
            images = self._images.get_many(document["_id"][:ID_LENGTH] for document in old)
            for image in images.values():
                changed += self.align(image)
                self.update_summary(image)
        return changed

    def repair_summaries(self) -> int:
        """Correct what documents say about their tags and ratings; return how many were wrong.

        Programs with views of version 3 do not write `tagged`.
        """
        repaired = 0
        rows = self._images.all("", "[", documents=True)
        while batch := [row for row in itertools.islice(rows, PIECE) if row["doc"]]:
            images = {row["id"]: row["doc"] for row in batch if is_image_id(row["id"])}
            found = self._visitors.values_by_key("by_image", images)
            for image_id, image in images.items():
                if with_summary(image, map(annotation_of, found[image_id])) != image:
                    self.update_summary(self._images.get_for_update(image_id) or image)
                    repaired += 1
        return repaired

    def remove_all(self, image_id: str) -> None:
        """Remove all annotations of an image."""

        def attempt() -> None:
            documents = self._documents(image_id, conflicts=True)
            self._tags.mark_changed(tag for d in documents for tag in annotation_of(d).tags)
            self._visitors.put_all(
                [
                    {"_id": document["_id"], "_rev": rev, "_deleted": True}
                    for document in documents
                    for rev in (document["_rev"], *document.get("_conflicts", ()))
                ]
            )

        retry_on_conflict(attempt)


def with_summary(image: Document, annotations: Iterable[Annotation]) -> Document:
    """Return the document of an image with the sum of its ratings, and `tagged` if it has tags."""
    summary = AnnotationSummary.of(annotations)
    ratings = {"sum": summary.rating_sum, "count": summary.rating_count}
    document = dict(image)
    if ratings != document.get("ratings", _UNRATED):
        document["ratings"] = ratings
    if summary.tags:
        document["tagged"] = True
    else:
        document.pop("tagged", None)
    return document


def _changes_tagged(image: Document, before: Annotation, after: Annotation) -> bool:
    """Return whether `tagged` of the image may have to change."""
    is_tagged = image.get("tagged") is True
    return bool(before.tags and not after.tags) if is_tagged else bool(after.tags)


def _changed_tags(before: Annotation, after: Annotation) -> set[str]:
    """Return the tags that were added, removed or spelled in another way."""
    pairs = [
        {(tag, annotation.spellings.get(tag)) for tag in annotation.tags}
        for annotation in (before, after)
    ]
    return {tag for tag, _ in pairs[0] ^ pairs[1]}


def _is_aligned(annotation: Document, image: Document) -> bool:
    """Return whether an annotation has the fields of its image that the views need."""
    return with_image_fields(annotation, image_fields(image)) == annotation


def _generation(document: Document | None) -> int:
    """Return the number of edits of a document; 0 if there is none."""
    return int(document["_rev"].partition("-")[0]) if document else 0
