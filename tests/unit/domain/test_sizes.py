"""Spelling and names of sizes, and sizes derived from others."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huimages_app.domain.named_sizes import parse_named_sizes
from huimages_app.domain.padding import Padding
from huimages_app.domain.sizes import CLASSIC, CLASSIC_SIZES, ORIGINAL, Size
from huimages_app.errors import BadSize
from tests.support.sizes import content_boxes, densities, padded, sizes

# -- spelling --------------------------------------------------------------------------------


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
        ("600x400=", Size(600, 400, padding=Padding())),
        ("600x400=0", Size(600, 400, padding=Padding(0))),
        ("600x400=7", Size(600, 400, padding=Padding(7))),
        ("600x400=40,f4f4f4", Size(600, 400, padding=Padding(40, "f4f4f4"))),
        ("600x400=,000000", Size(600, 400, padding=Padding(None, "000000"))),
        ("600x400=,none@2x", Size(600, 400, density=2, padding=Padding(None, "none"))),
        ("600x400=7!0,5,1000,999", Size(600, 400, padding=Padding(7, content=(0, 5, 1000, 999)))),
        (
            "600x400=7,none!1,2,3,4@3x",
            Size(600, 400, density=3, padding=Padding(7, "none", (1, 2, 3, 4))),
        ),
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
        # empty, and incomplete
        *("", "x", "!", "@2x", "240", "240x160x", "240*160", "240X160", "240 x160", "240x160 "),
        *("240x160\n", "\n240x160", "-1x1", "+1x1", "1.5x2", "２４０x160", "1e3x1", "../o"),
        # no side of 0, no leading zeros
        *("0x160", "240x0", "0x", "x0", "0240x160", "240x0160", "0x0!"),
        # a second spelling of a valid size
        *("75x75!50,50", "240x160@1x", "O", "VGA", "Mini", "75x75!030,70", "75x75!30,070"),
        # a crop needs both sides, a focal point a crop
        *("75x!", "x75!", "75x75!!", "75x75!30", "75x75!,", "75x75!30,", "75x75!,70"),
        *("75x75!101,0", "75x75!0,101", "75x75!-1,0", "75x75!30;70", "75x7530,70"),
        # padding needs both sides; no crop with it
        *("=", "=7", "600x=", "x600=7", "600x600!=", "600x600=!", "600x600!30,70=7", "vga=7"),
        # its margin
        *("600x600=41", "600x600=07", "600x600=00", "600x600=-1", "600x600=7%", "600x600=7.5"),
        *("600x600=100", "600x600=99999", "600x600==", "600x600=７"),
        # its colour
        *("600x600=,", "600x600=7,", "600x600=,ffffff", "600x600=7,ffffff", "600x600=,F4F4F4"),
        *("600x600=,fff", "600x600=,#f4f4f4", "600x600=,white", "600x600=,None", "600x600=f4f4f4"),
        # its content box: with a margin only, per mille, left before right, top before bottom
        *("600x600=!0,0,500,500", "600x600=,none!0,0,500,500", "600x600=7!", "600x600=7!0,0,500"),
        *("600x600=7!0,0,500,1001", "600x600=7!0,0,1001,500", "600x600=7!500,0,500,1000"),
        *("600x600=7!600,0,500,1000", "600x600=7!0,500,1000,500", "600x600=7!0,00,500,500"),
        *("600x600=7!0,0,500,500,500", "600x600=7!-1,0,500,500", "600x600=7!0.5,0,500,500"),
        *("600x600=7!1,2,3,4,f4f4f4", "600x600=7@2x!1,2,3,4", "600x600=7@1x", "30001x1="),
        # densities
        *("240x160@", "240x160@2", "240x160@4x", "240x160@0x", "240x160@2x@2x", "@2x240x160"),
        *("o@2x", "vga@1x", "vga@4x", "vga!", "vga@2x!"),
        # too large
        *("30001x1", "1x30001", "30001x", "x30001", "99999x99999!", "100000x1", "9" * 5000 + "x1"),
        # unknown names
        *("huge", "vgax", "mini/", "a" * 32),
    ],
)
def test_parse_refuses_texts_that_are_no_size(text):
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
        ("600x=7", "padding needs WIDTHxHEIGHT="),
        ("600x600=41", "margin of 41 %: at most 40"),
        ("600x600=7,ffffff", "leave out ,ffffff"),
        ("600x600=!0,0,5,5", "no margin: use 0"),
        ("600x600=7!5,0,5,9", "left before right"),
        ("huge", "use WIDTHxHEIGHT as in 240x160"),
    ],
)
def test_parse_error_names_the_expected_form(text, hint):
    with pytest.raises(BadSize, match=hint):
        Size.parse(text)


@settings(max_examples=200)
@given(sizes, st.text("0123456789x!=,@nof", max_size=3), st.data())
def test_size_that_was_changed_by_hand_has_one_spelling(size, change, data):
    text = str(size)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 3, len(text))))
    changed = text[:start] + change + text[end:]
    try:
        parsed = Size.parse(changed, {})
    except BadSize:
        return
    assert str(parsed) == changed


@settings(max_examples=200)
@given(st.text("0123456789x!=,@o miniaf\n", max_size=14))
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
        ("75x75=7", (0.3, 0.7), "75x75=7"),
    ],
)
def test_focused_sets_the_focus_of_crops_only(text, focus, focused):
    assert str(Size.parse(text).focused(focus)) == focused


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("75x75!30,70@2x", "75x75!"),
        ("240x160@3x", "240x160"),
        ("x160", "x160"),
        ("o", "o"),
        ("600x600=@2x", "600x600="),
        ("600x600=7,f4f4f4!1,2,3,4@2x", "600x600=7,f4f4f4"),
        ("600x600=7,none", "600x600=7,none"),
    ],
)
def test_plain_has_neither_density_nor_focus_nor_content_box(text, plain):
    assert str(Size.parse(text).plain) == plain


@pytest.mark.parametrize(
    ("text", "box", "corrected"),
    [
        ("600x600=7", (0.1, 0.2, 0.9, 1.0), "600x600=7!100,200,900,1000"),
        ("600x600=7,none!1,2,3,4@2x", (0.0, 0.0, 0.5, 0.5), "600x600=7,none!0,0,500,500@2x"),
        # outwards
        ("600x600=0", (0.1009, 0.2001, 0.8991, 0.9), "600x600=0!100,200,900,900"),
        ("600x600=7!1,2,3,4", None, "600x600=7"),
        ("600x600=", (0.1, 0.2, 0.9, 1.0), "600x600="),
        ("600x600!", (0.1, 0.2, 0.9, 1.0), "600x600!"),
        ("600x600", (0.1, 0.2, 0.9, 1.0), "600x600"),
        ("o", (0.1, 0.2, 0.9, 1.0), "o"),
    ],
)
def test_corrected_sets_the_content_box_of_trimmed_sizes_only(text, box, corrected):
    assert str(Size.parse(text).corrected(box)) == corrected


@given(padded, content_boxes)
def test_corrected_box_is_the_one_that_is_shown(size, box):
    corrected = size.corrected(box)

    if size.padding.trims:
        assert corrected.placement(1000, 1000, None) == corrected.placement(1000, 1000, box)
        assert str(corrected.corrected(None)) == str(size.corrected(None))
    else:
        assert corrected is size


@pytest.mark.parametrize(
    ("text", "most"), [("1000x500=", 500_000), ("1000x500=7,none@3x", 4_500_000), ("9x9", 0)]
)
def test_require_pixels_limits_padded_sizes(text, most):
    size = Size.parse(text)

    size.require_pixels(most)
    if size.padding:
        with pytest.raises(BadSize, match=f"{most:,} pixels: at most {most - 1:,}"):
            size.require_pixels(most - 1)


@pytest.mark.parametrize(
    ("text", "rgb"),
    [("1x1=", (255, 255, 255)), ("1x1=,01ff80", (1, 255, 128)), ("1x1=7,none", None)],
)
def test_rgb_is_the_colour_of_the_background(text, rgb):
    assert Size.parse(text).padding.rgb == rgb


def test_is_original_is_true_for_the_original_only():
    assert ORIGINAL.is_original
    assert not any(Size.parse(text).is_original for text in ("1x", "x1", "1x1", "1x1!", "mini"))


# -- names of a site --------------------------------------------------------------------------


def test_names_of_a_site_extend_and_override_the_classic_ones():
    names = parse_named_sizes(
        {"wide": "1200x300!", "tall-2_x": "x900", "vga": "641x481", "shop": "2000x2000=7,f4f4f4"}
    )

    assert Size.parse("wide@2x", names) == Size(1200, 300, crop=True, density=2)
    assert Size.parse("tall-2_x", names) == Size(height=900)
    assert Size.parse("vga", names) == Size(641, 481)
    assert Size.parse("shop@2x", names) == Size.parse("2000x2000=7,f4f4f4@2x")
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
        *(("wide", text) for text in ("", "0x0", "vga", "wide", "1x1@2x", "30001x1")),
        ("wide", "1x1=7!0,0,5,5"),
    ],
)
def test_parse_named_sizes_refuses_invalid_names_and_definitions(name, definition):
    with pytest.raises(BadSize):
        parse_named_sizes({name: definition})
