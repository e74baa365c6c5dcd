"""`check` while images are stored and removed, and while a disk fails."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.formats import JPEG
from huimages_app.errors import RemovedImage, StorageUnavailable
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.services.maintenance.integrity import Problem
from huimages_app.storage.interfaces import OriginalInfo
from huimages_app.storage.originals.filesystem import FileOriginals
from tests.support import services as support
from tests.support.services import settings_in

from .conftest import IDS, PHOTOS, found

INFO = OriginalInfo("image/jpeg", 40, 30)


class _InterruptedOriginals(FileOriginals):
    """Originals that call a function after listing, before looking, or after reading."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.after_listing: Callable[[], object] = lambda: None
        self.before_looking: Callable[[], object] = lambda: None
        self.after_reading: Callable[[], object] = lambda: None

    def length(self, image_id: str) -> int | None:
        self.before_looking()
        return super().length(image_id)

    @contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        self.before_looking()
        with super().open(image_id) as file:
            yield file
        self.after_reading()

    def ids(self, after: str = "") -> Iterator[str]:
        yield from list(super().ids(after))
        self.after_listing()


@pytest.fixture
def interrupted(
    tmp_path: Path, storage: Storage
) -> Iterator[tuple[Services, _InterruptedOriginals]]:
    settings = settings_in(tmp_path)
    originals = _InterruptedOriginals(settings.originals_path)
    services = build_services(settings, replace(storage, originals=originals))
    yield services, originals
    services.close()


def add(services: Services, content: bytes, **fields: str) -> None:
    """Add a picture and wait for its background jobs, which would call `after_reading`, too."""
    support.add(services, content, **fields)
    services.worker.join()


def test_removal_during_the_check_is_not_reported(
    interrupted: tuple[Services, _InterruptedOriginals],
) -> None:
    services, originals = interrupted
    add(services, PHOTOS[0])
    originals.after_listing = lambda: services.editing.remove(IDS[0])
    assert found(services) == []


def test_removal_of_an_original_without_a_record_is_not_reported(
    interrupted: tuple[Services, _InterruptedOriginals],
) -> None:
    services, originals = interrupted
    originals.put(IDS[0], io.BytesIO(PHOTOS[0]), INFO)
    originals.after_listing = lambda: originals.delete(IDS[0])
    assert found(services) == []


def test_upload_during_the_check_is_not_reported(
    interrupted: tuple[Services, _InterruptedOriginals],
) -> None:
    services, originals = interrupted
    originals.after_listing = lambda: add(services, PHOTOS[0])
    assert found(services) == []


def test_removal_before_the_original_is_read_is_not_reported(
    interrupted: tuple[Services, _InterruptedOriginals],
) -> None:
    services, originals = interrupted
    add(services, PHOTOS[0])

    def remove() -> None:
        originals.before_looking = lambda: None
        services.editing.remove(IDS[0])

    originals.before_looking = remove
    assert found(services) == []


def test_preview_begun_after_a_removal_is_not_reported(full: Services, storage: Storage) -> None:
    full.editing.remove(IDS[0])
    with storage.cache.pending(IDS[0], "~512", JPEG):
        assert IDS[0] in storage.cache.image_ids()
        assert found(full) == []
    assert IDS[0] not in storage.cache.image_ids()


def test_record_saved_after_the_listing_is_not_reported(
    interrupted: tuple[Services, _InterruptedOriginals],
) -> None:
    services, originals = interrupted
    originals.put(IDS[0], io.BytesIO(PHOTOS[0]), INFO)

    def finish_the_upload() -> None:
        originals.before_looking = lambda: None
        add(services, PHOTOS[0], title="One")

    originals.before_looking = finish_the_upload
    assert found(services, repair=True) == []
    assert services.images.get_any(IDS[0]).title == "One"


def test_removal_while_the_original_is_read_is_not_reported(
    interrupted: tuple[Services, _InterruptedOriginals], storage: Storage
) -> None:
    services, originals = interrupted
    add(services, PHOTOS[0])
    storage.metadata.images.update(IDS[0], lambda image: replace(image, sha256=""))
    originals.after_reading = lambda: services.editing.remove(IDS[0])
    assert found(services, repair=True) == []
    with pytest.raises(RemovedImage):
        services.images.get_any(IDS[0])


def test_unavailable_metadata_during_a_repair_raises_storage_unavailable(
    interrupted: tuple[Services, _InterruptedOriginals], tmp_path: Path, storage: Storage
) -> None:
    services, originals = interrupted
    add(services, PHOTOS[0])
    storage.metadata.images.update(IDS[0], lambda image: replace(image, sha256=""))

    def break_it() -> None:
        storage.metadata.close()
        for file in tmp_path.glob("metadata.sqlite*"):
            file.unlink()
        (tmp_path / "metadata.sqlite").write_bytes(b"something else entirely " * 100)

    originals.after_reading = break_it
    with pytest.raises(StorageUnavailable):
        list(services.integrity.check(repair=True))


def test_read_error_of_the_disk_is_reported_as_damage(
    interrupted: tuple[Services, _InterruptedOriginals],
) -> None:
    services, originals = interrupted
    add(services, PHOTOS[0])

    def fail() -> None:
        raise OSError(errno.EIO, "Input/output error")

    originals.after_reading = fail
    (finding,) = found(services, repair=True)
    assert finding.problem is Problem.DAMAGED
    assert "Input/output error" in finding.detail
