"""The page of an article in a browser: sort by dragging and by keys, roles, uploads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from huimages_app.domain.models import Query
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.services.image_patch import ImagePatch
from tests.support.chromium import Person
from tests.support.served import PHOTOS, RunningSite

NUMBER = "30000"
PATH = f"/article/{NUMBER}/"


@pytest.fixture
def services(site: RunningSite) -> Iterator[Services]:
    services = build_services(site.settings)
    yield services
    services.close()


@pytest.fixture
def ids(services: Services) -> list[str]:
    """The IDs of four pictures, in the order of their article."""
    found = [image.id for image in services.images.page(Query(), 4).images]
    for image_id in found:
        services.editing.update(image_id, ImagePatch(added_references={"artnr": [NUMBER]}))
    services.articles.arrange("artnr", NUMBER, found)
    return found


def stored(services: Services) -> list[str]:
    return [image.id for image in services.articles.get("artnr", NUMBER).images]


def shown(page: Page) -> list[str]:
    items = page.locator(".placed > li")
    return [items.nth(n).get_attribute("data-id") or "" for n in range(items.count())]


def handle(image_id: str) -> str:
    return f"#move-{image_id}"


def expect_first(page: Page, image_id: str) -> None:
    """Wait until the saved order has come back from the site."""
    expect(page.locator("#order [name=expected_order]")).to_have_value(re.compile(f"^{image_id}"))


def drag(page: Page, grip: str, to: str) -> None:
    """Drag the element of `grip` by the mouse to the place of the image `to`."""
    page.locator(grip).hover()
    page.mouse.down()
    target = page.locator(f"[data-id='{to}']").bounding_box()
    assert target
    page.mouse.move(target["x"] + 60, target["y"] + 40, steps=8)
    page.mouse.up()


def test_picture_is_dragged_to_another_place(
    vera: Person, services: Services, ids: list[str]
) -> None:
    page = vera.go(PATH)
    page.locator(handle(ids[3])).scroll_into_view_if_needed()
    drag(page, handle(ids[3]), ids[0])
    expect_first(page, ids[3])
    wanted = [ids[3], *ids[:3]]
    assert shown(page) == wanted == stored(services)
    expect(page.locator(".placed > li").first).to_contain_text("Main picture")


def test_mouse_drags_the_picture_itself_and_a_click_opens_it(
    vera: Person, services: Services, ids: list[str]
) -> None:
    page = vera.go(PATH)
    drag(page, f"[data-id='{ids[2]}'] .picture", ids[0])
    expect_first(page, ids[2])
    assert shown(page) == stored(services)
    assert page.url.endswith(PATH)
    page.locator(f"[data-id='{ids[2]}'] .picture").click()
    page.wait_for_url(f"**/image/{ids[2]}/*")


def test_button_that_is_disabled_by_its_action_leaves_the_focus_with_its_picture(
    vera: Person, ids: list[str]
) -> None:
    page = vera.go(PATH)
    page.locator(f"#first-{ids[2]}").press("Enter")
    expect_first(page, ids[2])
    expect(page.locator(f"#first-{ids[2]}")).to_be_disabled()
    expect(page.locator(handle(ids[2]))).to_be_focused()


def test_picture_is_moved_by_keys(vera: Person, services: Services, ids: list[str]) -> None:
    page = vera.go(PATH)
    page.locator(handle(ids[2])).focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-moved]")).to_have_text("Position 2 of 4")
    page.keyboard.press("Home")
    expect_first(page, ids[2])
    expect(page.locator(handle(ids[2]))).to_be_focused()
    page.keyboard.press("End")
    expect_first(page, ids[0])
    assert stored(services) == [ids[0], ids[1], ids[3], ids[2]]


def test_buttons_keep_the_focus(vera: Person, services: Services, ids: list[str]) -> None:
    page = vera.go(PATH)
    page.locator(f"#earlier-{ids[2]}").click()
    expect(page.locator(".placed > li").nth(1)).to_have_attribute("data-id", ids[2])
    expect(page.locator(f"#earlier-{ids[2]}")).to_be_focused()
    assert stored(services) == [ids[0], ids[2], ids[1], ids[3]]


def test_order_of_another_editor_is_not_overwritten(
    vera: Person, services: Services, ids: list[str]
) -> None:
    page = vera.go(PATH)
    services.articles.arrange("artnr", NUMBER, ids[::-1])
    vera.expect_complaint("status of 409")
    page.locator(f"#first-{ids[1]}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Changed by someone else")
    assert stored(services) == ids[::-1]
    dialog.get_by_role("button", name="Save my version").click()
    page.locator(".placed > li").first.wait_for()
    assert stored(services) == [ids[1], ids[0], ids[2], ids[3]]


def test_role_is_saved_when_chosen(vera: Person, services: Services, ids: list[str]) -> None:
    page = vera.go(PATH)
    page.locator(f"#role-{ids[2]}").select_option("main")
    expect_first(page, ids[2])
    article = services.articles.get("artnr", NUMBER)
    assert article.place(article.images[0]).role == "main"
    services.articles.set_role("artnr", NUMBER, ids[2], "")


def test_uploaded_picture_appears_in_the_article(
    vera: Person, services: Services, ids: list[str]
) -> None:
    page = vera.go(PATH)
    count = page.locator(".placed > li").count()
    page.locator("#uploadfile").set_input_files(
        {"name": "new.png", "mimeType": "image/png", "buffer": _png()}
    )
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator(".placed > li")).to_have_count(count + 1)
    services.editing.remove(stored(services)[-1])


def test_order_is_changed_without_scripts(
    person: Callable[..., Person], services: Services, ids: list[str]
) -> None:
    page = person(java_script_enabled=False).go(PATH)
    page.locator(f"#first-{ids[3]}").click()
    assert shown(page) == [ids[3], *ids[:3]] == stored(services)
    page.locator(f"#role-{ids[0]}").select_option("back")
    page.locator(f"[data-id='{ids[0]}']").get_by_role("button", name="Save").click()
    assert services.images.get(ids[0]).place("artnr", NUMBER).role == "back"
    services.articles.set_role("artnr", NUMBER, ids[0], "")


def _png() -> bytes:
    return (PHOTOS / "field" / "cicp-p3.png").read_bytes()
