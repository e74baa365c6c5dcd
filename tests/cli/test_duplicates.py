"""The command `huimages duplicates`."""

from __future__ import annotations

import json

from huimages_app.services.container import Services
from tests.support import pictures
from tests.support.services import add

from .conftest import Command


def test_duplicates_command_lists_and_dismisses_groups(
    huimages: Command, services: Services
) -> None:
    photo = pictures.pixels(600, 400, seed=7)
    references = {"artnr": ["10106"]}
    small = add(services, pictures.encoded(photo.resize((300, 200))), title="Small").image.id
    large = add(services, pictures.encoded(photo), title="Large", references=references).image.id
    listed = [f"{large}  600x400  10106  Large", f"{small}  300x200  Small"]
    assert huimages("duplicates", "list").out == listed
    assert huimages("duplicates", "list", "--count").out == ["1"]
    assert huimages("duplicates", "of", large).out == listed[1:]
    group = json.loads(huimages("duplicates", "list", "--json").out[0])
    assert [image["id"] for image in group["images"]] == [large, small]
    assert json.loads(huimages("duplicates", "of", small, "--json").out[0])["width"] == 600
    assert huimages("duplicates", "dismiss", large, small).status == 0
    assert huimages("duplicates", "list").out == []
    assert huimages("duplicates", "of", large).out == []
    assert huimages("duplicates", "undismiss", large, small).status == 0
    assert huimages("duplicates", "list").out == listed


def test_duplicates_command_rejects_one_image_with_one_line(huimages: Command, image: str) -> None:
    ran = huimages("duplicates", "dismiss", image)
    assert (ran.status, ran.out) == (2, [])
    assert ran.err == ["huimages: 1 images given; expected 2 to 50"]
