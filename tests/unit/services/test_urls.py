from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.formats import WEBP
from huimages_app.domain.models import Image
from huimages_app.domain.sizes import CLASSIC, Size
from huimages_app.errors import BadInput, BadSize
from huimages_app.services.size_policy import SizePolicy
from huimages_app.services.urls import UrlBuilder, url_name

ID = "A" * 32 + "01"
NOW = datetime(2009, 4, 1, tzinfo=UTC)
IMAGE = Image(ID, NOW, NOW, 4000, 3000, titles=("Red bicycle",), filename="IMG_1.JPG")
MARKUP = UrlBuilder("http://images.example/", CLASSIC)


class _Tag(HTMLParser):
    """The only tag of a snippet, parsed as a browser parses it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def attributes(html: str) -> dict[str, str | None]:
    read = _Tag(html)
    assert [tag for tag, _ in read.found] == ["img"]
    assert read.texts == []
    return read.found[0][1]


def test_url_contains_size_id_name_and_format() -> None:
    assert MARKUP.url(ID, "240x160") == f"http://images.example/240x160/{ID}.jpeg"
    assert MARKUP.url(ID, "vga", WEBP) == f"http://images.example/640x480/{ID}.webp"
    assert MARKUP.url(ID, "75x75!30,70@2x") == f"http://images.example/75x75!30,70@2x/{ID}.jpeg"
    assert (
        MARKUP.named_url(IMAGE, "240x160") == f"http://images.example/240x160/{ID}/Red-bicycle.jpeg"
    )
    assert UrlBuilder("", CLASSIC).url(ID, "o") == f"/o/{ID}.jpeg"


def test_url_has_the_base_of_the_site_unless_images_have_their_own() -> None:
    assert MARKUP.at("http://other") is MARKUP
    assert UrlBuilder("", CLASSIC).at("http://other/").url(ID, "o") == f"http://other/o/{ID}.jpeg"


def test_focal_point_is_in_urls_of_crops_only() -> None:
    focused = replace(IMAGE, focus=(0.3, 0.7))
    assert "/75x75!30,70/" in MARKUP.named_url(focused, "square")
    assert "/640x480/" in MARKUP.named_url(focused, "vga")


def test_tag_of_an_invalid_size_raises_bad_size() -> None:
    with pytest.raises(BadSize):
        MARKUP.tag(IMAGE, "nope")


def test_tag_has_the_dimensions_of_the_rendition() -> None:
    tag = attributes(MARKUP.tag(IMAGE, "240x160", {"class": "photo"}))
    assert (tag["width"], tag["height"]) == ("213", "160")
    assert tag["alt"] == "Red bicycle"
    assert tag["class"] == "photo"


def test_alt_falls_back_to_title_and_file_name() -> None:
    shop = UrlBuilder("", CLASSIC, alt_addition="- Shop")
    assert shop.alt(replace(IMAGE, alt="A bike")) == "A bike - Shop"
    assert shop.alt(IMAGE) == "Red bicycle - Shop"
    assert shop.alt(replace(IMAGE, titles=())) == "IMG_1.JPG - Shop"
    assert shop.alt(replace(IMAGE, titles=(), filename="")) == "- Shop"


@given(st.text(max_size=40) | st.sampled_from(["\"<>&'", '"><script>alert(1)</script>', "&quot;"]))
def test_text_in_attributes_is_escaped(text: str) -> None:
    text = text.replace("\r", "").replace("\0", "")  # HTML parsers replace these
    image = replace(IMAGE, titles=(text or "x",), alt=text)
    tag = attributes(MARKUP.tag(image, "240x160", {"title": text}))
    assert tag["title"] == text
    assert tag["alt"] == (text or "x").strip()
    assert set(tag) == {"src", "width", "height", "alt", "title"}


@pytest.mark.parametrize("name", ["", "a b", "on\nload", 'x"', "x>", "x=y", "a/b", "<a"])
def test_tag_refuses_invalid_attribute_names(name: str) -> None:
    with pytest.raises(BadInput, match="can't be the name of an attribute"):
        MARKUP.tag(IMAGE, "240x160", {name: "x"})


@given(st.text(max_size=200), st.text(max_size=50))
def test_name_in_url_is_one_path_segment(title: str, filename: str) -> None:
    image = replace(IMAGE, titles=(title,) if title else (), filename=filename)
    name = url_name(image)
    assert 0 < len(name) <= 80
    segments = MARKUP.named_url(image, "240x160").removeprefix("http://images.example/").split("/")
    assert segments[:2] == ["240x160", ID]
    assert unquote(segments[2]) == name + ".jpeg"
    assert len(segments) == 3


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Red bicycle", "Red-bicycle"),
        ("a/b\\c?d#e%f", "a_b_c_d_e_f"),
        ("Größe: 3,5", "Größe:-3,5"),
        ("..", "_"),
        ("", "IMG_1"),
    ],
)
def test_url_name_equals_that_of_huimages_2(title: str, name: str) -> None:
    assert url_name(replace(IMAGE, titles=(title,) if title else ())) == name


def test_url_name_is_the_oldest_title() -> None:
    assert url_name(replace(IMAGE, titles=("First", "Second"))) == "First"


def test_srcset_leaves_out_densities_beyond_the_original() -> None:
    both = MARKUP.srcset(IMAGE, "240x160")
    assert both.endswith("240x160@2x/" + ID + "/Red-bicycle.jpeg 2x")
    assert both.count(" 1x") == 1
    small = MARKUP.srcset(replace(IMAGE, width=200, height=100), Size(240, 160))
    assert small == f"http://images.example/240x160/{ID}/Red-bicycle.jpeg 1x"


def test_srcset_with_commas_in_the_title_has_two_candidates() -> None:
    srcset = MARKUP.srcset(replace(IMAGE, titles=("a, b,",)), "square")
    candidates = [candidate.split(" ") for candidate in srcset.split(", ")]
    assert [descriptor for _, descriptor in candidates] == ["1x", "2x"]


def test_picture_offers_avif_and_webp_before_jpeg() -> None:
    html = MARKUP.picture(IMAGE, "240x160")
    kinds = re.findall(r'<source type="([^"]+)"', html)
    assert kinds == ["image/avif", "image/webp"]
    assert re.search(r"<img src=\"[^\"]+\.jpeg\" [^>]*srcset=", html)


def widths_of(html: str) -> list[tuple[str, str]]:
    """Return size and width of the last candidates of a <picture>."""
    srcset = re.findall(r'srcset="([^"]+)"', html)[-1]
    return re.findall(rf"/([^/ ]+)/{ID}/[^ ]+ (\d+)w", srcset)


def test_picture_lets_browsers_choose_the_width() -> None:
    html = MARKUP.picture(IMAGE, "800x600")
    assert 'width="800" height="600"' in html
    assert html.count('sizes="(max-width: 800px) 100vw, 800px"') == 3
    assert widths_of(html) == [
        ("200x150", "200"),
        ("400x300", "400"),
        ("800x600", "800"),
        ("800x600@2x", "1600"),
    ]


def test_picture_has_only_widths_that_the_site_serves_and_the_original_has() -> None:
    limited = UrlBuilder("", CLASSIC, policy=SizePolicy(["vga", "svga", "square"], CLASSIC))
    assert widths_of(limited.picture(IMAGE, "800x600")) == [
        ("640x480", "640"),
        ("800x600", "800"),
        ("800x600@2x", "1600"),
    ]
    small = replace(IMAGE, width=900, height=675)
    assert [width for _, width in widths_of(MARKUP.picture(small, "800x600"))][-2:] == [
        "800",
        "900",
    ]


@pytest.mark.parametrize("size", ["75x75!", "600x600="])
def test_picture_of_a_crop_shows_the_same_at_every_width(size: str) -> None:
    assert [size for size, _ in widths_of(MARKUP.picture(IMAGE, size))] == [size, f"{size}@2x"]


def test_picture_of_the_original_has_no_other_formats() -> None:
    assert "<source" not in MARKUP.picture(IMAGE, "o")


def test_markdown_escapes_the_title() -> None:
    image = replace(IMAGE, titles=("a](b) *c* <d>",))
    text = MARKUP.markdown(image, "240x160")
    assert text.startswith(r"![a\](b) \*c\* \<d\>](")
    assert re.fullmatch(r"!\[.*\]\([^()\s]+\)", text)
