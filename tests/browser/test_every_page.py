"""Every page: accessibility and layout."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from huimages_app.web.presentation.i18n import LANGUAGES
from tests.support.axe import violations
from tests.support.chromium import Person
from tests.support.served import PHOTOS, RunningSite

WIDTHS = ((390, 844), (1024, 768), (1920, 1080))

Prepare = Callable[[Page], object]


def selected(page: Page) -> None:
    page.locator(".pick input").first.check()
    page.locator(".pick input").nth(2).check()


def trashed(page: Page) -> None:
    """Put two pictures into the trash, and look at it."""
    page.locator(".pick input").nth(9).check()
    page.locator(".pick input").nth(12).check()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".toast p")).to_have_text("2 pictures were moved to the trash.")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Trash").click()
    expect(page.locator(".grid li")).to_have_count(2)


def favored(page: Page) -> None:
    """Make the picture a favourite, and look at all of them."""
    heart = page.get_by_role("button", name="Favourite")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Favourites").click()
    expect(page.locator(".grid li")).to_have_count(1)


def menu(page: Page) -> None:
    page.get_by_role("button", name="Menu").click()


def saved(page: Page) -> None:
    """Save the search, and look at the saved ones with the form of one open."""
    page.get_by_role("button", name="Save search").click()
    expect(page.locator("[data-notice]")).to_contain_text("The search was saved.")
    page.get_by_role("button", name="Menu").click()
    expect(page.locator(".popup .saved-searches a")).to_have_text("coffee, Shape: landscape")
    page.get_by_role("link", name="Saved searches").click()
    page.locator("details.change summary").click()


def shared(page: Page) -> None:
    page.get_by_role("button", name="Share").click()


def more(page: Page) -> None:
    page.get_by_role("button", name="More").click()


def opened(page: Page) -> None:
    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    page.locator("#focus input[type=image]").press("ArrowRight")


def queued(page: Page) -> None:
    files = [PHOTOS / "coffee.jpeg", PHOTOS / "README.md"]
    page.locator("#uploadfile").set_input_files(files)
    expect(page.locator("[data-upload-list]")).to_contain_text("already on this site")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-upload-status]")).to_have_text("1 of 2 uploaded, 1 failed")


def compared(page: Page) -> None:
    """Upload a table that changes the tags of all pictures."""
    content = page.evaluate("fetch('/api/v1/images.csv?tag=hills').then(it => it.text())")
    _send_table(page, content.replace("hills", "Hills-and-valleys"))
    expect(page.locator(".rows li").first).to_be_visible()


def refused(page: Page) -> None:
    _send_table(page, "id,colour,title\nx,red,\n")
    expect(page.locator(".comparison tbody tr")).to_have_count(1)


def _send_table(page: Page, content: str) -> None:
    file = {"name": "t.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.locator("#uploadfile").set_input_files(files=[file])  # type: ignore[arg-type]
    page.get_by_role("button", name="Show differences").click()


def conflicting(page: Page) -> None:
    """Save a title that someone else changed meanwhile, as the form does without scripts."""
    page.locator("#heading [name=expected_value]").first.evaluate("field => field.value = 'Old'")
    page.locator("#title").evaluate("field => field.value = 'Mine'")
    page.locator("#heading form").first.evaluate(
        "form => HTMLFormElement.prototype.submit.call(form)"
    )
    expect(page.locator("[data-own]")).to_have_text("Mine")


def in_trash(page: Page) -> None:
    """Move the picture to the trash, and go back to its page."""
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator("[data-notice]")).to_have_text("The picture was moved to the trash.")
    page.go_back()
    expect(page.locator("main")).to_contain_text("This picture is in the trash.")


def chosen(page: Page) -> None:
    """Choose a change of each kind of field."""
    for name in ("title", "tags", "rights.source_type", "other"):
        page.locator(f'[name="verb.{name}"]').select_option(index=1)


def edited(page: Page) -> None:
    """Edit all pictures of the list, and look at the job until it is finished."""
    page.locator('[name="verb.alt"]').select_option("set")
    page.locator('[name="value.alt"]').fill("A cup of coffee")
    page.get_by_role("button", name="Change the pictures").click()
    expect(page.locator("#job")).to_have_attribute("data-state", "done", timeout=30_000)


def suggested(page: Page) -> None:
    page.locator("#newtag").press_sequentially("e")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")


def full_screen(page: Page) -> None:
    page.locator("a.picture").click()
    page.locator(".pswp__img").last.wait_for()
    page.wait_for_timeout(300)  # PhotoSwipe shows its buttons after a moment


# Name: path, what is done there, what the console will complain about.
PAGES: dict[str, tuple[str, Prepare | None, str]] = {
    "start": ("/", None, ""),
    "menu": ("/image/", menu, ""),
    "all": ("/image/", None, ""),
    "selected": ("/tag/hills/", selected, ""),
    "search": ("/search?q=coffee", None, ""),
    "filtered": ("/search?q=coffee&shape=landscape&ends=30", None, ""),
    "save-search": ("/saved/?in=search:coffee%3Fshape%3Dlandscape", None, ""),
    "saved-searches": ("/saved/?in=search:coffee%3Fshape%3Dlandscape", saved, ""),
    "no-saved-searches": ("/saved/", None, ""),
    "nothing-found": ("/search?q=zzz", None, ""),
    "no-favorites": ("/favorites/", None, ""),
    "favorites": ("/image/{rocket}/", favored, ""),
    "tags": ("/tag/", None, ""),
    "articles": ("/article/", None, ""),
    "no-articles": ("/article/?q=zzz", None, ""),
    "article": ("/article/10106/", None, ""),
    "article-without-pictures": ("/article/zzz/", None, "status of 404"),
    "image": ("/image/{rocket}/", None, ""),
    "image-share": ("/image/{rocket}/", shared, ""),
    "image-more": ("/image/{rocket}/", more, ""),
    "image-opened": ("/image/{coffee}/?in=tag:table", opened, ""),
    "image-suggestions": ("/image/{chelsea}/", suggested, ""),
    "image-keys": ("/image/{chelsea}/", lambda page: page.keyboard.press("?"), ""),
    "image-full-screen": ("/image/{coffee}/", full_screen, ""),
    "image-conflict": ("/image/{coffee}/", conflicting, "status of 409"),
    "duplicates": ("/duplicates/", None, ""),
    "image-history": ("/image/{coffee}/history", None, ""),
    "jobs": ("/job/", None, ""),
    "edit-many": ("/job/edit?in=", chosen, ""),
    "job": ("/job/edit?in=search:coffee", edited, ""),
    "upload": ("/upload/", None, ""),
    "upload-queue": ("/upload/", queued, "status of 415"),
    "table": ("/table/?tag=hills&order=oldest", None, ""),
    "table-compared": ("/table/", compared, ""),
    "table-with-errors": ("/table/", refused, "status of 400"),
    "rename-tag": ("/rename-tag?tag=hills", None, ""),
    "empty-trash": ("/trash/", None, ""),
    "trash": ("/image/", trashed, ""),
    "not-found": ("/nowhere/", None, "status of 404"),
    "sign-in": ("/login", None, ""),
    "help": ("/help", None, ""),
    "accounts": ("/accounts/", None, ""),
    "image-in-trash": ("/image/{chelsea}/", in_trash, "status of 404"),
    "api": ("/api/v1/", None, ""),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_is_too_long_for_the_narrowest_phone(
    language: str, person: Callable[..., Person], site: RunningSite
) -> None:
    paul = person(locale=language, viewport={"width": 320, "height": 640})
    image = f"/image/{site.images['coffee'].id}/"
    for path, prepare in (
        ("/", None), ("/image/", selected), (image, opened), ("/upload/", None), ("/trash/", None),
        ("/article/", None), ("/article/10106/", None), ("/job/edit?in=", chosen), ("/job/", None),
    ):  # fmt: skip
        page = paul.go(path)
        if prepare:
            prepare(page)
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_sentences_about_the_api_have_room_on_a_phone(person: Callable[..., Person]) -> None:
    page = person(viewport={"width": 390, "height": 844}).go("/api/v1/")
    tables = "#listImages td:last-child, #Item td:last-child, [id=store-down] td:last-child"
    widths = page.eval_on_selector_all(tables, "all => all.map(cell => cell.clientWidth)")
    assert len(widths) > 30
    assert min(widths) > 250


def test_states_are_told_apart_in_colours_of_peoples_own(
    person: Callable[..., Person], site: RunningSite
) -> None:
    who = person(forced_colors="active")
    page = who.go("/image/")
    edge = "link => getComputedStyle(link).borderBottomColor"
    here, elsewhere = (page.get_by_role("link", name=name) for name in ("All pictures", "Tags"))
    assert here.first.evaluate(edge) != elsewhere.first.evaluate(edge)
    who.go(f"/image/{site.images['chelsea'].id}/")
    page.locator("#newtag").press_sequentially("h")
    # Not those of the lists in forms.
    options = page.locator('[role="option"]')
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    ground = "option => getComputedStyle(option).backgroundColor"
    assert options.nth(0).evaluate(ground) != options.nth(1).evaluate(ground)


@pytest.mark.parametrize("name", PAGES)
def test_a_page(name: str, person: Callable[..., Person], site: RunningSite) -> None:
    path, prepare, complaint = PAGES[name]
    path = path.format(**{key: image.id for key, image in site.images.items()})
    who = person(viewport={"width": 1024, "height": 768})
    page = who.go(path)
    if prepare:
        prepare(page)
    # axe sees the widest page light, and the narrowest dark.
    for scheme, widths in (("light", WIDTHS), ("dark", WIDTHS[::-1])):
        page.emulate_media(color_scheme=scheme)
        for width, height in widths:
            page.set_viewport_size({"width": width, "height": height})
            # Nothing sticks out at the side.
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
    if complaint:
        who.expect_complaint(complaint)


@pytest.mark.parametrize("language", LANGUAGES)
def test_header_is_one_row_in_every_language(language: str, person: Callable[..., Person]) -> None:
    paul = person(locale=language)
    for width in (320, 360, 768, 1280):
        paul.page.set_viewport_size({"width": width, "height": 700})
        page = paul.go("/tag/")
        box = page.locator(".top").bounding_box()
        assert box
        assert box["height"] <= 75
        assert page.locator("html").evaluate("html => html.scrollWidth") <= width
        if width < 1088:
            page.locator(".open-menu").click()
        expect(page.locator("nav a[href='/favorites/']:visible")).to_have_count(1)
