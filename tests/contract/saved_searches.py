"""Contract of saved searches on every document store."""

from __future__ import annotations

import pytest

from huimages_app.domain.models import Query
from huimages_app.domain.searches import Search
from huimages_app.errors import BadInput, UnknownSavedSearch
from huimages_app.services import saved_searches
from huimages_app.services.saved_searches import SavedSearches, SavedSearchPatch
from huimages_app.storage.interfaces import DocumentStore, MetadataBackend

SEA = Search.of([("tag", "sea"), ("shape", "square")], "title")
VERA, PAUL = "f" * 32, "0" * 32  # visitor IDs of accounts


class SavedSearchesContract:
    @pytest.fixture
    def searches(self, store: MetadataBackend | DocumentStore) -> SavedSearches:
        return SavedSearches(store.documents if isinstance(store, MetadataBackend) else store)

    def test_shared_and_own_searches_are_listed_by_name(self, searches: SavedSearches) -> None:
        searches.add("Sea", SEA)
        own = searches.add("  press  photos ", Search.of([("ends", "30")]), VERA)
        assert [one.name for one in searches.all(VERA)] == ["press photos", "Sea"]
        assert [one.name for one in searches.all(PAUL)] == ["Sea"]
        (shared,) = searches.all()
        assert shared.is_shared
        assert shared.search == SEA
        assert shared.search.query == Query(tag="sea", facets=(("shape", "square"),), order="title")
        assert searches.get(own.id, VERA) == own
        for other in ("", PAUL):
            with pytest.raises(UnknownSavedSearch):
                searches.get(own.id, other)
            with pytest.raises(UnknownSavedSearch):
                searches.remove(own.id, other)

    def test_search_is_changed_shared_and_removed(self, searches: SavedSearches) -> None:
        saved = searches.add("Sea", SEA, VERA)
        lake = Search.of([("tag", "lake")])
        searches.update(saved.id, SavedSearchPatch("Lake", lake), VERA)
        assert [(one.name, one.search) for one in searches.all(VERA)] == [("Lake", lake)]
        searches.update(saved.id, SavedSearchPatch(is_shared=True), VERA)
        assert [one.id for one in searches.all()] == [saved.id]
        assert len(searches.all(VERA)) == 1
        searches.update(saved.id, SavedSearchPatch(is_shared=False), PAUL)
        assert searches.all() == searches.all(VERA) == []
        searches.remove(saved.id, PAUL)
        assert searches.all(PAUL) == []
        with pytest.raises(UnknownSavedSearch):
            searches.remove(saved.id, PAUL)

    def test_number_and_names_are_bounded(
        self, searches: SavedSearches, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(saved_searches, "MAX_SHARED", 2)
        monkeypatch.setattr(saved_searches, "MAX_PRIVATE", 1)
        first = searches.add("Sea", SEA)
        with pytest.raises(BadInput, match="'sea' already; choose another name"):
            searches.add("sea", SEA)
        searches.add("Lake", SEA)
        with pytest.raises(BadInput, match="there are 2 saved searches already"):
            searches.add("Pond", SEA)
        searches.update(first.id, SavedSearchPatch("Ocean"))  # none more than before
        searches.add("Sea", SEA, VERA)
        with pytest.raises(BadInput, match="there are 1 saved searches"):
            searches.add("Lake", SEA, VERA)
        for name in ("", " \x00 ", "x" * 101):
            with pytest.raises(BadInput, match="expected 1 to 100"):
                searches.add(name, SEA)

    def test_forgotten_account_leaves_nothing(self, searches: SavedSearches) -> None:
        searches.add("Sea", SEA)
        searches.add("Lake", SEA, VERA)
        searches.forget(VERA)
        assert [one.name for one in searches.all(VERA)] == ["Sea"]
