"""Grids in a real browser: paging, selecting, the trash."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import Person
from tests.support.served import RunningSite


def boxes(page: Page) -> list[str]:
    return page.locator(".pick input").evaluate_all("all => all.map(box => box.value)")


def test_search_result_leads_to_the_picture_and_back(vera: Person, page: Page) -> None:
    vera.go()
    page.get_by_role("searchbox").fill("coff")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Search results for “coff”")
    expect(page.locator(".grid li")).to_have_count(1)
    page.locator(".grid a").click()
    expect(page.locator("h1")).to_have_text("A cup of coffee on a wooden table")
    expect(page.locator(".where a")).to_have_text("Search results for “coff”")


@pytest.mark.usefixtures("crowd")
def test_load_more_appends_pictures_to_the_page(vera: Person, page: Page) -> None:
    vera.go("/image/")
    pictures = page.locator(".grid li")
    expect(pictures).to_have_count(60)
    page.get_by_role("link", name="Load more").click()
    expect(pictures).to_have_count(65)
    expect(page.get_by_role("status").filter(has_text="5 more pictures")).to_have_count(1)
    expect(page.locator(".toast p")).to_be_empty()
    expect(page.get_by_role("link", name="Load more")).to_have_count(0)
    expect(pictures.nth(60).locator("a")).to_be_focused()
    assert len(set(boxes(page))) == 65
    # The page is unchanged after a visit to one of them and Back.
    pictures.nth(62).locator("a").click()
    page.wait_for_url("**/image/*/")
    page.go_back()
    expect(pictures).to_have_count(65)


def test_range_selected_with_shift_is_tagged(vera: Person, page: Page) -> None:
    vera.go("/image/")
    picks = page.locator(".pick input")
    picks.nth(3).check()
    picks.nth(6).click(modifiers=["Shift"])
    expect(page.locator("[data-selected]")).to_have_text("4 pictures selected")
    page.locator("#selection-tags").fill("exhibition")
    page.get_by_role("button", name="Add tags").click()
    expect(page.locator(".toast p")).to_have_text("The tags of 4 pictures were changed.")
    vera.go("/tag/exhibition/")
    expect(page.locator(".grid li")).to_have_count(4)


def test_selection_stays_after_tagging_so_that_tags_can_be_removed(
    vera: Person, page: Page
) -> None:
    vera.go("/image/")
    picks = page.locator(".pick input")
    picks.nth(0).check()
    picks.nth(2).check()
    field = page.locator("#selection-tags")
    field.fill("mistyped")
    field.press("Enter")
    expect(page.locator(".toast p")).to_have_text("The tags of 2 pictures were changed.")
    expect(page.locator("[data-selected]")).to_have_text("2 pictures selected")
    expect(field).to_be_focused()
    with page.expect_response("**/selection/") as sent:
        page.get_by_role("button", name="Remove tags").click()
    assert len(sent.value.json()["done"]) == 2
    expect(page.locator("[data-selected]")).to_have_text("2 pictures selected")
    vera.go("/search?q=mistyped")
    expect(page.locator(".grid li")).to_have_count(0)


def test_typing_a_tag_does_not_scroll_the_page(vera: Person, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 400})
    vera.go("/image/")
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") > 200
    page.locator(".pick input").first.check()
    before = page.evaluate("scrollY")
    page.keyboard.press("Enter")  # leads to the field
    expect(page.locator("#selection-tags")).to_be_focused()
    page.keyboard.type("evening")
    assert page.evaluate("scrollY") == before


def test_escape_and_button_clear_the_selection(vera: Person, page: Page) -> None:
    vera.go("/image/")
    picks = page.locator(".pick input")
    picks.nth(0).check()
    page.keyboard.press("Escape")
    expect(picks.nth(0)).not_to_be_checked()
    expect(page.locator(".actions")).to_be_hidden()
    picks.nth(1).check()
    page.get_by_role("button", name="Clear selection").click()
    expect(picks.nth(1)).not_to_be_checked()


def test_click_selects_while_other_pictures_are_selected(vera: Person, page: Page) -> None:
    vera.go("/image/")
    picks, pictures = page.locator(".pick input"), page.locator(".grid a")
    picks.nth(0).check()
    pictures.nth(2).click()
    pictures.nth(5).click(modifiers=["Shift"])
    expect(page.locator("[data-selected]")).to_have_text("5 pictures selected")
    pictures.nth(2).click()
    expect(page.locator("[data-selected]")).to_have_text("4 pictures selected")
    page.keyboard.press("Escape")
    expect(page.locator(".actions")).to_be_hidden()
    pictures.nth(0).click()
    page.wait_for_url("**/image/*/")


def test_keys_select_all_and_lead_to_the_actions(vera: Person, page: Page) -> None:
    vera.go("/tag/hills/")
    picks = page.locator(".pick input")
    count = picks.count()
    page.keyboard.press("Control+a")
    expect(page.locator("[data-selected]")).to_have_text(f"{count} pictures selected")
    # Escape also from a field of the bar, and in the field Ctrl+A selects its text.
    field = page.locator("#selection-tags")
    field.fill("abc")
    field.press("Escape")
    expect(page.locator(".actions")).to_be_hidden()
    picks.nth(1).press("Space")
    picks.nth(1).press("Enter")
    expect(field).to_be_focused()
    field.press("Control+a")
    expect(page.locator("[data-selected]")).to_have_text("1 picture selected")


def test_all_pictures_found_are_selected_before_they_are_loaded(
    vera: Person, page: Page, crowd: None
) -> None:
    vera.go("/image/?larger=1")
    everything = page.locator("[data-everything]")
    total = int(everything.get_attribute("data-count") or 0)
    loaded = page.locator(".pick input").count()
    assert total > loaded
    page.keyboard.press("Control+a")
    expect(everything).to_be_checked()
    expect(page.locator("[data-selected]")).to_have_text(f"{total} pictures selected")
    page.locator("footer").scroll_into_view_if_needed()
    expect(page.locator(".pick input:checked")).to_have_count(total)
    page.locator(".pick input").first.uncheck()
    expect(everything).not_to_be_checked()
    expect(page.locator("[data-selected]")).to_have_text(f"{total - 1} pictures selected")
    everything.check()
    page.get_by_role("button", name="Edit", exact=True).click()
    page.wait_for_url("**/job/edit?in=*")
    expect(page.locator("main")).to_contain_text(f"{total} pictures")


def test_everything_is_moved_to_the_trash_after_a_question(vera: Person, page: Page) -> None:
    vera.go("/search?q=coffee")
    count = page.locator(".grid li").count()
    page.get_by_label("Select all").check()
    page.get_by_role("button", name="Move to the trash").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Move everything that was found to the trash?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator(".grid li")).to_have_count(count)
    page.get_by_role("button", name="Move to the trash").click()
    dialog.get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".toast p")).to_contain_text("moved to the trash")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".grid li")).to_have_count(count)


def test_captions_stay_on_on_other_pages(vera: Person, page: Page) -> None:
    vera.go("/search?q=coffee")
    caption = page.locator(".grid .caption")
    expect(caption).to_have_css("opacity", "0")
    page.get_by_label("Show captions").check()
    expect(caption).to_have_css("opacity", "1")
    expect(caption).to_have_text("A cup of coffee on a wooden table10106")
    vera.go("/search?q=cat")
    expect(page.get_by_label("Show captions")).to_be_checked()
    expect(page.locator(".grid .caption")).to_have_css("opacity", "1")


def test_focus_stays_near_the_changed_pictures(vera: Person, page: Page) -> None:
    vera.go("/image/")
    picks = page.locator(".pick input")
    after = picks.nth(6)
    picks.nth(5).press("Space")
    page.locator("#selection-tags").fill("here")
    page.locator("#selection-tags").press("Enter")
    expect(page.locator(".toast p")).to_have_text("The tags of 1 picture were changed.")
    expect(page.locator("#selection-tags")).to_be_focused()
    page.get_by_role("button", name="Clear selection").press("Enter")
    # The bar with the focus in it is gone.
    expect(picks.nth(5)).to_be_focused()
    beside = after.input_value()
    picks.nth(4).press("Space")
    picks.nth(5).press("Space")
    page.get_by_role("button", name="Move to the trash").press("Enter")
    expect(page.locator(".toast p")).to_have_text("2 pictures were moved to the trash.")
    expect(page.locator(f".pick input[value='{beside}']")).to_be_focused()
    vera.go("/trash/")
    for pick in page.locator(".pick input").all():
        pick.check()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("main")).to_contain_text("The trash is empty.")


def test_pictures_are_moved_to_the_trash_restored_and_deleted(
    vera: Person, page: Page, site: RunningSite
) -> None:
    vera.go("/image/")
    before = boxes(page)
    for index in (8, 9):
        page.locator(".pick input").nth(index).check()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".toast p")).to_have_text("2 pictures were moved to the trash.")
    assert boxes(page) == [*before[:8], *before[10:]]
    vera.go("/trash/")
    assert sorted(boxes(page)) == sorted(before[8:10])
    page.locator(".pick input").first.check()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".grid li")).to_have_count(1)
    page.locator(".pick input").first.check()
    page.get_by_role("button", name="Delete permanently").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This cannot be undone.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator(".grid li")).to_have_count(1)
    page.get_by_role("button", name="Delete permanently").click()
    dialog.get_by_role("button", name="Delete permanently").click()
    expect(page.locator("main")).to_contain_text("The trash is empty.")


def test_undo_restores_pictures_moved_to_the_trash(vera: Person, page: Page) -> None:
    vera.go("/tag/hills/")
    before = boxes(page)
    for index in (1, 2):
        page.locator(".pick input").nth(index).check()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".grid li")).to_have_count(len(before) - 2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast p")).to_have_text("2 pictures were restored.")
    assert boxes(page) == before
    # Undo of all pictures of a list, after the page was loaded again.
    for pick in page.locator(".pick input").all():
        pick.check()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator("main")).to_contain_text("No picture has this tag.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".grid li")).to_have_count(len(before))


def test_restoring_the_last_picture_is_confirmed(
    vera: Person, page: Page, site: RunningSite
) -> None:
    vera.go(f"/image/{site.images['rocket'].id}/")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Move to the trash").click()
    vera.go("/trash/")
    page.locator(".pick input").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("main")).to_contain_text("The trash is empty.")
    expect(page.locator(".toast p")).to_have_text("1 picture was restored.")


def test_selected_pictures_are_downloaded(vera: Person, page: Page) -> None:
    vera.go("/image/")
    page.locator(".pick input").first.check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "huimages.zip"


def test_resting_finger_selects_a_range(person: Callable[..., Person]) -> None:
    paul = person(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = paul.go("/image/")
    pictures = page.locator(".grid a")
    page.locator(".pick").first.tap()
    expect(page.locator("[data-selected]")).to_have_text("1 picture selected")
    pictures.nth(5).scroll_into_view_if_needed()
    box = pictures.nth(5).bounding_box()
    assert box
    touch = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 20}
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [touch]})
    expect(page.locator("[data-selected]")).to_have_text("6 pictures selected")
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("[data-selected]")).to_have_text("6 pictures selected")
    pictures.nth(5).tap()
    expect(page.locator("[data-selected]")).to_have_text("5 pictures selected")


@pytest.mark.parametrize("width", [360, 1280])
def test_message_covers_no_action_in_german(width: int, person: Callable[..., Person]) -> None:
    paul = person(locale="de-DE", viewport={"width": width, "height": 740})
    page = paul.go("/image/")
    page.locator(".pick input").first.check()
    page.locator("#selection-tags").fill("unbedeckt")
    page.keyboard.press("Enter")
    toast, bar = page.locator(".toast"), page.locator(".actions")
    expect(toast.locator("p")).to_contain_text("1 Bild")
    message, actions = toast.bounding_box(), bar.bounding_box()
    assert message
    assert actions
    assert message["y"] + message["height"] <= actions["y"]
    if width >= 1280:
        assert actions["height"] < 80  # one row
