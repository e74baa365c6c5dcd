"""Two editors change the same value: the later one sees both values and chooses."""

from __future__ import annotations

import pytest
from webtest import TestApp, TestResponse

from huimages_app.domain.models import Image
from tests.support.site import Site


@pytest.fixture
def image(site: Site) -> Image:
    return site.add(title="Quay", references={"artnr": ["10106"], "path": ["catalogue/2009"]})


def save(page: TestResponse, action: str, **fields: str) -> TestResponse:
    forms = (form for form in page.forms.values() if form.action.endswith("/" + action))
    form = next(form for form in forms if fields.keys() <= form.fields.keys())
    for name, value in fields.items():
        form[name] = value
    return form.submit(expect_errors=True)


CASES = {
    "title": ("update_title", {"value": "Harbour"}, {"value": "Pier"}),
    "alt": ("update_alt", {"value": "A quay"}, {"value": "A pier"}),
    "references": (
        "references",
        {"artnr": "10107", "others": "path: a\nean: 1"},
        {"artnr": "10106", "others": "path: b"},
    ),
    "focus": ("focus", {"x": "30", "y": "70"}, {"x": "20", "y": "60"}),
    "content": (
        "content",
        {"left": "12.5", "top": "1", "right": "80", "bottom": "90"},
        {"left": "20", "top": "5", "right": "70", "bottom": "100"},
    ),
}
THIRD = {"others": "x: y", "x": "1", "y": "2"}
THIRD |= {"left": "1", "top": "2", "right": "3", "bottom": "4"}


def stored(site: Site, image: Image) -> tuple[object, ...]:
    found = site.services.images.get(image.id)
    return found.title, found.alt, dict(found.references), found.focus, found.corrected_content


@pytest.mark.parametrize("name", CASES)
def test_conflicting_edit_shows_both_values_and_saves_nothing(
    name: str, site: Site, browser: TestApp, image: Image
) -> None:
    action, first, second = CASES[name]
    late = site.browser().get(f"/image/{image.id}/")
    assert save(browser.get(f"/image/{image.id}/"), action, **first).status_int == 303
    before = stored(site, image)
    page = save(late, action, **second)
    assert page.status_int == 409
    assert stored(site, image) == before
    text = page.html.select_one("[data-conflict]").text
    for value in (*first.values(), *second.values()):
        assert all(line in text for line in value.splitlines())


@pytest.mark.parametrize("name", CASES)
def test_conflicting_edit_can_be_saved_afterwards(
    name: str, site: Site, browser: TestApp, image: Image
) -> None:
    action, first, second = CASES[name]
    late = site.browser().get(f"/image/{image.id}/?in=tag:sea")
    save(browser.get(f"/image/{image.id}/"), action, **first)
    page = save(save(late, action, **second), action).follow()
    assert page.request.path_qs == f"/image/{image.id}/?in=tag:sea"
    found = site.services.images.get(image.id)
    values = {
        "title": found.title,
        "alt": found.alt,
        "references": dict(found.references),
        "focus": found.focus,
        "content": found.corrected_content,
    }
    expected = {
        "title": "Pier",
        "alt": "A pier",
        "references": {"artnr": ("10106",), "path": ("b",)},
        "focus": (0.2, 0.6),
        "content": (0.2, 0.05, 0.7, 1.0),
    }
    assert values[name] == expected[name]


@pytest.mark.parametrize("name", CASES)
def test_edit_after_third_change_conflicts_again(
    name: str, site: Site, browser: TestApp, image: Image
) -> None:
    action, first, second = CASES[name]
    late = site.browser().get(f"/image/{image.id}/")
    save(browser.get(f"/image/{image.id}/"), action, **first)
    conflict = save(late, action, **second)
    third = {key: THIRD.get(key, "Third") for key in first}
    save(browser.get(f"/image/{image.id}/"), action, **third)
    assert save(conflict, action).status_int == 409


def test_edit_with_equal_value_is_no_conflict(site: Site, browser: TestApp, image: Image) -> None:
    late = site.browser().get(f"/image/{image.id}/")
    save(browser.get(f"/image/{image.id}/"), "update_title", value="Harbour")
    assert save(late, "update_title", value=" Harbour ").status_int == 303


def test_edit_of_other_field_is_no_conflict(site: Site, browser: TestApp, image: Image) -> None:
    late = site.browser().get(f"/image/{image.id}/")
    save(browser.get(f"/image/{image.id}/"), "update_alt", value="A quay")
    assert save(late, "update_title", value="Pier").status_int == 303


def test_outdated_expected_title_of_program_returns_412(site: Site, image: Image) -> None:
    path = f"/image/{image.id}/update_title"
    fields = {"value": "Pier", "expected_value": "Harbour"}
    for accept in ("application/json", "*/*"):
        response = site.app.post(path, fields, headers={"Accept": accept}, status=412)
        assert "was changed since it was read" in response
    site.app.post(path, {"value": "Pier"}, status=200)
    assert site.services.images.get(image.id).title == "Pier"


def test_hostile_values_are_escaped_on_conflict_page(
    site: Site, browser: TestApp, image: Image
) -> None:
    hostile = "</textarea><script>alert(1)</script>"
    late = site.browser().get(f"/image/{image.id}/")
    save(browser.get(f"/image/{image.id}/"), "update_title", value=hostile)
    page = save(late, "update_title", value=hostile + "2")
    assert page.status_int == 409
    assert "<script>alert" not in page
    assert page.html.select_one("[data-stored]").text == hostile


def test_click_into_changed_focal_point_is_a_conflict(
    site: Site, browser: TestApp, image: Image
) -> None:
    late = site.browser().get(f"/image/{image.id}/")
    save(browser.get(f"/image/{image.id}/"), "focus", x="30", y="70")
    fields = {"expected_focus": "", "width": "320", "height": "240"}
    form = next(f for f in late.forms.values() if f.action.endswith("/focus"))
    click = {**fields, "point.x": "32", "point.y": "24", "csrf_token": form["csrf_token"].value}
    path = f"/image/{image.id}/focus"
    late.test_app.post(path, {**click, "back": "/"}, status=409)
    site.app.post(path, {**click, "expected_focus": "30 70"}, status=200)
    assert site.services.images.get(image.id).focus == (0.1, 0.1)


@pytest.mark.parametrize("value", ["30", "30 70 1", "a b", "30% 70%", "1e400 1", "-1 2", "30 101"])
def test_focus_rejects_malformed_point(site: Site, image: Image, value: str) -> None:
    site.app.post(f"/image/{image.id}/focus", {"focus": value}, status=400)
    assert site.services.images.get(image.id).focus is None


def test_focus_empty_removes_point(site: Site, image: Image) -> None:
    path = f"/image/{image.id}/focus"
    site.app.post(path, {"x": "12.34", "y": "70"}, status=200)
    site.app.post(path, {"focus": "", "expected_focus": "12.34 70"}, status=200)
    assert site.services.images.get(image.id).focus is None
