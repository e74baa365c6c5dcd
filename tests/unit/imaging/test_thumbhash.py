"""ThumbHash against the reference, the package `thumbhash` 0.1.1 of npm."""

from __future__ import annotations

import io
from base64 import b64decode

import pytest
from PIL import Image

from huimages_app.imaging import Limits, inspect
from huimages_app.imaging.thumbhash import sample_size, thumbhash
from tests.support.pictures import photo, pixels, rotated


def _translucent() -> Image.Image:
    image = pixels(200, 200, 3).resize((32, 20)).convert("RGBA")
    image.putalpha(Image.radial_gradient("L").rotate(30).resize((32, 20)))
    return image


# Made with: rgbaToThumbHash(width, height, rgba), in hexadecimal.
VECTORS = {
    "landscape": (
        lambda: pixels(320, 240).resize((32, 24)),
        "61f8051d8481646b90747a597baa96882aa5c0e04e",
    ),
    "portrait": (
        lambda: pixels(240, 320, 1).resize((24, 32)),
        "5e08061508d9849a46486808856bac780688ab87fc",
    ),
    "square": (
        lambda: pixels(200, 200, 2).resize((32, 32)),
        "a1e80527046f6097a9b6686487a878657686e8f9c9241005",
    ),
    "panorama": (lambda: pixels(300, 30).resize((32, 3)), "20080e1188bf9365788877782078f88978"),
    "translucent": (_translucent, "20e8850b8216508c917887b2f853087688578897787056"),
}


@pytest.mark.parametrize("name", VECTORS)
def test_thumbhash_equals_the_reference(name: str) -> None:
    make, expected = VECTORS[name]
    assert thumbhash(make()).hex() == expected


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (1, 1), "red"),
        Image.new("RGBA", (32, 1), (0, 0, 0, 0)),
        Image.new("RGB", (2, 32), "white"),
        _translucent(),
        pixels(32, 32),
    ],
    ids=["pixel", "clear", "white", "translucent", "photo"],
)
def test_thumbhash_has_at_most_30_bytes(image: Image.Image) -> None:
    assert 5 < len(thumbhash(image)) <= 30


@pytest.mark.parametrize(
    ("sides", "sample"), [((4000, 3000), (32, 24)), ((1, 9000), (1, 32)), ((20, 10), (20, 10))]
)
def test_sample_keeps_the_proportions(sides: tuple[int, int], sample: tuple[int, int]) -> None:
    assert sample_size(*sides) == sample


def test_thumbhash_of_an_upload_is_upright() -> None:
    upright = inspect(io.BytesIO(photo(160, 80)), Limits()).thumbhash
    turned = inspect(io.BytesIO(rotated(6, 160, 80)), Limits()).thumbhash
    is_landscape = [bool(b64decode(content)[4] & 0x80) for content in (upright, turned)]
    assert is_landscape == [True, True]
