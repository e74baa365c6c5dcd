"""Colours, tones and transparency of renditions, for every mode a picture can have."""

import io
import logging
import struct
import threading
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from huimages_app.imaging import Limits, colour, inspect
from tests.support import pictures, profiles, reference

COLOURS = [(200, 120, 60), (30, 160, 90), (60, 70, 200), (128, 128, 128), (250, 250, 250)]


def flat(colour, mode: str = "RGB", format_: str = "PNG", **save: object) -> bytes:
    return pictures.encoded(Image.new(mode, (64, 64), colour), format_, **save)


def shown(image: Image.Image):
    return image.getpixel((image.width // 2, image.height // 2))


def in_srgb(values, primaries, gamma):
    """Convert colours of another RGB space to sRGB, by the definitions."""
    tones = np.array(values) / 255
    linear = tones**gamma if gamma else _linear(tones)
    linear = np.linalg.solve(profiles.to_xyz(profiles.SRGB), profiles.to_xyz(primaries) @ linear)
    linear = np.clip(linear, 0, 1)
    toned = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return toned * 255


def _linear(tones):
    return np.where(tones <= 0.04045, tones / 12.92, ((tones + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("values", COLOURS)
@pytest.mark.parametrize(
    ("primaries", "gamma"),
    [(profiles.ADOBE_RGB, profiles.ADOBE_GAMMA), (profiles.DISPLAY_P3, None)],
    ids=["Adobe RGB", "Display P3"],
)
@pytest.mark.parametrize("format_", ["PNG", "TIFF", "JPEG", "WEBP"])
def test_icc_profile_wide_gamut_is_converted_to_srgb(rendered, format_, primaries, gamma, values):
    save = {"lossless": True} if format_ == "WEBP" else {}
    content = flat(values, format_=format_, icc_profile=profiles.rgb(primaries, gamma), **save)
    tolerance = 4 if format_ == "JPEG" else 2
    assert shown(rendered(content, "32x32")) == pytest.approx(
        in_srgb(values, primaries, gamma), abs=tolerance
    )


def test_srgb_profile_changes_no_pixel(rendered):
    content = pictures.photo(100, 80, format="PNG", icc_profile=profiles.rgb(profiles.SRGB))
    assert reference.difference(rendered(content, "100x100"), pictures.pixels(100, 80)) == 0


def test_transparent_picture_with_profile_is_converted(rendered):
    profile = profiles.rgb(profiles.ADOBE_RGB, profiles.ADOBE_GAMMA)
    content = flat((30, 160, 90, 128), "RGBA", icc_profile=profile)
    wanted = in_srgb((30, 160, 90), profiles.ADOBE_RGB, profiles.ADOBE_GAMMA)
    *rgb, alpha = shown(rendered(content, "32x32"))
    assert rgb == pytest.approx(wanted, abs=3)
    assert alpha == 128


@pytest.mark.parametrize(("mode", "values"), [("L", 128), ("LA", (128, 255))])
def test_grey_profile_tones_are_converted(rendered, mode, values):
    content = flat(values, mode, icc_profile=profiles.grey(1.0))
    # Half the light is 188 of 255 in sRGB.
    assert shown(rendered(content, "32x32"))[:3] == pytest.approx((188, 188, 188), abs=1)


def test_grey_picture_with_rgb_profile_stays_grey(rendered):
    content = flat(128, "L", "TIFF", icc_profile=profiles.rgb(profiles.SRGB))
    assert shown(rendered(content, "32x32")) == (128, 128, 128)


def test_cmyk_with_profile_is_converted_by_it(rendered):
    image = Image.new("CMYK", (64, 64), (255, 0, 0, 0))
    for format_ in ["TIFF", "JPEG"]:
        content = pictures.encoded(image, format_, icc_profile=profiles.cmyk())
        red, green, blue = shown(rendered(content, "32x32"))
        lab = ImageCms.createProfile("LAB")
        wanted = ImageCms.applyTransform(
            Image.frombytes("LAB", (1, 1), bytes([140, 256 - 37, 256 - 50])),
            ImageCms.buildTransform(lab, ImageCms.createProfile("sRGB"), "LAB", "RGB"),
        )
        assert (red, green, blue) == pytest.approx(wanted.getpixel((0, 0)), abs=4)


# Fogra's measurements of coated offset (FOGRA39) in sRGB, with black point compensation.
INKS = [
    ((0, 0, 0, 0), (255, 255, 255)),
    ((255, 0, 0, 0), (0, 158, 227)),
    ((0, 255, 0, 0), (230, 0, 126)),
    ((0, 0, 255, 0), (255, 237, 0)),
    ((0, 0, 0, 255), (32, 32, 31)),
    ((0, 255, 255, 0), (227, 6, 19)),
    ((255, 255, 255, 255), (0, 0, 0)),
]


@pytest.mark.parametrize(("inks", "shown_as"), INKS)
@pytest.mark.parametrize("format_", ["TIFF", "JPEG"])
def test_cmyk_without_profile_is_shown_as_coated_offset(rendered, format_, inks, shown_as):
    content = pictures.encoded(Image.new("CMYK", (64, 64), inks), format_)
    assert shown(rendered(content, "32x32")) == pytest.approx(shown_as, abs=8)


@pytest.mark.parametrize(
    "profile",
    [b"nonsense", profiles.rgb(profiles.SRGB)[:200], profiles.cmyk(), b"\0" * 4_000_001],
    ids=["nonsense", "cut short", "of another space", "too long"],
)
def test_unusable_profile_changes_no_pixel(rendered, profile):
    content = pictures.photo(100, 80, format="TIFF", icc_profile=profile)
    assert reference.difference(rendered(content, "100x100"), pictures.pixels(100, 80)) == 0


def test_unusable_profile_is_logged(caplog):
    with caplog.at_level(logging.WARNING):
        assert colour.Transforms().get(b"no profile at all") is None
    assert "sRGB assumed" in caplog.text


def test_rgba_with_cmyk_profile_is_treated_as_srgb(rendered):
    content = flat((10, 200, 30, 128), "RGBA", icc_profile=profiles.cmyk())
    assert shown(rendered(content, "32x32")) == pytest.approx((10, 200, 30, 128), abs=1)


def test_transforms_cache_keeps_the_most_recent():
    transforms = colour.Transforms()
    first = profiles.grey(1.0)
    kept = transforms.get(first)
    for step in range(40):
        transforms.get(profiles.grey(1.1 + step / 100))
        assert transforms.get(first) is kept
    assert len(transforms._known) == 32


def test_transforms_shared_by_threads_give_equal_pixels():
    profile = profiles.rgb(profiles.ADOBE_RGB, profiles.ADOBE_GAMMA)
    image = pictures.pixels(300, 200)
    wanted = colour.to_srgb(image, colour.Colours(profile))
    results: list[Image.Image] = []

    def work() -> None:
        results.extend(colour.to_srgb(image, colour.Colours(profile)) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 40
    assert all(reference.difference(result, wanted) == 0 for result in results)


# -- modes -------------------------------------------------------------------------------

RAMP = np.tile(np.arange(256), (64, 1))


def assert_ramp(image: Image.Image, tolerance: float = 1) -> None:
    """Check that the picture is an even ramp from black to white."""
    greys = np.asarray(image.convert("RGB"), dtype=float)[32]
    assert np.abs(greys - np.arange(256)[:, None]).max() <= tolerance


@pytest.mark.parametrize("format_", ["PNG", "TIFF"])
def test_grey_16_bits_keeps_range(rendered, format_):
    image = Image.fromarray((RAMP * 257).astype(np.uint16))
    assert image.mode == "I;16"
    assert_ramp(rendered(pictures.encoded(image, format_), "256x256"))


def test_grey_16_bits_big_endian_keeps_range(rendered):
    image = Image.frombytes("I;16B", (256, 64), (RAMP * 257).astype(">u2").tobytes())
    assert_ramp(rendered(pictures.encoded(image, "TIFF"), "256x256"))


@pytest.mark.parametrize("tones", [RAMP * 257, RAMP], ids=["16 bits", "8 bits"])
def test_tiff_white_is_zero_is_inverted(rendered, tones):
    image = Image.fromarray((tones.max() - tones).astype(np.uint16 if tones.max() > 255 else "B"))
    content = bytearray(pictures.encoded(image, "TIFF"))
    entry = content.index(struct.pack("<HHL", 262, 3, 1))
    content[entry + 8 : entry + 10] = b"\0\0"
    assert_ramp(rendered(bytes(content), "256x256"))


def test_rgb_16_bits_keeps_range(rendered):
    rows = (RAMP[..., None] * [257, 257, 257]).astype(">u2")
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    content = pictures.png(
        (b"IHDR", struct.pack(">LLBBBBB", 256, 64, 16, 2, 0, 0, 0)), (b"IDAT", data)
    )
    assert_ramp(rendered(content, "256x256"))


def test_tiff_32_bits_keeps_range(rendered):
    image = Image.fromarray((RAMP * 8_421_504).astype(np.int32))
    assert_ramp(rendered(pictures.encoded(image, "TIFF"), "256x256"))


def test_tiff_float_keeps_range(rendered):
    image = Image.fromarray((RAMP / 255).astype(np.float32))
    assert_ramp(rendered(pictures.encoded(image, "TIFF"), "256x256"))


def test_bilevel_picture_scaled_becomes_grey(rendered):
    checks = (np.indices((64, 64)).sum(axis=0) % 2).astype(bool)
    content = pictures.encoded(Image.fromarray(checks), "PNG")
    assert shown(rendered(content, "16x16")) == pytest.approx((128, 128, 128), abs=3)


@pytest.mark.parametrize("format_", ["PNG", "GIF", "TIFF", "BMP"])
def test_palette_picture_is_shown_in_colours(rendered, format_):
    image = pictures.pixels(100, 80).quantize(64)
    content = pictures.encoded(image, format_)
    assert reference.difference(rendered(content, "100x100"), image.convert("RGB")) < 1


def test_tiff_lab_is_converted_to_srgb(rendered):
    image = Image.frombytes("LAB", (64, 64), bytes([137, 0, 0]) * 4096)
    content = pictures.encoded(image, "TIFF")
    assert shown(rendered(content, "32x32")) == pytest.approx((128, 128, 128), abs=2)


def test_tiff_ycbcr_is_converted_to_srgb(rendered):
    content = pictures.encoded(pictures.pixels(64, 64).convert("YCbCr"), "TIFF")
    assert reference.difference(rendered(content, "64x64"), pictures.pixels(64, 64)) < 2


# -- transparency ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("extension", ["png", "webp", "avif"])
@pytest.mark.parametrize("format_", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_transparency_is_kept_in_formats_with_alpha(rendered, format_, extension):
    image = rendered(pictures.transparent(format=format_), "200x150", extension)
    assert image.mode == "RGBA"
    assert image.getpixel((2, 2))[3] == 0
    assert image.getpixel((100, 75))[3] == 255


def test_transparency_in_jpeg_is_shown_on_white(rendered):
    content = pictures.transparent(400, 300)
    image = rendered(content, "97x97", "png")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    jpeg = rendered(content, "97x97", "jpeg")
    assert jpeg.getpixel((1, 1)) == pytest.approx((255, 255, 255), abs=3)
    assert reference.ssim(jpeg, white) > 0.95


def test_colour_of_transparent_pixels_never_shows_at_edges(rendered):
    image = Image.new("RGBA", (256, 256), (0, 255, 0, 0))
    rows, columns = np.mgrid[:256, :256]
    inside = np.hypot(rows - 128, columns - 128) < 100
    image.paste((200, 0, 0, 255), mask=Image.fromarray(inside))
    scaled = np.asarray(rendered(pictures.encoded(image, "PNG"), "67x67"))
    edge = scaled[(scaled[..., 3] > 16) & (scaled[..., 3] < 240)]
    assert len(edge) > 20
    assert edge[:, 1].max() <= 8


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "1"])
def test_png_transparent_colour_becomes_alpha(rendered, mode):
    image = Image.new("RGB", (64, 64), "black")
    image.paste((255, 255, 255), (32, 0, 64, 64))
    image = image.quantize(4) if mode == "P" else image.convert(mode)
    white = image.getpixel((60, 5))
    content = pictures.encoded(image, "PNG", transparency=white)
    scaled = rendered(content, "32x32")
    assert (scaled.getpixel((28, 16))[3], scaled.getpixel((4, 16))[3]) == (0, 255)


def test_alpha_channel_opaque_everywhere_is_dropped(rendered):
    assert rendered(flat((1, 2, 3, 255), "RGBA"), "32x32").mode == "RGB"


@pytest.mark.parametrize(
    ("content", "placeholder"),
    [
        (flat((255, 0, 0)), "#ff0000"),
        (flat((0, 0, 255, 0), "RGBA"), "#ffffff"),
        (flat((0, 0, 0, 0), "CMYK", "TIFF"), "#ffffff"),
        (flat(128, "L", icc_profile=profiles.grey(1.0)), "#bcbcbc"),
    ],
)
def test_placeholder_is_mean_colour_on_white(content, placeholder):
    assert inspect(io.BytesIO(content), Limits()).placeholder == placeholder
