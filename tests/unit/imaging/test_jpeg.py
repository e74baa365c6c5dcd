"""JPEG: segments, coding processes, missing ends, orientation."""

from __future__ import annotations

import io
import struct
import time

import pytest
from PIL import Image

from huimages_app.errors import NotAnImage, TooLarge, UnsupportedImage
from huimages_app.imaging import Limits, inspect
from tests.support import pictures, reference

PHOTO = pictures.photo(400, 300)
PROGRESSIVE = pictures.photo(400, 300, progressive=True)


def segment(marker: int, data: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def at_scan(content: bytes, number: int = 1) -> int:
    place = -1
    for _ in range(number):
        place = content.index(b"\xff\xda", place + 1)
    return place


FILLING = b"\xff" * 8_000_000
FILLED = {
    "after the first marker": PHOTO[:2] + FILLING + PHOTO[2:],
    "before the scan": PHOTO[: at_scan(PHOTO)] + FILLING + PHOTO[at_scan(PHOTO) :],
    "before the end": PHOTO[:-2] + FILLING + PHOTO[-2:],
    "between scans": PROGRESSIVE[: at_scan(PROGRESSIVE, 2)]
    + FILLING
    + PROGRESSIVE[at_scan(PROGRESSIVE, 2) :],
    "comments": PHOTO[:2] + segment(0xFE, bytes(65_000)) * 120 + PHOTO[2:],
    "EXIF many times": PHOTO[:2] + segment(0xE1, b"Exif\0\0" + bytes(65_000)) * 120 + PHOTO[2:],
    "Photoshop blocks": PHOTO[:2]
    + segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\0" * 5000) * 120
    + PHOTO[2:],
    "ICC many times": PHOTO[:2]
    + segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(65_000)) * 120
    + PHOTO[2:],
}


@pytest.mark.slow
@pytest.mark.parametrize("content", FILLED.values(), ids=FILLED)
def test_jpeg_with_megabytes_beside_its_pixels_is_read_in_linear_time(render_once, content):
    started = time.process_time()
    assert inspect(io.BytesIO(content), Limits()).width == 400
    image = render_once(content, "o")
    assert time.process_time() - started < 3
    assert reference.ssim(image, pictures.opened(PHOTO)) > 0.98


@pytest.mark.parametrize("marker", [0xD0, 0x01])
def test_jpeg_of_very_many_lone_markers_is_refused(marker):
    started = time.process_time()
    with pytest.raises(TooLarge, match="segments"):
        inspect(io.BytesIO(PHOTO[:2] + bytes([0xFF, marker]) * 4_000_000 + PHOTO[2:]), Limits())
    assert time.process_time() - started < 2


BROKEN = {
    "no picture": PHOTO[:2] + b"\xff\xd9",
    "zero marker": PHOTO[:2] + b"\xff\0" * 1000 + PHOTO[2:],
    "no marker": PHOTO[:2] + segment(0xFE, b"") + b"\0" + PHOTO[2:],
    "length of 0": PHOTO[:2] + b"\xff\xfe\0\0" + PHOTO[2:],
    "length beyond the end": PHOTO[:2] + b"\xff\xfe\xff\xff" + PHOTO[2:100],
    "scan without frame": PHOTO[:2] + PHOTO[at_scan(PHOTO) :],
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_jpeg_with_damaged_segments_is_refused(content):
    with pytest.raises(NotAnImage, match="damaged"):
        inspect(io.BytesIO(content), Limits())


# -- coding processes --------------------------------------------------------------------


def frame(process: int = 0xC0, precision: int = 8, components: int = 3) -> bytes:
    """A photo whose frame header has other values."""
    place = PHOTO.index(b"\xff\xc0")
    changed = bytearray(PHOTO)
    changed[place + 1], changed[place + 4], changed[place + 9] = process, precision, components
    return bytes(changed)


OTHER = {
    "12 bits": frame(precision=12),
    "16 bits": frame(0xC3, precision=16),
    "hierarchical": frame(0xC5),
    "lossless arithmetic": frame(0xCB),
    "two components": frame(components=2),
    "five components": frame(components=5),
}


@pytest.mark.parametrize("content", OTHER.values(), ids=OTHER)
def test_jpeg_of_another_kind_is_refused_as_unsupported(content):
    with pytest.raises(UnsupportedImage, match=r"intact, but .* supported are baseline"):
        inspect(io.BytesIO(content), Limits())
    with pytest.raises(NotAnImage, match="damaged or cut short"):
        inspect(io.BytesIO(content[: len(content) // 2]), Limits())


# -- missing ends ------------------------------------------------------------------------

KINDS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restart markers": {"restart_marker_blocks": 5},
    "no subsampling": {"subsampling": 0},
}


@pytest.mark.slow
@pytest.mark.parametrize("save", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("size", ["o", "100x100"])
def test_jpeg_without_end_marker_keeps_every_pixel(render_once, save, size):
    content = pictures.photo(401, 303, **save)
    image = render_once(content[:-2], size)
    assert inspect(io.BytesIO(content[:-2]), Limits()).width == 401
    assert reference.difference(image, render_once(content, size)) == 0
    assert render_once(content[:-1], size).size == image.size


@pytest.mark.parametrize("save", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("missing", [4, 12, 100, 2000])
def test_jpeg_cut_in_its_pixels_is_refused(save, missing):
    content = pictures.photo(401, 303, **save)
    with pytest.raises(NotAnImage, match="damaged or cut short"):
        inspect(io.BytesIO(content[:-missing]), Limits())


def test_progressive_jpeg_without_its_last_scan_is_refused():
    last = PROGRESSIVE.rindex(b"\xff\xda")
    tables = PROGRESSIVE.rindex(b"\xff\xc4", 0, last)
    with pytest.raises(NotAnImage, match="damaged or cut short"):
        inspect(io.BytesIO(PROGRESSIVE[:tables]), Limits())


def test_cmyk_jpeg_without_end_marker_keeps_its_colours(render_once):
    content = pictures.cmyk(200, 100)
    assert reference.difference(render_once(content[:-2], "o"), render_once(content, "o")) == 0


# -- orientation -------------------------------------------------------------------------


def exif(type_: int, value: bytes, order: bytes = b"MM") -> bytes:
    code = ">" if order == b"MM" else "<"
    head = struct.pack(code + "HLHHHL", 42, 8, 1, 0x0112, type_, 1)
    return order + head + value.ljust(4, b"\0") + bytes(4)


TURNED = {
    "SHORT": exif(3, b"\0\6"),
    "SHORT, low byte first": exif(3, b"\6\0", b"II"),
    "LONG": exif(4, b"\0\0\0\6"),
    "LONG, low byte first": exif(4, b"\6\0\0\0", b"II"),
    "BYTE": exif(1, b"\6"),
    "SLONG": exif(9, b"\0\0\0\6"),
    "SSHORT": exif(8, b"\0\6"),
    "prefix": b"Exif\0\0" + exif(3, b"\0\6"),
    "prefix twice": b"Exif\0\0Exif\0\0" + exif(4, b"\0\0\0\6"),
}


@pytest.mark.parametrize("block", TURNED.values(), ids=TURNED)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_read_however_it_is_stored(block, format_):
    image = Image.new("RGB", (64, 48))
    if format_ == "JPEG":
        content = pictures.encoded(image, format_)
        content = content[:2] + segment(0xE1, b"Exif\0\0" + block) + content[2:]
    else:
        content = pictures.encoded(image, format_, exif=block)
    inspection = inspect(io.BytesIO(content), Limits())
    assert (inspection.width, inspection.height) == (48, 64)
    assert (inspection.stored_width, inspection.stored_height) == (64, 48)


def test_orientation_is_that_of_the_first_exif_block():
    blocks = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>") + segment(
        0xE1, b"Exif\0\0" + exif(3, b"\0\6")
    )
    blocks += segment(0xE1, b"Exif\0\0" + exif(3, b"\0\3"))
    content = PHOTO[:2] + blocks + PHOTO[2:]
    assert inspect(io.BytesIO(content), Limits()).width == 300
