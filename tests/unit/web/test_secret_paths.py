"""Tokens of share links in paths."""

from __future__ import annotations

import pytest

from huimages_app.web.secret_paths import is_secret, loggable

TOKEN = "abcdefgh-ABCDEFGH_0123456789abcd"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"/share/{TOKEN}/", "/share/TOKEN/"),
        (f"/share/{TOKEN}/ID/download", "/share/TOKEN/ID/download"),
        (f"/share/{TOKEN}x/", "/share/TOKEN/"),
        (f"/photos/share/{TOKEN}", "/photos/share/TOKEN"),
        ("/share/new", "/share/new"),
        ("/image/", "/image/"),
    ],
)
def test_logged_path_has_no_token(path: str, expected: str) -> None:
    assert loggable(path) == expected


def test_paths_of_share_links_are_secret() -> None:
    assert is_secret(f"/share/{TOKEN}/")
    assert is_secret(f"/share/{TOKEN}/ID/download")
    assert not is_secret("/share/")
    assert not is_secret("/share/new")
    assert not is_secret(f"/image/{TOKEN}/")
