from __future__ import annotations

import io

import pytest

from huimages_app.backends import Storage
from huimages_app.services.container import Services

from .conftest import Command, Terminal, removed

UNKNOWN = "A" * 32 + "01"


def test_delete_moves_images_to_trash_and_reports_unknown_ids(
    huimages: Command, services: Services, images: list[str]
) -> None:
    ran = huimages("delete", images[0], UNKNOWN, images[1])
    assert ran.status == 1
    assert len(ran.err) == 1
    assert UNKNOWN in ran.err[0]
    assert [services.images.get_any(i).trashed is not None for i in images] == [
        True,
        True,
        False,
    ]


def test_delete_purge_asks_for_confirmation(
    huimages: Command,
    services: Services,
    storage: Storage,
    images: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    ran = huimages("delete", "--purge", images[0])
    assert ran.status == 2
    assert ran.err == ["huimages: not a terminal: pass --yes to confirm"]
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    ran = huimages("delete", "--purge", images[0])
    assert ran.status == 1
    assert "Remove 1 image for good?" in "".join(ran.err)
    assert not removed(services, images[0])
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert huimages("delete", "--purge", images[0]).status == 0
    assert removed(services, images[0])
    assert huimages("delete", "--purge", "--yes", *images[1:]).status == 0
    assert all(removed(services, id_) for id_ in images)
    assert list(storage.originals.ids()) == []


def test_delete_with_invalid_id_changes_nothing(
    huimages: Command, services: Services, images: list[str]
) -> None:
    assert huimages("delete", images[0], "abc").status == 2
    assert services.images.get_any(images[0]).trashed is None
