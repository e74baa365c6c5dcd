"""The pictures on the pages of a site use only sizes that the site serves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from huimages_app.services.image_patch import ImagePatch
from tests.support.site import Site


@pytest.mark.parametrize(
    "ini",
    [
        {"sizes.allowed": "named", "image_url": "http://localhost"},
        {"sizes.allowed": "75x75!", "signed": "all"},
    ],
    ids=["named sizes", "all signed"],
)
def test_every_image_url_on_every_page_is_served(tmp_path: Path, ini: dict[str, str]) -> None:
    site = Site(tmp_path, **ini)
    images = [
        site.add(1, 300, 200, title="Quay, by night", tags=["sea"]),
        site.add(2, 450, 45, tags=["sea"]),  # wider than the grid shows
        site.add(3, 45, 450, tags=["sea"]),  # narrower
    ]
    site.services.editing.update(images[1].id, ImagePatch(focus=(0.1, 0.9)))
    browser = site.browser()
    addresses: set[str] = set()
    for path in ("/", "/tag/sea/", *(f"/image/{image.id}/?in=tag:sea" for image in images)):
        page = browser.get(path)
        for element in page.html.select("main img, main source, main input[type=image]"):
            candidates = [element.get("src", "")]
            candidates += re.findall(r"\S+(?= [\d.]+[wx](?:,|$))", element.get("srcset", ""))
            addresses.update(filter(None, candidates))
        addresses.update(field["value"] for field in page.html.select("input#snippet-1"))
        addresses.update(link["href"] for link in page.html.select("a.picture"))
    assert len(addresses) > 20
    for url in addresses:
        assert browser.get(url).content_type.startswith("image/"), url
    site.close()
