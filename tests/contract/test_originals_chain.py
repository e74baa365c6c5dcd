"""Originals in several places behind each other."""

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
from tests.contract.originals import COLLIDING, INFO, Make, OriginalsContract, read, stored

ID = image_id(b"a picture")


def describe(file: BinaryIO) -> OriginalInfo:
    if file.read(4) == b"mad ":
        raise NotAnImage("no picture")
    return INFO


def chained(folder: Path) -> FallbackOriginals:
    return FallbackOriginals(
        FileOriginals(folder / "first"),
        [FileOriginals(folder / "second"), FileOriginals(folder / "third")],
        describe,
    )


class TestChainedOriginals(OriginalsContract):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        return functools.partial(chained, tmp_path)


@pytest.fixture
def chain(tmp_path: Path) -> FallbackOriginals:
    return chained(tmp_path)


@pytest.fixture
def first(chain: FallbackOriginals, tmp_path: Path) -> FileOriginals:
    return FileOriginals(tmp_path / "first")


@pytest.fixture
def second(chain: FallbackOriginals, tmp_path: Path) -> FileOriginals:
    return FileOriginals(tmp_path / "second")


@pytest.fixture
def third(chain: FallbackOriginals, tmp_path: Path) -> FileOriginals:
    return FileOriginals(tmp_path / "third")


def down(tmp_path: Path, name: str) -> None:
    """The disk of a place is gone."""
    (tmp_path / name).rename(tmp_path / f"{name} is away")


def up(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name} is away").rename(tmp_path / name)


def damage(tmp_path: Path, name: str) -> None:
    (tmp_path / name / ID[:2] / ID[2:4] / ID).write_bytes(b"a p1cture")


def test_put_stores_in_the_first_location(
    chain: FallbackOriginals, first: FileOriginals, second: FileOriginals
) -> None:
    stored(chain, b"a picture")
    assert read(first, ID) == b"a picture"
    assert second.length(ID) is None


def test_open_copies_from_a_fallback_to_the_first_location(
    chain: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    stored(third, b"a picture")
    assert chain.length(ID) == 9
    assert first.length(ID) is None
    with chain.open(ID) as file:
        assert file.tell() == 0
        assert file.read() == b"a picture"
    assert read(first, ID) == b"a picture"
    assert third.length(ID) == 9


def test_ids_list_each_original_once(
    chain: FallbackOriginals, first: FileOriginals, second: FileOriginals, third: FileOriginals
) -> None:
    everywhere = [stored(store, b"everywhere") for store in (first, second, third)]
    lone = [stored(first, b"one"), stored(second, b"two"), stored(third, b"three")]
    assert list(chain.ids()) == sorted({*everywhere, *lone})
    last = max({*everywhere, *lone})
    assert list(chain.ids(after=last)) == []


def test_delete_removes_every_copy(
    chain: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    stored(first, b"a picture")
    stored(third, b"a picture")
    chain.delete(ID)
    with pytest.raises(UnknownImage), chain.open(ID):
        pytest.fail("it was removed")


def test_put_of_an_original_in_a_fallback_is_not_new(
    chain: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    stored(third, b"a picture")
    assert chain.put(ID, BytesIO(b"a picture"), INFO) is False
    assert read(first, ID) == b"a picture"


def test_put_that_collides_with_a_fallback_raises(
    chain: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    identifier = stored(third, COLLIDING[0])
    with pytest.raises(IdCollision):
        chain.put(identifier, BytesIO(COLLIDING[1]), INFO)
    assert first.length(identifier) is None
    assert read(chain, identifier) == COLLIDING[0]


# -- when places fail -----------------------------------------------------------------------


def test_open_tries_the_next_location_when_one_is_down(
    chain: FallbackOriginals, second: FileOriginals, tmp_path: Path
) -> None:
    stored(second, b"a picture")
    down(tmp_path, "first")
    assert read(chain, ID) == b"a picture"
    assert chain.length(ID) == 9
    assert chain.presigned_url(ID, filename="x", seconds=1) is None
    up(tmp_path, "first")
    assert read(chain, ID) == b"a picture"


@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_original_is_unknown_only_if_all_locations_are_up(
    chain: FallbackOriginals, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UnknownImage), chain.open(ID):
        pytest.fail("nobody has it")
    assert chain.length(ID) is None
    down(tmp_path, name)
    with pytest.raises(StorageUnavailable), chain.open(ID):
        pytest.fail("nobody has it")
    with pytest.raises(StorageUnavailable):
        chain.length(ID)


def test_put_works_while_a_fallback_is_down(chain: FallbackOriginals, tmp_path: Path) -> None:
    down(tmp_path, "second")
    chain.check()
    assert chain.put(ID, BytesIO(b"a picture"), INFO) is True
    assert read(chain, ID) == b"a picture"
    with pytest.raises(StorageUnavailable):
        chain.delete(ID)
    with pytest.raises(StorageUnavailable):
        list(chain.ids())
    assert read(chain, ID) == b"a picture"


def test_put_raises_while_the_first_location_is_down(
    chain: FallbackOriginals, second: FileOriginals, tmp_path: Path
) -> None:
    down(tmp_path, "first")
    with pytest.raises(StorageUnavailable):
        chain.check()
    with pytest.raises(StorageUnavailable):
        chain.put(ID, BytesIO(b"a picture"), INFO)
    assert second.length(ID) is None


def test_open_does_not_copy_damaged_bytes(
    chain: FallbackOriginals,
    first: FileOriginals,
    second: FileOriginals,
    third: FileOriginals,
    tmp_path: Path,
) -> None:
    stored(second, b"a picture")
    damage(tmp_path, "second")
    with pytest.raises(CorruptOriginal, match=ID), chain.open(ID):
        pytest.fail("these are other bytes")
    assert first.length(ID) is None
    stored(third, b"a picture")
    assert read(chain, ID) == b"a picture"


def test_put_works_while_a_fallback_has_a_damaged_copy(
    chain: FallbackOriginals, second: FileOriginals, tmp_path: Path
) -> None:
    stored(second, b"a picture")
    damage(tmp_path, "second")
    assert chain.put(ID, BytesIO(b"a picture"), INFO) is True
    assert read(chain, ID) == b"a picture"


def test_open_serves_an_original_that_cannot_be_copied(
    chain: FallbackOriginals,
    first: FileOriginals,
    second: FileOriginals,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    identifier = stored(second, b"mad bytes")
    assert read(chain, identifier) == b"mad bytes"
    assert first.length(identifier) is None
    assert "not copied to the first location: id=" in caplog.text
