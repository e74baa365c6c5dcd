"""The formats of renditions, by the extension in the URL."""

import pytest

from huimages_app.domain.formats import (
    AVIF,
    FORMATS,
    JPEG,
    PNG,
    WEBP,
    best_format,
    is_negotiated,
    parse_format,
)
from huimages_app.errors import UnknownFormat


@pytest.mark.parametrize(
    ("extension", "format_", "contenttype"),
    [
        ("jpeg", JPEG, "image/jpeg"),
        ("jpg", JPEG, "image/jpeg"),
        ("JPG", JPEG, "image/jpeg"),
        ("", JPEG, "image/jpeg"),
        ("webp", WEBP, "image/webp"),
        ("WebP", WEBP, "image/webp"),
        ("avif", AVIF, "image/avif"),
        ("png", PNG, "image/png"),
    ],
)
def test_parse_format_accepts_known_extensions(extension, format_, contenttype):
    assert parse_format(extension) is format_
    assert format_.contenttype == contenttype


def test_format_is_parsed_from_its_own_extension():
    assert [format_.extension for format_ in FORMATS] == ["jpeg", "webp", "avif", "png"]
    assert all(parse_format(format_.extension) is format_ for format_ in FORMATS)


@pytest.mark.parametrize(
    "extension",
    # huImages 2.2 stripped the characters of `.jpeg`, so it took jjpeg and gepj for JPEG.
    ["gif", "heic", "svg", "jjpeg", "gepj", "jpe", "jpeg.", ".jpeg", "jpeg ", "x" * 1000],
)
def test_parse_format_refuses_other_extensions(extension):
    with pytest.raises(UnknownFormat, match=r"\.jpeg, \.webp, \.avif or \.png") as caught:
        parse_format(extension)
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        ("", JPEG),
        ("*/*", JPEG),
        ("image/*", JPEG),
        ("image/webp", WEBP),
        ("image/webp,*/*", WEBP),
        ("image/avif,image/webp,*/*", AVIF),
        ("image/webp, IMAGE/AVIF;q=0.9", AVIF),
        ("image/avif;q=0, image/webp;q=0.001", WEBP),
        ("image/avif ; q=0.000 ,image/webp", WEBP),
        ("image/avif;v=1;q=0,image/webp;q=0", JPEG),
        ("image/avif;q=0.05", AVIF),
        ("image/avif-sequence", JPEG),
        ("text/html,image/avif", AVIF),
    ],
)
def test_best_format_is_named_in_accept(accept, best):
    assert best_format(accept) is best


@pytest.mark.parametrize(
    ("extension", "where"),
    [
        ("auto", ["auto", "everywhere"]),
        ("AUTO", ["auto", "everywhere"]),
        ("jpeg", ["everywhere"]),
        ("JPG", ["everywhere"]),
        ("", ["everywhere"]),
        ("webp", []),
        ("png", []),
        ("automatic", []),
    ],
)
def test_is_negotiated_depends_on_extension_and_setting(extension, where):
    assert [w for w in ("off", "auto", "everywhere") if is_negotiated(extension, w)] == where
