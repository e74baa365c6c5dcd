"""What visitors say, and what it adds up to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huimages_app.domain.models import Mark, Query, Summary
from huimages_app.errors import UnknownImage
from huimages_app.storage.interfaces import Metadata

from .samples import START, an_id, an_image, change, fill, put, say, walk


class MarksContract:
    def test_what_was_said_comes_back(self, store: Metadata) -> None:
        put(store, an_image(1))
        mark = Mark(("sea", "möwe", "🎄", '100%"'), favorite=True, rating=0)
        assert store.save_mark(an_id(1), "vera", lambda _: mark) == mark
        assert store.mark(an_id(1), "vera") == mark
        assert store.marks(an_id(1)) == {"vera": mark}
        assert dict(store.marks_by("vera")) == {an_id(1): mark}

    def test_nothing_said(self, store: Metadata) -> None:
        put(store, an_image(1))
        for image_id in [an_id(1), an_id(2)]:
            assert store.mark(image_id, "vera") == Mark()
            assert store.marks(image_id) == {}
            assert store.summary(image_id) == Summary()
        assert list(store.marks_by("vera")) == []

    def test_the_change_is_given_the_mark(self, store: Metadata) -> None:
        put(store, an_image(1))
        say(store, an_id(1), "vera", tags=("sea",))
        say(store, an_id(1), "vera", rating=3)
        assert store.save_mark(
            an_id(1), "vera", lambda mark: replace(mark, tags=(*mark.tags, "sun"))
        ) == Mark(("sea", "sun"), rating=3)

    def test_visitors_do_not_mix(self, store: Metadata) -> None:
        fill(store, [1, 2])
        for visitor in ["vera", "ver", "vera2", "a-b", "ü@x.de", "%"]:
            say(store, an_id(1), visitor, tags=(f"by {visitor}",))
        assert store.mark(an_id(1), "ver").tags == ("by ver",)
        assert len(store.marks(an_id(1))) == 6
        for visitor in ["vera", "a-b", "ü@x.de", "%"]:
            assert [mark.tags for _, mark in store.marks_by(visitor)] == [(f"by {visitor}",)]

    @pytest.mark.parametrize(
        ("one", "other"),
        [("\u2764", "\u2764\ufe0f"), ("sea", "se\u00ada"), ("m\u00f6we", "mo\u0308we")],
        ids=["an emoji and its picture", "a soft hyphen", "composed and decomposed"],
    )
    def test_what_looks_the_same_and_is_not(self, store: Metadata, one: str, other: str) -> None:
        """CouchDB collates them as equal, and counts the one with the other."""
        fill(store, range(5))
        for number, tag in enumerate([one, other, one, other, one]):
            say(store, an_id(number), tag, tags=(tag,), favorite=True)
        say(store, an_id(0), "paul", tags=(other,))
        tags = dict(store.tags())
        assert tags.keys() <= {one, other}
        assert sum(tags.values()) == 6
        for limit in (1, 2, 9):
            assert walk(store, Query(tag=one), limit) == [an_id(4), an_id(2), an_id(0)]
            assert walk(store, Query(tag=other), limit) == [an_id(3), an_id(1), an_id(0)]
            assert walk(store, Query(favorite_of=other), limit) == [an_id(3), an_id(1)]
        assert list(dict(store.marks_by(other))) == sorted([an_id(3), an_id(1)])

    def test_an_unknown_image(self, store: Metadata) -> None:
        store.remove(put(store, an_image(2)))
        for image_id in [an_id(1), an_id(2)]:
            with pytest.raises(UnknownImage):
                say(store, image_id, "vera", rating=5)
            assert store.mark(image_id, "vera") == Mark()
        assert list(store.marks_by("vera")) == []

    def test_a_change_that_raises_stores_nothing(self, store: Metadata) -> None:
        put(store, an_image(1), rating=5)

        def fail(mark: Mark) -> Mark:
            raise ZeroDivisionError

        for visitor in ["vera", "paul"]:
            with pytest.raises(ZeroDivisionError):
                store.save_mark(an_id(1), visitor, fail)
        assert store.marks(an_id(1)) == {"vera": Mark(rating=5)}

    def test_empty_marks_vanish(self, store: Metadata) -> None:
        put(store, an_image(1), tags=("sea",), favorite=True, rating=5)
        assert store.save_mark(an_id(1), "vera", lambda _: Mark()).is_empty
        store.save_mark(an_id(1), "paul", lambda _: Mark())
        assert store.marks(an_id(1)) == {}
        assert list(store.marks_by("vera")) == list(store.marks_by("paul")) == []
        assert store.summary(an_id(1)) == Summary()
        assert store.tags() == []

    def test_marks_in_the_trash_stay(self, store: Metadata) -> None:
        put(store, an_image(1), tags=("sea",), rating=5)
        change(store, an_id(1), trashed=START)
        assert store.mark(an_id(1), "vera") == Mark(("sea",), rating=5)
        say(store, an_id(1), "vera", rating=6)
        change(store, an_id(1), trashed=None)
        assert store.summary(an_id(1)) == Summary({"sea": 1}, 6, 1, 0)

    def test_marks_by_lists_all_images_of_a_visitor(self, store: Metadata) -> None:
        known = fill(store, range(12))
        for number, image_id in enumerate(known):
            say(store, image_id, "vera" if number % 4 else "paul", rating=number % 11)
        found = dict(store.marks_by("vera"))
        assert found == {
            image_id: Mark(rating=number % 11)
            for number, image_id in enumerate(known)
            if number % 4
        }

    def test_summaries(self, store: Metadata) -> None:
        fill(store, [1, 2, 3])
        say(store, an_id(1), "vera", tags=("sea", "sun"), rating=10, favorite=True)
        say(store, an_id(1), "paul", tags=("sun",), rating=3)
        say(store, an_id(1), "gerd", favorite=True)
        say(store, an_id(2), "vera", rating=0)
        summaries = store.summaries(iter([an_id(1), an_id(2), an_id(3), an_id(9)]))
        assert summaries == {
            an_id(1): Summary({"sea": 1, "sun": 2}, 13, 2, 2),
            an_id(2): Summary({}, 0, 1, 0),
            an_id(3): Summary(),
            an_id(9): Summary(),
        }
        assert summaries[an_id(1)].rating == 6.5
        assert summaries[an_id(2)].rating == 0
        assert store.summary(an_id(3)).rating is None
        assert store.summaries([]) == {}

    def test_a_summary_is_that_of_the_marks(self, store: Metadata) -> None:
        put(store, an_image(1))
        steps = [
            ("vera", Mark(("a", "b"), True, 4)),
            ("paul", Mark(("b",), False, 6)),
            ("vera", Mark(("c", "b"), False, None)),
            ("gerd", Mark((), True, 0)),
            ("paul", Mark()),
            ("vera", Mark((), True, 10)),
        ]
        for visitor, mark in steps:
            store.save_mark(an_id(1), visitor, lambda _, mark=mark: mark)
            assert store.summary(an_id(1)) == Summary.of(store.marks(an_id(1)).values())

    def test_the_tag_cloud(self, store: Metadata) -> None:
        fill(store, range(3))
        for visitor, number, tags in [
            ("vera", 0, ("sea", "sun")),
            ("paul", 0, ("sea",)),
            ("vera", 1, ("sea", "beach")),
            ("vera", 2, ("seal", "sun", "air")),
        ]:
            say(store, an_id(number), visitor, tags=tags)
        assert store.tags() == [("sea", 3), ("sun", 2), ("air", 1), ("beach", 1), ("seal", 1)]
        assert store.tags(limit=3) == [("sea", 3), ("sun", 2), ("air", 1)]
        assert store.tags(limit=0) == []
        assert store.tags("se") == [("sea", 3), ("seal", 1)]
        assert store.tags("se", limit=1) == [("sea", 3)]
        assert store.tags("seaside") == store.tags("%") == store.tags("s_") == []

    def test_tags_that_are_no_longer_given(self, store: Metadata) -> None:
        fill(store, range(3))
        for image_id in (an_id(0), an_id(1), an_id(2)):
            say(store, image_id, "vera", tags=("sea",))
        change(store, an_id(0), trashed=START)
        assert store.tags() == [("sea", 3)]
        store.remove(an_id(0))
        assert store.tags() == [("sea", 2)]
        say(store, an_id(1), "vera", tags=("sun",))
        assert store.tags() == [("sea", 1), ("sun", 1)]
        say(store, an_id(2), "vera", tags=())
        assert store.tags() == [("sun", 1)]

    def test_a_tag_twice_in_one_mark_counts_once(self, store: Metadata) -> None:
        put(store, an_image(1), tags=("sea", "sea"))
        assert store.tags() == [("sea", 1)]
        assert store.summary(an_id(1)).tags == {"sea": 1}
        say(store, an_id(1), "vera", tags=())
        assert store.tags() == []
