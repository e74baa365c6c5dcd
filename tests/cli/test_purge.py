from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huimages_app.backends import Storage
from huimages_app.services.container import Services
from huimages_app.services.editing import Editing

from .conftest import Command, Terminal, removed


def test_purge_removes_images_older_than_days(
    huimages: Command, services: Services, storage: Storage, images: list[str]
) -> None:
    for days, id_ in zip((31, 29), images, strict=False):
        services.editing.trash(id_)
        then = datetime.now(UTC) - timedelta(days=days)
        storage.metadata.images.update(id_, lambda image, then=then: replace(image, trashed=then))
    assert huimages("purge", "--yes") == (0, [images[0]], ["1 image removed"])
    assert huimages("purge", "--yes") == (0, [], ["0 images removed"])
    assert huimages("purge", "--yes", "--days", "0").out == [images[1]]
    assert not removed(services, images[2])
    assert huimages("purge", "--days", "x").status == 2


def test_purge_asks_for_confirmation(
    huimages: Command, services: Services, images: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    services.editing.trash(images[0])
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    ran = huimages("purge", "--days", "0")
    assert ran.status == 1
    assert "in the trash for 0 days or longer?" in "".join(ran.err)
    assert not removed(services, images[0])


def test_purge_reports_failed_image_and_exits_with_1(
    huimages: Command, services: Services, images: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for id_ in images[:2]:
        services.editing.trash(id_)
    remove = Editing.remove

    def fail_for_one(self: Editing, image_id: str, *arguments: Any) -> None:
        if image_id == images[0]:
            raise PermissionError(13, "Permission denied")
        remove(self, image_id, *arguments)

    monkeypatch.setattr(Editing, "remove", fail_for_one)
    ran = huimages("purge", "--yes", "--days", "0")
    assert (ran.status, ran.out) == (1, [images[1]])
    assert ran.err == [
        f"{images[0]}: unexpected PermissionError: [Errno 13] Permission denied",
        "1 image removed",
    ]
