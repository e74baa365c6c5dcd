"""Whatever a stranger sends is refused, or handled within bounds."""

import contextlib
import io
import struct
import time
import tracemalloc
import zlib

import pytest
from PIL import Image

from huimages_app.errors import CorruptOriginal, NotAnImage, TooLarge
from huimages_app.imaging import Limits, measure
from huimages_app.imaging.kinds import KINDS
from tests.support import pictures

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"]


def measured(content: bytes, **limits: int):
    return measure(io.BytesIO(content), Limits(**limits))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_cut_short_is_refused(format_, part):
    content = pictures.truncated(pictures.photo(300, 200, format=format_), part)
    with pytest.raises(NotAnImage, match=r"damaged or cut short|ends in the middle"):
        measured(content)


@pytest.mark.parametrize("format_", FORMATS)
def test_just_a_head_is_refused(format_):
    for length in [12, 16, 30, 64]:
        with pytest.raises(NotAnImage):
            measured(pictures.photo(300, 200, format=format_)[:length])


@pytest.mark.parametrize("format_", FORMATS)
def test_a_broken_original_is_told_apart_from_a_broken_program(rendered, format_):
    content = pictures.truncated(pictures.photo(300, 200, format=format_))
    with pytest.raises(CorruptOriginal, match="can't be decoded"):
        rendered(content)


def test_what_is_no_picture_is_no_original(rendered):
    with pytest.raises(CorruptOriginal, match="can't be decoded"):
        rendered(pictures.svg())


@pytest.mark.parametrize("format_", FORMATS)
def test_noise_after_a_good_head_never_breaks_the_program(format_):
    content = pictures.photo(120, 80, format=format_)
    for seed in range(60):
        noise = bytearray(content)
        place = 12 + seed * 7919 % (len(noise) - 20)
        noise[place : place + 4] = struct.pack("<L", seed * 2654435761 % 2**32)
        with contextlib.suppress(NotAnImage, TooLarge):
            measured(bytes(noise))


def test_bytes_are_counted_first():
    content = pictures.photo(64, 48)
    assert measured(content, max_bytes=len(content)).width == 64
    with pytest.raises(TooLarge, match=f"{len(content)} bytes: at most 1000"):
        measured(content, max_bytes=1000)


def test_a_bomb_is_not_unpacked():
    with pytest.raises(TooLarge, match="13000 x 13000 pixels: at most 50,000,000"):
        measured(pictures.bomb())


@pytest.mark.parametrize("format_", FORMATS)
def test_formats_that_are_decoded_whole_have_a_limit_of_their_own(format_):
    content = pictures.photo(100, 100, format=format_)
    if format_ == "JPEG":
        assert measured(content, max_pixels_whole=9_999).width == 100
        with pytest.raises(TooLarge, match="100 x 100 pixels: at most 9,999"):
            measured(content, max_pixels=9_999)
    else:
        with pytest.raises(TooLarge, match="as a whole"):
            measured(content, max_pixels_whole=9_999)
    assert measured(content, max_pixels_whole=10_000, max_pixels=10_000).width == 100


def test_a_progressive_jpeg_is_decoded_whole():
    content = pictures.photo(100, 100, progressive=True)
    assert measured(content, max_pixels_whole=10_000).width == 100
    with pytest.raises(TooLarge, match="as a whole"):
        measured(content, max_pixels_whole=9_999)


def test_a_jpeg_is_never_decoded_to_more_pixels_than_may_be(rendered):
    content = pictures.photo(1000, 800)
    image = rendered(content, "990x900", limits=Limits(max_pixels_whole=300_000))
    assert image.size == (990, 792)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_frames_are_counted(format_):
    content = pictures.animation(4, format=format_)
    assert measured(content, max_frames=4).frames == 4
    with pytest.raises(TooLarge, match=r"frames|pages"):
        measured(content, max_frames=3)


def test_a_gif_of_very_many_frames_is_not_read_to_its_end():
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    content = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0" * 6 + frame * 200_000
    started = time.process_time()
    with pytest.raises(TooLarge, match="more than 1000 frames"):
        measured(content)
    assert time.process_time() - started < 2


def test_a_gif_of_very_many_blocks_is_refused():
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0, 0, 0)
    with pytest.raises(TooLarge, match="blocks"):
        measured(head + b"!\xfe" + b"\x01a" * 400_100 + b"\0;")
    with pytest.raises(TooLarge, match="blocks"):
        measured(head + b"\0" * 400_100)


def header(width: int = 10, height: int = 10) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)


PIXELS = (b"IDAT", zlib.compress(b"\0" * 110))


def test_a_png_of_very_many_chunks_is_refused():
    with pytest.raises(TooLarge, match="chunks"):
        measured(pictures.png(header(), *[(b"teXt", b"")] * 100_001, PIXELS))


@pytest.mark.parametrize(
    "chunk",
    [
        (b"zTXt", b"key\0\0" + zlib.compress(b"\0" * 200_000_000)),
        (b"iCCP", b"name\0\0" + zlib.compress(b"\0" * 200_000_000)),
        (b"iTXt", b"key\0\1\0\0\0" + zlib.compress(b"\0" * 200_000_000)),
    ],
    ids=lambda chunk: chunk[0].decode(),
)
def test_text_in_a_png_does_not_explode(chunk):
    tracemalloc.start()
    with contextlib.suppress(NotAnImage):
        measured(pictures.png(header(), chunk, PIXELS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_a_png_without_pixels_is_refused():
    with pytest.raises(NotAnImage):
        measured(pictures.png(header(), (b"IDAT", b"")))
    with pytest.raises(NotAnImage):
        measured(pictures.png(header(0, 10), PIXELS))


def scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    content = pictures.photo(64, 64, progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * count + content[-2:]


def test_a_jpeg_of_very_many_scans_is_refused():
    assert measured(scans(1)).width == 64
    with pytest.raises(TooLarge, match="scans"):
        measured(scans(200))


def test_a_jpeg_of_very_many_segments_is_refused():
    content = pictures.photo(64, 64)
    with pytest.raises(TooLarge, match="segments"):
        measured(content[:2] + b"\xff\xfe\0\x02" * 6000 + content[2:])


def test_fill_bytes_and_lone_markers_in_a_jpeg_are_no_matter():
    content = pictures.photo(64, 64)
    assert measured(content[:2] + b"\xff\xff\xff\xfe\0\x02" + content[2:]).width == 64


def tiff(entries: list[tuple[int, int, int, int]], following: int = 0) -> bytes:
    directory = b"".join(struct.pack("<HHLL", *entry) for entry in entries)
    return (
        struct.pack("<2sHLH", b"II", 42, 8, len(entries)) + directory + struct.pack("<L", following)
    )


def test_tables_of_a_tiff_are_bounded():
    with pytest.raises(TooLarge, match="table"):
        measured(tiff([(256, 4, 1, 10), (257, 4, 1, 10), (273, 4, 16_000_000, 8)]))
    with pytest.raises(TooLarge, match="4096 entries"):
        measured(struct.pack("<2sHLH", b"II", 42, 8, 65535) + b"\0" * 100)


def test_tiles_of_a_tiff_are_bounded():
    with pytest.raises(TooLarge, match="tiles of 60000 x 60000"):
        measured(tiff([(256, 4, 1, 10), (257, 4, 1, 10), (322, 3, 1, 60_000), (323, 4, 1, 60_000)]))


def test_a_tiff_that_goes_in_circles_comes_to_an_end():
    with pytest.raises(TooLarge, match="more than 1000 pages"):
        measured(tiff([(256, 4, 1, 10)], following=8))


def test_big_tiff_is_read():
    content = pictures.photo(64, 48, format="TIFF", big_tiff=True)
    assert measured(content).width == 64
    with pytest.raises(TooLarge, match="as a whole"):
        measured(content, max_pixels_whole=100)


@pytest.mark.parametrize("save", [{}, {"lossless": True}, {"exif": pictures.exif()}])
def test_the_canvas_of_a_webp_is_bounded_before_it_is_opened(save):
    content = pictures.photo(100, 90, format="WEBP", **save)
    with pytest.raises(TooLarge, match="100 x 90 pixels"):
        measured(content, max_pixels_whole=8_999)
    assert measured(content, max_pixels_whole=9_000).height == 90


def test_damaged_metadata_do_not_matter(rendered):
    broken = pictures.exif(6)[:40] + b"\xff" * 30
    content = pictures.photo(64, 48, exif=broken)
    assert measured(content).contenttype == "image/jpeg"
    assert rendered(content, "32x32").width in (24, 32)


def test_no_plugin_but_those_named_is_ever_asked():
    before = set(Image.OPEN)
    measured(pictures.photo(64, 48))
    assert set(Image.OPEN) == before
    assert len({kind.contenttype for kind in KINDS}) == len(KINDS)
