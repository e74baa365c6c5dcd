"""Actions on several pictures at once, and the trash."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from PIL import Image as Pillow
from webtest import TestApp, TestResponse

from huimages_app.domain.models import Image
from tests.support.site import Site

# One more than a selection may have.
_DIGITS = str.maketrans("0189", "WXYZ")
MANY = [f"{number:A>32d}".translate(_DIGITS) + "01" for number in range(501)]


def choose(page: TestResponse, *images: Image, **fields: str) -> object:
    """Return the form of a grid with some pictures ticked."""
    form = next(f for f in page.forms.values() if "id" in f.fields)
    for box in form.fields["id"]:
        box.checked = box._value in {image.id for image in images}
    for name, value in fields.items():
        form[name] = value
    return form


@pytest.fixture
def images(site: Site) -> list[Image]:
    return [site.add(seed, filename="DSC.jpg", tags=["all"]) for seed in range(3)]


def test_batch_tags_are_added_and_removed(
    site: Site, browser: TestApp, images: list[Image]
) -> None:
    chosen = choose(browser.get("/tag/all/"), *images[:2], tags="Dusk, sea")
    page = chosen.submit("action", value="tag").follow()
    assert page.request.path == "/tag/all/"
    assert (
        page.html.select_one("[role=status]").text.strip() == "The tags of 2 pictures were changed."
    )
    tags = [set(site.services.annotations.summary(image.id).tags) for image in images]
    assert tags == [{"all", "dusk", "sea"}, {"all", "dusk", "sea"}, {"all"}]
    chosen = choose(browser.get("/tag/sea/"), images[0], tags="sea all")
    chosen.submit("action", value="untag")
    assert set(site.services.annotations.summary(images[0].id).tags) == {"dusk"}


def test_batch_download_is_a_zip_of_originals(
    site: Site, browser: TestApp, images: list[Image]
) -> None:
    site.services.editing.trash(images[2].id)
    response = site.app.post("/selection/", {"action": "download", "id": [i.id for i in images]})
    assert response.content_disposition == "attachment; filename*=UTF-8''huimages.zip"
    archive = zipfile.ZipFile(io.BytesIO(response.body))
    assert archive.testzip() is None
    assert archive.namelist() == ["DSC.jpg", "DSC-2.jpg"]
    with site.storage.originals.open(images[0].id) as original:
        assert archive.read("DSC.jpg") == original.read()


def test_batch_download_is_a_zip_of_renditions(
    site: Site, browser: TestApp, images: list[Image]
) -> None:
    page = browser.get("/image/")
    options = page.html.select("select[name=size] option")
    assert [option["value"] for option in options[:3]] == ["", "mini", "thumb"]
    fields = {"action": "download", "id": [image.id for image in images]}
    response = site.app.post("/selection/", {**fields, "size": "30x30!", "format": "webp"})
    archive = zipfile.ZipFile(io.BytesIO(response.body))
    assert archive.testzip() is None
    assert archive.namelist() == ["DSC-30x30!.webp", "DSC-30x30!-2.webp", "DSC-30x30!-3.webp"]
    for name, image in zip(archive.namelist(), images, strict=True):
        content = archive.read(name)
        assert content == site.app.get(f"/30x30!/{image.id}.webp").body
        assert Pillow.open(io.BytesIO(content)).size == (30, 30)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"size": "nonsense"}, 400),
        ({"size": "30x30", "format": "gif"}, 400),
        ({"size": "30000x30000="}, 400),
    ],
)
def test_batch_download_of_no_size_is_refused(
    site: Site, images: list[Image], fields: dict[str, str], status: int
) -> None:
    post = {"action": "download", "id": images[0].id, **fields}
    site.app.post("/selection/", post, status=status)


def test_batch_download_has_a_limit_of_pixels(
    site: Site, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimages_app.web.presentation.archives.MAX_PIXELS", 1000)
    post = {"action": "download", "id": images[0].id, "size": "40x40="}
    response = site.app.post("/selection/", post, status=413)
    assert "1,600 pixels; expected at most 1,000 in one ZIP" in response.text
    assert site.cached() == []


def test_batch_trash_restore_and_remove_work(
    site: Site, browser: TestApp, images: list[Image]
) -> None:
    first, second, third = images
    page = choose(browser.get("/image/"), first, second).submit("action", value="trash").follow()
    notice = page.html.select_one("[role=status]").text.split("\n")
    assert list(filter(None, notice)) == ["2 pictures were moved to the trash.", "Undo"]
    browser.get(f"/image/{first.id}/", status=404)
    browser.get(f"/240x160/{first.id}.jpeg", status=404)
    browser.get(f"/o/{first.id}", status=404)

    page = browser.get("/trash/")
    thumb = browser.get(page.html.select_one(".grid img")["src"])
    assert thumb.content_type == "image/jpeg"
    assert thumb.headers["Cache-Control"].startswith("private")
    assert not any(first.id in name for name in site.cached())

    page = choose(page, first).submit("action", value="restore").follow()
    assert page.html.select_one("[role=status]").text.strip() == "1 picture was restored."
    browser.get(f"/image/{first.id}/")

    page = choose(browser.get("/trash/"), second).submit("action", value="remove").follow()
    assert "The trash is empty" in page
    browser.get(f"/image/{second.id}/", status=410)
    browser.get(f"/image/{third.id}/")


def test_remove_ignores_images_outside_the_trash(site: Site, images: list[Image]) -> None:
    fields = {"action": "remove", "id": [images[0].id, "A" * 32 + "01"]}
    response = site.app.post("/trash/", fields, headers={"Accept": "application/json"})
    assert response.json == {"done": []}
    assert site.services.images.get(images[0].id)
    site.app.get(f"/trash/{images[0].id}", status=404)
    site.app.get("/trash/nonsense", status=404)


def test_remove_leaves_an_image_that_is_restored_meanwhile(
    site: Site, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    for image in images:
        site.services.editing.trash(image.id)
    read = site.services.images.get_many

    def then_restore(ids: list[str], *, with_trash: bool) -> dict[str, Image]:
        records = read(ids, with_trash=with_trash)
        site.services.editing.restore(images[0].id)
        return records

    monkeypatch.setattr(site.services.images, "get_many", then_restore)
    ids = [image.id for image in images]
    fields = {"action": "remove", "id": ids}
    answer = site.app.post("/trash/", fields, headers={"Accept": "application/json"})
    assert answer.json == {"done": ids[1:]}
    site.app.get(f"/o/{ids[0]}")


def test_too_many_tags_for_one_image_change_none(
    site: Site, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimages_app.domain.tags.MAX_TAGS", 2)
    browser = site.browser()
    # The form has it last.
    choose(browser.get("/image/"), images[0], tags="a b").submit("action", value="tag")
    form = choose(browser.get("/image/"), *images, tags="more")
    assert "3 tags are too many" in form.submit("action", value="tag", status=400).text
    summaries = site.services.annotations.summaries([image.id for image in images[1:]])
    assert not any("more" in summary.tags for summary in summaries.values())


def test_batch_skips_removed_images(site: Site, images: list[Image]) -> None:
    site.services.editing.trash(images[0].id)
    fields = {"action": "tag", "tags": "x", "id": [images[0].id, images[1].id]}
    assert site.app.post("/selection/", fields).text == "1"


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "tag", "tags": "x"},
        {"action": "tag", "tags": " , ", "id": "A" * 32 + "01"},
        {"action": "nonsense", "id": "A" * 32 + "01"},
        {"action": "trash", "id": "nonsense"},
        {"action": "trash", "id": MANY},
    ],
)  # fmt: skip
def test_batch_rejects_invalid_form(site: Site, fields: dict[str, object]) -> None:
    site.app.post("/selection/", fields, status=400)


def test_trash_rejects_unknown_action(site: Site, images: list[Image]) -> None:
    site.app.post("/trash/", {"action": "tag", "id": images[0].id}, status=400)


def test_batch_without_permission_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    who = {"who.edit": "editor", "who.contribute": "viewer", "who.admin": "admin"}
    site = Site(tmp_path_factory.mktemp("closed"), **who)
    image = site.add(tags=["sea"])
    for action in ("trash", "tag", "untag"):
        fields = {"action": action, "tags": "x", "id": image.id}
        site.app.post("/selection/", fields, status=[401, 403])
    site.app.post("/trash/", {"action": "restore", "id": image.id}, status=[401, 403])
    assert site.app.get("/selection/").location == "http://localhost/image/"
    assert site.services.images.get(image.id)
    site.close()


def test_trash_lets_editors_restore_and_admins_remove(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = Site(tmp_path_factory.mktemp("editors"), **{"who.admin": "admin"})
    image = site.add()
    site.services.editing.trash(image.id)
    page = site.browser().get("/trash/")
    assert [b["value"] for b in page.html.select("button[name=action]")] == ["restore"]
    site.app.post("/trash/", {"action": "remove", "id": image.id}, status=[401, 403])
    assert site.services.images.get_any(image.id)
    site.close()


def test_trash_is_paged(site: Site, browser: TestApp) -> None:
    for seed in range(62):
        site.services.editing.trash(site.add(seed, 12, 8).id)
    first = browser.get("/trash/")
    second = first.click("Load more")
    assert len(second.html.select("input[name=id]")) == 2
    second.click("Back")


def test_zip_beyond_limit_is_refused(site: Site, images: list[Image]) -> None:
    site.storage.metadata.images.update(
        images[0].id, lambda image: replace(image, length=5 * 10**9)
    )
    fields = {"action": "download", "id": images[0].id}
    assert "5,000,000,000 bytes" in site.app.post("/selection/", fields, status=413).text
