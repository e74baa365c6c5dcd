"""`remote` gives the results and errors of `client`."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from huimages_app import client, remote
from huimages_app.client.interface import Library
from huimages_app.client.values import ArticleImage
from huimages_app.domain.ids import image_id
from huimages_app.domain.rights import Rights
from huimages_app.errors import (
    BadImageId,
    BadInput,
    BadSetting,
    BadSize,
    BadToken,
    EditConflict,
    NotAnImage,
    RemovedImage,
    RightsEnded,
    RightsNotBegun,
    SizeNotAllowed,
    UnknownArticle,
    UnknownImage,
)
from huimages_app.services.image_patch import ImagePatch
from tests.support.days import day
from tests.support.libraries import libraries
from tests.support.pictures import photo
from tests.support.services import ini_in
from tests.support.site import CLOSED, Site

PHOTO = photo(400, 300)


ID = image_id(PHOTO)


UNKNOWN = "A" * 32 + "01"


SITE = {
    "image_url": "http://images.example",
    "alt_addition": "- Shop",
    "sizes": "icon = 64x64! webp grayscale",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site that both `client` and `remote` use."""
    site = Site(tmp_path, **SITE, **CLOSED)
    with libraries(site, "read", "upload", "edit", **SITE):
        yield site
    site.close()


@pytest.mark.parametrize("module", [client, remote])
def test_module_exports_every_function_of_the_library(module: ModuleType) -> None:
    functions = {name for name in dir(Library) if not name.startswith("_")}
    assert set(module.__all__) == functions | {"configure"}
    for name in functions:
        assert getattr(module, name) == getattr(module._library, name)
        assert inspect.getdoc(getattr(module, name))


def test_saved_image_is_returned_unchanged(site: Site) -> None:
    made = datetime(2020, 1, 1, 12, tzinfo=UTC)
    assert (
        remote.save_image(
            io.BytesIO(PHOTO),
            timestamp=made,
            title="Red bicycle",
            references={"artnr": ["1", "2"], "path": "a/b"},
            filename="bike.jpg",
            typ="shop",
        )
        == ID
    )
    assert remote.save_image(PHOTO) == ID
    assert remote.scaled_imagedata(ID, "o") == PHOTO
    document = remote.get_imagedoc(ID)
    assert document == client.get_imagedoc(ID)
    assert document["references"] == {"artnr": ["1", "2"], "path": ["a/b"]}
    assert document["ctime"] == "20200101T120000.000000"


@pytest.mark.parametrize(
    "size", ["150x150", "vga", "square", "75x75!", "90x60=7@2x", "o", "x100@2x", "icon@2x"]
)
def test_renditions_are_those_of_the_client(site: Site, size: str) -> None:
    client.save_image(PHOTO, title='Bike & "Bell" <1>')
    site.services.editing.update(ID, ImagePatch(focus=(0.2, 0.8)))
    attributes: dict[str, Any] = {"class_": "a", "data-x": '"', "alt": "<>"}
    for module in (client, remote):
        assert module.scaled_dimensions(ID, size) == client.scaled_dimensions(ID, size)
        assert module.scaled_tag(ID, size, "ismap") == client.scaled_tag(ID, size, "ismap")
    assert remote.scaled_tag(ID, size, **attributes) == client.scaled_tag(ID, size, **attributes)
    assert remote.scaled_imagedata(ID, size) == client.scaled_imagedata(ID, size)
    assert remote.scaled_imageurl(ID, size).startswith("http://images.example/")
    assert remote.imageurl(ID).startswith(f"http://images.example/o/{ID}")
    assert remote.get_length(ID) == remote.get_size(ID) == len(PHOTO)


def test_update_adds_to_metadata(site: Site) -> None:
    remote.save_image(PHOTO, title="Old", references={"artnr": "1"}, typ="shop")
    made = "20200101T120000.000000"
    assert remote.update_metadata(ID, made, "New", {"artnr": ["1", "2"]}, "web") == ID
    remote.set_title(ID, "Newest")
    remote.set_title(ID, "")
    remote.update_metadata(ID)
    image = site.services.images.get(ID)
    assert image.titles == ("Old", "New", "Newest")
    assert image.references == {"artnr": ("1", "2")}
    assert image.types == ("shop", "web")
    assert image.created == datetime(2020, 1, 1, 12, tzinfo=UTC)


def test_set_rights_changes_the_named_ones(site: Site) -> None:
    client.save_image(PHOTO)
    for module in (client, remote):
        module.set_rights(ID, {"creator": "Ada", "terms": "x"})
        module.set_rights(ID, {"terms": None})
        assert module.get_imagedoc(ID)["rights"] == {"creator": "Ada"}
        assert site.services.images.get(ID).rights == Rights(creator="Ada")
        module.set_rights(ID, {"creator": ""})
        with pytest.raises(BadInput):
            module.set_rights(ID, {"owner": "x"})


@pytest.mark.parametrize("module", [client, remote])
def test_rights_that_end_are_listed_and_hold(site: Site, module: ModuleType) -> None:
    ids = [module.save_image(photo(60, 40, seed=n)) for n in range(3)]
    for id_, last in zip(ids, [day(20), day(0), day(40)], strict=True):
        module.set_rights(id_, {"until": last})
    listed = [(image.id, image.until.isoformat()) for image in module.get_ending()]
    assert listed == [(ids[1], day(0)), (ids[0], day(20))]
    assert [image.id for image in module.get_ending(60)] == [ids[1], ids[0], ids[2]]
    module.set_rights(ids[0], {"until": day(-1)})
    assert module.get_imagedoc(ids[0])["rights"] == {"until": day(-1)}
    assert module.scaled_imagedata(ids[0]) is None
    with pytest.raises(RightsEnded):
        module.scaled_tag(ids[0])
    module.set_rights(ids[0], {"until": None, "from": day(1)})
    with pytest.raises(RightsNotBegun):
        module.scaled_dimensions(ids[0])


@pytest.mark.parametrize("module", [client, remote])
def test_article_is_read_and_arranged(site: Site, module: ModuleType) -> None:
    ids = [module.save_image(photo(60, 40, seed=n), references={"artnr": "1/2"}) for n in range(3)]
    assert [image.id for image in module.get_article("1/2")] == ids
    assert module.get_article("1/2", key="artnr")[0] == ArticleImage(ids[0], None, "")
    module.arrange_article("1/2", [ids[2]])
    module.set_article_role("1/2", ids[1], "main")
    assert module.get_article("1/2") == [
        ArticleImage(ids[1], 0, "main"),
        ArticleImage(ids[2], 10, ""),
        ArticleImage(ids[0], None, ""),
    ]
    url = module.articleurl("1/2", "75x75!", "main")
    assert url.startswith("http://images.example/75x75!/artnr/1%252F2/main.jpeg")
    if module is remote:  # signed by the site; the client of this test has no secret
        shown = site.app.get(url.removeprefix("http://images.example"))
        assert ids[1] in shown.headers["Content-Location"]
    module.set_article_role("1/2", ids[1], "")
    assert module.get_article("1/2")[0].role == ""
    assert module.get_article("9") == []
    with pytest.raises(UnknownArticle):
        module.arrange_article("9", [])
    with pytest.raises(BadInput, match="no role"):
        module.set_article_role("1/2", ids[1], "nothing")
    with pytest.raises(BadInput, match="no image of"):
        module.arrange_article("1/2", [UNKNOWN])


@pytest.mark.parametrize("module", [client, remote])
def test_table_is_exported_and_applied(site: Site, module: ModuleType) -> None:
    module.save_image(PHOTO, title="Quay")
    file = io.BytesIO()
    module.export_table(file, "csv", "quay")
    content = file.getvalue().replace(b"Quay", b"Pier")
    assert content.count(b"\r\n") == 2
    tried = module.apply_table(content, dry_run=True)
    assert (tried["rows"], tried["changed"], tried["job"]) == (1, 1, None)
    job = module.apply_table(content)["job"]
    site.services.jobs.runner.run(job)
    assert module.get_imagedoc(ID)["title"][-1] == "Pier"
    assert module.apply_table(content)["job"] is None
    with pytest.raises(BadInput, match="row 2, column id"):
        module.apply_table(b"id,alt\nx,y\n")
    with pytest.raises(BadInput):
        module.export_table(file, "ods")


@pytest.mark.parametrize("module", [client, remote])
def test_tags_are_renamed_and_merged(site: Site, module: ModuleType) -> None:
    site.add(tags=["sea", "sun"])
    site.services.jobs.runner.run(module.rename_tag("sea", "Lake"))
    site.services.jobs.runner.run(module.merge_tags(["sun"], "Lake"))
    assert site.services.images.tags() == [("lake", 1)]
    with pytest.raises(BadInput, match=r"(?i)no picture has the tag"):
        module.rename_tag("sun", "x")


def test_content_box_is_corrected_and_reset(site: Site) -> None:
    client.save_image(PHOTO)
    for module in (client, remote):
        module.set_content(ID, (0.1, 0.2, 0.5, 1))
        assert site.services.images.get(ID).corrected_content == (0.1, 0.2, 0.5, 1)
        assert "/90x60=7!100,200,500,1000/" in module.scaled_imageurl(ID, "90x60=7")
        with pytest.raises(BadInput):
            module.set_content(ID, (0.5, 0.2, 0.5, 1))
        module.set_content(ID, None)
        assert site.services.images.get(ID).corrected_content is None


def test_random_image_and_neighbours_are_those_of_the_client(site: Site) -> None:
    assert remote.get_random_imageid() is None
    old = remote.save_image(PHOTO, timestamp="20200101T120000.000000")
    new = remote.save_image(photo(60, 40))
    assert remote.get_random_imageid() in {old, new}
    assert (remote.get_next_imageid(new), remote.get_previous_imageid(new)) == (old, None)
    assert (remote.get_next_imageid(old), remote.get_previous_imageid(old)) == (None, new)
    assert remote.get_next_imageid(UNKNOWN) is None


def test_delete_moves_to_trash(site: Site) -> None:
    remote.save_image(PHOTO)
    remote.delete_image(ID)
    remote.delete_image(ID)
    assert site.services.images.get_any(ID).trashed
    assert remote.scaled_imagedata(ID) is None


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: remote.get_imagedoc(UNKNOWN), UnknownImage),
        (lambda: remote.get_imagedoc("../tags"), BadImageId),
        (lambda: remote.scaled_tag(ID, "no size"), BadSize),
        (lambda: remote.save_image(b"no picture"), NotAnImage),
        (lambda: remote.save_image("no bytes"), BadInput),  # type: ignore[arg-type]
        (lambda: remote.save_image(PHOTO, references={"Art Nr": "1"}), BadInput),
        (lambda: remote.scaled_tag(ID, "vga", **{"on click": 1}), BadInput),
    ],
)
def test_errors_are_those_of_the_client(
    site: Site, call: Callable[[], object], error: type[Exception]
) -> None:
    remote.save_image(PHOTO)
    with pytest.raises(error):
        call()


def test_removed_image_raises_removed_image(site: Site) -> None:
    remote.save_image(PHOTO)
    site.services.editing.remove(ID)
    with pytest.raises(RemovedImage):
        remote.get_imagedoc(ID)


def test_insufficient_token_raises_bad_token(site: Site) -> None:
    _, token = site.services.tokens.add("reader", ["read"])
    for wrong in (token, "hui_wrong", ""):
        remote.configure("http://localhost", wrong, http=httpx.WSGITransport(site.app.app))
        with pytest.raises(BadToken):
            remote.save_image(PHOTO)


def test_environment_names_site_and_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote._backend, "_transport", None)
    with pytest.raises(BadSetting, match="HUIMAGES_REMOTE_URL"):
        remote.get_random_imageid()
    monkeypatch.setenv("HUIMAGES_REMOTE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HUIMAGES_REMOTE_TOKEN", "hui_secret")
    assert remote._backend.transport.url == "http://127.0.0.1:9"
    assert "hui_secret" not in repr(remote._backend.transport)


def test_originals_that_are_not_served_have_a_length(tmp_path: Path) -> None:
    limited = {"sizes.allowed": "named", "signed": "off"}
    site = Site(tmp_path, **limited)
    client.configure(ini_in(tmp_path, **limited))
    remote.configure("http://localhost/", http=httpx.WSGITransport(site.app.app))
    remote.save_image(PHOTO, title="Quay")
    assert remote.get_imagedoc(ID) == client.get_imagedoc(ID)
    assert remote.get_length(ID) == len(PHOTO)
    with pytest.raises(SizeNotAllowed):
        remote.imageurl(ID)
    client.configure(None)
    site.close()


def test_update_gives_up_after_repeated_conflicts(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.save_image(PHOTO)
    api = remote._backend.transport
    asked = api.api

    def with_concurrent_edit(method: str, path: str, **request: Any) -> httpx.Response:
        if method == "PATCH":
            site.services.editing.update(ID, ImagePatch(title=f"Other {datetime.now(UTC)}"))
        return asked(method, path, **request)

    monkeypatch.setattr(api, "api", with_concurrent_edit)
    with pytest.raises(EditConflict):
        remote.update_metadata(ID, title="Mine")
    titles = site.services.images.get(ID).titles
    assert len(titles) == 5
    assert "Mine" not in titles


def test_library_works_over_http(tmp_path: Path) -> None:
    from threading import Thread
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    site = Site(tmp_path)
    server = make_server("127.0.0.1", 0, site.app.app, handler_class=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        remote.configure(f"http://127.0.0.1:{server.server_port}")
        assert remote.save_image(PHOTO) == ID
        assert remote.scaled_imagedata(ID, "o") == PHOTO
        with closing(remote._backend.transport._http()):
            assert remote.get_length(ID) == len(PHOTO)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        site.close()
