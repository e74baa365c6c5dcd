"""Carrying originals between two folders: what is copied, proved, told and removed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import BadInput, StorageUnavailable
from huimages_app.services.maintenance.migration import OriginalsMigration, Transferred, Where
from huimages_app.storage.interfaces import OriginalInfo, Originals
from huimages_app.storage.originals.filesystem import FileOriginals

CONTENTS = [b"picture %d" % number for number in range(8)]
IDS = sorted(map(image_id, CONTENTS))
INFO = OriginalInfo("image/jpeg", 4, 3)


def describe(file: BinaryIO) -> OriginalInfo:
    return INFO


def put(originals: Originals, *contents: bytes) -> None:
    for content in contents:
        originals.put(image_id(content), io.BytesIO(content), INFO)


def file_of(folder: Path, identifier: str) -> Path:
    return folder / identifier[:2] / identifier[2:4] / identifier


def spoil(folder: Path, identifier: str, content: bytes) -> None:
    file = file_of(folder, identifier)
    file.unlink()
    file.write_bytes(content)


@pytest.fixture
def source(tmp_path: Path) -> FileOriginals:
    originals = FileOriginals(tmp_path / "source")
    put(originals, *CONTENTS)
    return originals


@pytest.fixture
def target(tmp_path: Path) -> FileOriginals:
    return FileOriginals(tmp_path / "target")


def carried(source: Originals, target: Originals, *, move: bool = False) -> list[Transferred]:
    migration = OriginalsMigration(source, target, describe, move=move)
    return sorted(migration.run(jobs=3), key=lambda one: one.image_id)


def test_copying(source: FileOriginals, target: FileOriginals) -> None:
    put(target, b"its own")
    assert OriginalsMigration(source, target, describe).count() == len(IDS)
    first = carried(source, target)
    assert [one for one in first if one.where is Where.TARGET] == [
        Transferred(image_id(b"its own"), Where.TARGET)
    ]
    copied = [Transferred(identifier, Where.BOTH, copied=True) for identifier in IDS]
    assert [one for one in first if one.where is not Where.TARGET] == copied
    assert list(target.ids()) == sorted([*IDS, image_id(b"its own")])
    assert not any(one.copied for one in carried(source, target))
    assert list(source.ids()) == IDS


def test_moving_what_is_there_already_too(source: FileOriginals, target: FileOriginals) -> None:
    put(target, *CONTENTS[:3])
    moved = carried(source, target, move=True)
    assert {one.where for one in moved} == {Where.TARGET}
    assert sum(one.copied for one in moved) == len(IDS) - 3
    assert list(source.ids()) == []
    assert list(target.ids()) == IDS


@pytest.mark.parametrize("move", [False, True])
def test_a_broken_original_is_told_and_stays(
    source: FileOriginals, target: FileOriginals, tmp_path: Path, move: bool
) -> None:
    spoil(tmp_path / "source", IDS[2], b"something else")
    result = carried(source, target, move=move)
    assert [one for one in result if one.error] == [
        Transferred(
            IDS[2], Where.SOURCE, error="the bytes in the source are not those of this picture"
        )
    ]
    assert list(target.ids()) == [identifier for identifier in IDS if identifier != IDS[2]]
    assert list(source.ids()) == ([IDS[2]] if move else IDS)


@pytest.mark.parametrize("move", [False, True])
@pytest.mark.parametrize("damaged", [b"cut", b"picture x", b""])
def test_original_damaged_in_the_target_counts_as_only_in_the_source(
    source: FileOriginals, target: FileOriginals, tmp_path: Path, damaged: bytes, move: bool
) -> None:
    put(target, *CONTENTS)
    spoil(tmp_path / "target", IDS[4], damaged)
    failed = [one for one in carried(source, target, move=move) if one.where is Where.SOURCE]
    assert [one.image_id for one in failed] == [IDS[4]]
    assert failed[0].error
    assert list(source.ids()) == (IDS[4:5] if move else IDS)


def test_original_damaged_in_the_source_counts_as_only_in_the_target(
    source: FileOriginals, target: FileOriginals, tmp_path: Path
) -> None:
    put(target, *CONTENTS)
    spoil(tmp_path / "source", IDS[4], b"picture x")
    failed = [one for one in carried(source, target) if one.error]
    assert [(one.image_id, one.where) for one in failed] == [(IDS[4], Where.TARGET)]


def test_unexpected_error_of_one_original_does_not_end_the_run(
    source: FileOriginals, target: FileOriginals
) -> None:
    def fail_for_one(file: BinaryIO) -> OriginalInfo:
        if image_id(file.read()) == IDS[3]:
            raise RecursionError("a decoder bug")
        return INFO

    result = list(OriginalsMigration(source, target, fail_for_one).run(jobs=3))
    assert [one for one in result if one.error] == [
        Transferred(IDS[3], Where.SOURCE, error="unexpected RecursionError: a decoder bug")
    ]
    assert len(list(target.ids())) == len(IDS) - 1


class Forgetful(FileOriginals):
    """Takes what it is given, and gives back something else."""

    @contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(b"something else")


def test_nothing_is_removed_before_it_was_read_back(source: FileOriginals, tmp_path: Path) -> None:
    result = carried(source, Forgetful(tmp_path / "target"), move=True)
    assert {(one.where, one.error) for one in result} == {
        (Where.SOURCE, "the bytes in the target are not those in the source")
    }
    assert list(source.ids()) == IDS


def test_a_place_under_another_name_is_not_moved_onto_itself(
    source: FileOriginals, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "source")
    same = FileOriginals(tmp_path / "link")
    with pytest.raises(BadInput, match="are the same location"):
        carried(source, same, move=True)
    assert list(source.ids()) == IDS
    assert {one.where for one in carried(source, same)} == {Where.BOTH}


class Clinging(FileOriginals):
    movable = False


def test_a_place_that_gives_up_nothing(target: FileOriginals, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="copy without moving"):
        OriginalsMigration(Clinging(tmp_path / "source"), target, describe, move=True)


class Vanishing(FileOriginals):
    """Another process removes each original right after it was listed."""

    def ids(self, after: str = "") -> Iterator[str]:
        for identifier in super().ids(after):
            self.delete(identifier)
            yield identifier


def test_what_is_removed_meanwhile_is_no_failure(
    source: FileOriginals, target: FileOriginals, tmp_path: Path
) -> None:
    result = carried(Vanishing(tmp_path / "source"), target)
    assert result == [Transferred(identifier, Where.NEITHER) for identifier in IDS]


class Reluctant(FileOriginals):
    """One original can't be read."""

    @contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        if image_id == IDS[1]:
            raise StorageUnavailable("the disk has a bad block")
        with super().open(image_id) as file:
            yield file


def test_what_fails_for_one_is_told_and_the_others_go_on(
    source: FileOriginals, target: FileOriginals, tmp_path: Path
) -> None:
    result = carried(Reluctant(tmp_path / "source"), target, move=True)
    assert [one for one in result if one.error] == [
        Transferred(IDS[1], Where.SOURCE, error="the disk has a bad block")
    ]
    assert list(source.ids()) == [IDS[1]]


def test_a_place_that_goes_down_ends_it(
    source: FileOriginals, target: FileOriginals, tmp_path: Path
) -> None:
    run = OriginalsMigration(source, target, describe).run()
    next(run)
    (tmp_path / "target").rename(tmp_path / "unplugged")
    with pytest.raises(StorageUnavailable):
        list(run)
    (tmp_path / "unplugged").rename(tmp_path / "target")
    assert {one.where for one in carried(source, target)} == {Where.BOTH}
    assert list(target.ids()) == IDS
