"""Places of images in articles, as JSON of any origin."""

from __future__ import annotations

from typing import Any

import pytest

from huimages_app.domain.models import Place
from huimages_app.storage.couchdb.codec import document_of, image_of
from huimages_app.storage.places import places_from_json, places_to_json, rank
from tests.contract.samples import an_image


def test_places_are_stored_without_empty_ones() -> None:
    places = {"artnr": {"1": Place(20, "front"), "2": Place(), "3": Place(2.5)}, "ean": {}}
    data = {"artnr": {"1": {"at": 20, "role": "front"}, "3": {"at": 2.5}}}
    assert places_to_json(places) == data
    assert isinstance(places_to_json(places)["artnr"]["1"]["at"], int)
    assert places_from_json(data) == {"artnr": {"1": Place(20, "front"), "3": Place(2.5)}}


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {"artnr": None}, {"artnr": {"1": 7}}, {"artnr": {"1": {"at": "20"}}},
     {"artnr": {"1": {"at": True, "role": 3}}}, {"artnr": {"1": {"at": float("nan")}}},
     {"artnr": {"1": {"at": 1e10}}}],
)  # fmt: skip
def test_invalid_places_are_ignored(data: Any) -> None:
    assert places_from_json(data) == {}


def test_images_without_position_sort_behind_all_others() -> None:
    assert rank(Place(-1)) < rank(Place(10**9)) < rank(Place(role="front"))


def test_document_without_places_has_no_such_field() -> None:
    image = an_image(1)
    assert "places" not in document_of(image, None)
    placed = an_image(1, places={"artnr": {"7": Place(10)}})
    document = document_of(placed, document_of(image, None))
    assert document["places"] == {"artnr": {"7": {"at": 10}}}
    assert image_of(document) == placed
    assert "places" not in document_of(image, document)
