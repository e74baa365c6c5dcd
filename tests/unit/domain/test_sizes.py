"""The geometry, and the grammar that spells it."""

import dataclasses
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from huimages_app.domain.sizes import CLASSIC, CLASSIC_SIZES, MAX_SIDE, ORIGINAL, Size, parse_names
from huimages_app.errors import BadSize

HALF = Fraction(1, 2)

sides = st.integers(1, MAX_SIDE)
percents = st.integers(0, 100)
densities = st.integers(1, 3)
fits = st.builds(Size, sides, sides, density=densities)
one_sided = st.one_of(
    st.builds(Size, width=sides, density=densities),
    st.builds(Size, height=sides, density=densities),
)
crops = st.builds(
    Size, sides, sides, st.just(True), st.tuples(percents, percents), density=densities
)
sizes = st.one_of(fits, one_sided, crops, st.just(ORIGINAL))

many = settings(max_examples=300)


def box_of(size):
    """The box in pixels, as exact numbers; infinite where it has no side."""
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
    # One side is exact, so that a row of pictures in boxes of one height lines up.
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
        # The largest part with the box's ratio that is in the original.
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
    # As much of the original as there is at the box's ratio, and nothing distorted.
    assert right - left == pytest.approx(width) or bottom - top == pytest.approx(height)
    assert (right - left) * box_height == pytest.approx((bottom - top) * box_width)
    check_focus(size.focus[0], left, right, width)
    check_focus(size.focus[1], top, bottom, height)


def check_focus(percent, start, end, whole):
    """The focal point is in the middle of what is shown, unless an edge is in the way."""
    tiny = 1e-6
    wish = whole * percent / 100
    middle = (start + end) / 2
    if start > tiny and end < whole - tiny:
        assert middle == pytest.approx(wish)
    elif start <= tiny and end < whole - tiny:
        assert wish <= middle + tiny
    elif start > tiny:
        assert wish >= middle - tiny


# -- what a size makes of an original -------------------------------------------------------


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


# -- the grammar ----------------------------------------------------------------------------


@given(sizes)
def test_parse_of_a_spelling_returns_the_size(size):
    assert Size.parse(str(size)) == size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("240x160", Size(240, 160)),
        ("240x", Size(width=240)),
        ("x160", Size(height=160)),
        ("75x75!", Size(75, 75, crop=True)),
        ("75x75!30,70", Size(75, 75, True, (30, 70))),
        ("75x75!0,100", Size(75, 75, True, (0, 100))),
        ("240x160@2x", Size(240, 160, density=2)),
        ("x160@3x", Size(height=160, density=3)),
        ("75x75!30,70@2x", Size(75, 75, True, (30, 70), 2)),
        ("30000x30000", Size(30000, 30000)),
        ("o", ORIGINAL),
    ],
)
def test_parse_accepts_every_spelling(text, size):
    assert Size.parse(text) == size
    assert str(size) == text


@pytest.mark.parametrize(("name", "text"), CLASSIC_SIZES.items())
def test_parse_of_a_name_returns_its_box(name, text):
    assert Size.parse(name) == Size.parse(text) == CLASSIC[name]
    assert Size.parse(f"{name}@2x") == Size.parse(f"{text}@2x")
    assert str(Size.parse(name)) == text


def test_names_are_those_of_huimages_2():
    assert " ".join(f"{name} {text}" for name, text in CLASSIC_SIZES.items()) == (
        "mini 23x40 thumb 50x200 sidebar 179x600 small 240x160 medium 480x320 full 477x800 "
        "vga 640x480 svga 800x600 xvga 1024x768 square 75x75!"
    )


@pytest.mark.parametrize(
    "text",
    [
        # nothing, and nearly something
        *("", "x", "!", "@2x", "240", "240x160x", "240*160", "240X160", "240 x160", "240x160 "),
        *("240x160\n", "\n240x160", "-1x1", "+1x1", "1.5x2", "２４０x160", "1e3x1", "../o"),
        # no sides of nothing, no leading zeros
        *("0x160", "240x0", "0x", "x0", "0240x160", "240x0160", "0x0!"),
        # a second spelling of something
        *("75x75!50,50", "240x160@1x", "O", "VGA", "Mini", "75x75!030,70", "75x75!30,070"),
        # a crop needs both sides, a focal point a crop
        *("75x!", "x75!", "75x75!!", "75x75!30", "75x75!,", "75x75!30,", "75x75!,70"),
        *("75x75!101,0", "75x75!0,101", "75x75!-1,0", "75x75!30;70", "75x7530,70"),
        # densities
        *("240x160@", "240x160@2", "240x160@4x", "240x160@0x", "240x160@2x@2x", "@2x240x160"),
        *("o@2x", "vga@1x", "vga@4x", "vga!", "vga@2x!"),
        # too large
        *("30001x1", "1x30001", "30001x", "x30001", "99999x99999!", "100000x1", "9" * 5000 + "x1"),
        # names there are not
        *("huge", "vgax", "mini/", "a" * 32),
    ],
)
def test_parse_refuses_other_texts(text):
    with pytest.raises(BadSize) as caught:
        Size.parse(text)
    # One sentence that quotes the beginning of what was wrong.
    assert repr(text[:60]) in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("30001x1", "at most 30000 pixels"),
        ("75x!", "a crop needs WIDTHxHEIGHT!"),
        ("75x75!50,50", "leave out 50,50"),
        ("huge", "use WIDTHxHEIGHT as in 240x160"),
    ],
)
def test_parse_error_says_what_would_be_right(text, hint):
    with pytest.raises(BadSize, match=hint):
        Size.parse(text)


@settings(max_examples=200)
@given(st.text("0123456789x!,@o mini\n", max_size=14))
def test_size_has_one_spelling(text):
    try:
        size = Size.parse(text, {})
    except BadSize:
        return
    assert str(size) == text


# -- derived sizes ----------------------------------------------------------------------------


@given(sizes, densities)
def test_at_density_changes_the_density_alone(size, density):
    denser = size.at_density(density)

    if size.is_original:
        assert denser is size
    else:
        assert denser.density == density
        assert dataclasses.replace(denser, density=size.density) == size


@pytest.mark.parametrize(
    ("text", "focus", "focused"),
    [
        ("75x75!", (0.3, 0.7), "75x75!30,70"),
        ("75x75!", (0.304, 0.706), "75x75!30,71"),
        ("75x75!30,70@2x", (0.0, 1.0), "75x75!0,100@2x"),
        ("75x75!30,70", (0.5, 0.5), "75x75!"),
        ("75x75!30,70", None, "75x75!30,70"),
        ("75x75", (0.3, 0.7), "75x75"),
        ("x75", (0.3, 0.7), "x75"),
        ("o", (0.3, 0.7), "o"),
    ],
)
def test_focused_sets_the_focus_of_crops_only(text, focus, focused):
    assert str(Size.parse(text).focused(focus)) == focused


@pytest.mark.parametrize(
    ("text", "plain"),
    [("75x75!30,70@2x", "75x75!"), ("240x160@3x", "240x160"), ("x160", "x160"), ("o", "o")],
)
def test_plain_has_neither_focus_nor_density(text, plain):
    assert str(Size.parse(text).plain) == plain


def test_is_original_holds_for_the_original_only():
    assert ORIGINAL.is_original
    assert not any(Size.parse(text).is_original for text in ("1x", "x1", "1x1", "1x1!", "mini"))


# -- names of a site --------------------------------------------------------------------------


def test_names_of_a_site_extend_and_override_the_classic_ones():
    names = parse_names({"wide": "1200x300!", "tall-2_x": "x900", "vga": "641x481"})

    assert Size.parse("wide@2x", names) == Size(1200, 300, crop=True, density=2)
    assert Size.parse("tall-2_x", names) == Size(height=900)
    assert Size.parse("vga", names) == Size(641, 481)
    assert Size.parse("mini", names) == Size(23, 40)
    with pytest.raises(BadSize):
        Size.parse("wide")
    with pytest.raises(BadSize):
        Size.parse("vga", {})


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        *(
            (name, "1x1")
            for name in ("", "o", "x160", "1wide", "Wide", "wi de", "wide@2x", "wide!")
        ),
        *((name, "1x1") for name in ("wide/", "-wide", "a" * 32, "wide\n", "wíde")),
        *(("wide", text) for text in ("", "0x0", "vga", "wide", "1x1@2x", "30001x1", "1x1 ")),
    ],
)
def test_parse_names_refuses_invalid_names_and_definitions(name, definition):
    with pytest.raises(BadSize):
        parse_names({name: definition})
