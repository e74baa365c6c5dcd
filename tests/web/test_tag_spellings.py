"""Tags are shown as they were typed, and compared in lower case."""

from __future__ import annotations

from webtest import TestApp

from tests.support.site import Site


def test_tag_is_shown_as_typed(site: Site, browser: TestApp) -> None:
    image = site.add(tags=["Köln", "sea"])
    chips = browser.get(f"/image/{image.id}/").html.select(".chip a")
    assert [(chip.text, chip["href"]) for chip in chips] == [
        ("Köln", "/tag/k%C3%B6ln/"),
        ("sea", "/tag/sea/"),
    ]
    for path in ["/tag/k%C3%B6ln/", "/tag/K%C3%96LN/", "/tag/?name=k%C3%B6ln"]:
        page = browser.get(path).html
        assert page.h1.text == "Tagged “Köln”"
        assert "Köln" in page.title.text
        assert len(page.select(".grid li")) == 1
    for path in ["/", "/tag/?view=cloud"]:
        assert browser.get(path).html.select_one(".cloud a").text == "Köln, 1 time"
    assert browser.get("/tag/suggestions?tag=K%C3%96").json == ["Köln"]
    feed = browser.get("/tag/k%C3%B6ln/feed.atom")
    assert '<category term="köln" label="Köln"' in feed.text


def test_tag_removed_by_its_spelling_is_gone(site: Site, browser: TestApp) -> None:
    image = site.add(tags=["Köln", "Sea"])
    page = browser.get(f"/image/{image.id}/")
    button = page.html.select_one("[data-tag=Köln] button")
    fields = {button["name"]: button["value"], "csrf_token": page.forms[1]["csrf_token"].value}
    browser.post(f"/image/{image.id}/untag", fields)
    assert site.services.annotations.summary(image.id).tags == {"sea": 1}


def test_selection_loses_tags_typed_in_another_case(site: Site, browser: TestApp) -> None:
    image = site.add(tags=["Köln", "Sea"])
    form = next(f for f in browser.get("/image/").forms.values() if "id" in f.fields)
    form.fields["id"][0].checked = True
    form["tags"] = "KÖLN"
    form.submit("action", value="untag")
    assert site.services.annotations.summary(image.id).tags == {"sea": 1}
