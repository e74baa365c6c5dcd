"""Contract of the months in which a list by time can be entered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from huimages_app.domain.models import Count, Order, Query
from huimages_app.domain.months import Month
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, change, put

MONTHS = [Month(1999, 12), Month(2024, 1), Month(2024, 2), Month(2025, 12)]


def put_archive(store: MetadataBackend) -> None:
    """Three images of each month, the first with a tag; taken a year before, but in one month."""
    for number in range(3 * len(MONTHS)):
        month = MONTHS[number // 3]
        before = Month(month.year - 1, month.month)
        image = an_image(
            number,
            created=month.start + timedelta(days=9 * (number % 3)),
            taken=None if month == MONTHS[3] else before.start + timedelta(days=number),
            titles=("A gull",) if number < 4 else (),
        )
        put(store, image, tags=("sea",) if number % 3 == 0 else ())


class MonthsContract:
    @pytest.mark.parametrize("order", ["newest", "oldest"])
    def test_months_of_all_images_are_newest_first(
        self, store: MetadataBackend, order: Order
    ) -> None:
        assert list(store.search.months(Query(order=order))) == []
        put_archive(store)
        assert list(store.search.months(Query(order=order))) == MONTHS[::-1]

    def test_months_of_taking_are_those_of_images_with_a_time(self, store: MetadataBackend) -> None:
        put_archive(store)
        expected = [Month(2023, 2), Month(2023, 1), Month(1998, 12)]
        assert list(store.search.months(Query(order="taken"))) == expected
        assert list(store.search.months(Query(order="taken", tag="sea"))) == expected

    def test_months_begin_and_end_with_their_first_and_last_moment(
        self, store: MetadataBackend
    ) -> None:
        for number, time in enumerate(
            [
                datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
                datetime(2024, 4, 1, tzinfo=UTC),
            ]
        ):
            put(store, an_image(number, created=time, taken=time))
        for order in ("newest", "taken"):
            assert list(store.search.months(Query(order=order))) == [Month(2024, 4), Month(2024, 2)]

    def test_months_of_a_query_are_those_of_its_images(self, store: MetadataBackend) -> None:
        put_archive(store)
        assert list(store.search.months(Query(tag="sea"))) == MONTHS[::-1]
        assert list(store.search.months(Query(text="gull"))) == [Month(2024, 1), Month(1999, 12)]
        assert list(store.search.months(Query(tag="sand"))) == []
        assert list(store.search.months(Query(text="!?"))) == []
        since = Query(created_from=MONTHS[2].start)
        assert list(store.search.months(since)) == [Month(2025, 12), Month(2024, 2)]

    def test_month_without_images_is_not_listed(self, store: MetadataBackend) -> None:
        put_archive(store)
        for number in (3, 4):
            change(store, an_id(number), trashed=START)
        assert list(store.search.months(Query())) == MONTHS[::-1]
        change(store, an_id(5), replaced_by=an_id(0))
        assert list(store.search.months(Query())) == [MONTHS[3], MONTHS[2], MONTHS[0]]

    def test_months_of_a_short_list_have_exact_numbers(self, store: MetadataBackend) -> None:
        put_archive(store)
        assert store.search.months(Query()) == dict.fromkeys(MONTHS, Count(3))
        change(store, an_id(0), trashed=START)
        assert store.search.months(Query())[MONTHS[0]] == Count(2)
        assert store.search.months(Query(tag="sea")) == dict.fromkeys(MONTHS[1:], Count(1))
        # CouchDB would read documents to know which of the words' images are in the trash.
        words = store.search.months(Query(text="gull"))
        assert words in (
            {Month(2024, 1): Count(1), Month(1999, 12): Count(2)},
            {Month(2024, 1): None, Month(1999, 12): None},
        )
        taken = {Month(2023, 2): Count(3), Month(2023, 1): Count(3), Month(1998, 12): Count(2)}
        assert store.search.months(Query(order="taken")) == taken

    def test_numbers_of_a_long_list_are_true_or_lower_bounds_or_missing(
        self, store: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("huimages_app.storage.sqlite.months._READ", 2)
        monkeypatch.setattr("huimages_app.storage.sqlite.months._COUNTED", 2)
        monkeypatch.setattr("huimages_app.storage.couchdb.months._READ", 2)
        put_archive(store)
        for order in ("newest", "taken"):
            for query in (Query(order=order), Query(order=order, tag="sea")):
                number = 1 if query.tag else 3
                possible = (Count(number), Count(2, is_exact=False) if number > 2 else None, None)
                months = store.search.months(query)
                assert months
                assert all(count in possible for count in months.values())
        checked = store.search.months(Query(facets=(("shape", "landscape"),), larger=1))
        assert set(checked.values()) == {None}

    def test_orders_without_times_have_no_months(self, store: MetadataBackend) -> None:
        orders: tuple[Order, ...] = ("title", "rated")
        for order in orders:
            with pytest.raises(ValueError, match="has no times"):
                store.search.months(Query(order=order))

    def test_months_of_a_long_list_have_all_of_its_images(
        self, store: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Short lists are read image by image, longer ones month by month."""
        monkeypatch.setattr("huimages_app.storage.sqlite.months._READ", 2)
        monkeypatch.setattr("huimages_app.storage.couchdb.months._READ", 2)
        put_archive(store)
        queries = [
            Query(),
            Query(tag="sea"),
            Query(text="gull"),
            Query(facets=(("shape", "landscape"),), larger=1),
        ]
        for query in queries:
            months = list(store.search.months(query))
            assert months == sorted(set(months), reverse=True)
            images = store.search.page(query, 20).images
            assert images
            assert {Month.of(image.created) for image in images} <= set(months)
        for query in (Query(order="taken"), Query(order="taken", tag="sea")):
            assert list(store.search.months(query)) == [
                Month(2023, 2),
                Month(2023, 1),
                Month(1998, 12),
            ]
