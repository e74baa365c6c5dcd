"""Perceptual hashes of pictures: which variants look alike, and which pictures do not."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageEnhance

from huimages_app.domain.likeness import FEATURELESS, are_alike
from huimages_app.imaging import Limits, inspect
from tests.support import packshots, pictures

PHOTO = pictures.pixels(900, 600, seed=4)


def hash_of(image: Image.Image, format: str = "JPEG", **save: object) -> str:
    return inspect(io.BytesIO(pictures.encoded(image, format, **save)), Limits()).phash


VARIANTS: dict[str, Callable[[Image.Image], str]] = {
    "compressed": lambda image: hash_of(image, quality=30),
    "smaller": lambda image: hash_of(image.resize((300, 200))),
    "larger": lambda image: hash_of(image.resize((1800, 1200))),
    "as PNG": lambda image: hash_of(image, "PNG"),
    "as WebP": lambda image: hash_of(image, "WEBP", quality=70),
    "cropped by 1 %": lambda image: hash_of(image.crop((9, 6, 891, 594))),
    "brighter": lambda image: hash_of(ImageEnhance.Brightness(image).enhance(1.1)),
    "in grey": lambda image: hash_of(image.convert("L")),
    "on transparent ground": lambda image: hash_of(image.convert("RGBA"), "PNG"),
}


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_variant_of_a_photo_looks_alike(variant: str) -> None:
    assert are_alike(VARIANTS[variant](PHOTO), hash_of(PHOTO))


def test_other_photos_do_not_look_alike() -> None:
    hashes = [hash_of(pictures.pixels(300, 200, seed=seed)) for seed in range(12)]
    pairs = [(one, other) for at, one in enumerate(hashes) for other in hashes[at + 1 :]]
    assert [pair for pair in pairs if are_alike(*pair)] == []


def test_photo_turned_by_its_orientation_looks_like_the_upright_one() -> None:
    content = pictures.turned(PHOTO, orientation=6)
    phash = inspect(io.BytesIO(content), Limits()).phash
    assert are_alike(phash, hash_of(PHOTO))


def test_even_borders_do_not_count() -> None:
    thing = pictures.pixels(400, 300, seed=5)
    centred, aside = (Image.new("RGB", size, "white") for size in [(1000, 800), (500, 900)])
    centred.paste(thing, (300, 250))
    aside.paste(thing, (20, 580))
    assert are_alike(hash_of(centred, quality=92), hash_of(aside, quality=92))
    assert are_alike(hash_of(centred, quality=92), hash_of(thing))


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_plain_pictures_have_no_features(format: str) -> None:
    plain = Image.new("RGB", (400, 300), "#ddeeff")
    assert hash_of(plain, format) == FEATURELESS
    assert hash_of(packshots.with_noise(plain, 2), format) == FEATURELESS
    assert hash_of(packshots.with_gradient(plain, 100), format) == FEATURELESS


def test_smallest_pictures_have_a_hash() -> None:
    assert hash_of(Image.new("RGB", (1, 1), "red"), "PNG") == FEATURELESS
    assert len(hash_of(pictures.pixels(3, 2), "PNG")) == 16
