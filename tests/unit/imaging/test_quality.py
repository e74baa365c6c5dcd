"""Renditions before encoding, beside the exact result."""

import functools
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from huimages_app.domain.sizes import Size
from tests.support import pictures, reference

pytestmark = pytest.mark.slow

PHOTOGRAPHS = sorted((Path(__file__).parents[2] / "pictures").glob("*.jpeg"))

SIZES = ["240x160", "75x75!10,90", "23x40", "333x", "500x120!"]


# These small versions of photographs have detail as fine as their pixels, unlike those of a
# camera, so the decoding at reduced size shows more.
FINE = 0.99


@functools.cache
def exact(content: bytes, size: str) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    pixels = reference.lanczos(image.convert("RGB"), Size.parse(size).placement(*image.size))
    exact = Image.fromarray(pixels.round().astype("uint8"))
    if profile := image.info.get("icc_profile"):
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(exact, io.BytesIO(profile), srgb, renderingIntent=1)
    return exact


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("photograph", PHOTOGRAPHS, ids=lambda path: path.stem)
def test_photograph_matches_exact_scaling(rendered, photograph, size):
    content = photograph.read_bytes()
    assert reference.ssim(rendered(content, size), exact(content, size)) >= FINE


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("width", "height"),
    [(1601, 1203), (701, 999), (3000, 200), (150, 2500), (97, 61), (33, 47)],
)
def test_every_shape_matches_exact_scaling(rendered, width, height, size):
    content = pictures.photo(width, height, seed=width)
    assert reference.ssim(rendered(content, size), exact(content, size)) >= 0.995


@pytest.mark.parametrize(
    "save", [{"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}]
)
def test_every_jpeg_coding_matches_exact_scaling(rendered, save):
    content = pictures.photo(1500, 1001, **save)
    assert reference.ssim(rendered(content, "240x160"), exact(content, "240x160")) >= 0.995


rotated = functools.cache(pictures.rotated)


@functools.cache
def exact_upright(format: str, width: int, height: int, size: str) -> np.ndarray:
    upright = pictures.opened(pictures.photo(width, height, seed=3, format=format))
    return reference.lanczos(upright, Size.parse(size).placement(width, height))


@pytest.mark.parametrize("size", ["240x160", "75x75!20,80", "x333"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_jpeg_matches_exact_scaling(rendered, orientation, size):
    content = rotated(orientation, 1201, 803, seed=3)
    wanted = exact_upright("JPEG", 1201, 803, size)
    assert reference.ssim(rendered(content, size), wanted) >= 0.99


@pytest.mark.parametrize("size", ["240x160", "75x75!20,80", "x333"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_png_matches_exact_scaling(rendered, orientation, size):
    content = rotated(orientation, 601, 403, seed=3, format="PNG")
    wanted = exact_upright("PNG", 601, 403, size)
    image = rendered(content, size)
    assert reference.ssim(image, wanted) >= 0.999
    assert reference.difference(image, wanted) < 0.6


@pytest.mark.parametrize("size", ["240x160", "75x75!"])
def test_encoded_rendition_is_close_to_exact_scaling(rendered, size):
    content = PHOTOGRAPHS[0].read_bytes()
    for extension in ["jpeg", "webp", "avif"]:
        assert reference.ssim(rendered(content, size, extension), exact(content, size)) >= 0.93


def test_picture_in_its_own_size_keeps_every_pixel(rendered):
    content = pictures.photo(200, 100, format="PNG")
    assert reference.difference(rendered(content, "300x300"), pictures.pixels(200, 100)) == 0
