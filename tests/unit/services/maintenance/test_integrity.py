"""`check`: what it finds in images, and what it repairs."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import digests_of_file, image_id
from huimages_app.domain.sizes import Size
from huimages_app.errors import RemovedImage, StorageUnavailable, UnknownImage
from huimages_app.services.container import Services
from huimages_app.services.maintenance import integrity
from huimages_app.services.maintenance.integrity import Finding, Problem
from huimages_app.storage.interfaces import OriginalInfo
from tests.support.pictures import rotated
from tests.support.services import add, original_file, services_in

from .conftest import IDS, PHOTOS, found

INFO = OriginalInfo("image/jpeg", 40, 30)


def overwrite(folder: Path, image_id: str, content: bytes) -> None:
    file = original_file(folder, image_id)
    file.chmod(0o640)
    file.write_bytes(content)


def test_check_of_an_undamaged_site_finds_nothing(full: Services) -> None:
    full.editing.trash(IDS[0])
    seen: list[bool] = []
    assert list(full.integrity.check(progress=lambda: seen.append(True))) == []
    assert len(seen) == len(IDS)
    assert found(full, quick=True) == []
    assert found(full, repair=True) == []


def test_check_of_an_empty_site_finds_nothing(services: Services) -> None:
    assert found(services) == []


@pytest.mark.parametrize("quick", [True, False])
def test_missing_original_is_reported_and_not_repaired(
    full: Services, tmp_path: Path, quick: bool
) -> None:
    original_file(tmp_path, IDS[1]).unlink()
    for repair in (False, True):
        (finding,) = found(full, quick=quick, repair=repair)
        assert (finding.image_id, finding.problem) == (IDS[1], Problem.NO_ORIGINAL)
        assert not finding.repaired
    assert full.images.get_any(IDS[1]).title == "Picture 1"


@pytest.mark.parametrize("quick", [True, False])
def test_repair_makes_the_record_of_an_original_without_one(
    services: Services, quick: bool, storage: Storage
) -> None:
    turned = rotated(6, 40, 30)
    lost = image_id(turned)
    storage.originals.put(lost, io.BytesIO(turned), INFO)
    assert found(services, quick=quick) == [Finding(lost, Problem.NO_RECORD)]
    with pytest.raises(UnknownImage):
        services.images.get_any(lost)
    (finding,) = found(services, quick=quick, repair=True)
    assert finding.repaired
    image = services.images.get_any(lost)
    assert (image.width, image.height, image.filename) == (40, 30, "image.jpeg")
    assert image.length == len(turned)
    assert found(services) == []
    assert not add(services, turned).is_new


def test_repair_makes_no_record_of_a_file_that_is_no_picture(
    services: Services, tmp_path: Path, storage: Storage
) -> None:
    junk = b"no picture at all"
    lost = image_id(junk)
    storage.originals.put(lost, io.BytesIO(junk), INFO)
    (finding,) = found(services, repair=True)
    assert finding.problem is Problem.NO_RECORD
    assert "no picture" in finding.detail
    assert original_file(tmp_path, lost).read_bytes() == junk


def test_original_left_by_a_removal_is_reported_and_gets_no_record(
    full: Services, tmp_path: Path, storage: Storage
) -> None:
    storage.metadata.images.remove(IDS[2])
    for repair in (False, True):
        (finding,) = found(full, repair=repair)
        assert (finding.image_id, finding.problem) == (IDS[2], Problem.LEFT_OVER)
        assert original_file(tmp_path, IDS[2]).exists()
        with pytest.raises(RemovedImage):
            full.images.get_any(IDS[2])
    full.editing.remove(IDS[2])
    assert found(full) == []


@pytest.mark.parametrize("content", [b"", PHOTOS[3][:-1], PHOTOS[4], b"x" + PHOTOS[3][1:]])
def test_damaged_original_is_reported_and_not_changed(
    full: Services, tmp_path: Path, content: bytes
) -> None:
    overwrite(tmp_path, IDS[3], content)
    before = full.images.get_any(IDS[3])
    for repair in (False, True):
        (finding,) = found(full, repair=repair)
        assert (finding.image_id, finding.problem) == (IDS[3], Problem.DAMAGED)
        assert image_id(content) in finding.detail
    assert found(full, quick=True) == []
    assert original_file(tmp_path, IDS[3]).read_bytes() == content
    assert full.images.get_any(IDS[3]) == before


def test_damaged_original_without_a_record_gets_none(services: Services, storage: Storage) -> None:
    storage.originals.put(IDS[0], io.BytesIO(PHOTOS[1]), INFO)
    (finding,) = found(services, repair=True)
    assert finding == Finding(IDS[0], Problem.DAMAGED, f"its bytes are those of {IDS[1]}")
    assert services.images.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {
            "sha256": "",
            "length": 0,
            "contenttype": "",
            "placeholder": "",
            "width": 30,
            "height": 40,
        },
        {"sha256": "0" * 64},
        {"length": 1},
    ],
)
def test_record_with_wrong_values_is_repaired(
    full: Services, wrong: dict[str, object], storage: Storage
) -> None:
    right = full.images.get_any(IDS[5])
    storage.metadata.images.update(IDS[5], lambda image: replace(image, **wrong))
    assert found(full, quick=True) == []
    assert found(full) == [Finding(IDS[5], Problem.WRONG_FACTS)]
    assert found(full, repair=True) == [Finding(IDS[5], Problem.WRONG_FACTS, repaired=True)]
    repaired = full.images.get_any(IDS[5])
    assert repaired == right
    assert found(full) == []


@pytest.mark.parametrize(
    "record",
    [{"content": None, "content_version": 0, "backdrop": ""}, {"content_version": 0}],
)
def test_record_without_its_content_box_is_measured_by_repair(
    full: Services, record: dict[str, object], storage: Storage
) -> None:
    right = full.images.get_any(IDS[5])
    assert right.content is not None
    corrected = replace(right, corrected_content=(0.1, 0.1, 0.5, 0.5))
    storage.metadata.images.update(IDS[5], lambda _: replace(corrected, **record))

    assert found(full) == [Finding(IDS[5], Problem.NOT_MEASURED)]
    assert found(full, repair=True) == [Finding(IDS[5], Problem.NOT_MEASURED, repaired=True)]
    assert replace(full.images.get_any(IDS[5]), history=()) == corrected
    assert found(full) == []


def test_record_without_a_perceptual_hash_gets_one_by_repair_and_is_compared(
    full: Services, storage: Storage
) -> None:
    right = full.images.get_any(IDS[5])
    assert right.phash
    storage.metadata.images.update(IDS[5], lambda image: replace(image, phash=""))
    assert found(full) == [Finding(IDS[5], Problem.INCOMPLETE)]
    assert found(full, repair=True) == [Finding(IDS[5], Problem.INCOMPLETE, repaired=True)]
    assert full.images.get_any(IDS[5]).phash == right.phash
    assert full.images.get_any(IDS[5]) in storage.metadata.search.alike(right.phash, 50)
    assert found(full) == []


def test_original_beyond_the_present_limits_is_not_repaired(
    full: Services, tmp_path: Path, storage: Storage
) -> None:
    storage.metadata.images.update(IDS[5], lambda image: replace(image, sha256=""))
    strict = services_in(tmp_path, **{"upload.max_pixels": "100"})
    (finding,) = found(strict, repair=True)
    assert (finding.problem, finding.repaired) == (Problem.WRONG_FACTS, False)
    assert "pixels" in finding.detail
    strict.close()


@pytest.mark.parametrize("quick", [True, False])
def test_check_finds_and_removes_renditions_left_by_a_killed_process(
    full: Services, storage: Storage, quick: bool
) -> None:
    for cached in IDS[:3]:
        full.renditions.get(cached, Size(20, 20), JPEG).close()
    now = datetime.now(UTC)
    storage.metadata.images.update(IDS[0], lambda image: replace(image, trashed=now))
    storage.metadata.images.remove(IDS[1])
    storage.originals.delete(IDS[1])
    stale = [Finding(id_, Problem.STALE_RENDITIONS) for id_ in sorted(IDS[:2])]
    assert found(full, quick=quick) == stale
    repaired = found(full, quick=quick, repair=True)
    assert repaired == [replace(finding, repaired=True) for finding in stale]
    assert found(full, quick=quick) == []
    assert sorted(storage.cache.image_ids()) == [IDS[2]]


def test_trashing_again_empties_the_cache(full: Services, storage: Storage) -> None:
    full.renditions.get(IDS[0], Size(20, 20), JPEG).close()
    now = datetime.now(UTC)
    storage.metadata.images.update(IDS[0], lambda image: replace(image, trashed=now))
    full.editing.trash(IDS[0])
    assert list(storage.cache.image_ids()) == []


def test_removing_again_empties_the_cache(full: Services, storage: Storage) -> None:
    full.renditions.get(IDS[0], Size(20, 20), JPEG).close()
    storage.metadata.images.remove(IDS[0])
    storage.originals.delete(IDS[0])
    with pytest.raises(UnknownImage):
        full.editing.remove(IDS[0])
    assert list(storage.cache.image_ids()) == []


def test_start_removes_renditions_left_by_a_killed_process(
    full: Services, storage: Storage
) -> None:
    for cached in IDS[:2]:
        full.renditions.get(cached, Size(20, 20), JPEG).close()
    storage.metadata.images.remove(IDS[0])
    full.operations.start()
    deadline = time.monotonic() + 10
    while list(storage.cache.image_ids()) != IDS[1:2] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert list(storage.cache.image_ids()) == IDS[1:2]


def test_unexpected_error_of_one_image_does_not_end_the_check(
    full: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_for_one(file: BinaryIO) -> tuple[str, str]:
        digests = digests_of_file(file)
        if digests[0] == IDS[3]:
            raise RecursionError("a bug")
        return digests

    monkeypatch.setattr(integrity, "digests_of_file", fail_for_one)
    detail = "unexpected RecursionError: a bug"
    assert found(full) == [Finding(IDS[3], Problem.NOT_CHECKED, detail)]


def test_check_merges_conflicting_documents(
    full: Services,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(storage.metadata, "merge_conflicts", lambda: 2)
    assert found(full, quick=True) == []
    assert "conflicting documents merged: count=2" in caplog.text


def test_unreadable_original_does_not_end_the_check(full: Services, tmp_path: Path) -> None:
    file = original_file(tmp_path, IDS[1])
    file.unlink()
    file.mkdir()  # unreadable for root, too
    for repair in (False, True):
        (finding,) = found(full, repair=repair)
        assert (finding.image_id, finding.problem) == (IDS[1], Problem.DAMAGED)
        assert "can't be read" in finding.detail


def test_unreadable_original_without_a_record_is_reported_as_damaged(
    services: Services, tmp_path: Path
) -> None:
    original_file(tmp_path, IDS[1]).mkdir(parents=True)
    (finding,) = found(services, repair=True)
    assert (finding.image_id, finding.problem) == (IDS[1], Problem.DAMAGED)


def test_check_raises_storage_unavailable_while_a_store_is_down(
    full: Services, tmp_path: Path
) -> None:
    (tmp_path / "originals").rename(tmp_path / "unmounted")
    with pytest.raises(StorageUnavailable):
        found(full)
