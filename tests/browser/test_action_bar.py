"""The bar of actions on selected pictures, on a phone and with German words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.chromium import Person


@pytest.mark.parametrize(("width", "buttons"), [(360, 4), (1024, 7)])
@pytest.mark.parametrize("scripts", [True, False])
def test_actions_fit_two_rows_in_german(
    width: int, buttons: int, scripts: bool, person: Callable[..., Person]
) -> None:
    size = {"width": width, "height": 740}
    paul = person(locale="de-DE", viewport=size, java_script_enabled=scripts)
    page = paul.go("/image/")
    page.locator(".pick input").first.check()
    controls = page.locator(".actions button:visible, .actions input:visible")
    boxes = [control.bounding_box() for control in controls.all()]
    # The button that selects none is made by a script.
    assert len(boxes) == buttons + 1 - (not scripts)
    assert len({round(box["y"] + box["height"] / 2) for box in boxes if box}) <= 2
    if width == 360:
        assert min(box["height"] for box in boxes if box) >= 44


def test_menu_of_actions_on_a_phone_opens_by_keyboard(person: Callable[..., Person]) -> None:
    page = person(viewport={"width": 360, "height": 740}).go("/image/")
    page.locator(".pick input").first.check()
    page.locator("#selection-tags").fill("by-keyboard")
    page.get_by_role("button", name="Add tags").click()
    expect(page.locator(".toast p")).to_contain_text("1 picture")
    more, menu = page.locator(".actions .more"), page.locator("#selection-more")
    more.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    # Escape closes the menu and keeps the selection.
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator("[data-selected]")).to_have_text("1 picture selected")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(menu.get_by_role("button", name="Remove tags")).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu).to_be_hidden()
    expect(page.locator("[data-selected]")).to_have_text("1 picture selected")
    page.keyboard.press("Escape")
    expect(page.locator(".actions")).to_be_hidden()
