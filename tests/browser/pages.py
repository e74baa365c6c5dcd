"""The pages that tests and screenshots look at, and what is done on them first.

A new page is a line of PAGES: axe, the widths of phones and desks, and the screenshots follow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page, expect

from tests.support.served import PHOTOS

Prepare = Callable[[Page], object]


def selected(page: Page) -> None:
    page.locator(".pick input").first.check()
    page.locator(".pick input").nth(2).check()


def captioned(page: Page) -> None:
    page.get_by_label("Show captions").check()


def filtering(page: Page) -> None:
    page.locator(".filters summary").click()
    expect(page.locator("[data-choice='without:title']")).to_contain_text("(")


def jumping(page: Page) -> None:
    """Open the months of a year in the rail, which wide windows have."""
    if page.viewport_size and page.viewport_size["width"] >= 1024:
        page.locator(".rail > ul > li > a").nth(1).focus()
        expect(page.locator(".rail li li a").first).to_be_attached()


def collecting(page: Page) -> None:
    """Choose pictures for a collection."""
    selected(page)
    page.get_by_role("button", name="Add to collection").click()
    expect(page.locator("h1")).to_have_text("Add to a collection")


def collected(page: Page) -> None:
    """Put pictures into a new collection, and look at it."""
    collecting(page)
    page.locator("#title").fill("Spring in the hills")
    page.get_by_role("button", name="Create and add").click()
    expect(page.locator("h1")).to_have_text("Spring in the hills")


def ordering(page: Page) -> None:
    collected(page)
    page.get_by_role("link", name="Change the order").click()
    expect(page.locator(".placed li")).to_have_count(2)


def empty_collection(page: Page) -> None:
    opener = page.locator("summary", has_text="New collection")
    if opener.count():  # where there are others
        opener.click()
    page.locator("#title").fill("Nothing yet")
    page.get_by_role("button", name="Create collection").click()
    expect(page.locator("h1")).to_have_text("Nothing yet")


def first_article(page: Page) -> None:
    page.locator("main li a[href*='/article/']").first.click()
    page.locator(".placed").wait_for()


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


def retitled(page: Page) -> None:
    page.locator("h1").click()


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


def keys(page: Page) -> None:
    page.keyboard.press("?")


class ShownPage(NamedTuple):
    """A page: its path, what is done there, and what the console will complain about.

    The path may have the ID of a photograph, as in `{coffee}`.  `one_window`: a screenshot shows no
    more than the window, since the page is too long or something lies over it.
    """

    path: str
    prepare: Prepare | None = None
    complaint: str = ""
    one_window: bool = False


PAGES: dict[str, ShownPage] = {
    "start": ShownPage("/"),
    "menu": ShownPage("/image/", menu, one_window=True),
    "all": ShownPage("/image/"),
    "selected": ShownPage("/tag/hills/", selected, one_window=True),
    "captions": ShownPage("/image/", captioned, one_window=True),
    "by-time": ShownPage("/image/?order=taken"),
    "tag": ShownPage("/tag/hills/"),
    "search": ShownPage("/search?q=coffee"),
    "filtered": ShownPage("/search?q=coffee&shape=landscape&ends=30"),
    "filters": ShownPage("/tag/hills/?without=alt&larger=200", filtering),
    "filters-alone": ShownPage("/filters?in=tag:hills"),
    "by-date": ShownPage("/image/?order=taken", jumping),
    "dates": ShownPage("/dates?in=tag:hills"),
    "nothing-filtered": ShownPage("/tag/hills/?shape=square&format=png&larger=9000"),
    "save-search": ShownPage("/saved/?in=search:coffee%3Fshape%3Dlandscape"),
    "saved-searches": ShownPage("/saved/?in=search:coffee%3Fshape%3Dlandscape", saved),
    "no-saved-searches": ShownPage("/saved/"),
    "nothing-found": ShownPage("/search?q=zzz"),
    "no-favorites": ShownPage("/favorites/"),
    "favorites": ShownPage("/image/{rocket}/", favored),
    "tags": ShownPage("/tag/"),
    "tags-by-letter": ShownPage("/tag/?view=letters"),
    "tags-as-a-cloud": ShownPage("/tag/?view=cloud"),
    "no-tags": ShownPage("/tag/?q=zzz"),
    "collecting": ShownPage("/tag/hills/", collecting),
    "collection": ShownPage("/tag/hills/", collected),
    "collection-order": ShownPage("/tag/hills/", ordering),
    "collections": ShownPage("/collection/"),
    "empty-collection": ShownPage("/collection/", empty_collection),
    "no-collections": ShownPage("/collection/?q=zzz"),
    "articles": ShownPage("/article/"),
    "no-articles": ShownPage("/article/?q=zzz"),
    "article": ShownPage("/article/10106/"),
    "article-of-the-list": ShownPage("/article/", first_article),
    "article-without-pictures": ShownPage("/article/zzz/", complaint="status of 404"),
    "image": ShownPage("/image/{rocket}/"),
    "image-share": ShownPage("/image/{rocket}/", shared, one_window=True),
    "image-title": ShownPage("/image/{chelsea}/", retitled),
    "image-more": ShownPage("/image/{rocket}/", more, one_window=True),
    "image-opened": ShownPage("/image/{coffee}/?in=tag:table", opened),
    "image-suggestions": ShownPage("/image/{chelsea}/", suggested),
    "image-keys": ShownPage("/image/{chelsea}/", keys, one_window=True),
    "image-full-screen": ShownPage("/image/{coffee}/", full_screen, one_window=True),
    "image-conflict": ShownPage("/image/{coffee}/", conflicting, "status of 409"),
    "duplicates": ShownPage("/duplicates/"),
    "ending": ShownPage("/ending/"),
    "image-history": ShownPage("/image/{coffee}/history"),
    "jobs": ShownPage("/job/"),
    "edit-many": ShownPage("/job/edit?in=", chosen),
    "job": ShownPage("/job/edit?in=search:coffee", edited),
    "upload": ShownPage("/upload/"),
    "upload-queue": ShownPage("/upload/", queued, "status of 415"),
    "table": ShownPage("/table/?tag=hills&order=oldest"),
    "table-compared": ShownPage("/table/", compared),
    "table-with-errors": ShownPage("/table/", refused, "status of 400"),
    "rename-tag": ShownPage("/rename-tag?tag=hills"),
    "empty-trash": ShownPage("/trash/"),
    "trash": ShownPage("/image/", trashed),
    "not-found": ShownPage("/nowhere/", complaint="status of 404"),
    "sign-in": ShownPage("/login"),
    "shares": ShownPage("/share/"),
    "share-new": ShownPage("/share/new?image={rocket}"),
    "help": ShownPage("/help"),
    "accounts": ShownPage("/accounts/"),
    "image-in-trash": ShownPage("/image/{chelsea}/", in_trash, "status of 404"),
    "api": ShownPage("/api/v1/", one_window=True),
}
