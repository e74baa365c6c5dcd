"""Contract of results: order, pages, neighbours."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest

from huimages_app.domain.models import Neighbours, Order, Query, Window
from huimages_app.errors import BadCursor
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, annotate, change, fill, ids_of, put, walk, walk_back

_INVALID_CURSORS = (
    *("", "x", "=", "ä", "AAAA", "n.1", "0", "%00", "\x00", "W10", "a" * 5000, "../.."),
)


class PagesContract:
    def test_page_of_an_empty_store_is_empty(self, store: MetadataBackend) -> None:
        page = store.search.page(Query(), 10)
        assert (list(page.images), page.next, page.previous) == ([], None, None)

    def test_pages_are_ordered_by_creation(self, store: MetadataBackend) -> None:
        numbers = [3, 7, 1, 9, 5, 0, 8]
        fill(store, numbers)
        newest = [an_id(number) for number in sorted(numbers, reverse=True)]
        assert walk(store, Query()) == newest
        assert walk(store, Query(order="oldest")) == newest[::-1]
        assert store.search.page(Query(), 1).images[0] == an_image(9)

    def test_page_order_is_exact_to_the_microsecond(self, store: MetadataBackend) -> None:
        for number, micro in enumerate([5, 3, 4, 1, 2]):
            put(store, an_image(number, created=START + timedelta(microseconds=micro)))
        assert walk(store, Query(order="oldest"), 2) == [an_id(n) for n in [3, 4, 1, 2, 0]]

    def test_page_order_holds_for_distant_times(self, store: MetadataBackend) -> None:
        years = [1826, 1969, 1970, 2026, 2200]
        for year in years:
            put(store, an_image(year, created=datetime(year, 1, 1, tzinfo=UTC)))
        assert walk(store, Query(order="oldest")) == [an_id(year) for year in years]
        assert store.images.get(an_id(1826)).created.year == 1826

    @pytest.mark.parametrize("order", ["newest", "oldest"])
    def test_page_order_of_equal_times_is_stable(self, store: MetadataBackend, order: str) -> None:
        known = fill(store, range(9), created=START)
        query = Query(order=order)  # type: ignore[arg-type]
        first = walk(store, query, 2)
        assert sorted(first) == sorted(known)
        assert walk(store, query, 4) == first
        assert walk_back(store, query, 4) == first

    def test_newest_is_the_reverse_of_oldest_for_equal_times(self, store: MetadataBackend) -> None:
        fill(store, range(5), created=START)
        fill(store, range(5, 9))
        assert walk(store, Query())[::-1] == walk(store, Query(order="oldest"))

    def test_changed_creation_time_moves_the_image(self, store: MetadataBackend) -> None:
        known = fill(store, range(4), types=("product",))
        for image_id in known:
            annotate(store, image_id, "vera", tags=("sea",), favorite=True, rating=5)
        change(store, known[0], created=START + timedelta(days=1))
        moved = [known[n] for n in [0, 3, 2, 1]]
        for query in [
            Query(),
            Query(tag="sea"),
            Query(type="product"),
            Query(favorite_of="vera"),
            Query(tag="sea", type="product"),
        ]:
            assert walk(store, query) == moved
        assert store.annotations.of_image(known[0])["vera"].rating == 5
        assert store.annotations.summary(known[0]).favorites == 1
        assert store.search.count() == 4

    @pytest.mark.parametrize("order", ["newest", "oldest", "rated", "taken"])
    def test_previous_cursor_leads_to_the_page_before(
        self, store: MetadataBackend, order: str
    ) -> None:
        for number in range(11):
            taken = START + timedelta(days=number % 4)
            put(store, an_image(number, taken=taken), rating=number % 4)
        query = Query(order=order)  # type: ignore[arg-type]
        page = store.search.page(query, 3)
        pages = [page]
        while page.next:
            page = store.search.page(query, 3, page.next)
            pages.append(page)
        assert [len(page.images) for page in pages] == [3, 3, 3, 2]
        for before, after in itertools.pairwise(pages):
            assert after.previous is not None
            again = store.search.page(query, 3, after.previous)
            assert ids_of(again) == ids_of(before)
            assert again.next is not None
            assert ids_of(store.search.page(query, 3, again.next)) == ids_of(after)
            assert (again.previous is None) == (before is pages[0])

    def test_full_last_page_has_no_next_cursor(self, store: MetadataBackend) -> None:
        fill(store, range(4))
        first = store.search.page(Query(), 2)
        last = store.search.page(Query(), 2, first.next)
        assert (len(last.images), last.next) == (2, None)
        assert store.search.page(Query(), 4).next is None

    def test_page_length_may_change_between_pages(self, store: MetadataBackend) -> None:
        known = fill(store, range(9))[::-1]
        first = store.search.page(Query(), 2)
        second = store.search.page(Query(), 5, first.next)
        assert ids_of(second) == known[2:7]
        assert ids_of(store.search.page(Query(), 1, second.previous)) == [known[1]]

    def test_cursors_stay_valid_while_images_change(self, store: MetadataBackend) -> None:
        known = fill(store, range(0, 40, 2))[::-1]
        page = store.search.page(Query(), 4)
        seen = ids_of(page)
        for step in range(4):
            put(store, an_image(101 + step))  # before the first page
            put(store, an_image(2 * step + 1))  # after the current page
            store.images.remove(seen[-1])  # the image to which the cursor points
            change(store, known[-1 - step], trashed=START)
            page = store.search.page(Query(), 4, page.next)
            seen += ids_of(page)
        while page.next:
            page = store.search.page(Query(), 4, page.next)
            seen += ids_of(page)
        assert len(seen) == len(set(seen))
        assert set(known[:-4]) <= set(seen)

    def test_previous_cursor_works_when_later_images_are_removed(
        self, store: MetadataBackend
    ) -> None:
        known = fill(store, range(6))[::-1]
        first = store.search.page(Query(), 3)
        for image_id in known[3:]:
            store.images.remove(image_id)
        page = store.search.page(Query(), 3, first.next)
        assert (ids_of(page), page.next) == ([], None)
        assert ids_of(store.search.page(Query(), 3, page.previous)) == known[:3]

    def test_next_cursor_works_when_earlier_images_are_removed(
        self, store: MetadataBackend
    ) -> None:
        known = fill(store, range(6))[::-1]
        first = store.search.page(Query(), 3)
        second = store.search.page(Query(), 3, first.next)
        for image_id in known[:3]:
            change(store, image_id, trashed=START)
        page = store.search.page(Query(), 3, second.previous)
        assert (ids_of(page), page.previous) == ([], None)
        assert ids_of(store.search.page(Query(), 3, page.next)) == known[3:]

    def test_cursors_are_safe_in_urls(self, store: MetadataBackend) -> None:
        fill(store, range(30), titles=("ä & ö",))
        page = store.search.page(Query(text="ä"), 2)
        for _ in range(10):
            assert page.next
            assert re.fullmatch(r"[A-Za-z0-9_~.-]+", page.next)
            page = store.search.page(Query(text="ä"), 2, page.next)

    @pytest.mark.parametrize("query", [Query(), Query(order="rated"), Query(text="x")])
    def test_invalid_cursor_raises(self, store: MetadataBackend, query: Query) -> None:
        fill(store, range(3))
        for cursor in _INVALID_CURSORS:
            with pytest.raises(BadCursor):
                store.search.page(query, 2, cursor)

    def test_cursor_of_another_query_raises(self, store: MetadataBackend) -> None:
        for number in range(4):
            put(store, an_image(number), tags=("sea", "sun"), rating=number)
        cursor = store.search.page(Query(tag="sea"), 2).next
        for other in [Query(), Query(tag="sun"), Query(tag="sea", order="oldest")]:
            with pytest.raises(BadCursor):
                store.search.page(other, 2, cursor)
        with pytest.raises(BadCursor):
            store.search.page(Query(order="rated"), 2, store.search.page(Query(), 2).next)

    def test_damaged_cursor_raises(self, store: MetadataBackend) -> None:
        fill(store, range(4))
        cursor = store.search.page(Query(), 2).next
        assert cursor
        middle = len(cursor) // 2
        for damaged in [
            cursor[:-2],
            cursor + "AA",
            cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :],
        ]:
            with pytest.raises(BadCursor):
                store.search.page(Query(), 2, damaged)

    def test_neighbours_are_adjacent_in_list_order(self, store: MetadataBackend) -> None:
        known = fill(store, range(4))[::-1]
        assert store.search.neighbours(Query(), known[0]) == Neighbours(None, known[1])
        assert store.search.neighbours(Query(), known[1]) == Neighbours(known[0], known[2])
        assert store.search.neighbours(Query(), known[3]) == Neighbours(known[2], None)
        oldest = Query(order="oldest")
        assert store.search.neighbours(oldest, known[1]) == Neighbours(known[2], known[0])

    @pytest.mark.parametrize("order", ["newest", "oldest", "rated", "taken"])
    def test_neighbours_agree_with_the_pages(self, store: MetadataBackend, order: str) -> None:
        for number in range(9):
            fields = {"tags": ("sea",)} if number % 3 else {"tags": ("sun",)}
            image = an_image(number, created=START, taken=START + timedelta(days=number % 2))
            put(store, image, **fields, rating=number % 2)
        for query in [Query(order=order), Query(tag="sea", order=order)]:  # type: ignore[arg-type]
            walked: list[str | None] = [None, *walk(store, query), None]
            for before, image_id, after in zip(walked, walked[1:], walked[2:], strict=False):
                assert image_id
                assert store.search.neighbours(query, image_id) == Neighbours(before, after)

    def test_image_that_does_not_match_has_no_neighbours(self, store: MetadataBackend) -> None:
        put(store, an_image(1), tags=("sea",))
        put(store, an_image(2), tags=("sun",))
        put(store, an_image(3), tags=("sea",))
        put(store, an_image(4, trashed=START), tags=("sea",))
        store.images.remove(put(store, an_image(5), tags=("sea",)))
        for stranger in [an_id(2), an_id(4), an_id(5), an_id(6)]:
            assert store.search.neighbours(Query(tag="sea"), stranger) == Neighbours()
        assert store.search.neighbours(Query(order="rated"), an_id(1)) == Neighbours()
        assert store.search.neighbours(Query(trashed=True), an_id(1)) == Neighbours()

    def test_window_holds_the_nearest_images_in_list_order(self, store: MetadataBackend) -> None:
        known = fill(store, range(9))[::-1]
        window = store.search.window(Query(), known[4], 3, 2)
        assert [image.id for image in window.before] == known[1:4]
        assert [image.id for image in window.after] == known[5:7]
        assert store.images.get(known[3]) == window.before[-1]

    def test_window_ends_at_the_ends_of_the_list(self, store: MetadataBackend) -> None:
        known = fill(store, range(4))[::-1]
        assert _ids_of(store.search.window(Query(), known[0], 5, 5)) == ([], known[1:])
        assert _ids_of(store.search.window(Query(), known[3], 5, 5)) == (known[:3], [])
        assert _ids_of(store.search.window(Query(), known[1], 1, 0)) == ([known[0]], [])
        assert _ids_of(store.search.window(Query(), known[1], 0, 1)) == ([], [known[2]])
        assert store.search.window(Query(), known[1], 0, 0) == Window()

    @pytest.mark.slow
    @pytest.mark.parametrize("order", ["newest", "oldest", "rated", "taken"])
    def test_window_agrees_with_the_pages(self, store: MetadataBackend, order: Order) -> None:
        references = {"artnr": ("1",)}
        for number in range(8):
            tag = "sea" if number % 3 else "sun"
            image = an_image(
                number,
                created=START,
                taken=START + timedelta(days=number % 2),
                titles=(f"strand {tag}",),
                references=references,
            )
            put(store, image, tags=(tag,), rating=number % 2, favorite=True)
        for query in [
            Query(order=order),
            Query(tag="sea", order=order),
            Query(text="str", order=order),
            Query(text="str sea", order=order),
            Query(references=(("artnr", "1"),), order=order),
            Query(favorite_of="vera", order=order),
        ]:
            walked = walk(store, query)
            for place, image_id in enumerate(walked):
                window = store.search.window(query, image_id, 2, 3)
                around = walked[max(place - 2, 0) : place], walked[place + 1 : place + 4]
                assert _ids_of(window) == around

    def test_window_of_an_image_that_does_not_match_is_empty(self, store: MetadataBackend) -> None:
        fill(store, range(3))
        put(store, an_image(4, trashed=START), tags=("sea",))
        put(store, an_image(5), tags=("sun",))
        for image_id in [an_id(0), an_id(4), an_id(5), an_id(6)]:
            assert store.search.window(Query(tag="sea"), image_id, 2, 2) == Window()


def _ids_of(window: Window) -> tuple[list[str], list[str]]:
    return [image.id for image in window.before], [image.id for image in window.after]
