"""Rights as they are stored."""

from __future__ import annotations

import pytest

from huimages_app.domain.rights import Rights, clean_rights, is_web_url, source_type_of
from huimages_app.errors import BadInput


def test_rights_are_cleaned() -> None:
    assert clean_rights({"creator": " Ada\n Müller ", "credit": ""}) == {
        "creator": "Ada Müller",
        "credit": "",
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"owner": "x"}, "unknown right 'owner'; known: creator"),
        ({"terms": "x" * 1001}, "too long: 1001 characters, at most 1000"),
        ({"statement": "example.com"}, "expected a URL that begins with http"),
        ({"statement": "javascript:alert(1)"}, "expected a URL"),
        ({"source_type": "made by AI!"}, "expected a code of IPTC"),
    ],
)
def test_invalid_right_is_rejected_with_the_reason(values: dict[str, str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        clean_rights(values)


def test_source_type_is_stored_as_its_code() -> None:
    url = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert clean_rights({"source_type": url}) == {"source_type": "trainedAlgorithmicMedia"}
    assert source_type_of("digitalArt") == "digitalArt"


def test_stored_values_of_another_version_are_tolerated() -> None:
    assert Rights.of({"creator": "Ada", "future": "x", "credit": 7}) == Rights(creator="Ada")
    assert (bool(Rights()), bool(Rights(terms="x"))) == (False, True)


@pytest.mark.parametrize(
    ("text", "is_url"),
    [
        ("https://example.com/a?b#c", True),
        ("http://[", False),
        ("https://", False),
        ("https://a b", False),
        ("ftp://example.com", False),
    ],
)
def test_only_urls_of_the_web_are_linked(text: str, is_url: bool) -> None:
    assert is_web_url(text) is is_url
