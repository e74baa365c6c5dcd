"""Contract of export and load for metadata backends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from huimages_app.domain.models import Annotation, Image, Query
from huimages_app.errors import RemovedImage
from huimages_app.storage.interfaces import MetadataBackend
from huimages_app.storage.snapshots import (
    StoredDocument,
    StoredImage,
    Tombstone,
    item_of,
    line_of,
)

from .samples import FULL, an_id, an_image, annotate, ids_of, put

MARKS = {
    "vera": Annotation(("sea", "gull"), favorite=True, rating=8),
    "paul": Annotation(("sea",), rating=3),
}
EXAMPLES = [
    Tombstone(an_id(9)),
    StoredImage(FULL, MARKS),
    StoredImage(an_image(2, trashed=datetime(2020, 1, 1, tzinfo=UTC))),
    StoredImage(an_image(3), {"vera": Annotation(rating=0)}),
    StoredDocument("account", "müller", {"role": "editor", "hash": "$argon2id$", "n": 1}),
]


class SnapshotContract:
    def test_loaded_items_are_stored_and_found(self, store: MetadataBackend) -> None:
        assert store.is_empty()
        store.load(EXAMPLES)
        assert not store.is_empty()
        assert store.images.get(FULL.id) == FULL
        assert store.annotations.of_image(FULL.id) == dict(sorted(MARKS.items()))
        assert store.annotations.summary(FULL.id).rating == 5.5
        with pytest.raises(RemovedImage):
            store.images.get(an_id(9))
        assert store.documents.get("account", "müller") == {
            "role": "editor",
            "hash": "$argon2id$",
            "n": 1,
        }
        assert store.search.count() == 2
        assert ids_of(store.search.page(Query(order="rated"), 9)) == [FULL.id, an_id(3)]
        assert ids_of(store.search.page(Query(tag="gull"), 9)) == [FULL.id]
        assert ids_of(store.search.page(Query(text="strand"), 9)) == [FULL.id]
        assert ids_of(store.search.page(Query(favorite_of="vera"), 9)) == [FULL.id]
        assert ids_of(store.search.page(Query(trashed=True), 9)) == [an_id(2)]
        assert store.search.tags() == [("sea", 2), ("gull", 1)]
        changes = store.search.changes()
        assert {FULL.id, an_id(2), an_id(3), an_id(9)} == {*changes.ids}
        assert changes.gone == {an_id(2), an_id(9)}

    def test_export_yields_all_stored_items(self, store: MetadataBackend) -> None:
        for number in (3, 1, 2, 9):
            put(store, an_image(number))
        store.images.remove(an_id(9))
        put(store, FULL, tags=("sea", "gull"), favorite=True, rating=8)
        annotate(store, FULL.id, "paul", tags=("sea",), rating=3)
        annotate(store, an_id(2), "paul", tags=("sea",))
        annotate(store, an_id(2), "paul", tags=())  # leaves an empty annotation
        store.documents.save("account", "müller", lambda _: {"role": "editor"})
        items = list(store.export())
        assert [item for item in items if isinstance(item, Tombstone)] == [Tombstone(an_id(9))]
        images = [item for item in items if isinstance(item, StoredImage)]
        assert [item.image for item in images] == sorted(
            [FULL, an_image(2), an_image(3)], key=lambda image: image.id
        )
        assert {item.image.id: item.annotations for item in images if item.annotations} == {
            FULL.id: MARKS
        }
        (document,) = (item for item in items if isinstance(item, StoredDocument))
        assert (document.kind, document.key, document.record) == (
            "account",
            "müller",
            {"role": "editor"},
        )

    def test_second_load_of_the_same_lines_changes_nothing(self, store: MetadataBackend) -> None:
        store.load(EXAMPLES)
        lines = [line_of(item) for item in store.export()]
        store.load(item_of(line) for line in lines)
        assert [line_of(item) for item in store.export()] == lines
        assert store.search.tags() == [("sea", 2), ("gull", 1)]

    def test_loaded_image_can_be_changed_and_removed(self, store: MetadataBackend) -> None:
        store.load(EXAMPLES)
        annotate(store, FULL.id, "vera", rating=2)
        annotate(store, FULL.id, "anna", tags=("sand",))
        assert store.annotations.summary(FULL.id).rating == 2.5
        assert ids_of(store.search.page(Query(tag="sand"), 9)) == [FULL.id]
        store.images.remove(FULL.id)
        assert store.search.tags() == []
        put(store, an_image(9))  # uploaded again
        assert store.search.count() == 2

    def test_image_that_was_removed_and_uploaded_again_is_loaded(
        self, store: MetadataBackend
    ) -> None:
        image: Image = an_image(9)
        store.load([Tombstone(image.id), StoredImage(image)])
        assert store.images.get(image.id) == image
        store.load([Tombstone(image.id)])
        assert store.images.get(image.id) == image

    def test_documents_of_the_ignored_kind_leave_a_store_empty(
        self, store: MetadataBackend
    ) -> None:
        store.documents.save("restore", "running", lambda _: {"snapshot": "x"})
        assert store.is_empty("restore")
        assert not store.is_empty()
        store.documents.save("account", "vera", lambda _: {"role": "editor"})
        assert not store.is_empty("restore")

    def test_reader_of_changes_before_a_restore_sees_all_images_afterwards(
        self, opener: Callable[[], MetadataBackend], store: MetadataBackend
    ) -> None:
        since = store.search.changes().since
        store.load(EXAMPLES)
        assert FULL.id in store.search.changes(since).ids
