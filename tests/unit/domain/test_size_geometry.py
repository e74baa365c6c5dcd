"""Geometry of sizes: the rendition of an original, and the part of it that is shown."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from huimages_app.domain import content
from huimages_app.domain.padding import Padding
from huimages_app.domain.sizes import Size
from tests.support.sizes import content_boxes, crops, fits, one_sided, padded, sides, sizes

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


def check_padding(size, width, height, measured):
    padding = size.padding
    placement = size.placement(width, height, measured)
    box = (size.width * size.density, size.height * size.density)
    left, top, right, bottom = content.in_pixels(padding.shown_part(measured), width, height)
    sources = right - left, bottom - top

    # The box is always exact.
    assert (placement.width, placement.height) == box
    assert size.fitted(width, height) == box
    # Nothing of the content box is cut.
    assert placement.crop == (left, top, right, bottom)
    x, y, x_end, y_end = placement.window
    assert placement.shown == (x_end - x, y_end - y)
    assert 0 <= x < x_end <= box[0]
    assert 0 <= y < y_end <= box[1]

    room = [side * Fraction(100 - 2 * (padding.margin or 0), 100) for side in box]
    scale = min(1, *(Fraction(space, source) for space, source in zip(room, sources, strict=True)))
    for side, source, start, end in (
        (box[0], sources[0], x, x_end),
        (box[1], sources[1], y, y_end),
    ):
        # Never enlarged.
        assert end - start <= source
        # The margins are exact to half a pixel, where a whole pixel is shown.
        exact = (side - source * scale) / 2
        tolerance = HALF if source * scale >= 1 else 1
        assert abs(start - exact) <= tolerance
        assert abs(side - end - exact) <= tolerance
    if scale == 1:
        assert placement.shown == sources


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


@pytest.mark.slow
@settings(max_examples=500)
@given(padded, sides, sides, content_boxes)
@example(Size(600, 600, padding=Padding(7)), 4000, 3000, (0.25, 0.1, 0.75, 0.9))
@example(Size(1, 1, padding=Padding(40)), 1, 1, content.WHOLE)
@example(Size(600, 600, padding=Padding()), 30000, 1, content.WHOLE)
def test_padding_has_exact_geometry(size, width, height, measured):
    check_padding(size, width, height, measured)


@pytest.mark.slow
def test_small_originals_in_small_padded_boxes_have_exact_geometry():
    numbers = range(1, 10)
    for box_width, box_height, width, height in product(numbers, repeat=4):
        for margin in (None, 0, 7, 40):
            size = Size(box_width, box_height, padding=Padding(margin))
            check_padding(size, width, height, (0.25, 0.0, 0.75, 0.5))


@given(content_boxes, sides, sides)
def test_content_box_in_pixels_is_rounded_outwards_by_less_than_a_pixel(box, width, height):
    left, top, right, bottom = content.in_pixels(box, width, height)

    assert all(type(side) is int for side in (left, top, right, bottom))
    for start, end, first, last, side in (
        (box[0], box[2], left, right, width),
        (box[1], box[3], top, bottom, height),
    ):
        assert 0 <= first < last <= side
        assert -1e-3 < start * side - first < 1
        assert -1e-3 < last - end * side < 1


@pytest.mark.parametrize(
    ("text", "original", "measured", "crop", "window"),
    [
        ("600x600=", (4000, 3000), None, (0, 0, 4000, 3000), (0, 75, 600, 525)),
        # The width may be a pixel off, so that the margins are whole and equal.
        ("601x600=", (601, 301), None, (0, 0, 601, 301), (0, 149, 601, 450)),
        ("600x600=7", (4000, 3000), content.WHOLE, (0, 0, 4000, 3000), (42, 107, 558, 493)),
        (
            "600x600=7",
            (4000, 3000),
            (0.3, 0.1, 0.7, 0.9),
            (1200, 300, 2800, 2700),
            (128, 42, 472, 558),
        ),
        (
            "600x600=0",
            (4000, 3000),
            (0.3, 0.1, 0.7, 0.9),
            (1200, 300, 2800, 2700),
            (100, 0, 500, 600),
        ),
        (
            "600x600=7!250,250,750,750",
            (4000, 4000),
            None,
            (1000, 1000, 3000, 3000),
            (42, 42, 558, 558),
        ),
        # Never enlarged.
        ("600x600=7", (400, 300), (0.25, 0.0, 0.75, 1.0), (100, 0, 300, 300), (200, 150, 400, 450)),
        ("600x600=@2x", (400, 300), None, (0, 0, 400, 300), (400, 450, 800, 750)),
    ],
)
def test_padding_places_the_picture(text, original, measured, crop, window):
    placement = Size.parse(text).placement(*original, measured)

    assert (placement.crop, placement.window) == (crop, window)


def test_trimmed_size_without_content_box_is_refused():
    with pytest.raises(ValueError, match="content box"):
        Size.parse("600x600=7").placement(400, 300)


@pytest.mark.slow
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
    placement = size.placement(width, height, content.WHOLE)

    assert size.fitted(width, height) == (placement.width, placement.height)


@pytest.mark.parametrize("size", ["240x160", "75x75!", "o"])
@pytest.mark.parametrize("original", [(0, 10), (10, 0), (-1, 10)])
def test_placement_refuses_an_original_without_pixels(size, original):
    with pytest.raises(ValueError, match="pixels"):
        Size.parse(size).placement(*original)
