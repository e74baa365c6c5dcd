"""`huimages article`."""

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
        add(services, photo(60, 40, seed=seed), title=f"view {seed}", references={"artnr": ["7"]})
        .image.id
        for seed in range(3)
    ]  # fmt: skip


def test_list_prints_number_count_and_main_image(
    huimages: Command, services: Services, ids: list[str]
) -> None:
    add(services, photo(24, 16), references={"artnr": ["8"], "ean": ["4"]})
    assert huimages("article", "list", "7").out == [f"7  3 images  {ids[0]}"]
    assert [line.split()[0] for line in huimages("article", "list").out] == ["7", "8"]
    assert huimages("article", "list", "--count").out == ["2"]
    assert huimages("article", "list", "7", "--count").out == ["1"]
    assert [line.split()[0] for line in huimages("article", "list", "--key", "ean").out] == ["4"]


def test_order_and_role_are_changed_and_shown(huimages: Command, ids: list[str]) -> None:
    assert huimages("article", "order", "7", ids[2]).status == 0
    ran = huimages("article", "role", "7", ids[0], "back")
    assert ran.out == [
        f"  1  {ids[2]}        view 2",
        f"  2  {ids[0]}  back  view 0",
        f"  3  {ids[1]}        view 1",
    ]
    shown = json.loads("\n".join(huimages("article", "show", "7", "--json").out))
    assert [(image["id"], image["at"], image["role"]) for image in shown["images"]] == [
        (ids[2], 10, None),
        (ids[0], None, "back"),
        (ids[1], None, None),
    ]
    assert huimages("article", "role", "7", ids[0]).out[1] == f"  2  {ids[0]}    view 0"


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["show", "9"], 1, "there is no image with artnr 9"),
        (["order", "7", "x"], 2, "image ID"),
        (["order", "7", "A" * 32 + "01"], 2, "is no image of artnr 7"),
        (["order", "7"], 2, "Missing argument"),
    ],
)
def test_invalid_arguments_are_refused(
    huimages: Command, ids: list[str], words: list[str], status: int, message: str
) -> None:
    ran = huimages("article", *words)
    assert (ran.status, len(ran.err)) == (status, 1)
    assert message in ran.err[0]


def test_url_is_printed(huimages: Command) -> None:
    assert huimages("article", "url", "1/2", "240x160").out == ["/240x160/artnr/1%252F2.jpeg"]
    ran = huimages("article", "url", "7", "small", "back", "--format", "webp", "--key", "ean")
    assert ran.out == ["/240x160/ean/7/back.webp"]
    assert huimages("article", "url", "7", "no size").status == 2


def test_unknown_role_is_refused(huimages: Command, ids: list[str]) -> None:
    ran = huimages("article", "role", "7", ids[0], "nothing")
    assert ran.status == 2
    assert "is no role; expected one of main, front" in ran.err[0]
