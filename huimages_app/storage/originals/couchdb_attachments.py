"""Originals that a legacy site stores as attachments of the images' documents.

huImages 2.2 read an original from CouchDB if S3 had none.  New originals are not stored
here: this is a location to fall back to, and to migrate from.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from ...domain.ids import image_id_of_file, is_image_id, parse_image_id
from ...errors import BadSetting, CorruptOriginal, StorageUnavailable, UnknownImage
from ..couchdb.client import Server
from ..couchdb.database import Document
from ..couchdb.retry import retry_on_conflict
from ..interfaces import OriginalInfo, Originals


class AttachmentOriginals(Originals):
    """Originals in the attachments in `database`: the first one that has the bytes of the ID.

    Reading one takes at most `seconds`.
    """

    # A document may have further attachments, which would be deleted as well.
    movable = False

    def __init__(
        self, server: Server, database: str = "huimages", *, seconds: float = 60.0
    ) -> None:
        self._server = server
        self._database = server.database(database)
        self._seconds = seconds

    def put(self, image_id: str, content: BinaryIO, info: OriginalInfo) -> bool:
        """Raise BadSetting: originals are not stored here."""
        raise BadSetting("originals can't be stored in CouchDB: use it as a fallback only")

    @contextlib.contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(tempfile.TemporaryFile())
                self._read(image_id, file)
            except OSError as error:  # the temporary file: no space, or no descriptor
                raise StorageUnavailable(
                    f"the original {image_id} can't be read: {error.strerror}"
                ) from error
            yield file

    def _read(self, image_id: str, file: BinaryIO) -> None:
        """Write the bytes of the original into `file`, and go to its start."""
        names = _names(self._document(image_id))
        for name in names:
            file.seek(0)
            file.truncate()
            if self._is_original(image_id, name, file):
                file.seek(0)
                return
        if names:
            raise CorruptOriginal(f"no attachment of {image_id} has the bytes of that ID")
        raise UnknownImage.without_original(image_id)

    def _is_original(self, image_id: str, name: str, file: BinaryIO) -> bool:
        """Download an attachment; return whether it has the bytes the ID was made from."""
        found = self._database.attachment(image_id, name, file, seconds=self._seconds)
        return found and image_id_of_file(file) == image_id

    def length(self, image_id: str) -> int | None:
        document = self._document(image_id)
        for name in _names(document):
            return int(document["_attachments"][name]["length"]) if document else None
        return None

    def delete(self, image_id: str) -> None:
        """Remove the attachments; the document stays."""

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
        return self._database.get(
            parse_image_id(image_id)
        )  # design documents may have attachments, too


def _names(document: Document | None) -> list[str]:
    return list((document or {}).get("_attachments") or {})
