"""PNG: transparency by colour, chunks beside the pixels, orientation."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest

from huimages_app.errors import NotAnImage
from huimages_app.imaging import Limits, inspect
from tests.support import pictures


def png(depth: int, colour_type: int, rows: list[bytes], *chunks: tuple[bytes, bytes], after=()):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour_type]
    width = len(rows[0]) * 8 // (depth * channels)
    header = struct.pack(">LLBBBBB", width, len(rows), depth, colour_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return pictures.png((b"IHDR", header), *chunks, (b"IDAT", pixels), *after)


RED = png(8, 2, [b"\xc8\x1e\x1e" * 8] * 8)


def with_chunk(name: bytes, data: bytes, *, damaged: bool = False) -> bytes:
    """A red PNG with one more chunk before its pixels."""
    chunk = pictures.png((name, data))[8:-12]
    if damaged:
        chunk = chunk[:-1] + bytes([chunk[-1] ^ 1])
    return RED[:33] + chunk + RED[33:]


TRANSPARENT = {
    "1 bit": (1, 0, b"\xf0", b"\0\1"),
    "2 bits": (2, 0, b"\xaa\x55", b"\0\2"),
    "4 bits": (4, 0, b"\xbb\xbb\x44\x44", b"\0\x0b"),
    "8 bits": (8, 0, b"\x0b" * 4 + b"\xc0" * 4, b"\0\x0b"),
    "16 bits": (16, 0, b"\x12\x34" * 4 + b"\x12\x35" * 4, b"\x12\x34"),
    "8 bits RGB": (8, 2, b"\1\2\3" * 4 + b"\1\2\4" * 4, b"\0\1\0\2\0\3"),
    "16 bits RGB": (16, 2, b"\1\2\3\4\5\6" * 4 + b"\1\2\3\4\5\7" * 4, b"\1\2\3\4\5\6"),
}


@pytest.mark.parametrize(("depth", "kind", "row", "colour"), TRANSPARENT.values(), ids=TRANSPARENT)
def test_png_colour_that_means_transparent_is_compared_with_all_its_bits(
    render_once, depth, kind, row, colour
):
    image = render_once(png(depth, kind, [row] * 8, (b"tRNS", colour)), "o")
    alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert (alpha[:, :4] == 0).all()
    assert (alpha[:, 4:] == 255).all()


def test_png_of_16_bits_keeps_tones_beside_transparency(render_once):
    row = b"\x80\x80\x40\x40\x20\x20" * 4 + bytes(24)
    image = render_once(png(16, 2, [row] * 8, (b"tRNS", bytes(6))), "o")
    assert image.getpixel((1, 1)) == (128, 64, 32, 255)
    assert image.getpixel((6, 1))[3] == 0


LARGE = np.random.default_rng(1).integers(65, 90, 1_500_000, np.uint8).tobytes()
CHUNKS = {
    "text of 1.5 MB": (b"tEXt", b"key\0" + LARGE),
    "packed text of 1.5 MB": (b"zTXt", b"key\0\0" + zlib.compress(LARGE)),
    "XMP of 1.5 MB": (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + LARGE),
    "packed XMP": (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(LARGE)),
    "ICC profile of 1.5 MB that is none": (b"iCCP", b"name\0\0" + zlib.compress(LARGE)),
    "damaged ICC profile": (b"iCCP", b"name\0\0nonsense"),
    "damaged EXIF": (b"eXIf", b"nonsense"),
    "short resolution": (b"pHYs", b"\0"),
    "short gamma": (b"gAMA", b""),
    "short colours": (b"cICP", b"\x0c"),
    "animation of absurd length": (b"acTL", b"\xff" * 8),
    "short animation": (b"acTL", b""),
    "frame outside of the picture": (b"fcTL", b"\xff" * 26),
    "unknown": (b"quUx", b"whatever"),
}


@pytest.mark.parametrize("damaged", [False, True], ids=["right CRC", "wrong CRC"])
@pytest.mark.parametrize(("name", "data"), CHUNKS.values(), ids=CHUNKS)
def test_png_with_any_ancillary_chunks_is_accepted(render_once, name, data, damaged):
    content = with_chunk(name, data, damaged=damaged)
    assert inspect(io.BytesIO(content), Limits()).frames == 1
    assert render_once(content, "o").getpixel((4, 4)) == (200, 30, 30)


@pytest.mark.parametrize("after", [b"fdAT", b"fcTL", b"fdAT\0\0\0\1"])
def test_apng_damaged_after_its_first_frame_is_accepted(render_once, after):
    content = pictures.animation(3, format="PNG")
    end = content.index(b"IDAT")
    broken = content[:end] + content[end:].replace(b"fdAT", after[:4]).replace(b"fcTL", after[:4])
    assert render_once(broken[:-40], "o").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("part", ["IHDR", "PLTE"])
def test_png_with_damaged_critical_chunk_is_refused(part):
    content = bytearray(pictures.encoded(pictures.pixels(8, 8).quantize(4), "PNG"))
    content[content.index(part.encode()) + 6] ^= 1
    with pytest.raises(NotAnImage):
        inspect(io.BytesIO(bytes(content)), Limits())


def test_png_cut_in_its_pixels_is_refused():
    content = pictures.photo(100, 80, format="PNG")
    with pytest.raises(NotAnImage, match="damaged or cut short"):
        inspect(io.BytesIO(content[: len(content) // 2]), Limits())


EXIF = pictures.exif(6)
HEXADECIMAL = b"\nexif\n%8d\n" % len(EXIF) + b"\n".join(
    EXIF.hex().encode()[i : i + 72] for i in range(0, 2 * len(EXIF), 72)
)


@pytest.mark.parametrize("keyword", [b"Raw profile type exif", b"Raw profile type APP1"])
@pytest.mark.parametrize("packed", [False, True])
def test_png_with_exif_in_a_text_is_turned_upright(render_once, keyword, packed):
    text = HEXADECIMAL + b"\n"
    chunk = (
        (b"zTXt", keyword + b"\0\0" + zlib.compress(text))
        if packed
        else (b"tEXt", keyword + b"\0" + text)
    )
    content = png(8, 2, [b"\xc8\x1e\x1e" * 8] * 4, chunk)
    assert inspect(io.BytesIO(content), Limits()).width == 4
    assert render_once(content, "o").size == (4, 8)


@pytest.mark.parametrize("text", [b"", b"\nexif\n", b"\nexif\n 8\nzz", b"\nexif\n 8\n454"])
def test_png_with_damaged_exif_in_a_text_is_accepted_as_it_is(text):
    content = with_chunk(b"tEXt", b"Raw profile type exif\0" + text)
    assert inspect(io.BytesIO(content), Limits()).width == 8
