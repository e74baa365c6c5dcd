"""Spreadsheets by page and by API: downloaded, edited, compared, applied."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from webtest import TestApp, Upload

from huimages_app.domain.models import Image
from tests.support.openapi import Api
from tests.support.site import CLOSED, Site

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLES = ["Möwe", "=1+1", "Quay"]


@pytest.fixture
def images(site: Site) -> list[Image]:
    return [
        site.add(seed, title=title, tags=["Sea", f"tag{seed}"], references={"artnr": ["10106"]})
        for seed, title in enumerate(TITLES)
    ]


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def table(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def form(page: Any, name: str) -> Any:
    return next(form for form in page.forms.values() if name in form.fields)


@pytest.mark.parametrize("path", ["/api/v1/images.csv", "/api/v1/images"])
def test_list_is_downloaded_as_csv(site: Site, images: list[Image], path: str) -> None:
    response = site.app.get(path + "?tag=tag1", headers={"Accept": "text/csv"})
    assert (response.content_type, response.charset) == ("text/csv", "utf-8")
    assert response.content_disposition == "attachment; filename=huimages.csv"
    (row,) = rows_of(response.body)
    assert (row["id"], row["title"], row["tags"]) == (images[1].id, "'=1+1", "Sea tag1")
    assert row["(url)"] == f"http://localhost/image/{images[1].id}/"


@pytest.mark.parametrize("path", ["/api/v1/images.xlsx", "/api/v1/images"])
def test_list_is_downloaded_as_xlsx(site: Site, images: list[Image], path: str) -> None:
    response = site.app.get(path + "?order=oldest", headers={"Accept": XLSX})
    assert response.content_type == XLSX
    sheet = openpyxl.load_workbook(io.BytesIO(response.body), read_only=True).worksheets[0]
    values = list(sheet.values)
    title = values[0].index("title")
    assert [row[title] for row in values[1:]] == ["Möwe", "'=1+1", "Quay"]


def test_list_without_an_accepted_table_is_json(site: Site, images: list[Image]) -> None:
    for accept in ("*/*", "application/json, text/csv", "text/html"):
        response = site.app.get("/api/v1/images", headers={"Accept": accept})
        assert response.content_type == "application/json"
    site.app.get("/api/v1/images.csv?colour=red", status=400)


def test_edited_table_is_compared_and_applied(
    site: Site, browser: TestApp, images: list[Image]
) -> None:
    page = browser.get("/image/?order=oldest").click(href=r"/table/\?")
    rows = rows_of(browser.get("/api/v1/images.csv?order=oldest").body)
    rows[0] |= {"title": "Tern <b>", "tags": "Sea wind"}
    upload = form(page, "uploadfile")
    upload["uploadfile"] = Upload("t.csv", table(rows), "text/csv")
    compared = upload.submit()
    assert compared.html.select_one("#comparison").text == "What would be changed"
    changes = [item.text.split() for item in compared.html.select(".rows dd")]
    assert changes == [
        ["before:", "Möwe", "after:", "Tern", "<b>"],
        ["before:", "Sea", "tag0", "after:", "Sea", "wind"],
    ]
    assert site.services.images.get(images[0].id).title == "Möwe"
    response = form(compared, "draft").submit()
    (job,) = site.services.jobs.all()
    assert response.location == f"http://localhost/job/{job.id}/"
    assert site.services.jobs.runner.run(job.id).changed == 1
    assert site.services.images.get(images[0].id).title == "Tern <b>"
    assert set(site.services.annotations.summary(images[0].id).tags) == {"sea", "wind"}
    again = form(compared, "draft").submit(status=400)
    assert "was applied already" in again.text


def test_table_with_errors_is_shown_by_row_and_column(
    browser: TestApp, images: list[Image]
) -> None:
    upload = form(browser.get("/table/"), "uploadfile")
    upload["uploadfile"] = Upload("t.csv", b"id,colour\nx,<i>\n", "text/csv")
    response = upload.submit(status=400)
    (row,) = response.html.select(".comparison tbody tr")
    cells = [cell.text for cell in row.select("td")]
    assert cells[:2] == ["1", "colour"]
    assert cells[2].startswith("unknown column; known: id, etag")
    upload["uploadfile"] = Upload("t.csv", b"\xff\xfe\xff", "text/csv")
    assert "UTF-8" in upload.submit(status=400).html.select_one("[role=alert]").text


def test_table_without_differences_has_nothing_to_apply(
    browser: TestApp, images: list[Image]
) -> None:
    upload = form(browser.get("/table/"), "uploadfile")
    content = browser.get("/api/v1/images.xlsx").body
    upload["uploadfile"] = Upload("t.xlsx", content, XLSX)
    assert upload.submit().html.select_one("#comparison").text == "No differences"


def test_api_applies_a_table(site: Site, images: list[Image]) -> None:
    _, token = site.services.tokens.add("shop", ["read", "edit"])
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    rows = rows_of(site.app.get("/api/v1/images.csv", headers=headers).body)
    rows[0]["alt"] = "a gull"
    tried = site.app.post("/api/v1/table?dry_run=true", table(rows), headers=headers).json
    assert (tried["rows"], tried["changed"], tried["job"]) == (3, 1, None)
    assert tried["differences"][0]["cells"] == [{"column": "alt", "before": "", "after": "a gull"}]
    assert site.services.jobs.all() == []
    response = site.app.post("/api/v1/table", table(rows), headers=headers, status=202)
    job = response.json["job"]
    assert response.location == f"http://localhost/api/v1/jobs/{job}"
    site.services.jobs.runner.run(job)
    assert site.services.images.get(rows[0]["id"]).alt == "a gull"
    assert site.app.post("/api/v1/table", table(rows), headers=headers).json["changed"] == 0


def test_api_refuses_a_table_with_all_its_errors(site: Site, images: list[Image]) -> None:
    _, token = site.services.tokens.add("shop", ["read", "edit"])
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    response = site.app.post("/api/v1/table", b"id,alt\nx,a\ny,b\n", headers=headers, status=400)
    assert response.content_type == "application/problem+json"
    assert [error["row"] for error in response.json["errors"]] == [2, 3]
    assert response.json["detail"].startswith("row 2, column id: 'x' is no image ID")
    site.app.post(
        "/api/v1/table", b"x", headers=headers | {"Content-Type": "image/png"}, status=415
    )
    large = headers | {"Content-Length": "40000000"}
    site.app.post("/api/v1/table", b"", headers=large, status=413)


@pytest.mark.parametrize("path", ["/table/", "/rename-tag", "/api/v1/images.csv"])
def test_pages_of_editors_need_the_permission(tmp_path: Path, path: str) -> None:
    closed = Site(tmp_path, **CLOSED)
    assert closed.app.get(path, status="*").status_int in {303, 401, 403}
    closed.close()


# -- tags


def test_tag_is_renamed_by_page(site: Site, browser: TestApp, images: list[Image]) -> None:
    page = browser.get("/tag/sea/").click("Rename or merge")
    rename = form(page, "into")
    assert rename["tags"].value == "Sea"
    rename["into"] = "Tag1"
    refused = rename.submit(status=400)
    assert "merge sea into it" in refused.html.select_one("[role=alert]").text
    rename = form(refused, "into")
    rename["into"] = "Lake"
    response = rename.submit()
    (job,) = site.services.jobs.all()
    assert response.location == f"http://localhost/job/{job.id}/"
    site.services.jobs.runner.run(job.id)
    assert browser.get("/tag/lake/").html.h1.text == "Tagged “Lake”"


def test_tags_are_merged_by_page_and_by_api(
    site: Site, browser: TestApp, images: list[Image]
) -> None:
    merge = form(browser.get("/rename-tag"), "into")
    merge["tags"], merge["into"] = "tag0, TAG1", "Sea"
    merge.submit()
    (merged,) = site.services.jobs.all()
    site.services.jobs.runner.run(merged.id)
    assert {tag for tag, _ in site.services.images.tags()} == {"sea", "tag2"}
    _, token = site.services.tokens.add("shop", ["read", "edit"])
    api = Api(site.app, token)
    job = api("POST", "/tags/merge", {"tags": ["tag2"], "into": "sea"}, status=202).json["job"]
    site.services.jobs.runner.run(job)
    job = api("POST", "/tags/rename", {"tag": "Sea", "into": "Lake"}, status=202).json["job"]
    site.services.jobs.runner.run(job)
    assert api.get("/tags").json["items"] == [{"tag": "lake", "spelling": "Lake", "count": 3}]
    api("POST", "/tags/rename", {"tag": "gone", "into": "x"}, status=400)
    api("POST", "/tags/rename", {"tag": "lake"}, status=400)
    site.app.post_json("/api/v1/tags/other", {}, headers=bearer(token), status=404)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
