"""Storing, changing and reading images with the Python library."""

from __future__ import annotations

import inspect
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import huimages
from huimages_app.backends import Storage
from huimages_app.errors import (
    BadInput,
    NotAnImage,
    RemovedImage,
    UnknownImage,
)
from huimages_app.services.container import Services
from tests.support.pictures import photo

from .conftest import ID, PHOTO

DETAILS = ["timestamp", "title", "references"]


UNKNOWN = "A" * 32 + "01"


def test_functions_have_the_parameters_of_huimages_2() -> None:
    parameters_of = {
        "save_image": ["imagedata", "contenttype", *DETAILS, "filename", "typ"],
        "update_metadata": ["doc_id", *DETAILS, "typ"],
        "set_title": ["imageid", "newtitle"],
        "delete_image": ["imageid"],
        "get_imagedoc": ["imageid"],
        "get_length": ["imageid"],
        "get_size": ["imageid"],
        "imageurl": ["imageid", "size"],
        "scaled_imageurl": ["imageid", "size"],
        "scaled_imagedata": ["imageid", "size"],
        "scaled_dimensions": ["imageid", "size"],
        "scaled_tag": ["imageid", "size", "args", "attributes"],
        "get_random_imageid": [],
        "get_next_imageid": ["imageid"],
        "get_previous_imageid": ["imageid"],
    }
    for name, parameters in parameters_of.items():
        assert list(inspect.signature(getattr(huimages, name)).parameters) == parameters, name


def test_arguments_are_accepted_by_position(services: Services) -> None:
    taken = datetime(2009, 4, 1, tzinfo=UTC)
    saved = huimages.save_image(
        PHOTO, "image/png", taken, "Bike", {"artnr": "1"}, "bike.jpg", "product_image"
    )
    doc = huimages.get_imagedoc(saved)
    assert doc["contenttype"] == "image/jpeg"
    assert (doc["ctime"], doc["filename"]) == ("20090401T000000.000000", "bike.jpg")
    assert (doc["title"], doc["references"]) == (["Bike"], {"artnr": ["1"]})
    assert doc["types"] == ["product_image"]


class _Stream(io.RawIOBase):
    """A file that can be read only once, like a network connection."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._content.readinto(buffer)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO, _Stream])
def test_save_accepts_bytes_and_files(services: Services, kind: Any) -> None:
    assert huimages.save_image(kind(PHOTO)) == ID
    assert huimages.scaled_imagedata(ID, "o") == PHOTO


def test_save_reads_a_file_from_its_start(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(PHOTO)
    with path.open("rb") as file:
        file.read(100)
        assert huimages.save_image(file) == ID


@pytest.mark.parametrize("content", ["text", None, 7, Path("a.jpg")])
def test_save_of_other_types_names_the_type(services: Services, content: Any) -> None:
    with pytest.raises(
        BadInput, match=f"of type {type(content).__name__}; expected bytes or an open"
    ):
        huimages.save_image(content)
    with pytest.raises(NotAnImage):
        huimages.save_image(b"")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (datetime(2009, 4, 1, 12, 0, 0, 5), "20090401T120000.000005"),
        (datetime(2009, 4, 1, 12, tzinfo=timezone(timedelta(hours=2))), "20090401T100000.000000"),
        ("20090401T120000.000005", "20090401T120000.000005"),
        ("2009-04-01T12:00:00+02:00", "20090401T100000.000000"),
    ],
)
def test_timestamp_is_accepted_in_all_formats(services: Services, given: Any, stored: str) -> None:
    assert huimages.get_imagedoc(huimages.save_image(PHOTO, timestamp=given))["ctime"] == stored
    other = huimages.save_image(photo(20, 20))
    huimages.update_metadata(other, given)
    assert huimages.get_imagedoc(other)["ctime"] == stored


def test_invalid_timestamp_is_rejected(services: Services) -> None:
    with pytest.raises(BadInput, match="'yesterday' is not a time; expected 20090402T113015"):
        huimages.save_image(PHOTO, timestamp="yesterday")
    with pytest.raises(BadInput, match="of type float; expected a datetime or a text"):
        huimages.save_image(PHOTO, timestamp=1238671815.0)  # type: ignore[arg-type]
    assert huimages.get_random_imageid() is None


def test_none_arguments_add_nothing(services: Services) -> None:
    nothing: Any = None
    saved = huimages.save_image(PHOTO, None, None, nothing, None, nothing, nothing)
    huimages.update_metadata(saved, None, nothing, None, nothing)
    doc = huimages.get_imagedoc(saved)
    assert (doc["title"], doc["references"], doc["types"]) == ([], {}, [])


def test_references_are_values_or_lists(saved: str) -> None:
    huimages.update_metadata(saved, references={"artnr": "10106", "path": None, "shelf": 7})
    huimages.update_metadata(saved, references={"artnr": ("10106", "10107"), "shelf": [8]})
    assert huimages.get_imagedoc(saved)["references"] == {
        "artnr": ["10106", "10107"],
        "shelf": ["7", "8"],
    }


def test_set_title_keeps_earlier_titles(saved: str) -> None:
    huimages.set_title(saved, "Red bike")
    huimages.set_title(saved, "")
    huimages.update_metadata(saved, title=None)  # type: ignore[arg-type] - as old callers do
    assert huimages.get_imagedoc(saved)["title"] == ["Bike", "Red bike"]
    huimages.set_title(saved, "Bike")
    assert huimages.get_imagedoc(saved)["title"] == ["Red bike", "Bike"]


def test_delete_removes_image_for_good(saved: str, services: Services, storage: Storage) -> None:
    huimages.delete_image(saved)
    huimages.delete_image(saved)
    huimages.delete_image(UNKNOWN)
    with pytest.raises(RemovedImage):
        huimages.get_imagedoc(saved)
    assert storage.originals.length(saved) is None
    assert huimages.save_image(PHOTO) == saved
    assert huimages.get_imagedoc(saved)["title"] == []


def test_document_contains_metadata_and_attachment(saved: str, services: Services) -> None:
    doc = huimages.get_imagedoc(saved)
    assert doc["_id"] == ID
    assert (doc["width"], doc["height"], doc["bytes"]) == (400, 300, len(PHOTO))
    assert doc["deleted"] is False
    assert doc["mtime"] >= doc["ctime"]
    (attachment,) = doc["_attachments"].values()
    assert attachment["length"] == huimages.get_length(saved) == huimages.get_size(saved)
    services.editing.trash(saved)
    assert huimages.get_imagedoc(saved)["deleted"] is True


def test_length_is_read_from_storage_if_metadata_lacks_it(
    saved: str, services: Services, storage: Storage
) -> None:
    storage.metadata.images.update(saved, lambda image: replace(image, length=0))
    assert huimages.get_length(saved) == len(PHOTO)
    storage.originals.delete(saved)
    with pytest.raises(UnknownImage):
        huimages.get_length(saved)


def test_unknown_id_raises_or_returns_none(services: Services) -> None:
    for function in (huimages.get_imagedoc, huimages.get_length, huimages.scaled_dimensions):
        with pytest.raises(UnknownImage):
            function(UNKNOWN)
    with pytest.raises(UnknownImage):
        huimages.set_title(UNKNOWN, "x")
    assert huimages.scaled_imagedata(UNKNOWN) is None
    assert huimages.scaled_imagedata(UNKNOWN, "o") is None
    assert huimages.get_next_imageid(UNKNOWN) is None
    assert huimages.scaled_imageurl(UNKNOWN).endswith(f"/150x150/{UNKNOWN}.jpeg")


def test_neighbours_skip_the_trash_and_end_with_none(services: Services) -> None:
    ids = [
        huimages.save_image(photo(20, 20, seed), timestamp=datetime(2009, 4, 1 + seed))
        for seed in range(4)
    ]
    services.editing.trash(ids[1])
    assert huimages.get_next_imageid(ids[3]) == ids[2]
    assert huimages.get_next_imageid(ids[2]) == ids[0]
    assert huimages.get_next_imageid(ids[0]) is None
    assert huimages.get_previous_imageid(ids[0]) == ids[2]
    assert huimages.get_previous_imageid(ids[3]) is None
    assert {huimages.get_random_imageid() for _ in range(60)} == {ids[0], ids[2], ids[3]}
