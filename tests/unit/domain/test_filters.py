"""The table of filters: values of parameters, and words of a search, become a query."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from huimages_app.domain.filters import FILTERS, KINDS, chosen_query_of, query_of
from huimages_app.domain.models import Query
from huimages_app.errors import BadInput


def test_values_of_all_filters_become_one_query() -> None:
    values = [
        ("without", "alt"),
        ("artnr", " 10106 "),
        ("ref.view", "front"),
        ("tag", "Sea"),
        ("tag", "sun"),
        ("shape", "square"),
        ("larger", "2000"),
        ("uploaded", "2024"),
        ("rating", "7.5"),
        ("ends", "30"),
        ("by", "vera"),
        ("q", "gull"),
        ("smaller", ""),
    ]
    assert query_of(values, "oldest") == Query(
        text="gull",
        tag="sea",
        tags=("sun",),
        references=(("artnr", "10106"), ("view", "front")),
        facets=(("without", "alt"), ("shape", "square"), ("uploader", "vera")),
        created_from=datetime(2024, 1, 1, tzinfo=UTC),
        created_before=datetime(2025, 1, 1, tzinfo=UTC),
        larger=2000,
        rating=7.5,
        ends=30,
        order="oldest",
    )


@pytest.mark.parametrize("one", FILTERS, ids=lambda one: one.name)
def test_example_of_each_filter_is_a_condition(one: object) -> None:
    value = one.example or one.choices[0]  # type: ignore[attr-defined]
    assert query_of([(one.name, value)]) != Query()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("gull tag:Sea", Query(text="gull", tag="sea")),
        ("artnr:1/02 TAG:a tag:b", Query(references=(("artnr", "1/02"),), tag="a", tags=("b",))),
        ("without:alt without:tags", Query(facets=(("without", "alt"), ("without", "tags")))),
        ("without:luck", Query(text="without:luck")),
        ("larger:big tag: :x http://a", Query(text="larger:big tag: :x http://a")),
        ("q:q:tag:a", Query(text="q:q:tag:a")),
    ],
)  # fmt: skip
def test_prefixes_in_a_search_are_filters(text: str, query: Query) -> None:
    assert query_of([("q", text)]) == query


@pytest.mark.parametrize(
    ("values", "order", "message"),
    [
        ([("shap", "square")], "", r"unknown filter 'shap'; did you mean 'shape'\?"),
        ([("shape", "round")], "", "expected landscape, portrait, square or panorama"),
        ([("larger", "0")], "", "expected a whole number from 1"),
        ([("larger", "9" * 400)], "", "expected a whole number"),
        ([("ends", "3661")], "", "expected a whole number of days from 0 to 3660"),
        ([("ends", "-1")], "", "expected a whole number of days"),
        ([("rating", "10.1")], "", "expected a number from 0 to 10"),
        ([("type", "a"), ("type", "b")], "", "'type' given 2 times; expected once"),
        ([("uploaded", "yesterday")], "", "expected dates"),
        ([("q", "x" * 501)], "", "too long"),
        ([("artnr", "x" * 201)], "", "too long"),
        ([("tag", "x")] * 101, "", "at most 100"),
        ([("ref.Ab", "x")], "", "unknown filter"),
        ([], "best", "expected newest or oldest"),
        ([], "place", "needs one reference"),
    ],
)
def test_unusable_values_are_refused_with_the_expected_form(
    values: list[tuple[str, str]], order: str, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        query_of(values, order)


@pytest.mark.parametrize("value", ["", " ", "\u202e"])
def test_empty_filter_never_means_that_all_images_are_changed(value: str) -> None:
    assert chosen_query_of([("tag", "sea")]) == query_of([("tag", "sea")])
    assert chosen_query_of([]) == Query()
    with pytest.raises(BadInput, match="'tag' is empty"):
        chosen_query_of([("type", "product"), ("tag", value)])


@pytest.mark.parametrize("year", [1900, 2000, 2023, 2024, 2100])
def test_patterns_match_the_days_that_exist(year: int) -> None:
    period, time = (re.compile(KINDS[kind][1]) for kind in ("period", "time"))
    for month in range(14):
        for day in range(33):
            text = f"{year}-{month:02}-{day:02}"
            exists = _exists(year, month, day)
            assert bool(period.search(text)) == bool(period.search(f"..{text}")) == exists, text
            assert bool(time.search(f"{text}T12:00:00Z")) == (exists and year >= 2000), text


@pytest.mark.parametrize("hour", range(26))
def test_pattern_of_times_matches_the_hours_that_exist(hour: int) -> None:
    time = re.compile(KINDS["time"][1])
    assert bool(time.search(f"2026-11-28T{hour:02}:59:21Z")) == (hour < 24)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False
