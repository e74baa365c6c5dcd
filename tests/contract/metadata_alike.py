"""Contract of the search for images that look like a perceptual hash."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from huimages_app.domain.facets import ALIKE
from huimages_app.domain.likeness import BITS, FEATURELESS, MAX_DIFFERENT, distance
from huimages_app.domain.models import Query
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, change, put

HASH = "7d1f03a58b6e92c4"


def differing(phash: str, *bits: int) -> str:
    """Return the hash with these bits inverted, counted from the last one."""
    return f"{int(phash, 16) ^ sum(1 << bit for bit in bits):016x}"


def found(store: MetadataBackend, phash: str = HASH, limit: int = 100) -> list[str]:
    return [image.id for image in store.search.alike(phash, limit)]


class AlikeContract:
    def test_record_keeps_hash_and_decisions(self, store: MetadataBackend) -> None:
        image = an_image(1, phash=HASH, alike=(an_id(2),), unlike=(an_id(3), an_id(4)))
        put(store, image)
        assert store.images.get(image.id) == image

    def test_alike_returns_six_different_bits_and_not_seven(self, store: MetadataBackend) -> None:
        # Two bits in each of three pieces of the index leave the fourth equal or one bit off.
        put(store, an_image(1, phash=differing(HASH, 0, 1, 17, 18, 33, 63)))
        put(store, an_image(2, phash=differing(HASH, 0, 1, 17, 18, 33, 34, 63)))
        assert found(store) == [an_id(1)]

    def test_alike_sorts_the_most_similar_first_then_the_oldest(
        self, store: MetadataBackend
    ) -> None:
        put(store, an_image(1, phash=differing(HASH, 5)))
        put(store, an_image(2, phash=HASH))
        put(store, an_image(3, phash=differing(HASH, 40)))
        put(store, an_image(4, phash=HASH))
        assert found(store) == [an_id(2), an_id(4), an_id(1), an_id(3)]
        assert found(store, limit=3) == [an_id(2), an_id(4), an_id(1)]

    @pytest.mark.slow
    def test_alike_equals_a_comparison_with_all_hashes(self, store: MetadataBackend) -> None:
        chosen = random.Random(7)
        hashes = {}
        for number in range(300):
            bits = chosen.sample(range(BITS), chosen.randint(0, 12))
            hashes[an_id(number)] = differing(HASH, *bits)
            put(store, an_image(number, phash=hashes[an_id(number)]))
        expected = {one for one, phash in hashes.items() if distance(phash, HASH) <= MAX_DIFFERENT}
        assert 100 < len(expected) < 250
        assert set(found(store, limit=300)) == expected

    def test_alike_follows_changes(self, store: MetadataBackend) -> None:
        for number in range(1, 5):
            put(store, an_image(number, phash=HASH))
        change(store, an_id(1), trashed=START)
        change(store, an_id(2), replaced_by=an_id(4))
        change(store, an_id(3), phash=differing(HASH, *range(7)))
        assert found(store) == [an_id(4)]
        change(store, an_id(1), trashed=None)
        store.images.remove(an_id(4))
        assert found(store) == [an_id(1)]

    def test_alike_follows_a_changed_time_of_creation(self, store: MetadataBackend) -> None:
        put(store, an_image(1, phash=HASH))
        put(store, an_image(2, phash=HASH))
        change(store, an_id(1), created=store.images.get(an_id(2)).created.replace(year=2030))
        assert found(store) == [an_id(2), an_id(1)]

    def test_alike_returns_nothing_for_images_without_features(
        self, store: MetadataBackend
    ) -> None:
        put(store, an_image(1, phash=FEATURELESS))
        put(store, an_image(2))
        assert found(store, FEATURELESS) == []
        assert found(store, differing(FEATURELESS, 3)) == []
        assert found(store, "") == []

    def test_page_lists_images_with_similar_ones(self, store: MetadataBackend) -> None:
        for number in range(4):
            put(store, an_image(number, phash=HASH, alike=(an_id(9),) if number % 2 else ()))
        query = Query(facets=(ALIKE,))
        assert [image.id for image in store.search.page(query, 9).images] == [an_id(3), an_id(1)]
        assert store.search.count_of(query).number == 2
        store.images.update(an_id(3), lambda image: replace(image, alike=()))
        assert [image.id for image in store.search.page(query, 9).images] == [an_id(1)]
