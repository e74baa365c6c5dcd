"""Originals in a folder."""

from __future__ import annotations

import functools
import os
import time
from io import BytesIO
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import StorageUnavailable, UnknownImage
from huimages_app.storage.originals.filesystem import FileOriginals
from tests.contract.originals import OriginalsContract
from tests.contract.originals_samples import INFO, Make, read, stored


class TestFileOriginals(OriginalsContract):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        return functools.partial(FileOriginals, tmp_path / "originals")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "originals"


@pytest.fixture
def originals(root: Path) -> FileOriginals:
    return FileOriginals(root)


def everything(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_original_is_in_a_sharded_folder(originals: FileOriginals, root: Path) -> None:
    identifier = stored(originals, b"sharded")
    assert everything(root) == [f"{identifier[:2]}/{identifier[2:4]}/{identifier}"]


def test_put_that_raises_leaves_no_temporary_file(originals: FileOriginals, root: Path) -> None:
    class Breaking(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise RuntimeError("the client went away")

    with pytest.raises(RuntimeError):
        originals.put(image_id(b"broken"), Breaking(b"broken"), INFO)
    assert everything(root) == []


def test_stale_temporary_files_are_removed_at_the_start(
    originals: FileOriginals, root: Path
) -> None:
    old, fresh = root / ".tmp" / "old", root / ".tmp" / "fresh"
    old.write_bytes(b"of a killed writer")
    fresh.write_bytes(b"of one that writes now")
    yesterday = time.time() - 25 * 60 * 60
    os.utime(old, (yesterday, yesterday))
    FileOriginals(root)
    assert everything(root) == [".tmp/fresh"]


def test_ids_skip_foreign_files(originals: FileOriginals, root: Path) -> None:
    identifier = stored(originals, b"ours")
    (root / "README").write_text("a note")
    (root / identifier[:2] / "note").write_text("a note")
    (root / identifier[:2] / identifier[2:4] / "note.txt").write_text("a note")
    assert list(originals.ids()) == [identifier]


def test_missing_root_folder_raises_storage_unavailable(
    originals: FileOriginals, root: Path
) -> None:
    identifier = stored(originals, b"on the disk")
    root.rename(root.with_name("elsewhere"))
    with pytest.raises(StorageUnavailable), originals.open(identifier):
        pytest.fail("nothing can be read")
    with pytest.raises(StorageUnavailable):
        originals.length(identifier)
    with pytest.raises(StorageUnavailable):
        originals.put(image_id(b"new"), BytesIO(b"new"), INFO)
    with pytest.raises(StorageUnavailable):
        originals.delete(identifier)
    with pytest.raises(StorageUnavailable):
        list(originals.ids())
    with pytest.raises(StorageUnavailable):
        originals.check()
    root.with_name("elsewhere").rename(root)
    assert read(originals, identifier) == b"on the disk"
    with pytest.raises(UnknownImage), originals.open(image_id(b"new")):
        pytest.fail("it was not stored")


def test_root_below_a_file_raises_storage_unavailable(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    originals = FileOriginals(tmp_path / "file" / "originals")
    assert "folder of originals can't be used" in caplog.text
    with pytest.raises(StorageUnavailable, match="can't store originals"):
        originals.check()
    with pytest.raises(StorageUnavailable):
        originals.length(image_id(b"any"))


def test_missing_root_is_not_made_without_make(tmp_path: Path, root: Path) -> None:
    missing = FileOriginals(root, make=False)
    assert not root.exists()
    with pytest.raises(StorageUnavailable):
        missing.length(image_id(b"any"))
    root.mkdir()
    assert FileOriginals(root, make=False).length(image_id(b"any")) is None


def test_unreadable_original_raises_storage_unavailable(
    originals: FileOriginals, root: Path
) -> None:
    identifier = stored(originals, b"a folder soon")
    path = root / identifier[:2] / identifier[2:4] / identifier
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageUnavailable), originals.open(identifier):
        pytest.fail("a folder can't be read")
