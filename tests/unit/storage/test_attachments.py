"""Originals in attachments, without a CouchDB."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import StorageUnavailable
from huimages_app.storage.couchdb.client import Server
from huimages_app.storage.originals.couchdb_attachments import AttachmentOriginals
from tests.support.privileges import no_more_descriptors

CONTENT = b"a picture"
ID = image_id(CONTENT)


class StubServer:
    """A server with one document that has the content attached."""

    def database(self, name: str) -> StubServer:
        return self

    def get(self, document_id: str) -> dict[str, Any]:
        return {"_id": document_id, "_attachments": {"a.jpeg": {"length": len(CONTENT)}}}

    def attachment(self, document_id: str, name: str, target: BinaryIO, *, seconds: float) -> bool:
        target.write(CONTENT)
        target.seek(0)
        return True


def test_open_without_free_descriptors_raises_storage_unavailable() -> None:
    originals = AttachmentOriginals(cast(Server, StubServer()))
    with no_more_descriptors(), pytest.raises(StorageUnavailable, match="Too many open files"):
        originals.open(ID).__enter__()
    with originals.open(ID) as file:
        assert file.read() == CONTENT
