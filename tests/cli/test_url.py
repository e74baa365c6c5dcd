from __future__ import annotations

from pathlib import Path

import pytest

from huimages_app.services.container import Services
from tests.support.services import ini_in

from .conftest import Command

UNKNOWN = "A" * 32 + "01"


def test_url_contains_size_id_title_and_focal_point(huimages: Command, image: str) -> None:
    assert huimages("url", image, "vga").out == [f"/640x480/{image}/Old.jpeg"]
    assert huimages("url", image, "75x75!").out == [f"/75x75!30,70/{image}/Old.jpeg"]
    assert huimages("url", image, "o", "--format", "webp").out == [f"/o/{image}/Old.webp"]


def test_url_without_configured_host_warns(huimages: Command, image: str) -> None:
    [line] = huimages("url", image, "vga").err
    assert "without a host" in line
    assert "huimages.image_url" in line


@pytest.mark.parametrize(
    ("setting", "value"),
    [("image_url", "https://img.example/"), ("origins", "https://img.example https://b.example")],
)
def test_url_begins_with_configured_host(
    huimages: Command, image: str, site: Path, setting: str, value: str
) -> None:
    ini_in(site, **{setting: value})
    assert huimages("url", image, "vga") == (
        0,
        [f"https://img.example/640x480/{image}/Old.jpeg"],
        [],
    )


def test_url_of_trashed_image_is_refused(huimages: Command, image: str, services: Services) -> None:
    services.editing.trash(image)
    assert huimages("url", image, "vga").status == 1


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ([UNKNOWN, "vga"], 1, UNKNOWN),
        ([UNKNOWN, "nope"], 2, "'nope' is no size"),
        (["x", "vga"], 2, "no image ID"),
        ([UNKNOWN, "vga", "--format", "gif"], 2, "not in .gif"),
        ([UNKNOWN, "vga", "--days", "0"], 2, "range"),
    ],
)
def test_invalid_arguments_are_rejected_with_one_line(
    huimages: Command, image: str, words: list[str], status: int, message: str
) -> None:
    ran = huimages("url", *words)
    assert (ran.status, ran.out, len(ran.err)) == (status, [], 1)
    assert message in ran.err[0]
