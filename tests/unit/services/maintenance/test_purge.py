"""Removal of images that have been in the trash for long enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Image
from huimages_app.errors import RemovedImage, StorageUnavailable
from huimages_app.services.container import Services

from .conftest import IDS


def test_purge_removes_images_trashed_before_the_given_time(
    full: Services, storage: Storage
) -> None:
    now = datetime.now(UTC)
    for number, days in enumerate((40, 31, 29)):
        full.editing.trash(IDS[number])
        then = now - timedelta(days=days)
        storage.metadata.images.update(
            IDS[number], lambda image, then=then: replace(image, trashed=then)
        )
    purged = list(full.integrity.purge(now - timedelta(days=30)))
    assert {one.image_id for one in purged} == {IDS[0], IDS[1]}
    for removed in IDS[:2]:
        with pytest.raises(RemovedImage):
            full.images.get_any(removed)
        assert storage.originals.length(removed) is None
    assert full.images.get_any(IDS[2]).trashed is not None
    assert full.images.count() == 3
    assert list(full.integrity.purge(now - timedelta(days=30))) == []


@pytest.mark.slow
def test_purge_empties_a_trash_of_several_pages(services: Services, storage: Storage) -> None:
    now = datetime.now(UTC)
    for number in range(502):
        made = Image(image_id(b"%d" % number), now, now, 1, 1, trashed=now)
        storage.metadata.images.save(made.id, lambda _, made=made: made)
    assert len(set(services.integrity.purge(now + timedelta(days=1)))) == 502
    assert list(storage.metadata.images.ids()) == []


def test_purge_keeps_images_restored_meanwhile(full: Services) -> None:
    for trashed in IDS[:3]:
        full.editing.trash(trashed)
    purge = full.integrity.purge(datetime.now(UTC) + timedelta(days=1))
    first = next(purge).image_id
    restored, removed = (other for other in IDS[:3] if other != first)
    full.editing.restore(restored)
    full.editing.remove(removed)
    assert list(purge) == []
    assert full.images.get_any(restored).trashed is None


def test_purge_reports_unexpected_error_and_continues(
    full: Services, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for trashed in IDS[:3]:
        full.editing.trash(trashed)
    delete = storage.originals.delete

    def fail_for_one(image_id: str) -> None:
        if image_id == IDS[1]:
            raise PermissionError(13, "Permission denied")
        delete(image_id)

    monkeypatch.setattr(storage.originals, "delete", fail_for_one)
    purged = list(full.integrity.purge(datetime.now(UTC) + timedelta(days=1)))
    assert {one.image_id: one.error for one in purged} == {
        IDS[0]: "",
        IDS[1]: "unexpected PermissionError: [Errno 13] Permission denied",
        IDS[2]: "",
    }


def test_purge_ends_when_storage_is_unavailable(
    full: Services, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    full.editing.trash(IDS[0])

    def fail(image_id: str) -> None:
        raise StorageUnavailable("down")

    monkeypatch.setattr(storage.originals, "delete", fail)
    with pytest.raises(StorageUnavailable):
        list(full.integrity.purge(datetime.now(UTC) + timedelta(days=1)))
