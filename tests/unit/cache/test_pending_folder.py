"""The folder of one image in the cache, used by several requests at once."""

from __future__ import annotations

import os
from pathlib import Path

from huimages_app.cache.pending import ImageFolder


def test_closing_an_empty_folder_keeps_it_while_another_request_uses_it(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "AB" / "ID"
    (tmp_path / "cache").mkdir()
    first, second = ImageFolder(path), ImageFolder(path)
    first.close()
    assert second.write("1x1.jpeg", lambda file: os.write(file, b"rendition"), tmp_path, 0)
    second.close()
    assert (path / "1x1.jpeg").read_bytes() == b"rendition"


def test_last_closing_removes_an_empty_folder(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "AB" / "ID"
    (tmp_path / "cache").mkdir()
    first, second = ImageFolder(path), ImageFolder(path)
    first.close()
    second.close()
    assert not path.exists()
