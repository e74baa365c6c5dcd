"""Pictures from the share menu of a phone."""

from __future__ import annotations

import base64
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.chromium import Person
from tests.support.served import PHOTOS, RunningSite

# What a phone sends: a form that the browser posts to the action of the manifest.
_SHARE = """
  async ([url, files]) => {
    const data = new DataTransfer();
    for (const [name, content] of files) {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: "image/jpeg" }));
    }
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: url, enctype: "multipart/form-data" });
    const field = document.createElement("input");
    Object.assign(field, { type: "file", name: "uploadfile", multiple: true, files: data.files });
    form.append(field);
    document.body.append(form);
    form.submit();
  }
"""


def share(page: Page, *files: tuple[str, bytes]) -> None:
    page.evaluate("navigator.serviceWorker.ready")
    target = page.evaluate("fetch('/manifest.webmanifest').then((it) => it.json())")["share_target"]
    sent = [[name, base64.b64encode(content).decode()] for name, content in files]
    with page.expect_navigation():
        page.evaluate(_SHARE, [target["action"], sent])
    page.locator("html[data-scripts=ready]").wait_for()


def found(page: Page) -> list[object]:
    """The stored pictures whose file name has the word of the first test."""
    response = page.evaluate("fetch('/api/v1/images?q=m%C3%B6we').then((it) => it.json())")
    return list(response["items"])


def test_shared_pictures_are_stored_only_after_confirmation(
    person: Callable[..., Person], site: RunningSite
) -> None:
    phone = person(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = phone.go("/upload/")
    rocket = (PHOTOS / "rocket.jpeg").read_bytes()
    share(page, ("möwe 1.jpeg", rocket + b"one"), ("rocket.jpeg", rocket))
    assert page.url == f"{site.url}/upload/"
    entries = page.locator("[data-upload-list] li")
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text("möwe 1.jpeg")
    expect(page.get_by_role("status").first).to_contain_text("Nothing has been uploaded yet")
    assert found(page) == []
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-upload-status]")).to_have_text("2 of 2 uploaded")
    assert len(found(page)) == 1
    # Nothing is kept: the page is empty when it is opened again.
    phone.go("/upload/?shared=yes")
    expect(page.locator("[data-upload-list] li")).to_have_count(0)
    assert page.evaluate("caches.keys()") == []


def test_second_share_replaces_the_first(person: Callable[..., Person]) -> None:
    page = person().go("/upload/")
    photo = (PHOTOS / "coffee.jpeg").read_bytes()
    share(page, ("first.jpeg", photo))
    share(page, ("second.jpeg", photo))
    expect(page.locator("[data-upload-list] li")).to_have_count(1)
    expect(page.get_by_role("textbox", name="Title: second.jpeg")).to_be_visible()


def test_worker_controls_no_other_pages(person: Callable[..., Person]) -> None:
    page = person().go("/upload/")
    page.evaluate("navigator.serviceWorker.ready")
    page.goto(page.url.replace("/upload/", "/image/"))
    assert page.evaluate("navigator.serviceWorker.controller") is None
    assert page.evaluate("caches.keys()") == []
