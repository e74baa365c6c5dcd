"""Renditions state the rights of the record, and never outdated ones."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from huimages_app.backends import Storage
from huimages_app.domain.formats import JPEG
from huimages_app.domain.models import Image
from huimages_app.domain.rights import Rights
from huimages_app.domain.sizes import Size
from huimages_app.errors import StorageUnavailable
from huimages_app.imaging import decoder
from huimages_app.imaging.embedded import rights_in
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from huimages_app.services.maintenance.stale_renditions import StaleRenditions
from tests.support.days import day, limit
from tests.support.exiftool import with_tags
from tests.support.pictures import photo
from tests.support.services import add

SIZE = Size.parse("240x240")


@pytest.fixture
def image(services: Services) -> Image:
    content = with_tags(photo(400, 300), "jpeg", "-XMP-dc:Creator=Ada", "-XMP-dc:Rights=© Ada")
    return add(services, content).image


def stated(services: Services, image: Image) -> Rights:
    served = services.renditions.get(image.id, SIZE, JPEG)
    try:
        return rights_in(io.BytesIO(served.file.read()))
    finally:
        served.close()


def test_rendition_states_the_rights_of_the_record(services: Services, image: Image) -> None:
    assert stated(services, image) == Rights(creator="Ada", copyright="© Ada")
    services.editing.update(image.id, ImagePatch(rights={"creator": "Bob", "copyright": ""}))
    assert stated(services, image) == Rights(creator="Bob")
    services.editing.update(image.id, ImagePatch(rights={"creator": ""}))
    assert stated(services, image) == Rights()


def test_other_edits_keep_the_cache(services: Services, storage: Storage, image: Image) -> None:
    stated(services, image)
    services.editing.update(image.id, ImagePatch(title="New", rights={"licensor": "x"}))
    assert storage.cache.count(image.id) == 1


def test_rendition_without_metadata_storage_states_the_rights_of_the_original(
    services: Services, storage: Storage, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(image_id: str) -> Image:
        raise StorageUnavailable("down")

    monkeypatch.setattr(storage.metadata.images, "get", down)
    assert stated(services, image) == Rights(creator="Ada", copyright="© Ada")


def test_pending_rendition_is_dropped_when_the_rights_change(
    services: Services, storage: Storage, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()
    render: Callable[..., object] = decoder.render

    def slow(*args: object, **options: object) -> None:
        begun.set()
        assert may_end.wait(60)
        render(*args, **options)

    monkeypatch.setattr(decoder, "render", slow)
    request = threading.Thread(target=lambda: stated(services, image))
    request.start()
    assert begun.wait(60)
    services.editing.update(image.id, ImagePatch(rights={"creator": "Bob"}))
    may_end.set()
    request.join(60)
    assert storage.cache.count(image.id) == 0
    assert stated(services, image).creator == "Bob"


def test_renditions_left_by_a_killed_process_are_found(
    services: Services, storage: Storage, image: Image
) -> None:
    stated(services, image)
    stale = StaleRenditions(storage.metadata, storage.cache, presets=())
    assert list(stale.find()) == []
    # As if the process was killed after the record was saved.
    storage.metadata.images.update(
        image.id, lambda image: replace(image, rights=Rights(creator="Bob"))
    )
    assert list(stale.find()) == [image.id]


def down(image_id: str) -> Image:
    raise StorageUnavailable("down")


def test_rendition_made_without_metadata_storage_is_hidden_from_web_servers(
    services: Services, storage: Storage, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record may limit the days on which it is shown."""
    with monkeypatch.context() as context:
        context.setattr(storage.metadata.images, "get", down)
        for _ in range(2):  # a miss, and a hit
            served = services.renditions.get(image.id, SIZE, JPEG)
            served.close()
            assert served.expires is not None
            assert 50 < served.expires - time.time() <= 60
        assert storage.cache.find(image.id, SIZE, JPEG) is None
        assert storage.cache.count(image.id) == 1
    served = services.renditions.get(image.id, SIZE, JPEG)
    served.close()
    assert served.expires is None
    assert storage.cache.find(image.id, SIZE, JPEG) is not None


def test_limited_image_is_not_served_without_metadata_storage(
    services: Services, storage: Storage, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(services, image, until=day(0))
    services.renditions.get(image.id, SIZE, JPEG).close()
    monkeypatch.setattr(storage.metadata.images, "get", down)
    for size in (SIZE, Size.parse("250x250")):
        with pytest.raises(StorageUnavailable):
            services.renditions.get(image.id, size, JPEG)
    with pytest.raises(StorageUnavailable):
        services.renditions.original(image.id)


def test_limited_renditions_are_counted_and_evicted(
    services: Services, storage: Storage, image: Image
) -> None:
    limit(services, image, until=day(0))
    services.renditions.get(image.id, SIZE, JPEG).close()
    assert storage.cache.count(image.id) == 1
    before = storage.cache.usage()
    assert before.files >= 2  # the rendition, and the mark of its days
    storage.cache.close()  # the first count is done in the background
    storage.cache.prune(max_bytes=0)
    assert storage.cache.count(image.id) == 0
    assert storage.cache.usage().files == 0


def test_trashed_image_is_shown_to_editors_with_its_edited_rights(
    services: Services, image: Image
) -> None:
    services.editing.update(image.id, ImagePatch(rights={"creator": "Bob"}))
    trashed = services.editing.trash(image.id)
    served = services.renditions.uncached(trashed, SIZE, JPEG)
    with served.file as file:
        assert rights_in(io.BytesIO(file.read())).creator == "Bob"
