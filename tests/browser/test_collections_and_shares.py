"""Collections and share links in a browser: ordering, adding, full screen, renewal, layout, axe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huimages_app.domain.models import Query
from huimages_app.domain.shares import ShareTerms, Target
from huimages_app.factory import build_services
from tests.support.axe import violations
from tests.support.chromium import Person
from tests.support.served import RunningSite

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
WIDTHS = ((390, 844), (1440, 900))


@pytest.fixture(scope="module")
def paths(site: RunningSite) -> Iterator[dict[str, str]]:
    """The paths of a collection, and of share links to it: open and locked."""
    services = build_services(site.settings)
    stored = services.collections.add(
        "Hills at the blue hour",
        "A choice for spring.\nPlease name the photographer.",
    )
    images = services.images.page(Query(), 12).images
    services.collection_images.add_images(stored.id, [image.id for image in images])
    target = Target("collection", stored.id)
    _, token = services.shares.add(target, ShareTerms(originals=True))
    _, locked = services.shares.add(target, ShareTerms(password="open sesame"))
    yield {
        "collections": "/collection/",
        "collection": f"/collection/{stored.id}/",
        "collection-order": f"/collection/{stored.id}/order",
        "share-new": f"/share/new?collection={stored.id}",
        "shares": "/share/",
        "shared": f"/share/{token}/",
        "shared-picture": f"/share/{token}/{images[0].id}/",
        "shared-locked": f"/share/{locked}/",
    }
    services.close()


def order(page: Page) -> list[str]:
    items: list[str] = page.locator(".placed > li").evaluate_all(
        "items => items.map(item => item.dataset.id)"
    )
    return items


@pytest.mark.parametrize(
    "name",
    [
        *("collections", "collection", "collection-order", "share-new", "shares", "shared"),
        "shared-picture",
        "shared-locked",
    ],
)
def test_page_is_accessible_and_fits(
    person: Callable[..., Person], paths: dict[str, str], name: str
) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    for width, height in WIDTHS:
        for scheme in ("light", "dark"):
            who = person(viewport={"width": width, "height": height}, color_scheme=scheme)
            page = who.go(paths[name])
            page.wait_for_load_state("networkidle")
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_picture_is_moved_by_keys(person: Callable[..., Person], paths: dict[str, str]) -> None:
    page = person().go(paths["collection-order"])
    before = order(page)
    page.locator(f"#move-{before[2]}").focus()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
    page.wait_for_load_state("networkidle")
    page.reload()
    assert order(page) == [before[2], *before[:2], *before[3:]]


def test_picture_is_dragged_to_the_end(
    person: Callable[..., Person], paths: dict[str, str]
) -> None:
    page = person().go(paths["collection-order"])
    before = order(page)
    handle = page.locator(f"#move-{before[0]}").bounding_box()
    target = page.locator(f"li[data-id={before[3]}]").bounding_box()
    assert handle is not None
    assert target is not None
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 40, steps=8)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.mouse.up()
    page.wait_for_load_state("networkidle")
    page.reload()
    assert order(page) == [*before[1:4], before[0], *before[4:]]


def test_selection_is_put_into_a_new_collection(
    person: Callable[..., Person], paths: dict[str, str]
) -> None:
    page = person().go("/image/")
    page.locator(".pick input").first.check()
    page.get_by_role("button", name="Add to collection").click()
    page.get_by_label("or a new collection with the title").fill("Picked")
    page.get_by_role("button", name="Create and add").click()
    expect(page.locator("[data-notice]")).to_have_text("1 picture was added to the collection.")


def test_shared_pictures_are_shown_in_full_screen(
    person: Callable[..., Person], paths: dict[str, str]
) -> None:
    page = person().go(paths["shared"])
    page.locator("[data-grid] a").first.click()
    page.locator(".pswp__img").last.wait_for()
    expect(page.locator(".pswp__counter")).to_have_text(re.compile(r"^1 / 12$"))
    page.wait_for_timeout(300)  # PhotoSwipe shows its buttons after a moment
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "shared-full-screen.png")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pswp__counter")).to_have_text(re.compile(r"^2 / 12$"))
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    assert page.url.endswith(paths["shared"])


def test_page_renews_the_signatures(person: Callable[..., Person], paths: dict[str, str]) -> None:
    who = person()
    page = who.go()
    page.clock.install()
    page.goto(page.url.rstrip("/") + paths["shared"])
    page.locator("html[data-scripts=ready]").wait_for()
    with page.expect_response(lambda response: "renew=1" in response.url) as renewed:
        page.clock.run_for(2_400_000)
    assert renewed.value.status == 200


def test_share_link_works_without_scripts(
    person: Callable[..., Person], paths: dict[str, str]
) -> None:
    page = person(java_script_enabled=False).go(paths["shared-locked"])
    page.get_by_label("Password").fill("open sesame")
    page.get_by_role("button", name="Show pictures").click()
    expect(page.locator("[data-grid] > li")).to_have_count(12)
    page.locator("[data-grid] a").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.endswith("-1600x1600.jpeg")


def test_share_form_makes_a_link_that_opens(
    person: Callable[..., Person], paths: dict[str, str]
) -> None:
    page = person().go(paths["share-new"])
    page.get_by_role("button", name="Create link").click()
    page.get_by_role("link", name="Open", exact=True).click()
    expect(page.locator("h1")).to_have_text("Hills at the blue hour")
    expect(page.locator("[data-grid] > li")).to_have_count(12)
