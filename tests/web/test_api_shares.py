"""`/api/v1/shares`, and the same in the library and as a command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from huimages_app import client, remote
from huimages_app.errors import BadInput, BadSize, UnknownCollection, UnknownImage, UnknownShare
from tests.support.libraries import libraries
from tests.support.site import CLOSED, Site

MISSING = "A" * 32 + "01"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site that `client`, `remote` and requests with `headers` use."""
    site = Site(tmp_path, **CLOSED)
    with libraries(site, "edit") as token:
        site.app.extra_environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        yield site
    site.close()


def test_link_is_made_listed_and_revoked(site: Site) -> None:
    image = site.add(1, title="A gull")
    end = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    body = {"kind": "image", "value": image.id, "sizes": ["vga"], "until": end.isoformat()}
    made = site.app.post_json("/api/v1/shares", body, status=201)
    assert made.headers["Cache-Control"] == "no-store"
    path = made.json["url"].removeprefix("http://localhost")
    visitor = site.browser()
    assert visitor.get(path).html.h1.text == "A gull"
    (item,) = site.app.get("/api/v1/shares").json["items"]
    assert {**made.json, "views": 1} == {**item, "url": made.json["url"]}
    assert (item["page"], item["has_password"]) == (f"http://localhost/image/{image.id}/", False)
    assert datetime.fromisoformat(item["until"]) == end
    site.app.delete(f"/api/v1/shares/{item['id']}", status=204)
    visitor.get(path, status=404)
    problem = site.app.delete(f"/api/v1/shares/{item['id']}", status=404).json
    assert problem["type"].endswith("#unknown-share")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"kind": "image"}, 400),
        ({"kind": "image", "value": "x"}, 400),
        ({"kind": "image", "value": MISSING}, 404),
        ({"kind": "collection", "value": "nonenonenone"}, 404),
        ({"kind": "list", "value": "order=title"}, 400),
        ({"kind": "list", "value": "shape=round"}, 400),
        ({"kind": "article", "value": "9"}, 404),
        ({"kind": "tag", "value": "x", "sizes": []}, 400),
        ({"kind": "tag", "value": "x", "sizes": ["o"]}, 400),
        ({"kind": "tag", "value": "x", "sizes": ["vga"] * 11}, 400),
        ({"kind": "tag", "value": "x", "originals": 1}, 400),
        ({"kind": "tag", "value": "x", "password": "12345"}, 400),
        ({"kind": "tag", "value": "x", "until": "2001-01-01T00:00:00Z"}, 400),
        ({"kind": "tag", "value": "x", "views": 7}, 400),
    ],
)
def test_unusable_body_is_refused(site: Site, body: dict[str, object], status: int) -> None:
    site.app.post_json("/api/v1/shares", body, status=status)
    assert site.services.shares.all() == []


@pytest.mark.parametrize("module", [client, remote])
def test_library_makes_lists_and_revokes_links(site: Site, module: ModuleType) -> None:
    image = site.add(1, title="A gull")
    end = datetime(2999, 1, 2, tzinfo=UTC)
    url = module.share("image", image.id, until=end, sizes=["vga"], password="open sesame")
    (found,) = module.get_shares()
    assert (found.kind, found.value, found.title) == ("image", image.id, "A gull")
    assert (found.until, found.views) == (end, 0)
    page = site.browser().get(url.removeprefix("http://localhost"))
    assert "protected by a password" in page.text
    module.revoke_share(found.id)
    assert module.get_shares() == []
    with pytest.raises(UnknownShare):
        module.revoke_share(found.id)
    with pytest.raises(UnknownImage):
        module.share("image", MISSING)
    with pytest.raises(UnknownCollection):
        module.share("collection", "nonenonenone")
    with pytest.raises(BadInput):
        module.share("tag", "")
    with pytest.raises(BadSize):
        module.share("tag", "x", sizes=["nonsense"])
    with pytest.raises(BadInput, match="permit them by the field"):
        module.share("tag", "x", sizes=["o"])
    with pytest.raises(BadInput, match="after the year 9998"):
        module.share("tag", "x", until=datetime.max.replace(tzinfo=UTC))
