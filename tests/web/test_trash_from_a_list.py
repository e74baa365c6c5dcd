"""Moving pictures to the trash from within a tag or a search, and taking it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from webtest import TestApp, TestResponse

from huimages_app.domain.models import Image
from huimages_app.web.presentation.responses import MAX_UNDO
from tests.support.site import CLOSED, Site

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def tagged(site: Site) -> list[Image]:
    """Three pictures with a tag, the newest first, among others without it."""
    images = [
        site.add(
            number,
            title=f"Picture {number}",
            tags=["sea"] if number % 2 else [],
            timestamp=START + timedelta(days=number),
        )
        for number in range(7)
    ]
    return [image for image in reversed(images) if image.title[-1] in "135"]


def trash(browser: TestApp, path: str) -> TestResponse:
    page = browser.get(path)
    form = next(f for f in page.forms.values() if f.action.endswith("/trash"))
    return form.submit(status=303).follow()


def undo(page: TestResponse) -> TestResponse:
    form = next(f for f in page.forms.values() if f.action == "/trash/")
    return form.submit("action", value="restore", status=303).follow()


@pytest.mark.parametrize("within", ["tag:sea", "search:picture"])
def test_trash_within_a_list_leads_to_its_next_picture(
    browser: TestApp, tagged: list[Image], within: str
) -> None:
    page = trash(browser, f"/image/{tagged[0].id}/?in={within}")
    expected = tagged[1].id if within == "tag:sea" else None
    assert page.request.path.startswith("/image/")
    assert expected is None or page.request.path == f"/image/{expected}/"
    assert page.request.GET["in"] == within
    assert page.html.select_one("[data-notice]").text == "The picture was moved to the trash."


def test_trash_of_the_last_picture_of_a_list_leads_to_the_previous_one(
    browser: TestApp, tagged: list[Image]
) -> None:
    page = trash(browser, f"/image/{tagged[-1].id}/?in=tag:sea")
    assert page.request.path == f"/image/{tagged[-2].id}/"


def test_trash_of_the_only_picture_of_a_list_leads_to_the_list(
    site: Site, browser: TestApp
) -> None:
    image = site.add(1, tags=["alone"])
    page = trash(browser, f"/image/{image.id}/?in=tag:alone")
    assert page.request.path == "/tag/alone/"
    assert undo(page).request.path == f"/image/{image.id}/"


def test_undo_restores_the_picture_and_leads_back_to_it(
    site: Site, browser: TestApp, tagged: list[Image]
) -> None:
    path = f"/image/{tagged[0].id}/?in=tag%3Asea"
    page = undo(trash(browser, path))
    assert page.request.path_qs == path
    assert page.html.select_one("[data-notice]").text == "1 picture was restored."
    assert site.services.images.get(tagged[0].id).trashed is None


def test_back_to_a_trashed_picture_offers_to_restore_it(
    site: Site, browser: TestApp, tagged: list[Image]
) -> None:
    path = f"/image/{tagged[0].id}/?in=tag:sea"
    trash(browser, path)
    page = browser.get(path, status=404)
    assert page.html.h1.text == tagged[0].title
    links = [urlsplit(link["href"]).path for link in page.html.select("main a.button")]
    assert links == ["/tag/sea/", "/trash/"]
    assert undo(page).html.h1.text == tagged[0].title


def test_trashed_image_is_unknown_to_visitors(tmp_path: Path) -> None:
    site = Site(tmp_path, **{**CLOSED, "who.view": "everyone"})
    image = site.add(1, title="Secret")
    site.services.editing.trash(image.id)
    page = site.browser().get(f"/image/{image.id}/", status=404)
    assert "Secret" not in page
    assert not page.html.select("main form")
    site.close()


def select(browser: TestApp, images: list[Image]) -> TestResponse:
    page = browser.get("/image/")
    form = next(f for f in page.forms.values() if f.action == "/selection/")
    ids = {image.id for image in images}
    for box in form.fields["id"]:
        box.checked = box._value in ids
    return form.submit("action", value="trash", status=303).follow()


def test_undo_restores_selected_pictures(site: Site, browser: TestApp, tagged: list[Image]) -> None:
    page = select(browser, tagged)
    assert page.html.select_one("[data-notice]").text == "3 pictures were moved to the trash."
    assert undo(page).request.path == "/image/"
    assert all(site.services.images.get(image.id).trashed is None for image in tagged)


def test_notice_about_many_images_fits_into_the_cookie(site: Site, browser: TestApp) -> None:
    images = [site.add(number) for number in range(MAX_UNDO + 1)]
    page = select(browser, images)
    assert "21 pictures" in page.html.select_one("[data-notice]").text
    assert [form for form in page.forms.values() if form.action == "/trash/"] == []
    site.services.editing.restore(images[0].id)
    for image in images[1:]:
        site.services.editing.restore(image.id)
    page = select(browser, images[1:])
    assert undo(page).html.select_one("[data-notice]").text == "20 pictures were restored."
