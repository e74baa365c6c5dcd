"""Steps on pages, before tests and screenshots inspect them."""

from __future__ import annotations

from itertools import count

from playwright.sync_api import Page, expect

from tests.support import pictures
from tests.support.served import PHOTOS

_numbers = count()  # for names and files that the site does not have yet


def selected(page: Page) -> None:
    page.locator(".pick input").first.check()
    page.locator(".pick input").nth(2).check()


def selected_more(page: Page) -> None:
    """Select pictures, and open the menu of actions, which narrow windows have."""
    page.set_viewport_size({"width": 360, "height": 740})
    selected(page)
    page.locator(".actions .more").click()


def captioned(page: Page) -> None:
    page.get_by_label("Show captions").check()


def filtering(page: Page) -> None:
    page.locator(".filters summary").click()
    expect(page.locator("[data-choice='without:title']")).to_contain_text("(")


def jumping(page: Page) -> None:
    """Open the months of a year in the rail, which wide windows have."""
    if page.viewport_size and page.viewport_size["width"] >= 1024 and page.locator(".rail").count():
        page.locator(".rail > ul > li > a").first.focus()


def collecting(page: Page) -> None:
    """Choose pictures for a collection."""
    selected(page)
    page.get_by_role("button", name="Add to collection").click()
    expect(page.locator("h1")).to_have_text("Add to a collection")


def collected(page: Page) -> None:
    """Put pictures into a new collection, and open it."""
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
    """Put two pictures into the trash, and open it."""
    page.locator(".pick input").nth(9).check()
    page.locator(".pick input").nth(12).check()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".toast p")).to_have_text("2 pictures were moved to the trash.")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Trash").click()
    expect(page.locator(".grid li")).to_have_count(2)


def favored(page: Page) -> None:
    """Make the picture a favourite, and open the page of favourites."""
    heart = page.get_by_role("button", name="Favourite")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Favourites").click()
    expect(page.locator(".grid li")).to_have_count(1)


def menu(page: Page) -> None:
    page.get_by_role("button", name="Menu").click()


def saved(page: Page) -> None:
    """Save the search, and open the page of saved searches with the form of one."""
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
    """Edit all pictures of the list, and wait on the page of the job until it is finished."""
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


def asked(page: Page) -> None:
    """Select everything that was found, and open the question before it is moved."""
    page.locator("[data-everything]").check()
    page.get_by_role("button", name="Move to the trash").click()
    page.locator("dialog[open]").wait_for()


def collection_form(page: Page) -> None:
    collected(page)
    page.locator("summary", has_text="Edit").first.click()


def uploaded(page: Page) -> None:
    """Upload a picture and a smaller copy of it, and show the next steps."""
    photo = pictures.pixels(900, 600, seed=next(_numbers))
    for at, size in enumerate([(900, 600), (300, 200)], start=1):
        content = pictures.encoded(photo.resize(size))
        file = {"name": f"Harbour {size[0]}.jpeg", "mimeType": "image/jpeg", "buffer": content}
        page.locator("#uploadfile").set_input_files(files=[file])  # type: ignore[arg-type]
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("[data-upload-list] [data-state=done]")).to_have_count(at)
    expect(page.locator("[data-upload-list] .similar")).to_be_visible()


def turned(page: Page) -> None:
    """Upload a picture and turn it, and open its two versions."""
    uploaded(page)
    page.locator("[data-upload-list] a").first.click()
    page.locator("#versions:not([open]) > summary").click()
    page.get_by_role("button", name="Turn right").click()
    expect(page.locator("#versions li")).to_have_count(2)


def older_version(page: Page) -> None:
    turned(page)
    page.locator("#versions li:not(.here) > a").click()
    expect(page.locator(".older-version")).to_be_visible()


def duplicated(page: Page) -> None:
    uploaded(page)
    menu(page)
    page.get_by_role("link", name="Duplicates").click()
    page.locator(".alike").first.wait_for()


def tag_refused(page: Page) -> None:
    """Rename a tag to one that exists."""
    page.locator("#into").fill("evening")
    page.get_by_role("button", name="Change tags").click()
    page.locator(".note.bad").wait_for()
