"""`huimages collection`."""

from __future__ import annotations

import json

import pytest

from huimages_app.services.container import Services
from tests.support.pictures import photo
from tests.support.services import add

from .conftest import Command


@pytest.fixture
def ids(services: Services) -> list[str]:
    return [
        add(services, photo(60, 40, seed=seed), title=f"view {seed}").image.id for seed in range(3)
    ]


@pytest.fixture
def sea(huimages: Command, ids: list[str]) -> str:
    return huimages("collection", "add", "The sea", *ids, "--text", "Waves").out[0]


def order(huimages: Command, sea: str) -> list[str]:
    data = json.loads("\n".join(huimages("collection", "show", sea, "--json").out))
    return [image["id"] for image in data["images"]]


def test_list_and_show_print_title_and_images(huimages: Command, sea: str, ids: list[str]) -> None:
    assert huimages("collection", "list").out == [f"{sea}  3 images  The sea"]
    assert huimages("collection", "list", "--count").out == ["1"]
    assert huimages("collection", "show", sea).out == [
        "The sea",
        "Waves",
        *(f"{image_id}  view {seed}" for seed, image_id in enumerate(ids)),
    ]


def test_images_are_moved_taken_out_and_put_back(
    huimages: Command, sea: str, ids: list[str]
) -> None:
    a, b, c = ids
    assert huimages("collection", "move", sea, c, "--before", a).status == 0
    assert huimages("collection", "move", sea, a, "--after", b).status == 0
    assert order(huimages, sea) == [c, b, a]
    assert huimages("collection", "take", sea, b, b).out == [b]
    assert huimages("collection", "put", sea, b, a).out == [b]
    assert huimages("collection", "move", sea, c).status == 0
    assert order(huimages, sea) == [a, b, c]


def test_edit_changes_given_fields_only(huimages: Command, sea: str, ids: list[str]) -> None:
    assert huimages("collection", "edit", sea, "--title", "Ocean", "--cover", ids[1]).status == 0
    assert huimages("collection", "edit", sea, "--text", "").status == 0
    assert huimages("collection", "show", sea).out[:2] == ["Ocean", f"{ids[0]}  view 0"]


def test_removed_collection_is_unknown(huimages: Command, sea: str) -> None:
    assert huimages("collection", "remove", sea).status == 0
    ran = huimages("collection", "show", sea)
    assert (ran.status, ran.err) == (1, [f"huimages: there is no collection {sea}"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", " "],
        ["add", "x", "no-id"],
        ["move", "SEA", "ID", "--before", "ID", "--after", "ID"],
        ["move", "SEA", "A" * 32 + "01"],
        ["edit", "SEA", "--cover", "x"],
    ],
)
def test_unusable_arguments_are_refused(
    huimages: Command, sea: str, ids: list[str], arguments: list[str]
) -> None:
    given = [{"SEA": sea, "ID": ids[0]}.get(word, word) for word in arguments]
    assert huimages("collection", *given).status == 2
