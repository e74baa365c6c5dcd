from __future__ import annotations

import pytest

from huimages_app.domain.named_sizes import parse_named_sizes
from huimages_app.domain.sizes import CLASSIC, Size
from huimages_app.errors import BadSize
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
        (["named"], "240x160", True),  # the box of `small`
        (["named"], "small@2x", True),
        (["named"], "75x75!30,70", True),
        (["named"], "75x75", False),
        (["named"], "o", False),
        (["o"], "o", True),
        (["named", "100x100"], "100x100@3x", True),
        (["vga"], "640x480", True),
        (["vga"], "small", False),
        (["100x100!10,20"], "100x100!", True),
        (["600x600=7"], "600x600=7!1,2,3,4@2x", True),
        (["600x600=7"], "600x600=", False),
        (["600x600=7"], "600x600=8", False),
        (["600x600=7"], "600x600=7,f4f4f4", False),
        (["600x600=7"], "600x600", False),
        (["600x600=,none"], "600x600=,none@3x", True),
    ],
)
def test_allows_depends_on_the_allowed_sizes(allowed: list[str], size: str, free: bool) -> None:
    assert SizePolicy(allowed, CLASSIC).allows(Size.parse(size)) is free


def test_padded_sizes_with_too_many_pixels_are_never_served() -> None:
    policy = SizePolicy(["any"], CLASSIC, max_pixels=1_000_000)

    policy.authorize(Size.parse("1000x1000="), "/1000x1000=/x")
    policy.authorize(Size.parse("9000x9000"), "/9000x9000/x")
    with pytest.raises(BadSize, match=r"at most 1,000,000 \(huimages\.render\.max_pixels\)"):
        policy.authorize(Size.parse("1000x1000=@2x"), "/1000x1000=@2x/x")


def test_largest_within_skips_padded_sizes() -> None:
    names = parse_named_sizes({"shop": "500x500=7"})
    policy = SizePolicy(["named"], names)

    assert policy.largest_within(Size(600, 600), 4000, 3000, names) == names["full"]
