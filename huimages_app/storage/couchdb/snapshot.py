"""Export of all documents of a site in CouchDB, and loading them into empty databases.

`native` of an item holds the document as it is stored, so that fields which this program does
not know, of huImages 2.2 or of a newer version, are there again after a restore.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Iterator, Sequence

from ...domain.ids import ID_LENGTH, is_image_id
from ...domain.models import Annotation
from ..snapshots import ForeignDocument, SnapshotItem, StoredDocument, StoredImage, Tombstone
from .annotations import with_summary
from .codec import (
    annotation_document,
    annotation_id,
    annotation_of,
    document_of,
    image_fields,
    image_of,
    with_image_fields,
)
from .database import Database, Document
from .install_views import is_ours

_NATIVE = "couchdb"
_LAST = "\U0010ffff"  # after all document IDs
_BATCH = 200  # items that are stored together
_CHANGES = 5000  # changes per request


class CouchSnapshot:
    """The three databases of a site as items, and back."""

    def __init__(self, images: Database, visitors: Database, documents: Database) -> None:
        self._images = images
        self._visitors = visitors
        self._documents = documents
        self._databases = {"images": images, "visitors": visitors, "documents": documents}

    # -- export

    def export(self) -> Generator[SnapshotItem, None, None]:
        """Yield tombstones, images with annotations, documents; foreign ones in between."""
        yield from self._tombstones()
        visitors = _Ahead(_all_documents(self._visitors))
        for document in _all_documents(self._images):
            document_id = document["_id"]
            yield from self._foreign("visitors", visitors.until(document_id))
            if is_image_id(document_id):
                marks = list(visitors.until(f"{document_id}."))  # "." follows "-" in ASCII
                yield _image_item(document, marks)
            else:
                yield from self._foreign("images", [document])
        yield from self._foreign("visitors", visitors.until(_LAST))
        for document in _all_documents(self._documents):
            if {"kind", "key", "record"} <= document.keys():
                native = {_NATIVE: _content(document)}
                yield StoredDocument(document["kind"], document["key"], document["record"], native)
            else:
                yield from self._foreign("documents", [document])

    def _tombstones(self) -> Iterator[Tombstone]:
        since = None
        while True:
            rows, since = self._images.changes(since, _CHANGES)
            for row in rows:
                if row.get("deleted") and is_image_id(row["id"]):
                    yield Tombstone(row["id"])
            if len(rows) < _CHANGES:
                return

    def _foreign(self, name: str, documents: Iterable[Document]) -> Iterator[ForeignDocument]:
        for document in documents:
            if is_ours(document["_id"]):
                continue
            if "_attachments" in document:
                document = self._databases[name].get(document["_id"], attachments="true") or {}
            kept = {"_id", "_attachments"} & document.keys()
            content = {**_content(document), **{key: document[key] for key in kept}}
            if content:
                yield ForeignDocument(_NATIVE, name, content)

    # -- load

    def load(self, items: Iterable[SnapshotItem]) -> None:
        """Store the items that do not exist yet."""
        remaining = iter(items)
        while batch := list(itertools.islice(remaining, _BATCH)):
            documents: dict[str, list[Document]] = {name: [] for name in self._databases}
            for item in batch:
                for name, document in _documents_of(item):
                    documents[name].append(document)
            for name, database in self._databases.items():
                _add_new(database, documents[name])

    def is_empty(self, ignored: str) -> bool:
        """Return whether there are no documents but our views, and those of a kind."""
        for database in self._databases.values():
            for row in database.all("", _LAST):
                if not is_ours(row["id"]) and not row["id"].startswith(f"{ignored}:"):
                    return False
        return True


def _add_new(database: Database, documents: Sequence[Document]) -> None:
    """Store documents and tombstones of which nothing is there; those that exist stay."""
    known = database.deletions(document["_id"] for document in documents)
    database.put_all(
        [
            document
            for document in documents
            if document["_id"] not in known
            or (known[document["_id"]] and "_deleted" not in document)
        ]
    )


def _all_documents(database: Database) -> Iterator[Document]:
    """Yield all documents by ascending ID, with conflicting revisions merged."""
    for row in database.all("", _LAST, documents=True, conflicts=True):
        document: Document | None = row["doc"]
        if document and "_conflicts" in document:
            document = database.get_for_update(row["id"])
        if document is not None:
            yield document


class _Ahead:
    """Documents by ascending ID, taken up to a given ID at a time."""

    def __init__(self, documents: Iterator[Document]) -> None:
        self._documents = documents
        self._next = next(documents, None)

    def until(self, document_id: str) -> Iterator[Document]:
        """Yield the documents with a smaller ID."""
        while self._next is not None and self._next["_id"] < document_id:
            yield self._next
            self._next = next(self._documents, None)


def _image_item(document: Document, marks: list[Document]) -> StoredImage:
    stored = {mark["_id"][ID_LENGTH + 1 :]: mark for mark in marks}
    annotations = {visitor: annotation_of(mark) for visitor, mark in stored.items()}
    native = {
        "image": _content(document),
        "annotations": {visitor: _content(mark) for visitor, mark in stored.items()},
    }
    return StoredImage(
        image_of(document),
        {visitor: one for visitor, one in annotations.items() if not one.is_empty},
        {_NATIVE: native},
    )


def _documents_of(item: SnapshotItem) -> Iterator[tuple[str, Document]]:
    """Yield the documents of an item, each with the name of its database."""
    match item:
        case StoredImage():
            yield from _documents_of_image(item)
        case Tombstone():
            yield "images", {"_id": item.image_id, "_deleted": True}
        case StoredDocument():
            fields = {"kind": item.kind, "key": item.key, "record": item.record}
            native = item.native.get(_NATIVE, {})
            yield "documents", {"_id": f"{item.kind}:{item.key}", **native, **fields}
        case ForeignDocument(backend=backend) if backend == _NATIVE:
            yield item.database, {**item.content}


def _documents_of_image(item: StoredImage) -> Iterator[tuple[str, Document]]:
    image_id = item.image.id
    native = item.native.get(_NATIVE, {})
    stored = native.get("image")
    document = document_of(item.image, {"_id": image_id, **stored} if stored is not None else None)
    yield "images", with_summary(document, item.annotations.values())
    marks = native.get("annotations", {})
    for visitor in sorted({*marks, *item.annotations}):
        annotation = item.annotations.get(visitor, Annotation())
        mark = (
            {"_id": annotation_id(image_id, visitor), **marks[visitor]}
            if visitor in marks
            else annotation_document(image_id, visitor, annotation, None)
        )
        yield "visitors", with_image_fields(mark, image_fields(document))


def _content(document: Document) -> Document:
    return {key: value for key, value in document.items() if not key.startswith("_")}
