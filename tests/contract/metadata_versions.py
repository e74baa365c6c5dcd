"""Contract of older versions of an image: records that no list has."""

from __future__ import annotations

from typing import Any

import pytest

from huimages_app.domain.models import Image, Place, Query
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, annotate, change, fill, put, walk

OLD: dict[str, Any] = {"replaced_by": an_id(2), "versioned": START}
EVERYTHING: dict[str, Any] = {
    "titles": ("Red bicycle",),
    "references": {"artnr": ("10106",)},
    "places": {"artnr": {"10106": Place(10)}},
    "types": ("product",),
    "taken": START,
}
QUERIES = {
    "all": Query(),
    "oldest": Query(order="oldest"),
    "rated": Query(order="rated"),
    "taken": Query(order="taken"),
    "period": Query(taken_from=START, taken_before=START.replace(year=2010)),
    "text": Query(text="bicycle"),
    "text of a tag": Query(text="sunny"),
    "tag": Query(tag="sunny"),
    "type": Query(type="product"),
    "favourite": Query(favorite_of="vera"),
    "reference": Query(references=(("artnr", "10106"),)),
    "place": Query(references=(("artnr", "10106"),), order="place"),
    "changed": Query(changed_since=START),
}


def lists_with(store: MetadataBackend, image_id: str) -> set[str]:
    return {name for name, query in QUERIES.items() if image_id in walk(store, query, 3)}


def an_annotated_image(store: MetadataBackend, number: int, **fields: Any) -> Image:
    image = an_image(number, **EVERYTHING, **fields)
    put(store, image, tags=("sunny",), favorite=True, rating=7)
    return image


class VersionsContract:
    def test_record_keeps_its_versions(self, store: MetadataBackend) -> None:
        old = an_image(1, **OLD)
        new = an_image(2, versions=(an_id(1), an_id(3)), versioned=START)
        put(store, old)
        put(store, new)
        assert store.images.get(old.id) == old
        assert store.images.get_many([old.id, new.id]) == {old.id: old, new.id: new}
        change(store, new.id, versions=())
        assert store.images.get(new.id).versions == ()

    def test_older_version_leaves_all_lists(self, store: MetadataBackend) -> None:
        image, other = an_annotated_image(store, 1), an_annotated_image(store, 2)
        assert lists_with(store, image.id) == QUERIES.keys()
        change(store, image.id, **OLD)
        assert lists_with(store, image.id) == set()
        assert lists_with(store, other.id) == QUERIES.keys()
        assert image.id in store.images.ids()

    def test_older_version_leaves_counts(self, store: MetadataBackend) -> None:
        image = an_annotated_image(store, 1)
        an_annotated_image(store, 2)
        assert store.search.tags() == [("sunny", 2)]
        change(store, image.id, **OLD)
        assert store.search.count() == 1
        assert store.search.tags() == [("sunny", 1)]
        assert {one.id for one in store.search.random(9)} == {an_id(2)}
        [article] = store.search.articles("artnr", 9).articles
        assert (article.count, article.main.id) == (1, an_id(2))

    def test_older_version_that_becomes_the_newest_is_in_all_lists(
        self, store: MetadataBackend
    ) -> None:
        image = an_annotated_image(store, 1, **OLD)
        assert lists_with(store, image.id) == set()
        change(store, image.id, replaced_by="")
        assert lists_with(store, image.id) == QUERIES.keys()
        assert store.search.count() == 1
        assert store.search.tags() == [("sunny", 1)]
        assert [one.id for one in store.search.random(9)] == [image.id]

    def test_annotation_of_an_older_version_is_in_no_list(self, store: MetadataBackend) -> None:
        image = put(store, an_image(1, **OLD))
        annotate(store, image, "vera", tags=("sunny",), favorite=True)
        annotate(store, image, "emil", tags=("sunny",))
        assert store.annotations.summary(image).tags == {"sunny": 2}
        assert lists_with(store, image) == set()
        assert store.search.tags() == []
        annotate(store, image, "emil", tags=())
        change(store, image, replaced_by="")
        assert store.search.tags() == [("sunny", 1)]
        assert {"tag", "favourite"} <= lists_with(store, image)

    def test_older_version_has_no_window(self, store: MetadataBackend) -> None:
        fill(store, range(3))
        change(store, an_id(1), replaced_by=an_id(2))
        assert store.search.neighbours(Query(), an_id(0)).previous == an_id(2)
        assert store.search.window(Query(), an_id(1), 1, 1).after == ()

    def test_older_version_in_the_trash_is_in_its_list_only(self, store: MetadataBackend) -> None:
        image = an_annotated_image(store, 1, **OLD)
        change(store, image.id, trashed=START)
        assert walk(store, Query(trashed=True), 3) == [image.id]
        assert lists_with(store, image.id) == set()
        change(store, image.id, trashed=None)
        assert walk(store, Query(trashed=True), 3) == []
        assert lists_with(store, image.id) == set()

    def test_image_that_becomes_an_older_version_is_not_reported_as_removed(
        self, store: MetadataBackend
    ) -> None:
        put(store, an_image(1))
        since = store.search.changes().since
        change(store, an_id(1), **OLD)
        changes = store.search.changes(since)
        assert (list(changes.ids), set(changes.gone)) == ([an_id(1)], set())

    def test_removed_older_version_leaves_nothing(self, store: MetadataBackend) -> None:
        image = an_annotated_image(store, 1, **OLD)
        store.images.remove(image.id)
        assert (list(store.images.ids()), store.search.tags(), store.search.count()) == ([], [], 0)

    @pytest.mark.slow
    def test_many_older_versions_do_not_shorten_pages(self, store: MetadataBackend) -> None:
        for number in range(40):
            fields = {} if number % 20 == 0 else OLD
            put(store, an_image(number, **fields), tags=("sunny",), favorite=True)
        for query in [Query(), Query(tag="sunny"), Query(favorite_of="vera"), Query(text="sunny")]:
            page = store.search.page(query, 2)
            assert [image.id for image in page.images] == [an_id(20), an_id(0)]
            assert page.next is None
