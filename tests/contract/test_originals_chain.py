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


def test_new_ones_go_to_the_first_place(
    chain: FallbackOriginals, first: FileOriginals, second: FileOriginals
) -> None:
    stored(chain, b"a picture")
    assert read(first, ID) == b"a picture"
    assert second.length(ID) is None


def test_reading_copies_up(
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


def test_each_is_listed_once(
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


def test_what_is_further_down_is_not_new(
    chain: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    stored(third, b"a picture")
    assert chain.put(ID, BytesIO(b"a picture"), INFO) is False
    assert read(first, ID) == b"a picture"


def test_a_collision_with_something_further_down(
    chain: FallbackOriginals, first: FileOriginals, third: FileOriginals
) -> None:
    identifier = stored(third, COLLIDING[0])
    with pytest.raises(IdCollision):
        chain.put(identifier, BytesIO(COLLIDING[1]), INFO)
    assert first.length(identifier) is None
    assert read(chain, identifier) == COLLIDING[0]


# -- when places fail -----------------------------------------------------------------------


def test_goes_on_to_the_next_when_one_is_down(
    chain: FallbackOriginals, second: FileOriginals, tmp_path: Path
) -> None:
    stored(second, b"a picture")
    down(tmp_path, "first")
    assert read(chain, ID) == b"a picture"
    assert chain.length(ID) == 9
    assert chain.address(ID, filename="x", seconds=1) is None
    up(tmp_path, "first")
    assert read(chain, ID) == b"a picture"


@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_unknown_only_if_all_say_so(chain: FallbackOriginals, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownImage), chain.open(ID):
        pytest.fail("nobody has it")
    assert chain.length(ID) is None
    down(tmp_path, name)
    with pytest.raises(StorageUnavailable), chain.open(ID):
        pytest.fail("nobody has it")
    with pytest.raises(StorageUnavailable):
        chain.length(ID)


def test_a_place_further_down_that_is_down_keeps_nobody_from_uploading(
    chain: FallbackOriginals, tmp_path: Path
) -> None:
    down(tmp_path, "second")
    chain.check()
    assert chain.put(ID, BytesIO(b"a picture"), INFO) is True
    assert read(chain, ID) == b"a picture"
    with pytest.raises(StorageUnavailable):
        chain.delete(ID)
    with pytest.raises(StorageUnavailable):
        list(chain.ids())
    assert read(chain, ID) == b"a picture"


def test_without_the_first_place_nothing_is_stored(
    chain: FallbackOriginals, second: FileOriginals, tmp_path: Path
) -> None:
    down(tmp_path, "first")
    with pytest.raises(StorageUnavailable):
        chain.check()
    with pytest.raises(StorageUnavailable):
        chain.put(ID, BytesIO(b"a picture"), INFO)
    assert second.length(ID) is None


def test_damaged_bytes_are_not_copied_up(
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


def test_a_damaged_copy_further_down_keeps_nobody_from_uploading(
    chain: FallbackOriginals, second: FileOriginals, tmp_path: Path
) -> None:
    stored(second, b"a picture")
    damage(tmp_path, "second")
    assert chain.put(ID, BytesIO(b"a picture"), INFO) is True
    assert read(chain, ID) == b"a picture"


def test_what_can_not_be_copied_up_is_served_all_the_same(
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
