"""The folder of one image in the cache, entered by several at once."""

from __future__ import annotations

import os
from pathlib import Path

from huimages_app.cache.pending import ImageFolder


def test_closing_an_empty_folder_keeps_it_for_another_that_entered(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "AB" / "ID"
    (tmp_path / "cache").mkdir()
    first, second = ImageFolder(path), ImageFolder(path)
    first.close()
    assert second.write("1x1.jpeg", lambda file: os.write(file, b"rendition"), tmp_path, 0)
    second.close()
    assert (path / "1x1.jpeg").read_bytes() == b"rendition"


def test_closing_the_last_one_removes_an_empty_folder(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "AB" / "ID"
    (tmp_path / "cache").mkdir()
    first, second = ImageFolder(path), ImageFolder(path)
    first.close()
    second.close()
    assert not path.exists()
