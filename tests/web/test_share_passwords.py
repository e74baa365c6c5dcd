"""Share links with a password."""

from __future__ import annotations

import pytest
from webtest import TestApp, TestResponse

from huimages_app.domain.models import Image
from huimages_app.domain.shares import ShareTerms, Target
from tests.support.site import Site


@pytest.fixture
def images(site: Site) -> list[Image]:
    return [site.add(seed, title=f"Gull {seed}") for seed in range(2)]


def share(site: Site, target: Target, **terms: object) -> str:
    given = {"sizes": ("vga",), **terms}
    return site.services.shares.add(target, ShareTerms(**given))[1]  # type: ignore[arg-type]


def links(page: TestResponse) -> list[str]:
    return [link["href"] for link in page.html.select("[data-grid] a")]


@pytest.fixture
def locked(site: Site, images: list[Image]) -> str:
    return share(site, Target("image", images[0].id), password="open sesame", originals=True)


def send(visitor: TestApp, locked: str, password: str, status: int) -> TestResponse:
    form = visitor.get(f"/share/{locked}/").forms[0]
    form["password"] = password
    return form.submit(status=status)


def test_locked_link_shows_nothing_without_the_password(
    site: Site, locked: str, images: list[Image]
) -> None:
    visitor = site.browser()
    page = visitor.get(f"/share/{locked}/")
    assert images[0].id not in page.text
    assert "Gull" not in page.text
    for path in (f"{images[0].id}/", "download?size=vga", f"{images[0].id}/download?size=original"):
        response = visitor.get(f"/share/{locked}/{path}", status=303)
        assert response.location == f"http://localhost/share/{locked}/"
    assert site.services.shares.all()[0].views == 0


def test_right_password_unlocks_this_link_in_this_browser(
    site: Site, locked: str, images: list[Image]
) -> None:
    visitor = site.browser()
    assert "The password is wrong." in send(visitor, locked, "open sesam", 401).text
    page = send(visitor, locked, "open sesame", 303).follow()
    assert len(links(page)) == 1
    visitor.get(f"/share/{locked}/{images[0].id}/download?size=original", status=200)
    assert links(site.browser().get(f"/share/{locked}/")) == []
    other = share(site, Target("image", images[1].id), password="open sesame")
    assert links(visitor.get(f"/share/{other}/")) == []


def test_password_form_needs_the_token_of_the_session(site: Site, locked: str) -> None:
    visitor = site.browser()
    visitor.get(f"/share/{locked}/")
    visitor.post(f"/share/{locked}/", {"password": "open sesame"}, status=400)


def test_browser_may_send_the_password_form_with_its_origin(site: Site, locked: str) -> None:
    """With `no-referrer` a browser sends `Origin: null`, which is refused."""
    response = site.browser().get(f"/share/{locked}/")
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_guesses_of_a_password_are_slowed_down(
    site: Site, locked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.services.throttle, "_clock", lambda: 1e9)  # a slow machine waits
    visitor = site.browser()
    for _ in range(5):
        send(visitor, locked, "wrong", 401)
    response = send(visitor, locked, "open sesame", 429)
    assert int(response.headers["Retry-After"]) >= 1
    response = send(site.browser(), locked, "open sesame", 429)
    assert "Too many failed attempts" in response.text
