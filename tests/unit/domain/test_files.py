"""Files: atomic writing and comparison."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

from huimages_app.domain.files import atomic_write, same_bytes


def test_atomic_write_shows_the_file_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_atomic_write_leaves_the_old_file_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), atomic_write(path) as file:
        file.write("no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_atomic_write_without_overwrite_refuses_an_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with atomic_write(path, overwrite=False) as file:
        file.write(b"first")
    with pytest.raises(FileExistsError), atomic_write(path, overwrite=False) as file:
        file.write(b"second")
    assert path.read_bytes() == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_atomic_write_sets_the_mode_within_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with atomic_write(tmp_path / "private"), atomic_write(tmp_path / "shared", mode=0o644):
            pass
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"private": 0o600, "shared": 0o640}


def test_atomic_write_keeps_temporary_files_in_the_given_folder(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    with atomic_write(tmp_path / "file", folder=tmp_path / "tmp"):
        assert [entry.name for entry in tmp_path.iterdir()] == ["tmp"]
        assert len(list((tmp_path / "tmp").iterdir())) == 1
    assert list((tmp_path / "tmp").iterdir()) == []


def test_same_bytes_reads_both_files_from_their_start() -> None:
    long = b"x" * (1 << 20) + b"y"
    one, other = io.BytesIO(long), io.BytesIO(long)
    one.seek(5)
    assert same_bytes(one, other)
    for different in [long[:-1], long + b"z", long[:-1] + b"z", b""]:
        assert not same_bytes(io.BytesIO(long), io.BytesIO(different))
        assert not same_bytes(io.BytesIO(different), io.BytesIO(long))
