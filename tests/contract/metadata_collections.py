"""Contract of collections: images in the order of their positions, and the size of each."""

from __future__ import annotations

import pytest

from huimages_app.domain.models import Query, Window
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, change, put, walk, walk_back

SEA, LAND = "seaseaseasea", "landlandland"
IN_SEA = Query(collection=SEA, order="place")


def fill(store: MetadataBackend) -> list[str]:
    """Store images with positions that descend with their age; return their IDs in order."""
    for number, at in [(1, 300), (2, 200.5), (3, -1), (4, 200)]:
        put(store, an_image(number, collections={SEA: float(at), LAND: float(-at)}))
    put(store, an_image(5, collections={LAND: 7.0}))
    put(store, an_image(6))
    return [an_id(number) for number in (3, 4, 2, 1)]


class CollectionsContract:
    def test_record_keeps_its_collections(self, store: MetadataBackend) -> None:
        image = an_image(1, collections={SEA: 20.0, LAND: -0.5})
        put(store, image)
        assert store.images.get(image.id) == image
        change(store, image.id, collections={})
        assert store.images.get(image.id).collections == {}

    def test_collection_has_its_images_in_order(self, store: MetadataBackend) -> None:
        expected = fill(store)
        for limit in [1, 2, 4, 10]:
            assert walk(store, IN_SEA, limit) == expected
            assert walk_back(store, IN_SEA, limit) == expected
        assert walk(store, Query(collection=LAND, order="place")) == [
            an_id(number) for number in (1, 2, 4, 3, 5)
        ]

    def test_equal_positions_are_oldest_first(self, store: MetadataBackend) -> None:
        for number in [3, 1, 2]:
            put(store, an_image(number, collections={SEA: 10.0}))
        assert walk(store, IN_SEA, 2) == [an_id(1), an_id(2), an_id(3)]

    def test_changed_position_moves_the_image(self, store: MetadataBackend) -> None:
        fill(store)
        change(store, an_id(3), collections={SEA: 250.0})
        assert walk(store, IN_SEA, 2) == [an_id(n) for n in [4, 2, 3, 1]]
        change(store, an_id(2), created=START)
        assert walk(store, IN_SEA, 2) == [an_id(n) for n in [4, 2, 3, 1]]

    def test_collection_lacks_images_of_the_trash(self, store: MetadataBackend) -> None:
        fill(store)
        change(store, an_id(4), trashed=START)
        assert walk(store, IN_SEA) == [an_id(n) for n in [3, 2, 1]]
        assert store.search.collection_sizes() == {SEA: 3, LAND: 4}
        change(store, an_id(4), trashed=None)
        assert walk(store, IN_SEA) == [an_id(n) for n in [3, 4, 2, 1]]

    def test_collection_lacks_removed_images(self, store: MetadataBackend) -> None:
        fill(store)
        store.images.remove(an_id(4))
        assert walk(store, IN_SEA) == [an_id(n) for n in [3, 2, 1]]

    def test_collection_lacks_older_versions(self, store: MetadataBackend) -> None:
        fill(store)
        change(store, an_id(4), replaced_by=an_id(6))
        assert walk(store, IN_SEA) == [an_id(n) for n in [3, 2, 1]]
        assert store.search.collection_sizes() == {SEA: 3, LAND: 4}
        assert not store.search.contains(IN_SEA, an_id(4))

    def test_window_has_the_neighbours_in_the_collection(self, store: MetadataBackend) -> None:
        order = fill(store)
        window = store.search.window(IN_SEA, order[1], 5, 1)
        assert [image.id for image in window.before] == order[:1]
        assert [image.id for image in window.after] == order[2:3]
        assert store.search.window(IN_SEA, an_id(5), 1, 1) == Window()

    def test_sizes_are_those_of_collections_with_images(self, store: MetadataBackend) -> None:
        assert store.search.collection_sizes() == {}
        fill(store)
        assert store.search.collection_sizes() == {SEA: 4, LAND: 5}
        change(store, an_id(5), collections={SEA: 1.0})
        assert store.search.collection_sizes() == {SEA: 5, LAND: 4}

    def test_contains_is_true_for_images_of_the_query_only(self, store: MetadataBackend) -> None:
        fill(store)
        put(store, an_image(7, titles=("Red bike",), references={"artnr": ("1",)}), tags=("sea",))
        put(store, an_image(8, titles=("Red bike",), trashed=START))
        queries = [Query(text="bike"), Query(tag="sea"), Query(references=(("artnr", "1"),))]
        for query in queries:
            assert store.search.contains(query, an_id(7))
            assert not store.search.contains(query, an_id(1))
            assert not store.search.contains(query, an_id(8))
            assert not store.search.contains(query, an_id(99))
        assert store.search.contains(IN_SEA, an_id(1))
        assert not store.search.contains(IN_SEA, an_id(5))
        assert not store.search.contains(Query(collection="nonenonenone", order="place"), an_id(1))

    def test_orders_of_articles_and_collections_are_independent(
        self, store: MetadataBackend
    ) -> None:
        fill(store)
        assert list(store.search.articles(SEA, 10).articles) == []


def test_query_of_a_collection_needs_its_order() -> None:
    with pytest.raises(ValueError, match="order newest is no order of a collection"):
        Query(collection=SEA)
