"""Conversion of documents, malformed ones too, to images and annotations and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from huimages_app.domain.models import Annotation, Image
from huimages_app.storage.couchdb.codec import (
    annotation_document,
    annotation_of,
    document_of,
    image_of,
    time_of,
)

MOMENT = datetime(2009, 4, 1, 12, 0, 1, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20090401T120001.000050", MOMENT),
        ("20090401T120001", MOMENT.replace(microsecond=0)),
        ("2009-04-01", None),
        ("", None),
        (None, None),
        (20090401, None),
    ],
)
def test_time_is_parsed_or_none(text: Any, time: datetime | None) -> None:
    assert time_of(text) == time


ODD: list[dict[str, Any]] = [
    {"title": "one", "width": "wide", "height": None},
    {"title": [None, "one", 7, True, ["x"]], "references": {"artnr": 10106, "x": None}},
    {"title": {}, "references": ["artnr"], "types": 3, "_attachments": []},
    {"focus": [0.5], "alt": 5, "_attachments": {"a": "no stub"}},
    {"focus": ["x", "y"], "deleted": "yes", "ctime": 2009, "mtime": "yesterday"},
    {"deleted": True, "bytes": 1.0},
]


@pytest.mark.parametrize("fields", ODD)
def test_odd_documents_round_trip_unchanged(fields: dict[str, Any]) -> None:
    document = {"_id": "X", **fields}
    image = image_of(document)
    assert isinstance(image, Image)
    assert document_of(image, document) == document


def test_odd_values_are_converted() -> None:
    image = image_of({"_id": "X", **ODD[1]})
    assert image.titles == ("one", "7")
    assert image.references == {"artnr": ("10106",), "x": ()}
    assert image_of({"_id": "X", **ODD[4]}).trashed is None
    assert image_of({"_id": "X", **ODD[5]}).trashed is not None


def test_odd_annotations_are_converted() -> None:
    assert annotation_of(None) == Annotation()
    odd = {"tags": ["a", "a", 5, None], "favorite": 1, "rating": 7.0}
    assert annotation_of(odd) == Annotation(("a", "5"), True, 7)
    assert annotation_of({"tags": "a", "favorite": None, "rating": "7"}) == Annotation(("a",))


@pytest.mark.parametrize("fields", [{}, {"tags": [], "favorite": False}])
def test_string_of_tags_is_one_tag(fields: dict[str, Any]) -> None:
    assert annotation_of({**fields, "tags": "rot blau"}) == Annotation(("rot blau",))


def test_new_document_has_no_empty_fields() -> None:
    image = Image("X", MOMENT, MOMENT, 60, 40)
    assert document_of(image, None) == {
        "_id": "X",
        "ctime": "20090401T120001.000050",
        "mtime": "20090401T120001.000050",
        "width": 60,
        "height": 40,
        "deleted": False,
    }
    annotation = annotation_document("X", "vera", Annotation(rating=0), None)
    assert annotation == {
        "_id": "X-vera", "imageid": "X", "userid": "vera", "favorite": False, "rating": 0,
    }  # fmt: skip


def test_field_that_loses_its_value_is_removed() -> None:
    document = {"_id": "X", "title": ["a"], "alt": "b", "references": {"artnr": ["1"]}, "note": ""}
    image = replace(image_of(document), titles=(), alt="", references={})
    assert document_of(image, document) == {"_id": "X", "note": ""}
    annotated = {"_id": "X-vera", "tags": ["a"], "rating": 3, "note": ""}
    left = annotation_document("X", "vera", Annotation(), annotated)
    assert left == {
        "_id": "X-vera", "imageid": "X", "userid": "vera", "favorite": False, "note": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("attachments", "name"),
    [
        ({"a.txt": ("text/plain", 999), "image.jpeg": ("image/jpeg", 50)}, "image.jpeg"),
        ({"a-thumb.jpeg": ("image/jpeg", 9), "b.png": ("image/png", 50)}, "b.png"),
        ({"b": ("application/octet-stream", 9), "c": ("application/octet-stream", 9)}, "b"),
        ({}, ""),
    ],
)
def test_file_name_is_that_of_the_picture(
    attachments: dict[str, tuple[str, int]], name: str
) -> None:
    stubs = {n: {"content_type": kind, "length": size} for n, (kind, size) in attachments.items()}
    assert image_of({"_id": "X", "_attachments": stubs}).filename == name
