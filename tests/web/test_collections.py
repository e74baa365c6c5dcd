"""Pages of collections: the list, one collection, its order, its download, adding pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from webtest import TestApp, TestResponse

from huimages_app.domain.models import Image
from tests.support.site import CLOSED, Site


@pytest.fixture
def images(site: Site) -> list[Image]:
    return [site.add(seed, title=f"view {seed}") for seed in range(4)]


@pytest.fixture
def sea(site: Site, images: Sequence[Image]) -> str:
    """Return the path of a collection of all the images."""
    services = site.services
    stored = services.collections.add("The sea", "Waves\nand gulls")
    services.collection_images.add_images(stored.id, [image.id for image in images])
    return f"/collection/{stored.id}/"


def ids_in(page: TestResponse) -> list[str]:
    return [box["value"] for box in page.html.select(".pick input")]


def order_in(page: TestResponse) -> list[str]:
    return [item["data-id"] for item in page.html.select(".placed > li")]


def press(page: TestResponse, image_id: str, to: str) -> TestResponse:
    """Press a button of one picture, as a browser without scripts does."""
    form = next(
        form
        for form in page.forms.values()
        if "id" in form.fields and "to" in form.fields and form["id"].value == image_id
    )
    return form.submit("to", value=to, status=303).follow()


def select(page: TestResponse, chosen: Sequence[str], action: str, status: int) -> TestResponse:
    form = next(form for form in page.forms.values() if form.action.endswith("/selection/"))
    for box in form.fields["id"]:
        box.checked = box._value in chosen
    return form.submit("action", value=action, status=status)


def test_list_shows_collections_by_title_with_cover_and_count(
    site: Site, browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    assert "There are no collections yet" not in browser.get("/collection/").text
    site.services.collections.add("Bikes")
    page = browser.get("/collection/")
    tiles = page.html.select(".tiles a")
    assert [tile.strong.text for tile in tiles] == ["Bikes", "The sea"]
    assert "4 pictures" in tiles[1].text
    assert images[0].id in tiles[1].img["src"]
    assert tiles[0].img is None
    assert tiles[1]["href"] == sea
    page = browser.get("/collection/?q=SEA")
    assert [tile["href"] for tile in page.html.select(".tiles a")] == [sea]
    assert "No collection has a title like this." in browser.get("/collection/?q=x").text


def test_list_is_paged(site: Site, browser: TestApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huimages_app.web.views.collections.PER_PAGE", 2)
    for index in range(5):
        site.services.collections.add(f"c{index}")
    page, found = browser.get("/collection/"), []
    while True:
        found += [tile.text for tile in page.html.select(".tiles strong")]
        following = page.html.select_one("a[rel=next]")
        if following is None:
            break
        page = browser.get(following["href"])
    assert found == ["c0", "c1", "c2", "c3", "c4"]
    browser.get("/collection/?cursor=x", status=400)


def test_form_creates_a_collection(site: Site, browser: TestApp) -> None:
    form = next(f for f in browser.get("/collection/").forms.values() if "title" in f.fields)
    form["title"], form["description"] = "Press <kit>", "For\nthe press"
    page = form.submit(status=303).follow()
    assert page.html.h1.text == "Press <kit>"
    assert "For\nthe press" in page.html.select_one(".text").text
    assert "There are no pictures in this collection yet" in page.text
    assert site.services.collections.all()[0].title == "Press <kit>"


def test_page_shows_the_pictures_in_order(
    browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    page = browser.get(sea)
    assert ids_in(page) == [image.id for image in images]
    link = page.html.select_one(".grid a")["href"]
    assert link.endswith(f"?in=collection%3A{sea.split('/')[2]}")
    image = browser.get(link)
    assert image.html.select_one("a[rel=next]")["href"].startswith(f"/image/{images[1].id}/")
    assert image.html.select_one(".where a")["href"] == sea


def test_page_lacks_pictures_of_the_trash(
    site: Site, browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    site.services.editing.trash(images[0].id)
    assert ids_in(browser.get(sea)) == [image.id for image in images[1:]]


@pytest.mark.parametrize("name", ["nonenonenone", "x", "A" * 12, "%00"])
def test_unknown_collection_is_404(browser: TestApp, name: str) -> None:
    browser.get(f"/collection/{name}/", status=404)


def test_buttons_change_the_order_without_scripts(
    site: Site, browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    a, b, c, d = (image.id for image in images)
    page = browser.get(f"{sea}order")
    assert order_in(page) == [a, b, c, d]
    page = press(page, c, "earlier")
    page = press(page, d, "first")
    page = press(page, d, "later")
    page = press(page, a, "last")
    assert order_in(page) == [d, c, b, a]
    assert ids_in(browser.get(sea)) == [d, c, b, a]


def test_dragging_names_the_new_neighbour(
    site: Site, browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    a, b, c, d = (image.id for image in images)
    page = browser.get(f"{sea}order")
    form = page.forms["order"]
    form["id"], form["before"] = d, b
    form.submit(status=303)
    assert ids_in(browser.get(sea)) == [a, d, b, c]
    form["id"], form["before"], form["after"] = a, "", c
    form.submit(status=303)
    assert ids_in(browser.get(sea)) == [d, b, c, a]


def test_concurrent_moves_of_different_pictures_are_both_kept(
    site: Site, sea: str, images: Sequence[Image]
) -> None:
    a, b, c, d = (image.id for image in images)
    pages = [site.browser().get(f"{sea}order") for _ in range(2)]
    press(pages[0], d, "first")
    press(pages[1], b, "last")
    assert ids_in(site.browser().get(sea)) == [d, a, c, b]


def test_order_with_an_unusable_field_is_refused(
    browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    image_id, other = images[0].id, "A" * 32 + "01"
    for fields in (
        {},
        {"id": "x", "to": "first"},
        {"id": image_id},
        {"id": image_id, "to": "up"},
        {"id": image_id, "before": "x"},
        {"id": other, "to": "last"},
    ):
        browser.post(f"{sea}order", fields, status=400)
    browser.post(f"{sea}order", {"id": image_id, "before": other}, status=412)


def test_long_collection_is_ordered_a_page_at_a_time(
    browser: TestApp, sea: str, images: Sequence[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimages_app.web.views.collection_order.PER_PAGE", 2)
    page = browser.get(f"{sea}order")
    following = browser.get(page.html.select_one("a[rel=next]")["href"])
    assert order_in(page) + order_in(following) == [image.id for image in images]
    page = press(following, images[2].id, "earlier")
    assert ids_in(browser.get(sea)) == [images[n].id for n in (0, 2, 1, 3)]


def test_cover_is_chosen_and_picture_taken_out(
    site: Site, browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    site.app.post(f"{sea}cover", {"id": images[2].id})
    assert images[2].id in browser.get("/collection/").html.select_one(".tiles img")["src"]
    site.app.post(f"{sea}take-out", {"id": images[2].id})
    assert images[0].id in browser.get("/collection/").html.select_one(".tiles img")["src"]
    assert len(ids_in(browser.get(sea))) == 3


def test_two_editors_of_the_text_see_both_versions(site: Site, sea: str) -> None:
    pages = [site.browser().get(sea) for _ in range(2)]
    forms = [next(f for f in p.forms.values() if "expected_title" in f.fields) for p in pages]
    forms[0]["title"] = "Ocean"
    forms[0].submit(status=303)
    forms[1]["description"] = "Other\r\ntext"
    page = forms[1].submit(status=409)
    assert page.html.select_one("[data-stored]").text == "Ocean"
    page.forms[1].submit(status=303)
    shown = site.browser().get(sea)
    assert (shown.html.h1.text, shown.html.select_one(".text").text) == ("The sea", "Other\ntext")


def test_deleted_collection_leaves_its_pictures(
    site: Site, browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    form = next(f for f in browser.get(sea).forms.values() if f.action == f"{sea}delete")
    page = form.submit(status=303).follow()
    assert "The collection was deleted." in page.text
    browser.get(sea, status=404)
    browser.get(f"/image/{images[0].id}/", status=200)


def test_selection_asks_for_the_collection(
    site: Site, browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    new = site.add(9)
    page = select(browser.get("/image/"), [new.id, images[0].id], "collect", 200)
    assert "2 pictures" in page.text
    page = page.forms[1].submit(status=303).follow()
    assert "1 picture was added to the collection." in page.text
    assert page.click("Show the collection").request.path == sea
    assert ids_in(browser.get(sea)) == [*(image.id for image in images), new.id]
    page = select(browser.get("/image/"), [new.id], "collect", 200)
    page = page.forms[1].submit(status=303).follow()
    assert "The collection has these pictures already." in page.text


def test_selection_goes_into_a_new_collection_and_leads_there(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    page = select(browser.get("/image/"), [images[1].id], "collect", 200)
    form = page.forms[1]
    form["title"] = "New one"
    page = form.submit(status=303).follow()
    (stored,) = site.services.collections.all()
    assert page.request.path == f"/collection/{stored.id}/"
    assert "1 picture was added to the collection." in page.text
    assert [image.id for image in site.services.collections.images(stored.id)] == [images[1].id]


def test_favourites_become_a_collection_that_can_be_shared(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    for image in images[:2]:
        forms = browser.get(f"/image/{image.id}/").forms.values()
        next(form for form in forms if form.action.endswith("favorite")).submit("rating")
    page = browser.get("/favorites/")
    forms = [form for form in page.forms.values() if "Put them into" in form.text]
    form = forms[0].submit("action", value="collect").forms[1]
    form["title"] = "For the fair"
    page = form.submit(status=303).follow()
    (stored,) = site.services.collections.all()
    found = {image.id for image in site.services.collections.images(stored.id)}
    assert found == {image.id for image in images[:2]}
    assert "For the fair" in page.click(href=f"/share/new\\?collection={stored.id}").text


def test_selection_is_taken_out_of_the_collection(
    browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    page = select(browser.get(sea), [images[0].id, images[1].id], "uncollect", 303).follow()
    assert "2 pictures were taken out of the collection." in page.text
    assert ids_in(page) == [image.id for image in images[2:]]


def test_image_page_names_its_collections(
    browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    page = browser.get(f"/image/{images[0].id}/")
    assert page.html.select_one("#collections .chip a")["href"] == sea
    form = next(f for f in page.forms.values() if f.action == f"{sea}take-out")
    page = form.submit("id", status=303).follow()
    assert page.html.select("#collections .chip") == []


def test_zip_has_the_pictures_in_the_chosen_form(
    browser: TestApp, sea: str, images: Sequence[Image]
) -> None:
    response = browser.get(f"{sea}download")
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''The%20sea.zip"
    assert len(zipfile.ZipFile(io.BytesIO(response.body)).namelist()) == 4
    response = browser.get(f"{sea}download?size=thumb&format=webp")
    names = zipfile.ZipFile(io.BytesIO(response.body)).namelist()
    assert all(name.endswith("-50x200.webp") for name in names)
    browser.get(f"{sea}download?size=nonsense", status=400)


def test_zip_of_too_many_pictures_is_refused(
    browser: TestApp, sea: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimages_app.web.presentation.archives.MAX_IMAGES", 3)
    monkeypatch.setattr("huimages_app.web.views.collections.MAX_IMAGES", 3)
    browser.get(f"{sea}download", status=413)


def test_visitors_of_a_closed_site_see_no_collection(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED)
    stored = site.services.collections.add("Secret")
    site.app.get("/collection/", status=401)
    site.app.get(f"/collection/{stored.id}/", status=401)
    site.close()


def test_viewers_see_collections_and_cannot_change_them(tmp_path: Path) -> None:
    site = Site(tmp_path, **(CLOSED | {"who.view": "everyone"}))
    stored = site.services.collections.add("Open")
    site.services.collection_images.add_images(stored.id, [site.add(1).id])
    path = f"/collection/{stored.id}/"
    page = site.browser().get(path)
    assert "Change the order" not in page.text
    assert 'value="uncollect"' not in page.text
    for view in ("order", "cover", "edit", "take-out", "delete"):
        site.app.post(f"{path}{view}", {}, status=401)
    site.app.post("/collection/", {"title": "x"}, status=401)
    site.app.post("/selection/", {"id": "A" * 32 + "01", "action": "collect"}, status=401)
    site.close()
