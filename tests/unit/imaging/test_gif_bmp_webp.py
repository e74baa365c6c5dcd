"""GIF, BMP and WebP: canvas, damage, variants of the formats."""

from __future__ import annotations

import io
import struct
import time

import pytest
from PIL import Image

from huimages_app.errors import NotAnImage, TooLarge, UnsupportedImage
from huimages_app.imaging import Limits, inspect
from tests.support import pictures


def gif(*frames: bytes, canvas: tuple[int, int] = (20, 10), before: bytes = b"") -> bytes:
    palette = b"\xff\0\0" + b"\0\xff\0" + b"\0\0\xff" + b"\0\0\0"
    head = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x81, 0, 0) + palette
    return head + before + b"".join(frames) + b";"


def frame(left: int, top: int, width: int, height: int) -> bytes:
    """A frame in the colour 2, uncompressed: a code of 3 bits, and a reset, for each pixel."""
    codes = [value for _ in range(width * height) for value in (4, 2)] + [5]
    bits = sum(code << 3 * index for index, code in enumerate(codes))
    data = bits.to_bytes((3 * len(codes) + 7) // 8, "little")
    blocks = b"".join(
        bytes([len(part)]) + part for part in (data[i : i + 255] for i in range(0, len(data), 255))
    )
    return b"," + struct.pack("<HHHHB", left, top, width, height, 0) + b"\x02" + blocks + b"\0"


CONTROL = b"!\xf9\4" + struct.pack("<BHB", 1, 0, 2) + b"\0"  # colour 2 is transparent


def test_gif_canvas_around_its_first_frame_is_transparent(render_once):
    image = render_once(gif(frame(5, 2, 8, 4)), "o")
    assert image.getpixel((6, 3)) == (0, 0, 255, 255)
    for point in [(0, 0), (4, 2), (13, 3), (19, 9), (6, 7)]:
        assert image.getpixel(point)[3] == 0


def test_gif_frame_as_large_as_its_canvas_is_opaque(render_once):
    assert render_once(gif(frame(0, 0, 20, 10)), "o").mode == "RGB"


def test_gif_frame_keeps_its_transparency(render_once):
    assert render_once(gif(CONTROL, frame(0, 0, 20, 10)), "o").getpixel((5, 5))[3] == 0


FIRST = frame(0, 0, 20, 10)


@pytest.mark.parametrize(
    "rest", [FIRST[:5], FIRST[:12], FIRST[:-3], b"!\xf9\4\0", b"!", b",", b"\0\0"]
)
def test_gif_truncated_after_its_first_frame_is_accepted(render_once, rest):
    content = gif(FIRST, rest)[:-1]
    assert render_once(content, "o").getpixel((5, 5)) == (0, 0, 255)
    assert inspect(io.BytesIO(content), Limits()).frames == 1


@pytest.mark.parametrize("kept", [25, 40, 60])
def test_gif_truncated_in_its_first_frame_is_refused(kept):
    with pytest.raises(NotAnImage, match="damaged or cut short"):
        inspect(io.BytesIO(gif(FIRST)[:kept]), Limits())


def test_gif_without_a_frame_is_refused():
    with pytest.raises(NotAnImage, match="no picture"):
        inspect(io.BytesIO(gif()), Limits())


def test_gif_with_megabytes_of_comments_is_read_in_linear_time():
    content = gif(FIRST, before=b"!\xfe" + (b"\xff" + b"a" * 255) * 100_000 + b"\0")
    started = time.process_time()
    assert inspect(io.BytesIO(content), Limits()).width == 20
    assert time.process_time() - started < 2


# -- BMP ---------------------------------------------------------------------------------


def bmp(depth: int, compression: int = 0, masks: tuple[int, ...] = (), size: int = 8) -> bytes:
    pixels = bytes(size * size * depth // 8)
    extra = struct.pack(f"<{len(masks)}L", *masks)
    header = struct.pack("<LllHHLLllLL", 40, size, size, 1, depth, compression, 0, 0, 0, 0, 0)
    start = 54 + len(extra)
    return struct.pack("<2sLHHL", b"BM", start + len(pixels), 0, 0, start) + header + extra + pixels


OTHER = {
    "10 bits a channel": bmp(32, 3, (0x3FF00000, 0xFFC00, 0x3FF)),
    "2 bits": bmp(2),
    "64 bits": bmp(64),
    "JPEG inside": bmp(24, 4),
    "PNG inside": bmp(24, 5),
    "odd masks of 16 bits": bmp(16, 3, (0xF00, 0xF0, 0xF)),
}


@pytest.mark.parametrize("content", OTHER.values(), ids=OTHER)
def test_bmp_of_another_kind_is_refused_as_unsupported(content):
    with pytest.raises(UnsupportedImage, match="intact, but of a kind that is not supported"):
        inspect(io.BytesIO(content), Limits())


def test_bmp_of_10_bits_that_is_cut_short_is_refused_as_damaged():
    with pytest.raises(NotAnImage, match="damaged or cut short"):
        inspect(io.BytesIO(OTHER["10 bits a channel"][:-50]), Limits())


USUAL = [
    bmp(24),
    bmp(32),
    bmp(16),
    bmp(16, 3, (0xF800, 0x7E0, 0x1F)),
    bmp(32, 3, (0xFF0000, 0xFF00, 0xFF)),
]


@pytest.mark.parametrize("content", USUAL)
def test_bmp_of_a_usual_kind_is_accepted(content):
    assert inspect(io.BytesIO(content), Limits()).placeholder == "#000000"


def test_bmp_with_millions_of_run_lengths_is_too_large():
    content = bmp(8, 1, size=7000)[:54] + b"\1\0" * 2_000_000
    with pytest.raises(TooLarge, match="run lengths"):
        inspect(io.BytesIO(content), Limits())


# -- WebP --------------------------------------------------------------------------------


def animation(side: int) -> bytes:
    """An animated WebP of a few bytes on a canvas of `side` x `side`."""
    still = pictures.encoded(Image.new("RGB", (16, 16), "red"), "WEBP", lossless=True)[12:]
    places = [0, 0, 15, 15, 100]
    one = b"".join(value.to_bytes(3, "little") for value in places) + b"\0" + still

    def chunk(name: bytes, data: bytes) -> bytes:
        return name + struct.pack("<L", len(data)) + data + b"\0" * (len(data) & 1)

    canvas = (side - 1).to_bytes(3, "little") * 2
    body = (
        chunk(b"VP8X", b"\x12\0\0\0" + canvas) + chunk(b"ANIM", bytes(6)) + chunk(b"ANMF", one) * 3
    )
    return b"RIFF" + struct.pack("<L", len(body) + 4) + b"WEBP" + body


def test_animated_webp_shows_its_first_frame_on_its_canvas(render_once):
    content = animation(64)
    assert inspect(io.BytesIO(content), Limits()).frames == 3
    image = render_once(content, "o")
    assert image.getpixel((5, 5)) == (255, 0, 0, 255)
    assert image.getpixel((40, 40))[3] == 0


def test_animated_webp_beyond_the_limit_is_refused():
    with pytest.raises(TooLarge, match="8000 x 8000 pixels"):
        inspect(io.BytesIO(animation(8000)), Limits())
