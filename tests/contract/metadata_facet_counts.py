"""Contract of the numbers of images with each value of a filter."""

from __future__ import annotations

from huimages_app.domain.facet_counts import VALUES
from huimages_app.domain.facets import Facet
from huimages_app.domain.models import Count, Query
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, change, put

SIDES = {"landscape": (640, 480), "portrait": (480, 640), "square": (500, 500)}


def counts(store: MetadataBackend, query: Query, most: int = 1000) -> dict[Facet, Count]:
    """Return the counts that are not an exact 0."""
    found = store.search.facet_counts(query, most)
    return {facet: count for facet, count in found.items() if count != Count(0)}


def put_archive(store: MetadataBackend) -> None:
    """Six images: three shapes, two formats, one with a tag and ratings, one in the trash."""
    for number, (width, height) in enumerate([*SIDES.values(), (640, 480), (640, 480), (640, 480)]):
        put(
            store,
            an_image(
                number,
                width=width,
                height=height,
                contenttype="image/png" if number == 1 else "image/jpeg",
                titles=("A gull",) if number < 3 else (),
                references={"artnr": ("1",)},
                trashed=START if number == 5 else None,
            ),
            tags=("sea",) if number in {0, 1} else (),
            rating={0: 7, 1: 4}.get(number),
        )


class FacetCountsContract:
    def test_numbers_of_all_images_are_exact(self, store: MetadataBackend) -> None:
        put_archive(store)
        expected = {
            ("shape", "landscape"): Count(3),
            ("shape", "portrait"): Count(1),
            ("shape", "square"): Count(1),
            ("format", "jpeg"): Count(4),
            ("format", "png"): Count(1),
            ("without", "title"): Count(2),
            ("without", "alt"): Count(5),
            ("without", "tags"): Count(3),
            ("rating", "2"): Count(2),
            ("rating", "4"): Count(2),
            ("rating", "6"): Count(1),
        }
        for order in ("newest", "oldest", "title"):
            assert counts(store, Query(order=order)) == expected
        all_values = {(kind, value) for kind, values in VALUES.items() for value in values}
        assert set(store.search.facet_counts(Query())) == all_values

    def test_ratings_of_all_images_are_counted_up_to_a_limit(self, store: MetadataBackend) -> None:
        put_archive(store)
        found = counts(store, Query(), most=1)
        assert found["rating", "2"] == Count(1, is_exact=False)
        assert found["rating", "6"] == Count(1)
        assert found["shape", "landscape"] == Count(3)

    def test_numbers_of_a_query_are_those_of_its_images(self, store: MetadataBackend) -> None:
        put_archive(store)
        assert counts(store, Query(tag="sea")) == {
            ("shape", "landscape"): Count(1),
            ("shape", "portrait"): Count(1),
            ("format", "jpeg"): Count(1),
            ("format", "png"): Count(1),
            ("without", "alt"): Count(2),
            ("rating", "2"): Count(2),
            ("rating", "4"): Count(2),
            ("rating", "6"): Count(1),
        }
        text = counts(store, Query(text="gull", facets=(("without", "tags"),)))
        assert text["shape", "square"] == Count(1)
        assert text["without", "tags"] == Count(1)
        assert ("shape", "landscape") not in text

    def test_each_order_has_the_numbers_of_its_images(self, store: MetadataBackend) -> None:
        put_archive(store)
        rated = counts(store, Query(order="rated"))
        assert rated["shape", "landscape"] == Count(1)
        assert ("without", "tags") not in rated
        article = Query(references=(("artnr", "1"),), order="place")
        assert counts(store, article)["shape", "landscape"] == Count(3)

    def test_first_images_of_a_long_list_give_lower_bounds(self, store: MetadataBackend) -> None:
        put_archive(store)
        query = Query(references=(("artnr", "1"),))  # images 4 and 3 come first
        found = store.search.facet_counts(query, most=2)
        assert found["shape", "landscape"] == Count(2, is_exact=False)
        assert ("shape", "square") not in found
        assert ("rating", "2") not in found
        assert store.search.facet_counts(query, most=5)["shape", "square"] == Count(1)

    def test_numbers_follow_tags_and_the_trash(self, store: MetadataBackend) -> None:
        put_archive(store)
        change(store, an_id(4), trashed=START)
        query = Query(references=(("artnr", "1"),))
        assert counts(store, query)["shape", "landscape"] == Count(2)
        assert counts(store, Query())["shape", "landscape"] == Count(2)
        trash = counts(store, Query(trashed=True))
        assert trash["shape", "landscape"] == Count(2)

    def test_query_without_images_has_only_zeros(self, store: MetadataBackend) -> None:
        put_archive(store)
        for query in (Query(tag="sand"), Query(text="!?"), Query(type="product")):
            assert set(store.search.facet_counts(query).values()) == {Count(0)}
