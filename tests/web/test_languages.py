"""The language of a page: negotiated, chosen, remembered, and kept apart by caches."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from babel import Locale
from pyramid import testing
from webtest import TestApp, TestResponse

from huimages_app.domain.shares import ShareTerms, Target
from huimages_app.web.presentation.i18n import LANGUAGES, pluralized
from tests.support.site import Site


def js_messages(page: TestResponse) -> dict[str, dict[str, str]]:
    messages: dict[str, dict[str, str]] = json.loads(page.html.select_one("#messages").string)
    return messages


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,de;q=0.9", "de"),
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("ja, en;q=0.5", "en"),
        ("en;q=0.5, fr;q=0.7, ja;q=0.9", "fr"),
        ("fr;q=0, de;q=0.1", "de"),
        ("ja", "en"),
        ("*", "en"),
        ("", "en"),
        ("de" * 5000, "en"),
    ],
)
def test_accepted_language_of_highest_quality_is_used(
    site: Site, accepted: str, language: str
) -> None:
    page = site.browser(accepted).get("/image/")
    assert page.html.html["lang"] == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_links_to_itself_in_all_languages(site: Site, language: str) -> None:
    page = site.browser(language).get("/image/?order=oldest")
    links = page.html.select("nav.languages a")
    assert {link["hreflang"]: link.text for link in links} == dict(LANGUAGES)
    assert all(link["lang"] == link["hreflang"] for link in links)
    assert [link["hreflang"] for link in links if link.get("aria-current")] == [language]
    assert {link["href"] for link in links} == {
        f"/image/?order=oldest&lang={code}" for code in LANGUAGES
    }


def test_chosen_language_is_remembered_and_wins(site: Site) -> None:
    browser = site.browser("fr")
    german = browser.get("/image/?order=oldest").click("Deutsch")
    assert german.request.path_qs == "/image/?order=oldest&lang=de"
    assert german.html.h1.text == "Alle Bilder"
    assert browser.get("/tag/").html.html["lang"] == "de"
    assert browser.get("/tag/?lang=xx").html.html["lang"] == "de"
    assert browser.get("/tag/?lang=de").click("English").html.html["lang"] == "en"
    assert browser.get("/tag/").html.html["lang"] == "en"


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_cookie_of_the_language_is_secure_on_https(
    browser: TestApp, scheme: str, secure: bool
) -> None:
    page = browser.get("/tag/?lang=de", extra_environ={"wsgi.url_scheme": scheme})
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("lang=de;")
    assert ("secure" in cookie) == secure
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert page.cache_control.no_store


def test_unknown_language_is_not_remembered(browser: TestApp) -> None:
    assert "Set-Cookie" not in browser.get("/tag/?lang=xx").headers


def test_error_page_has_the_language(browser: TestApp) -> None:
    page = browser.get(
        "/nothing/here", status=404, headers={"Accept": "text/html", "Cookie": "lang=de"}
    )
    assert page.html.html["lang"] == "de"
    assert page.html.h1.text == "Nicht gefunden"


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("/", {}),
        ("/image/", {}),
        ("/feed.atom", {}),
        ("/nothing", {"Accept": "text/html"}),
        ("/api/v1/images/nothing", {}),
    ],
)
def test_response_with_texts_varies_by_language(
    site: Site, url: str, headers: dict[str, str]
) -> None:
    site.add(title="")
    response = site.browser().get(url, headers=headers, expect_errors=True)
    assert {"Accept-Language", "Cookie"} <= set(response.vary or ())


def test_response_without_texts_does_not_vary_by_language(site: Site, browser: TestApp) -> None:
    image = site.add(title="Quay")
    for url in (f"/60x40/{image.id}/quay.jpeg?lang=de", "/api/v1/images/", "/sitemap.xml"):
        response = browser.get(url)
        assert "Accept-Language" not in (response.vary or ())
        assert "Set-Cookie" not in response.headers


def test_feed_is_in_the_language_of_its_reader(site: Site) -> None:
    assert "<title>Alle Bilder" in site.browser("de").get("/feed.atom")
    assert "<title>Toutes les images" in site.browser("fr").get("/feed.atom")


def test_shared_page_has_the_switch(site: Site) -> None:
    image = site.add(title="Quay")
    _share, token = site.services.shares.add(Target("image", image.id), ShareTerms())
    visitor = site.browser("de")
    page = visitor.get(f"/share/{token}/")
    assert page.html.html["lang"] == "de"
    assert page.click("Français").html.html["lang"] == "fr"
    assert visitor.get(f"/share/{token}/").html.html["lang"] == "fr"


@pytest.mark.parametrize("language", LANGUAGES)
def test_scripts_get_the_plural_forms_of_the_language(site: Site, language: str) -> None:
    messages = js_messages(site.browser(language).get("/"))
    category_of = Locale.parse(language).plural_form
    categories = {category_of(count) for count in range(101)} | {"other"}
    assert set(messages["loaded"]) == categories
    assert all("${count}" in text for text in messages["loaded"].values())


@pytest.mark.parametrize(
    ("language", "unit", "day"),
    [("en", "kB", "Mar 1, 2026"), ("de", "kB", "01.03.2026"), ("fr", "ko", "1 mars 2026")],
)
def test_lengths_and_days_have_the_format_of_the_language(
    site: Site, language: str, unit: str, day: str
) -> None:
    image = site.add(timestamp=datetime(2026, 3, 1, tzinfo=UTC))
    text = site.browser(language).get(f"/image/{image.id}/").html.main.text
    assert re.search(rf"60 × 40, \d+\s{unit}\b", text)
    assert day in text


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("en", 1, "1 picture"),
        ("en", 12345, "12,345 pictures"),
        ("de", 12345, "12.345 Bilder"),
        ("pl", 1, "1 zdjęcie"),
        ("pl", 3, "3 zdjęcia"),
        ("pl", 12, "12 zdjęć"),
        ("pl", 22, "22 zdjęcia"),
        ("fr", 0, "0 image"),
        ("fr", 12345, "12\u202f345 images"),
    ],
)
def test_count_has_the_plural_form_and_digits_of_the_language(
    language: str, count: int, text: str
) -> None:
    with testing.testConfig() as config:
        config.include("huimages_app.web.presentation.i18n")
        request = testing.DummyRequest(locale_name=language)
        assert pluralized(request, "${count} picture", "${count} pictures", count) == text
