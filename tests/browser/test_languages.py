"""The switch of the language, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.chromium import Person


@pytest.mark.parametrize("scripts", [True, False])
def test_language_is_switched_and_kept(scripts: bool, person: Callable[..., Person]) -> None:
    who = person(locale="fr", java_script_enabled=scripts)
    page = who.go("/image/?order=oldest")
    page.get_by_role("link", name="Polski").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wszystkie zdjęcia")
    # A copied link must not choose the language of other people.
    query = "order=oldest" if scripts else "order=oldest&lang=pl"
    expect(page).to_have_url(f"{who.url}/image/?{query}")
    who.go("/tag/")
    assert page.locator("html").get_attribute("lang") == "pl"


def test_scripts_use_the_plural_forms_of_the_language(person: Callable[..., Person]) -> None:
    page = person(locale="pl").go("/image/")
    selected = page.locator("[data-selected]")
    for count, text in ((1, "Wybrano 1 zdjęcie"), (2, "Wybrano 2 zdjęcia")):
        page.locator(".pick input").nth(count).check()
        expect(selected).to_have_text(text)
    for number in range(3, 6):
        page.locator(".pick input").nth(number).check()
    expect(selected).to_have_text("Wybrano 5 zdjęć")
