"""The page of a picture in a real browser: tasks of visitors and editors."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from huimages_app.factory import build_services
from tests.support.axe import violations
from tests.support.chromium import Person
from tests.support.pictures import photo
from tests.support.served import RunningSite


def test_rating_and_favourite_are_saved_without_a_reload(
    vera: Person, page: Page, path: str
) -> None:
    vera.go(path)
    page.get_by_role("button", name="3.5 stars").click()
    expect(page.locator(".average")).to_have_text("3.8 of 5, 2 votes")
    expect(page.get_by_role("button", name="3.5 stars")).to_be_focused()
    page.get_by_role("button", name="Remove rating").click()
    expect(page.locator(".average")).to_have_text("4.0 of 5, 1 vote")
    heart = page.get_by_role("button", name="Favourite")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    vera.go("/favorites/")
    expect(page.locator(".grid li")).to_have_count(1)


def test_title_is_edited_in_place(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    title = page.locator("h1")
    old = title.inner_text()
    title.click()
    field = page.locator("#title")
    expect(field).to_be_focused()
    field.fill("Something else")
    field.press("Escape")
    expect(field).to_be_hidden()
    title.click()
    expect(field).to_have_value(old)
    field.fill("Rocket at <night>")
    field.press("Enter")
    expect(title).to_have_text("Rocket at <night>")
    expect(page).to_have_title("Rocket at <night> – huImages")
    page.locator("details.edit summary").click()
    page.get_by_role("button", name=old).click()
    expect(title).to_have_text(old)


def test_history_shows_a_change_without_a_reload(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    page.locator("#history > summary").click()
    page.keyboard.press("e")
    field = page.locator("#title")
    expect(field).to_be_focused()
    before = field.input_value()
    field.fill("A title to take back")
    field.press("Enter")
    newest = page.locator("#history .history li").first
    expect(newest).to_contain_text("A title to take back")
    newest.get_by_role("button", name="Take back").click()
    expect(page.locator("h1")).to_have_text(before)


def test_taking_back_a_change_keeps_the_scroll_position_and_the_focus(
    vera: Person, page: Page, path: str
) -> None:
    vera.go(path)
    before = page.locator("h1").inner_text()
    page.locator("#history > summary").click()
    page.keyboard.press("e")
    page.locator("#title").fill("Another title to take back")
    page.keyboard.press("Enter")
    newest = page.locator("#history .history li").first
    expect(newest).to_contain_text("Another title to take back")
    page.evaluate("window.isSamePage = true")
    newest.get_by_role("button", name="Take back").click()
    expect(page.locator("h1")).to_have_text(before)
    expect(page.locator("#history > summary")).to_be_focused()
    expect(page.locator("#history > summary")).to_be_in_viewport()
    assert page.evaluate("window.isSamePage")


def test_menu_leads_to_the_field_for_a_better_picture(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    expect(page.locator("#better")).to_be_hidden()
    page.get_by_role("button", name="More", exact=True).click()
    page.locator("#more").get_by_role("link", name="Upload a better picture").click()
    expect(page.locator("#more")).to_be_hidden()
    expect(page.locator("#better")).to_be_in_viewport()


def test_long_title_is_visible_as_a_whole_while_it_is_edited(
    person: Callable[..., Person], path: str
) -> None:
    page = person(viewport={"width": 360, "height": 740}).go(path)
    page.locator("h1").click()
    field = page.locator("#title")
    field.fill("Sun through the wooden blinds of the south office of the old mill " * 3)
    hidden = field.evaluate("it => it.scrollHeight - it.clientHeight")
    assert hidden <= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_conflicting_titles_open_a_dialog_with_both(
    person: Callable[..., Person], vera: Person, page: Page, path: str
) -> None:
    other = person().go(path)
    vera.go(path)
    other.locator("h1").click()
    other.locator("#title").fill("By the other editor")
    other.locator("#title").press("Enter")
    expect(other.locator("h1")).to_have_text("By the other editor")
    page.locator("h1").click()
    page.locator("#title").fill("Mine")
    page.locator("#title").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("By the other editor")
    expect(dialog).to_contain_text("Mine")
    vera.expect_complaint("status of 409")
    assert violations(page) == []
    dialog.get_by_role("button", name="Save my version").click()
    expect(page.locator("h1")).to_have_text("Mine")
    page.locator("details.edit summary").click()
    page.get_by_role("button", name="Rocket on the launch pad").click()
    expect(page.locator("h1")).to_have_text("Rocket on the launch pad")


@pytest.mark.parametrize("ratio", [1, 2])
def test_small_picture_is_not_enlarged(
    person: Callable[..., Person], site: RunningSite, ratio: int
) -> None:
    services = build_services(site.settings)
    image = services.uploads.add(io.BytesIO(photo(90, 60, seed=ratio))).image
    services.close()
    page = person(device_scale_factor=ratio).go(f"/image/{image.id}/")
    box = page.locator(".picture img").bounding_box()
    assert box
    assert (round(box["width"]), round(box["height"])) == (90, 60)
    page.locator("a.picture").click()
    shown = page.locator(".pswp__item[aria-hidden=false] .pswp__img").last
    shown.wait_for()
    full = shown.bounding_box()
    assert full
    assert full["width"] <= 90


def test_errors_are_shown_as_sentences_and_the_title_is_kept(
    vera: Person, page: Page, path: str
) -> None:
    vera.go(path)
    page.locator("h1").click()
    page.locator("#title").fill("   ")
    page.locator("#title").press("Enter")
    expect(page.locator(".toast.bad p")).to_contain_text("The title is empty")
    expect(page.locator("h1")).not_to_be_empty()
    vera.expect_complaint("status of 400")
    vera.context.set_offline(True)
    page.get_by_role("button", name="Favourite").click()
    expect(page.locator(".toast.bad p")).to_contain_text("The site cannot be reached.")
    vera.expect_complaint("ERR_INTERNET_DISCONNECTED")


def test_focal_point_is_set_by_click_and_by_keys(
    vera: Person, page: Page, site: RunningSite
) -> None:
    vera.go(f"/image/{site.images['coffee'].id}/")
    page.get_by_text("Set the focal point", exact=True).click()
    picture = page.locator("#focus input[type=image]")
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.5})
    expect(page.get_by_label("From the left, in %")).to_have_value("25")
    crop = page.locator("[data-crops] img").first
    assert crop.evaluate("crop => crop.style.objectPosition") == "0px 0px"
    picture.press("ArrowRight")
    picture.press("Shift+ArrowDown")
    expect(page.get_by_label("From the left, in %")).to_have_value("27")
    expect(page.get_by_label("From the top, in %")).to_have_value("60")
    picture.press("Enter")
    expect(crop).to_have_attribute("src", re.compile(r"!27,60/"))
    expect(page.locator("#focus")).to_have_attribute("open", "")
    # All crops of the picture are around that point now.
    vera.go(f"/image/{site.images['rocket'].id}/")
    expect(page.locator("a.next img")).to_have_attribute("src", re.compile(r"!27,60/"))


def test_content_box_is_corrected_by_pointer_and_by_keys(
    vera: Person, page: Page, site: RunningSite
) -> None:
    vera.go(f"/image/{site.images['coffee'].id}/")
    page.get_by_text("Correct the content box", exact=True).click()
    left = page.get_by_role("slider", name="Left edge, in %")
    right = page.get_by_role("slider", name="Right edge, in %")
    frame = page.locator("#trimming .dimmed").bounding_box()
    assert frame
    left.hover()
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] * 0.2, frame["y"] + 20, steps=4)
    page.mouse.up()
    field = page.locator("#content-left")
    assert abs(float(field.input_value()) - 20) < 0.5
    field.fill("20")
    right.press("ArrowLeft")
    right.press("Shift+ArrowLeft")
    # Across the edge, where the key would lead to another picture.
    page.get_by_role("slider", name="Top edge, in %").press("ArrowRight")
    expect(page.locator("#content-right")).to_have_value("94.5")
    expect(right).to_have_attribute("aria-valuenow", "94.5")
    preview = page.locator("#trimming .padding").first
    placed = preview.locator("img").evaluate("image => image.getBoundingClientRect().width")
    # 600 pixels of which 74.5 % are shown in 129 of 150 pixels.
    assert abs(placed * 0.745 - 129) < 1
    right.press("Enter")
    expect(preview.locator("img")).to_have_attribute("src", re.compile(r"=7!200,0,945,1000/"))
    page.get_by_role("button", name="Use the measured box").click()
    expect(preview.locator("img")).to_have_attribute("src", re.compile(r"=7/"))


def test_snippets_are_copied(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    page.get_by_text("Sizes, download and embedding").click()
    page.get_by_role("button", name="Copy").nth(3).click()
    expect(page.locator(".toast p")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").startswith("![Rocket")


def test_snippet_is_copied_without_https(vera: Person, page: Page, path: str) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    vera.go(path)
    page.get_by_text("Sizes, download and embedding").click()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator(".toast p")).to_have_text("Copied.")


def test_size_picker_shows_sizes_without_leaving_the_page(
    vera: Person, page: Page, path: str
) -> None:
    vera.go(path)
    url = page.url
    page.get_by_text("Sizes, download and embedding").click()
    page.get_by_role("button", name="vga", exact=True).press("Enter")
    preview = page.locator("[data-preview]")
    expect(preview).to_have_text(re.compile(r"× \d+, JPEG, \d+ kB"))
    expect(page.get_by_role("button", name="vga", exact=True)).to_be_focused()
    page.get_by_label("Format").focus()
    page.get_by_label("Format").select_option("webp")
    expect(preview).to_have_text(re.compile(r"× \d+, WebP, \d+ kB"))
    expect(page.get_by_label("Format")).to_be_focused()
    page.get_by_label("Size", exact=True).fill("120x80!")
    page.get_by_label("Size", exact=True).press("Enter")
    expect(preview).to_have_text(re.compile(r"120 × 80, WebP, \d+ kB"))
    expect(page.locator("#snippet-1")).to_have_value(re.compile(r"/120x80!/.*\.webp"))
    page.get_by_label("Size", exact=True).fill("nonsense")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not a size, or")
    assert page.url == url
    with page.expect_download() as download:
        page.get_by_role("button", name="square", exact=True).click()
        page.get_by_text("Download this size").click()
    assert download.value.suggested_filename.endswith("-75x75!.webp")


def test_section_stays_closed_on_other_pictures(
    person: Callable[..., Person], site: RunningSite, path: str
) -> None:
    visitor = person()
    page = visitor.go(path)
    page.locator("#facts > summary").click()
    page.locator("#rights > summary").press("Enter")
    visitor.go(f"/image/{site.images['chelsea'].id}/")
    expect(page.locator("#facts")).not_to_have_attribute("open", "")
    expect(page.locator("#rights")).to_have_attribute("open", "")
    expect(page.locator("#tags")).to_have_attribute("open", "")
    page.locator("#facts > summary").click()
    page.reload()
    expect(page.locator("#facts")).to_have_attribute("open", "")


def test_share_copies_the_link_and_leads_to_sizes(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    page.get_by_role("button", name="Share").click()
    page.locator("#share").get_by_role("button", name="Copy").click()
    expect(page.locator(".toast p")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{vera.url}{path}"
    page.get_by_role("link", name="Other sizes, and markup to embed").click()
    expect(page.locator("#share")).to_be_hidden()
    expect(page.locator("#picker-size")).to_be_visible()
