from __future__ import annotations

import json
from pathlib import Path

import pytest

from huimages_app.services.container import Services
from tests.support.libraries import add
from tests.support.pictures import photo

from .conftest import Command

NOBODY = "A" * 32 + "01"


@pytest.fixture
def image(services: Services) -> str:
    image_id = add(
        services,
        photo(60, 40),
        title="Old",
        filename="bike.jpg",
        tags=["red"],
        references={"artnr": ["1", "2"]},
    ).image.id
    services.editing.retitle(image_id, 'A "<bike>"')
    services.editing.set_focus(image_id, (0.3, 0.7))
    services.annotations.rate(image_id, "vera", 7)
    return image_id


def test_showing_to_people(huimages: Command, image: str) -> None:
    ran = huimages("show", image)
    assert ran.status == 0
    facts = dict(line.split("  ", 1) for line in ran.out)
    facts = {name.strip(): value.strip() for name, value in facts.items()}
    assert facts["id"] == image
    assert facts["title"] == 'A "<bike>"'
    assert facts["earlier titles"] == "Old"
    assert facts["references"] == "artnr (1, 2)"
    assert facts["tags"] == "red (1)"
    assert facts["rating"] == "7.0"
    assert facts["created"].endswith(" UTC")
    assert "trashed" not in facts
    assert "alt" not in facts


def test_showing_to_programs(huimages: Command, image: str, services: Services) -> None:
    services.editing.trash(image)
    facts = json.loads("\n".join(huimages("show", image, "--json").out))
    assert facts["references"] == {"artnr": ["1", "2"]}
    assert facts["focus"] == [0.3, 0.7]
    assert facts["trashed"].endswith("+00:00")
    assert (facts["width"], facts["height"]) == (60, 40)


def test_addresses(huimages: Command, image: str) -> None:
    assert huimages("url", image, "vga").out == [f"/640x480/{image}/Old.jpeg"]
    assert huimages("url", image, "75x75!").out == [f"/75x75!30,70/{image}/Old.jpeg"]
    assert huimages("url", image, "o", "--format", "webp").out == [f"/o/{image}/Old.webp"]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["show", "abc"], 2, "'abc' is no image ID"),
        (["show", NOBODY], 1, NOBODY),
        (["show"], 2, "Missing argument"),
        (["url", NOBODY, "vga"], 1, NOBODY),
        (["url", NOBODY, "nope"], 2, "'nope' is no size"),
        (["url", "x", "vga"], 2, "no image ID"),
        (["url", NOBODY, "vga", "--format", "gif"], 2, "not in .gif"),
    ],
)
def test_mistakes(huimages: Command, words: list[str], status: int, sentence: str) -> None:
    ran = huimages(*words)
    assert (ran.status, ran.out, len(ran.err)) == (status, [], 1)
    assert sentence in ran.err[0]


def test_trashed_images_have_no_address(huimages: Command, image: str, services: Services) -> None:
    services.editing.trash(image)
    assert huimages("url", image, "vga").status == 1


def test_settings_in_force(huimages: Command, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIMAGES_QUALITY_JPEG", "71")
    monkeypatch.setenv("HUIMAGES_SIZES", "wide = 900x200")
    monkeypatch.setenv("HUIMAGES_SECRET", "s" * 40)
    ran = huimages("settings")
    assert ran.status == 0
    assert f"huimages.cache.path = {site}/cache" in ran.out
    assert "huimages.quality.jpeg = 71" in ran.out
    assert "huimages.secret = (secret)" in ran.out
    assert "    wide = 900x200" in ran.out
    assert not any(line.startswith("huimages.quality.webp") for line in ran.out)
    everything = huimages("settings", "--all").out
    assert "huimages.quality.webp = 80" in everything
    assert "huimages.sizes.allowed = any" in everything
    assert "s" * 40 not in "\n".join(everything)
