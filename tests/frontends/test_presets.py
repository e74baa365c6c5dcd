"""Named sizes with output options behind nginx and lighttpd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.services.image_patch import ImagePatch
from tests.support import pictures
from tests.support.edge import Edge, edge, of_settings

pytestmark = pytest.mark.slow

INI = {
    "sizes": "shop = 200x200 jpeg q70\\n  avatar = 96x96! sharpen\\n  icon = 64x64! webp",
    "sizes.allowed": "named",
    "secret": "a secret for tests, of more than 32 characters",
}
CHROME = "image/avif,image/webp,*/*;q=0.8"


def ini() -> dict[str, str]:
    return {key: value.replace("\\n", "\n") for key, value in INI.items()}


@pytest.fixture(scope="module", params=("nginx", "lighttpd"))
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp(request.param)
    with edge(request.param, folder, of_settings(request.param, ini()), **ini()) as running:
        yield running


@pytest.fixture(scope="module")
def image_id(site: Edge) -> str:
    id_ = site.upload(pictures.photo(width=400, height=300))
    site.services.editing.update(id_, ImagePatch(focus=(0.3, 0.7)))
    return id_


@pytest.mark.parametrize(
    ("path", "contenttype"),
    [
        *((f"/shop/{{}}{end}", "jpeg") for end in ("", ".jpeg", ".jpg", ".auto", "/a.jpeg", "/a")),
        *((f"/icon/{{}}{end}", "webp") for end in ("", ".webp", ".auto", "/a.webp", "/a.v2")),
        ("/icon!30,70@2x/{}/a.webp", "webp"),
        *((f"/avatar/{{}}.{end}", end) for end in ("jpeg", "png", "webp")),
        *((f"/avatar!30,70@3x/{{}}{end}", "jpeg") for end in ("", "/a.jpeg", "/a")),
    ],
)
def test_preset_is_sent_without_the_application(
    site: Edge, image_id: str, path: str, contenttype: str
) -> None:
    path = path.format(image_id)
    made = site.get(path, Accept=CHROME)
    assert made.status_code == 200, made.text
    with site.without_application():
        sent = site.get(path, Accept=CHROME)
    assert sent.content == made.content
    for response in (made, sent):
        assert response.headers["Content-Type"] == f"image/{contenttype}"
        assert "max-age=86400" in response.headers["Cache-Control"]
        assert "immutable" not in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/shop/{}.png", "/shop/{}/a.webp", "/icon/{}.jpeg", "/icon/{}/a.jpg"]
)
def test_other_format_is_not_found_with_a_reason(site: Edge, image_id: str, path: str) -> None:
    size = path.split("/")[1]
    site.get(f"/{size}/{image_id}")
    response = site.get(path.format(image_id))
    assert response.status_code == 404
    assert f"The size {size} is served as ." in response.text


def test_preset_without_a_format_is_negotiated(site: Edge, image_id: str) -> None:
    site.get(f"/avatar/{image_id}.avif")
    for accept, contenttype in ((CHROME, "image/avif"), ("*/*", "image/jpeg")):
        for _ in range(2):
            response = site.get(f"/avatar/{image_id}.auto", Accept=accept)
            assert response.headers["Content-Type"] == contenttype
            assert response.headers["Vary"] == "Accept"


def test_name_of_a_cached_file_is_not_accepted_as_a_size(site: Edge, image_id: str) -> None:
    site.get(f"/shop/{image_id}.jpeg")
    [name] = [path.name for path in site.cached(image_id, "").iterdir() if path.name[:5] == "shop-"]
    assert site.get(f"/{name.removesuffix('.jpeg')}/{image_id}.jpeg").status_code == 404


def test_plain_sizes_stay_immutable(site: Edge, image_id: str) -> None:
    for _ in range(2):
        assert "immutable" in site.get(f"/mini/{image_id}.jpeg").headers["Cache-Control"]


@pytest.mark.parametrize("kind", ["nginx", "lighttpd"])
def test_changed_definition_never_serves_old_files(kind: str, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    with edge(kind, tmp_path / "old", of_settings(kind, ini()), **ini()) as site:
        image_id = site.upload(pictures.photo(width=400, height=300))
        old = site.get(f"/shop/{image_id}.jpeg").content
        changed = {**ini(), "sizes": "shop = 100x100 jpeg q70"}
        new = {f"{key}.path": str(tmp_path / "old" / key) for key in ("originals", "cache")}
        new["metadata.path"] = str(tmp_path / "old" / "metadata.sqlite")
    # The application has been restarted; the web server has the maps of yesterday.
    maps = of_settings(kind, ini())
    maps[str(tmp_path / "new" / "cache")] = new["cache.path"]
    with edge(kind, tmp_path / "new", maps, **changed, **new) as site:
        for _ in range(3):
            response = site.get(f"/shop/{image_id}.jpeg")
            assert response.status_code == 200
        assert response.content != old
