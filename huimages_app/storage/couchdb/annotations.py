"""What visitors say: their documents, and the little the image's document knows of them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from ...domain.ids import ID_LENGTH
from ...domain.models import Mark, Summary
from ...errors import UnknownImage
from .client import PIECE, Conflict, Database, Document
from .codec import ctime_of, is_old, mark_document, mark_id, mark_of, summary_of
from .retry import Stripes, insist

_BEHIND = "\ufff0"  # stands behind whatever a tag goes on with, in CouchDB's order too


class Marks:
    """The database of visitors' marks, beside that of the images."""

    def __init__(self, images: Database, visitors: Database, stripes: Stripes) -> None:
        self._images = images
        self._visitors = visitors
        self._stripes = stripes
        self._cloud: tuple[object, list[tuple[str, int]]] = (None, [])  # since when, all tags

    def get(self, image_id: str, visitor_id: str) -> Mark:
        return mark_of(self._visitors.get(mark_id(image_id, visitor_id)))

    def of_image(self, image_id: str) -> dict[str, Mark]:
        rows = self._visitors.rows("by_image", key=image_id)
        marks = {row["value"]["visitor"]: mark_of(row["value"]) for row in rows}
        return {visitor: mark for visitor, mark in sorted(marks.items()) if not mark.is_empty}

    def by_visitor(self, visitor_id: str) -> Iterator[tuple[str, Mark]]:
        after = ""
        while True:
            rows = self._visitors.rows(
                "by_visitor",
                startkey=[visitor_id, after],
                endkey=[visitor_id, {}],
                limit=PIECE,
            )
            for row in rows:
                (visitor, image_id), mark = row["key"], mark_of(row["value"])
                if visitor == visitor_id and image_id > after and not mark.is_empty:
                    yield image_id, mark
            if len(rows) < PIECE:
                return
            after = rows[-1]["key"][1]

    def summaries(self, image_ids: Iterable[str]) -> dict[str, Summary]:
        rows: dict[str, list[dict[str, Any]]] = {image_id: [] for image_id in image_ids}
        for row in self._visitors.rows("by_image", keys=list(rows)) if rows else []:
            rows[row["key"]].append(row)
        return {image_id: summary_of(found) for image_id, found in rows.items()}

    def tags(self, prefix: str, limit: int | None) -> list[tuple[str, int]]:
        if prefix:
            return self._counted(prefix)[:limit]
        # CouchDB adds all tags up for each request, which takes a second where there are many.
        state, cloud = self._visitors.state(), self._cloud
        if cloud[0] != state:
            cloud = self._cloud = state, self._counted()
        return cloud[1][:limit]

    def _counted(self, prefix: str = "") -> list[tuple[str, int]]:
        """Tags and how often they were given, most used first."""
        within: dict[str, Any] = (
            {"startkey": [prefix], "endkey": [prefix + _BEHIND, {}]} if prefix else {}
        )
        rows = self._visitors.rows("by_tag", group_level=1, **within)
        # CouchDB sorts like a dictionary: what begins with "a" may begin with "ä" there, and
        # tags that differ in nothing it sorts by are one row, or come by turns in several.
        tags: Counter[str] = Counter()
        for row in rows:
            tag = row["key"][0]
            if tag.startswith(prefix):
                tags[tag] += row["value"]
        return sorted(tags.items(), key=lambda tag: (-tag[1], tag[0]))

    def save(self, image_id: str, visitor_id: str, change: Callable[[Mark], Mark]) -> Mark:
        """As `Metadata.save_mark`."""
        identifier = mark_id(image_id, visitor_id)

        def attempt() -> tuple[Mark, Mark, str]:
            document = self._visitors.get(identifier)
            ctime = (document or {}).get("image_ctime")
            if not isinstance(ctime, str):
                ctime = self._ctime(image_id)
            before = mark_of(document)
            mark = change(before)
            mark = replace(mark, tags=tuple(dict.fromkeys(mark.tags)))
            if mark != before:
                new = mark_document(image_id, visitor_id, mark, document)
                self._visitors.put(new | {"image_ctime": ctime})
            return before, mark, ctime

        with self._stripes.held(identifier):
            before, mark, ctime = insist(attempt)
        if mark != before:
            image = self._settled(image_id, identifier, ctime)
            if mark.rating != before.rating:
                self.rate(image)
        return mark

    def _ctime(self, image_id: str) -> str:
        image = self._images.get(image_id)
        if image is None:
            raise _unknown(image_id)
        return ctime_of(image)

    def _settled(self, image_id: str, identifier: str, ctime: str) -> Document:
        """The image's document, after a mark was written that says it is of `ctime`.

        If the image was removed or changed meanwhile, who did it may have missed the mark.
        Marks of an old site learn the time of their image by the way.
        """
        image = self._images.get(image_id)
        if image is None:
            self._drop(identifier)
            raise _unknown(image_id)
        if ctime_of(image) != ctime or is_old(image):
            self.align(image)
        return image

    def _drop(self, identifier: str) -> None:
        def attempt() -> None:
            if document := self._visitors.get(identifier):
                self._visitors.delete(document)

        insist(attempt)

    def rate(self, image: Document) -> None:
        """Bring the sum of the ratings in the image's document up to date.

        The document is read first, then the ratings, and the write fails if anybody wrote
        the document since: so whoever comes last has seen every rating.
        """
        image_id = image["_id"]
        known: list[Document] = [image]  # good for the first attempt

        def attempt() -> None:
            document = known.pop() if known else self._images.get(image_id)
            if document is None:
                return
            stats = self._visitors.reduced("ratings", key=image_id) or _UNRATED
            ratings = {"sum": stats["sum"], "count": stats["count"]}
            if document.get("ratings", _UNRATED) != ratings:
                self._images.put({**document, "ratings": ratings})

        with self._stripes.held(image_id):
            insist(attempt)

    def align(self, image: Document) -> int:
        """Write the image's time into those of its marks that have another; how many."""

        def attempt() -> int:
            rows = self._visitors.rows("by_image", key=image["_id"])
            late = [row["id"] for row in rows if row["value"]["ctime"] != ctime_of(image)]
            documents = self._visitors.get_many(late).values()
            new = [{**d, "image_ctime": ctime_of(image)} for d in documents if d]
            if self._visitors.put_all(new):
                raise Conflict(f"marks of {image['_id']} were changed meanwhile")
            return len(new)

        return insist(attempt)

    def bring_up(self) -> int:
        """Give the marks of an old site what ours have; how many were changed.

        Without, they are sorted behind all others, and their ratings do not count in the
        order of the rated, until somebody marks the image again.
        """
        changed = 0
        rows = self._visitors.all("", "[", documents=True)
        while batch := list(itertools.islice(rows, PIECE)):
            old = [row["doc"] for row in batch if "image_ctime" not in row["doc"]]
            images = self._images.get_many(document["_id"][:ID_LENGTH] for document in old)
            for image in filter(None, images.values()):
                changed += self.align(image)
                self.rate(image)
        return changed

    def remove_all(self, image_id: str) -> None:
        """Remove what everybody said about an image."""

        def attempt() -> None:
            rows = self._visitors.rows("by_image", key=image_id)
            documents = self._visitors.get_many(row["id"] for row in rows).values()
            if self._visitors.put_all([{**_TOMBSTONE, **_identity(d)} for d in documents if d]):
                raise Conflict(f"marks of {image_id} were changed meanwhile")

        insist(attempt)


_UNRATED = {"sum": 0, "count": 0}
_TOMBSTONE = {"_deleted": True}


def _identity(document: Document) -> Document:
    return {"_id": document["_id"], "_rev": document["_rev"]}


def _unknown(image_id: str) -> UnknownImage:
    return UnknownImage(f"there is no image {image_id}")
