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


class _Meanwhile(FileOriginals):
    """Originals that something happens to once they have been listed, or one was read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.then: Callable[[], object] = lambda: None
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
        self.then()


@pytest.fixture
def busy(tmp_path: Path, storage: Storage) -> Iterator[tuple[Services, _Meanwhile]]:
    settings = settings_in(tmp_path)
    originals = _Meanwhile(settings.originals_path)
    services = build_services(settings, replace(storage, originals=originals))
    yield services, originals
    services.close()


def add(services: Services, content: bytes, **fields: str) -> None:
    """Add a picture, and wait for the background: its reading calls `after_reading`, too."""
    support.add(services, content, **fields)
    services.worker.join()


def test_a_removal_during_the_check_is_no_fault(busy: tuple[Services, _Meanwhile]) -> None:
    services, originals = busy
    add(services, PHOTOS[0])
    originals.then = lambda: services.editing.remove(IDS[0])
    assert found(services) == []


def test_a_removal_of_what_had_no_record_is_no_fault(busy: tuple[Services, _Meanwhile]) -> None:
    services, originals = busy
    originals.put(IDS[0], io.BytesIO(PHOTOS[0]), INFO)
    originals.then = lambda: originals.delete(IDS[0])
    assert found(services) == []


def test_an_upload_during_the_check_is_no_fault(busy: tuple[Services, _Meanwhile]) -> None:
    services, originals = busy
    originals.then = lambda: add(services, PHOTOS[0])
    assert found(services) == []


def test_a_removal_before_an_original_is_read(busy: tuple[Services, _Meanwhile]) -> None:
    services, originals = busy
    add(services, PHOTOS[0])

    def remove() -> None:
        originals.before_looking = lambda: None
        services.editing.remove(IDS[0])

    originals.before_looking = remove
    assert found(services) == []


def test_a_preview_begun_after_a_removal_is_no_fault(full: Services, storage: Storage) -> None:
    full.editing.remove(IDS[0])
    with storage.cache.pending(IDS[0], "~512", JPEG):
        assert IDS[0] in storage.cache.image_ids()
        assert found(full) == []
    assert IDS[0] not in storage.cache.image_ids()


def test_a_record_that_comes_after_the_listing(busy: tuple[Services, _Meanwhile]) -> None:
    services, originals = busy
    originals.put(IDS[0], io.BytesIO(PHOTOS[0]), INFO)

    def finish_the_upload() -> None:
        originals.before_looking = lambda: None
        add(services, PHOTOS[0], title="One")

    originals.before_looking = finish_the_upload
    assert found(services, repair=True) == []
    assert services.images.get_any(IDS[0]).title == "One"


def test_a_removal_while_an_original_is_read(
    busy: tuple[Services, _Meanwhile], storage: Storage
) -> None:
    services, originals = busy
    add(services, PHOTOS[0])
    storage.metadata.images.update(IDS[0], lambda image: replace(image, sha256=""))
    originals.after_reading = lambda: services.editing.remove(IDS[0])
    assert found(services, repair=True) == []
    with pytest.raises(RemovedImage):
        services.images.get_any(IDS[0])


def test_metadata_that_goes_down_is_not_taken_for_damage(
    busy: tuple[Services, _Meanwhile], tmp_path: Path, storage: Storage
) -> None:
    services, originals = busy
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


def test_a_disk_with_a_bad_spot_is_a_finding(busy: tuple[Services, _Meanwhile]) -> None:
    services, originals = busy
    add(services, PHOTOS[0])

    def fail() -> None:
        raise OSError(errno.EIO, "Input/output error")

    originals.after_reading = fail
    (finding,) = found(services, repair=True)
    assert finding.problem is Problem.DAMAGED
    assert "Input/output error" in finding.detail
