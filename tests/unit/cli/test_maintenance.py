from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.errors import RemovedImage
from huimages_app.factory import Storage
from huimages_app.services.container import Services
from huimages_app.storage.interfaces import OriginalInfo
from tests.support.libraries import add, original_file
from tests.support.pictures import photo

from .conftest import Command

NOBODY = "A" * 32 + "01"


@pytest.fixture
def images(services: Services) -> list[str]:
    return [add(services, photo(60, 40, seed=seed)).image.id for seed in range(3)]


def removed(services: Services, id_: str) -> bool:
    try:
        services.images.get_any(id_)
    except RemovedImage:
        return True
    return False


class _Terminal(io.StringIO):
    """A person who types."""

    def isatty(self) -> bool:
        return True


def test_deleting_is_moving_to_the_trash(
    huimages: Command, services: Services, images: list[str]
) -> None:
    ran = huimages("delete", images[0], NOBODY, images[1])
    assert ran.status == 1
    assert len(ran.err) == 1
    assert NOBODY in ran.err[0]
    assert [services.images.get_any(i).trashed is not None for i in images] == [
        True,
        True,
        False,
    ]


def test_purging_wants_to_be_sure(
    huimages: Command,
    services: Services,
    images: list[str],
    monkeypatch: pytest.MonkeyPatch,
    storage: Storage,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    ran = huimages("delete", "--purge", images[0])
    assert ran.status == 2
    assert ran.err == ["huimages: nobody is there to be asked: add --yes if you are sure"]
    monkeypatch.setattr("sys.stdin", _Terminal("n\n"))
    ran = huimages("delete", "--purge", images[0])
    assert ran.status == 1
    assert "Remove 1 image for good?" in "".join(ran.err)
    assert not removed(services, images[0])
    monkeypatch.setattr("sys.stdin", _Terminal("y\n"))
    assert huimages("delete", "--purge", images[0]).status == 0
    assert removed(services, images[0])
    assert huimages("delete", "--purge", "--yes", *images[1:]).status == 0
    assert all(removed(services, id_) for id_ in images)
    assert list(storage.originals.ids()) == []


def test_what_is_no_id_stops_before_anything_is_done(
    huimages: Command, services: Services, images: list[str]
) -> None:
    assert huimages("delete", images[0], "abc").status == 2
    assert services.images.get_any(images[0]).trashed is None


def test_pruning_the_cache(
    huimages: Command, services: Services, images: list[str], storage: Storage
) -> None:
    for id_ in images:
        services.renditions.get(id_, Size(30, 20), JPEG).close()
    assert huimages("cache", "prune").out == ["0 files removed, 0.0 MB"]
    assert huimages("cache", "prune", "--max-bytes", "0.001 k").out[0].startswith("3 files removed")
    assert storage.cache.usage().files == 0
    ran = huimages("cache", "prune", "--max-bytes", "much")
    assert ran.status == 2
    assert "'much' is not an amount" in ran.err[0]


def test_checking(
    huimages: Command, services: Services, images: list[str], site: Path, storage: Storage
) -> None:
    services.editing.trash(images[2])  # looked after like the others
    assert huimages("check") == (0, ["3 images: 0 wrong"], [])
    original_file(site, images[0]).unlink()
    lost = photo(60, 40, seed=9)
    storage.originals.put(image_id(lost), io.BytesIO(lost), OriginalInfo("image/jpeg", 60, 40))
    ran = huimages("check", "--quick")
    assert (ran.status, ran.out) == (1, ["4 images: 2 wrong"])
    assert sorted(ran.err) == sorted(
        [
            f"{images[0]}: the original is missing (import the file again from a backup)",
            f"{image_id(lost)}: the original has no record",
        ]
    )
    ran = huimages("check", "--repair", "--jobs", "2")
    assert (ran.status, ran.out) == (1, ["4 images: 2 wrong, 1 repaired"])
    assert f"{image_id(lost)}: the original has no record (repaired)" in ran.err
    assert services.images.get_any(image_id(lost)).width == 60
    assert add(services, photo(60, 40)).image.id == images[0]
    assert huimages("check", "--repair") == (0, ["4 images: 0 wrong, 0 repaired"], [])


def test_emptying_the_trash(
    huimages: Command, services: Services, images: list[str], storage: Storage
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


def test_emptying_the_trash_asks(
    huimages: Command, services: Services, images: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    services.editing.trash(images[0])
    monkeypatch.setattr("sys.stdin", _Terminal("n\n"))
    ran = huimages("purge", "--days", "0")
    assert ran.status == 1
    assert "in the trash for 0 days?" in "".join(ran.err)
    assert not removed(services, images[0])
