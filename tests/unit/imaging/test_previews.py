"""Previews of large originals, and when they are large enough."""

import io

import pytest
from PIL import Image

from huimages_app.domain import formats
from huimages_app.domain.named_sizes import parse_named_sizes
from huimages_app.domain.sizes import Size
from huimages_app.errors import CorruptOriginal
from huimages_app.imaging import (
    PREVIEW_SIDES,
    Limits,
    Quality,
    RenditionTarget,
    make_previews,
    preview_sides,
    render,
)
from tests.support import pictures, reference


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        ("240x160", (480, 800, 1600)),
        ("384x1000", (480, 800, 1600)),
        ("385x1000", (800, 1600)),
        ("640x640", (800, 1600)),
        ("641x641", (1600,)),
        ("1280x1280", (1600,)),
        ("1281x1281", ()),
        ("75x75!", (480, 800, 1600)),
        ("480x10!", (800, 1600)),
        ("o", ()),
    ],
)
def test_preview_sides_are_large_enough(size, sides):
    assert preview_sides(Size.parse(size), 4000, 3000) == sides


def test_preview_sides_are_smaller_than_original():
    assert preview_sides(Size.parse("75x75"), 1600, 1200) == (480, 800)
    assert preview_sides(Size.parse("75x75"), 400, 300) == ()


@pytest.mark.slow
def test_rendition_of_preview_matches_original(tmp_path):
    content = pictures.rotated(6, 2600, 1800)
    targets = {side: tmp_path / f"{side}.jpeg" for side in PREVIEW_SIDES}
    assert make_previews(io.BytesIO(content), targets, Limits()) == PREVIEW_SIDES
    made = [pictures.opened(targets[side].read_bytes()) for side in PREVIEW_SIDES]
    assert [max(preview.size) for preview in made] == [480, 800, 1600]
    original = pictures.opened(content).transpose(Image.Transpose.ROTATE_270)
    for text in ["240x160", "75x75!10,90", "640x480", "1024x768"]:
        size = Size.parse(text)
        side = preview_sides(size, 2600, 1800)[0]
        target = tmp_path / "rendition.png"
        with targets[side].open("rb") as copy:
            sides = render(
                copy,
                RenditionTarget(size, formats.PNG, target),
                Quality(),
                Limits(),
                full_size=(2600, 1800),
            )
        assert sides == size.fitted(2600, 1800)
        exact = reference.lanczos(original, size.placement(2600, 1800))
        assert reference.ssim(pictures.opened(target.read_bytes()), exact) >= 0.98


@pytest.mark.parametrize(
    ("make", "sides"),
    [
        (lambda: pictures.photo(1000, 800), ()),
        (lambda: pictures.photo(1000, 800, progressive=True), (480,)),
        (lambda: pictures.photo(1100, 800, progressive=True), (480, 800)),
        (lambda: pictures.photo(1000, 800, format="WEBP"), (480,)),
        (lambda: pictures.photo(500, 400, format="WEBP"), ()),
        (lambda: pictures.transparent(1000, 800), ()),
    ],
    ids=["small", "progressive", "larger progressive", "slow", "too small", "transparent"],
)
def test_previews_are_made_only_where_they_save_time(tmp_path, make, sides):
    content = make()
    targets = {side: tmp_path / f"{side}.jpeg" for side in PREVIEW_SIDES}
    assert make_previews(io.BytesIO(content), targets, Limits()) == sides
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{side}.jpeg" for side in sides]


def test_previews_of_damaged_original_raise_corrupt_original(tmp_path):
    content = pictures.truncated(pictures.photo(1000, 800, progressive=True))
    with pytest.raises(CorruptOriginal):
        make_previews(io.BytesIO(content), {480: tmp_path / "480"}, Limits())


@pytest.mark.parametrize(
    ("options", "is_made_from_previews"),
    [("sharpen", True), ("jpeg q92", True), ("jpeg q93", False), ("watermark max 10kB", True)],
)
def test_preset_of_higher_quality_than_previews_is_made_from_the_original(
    options: str, is_made_from_previews: bool
) -> None:
    size = parse_named_sizes({"shop": f"240x160 {options}"})["shop"]
    assert bool(preview_sides(size, 4000, 3000)) is is_made_from_previews
