"""Read-only inspection of the two databases of a legacy huImages site.

Only documents are read, by their IDs: no views are needed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from ...domain.ids import ID_LENGTH, is_image_id
from ...errors import UnknownImage
from ..couchdb.client import Server
from ..couchdb.codec import annotation_of, fields_read, is_old, is_trashed, sides_of, time_of
from ..couchdb.database import Document
from .models import PEEKED, LegacyAnnotation, LegacyDocuments, LegacyImage, LegacyOther, Peek

_FIRST, _LAST = "", "\ufff0"

_OLD_FIELDS = {"ctime", "mtime", "title", "references", "types", "width", "height", "deleted"}
_OUR_FIELDS = {"trashed", "ratings", "tagged"}  # besides those of which the codec reads a value
_ANNOTATION_FIELDS = {
    *("imageid", "userid", "tags", "favorite", "rating"),
    *("image_ctime", "image_replaced"),
}


class CouchLegacySite(LegacyDocuments):
    """The documents of `database` and `visitor_database`; read access is enough.

    Reading an attachment takes at most `seconds`.
    """

    def __init__(
        self, server: Server, database: str, visitor_database: str, *, seconds: float = 60.0
    ) -> None:
        self._images = server.database(database)
        self._visitors = server.database(visitor_database)
        self._seconds = seconds

    def size(self) -> int:
        return self._images.size()

    def images(self) -> Iterator[LegacyImage | LegacyOther]:
        for row in self._images.all(_FIRST, _LAST, documents=True):
            yield _image(row["doc"]) if is_image_id(row["id"]) else LegacyOther(row["id"])

    def annotations(self) -> Iterator[LegacyAnnotation | LegacyOther]:
        for row in self._visitors.all(_FIRST, _LAST, documents=True):
            image_id, dash = row["id"][:ID_LENGTH], row["id"][ID_LENGTH : ID_LENGTH + 1]
            if is_image_id(image_id) and dash == "-":
                yield _annotation(image_id, row["doc"])
            else:
                yield LegacyOther(row["id"])

    def peek(self, image_id: str) -> Peek:
        attachments = (self._images.get(image_id) or {}).get("_attachments") or {}
        for name, stub in attachments.items():
            head = _Head()
            self._images.attachment(image_id, name, head, seconds=self._seconds)
            return Peek(stub.get("content_type", ""), head.getvalue())
        raise UnknownImage.with_message(f"the attachment of {image_id} is gone")


class _Head(io.BytesIO):
    """A file that stores only the beginning of what is written into it."""

    def write(self, piece: Any, /) -> int:
        super().write(piece[: max(PEEKED - self.tell(), 0)])
        return len(piece)


def _image(document: Document) -> LegacyImage:
    known = _OLD_FIELDS | _OUR_FIELDS | fields_read(document)
    return LegacyImage(
        document["_id"],
        sides_of(document),
        deleted=is_trashed(document),
        is_old=is_old(document),
        attached=bool(document.get("_attachments")),
        oddities=(*_unknown(document, known), *_image_oddities(document)),
    )


def _image_oddities(document: Mapping[str, Any]) -> Iterator[str]:
    if time_of(document.get("ctime")) is None:
        yield "'ctime' is missing or not a time: the image is shown as the oldest"
    for name in ("title", "types"):
        if not isinstance(document.get(name, []), list):
            yield f"{name!r} is not a list: read as a list of one"
    references = document.get("references", {})
    if not isinstance(references, dict):
        yield "'references' is not an object: read as empty"
    elif not all(isinstance(values, list) for values in references.values()):
        yield "values in 'references' are not lists: each is read as a list of one"
    if sides_of(document) is None:
        yield "'width' or 'height' is missing or not a number"
    if not isinstance(document.get("deleted", False), bool):
        yield "'deleted' is neither true nor false: read as false"


def _annotation(image_id: str, document: Document) -> LegacyAnnotation:
    annotation = annotation_of(document)
    return LegacyAnnotation(
        image_id,
        document["_id"][ID_LENGTH + 1 :],
        tags=len(annotation.tags),
        favorite=annotation.favorite,
        rated=annotation.rating is not None,
        oddities=(*_unknown(document, _ANNOTATION_FIELDS), *_annotation_oddities(document)),
    )


def _annotation_oddities(document: Mapping[str, Any]) -> Iterator[str]:
    if document["_id"] != f"{document.get('imageid')}-{document.get('userid')}":
        yield "'imageid' and 'userid' of an annotation differ from its ID"
    tags = document.get("tags", [])
    if not isinstance(tags, list):
        yield "'tags' of an annotation is not a list: read as a list of one"
    elif len({str(tag) for tag in tags}) < len(tags):
        yield "an annotation has a tag twice: it counts once"
    rating = document.get("rating")
    if rating is not None and not (_is_number(rating) and 0 <= rating <= 10):
        yield "'rating' of an annotation is not a number from 0 to 10"


def _unknown(document: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    for name in document:
        if name not in known and not name.startswith("_"):
            yield f"field {name!r:.40} is unknown: it is kept"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
