from __future__ import annotations

import json

import pytest

from huimages_app.services.container import Services
from tests.support.pictures import photo
from tests.support.services import add

from .conftest import Command

UNKNOWN = "A" * 32 + "01"


def test_show_prints_metadata_as_text(huimages: Command, image: str) -> None:
    ran = huimages("show", image)
    assert ran.status == 0
    fields = dict(line.split("  ", 1) for line in ran.out)
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    assert fields["id"] == image
    assert fields["title"] == 'A "<bike>"'
    assert fields["earlier titles"] == "Old"
    assert fields["references"] == "artnr (1, 2)"
    assert fields["tags"] == "red (1)"
    assert fields["rating"] == "3.5 of 5 (1 vote)"
    assert "ratings" not in fields
    assert fields["created"].endswith(" UTC")
    assert "trashed" not in fields
    assert "alt" not in fields


def test_show_json_prints_stored_values(huimages: Command, image: str, services: Services) -> None:
    services.editing.trash(image)
    fields = json.loads("\n".join(huimages("show", image, "--json").out))
    assert fields["references"] == {"artnr": ["1", "2"]}
    assert fields["focus"] == [0.3, 0.7]
    assert fields["trashed"].endswith("+00:00")
    assert (fields["width"], fields["height"]) == (60, 40)
    assert (fields["rating"], fields["ratings"]) == (7.0, 1)


def test_show_without_ratings_prints_none(huimages: Command, services: Services) -> None:
    image_id = add(services, photo(24, 16)).image.id
    assert not any(line.startswith("rating") for line in huimages("show", image_id).out)


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["show", "abc"], 2, "'abc' is no image ID"),
        (["show", UNKNOWN], 1, UNKNOWN),
        (["show"], 2, "Missing argument"),
    ],
)
def test_invalid_id_is_rejected_with_one_line(
    huimages: Command, image: str, words: list[str], status: int, message: str
) -> None:
    ran = huimages(*words)
    assert (ran.status, ran.out, len(ran.err)) == (status, [], 1)
    assert message in ran.err[0]
