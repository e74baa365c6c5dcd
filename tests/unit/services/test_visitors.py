"""What a visitor said moves to the account they sign in to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimages_app.domain.models import Image, Mark
from huimages_app.errors import UnknownImage
from huimages_app.services.visitors import copy_favorites, move_marks, new_visitor_id
from huimages_app.storage.interfaces import Metadata
from huimages_app.storage.sqlite import SqliteMetadata

NOW = datetime(2026, 1, 2, tzinfo=UTC)
A, B = "A" * 32 + "01", "B" * 32 + "01"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metadata.sqlite"


@pytest.fixture
def metadata(path: Path) -> Iterator[SqliteMetadata]:
    metadata = SqliteMetadata(path)
    for image_id in (A, B):
        metadata.save(image_id, lambda old, id=image_id: Image(id, NOW, NOW, 4, 3))
    yield metadata
    metadata.close()


def said(metadata: Metadata, image_id: str, visitor: str, mark: Mark) -> None:
    metadata.save_mark(image_id, visitor, lambda old: mark)


def test_marks_move_and_the_accounts_own_win(metadata: SqliteMetadata) -> None:
    said(metadata, A, "visitor", Mark(("sea", "sand"), favorite=True, rating=3))
    said(metadata, B, "visitor", Mark(rating=5))
    said(metadata, A, "account", Mark(("sun", "sea"), rating=9))
    move_marks(metadata, "visitor", "account")
    assert metadata.mark(A, "account") == Mark(("sun", "sea", "sand"), favorite=True, rating=9)
    assert metadata.mark(B, "account") == Mark(rating=5)
    assert list(metadata.marks_by("visitor")) == []
    assert metadata.summary(A).rating_count == 1


def test_favourites_are_copied_and_nothing_else(metadata: SqliteMetadata) -> None:
    said(metadata, A, "old", Mark(("sea",), favorite=True, rating=3))
    said(metadata, B, "old", Mark(("sea",), rating=3))
    copy_favorites(metadata, "old", "new")
    assert dict(metadata.marks_by("new")) == {A: Mark(favorite=True)}
    assert metadata.mark(A, "old") == Mark(("sea",), favorite=True, rating=3)


def test_what_was_removed_meanwhile_is_passed_over(metadata: SqliteMetadata, path: Path) -> None:
    class RemovedMeanwhile(SqliteMetadata):
        def save_mark(self, image_id: str, visitor_id: str, change: Any) -> Mark:
            if image_id == A:
                raise UnknownImage("removed")
            return super().save_mark(image_id, visitor_id, change)

    for image_id in (A, B):
        said(metadata, image_id, "old", Mark(favorite=True, rating=3))
    racing = RemovedMeanwhile(path)
    copy_favorites(racing, "old", "new")
    assert dict(racing.marks_by("new")) == {B: Mark(favorite=True)}
    move_marks(racing, "old", "newer")
    assert dict(racing.marks_by("newer")) == {B: Mark(favorite=True, rating=3)}
    racing.close()


def test_ids_are_long_and_never_those_of_the_old_cookie() -> None:
    assert len({new_visitor_id() for _ in range(100)}) == 100
    assert new_visitor_id().islower()
    assert len(new_visitor_id()) == 32
