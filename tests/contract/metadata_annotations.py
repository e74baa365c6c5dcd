"""Contract of annotations and their summaries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huimages_app.domain.models import Annotation, AnnotationSummary, Query
from huimages_app.errors import UnknownImage
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, annotate, change, fill, put, walk


class AnnotationsContract:
    def test_saved_annotation_is_returned(self, store: MetadataBackend) -> None:
        put(store, an_image(1))
        annotation = Annotation(("sea", "möwe", "🎄", '100%"'), favorite=True, rating=0)
        assert store.annotations.save(an_id(1), "vera", lambda _: annotation) == annotation
        assert store.annotations.get(an_id(1), "vera") == annotation
        assert store.annotations.of_image(an_id(1)) == {"vera": annotation}
        assert dict(store.annotations.by_visitor("vera")) == {an_id(1): annotation}

    def test_annotation_of_a_visitor_without_one_is_empty(self, store: MetadataBackend) -> None:
        put(store, an_image(1))
        for image_id in [an_id(1), an_id(2)]:
            assert store.annotations.get(image_id, "vera") == Annotation()
            assert store.annotations.of_image(image_id) == {}
            assert store.annotations.summary(image_id) == AnnotationSummary()
        assert list(store.annotations.by_visitor("vera")) == []

    def test_annotations_of_several_images_are_those_of_one_visitor(
        self, store: MetadataBackend
    ) -> None:
        fill(store, [1, 2, 3])
        annotate(store, an_id(1), "vera", favorite=True)
        annotate(store, an_id(2), "paul", favorite=True)
        annotate(store, an_id(3), "vera", rating=3)
        annotate(store, an_id(3), "vera", rating=None)
        ids = [an_id(number) for number in (1, 2, 3, 9)]
        assert store.annotations.get_many(ids, "vera") == {an_id(1): Annotation(favorite=True)}
        assert store.annotations.get_many([], "vera") == {}

    def test_annotation_change_gets_the_stored_annotation(self, store: MetadataBackend) -> None:
        put(store, an_image(1))
        annotate(store, an_id(1), "vera", tags=("sea",))
        annotate(store, an_id(1), "vera", rating=3)
        assert store.annotations.save(
            an_id(1), "vera", lambda annotation: replace(annotation, tags=(*annotation.tags, "sun"))
        ) == Annotation(("sea", "sun"), rating=3)

    def test_annotations_of_visitors_are_separate(self, store: MetadataBackend) -> None:
        fill(store, [1, 2])
        for visitor in ["vera", "ver", "vera2", "a-b", "ü@x.de", "%"]:
            annotate(store, an_id(1), visitor, tags=(f"by {visitor}",))
        assert store.annotations.get(an_id(1), "ver").tags == ("by ver",)
        assert len(store.annotations.of_image(an_id(1))) == 6
        for visitor in ["vera", "a-b", "ü@x.de", "%"]:
            assert [annotation.tags for _, annotation in store.annotations.by_visitor(visitor)] == [
                (f"by {visitor}",)
            ]

    @pytest.mark.parametrize(
        ("one", "other"),
        [("\u2764", "\u2764\ufe0f"), ("sea", "se\u00ada"), ("m\u00f6we", "mo\u0308we")],
        ids=["an emoji and its picture", "a soft hyphen", "composed and decomposed"],
    )
    def test_annotations_of_similar_visitor_ids_are_separate(
        self, store: MetadataBackend, one: str, other: str
    ) -> None:
        """CouchDB collates such IDs as equal, and would count them together."""
        fill(store, range(5))
        for number, tag in enumerate([one, other, one, other, one]):
            annotate(store, an_id(number), tag, tags=(tag,), favorite=True)
        annotate(store, an_id(0), "paul", tags=(other,))
        tags = dict(store.search.tags())
        assert tags.keys() <= {one, other}
        assert sum(tags.values()) == 6
        for limit in (1, 2, 9):
            assert walk(store, Query(tag=one), limit) == [an_id(4), an_id(2), an_id(0)]
            assert walk(store, Query(tag=other), limit) == [an_id(3), an_id(1), an_id(0)]
            assert walk(store, Query(favorite_of=other), limit) == [an_id(3), an_id(1)]
        assert list(dict(store.annotations.by_visitor(other))) == sorted([an_id(3), an_id(1)])

    def test_annotation_of_an_unknown_image_raises(self, store: MetadataBackend) -> None:
        store.images.remove(put(store, an_image(2)))
        for image_id in [an_id(1), an_id(2)]:
            with pytest.raises(UnknownImage):
                annotate(store, image_id, "vera", rating=5)
            assert store.annotations.get(image_id, "vera") == Annotation()
        assert list(store.annotations.by_visitor("vera")) == []

    def test_annotation_change_that_raises_stores_nothing(self, store: MetadataBackend) -> None:
        put(store, an_image(1), rating=5)

        def fail(annotation: Annotation) -> Annotation:
            raise ZeroDivisionError

        for visitor in ["vera", "paul"]:
            with pytest.raises(ZeroDivisionError):
                store.annotations.save(an_id(1), visitor, fail)
        assert store.annotations.of_image(an_id(1)) == {"vera": Annotation(rating=5)}

    def test_empty_annotations_are_removed(self, store: MetadataBackend) -> None:
        put(store, an_image(1), tags=("sea",), favorite=True, rating=5)
        assert store.annotations.save(an_id(1), "vera", lambda _: Annotation()).is_empty
        store.annotations.save(an_id(1), "paul", lambda _: Annotation())
        assert store.annotations.of_image(an_id(1)) == {}
        assert (
            list(store.annotations.by_visitor("vera"))
            == list(store.annotations.by_visitor("paul"))
            == []
        )
        assert store.annotations.summary(an_id(1)) == AnnotationSummary()
        assert store.search.tags() == []

    def test_annotations_of_trashed_images_are_kept(self, store: MetadataBackend) -> None:
        put(store, an_image(1), tags=("sea",), rating=5)
        change(store, an_id(1), trashed=START)
        assert store.annotations.get(an_id(1), "vera") == Annotation(("sea",), rating=5)
        annotate(store, an_id(1), "vera", rating=6)
        change(store, an_id(1), trashed=None)
        assert store.annotations.summary(an_id(1)) == AnnotationSummary({"sea": 1}, 6, 1, 0)

    def test_by_visitor_yields_all_annotations_of_a_visitor(self, store: MetadataBackend) -> None:
        known = fill(store, range(12))
        for number, image_id in enumerate(known):
            annotate(store, image_id, "vera" if number % 4 else "paul", rating=number % 11)
        found = dict(store.annotations.by_visitor("vera"))
        assert found == {
            image_id: Annotation(rating=number % 11)
            for number, image_id in enumerate(known)
            if number % 4
        }

    def test_summaries_return_an_entry_for_each_image(self, store: MetadataBackend) -> None:
        fill(store, [1, 2, 3])
        annotate(store, an_id(1), "vera", tags=("sea", "sun"), rating=10, favorite=True)
        annotate(store, an_id(1), "paul", tags=("sun",), rating=3)
        annotate(store, an_id(1), "gerd", favorite=True)
        annotate(store, an_id(2), "vera", rating=0)
        summaries = store.annotations.summaries(iter([an_id(1), an_id(2), an_id(3), an_id(9)]))
        assert summaries == {
            an_id(1): AnnotationSummary({"sea": 1, "sun": 2}, 13, 2, 2),
            an_id(2): AnnotationSummary({}, 0, 1, 0),
            an_id(3): AnnotationSummary(),
            an_id(9): AnnotationSummary(),
        }
        assert summaries[an_id(1)].rating == 6.5
        assert summaries[an_id(2)].rating == 0
        assert store.annotations.summary(an_id(3)).rating is None
        assert store.annotations.summaries([]) == {}

    def test_summary_equals_that_of_the_annotations(self, store: MetadataBackend) -> None:
        put(store, an_image(1))
        steps = [
            ("vera", Annotation(("a", "b"), True, 4)),
            ("paul", Annotation(("b",), False, 6)),
            ("vera", Annotation(("c", "b"), False, None)),
            ("gerd", Annotation((), True, 0)),
            ("paul", Annotation()),
            ("vera", Annotation((), True, 10)),
        ]
        for visitor, annotation in steps:
            store.annotations.save(an_id(1), visitor, lambda _, annotation=annotation: annotation)
            assert store.annotations.summary(an_id(1)) == AnnotationSummary.of(
                store.annotations.of_image(an_id(1)).values()
            )

    def test_tags_are_sorted_by_uses(self, store: MetadataBackend) -> None:
        fill(store, range(3))
        for visitor, number, tags in [
            ("vera", 0, ("sea", "sun")),
            ("paul", 0, ("sea",)),
            ("vera", 1, ("sea", "beach")),
            ("vera", 2, ("seal", "sun", "air")),
        ]:
            annotate(store, an_id(number), visitor, tags=tags)
        assert store.search.tags() == [
            ("sea", 3),
            ("sun", 2),
            ("air", 1),
            ("beach", 1),
            ("seal", 1),
        ]
        assert store.search.tags(limit=3) == [("sea", 3), ("sun", 2), ("air", 1)]
        assert store.search.tags(limit=0) == []
        assert store.search.tags("se") == [("sea", 3), ("seal", 1)]
        assert store.search.tags("se", limit=1) == [("sea", 3)]
        assert (
            store.search.tags("seaside") == store.search.tags("%") == store.search.tags("s_") == []
        )

    def test_tags_without_uses_are_not_listed(self, store: MetadataBackend) -> None:
        fill(store, range(3))
        for image_id in (an_id(0), an_id(1), an_id(2)):
            annotate(store, image_id, "vera", tags=("sea",))
        change(store, an_id(0), trashed=START)
        assert store.search.tags() == [("sea", 3)]
        store.images.remove(an_id(0))
        assert store.search.tags() == [("sea", 2)]
        annotate(store, an_id(1), "vera", tags=("sun",))
        assert store.search.tags() == [("sea", 1), ("sun", 1)]
        annotate(store, an_id(2), "vera", tags=())
        assert store.search.tags() == [("sun", 1)]

    def test_tag_given_twice_by_a_visitor_counts_once(self, store: MetadataBackend) -> None:
        put(store, an_image(1), tags=("sea", "sea"))
        assert store.search.tags() == [("sea", 1)]
        assert store.annotations.summary(an_id(1)).tags == {"sea": 1}
        annotate(store, an_id(1), "vera", tags=())
        assert store.search.tags() == []
