"""Migration of originals between two folders: copies, checks, reports and deletions."""

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


def file_of(folder: Path, id_: str) -> Path:
    return folder / id_[:2] / id_[2:4] / id_


def damage(folder: Path, id_: str, content: bytes) -> None:
    file = file_of(folder, id_)
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


def migrated(source: Originals, target: Originals, *, move: bool = False) -> list[Transferred]:
    migration = OriginalsMigration(source, target, describe, move=move)
    return sorted(migration.run(jobs=3), key=lambda result: result.image_id)


def test_migration_copies_originals_and_keeps_the_source(
    source: FileOriginals, target: FileOriginals
) -> None:
    put(target, b"its own")
    assert OriginalsMigration(source, target, describe).count() == len(IDS)
    first = migrated(source, target)
    assert [result for result in first if result.where is Where.TARGET] == [
        Transferred(image_id(b"its own"), Where.TARGET)
    ]
    copied = [Transferred(id_, Where.BOTH, copied=True) for id_ in IDS]
    assert [result for result in first if result.where is not Where.TARGET] == copied
    assert list(target.ids()) == sorted([*IDS, image_id(b"its own")])
    assert not any(result.copied for result in migrated(source, target))
    assert list(source.ids()) == IDS


def test_move_deletes_originals_that_the_target_has_already(
    source: FileOriginals, target: FileOriginals
) -> None:
    put(target, *CONTENTS[:3])
    moved = migrated(source, target, move=True)
    assert {result.where for result in moved} == {Where.TARGET}
    assert sum(result.copied for result in moved) == len(IDS) - 3
    assert list(source.ids()) == []
    assert list(target.ids()) == IDS


@pytest.mark.parametrize("move", [False, True])
def test_damaged_original_is_reported_and_stays_in_the_source(
    source: FileOriginals, target: FileOriginals, tmp_path: Path, move: bool
) -> None:
    damage(tmp_path / "source", IDS[2], b"something else")
    results = migrated(source, target, move=move)
    assert [result for result in results if result.error] == [
        Transferred(
            IDS[2], Where.SOURCE, error="the bytes in the source are not those of this picture"
        )
    ]
    assert list(target.ids()) == [id_ for id_ in IDS if id_ != IDS[2]]
    assert list(source.ids()) == ([IDS[2]] if move else IDS)


@pytest.mark.parametrize("move", [False, True])
@pytest.mark.parametrize("damaged", [b"cut", b"picture x", b""])
def test_original_damaged_in_the_target_counts_as_only_in_the_source(
    source: FileOriginals, target: FileOriginals, tmp_path: Path, damaged: bytes, move: bool
) -> None:
    put(target, *CONTENTS)
    damage(tmp_path / "target", IDS[4], damaged)
    failed = [
        result for result in migrated(source, target, move=move) if result.where is Where.SOURCE
    ]
    assert [result.image_id for result in failed] == [IDS[4]]
    assert failed[0].error
    assert list(source.ids()) == (IDS[4:5] if move else IDS)


def test_original_damaged_in_the_source_counts_as_only_in_the_target(
    source: FileOriginals, target: FileOriginals, tmp_path: Path
) -> None:
    put(target, *CONTENTS)
    damage(tmp_path / "source", IDS[4], b"picture x")
    failed = [result for result in migrated(source, target) if result.error]
    assert [(result.image_id, result.where) for result in failed] == [(IDS[4], Where.TARGET)]


def test_unexpected_error_of_one_original_does_not_end_the_run(
    source: FileOriginals, target: FileOriginals
) -> None:
    def fail_for_one(file: BinaryIO) -> OriginalInfo:
        if image_id(file.read()) == IDS[3]:
            raise RecursionError("a decoder bug")
        return INFO

    results = list(OriginalsMigration(source, target, fail_for_one).run(jobs=3))
    assert [result for result in results if result.error] == [
        Transferred(IDS[3], Where.SOURCE, error="unexpected RecursionError: a decoder bug")
    ]
    assert len(list(target.ids())) == len(IDS) - 1


class Corrupting(FileOriginals):
    """Originals that return other bytes than were stored."""

    @contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(b"something else")


def test_move_keeps_originals_that_the_target_returns_changed(
    source: FileOriginals, tmp_path: Path
) -> None:
    results = migrated(source, Corrupting(tmp_path / "target"), move=True)
    assert {(result.where, result.error) for result in results} == {
        (Where.SOURCE, "the bytes in the target are not those in the source")
    }
    assert list(source.ids()) == IDS


def test_move_between_two_names_of_one_location_is_refused(
    source: FileOriginals, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "source")
    same = FileOriginals(tmp_path / "link")
    with pytest.raises(BadInput, match="are the same location"):
        migrated(source, same, move=True)
    assert list(source.ids()) == IDS
    assert {result.where for result in migrated(source, same)} == {Where.BOTH}


class Immovable(FileOriginals):
    movable = False


def test_move_from_an_immovable_source_is_refused(target: FileOriginals, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="copy without moving"):
        OriginalsMigration(Immovable(tmp_path / "source"), target, describe, move=True)


class Vanishing(FileOriginals):
    """Another process removes each original right after it was listed."""

    def ids(self, after: str = "") -> Iterator[str]:
        for id_ in super().ids(after):
            self.delete(id_)
            yield id_


def test_originals_removed_meanwhile_are_not_reported_as_errors(
    source: FileOriginals, target: FileOriginals, tmp_path: Path
) -> None:
    results = migrated(Vanishing(tmp_path / "source"), target)
    assert results == [Transferred(id_, Where.NEITHER) for id_ in IDS]


class OneUnreadable(FileOriginals):
    """Originals of which one can't be read."""

    @contextmanager
    def open(self, image_id: str) -> Iterator[BinaryIO]:
        if image_id == IDS[1]:
            raise StorageUnavailable("the disk has a bad block")
        with super().open(image_id) as file:
            yield file


def test_unreadable_original_is_reported_and_others_are_moved(
    source: FileOriginals, target: FileOriginals, tmp_path: Path
) -> None:
    results = migrated(OneUnreadable(tmp_path / "source"), target, move=True)
    assert [result for result in results if result.error] == [
        Transferred(IDS[1], Where.SOURCE, error="the disk has a bad block")
    ]
    assert list(source.ids()) == [IDS[1]]


def test_unavailable_target_ends_the_migration(
    source: FileOriginals, target: FileOriginals, tmp_path: Path
) -> None:
    run = OriginalsMigration(source, target, describe).run()
    next(run)
    (tmp_path / "target").rename(tmp_path / "unplugged")
    with pytest.raises(StorageUnavailable):
        list(run)
    (tmp_path / "unplugged").rename(tmp_path / "target")
    assert {result.where for result in migrated(source, target)} == {Where.BOTH}
    assert list(target.ids()) == IDS
