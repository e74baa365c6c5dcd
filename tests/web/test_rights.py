"""Rights on the page, in the API, by command and over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from webtest import TestApp

from huimages_app.domain.models import Image
from huimages_app.domain.rights import Rights
from huimages_app.services.image_patch import ImagePatch
from tests.support.site import CLOSED, Site

GIVEN = {"creator": "Ada <b>", "statement": "https://example.com/l", "source_type": "digitalArt"}


@pytest.fixture
def image(site: Site) -> Image:
    return site.add(title="Quay")


def stored(site: Site, image: Image) -> Rights:
    return site.services.images.get(image.id).rights


def test_form_changes_the_rights_and_the_page_shows_them(
    site: Site, browser: TestApp, image: Image
) -> None:
    page = browser.get(f"/image/{image.id}/")
    form = next(form for form in page.forms.values() if form.action.endswith("/rights"))
    for name, text in GIVEN.items():
        form[name] = text
    page = form.submit().follow()
    assert stored(site, image) == Rights(**GIVEN)
    facts = page.html.select_one("#facts")
    assert "Ada <b>" in facts.text
    assert facts.select_one('a[rel="license"]')["href"] == GIVEN["statement"]
    assert "Digital art" in facts.text


def test_empty_field_of_the_form_removes_a_right(
    site: Site, browser: TestApp, image: Image
) -> None:
    test_form_changes_the_rights_and_the_page_shows_them(site, browser, image)
    page = browser.get(f"/image/{image.id}/")
    form = next(form for form in page.forms.values() if form.action.endswith("/rights"))
    form["creator"] = ""
    form.submit()
    assert stored(site, image).creator == ""
    assert stored(site, image).statement


def test_conflicting_form_shows_both_values(site: Site, browser: TestApp, image: Image) -> None:
    late = site.browser().get(f"/image/{image.id}/")
    browser.post(f"/image/{image.id}/rights", {"credit": "First", "back": "/"})
    form = next(form for form in late.forms.values() if form.action.endswith("/rights"))
    form["credit"] = "Second"
    page = form.submit(expect_errors=True)
    assert page.status_int == 409
    assert "First" in page.text
    assert "Second" in page.text
    assert stored(site, image).credit == "First"


def test_visitor_may_not_change_the_rights(tmp_path: Path) -> None:
    closed = Site(tmp_path, **CLOSED | {"who.view": "everyone"})
    image = closed.add(title="Quay")
    page = closed.browser().get(f"/image/{image.id}/")
    assert not [form for form in page.forms.values() if form.action.endswith("/rights")]
    closed.app.post(f"/image/{image.id}/rights", {"credit": "x"}, status=[401, 403])
    assert not stored(closed, image)
    closed.close()


def schema_of(site: Site, image: Image) -> dict[str, object]:
    page = site.browser().get(f"/image/{image.id}/")
    return json.loads(page.html.select_one('script[type="application/ld+json"]').string)


def test_page_states_the_rights_for_search_engines(site: Site, image: Image) -> None:
    rights = {
        "creator": "Ada </script>",
        "credit": "Ada / Agentur",
        "copyright": "© Ada",
        "statement": "https://example.com/l",
        "licensor": "https://example.com/buy",
        "source_type": "trainedAlgorithmicMedia",
    }
    site.services.editing.update(image.id, ImagePatch(rights=rights))
    data = schema_of(site, image)
    stated = ("creditText", "copyrightNotice", "license", "acquireLicensePage")
    assert data["creator"] == {"@type": "Person", "name": "Ada </script>"}
    assert [data[name] for name in stated] == [
        "Ada / Agentur",
        "© Ada",
        "https://example.com/l",
        "https://example.com/buy",
    ]
    assert data["digitalSourceType"] == ("https://schema.org/TrainedAlgorithmicMediaDigitalSource")


def test_page_states_known_rights_only(site: Site, image: Image) -> None:
    site.services.editing.update(
        image.id, ImagePatch(rights={"licensor": "Agentur", "source_type": "composite"})
    )
    names = {"creator", "license", "acquireLicensePage", "digitalSourceType", "creditText"}
    assert not names & schema_of(site, image).keys()
