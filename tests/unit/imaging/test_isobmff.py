"""AVIF and HEIC: what a picture is derived from, its crop, its codec."""

from __future__ import annotations

import io
import struct
import time
from pathlib import Path

import pytest

from huimages_app.errors import NotAnImage, TooLarge, UnsupportedImage
from huimages_app.imaging import Limits, inspect
from huimages_app.imaging.header_limits.coded_size import av1_sequence, hevc_size
from huimages_app.imaging.header_limits.header import clean_aperture
from tests.support import pictures

FIELD = Path(__file__).parents[2] / "pictures" / "field"


def box(name: bytes, *contents: bytes) -> bytes:
    data = b"".join(contents)
    return struct.pack(">L", len(data) + 8) + name + data


def file(
    items: dict[int, bytes],
    sizes: dict[int, tuple[int, int]],
    sources: dict[int, list[int]],
    grid: bytes = bytes([0, 0, 1, 1]) + struct.pack(">HH", 64, 64),
    brand: bytes = b"heic",
) -> bytes:
    """A HEIC of these items, the first of which is shown; grids are all described by `grid`."""
    infe = [
        box(b"infe", b"\2\0\0\0", struct.pack(">HH", number, 0), kind, b"\0")
        for number, kind in items.items()
    ]
    ispe = [box(b"ispe", bytes(4), struct.pack(">LL", *sizes[number])) for number in sizes]
    ipma = b"".join(struct.pack(">HBB", number, 1, index + 1) for index, number in enumerate(sizes))
    dimg = [
        box(b"dimg", struct.pack(f">HH{len(to)}H", origin, len(to), *to))
        for origin, to in sources.items()
    ]
    grids = [number for number, kind in items.items() if kind == b"grid"]
    iloc = b"".join(struct.pack(">HHHHLL", n, 1, 0, 1, 0, len(grid)) for n in grids)
    first = next(iter(items))
    meta = box(
        b"meta",
        bytes(4),
        box(b"pitm", bytes(4), struct.pack(">H", first)),
        box(b"iinf", bytes(4), struct.pack(">H", len(infe)), *infe),
        box(b"iref", bytes(4), *dimg),
        box(b"iloc", b"\1\0\0\0", b"\x44\0", struct.pack(">H", len(grids)), iloc),
        box(b"idat", grid),
        box(
            b"iprp",
            box(b"ipco", *ispe),
            box(b"ipma", bytes(4), struct.pack(">L", len(sizes)), ipma),
        ),
    )
    return box(b"ftyp", brand, bytes(4), b"mif1", brand) + meta + box(b"mdat", bytes(64))


def grid(rows: int, columns: int, width: int, height: int) -> bytes:
    return bytes([0, 0, rows - 1, columns - 1]) + struct.pack(">HH", width, height)


def refused(content: bytes, error: type[Exception], message: str, **limits: int) -> None:
    started = time.process_time()
    with pytest.raises(error, match=message):
        inspect(io.BytesIO(content), Limits(**limits))
    assert time.process_time() - started < 2


TILES = dict.fromkeys(range(2, 38), b"hvc1")


def test_grid_whose_tiles_exceed_the_limit_is_refused():
    content = file(
        {1: b"grid", **TILES},
        {1: (64, 64), **dict.fromkeys(TILES, (4096, 4096))},
        {1: list(TILES)},
        grid(6, 6, 64, 64),
    )
    refused(content, TooLarge, "put together from more than")


def test_grid_whose_output_exceeds_the_limit_is_refused():
    content = file(
        {1: b"grid", **TILES},
        {1: (64, 64), **dict.fromkeys(TILES, (64, 64))},
        {1: list(TILES)},
        grid(6, 6, 30_000, 30_000),
    )
    refused(content, TooLarge, "30000 x 30000 pixels")


def test_grid_that_repeats_one_tile_counts_each_use():
    content = file(
        {1: b"grid", 2: b"hvc1"}, {1: (64, 64), 2: (4096, 4096)}, {1: [2] * 36}, grid(6, 6, 64, 64)
    )
    refused(content, TooLarge, "put together from more than")


def test_grid_without_all_its_tiles_is_refused():
    content = file(
        {1: b"grid", 2: b"hvc1"}, {1: (64, 64), 2: (64, 64)}, {1: [2]}, grid(6, 6, 64, 64)
    )
    refused(content, NotAnImage, "6 x 6 tiles, and 1 are in the file")


@pytest.mark.parametrize("kind", [b"iovl", b"iden"])
def test_overlay_of_itself_is_refused(kind):
    refused(file({1: kind}, {1: (64, 64)}, {1: [1] * 200}), TooLarge, "put together")


def test_derivations_that_multiply_are_refused():
    items = dict.fromkeys(range(1, 6), b"iovl") | {6: b"hvc1"}
    sources = {n: [n + 1] * 200 for n in range(1, 6)}
    refused(file(items, dict.fromkeys(items, (8, 8)), sources), TooLarge, "put together")


def test_overlay_of_a_missing_picture_is_refused():
    refused(file({1: b"iovl"}, {1: (64, 64)}, {1: [7]}), NotAnImage, "item 7")


@pytest.mark.parametrize("kind", [b"vvc1", b"j2k1", b"unci", b"jpeg"])
def test_other_codec_is_refused_as_unsupported(kind):
    message = f"intact, but its picture is coded as '{kind.decode()}'"
    refused(file({1: kind}, {1: (64, 64)}, {}), UnsupportedImage, message)


def test_file_without_size_is_refused():
    refused(file({1: b"hvc1"}, {}, {}), NotAnImage, "ispe")


@pytest.mark.parametrize("position", range(12, 400, 3))
def test_damaged_boxes_raise_only_upload_errors(position):
    content = bytearray(
        file({1: b"grid", **TILES}, dict.fromkeys([1, *TILES], (64, 64)), {1: list(TILES)})
    )
    content[position : position + 3] = b"\xff\xff\xff"
    with pytest.raises((NotAnImage, TooLarge)):
        inspect(io.BytesIO(bytes(content)), Limits())


# -- the codec's own size ------------------------------------------------------------------


@pytest.mark.slow
def test_avif_is_measured_by_its_codec_where_the_container_claims_less():
    content = pictures.photo(1600, 1200, format="AVIF")
    place = content.index(b"ispe") + 8
    content = content[:place] + struct.pack(">LL", 8, 8) + content[place + 8 :]
    refused(content, TooLarge, "put together from more than", max_pixels_whole=100_000)


@pytest.mark.parametrize("size", [(64, 48), (301, 203), (1000, 17)])
def test_sizes_of_codecs_are_read(size):
    avif = pictures.photo(*size, format="AVIF")
    sequence = av1_sequence(avif[avif.index(b"mdat") + 4 :])
    assert sequence is not None
    assert sequence.size == size
    heic = pictures.photo(*size, format="HEIF")
    coded = hevc_size(heic[heic.index(b"hvcC") + 4 :])
    assert coded is not None
    assert all(0 <= large - small < 64 for large, small in zip(coded, size, strict=True))


@pytest.mark.parametrize("data", [b"", b"\x0a", b"\x0a\x0b", b"\x0a\xff\xff\xff", bytes(300)])
def test_codec_header_that_is_damaged_has_no_size(data):
    assert av1_sequence(data) is None
    assert hevc_size(data) is None


# -- crops -------------------------------------------------------------------------------


def cropped(name: str, *clap: int) -> bytes:
    content = (FIELD / name).read_bytes()
    place = content.index(b"clap") + 4
    return content[:place] + struct.pack(">8l", *clap) + content[place + 32 :]


CROPS = [
    ((48, 1, 64, 1, 24, 1, 0, 1), (48, 64)),
    ((30, 1, 20, 1, 0, 1, 0, 1), (30, 20)),
    ((60, 2, 80, 4, -10, 1, 5, 1), (30, 20)),
    ((31, 1, 21, 1, 1, 2, -1, 2), (31, 21)),
]


@pytest.mark.parametrize(("clap", "size"), CROPS)
@pytest.mark.parametrize("name", ["clap.avif", "heic-clap-larger-than-picture.heic"])
def test_crop_is_applied(render_once, name, clap, size):
    content = cropped(name, *clap)
    inspection = inspect(io.BytesIO(content), Limits())
    assert (inspection.width, inspection.height) == size
    assert render_once(content, "o").size == size


BEYOND = [
    (97, 1, 65_601, 1, 0, 1, 0, 1),
    (48, 1, 48, 1, 40, 1, 0, 1),
    (48, 1, 48, 1, 0, 1, -40, 1),
    (0, 1, 48, 1, 0, 1, 0, 1),
    (48, 0, 48, 1, 0, 1, 0, 1),
    (-1, 1, -1, 1, 0, 1, 0, 1),
]


@pytest.mark.parametrize("clap", BEYOND)
@pytest.mark.parametrize("name", ["clap.avif", "heic-clap-larger-than-picture.heic"])
def test_crop_beyond_the_picture_is_refused(name, clap):
    refused(cropped(name, *clap), NotAnImage, "crop")


@pytest.mark.parametrize(
    ("length", "offset", "expected"),
    [
        ((95, 1), (0, 1), (1, 96)),
        ((47, 1), (49, 2), (49, 96)),
        ((97, 2), (1, 3), (24, 73)),
        ((191, 2), (1, 4), (0, 96)),
        ((48, 1), (24, 1), (48, 96)),
    ],
)
def test_crop_keeps_its_length_when_it_is_rounded(length, offset, expected):
    box = clean_aperture((96, 64), (*length, 64, 1, *offset, 0, 1))
    assert (box[0], box[2]) == expected
