"""Geometry of sizes: the rendition of an original, and the part of it that is shown."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from huimages_app.domain.sizes import Size
from tests.support.sizes import crops, fits, one_sided, sides, sizes

many = settings(max_examples=300)
HALF = Fraction(1, 2)


def box_of(size):
    """Return width and height of the box in exact pixels; a missing side is infinite."""
    return tuple(
        side * size.density if side else Fraction(10**12) for side in (size.width, size.height)
    )


def check_fit(size, width, height):
    box_width, box_height = box_of(size)
    scale = min(Fraction(1), Fraction(box_width, width), Fraction(box_height, height))
    placement = size.placement(width, height)

    for got, exact, box, original in (
        (placement.width, width * scale, box_width, width),
        (placement.height, height * scale, box_height, height),
    ):
        assert type(got) is int
        assert 1 <= got <= min(box, original)
        assert abs(got - exact) <= HALF or (got == 1 and exact < HALF)
    # One side is exact, so that a row of renditions of one height is even.
    assert placement.width == width * scale or placement.height == height * scale
    assert placement.crop == (0, 0, width, height)


def check_crop(size, width, height):
    box_width, box_height = box_of(size)
    placement = size.placement(width, height)
    got = placement.width, placement.height
    left, top, right, bottom = placement.crop

    if width >= box_width and height >= box_height:
        assert got == (box_width, box_height)
    else:
        # The largest part of the original with the ratio of the box.
        scale = min(Fraction(width, box_width), Fraction(height, box_height))
        assert scale < 1
        for side, box, original in zip(got, (box_width, box_height), (width, height), strict=True):
            assert 1 <= side <= original
            assert side <= box
            assert abs(side - box * scale) <= HALF or (side == 1 and box * scale < HALF)
        assert got[0] == width or got[1] == height

    tiny = 1e-6
    assert 0 <= left < right <= width + tiny
    assert 0 <= top < bottom <= height + tiny
    # As much of the original as possible at the ratio of the box, without distortion.
    assert right - left == pytest.approx(width) or bottom - top == pytest.approx(height)
    assert (right - left) * box_height == pytest.approx((bottom - top) * box_width)
    check_focus(size.focus[0], left, right, width)
    check_focus(size.focus[1], top, bottom, height)


def check_focus(percent, start, end, whole):
    """Check that the focal point is in the middle of the part, as far as the edges allow."""
    tiny = 1e-6
    wish = whole * percent / 100
    middle = (start + end) / 2
    if start > tiny and end < whole - tiny:
        assert middle == pytest.approx(wish)
    elif start <= tiny and end < whole - tiny:
        assert wish <= middle + tiny
    elif start > tiny:
        assert wish >= middle - tiny


@many
@given(st.one_of(fits, one_sided), sides, sides)
@example(Size(240, 160), 5000, 10)
@example(Size(240, 160), 10, 5000)
@example(Size(1, 1), 30000, 30000)
@example(Size(30000, 1), 1, 30000)
def test_fit_has_exact_geometry(size, width, height):
    check_fit(size, width, height)


@many
@given(crops, sides, sides)
@example(Size(150, 150, crop=True), 301, 200)
@example(Size(30000, 1, crop=True), 1, 30000)
@example(Size(75, 75, crop=True, focus=(0, 100)), 100, 50)
def test_crop_has_exact_geometry(size, width, height):
    check_crop(size, width, height)


def test_small_originals_in_small_boxes_have_exact_geometry():
    numbers = range(1, 10)
    for box_width, box_height, width, height in product(numbers, repeat=4):
        check_fit(Size(box_width, box_height), width, height)
        check_crop(Size(box_width, box_height, crop=True), width, height)


@pytest.mark.parametrize(
    ("text", "original", "rendition"),
    [
        # never 0: the original gave 240x0
        ("240x160", (5000, 10), (240, 1)),
        ("240x160", (10, 5000), (1, 160)),
        # never a pixel short: 160 * 4000 / 3000 is 213.33, 240 * 3000 / 4001 is 179.95
        ("240x160", (4000, 3000), (213, 160)),
        ("240x240", (4001, 3000), (240, 180)),
        # half a pixel goes up
        ("100x100", (200, 101), (100, 51)),
        # never enlarged
        ("240x160", (100, 50), (100, 50)),
        ("240x160", (240, 160), (240, 160)),
        ("240x160", (241, 160), (240, 159)),
        # one side alone
        ("240x", (480, 6000), (240, 3000)),
        ("240x", (120, 6000), (120, 6000)),
        ("x160", (6000, 320), (3000, 160)),
        # density
        ("240x160@2x", (4800, 3200), (480, 320)),
        ("240x160@3x", (600, 400), (600, 400)),
        ("mini@2x", (4600, 80), (46, 1)),
        # exactly the box: the original gave 151
        ("150x150!", (4000, 3001), (150, 150)),
        ("150x150!", (151, 150), (150, 150)),
        ("75x75!@2x", (150, 4000), (150, 150)),
        ("square", (75, 76), (75, 75)),
        # smaller than the box: its ratio, as large as can be
        ("150x150!", (149, 4000), (149, 149)),
        ("150x150!", (4000, 10), (10, 10)),
        ("300x200!", (250, 190), (250, 167)),
        ("300x200!", (60, 10), (15, 10)),
        ("o", (4000, 3001), (4000, 3001)),
    ],
)
def test_fitted_returns_known_sizes(text, original, rendition):
    assert Size.parse(text).fitted(*original) == rendition


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("50x50!", (50, 0, 150, 100)),
        ("50x50!0,0", (0, 0, 100, 100)),
        ("50x50!100,100", (100, 0, 200, 100)),
        ("50x50!40,70", (30, 0, 130, 100)),
        ("50x50!75,50", (100, 0, 200, 100)),
        ("50x50!24,0", (0, 0, 100, 100)),
        ("100x25!50,100", (0, 50, 200, 100)),
        ("100x25!50,40", (0, 15, 200, 65)),
        ("200x100!", (0, 0, 200, 100)),
        ("o", (0, 0, 200, 100)),
    ],
)
def test_placement_returns_the_shown_part(text, part):
    assert Size.parse(text).placement(200, 100).crop == part


@given(sizes, sides, sides)
def test_fitted_equals_the_size_of_the_placement(size, width, height):
    placement = size.placement(width, height)

    assert size.fitted(width, height) == (placement.width, placement.height)


@pytest.mark.parametrize("size", ["240x160", "75x75!", "o"])
@pytest.mark.parametrize("original", [(0, 10), (10, 0), (-1, 10)])
def test_placement_refuses_an_original_without_pixels(size, original):
    with pytest.raises(ValueError, match="pixels"):
        Size.parse(size).placement(*original)
