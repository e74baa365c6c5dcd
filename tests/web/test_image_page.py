"""The page of one picture: contents, links and forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from webtest import TestApp, TestResponse

from huimages_app.domain.models import Image
from huimages_app.services.image_patch import ImagePatch
from tests.support.pictures import photo, transparent
from tests.support.site import Site

HOSTILE = "\"><script>alert('x')</script>&amp;${1+1}"
START = datetime(2026, 1, 1, tzinfo=UTC)


def send(page: TestResponse, action: str, **fields: str) -> TestResponse:
    """Fill and send the first form of a page that leads to an action, and follow it back."""
    form = next(f for f in page.forms.values() if f.action.rstrip("/").endswith("/" + action))
    for name, value in fields.items():
        form[name] = value
    return form.submit().follow()


@pytest.fixture
def image(site: Site) -> Image:
    return site.add(
        width=900,
        height=600,
        title="Quay",
        filename="DSC 1.jpg",
        tags=["sea"],
        references={"artnr": ["10106"], "path": ["catalogue/2009"]},
    )


def test_image_page_shows_metadata(browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/")
    assert page.html.h1.text == "Quay"
    assert page.html.title.text == "Quay – huImages"
    facts = page.html.select_one(".facts").text
    for fact in ("10106", "catalogue/2009", "900 × 600", "JPEG", "DSC 1.jpg", image.id):
        assert fact in facts
    assert page.html.select_one(".chip a")["href"] == "/tag/sea/"


def test_transparent_picture_has_white_background(site: Site, browser: TestApp) -> None:
    """A placeholder would show through, and dark objects would be invisible on black."""
    solid, clear = site.upload(photo(60, 40)), site.upload(transparent(), "clear.png")
    styles = [
        browser.get(f"/image/{id_}/").html.select_one(".picture")["style"] for id_ in (solid, clear)
    ]
    assert styles[1].endswith(";--c:#ffffff")
    assert not styles[0].endswith(";--c:#ffffff")


def test_image_page_offers_widths_up_to_the_original(browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/")
    img = page.html.select_one(".picture img")
    widths = re.findall(r"/(\d+)x/\S+ (\d+)w", img["srcset"])
    assert widths == [("480", "480"), ("720", "720"), ("900", "900")]
    assert (img["width"], img["height"]) == ("900", "600")
    assert browser.get(img["src"]).content_type == "image/jpeg"
    webp = page.html.select_one(".picture source")
    assert browser.get(webp["srcset"].split()[0]).content_type == "image/webp"
    full = page.html.select_one("a.picture")["href"]
    assert browser.get(full).content_type == "image/jpeg"


def test_image_page_links_neighbours_in_collection(site: Site, browser: TestApp) -> None:
    old, _other, new = (
        site.add(day, tags=tags, timestamp=START + timedelta(days=day))
        for day, tags in enumerate((["sea"], [], ["sea"]))
    )
    page = browser.get("/tag/sea/").click(href=new.id)
    page = page.click("Next", index=0)
    assert page.request.path_qs == f"/image/{old.id}/?in=tag%3Asea"
    assert page.html.select_one("a.next") is None
    assert page.click(href=r"^/tag/sea/$", index=0).request.path == "/tag/sea/"
    assert browser.get(f"/image/{new.id}/next/?in=tag:sea").location.endswith(
        f"/image/{old.id}/?in=tag%3Asea"
    )


def test_neighbour_redirect_at_the_end_returns_404(site: Site, browser: TestApp) -> None:
    old = site.add(1, timestamp=START)
    new = site.add(2, timestamp=START + timedelta(days=1))
    assert browser.get(f"/image/{new.id}/next/").location.endswith(f"/image/{old.id}/")
    assert browser.get(f"/image/{old.id}/previous/").location.endswith(f"/image/{new.id}/")
    browser.get(f"/image/{new.id}/previous/", status=404)
    browser.get(f"/image/{old.id}/next/?in=favorites", status=404)


def test_snippets_contain_absolute_urls_that_work(browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/")
    url, img, picture, markdown, bbcode = (
        field["value"] for field in page.html.select("#snippets input[data-copy]")
    )
    assert url == f"http://localhost/1024x768/{image.id}/Quay.jpeg"
    assert browser.get(url).content_type == "image/jpeg"
    assert f'src="{url}"' in img
    assert picture.startswith('<picture><source type="image/avif"')
    assert markdown == f"![Quay]({url})"
    assert bbcode == f"[img]{url}[/img]"


def test_download_has_filename_of_the_upload(browser: TestApp, image: Image) -> None:
    response = browser.get(f"/image/{image.id}/download")
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''DSC%201.jpg"
    assert len(response.body) == image.length


def test_hostile_filename_cannot_inject_header(site: Site, browser: TestApp) -> None:
    image = site.add(filename='a"\r\nSet-Cookie: x=1;ü.jpg')
    response = browser.get(f"/image/{image.id}/download")
    assert "Set-Cookie" not in response.headers
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%~-]+", response.content_disposition)


def test_hostile_texts_are_escaped(site: Site, browser: TestApp) -> None:
    image = site.add(
        title=HOSTILE, filename="<b>.jpg", tags=["<i>x"], references={"artnr": [HOSTILE]}
    )
    site.services.editing.update(image.id, ImagePatch(alt=HOSTILE))
    page = browser.get(f"/image/{image.id}/")
    assert page.html.h1.text == HOSTILE
    assert page.html.select_one(".picture img")["alt"] == HOSTILE
    assert not page.html.select("main script, main b, main i")
    assert page.html.select_one("textarea[name=value]").text == HOSTILE


def test_untitled_image_shows_filename_or_untitled(site: Site, browser: TestApp) -> None:
    named = site.add(1, filename="DSC_1.jpg")
    nameless = site.add(2)
    assert browser.get(f"/image/{named.id}/").html.h1.text == "DSC_1.jpg"
    german = site.browser("de").get(f"/image/{nameless.id}/")
    assert german.html.h1.text == "ohne Titel"


# -- forms, without JavaScript ------------------------------------------------------------------


def test_title_is_changed_and_old_title_restored(
    site: Site, browser: TestApp, image: Image
) -> None:
    page = browser.get(f"/image/{image.id}/?in=tag:sea")
    page = send(page, "update_title", value="Harbour")
    assert page.request.path_qs == f"/image/{image.id}/?in=tag:sea"
    assert page.html.h1.text == "Harbour"
    form = [f for f in page.forms.values() if f.action.endswith("update_title")][1]
    assert form.submit().follow().html.h1.text == "Quay"
    assert site.services.images.get(image.id).titles == ("Harbour", "Quay")


def test_alternative_text_and_references_are_saved(
    site: Site, browser: TestApp, image: Image
) -> None:
    page = browser.get(f"/image/{image.id}/")
    page = send(page, "update_alt", value="A quay at dusk")
    page = send(page, "references", artnr="10107, 10108", others="Path: x:y\n\nold:1\nold:2")
    known = site.services.images.get(image.id)
    assert known.alt == "A quay at dusk"
    assert known.references == {
        "artnr": ("10107", "10108"),
        "path": ("x:y",),
        "old": ("1", "2"),
    }
    assert page.html.select_one("#others").text.split("\n") == ["old: 1", "old: 2", "path: x:y"]
    browser.post(
        f"/image/{image.id}/references",
        {"artnr": "", "others": "no colon", "csrf_token": token(page)},
        status=400,
    )


def token(page: TestResponse) -> str:
    return str(page.html.select_one("meta[name=csrf-token]")["content"])


def test_focal_point_is_set_by_click_and_by_number(
    site: Site, browser: TestApp, image: Image
) -> None:
    path = f"/image/{image.id}/"
    page = browser.get(path)
    clicked = next(f for f in page.forms.values() if f.action.endswith("focus"))
    assert (clicked["width"].value, clicked["height"].value) == ("320", "213")
    fields = {
        **dict(clicked.submit_fields()),
        "point.x": "80",
        "point.y": "213",
    }
    page = browser.post(path + "focus", fields).follow()
    assert site.services.images.get(image.id).focus == (0.25, 1.0)
    assert "150x150!25,100" in page.html.select_one(".crops img")["src"]
    numbers = next(f for f in page.forms.values() if "x" in f.fields)
    numbers["x"], numbers["y"] = "30", "70"
    page = numbers.submit().follow()
    assert site.services.images.get(image.id).focus == (0.3, 0.7)
    numbers = next(f for f in page.forms.values() if "x" in f.fields)
    numbers.submit("clear", value="1")
    assert site.services.images.get(image.id).focus is None


@pytest.mark.parametrize(
    "fields",
    [
        {"x": "101", "y": "0"},
        {"x": "a", "y": "0"},
        {"x": "50"},
        {"point.x": "1", "point.y": "1", "width": "0", "height": "9"},
    ],
)
def test_invalid_focal_point_returns_400(site: Site, image: Image, fields: dict[str, str]) -> None:
    site.app.post(f"/image/{image.id}/focus", fields, status=400)


def test_rating_favourite_and_tags_are_saved(site: Site, browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/")
    assert "Not rated yet" in page.html.select_one(".average").text
    form = next(f for f in page.forms.values() if f.action.endswith("rate"))
    page = form.submit("rating", index=6).follow()
    assert page.html.select_one(".average").text == "3.5 of 5, 1 vote"
    assert page.html.select_one(".stars [aria-pressed=true]").text == "3.5 stars"
    form = next(f for f in page.forms.values() if f.action.endswith("rate"))
    page = form.submit("rating", index=10).follow()
    assert "Not rated yet" in page
    form = next(f for f in page.forms.values() if f.action.endswith("favorite"))
    page = form.submit("rating").follow()
    assert page.html.select_one(".favorite")["aria-pressed"] == "true"
    assert image.id in browser.get("/favorites/")
    assert image.id not in site.browser().get("/favorites/")
    page = send(page, "tag", newtag="Dusk, harbour")
    assert [a.text for a in page.html.select(".chip a")] == ["Dusk", "harbour", "sea"]
    form = next(f for f in page.forms.values() if f.action.endswith("untag"))
    page = form.submit("tag").follow()
    assert [a.text for a in page.html.select(".chip a")] == ["harbour", "sea"]


def test_trash_of_the_only_picture_leads_to_the_list_with_one_notice(
    site: Site, browser: TestApp, image: Image
) -> None:
    page = send(browser.get(f"/image/{image.id}/"), "trash")
    assert page.request.path == "/image/"
    assert page.html.select_one("[data-notice]").text == "The picture was moved to the trash."
    assert browser.get("/image/").html.select_one("[data-notice]") is None
    browser.get(f"/image/{image.id}/", status=404)


def test_page_of_unknown_image_returns_404(site: Site, browser: TestApp, image: Image) -> None:
    browser.get(f"/image/{'A' * 32}01/", status=404)
    browser.get("/image/nonsense/", status=404)
    site.services.editing.trash(image.id)
    site.services.editing.remove(image.id)
    browser.get(f"/image/{image.id}/", status=410)


def test_image_page_for_viewer_has_no_forms_that_change_something(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    who = {f"who.{action}": "editor" for action in ("contribute", "upload", "edit")}
    site = Site(tmp_path_factory.mktemp("closed"), **who)
    image = site.add(title="Quay", tags=["sea"])
    page = site.browser().get(f"/image/{image.id}/")
    forms = page.html.select("main form[action]")
    assert {form["method"] for form in forms} == {"get"}
    page = site.browser().get("/image/")
    assert page.html.select_one("a[href='/trash/'], a[href='/upload/']") is None
    assert [b["value"] for b in page.html.select("button[name=action]")] == ["download"]
    site.close()


def test_sections_are_open_as_the_visitor_left_them(browser: TestApp, image: Image) -> None:
    def are_open(cookie: str) -> dict[str, bool]:
        headers = {"Cookie": f"huimages-sections={cookie}"} if cookie else {}
        page = browser.get(f"/image/{image.id}/", headers=headers)
        sections = page.html.select("details.section")
        return {section["id"]: section.has_attr("open") for section in sections}

    usual = are_open("")
    assert (usual["tags"], usual["facts"], usual["rights"]) == (True, True, False)
    assert are_open("tags:0.rights:1") == {**usual, "tags": False, "rights": True}
    assert are_open("tags:2.:1.%00.Facts:0..tags") == usual
