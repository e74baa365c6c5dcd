"""Contract of queries: conditions and search for words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from huimages_app.domain.models import Neighbours, Order, Query
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, annotate, change, fill, put, walk, walk_back


class SearchContract:
    def test_tag_filter_finds_images_with_the_tag(self, store: MetadataBackend) -> None:
        put(store, an_image(1), tags=("sea", "sun"))
        put(store, an_image(2), tags=("seaside",))
        put(store, an_image(3), tags=("sun",))
        annotate(store, an_id(3), "paul", tags=("sea",))
        assert walk(store, Query(tag="sea")) == [an_id(3), an_id(1)]
        assert walk(store, Query(tag="se")) == []
        annotate(store, an_id(3), "paul", tags=())
        assert walk(store, Query(tag="sea")) == [an_id(1)]

    def test_tag_filter_lists_an_image_once(self, store: MetadataBackend) -> None:
        put(store, an_image(1), tags=("sea",))
        annotate(store, an_id(1), "paul", tags=("sea",))
        assert walk(store, Query(tag="sea")) == [an_id(1)]
        annotate(store, an_id(1), "paul", tags=())
        assert walk(store, Query(tag="sea")) == [an_id(1)]

    @pytest.mark.parametrize(
        "tag", ["möwe", "100%", "a_b", 'q"uote', "l'été", "🎄", "-", "a/b", "*"]
    )
    def test_tag_filter_takes_tags_literally(self, store: MetadataBackend, tag: str) -> None:
        put(store, an_image(1), tags=(tag,))
        put(store, an_image(2), tags=("other", "axb", "1000"))
        assert walk(store, Query(tag=tag)) == [an_id(1)]
        assert store.search.tags(prefix=tag) == [(tag, 1)]
        assert dict(store.search.tags())[tag] == 1

    def test_reference_filter_finds_any_of_the_values(self, store: MetadataBackend) -> None:
        put(store, an_image(1, references={"artnr": ("10106/02", "10107")}))
        put(store, an_image(2, references={"artnr": ("10106",), "path": ("10107",)}))
        put(store, an_image(3, references={"artnr": ("10107",)}))

        def found(*references: tuple[str, str]) -> list[str]:
            return walk(store, Query(references=references), 2)

        assert found(("artnr", "10107")) == [an_id(3), an_id(1)]
        assert found(("artnr", "10106")) == [an_id(2)]
        assert found(("path", "10107")) == [an_id(2)]
        assert found(("artnr", "10")) == []
        assert found(("artnr", "10106"), ("artnr", "10107"), ("artnr", "10106/02")) == [
            an_id(3),
            an_id(2),
            an_id(1),
        ]
        assert found(("artnr", "nothing"), ("artnr", "10106")) == [an_id(2)]

    def test_reference_filter_requires_each_key(self, store: MetadataBackend) -> None:
        put(store, an_image(1, references={"artnr": ("1",), "view": ("front",)}))
        put(store, an_image(2, references={"artnr": ("1", "2"), "view": ("back", "top")}))
        put(store, an_image(3, references={"artnr": ("2",), "view": ("front",)}))
        put(store, an_image(4, references={"view": ("front",)}))

        def found(*references: tuple[str, str]) -> list[str]:
            return walk(store, Query(references=references), 2)

        assert found(("artnr", "1"), ("view", "front")) == [an_id(1)]
        fronts = (("view", "front"), ("artnr", "1"), ("artnr", "2"))
        assert found(*fronts) == [an_id(3), an_id(1)]
        assert store.search.neighbours(Query(references=fronts), an_id(1)).previous == an_id(3)
        assert found(("artnr", "2"), ("view", "top"), ("view", "front")) == [an_id(3), an_id(2)]
        assert found(("artnr", "1"), ("view", "side")) == []

    def test_reference_filter_separates_key_and_value(self, store: MetadataBackend) -> None:
        put(store, an_image(1, references={"a=b": ("c",)}))
        put(store, an_image(2, references={"a": ("b=c",)}))
        put(store, an_image(3, references={"a": ("%",), "ü": ('"',)}))
        assert walk(store, Query(references=(("a=b", "c"),))) == [an_id(1)]
        assert walk(store, Query(references=(("a", "b=c"),))) == [an_id(2)]
        assert walk(store, Query(references=(("ü", '"'),))) == [an_id(3)]

    def test_reference_filter_omits_removed_references(self, store: MetadataBackend) -> None:
        put(store, an_image(1, references={"artnr": ("1", "2")}))
        change(store, an_id(1), references={"artnr": ("2",)})
        assert walk(store, Query(references=(("artnr", "1"),))) == []
        assert walk(store, Query(references=(("artnr", "2"),))) == [an_id(1)]

    def test_type_filter_finds_images_of_the_type(self, store: MetadataBackend) -> None:
        put(store, an_image(1, types=("product", "person")))
        put(store, an_image(2, types=("person",)))
        assert walk(store, Query(type="person")) == [an_id(2), an_id(1)]
        change(store, an_id(1), types=("product",))
        assert walk(store, Query(type="person")) == [an_id(2)]

    def test_favorite_filter_finds_the_favourites_of_a_visitor(
        self, store: MetadataBackend
    ) -> None:
        fill(store, range(4))
        for number in (0, 2):
            annotate(store, an_id(number), "vera", favorite=True)
        annotate(store, an_id(1), "paul", favorite=True)
        annotate(store, an_id(3), "vera", rating=10)
        assert walk(store, Query(favorite_of="vera")) == [an_id(2), an_id(0)]
        annotate(store, an_id(2), "vera", favorite=False)
        assert walk(store, Query(favorite_of="vera")) == [an_id(0)]
        assert walk(store, Query(favorite_of="ver")) == []

    def test_rated_order_is_best_average_first(self, store: MetadataBackend) -> None:
        fill(store, range(6))
        ratings = {0: (10, 0), 1: (7,), 2: (10,), 4: (0,), 5: (7, 8)}
        for number, votes in ratings.items():
            for voter, vote in enumerate(votes):
                annotate(store, an_id(number), f"v{voter}", rating=vote)
        expected = [an_id(n) for n in [2, 5, 1, 0, 4]]
        assert walk(store, Query(order="rated"), 2) == expected
        assert walk_back(store, Query(order="rated"), 2) == expected
        annotate(store, an_id(2), "v0", rating=None)
        assert walk(store, Query(order="rated"), 2) == expected[1:]

    def test_taken_order_is_latest_first_without_unknown_times(
        self, store: MetadataBackend
    ) -> None:
        times = {1: 5, 2: 900_000, 3: 5, 4: None, 5: -70_000, 6: 0}
        for number, days in times.items():
            taken = None if days is None else START + timedelta(days=days, microseconds=number)
            put(store, an_image(number, taken=taken))
        put(store, an_image(7, taken=START, trashed=START))
        expected = [an_id(number) for number in (2, 3, 1, 6, 5)]
        assert walk(store, Query(order="taken"), 2) == expected
        assert walk_back(store, Query(order="taken"), 2) == expected
        assert walk(store, Query(order="taken", trashed=True)) == [an_id(7)]
        change(store, an_id(2), taken=None)
        change(store, an_id(4), taken=START + timedelta(days=1))
        assert walk(store, Query(order="taken"), 2) == [an_id(number) for number in (3, 1, 4, 6, 5)]
        found = store.search.neighbours(Query(order="taken"), an_id(4))
        assert (found.previous, found.next) == (an_id(1), an_id(6))
        assert store.search.neighbours(Query(order="taken"), an_id(2)) == Neighbours()

    def test_taken_order_lists_equal_times_once(self, store: MetadataBackend) -> None:
        fill(store, range(9), taken=START)
        walked = walk(store, Query(order="taken"))
        assert walked == [an_id(number) for number in reversed(range(9))]
        assert walk_back(store, Query(order="taken"), 4) == walked

    @pytest.mark.parametrize("order", ["newest", "oldest", "taken"])
    def test_taken_filter_includes_its_start_and_excludes_its_end(
        self, store: MetadataBackend, order: Order
    ) -> None:
        for number in range(6):
            put(store, an_image(number, taken=START + timedelta(days=number)), tags=("sea",))
        put(store, an_image(6), tags=("sea",))
        put(store, an_image(7, taken=START + timedelta(days=3), trashed=START))

        def found(first: int | None, end: int | None, **more: Any) -> list[int]:
            start, before = (
                None if day is None else START + timedelta(days=day) for day in (first, end)
            )
            query = Query(taken_from=start, taken_before=before, order=order, **more)
            walked = walk(store, query, 2)
            assert walk_back(store, query, 2) == walked
            numbers = [int(number) for number in range(8) if an_id(number) in walked]
            assert sorted(walked) == sorted(an_id(number) for number in numbers)
            return numbers

        assert found(2, 4) == [2, 3]
        assert found(None, 2) == [0, 1]
        assert found(4, None) == [4, 5]
        assert found(9, None) == []
        assert found(3, 3) == []
        assert found(1, 3, tag="sea") == [1, 2]
        assert found(1, 3, tag="sun") == []

    def test_rated_order_lists_equal_averages_once(self, store: MetadataBackend) -> None:
        for number in range(10):
            put(store, an_image(number, created=START), rating=number % 2)
        walked = walk(store, Query(order="rated"))
        assert len(walked) == len(set(walked)) == 10
        assert walk_back(store, Query(order="rated"), 4) == walked

    def test_changed_since_filter_includes_the_time(self, store: MetadataBackend) -> None:
        fill(store, range(4))
        change(store, an_id(1), modified=START + timedelta(days=1))
        since = START + timedelta(hours=1)
        assert walk(store, Query(changed_since=since)) == [an_id(1)]
        assert walk(store, Query(changed_since=START + timedelta(seconds=1.5))) == [
            an_id(3),
            an_id(2),
            an_id(1),
        ]

    def test_trashed_images_match_only_with_trashed(self, store: MetadataBackend) -> None:
        for number in range(4):
            image = an_image(number, titles=("strand",), types=("t",), references={"a": ("1",)})
            put(store, image, tags=("sea",), favorite=True, rating=number)
        change(store, an_id(1), trashed=START)
        shown = [an_id(n) for n in [3, 2, 0]]
        for fields in [
            {},
            {"text": "strand"},
            {"tag": "sea"},
            {"type": "t"},
            {"references": (("a", "1"),)},
            {"favorite_of": "vera"},
            {"changed_since": START},
            {"order": "rated"},
        ]:
            assert walk(store, Query(**fields), 2) == shown  # type: ignore[arg-type]
            assert walk(store, Query(**fields, trashed=True)) == [an_id(1)]  # type: ignore[arg-type]
        change(store, an_id(1), trashed=None)
        assert len(walk(store, Query(tag="sea"))) == 4
        assert walk(store, Query(trashed=True)) == []

    def test_two_conditions_without_words_must_both_match(self, store: MetadataBackend) -> None:
        put(store, an_image(1, references={"artnr": ("1",)}), tags=("sea",))
        put(store, an_image(2, references={"artnr": ("1",)}, types=("shop",)))
        put(store, an_image(3, types=("shop",)), tags=("sea",))
        article = (("artnr", "1"),)
        assert walk(store, Query(tag="sea", references=article)) == [an_id(1)]
        assert walk(store, Query(type="shop", references=article)) == [an_id(2)]
        assert walk(store, Query(type="shop", tag="sea", order="oldest")) == [an_id(3)]
        assert walk(store, Query(type="shop", tag="sea", references=article)) == []

    def test_combined_conditions_must_all_match(self, store: MetadataBackend) -> None:
        for number in range(32):
            image = an_image(
                number,
                titles=("hut",) if number & 1 else ("rock",),
                types=("product",) if number & 2 else (),
                references={"artnr": (f"{number & 4}",)},
            )
            tags = ("sea",) if number & 8 else ("sun",)
            put(store, image, tags=tags, favorite=bool(number & 16), rating=number % 5)
        everything = Query(
            text="hut",
            type="product",
            references=(("artnr", "4"), ("artnr", "5")),
            tag="sea",
            favorite_of="vera",
            changed_since=START,
        )
        assert walk(store, everything) == [an_id(31)]
        assert walk(store, Query(text="hut", tag="sea"), 2) == [
            an_id(n) for n in range(31, -1, -1) if n & 9 == 9
        ]
        rated = walk(store, Query(type="product", tag="sun", text="rock", order="rated"), 2)
        votes = [store.annotations.of_image(image_id)["vera"].rating for image_id in rated]
        assert len(rated) == 4
        assert votes == sorted(votes, key=int, reverse=True)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "text",
        ["Möwe", "MÖWE", "möw", "mowe", "zwei", "zw m", "hafen", "IMG_0815", "0815.jpeg",
         "10106/02", "10106/0", "101", "AB-12.3", "ab-12", "12.3", "straße", "  möwe \t zwei ",
         "möwe möwe"],
    )  # fmt: skip
    def test_search_finds_words_and_beginnings(self, store: MetadataBackend, text: str) -> None:
        image = an_image(
            1,
            titles=("Zwei Möwen", "Auf der Straße"),
            references={"artnr": ("10106/02", "AB-12.3")},
            filename="IMG_0815.jpeg",
        )
        put(store, image, tags=("hafen",))
        put(store, an_image(2, titles=("anderes",), references={"artnr": ("10306/03",)}))
        assert walk(store, Query(text=text)) == [an_id(1)]

    @pytest.mark.parametrize("text", ["", "  ", "\n"])
    def test_search_for_blanks_matches_all_images(self, store: MetadataBackend, text: str) -> None:
        known = fill(store, range(2))
        assert sorted(walk(store, Query(text=text))) == sorted(known)

    @pytest.mark.parametrize(
        "text",
        ['"', '""', "*", "%", "_", "(", "AND", "möwe AND", "NOT möwe", "möwe OR nichts",
         "NEAR(a b)", "titles:möwe", "möwe^2", "-möwe nichts", "'; DROP TABLE images; --", "\\",
         "{", "🎄", "\x00", "10106/03", "mowe01", "x" * 10_000, "wort " * 5_000],
    )  # fmt: skip
    def test_search_text_has_no_operators(self, store: MetadataBackend, text: str) -> None:
        put(store, an_image(1, titles=("Möwe",), references={"artnr": ("10106/02",)}))
        assert walk(store, Query(text=text)) == []

    def test_search_takes_operators_as_words(self, store: MetadataBackend) -> None:
        put(store, an_image(1, titles=("near OR far AND not 'here' \"now\"",)))
        put(store, an_image(2, titles=("far",)))
        for text in ["far OR", "not far", 'near "now"', "'here'", "(far and) near*"]:
            assert walk(store, Query(text=text)) == [an_id(1)]

    def test_search_follows_changes_of_the_image(self, store: MetadataBackend) -> None:
        put(store, an_image(1, titles=("old",), filename="one.jpeg"), tags=("sea",))
        change(store, an_id(1), titles=("new",))
        annotate(store, an_id(1), "vera", tags=("sun",))
        assert walk(store, Query(text="old")) == walk(store, Query(text="sea")) == []
        for text in ["new", "sun", "new sun one"]:
            assert walk(store, Query(text=text)) == [an_id(1)]

    def test_search_results_are_paged_in_order(self, store: MetadataBackend) -> None:
        numbers = [5, 2, 9, 0, 7, 4, 1]
        for number in numbers:
            put(store, an_image(number, titles=(f"strand {number}",)), rating=number % 3)
        newest = [an_id(number) for number in sorted(numbers, reverse=True)]
        assert walk(store, Query(text="str"), 2) == newest
        assert walk_back(store, Query(text="str"), 2) == newest
        assert walk(store, Query(text="str", order="oldest"), 2) == newest[::-1]
        assert len(walk(store, Query(text="str", order="rated"), 2)) == len(numbers)
        assert store.search.neighbours(Query(text="strand"), an_id(5)).next == an_id(4)
