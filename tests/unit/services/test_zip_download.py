"""A ZIP that is written while it is sent."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Image
from huimages_app.services.zip_download import ZipDownloads
from huimages_app.storage.interfaces import OriginalInfo
from huimages_app.storage.originals.filesystem import FileOriginals


def stored(originals: FileOriginals, content: bytes, filename: str, year: int = 2026) -> Image:
    id_ = image_id(content)
    originals.put(id_, io.BytesIO(content), OriginalInfo("image/jpeg", 1, 1, filename))
    when = datetime(year, 5, 6, 7, 8, 10, tzinfo=UTC)
    return Image(id_, when, when, 1, 1, filename=filename)


def unpacked(pieces: list[bytes]) -> zipfile.ZipFile:
    file = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert file.testzip() is None
    return file


def test_names_are_told_apart_and_dates_kept(tmp_path: Path) -> None:
    originals = FileOriginals(tmp_path)
    images = [
        stored(originals, b"1", "a.jpg"),
        stored(originals, b"2", "A.jpg"),
        stored(originals, b"3", "a.jpg", year=1970),
        stored(originals, b"4", ""),
    ]
    file = unpacked(list(ZipDownloads(originals).archive(images)))
    assert file.namelist() == ["a.jpg", "A-2.jpg", "a-3.jpg", f"{images[3].id}.jpeg"]
    assert file.getinfo("a.jpg").date_time == (2026, 5, 6, 7, 8, 10)
    assert file.getinfo("a-3.jpg").date_time[0] == 1980
    assert file.read("a-3.jpg") == b"3"


def test_what_has_gone_is_left_out(tmp_path: Path) -> None:
    originals = FileOriginals(tmp_path)
    images = [stored(originals, b"1", "a.jpg"), stored(originals, b"2", "b.jpg")]
    originals.delete(images[0].id)
    assert unpacked(list(ZipDownloads(originals).archive(images))).namelist() == ["b.jpg"]


def test_a_large_original_is_never_held_whole(tmp_path: Path) -> None:
    originals = FileOriginals(tmp_path)
    content = bytes(range(256)) * 8192  # 2 MB
    pieces = list(ZipDownloads(originals).archive([stored(originals, content, "a.jpg")]))
    assert max(map(len, pieces)) < 300_000
    assert unpacked(pieces).read("a.jpg") == content


def test_no_pictures_are_an_empty_archive(tmp_path: Path) -> None:
    assert unpacked(list(ZipDownloads(FileOriginals(tmp_path)).archive([]))).namelist() == []


def test_names_of_an_old_site_stay_in_the_folder(tmp_path: Path) -> None:
    originals = FileOriginals(tmp_path)
    names = ["../../a.jpg", "..\\..\\b.jpg", "C:\\c.jpg", "..", "/d.jpg", "e\r\n.jpg"]
    images = [stored(originals, name.encode(), name) for name in names]
    packed = unpacked(list(ZipDownloads(originals).archive(images))).namelist()
    assert packed == ["a.jpg", "b.jpg", "c.jpg", f"{images[3].id}.jpeg", "d.jpg", "e .jpg"]
