"""The keyboard focus is visible on pictures of any colour."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from huimages_app.factory import build_services
from huimages_app.services.image_patch import ImagePatch
from tests.support.chromium import Person
from tests.support.pictures import encoded
from tests.support.served import RunningSite

COLOURS = {"white": (255, 255, 255), "black": (0, 0, 0), "accent": (11, 95, 206)}
_CONTRAST = 3  # WCAG 2.2, 1.4.11 and 2.4.13


@pytest.fixture(scope="module")
def coloured(site: RunningSite) -> dict[str, str]:
    """The IDs of pictures of one colour each, by its name."""
    services = build_services(site.settings)
    ids = {}
    for name, colour in COLOURS.items():
        content = io.BytesIO(encoded(Image.new("RGB", (600, 400), colour)))
        ids[name] = services.uploads.add(content, ImagePatch(title=name), tags=("plain",)).image.id
    services.close()
    return ids


@pytest.fixture(params=["light", "dark"])
def page(person: Callable[..., Person], request: pytest.FixtureRequest) -> Iterator[Page]:
    return person(color_scheme=request.param).go("/tag/plain/")


def looks(item: Locator) -> np.ndarray:
    picture = Image.open(io.BytesIO(item.screenshot())).convert("RGB")
    return np.asarray(picture, dtype=float) / 255


def luminance(pixels: np.ndarray) -> np.ndarray:
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def changed(before: np.ndarray, after: np.ndarray) -> int:
    """Return the number of pixels that differ with at least the contrast that a focus needs."""
    one, other = luminance(before) + 0.05, luminance(after) + 0.05
    return int((np.maximum(one, other) / np.minimum(one, other) >= _CONTRAST).sum())


@pytest.mark.parametrize("colour", COLOURS)
def test_focus_on_a_picture_is_visible(colour: str, page: Page, coloured: dict[str, str]) -> None:
    item = page.locator(".grid li", has=page.locator(f"[value='{coloured[colour]}']"))
    link, box = item.locator("a"), item.locator("input")
    page.keyboard.press("Tab")  # the focus is shown after a key only
    item.hover()  # the caption and the check box are shown on hover and on focus
    hovered = looks(item)
    # At least a line of one pixel around the element: WCAG 2.2, 2.4.13.
    link.focus()
    assert changed(hovered, looks(item)) > 2 * sum(hovered.shape[:2])
    box.focus()
    size = box.bounding_box()
    assert size
    assert changed(hovered, looks(item)) > 2 * (size["width"] + size["height"])
