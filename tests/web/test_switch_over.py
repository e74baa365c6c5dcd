"""Taking over a huImages 2.2 site, step by step as in docs/switch-over.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.errors import UnknownImage
from huimages_app.storage.couchdb import CouchLegacySite
from huimages_app.storage.legacy.s3_bucket import S3LegacyBucket
from tests.support import oldsite, pictures
from tests.support.commands import huimages, ini_of
from tests.support.everything import Stores, stores_on
from tests.support.oldsite import IMAGES, PAUL, VERA
from tests.support.s3 import S3Server
from tests.support.site import Site

THERE = [name for name in IMAGES if name not in {"lost", "deleted"}]


@pytest.fixture
def stores(couchdb_url: str, s3_store: S3Server) -> Iterator[Stores]:
    """The storage of the legacy site."""
    with stores_on(couchdb_url, s3_store) as stores:
        stores.make_plain()
        with stores.databases.http() as http:
            oldsite.fill(
                http,
                stores.databases.images,
                stores.databases.visitors,
                s3_store.client,
                stores.bucket,
            )
        yield stores


def id_of(name: str) -> str:
    return IMAGES[name].id


def changed(before: dict[str, object], after: dict[str, object]) -> set[str]:
    """Return what was changed or added; fail if something was removed."""
    assert set(before) <= set(after)
    return {
        key.partition("/")[2] or key for key, value in after.items() if before.get(key) != value
    }


def test_inspection_reports_as_json_and_changes_nothing(stores: Stores, tmp_path: Path) -> None:
    ini = ini_of(tmp_path, stores.ini())
    before = stores.documents(), stores.objects()
    stores.requests()
    ran = huimages(ini, "check", "--site", "--json")
    methods = {line.split()[0] for line in stores.couchdb.requests + stores.s3.requests}
    assert methods == {"GET"}
    assert (stores.documents(), stores.objects()) == before
    assert list(tmp_path.iterdir()) == [ini]
    assert ran.status == 1  # an original is missing
    report = json.loads("\n".join(ran.out))
    assert (report["images"], report["deleted"], report["written_by_us"]) == (len(IMAGES), 1, 0)
    bucket = f"s3:{stores.bucket}"
    assert report["originals"] == {
        "attachment in CouchDB": 4,
        f"{bucket}, key ID": 3,
        f"{bucket}, key ID.jpeg": 1,
        f"{bucket}, key ID and attachment in CouchDB": 1,
        "nowhere": 1,
    }
    assert report["missing"] == {"count": 1, "examples": [id_of("lost")]}
    assert report["looked_into"] == len(IMAGES) - 1
    assert report["to_turn"]["examples"] == [id_of("turned")]
    assert report["other_dimensions"]["examples"] == [id_of("without anything")]
    assert report["without_type"]["examples"] == [id_of("without a type")]
    assert report["unreadable"]["count"] == 0
    assert report["only_attached"]["count"] == 4
    odd = {sentence: cases["examples"] for sentence, cases in report["oddities"].items()}
    others, bare = [id_of("with fields of others")], [id_of("without anything")]
    assert odd == {
        "field 'photographer' is unknown: it is kept": others,
        "field 'rights' is unknown: it is kept": others,
        "field 'note' is unknown: it is kept": others,
        "'types' is not a list: read as a list of one": others,
        "values in 'references' are not lists: each is read as a list of one": others,
        "'ctime' is missing or not a time: the image is shown as the oldest": bare,
        "'width' or 'height' is missing or not a number": bare,
        "an annotation has a tag twice: it counts once": [id_of("attached")],
    }
    counted = {
        key: report[key] for key in ("annotations", "visitors", "tags", "favorites", "ratings")
    }
    assert counted == {"annotations": 5, "visitors": 2, "tags": 6, "favorites": 2, "ratings": 3}
    assert report["designs"] == sorted(
        design for designs in oldsite.FOREIGN_DESIGNS.values() for design in designs
    )
    assert report["other_documents"] == ["import-2008", "settings"]
    assert [line.split(":")[0] for line in report["next"]] == [
        "huimages setup --legacy-annotations",
        "search your backups for the 1 missing original",
        "huimages migrate --from couchdb --to s3",
        "huimages check --repair, once the legacy site no longer writes",
        "docs/switch-over.md",
    ]


def test_inspection_reports_as_text(stores: Stores, tmp_path: Path) -> None:
    ini = ini_of(tmp_path, stores.ini())
    with stores.databases.http() as http:
        nothing = {"imageid": "A" * 32 + "01", "userid": PAUL, "tags": "sea", "rating": 11}
        http.put(f"/{stores.databases.visitors}/{'A' * 32}01-{VERA}", json=nothing)
        odd = {"references": 1, "deleted": "no", "ctime": "20090401T120000", "_attachments": {}}
        sides = {"width": 1, "height": 1}
        http.put(f"/{stores.databases.images}/{'B' * 32}01", json=odd | sides)
    client, bucket = stores.server.client, stores.bucket
    client.put_object(Bucket=bucket, Key="C" * 32 + "01", Body=pictures.photo(30, 20))
    client.put_object(Bucket=bucket, Key="B" * 32 + "01", Body=b"")
    client.put_object(Bucket=bucket, Key="backup/2009.tar", Body=b"")
    ran = huimages(ini, "check", "--site", "--sample", "100", "--jobs", "3")
    assert (ran.status, ran.err) == (1, [])
    text = "\n".join(ran.out)
    for line in (
        "11 images: 1 deleted, 0 completed by huimages",
        "  4 originals: attachment in CouchDB",
        "  1 original: nowhere",
        "6 annotations of 2 visitors: 7 tags, 2 favourites, 4 ratings",
        "2 documents of other programs, kept unchanged: import-2008, settings",
        "10 originals inspected",
        f"  1 images without an original: {id_of('lost')}",
        f"  1 originals without a document: {'C' * 32}01",
        f"  1 originals that cannot be read: {'B' * 32}01",
        f"  1 images with width and height from before EXIF orientation: {id_of('turned')}",
        f"  1 images with annotations but without a document: {'A' * 32}01",
        f"  1 x 'imageid' and 'userid' of an annotation differ from its ID: {'A' * 32}01",
        f"  1 x 'tags' of an annotation is not a list: read as a list of one: {'A' * 32}01",
        f"  1 x 'rating' of an annotation is not a number from 0 to 10: {'A' * 32}01",
        f"  1 x 'references' is not an object: read as empty: {'B' * 32}01",
        f"  1 x 'deleted' is neither true nor false: read as false: {'B' * 32}01",
        "  1. huimages setup --legacy-annotations: adds views; the existing ones stay",
    ):
        assert line in text
    few = huimages(ini, "check", "--site", "--sample", "2")
    assert "2 originals inspected" in few.out


def test_inspection_without_legacy_storage_fails(stores: Stores, tmp_path: Path) -> None:
    ini = ini_of(tmp_path, {"metadata.path": str(tmp_path / "metadata.sqlite")})
    ran = huimages(ini, "check", "--site")
    assert (ran.status, "expected couchdb" in ran.err[-1]) == (2, True)
    assert huimages(ini, "check", "--site", "--repair").status == 2
    ini = ini_of(tmp_path, stores.ini() | {"s3.bucket": "a-missing-bucket"})
    ran = huimages(ini, "check", "--site")
    assert (ran.status, "can't be read" in ran.err[-1]) == (1, True)


@pytest.fixture
def site(stores: Stores, tmp_path: Path) -> Iterator[Site]:
    """Serve the same images by huimages, after `huimages setup`."""
    assert huimages(ini_of(tmp_path, stores.ini()), "setup").status == 0
    site = Site(tmp_path, **stores.ini())
    yield site
    site.close()


def shown(site: Site, path: str) -> set[str]:
    """The names of the images on a page."""
    text = site.app.get(path, headers={"Accept": "text/html"}).text
    return {name for name, image in IMAGES.items() if f"/image/{image.id}/" in text}


@pytest.mark.slow
def test_images_and_pages_are_served_without_changes(stores: Stores, site: Site) -> None:
    before = stores.documents()
    for name in THERE:
        image = IMAGES[name]
        for url in (f"/240x160/{image.id}", f"/75x75!/{image.id}.jpeg", f"/o/{image.id}/a-b.jpeg"):
            response = site.app.get(url)
            assert response.content_type == "image/jpeg"
        assert response.body == image.content
        page = site.app.get(f"/image/{image.id}/").text
        for title in image.document.get("title", [])[-1:]:
            assert title in page
    site.app.get(f"/240x160/{id_of('lost')}", status=404)
    site.app.get(f"/240x160/{id_of('deleted')}", status=404)
    assert shown(site, "/image/") == {*THERE, "lost"}
    assert shown(site, "/tag/sea/") == {"attached", "in s3"}
    assert shown(site, "/search?q=leucht") == {"in s3"}
    assert shown(site, "/search?q=10106/02") == {"attached"}
    page = site.app.get(f"/image/{id_of('attached')}/").text
    assert "möwe" in page
    assert "<strong>2.8</strong> of 5, 2 votes" in re.sub(r"\s+", " ", page)  # of 8 and 3
    for url in ("/", "/tag/", "/favorites/", "/image/random/", "/upload/"):
        site.app.get(url)
    assert stores.documents() == before
    # A requested attachment has been copied to the bucket.
    attached = {image.id for image in IMAGES.values() if image.attached}
    assert attached <= set(stores.objects())


@pytest.mark.slow
def test_urls_of_the_legacy_site_are_served_with_the_documented_setting(
    stores: Stores, site: Site, tmp_path: Path
) -> None:
    id_ = id_of("in s3")
    sizes = ["o", "150x150", "mini", "75x75!", "320x240"]
    log = tmp_path / "access.log"
    log.write_text(
        "".join(
            f'192.0.2.1 - - [01/Apr/2009:12:00:00 +0200] "GET /{size}/{id_} HTTP/1.1" 200 9\n'
            for size in sizes
        )
    )
    ran = huimages(ini_of(tmp_path, stores.ini()), "sizes-in-use", log)
    assert ran.out[-1] == "huimages.sizes.allowed = legacy 320x240"
    allowed = {"sizes.allowed": ran.out[-1].partition(" = ")[2], "secret": "x" * 32}
    closed = Site(tmp_path, **stores.ini(), **allowed)
    for size in sizes:
        closed.app.get(f"/{size}/{id_}", status=200)
    closed.app.get(f"/321x240/{id_}", status=403)
    closed.close()


def test_edit_changes_one_document_only(stores: Stores, site: Site) -> None:
    before = stores.documents()
    id_ = id_of("with fields of others")
    page = f"/image/{id_}/"
    assert site.app.post(page + "update_title/", {"value": "Neue Düne"}).text == "Neue Düne"
    assert changed(before, stores.documents()) == {id_}
    document = stores.documents()[f"{stores.databases.images}/{id_}"]
    assert document["title"] == ["Düne", "Neue Düne"]
    assert (document["photographer"], document["types"]) == ("Karin Müller", "product")
    assert document["_attachments"]
    # A request as the scripts of huImages 2.2 sent it, without cookies.
    assert site.app.post(page + "tag/", {"newtag": "Wind, sand"}).json == ["wind", "sand"]
    site.app.reset()
    assert site.app.post(page + "rate/", {"rating": "8"}).text == "8"
    site.app.reset()
    assert site.app.post(page + "favorite/", {"rating": "1"}).text == "ok"
    assert site.app.get(page + "tag_suggestion/?tag=sa").json == ["sand"]
    for way in ("previous", "next"):
        site.app.get(f"/image/{id_of('in both')}/{way}/", status=302)
    after = changed(before, stores.documents())
    assert {key for key in after if not key.startswith(id_)} == set()
    site.app.reset()
    new = site.upload(pictures.photo(60, 40, seed=99), query="?title=Neu&tags=sea")
    assert shown(site, "/tag/sea/") == {"attached", "in s3"}
    assert f"/image/{new}/" in site.app.get("/tag/sea/").text


def test_legacy_cookie_brings_its_favourites(site: Site) -> None:
    site.app.set_cookie("_hda", f"1238587200,{VERA},1238590000")
    response = site.app.get("/favorites/")
    assert f"/image/{id_of('attached')}/" in response
    assert any(cookie.startswith("_hda=;") for cookie in response.headers.getall("Set-Cookie"))
    token = site.app.get("/upload/").forms["upload"]["csrf_token"].value
    site.app.post(
        f"/image/{id_of('in both')}/favorite/", {"rating": "1"}, headers={"X-CSRF-Token": token}
    )
    assert shown(site, "/favorites/") == {"attached", "in both"}


@pytest.mark.slow
def test_data_is_completed_step_by_step(stores: Stores, site: Site, tmp_path: Path) -> None:
    """Annotations, originals in CouchDB, dimensions."""
    ini = ini_of(tmp_path, stores.ini())
    before = stores.documents()
    assert huimages(ini, "setup", "--legacy-annotations").status == 0
    assert shown(site, "/image/?order=rated") == {"attached"}
    # Fields are added to marks and for the ratings' sum, and none is changed.
    after = stores.documents()
    for key in changed(before, after):
        whole = f"{stores.databases.images}/{key}", f"{stores.databases.visitors}/{key}"
        old = next(before[name] for name in whole if name in before)
        new = next(after[name] for name in whole if name in before)
        added = {name: new[name] for name in new if name not in old}
        assert set(added) <= {"image_ctime", "ratings", "tagged"}
        assert {k: v for k, v in new.items() if k not in {*added, "_rev", "_attachments"}} == {
            k: v for k, v in old.items() if k not in {"_rev", "_attachments"}
        }

    ran = huimages(ini, "migrate", "--from", "couchdb", "--to", "s3")
    assert (ran.status, ran.out[:3]) == (
        0,
        [
            "4 originals copied, 0 failed",
            "in both locations: 5",
            "only in couchdb: 0",
        ],
    )
    ran = huimages(ini, "check", "--repair")
    assert ran.status == 1  # one original is lost
    assert ran.out == ["10 images: 10 wrong, 9 repaired"]
    turned = site.services.images.get_any(id_of("turned"))
    assert (turned.width, turned.height) == (60, 40)
    assert site.services.images.get_any(id_of("without a type")).contenttype == "image/jpeg"
    # The missing original is restored from a backup and keeps its title.
    (tmp_path / "backup.jpeg").write_bytes(IMAGES["lost"].content)
    assert huimages(ini, "import", tmp_path / "backup.jpeg").status == 0
    assert site.services.images.get_any(id_of("lost")).titles == ("Verloren",)
    assert huimages(ini, "check").out == ["10 images: 0 wrong"]
    report = json.loads("\n".join(huimages(ini, "check", "--site", "--json").out))
    assert [line.split(":")[0] for line in report["next"]] == ["docs/switch-over.md"]
    assert report["written_by_us"] == len(IMAGES)
    documents = stores.documents()
    for identifier, expected in oldsite.foreign("images").items():
        found = documents[f"{stores.databases.images}/{identifier}"]
        assert found["_rev"].startswith("1-")
        assert {key: found[key] for key in expected} == expected


@pytest.mark.slow
def test_original_removed_during_inspection_is_unknown(stores: Stores) -> None:
    documents = CouchLegacySite(
        stores.databases.server(), stores.databases.images, stores.databases.visitors
    )
    with pytest.raises(UnknownImage):
        documents.peek(id_of("in s3"))
    with pytest.raises(UnknownImage):
        S3LegacyBucket(stores.server.place(bucket=stores.bucket)).peek(id_of("attached"))
