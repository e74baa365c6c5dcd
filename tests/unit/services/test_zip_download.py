"""A ZIP that is written while it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from huimages_app.domain.formats import WEBP
from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Image
from huimages_app.domain.sizes import Size
from huimages_app.errors import CorruptOriginal, ServerBusy
from huimages_app.services.open_image import OpenImage
from huimages_app.services.renditions import Renditions
from huimages_app.services.showing import Showing
from huimages_app.services.zip_download import ZipDownloads
from huimages_app.storage.interfaces import OriginalInfo
from huimages_app.storage.originals.filesystem import FileOriginals
from tests.support.pictures import photo
from tests.support.services import add, services_in

SHOWING = Showing(UTC)


@pytest.fixture(scope="module")
def renditions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Renditions]:
    """Return the renditions of a site without images."""
    services = services_in(tmp_path_factory.mktemp("site"))
    yield services.renditions
    services.close()


def stored(originals: FileOriginals, content: bytes, filename: str, year: int = 2026) -> Image:
    id_ = image_id(content)
    originals.put(id_, io.BytesIO(content), OriginalInfo("image/jpeg", 1, 1))
    when = datetime(year, 5, 6, 7, 8, 10, tzinfo=UTC)
    return Image(id_, when, when, 1, 1, filename=filename)


def unpacked(pieces: list[bytes]) -> zipfile.ZipFile:
    file = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert file.testzip() is None
    return file


def test_equal_names_get_numbers_and_dates_are_kept(tmp_path: Path, renditions: Renditions) -> None:
    originals = FileOriginals(tmp_path)
    images = [
        stored(originals, b"1", "a.jpg"),
        stored(originals, b"2", "A.jpg"),
        stored(originals, b"3", "a.jpg", year=1970),
        stored(originals, b"4", ""),
    ]
    file = unpacked(list(ZipDownloads(originals, renditions, SHOWING).archive(images)))
    assert file.namelist() == ["a.jpg", "A-2.jpg", "a-3.jpg", f"{images[3].id}.bin"]
    assert file.getinfo("a.jpg").date_time == (2026, 5, 6, 7, 8, 10)
    assert file.getinfo("a-3.jpg").date_time[0] == 1980
    assert file.read("a-3.jpg") == b"3"


def test_removed_image_is_left_out(tmp_path: Path, renditions: Renditions) -> None:
    originals = FileOriginals(tmp_path)
    images = [stored(originals, b"1", "a.jpg"), stored(originals, b"2", "b.jpg")]
    originals.delete(images[0].id)
    assert unpacked(
        list(ZipDownloads(originals, renditions, SHOWING).archive(images))
    ).namelist() == ["b.jpg"]


def test_large_original_is_sent_in_pieces(tmp_path: Path, renditions: Renditions) -> None:
    originals = FileOriginals(tmp_path)
    content = bytes(range(256)) * 8192  # 2 MB
    pieces = list(
        ZipDownloads(originals, renditions, SHOWING).archive([stored(originals, content, "a.jpg")])
    )
    assert max(map(len, pieces)) < 300_000
    assert unpacked(pieces).read("a.jpg") == content


def test_archive_without_images_is_empty(tmp_path: Path, renditions: Renditions) -> None:
    assert (
        unpacked(
            list(ZipDownloads(FileOriginals(tmp_path), renditions, SHOWING).archive([]))
        ).namelist()
        == []
    )


def test_names_with_path_parts_are_reduced_to_file_names(
    tmp_path: Path, renditions: Renditions
) -> None:
    originals = FileOriginals(tmp_path)
    names = ["../../a.jpg", "..\\..\\b.jpg", "C:\\c.jpg", "..", "/d.jpg", "e\r\n.jpg"]
    images = [stored(originals, name.encode(), name) for name in names]
    packed = unpacked(list(ZipDownloads(originals, renditions, SHOWING).archive(images))).namelist()
    assert packed == ["a.jpg", "b.jpg", "c.jpg", f"{images[3].id}.bin", "d.jpg", "e .jpg"]


@pytest.mark.parametrize(
    ("year", "expected"),
    [(1, 1980), (1979, 1980), (1980, 1980), (2107, 2107), (2108, 2107), (9999, 2107)],
)
def test_times_that_zip_cannot_store_become_the_nearest(
    tmp_path: Path, renditions: Renditions, year: int, expected: int
) -> None:
    originals = FileOriginals(tmp_path)
    file = unpacked(
        list(
            ZipDownloads(originals, renditions, SHOWING).archive(
                [stored(originals, b"1", "a.jpg", year)]
            )
        )
    )
    assert file.getinfo("a.jpg").date_time[0] == expected


@pytest.mark.parametrize("format", ["PNG", "GIF", "WebP", "TIFF", "JPEG"])
def test_nameless_picture_gets_the_ending_of_its_format(
    tmp_path: Path, renditions: Renditions, format: str
) -> None:
    originals = FileOriginals(tmp_path)
    content = photo(8, 8, format=format)
    image = stored(originals, content, "")
    file = unpacked(list(ZipDownloads(originals, renditions, SHOWING).archive([image])))
    assert file.namelist() == [f"{image.id}.{format.lower()}"]
    assert file.read(file.namelist()[0]) == content


def test_names_are_writable_on_windows_and_stay_different(
    tmp_path: Path, renditions: Renditions
) -> None:
    originals = FileOriginals(tmp_path)
    given = [
        "a:b?c.png",
        "a_b_c.png",
        "CON.png",
        "con",
        "COM¹.jpg",
        "nul .gif",
        "Console.png",
        "x. .",
        "not included.txt",
    ]
    images = [stored(originals, b"%d" % n, name) for n, name in enumerate(given)]
    names = unpacked(list(ZipDownloads(originals, renditions, SHOWING).archive(images))).namelist()
    assert names == [
        "a_b_c.png",
        "a_b_c-2.png",
        "_CON.png",
        "_con",
        "_COM¹.jpg",
        "_nul .gif",
        "Console.png",
        "x",
        "not included-2.txt",
    ]


class Damaged(FileOriginals):
    def open(self, image_id: str) -> AbstractContextManager[BinaryIO]:
        if image_id == DAMAGED:
            raise CorruptOriginal("its bytes are damaged")
        return super().open(image_id)


DAMAGED = image_id(b"1")


def test_damaged_original_is_named_and_the_others_are_packed(
    tmp_path: Path, renditions: Renditions
) -> None:
    originals = Damaged(tmp_path)
    images = [stored(originals, b"1", "a.jpg"), stored(originals, b"2", "b.jpg")]
    file = unpacked(list(ZipDownloads(originals, renditions, SHOWING).archive(images)))
    assert file.namelist() == ["b.jpg", "not included.txt"]
    assert "its bytes are damaged" in file.read("not included.txt").decode()


class Crowded(Renditions):
    """Renditions that are at capacity for the first attempts."""

    def __init__(self, inner: Renditions, refusals: int) -> None:
        self._inner = inner
        self._refusals = refusals

    def get(self, *arguments: Any, **named: Any) -> OpenImage:
        self._refusals -= 1
        if self._refusals >= 0:
            raise ServerBusy("all renderers are busy")
        return self._inner.get(*arguments, **named)


@pytest.mark.slow
@pytest.mark.parametrize(("refusals", "packed"), [(2, 2), (5, 2), (6, 1), (9, 0)])
def test_archive_waits_for_renderers_a_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusals: int, packed: int
) -> None:
    monkeypatch.setattr("huimages_app.services.zip_download._PAUSES", (0, 0, 0, 0, 0))
    services = services_in(tmp_path)
    images = [add(services, photo(seed=n), filename=f"{n}.jpg").image for n in range(2)]
    downloads = ZipDownloads(
        FileOriginals(tmp_path), Crowded(services.renditions, refusals), SHOWING
    )
    file = unpacked(list(downloads.archive(images, (Size.parse("40x40"), WEBP))))
    services.close()
    names = file.namelist()
    assert len([name for name in names if name.endswith(".webp")]) == packed
    assert ("not included.txt" in names) == (packed < 2)
