"""A better picture in a browser, with and without scripts, and at the URLs of a shop."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

import pytest
from PIL import Image as Picture
from playwright.sync_api import Page, expect

from huimages_app.factory import build_services
from huimages_app.services.container import Services
from tests.support import packshots, pictures
from tests.support.axe import violations
from tests.support.chromium import Person
from tests.support.served import RunningSite
from tests.support.services import add

NUMBER = "40000"
OLD, NEW = (200, 30, 30), (30, 160, 60)  # colours of the object


@pytest.fixture
def services(site: RunningSite) -> Iterator[Services]:
    services = build_services(site.settings)
    yield services
    services.close()


def shot(colour: packshots.Rgb, seed: int) -> bytes:
    return pictures.encoded(
        packshots.packshot((400, 300 + seed), thing=colour, box=(99, 50, 300, 250))
    )


@pytest.fixture
def old(services: Services, request: pytest.FixtureRequest) -> str:
    """The ID of the main picture of the article, different for each test."""
    seed = sum(map(ord, request.node.name)) % 97
    references = {"artnr": [f"{NUMBER}-{seed}"]}
    return add(services, shot(OLD, seed), title="A thing", references=references).image.id


def colour_in_the_middle(content: bytes) -> tuple[int, int, int]:
    image = Picture.open(io.BytesIO(content)).convert("RGB")
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return (pixel[0], pixel[1], pixel[2])


def upload_better(page: Page, seed: int) -> None:
    page.locator("#versions:not([open]) > summary").click()
    page.locator("#versions .replacing > summary").click()
    file = {"name": "better.jpg", "mimeType": "image/jpeg", "buffer": shot(NEW, seed)}
    page.locator("#better").set_input_files(file)
    page.get_by_role("button", name="Replace the picture").click()
    expect(page.get_by_text("The picture was replaced.")).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_better_picture_is_uploaded_and_taken_back(
    person: Callable[..., Person], services: Services, old: str, has_scripts: bool
) -> None:
    page = person(java_script_enabled=has_scripts).go(f"/image/{old}/")
    upload_better(page, 400 + has_scripts)
    expect(page.locator("h1")).to_have_text("A thing")
    expect(page.locator("#versions li")).to_have_count(2)
    [(number,)] = services.images.get(old).references.values()
    path = f"/150x150=7/artnr/{number}.jpeg"
    shown = page.request.get(f"{page.url.split('/image/')[0]}{path}")
    red, green, _ = colour_in_the_middle(shown.body())
    assert green > red
    page.get_by_role("button", name=re.compile(r"Use again\s*: Version 1")).click()
    expect(page.get_by_text("This version is the newest again.")).to_be_visible()
    assert old in page.url
    shown = page.request.get(f"{page.url.split('/image/')[0]}{path}")
    red, green, _ = colour_in_the_middle(shown.body())
    assert red > green


def test_picture_is_turned(vera: Person, old: str) -> None:
    page = vera.go(f"/image/{old}/")
    page.locator("#versions:not([open]) > summary").click()
    before = page.locator(".stage .picture img").evaluate("image => image.width / image.height")
    page.get_by_role("button", name="Turn right").click()
    expect(page.get_by_text("The picture was turned.")).to_be_visible()
    after = page.locator(".stage .picture img").evaluate("image => image.width / image.height")
    assert before > 1 > after


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_versions_are_accessible(
    person: Callable[..., Person], services: Services, old: str, width: int
) -> None:
    content = io.BytesIO(shot(NEW, 500 + width))
    new = services.versions.replace(old, content).image.id
    for scheme, one in (("light", old), ("dark", new)):
        visitor = person(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = visitor.go(f"/image/{one}/")
        page.locator("#versions .replacing > summary").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_original_of_a_turned_png_is_shown_turned(vera: Person, services: Services) -> None:
    content = pictures.photo(60, 40, format="PNG", seed=77)
    png = services.uploads.add(io.BytesIO(content)).image.id
    new = services.versions.turn(png, 90).id
    page = vera.go(f"/image/{new}/")
    sides = page.evaluate(
        "async path => { const image = new Image(); image.src = path; await image.decode();"
        " return [image.naturalWidth, image.naturalHeight] }",
        f"/o/{new}.png",
    )
    assert sides == [40, 60]
