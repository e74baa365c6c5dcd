"""Named sizes with output options, through the whole application."""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from webtest import TestApp

from huimages_app.app import make_app
from huimages_app.config.settings import Settings
from huimages_app.errors import BadSetting
from huimages_app.services.urls import UrlBuilder
from tests.support import pictures
from tests.support.site import Site

SIZES = """
    amazon = 1000x1000 jpeg q90 max 20kB
    market = 1000x1000 jpeg max 2kB
    press = 300x300 watermark
    avatar = 96x96! sharpen
    icon = 64x64! webp grayscale
"""
DAY = "public, max-age=86400"
MINUTE = "public, max-age=60"


@pytest.fixture(scope="module")
def watermark(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("watermark") / "mark.png"
    Image.new("RGB", (40, 10), "red").save(path)
    return str(path)


@pytest.fixture
def site(tmp_path: Path, watermark: str) -> Any:
    site = Site(tmp_path, **{"sizes": SIZES, "watermark.file": watermark})
    yield site
    site.close()


def noise(width: int, height: int) -> bytes:
    tones = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return pictures.encoded(Image.fromarray(tones), "PNG")


def until(condition: Callable[[], bool]) -> bool:
    """Wait for work in the background; return whether it was done."""
    for _ in range(400):
        if condition():
            return True
        time.sleep(0.025)
    return False


def decoded(response: Any) -> Image.Image:
    return Image.open(io.BytesIO(response.body))


# -- formats --


@pytest.mark.parametrize(
    ("path", "contenttype"),
    [
        *((f"/amazon/{{}}{end}", "image/jpeg") for end in ("", ".jpeg", ".jpg", ".auto")),
        *((f"/amazon/{{}}/{name}", "image/jpeg") for name in ("a", "a.JPG", "a.auto", "v1.2")),
        *((f"/icon/{{}}{end}", "image/webp") for end in ("", ".webp", ".auto", "/a.v2", "/a")),
        *((f"/avatar/{{}}.{end}", f"image/{end}") for end in ("jpeg", "png", "webp", "avif")),
        ("/avatar!30,70@2x/{}.png", "image/png"),
        ("/amazon@2x/{}", "image/jpeg"),
    ],
)
def test_preset_is_served_in_its_format(site: Site, path: str, contenttype: str) -> None:
    path = path.format(site.add(width=300, height=200).id)
    for state in ("made", "cached"):
        response = site.app.get(path, headers={"Accept": "image/avif,image/webp,*/*"})
        assert response.content_type == contenttype
        is_provisional = contenttype == "image/avif" and state == "made"
        assert response.headers["Cache-Control"] == (MINUTE if is_provisional else DAY)
        assert "Vary" not in response.headers


@pytest.mark.parametrize(
    "path", ["/amazon/{}.png", "/amazon/{}/a.webp", "/icon/{}.jpeg", "/icon@2x/{}/a.jpg"]
)
def test_other_format_of_a_preset_is_not_found_with_a_reason(site: Site, path: str) -> None:
    response = site.app.get(path.format(site.add().id), status=404)
    size = path.split("/")[1]
    only = "jpeg" if size == "amazon" else "webp"
    assert f"The size {size} is served as .{only}, not as ." in response.text
    assert site.cached() == []


def test_preset_without_format_is_negotiated(site: Site) -> None:
    path = f"/avatar/{site.add(width=300, height=200).id}.auto"
    response = site.app.get(path, headers={"Accept": "*/*"})
    assert (response.content_type, response.headers["Vary"]) == ("image/jpeg", "Accept")
    assert response.headers["Cache-Control"] == DAY


def test_plain_sizes_stay_immutable(site: Site) -> None:
    response = site.app.get(f"/mini/{site.add().id}.jpeg")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


# -- options --


def test_quality_falls_until_the_file_fits(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    id_ = site.upload(noise(200, 200))
    with caplog.at_level(logging.ERROR):
        response = site.app.get(f"/amazon/{id_}.jpeg")
    assert decoded(response).size == (200, 200)
    assert 18_000 < len(response.body) <= 20_000
    assert caplog.text == ""


def test_file_that_never_fits_is_served_in_the_lowest_quality_and_logged(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    id_ = site.upload(noise(1000, 1000))  # 18 kB in quality 1
    with caplog.at_level(logging.ERROR):
        response = site.app.get(f"/market/{id_}.jpeg")
    length = len(response.body)
    assert 2_000 < length < 40_000
    assert (
        f"rendition larger than its limit: image={id_} size=market bytes={length} max_bytes=2000"
        in caplog.text
    )


def test_grayscale_watermark_and_sharpening_are_applied(site: Site) -> None:
    id_ = site.add(width=300, height=200).id
    grey = decoded(site.app.get(f"/icon/{id_}")).convert("RGB")
    assert int(np.ptp(np.asarray(grey, dtype=int), axis=2).max()) <= 8
    plain = decoded(site.app.get(f"/300x300/{id_}.png"))
    marked = decoded(site.app.get(f"/press/{id_}.png"))
    assert plain.size == marked.size == (300, 200)
    assert plain.getpixel((10, 10)) == marked.getpixel((10, 10))
    red, green, _ = marked.getpixel((280, 190))
    assert red - green > 100
    assert site.app.get(f"/96x96!/{id_}.png").body != site.app.get(f"/avatar/{id_}.png").body


def test_focal_point_of_a_preset_is_in_its_url(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"sizes": SIZES.replace("watermark", "q70"), "sizes.allowed": "avatar"})
    image = site.add(width=300, height=200)
    site.app.post(f"/image/{image.id}/focus", {"x": "20", "y": "40"})
    url = site.services.urls.named_url(site.services.images.get(image.id), "avatar")
    assert url.startswith("/avatar!20,40/")
    assert site.app.get(url).status_code == 200
    moved = site.app.get(url.replace("20,40", "70,70"), status=302)
    assert moved.location.endswith(url)
    site.close()


# -- changes --


def changed(site: Site, **ini: str) -> Site:
    """Restart the site with other settings."""
    site.close()
    kept = {"sizes": SIZES, "watermark.file": str(site.settings.watermark.file)}
    return Site(site.folder, **{**kept, **ini})


@pytest.mark.slow
@pytest.mark.parametrize(
    "ini",
    [
        {"sizes": SIZES.replace("q90 max 20kB", "q20")},
        {"sizes": SIZES.replace("1000x1000", "100x100")},
        {"watermark.opacity": "90"},
        {"watermark.position": "top"},
        {"quality.jpeg": "20"},
    ],
)
def test_changed_definition_never_serves_old_files(site: Site, ini: dict[str, str]) -> None:
    id_ = site.add(width=300, height=200).id
    names = [name for name in ("amazon", "press", "avatar") if _is_changed(name, ini)]
    before = {name: site.app.get(f"/{name}/{id_}.jpeg").body for name in names}
    after = changed(site, **ini)
    for name in names:
        assert after.app.get(f"/{name}/{id_}.jpeg").body != before[name]
    assert len(after.cached()) == 2 * len(names)
    # As at the start of a server.
    after.services.operations.start()
    assert until(lambda: len(after.cached()) == len(names))
    after.close()


def _is_changed(name: str, ini: dict[str, str]) -> bool:
    if "quality.jpeg" in ini:
        return name != "amazon"
    return (name == "press") == ("sizes" not in ini) and name != "avatar"


def test_pruning_removes_files_of_former_definitions_first(site: Site) -> None:
    id_ = site.add(width=300, height=200).id
    site.app.get(f"/amazon/{id_}.jpeg")
    site.app.get(f"/mini/{id_}.jpeg")
    after = changed(site, sizes=SIZES.replace("q90", "q80"))
    after.services.operations.prune_cache()
    assert after.cached() == ["23x40.jpeg"]
    after.close()


# -- settings --


@pytest.mark.parametrize(
    "name", ["upload", "image", "article", "search", "login", "static", "healthz", "api"]
)
def test_size_with_the_name_of_a_page_stops_the_start(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSetting) as error:
        Site(tmp_path, sizes=f"{name} = 100x100")
    assert f"a size can't be named {name!r}, which is the name of a page, /{name}" in str(
        error.value
    )


def test_no_page_has_the_name_of_a_classic_size(site: Site) -> None:
    make_app(site.settings, site.services)


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        ({"sizes": "a = 9x9\n b = 9x9 jpge"}, "line 'b = 9x9 jpge': unknown option 'jpge'"),
        ({"sizes": "a = 9x9\n a = 8x8"}, "each name once"),
        ({"sizes": "a = 9x9 watermark"}, "the size a has a watermark: set huimages.watermark.file"),
        (
            {"sizes": "a = 9x9 watermark", "watermark.file": "/nowhere/mark.png"},
            "'huimages.watermark.file': /nowhere/mark.png can't be read: No such file",
        ),
    ],
)
def test_unusable_preset_stops_the_start(ini: dict[str, str], message: str) -> None:
    with pytest.raises(BadSetting) as error:
        Settings.read({f"huimages.{key}": value for key, value in ini.items()})
    assert message in str(error.value)


def test_watermark_of_another_format_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "mark.png").write_bytes(b"nothing")
    with pytest.raises(BadSetting, match="the watermark is no PNG file"):
        Site(
            tmp_path, **{"sizes": "a = 9x9 watermark", "watermark.file": str(tmp_path / "mark.png")}
        )


# -- allowed sizes and signatures --


def test_preset_is_allowed_by_its_name_only(tmp_path: Path) -> None:
    ini = {"sizes": "icon = 64x64! webp\n avatar = 96x96! q50", "sizes.allowed": "icon"}
    site = Site(tmp_path, **ini)
    id_ = site.add(width=300, height=200).id
    for path in (f"/icon/{id_}", f"/icon@2x/{id_}.webp", f"/icon/{id_}/a.auto"):
        assert site.app.get(path).status_code == 200
    for path in (f"/64x64!/{id_}.webp", f"/avatar/{id_}"):
        assert site.app.get(path, status=403)
    urls: UrlBuilder = site.services.urls
    image = site.services.images.get(id_)
    signed = urls.named_url(image, "avatar@2x")
    assert signed.startswith(f"/avatar@2x/{id_}/")
    assert site.app.get(signed).headers["Cache-Control"] == DAY
    site.close()


# -- markup, API, library --


def test_markup_has_the_name_and_the_format(site: Site) -> None:
    image = site.add(width=300, height=200, title="Bike")
    urls = site.services.urls
    assert urls.named_url(image, "icon") == f"/icon/{image.id}/Bike.webp"
    assert urls.url(image.id, "icon@2x") == f"/icon@2x/{image.id}.webp"
    assert "<source" not in urls.picture(image, "icon")
    assert urls.picture(image, "avatar").count("<source") == 2
    assert 'width="64" height="64"' in urls.tag(image, "icon")
    assert site.app.get(urls.named_url(image, "icon")).content_type == "image/webp"


def test_api_lists_presets_and_their_urls(site: Site) -> None:
    api = TestApp(site.app.app)
    items = {item["name"]: item for item in api.get("/api/v1/sizes").json["items"]}
    assert items["amazon"] == {
        "name": "amazon",
        "size": "1000x1000",
        "width": 1000,
        "height": 1000,
        "crop": False,
        "output": {
            "format": "jpeg",
            "quality": 90,
            "max_bytes": 20_000,
            "sharpen": False,
            "grayscale": False,
            "watermark": False,
            "adaptive": False,
        },
    }
    assert items["icon"]["output"]["quality"] == 80
    assert items["avatar"]["output"]["quality"] is None
    assert "output" not in items["vga"]
    image = site.add(width=300, height=200)
    found = api.get(f"/api/v1/images/{image.id}?size=icon@2x").json["urls"]["icon@2x"]
    assert (found["width"], found["height"]) == (128, 128)
    assert api.get(found["url"]).content_type == "image/webp"


def test_presets_are_rendered_after_an_upload(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"sizes": "icon = 64x64! webp", "upload.sizes": "icon"})
    site.upload(pictures.photo(width=300, height=200))
    assert until(lambda: any(map(re.compile(r"icon-[0-9A-F]{8}\.webp").match, site.cached())))
    site.close()
