"""What the tests of the library share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.services import Services
from huimages_app.storage.interfaces import DocumentStore
from huimages_app.storage.sqlite import SqliteBackend
from tests.support.libraries import services_in


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = services_in(tmp_path)
    yield services
    services.close()


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[DocumentStore]:
    backend = SqliteBackend(tmp_path / "documents.sqlite")
    yield backend.documents
    backend.close()
