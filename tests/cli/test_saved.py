"""`huimages saved`."""

from __future__ import annotations

import pytest

from huimages_app.services.container import Services

from .conftest import Command


def test_search_is_saved_listed_renamed_and_removed(huimages: Command, services: Services) -> None:
    services.accounts.add("vera", "viewer", None)
    (shared,) = huimages("saved", "add", "Sea", "--tag", "sea", "--order", "title").out
    (own,) = huimages("saved", "add", "Ends", "--ends", "30", "--account", "vera").out
    assert huimages("saved", "list").out == [f"{shared}\teveryone\tSea\ttag=sea&order=title"]
    assert huimages("saved", "list", "--account", "vera").out == [
        f"{own}\tprivate\tEnds\tends=30",
        f"{shared}\teveryone\tSea\ttag=sea&order=title",
    ]
    assert huimages("saved", "rename", own, "Soon").status == 1
    assert huimages("saved", "rename", own, "Soon", "--account", "vera").status == 0
    assert huimages("saved", "remove", own, "--account", "vera").status == 0
    assert huimages("saved", "remove", shared).status == 0
    assert huimages("saved", "list", "--account", "vera").out == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "Sea", "--shape", "round"],
        ["add", "Sea", "--tag", "sea", "--account", "nobody"],
        ["add", "", "--tag", "sea"],
    ],
)
def test_unusable_arguments_are_refused(huimages: Command, arguments: list[str]) -> None:
    assert huimages("saved", *arguments).status == 2
