"""The content box of an image: in URLs, in pages, in the API, and corrected by editors."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Picture
from webtest import Form, TestApp, TestResponse

from huimages_app.domain.models import Image
from huimages_app.domain.sizes import Size
from huimages_app.services.image_patch import ImagePatch
from tests.support import packshots, pictures
from tests.support.site import Site

CONTENT = pictures.encoded(packshots.packshot((600, 400), (60, 40, 360, 280)), "PNG")


@pytest.fixture
def image(site: Site) -> Image:
    return site.services.uploads.add(io.BytesIO(CONTENT)).image


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Site]:
    """A site that serves two sizes only."""
    site = Site(tmp_path, **{"sizes.allowed": "90x90=7, 75x75!", "signed": "off"})
    yield site
    site.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Site]:
    """A site that serves padded sizes of a megapixel at most."""
    site = Site(tmp_path, **{"render.max_pixels": "1 MP"})
    yield site
    site.close()


def stored(site: Site, image: Image) -> Image:
    return site.services.images.get(image.id)


def shown(response: TestResponse) -> Picture.Image:
    return Picture.open(io.BytesIO(response.body))


# -- URLs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["90x90=", "90x60=7", "90x90=0,f4f4f4", "45x45=,none@2x"])
def test_markup_json_and_bytes_agree(site: Site, image: Image, size: str) -> None:
    item = site.app.get(f"/api/v1/images/{image.id}?size={size}").json["urls"][size]
    tag = site.services.urls.tag(image, size)
    picture = shown(site.app.get(item["url"].removeprefix("http://localhost")))

    assert picture.size == (item["width"], item["height"])
    assert picture.size == Size.parse(size).fitted(image.width, image.height)
    assert f'width="{picture.width}" height="{picture.height}"' in tag


def test_url_of_a_crop_has_the_centre_of_the_content_box(site: Site, image: Image) -> None:
    assert image.content == pytest.approx((0.1, 0.1, 0.6, 0.7), abs=0.01)
    assert "/75x75!35,40/" in site.services.urls.named_url(image, "75x75!")
    focused = replace(image, focus=(0.9, 0.5))
    assert "/75x75!90,50/" in site.services.urls.named_url(focused, "75x75!")
    corrected = replace(image, corrected_content=(0.5, 0.0, 1.0, 1.0))
    assert "/75x75!75,50/" in site.services.urls.named_url(corrected, "75x75!")
    # A record of an older version: around the centre, as in huImages 2.2.
    assert "/75x75!/" in site.services.urls.named_url(replace(image, content=None), "75x75!")


def test_corrected_content_box_is_in_the_url(site: Site, image: Image) -> None:
    box = ImagePatch(corrected_content=(0.2, 0.1, 0.4001, 1.0))
    image = site.services.editing.update(image.id, box)

    assert image.corrected_content == (0.2, 0.1, 0.401, 1.0)
    assert "/90x90=7!200,100,401,1000@2x/" in site.services.urls.named_url(image, "90x90=7@2x")
    assert "/90x90=/" in site.services.urls.named_url(image, "90x90=")


def test_outdated_content_box_is_redirected(limited: Site) -> None:
    site = limited
    image = site.services.uploads.add(io.BytesIO(CONTENT)).image
    path = f"/90x90=7!200,100,400,1000@2x/{image.id}/a.jpeg"

    assert site.app.get(path, status=302).location.endswith(f"/90x90=7@2x/{image.id}/a.jpeg")
    site.services.editing.update(image.id, ImagePatch(corrected_content=(0.2, 0.1, 0.4, 1.0)))
    site.app.get(path, status=200)
    moved = site.app.get(f"/90x90=7!1,2,3,4/{image.id}/a.jpeg", status=302)
    assert moved.location.endswith(f"/90x90=7!200,100,400,1000/{image.id}/a.jpeg")
    # The box that was measured stays valid.
    site.app.get(f"/90x90=7/{image.id}/a.jpeg", status=200)
    # The centre of the content box counts as the stored focal point.
    site.app.get(f"/75x75!30,55/{image.id}/a.jpeg", status=200)
    moved = site.app.get(f"/75x75!31,55/{image.id}/a.jpeg", status=302)
    assert moved.location.endswith(f"/75x75!30,55/{image.id}/a.jpeg")
    # Margin and colour are part of what is allowed.
    site.app.get(f"/90x90=8/{image.id}/a.jpeg", status=403)
    site.app.get(f"/90x90=7,f4f4f4/{image.id}/a.jpeg", status=403)


def test_padded_size_beyond_the_limit_is_400_and_names_it(small: Site) -> None:
    site = small
    image = site.services.uploads.add(io.BytesIO(CONTENT)).image

    site.app.get(f"/1000x1000=/{image.id}.jpeg", status=200)
    for size in ("1001x1000=", "1000x1000=7@2x"):
        refused = site.app.get(f"/{size}/{image.id}.jpeg", status=400)
        assert "at most 1,000,000 (huimages.render.max_pixels)" in refused.text
        site.app.get(f"/api/v1/images/{image.id}?size={size}", status=400)
    # Sizes without padding have at most the pixels of the original.
    site.app.get(f"/3000x3000/{image.id}.jpeg", status=200)


@pytest.mark.parametrize(
    ("size", "densities"),
    [
        ("60x60=", 2),
        ("300x300=", 2),  # 600 of 600 pixels
        ("305x305=", 1),
        ("120x120=7", 2),
        ("300x300=7", 1),  # in twice the box the picture would be half as large
        ("4000x4000=", 1),  # beyond huimages.render.max_pixels
    ],
)
def test_srcset_leaves_out_a_density_that_shows_the_picture_smaller(
    site: Site, image: Image, size: str, densities: int
) -> None:
    assert len(site.services.urls.srcset(image, size).split(", ")) == densities


def test_srcset_of_an_unmeasured_image_has_one_density(site: Site, image: Image) -> None:
    assert "2x" not in site.services.urls.srcset(replace(image, content=None), "60x60=7")


# -- the API ------------------------------------------------------------------------------------


def test_api_returns_and_corrects_the_content_box(site: Site, image: Image) -> None:
    path = f"/api/v1/images/{image.id}"
    item = site.app.get(path).json
    assert item["content"] == list(image.content or ())
    assert (item["corrected_content"], item["backdrop"]) == (None, "#ffffff")

    item = site.app.patch_json(path, {"corrected_content": [0.1, 0, 0.5, 1]}).json

    assert item["corrected_content"] == [0.1, 0, 0.5, 1]
    assert item["content"] == list(image.content or ())
    assert site.app.patch_json(path, {"corrected_content": None}).json["corrected_content"] is None


@pytest.mark.parametrize(
    "box", [[], [0, 0, 1], [0, 0, 0, 1], [0.5, 0, 0.4, 1], [0, 0, 1, 1.1], [True, 0, 1, 1], "x"]
)
def test_api_rejects_an_invalid_content_box(site: Site, image: Image, box: object) -> None:
    refused = site.app.patch_json(
        f"/api/v1/images/{image.id}", {"corrected_content": box}, status=400
    )

    assert "corrected_content" in refused.json["detail"]
    assert stored(site, image).corrected_content is None


# -- the page -----------------------------------------------------------------------------------


def test_content_box_is_corrected_by_numbers_and_reset(
    site: Site, browser: TestApp, image: Image
) -> None:
    page = browser.get(f"/image/{image.id}/")
    assert "150x150=7/" in page.html.select_one(".padding img")["src"]
    form = _form(page)
    assert float(form["left"].value) == pytest.approx(10, abs=1)
    form["left"], form["top"], form["right"], form["bottom"] = "20", "10.5", "40", "100"

    page = form.submit().follow()

    assert stored(site, image).corrected_content == (0.2, 0.105, 0.4, 1.0)
    assert "150x150=7!200,105,400,1000/" in page.html.select_one(".padding img")["src"]
    form = _form(page)
    assert form["right"].value == "40"
    page = form.submit("clear", value="1").follow()
    assert stored(site, image).corrected_content is None
    assert page.html.select_one("#trimming [name=clear]") is None


def _form(page: TestResponse) -> Form:
    return next(form for form in page.forms.values() if form.action.endswith("/content"))


@pytest.mark.parametrize(
    "fields",
    [
        {"left": "1", "top": "0", "right": "1", "bottom": "100"},
        {"left": "-1", "top": "0", "right": "50", "bottom": "100"},
        {"left": "0", "top": "0", "right": "50"},
        {"content": "0 0 50"},
        {"content": "0 0 50 x"},
    ],
)
def test_invalid_content_box_returns_400(site: Site, image: Image, fields: dict[str, str]) -> None:
    site.app.post(f"/image/{image.id}/content", fields, status=400)

    assert stored(site, image).corrected_content is None
