"""Contract of the list of images whose rights end."""

from __future__ import annotations

from datetime import date

import pytest

from huimages_app.domain.models import Count
from huimages_app.domain.rights import Rights
from huimages_app.errors import BadCursor
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, change, put

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


def endings(store: MetadataBackend, limit: int = 2) -> list[str]:
    page = store.search.ending(FIRST, LAST, limit)
    found = [image.id for image in page.images]
    while page.next:
        page = store.search.ending(FIRST, LAST, limit, page.next)
        assert len(page.images) <= limit
        found += [image.id for image in page.images]
    assert page.previous is None
    return found


class EndingsContract:
    def test_record_keeps_the_days_of_its_rights(self, store: MetadataBackend) -> None:
        image = an_image(1, rights=Rights(credit="Ada", from_="2026-01-01", until="2026-12-31"))
        put(store, image)
        assert store.images.get(image.id) == image

    def test_ending_includes_both_days_and_sorts_earliest_first(
        self, store: MetadataBackend
    ) -> None:
        days = ["2026-11-30", "2026-12-31", "2026-12-01", "2027-01-01", "2026-12-01", ""]
        for number, day in enumerate(days):
            put(store, an_image(number, rights=Rights(until=day, from_="2026-01-01")))
        for limit in (1, 2, 3, 10):
            assert endings(store, limit) == [an_id(2), an_id(4), an_id(1)]

    def test_count_of_endings_is_exact_up_to_the_limit(self, store: MetadataBackend) -> None:
        days = ["2026-11-30", "2026-12-31", "2026-12-01", "2027-01-01", "2026-12-01", ""]
        for number, day in enumerate(days):
            put(store, an_image(number, rights=Rights(until=day, from_="2026-01-01")))
        assert store.search.count_ending(FIRST, LAST) == Count(3)
        assert store.search.count_ending(FIRST, LAST, 3) == Count(3)
        assert store.search.count_ending(FIRST, LAST, 2) == Count(2, is_exact=False)
        change(store, an_id(1), trashed=START)
        assert store.search.count_ending(FIRST, LAST, 2) == Count(2)

    def test_ending_follows_changes(self, store: MetadataBackend) -> None:
        for number in range(4):
            put(store, an_image(number, rights=Rights(until="2026-12-02")))
        change(store, an_id(0), trashed=START)
        change(store, an_id(1), rights=Rights())
        change(store, an_id(2), rights=Rights(until="2026-12-01"))
        assert endings(store) == [an_id(2), an_id(3)]
        store.images.remove(an_id(3))
        change(store, an_id(0), trashed=None)
        assert endings(store) == [an_id(2), an_id(0)]

    def test_ending_refuses_a_cursor_of_other_days(self, store: MetadataBackend) -> None:
        for number in range(2):
            put(store, an_image(number, rights=Rights(until="2026-12-02")))
        cursor = store.search.ending(FIRST, LAST, 1).next
        with pytest.raises(BadCursor):
            store.search.ending(FIRST, date(2026, 12, 30), 1, cursor)
