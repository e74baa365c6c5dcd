"""Contract of the spellings of tags, and of annotations by tag."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huimages_app.domain.models import Annotation
from huimages_app.domain.tags import with_renamed_tag, with_tags, without_tags
from huimages_app.storage.interfaces import MetadataBackend

from .samples import an_id, an_image, annotate, change, fill, put


def tag(store: MetadataBackend, number: int, visitor: str, *typed: str) -> None:
    store.annotations.save(an_id(number), visitor, lambda old: with_tags(old, typed))


class SpellingsContract:
    def test_spelling_is_returned_with_its_annotation(self, store: MetadataBackend) -> None:
        put(store, an_image(1))
        tag(store, 1, "vera", "Sea", "MÖWE", "sun")
        expected = Annotation(("sea", "möwe", "sun"), spellings={"sea": "Sea", "möwe": "MÖWE"})
        assert store.annotations.get(an_id(1), "vera") == expected
        assert store.annotations.of_image(an_id(1)) == {"vera": expected}
        assert dict(store.annotations.by_visitor("vera")) == {an_id(1): expected}

    def test_spelling_that_belongs_to_no_tag_is_not_stored(self, store: MetadataBackend) -> None:
        put(store, an_image(1))
        annotation = Annotation(("sea",), spellings={"sun": "Sun", "sea": "Lake"})
        saved = store.annotations.save(an_id(1), "vera", lambda _: annotation)
        assert saved == Annotation(("sea",)) == store.annotations.get(an_id(1), "vera")

    def test_spelling_alone_is_a_change(self, store: MetadataBackend) -> None:
        put(store, an_image(1))
        tag(store, 1, "vera", "sea")
        tag(store, 1, "vera", "SEA")
        assert store.annotations.summary(an_id(1)).spelling("sea") == "SEA"
        assert store.search.spellings(["sea"]) == {"sea": "SEA"}
        tag(store, 1, "vera", "sea")
        assert store.annotations.summary(an_id(1)).spelling("sea") == "sea"
        assert store.search.spellings(["sea"]) == {}

    def test_most_used_spelling_is_shown_and_lower_case_last(self, store: MetadataBackend) -> None:
        fill(store, [1, 2])
        tag(store, 1, "vera", "Sea")
        tag(store, 1, "anna", "sea")
        assert store.annotations.summary(an_id(1)).spelling("sea") == "Sea"
        assert store.search.spellings(["sea", "other"]) == {"sea": "Sea"}
        tag(store, 1, "otto", "sea")
        assert store.annotations.summary(an_id(1)).spelling("sea") == "sea"
        assert store.search.spellings(["sea", "other"]) == {}
        for visitor in ["anna", "otto"]:
            tag(store, 1, visitor, "SEA")
        tag(store, 2, "vera", "Sea")
        tag(store, 2, "anna", "Sea")
        assert store.annotations.summary(an_id(1)).spelling("sea") == "SEA"
        assert store.search.spellings(["sea"]) == {"sea": "Sea"}

    def test_spelling_is_removed_with_its_tag(self, store: MetadataBackend) -> None:
        fill(store, [1, 2])
        tag(store, 1, "vera", "Sea")
        tag(store, 2, "vera", "Sea")
        store.annotations.save(an_id(1), "vera", lambda old: without_tags(old, ["sea"]))
        assert store.search.spellings(["sea"]) == {"sea": "Sea"}
        store.images.remove(an_id(2))
        assert store.search.spellings(["sea"]) == {}
        assert store.search.tags() == []

    def test_old_spelling_is_dropped_when_the_tags_are_replaced(
        self, store: MetadataBackend
    ) -> None:
        put(store, an_image(1))
        tag(store, 1, "vera", "Sea")
        store.annotations.save(an_id(1), "vera", lambda old: replace(old, tags=("sun",)))
        assert store.annotations.get(an_id(1), "vera") == Annotation(("sun",))

    @pytest.mark.parametrize("spelling", ["Sun", "sun", "Sea", "SEA"])
    def test_renamed_tag_has_the_new_spelling(self, store: MetadataBackend, spelling: str) -> None:
        put(store, an_image(1))
        tag(store, 1, "vera", "Sea", "Wide")
        store.annotations.save(an_id(1), "vera", lambda old: with_renamed_tag(old, "sea", spelling))
        annotation = store.annotations.get(an_id(1), "vera")
        assert annotation.tags == (spelling.lower(), "wide")
        assert store.annotations.summary(an_id(1)).spelling(spelling.lower()) == spelling

    def test_annotations_with_a_tag_are_found_in_the_trash_too(
        self, store: MetadataBackend
    ) -> None:
        fill(store, range(1, 6))
        for number in range(1, 6):
            tag(store, number, "vera", "Sea")
            annotate(store, an_id(number), "otto", tags=("seaside",))
        tag(store, 3, "a-b", "sea", "sun")
        change(store, an_id(4), trashed=an_image(4).created)
        expected = {(an_id(number), "vera") for number in range(1, 6)} | {(an_id(3), "a-b")}
        found = list(store.annotations.with_tag("sea"))
        assert len(found) == len(expected)
        assert set(found) == expected
        assert list(store.annotations.with_tag("gone")) == []

    def test_annotations_with_a_tag_that_is_removed_meanwhile_are_all_found(
        self, store: MetadataBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("huimages_app.storage.couchdb.annotations.PIECE", 3)
        monkeypatch.setattr("huimages_app.storage.sqlite.annotations.BATCH", 3)
        numbers = range(1, 12)
        fill(store, numbers)
        for number in numbers:
            tag(store, number, "vera", "sea")
            tag(store, number, "otto", "sea")
        found = []
        for image_id, visitor in store.annotations.with_tag("sea"):
            found.append((image_id, visitor))
            store.annotations.save(image_id, visitor, lambda old: without_tags(old, ["sea"]))
        assert sorted(found) == [
            (image_id, visitor)
            for image_id in sorted(map(an_id, numbers))
            for visitor in ("otto", "vera")
        ]
