"""Documents of huImages 2.2 are read as they are; changes keep all their fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from huimages_app.domain.models import Annotation, AnnotationSummary, Image, Neighbours, Query
from huimages_app.storage.couchdb import CouchBackend, CouchLegacySite
from huimages_app.storage.legacy.models import LegacyAnnotation, LegacyImage
from tests.support import oldsite
from tests.support.couch import Site
from tests.support.oldsite import IMAGES, PAUL, VERA

from .metadata_images import EVERYTHING
from .samples import START, annotate, change, ids_of, put, walk


@pytest.fixture
def site(couchdb_site: Site) -> Site:
    with couchdb_site.http() as http:
        oldsite.fill(http, couchdb_site.images, couchdb_site.visitors)
    return couchdb_site


@pytest.fixture
def store(site: Site) -> Iterator[CouchBackend]:
    store = site.metadata()
    yield store
    store.close()


@pytest.fixture
def http(site: Site) -> Iterator[httpx.Client]:
    with site.http() as http:
        yield http


def id_of(name: str) -> str:
    return IMAGES[name].id


def names(ids: list[str]) -> list[str]:
    by_id = {image.id: image.name for image in IMAGES.values()}
    return [by_id[image_id] for image_id in ids]


NEWEST = [
    "lost",
    "with fields of others",
    "turned",
    "in both",
    "without a type",
    "in s3 with an ending",
    "in s3",
    "attached",
    "without anything",  # without any time
]


def test_legacy_document_is_read_as_an_image(store: CouchBackend) -> None:
    created = datetime(2009, 4, 1, 12, 0, 1, 123456, tzinfo=UTC)
    assert store.images.get(id_of("attached")) == Image(
        id_of("attached"),
        created,
        created,
        60,
        40,
        titles=("Möwe", "Möwe am Strand"),
        references={"artnr": ("10106/02", "10107"), "path": ("/fotos/meer",)},
        types=("product",),
        filename="image.jpeg",
        length=len(IMAGES["attached"].content),
    )


def test_incomplete_documents_are_read_with_defaults(store: CouchBackend) -> None:
    bare = store.images.get(id_of("without anything"))
    # Pages need a shape.
    assert (bare.width, bare.height, bare.title, bare.created.year) == (1600, 1200, "", 1970)
    odd = store.images.get(id_of("with fields of others"))
    assert (odd.types, odd.references) == (("product",), {"artnr": ("30001",)})


def test_deleted_image_is_in_the_trash(store: CouchBackend) -> None:
    assert store.images.get(id_of("deleted")).trashed == datetime(
        2009, 4, 1, 12, 0, 7, 123456, tzinfo=UTC
    )
    assert names(walk(store, Query(trashed=True))) == ["deleted"]


def test_legacy_images_are_in_lists_counts_and_neighbours(store: CouchBackend) -> None:
    assert names(walk(store, Query())) == NEWEST
    assert names(walk(store, Query(order="oldest"))) == NEWEST[::-1]
    assert store.search.count() == len(NEWEST)
    assert sorted(names(list(store.images.ids()))) == sorted(IMAGES)
    assert sorted(names([image.id for image in store.search.random(99)])) == sorted(NEWEST)
    assert names(walk(store, Query(references=(("artnr", "30001"),)))) == ["with fields of others"]
    assert names(walk(store, Query(type="product"))) == ["with fields of others", "attached"]
    neighbours = store.search.neighbours(Query(), id_of("lost"))
    assert neighbours == Neighbours(None, id_of("with fields of others"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("möwe", ["attached"]),
        ("MOWE strand", ["attached"]),
        ("10106", ["attached"]),
        ("sea", ["in s3", "attached"]),
        ("sea leucht", ["in s3"]),
        ("image.jpeg", ["with fields of others", "turned", "in both", "attached",
                        "without anything"]),
        ("versehen", []),
    ],
)  # fmt: skip
def test_legacy_images_are_found_by_words(store: CouchBackend, text: str, found: list[str]) -> None:
    assert sorted(names(walk(store, Query(text=text)))) == sorted(found)


def test_legacy_annotations_are_read_and_counted(store: CouchBackend) -> None:
    attached = id_of("attached")
    assert store.annotations.of_image(attached) == {
        PAUL: Annotation(("sea",), rating=3),
        VERA: Annotation(("sea", "möwe"), True, 8),
    }
    assert store.annotations.summary(attached) == AnnotationSummary({"sea": 2, "möwe": 1}, 11, 2, 1)
    assert store.search.tags() == [("sea", 4), ("möwe", 1), ("sand", 1)]
    assert names(walk(store, Query(favorite_of=VERA))) == ["attached"]
    assert sorted(
        names([image_id for image_id, _ in store.annotations.by_visitor(VERA)])
    ) == sorted(name for name, image in IMAGES.items() if VERA in image.annotations)


def test_tag_page_sorts_legacy_annotations_after_the_next_annotation(store: CouchBackend) -> None:
    assert sorted(names(walk(store, Query(tag="sea"), 1))) == ["attached", "in s3"]
    annotate(store, id_of("turned"), "new", tags=("sea",))
    assert names(walk(store, Query(tag="sea"), 1))[0] == "turned"
    # One new annotation of an image adds the sort key to its legacy annotations.
    annotate(store, id_of("attached"), "new", tags=("gull",))
    annotate(store, id_of("in s3"), "new", tags=("sea",))
    assert names(walk(store, Query(tag="sea"), 1)) == ["turned", "in s3", "attached"]
    neighbours = store.search.neighbours(Query(tag="sea"), id_of("in s3"))
    assert neighbours == Neighbours(id_of("turned"), id_of("attached"))


def test_image_found_by_title_and_legacy_tag_is_listed_once(
    store: CouchBackend, http: httpx.Client, site: Site
) -> None:
    annotation = {"imageid": id_of("in s3"), "userid": PAUL, "tags": ["leuchtturm"]}
    http.put(f"/{site.visitors}/{id_of('in s3')}-{PAUL}", json=annotation).raise_for_status()
    assert names(walk(store, Query(text="leuchtturm"))) == ["in s3"]
    assert store.search.neighbours(Query(text="leuchtturm"), id_of("in s3")) == Neighbours()


def test_legacy_ratings_count_after_the_next_rating(store: CouchBackend) -> None:
    assert walk(store, Query(order="rated")) == []
    annotate(store, id_of("attached"), "new", rating=10)
    assert names(walk(store, Query(order="rated"))) == ["attached"]
    assert store.annotations.summary(id_of("attached")).rating == 7


def test_setup_updates_legacy_annotations(store: CouchBackend) -> None:
    done = store.setup(old_marks=True)
    assert done[-1].endswith(": 5 annotations of huImages 2.2 updated")
    assert names(walk(store, Query(order="rated"))) == ["attached"]
    assert names(walk(store, Query(order="rated", trashed=True))) == ["deleted"]
    assert names(walk(store, Query(tag="sea"), 1)) == ["in s3", "attached"]
    assert store.setup(old_marks=True)[-1].endswith(": 0 annotations of huImages 2.2 updated")


def document(http: httpx.Client, database: str, identifier: str) -> dict[str, Any]:
    response = http.get(f"/{database}/{identifier}")
    response.raise_for_status()
    return dict(response.json())


def test_update_keeps_other_fields_of_a_document(
    store: CouchBackend, http: httpx.Client, site: Site
) -> None:
    for name in ("with fields of others", "attached", "without anything"):
        before = document(http, site.images, id_of(name))
        change(store, id_of(name), titles=("Neu",))
        after = document(http, site.images, id_of(name))
        assert after.pop("title") == ["Neu"]
        before.pop("title", None)
        assert before.pop("_rev") != after.pop("_rev")
        for stubs in (before, after):
            stubs["_attachments"] = {
                key: (stub["content_type"], stub["digest"], stub["length"])
                for key, stub in stubs.get("_attachments", {}).items()
            }
        assert after == before


def test_annotation_keeps_other_fields_of_its_document(
    store: CouchBackend, http: httpx.Client, site: Site
) -> None:
    image_id = id_of("with fields of others")
    annotate(store, image_id, VERA, rating=4)
    after = document(http, site.visitors, f"{image_id}-{VERA}")
    assert after["note"] == "for the cover"
    assert (after["imageid"], after["userid"]) == (image_id, VERA)
    assert (after["tags"], after["favorite"], after["rating"]) == (["sand"], False, 4)
    image = document(http, site.images, image_id)
    assert image["photographer"] == "Karin Müller"
    assert image["ratings"] == {"sum": 4, "count": 1}


def test_restoring_and_trashing_write_deleted(
    store: CouchBackend, http: httpx.Client, site: Site
) -> None:
    change(store, id_of("deleted"), trashed=None)
    assert document(http, site.images, id_of("deleted"))["deleted"] is False
    assert "deleted" in names(walk(store, Query()))
    change(store, id_of("lost"), trashed=START)
    assert document(http, site.images, id_of("lost"))["deleted"] is True
    assert store.images.get(id_of("lost")).trashed == START


def test_foreign_documents_stay_unchanged(
    store: CouchBackend, http: httpx.Client, site: Site
) -> None:
    store.setup(old_marks=True)
    for image in IMAGES.values():
        store.images.save(image.id, lambda old: replace(old, alt="new"))  # type: ignore[type-var]
        annotate(store, image.id, VERA, rating=5)
    for kind, database in (("images", site.images), ("visitors", site.visitors)):
        for identifier, expected in oldsite.foreign(kind).items():
            found = document(http, database, identifier)
            assert found.pop("_rev").startswith("1-")
            assert {key: found[key] for key in expected} == expected


def test_changes_contain_only_images(store: CouchBackend) -> None:
    feed = store.search.changes(limit=1000)
    assert sorted(names(list(feed.ids))) == sorted(IMAGES)
    assert names(list(feed.gone)) == ["deleted"]


def test_write_of_a_legacy_site_is_found(
    store: CouchBackend, http: httpx.Client, site: Site
) -> None:
    before = document(http, site.images, id_of("lost"))
    before["title"] = ["Gefunden"]
    http.put(f"/{site.images}/{id_of('lost')}", json=before).raise_for_status()
    assert ids_of(store.search.page(Query(text="gefunden"), 3)) == [id_of("lost")]


def test_string_of_tags_is_one_tag_everywhere(
    store: CouchBackend, http: httpx.Client, site: Site
) -> None:
    image_id = id_of("lost")
    annotation = {"imageid": image_id, "userid": PAUL, "tags": "rot blau"}
    http.put(f"/{site.visitors}/{image_id}-{PAUL}", json=annotation).raise_for_status()
    expected = Annotation(("rot blau",))
    assert store.annotations.get(image_id, PAUL) == expected
    assert store.annotations.of_image(image_id) == {PAUL: expected}
    assert dict(store.annotations.by_visitor(PAUL))[image_id] == expected
    assert ("rot blau", 1) in store.search.tags()
    assert walk(store, Query(tag="rot blau")) == walk(store, Query(text="blau")) == [image_id]
    inspection = CouchLegacySite(site.server(), site.images, site.visitors)
    (found,) = (a for a in inspection.annotations() if getattr(a, "image_id", "") == image_id)
    assert isinstance(found, LegacyAnnotation)
    assert found.tags == 1
    assert "'tags' of an annotation is not a list: read as a list of one" in found.oddities


def test_inspection_knows_all_fields_of_this_program(store: CouchBackend, site: Site) -> None:
    put(store, replace(EVERYTHING, id=id_of("lost")), rating=7)
    inspection = CouchLegacySite(site.server(), site.images, site.visitors)
    (found,) = (one for one in inspection.images() if getattr(one, "image_id", "") == id_of("lost"))
    assert isinstance(found, LegacyImage)
    assert found.oddities == ()


def test_attachment_that_sorts_before_the_picture_is_not_its_file_name(
    store: CouchBackend, http: httpx.Client, site: Site
) -> None:
    image_id = id_of("without anything")
    before = document(http, site.images, image_id)
    before["_attachments"]["a note.txt"] = {"content_type": "text/plain", "data": "bm90ZQ=="}
    http.put(f"/{site.images}/{image_id}", json=before).raise_for_status()
    assert store.images.get(image_id).filename == "image.jpeg"
    assert walk(store, Query(text="note")) == []
    assert image_id in walk(store, Query(text="image.jpeg"))
