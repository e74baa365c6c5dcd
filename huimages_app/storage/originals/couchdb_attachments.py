"""Originals an old site kept as attachments of the images' documents: read and taken away.

huImages 2.2 read an original from here if S3 had none.  Nothing is stored here any more,
so this is a place to fall back to, and to migrate from.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from ...domain.ids import image_id_of_file, is_image_id, parse_image_id
from ...errors import BadSetting, CorruptOriginal, UnknownImage
from ..couchdb.client import Server
from ..couchdb.database import Document
from ..couchdb.retry import retry_on_conflict
from ..interfaces import OriginalInfo, Originals


class AttachmentOriginals(Originals):
    """The attachments in `database`; the first one that has the bytes of the ID.

    Reading one takes `seconds` at most.
    """

    # A document may have further attachments, which would go as well.
    movable = False

    def __init__(
        self, server: Server, database: str = "huimages", *, seconds: float = 60.0
    ) -> None:
        self._server = server
        self._database = server.database(database)
        self._seconds = seconds

    def put(self, image_id: str, content: BinaryIO, info: OriginalInfo) -> bool:
        """Raises BadSetting: originals are not stored here."""
        raise BadSetting("originals can't be kept in CouchDB: it is a place to fall back to only")

    @contextlib.contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        names = _names(self._document(image_id))
        for name in names:
            with tempfile.TemporaryFile() as file:
                if self._read(image_id, name, file):
                    file.seek(0)
                    yield file
                    return
        if names:
            raise CorruptOriginal(f"no attachment of {image_id} has the bytes of that ID")
        raise UnknownImage(f"there is no original {image_id}")

    def _read(self, image_id: str, name: str, file: BinaryIO) -> bool:
        """Whether the attachment was there, whole, with the bytes the ID was made from."""
        found = self._database.attachment(image_id, name, file, seconds=self._seconds)
        return found and image_id_of_file(file) == image_id

    def length(self, image_id: str) -> int | None:
        document = self._document(image_id)
        for name in _names(document):
            return int(document["_attachments"][name]["length"]) if document else None
        return None

    def delete(self, image_id: str) -> None:
        """Take the attachments away; the document stays."""

        def attempt() -> None:
            document = self._document(image_id)
            if document and document.pop("_attachments", None):
                self._database.put(document)

        retry_on_conflict(attempt)

    def ids(self, after: str = "") -> Iterator[str]:
        for row in self._database.all(after, "[", documents=True):
            if is_image_id(row["id"]) and _names(row["doc"]):
                yield row["id"]

    def check(self) -> None:
        self._database.size()

    def close(self) -> None:
        self._server.close()

    def _document(self, image_id: str) -> Document | None:
        return self._database.get(parse_image_id(image_id))  # designs have attachments, too


def _names(document: Document | None) -> list[str]:
    return list((document or {}).get("_attachments") or {})
