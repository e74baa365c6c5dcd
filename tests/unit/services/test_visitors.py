"""Ratings, tags and favourites of a visitor move to the account at sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimages_app.domain.models import Annotation, Image
from huimages_app.errors import UnknownImage
from huimages_app.services.annotations import Annotations
from huimages_app.services.tag_changes import TagChanges
from huimages_app.services.visitors import new_visitor_id
from huimages_app.storage.interfaces import MetadataBackend
from huimages_app.storage.sqlite import SqliteBackend
from huimages_app.storage.sqlite.annotations import SqliteAnnotations
from huimages_app.storage.sqlite.connection import Connections

NOW = datetime(2026, 1, 2, tzinfo=UTC)
A, B = "A" * 32 + "01", "B" * 32 + "01"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metadata.sqlite"


@pytest.fixture
def metadata(path: Path) -> Iterator[SqliteBackend]:
    metadata = SqliteBackend(path)
    for image_id in (A, B):
        metadata.images.save(image_id, lambda old, id=image_id: Image(id, NOW, NOW, 4, 3))
    yield metadata
    metadata.close()


def save(metadata: MetadataBackend, image_id: str, visitor: str, annotation: Annotation) -> None:
    metadata.annotations.save(image_id, visitor, lambda old: annotation)


def test_annotations_move_to_the_account_and_its_rating_is_kept(metadata: SqliteBackend) -> None:
    save(metadata, A, "visitor", Annotation(("sea", "sand"), favorite=True, rating=3))
    save(metadata, B, "visitor", Annotation(rating=5))
    save(metadata, A, "account", Annotation(("sun", "sea"), rating=9))
    Annotations(metadata, TagChanges(metadata)).move("visitor", "account")
    assert metadata.annotations.get(A, "account") == Annotation(
        ("sun", "sea", "sand"), favorite=True, rating=9
    )
    assert metadata.annotations.get(B, "account") == Annotation(rating=5)
    assert list(metadata.annotations.by_visitor("visitor")) == []
    assert metadata.annotations.summary(A).rating_count == 1


def test_copy_favorites_copies_favourites_only(metadata: SqliteBackend) -> None:
    save(metadata, A, "old", Annotation(("sea",), favorite=True, rating=3))
    save(metadata, B, "old", Annotation(("sea",), rating=3))
    Annotations(metadata, TagChanges(metadata)).copy_favorites("old", "new")
    assert dict(metadata.annotations.by_visitor("new")) == {A: Annotation(favorite=True)}
    assert metadata.annotations.get(A, "old") == Annotation(("sea",), favorite=True, rating=3)


def test_images_removed_meanwhile_are_skipped(metadata: SqliteBackend, path: Path) -> None:
    class RemovedMeanwhile(SqliteAnnotations):
        def save(self, image_id: str, visitor_id: str, change: Any) -> Annotation:
            if image_id == A:
                raise UnknownImage(image_id)
            return super().save(image_id, visitor_id, change)

    for image_id in (A, B):
        save(metadata, image_id, "old", Annotation(favorite=True, rating=3))
    connections = Connections(path)
    racing = metadata.annotations = RemovedMeanwhile(connections)
    annotations = Annotations(metadata, TagChanges(metadata))
    annotations.copy_favorites("old", "new")
    assert dict(racing.by_visitor("new")) == {B: Annotation(favorite=True)}
    annotations.move("old", "newer")
    assert dict(racing.by_visitor("newer")) == {B: Annotation(favorite=True, rating=3)}
    connections.close()


def test_new_visitor_ids_are_unique_and_have_32_lower_case_letters() -> None:
    assert len({new_visitor_id() for _ in range(100)}) == 100
    assert new_visitor_id().islower()
    assert len(new_visitor_id()) == 32
