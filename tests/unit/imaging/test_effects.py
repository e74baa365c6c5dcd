"""Effects of named sizes: grey, sharpening, watermark, and the limit of bytes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from huimages_app.domain.formats import AVIF, JPEG, PNG, WEBP, Format
from huimages_app.domain.output_options import OutputOptions
from huimages_app.errors import BadSetting
from huimages_app.imaging import Quality, Watermark, effects, watermark
from huimages_app.imaging.encode import encode

PHOTOGRAPHS = sorted((Path(__file__).parents[2] / "pictures").glob("*.jpeg"))


def photograph(number: int = 0) -> Image.Image:
    return Image.open(PHOTOGRAPHS[number]).convert("RGB").resize((240, 160))


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image, dtype=int)


def with_hole(image: Image.Image) -> Image.Image:
    """Transparent in the left half, as a decoder delivers it: without colour there."""
    image = image.convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, image.width // 2, image.height))
    return image


# -- grey -------------------------------------------------------------------------------------


def test_grey_has_the_tones_of_the_css_filter() -> None:
    image = photograph()
    grey = pixels(effects.grey(image))
    exact = pixels(image) @ np.array([0.2126, 0.7152, 0.0722])
    assert np.abs(grey - exact[:, :, None]).max() <= 1
    assert (grey[:, :, 0] == grey[:, :, 1]).all()
    assert (grey[:, :, 0] == grey[:, :, 2]).all()


def test_grey_keeps_transparency() -> None:
    image = with_hole(photograph())
    grey = effects.grey(image)
    assert grey.mode == "RGBA"
    assert (pixels(grey)[:, :, 3] == pixels(image)[:, :, 3]).all()


# -- sharpening ---------------------------------------------------------------------------------


def unsharp_mask(image: np.ndarray) -> np.ndarray:
    """The exact unsharp mask: Gaussian of 0.75 pixels, 75 %, above two levels."""
    reach = np.arange(-4, 5)
    weights = np.exp(-(reach**2) / (2 * 0.75**2))
    weights /= weights.sum()
    blurred = image.astype(float)
    for axis in (0, 1):
        padded = np.pad(blurred, [(4, 4) if a == axis else (0, 0) for a in range(3)], mode="edge")
        blurred = sum(
            weight * np.take(padded, range(at, at + image.shape[axis]), axis)
            for at, weight in enumerate(weights)
        )
    difference = image - blurred
    return np.clip(image + np.where(np.abs(difference) > 2, 0.75 * difference, 0), 0, 255)


@pytest.mark.parametrize("number", range(len(PHOTOGRAPHS)))
def test_sharpening_is_the_exact_unsharp_mask(number: int) -> None:
    image = photograph(number)
    difference = np.abs(pixels(effects.sharpened(image)) - unsharp_mask(pixels(image)))
    # Pillow blurs by boxes, which come near to a Gaussian.
    assert difference.mean() < 0.5
    assert np.percentile(difference, 99.9) <= 4


@pytest.mark.parametrize("number", range(len(PHOTOGRAPHS)))
def test_sharpening_raises_gradients_by_a_quarter_without_halos(number: int) -> None:
    image = photograph(number)
    sharp = effects.sharpened(image)

    def gradient(of: Image.Image) -> float:
        return float(np.hypot(*np.gradient(pixels(of.convert("L")).astype(float))).mean())

    assert 1.1 < gradient(sharp) / gradient(image) < 1.4
    low, high = (
        pixels(image.filter(ImageFilter.MinFilter(3))),
        pixels(image.filter(ImageFilter.MaxFilter(3))),
    )
    beyond = np.maximum(low - pixels(sharp), pixels(sharp) - high)
    assert np.percentile(beyond, 99) <= 16


def test_sharpening_leaves_even_areas_and_faint_noise() -> None:
    noise = np.random.default_rng(1).integers(127, 129, (80, 80, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    assert (pixels(effects.sharpened(image)) == noise).all()


def test_sharpening_draws_no_line_along_transparency() -> None:
    image = with_hole(Image.new("RGB", (80, 80), (200, 120, 40)))
    sharp = pixels(effects.sharpened(image))
    assert (sharp[:, :, 3] == pixels(image)[:, :, 3]).all()
    assert np.abs(sharp[:, 40:, :3] - (200, 120, 40)).max() <= 2


# -- watermark ------------------------------------------------------------------------------------

RED = png(Image.new("RGB", (40, 10), "red"))


@pytest.mark.parametrize(
    ("place", "box"),
    [
        ((1, 1), (139, 86, 199, 101)),
        ((0, 0), (2, 2, 62, 17)),
        ((0.5, 0.5), (70, 44, 130, 59)),
        ((0, 1), (2, 86, 62, 101)),
    ],
)
def test_watermark_lies_in_its_place(
    place: tuple[float, float], box: tuple[int, int, int, int]
) -> None:
    mark = Watermark(RED, *place, width=30, opacity=100)
    image = watermark.placed(Image.new("RGB", (201, 103), "white"), mark)
    red = (pixels(image) == (255, 0, 0)).all(axis=2)
    rows, columns = np.nonzero(red)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == box
    assert red.sum() == (box[2] - box[0]) * (box[3] - box[1])


def test_watermark_mixes_by_its_opacity_and_transparency() -> None:
    half = png(Image.new("RGBA", (10, 10), (255, 0, 0, 128)))
    mark = Watermark(half, 0.5, 0.5, width=50, opacity=50)
    for mode in ("RGB", "RGBA"):
        image = watermark.placed(Image.new(mode, (100, 100), "white"), mark)
        assert np.abs(pixels(image)[50, 50, :3] - (255, 191, 191)).max() <= 1
        assert (pixels(image)[1, 1, :3] == 255).all()


def test_watermark_shows_on_transparent_parts() -> None:
    mark = Watermark(RED, 0.5, 0.5, width=50, opacity=100)
    image = watermark.placed(Image.new("RGBA", (100, 100), (0, 0, 0, 0)), mark)
    assert image.getpixel((50, 50)) == (255, 0, 0, 255)
    assert image.getpixel((1, 1))[3] == 0


@pytest.mark.parametrize("size", [(1, 1), (2000, 3), (3, 2000), (17, 5)])
def test_watermark_fits_any_rendition(size: tuple[int, int]) -> None:
    tall = png(Image.new("RGB", (10, 400), "red"))
    image = watermark.placed(Image.new("RGB", size, "white"), Watermark(tall, 1, 1, 100, 100))
    assert image.size == size
    assert image.getextrema()[1][0] == 0  # there is some red


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"nothing", "no PNG file"),
        (PHOTOGRAPHS[0].read_bytes(), "no PNG file"),
        (RED[:60], "no PNG file, or a damaged one"),
        (b"\0" * 1_000_001, "1,000,001 bytes; expected at most 1,000,000"),
        (png(Image.new("1", (3000, 2000))), "3000 x 2000 pixels; expected at most 4,000,000"),
    ],
)
def test_unusable_watermark_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadSetting) as error:
        watermark.checked(content)
    assert message in str(error.value)


# -- the limit of bytes ---------------------------------------------------------------------------


def noisy() -> Image.Image:
    return Image.fromarray(np.random.default_rng(2).integers(0, 256, (64, 64, 3), dtype=np.uint8))


@pytest.mark.slow
@pytest.mark.parametrize("format_", [JPEG, WEBP, AVIF])
def test_quality_is_lowered_until_the_file_fits(format_: Format, tmp_path: Path) -> None:
    target, image = tmp_path / "rendition", noisy()
    lengths = {}
    for quality in range(40, 61):
        encode(image, target, format_, Quality(), OutputOptions(quality=quality))
        lengths[quality] = target.stat().st_size
    limit = (lengths[49] + lengths[51]) // 2
    encode(image, target, format_, Quality(), OutputOptions(quality=95, max_bytes=limit))
    best = max(quality for quality, length in lengths.items() if length <= limit)
    assert lengths[best - 1] <= target.stat().st_size <= limit


def test_file_that_fits_has_the_wanted_quality(tmp_path: Path) -> None:
    image = noisy()
    for name, options in (
        ("free", OutputOptions(quality=90)),
        ("limited", OutputOptions(quality=90, max_bytes=10**6)),
    ):
        encode(image, tmp_path / name, JPEG, Quality(), options)
    assert (tmp_path / "free").read_bytes() == (tmp_path / "limited").read_bytes()


def test_impossible_limit_gives_the_smallest_file(tmp_path: Path) -> None:
    image = noisy()
    encode(image, tmp_path / "limited", JPEG, Quality(), OutputOptions(max_bytes=10))
    encode(image, tmp_path / "lowest", JPEG, Quality(jpeg=1))
    assert (tmp_path / "limited").read_bytes() == (tmp_path / "lowest").read_bytes()


def test_png_ignores_quality_and_limit(tmp_path: Path) -> None:
    encode(noisy(), tmp_path / "a", PNG, Quality(), OutputOptions(quality=5, max_bytes=10))
    encode(noisy(), tmp_path / "b", PNG, Quality())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
