"""Contract of search inside of words and in scripts without spaces.

A class of its own, since only backends with such an index run it.
"""

from __future__ import annotations

import pytest

from huimages_app.domain.models import Query
from huimages_app.storage.interfaces import MetadataBackend

from .samples import an_id, an_image, change, fill, put, walk, walk_back


class InnerSearchContract:
    @pytest.mark.parametrize(
        "text",
        ["0107", "107", "107/02", "10107/0", "egenschirm", "schirm", "GENSCHIRM", "ück"],
    )
    def test_search_finds_the_inside_of_words_and_numbers(
        self, store: MetadataBackend, text: str
    ) -> None:
        references = {"artnr": ("10107/02",)}
        put(store, an_image(1, titles=("Regenschirm Brücke",), references=references))
        put(store, an_image(2, titles=("Segel",), references={"artnr": ("20208/02",)}))
        assert walk(store, Query(text=text)) == [an_id(1)]

    @pytest.mark.parametrize("text", ["10", "07", "irm x", "107/03", "genschirme", "07/02", "ge"])
    def test_search_for_the_inside_needs_three_characters(
        self, store: MetadataBackend, text: str
    ) -> None:
        put(store, an_image(1, titles=("Regenschirm",), references={"artnr": ("20107/02",)}))
        assert walk(store, Query(text=text)) == []

    @pytest.mark.parametrize(
        ("title", "found", "not_found"),
        [
            (
                "日本語の自転車 写真",
                ["自転車", "自", "語の自", "写真", "真 車"],
                ["車自", "写自", "転写"],
            ),
            ("東京タワー2024年", ["タワー", "2024", "京タ", "年", "202"], ["東タ", "タワー年"]),
            ("一辆红色的自行车", ["红色", "自行车", "车"], ["色红", "自车"]),
            ("กรุงเทพมหานคร", ["เทพ", "มหานคร", "กรุงเทพ"], ["เทม", "นครม"]),
        ],
    )
    def test_search_finds_words_in_scripts_without_spaces(
        self, store: MetadataBackend, title: str, found: list[str], not_found: list[str]
    ) -> None:
        put(store, an_image(1, titles=(title,)))
        put(store, an_image(2, titles=("strand",)))
        for text in found:
            assert walk(store, Query(text=text)) == [an_id(1)], text
        for text in not_found:
            assert walk(store, Query(text=text)) == [], text

    def test_search_finds_emoji(self, store: MetadataBackend) -> None:
        put(store, an_image(1, titles=("Fest",)), tags=("🎄", "party🎉"))
        put(store, an_image(2, titles=("I ❤️ Wien",)))
        assert walk(store, Query(text="🎄")) == walk(store, Query(text="🎉 🎄")) == [an_id(1)]
        assert walk(store, Query(text="party🎉")) == [an_id(1)]
        assert walk(store, Query(text="❤")) == walk(store, Query(text="❤️")) == [an_id(2)]
        assert walk(store, Query(text="🎅")) == []

    def test_search_inside_combines_with_other_conditions(self, store: MetadataBackend) -> None:
        for number in range(8):
            image = an_image(number, titles=("Regenschirm 自転車",), types=("a", "b")[: number % 3])
            put(store, image, tags=("sea",) if number % 2 else ("sun",), rating=number)
        newest = [an_id(number) for number in (7, 5, 3, 1)]
        for order in ("newest", "rated"):
            query = Query(text="schirm 転車", tag="sea", order=order)  # type: ignore[arg-type]
            assert walk(store, query, 3) == newest
            assert walk_back(store, query, 3) == newest
        assert walk(store, Query(text="schirm", type="b")) == [an_id(5), an_id(2)]

    def test_search_inside_follows_the_record(self, store: MetadataBackend) -> None:
        (image_id,) = fill(store, [1], titles=("Regenschirm",))
        change(store, image_id, titles=("Sonnensegel",))
        assert walk(store, Query(text="schirm")) == []
        assert walk(store, Query(text="segel")) == [image_id]
