"""The help page: what each visitor may do, and examples that work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from webtest import TestApp

from huimages_app.config.settings import Settings
from huimages_app.domain.filters import query_of
from huimages_app.domain.models import Query
from huimages_app.domain.sizes import Size
from huimages_app.services.permissions import ROLES, least_roles
from huimages_app.web.presentation.help import SECTIONS
from huimages_app.web.presentation.i18n import LANGUAGES
from tests.support.site import CLOSED, PASSWORD, Site

FOR_ALL = ["shared", "language"]
FOR_VIEWERS = ["find", "sizes", "articles", "keys"]


def sections_of(browser: TestApp) -> list[str]:
    return [section["id"] for section in browser.get("/help").html.select(".help section")]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **CLOSED)
    for role in ROLES[1:]:
        site.services.accounts.add(role, role, PASSWORD)
    yield site
    site.close()


@pytest.mark.parametrize(
    ("role", "sections"),
    [
        ("", FOR_ALL),
        ("viewer", [*FOR_VIEWERS, *FOR_ALL]),
        ("editor", [*FOR_VIEWERS, "tags", "upload", "edit", "share", *FOR_ALL]),
        ("admin", [section.id for section in SECTIONS]),
    ],
)
def test_help_has_the_sections_of_the_role(closed: Site, role: str, sections: list[str]) -> None:
    browser = closed.signed_in(role) if role else closed.browser()
    assert sections_of(browser) == sections


def test_shortcuts_that_need_a_permission_are_left_out(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"who.contribute": "editor"})
    keys = [key.text for key in site.browser().get("/help").html.select("#keys kbd")]
    site.close()
    assert "v" in keys
    assert not {"f", "t", "1"} & set(keys)


def test_contents_lead_to_the_sections(browser: TestApp) -> None:
    page = browser.get("/help").html
    contents = [link["href"] for link in page.select(".help nav a")]
    assert contents == [f"#{section['id']}" for section in page.select(".help section")]


def test_links_lead_to_pages(browser: TestApp) -> None:
    for link in browser.get("/help").html.select(".help section a"):
        browser.get(link["href"], status=200)


@pytest.mark.parametrize("path", ["/", "/image/", "/upload/", "/login", "/api/v1/"])
def test_every_page_links_to_the_help(browser: TestApp, path: str) -> None:
    assert browser.get(path).html.select_one("footer a[rel=help]")["href"] == "/help"


def test_every_example_of_a_search_is_a_filter() -> None:
    [find] = [section for section in SECTIONS if section.id == "find"]
    for term in find.terms:
        query = query_of([("q", term.texts[0])])
        assert query.text == "", term
        assert query != Query(), term


def test_every_example_of_a_size_is_one() -> None:
    [sizes] = [section for section in SECTIONS if section.id == "sizes"]
    for term in sizes.terms:
        assert str(Size.parse(term.texts[0])) == term.texts[0]


def test_sections_and_terms_need_known_permissions() -> None:
    permissions = set(least_roles(Settings()))
    for section in SECTIONS:
        assert section.permission in {"", *permissions}
        assert {term.permission for term in section.terms} <= permissions


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_in_every_language(site: Site, language: str) -> None:
    page = site.browser(language).get("/help").html
    assert page.html["lang"] == language
    english = site.browser("en").get("/help").html
    if language != "en":
        assert page.select_one("#shared p").text != english.select_one("#shared p").text
