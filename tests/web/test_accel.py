"""Responses that make the web server in front send a file (`huimages.accel`)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from huimages_app.domain.sizes import Size
from tests.support import pictures
from tests.support.site import Site

FILE = "150x150!30,70@2x.jpeg"


@pytest.mark.parametrize(
    ("accel", "header"), [("nginx", "X-Accel-Redirect"), ("lighttpd", "X-Sendfile")]
)
def test_signed_rendition_is_sent_by_the_web_server(
    tmp_path: Path, accel: str, header: str
) -> None:
    folder = tmp_path / "with a space"
    site = Site(folder, accel=accel, signed="all")
    photo = pictures.photo(width=400, height=400)
    image_id = site.upload(photo)
    path = f"/150x150!30,70@2x/{image_id}.jpeg"
    site.app.get(path, status=403)
    size = Size.parse("150x150!30,70@2x")
    for _ in range(2):  # a miss, and a hit
        response = site.app.get(path + site.services.sizes.query(size, path))
        assert response.body == b""
        assert response.content_type == "image/jpeg"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        root = "/huimages-cache" if accel == "nginx" else f"{tmp_path}/with%20a%20space/cache"
        assert response.headers[header] == f"{root}/{image_id[:2]}/{image_id}/{FILE}"
    soon = int(time.time()) + 60
    response = site.app.get(path + site.services.sizes.query(size, path, soon))
    assert response.cache_control.max_age <= 60
    # Originals are not in the cache.
    path = f"/o/{image_id}"
    assert site.app.get(path + site.services.sizes.query(Size.parse("o"), path)).body == photo
    site.close()
