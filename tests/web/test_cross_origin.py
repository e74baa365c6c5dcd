"""Requests of pages of other origins: they may read, and make changes with a token only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.site import Site

SHOP = "https://shop.example.com"
EVIL = "https://evil.example"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, api_origins=f"{SHOP}/")
    yield site
    site.close()


def preflight(site: Site, origin: str, method: str = "PATCH") -> dict[str, str]:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    response = site.app.options("/api/v1/images", headers=headers, status=204)
    assert not response.body
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert response.headers["Vary"] == "Origin"
    return {
        name.removeprefix("Access-Control-Allow-"): value
        for name, value in response.headers.items()
    }


def test_any_origin_may_read_the_api(site: Site) -> None:
    for path in ("/api/v1/images", "/api/v1/openapi.json", "/api/v1/nothing", "/oembed"):
        headers = site.app.get(path, headers={"Origin": EVIL}, status="*").headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in headers


def test_pages_have_no_cors_headers(site: Site) -> None:
    for path in ("/", "/image/", "/nothing", "/healthz"):
        headers = site.app.get(path, headers={"Origin": EVIL}, status="*").headers
        assert "Access-Control-Allow-Origin" not in headers


def test_preflight_of_allowed_origin_permits_token(site: Site) -> None:
    allowed = preflight(site, SHOP)
    assert allowed["Origin"] == SHOP
    assert "PATCH" in allowed["Methods"]
    assert "Authorization" in allowed["Headers"]


@pytest.mark.parametrize("origin", [EVIL, "null", "", f"{SHOP}.evil.example"])
def test_preflight_of_other_origin_permits_no_token(site: Site, origin: str) -> None:
    allowed = preflight(site, origin)
    assert (allowed["Origin"], allowed["Methods"]) == ("*", "GET, HEAD")
    assert "Authorization" not in allowed["Headers"]


def test_change_from_allowed_origin_needs_a_token(site: Site) -> None:
    image = site.add()
    url = f"/api/v1/images/{image.id}"
    _, text = site.services.tokens.add("shop", ["read", "edit"])
    token = {"Authorization": f"Bearer {text}"}
    response = site.app.patch_json(url, {"title": "New"}, headers={"Origin": SHOP, **token})
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert response.headers["Vary"] == "Origin"
    assert site.services.images.get(image.id).title == "New"
    # Visitors may edit on this site; a page of another origin may not do so for them.
    refused = site.app.patch_json(url, {"title": "Evil"}, headers={"Origin": SHOP}, status=400)
    assert refused.content_type == "application/problem+json"
    assert "API token" in refused.json["detail"]
    response = site.app.patch_json(url, {}, headers={"Origin": EVIL, **token})
    assert "Access-Control-Allow-Origin" not in response.headers
    assert site.services.images.get(image.id).title == "New"


def test_options_without_preflight_returns_405(site: Site) -> None:
    site.app.options("/api/v1/images", status=405)


def test_errors_have_cors_headers(site: Site) -> None:
    response = site.app.get("/api/v1/images/X", headers={"Origin": EVIL}, status=404)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
