"""Signed URLs of pictures: which sizes need a signature, and responses without one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from huimages_app.domain.sizes import Size
from huimages_app.services.image_patch import ImagePatch
from tests.support import pictures
from tests.support.site import CLOSED, Site


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Site]:
    # Nothing is made ahead of time, so that the renditions can be counted.
    settings = {"sizes.allowed": "named 150x150!", "renditions_per_image": "4", "chain": "off"}
    site = Site(tmp_path, **settings)
    yield site
    site.close()


@pytest.fixture
def image_id(strict: Site) -> str:
    return strict.upload(pictures.photo(width=300, height=200))


def local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def get(site: Site, url: str, status: int | str) -> Any:
    return site.app.get(local(url), status=status)


def test_named_and_listed_sizes_need_no_signature(strict: Site, image_id: str) -> None:
    for size in ("small", "240x160", "240x160@2x", "150x150!"):
        get(strict, f"/{size}/{image_id}.jpeg", 200)


def test_other_sizes_need_a_signature(strict: Site, image_id: str) -> None:
    for size in ("241x160", "o", "10000x10000", "150x151!"):
        get(strict, f"/{size}/{image_id}.jpeg", 403)
        url = strict.services.urls.url(image_id, size)
        get(strict, url, 200)
        get(strict, url[:-1] + ("A" if url[-1] != "A" else "B"), 403)
        get(strict, url.replace(image_id, "B" * 32 + "01"), 403)


def test_signature_is_valid_for_one_url_only(strict: Site, image_id: str) -> None:
    url = strict.services.urls.url(image_id, "99x99")
    for old, new in (("99x99", "98x99"), (".jpeg", ".webp"), (".jpeg", ""), (".jpeg", "/x.jpeg")):
        get(strict, url.replace(old, new), 403)


def test_signature_expiry_limits_cache_lifetime(strict: Site, image_id: str) -> None:
    url = strict.services.urls.url(image_id, "99x99", expires=int(time.time()) + 60)
    response = get(strict, url, 200)
    assert response.cache_control.max_age <= 60
    assert "immutable" not in response.headers["Cache-Control"]
    # The rendition is cached; an expired or changed URL is refused all the same.
    get(strict, strict.services.urls.url(image_id, "99x99", expires=1), 403)
    get(strict, url.replace("e=", "e=9"), 403)
    get(strict, f"/99x99/{image_id}.jpeg", 403)


def test_generated_urls_are_signed(tmp_path: Path) -> None:
    site = Site(tmp_path, signed="all")
    image_id = site.upload(pictures.photo(width=300, height=200))
    image = site.services.images.get_any(image_id)
    get(site, f"/240x160/{image_id}.jpeg", 403)
    get(site, f"/o/{image_id}", 403)
    get(site, site.services.urls.named_url(image, "small"), 200)
    page = site.app.get("/")
    sources = [element["src"] for element in page.html.select("img")]
    assert sources
    for source in sources:
        get(site, source, 200)
    site.close()


def test_unsigned_other_focal_point_redirects_to_stored_one(strict: Site, image_id: str) -> None:
    moved = get(strict, f"/150x150!30,70/{image_id}/a%20b.webp", 302)
    assert urlsplit(moved.location).path == f"/150x150!/{image_id}/a%20b.webp"
    strict.services.editing.update(image_id, ImagePatch(focus=(0.3, 0.7)))
    get(strict, f"/150x150!30,70/{image_id}/a%20b.webp", 200)
    moved = get(strict, f"/150x150!1,2/{image_id}.jpeg", 302)
    assert urlsplit(moved.location).path == f"/150x150!30,70/{image_id}.jpeg"
    get(strict, f"/150x150!/{image_id}.jpeg", 200)
    path = f"/150x150!1,2/{image_id}.jpeg"
    query = strict.services.sizes.query(Size.parse("1x1"), path)
    get(strict, path + query, 200)


def test_viewer_gets_no_urls_of_focal_points(tmp_path: Path) -> None:
    """Each URL would make one more rendition."""
    site = Site(tmp_path, **CLOSED, signed="all")
    path = f"/api/v1/images/{site.add().id}?size="
    for scopes, status in ((["read"], 403), (["read", "edit"], 200)):
        headers = {"Authorization": f"Bearer {site.services.tokens.add('shop', scopes)[1]}"}
        site.app.get(path + "75x75!1,2", headers=headers, status=status)
        site.app.get(path + "75x75!@2x", headers=headers, status=200)
    site.close()


def test_widths_of_one_image_are_limited(strict: Site, image_id: str) -> None:
    for width in (10, 11, 12, 13):
        get(strict, strict.services.urls.url(image_id, f"{width}x"), 200)
    get(strict, strict.services.urls.url(image_id, "14x"), 403)
    get(strict, strict.services.urls.url(image_id, "13x"), 200)
    other = strict.upload(pictures.photo(width=300, height=200, seed=1))
    get(strict, f"/small/{other}.jpeg", 200)


def test_unknown_focal_point_without_metadata_storage_returns_503(
    strict: Site, image_id: str
) -> None:
    database = strict.folder / "metadata.sqlite"
    strict.storage.metadata.close()
    database.rename(database.with_suffix(".gone"))
    database.mkdir()
    get(strict, f"/150x150!1,2/{image_id}.jpeg", 503)
    get(strict, f"/150x150!/{image_id}.jpeg", 200)


@pytest.mark.parametrize("query", ["s=%ff", "s=%00", "s=&e=", "e=5", "s=" + "A" * 9000, "s=a&s=b"])
def test_malformed_signature_is_refused(strict: Site, image_id: str, query: str) -> None:
    assert get(strict, f"/99x99/{image_id}.jpeg?{query}", status="*").status_int in {400, 403}
