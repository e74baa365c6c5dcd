"""Steps that bring a page into a busy or failed state, for tests and screenshots."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import access_steps, steps

_GUESSES = 8  # more than the free attempts of a share link
_ROUNDS = 6  # the time to wait doubles: on a slow machine, the first ones are over too early

# Sends a form of this page several times, with changed fields, and waits for the responses.
_SEND_FORM = """async ([selector, fields, times]) => {
  const form = document.querySelector(selector);
  const body = new FormData(form);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const send = () => fetch(form.getAttribute("action"), { method: "POST", body });
  return Promise.all(Array.from({ length: times }, send)).then((all) => all.map((it) => it.url));
}"""


def job_running(page: Page) -> None:
    """Look at the job that is never finished."""
    page.locator("main a[href*='/job/0']").last.click()
    expect(page.locator("#job[data-job-progress=open]")).to_be_visible()


def job_undone(page: Page) -> None:
    steps.edited(page)
    page.get_by_role("button", name="Undo all changes of this job").click()
    expect(page.locator("#job")).to_have_attribute("data-state", "undone", timeout=30_000)


def table_applied(page: Page) -> None:
    """Apply a table that changes the titles of pictures."""
    content = page.evaluate("fetch('/api/v1/images.csv?tag=table').then(it => it.text())")
    file = content.replace("A cup of coffee", "One cup of coffee").encode()
    page.locator("#uploadfile").set_input_files(
        files=[{"name": "t.csv", "mimeType": "text/csv", "buffer": file}]
    )
    page.get_by_role("button", name="Show differences").click()
    page.locator(".comparison button.main").click()
    expect(page.locator("#job")).to_have_attribute("data-state", "done", timeout=30_000)


def offline_upload(page: Page) -> None:
    """Choose a picture, lose the connection, and press the button."""
    file = {"name": "Tower.jpeg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff"}
    page.locator("#uploadfile").set_input_files(files=[file])  # type: ignore[arg-type]
    page.context.set_offline(True)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Retry failed uploads").wait_for()
    page.context.set_offline(False)


def offline_action(page: Page) -> None:
    """Make the picture a favourite without a connection."""
    page.context.set_offline(True)
    page.get_by_role("button", name="Favourite").click()
    expect(page.locator(".toast p")).to_contain_text("cannot be reached")
    page.context.set_offline(False)


def removed(page: Page) -> None:
    """Delete a picture permanently, and go to its page."""
    steps.uploaded(page)
    page.locator("[data-upload-list] a").first.click()
    page.locator("#heading").wait_for()
    url = page.url
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator("[data-notice]")).to_be_visible()
    page.goto(page.url.split("/image/")[0] + "/trash/")
    page.locator(".pick input").first.check()
    page.get_by_role("button", name="Delete permanently").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete permanently").click()
    expect(page.locator(".toast p")).to_contain_text("deleted")
    page.goto(url)
    page.locator("[data-status='410']").wait_for()


def too_large(page: Page) -> None:
    """Send a file that is too large, as the form does without scripts."""
    page.locator("#upload").evaluate(
        """(form) => {
          const transfer = new DataTransfer();
          const content = new Uint8Array(2100000);
          transfer.items.add(new File([content], "Tower.jpeg", { type: "image/jpeg" }));
          form.elements.uploadfile.files = transfer.files;
          HTMLFormElement.prototype.submit.call(form);
        }"""
    )
    page.locator(".outcomes .bad, [data-status='413']").first.wait_for()


def guessed(page: Page) -> None:
    """Guess at the password of a share link until the site asks to wait."""
    access_steps.link_locked(page)
    problem = page.locator(".note.bad")
    for _ in range(_ROUNDS):
        page.evaluate(_SEND_FORM, [".locked form", {"password": "a guess"}, _GUESSES])
        page.locator("#password").fill("the last guess")
        page.get_by_role("button", name="Show pictures").click()
        problem.wait_for()
        if "Too many failed attempts" in problem.inner_text():
            return
    raise AssertionError(f"{_ROUNDS} times {_GUESSES} guesses were not too many")
