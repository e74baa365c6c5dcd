"""Originals with fallback locations."""

from __future__ import annotations

import functools
import logging
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import (
    CorruptOriginal,
    IdCollision,
    NotAnImage,
    StorageUnavailable,
    UnknownImage,
)
from huimages_app.storage.interfaces import OriginalInfo
from huimages_app.storage.originals.fallback import FallbackOriginals
from huimages_app.storage.originals.filesystem import FileOriginals
from tests.contract.originals import OriginalsContract
from tests.contract.originals_samples import COLLIDING, INFO, Make, read, stored

ID = image_id(b"a picture")


def describe(file: BinaryIO) -> OriginalInfo:
    if file.read(4) == b"odd ":
        raise NotAnImage("no picture")
    return INFO


def with_fallbacks(folder: Path) -> FallbackOriginals:
    return FallbackOriginals(
        FileOriginals(folder / "first"),
        [FileOriginals(folder / "second"), FileOriginals(folder / "third")],
        describe,
    )


class TestFallbackOriginals(OriginalsContract):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        return functools.partial(with_fallbacks, tmp_path)


@pytest.fixture
def originals(tmp_path: Path) -> FallbackOriginals:
    return with_fallbacks(tmp_path)


@pytest.fixture
def first(originals: FallbackOriginals, tmp_path: Path) -> FileOriginals:
    return FileOriginals(tmp_path / "first")


@pytest.fixture
def second(originals: FallbackOriginals, tmp_path: Path) -> FileOriginals:
    return FileOriginals(tmp_path / "second")


@pytest.fixture
def third(originals: FallbackOriginals, tmp_path: Path) -> FileOriginals:
    return FileOriginals(tmp_path / "third")


def down(tmp_path: Path, name: str) -> None:
    """Take the disk of a location away."""
    (tmp_path / name).rename(tmp_path / f"{name} is away")


def up(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name} is away").rename(tmp_path / name)


def damage(tmp_path: Path, name: str) -> None:
    (tmp_path / name / ID[:2] / ID[2:4] / ID).write_bytes(b"a p1cture")


def test_put_stores_in_the_first_location(
    originals: FallbackOriginals, first: FileOriginals, second: FileOriginals
) -> None:
    stored(originals, b"a picture")
    assert read(first, ID) == b"a picture"
    assert second.length(ID) is None


def test_open_copies_from_a_fallback_to_the_first_location(
    originals: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    stored(third, b"a picture")
    assert originals.length(ID) == 9
    assert first.length(ID) is None
    with originals.open(ID) as file:
        assert file.tell() == 0
        assert file.read() == b"a picture"
    assert read(first, ID) == b"a picture"
    assert third.length(ID) == 9


def test_ids_list_each_original_once(
    originals: FallbackOriginals, first: FileOriginals, second: FileOriginals, third: FileOriginals
) -> None:
    everywhere = [stored(store, b"everywhere") for store in (first, second, third)]
    lone = [stored(first, b"one"), stored(second, b"two"), stored(third, b"three")]
    assert list(originals.ids()) == sorted({*everywhere, *lone})
    last = max({*everywhere, *lone})
    assert list(originals.ids(after=last)) == []


def test_delete_removes_every_copy(
    originals: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    stored(first, b"a picture")
    stored(third, b"a picture")
    originals.delete(ID)
    with pytest.raises(UnknownImage), originals.open(ID):
        pytest.fail("it was removed")


def test_put_of_an_original_in_a_fallback_is_not_new(
    originals: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    stored(third, b"a picture")
    assert originals.put(ID, BytesIO(b"a picture"), INFO) is False
    assert read(first, ID) == b"a picture"


def test_put_that_collides_with_a_fallback_raises(
    originals: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    identifier = stored(third, COLLIDING[0])
    with pytest.raises(IdCollision):
        originals.put(identifier, BytesIO(COLLIDING[1]), INFO)
    assert first.length(identifier) is None
    assert read(originals, identifier) == COLLIDING[0]


# -- failing locations -----------------------------------------------------------------------


def test_open_tries_the_next_location_when_one_is_down(
    originals: FallbackOriginals, second: FileOriginals, tmp_path: Path
) -> None:
    stored(second, b"a picture")
    down(tmp_path, "first")
    assert read(originals, ID) == b"a picture"
    assert originals.length(ID) == 9
    assert originals.presigned_url(ID, filename="x", seconds=1) is None
    up(tmp_path, "first")
    assert read(originals, ID) == b"a picture"


@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_original_is_unknown_only_if_all_locations_are_up(
    originals: FallbackOriginals, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UnknownImage), originals.open(ID):
        pytest.fail("no location has it")
    assert originals.length(ID) is None
    down(tmp_path, name)
    with pytest.raises(StorageUnavailable), originals.open(ID):
        pytest.fail("no location has it")
    with pytest.raises(StorageUnavailable):
        originals.length(ID)


def test_put_works_while_a_fallback_is_down(originals: FallbackOriginals, tmp_path: Path) -> None:
    down(tmp_path, "second")
    originals.check()
    assert originals.put(ID, BytesIO(b"a picture"), INFO) is True
    assert read(originals, ID) == b"a picture"
    with pytest.raises(StorageUnavailable):
        originals.delete(ID)
    with pytest.raises(StorageUnavailable):
        list(originals.ids())
    assert read(originals, ID) == b"a picture"


def test_put_raises_while_the_first_location_is_down(
    originals: FallbackOriginals, second: FileOriginals, tmp_path: Path
) -> None:
    down(tmp_path, "first")
    with pytest.raises(StorageUnavailable):
        originals.check()
    with pytest.raises(StorageUnavailable):
        originals.put(ID, BytesIO(b"a picture"), INFO)
    assert second.length(ID) is None


def test_open_does_not_copy_damaged_bytes(
    originals: FallbackOriginals,
    first: FileOriginals,
    second: FileOriginals,
    third: FileOriginals,
    tmp_path: Path,
) -> None:
    stored(second, b"a picture")
    damage(tmp_path, "second")
    with pytest.raises(CorruptOriginal, match=ID), originals.open(ID):
        pytest.fail("these are other bytes")
    assert first.length(ID) is None
    stored(third, b"a picture")
    assert read(originals, ID) == b"a picture"


def test_put_works_while_a_fallback_has_a_damaged_copy(
    originals: FallbackOriginals, second: FileOriginals, tmp_path: Path
) -> None:
    stored(second, b"a picture")
    damage(tmp_path, "second")
    assert originals.put(ID, BytesIO(b"a picture"), INFO) is True
    assert read(originals, ID) == b"a picture"


def test_open_serves_an_original_that_cannot_be_copied(
    originals: FallbackOriginals,
    first: FileOriginals,
    second: FileOriginals,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    identifier = stored(second, b"odd bytes")
    assert read(originals, identifier) == b"odd bytes"
    assert first.length(identifier) is None
    assert "not copied to the first location: id=" in caplog.text
