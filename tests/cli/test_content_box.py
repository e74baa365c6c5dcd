"""`huimages content-box`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huimages_app.backends import Storage
from huimages_app.services.container import Services
from tests.support import packshots, pictures
from tests.support.services import add

from .conftest import Command

UNKNOWN = "A" * 32 + "01"


@pytest.fixture
def packshot(services: Services) -> str:
    picture = packshots.packshot((400, 200), (100, 50, 300, 150))
    return add(services, pictures.encoded(picture, "PNG")).image.id


def test_content_box_is_shown_corrected_and_reset(
    huimages: Command, packshot: str, services: Services
) -> None:
    measured = huimages("content-box", packshot).out
    assert measured == ["24.75 24.5 75.25 75.5 (measured)"]
    assert huimages("content-box", packshot, "10", "0", "33.3", "100").out == [
        "10 0 33.3 100 (corrected)"
    ]
    assert services.images.get(packshot).corrected_content == (0.1, 0, 0.333, 1)
    assert huimages("content-box", packshot, "--reset").out == measured
    assert services.images.get(packshot).corrected_content is None


def test_content_box_of_an_older_record_names_the_command_that_measures(
    huimages: Command, packshot: str, storage: Storage
) -> None:
    storage.metadata.images.update(packshot, lambda image: replace(image, content=None))

    assert huimages("content-box", packshot).out == [
        "not measured yet: run 'huimages check --repair'"
    ]


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["abc"], 2, "'abc' is no image ID"),
        ([UNKNOWN], 1, UNKNOWN),
        (["ID", "1", "2", "3"], 2, "expected 4: LEFT TOP RIGHT BOTTOM"),
        (["ID", "1", "2", "3", "4", "--reset"], 2, "or --reset"),
        (["ID", "50", "0", "40", "100"], 2, "left before right"),
        (["ID", "0", "0", "101", "100"], 2, "from 0 to 1"),
    ],
)
def test_invalid_arguments_are_refused_with_one_line(
    huimages: Command, packshot: str, words: list[str], status: int, message: str
) -> None:
    ran = huimages("content-box", *(packshot if word == "ID" else word for word in words))

    assert (ran.status, ran.out, len(ran.err)) == (status, [], 1)
    assert message in ran.err[0]
