from __future__ import annotations

import pytest

from huimages_app.domain.sizes import CLASSIC, Size
from huimages_app.services.size_policy import SizePolicy


@pytest.mark.parametrize(
    ("allowed", "size", "free"),
    [
        (["any"], "123x45", True),
        (["any"], "o", True),
        ([], "240x160", False),
        ([], "o", False),
        (["legacy"], "o", True),
        (["legacy"], "150x150", True),
        (["legacy"], "small@2x", True),
        (["legacy", "320x240"], "320x240", True),
        (["legacy"], "150x150!", False),
        (["legacy"], "151x150", False),
        (["named"], "240x160", True),  # what `small` means
        (["named"], "small@2x", True),
        (["named"], "75x75!30,70", True),
        (["named"], "75x75", False),
        (["named"], "o", False),
        (["o"], "o", True),
        (["named", "100x100"], "100x100@3x", True),
        (["vga"], "640x480", True),
        (["vga"], "small", False),
        (["100x100!10,20"], "100x100!", True),
    ],
)
def test_what_anybody_may_ask_for(allowed: list[str], size: str, free: bool) -> None:
    assert SizePolicy(allowed, CLASSIC).allows(Size.parse(size)) is free
