"""The next steps that the page of uploads offers when the pictures are stored."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, expect

from tests.support import pictures
from tests.support.chromium import Person
from tests.support.served import PHOTOS


def test_next_steps_fit_on_a_phone_in_german(person: Callable[..., Person]) -> None:
    page = person(locale="de", viewport={"width": 320, "height": 640}).go("/upload/")
    page.locator("#uploadfile").set_input_files([PHOTOS / "coffee.jpeg"])
    page.get_by_role("button", name="Hochladen").click()
    expect(page.locator("[data-upload-next]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_next_steps_come_into_view_after_a_long_list(vera: Person, page: Page) -> None:
    vera.go("/upload/")
    files: list[FilePayload] = [
        {
            "name": f"next-{number}.jpg",
            "mimeType": "image/jpeg",
            "buffer": pictures.photo(30, 20, seed=750 + number),
        }
        for number in range(24)
    ]
    page.locator("#uploadfile").set_input_files(files)
    own = page.get_by_label("Article number: next-23.jpg")
    own.fill("4799")
    page.get_by_role("button", name="Upload").click()
    heading = page.get_by_role("heading", name="What comes next?")
    expect(heading).to_be_focused(timeout=20_000)
    expect(heading).to_be_in_viewport()
    # One of the files belongs to an article, whose page is a next step.
    expect(page.get_by_role("link", name="Show the article")).to_have_attribute(
        "href", "/article/4799/"
    )
