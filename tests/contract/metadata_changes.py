"""Contract of the list of changes, which other systems follow."""

from __future__ import annotations

import pytest

from huimages_app.domain.models import Changes
from huimages_app.errors import BadCursor
from huimages_app.storage.interfaces import MetadataBackend

from .samples import START, an_id, an_image, annotate, change, fill, put


def follow(store: MetadataBackend, since: str = "", limit: int = 2) -> Changes:
    """Read all changes page by page; sorted by ID, since each backend has its own order."""
    ids: list[str] = []
    gone: set[str] = set()
    while (piece := store.search.changes(since, limit)).ids:
        assert len(piece.ids) <= limit
        assert piece.gone <= set(piece.ids)
        ids += piece.ids
        gone |= piece.gone
        since = piece.since
    return Changes(sorted(ids), frozenset(gone), piece.since)


class ChangesContract:
    def test_changes_of_an_empty_store_are_empty(self, store: MetadataBackend) -> None:
        piece = store.search.changes()
        assert (list(piece.ids), piece.gone) == ([], frozenset())
        assert list(store.search.changes(piece.since).ids) == []

    def test_changes_from_the_beginning_list_all_images(self, store: MetadataBackend) -> None:
        known = sorted(fill(store, [4, 2, 7, 1, 9]))
        # A cluster gives the same position in different spellings, so `since` is not compared.
        found = follow(store)
        assert (found.ids, found.gone) == (known, frozenset())
        assert sorted(store.search.changes().ids) == known

    def test_changes_list_each_image_once(self, store: MetadataBackend) -> None:
        known = fill(store, range(5))
        change(store, known[1], titles=("new",))
        change(store, known[0], titles=("new",))
        change(store, known[1], titles=("newer",))
        assert follow(store).ids == sorted(known)

    def test_changes_since_an_earlier_result_list_only_newer_ones(
        self, store: MetadataBackend
    ) -> None:
        known = fill(store, range(6))
        since = follow(store).since
        assert follow(store, since).ids == []
        change(store, known[3], alt="new")
        put(store, an_image(8))
        later = follow(store, since)
        assert later.ids == sorted([known[3], an_id(8)])
        assert follow(store, later.since).ids == []

    def test_changes_list_images_whose_annotations_changed(self, store: MetadataBackend) -> None:
        known = fill(store, range(4))
        since = follow(store).since
        annotate(store, known[2], "vera", rating=5)
        later = follow(store, since)
        assert later.ids == [known[2]]
        annotate(store, known[1], "vera", tags=("sea",))
        annotate(store, known[2], "vera", rating=None)
        change(store, known[1], titles=("both",))
        last = follow(store, later.since)
        assert last.ids == sorted([known[1], known[2]])
        assert follow(store, last.since).ids == []

    def test_changes_report_trashed_and_removed_images_as_gone(
        self, store: MetadataBackend
    ) -> None:
        known = fill(store, range(5))
        annotate(store, known[0], "vera", rating=5)
        since = follow(store).since
        change(store, known[1], trashed=START)
        store.images.remove(known[0])
        change(store, known[2], titles=("new",))
        for piece in [follow(store, since), follow(store)]:
            assert piece.gone == {known[0], known[1]}
        assert follow(store, since).ids == sorted(known[:3])

    def test_changes_report_restored_images_as_present(self, store: MetadataBackend) -> None:
        known = fill(store, range(3))
        change(store, known[1], trashed=START)
        store.images.remove(known[0])
        since = follow(store).since
        change(store, known[1], trashed=None)
        put(store, an_image(0))
        assert follow(store, since) == Changes(sorted(known[:2]), frozenset(), follow(store).since)
        assert follow(store).gone == frozenset()

    def test_changes_while_reading_are_listed_later(self, store: MetadataBackend) -> None:
        known = fill(store, range(6))
        first = store.search.changes(limit=3)
        change(store, first.ids[0], titles=("again",))
        rest = follow(store, first.since)
        assert sorted([*first.ids, *rest.ids]) == sorted([*known, first.ids[0]])

    @pytest.mark.parametrize("since", ["x", "-1", "1e3", "ä", "\x00", "99999999999999999999999"])
    def test_changes_refuse_an_invalid_since(self, store: MetadataBackend, since: str) -> None:
        fill(store, range(3))
        with pytest.raises(BadCursor):
            store.search.changes(since)
