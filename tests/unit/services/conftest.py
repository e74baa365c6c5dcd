"""Fixtures for tests of the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.backends import Storage
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.storage.interfaces import DocumentStore
from huimages_app.storage.sqlite import SqliteBackend
from tests.support.services import settings_in, storage_in


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    """The storage of the services."""
    with storage_in(tmp_path) as storage:
        yield storage


@pytest.fixture
def services(tmp_path: Path, storage: Storage) -> Iterator[Services]:
    services = build_services(settings_in(tmp_path), storage)
    yield services
    services.close()


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[DocumentStore]:
    backend = SqliteBackend(tmp_path / "documents.sqlite")
    yield backend.documents
    backend.close()
