"""Formats are known by their bytes, and no others are read."""

import io

import pytest
from PIL import Image

from huimages_app.domain.facets import ORIGINAL_FORMATS
from huimages_app.errors import NotAnImage
from huimages_app.imaging import Limits, inspect, sniff
from huimages_app.imaging.input_formats import INPUT_FORMATS
from tests.support import pictures

TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}


def test_every_input_format_is_a_value_of_the_format_filter():
    assert [format_.contenttype for format_ in INPUT_FORMATS] == [
        f"image/{name}" for name in ORIGINAL_FORMATS
    ]


@pytest.mark.parametrize(("format_", "contenttype"), TYPES.items())
def test_sniff_returns_type_of_every_format(format_, contenttype):
    content = pictures.photo(64, 48, format=format_)
    assert sniff(content[:64]) == contenttype


@pytest.mark.parametrize("format_", TYPES)
def test_inspect_returns_facts_of_every_format(format_):
    measured = inspect(io.BytesIO(pictures.photo(64, 48, format=format_)), Limits())
    assert measured.contenttype == TYPES[format_]
    assert measured.extension == TYPES[format_].removeprefix("image/")
    assert (measured.width, measured.height, measured.frames) == (64, 48, 1)


@pytest.mark.parametrize("format_", TYPES)
def test_render_decodes_every_format(rendered, format_):
    image = rendered(pictures.photo(64, 48, format=format_), "32x32", "jpeg")
    assert (image.size, image.mode) == ((32, 24), "RGB")


@pytest.mark.parametrize(
    ("brands", "contenttype"),
    [
        (b"mif1\0\0\0\0mif1avif", "image/avif"),
        (b"mif1\0\0\0\0mif1heic", "image/heic"),
        (b"msf1\0\0\0\0msf1miaf", "image/heif"),
        (b"avis\0\0\0\0", "image/avif"),
        (b"hevc\0\0\0\0", "image/heic"),
        (b"mp42\0\0\0\0mp42isom", "application/octet-stream"),
    ],
)
def test_sniff_distinguishes_heif_family_by_brands(brands, contenttype):
    assert sniff((len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands) == contenttype


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"BM",
        b"BMW is a maker of cars, and this a text",
        b"%PDF-1.7",
        b"GIF",
        b"RIFF\0\0\0\0WAVEfmt ",
        pictures.svg(),
        pictures.SCRIPT,
        pictures.encoded(Image.new("RGB", (8, 8)), "PPM"),
        pictures.encoded(Image.new("RGB", (16, 16)), "ICO"),
        pictures.encoded(Image.new("RGB", (16, 16)), "JPEG2000"),
        pictures.encoded(Image.new("RGB", (16, 16)), "EPS"),
    ],
)
def test_inspect_refuses_other_files(content):
    assert sniff(content[:64]) == "application/octet-stream"
    with pytest.raises(NotAnImage, match="JPEG, PNG, WebP, GIF"):
        inspect(io.BytesIO(content), Limits())


def test_mpo_file_is_shown_as_its_first_picture(rendered):
    first, second = pictures.pixels(80, 60), Image.new("RGB", (80, 60), "red")
    content = pictures.encoded(first, "MPO", save_all=True, append_images=[second])
    measured = inspect(io.BytesIO(content), Limits())
    assert (measured.contenttype, measured.frames) == ("image/jpeg", 1)
    assert rendered(content, "40x40").size == (40, 30)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_animation_is_shown_as_its_first_frame(rendered, format_):
    content = pictures.animation(3, format=format_)
    assert inspect(io.BytesIO(content), Limits()).frames == 3
    red, green, blue = rendered(content, "30x20").convert("RGB").getpixel((15, 10))
    assert red > 240
    assert max(green, blue) < 15
