"""Contract of document stores (`huimages_app.storage.interfaces.DocumentStore`).

A backend runs it with a class of the fixtures `opener` and `down`, as in `metadata.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from huimages_app.errors import StorageUnavailable
from huimages_app.storage.interfaces import Document, DocumentStore, MetadataBackend

from .metadata_concurrency import in_threads


class DocumentsContract:
    @pytest.fixture
    def store(self, opener: Callable[[], MetadataBackend]) -> Iterator[DocumentStore]:
        backend = opener()
        yield backend.documents
        backend.close()

    def test_saved_document_is_returned(self, store: DocumentStore) -> None:
        record = {"name": "Vera Müller 🎄", "roles": ["editor"], "n": 1, "x": 0.5, "none": None}
        assert store.save("account", "vera", lambda _: record) == record
        assert store.get("account", "vera") == record

    def test_many_documents_come_in_the_order_of_their_keys(self, store: DocumentStore) -> None:
        for number in range(3):
            store.save("token", f"t{number}", lambda _, number=number: {"n": number})
        store.save("account", "t9", lambda _: {"n": 9})
        found = store.get_many("token", ["t2", "t9", "t0", "t2"])
        assert list(found.items()) == [("t2", {"n": 2}), ("t0", {"n": 0})]
        assert store.get_many("token", []) == {}
        store.save("token", "t2", lambda _: None)
        assert list(store.get_many("token", ["t2", "t0"])) == ["t0"]

    def test_missing_document_is_none(self, store: DocumentStore) -> None:
        assert store.get("account", "vera") is None
        assert list(store.items("account")) == []

    def test_kinds_are_separate(self, store: DocumentStore) -> None:
        store.save("account", "vera", lambda _: {"a": 1})
        store.save("token", "vera", lambda _: {"b": 2})
        store.save("token", "x-account", lambda _: {"c": 3})
        assert store.get("account", "vera") == {"a": 1}
        assert list(store.items("account")) == [("vera", {"a": 1})]
        assert list(store.items("token")) == [("vera", {"b": 2}), ("x-account", {"c": 3})]
        assert store.get("acc", "vera") is None

    @pytest.mark.parametrize(
        "key", ["ü@x.de", "a/b", "%", "_x", "a b", "x" * 300, '"', "a:b", "🎄"]
    )
    def test_keys_may_have_any_characters(self, store: DocumentStore, key: str) -> None:
        store.save("account", key, lambda _: {"a": 1})
        assert store.get("account", key) == {"a": 1}
        assert list(store.items("account")) == [(key, {"a": 1})]

    def test_change_gets_the_stored_document(self, store: DocumentStore) -> None:
        seen: list[Document | None] = []

        def count(record: Document | None) -> Document:
            seen.append(record and dict(record))
            return {"n": (record or {"n": 0})["n"] + 1}

        store.save("throttle", "vera", count)
        assert store.save("throttle", "vera", count) == {"n": 2}
        assert seen[0] is None
        assert seen[-1] == {"n": 1}

    def test_change_to_none_removes_the_document(self, store: DocumentStore) -> None:
        store.save("account", "vera", lambda _: {"a": 1})
        assert store.save("account", "vera", lambda _: None) is None
        assert store.save("account", "paul", lambda _: None) is None
        assert store.get("account", "vera") is None
        assert list(store.items("account")) == []
        store.save("account", "vera", lambda record: {"new": record is None})
        assert store.get("account", "vera") == {"new": True}

    def test_change_that_raises_stores_nothing(self, store: DocumentStore) -> None:
        store.save("account", "vera", lambda _: {"a": 1})

        def fail(record: Document | None) -> Document:
            if record is not None:
                record["a"] = 2
            raise ZeroDivisionError

        for key in ["vera", "paul"]:
            with pytest.raises(ZeroDivisionError):
                store.save("account", key, fail)
        assert list(store.items("account")) == [("vera", {"a": 1})]

    def test_returned_document_is_a_copy(self, store: DocumentStore) -> None:
        store.save("account", "vera", lambda _: {"roles": []})
        record = store.get("account", "vera")
        assert record
        record["roles"].append("admin")
        assert store.get("account", "vera") == {"roles": []}

    def test_items_are_in_ascending_order(self, store: DocumentStore) -> None:
        for number in [5, 3, 9, 1, 7]:
            store.save("token", f"t{number}", lambda _, n=number: {"n": n})
        assert [key for key, _ in store.items("token")] == ["t1", "t3", "t5", "t7", "t9"]

    def test_items_continue_while_they_are_removed(self, store: DocumentStore) -> None:
        keys = [f"t{number:02}" for number in range(20)]
        for key in keys:
            store.save("token", key, lambda _: {})
        seen = []
        for key, _ in store.items("token"):
            seen.append(key)
            store.save("token", key, lambda _: None)
        assert seen == keys
        assert list(store.items("token")) == []

    def test_concurrent_changes_lose_nothing(self, store: DocumentStore) -> None:
        def count(_: int) -> None:
            for _ in range(25):
                store.save("n", "n", lambda record: {"n": (record or {"n": 0})["n"] + 1})

        in_threads(8, count)
        assert store.get("n", "n") == {"n": 200}

    def test_second_backend_reads_the_same_documents(
        self, store: DocumentStore, opener: Callable[[], MetadataBackend]
    ) -> None:
        store.save("account", "vera", lambda _: {"a": 1})
        again = opener()
        assert again.documents.get("account", "vera") == {"a": 1}
        again.close()

    def test_unreachable_backend_raises_storage_unavailable(self, down: MetadataBackend) -> None:
        with pytest.raises(StorageUnavailable):
            down.documents.get("account", "vera")
        with pytest.raises(StorageUnavailable):
            down.documents.save("account", "vera", lambda _: {})
        with pytest.raises(StorageUnavailable):
            list(down.documents.items("account"))
        down.close()
