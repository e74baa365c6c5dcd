"""Contract of articles: images of a reference in order, and the article numbers of a key."""

from __future__ import annotations

import pytest

from huimages_app.domain.models import ArticlePage, Count, Place, Places, Query, Window
from huimages_app.errors import BadCursor
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, annotate, change, fill, put, walk, walk_back

ARTICLE = Query(references=(("artnr", "10106"),), order="place")
OF_ARTICLE = {"references": {"artnr": ("10106",)}}


def placed(at: float | None = None, role: str = "", number: str = "10106") -> Places:
    return {"artnr": {number: Place(at, role)}}


def numbers_of(page: ArticlePage) -> list[str]:
    return [article.number for article in page.articles]


def all_numbers(store: MetadataBackend, key: str = "artnr", prefix: str = "") -> list[str]:
    page = store.search.articles(key, 3, prefix=prefix)
    found = numbers_of(page)
    while page.next:
        page = store.search.articles(key, 3, page.next, prefix=prefix)
        assert len(page.articles) <= 3
        found += numbers_of(page)
    return found


class ArticlesContract:
    def test_record_keeps_its_places(self, store: MetadataBackend) -> None:
        places = {"artnr": {"10106": Place(20, "front"), "7": Place(-0.5)}, "ean": {"4": Place(1)}}
        image = an_image(1, places=places, references={"artnr": ("10106", "7"), "ean": ("4",)})
        put(store, image)
        assert store.images.get(image.id) == image
        change(store, image.id, places={})
        assert store.images.get(image.id).places == {}

    def test_article_has_placed_images_first_and_the_others_oldest_first(
        self, store: MetadataBackend
    ) -> None:
        for number, at in [(1, None), (2, 30), (3, None), (4, 10), (5, 20.5), (6, -1)]:
            put(store, an_image(number, places=placed(at, "back"), **OF_ARTICLE))
        put(store, an_image(7, references={"artnr": ("10107",)}, places=placed(0)))
        expected = [an_id(number) for number in [6, 4, 5, 2, 1, 3]]
        for limit in [1, 2, 4, 10]:
            assert walk(store, ARTICLE, limit) == expected
            assert walk_back(store, ARTICLE, limit) == expected

    def test_equal_positions_are_oldest_first(self, store: MetadataBackend) -> None:
        for number in [3, 1, 2]:
            put(store, an_image(number, places=placed(10), **OF_ARTICLE))
        assert walk(store, ARTICLE, 2) == [an_id(1), an_id(2), an_id(3)]

    def test_changed_place_moves_the_image(self, store: MetadataBackend) -> None:
        for number in range(1, 5):
            put(store, an_image(number, places=placed(number * 10), **OF_ARTICLE))
        change(store, an_id(4), places=placed(15))
        assert walk(store, ARTICLE, 2) == [an_id(n) for n in [1, 4, 2, 3]]
        change(store, an_id(1), places=placed(role="detail"))
        assert walk(store, ARTICLE, 2) == [an_id(n) for n in [4, 2, 3, 1]]
        change(store, an_id(2), created=START)
        assert walk(store, ARTICLE, 2) == [an_id(n) for n in [4, 2, 3, 1]]

    def test_image_has_its_own_place_in_each_article(self, store: MetadataBackend) -> None:
        both = {"artnr": ("10106", "10107")}
        put(store, an_image(1, references=both, places=placed(10)))
        put(store, an_image(2, references=both, places={"artnr": {"10107": Place(5)}}))
        put(store, an_image(3, references=both))
        other = Query(references=(("artnr", "10107"),), order="place")
        assert walk(store, ARTICLE) == [an_id(1), an_id(2), an_id(3)]
        assert walk(store, other) == [an_id(2), an_id(1), an_id(3)]

    def test_image_leaves_the_article_with_its_reference(self, store: MetadataBackend) -> None:
        for number in [1, 2, 3]:
            put(store, an_image(number, places=placed(number), **OF_ARTICLE))
        change(store, an_id(1), references={})
        change(store, an_id(2), trashed=START)
        assert walk(store, ARTICLE) == [an_id(3)]
        change(store, an_id(2), trashed=None)
        assert walk(store, ARTICLE) == [an_id(2), an_id(3)]
        store.images.remove(an_id(2))
        assert walk(store, ARTICLE) == [an_id(3)]

    def test_article_can_be_filtered(self, store: MetadataBackend) -> None:
        titles = {1: "front", 2: "rear", 3: "front"}
        for number, title in titles.items():
            place = placed(-number)
            put(store, an_image(number, titles=(title,), places=place, **OF_ARTICLE))
        annotate(store, an_id(3), "vera", tags=("sea",))
        put(store, an_image(4, titles=("front",)), tags=("sea",))
        references = ARTICLE.references
        views = Query(text="front", references=references, order="place")
        tagged = Query(tag="sea", references=references, order="place")
        assert walk(store, views, 1) == [an_id(3), an_id(1)]
        assert walk(store, tagged, 1) == [an_id(3)]

    def test_window_is_in_place_order(self, store: MetadataBackend) -> None:
        for number, at in [(1, 30), (2, 20), (3, 10), (4, None)]:
            put(store, an_image(number, places=placed(at), **OF_ARTICLE))
        window = store.search.window(ARTICLE, an_id(2), 5, 1)
        assert [image.id for image in window.before] == [an_id(3)]
        assert [image.id for image in window.after] == [an_id(1)]
        put(store, an_image(5))
        assert store.search.window(ARTICLE, an_id(5), 1, 1) == Window()

    @pytest.mark.parametrize("references", [(), (("artnr", "1"), ("artnr", "2"))])
    def test_order_place_needs_one_reference(self, references: tuple[tuple[str, str], ...]) -> None:
        with pytest.raises(ValueError, match="needs one reference"):
            Query(references=references, order="place")

    def test_articles_have_count_and_first_image(self, store: MetadataBackend) -> None:
        put(store, an_image(1, **OF_ARTICLE))
        put(store, an_image(2, places=placed(10), **OF_ARTICLE))
        put(store, an_image(3, places=placed(5), trashed=START, **OF_ARTICLE))
        put(store, an_image(4, references={"artnr": ("10107",), "ean": ("4",)}))
        put(store, an_image(5, references={"artnr": ("10108",)}, trashed=START))
        found = store.search.articles("artnr", 10)
        assert [(a.number, a.count, a.main.id) for a in found.articles] == [
            ("10106", 2, an_id(2)),
            ("10107", 1, an_id(4)),
        ]
        assert found.next is None
        assert numbers_of(store.search.articles("ean", 10)) == ["4"]
        assert numbers_of(store.search.articles("size", 10)) == []

    def test_articles_are_paged(self, store: MetadataBackend) -> None:
        numbers = [f"{number:03}" for number in range(10)]
        for index, number in enumerate(reversed(numbers)):
            fill(store, range(index * 3, index * 3 + 3), references={"artnr": (number,)})
        assert all_numbers(store) == numbers
        first = store.search.articles("artnr", 3)
        put(store, an_image(99, references={"artnr": ("000a",)}))
        assert numbers_of(store.search.articles("artnr", 3, first.next)) == ["003", "004", "005"]

    def test_articles_are_found_by_their_beginning(self, store: MetadataBackend) -> None:
        numbers = ["10106", "10106/02", "101", "B0ABC", "b0xyz", "b0", 'a"b', "a\\c", "é1"]
        for index, number in enumerate(numbers):
            put(store, an_image(index, references={"artnr": (number,)}))
        assert sorted(all_numbers(store)) == sorted(numbers)
        for prefix, expected in {
            "10106": ["10106", "10106/02"],
            "10106/": ["10106/02"],
            'a"': ['a"b'],
            "a\\": ["a\\c"],
            "0106": [],
            "é": ["é1"],
            "É": [],
        }.items():
            assert all_numbers(store, prefix=prefix) == expected, prefix
        for prefix in ("b0", "B0"):
            assert all_numbers(store, prefix=prefix) == ["b0", "B0ABC", "b0xyz"]
        assert all_numbers(store, prefix="b0a") == ["B0ABC"]

    def test_articles_are_counted_up_to_a_limit(self, store: MetadataBackend) -> None:
        assert store.search.count_articles("artnr") == Count(0)
        for number in range(7):
            references = {"artnr": (f"00{number}", "B-1"), "ean": ("001",)}
            put(store, an_image(number, references=references))
        change(store, an_id(6), trashed=START)
        assert store.search.count_articles("artnr") == Count(7)
        assert store.search.count_articles("artnr", prefix="b") == Count(1)
        assert store.search.count_articles("artnr", prefix="00") == Count(6)
        assert store.search.count_articles("artnr", most=6) == Count(6, is_exact=False)
        assert store.search.count_articles("artnr", most=7) == Count(7)
        assert store.search.count_articles("size") == Count(0)

    def test_articles_refuse_a_cursor_of_another_list(self, store: MetadataBackend) -> None:
        for index in range(3):
            put(store, an_image(index, references={"artnr": (str(index),), "ean": (str(index),)}))
        cursor = store.search.articles("artnr", 1).next
        with pytest.raises(BadCursor):
            store.search.articles("ean", 1, cursor)
        with pytest.raises(BadCursor):
            store.search.articles("artnr", 1, "x")
