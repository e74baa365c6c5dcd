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
from tests.support.libraries import ini_in, storage_in
from tests.support.pictures import photo

PHOTO = photo(400, 300)
ID = image_id(PHOTO)
SAID = ["timestamp", "title", "references"]
NOBODY = "A" * 32 + "01"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """The library of this process, on a site of its own."""
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


def test_the_functions_of_huimages_2_take_what_they_took() -> None:
    wanted = {
        "save_image": ["imagedata", "contenttype", *SAID[:2], "references", "filename", "typ"],
        "update_metadata": ["doc_id", *SAID, "typ"],
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
    for name, parameters in wanted.items():
        assert list(inspect.signature(getattr(huimages, name)).parameters) == parameters, name


def test_arguments_by_position(services: Services) -> None:
    taken = datetime(2009, 4, 1, tzinfo=UTC)
    saved = huimages.save_image(
        PHOTO, "image/png", taken, "Bike", {"artnr": "1"}, "bike.jpg", "product_image"
    )
    doc = huimages.get_imagedoc(saved)
    assert doc["contenttype"] == "image/jpeg"
    assert (doc["ctime"], doc["filename"]) == ("20090401T000000.000000", "bike.jpg")
    assert (doc["title"], doc["references"]) == (["Bike"], {"artnr": ["1"]})
    assert doc["types"] == ["product_image"]


# -- putting in -----------------------------------------------------------------------------


class _Stream(io.RawIOBase):
    """What comes over a network: it can be read once, from the start to the end."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._content.readinto(buffer)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO, _Stream])
def test_pictures_in_all_forms(services: Services, kind: Any) -> None:
    assert huimages.save_image(kind(PHOTO)) == ID
    assert huimages.scaled_imagedata(ID, "o") == PHOTO


def test_a_file_that_was_read_before(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(PHOTO)
    with path.open("rb") as file:
        file.read(100)
        assert huimages.save_image(file) == ID


@pytest.mark.parametrize("content", ["text", None, 7, Path("a.jpg")])
def test_what_is_no_bytes_is_named(services: Services, content: Any) -> None:
    with pytest.raises(BadInput, match="a picture is bytes or an open binary file, not "):
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
def test_times_in_all_forms(services: Services, given: Any, stored: str) -> None:
    assert huimages.get_imagedoc(huimages.save_image(PHOTO, timestamp=given))["ctime"] == stored
    other = huimages.save_image(photo(20, 20))
    huimages.update_metadata(other, given)
    assert huimages.get_imagedoc(other)["ctime"] == stored


def test_a_time_that_is_none(services: Services) -> None:
    with pytest.raises(BadInput, match="'yesterday' is no time like 20090402T113015"):
        huimages.save_image(PHOTO, timestamp="yesterday")
    with pytest.raises(BadInput, match="a datetime or a text, not float"):
        huimages.save_image(PHOTO, timestamp=1238671815.0)  # type: ignore[arg-type]
    assert huimages.get_random_imageid() is None


def test_none_is_nothing_said(services: Services) -> None:
    nothing: Any = None
    saved = huimages.save_image(PHOTO, None, None, nothing, None, nothing, nothing)
    huimages.update_metadata(saved, None, nothing, None, nothing)
    doc = huimages.get_imagedoc(saved)
    assert (doc["title"], doc["references"], doc["types"]) == ([], {}, [])


def test_references_in_all_forms(saved: str) -> None:
    huimages.update_metadata(saved, references={"artnr": "10106", "path": None, "shelf": 7})
    huimages.update_metadata(saved, references={"artnr": ("10106", "10107"), "shelf": [8]})
    assert huimages.get_imagedoc(saved)["references"] == {
        "artnr": ["10106", "10107"],
        "shelf": ["7", "8"],
    }


def test_titles(saved: str) -> None:
    huimages.set_title(saved, "Red bike")
    huimages.set_title(saved, "")
    huimages.update_metadata(saved, title=None)  # type: ignore[arg-type] - as old callers do
    assert huimages.get_imagedoc(saved)["title"] == ["Bike", "Red bike"]
    huimages.set_title(saved, "Bike")
    assert huimages.get_imagedoc(saved)["title"] == ["Red bike", "Bike"]


def test_deletion(saved: str, services: Services, storage: Storage) -> None:
    huimages.delete_image(saved)
    huimages.delete_image(saved)
    huimages.delete_image(NOBODY)
    with pytest.raises(RemovedImage):
        huimages.get_imagedoc(saved)
    assert storage.originals.length(saved) is None
    assert huimages.save_image(PHOTO) == saved
    assert huimages.get_imagedoc(saved)["title"] == []


# -- what is known --------------------------------------------------------------------------


def test_the_document(saved: str, services: Services) -> None:
    doc = huimages.get_imagedoc(saved)
    assert doc["_id"] == ID
    assert (doc["width"], doc["height"], doc["bytes"]) == (400, 300, len(PHOTO))
    assert doc["deleted"] is False
    assert doc["mtime"] >= doc["ctime"]
    (attachment,) = doc["_attachments"].values()
    assert attachment["length"] == huimages.get_length(saved) == huimages.get_size(saved)
    services.editing.trash(saved)
    assert huimages.get_imagedoc(saved)["deleted"] is True


def test_the_length_where_the_record_does_not_say_it(
    saved: str, services: Services, storage: Storage
) -> None:
    storage.metadata.images.update(saved, lambda image: replace(image, length=0))
    assert huimages.get_length(saved) == len(PHOTO)
    storage.originals.delete(saved)
    with pytest.raises(UnknownImage):
        huimages.get_length(saved)


def test_ids_that_nobody_has(services: Services) -> None:
    for function in (huimages.get_imagedoc, huimages.get_length, huimages.scaled_dimensions):
        with pytest.raises(UnknownImage):
            function(NOBODY)
    with pytest.raises(UnknownImage):
        huimages.set_title(NOBODY, "x")
    assert huimages.scaled_imagedata(NOBODY) is None
    assert huimages.scaled_imagedata(NOBODY, "o") is None
    assert huimages.get_next_imageid(NOBODY) is None
    assert huimages.scaled_imageurl(NOBODY).endswith(f"/150x150/{NOBODY}.jpeg")


# -- pictures and addresses -----------------------------------------------------------------


@pytest.mark.parametrize("size", ["150x150", "square", "75x75!", "900x900!", "37x", "o", "mini@2x"])
def test_dimensions_are_those_of_the_bytes(saved: str, size: str) -> None:
    content = huimages.scaled_imagedata(saved, size)
    assert content is not None
    with Pillow.open(io.BytesIO(content)) as picture:
        assert picture.size == huimages.scaled_dimensions(saved, size)


def test_a_focal_point_is_in_addresses_and_bytes(saved: str, services: Services) -> None:
    centred = huimages.scaled_imagedata(saved, "75x75!")
    services.editing.set_focus(saved, (0, 0.5))
    assert huimages.scaled_imageurl(saved, "square").endswith(f"/75x75!0,50/{ID}.jpeg")
    assert huimages.scaled_imageurl(saved, "vga").endswith(f"/640x480/{ID}.jpeg")
    assert "/75x75!0,50/" in huimages.scaled_tag(saved, "square")
    assert huimages.scaled_imagedata(saved, "75x75!") != centred


def test_a_bad_size(saved: str) -> None:
    for function in (
        huimages.imageurl,
        huimages.scaled_imageurl,
        huimages.scaled_imagedata,
        huimages.scaled_dimensions,
        huimages.scaled_tag,
    ):
        with pytest.raises(BadSize):
            function(saved, "huge")


def test_tags_are_escaped(saved: str) -> None:
    huimages.set_title(saved, "\"<>&'")
    tag = huimages.scaled_tag(saved, "240x160", "ismap", class_="a", title='"&', data_id=7)
    assert tag == (
        f'<img src="http://images.example/240x160/{ID}/Bike.jpeg" width="213" height="160" '
        'alt="&quot;&lt;&gt;&amp;&#x27; - Shop" class="a" title="&quot;&amp;" data_id="7" ismap />'
    )
    assert 'alt="mine"' in huimages.scaled_tag(saved, alt="mine")
    with pytest.raises(BadInput):
        huimages.scaled_tag(saved, **{"onload=alert(1) x": "y"})


def test_addresses_are_given_while_the_metadata_is_away(saved: str, tmp_path: Path) -> None:
    huimages.configure(tmp_path / "site.ini")  # no connection is open any more
    (tmp_path / "metadata.sqlite").write_bytes(b"something else entirely " * 100)
    for leftover in tmp_path.glob("metadata.sqlite-*"):
        leftover.unlink()
    with pytest.raises(StorageUnavailable):
        huimages.get_imagedoc(saved)
    assert huimages.scaled_imageurl(saved, "75x75!").endswith(f"/75x75!/{ID}.jpeg")
    assert huimages.imageurl(saved).endswith(f"/o/{ID}.jpeg")


# -- looking around -------------------------------------------------------------------------


def test_neighbours_end_at_the_ends_and_leave_out_the_trash(services: Services) -> None:
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


def test_the_environment_names_an_ini_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, storage: Storage
) -> None:
    monkeypatch.setenv("HUIMAGES_CONFIG", str(ini_in(tmp_path)))
    huimages.configure(None)
    huimages.save_image(PHOTO)
    huimages.configure(None)
    assert list(storage.metadata.images.ids()) == [ID]


def test_a_missing_ini_file_is_named(tmp_path: Path) -> None:
    huimages.configure(tmp_path / "no.ini")
    try:
        with pytest.raises(BadSetting, match="there is no ini file"):
            huimages.get_random_imageid()
    finally:
        huimages.configure(None)


def test_two_sites_one_after_the_other(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        huimages.configure(str(ini_in(tmp_path / name)))
        assert huimages.get_random_imageid() is None
        huimages.save_image(PHOTO)
    huimages.configure(None)


def test_many_threads_make_one_library(services: Services, tmp_path: Path) -> None:
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


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # it is what is tested
def test_a_forked_process_has_a_library_of_its_own(saved: str, services: Services) -> None:
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
    # And ours goes on as before.
    assert huimages.get_imagedoc(its_image)["width"] == 20
    assert services_of_process() is services


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_while_another_thread_makes_the_library(tmp_path: Path) -> None:
    huimages.configure(ini_in(tmp_path))
    with _process._lock:  # as that thread would
        pid = os.fork()
        if pid == 0:
            os._exit(0 if huimages.get_random_imageid() is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    huimages.configure(None)


# -- what is no ID --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", ".", "../../outside", ID.lower(), f"{ID}.jpeg"])
def test_what_is_no_id_is_refused_and_nothing_touched(
    saved: str, tmp_path: Path, name: str
) -> None:
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


def test_an_absolute_path_hidden_in_a_name_leads_nowhere(saved: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("of somebody else", encoding="utf-8")
    # Its third and fourth characters alone, "/.", would be the root of the file system.
    with pytest.raises(BadImageId):
        huimages.delete_image(f"../../{victim}")
    assert victim.is_file()
