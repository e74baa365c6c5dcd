"""Sentences for refused pictures."""

from __future__ import annotations

import pytest

from huimages_app.errors import HuimagesError, IdCollision, NotAnImage, StorageUnavailable, TooLarge
from huimages_app.web.errors.responses import reason_of


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TooLarge(""), "too large"),
        (IdCollision("ID"), "A different picture"),
        (NotAnImage(""), "not a picture, or it is damaged"),
        (StorageUnavailable(""), "Something went wrong"),
    ],
)
def test_refused_picture_has_a_sentence(error: HuimagesError, words: str) -> None:
    assert words in reason_of(error)
