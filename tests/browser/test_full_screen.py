"""Keyboard shortcuts and full screen in a real browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.chromium import Person
from tests.support.served import RunningSite


def test_shortcuts_change_the_picture_and_are_off_in_fields(
    vera: Person, page: Page, path: str
) -> None:
    vera.go(path)
    page.keyboard.press("2")
    expect(page.locator(".average")).to_have_text("3.0 of 5, 2 votes")
    page.keyboard.press("f")
    heart = page.get_by_role("button", name="Favourite")
    pressed = heart.get_attribute("aria-pressed")
    expect(heart).to_have_attribute("aria-pressed", "true" if pressed == "false" else pressed or "")
    page.keyboard.press("t")
    expect(page.locator("#newtag")).to_be_focused()
    page.keyboard.type("f2?")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#newtag")).to_have_value("f2?")
    assert page.url.endswith(path)
    page.locator("h2").first.click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("A cup of coffee on a wooden table")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).to_have_text("Rocket on the launch pad")


def test_shortcuts_are_listed_and_can_be_switched_off(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Give 1 to 5 stars")
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("t")
    expect(page.locator("#newtag")).not_to_be_focused()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("t")
    expect(page.locator("#newtag")).to_be_focused()


def test_full_screen_by_keys_leads_to_the_next_picture(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    page.keyboard.press("v")
    viewer = page.get_by_role("dialog")
    expect(viewer).to_be_visible()
    expect(page.locator(".pswp__title")).to_have_text("Rocket on the launch pad")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pswp__title")).to_have_text("A cup of coffee on a wooden table")
    page.keyboard.press("Escape")
    expect(page.locator("h1")).to_have_text("A cup of coffee on a wooden table")
    page.locator("a.picture").press("Enter")
    expect(viewer).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(viewer).to_have_count(0)
    expect(page.locator("a.picture")).to_be_focused()


def test_full_screen_downloads_and_leads_to_the_details(
    vera: Person, page: Page, path: str, site: RunningSite
) -> None:
    coffee = f"/image/{site.images['coffee'].id}/"
    vera.go(path)
    page.keyboard.press("v")
    viewer = page.get_by_role("dialog")
    link = viewer.get_by_role("link", name="Download")
    expect(link).to_have_attribute("href", f"{path}download")
    page.keyboard.press("ArrowRight")
    expect(link).to_have_attribute("href", f"{coffee}download")
    with page.expect_download() as download:
        page.keyboard.press("d")
    assert download.value.url == f"{site.url}{coffee}download"
    page.keyboard.press("i")
    page.wait_for_url(f"**{coffee}*#facts")
    page.locator("html[data-scripts=ready]").wait_for()
    page.keyboard.press("v")
    page.get_by_role("dialog").get_by_role("button", name="Details").click()
    expect(viewer).to_have_count(0)
    assert page.url.endswith("#facts")


def test_full_screen_counts_the_pictures_of_the_list(
    vera: Person, page: Page, path: str, site: RunningSite
) -> None:
    vera.go(path)
    page.keyboard.press("v")
    counter = page.locator(".pswp__counter")
    expect(counter).to_have_text("2 / 15")
    page.keyboard.press("ArrowRight")
    expect(counter).to_have_text("3 / 15")
    vera.go(f"/image/{site.images['coffee'].id}/?in=tag:table")
    page.keyboard.press("v")
    page.locator(".pswp__img").last.wait_for()
    expect(counter).to_be_hidden()  # the only picture


def test_full_screen_without_a_count_shows_the_pictures(
    vera: Person, page: Page, path: str
) -> None:
    page.route("**/place*", lambda route: route.fulfill(json={"number": None, "count": None}))
    vera.go(path)
    page.keyboard.press("v")
    expect(page.locator(".pswp__title")).to_have_text("Rocket on the launch pad")
    expect(page.locator(".pswp__counter")).to_have_text("")


def test_full_screen_changes_favourites_by_button_and_key(
    vera: Person, page: Page, path: str
) -> None:
    vera.go(path)
    page.keyboard.press("v")
    heart = page.get_by_role("dialog").get_by_role("button", name="Favourite")
    expect(heart).to_have_attribute("aria-pressed", "false")
    with page.expect_response("**/favorite") as response:
        heart.click()
    assert response.value.json() == {"favorite": True}
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    expect(heart).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("ArrowLeft")
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    # The page shows it without being loaded again.
    on_page = page.locator("#favorite button")
    expect(on_page).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("v")
    expect(heart).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/favorite"):
        page.keyboard.press("f")
    page.keyboard.press("Escape")
    expect(on_page).to_have_attribute("aria-pressed", "false")


def test_digits_rate_the_pictures_shown_in_full_screen(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    page.keyboard.press("v")
    caption = page.locator(".pswp__title")
    expect(caption).to_have_text("Rocket on the launch pad")
    stars = page.get_by_role("dialog").get_by_role("img", name="4 stars")
    with page.expect_response("**/rate*") as response:
        page.keyboard.press("4")
    assert response.value.json()["own"] == 8
    expect(stars).to_have_text("★★★★")
    page.keyboard.press("ArrowRight")
    expect(caption).to_have_text("A cup of coffee on a wooden table")
    page.keyboard.press("ArrowLeft")
    expect(stars).to_be_visible()
    page.keyboard.press("Escape")
    # The page shows it without being loaded again.
    expect(page.locator("[data-rating] [value='8']")).to_have_attribute("aria-pressed", "true")


def test_full_screen_shows_the_rating_given_earlier_and_a_digit_changes_it(
    vera: Person, page: Page, path: str, site: RunningSite
) -> None:
    vera.go(f"/image/{site.images['coffee'].id}/")
    with page.expect_response("**/rate*"):
        page.locator("[data-rating] [value='7']").click()
    vera.go(path)
    page.keyboard.press("v")
    caption = page.locator(".pswp__title")
    expect(caption).to_have_text("Rocket on the launch pad")
    page.keyboard.press("ArrowRight")
    stars = caption.get_by_role("img", name="3.5 stars")
    expect(stars).to_have_text("★★★½")
    with page.expect_response("**/rate*"):
        page.keyboard.press("5")
    expect(caption.get_by_role("img", name="5 stars")).to_have_text("★★★★★")
    page.route("**/rate*", lambda route: route.fulfill(status=503, json={"detail": "Full."}))
    vera.expect_complaint("status of 503")
    page.keyboard.press("1")
    expect(page.locator(".toast p")).to_have_text("Full.")
    expect(caption.get_by_role("img", name="5 stars")).to_be_visible()


def test_rating_that_is_not_saved_is_taken_back(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    page.keyboard.press("v")
    page.locator(".pswp__title").wait_for()
    page.route("**/rate*", lambda route: route.fulfill(status=503, json={"detail": "Full."}))
    vera.expect_complaint("status of 503")
    page.keyboard.press("2")
    expect(page.locator(".toast p")).to_have_text("Full.")
    expect(page.locator(".own-rating")).to_have_count(0)


def test_favourite_that_is_not_saved_is_taken_back(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    page.keyboard.press("v")
    heart = page.get_by_role("dialog").get_by_role("button", name="Favourite")
    expect(heart).to_have_attribute("aria-pressed", "false")
    page.route("**/favorite", lambda route: route.fulfill(status=503, json={"detail": "Full."}))
    vera.expect_complaint("status of 503")
    heart.click()
    expect(page.locator(".toast p")).to_have_text("Full.")
    expect(heart).to_have_attribute("aria-pressed", "false")
    # It is above the viewer, so it can be clicked.
    page.locator(".toast").get_by_role("button", name="Close").click()
    expect(page.locator(".toast p")).to_have_text("")


def test_full_screen_reaches_the_last_picture(vera: Person, page: Page, site: RunningSite) -> None:
    vera.go(f"/image/{site.images['chelsea'].id}/")  # the newest
    page.keyboard.press("v")
    page.locator(".pswp__img").last.wait_for()
    onward = page.get_by_role("dialog").get_by_role("button", name="Next")
    for _ in range(14):
        expect(onward).to_be_enabled()
        page.keyboard.press("ArrowRight")
    expect(onward).to_have_count(0)  # a button that is off is not shown
    page.keyboard.press("Escape")
    page.wait_for_url("**/image/*/")
    expect(page.locator("a.previous")).to_be_visible()
    expect(page.locator("a.next")).to_have_count(0)


def test_links_to_neighbours_stay_under_the_pointer(vera: Person, page: Page, path: str) -> None:
    tops = []
    vera.go("/image/")
    for _ in range(4):
        if tops:
            page.get_by_role("link", name="Next").click()
        else:
            page.locator(".grid a").first.click()
        page.locator("html[data-scripts=ready]").wait_for()
        page.wait_for_load_state("networkidle")
        box = page.get_by_role("link", name="Next").bounding_box()
        assert box
        tops.append(box["y"])
        assert box["y"] + box["height"] <= 800
    assert len(set(tops)) == 1


def test_swipe_in_full_screen_shows_the_next_picture(
    person: Callable[..., Person], path: str
) -> None:
    paula = person(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    page = paula.go(path)
    page.locator("a.picture").tap()
    title = page.locator(".pswp__title")
    expect(title).to_have_text("Rocket on the launch pad")
    page.locator(".pswp__img").last.wait_for()
    fingers = paula.context.new_cdp_session(page)
    for event, x in (
        ("touchStart", 330),
        ("touchMove", 200),
        ("touchMove", 60),
        ("touchEnd", None),
    ):
        points = [] if x is None else [{"x": x, "y": 350}]
        fingers.send("Input.dispatchTouchEvent", {"type": event, "touchPoints": points})
    expect(title).to_have_text("A cup of coffee on a wooden table")
