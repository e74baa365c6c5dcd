"""Limits: every untrusted file is refused, or handled within bounds."""

import contextlib
import io
import struct
import time
import tracemalloc
import zlib

import pytest
from PIL import Image

from huimages_app.errors import CorruptOriginal, NotAnImage, TooLarge
from huimages_app.imaging import Limits, inspect
from tests.support import pictures

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"]


def measured(content: bytes, **limits: int):
    return inspect(io.BytesIO(content), Limits(**limits))


@pytest.mark.slow
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("format_", FORMATS)
def test_inspect_refuses_file_cut_short(format_, part):
    content = pictures.truncated(pictures.photo(300, 200, format=format_), part)
    with pytest.raises(NotAnImage, match=r"damaged or cut short|ends in the middle"):
        measured(content)


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
def test_inspect_refuses_first_bytes_alone(format_):
    for length in [12, 16, 30, 64]:
        with pytest.raises(NotAnImage):
            measured(pictures.photo(300, 200, format=format_)[:length])


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
def test_render_raises_corrupt_original_for_damaged_file(rendered, format_):
    content = pictures.truncated(pictures.photo(300, 200, format=format_))
    with pytest.raises(CorruptOriginal, match="can't be decoded"):
        rendered(content)


def test_render_raises_corrupt_original_for_other_files(rendered):
    with pytest.raises(CorruptOriginal, match="can't be decoded"):
        rendered(pictures.svg())


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
def test_noise_after_a_valid_header_raises_only_upload_errors(format_):
    content = pictures.photo(120, 80, format=format_)
    for seed in range(60):
        noise = bytearray(content)
        place = 12 + seed * 7919 % (len(noise) - 20)
        noise[place : place + 4] = struct.pack("<L", seed * 2654435761 % 2**32)
        with contextlib.suppress(NotAnImage, TooLarge):
            measured(bytes(noise))


def test_file_with_too_many_bytes_is_refused_before_parsing():
    content = pictures.photo(64, 48)
    assert measured(content, max_bytes=len(content)).width == 64
    with pytest.raises(TooLarge, match=f"{len(content)} bytes: at most 1000"):
        measured(content, max_bytes=1000)


def test_png_bomb_is_refused_before_decoding():
    with pytest.raises(TooLarge, match="13000 x 13000 pixels: at most 50,000,000"):
        measured(pictures.bomb())


@pytest.mark.parametrize("format_", FORMATS)
def test_pixel_limit_depends_on_decoding_as_a_whole(format_):
    content = pictures.photo(100, 100, format=format_)
    if format_ == "JPEG":
        assert measured(content, max_pixels_whole=9_999).width == 100
        with pytest.raises(TooLarge, match="100 x 100 pixels: at most 9,999"):
            measured(content, max_pixels=9_999)
    else:
        with pytest.raises(TooLarge, match="as a whole"):
            measured(content, max_pixels_whole=9_999)
    assert measured(content, max_pixels_whole=10_000, max_pixels=10_000).width == 100


@pytest.mark.parametrize("size", [(65_536, 1), (1, 65_536), (50_000_000, 1), (1, 50_000_000)])
def test_picture_with_very_long_side_is_refused_before_decoding(size):
    row = b"\0" * (1 + (size[0] + 7) // 8)
    content = pictures.png(
        (b"IHDR", struct.pack(">LLBBBBB", *size, 1, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * min(size[1], 9))),
    )
    with pytest.raises(TooLarge, match="at most 65,535 are accepted in one direction"):
        measured(content)


@pytest.mark.parametrize("size", [(65_535, 2), (2, 65_535)])
def test_picture_with_longest_side_is_rendered(rendered, size):
    content = pictures.encoded(Image.new("1", size, 255), "PNG")
    long, short = (500, 1) if size[0] > size[1] else (1, 500)
    assert rendered(content, "500x500").size == (long, short)


def test_progressive_jpeg_counts_as_decoded_whole():
    content = pictures.photo(100, 100, progressive=True)
    assert measured(content, max_pixels_whole=10_000).width == 100
    with pytest.raises(TooLarge, match="as a whole"):
        measured(content, max_pixels_whole=9_999)


@pytest.mark.slow
def test_baseline_jpeg_beyond_whole_limit_is_decoded_reduced(rendered):
    content = pictures.photo(1000, 800)
    image = rendered(content, "990x900", limits=Limits(max_pixels_whole=300_000))
    assert image.size == (990, 792)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_frames_beyond_the_limit_are_refused(format_):
    content = pictures.animation(4, format=format_)
    assert measured(content, max_frames=4).frames == 4
    with pytest.raises(TooLarge, match=r"frames|pages"):
        measured(content, max_frames=3)


def test_gif_with_very_many_frames_is_refused_early():
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    content = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0" * 6 + frame * 200_000
    started = time.monotonic()
    with pytest.raises(TooLarge, match="more than 1000 frames"):
        measured(content)
    assert time.monotonic() - started < 2


def test_gif_with_very_many_blocks_is_refused():
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0)
    with pytest.raises(TooLarge, match="blocks"):
        measured(head + b"!\xfe" + b"\x01a" * 400_100 + b"\0;")
    with pytest.raises(TooLarge, match="blocks"):
        measured(head + b"\0" * 400_100)


def header(width: int = 10, height: int = 10) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)


PIXELS = (b"IDAT", zlib.compress(b"\0" * 110))


def test_png_with_very_many_chunks_is_refused():
    with pytest.raises(TooLarge, match="chunks"):
        measured(pictures.png(header(), *[(b"teXt", b"")] * 100_001, PIXELS))


@pytest.fixture(scope="module")
def packed_zeros() -> bytes:
    return zlib.compress(bytes(200_000_000), 1)


@pytest.mark.parametrize(
    ("kind", "head"), [(b"zTXt", b"key\0\0"), (b"iCCP", b"name\0\0"), (b"iTXt", b"key\0\1\0\0\0")]
)
def test_png_with_packed_text_takes_bounded_memory(packed_zeros, kind, head):
    tracemalloc.start()
    with contextlib.suppress(NotAnImage):
        measured(pictures.png(header(), (kind, head + packed_zeros), PIXELS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_png_without_pixels_is_refused():
    with pytest.raises(NotAnImage):
        measured(pictures.png(header(), (b"IDAT", b"")))
    with pytest.raises(NotAnImage):
        measured(pictures.png(header(0, 10), PIXELS))


def scans(count: int) -> bytes:
    """Return a progressive JPEG that repeats its last scan."""
    content = pictures.photo(64, 64, progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * count + content[-2:]


def test_jpeg_with_very_many_scans_is_refused():
    assert measured(scans(1)).width == 64
    with pytest.raises(TooLarge, match="scans"):
        measured(scans(200))


def test_jpeg_with_very_many_segments_is_refused():
    content = pictures.photo(64, 64)
    with pytest.raises(TooLarge, match="segments"):
        measured(content[:2] + b"\xff\xfe\0\x02" * 6000 + content[2:])


def test_jpeg_with_fill_bytes_is_accepted():
    content = pictures.photo(64, 64)
    assert measured(content[:2] + b"\xff\xff\xff\xfe\0\x02" + content[2:]).width == 64


def tiff(entries: list[tuple[int, int, int, int]], following: int = 0) -> bytes:
    directory = b"".join(struct.pack("<HHLL", *entry) for entry in entries)
    return (
        struct.pack("<2sHLH", b"II", 42, 8, len(entries)) + directory + struct.pack("<L", following)
    )


def test_tiff_with_huge_tables_is_refused():
    with pytest.raises(TooLarge, match="table"):
        measured(tiff([(256, 4, 1, 10), (257, 4, 1, 10), (273, 4, 16_000_000, 8)]))
    with pytest.raises(TooLarge, match="4096 entries"):
        measured(struct.pack("<2sHLH", b"II", 42, 8, 65535) + b"\0" * 100)


def test_tiff_with_huge_tiles_is_refused():
    with pytest.raises(TooLarge, match="tiles of 60000 x 60000"):
        measured(tiff([(256, 4, 1, 10), (257, 4, 1, 10), (322, 3, 1, 60_000), (323, 4, 1, 60_000)]))


def test_tiff_with_circular_directories_is_refused():
    with pytest.raises(TooLarge, match="more than 1000 pages"):
        measured(tiff([(256, 4, 1, 10)], following=8))


def test_bigtiff_within_limits_is_accepted():
    content = pictures.photo(64, 48, format="TIFF", big_tiff=True)
    assert measured(content).width == 64
    with pytest.raises(TooLarge, match="as a whole"):
        measured(content, max_pixels_whole=100)


@pytest.mark.parametrize("save", [{}, {"lossless": True}, {"exif": pictures.exif()}])
def test_webp_canvas_is_checked_before_opening(save):
    content = pictures.photo(100, 90, format="WEBP", **save)
    with pytest.raises(TooLarge, match="100 x 90 pixels"):
        measured(content, max_pixels_whole=8_999)
    assert measured(content, max_pixels_whole=9_000).height == 90


def test_jpeg_with_damaged_exif_is_accepted(rendered):
    broken = pictures.exif(6)[:40] + b"\xff" * 30
    content = pictures.photo(64, 48, exif=broken)
    assert measured(content).contenttype == "image/jpeg"
    assert rendered(content, "32x32").width in (24, 32)


def test_inspect_registers_no_pillow_plugin():
    before = set(Image.OPEN)
    measured(pictures.photo(64, 48))
    assert set(Image.OPEN) == before
