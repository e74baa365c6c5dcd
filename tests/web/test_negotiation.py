"""The best format that a client takes: `.auto`, or everywhere."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from huimages_app.domain.sizes import Size
from tests.support import pictures
from tests.support.site import Site

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
SAFARI_14 = "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"
CURL = "*/*"
LONG = "public, max-age=31536000, immutable"


@pytest.fixture
def image_id(site: Site) -> str:
    return site.upload(pictures.photo(width=300, height=200))


def get(site: Site, path: str, accept: str = CURL, status: int = 200):
    return site.app.get(path, headers={"Accept": accept}, status=status)


@pytest.mark.parametrize(
    ("accept", "contenttype"),
    [(CHROME, "image/avif"), (SAFARI_14, "image/webp"), (CURL, "image/jpeg"), ("", "image/jpeg")],
)
@pytest.mark.parametrize("ending", [".auto", "/red-chair.auto"])
def test_jpeg_is_served_until_better_format_is_made(
    site: Site, image_id: str, accept: str, contenttype: str, ending: str
) -> None:
    first = get(site, f"/120x120/{image_id}{ending}", accept)
    assert first.content_type == "image/jpeg"
    assert first.headers["Vary"] == "Accept"
    is_best = contenttype == "image/jpeg"
    assert first.headers["Cache-Control"] == (LONG if is_best else "public, max-age=60")
    site.services.worker.join()
    later = get(site, f"/120x120/{image_id}{ending}", accept)
    assert later.content_type == contenttype
    assert later.headers["Vary"] == "Accept"
    assert later.headers["Cache-Control"] == LONG
    assert is_best or len(later.body) < len(first.body)


def test_each_format_is_cached_once(site: Site, image_id: str) -> None:
    for accept in (CHROME, SAFARI_14, CURL, CHROME):
        get(site, f"/120x120/{image_id}.auto", accept)
    site.services.worker.join()
    assert site.cached() == ["120x120.avif", "120x120.jpeg", "120x120.webp"]
    assert get(site, f"/120x120/{image_id}.auto", SAFARI_14).content_type == "image/webp"


def test_not_modified_response_has_vary(site: Site, image_id: str) -> None:
    response = get(site, f"/120x120/{image_id}.auto")
    since = {"If-Modified-Since": response.headers["Last-Modified"]}
    unchanged = site.app.get(f"/120x120/{image_id}.auto", headers=since, status=304)
    assert unchanged.headers["Vary"] == "Accept"


def test_url_without_auto_is_not_negotiated(site: Site, image_id: str) -> None:
    for ending in ("", ".jpeg", ".jpg", "/name.jpeg", "/name"):
        response = get(site, f"/120x120/{image_id}{ending}", CHROME)
        assert response.content_type == "image/jpeg"
        assert "Vary" not in response.headers


def test_negotiate_everywhere_applies_to_all_urls(tmp_path: Path) -> None:
    site = Site(tmp_path, negotiate="everywhere")
    photo = pictures.photo(width=300, height=200)
    image_id = site.upload(photo)
    for ending in ("", ".jpeg", ".jpg", "/name.jpeg", "/name", "/version-1.5", ".auto"):
        response = get(site, f"/120x120/{image_id}{ending}", CHROME)
        assert response.headers["Vary"] == "Accept"
        site.services.worker.join()
        assert get(site, f"/120x120/{image_id}{ending}", CHROME).content_type == "image/avif"
    for ending in (".png", ".webp", "/name.PNG"):
        response = get(site, f"/120x120/{image_id}{ending}", CHROME)
        assert response.content_type != "image/avif"
        assert "Vary" not in response.headers
    assert get(site, f"/o/{image_id}", CHROME).body == photo
    site.close()


def test_negotiate_off_returns_jpeg(tmp_path: Path) -> None:
    site = Site(tmp_path, negotiate="off")
    image_id = site.upload(pictures.photo(width=300, height=200))
    response = get(site, f"/120x120/{image_id}.auto", CHROME, 404)
    assert "not in .auto" in response.text
    site.close()


def test_failed_better_format_stays_jpeg(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    site = Site(tmp_path, renditions_per_image="1")
    image_id = site.upload(pictures.photo(width=300, height=200))
    caplog.set_level("INFO", "huimages_app")
    for _ in range(2):
        assert get(site, f"/120x120/{image_id}.auto", CHROME).content_type == "image/jpeg"
        site.services.worker.join()
    assert f"not made: image={image_id} format=avif" in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    site.close()


def test_signature_of_negotiated_url_is_valid_for_every_accept(tmp_path: Path) -> None:
    site = Site(tmp_path, signed="all")
    image_id = site.upload(pictures.photo(width=300, height=200))
    path = f"/120x120/{image_id}.auto"
    query = site.services.sizes.query(Size.parse("120x120"), path)
    get(site, path, CHROME, 403)
    assert get(site, path + query, CHROME).headers["Vary"] == "Accept"
    get(site, path.replace("auto", "avif") + query, CHROME, 403)
    site.close()


def test_avif_is_made_quickly_and_replaced_by_smaller_file(site: Site, image_id: str) -> None:
    path = f"/120x120/{image_id}.avif"
    quick = get(site, path)
    assert quick.headers["Cache-Control"] == "public, max-age=60"
    site.services.worker.join()
    small = get(site, path)
    assert small.headers["Cache-Control"] == LONG
    assert len(small.body) < len(quick.body)
    site.services.worker.join()
    assert get(site, path).body == small.body
    assert site.cached() == ["120x120.avif"]


def test_avif_is_not_replaced_after_the_image_was_removed(site: Site, image_id: str) -> None:
    started, go_on = threading.Event(), threading.Event()
    site.services.worker.submit("first", lambda: started.set() or go_on.wait(20))
    assert started.wait(20)
    get(site, f"/120x120/{image_id}.avif")
    site.services.editing.trash(image_id)
    go_on.set()
    site.services.worker.join()
    assert site.cached() == []


def test_webp_is_made_once(site: Site, image_id: str) -> None:
    first = get(site, f"/120x120/{image_id}.webp")
    assert first.headers["Cache-Control"] == LONG
    site.services.worker.join()
    assert (
        get(site, f"/120x120/{image_id}.webp").headers["Last-Modified"]
        == (first.headers["Last-Modified"])
    )


def test_least_effort_makes_larger_avif(tmp_path: Path) -> None:
    lengths = []
    for effort in ("0", "5"):
        site = Site(tmp_path / effort, **{"effort.avif": effort})
        image_id = site.upload(pictures.photo(width=300, height=200))
        first = get(site, f"/120x120/{image_id}.avif")
        assert (first.headers["Cache-Control"] == LONG) == (effort == "0")
        site.services.worker.join()
        lengths.append(len(get(site, f"/120x120/{image_id}.avif").body))
        site.close()
    assert lengths[0] > lengths[1]
