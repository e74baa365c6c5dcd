from __future__ import annotations

import inspect
import io
import multiprocessing
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

import huimages
from huimages_app.client.process import _process, services_of_process
from huimages_app.domain.ids import image_id
from huimages_app.errors import (
    BadImageId,
    BadInput,
    BadSetting,
    BadSize,
    NotAnImage,
    RemovedImage,
    StorageUnavailable,
    UnknownImage,
)
from huimages_app.factory import Storage
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from tests.support.pictures import photo
from tests.support.services import ini_in, storage_in

PHOTO = photo(400, 300)
ID = image_id(PHOTO)
DETAILS = ["timestamp", "title", "references"]
UNKNOWN = "A" * 32 + "01"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """The services of this process, on a site of its own."""
    huimages.configure(ini_in(tmp_path, image_url="http://images.example", alt_addition="- Shop"))
    yield services_of_process()
    huimages.configure(None)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    """The storage of that site."""
    with storage_in(tmp_path) as storage:
        yield storage


@pytest.fixture
def saved(services: Services) -> str:
    return huimages.save_image(PHOTO, title="Bike")


# -- signatures -----------------------------------------------------------------------------


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


# -- storing and changing -------------------------------------------------------------------


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


# -- metadata -------------------------------------------------------------------------------


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


# -- URLs and renditions --------------------------------------------------------------------


@pytest.mark.parametrize("size", ["150x150", "square", "75x75!", "900x900!", "37x", "o", "mini@2x"])
def test_dimensions_match_the_rendition(saved: str, size: str) -> None:
    content = huimages.scaled_imagedata(saved, size)
    assert content is not None
    with Pillow.open(io.BytesIO(content)) as picture:
        assert picture.size == huimages.scaled_dimensions(saved, size)


def test_focal_point_changes_urls_and_renditions(saved: str, services: Services) -> None:
    centred = huimages.scaled_imagedata(saved, "75x75!")
    services.editing.update(saved, ImagePatch(focus=(0, 0.5)))
    assert huimages.scaled_imageurl(saved, "square").endswith(f"/75x75!0,50/{ID}.jpeg")
    assert huimages.scaled_imageurl(saved, "vga").endswith(f"/640x480/{ID}.jpeg")
    assert "/75x75!0,50/" in huimages.scaled_tag(saved, "square")
    assert huimages.scaled_imagedata(saved, "75x75!") != centred


def test_invalid_size_raises_bad_size(saved: str) -> None:
    for function in (
        huimages.imageurl,
        huimages.scaled_imageurl,
        huimages.scaled_imagedata,
        huimages.scaled_dimensions,
        huimages.scaled_tag,
    ):
        with pytest.raises(BadSize):
            function(saved, "huge")


def test_tag_escapes_attributes(saved: str) -> None:
    huimages.set_title(saved, "\"<>&'")
    tag = huimages.scaled_tag(saved, "240x160", "ismap", class_="a", title='"&', data_id=7)
    assert tag == (
        f'<img src="http://images.example/240x160/{ID}/Bike.jpeg" width="213" height="160" '
        'alt="&quot;&lt;&gt;&amp;&#x27; - Shop" class="a" title="&quot;&amp;" data_id="7" ismap />'
    )
    assert 'alt="mine"' in huimages.scaled_tag(saved, alt="mine")
    with pytest.raises(BadInput):
        huimages.scaled_tag(saved, **{"onload=alert(1) x": "y"})


def test_urls_work_while_metadata_is_unavailable(saved: str, tmp_path: Path) -> None:
    huimages.configure(tmp_path / "site.ini")  # no connection is open any more
    (tmp_path / "metadata.sqlite").write_bytes(b"something else entirely " * 100)
    for leftover in tmp_path.glob("metadata.sqlite-*"):
        leftover.unlink()
    with pytest.raises(StorageUnavailable):
        huimages.get_imagedoc(saved)
    assert huimages.scaled_imageurl(saved, "75x75!").endswith(f"/75x75!/{ID}.jpeg")
    assert huimages.imageurl(saved).endswith(f"/o/{ID}.jpeg")


# -- other images ---------------------------------------------------------------------------


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


# -- settings and processes -----------------------------------------------------------------


def test_variable_names_the_ini_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, storage: Storage
) -> None:
    monkeypatch.setenv("HUIMAGES_CONFIG", str(ini_in(tmp_path)))
    huimages.configure(None)
    huimages.save_image(PHOTO)
    huimages.configure(None)
    assert list(storage.metadata.images.ids()) == [ID]


def test_missing_ini_file_is_named(tmp_path: Path) -> None:
    huimages.configure(tmp_path / "no.ini")
    try:
        with pytest.raises(BadSetting, match="there is no ini file"):
            huimages.get_random_imageid()
    finally:
        huimages.configure(None)


def test_configure_switches_between_sites(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        huimages.configure(str(ini_in(tmp_path / name)))
        assert huimages.get_random_imageid() is None
        huimages.save_image(PHOTO)
    huimages.configure(None)


def test_threads_share_one_set_of_services(services: Services, tmp_path: Path) -> None:
    huimages.configure(tmp_path / "site.ini")
    made: list[Services] = []
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        made.append(services_of_process())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(map(id, made))) == 1


def _child(connection: Any, parents: int) -> None:
    mine = id(services_of_process()) != parents
    connection.send((mine, huimages.save_image(photo(20, 20)), huimages.get_length(ID)))
    connection.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # forking is what is tested
def test_forked_process_creates_its_own_services(saved: str, services: Services) -> None:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(theirs, id(services)))
    child.start()
    assert ours.poll(30)
    mine, its_image, length = ours.recv()
    child.join(30)
    assert child.exitcode == 0
    assert mine
    assert length == len(PHOTO)
    # The services of this process still work.
    assert huimages.get_imagedoc(its_image)["width"] == 20
    assert services_of_process() is services


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_fork_while_another_thread_creates_services(tmp_path: Path) -> None:
    huimages.configure(ini_in(tmp_path))
    with _process._lock:  # as that thread would
        pid = os.fork()
        if pid == 0:
            os._exit(0 if huimages.get_random_imageid() is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    huimages.configure(None)


# -- invalid IDs ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", ".", "../../outside", ID.lower(), f"{ID}.jpeg"])
def test_invalid_id_is_rejected_without_any_change(saved: str, tmp_path: Path, name: str) -> None:
    rendition = huimages.scaled_imagedata(saved, "64x64")
    functions = [
        huimages.delete_image,
        huimages.get_imagedoc,
        huimages.get_length,
        huimages.get_next_imageid,
        huimages.get_previous_imageid,
        huimages.scaled_dimensions,
        huimages.scaled_imagedata,
        huimages.scaled_tag,
        lambda text: huimages.set_title(text, "new"),
        lambda text: huimages.update_metadata(text, title="new"),
        services_of_process().editing.remove,
    ]
    for function in functions:
        with pytest.raises(BadImageId):
            function(name)
    assert (tmp_path / "cache" / saved[:2] / saved / "64x64.jpeg").is_file()
    assert huimages.scaled_imagedata(saved, "64x64") == rendition


def test_path_inside_an_id_is_rejected(saved: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("of another user", encoding="utf-8")
    # Characters 3 and 4 of an ID name a folder; these are "/.", the root folder.
    with pytest.raises(BadImageId):
        huimages.delete_image(f"../../{victim}")
    assert victim.is_file()
