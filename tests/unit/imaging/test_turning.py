"""Turning a picture changes its EXIF orientation and no pixel."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageOps

from huimages_app.errors import CannotTurn
from huimages_app.imaging import inspect, write_turned
from huimages_app.imaging.options import Limits

PICTURES = Path(__file__).parents[2] / "pictures"
SIDES = (48, 32)
FORMATS: list[tuple[str, dict[str, Any]]] = [
    ("JPEG", {"quality": 90}),
    ("JPEG", {"progressive": True}),
    ("PNG", {}),
    ("WEBP", {"lossless": True}),
    ("WEBP", {"quality": 80}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
]


def an_image(mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", SIDES, (250, 250, 250))
    image.paste((200, 30, 30), (0, 0, 12, 8))
    image.paste((30, 30, 200), (30, 20, 48, 32))
    return image.convert(mode)


def encoded(format_: str, orientation: int | None = None, **options: Any) -> bytes:
    file = io.BytesIO()
    if orientation is not None:
        exif = Image.Exif()
        exif[0x010F], exif[0x0112] = "a camera", orientation
        options["exif"] = exif
    an_image().save(file, format_, **options)
    return file.getvalue()


def turned(content: bytes, degrees: int) -> bytes:
    target = io.BytesIO()
    write_turned(io.BytesIO(content), target, degrees // 90)
    return target.getvalue()


def upright(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    shown = ImageOps.exif_transpose(image)
    return (shown or image).convert("RGB")


def is_same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("orientation", [None, *range(1, 9)])
@pytest.mark.parametrize(("format_", "options"), FORMATS)
def test_turned_picture_is_shown_turned_clockwise(
    format_: str, options: dict[str, Any], orientation: int | None, degrees: int
) -> None:
    content = encoded(format_, orientation, **options)
    result = turned(content, degrees)
    assert is_same(upright(result), upright(content).rotate(-degrees, expand=True))
    measured = inspect(io.BytesIO(result), Limits())
    assert (measured.width, measured.height) == upright(result).size


@pytest.mark.parametrize(("format_", "options"), FORMATS)
def test_four_quarters_give_the_same_bytes(format_: str, options: dict[str, Any]) -> None:
    content = encoded(format_, 1, **options)
    result = content
    for _ in range(4):
        result = turned(result, 90)
    assert result == content


@pytest.mark.parametrize("format_", ["JPEG", "WEBP", "TIFF"])
def test_turning_changes_the_orientation_only(format_: str) -> None:
    content = encoded(format_, 1)
    result = turned(content, 90)
    assert len(result) == len(content)
    assert sum(one != other for one, other in zip(content, result, strict=True)) == 1
    assert Image.open(io.BytesIO(result)).getexif()[0x010F] == "a camera"


def test_jpeg_without_exif_keeps_its_other_bytes() -> None:
    content = encoded("JPEG")
    result = turned(content, 90)
    jfif = 4 + int.from_bytes(content[4:6], "big")
    assert result.startswith(content[:jfif])
    assert result.endswith(content[jfif:])
    assert len(result) < len(content) + 50


def test_tiff_without_orientation_keeps_its_other_bytes() -> None:
    content = encoded("TIFF")
    result = turned(content, 90)
    assert (result[:4], result[8 : len(content)]) == (content[:4], content[8:])


def test_animated_picture_keeps_its_frames() -> None:
    file = io.BytesIO()
    frames = [an_image(), Image.new("RGB", SIDES, "red")]
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    result = Image.open(io.BytesIO(turned(file.getvalue(), 90)))
    assert (getattr(result, "n_frames", 1), result.getexif()[0x0112]) == (2, 6)


def test_transparent_webp_stays_transparent() -> None:
    file = io.BytesIO()
    image = an_image("RGBA")
    image.putpixel((5, 5), (0, 0, 0, 0))
    image.save(file, "WEBP", lossless=True)
    shown = ImageOps.exif_transpose(Image.open(io.BytesIO(turned(file.getvalue(), 180))))
    assert shown is not None
    assert shown.getpixel((SIDES[0] - 6, SIDES[1] - 6))[3] == 0  # type: ignore[index]


def test_png_of_16_bits_keeps_its_samples() -> None:
    file = io.BytesIO()
    Image.new("I;16", SIDES, 4711).save(file, "PNG")
    image = Image.open(io.BytesIO(turned(file.getvalue(), 90)))
    assert (image.mode, image.getpixel((1, 1)), image.getexif()[0x0112]) == ("I;16", 4711, 6)


def test_damaged_exif_is_replaced() -> None:
    content = encoded("JPEG", 1)
    start = content.index(b"Exif\0\0") + 6
    damaged = content[:start] + b"XX" + content[start + 2 :]
    result = turned(damaged, 90)
    assert Image.open(io.BytesIO(result)).getexif()[0x0112] == 6


@pytest.mark.parametrize(
    ("format_", "name"), [("GIF", "GIF"), ("BMP", "BMP"), ("AVIF", "AVIF"), ("HEIF", "HEI")]
)
def test_format_without_orientation_is_refused(format_: str, name: str) -> None:
    if format_ == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    with pytest.raises(CannotTurn, match=name):
        turned(encoded(format_), 90)


def test_full_exif_block_is_refused() -> None:
    content = encoded("JPEG")
    block = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + bytes(65_533 - 20)
    segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    with pytest.raises(CannotTurn, match="full"):
        turned(content[:2] + segment + content[2:], 90)


@pytest.mark.parametrize("length", [2, 3, 11, 14, 30])
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_file_that_ends_early_is_refused(format_: str, length: int) -> None:
    with pytest.raises(CannotTurn):
        turned(encoded(format_)[:length], 90)


def test_photograph_of_a_camera_is_turned() -> None:
    content = (PICTURES / "rocket.jpeg").read_bytes()
    assert is_same(upright(turned(content, 90)), upright(content).rotate(-90, expand=True))
