"""`huimages share`."""

from __future__ import annotations

import re

import pytest

from huimages_app.services.container import Services
from tests.support.pictures import photo
from tests.support.services import add

from .conftest import Command


def test_link_is_printed_once_listed_and_revoked(huimages: Command, services: Services) -> None:
    image = add(services, photo(60, 40), title="A gull").image
    (url,) = huimages("share", "add", "image", image.id, "--days", "3", "--size", "vga").out
    assert re.fullmatch(r"/share/[\w-]{32}/", url)
    (line,) = huimages("share", "list").out
    share_id, end, visits, target, title = line.split("\t")
    assert (visits, target, title) == ("0 visits", f"image {image.id}", "A gull")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", end)
    assert url.split("/")[2] not in line
    assert huimages("share", "revoke", share_id).status == 0
    assert huimages("share", "list").out == []
    assert huimages("share", "revoke", share_id).status == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["image", "x"], 2),
        (["image", "A" * 32 + "01"], 1),
        (["collection", "nonenonenone"], 1),
        (["tag", "x", "--size", "nonsense"], 2),
        (["tag", "x", "--size", "o"], 2),
        (["tag", "x", "--days", "0"], 2),
        (["favorites", "x"], 2),
    ],
)
def test_unusable_arguments_are_refused(
    huimages: Command, arguments: list[str], status: int
) -> None:
    assert huimages("share", "add", *arguments).status == status
