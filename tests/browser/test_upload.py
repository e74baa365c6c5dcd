"""Uploading in a real browser: a queue with a line for each file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from huimages_app.backends import build_storage
from huimages_app.domain.ids import image_id
from tests.support import pictures
from tests.support.axe import violations
from tests.support.chromium import Person
from tests.support.served import PHOTOS, RunningSite


def file(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


@pytest.fixture
def watched(person: Callable[..., Person]) -> Person:
    """A visitor without service workers, whose requests Playwright could not intercept."""
    vera = person(service_workers="block")
    vera.expect_complaint("Service Worker registration blocked by Playwright")
    return vera


def test_upload_button_stays_in_reach_below_a_long_list(person: Callable[..., Person]) -> None:
    page = person(viewport={"width": 390, "height": 700}).go("/upload/")
    send = page.get_by_role("button", name="Upload")
    files = [file(f"one-{n}.jpg", pictures.photo(30, 20, seed=700 + n)) for n in range(12)]
    page.locator("#uploadfile").set_input_files(files)  # type: ignore[arg-type]
    expect(page.locator("[data-upload-list] li")).to_have_count(12)
    page.evaluate("scrollTo(0, 300)")
    expect(send).to_be_in_viewport()


def test_upload_of_five_files_stores_four_and_reports_a_damaged_one(
    vera: Person, page: Page, site: RunningSite
) -> None:
    vera.go("/upload/")
    page.locator("#uploadfile").set_input_files(
        [
            *(file(f"new-{n}.jpg", pictures.photo(300, 200, seed=500 + n)) for n in range(4)),
            file("broken.jpg", b"\xff\xd8\xff nonsense"),
        ]
    )
    page.get_by_label("Title", exact=True).fill("From the fair")
    page.get_by_label("Tags").fill("fair")
    page.get_by_label("Article number", exact=True).fill("4711")
    page.get_by_role("button", name="Upload").click()
    status = page.locator("[data-upload-status]")
    expect(status).to_have_text("4 of 5 uploaded, 1 failed", timeout=20_000)
    expect(page.locator("[data-upload-list] .bad")).to_contain_text(
        "This file is not a picture, or it is damaged."
    )
    vera.expect_complaint("status of 415")
    links = page.locator("[data-upload-list] a")
    expect(links).to_have_count(4)
    hrefs = links.evaluate_all("links => links.map(link => link.pathname)")
    # The visitor had no cookie when the first file was sent; all tags belong to one visitor.
    metadata = build_storage(site.settings).metadata
    taggers = {who for href in hrefs for who in metadata.annotations.of_image(href.split("/")[2])}
    metadata.close()
    assert len(taggers) == 1
    vera.go("/tag/fair/")
    expect(page.locator(".grid li")).to_have_count(4)
    page.locator(".grid a").first.click()
    expect(page.locator("h1")).to_have_text("From the fair")
    expect(page.locator(".facts")).to_contain_text("4711")


def test_failed_upload_is_retried(vera: Person, page: Page) -> None:
    vera.go("/upload/")
    page.locator("#uploadfile").set_input_files(
        [file("late.jpg", pictures.photo(200, 200, seed=77))]
    )
    vera.context.set_offline(True)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-upload-list] .bad")).to_contain_text("cannot be reached")
    vera.expect_complaint("ERR_INTERNET_DISCONNECTED")
    vera.context.set_offline(False)
    retry = page.get_by_role("button", name="Retry failed uploads")
    expect(retry).to_be_focused()
    retry.press("Enter")
    expect(page.locator("[data-upload-status]")).to_have_text("1 of 1 uploaded")
    expect(retry).to_be_hidden()


def test_known_picture_is_reported_and_not_sent(
    vera: Person, page: Page, site: RunningSite
) -> None:
    vera.go("/upload/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.locator("#uploadfile").set_input_files(PHOTOS / "chelsea.jpeg")
    item = page.locator("[data-upload-list] li")
    expect(item).to_contain_text("already on this site; it will not be sent again")
    href = item.get_by_role("link", name="Chelsea the cat").get_attribute("href")
    assert href == f"/image/{site.images['chelsea'].id}/"
    page.get_by_label("Tags").fill("again")
    page.get_by_role("button", name="Upload").click()
    expect(item).to_contain_text("already on this site")
    assert not [request for request in sent if request == f"POST {site.url}/upload/"]
    vera.go(href)
    expect(page.locator("#tags")).to_contain_text("again")


def test_dropped_files_are_listed_and_refused_if_too_large(vera: Person, page: Page) -> None:
    vera.go("/upload/")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(2000001)], "huge.jpg", {type: "image/jpeg"}));
          data.items.add(new File(["x"], "small.jpg", {type: "image/jpeg"}));
          const drop = new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
          document.querySelector("[data-drop]").dispatchEvent(drop);
        }"""
    )
    lines = page.locator("[data-upload-list] li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("This picture is too large.")
    page.get_by_role("button", name="Remove: small.jpg").click()
    expect(lines).to_have_count(1)
    expect(page.locator("[data-upload-status]")).to_have_text("0 of 1 uploaded, 1 failed")


def test_unreadable_and_too_large_files_are_never_sent(
    vera: Person, page: Page, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.jpg"
    gone.write_bytes(pictures.photo(200, 100, seed=9))
    huge = tmp_path / "huge.jpg"
    huge.write_bytes(bytes(2_000_001))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    vera.go("/upload/")
    page.locator("#uploadfile").set_input_files([gone, huge])
    gone.unlink()
    page.get_by_role("button", name="Upload").click()
    lines = page.locator("[data-upload-list] li")
    # Sending this file would fail like a lost connection.
    expect(lines.first).to_contain_text("This file cannot be read.")
    expect(page.locator("[data-upload-status]")).to_have_text("0 of 2 uploaded, 2 failed")
    expect(lines.last).to_contain_text("This picture is too large.")
    expect(page.get_by_role("button", name="Retry failed uploads")).to_be_hidden()
    assert "POST" not in sent


def test_list_is_cleared_by_keys_and_the_button_opens_the_chooser(vera: Person, page: Page) -> None:
    vera.go("/upload/")
    page.locator("#uploadfile").set_input_files(
        [file(f"{name}.jpg", pictures.photo(60, 40, seed=ord(name))) for name in "abc"]
    )
    expect(page.locator("[data-upload-status]")).to_have_text("3 pictures selected")
    page.get_by_role("button", name="Remove: b.jpg").press("Enter")
    expect(page.get_by_role("button", name="Remove: c.jpg")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove: a.jpg")).to_be_focused()
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-upload-status]")).to_have_text("1 of 1 uploaded")
    with page.expect_file_chooser():
        page.get_by_role("button", name="Upload").click()


def test_upload_without_a_file_asks_for_one(vera: Person, page: Page) -> None:
    vera.go("/upload/")
    with page.expect_file_chooser():
        page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("status").filter(has_text="Choose pictures first.")).to_be_visible()
    expect(page.locator("#uploadfile")).to_be_focused()
    page.locator("#uploadfile").set_input_files([file("a.jpg", pictures.photo(60, 40, seed=65))])
    expect(page.locator("[data-upload-status]")).to_have_text("1 picture selected")


def test_name_and_button_of_a_file_do_not_move(watched: Person) -> None:
    page = watched.go("/upload/")
    page.route("**/upload/", lambda route: None)  # the response never comes
    page.locator("#uploadfile").set_input_files([file("new.jpg", pictures.photo(200, 90, seed=66))])
    item = page.locator("[data-upload-list] li")
    name, button = item.locator("[data-name]"), item.get_by_role("button")
    lefts = []
    for state in ("waiting", "sending"):
        expect(item).to_have_attribute("data-state", state)
        boxes = [part.bounding_box() for part in (item.locator("img"), name, button)]
        lefts.append([round(box["x"]) for box in boxes if box][:2])
        assert all(boxes)
        assert [box["x"] for box in boxes if box] == sorted(box["x"] for box in boxes if box)
        if state == "waiting":
            page.get_by_role("button", name="Upload").click()
    assert lefts[0] == lefts[1]
    page.unroute_all(behavior="ignoreErrors")


def test_only_failures_that_may_succeed_later_are_retried(watched: Person) -> None:
    page = watched.go("/upload/")
    page.locator("#uploadfile").set_input_files(
        [
            file("good.jpg", pictures.photo(200, 90, seed=67)),
            file("late.jpg", pictures.photo(200, 90, seed=68)),
            file("broken.jpg", b"\xff\xd8\xff nonsense"),
        ]
    )
    expect(page.locator("[data-upload-status]")).to_have_text("3 pictures selected")

    attempts = []

    def busy_once(route: Route) -> None:
        if b"late.jpg" in (route.request.post_data_buffer or b"") and not attempts:
            attempts.append(route.request.url)
            route.fulfill(status=503, body="busy")
        else:
            route.continue_()

    page.route("**/upload/", busy_once)
    page.get_by_role("button", name="Upload").click()
    status = page.locator("[data-upload-status]")
    expect(status).to_have_text("1 of 3 uploaded, 2 failed")
    watched.expect_complaint("status of 503")
    watched.expect_complaint("status of 415")
    items = page.locator("[data-upload-list] li")
    # Failed uploads are first.
    assert items.evaluate_all("all => all.map(item => item.dataset.state)") == [
        "failed", "refused", "done",
    ]  # fmt: skip
    page.get_by_role("button", name="Retry failed uploads").click()
    expect(status).to_have_text("2 of 3 uploaded, 1 failed")
    expect(page.get_by_role("button", name="Retry failed uploads")).to_be_hidden()
    assert items.first.get_attribute("data-state") == "refused"


def test_known_picture_is_listed_under_its_stored_title(vera: Person, page: Page) -> None:
    vera.go("/upload/")
    page.locator("#uploadfile").set_input_files(PHOTOS / "coffee.jpeg")
    item = page.locator("[data-upload-list] li")
    expect(item).to_have_attribute("data-state", "known")
    page.get_by_label("Title", exact=True).fill("Espresso  at noon")
    page.get_by_role("button", name="Upload").click()
    expect(item).to_have_attribute("data-state", "done")
    expect(item.get_by_role("link")).to_have_text("Espresso at noon")


def test_upload_in_progress_is_cancelled(watched: Person) -> None:
    page = watched.go("/upload/")
    # No response is ever sent.
    page.route("**/upload/", lambda route: None)
    page.locator("#uploadfile").set_input_files([file("slow.jpg", pictures.photo(200, 100, 8))])
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("progress")).to_be_visible()
    page.get_by_role("button", name="Cancel: slow.jpg").click()
    expect(page.locator("[data-upload-list] li")).to_have_count(0)
    expect(page.get_by_role("button", name="Upload")).to_be_enabled()
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("length", [0, 1, 5, 1000])
def test_browser_computes_the_same_id_as_the_server(vera: Person, page: Page, length: int) -> None:
    vera.go("/upload/")
    main = page.locator("script[type=module]").get_attribute("src") or ""
    found = page.evaluate(
        """async ([module, length]) => {
          const { imageId } = await import(module);
          return imageId(new Blob([new Uint8Array(length).fill(7)]));
        }""",
        [main.replace("main.js", "image_id.js"), length],
    )
    assert found == image_id(b"\x07" * length)


def test_pictures_are_sent_without_a_check_where_sha1_is_unavailable(
    vera: Person, page: Page
) -> None:
    # As on a site without https.
    page.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    vera.go("/upload/")
    page.locator("#uploadfile").set_input_files(PHOTOS / "rocket.jpeg")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-upload-list] li")).to_contain_text("already on this site")


def test_upload_messages_are_translated_to_german(person: Callable[..., Person]) -> None:
    paul = person(locale="de-DE")
    page = paul.go("/upload/")
    page.locator("#uploadfile").set_input_files(PHOTOS / "rocket.jpeg")
    expect(page.locator("[data-upload-list] li")).to_contain_text("bereits vorhanden")


def test_pasted_file_has_its_own_title_and_next_steps(vera: Person, page: Page) -> None:
    vera.go("/upload/")
    content = list(pictures.photo(80, 60, seed=901))
    page.evaluate(
        """(bytes) => {
          const clipboardData = new DataTransfer();
          const type = { type: "image/jpeg" };
          clipboardData.items.add(new File([new Uint8Array(bytes)], "pasted.jpg", type));
          const event = new ClipboardEvent("paste", { clipboardData, bubbles: true });
          document.body.dispatchEvent(event);
        }""",
        content,
    )
    page.locator("#uploadfile").set_input_files([file("b.jpg", pictures.photo(80, 60, seed=902))])
    page.get_by_label("Title", exact=True).fill("For all")
    page.get_by_label("Title: pasted.jpg").fill("For one")
    page.get_by_label("Article number: pasted.jpg").fill("4712")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-upload-status]")).to_have_text("2 of 2 uploaded")
    expect(page.locator("[data-upload-list] a")).to_have_text(["For one", "For all"])
    assert violations(page) == []
    page.get_by_role("button", name="Tag and describe these pictures").click()
    expect(page.locator("h1")).to_have_text("Edit 2 pictures")
    vera.go("/article/4712/")
    expect(page.locator(".placed .name")).to_have_text("For one")


def test_files_dropped_beside_the_zone_are_listed(vera: Person, page: Page) -> None:
    vera.go("/upload/")
    page.locator("footer").evaluate(
        """(footer) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(["x"], "beside.jpg"));
          for (const type of ["dragover", "drop"]) {
            const options = { dataTransfer, bubbles: true, cancelable: true };
            footer.dispatchEvent(new DragEvent(type, options));
          }
        }"""
    )
    expect(page.locator("[data-upload-list] li")).to_contain_text("beside.jpg")
