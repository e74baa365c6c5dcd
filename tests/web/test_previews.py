"""Previews of large originals: made once, and removed with the image."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from huimages_app.services.previews import Previews
from tests.support import pictures
from tests.support.site import Site

COPIES = ["~1600.jpeg", "~480.jpeg", "~800.jpeg"]


@pytest.fixture(scope="module")
def photo() -> bytes:
    return pictures.photo(width=3000, height=2000)


@pytest.fixture
def later(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, chain="request")
    yield site
    site.close()


@pytest.mark.slow
def test_previews_made_after_upload_replace_the_original(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    site.services.worker.join()
    assert site.cached() == COPIES
    shutil.rmtree(site.folder / "originals")
    for size, expected in (("240x160", (240, 160)), ("1024x768", (1024, 683))):
        body = site.app.get(f"/{size}/{id_}.jpeg").body
        assert Image.open(io.BytesIO(body)).size == expected
    # Too large to be made from a preview.
    site.app.get(f"/1600x1600/{id_}.jpeg", status=503)


@pytest.mark.slow
def test_complete_previews_are_not_made_again(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    site.services.worker.join()
    shutil.rmtree(site.folder / "originals")
    storage, worker = site.storage, site.services.worker
    decoder = site.services.decoder
    chain = Previews(
        storage.originals, storage.metadata, storage.cache, worker=worker, decoder=decoder
    )
    assert chain.make(id_)


def test_previews_are_made_after_first_request(later: Site, photo: bytes) -> None:
    id_ = later.upload(photo)
    later.services.worker.join()
    assert later.cached() == []
    later.app.get(f"/240x160/{id_}.jpeg")
    later.services.worker.join()
    assert later.cached() == sorted(["240x160.jpeg", *COPIES])


def test_small_image_has_no_previews(site: Site) -> None:
    site.upload(pictures.photo(width=1800, height=1200))
    site.services.worker.join()
    assert site.cached() == []


def test_damaged_preview_falls_back_to_the_original(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    site.services.worker.join()
    for copy in (site.folder / "cache").rglob("~*"):
        copy.write_bytes(copy.read_bytes()[:500])
    assert Image.open(io.BytesIO(site.app.get(f"/240x160/{id_}.jpeg").body)).size == (240, 160)


def test_previews_are_removed_with_the_image(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    site.services.worker.join()
    site.services.editing.trash(id_)
    assert site.cached() == []
    site.services.worker.submit("late", lambda: None)
    site.services.worker.join()
    assert site.cached() == []


def test_configured_sizes_are_prerendered(tmp_path: Path, photo: bytes) -> None:
    site = Site(tmp_path, **{"upload.sizes": "small, square"})
    site.upload(photo)
    site.services.worker.join()
    assert site.cached() == sorted(["240x160.jpeg", "75x75!.jpeg", *COPIES])
    site.close()


def test_disabled_previews_are_not_made(tmp_path: Path, photo: bytes) -> None:
    site = Site(tmp_path, chain="off")
    id_ = site.upload(photo)
    site.app.get(f"/240x160/{id_}.jpeg")
    site.services.worker.join()
    assert site.cached() == ["240x160.jpeg"]
    site.close()
