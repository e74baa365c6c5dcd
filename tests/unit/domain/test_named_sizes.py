"""Named sizes with output options."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.formats import JPEG, PNG, WEBP
from huimages_app.domain.named_sizes import RenderingInputs, is_outdated, parse_named_sizes
from huimages_app.domain.output_options import OutputOptions
from huimages_app.domain.sizes import Size
from huimages_app.errors import BadSize, OtherFormat

SHOP = {
    "amazon": "2000x2000=7 jpeg q90 max 10MB",
    "avatar": "96x96! sharpen",
    "press": "3000x3000 watermark",
    "wide": "1200x300!",
}
NAMES = parse_named_sizes(SHOP, RenderingInputs({"jpeg": 80, "webp": 80, "avif": 60}, "mark"))
DETAILS = {
    "amazon": ("", "!0,5,1000,999"),
    "avatar": ("", "!30,70", "!0,100"),
    "press": ("",),
}


def test_size_with_options_keeps_its_name() -> None:
    amazon = Size.parse("amazon", NAMES)
    assert str(amazon) == "amazon"
    assert str(amazon.box) == "2000x2000=7"
    assert amazon.options == OutputOptions(JPEG, 90, 10_000_000)
    assert str(Size.parse("wide", NAMES)) == "1200x300!"


@given(
    st.sampled_from([(name, detail) for name, details in DETAILS.items() for detail in details]),
    st.sampled_from(["", "@2x", "@3x"]),
)
def test_preset_has_one_spelling(named: tuple[str, str], density: str) -> None:
    text = "".join(named) + density
    size = Size.parse(text, NAMES)
    assert str(size) == text
    assert Size.parse(str(size), NAMES) == size
    assert size.plain == NAMES[named[0]]
    assert size.fitted(4000, 3000) == Size.parse(str(size.box)).fitted(4000, 3000)
    assert size.preset is not None
    assert size.cache_name == text.replace(named[0], size.preset.cache_name)


@pytest.mark.parametrize(
    "text",
    [
        *("amazon!30,70", "amazon!1,2,3", "amazon!0,0,1001,5", "amazon!5,0,5,9", "amazon="),
        *("avatar!50,50", "avatar!101,0", "avatar!", "avatar!1,2,3,4", "avatar!,30", "avatar@1x"),
        *("press!30,70", "press!", "wide!30,70", "avatar@2x!30,70", "avatar!030,7"),
    ],
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(BadSize):
        Size.parse(text, NAMES)


def test_focal_point_and_content_box_follow_the_name() -> None:
    assert str(NAMES["avatar"].focused((0.3, 0.7)).at_density(2)) == "avatar!30,70@2x"
    assert str(NAMES["amazon"].corrected((0.1, 0, 0.9, 1))) == "amazon!100,0,900,1000"
    assert str(NAMES["press"].focused((0.3, 0.7))) == "press"


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("2000x2000 jpge", "line 'shop = 2000x2000 jpge': unknown option 'jpge'"),
        ("2000x jpeg q0", "line 'shop = 2000x jpeg q0': unknown option 'q0'"),
        ("jpeg 2000x", "line 'shop = jpeg 2000x': 'jpeg' is no size"),
        ("o jpeg", "the original is served as it was uploaded"),
        ("96x96!30,70 sharpen", "for every picture: leave out the focal point"),
        ("96x96=7!0,0,500,500 sharpen", "for every picture: leave out the content box"),
        ("96x96@2x sharpen", "for every screen: leave out @2x"),
        ("mini sharpen", "'mini' is no size"),
    ],
)
def test_bad_definition_is_refused_by_line(definition: str, message: str) -> None:
    with pytest.raises(BadSize) as error:
        parse_named_sizes({"shop": definition})
    assert message in str(error.value)


def version(
    definition: str, qualities: tuple[int, int, int] = (80, 80, 60), mark: str = "a"
) -> str:
    inputs = RenderingInputs(dict(zip(("jpeg", "webp", "avif"), qualities, strict=True)), mark)
    preset = parse_named_sizes({"shop": definition}, inputs)["shop"].preset
    assert preset
    return preset.version


def test_version_changes_with_everything_that_the_pixels_depend_on() -> None:
    versions = [
        version("96x96 sharpen"),
        version("97x96 sharpen"),
        version("96x96 sharpen q81"),
        version("96x96 sharpen webp"),
        version("96x96 sharpen max 10kB"),
        version("96x96 sharpen watermark"),
        version("96x96 sharpen watermark", mark="b"),
        version("96x96 sharpen", (81, 80, 60)),
        version("96x96 sharpen", (80, 80, 61)),
    ]
    assert len(set(versions)) == len(versions)


def test_version_stays_when_only_the_spelling_or_other_settings_change() -> None:
    assert version("96x96  sharpen q70") == version("96x96 q70   sharpen")
    assert version("96x96 max 1000") == version("96x96 max 1kB")
    assert version("96x96 jpeg") == version("96x96 jpeg", (80, 10, 10), "b")
    assert version("96x96 q70") == version("96x96 q70", (10, 10, 10))


def test_only_files_of_changed_presets_are_outdated() -> None:
    avatar = NAMES["avatar"]
    assert avatar.preset
    current = {avatar.preset.cache_name}
    for size in (avatar, avatar.at_density(2), avatar.focused((0.1, 0.2)).at_density(3)):
        assert not is_outdated(f"{size.cache_name}.jpeg", current)
        assert is_outdated(f"{size.cache_name}.jpeg", set())
        assert is_outdated(f"{size.cache_name}.avif", {"avatar-00000000"})
    for name in ("240x160.jpeg", "75x75!30,70@2x.webp", "600x600=7,f4f4f4.png", "~480.jpeg"):
        assert not is_outdated(name, set())


def test_format_of_a_preset_is_the_only_one() -> None:
    amazon, avatar = NAMES["amazon"], NAMES["avatar"]
    assert (amazon.format_for(), amazon.format_for(WEBP)) == (JPEG, JPEG)
    assert (avatar.format_for(), avatar.format_for(WEBP)) == (JPEG, WEBP)
    amazon.require_format(JPEG)
    avatar.require_format(PNG)
    with pytest.raises(OtherFormat, match=r"the size amazon is served as \.jpeg, not as \.png"):
        amazon.require_format(PNG)
