"""Renditions: sizes, metadata, files, threads."""

import functools
import io
import resource
import struct
import threading
from pathlib import Path

import pytest
from PIL import Image

from huimages_app.domain import formats
from huimages_app.domain.sizes import CLASSIC, Size
from huimages_app.errors import BadSize, CorruptOriginal
from huimages_app.imaging import Limits, Quality, RenditionTarget, inspect, render, render_many
from huimages_app.imaging.colour import SRGB_TAG
from tests.support import pictures, reference


@pytest.mark.parametrize("size", [*CLASSIC, "30000x30000", "240x160@2x", "x7", "9x", "60x90!0,100"])
@pytest.mark.parametrize(
    ("width", "height"), [(800, 600), (1, 1), (1, 900), (900, 1), (30_000, 10), (10, 30_000)]
)
def test_rendition_has_the_size_of_its_placement(rendered, width, height, size):
    content = pictures.encoded(Image.new("RGB", (width, height), "teal"), "JPEG")
    image = rendered(content, size)
    assert image.size == Size.parse(size).fitted(width, height)
    red, green, blue = image.getpixel((image.width - 1, image.height - 1))
    assert (red, green, blue) == pytest.approx((0, 128, 128), abs=3)


# HEIF and AVIF take long to write, and each resizer reads the same files.
rotated = functools.cache(pictures.rotated)


@pytest.mark.slow
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_every_format_is_turned_upright(rendered, format_, orientation):
    content = rotated(orientation, 160, 120, format=format_)
    measured = inspect(io.BytesIO(content), Limits())
    assert (measured.width, measured.height) == (160, 120)
    if format_ != "HEIF":  # there the file says upright sizes
        stored = (120, 160) if orientation > 4 else (160, 120)
        assert (measured.stored_width, measured.stored_height) == stored
    image = rendered(content, "80x80")
    wanted = reference.lanczos(pictures.pixels(160, 120), Size.parse("80x80").placement(160, 120))
    assert reference.ssim(image, wanted) > 0.95


def test_png_with_exif_after_its_pixels_is_turned_upright(rendered):
    content = pictures.photo(120, 160, format="PNG")
    end = content[-12:]
    exif = pictures.png((b"eXIf", pictures.exif(6).removeprefix(b"Exif\0\0")))[8:-12]
    content = content.removesuffix(end) + exif + end
    measured = inspect(io.BytesIO(content), Limits())
    assert (measured.width, measured.height) == (160, 120)
    assert rendered(content, "80x80").size == (80, 60)


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x01\0\x06\0\0",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x0f\0\x03\0\0\0\x01\0\x06\0\0",
        b"Exif\0\0nonsense",
    ],
)
def test_orientation_invalid_is_ignored(exif):
    measured = inspect(io.BytesIO(pictures.photo(64, 48, exif=exif)), Limits())
    assert (measured.width, measured.height) == (64, 48)


def test_orientation_big_endian_is_read():
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    measured = inspect(io.BytesIO(pictures.photo(64, 48, exif=exif)), Limits())
    assert (measured.width, measured.height) == (48, 64)


# -- what else is in the file ------------------------------------------------------------

SECRET = b"Camera-Secret"


@pytest.mark.parametrize("extension", ["jpeg", "webp", "avif", "png"])
@pytest.mark.parametrize("size", ["60x60", "o"])
def test_rendition_of_jpeg_carries_no_metadata(rendered, tmp_path, extension, size):
    xmp = b"<x:xmpmeta>Camera-Secret</x:xmpmeta>"
    content = pictures.photo(
        120, 80, exif=pictures.exif(), comment=SECRET + pictures.SCRIPT, xmp=xmp, dpi=(314, 314)
    )
    assert content.count(SECRET) == 3
    image = rendered(content, size, extension)
    data = Path(image.filename).read_bytes()
    assert SECRET not in data
    assert b"script" not in data
    assert not dict(image.getexif())
    assert image.info.get("dpi") is None


def test_rendition_of_png_carries_no_text(rendered):
    text = (b"tEXt", b"Comment\0" + SECRET)
    content = pictures.photo(64, 64, format="PNG", exif=pictures.exif())
    content = content[:33] + pictures.png(text)[8:-12] + content[33:]
    for extension in ["png", "webp"]:
        image = rendered(content, "o", extension)
        data = Path(image.filename).read_bytes()
        assert SECRET not in data
        assert b"eXIf" not in data


@pytest.mark.parametrize(
    ("extension", "width", "expected"),
    [
        ("jpeg", 639, None),
        ("jpeg", 640, SRGB_TAG),
        ("webp", 639, None),
        ("webp", 640, SRGB_TAG),
        ("png", 60, SRGB_TAG),
    ],
)
def test_rendition_carries_profile_from_a_size_on(rendered, extension, width, expected):
    content = pictures.photo(720, 480)
    assert rendered(content, f"{width}x{width}", extension).info.get("icc_profile") == expected


@pytest.mark.slow
@pytest.mark.parametrize("size", ["60x60", "o"])
def test_avif_names_srgb_without_profile(rendered, size):
    image = rendered(pictures.photo(480, 320), size, "avif")
    assert "icc_profile" not in image.info
    # ISO/IEC 23091-2: primaries of BT.709, the transfer of sRGB, the matrix of BT.601, full range.
    assert b"nclx" + struct.pack(">HHHB", 1, 13, 6, 1 << 7) in Path(image.filename).read_bytes()


def test_srgb_profile_is_small_and_constant():
    assert len(SRGB_TAG) < 1000
    assert struct.unpack(">L", SRGB_TAG[:4]) == (len(SRGB_TAG),)
    assert SRGB_TAG[24:36] == bytes.fromhex("07d000010001000000000000")


def test_jpeg_rendition_is_baseline_with_subsampling(rendered):
    image = rendered(pictures.photo(400, 300, progressive=True, subsampling=0), extension="jpg")
    assert "progressive" not in image.info
    assert [layer[1:3] for layer in image.layer] == [(2, 2), (1, 1), (1, 1)]


@pytest.mark.slow
@pytest.mark.parametrize("extension", ["jpeg", "webp", "avif"])
def test_quality_changes_file_size(tmp_path, extension):
    content = io.BytesIO(pictures.photo(400, 300))
    sizes = []
    for quality in [20, 90]:
        target = tmp_path / f"{quality}"
        setting = Quality(**{extension: quality})
        format_ = formats.parse_format(extension)
        render(content, RenditionTarget(Size.parse("300x300"), format_, target), setting, Limits())
        sizes.append(target.stat().st_size)
    assert sizes[0] * 1.5 < sizes[1]


@pytest.mark.parametrize(("extension", "side"), [("webp", 16_384), ("jpeg", 65_501)])
def test_rendition_too_long_for_its_format_raises_bad_size(rendered, extension, side):
    content = pictures.encoded(Image.new("L", (side, 1)), "PNG")
    with pytest.raises(BadSize, match=f"side of {side} pixels: at most"):
        rendered(content, "o", extension)


# -- several at once ---------------------------------------------------------------------


@pytest.mark.slow
def test_render_many_matches_exact_scaling(tmp_path):
    content = pictures.rotated(6, 1200, 900)
    wanted = [
        RenditionTarget(size, format_, tmp_path / f"{name}.{format_.extension}")
        for name, size in CLASSIC.items()
        for format_ in (formats.PNG, formats.JPEG)
    ]
    sides = render_many(io.BytesIO(content), wanted, Quality(), Limits())
    assert sides == [target.size.fitted(1200, 900) for target in wanted]
    original = pictures.opened(content).transpose(Image.Transpose.ROTATE_270)
    for target in wanted:
        if target.format == formats.PNG:
            exact = reference.lanczos(original, target.size.placement(1200, 900))
            assert reference.ssim(pictures.opened(target.path.read_bytes()), exact) >= 0.995


@pytest.mark.slow
def test_render_from_smaller_copy_matches_original(rendered):
    original = pictures.pixels(1200, 899)
    copy = pictures.encoded(original.resize((800, 599), Image.Resampling.LANCZOS), "PNG")
    for size in ["240x160", "75x75!10,80", "320x480"]:
        placement = Size.parse(size).placement(1200, 899)
        image = rendered(copy, size, full_size=(1200, 899))
        assert reference.ssim(image, reference.lanczos(original, placement)) >= 0.99


@pytest.mark.slow
def test_render_in_many_threads_gives_equal_files(tmp_path):
    contents = [
        pictures.rotated(6, 700, 500),
        pictures.cmyk(500, 400),
        pictures.transparent(),
        pictures.photo(300, 200, format="WEBP"),
    ]
    size = Size.parse("100x100")

    def make(folder: Path) -> list[bytes]:
        folder.mkdir()
        made = []
        for number, content in enumerate(contents):
            target = folder / f"{number}.jpeg"
            render(
                io.BytesIO(content),
                RenditionTarget(size, formats.JPEG, target),
                Quality(),
                Limits(),
            )
            made.append(target.read_bytes())
        return made

    alone = make(tmp_path / "alone")
    results: list[list[bytes]] = []
    threads = [
        threading.Thread(target=lambda name=name: results.append(make(tmp_path / name)))
        for name in "abcdefgh"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 8


def test_original_file_stays_open(tmp_path):
    for format_ in ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"]:
        file = io.BytesIO(pictures.photo(64, 48, format=format_))
        inspect(file, Limits())
        target = tmp_path / "rendition"
        render(file, RenditionTarget(Size.parse("9x9"), formats.PNG, target), Quality(), Limits())
        assert not file.closed


def test_unwritable_target_raises_os_error(tmp_path):
    content = io.BytesIO(pictures.photo(64, 48))
    target = tmp_path / "no such folder" / "rendition.jpeg"
    with pytest.raises(FileNotFoundError):
        render(
            content, RenditionTarget(Size.parse("9x9"), formats.JPEG, target), Quality(), Limits()
        )


def test_stored_original_beyond_limits_raises_corrupt_original(rendered):
    with pytest.raises(CorruptOriginal, match="at most 100 are accepted"):
        rendered(pictures.photo(64, 48), limits=Limits(max_pixels=100))


@pytest.mark.slow
@pytest.mark.parametrize("extension", ["jpeg", "webp", "avif", "png"])
def test_rendition_written_in_part_raises_os_error(tmp_path, extension):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    original = io.BytesIO(pictures.photo(400, 300))
    target = tmp_path / f"rendition.{extension}"
    size, format_ = Size.parse("400x300"), formats.parse_format(extension)
    # As on a full disk, or within a quota: the first bytes are written, the others are not.
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError, match=r"space left|too large"):
            render(original, RenditionTarget(size, format_, target), Quality(), Limits())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
