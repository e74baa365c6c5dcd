"""Pages that a share link must not open, and places where its token must not appear."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from webtest import TestApp, TestResponse

from huimages_app.domain.models import Image
from huimages_app.domain.shares import ShareTerms, Target
from huimages_app.errors import StorageUnavailable
from huimages_app.services.image_patch import ImagePatch
from tests.support.pictures import photo
from tests.support.site import CLOSED, Site

SECRETS = ("secret-file-name", "10106", "hidden-tag", "secret-camera", "old title")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A closed site in which every size but the original needs a signature."""
    site = Site(tmp_path, **CLOSED, **{"sizes.allowed": "thumb"})
    yield site
    site.close()


@pytest.fixture
def images(site: Site) -> list[Image]:
    added = [
        site.add(
            seed,
            width=900,
            height=600,
            title="old title",
            references={"artnr": ["10106"]},
            tags=["hidden-tag"],
        )
        for seed in range(3)
    ]
    for image in added:
        site.storage.metadata.images.update(
            image.id,
            lambda one: replace(
                one,
                titles=("old title", "Gull <b>"),
                alt='A "gull"',
                camera="secret-camera",
                filename="secret-file-name.jpeg",
                rights=one.rights.patched({"credit": "Vera <x>", "terms": "no"}),
            ),
        )
    return added


@pytest.fixture
def token(site: Site, images: list[Image]) -> str:
    """Return the token of a share link to the first two images, in one size."""
    services = site.services
    stored = services.collections.add("Press", "For the press")
    services.collection_images.add_images(stored.id, [image.id for image in images[:2]])
    return share(site, Target("collection", stored.id))


def share(site: Site, target: Target, **terms: object) -> str:
    given = {"sizes": ("vga",), **terms}
    return site.services.shares.add(target, ShareTerms(**given))[1]  # type: ignore[arg-type]


def links(page: TestResponse) -> list[str]:
    return [link["href"] for link in page.html.select("[data-grid] a")]


def test_page_shows_the_shared_pictures_only(site: Site, token: str, images: list[Image]) -> None:
    page = site.browser().get(f"/share/{token}/")
    assert page.html.h1.text == "Press"
    assert page.html.select_one(".text").text == "For the press"
    assert links(page) == [f"/share/{token}/{image.id}/" for image in images[:2]]
    link = page.html.select_one("[data-grid] a")
    assert (link["data-title"], link["data-credit"]) == ("Gull <b>", "Vera <x>")
    assert page.html.img["alt"] == 'A "gull"'
    picture = site.browser().get(links(page)[0])
    for shown in (page, picture):
        assert [secret for secret in SECRETS if secret in shown.text] == []
        assert shown.html.select("form[method=post], nav a[href='/image/'], [name=q]") == []
        assert "Set-Cookie" not in shown.headers


def test_shared_responses_are_private_and_not_indexed(
    site: Site, token: str, images: list[Image]
) -> None:
    for path in ("", f"{images[0].id}/", "download?size=vga", f"{images[0].id}/download?size=vga"):
        response = site.app.get(f"/share/{token}/{path}")
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert response.headers["Cache-Control"] == "private, no-store"
    response = site.app.get(f"/share/{'x' * 32}/", status=404)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_pictures_of_the_page_load_and_signatures_end_within_the_hour(
    site: Site, token: str
) -> None:
    page = site.app.get(f"/share/{token}/")
    urls = [image["src"] for image in page.html.select("[data-grid] img")]
    urls += [
        one.split()[0]
        for image in page.html.select("[data-grid] img")
        for one in image["srcset"].split(", ")
    ]
    urls += [link["data-full"] for link in page.html.select("[data-grid] a")]
    now = datetime.now(UTC).timestamp()
    for url in set(urls):
        (end,) = parse_qs(urlsplit(url).query)["e"]
        assert now + 2900 <= int(end) <= now + 3600
        response = site.app.get(url)
        age = int(re.findall(r"max-age=(\d+)", response.headers["Cache-Control"])[0])
        assert age <= 3600


def test_signatures_end_with_the_share_link(site: Site, images: list[Image]) -> None:
    until = datetime.now(UTC) + timedelta(minutes=5)
    token = share(site, Target("image", images[0].id), until=until)
    url = site.app.get(f"/share/{token}/").html.select_one("[data-grid] img")["src"]
    assert int(parse_qs(urlsplit(url).query)["e"][0]) <= until.timestamp()


def test_no_url_exceeds_the_largest_size_of_the_link(site: Site, images: list[Image]) -> None:
    token = share(site, Target("image", images[0].id), sizes=("small",))  # 240x160
    page = site.app.get(f"/share/{token}/")
    picture = site.app.get(f"/share/{token}/{images[0].id}/")
    for shown in (page, picture):
        for size in re.findall(r"/([0-9]+x[0-9]*!?(?:@2x)?)/", shown.text):
            assert size in {"240x160", "450x150", "150x150"}  # 225x150, 150x100


def test_images_outside_the_link_return_404(site: Site, token: str, images: list[Image]) -> None:
    other = images[2].id
    site.app.get(f"/share/{token}/{other}/", status=404)
    site.app.get(f"/share/{token}/{other}/download?size=vga", status=404)
    site.app.get(f"/share/{token}/{'A' * 32}01/", status=404)
    names = zip_names(site.app.get(f"/share/{token}/download?size=vga"))
    assert len(names) == 2


def zip_names(response: TestResponse) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(response.body)).namelist()


@pytest.mark.parametrize("size", ["xvga", "1600x1600", "o", "original", "", "vga@2x", "VGA", "x"])
def test_other_sizes_and_originals_are_out_of_reach(
    site: Site, token: str, images: list[Image], size: str
) -> None:
    for path in ("download", f"{images[0].id}/download"):
        site.app.get(f"/share/{token}/{path}", {"size": size}, status=403)


def test_signature_of_one_size_opens_no_other(site: Site, token: str) -> None:
    url = site.app.get(f"/share/{token}/").html.select_one("[data-grid] a")["data-full"]
    for wanted in ("1024x768", "o", "640x480@2x"):
        site.app.get(url.replace("/640x480/", f"/{wanted}/"), status=403)
    site.app.get(url.replace("e=", "e=9"), status=403)
    site.app.get(url.partition("?")[0], status=403)


def test_permitted_originals_are_whole(site: Site, images: list[Image]) -> None:
    target = Target("image", images[0].id)
    token = share(site, target, originals=True)
    response = site.app.get(f"/share/{token}/{images[0].id}/download?size=original")
    assert len(response.body) == images[0].length
    assert "secret" not in response.headers["Content-Disposition"]
    archive = site.app.get(f"/share/{token}/download?size=original")
    assert zip_names(archive) == ["Gull _b_.jpg"]
    times = [entry.date_time[0] for entry in zipfile.ZipFile(io.BytesIO(archive.body)).infolist()]
    assert times == [datetime.now(UTC).year]


def test_downloads_have_no_original_file_names(site: Site, token: str, images: list[Image]) -> None:
    response = site.app.get(f"/share/{token}/{images[0].id}/download?size=vga&format=webp")
    assert response.headers["Content-Disposition"].endswith("''Gull%20%3Cb%3E-640x480.webp")
    names = zip_names(site.app.get(f"/share/{token}/download?size=vga"))
    assert names == ["Gull _b_-640x480.jpeg", "Gull _b_-640x480-2.jpeg"]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/image/", "/search?q=gull", "/tag/", "/collection/", "/share/", "/share/new?tag=x"),
        *("/api/v1/images", "/api/v1/collections", "/api/v1/shares", "/feed.atom", "/article/"),
    ],
)
def test_token_opens_no_other_page(site: Site, token: str, path: str) -> None:
    visitor = TestApp(site.app.app)
    visitor.get(f"/share/{token}/")
    visitor.get(path, status=401)
    visitor.get(path, headers={"Authorization": f"Bearer {token}"}, status=401)


def test_pages_of_shared_pictures_stay_closed(site: Site, token: str, images: list[Image]) -> None:
    for view in ("", "download", "around", "place", "next"):
        site.app.get(f"/image/{images[0].id}/{view}", status=401)
    for view in ("edit", "add", "order", "revoke"):
        site.app.post(f"/share/{token}/{view}", {}, status=404)
    site.app.post("/share/revoke", {"id": "x"}, status=401)
    site.app.post("/share/", {"kind": "tag", "value": "x"}, status=401)


def test_revoked_link_opens_no_url(site: Site, token: str, images: list[Image]) -> None:
    (stored,) = site.services.shares.all()
    site.services.shares.revoke(stored.id)
    for path in ("", f"{images[0].id}/", "download?size=vga", f"{images[0].id}/download?size=vga"):
        site.app.get(f"/share/{token}/{path}", status=404)


def test_expired_link_returns_410(site: Site, token: str, images: list[Image]) -> None:
    key, record = next(iter(site.storage.metadata.documents.items("share")))
    over = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    site.storage.metadata.documents.save("share", key, lambda _: {**record, "until": over})
    for path in ("", f"{images[0].id}/", "download?size=vga", f"{images[0].id}/download?size=vga"):
        site.app.get(f"/share/{token}/{path}", status=410)


def test_picture_that_leaves_is_out_of_reach(site: Site, token: str, images: list[Image]) -> None:
    stored = site.services.collections.all()[0]
    site.services.collection_images.remove_images(stored.id, [images[0].id])
    site.services.editing.trash(images[1].id)
    assert links(site.app.get(f"/share/{token}/")) == []
    for image in images:
        site.app.get(f"/share/{token}/{image.id}/", status=404)
        site.app.get(f"/share/{token}/{image.id}/download?size=vga", status=404)
    assert zip_names(site.app.get(f"/share/{token}/download?size=vga")) == []


def test_picture_whose_rights_ended_is_out_of_reach(
    site: Site, token: str, images: list[Image]
) -> None:
    site.services.editing.update(images[0].id, ImagePatch(rights={"until": "2001-01-01"}))
    assert links(site.app.get(f"/share/{token}/")) == [f"/share/{token}/{images[1].id}/"]
    site.app.get(f"/share/{token}/{images[0].id}/", status=404)
    site.app.get(f"/share/{token}/{images[0].id}/download?size=vga", status=404)
    assert len(zip_names(site.app.get(f"/share/{token}/download?size=vga"))) == 1


def test_older_version_is_out_of_reach(site: Site, token: str, images: list[Image]) -> None:
    new = site.services.versions.replace(images[0].id, io.BytesIO(photo(300, 200))).image.id
    assert links(site.app.get(f"/share/{token}/"))[0] == f"/share/{token}/{new}/"
    site.app.get(f"/share/{token}/{images[0].id}/", status=404)


def test_removed_collection_ends_its_links(site: Site, token: str, images: list[Image]) -> None:
    site.services.collections.remove(site.services.collections.all()[0].id)
    site.app.get(f"/share/{token}/", status=404)
    site.app.get(f"/share/{token}/{images[0].id}/download?size=vga", status=404)


def test_only_hashes_of_token_and_password_are_stored(site: Site, images: list[Image]) -> None:
    token = share(site, Target("image", images[0].id), password="open sesame")
    stored = str(list(site.storage.metadata.export()))
    assert token not in stored
    assert "sesame" not in stored


def test_tokens_are_long_and_differ(site: Site, images: list[Image]) -> None:
    tokens = {share(site, Target("image", images[0].id)) for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {32}  # 192 bits in Base64


def test_logs_have_no_token(
    site: Site, token: str, images: list[Image], caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    site.app.get(f"/share/{token}/")
    site.app.get(f"/share/{token}/{images[0].id}/download?size=vga")

    def fail(*_: object) -> None:
        raise StorageUnavailable("the store does not respond")

    monkeypatch.setattr(type(site.services.shares), "open", fail)
    site.app.get(f"/share/{token}/", status=503)
    site.app.get(f"/share/{token}x/", status="*")
    site.services.shares.revoke(site.services.shares.all()[0].id)
    assert "path=/share/TOKEN" in caplog.text
    assert token not in caplog.text
