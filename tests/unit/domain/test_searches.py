"""Searches as texts."""

from __future__ import annotations

import pytest

from huimages_app.domain.models import Query
from huimages_app.domain.searches import Search
from huimages_app.errors import BadInput


def test_text_of_a_search_is_parsed_again() -> None:
    given = [("tag", "a&b=c"), ("tag", " sea "), ("q", "grün ü"), ("ref.view", "x"), ("by", " ")]
    search = Search.of(given, "oldest")
    assert search.filters == (("tag", "a&b=c"), ("tag", "sea"), ("q", "grün ü"), ("ref.view", "x"))
    assert Search.parse(search.text) == search
    assert search.values == {"tag": ["a&b=c", "sea"], "q": ["grün ü"], "ref.view": ["x"]}
    assert Search.parse("") == Search.of([], "newest") == Search()


@pytest.mark.parametrize(
    ("filters", "order"),
    [
        ([("shap", "square")], ""),
        ([("shape", "round")], ""),
        ([("tag", "x" * 400)] * 6, ""),
        ([], "best"),
        ([], "place"),
    ],
)
def test_unusable_filters_are_refused(filters: list[tuple[str, str]], order: str) -> None:
    with pytest.raises(BadInput):
        Search.of(filters, order)


def test_filter_of_another_version_is_kept_and_not_ignored() -> None:
    search = Search.parse("tag=sea&mood=calm")
    assert search.text == "tag=sea&mood=calm"
    with pytest.raises(BadInput, match="unknown filter 'mood'"):
        _ = search.query


def test_order_alone_filters_nothing() -> None:
    assert not Search.of([], "oldest").is_filtered
    assert Search.of([("tag", "sea")]).is_filtered
    assert Search.of([("tag", "sea")]).query == Query(tag="sea")
