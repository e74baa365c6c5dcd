"""What every store of records promises (`huimages_app.storage.interfaces.Records`).

A store joins with a class of the fixtures `opener` and `down`, as in `metadata.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from huimages_app.errors import StoreDown
from huimages_app.storage.interfaces import Record, Records

from .metadata_concurrency import in_threads


class RecordsContract:
    @pytest.fixture
    def store(self, opener: Callable[[], Records]) -> Iterator[Records]:
        store = opener()
        yield store
        store.close()

    def test_what_was_saved_comes_back(self, store: Records) -> None:
        record = {"name": "Vera Müller 🎄", "roles": ["editor"], "n": 1, "x": 0.5, "none": None}
        assert store.save("account", "vera", lambda _: record) == record
        assert store.get("account", "vera") == record

    def test_nothing(self, store: Records) -> None:
        assert store.get("account", "vera") is None
        assert list(store.items("account")) == []

    def test_kinds_do_not_mix(self, store: Records) -> None:
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
    def test_odd_keys(self, store: Records, key: str) -> None:
        store.save("account", key, lambda _: {"a": 1})
        assert store.get("account", key) == {"a": 1}
        assert list(store.items("account")) == [(key, {"a": 1})]

    def test_the_change_is_given_the_record(self, store: Records) -> None:
        seen: list[Record | None] = []

        def count(record: Record | None) -> Record:
            seen.append(record and dict(record))
            return {"n": (record or {"n": 0})["n"] + 1}

        store.save("throttle", "vera", count)
        assert store.save("throttle", "vera", count) == {"n": 2}
        assert seen[0] is None
        assert seen[-1] == {"n": 1}

    def test_none_removes(self, store: Records) -> None:
        store.save("account", "vera", lambda _: {"a": 1})
        assert store.save("account", "vera", lambda _: None) is None
        assert store.save("account", "paul", lambda _: None) is None
        assert store.get("account", "vera") is None
        assert list(store.items("account")) == []
        store.save("account", "vera", lambda record: {"new": record is None})
        assert store.get("account", "vera") == {"new": True}

    def test_a_change_that_raises_stores_nothing(self, store: Records) -> None:
        store.save("account", "vera", lambda _: {"a": 1})

        def fail(record: Record | None) -> Record:
            if record is not None:
                record["a"] = 2
            raise ZeroDivisionError

        for key in ["vera", "paul"]:
            with pytest.raises(ZeroDivisionError):
                store.save("account", key, fail)
        assert list(store.items("account")) == [("vera", {"a": 1})]

    def test_an_answer_is_a_copy(self, store: Records) -> None:
        store.save("account", "vera", lambda _: {"roles": []})
        record = store.get("account", "vera")
        assert record
        record["roles"].append("admin")
        assert store.get("account", "vera") == {"roles": []}

    def test_items_by_ascending_key(self, store: Records) -> None:
        for number in [5, 3, 9, 1, 7]:
            store.save("token", f"t{number}", lambda _, n=number: {"n": n})
        assert [key for key, _ in store.items("token")] == ["t1", "t3", "t5", "t7", "t9"]

    def test_items_go_on_while_they_are_removed(self, store: Records) -> None:
        keys = [f"t{number:02}" for number in range(20)]
        for key in keys:
            store.save("token", key, lambda _: {})
        seen = []
        for key, _ in store.items("token"):
            seen.append(key)
            store.save("token", key, lambda _: None)
        assert seen == keys
        assert list(store.items("token")) == []

    def test_nothing_is_lost_between_threads(self, store: Records) -> None:
        def count(_: int) -> None:
            for _ in range(25):
                store.save("n", "n", lambda record: {"n": (record or {"n": 0})["n"] + 1})

        in_threads(8, count)
        assert store.get("n", "n") == {"n": 200}

    def test_another_opening_sees_the_same(
        self, store: Records, opener: Callable[[], Records]
    ) -> None:
        store.save("account", "vera", lambda _: {"a": 1})
        again = opener()
        assert again.get("account", "vera") == {"a": 1}
        again.close()

    def test_down(self, down: Records) -> None:
        with pytest.raises(StoreDown):
            down.get("account", "vera")
        with pytest.raises(StoreDown):
            down.save("account", "vera", lambda _: {})
        with pytest.raises(StoreDown):
            list(down.items("account"))
        down.close()
