"""The similarity of pictures, compared with scikit-image's."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

from huimages_app.imaging import similarity as module
from huimages_app.imaging.similarity import MIN_COMPARED, similarity
from tests.support import pictures


def compressed(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def grey(image: Image.Image) -> Image.Image:
    return image.convert("L").convert("RGB")


@pytest.mark.parametrize("quality", [20, 50, 80, 95])
def test_similarity_of_brightness_is_that_of_scikit_image(quality: int) -> None:
    exact = grey(pictures.pixels(320, 240))
    other = grey(compressed(exact, quality))
    # Its windows have 7 pixels, at every place.
    expected = structural_similarity(
        *(np.asarray(image.convert("L")) for image in (exact, other)),
        win_size=7,
        use_sample_covariance=False,
        data_range=255,
    )
    # Without colours, half of the weight is on pictures that are equal.
    assert 2 * similarity(exact, other) - 1 == pytest.approx(expected, abs=0.015)


def test_similarity_is_that_of_the_formula() -> None:
    exact = grey(pictures.pixels(64, 48))
    other = grey(compressed(exact, 40))
    x, y = (np.asarray(image.convert("L"), dtype=float) for image in (exact, other))
    values = []
    for top in range(0, 48 - 7, 4):
        for left in range(0, 64 - 7, 4):
            a = x[top : top + 8, left : left + 8].ravel()
            b = y[top : top + 8, left : left + 8].ravel()
            (xx, xy), (_, yy) = np.cov(a, b, bias=True)
            c1, c2 = 2.55**2, 7.65**2
            likeness = (2 * a.mean() * b.mean() + c1) * (2 * xy + c2)
            values.append(likeness / (a.mean() ** 2 + b.mean() ** 2 + c1) / (xx + yy + c2))
    assert 2 * similarity(exact, other) - 1 == pytest.approx(np.mean(values), abs=5e-4)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(MIN_COMPARED, MIN_COMPARED), (17, 31), (300, 19), (19, 300)])
def test_equal_pictures_have_similarity_one(size: tuple[int, int], mode: str) -> None:
    image = pictures.pixels(*size).convert(mode)
    assert similarity(image, image) == pytest.approx(1, abs=1e-5)


def test_similarity_rises_with_quality() -> None:
    exact = pictures.pixels(320, 240)
    found = [similarity(exact, compressed(exact, quality)) for quality in (20, 40, 60, 80, 95)]
    assert found == sorted(found)
    assert found[0] < 0.95 < found[-1]


def test_lost_colour_lowers_similarity() -> None:
    exact = pictures.pixels(320, 240)
    assert similarity(exact, grey(exact)) < 0.9


def test_lost_transparency_lowers_similarity() -> None:
    exact = pictures.pixels(160, 120).convert("RGBA")
    exact.paste((0, 0, 0, 0), (0, 0, 80, 120))
    opaque = exact.copy()
    opaque.putalpha(255)
    assert similarity(exact, opaque) < 0.7
    assert similarity(exact, opaque.convert("RGB")) < 0.7


def test_colour_of_transparent_pixels_does_not_affect_similarity() -> None:
    clear, black = (Image.new("RGBA", (64, 64), (*colour, 0)) for colour in [(255,) * 3, (0,) * 3])
    assert similarity(clear, black) == pytest.approx(1)


def test_similarity_in_strips_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = pictures.pixels(200, 150)
    other = compressed(exact, 50)
    whole = similarity(exact, other)
    monkeypatch.setattr(module, "_STRIP", 200 * 32)
    assert similarity(exact, other) == pytest.approx(whole, abs=0.005)
