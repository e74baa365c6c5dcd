"""Why a picture was refused, in words for people."""

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
def test_every_reason_has_words(error: HuimagesError, words: str) -> None:
    assert words in reason_of(error)
