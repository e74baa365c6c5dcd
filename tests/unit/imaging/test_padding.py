"""Padded and trimmed renditions: the picture, and the background around it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from huimages_app.domain import formats
from huimages_app.domain.geometry import Placement
from huimages_app.domain.sizes import Size
from huimages_app.errors import ServerBusy
from huimages_app.imaging import (
    DecodingBudget,
    Limits,
    Quality,
    RenditionTarget,
    inspect,
    make_previews,
    render,
    render_many,
)
from tests.support import packshots, pictures, reference
from tests.support.sizes import content_boxes, paddings

GREY = (0xF4, 0xF4, 0xF4)


def placed(content: bytes, text: str) -> Placement:
    found = inspect(io.BytesIO(content), Limits())
    return Size.parse(text).placement(found.width, found.height, found.content)


def background(image: Image.Image, placement: Placement) -> set[tuple[int, ...]]:
    """The colours beside the window."""
    left, top, right, bottom = placement.window
    pixels = np.asarray(image).copy()
    beside = np.ones(pixels.shape[:2], dtype=bool)
    beside[top:bottom, left:right] = False
    return set(map(tuple, pixels[beside].reshape(-1, pixels.shape[2]).tolist()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("120x120=", (255, 255, 255)),
        ("120x120=7", (255, 255, 255)),
        ("120x90=10,f4f4f4", GREY),
        ("121x90=,000000", (0, 0, 0)),
        ("900x900=7", (255, 255, 255)),
    ],
)
@pytest.mark.parametrize("orientation", [1, 6])
def test_padded_rendition_is_the_placed_picture_on_a_colour(rendered, text, colour, orientation):
    thing = packshots.packshot((400, 300), (100, 80, 300, 260), thing=(30, 120, 60))
    content = pictures.turned(thing, orientation, "PNG")

    image = rendered(content, text)

    placement = placed(content, text)
    assert image.mode == "RGB"
    assert image.size == (placement.width, placement.height)
    assert background(image, placement) == {colour}
    exact = reference.lanczos(thing, Placement(placement.crop, *placement.shown))
    assert reference.difference(image.crop(placement.window), exact) < 0.6


def test_small_content_is_shown_pixel_by_pixel(rendered):
    thing = packshots.packshot((400, 300), (100, 80, 300, 260))
    content = pictures.encoded(thing, "PNG")

    image = rendered(content, "600x600=7")

    placement = placed(content, "600x600=7")
    assert image.crop(placement.window).tobytes() == thing.crop(placement.crop).tobytes()


@pytest.mark.parametrize("extension", ["png", "webp", "avif"])
def test_background_none_is_transparent(render_once, extension):
    content = pictures.encoded(packshots.packshot((400, 300), (100, 80, 300, 260)), "PNG")

    image = render_once(content, "100x100=7,none", extension)

    assert image.mode == "RGBA"
    left, top, right, bottom = placed(content, "100x100=7,none").window
    wanted = np.zeros((100, 100))
    wanted[top:bottom, left:right] = 255
    lossy = 2 if extension == "avif" else 0
    assert reference.difference(np.asarray(image)[..., 3], wanted) <= lossy


def test_transparent_background_is_white_in_a_jpeg(render_once):
    content = pictures.encoded(packshots.cut_out((400, 300), (100, 80, 300, 260)), "PNG")

    image = render_once(content, "100x100=7,none", "jpeg")

    assert image.mode == "RGB"
    assert min(image.getpixel((1, 1))) >= 254


def test_transparent_background_that_the_picture_covers_is_opaque(render_once):
    assert render_once(pictures.photo(100, 100, format="PNG"), "50x50=,none").mode == "RGB"


@pytest.mark.parametrize(
    ("text", "colour"), [("100x100=", (255, 255, 255)), ("100x100=7,f4f4f4", GREY)]
)
@pytest.mark.parametrize("extension", ["png", "webp", "jpeg"])
def test_transparent_picture_is_shown_on_the_colour(render_once, text, colour, extension):
    content = pictures.encoded(packshots.cut_out((400, 300), (100, 80, 300, 260)), "PNG")

    image = render_once(content, text, extension)

    assert image.mode == "RGB"
    # In the corner of the box, and in the round corner of the object.
    left, top, _, _ = placed(content, text).window
    for point in ((0, 0), (left + 1, top + 1)):
        assert image.getpixel(point) == pytest.approx(colour, abs=3)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.builds(Size, st.integers(1, 120), st.integers(1, 120), padding=paddings),
    content_boxes,
    st.sampled_from(["png", "jpeg"]),
)
def test_bytes_are_exactly_the_box(render_once, original, size, content, extension):
    size = size.corrected(content)

    image = render_once(pictures.photo(*original, format="PNG"), str(size), extension)

    assert image.size == (size.width, size.height) == size.fitted(*original)


def test_content_box_is_measured_where_it_is_not_known(render_once, tmp_path):
    content = pictures.encoded(packshots.packshot(), "JPEG", quality=90)
    found = inspect(io.BytesIO(content), Limits()).content
    path = tmp_path / "known.png"
    target = RenditionTarget(Size.parse("300x300=7"), formats.PNG, path, found)

    render(io.BytesIO(content), target, Quality(), Limits())

    assert Image.open(path).tobytes() == render_once(content, "300x300=7").tobytes()


def test_trimmed_rendition_of_a_preview_matches_that_of_the_original(tmp_path):
    content = pictures.turned(packshots.packshot((2600, 1800), (800, 500, 1700, 1300)), 6)
    found = inspect(io.BytesIO(content), Limits()).content
    preview = {480: tmp_path / "480.jpeg"}
    make_previews(io.BytesIO(content), preview, Limits())
    images = []
    for source, full_size in ((io.BytesIO(content), None), (preview[480].open("rb"), (2600, 1800))):
        path = tmp_path / f"{len(images)}.png"
        target = RenditionTarget(Size.parse("100x100=7"), formats.PNG, path, found)
        with source:
            render(source, target, Quality(), Limits(), full_size=full_size)
        images.append(Image.open(path))

    assert images[0].size == images[1].size == (100, 100)
    assert reference.difference(*images) < 2


def test_memory_of_a_padded_rendition_is_reserved(tmp_path):
    budget = DecodingBudget(50_000_000, timeout=0)
    target = RenditionTarget(Size.parse("3000x3000="), formats.JPEG, tmp_path / "x.jpeg")
    content = pictures.photo(40, 30)

    with budget.reserve(20_000_000), pytest.raises(ServerBusy):
        render(io.BytesIO(content), target, Quality(), Limits(), budget=budget)
    assert not target.path.exists()

    render(io.BytesIO(content), target, Quality(), Limits(), budget=budget)
    assert (target.path.exists(), budget.in_use) == (True, 0)


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"])
def test_padded_rendition_larger_than_the_budget_is_made_alone(tmp_path, format_):
    budget = DecodingBudget(1, timeout=0)
    target = RenditionTarget(Size.parse("300x300=7"), formats.JPEG, tmp_path / "x.jpeg")

    content = pictures.photo(400, 300, format=format_)
    render(io.BytesIO(content), target, Quality(), Limits(), budget=budget)

    assert (target.path.exists(), budget.in_use) == (True, 0)


def test_content_box_is_never_measured_in_a_preview(tmp_path):
    target = RenditionTarget(Size.parse("100x100=7"), formats.PNG, tmp_path / "x.png")

    with pytest.raises(ValueError, match="content box"):
        render_many(
            io.BytesIO(pictures.photo(480, 360)),
            [target],
            Quality(),
            Limits(),
            full_size=(960, 720),
        )
