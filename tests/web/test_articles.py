"""Pages of articles: the list, one article, its order and roles, conflicts, uploads."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from webtest import TestApp, TestResponse, Upload

from huimages_app.domain.models import Image
from tests.contract.samples import fill
from tests.support import pictures
from tests.support.site import CLOSED, Site

NUMBER = "10106"


def add(site: Site, seed: int, number: str = NUMBER, **fields: object) -> Image:
    return site.add(seed, references={"artnr": [number]}, title=f"view {seed}", **fields)


def order_of(page: TestResponse) -> list[str]:
    return [item["data-id"] for item in page.html.select(".placed > li")]


def stored_order(site: Site, number: str = NUMBER, key: str = "artnr") -> list[str]:
    return [image.id for image in site.services.articles.find(key, number).images]


def move(page: TestResponse, image_id: str, to: str, status: int = 303) -> TestResponse:
    """Press a button of one picture, as a browser without scripts does."""
    return page.forms["moves"].submit(to, value=image_id, status=status)


@pytest.fixture
def images(site: Site) -> list[Image]:
    return [add(site, seed) for seed in range(4)]


@pytest.fixture
def browser(site: Site) -> TestApp:
    return site.browser()


def test_list_shows_articles_with_count_and_main_picture(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    add(site, 7, "10107/02")
    page = browser.get("/article/")
    tiles = page.html.select(".tiles a")
    assert [tile.strong.text for tile in tiles] == [NUMBER, "10107/02"]
    assert "4 pictures" in tiles[0].text
    assert "1 picture" in tiles[1].text
    assert images[0].id in tiles[0].img["src"]
    assert [tile["href"] for tile in tiles] == ["/article/10106/", "/article/10107%252F02/"]
    for tile in tiles:
        assert browser.get(tile["href"]).status_int == 200


def test_list_finds_numbers_by_their_beginning(site: Site, browser: TestApp) -> None:
    for index, number in enumerate(["10106", "10107", "20106"]):
        add(site, index, number)
    page = browser.get("/article/?q=101")
    assert [tile.text for tile in page.html.select(".tiles strong")] == ["10106", "10107"]
    page = browser.get("/article/?q=9")
    assert "No article number begins like this." in page.text
    assert page.html.select_one(".empty a")["href"] == "/search?q=9"


def test_list_is_paged(site: Site, browser: TestApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huimages_app.web.views.articles.PER_PAGE", 2)
    for index in range(5):
        add(site, index, f"1{index}")
    page, found = browser.get("/article/?q=1"), []
    while True:
        found += [tile.text for tile in page.html.select(".tiles strong")]
        following = page.html.select_one("a[rel=next]")
        if following is None:
            break
        page = browser.get(following["href"])
    assert found == ["10", "11", "12", "13", "14"]
    browser.get("/article/?cursor=x", status=400)


def test_buttons_change_the_order_without_scripts(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    a, b, c, d = [image.id for image in images]
    page = browser.get("/article/10106/")
    assert order_of(page) == [a, b, c, d]
    page = move(page, c, "earlier").follow()
    assert order_of(page) == [a, c, b, d]
    page = move(page, d, "first").follow()
    assert order_of(page) == [d, a, c, b]
    page = move(page, d, "later").follow()
    page = move(page, a, "earlier").follow()
    assert order_of(page) == [a, d, c, b] == stored_order(site)


def test_moved_picture_changes_one_record(site: Site, images: Sequence[Image]) -> None:
    a, b, c, d = [image.id for image in images]
    site.services.articles.arrange("artnr", NUMBER, [d, c, b, a])
    before = {image_id: site.services.images.get(image_id) for image_id in (a, b, c, d)}
    site.services.articles.arrange("artnr", NUMBER, [d, a, c, b])
    after = {image_id: site.services.images.get(image_id) for image_id in before}
    assert [image_id for image_id in before if before[image_id] != after[image_id]] == [a]


def test_conflicting_order_shows_both_orders(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    a, b, c, d = [image.id for image in images]
    page = browser.get("/article/10106/")
    site.services.articles.arrange("artnr", NUMBER, [d, a, b, c])
    response = move(page, b, "first", status=409)
    assert stored_order(site) == [d, a, b, c]
    stored, own = (response.html.select_one(f"[data-{name}]").text for name in ("stored", "own"))
    assert re.findall(r"view (\d)", stored) == ["3", "0", "1", "2"]
    assert re.findall(r"view (\d)", own) == ["1", "0", "2", "3"]
    save = next(form for form in response.forms.values() if "expected_order" in form.fields)
    assert order_of(save.submit().follow()) == [b, a, c, d] == stored_order(site)


def test_conflict_keeps_new_pictures_and_drops_those_that_left(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    a, b, c, d = [image.id for image in images]
    page = browser.get("/article/10106/")
    site.services.editing.trash(a)
    new = add(site, 9).id
    response = move(page, d, "first", status=409)
    form = next(form for form in response.forms.values() if "expected_order" in form.fields)
    assert form["order"].value.split() == [d, b, c, new]
    form.submit()
    assert stored_order(site) == [d, b, c, new]


def test_order_saved_twice_is_no_conflict(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    page = browser.get("/article/10106/")
    wanted = order_of(move(page, images[1].id, "first").follow())
    assert order_of(move(page, images[1].id, "first").follow()) == wanted


def test_program_gets_412_for_another_order(site: Site, images: Sequence[Image]) -> None:
    order = " ".join(image.id for image in images)
    fields = {"order": order, "expected_order": images[0].id}
    site.app.post("/article/10106/order", fields)  # is stored like this already
    site.services.articles.arrange("artnr", NUMBER, [images[2].id])
    site.app.post("/article/10106/order", fields, status=412)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"order": "A" * 32 + "01"}, "is no image of artnr 10106"),
        ({"order": "x"}, "image ID"),
        ({"first": "{0}", "later": "{0}"}, "expected one of order, first, earlier, later"),
        ({"order": "{0} {0}"}, "given twice"),
        ({}, "expected one of order, first, earlier, later"),
    ],
)
def test_invalid_order_is_refused(
    site: Site, images: Sequence[Image], fields: dict[str, str], reason: str
) -> None:
    filled = {name: value.replace("{0}", images[0].id) for name, value in fields.items()}
    assert reason in site.app.post("/article/10106/order", filled, status=400).text


@pytest.mark.slow
def test_large_article_has_pages_and_one_order(site: Site, browser: TestApp) -> None:
    ids = fill(site.storage.metadata, range(220), references={"artnr": (NUMBER,)})
    page = browser.get("/article/10106/")
    assert "220 pictures" in page.html.select_one("main .count").text
    assert order_of(page) == ids[:100]
    # The order is on the page twice, not once for each picture.
    assert page.text.count(ids[-1]) == 2
    page = browser.get(page.html.find("a", rel="next")["href"])
    assert order_of(page) == ids[100:200]
    assert page.html.select_one(".paging .count").text == "101 to 200 of 220"
    # A picture moves over the edge of its page; the page stays.
    page = move(page, ids[100], "earlier").follow()
    assert order_of(page)[0] == ids[99]
    assert stored_order(site)[98:102] == [ids[98], ids[100], ids[99], ids[101]]
    page = browser.get(page.html.find("a", rel="next")["href"])
    assert order_of(page) == ids[200:]
    assert not page.html.find("a", rel="next")
    page = move(page, ids[-1], "first").follow()
    assert stored_order(site)[:2] == [ids[-1], ids[0]]
    assert order_of(browser.get(page.html.find("a", rel="prev")["href"]))[0] == ids[100]
    site.services.articles.set_role("artnr", NUMBER, ids[-2], "back")
    back = site.services.articles.get("artnr", NUMBER).picture("back")
    assert back
    assert back.id == ids[-2]


@pytest.mark.slow
def test_largest_page_of_an_article_has_less_than_400_kb(site: Site, browser: TestApp) -> None:
    fill(site.storage.metadata, range(510), references={"artnr": (NUMBER,)})
    assert len(browser.get("/article/10106/").body) < 400_000


@pytest.mark.parametrize("first", ["0", "1", "5", "9999", "99999", "-1", "x", "²"])
def test_page_of_an_article_begins_at_a_picture_that_exists(
    browser: TestApp, images: Sequence[Image], first: str
) -> None:
    assert len(order_of(browser.get("/article/10106/", {"from": first}))) == 4


def test_sorted_part_stays_where_it_is_in_the_order(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    a, b, c, d = (image.id for image in images)
    page = browser.get("/article/10106/", {"from": "2"})
    assert order_of(page) == [b, c, d]
    form = page.forms["order"]
    assert (form["order"].value, form["offset"].value) == (f"{b} {c} {d}", "1")
    form["order"] = f"{d} {b} {c}"
    form.submit(status=303)
    assert stored_order(site) == [a, d, b, c]
    form.submit(status=303)  # repeated
    assert stored_order(site) == [a, d, b, c]


def test_role_is_saved_and_main_moves_to_the_front(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    page = browser.get("/article/10106/")
    for image, role in [(images[2], "back"), (images[3], "main")]:
        form = next(
            form
            for form in page.forms.values()
            if "role" in form.fields and form["id"].value == image.id
        )
        form["role"] = role
        page = form.submit().follow()
    assert order_of(page)[0] == images[3].id
    article = site.services.articles.get("artnr", NUMBER)
    roles = ["main", "", "", "back"]
    assert [article.place(image).role for image in article.images] == roles
    assert [form["role"].value for form in page.forms.values() if "role" in form.fields] == roles
    assert [button["name"] for button in page.html.select(".moves [disabled]")] == [
        "first",
        "earlier",
        "later",
    ]
    # Another role in the meantime.
    site.services.articles.set_role("artnr", NUMBER, images[2].id, "detail")
    form = next(
        form
        for form in page.forms.values()
        if "role" in form.fields and form["id"].value == images[2].id
    )
    form["role"] = "scene"
    response = form.submit(status=409)
    save = next(form for form in response.forms.values() if "expected_role" in form.fields)
    save.submit()
    assert site.services.images.get(images[2].id).place("artnr", NUMBER).role == "scene"
    fields = {"id": images[2].id, "role": "nothing"}
    assert "is no role" in site.app.post("/article/10106/role", fields, status=400).text


def test_upload_adds_pictures_to_the_article(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    page = browser.get("/article/10106/")
    form = next(form for form in page.forms.values() if "uploadfile" in form.fields)
    form["uploadfile"] = [Upload("new.jpeg", pictures.photo(50, 40, seed=99))]
    page = form.submit().follow()
    assert "1 picture uploaded." in page.text
    assert len(order_of(page)) == 5


def test_upload_form_of_a_new_article_shows_refused_files(site: Site, browser: TestApp) -> None:
    page = browser.get("/article/10%2C%206/", status=404)
    form = next(form for form in page.forms.values() if "uploadfile" in form.fields)
    form["uploadfile"] = [Upload("new.jpeg", b"no picture")]
    assert "new.jpeg" in form.submit(status=415).text
    form["uploadfile"] = [Upload("new.jpeg", pictures.photo(50, 40, seed=99))]
    form.submit().follow()
    assert len(stored_order(site, "10, 6")) == 1


def test_articles_of_other_keys_have_the_key_in_their_url(
    tmp_path: Path, open_site: Callable[..., Site]
) -> None:
    site = open_site(tmp_path, articles="artnr ean")
    image = site.add(1, references={"ean": ["401"], "artnr": ["ean"]})
    browser = site.browser()
    page = browser.get("/article/")
    assert [a["href"] for a in page.html.select(".orders a")] == ["/article/", "/article/ean/"]
    assert page.html.select_one(".tiles a")["href"] == "/article/artnr/ean/"
    page = browser.get("/article/ean/")
    assert page.html.select_one(".tiles a")["href"] == "/article/ean/401/"
    assert order_of(browser.get("/article/ean/401/")) == [image.id]
    strip = browser.get(f"/image/{image.id}/").html.select(".strips h3 a")
    assert [link["href"] for link in strip] == ["/article/artnr/ean/", "/article/ean/401/"]


def test_image_page_has_the_strip_of_its_article(browser: TestApp, images: Sequence[Image]) -> None:
    page = browser.get(f"/image/{images[1].id}/")
    links = page.html.select(".strip a")
    assert [link["href"] for link in links] == [f"/image/{image.id}/" for image in images]
    assert [link.get("aria-current") for link in links] == [None, "true", None, None]


def test_article_without_pictures_is_not_found(
    tmp_path: Path, site: Site, open_site: Callable[..., Site]
) -> None:
    page = site.browser().get("/article/nothing/", status=404)
    assert "Add pictures to this article" in page.text
    closed = open_site(tmp_path / "closed", **{"who.upload": "editor"})
    page = closed.browser().get("/article/nothing/", status=404)
    assert "There are no pictures with this article number." in page.text


def test_articles_need_permissions(tmp_path: Path, open_site: Callable[..., Site]) -> None:
    site = open_site(tmp_path, **CLOSED)
    add(site, 1)
    site.app.get("/article/", status=401)
    site.app.get("/article/10106/", status=401)
    site.app.post("/article/10106/order", {"order": ""}, status=401)
    site.app.post("/article/10106/role", {"role": ""}, status=401)
    reader = open_site(tmp_path / "2", **{**CLOSED, "who.view": "everyone"})
    image = add(reader, 1)
    page = reader.browser().get("/article/10106/")
    assert order_of(page) == [image.id]
    assert not page.html.select(".moves, .role, [data-upload]")


def test_changes_are_in_the_audit_log(
    site: Site, images: Sequence[Image], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="huimages.audit"):
        site.app.post("/article/10106/order", {"first": images[3].id})
        site.app.post("/article/10106/role", {"id": images[1].id, "role": "back"})
    lines = [line for line in caplog.messages if '"article": "artnr 10106"' in line]
    assert any('"action": "article arranged"' in line and images[3].id in line for line in lines)
    assert any('"action": "role changed"' in line and '"role": "back"' in line for line in lines)
