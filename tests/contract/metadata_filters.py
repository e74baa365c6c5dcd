"""Contract of queries: facets, ranges, the order of titles, and counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from huimages_app.domain.models import Count, Order, Query
from huimages_app.domain.rights import Rights
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, annotate, change, fill, put, walk, walk_back

SHAPES = {
    "landscape": [(640, 480), (1000, 949), (1999, 1000)],
    "portrait": [(480, 640), (949, 1000), (100, 5000)],
    "square": [(700, 700), (1000, 950), (950, 1000)],
    "panorama": [(2000, 1000), (9000, 100)],
}


def facet(kind: str, value: str, **more: Any) -> Query:
    return Query(facets=((kind, value),), **more)


class FiltersContract:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_shape_filter_finds_images_of_the_shape(
        self, store: MetadataBackend, shape: str
    ) -> None:
        sides = [(name, size) for name, sizes in SHAPES.items() for size in sizes]
        for number, (_, (width, height)) in enumerate(sides):
            put(store, an_image(number, width=width, height=height))
        expected = [an_id(number) for number, (name, _) in enumerate(sides) if name == shape]
        assert walk(store, facet("shape", shape, order="oldest"), 2) == expected
        assert store.search.count_of(facet("shape", shape)) == Count(len(expected))

    def test_format_filter_finds_images_of_the_format(self, store: MetadataBackend) -> None:
        put(store, an_image(1, contenttype="image/jpeg"))
        put(store, an_image(2, contenttype="image/png"))
        put(store, an_image(3))
        assert walk(store, facet("format", "jpeg")) == [an_id(1)]
        change(store, an_id(3), contenttype="image/jpeg")
        assert walk(store, facet("format", "jpeg")) == [an_id(3), an_id(1)]
        assert walk(store, facet("format", "webp")) == []

    def test_facet_sizes_follow_images_without_the_trash(self, store: MetadataBackend) -> None:
        assert store.search.facet_sizes("without") == {}
        put(store, an_image(1, titles=("Möwe",), alt="A gull"), tags=("sea",))
        put(store, an_image(2, alt="A gull"))
        put(store, an_image(3))
        assert store.search.facet_sizes("without") == {"title": 2, "alt": 1, "tags": 2, "artnr": 3}
        change(store, an_id(3), trashed=START)
        assert store.search.facet_sizes("without") == {"title": 1, "tags": 1, "artnr": 2}
        change(store, an_id(2), titles=("Ente",), references={"artnr": ("1",)})
        assert store.search.facet_sizes("without") == {"tags": 1, "artnr": 1}
        assert store.search.facet_sizes("uploader") == {}

    def test_uploader_filter_finds_images_of_the_account(self, store: MetadataBackend) -> None:
        put(store, an_image(1, uploader="vera"))
        put(store, an_image(2, uploader="paul"))
        put(store, an_image(3))
        assert walk(store, facet("uploader", "vera")) == [an_id(1)]
        assert walk(store, facet("uploader", "")) == []

    def test_batch_filter_finds_images_uploaded_together(self, store: MetadataBackend) -> None:
        first, second = "0123456789abcdef", "fedcba9876543210"
        for number, batches in enumerate([(first,), (first, second), (second,), ()]):
            put(store, an_image(number, batches=batches))
        assert walk(store, facet("batch", first)) == [an_id(1), an_id(0)]
        assert walk(store, facet("batch", second, order="oldest")) == [an_id(1), an_id(2)]
        assert store.search.count_of(facet("batch", second)) == Count(2)
        change(store, an_id(1), batches=(second,))
        assert walk(store, facet("batch", first)) == [an_id(0)]

    def test_without_filter_finds_images_that_lack_a_field(self, store: MetadataBackend) -> None:
        full = {"titles": ("Möwe",), "alt": "A gull", "references": {"artnr": ("1",)}}
        put(store, an_image(0, **full), tags=("sea",))
        for number, name in enumerate(["titles", "alt", "references"], 1):
            put(store, an_image(number, **full | {name: type(full[name])()}), tags=("sea",))
        put(store, an_image(4, **full), favorite=True, rating=3)
        put(store, an_image(5, **full | {"references": {"path": ("1",)}}), tags=("sea",))

        def found(*names: str) -> list[str]:
            return walk(store, Query(facets=tuple(("without", name) for name in names)), 2)

        assert found("title") == [an_id(1)]
        assert found("alt") == [an_id(2)]
        assert found("artnr") == [an_id(5), an_id(3)]
        assert found("tags") == [an_id(4)]
        assert found("tags", "alt") == []
        annotate(store, an_id(2), "vera", tags=())
        assert found("tags", "alt") == [an_id(2)]
        assert found("tags") == [an_id(4), an_id(2)]
        annotate(store, an_id(4), "paul", tags=("sun",))
        assert found("tags") == [an_id(2)]
        annotate(store, an_id(4), "vera", tags=("sun",))
        annotate(store, an_id(4), "paul", tags=())
        assert found("tags") == [an_id(2)]
        assert store.search.count_of(facet("without", "tags")) == Count(1)

    def test_several_tags_must_all_match(self, store: MetadataBackend) -> None:
        for number in range(8):
            tags = [tag for bit, tag in enumerate(["sea", "sun", "sand"]) if number >> bit & 1]
            put(store, an_image(number), tags=tuple(tags))
        annotate(store, an_id(1), "paul", tags=("sun",))
        assert walk(store, Query(tag="sea", tags=("sun",)), 2) == [an_id(7), an_id(3), an_id(1)]
        assert walk(store, Query(tags=("sun", "sand", "sea"))) == [an_id(7)]
        assert walk(store, Query(tag="sea", tags=("sea",))) == walk(store, Query(tag="sea"))

    @pytest.mark.parametrize("order", ["newest", "title"])
    def test_size_filter_compares_the_longer_side(
        self, store: MetadataBackend, order: Order
    ) -> None:
        for number, (width, height) in enumerate([(640, 480), (480, 641), (2000, 10), (10, 10)]):
            put(store, an_image(number, width=width, height=height, titles=(f"{9 - number}",)))

        def found(larger: int | None, smaller: int | None) -> list[str]:
            query = Query(larger=larger, smaller=smaller, order=order)
            assert walk_back(store, query, 1) == walk(store, query, 1)
            return walk(store, query, 2)

        assert found(641, None) == [an_id(2), an_id(1)]
        assert found(None, 641) == [an_id(3), an_id(0)]
        assert found(640, 2000) == [an_id(1), an_id(0)]
        assert found(2001, None) == []

    @pytest.mark.parametrize("order", ["newest", "rated"])
    def test_rating_filter_includes_the_average(self, store: MetadataBackend, order: Order) -> None:
        fill(store, range(5))
        for number, votes in {1: (8, 7), 2: (9,), 3: (0,), 4: (7,)}.items():
            for voter, vote in enumerate(votes):
                annotate(store, an_id(number), f"v{voter}", rating=vote)

        def found(rating: float) -> set[str]:
            query = Query(rating=rating, order=order)
            assert walk_back(store, query, 1) == walk(store, query, 1)
            return {*walk(store, query, 2)}

        assert found(7.5) == {an_id(1), an_id(2)}
        assert found(7.6) == {an_id(2)}
        assert found(0) == {an_id(1), an_id(2), an_id(3), an_id(4)}
        assert found(9.5) == set()

    @pytest.mark.parametrize(
        ("order", "few"), [("newest", 0), ("newest", 9), ("title", 0), ("title", 9), ("rated", 9)]
    )
    @pytest.mark.parametrize("more", [{}, {"tag": "sea"}])
    def test_ends_filter_includes_today_and_the_last_day(
        self,
        store: MetadataBackend,
        order: Order,
        more: dict[str, Any],
        few: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("huimages_app.storage.couchdb.few_candidates._FEW", few)
        monkeypatch.setattr("huimages_app.storage.sqlite.query_planner.FEW", few)
        days = ["2026-11-30", "2026-12-01", "", "2026-12-31", "2027-01-01", "2026-12-10"]
        for number, until in enumerate(days):
            rights = Rights(until=until)
            image = an_image(number, titles=(f"strand {number}",), taken=START, rights=rights)
            put(store, image, tags=("sea",), rating=5)
        store.search.today = lambda: date(2026, 12, 1)
        month = Query(ends=30, order=order, **more)
        expected = [an_id(number) for number in (1, 3, 5)]
        assert sorted(walk(store, month, 2)) == sorted(walk_back(store, month, 2)) == expected
        assert store.search.count_of(month) == Count(3)
        assert store.search.contains(month, an_id(3))
        assert walk(store, Query(ends=0, order=order, **more)) == [an_id(1)]
        cursor = store.search.page(month, 1).next
        store.search.today = lambda: date(2026, 12, 2)
        assert store.search.page(month, 9, cursor)  # the cursor of yesterday is valid
        assert sorted(walk(store, month)) == sorted([an_id(3), an_id(4), an_id(5)])
        change(store, an_id(3), trashed=START)
        assert sorted(walk(store, month)) == sorted([an_id(4), an_id(5)])

    @pytest.mark.parametrize("more", [{}, {"tag": "sea"}, {"text": "strand"}, {"type": "t"}])
    def test_creation_filter_includes_its_start_and_excludes_its_end(
        self, store: MetadataBackend, more: dict[str, Any]
    ) -> None:
        for number in range(6):
            image = an_image(number, titles=("strand",), types=("t",), taken=START)
            put(store, image, tags=("sea",), rating=5)

        def found(order: Order, first: int | None, end: int | None) -> list[int]:
            start, before = (
                None if at is None else START + timedelta(seconds=at) for at in (first, end)
            )
            query = Query(created_from=start, created_before=before, order=order, **more)
            walked = walk(store, query, 2)
            assert walk_back(store, query, 2) == walked
            assert store.search.count_of(query) == Count(len(walked))
            numbers = [number for number in range(6) if an_id(number) in walked]
            assert len(numbers) == len(walked)
            return numbers

        orders: tuple[Order, ...] = ("newest", "oldest", "title", "taken", "rated")
        for order in orders:
            assert found(order, 2, 4) == [2, 3], order
            assert found(order, None, 2) == [0, 1], order
            assert found(order, 4, None) == [4, 5], order
            assert found(order, 3, 3) == [], order

    @pytest.mark.parametrize("more", [{}, {"tag": "sea"}])
    def test_title_order_is_alphabetical_by_title_or_file_name(
        self, store: MetadataBackend, more: dict[str, Any]
    ) -> None:
        names = {1: ("zebra", ""), 2: ("", "banana.jpeg"), 3: ("Apple", "x"), 4: ("cherry", "")}
        for number, (title, filename) in names.items():
            titles = ("aaa", title) if title else ()
            put(store, an_image(number, titles=titles, filename=filename), tags=("sea",))
        put(store, an_image(5, titles=("cherry",)), tags=("sea",))
        expected = [an_id(number) for number in (3, 2, 4, 5, 1)]
        query = Query(order="title", **more)
        assert walk(store, query, 2) == expected
        assert walk_back(store, query, 2) == expected
        found = store.search.neighbours(query, an_id(4))
        assert (found.previous, found.next) == (an_id(2), an_id(5))
        change(store, an_id(3), titles=("zoo",))
        assert walk(store, query, 2) == [*expected[1:], an_id(3)]

    def test_title_order_takes_long_names(self, store: MetadataBackend) -> None:
        for number, end in enumerate("ba"):
            put(store, an_image(number, titles=("𠮷" * 60 + "x" * 300 + end,)))
        query = Query(order="title")
        assert sorted(walk(store, query, 1)) == sorted([an_id(0), an_id(1)])
        first, second = walk(store, query, 1)
        assert store.search.neighbours(query, first).next == second

    @pytest.mark.parametrize("order", ["newest", "oldest", "title", "taken", "rated"])
    def test_combined_filters_must_all_match_in_every_order(
        self, store: MetadataBackend, order: Order
    ) -> None:
        for number in range(16):
            image = an_image(
                number,
                width=640 if number & 1 else 300,
                contenttype="image/png" if number & 2 else "image/jpeg",
                alt="a" if number & 4 else "",
                titles=(f"strand {number:02}",),
                taken=START,
                references={"artnr": ("1",)},
            )
            put(store, image, tags=("sea",) if number & 8 else ("sun",), rating=number % 7)
        query = Query(
            text="strand",
            tag="sea",
            facets=(("format", "png"), ("without", "alt"), ("shape", "landscape")),
            references=(("artnr", "1"),),
            larger=500,
            order=order,
        )
        assert walk(store, query) == walk_back(store, query) == [an_id(11)]
        assert store.search.count_of(query) == Count(1)
        assert store.search.neighbours(query, an_id(11)).next is None

    @pytest.mark.parametrize("order", ["oldest", "title", "taken", "rated"])
    def test_same_images_are_found_by_time(self, store: MetadataBackend, order: Order) -> None:
        fill(store, range(6), titles=("strand",))
        for number in range(3):
            annotate(store, an_id(number), "vera", rating=number)
            change(store, an_id(number + 1), taken=START.replace(year=1890 + 90 * number))
        for query in (Query(order=order), Query(text="strand", order=order, rating=1)):
            found = walk(store, query)
            newest_first = [
                an_id(number) for number in reversed(range(6)) if an_id(number) in found
            ]
            assert walk(store, query.by_time) == newest_first
        collection = Query(collection="x", order="place")
        assert collection.by_time == collection

    def test_count_is_exact_up_to_its_bound(self, store: MetadataBackend) -> None:
        fill(store, range(7), titles=("strand",))
        put(store, an_image(8, trashed=START, titles=("strand",)))
        for query in (Query(text="strand"), Query(text="strand", larger=1), Query(larger=1)):
            assert store.search.count_of(query, 7) == Count(7)
            assert store.search.count_of(query, 6) == Count(6, is_exact=False)
        assert store.search.count_of(Query()) == Count(7)
        assert store.search.count_of(Query(text="nothing")) == Count(0)
        assert store.search.count_of(Query(order="rated")) == Count(0)
        assert store.search.count_of(Query(trashed=True)) == Count(1)
        assert store.search.count_of(Query(tag="sea")) == Count(0)

    def test_count_lists_an_image_once(self, store: MetadataBackend) -> None:
        put(store, an_image(1, references={"artnr": ("1", "2")}), tags=("sea", "seaside"))
        annotate(store, an_id(1), "paul", tags=("sea",))
        assert store.search.count_of(Query(tag="sea")) == Count(1)
        assert store.search.count_of(Query(text="sea")) == Count(1)
        both = (("artnr", "1"), ("artnr", "2"))
        assert store.search.count_of(Query(references=both)) == Count(1)

    def test_count_before_an_image_is_its_position_in_the_pages(
        self, store: MetadataBackend
    ) -> None:
        fill(store, range(5), titles=("strand",), references={"artnr": ("1",)}, types=("t",))
        for number in (4, 1, 3):
            annotate(store, an_id(number), "vera", favorite=True, rating=number, tags=("sea",))
        queries = (
            *(Query(), Query(order="oldest"), Query(order="rated"), Query(order="title")),
            *(Query(tag="sea"), Query(text="strand"), Query(text="strand sea"), Query(larger=1)),
            *(Query(favorite_of="vera"), Query(type="t"), Query(trashed=True)),
            Query(references=(("artnr", "1"),), order="place"),
        )
        for query in queries:
            found = walk(store, query)
            positions = {an_id(n): store.search.count_before(query, an_id(n)) for n in range(6)}
            assert positions == {
                an_id(n): Count(found.index(an_id(n))) if an_id(n) in found else None
                for n in range(6)
            }

    def test_count_before_an_image_is_exact_up_to_its_bound(self, store: MetadataBackend) -> None:
        fill(store, range(5), titles=("strand",))
        query = Query(text="strand", order="oldest")
        assert store.search.count_before(query, an_id(4), 4) == Count(4)
        assert store.search.count_before(query, an_id(4), 3) == Count(3, is_exact=False)

    def test_page_at_a_time_begins_there(self, store: MetadataBackend) -> None:
        fill(store, range(6), types=("t",))
        for number in range(6):
            change(store, an_id(number), taken=START + timedelta(days=number))

        def at(query: Query, time: datetime) -> list[str]:
            page = store.search.page(query, 2, store.search.cursor_at(query, time))
            return [image.id for image in page.images]

        third = START + timedelta(seconds=3)
        for more in ({}, {"type": "t"}, {"larger": 1}):
            assert at(Query(**more), third) == [an_id(2), an_id(1)]  # type: ignore[arg-type]
            oldest = Query(order="oldest", **more)  # type: ignore[arg-type]
            assert at(oldest, third) == [an_id(3), an_id(4)]
            taken = Query(order="taken", **more)  # type: ignore[arg-type]
            assert at(taken, START + timedelta(days=3)) == [an_id(2), an_id(1)]
        page = store.search.page(Query(), 2, store.search.cursor_at(Query(), third))
        assert page.previous
        before = store.search.page(Query(), 2, page.previous)
        assert [image.id for image in before.images] == [an_id(4), an_id(3)]
        assert at(Query(), START - timedelta(days=9999)) == []
        with pytest.raises(ValueError, match="no times"):
            store.search.cursor_at(Query(order="rated"), third)
