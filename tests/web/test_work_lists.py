"""The work lists of the start page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from webtest import TestApp

from huimages_app.domain.rights import Rights
from tests.support.site import PASSWORD, Site


def work_lists(browser: TestApp) -> dict[str, str]:
    """The names of the lists on the start page, with the paths."""
    links = browser.get("/").html.select(".work-lists a")
    return {" ".join(link.text.split()): link["href"] for link in links}


def test_work_lists_count_and_link_images_with_missing_fields(site: Site, browser: TestApp) -> None:
    site.add(1, title="Quay", references={"artnr": ["10106"]})
    untitled = site.add(2, tags=["sea"])
    lists = work_lists(browser)
    assert list(lists) == [
        "Without title 1",
        "Without alternative text 2",
        "Without tags 1",
        "Without article number 1",
    ]
    page = browser.get(lists["Without title 1"])
    assert [box["value"] for box in page.html.select("input[name=id]")] == [untitled.id]


def test_work_lists_have_the_trash_and_rights_that_end_within_30_days(
    site: Site, browser: TestApp
) -> None:
    ids = [site.add(seed).id for seed in range(4)]
    for image_id, days in zip(ids[1:3], (30, 31), strict=True):
        until = (site.services.showing.today + timedelta(days=days)).isoformat()
        site.storage.metadata.images.save(
            image_id, lambda image, until=until: replace(image, rights=Rights(until=until))
        )
    site.services.editing.trash(ids[0])
    lists = work_lists(browser)
    assert lists["Rights that end soon 1"] == "/ending/"
    assert lists["In the trash 1"] == "/trash/"


def test_start_page_of_visitors_who_may_not_edit_has_no_work_lists(closed: Site) -> None:
    closed.add(1)
    for role in ("viewer", "editor"):
        closed.services.accounts.add(role, role, PASSWORD)
    assert work_lists(closed.signed_in("viewer")) == {}
    assert len(work_lists(closed.signed_in("editor"))) == 4
