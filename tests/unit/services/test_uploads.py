from __future__ import annotations

import hashlib
import io
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.domain.tags import MAX_TAGS
from huimages_app.errors import BadInput, IdCollision, NotAnImage, RemovedImage, TooLarge
from huimages_app.imaging import DecodingBudget
from huimages_app.services.container import Services
from tests.support.pictures import photo, rotated
from tests.support.services import add, original_file, services_in

PHOTO = photo(80, 60)
ID = image_id(PHOTO)


def test_upload_stores_original_record_and_tags(services: Services, tmp_path: Path) -> None:
    before = datetime.now(UTC)
    when = datetime(2009, 4, 1, 12, tzinfo=UTC)
    added = add(
        services,
        PHOTO,
        title=" Red  bicycle ",
        filename="C:\\photos\\bike.jpg",
        tags=("red",),
        references={"artnr": ["1", "2"]},
        type="product_image",
        timestamp=when,
    )
    assert added.is_new
    image = services.images.get_any(ID)
    assert image == added.image
    assert (image.id, image.length) == (ID, len(PHOTO))
    assert (image.width, image.height) == (80, 60)
    assert (image.contenttype, image.filename) == ("image/jpeg", "bike.jpg")
    assert image.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert image.placeholder.startswith("#")
    assert image.titles == ("Red bicycle",)
    assert image.references == {"artnr": ("1", "2")}
    assert image.types == ("product_image",)
    assert image.created == when
    assert before <= image.modified <= datetime.now(UTC)
    assert services.annotations.get(ID, "vera").tags == ("red",)
    assert original_file(tmp_path, ID).read_bytes() == PHOTO


def test_upload_of_a_turned_picture_stores_upright_dimensions(services: Services) -> None:
    image = add(services, rotated(6, 80, 60)).image
    assert (image.width, image.height) == (80, 60)


def test_repeated_upload_adds_to_the_record(services: Services, storage: Storage) -> None:
    first = add(
        services, PHOTO, title="One", filename="a.jpg", tags=("x", "y"), references={"artnr": ["1"]}
    )
    again = add(
        services,
        PHOTO,
        title="Two",
        filename="b.jpg",
        tags=("y", "z"),
        references={"artnr": ["2", "1"], "path": ["p"]},
        type="t",
        timestamp=datetime(2001, 1, 1, tzinfo=UTC),
    )
    assert first.is_new
    assert not again.is_new
    image = again.image
    assert image.titles == ("One", "Two")
    assert image.filename == "a.jpg"
    assert image.references == {"artnr": ("1", "2"), "path": ("p",)}
    assert image.types == ("t",)
    assert image.created == first.image.created
    assert image.modified > first.image.modified
    assert services.annotations.get(ID, "vera").tags == ("x", "y", "z")
    assert list(storage.originals.ids()) == [ID]


def test_upload_with_an_earlier_title_makes_it_current(services: Services) -> None:
    for title in ("One", "Two", "One", ""):
        image = add(services, PHOTO, title=title).image
    assert image.titles == ("Two", "One")


def test_repeated_upload_without_new_values_changes_nothing(services: Services) -> None:
    first = add(services, PHOTO, title="One").image
    assert add(services, PHOTO, title="One").image == first


def test_default_title_is_stored_for_untitled_images_only(services: Services) -> None:
    assert add(services, PHOTO, default_title="IMG 1").image.titles == ("IMG 1",)
    assert add(services, PHOTO, default_title="IMG 2").image.titles == ("IMG 1",)
    both = add(services, photo(10, 10), title="Given", default_title="IMG 3").image
    assert both.titles == ("Given",)


def test_tags_of_an_upload_belong_to_its_visitor(services: Services) -> None:
    add(services, PHOTO, "vera", tags=("a",))
    add(services, PHOTO, "otto", tags=("b", "a"))
    assert services.annotations.get(ID, "vera").tags == ("a",)
    assert services.annotations.summary(ID).tags == {"a": 2, "b": 1}


def test_upload_of_a_trashed_image_restores_it(services: Services) -> None:
    add(services, PHOTO, title="One")
    services.editing.trash(ID)
    back = add(services, PHOTO)
    assert back.is_new
    assert back.image.trashed is None
    assert back.image.titles == ("One",)


def test_upload_of_a_removed_image_starts_with_an_empty_record(services: Services) -> None:
    add(services, PHOTO, title="One", tags=("x",))
    services.editing.remove(ID)
    with pytest.raises(RemovedImage):
        services.images.get_any(ID)
    back = add(services, PHOTO)
    assert back.is_new
    assert back.image.titles == ()
    assert services.annotations.summary(ID).tags == {}


@pytest.mark.parametrize("content", [b"", b"no picture", PHOTO[:20], b"<svg/>"])
def test_upload_of_another_file_is_refused(
    services: Services, content: bytes, storage: Storage
) -> None:
    with pytest.raises(NotAnImage):
        add(services, content)
    assert list(storage.originals.ids()) == []
    assert services.images.count() == 0


def test_upload_beyond_limits_is_refused_before_anything_is_stored(
    tmp_path: Path, storage: Storage
) -> None:
    services = services_in(tmp_path, **{"upload.max_bytes": "1000", "upload.max_pixels": "100"})
    with pytest.raises(TooLarge, match=r"bytes; expected at most 1,000"):
        add(services, PHOTO)
    with pytest.raises(TooLarge):
        add(services, photo(20, 20, format="PNG")[:999])
    assert list(storage.originals.ids()) == []
    services.close()


@pytest.mark.parametrize(
    "fields",
    [{"title": "x" * 501}, {"references": {"A B": ["1"]}}, {"type": "x" * 501}],
)
def test_upload_with_invalid_fields_is_refused_before_anything_is_stored(
    services: Services, fields: dict[str, object], storage: Storage
) -> None:
    with pytest.raises(BadInput):
        add(services, PHOTO, **fields)
    assert list(storage.originals.ids()) == []


def test_upload_with_too_many_tags_is_refused_before_anything_is_stored(
    services: Services, storage: Storage
) -> None:
    with pytest.raises(BadInput, match="tags are too many"):
        add(services, PHOTO, tags=[f"t{i}" for i in range(MAX_TAGS + 1)])
    assert list(storage.originals.ids()) == []


def test_upload_that_collides_with_a_stored_original_is_refused(
    services: Services, tmp_path: Path
) -> None:
    add(services, PHOTO, title="One")
    # A real collision of SHA-1 is out of reach; changed bytes in the store have the same effect.
    file = original_file(tmp_path, ID)
    file.chmod(0o640)
    other = photo(80, 60, seed=1)
    file.write_bytes(other)
    with pytest.raises(IdCollision):
        add(services, PHOTO, title="Two")
    assert file.read_bytes() == other
    assert services.images.get_any(ID).titles == ("One",)


def test_upload_that_collides_with_a_record_is_refused(
    services: Services, tmp_path: Path, storage: Storage
) -> None:
    add(services, PHOTO)
    original_file(tmp_path, ID).unlink()
    storage.metadata.images.update(ID, lambda image: replace(image, sha256="0" * 64))
    with pytest.raises(IdCollision):
        add(services, PHOTO)


def test_upload_restores_a_lost_original(services: Services, tmp_path: Path) -> None:
    add(services, PHOTO, title="One")
    original_file(tmp_path, ID).unlink()
    assert add(services, PHOTO).image.titles == ("One",)
    assert original_file(tmp_path, ID).read_bytes() == PHOTO


def test_upload_reads_a_file_from_its_start(services: Services) -> None:
    file: BinaryIO = io.BytesIO(PHOTO)
    file.read()
    assert services.uploads.add(file).image.id == ID


def test_uploads_and_renditions_share_one_decoding_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, running, most = threading.Lock(), 0, 0
    reserve = DecodingBudget.reserve

    @contextmanager
    def counted(budget: DecodingBudget, size: int) -> Iterator[None]:
        nonlocal running, most
        with reserve(budget, size):
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)  # gives the other threads time to enter
            yield
            with lock:
                running -= 1

    monkeypatch.setattr(DecodingBudget, "reserve", counted)
    # One byte: a picture is decoded when no other one is.
    services = services_in(tmp_path, **{"decoding.memory": "1", "render.at_once": "8"})
    add(services, PHOTO)

    def upload_or_render(number: int) -> None:
        if number % 2:
            add(services, photo(40 + number, 30))
        else:
            services.renditions.get(ID, Size(10 + number, 10), JPEG).close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload_or_render, range(16)))
    assert most == 1
    services.close()
