"""TIFF: kinds of samples, directories, camera raw files."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile

from huimages_app.errors import NotAnImage, TooLarge, UnsupportedImage
from huimages_app.imaging import Limits, inspect
from tests.support import pictures

RAMP = np.linspace(0, 1, 64)[None, :].repeat(16, axis=0)
GREYS = np.round(RAMP * 255)


def tiff(samples: np.ndarray, photometric: str = "minisblack", **save: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, samples, photometric=photometric, metadata=None, **save)
    return file.getvalue()


def greys(render_once, content: bytes) -> np.ndarray:
    return np.asarray(render_once(content, "64x64").convert("RGB"), dtype=float)[..., 0]


ORDERS = pytest.mark.parametrize("order", ["<", ">"])
PACKED = pytest.mark.parametrize("compression", [None, "zlib"])


@ORDERS
@PACKED
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("type_", ["u1", "u2", "u4", "i1", "i2", "i4", "f4", "f8"])
def test_grey_tiff_keeps_tones(render_once, order, compression, photometric, type_):
    if type_ == "f8" and compression:
        pytest.skip("64-bit floating point is read uncompressed only")
    kind = np.dtype(order + type_)
    white = 1.0 if kind.kind == "f" else np.iinfo(kind).max
    tones = RAMP if photometric == "minisblack" else 1 - RAMP
    if kind.kind != "f":
        tones = np.floor(tones * white)
    content = tiff(tones.astype(kind), photometric, byteorder=order, compression=compression)
    assert np.abs(greys(render_once, content) - GREYS).max() <= (3 if type_ == "i1" else 1)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_float_tiff_clamps_infinities_and_treats_nan_as_zero(render_once, photometric):
    tones = np.full((16, 64), 0.5, np.float32)
    tones[:, :16], tones[:, 16:32], tones[:, 32:48] = np.inf, -np.inf, np.nan
    shown = greys(render_once, tiff(tones, photometric))[8, 8::16]
    expected = np.array([255, 0, 0, 128])
    if photometric == "miniswhite":
        expected = 255 - expected
    assert np.abs(shown - expected).max() <= 1


def test_float_tiff_brighter_than_1_is_white(render_once):
    shown = greys(render_once, tiff((RAMP * 255).astype(np.float32)))
    assert shown[8, 1:].min() == 255


@pytest.mark.parametrize(("tone", "shown"), [(3_000_000_000, 178), (2**32 - 1, 255), (2**31, 128)])
def test_32_bit_tiff_is_scaled_from_its_full_range(render_once, tone, shown):
    content = tiff(np.full((16, 64), tone, np.uint32))
    assert greys(render_once, content)[8, 8] == pytest.approx(shown, abs=1)


@ORDERS
@PACKED
@pytest.mark.parametrize("extra", ["assocalpha", "unassalpha"])
@pytest.mark.parametrize("type_", ["u1", "u2"])
def test_grey_tiff_with_alpha_keeps_tone_and_alpha(render_once, order, compression, extra, type_):
    kind = np.dtype(order + type_)
    full = np.iinfo(kind).max
    grey = full * (0.4 if extra == "assocalpha" else 0.8)
    samples = np.full((16, 64, 2), [grey, full / 2]).astype(kind)
    content = tiff(samples, extrasamples=[extra], byteorder=order, compression=compression)
    red, green, blue, alpha = render_once(content, "32x32").getpixel((5, 5))
    assert (red, green, blue) == pytest.approx((204, 204, 204), abs=2)
    assert alpha == pytest.approx(127, abs=1)


@ORDERS
@PACKED
@pytest.mark.parametrize("type_", ["u1", "u2"])
@pytest.mark.parametrize("photometric", ["cielab", "icclab"])
def test_lab_tiff_becomes_srgb(render_once, order, compression, photometric, type_):
    kind = np.dtype(order + type_)
    # L* 53.2, a* 80, b* 67: the red of sRGB.
    if photometric == "cielab":
        lab = [135.7, 80, 67] if type_ == "u1" else [34_865, 80 * 256, 67 * 256]
    else:
        lab = [135.7, 208, 195] if type_ == "u1" else [34_729, 208 * 256, 195 * 256]
    samples = np.full((16, 64, 3), lab).astype(kind)
    content = tiff(samples, photometric, byteorder=order, compression=compression)
    red, green, blue = render_once(content, "32x32").getpixel((5, 5))
    assert red >= 245
    assert max(green, blue) <= 16


@ORDERS
@PACKED
def test_rgb_tiff_of_16_bits_with_alpha_keeps_both(render_once, order, compression):
    samples = np.full((16, 64, 4), [200 * 257, 100 * 257, 50 * 257, 128 * 257])
    content = tiff(
        samples.astype(order + "u2"),
        "rgb",
        extrasamples=["unassalpha"],
        byteorder=order,
        compression=compression,
    )
    assert render_once(content, "32x32").getpixel((5, 5)) == pytest.approx(
        (200, 100, 50, 128), abs=1
    )


UNSUPPORTED = {
    "RGB in floating point": ((16, 64, 3), "f4", "rgb", {}),
    "RGB of 32 bits": ((16, 64, 3), "u4", "rgb", {}),
    "half floats": ((16, 64), "f2", "minisblack", {}),
    "CMYK with alpha": ((16, 64, 5), "u1", "separated", {"extrasamples": ["unassalpha"]}),
    "CMYK of 32 bits": ((16, 64, 4), "u4", "separated", {}),
    "complex numbers": ((16, 64), "c8", "minisblack", {}),
    "planes of 16 bits": ((3, 16, 64), "u2", "rgb", {"planarconfig": "separate"}),
    "planes of 16 bits of Lab": ((3, 16, 64), "u2", "cielab", {"planarconfig": "separate"}),
    "64 bits": ((16, 64), "u8", "minisblack", {}),
}


@pytest.mark.parametrize(
    ("shape", "type_", "photometric", "save"), UNSUPPORTED.values(), ids=UNSUPPORTED
)
def test_inspect_refuses_tiff_of_another_kind_as_unsupported(shape, type_, photometric, save):
    content = tiff(np.zeros(shape, type_), photometric, **save)
    with pytest.raises(UnsupportedImage, match="intact, but of a kind that is not supported"):
        inspect(io.BytesIO(content), Limits())
    with pytest.raises(NotAnImage, match="damaged or cut short"):
        inspect(io.BytesIO(content[:-64]), Limits())


# -- directories -------------------------------------------------------------------------


def both_ways(content: bytes, folder: Path):
    """Yield the outcome of an inspection in memory, and of one on disk."""
    path = folder / "file"
    path.write_bytes(content)
    for file in (io.BytesIO(content), path.open("rb")):
        with file:
            try:
                yield inspect(file, Limits())
            except (NotAnImage, TooLarge) as error:
                yield type(error), str(error)


OFFSETS = [1, 7, 10_000, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1]


@pytest.mark.parametrize("offset", OFFSETS)
def test_inspect_ignores_next_directory_beyond_the_file(tmp_path, offset):
    big = pictures.photo(64, 48, format="TIFF", big_tiff=True)
    (first,) = struct.unpack_from("<Q", big, 8)
    (entries,) = struct.unpack_from("<Q", big, first)
    following = first + 8 + 20 * entries
    content = big[:following] + struct.pack("<Q", offset) + big[following + 8 :]
    in_memory, on_disk = both_ways(content, tmp_path)
    assert in_memory == on_disk
    if offset >= 10_000:
        assert in_memory.width == 64


@pytest.mark.parametrize("offset", [0, *OFFSETS])
def test_inspect_refuses_first_directory_beyond_the_file(tmp_path, offset):
    content = struct.pack("<2sHHHQ", b"II", 43, 8, 0, offset) + bytes(40)
    in_memory, on_disk = both_ways(content, tmp_path)
    assert in_memory == on_disk
    assert in_memory[0] in (NotAnImage, TooLarge)


@pytest.mark.parametrize("length", range(4, 16))
@pytest.mark.parametrize("big", [False, True])
def test_inspect_refuses_tiff_of_a_few_bytes(tmp_path, length, big):
    content = pictures.photo(64, 48, format="TIFF", big_tiff=big)[:length]
    in_memory, on_disk = both_ways(content, tmp_path)
    assert in_memory == on_disk
    assert in_memory[0] is NotAnImage


def test_tiff_with_numeric_icc_tag_is_read_without_profile(render_once):
    content = tiff(np.full((16, 64), 200, np.uint8), extratags=[(34675, "I", 1, 77, True)])
    assert greys(render_once, content)[8, 8] == 200


def test_tiff_with_many_overlapping_tables_is_too_large():
    entries = [(256, 4, 1, 10), (257, 4, 1, 10)]
    entries += [(40_000 + tag, 7, 1_500_000, 8) for tag in range(1000)]
    directory = b"".join(struct.pack("<HHLL", *entry) for entry in entries)
    content = struct.pack("<2sHLH", b"II", 42, 8, len(entries)) + directory + bytes(1_600_000)
    with pytest.raises(TooLarge, match="overlap"):
        inspect(io.BytesIO(content), Limits())


# -- camera raw --------------------------------------------------------------------------


def raw(**first: object) -> bytes:
    return tiff(np.zeros((16, 64, 3), np.uint8), "rgb", **first)


RAW = {
    "reduced first page": raw(subfiletype=1),
    "DNG version": raw(extratags=[(50706, "B", 4, (1, 4, 0, 0), True)]),
    "CR2": b"II*\0\x10\0\0\0CR\x02\0" + bytes(60),
}


@pytest.mark.parametrize("content", RAW.values(), ids=RAW)
def test_inspect_refuses_camera_raw_with_reason(content):
    with pytest.raises(UnsupportedImage, match="camera raw"):
        inspect(io.BytesIO(content), Limits())


def test_inspect_refuses_tiff_whose_sub_directory_holds_sensor_data():
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(np.zeros((16, 64, 3), np.uint8), photometric="rgb", subifds=1)
        writer.write(np.zeros((32, 128), np.uint16), photometric="cfa")
    with pytest.raises(UnsupportedImage, match="camera raw"):
        inspect(file, Limits())
